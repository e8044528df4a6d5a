#!/usr/bin/env python3
"""Makes the seeds of the corpus that come from compilers: sections of seed.c, built in several ways, and an xz stream. Needs gcc, clang, objcopy."""

import lzma
import pathlib
import struct
import subprocess
import tempfile

HERE = pathlib.Path(__file__).parent
BUILDS = {
    "gcc-2": "gcc -gdwarf-2 -O2", "gcc-3-64": "gcc -gdwarf-3 -gdwarf64 -O1", "gcc-4": "gcc -gdwarf-4 -O2", "gcc-5": "gcc -gdwarf-5 -O2", "gcc-4-types": "gcc -gdwarf-4 -fdebug-types-section -O0",
    "clang-5": "clang -gdwarf-5 -O2", "clang-4": "clang -gdwarf-4 -O1",
}
DEBUG = ["info", "abbrev", "str", "line_str", "str_offsets", "addr", "rnglists", "ranges", "loclists", "loc", "line", "aranges", "types"]


def bundle(sections):
    return b"".join(struct.pack("B", len(name)) + name.encode() + struct.pack("<I", len(data)) + data for name, data in sections if data)


def section(path, name):
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(["objcopy", "--dump-section", f"{name}={out.name}", path, "/dev/null"], capture_output=True)
        return pathlib.Path(out.name).read_bytes()


def save(target, name, data):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"seed-{name}").write_bytes(data)


with tempfile.TemporaryDirectory() as folder:
    for name, command in BUILDS.items():
        binary = f"{folder}/{name}"
        # At fixed addresses, so that targets can ask for them; without a start file, whose debugging sections would come along.
        subprocess.run([*command.split(), "-no-pie", "-nostdlib", "-Wl,-e,main", "-Wl,-Ttext=0x1130", "-fasynchronous-unwind-tables", "-o", binary, HERE / "seed.c"], check=True)
        parts = [(part, section(binary, ".debug_" + part)) for part in DEBUG]
        save("dwarf", name, bundle(p for p in parts if p[0] not in ("line", "aranges")))
        if name in ("gcc-2", "gcc-5", "clang-5"):
            save("lines", name, bundle(p for p in parts if p[0] not in ("loclists", "loc")))
    binary = f"{folder}/frames"
    subprocess.run(["gcc", "-O2", "-g", "-no-pie", "-nostdlib", "-Wl,-e,main", "-Wl,-Ttext=0x1000", "-Wl,--section-start=.eh_frame_hdr=0x10000", "-Wl,--section-start=.eh_frame=0x20000",
                    "-fasynchronous-unwind-tables", "-o", binary, HERE / "seed.c"], check=True)
    header, frames = section(binary, ".eh_frame_hdr"), section(binary, ".eh_frame")
    subprocess.run(["gcc", "-O2", "-g", "-no-pie", "-nostdlib", "-Wl,-e,main", "-Wl,-Ttext=0x1000", "-fno-asynchronous-unwind-tables", "-o", binary + "2", HERE / "seed.c"], check=True)
    debug = section(binary + "2", ".debug_frame")
    save("frames", "eh", bundle([("eh_frame_hdr", header), ("eh_frame", frames)]))
    save("frames", "eh-only", bundle([("eh_frame", frames)]))
    save("frames", "debug", bundle([("debug_frame", debug)]))
    # Seventeen registers (rsp is the fifth, rip the last), then a stack of words.
    stack = b"".join(struct.pack("<Q", value) for value in [0] * 4 + [0x10000 + 17 * 8] + [0x10000 + 32 * 8] + [0] * 10 + [0x1010] + [0x1005 + 9 * k if k % 2 else 0x10000 + 8 * k for k in range(64)])
    for name, sections in (("eh", [("eh_frame_hdr", header), ("eh_frame", frames)]), ("debug", [("debug_frame", debug)]), ("none", [])):
        save("unwind", name, bundle([*sections, ("stack", stack)]))
    subprocess.run(["strip", "-o", binary + "3", "--keep-file-symbols", "--only-keep-debug", binary], check=True)
    subprocess.run(["objcopy", "--remove-section=.debug*", binary + "3"], check=True)
    data = pathlib.Path(binary + "3").read_bytes()
    save("xz", "elf", lzma.compress(data, check=lzma.CHECK_CRC32))
    save("xz", "text", lzma.compress(b"abcabcabcabd" * 40, check=lzma.CHECK_NONE, filters=[{"id": lzma.FILTER_LZMA2, "preset": 0, "lc": 0, "lp": 2, "pb": 1}]))
