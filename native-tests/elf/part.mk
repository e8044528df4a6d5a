# out/elf/*: one source as every kind of file a reader meets. What a tool here cannot make is skipped with a message.
ELF_DIR := $(OUT)/elf
# name:flags, with + for a blank
ELF_KINDS := pie:-fPIE+-pie nopie:-fno-pie+-no-pie static:-static static-pie:-static-pie sysv-hash:-Wl,--hash-style=sysv no-build-id:-Wl,--build-id=none \
  long-page:-Wl,-z,max-page-size=65536 dwarf2:-gdwarf-2 dwarf3:-gdwarf-3 dwarf4:-gdwarf-4 dwarf5:-gdwarf-5 dwarf64:-gdwarf64 \
  type-units:-fdebug-types-section zlib:-gz=zlib no-debug:-g0 lto:-flto

define elf_kind
$$(ELF_DIR)/tiny.$(1): elf/tiny.c elf/part.mk $$(HEADERS)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC) -std=gnu11 -g -O2 -Wall -Wextra -Werror $(2) $$< -o $$@
all: $$(ELF_DIR)/tiny.$(1)
endef
$(foreach k,$(ELF_KINDS),$(eval $(call elf_kind,$(firstword $(subst :, ,$(k))),$(subst +, ,$(lastword $(subst :, ,$(k)))))))

# Split DWARF leaves its .dwo beside the object.
$(ELF_DIR)/tiny.split-dwarf: elf/tiny.c elf/part.mk $(HEADERS)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -g -O2 -gsplit-dwarf -c $< -o $(@D)/tiny.split-dwarf.o
	$(Q)$(CC) $(@D)/tiny.split-dwarf.o -o $@

$(ELF_DIR)/tiny.o: elf/tiny.c elf/part.mk $(HEADERS)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -g -O2 -c $< -o $@

$(ELF_DIR)/tiny.stripped: $(ELF_DIR)/tiny.pie
	$(Q)strip -o $@ $<

# The debug file stands beside the program, where .gnu_debuglink is looked for first.
$(ELF_DIR)/tiny.debuglink: $(ELF_DIR)/tiny.pie
	$(Q)objcopy --only-keep-debug $< $(@D)/tiny.debuglink.debug
	$(Q)strip -o $@ $<
	$(Q)cd $(@D) && objcopy --add-gnu-debuglink=tiny.debuglink.debug tiny.debuglink

all: $(addprefix $(ELF_DIR)/tiny.,split-dwarf o stripped debuglink)

ifneq ($(shell objcopy --help | grep -c 'compress-debug-sections.*zstd'),0)
$(ELF_DIR)/tiny.zstd: $(ELF_DIR)/tiny.pie
	$(Q)objcopy --compress-debug-sections=zstd $< $@
all: $(ELF_DIR)/tiny.zstd
else
$(info elf: this objcopy has no zstd: tiny.zstd is skipped)
endif

# MiniDebugInfo as Fedora ships it: the symbols that .dynsym lacks, in an xz-compressed ELF inside .gnu_debugdata.
ifneq ($(call have,xz),)
$(ELF_DIR)/tiny.debugdata: $(ELF_DIR)/tiny.pie
	$(Q)objcopy --only-keep-debug --strip-debug $< $(@D)/mini
	$(Q)xz --force --format=xz --check=crc32 $(@D)/mini
	$(Q)strip -o $@ $<
	$(Q)objcopy --add-section .gnu_debugdata=$(@D)/mini.xz $@
all: $(ELF_DIR)/tiny.debugdata
else
$(info elf: xz is not installed: tiny.debugdata is skipped)
endif

# sys/sdt.h is the same for both classes, and lies where only 64-bit compilations look.
ifneq ($(shell echo 'void _start(void) {}' | $(CC) -m32 -ffreestanding -nostdlib -static -x c - -o /dev/null 2>/dev/null && echo yes),)
$(ELF_DIR)/tiny.m32: elf/tiny32.c elf/part.mk
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -m32 -g -O2 -Wall -Werror -ffreestanding -idirafter /usr/include/$(shell $(CC) -print-multiarch) -fno-stack-protector -fno-pie -no-pie -nostdlib -static $< -o $@
all: $(ELF_DIR)/tiny.m32
else
$(info elf: $(CC) cannot link 32-bit programs: tiny.m32 is skipped)
endif
