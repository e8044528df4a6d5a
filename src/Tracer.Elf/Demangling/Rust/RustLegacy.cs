namespace Tracer.Elf.Demangling.Rust;
internal static class RustLegacy { public static string? Demangle(string symbol) => symbol.Length == 0 ? "" : null; }
