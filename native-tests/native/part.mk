# native/calls-COMPILER-VARIANT and native/shapes-COMPILER-VARIANT: functions that print their own arguments and results.
NATIVE_O0 := -O0
NATIVE_O1 := -O1
NATIVE_O2 := -O2
NATIVE_O3 := -O3
NATIVE_O0-nopie := -O0 -fno-pie -no-pie
NATIVE_O2-nopie := -O2 -fno-pie -no-pie
NATIVE_O2-cet := -O2 -fcf-protection=full
NATIVE_O2-fp := -O2 -fno-omit-frame-pointer
NATIVE_O2-dwarf4 := -O2 -gdwarf-4
NATIVE_O2-lto := -O2 -flto
NATIVE_VARIANTS := O0 O1 O2 O3 O0-nopie O2-nopie O2-cet O2-fp O2-dwarf4
# The linker of binutils reads no bitcode of clang's.
native_linker = $(if $(filter clang,$(1)),$(if $(findstring lto,$(2)),-fuse-ld=lld))
native_cxx = $(if $(filter clang,$(1)),clang++,g++)

# $(1) compiler, $(2) variant
define native
$$(OUT)/native/calls-$(1)-$(2): native/calls.c native/part.mk
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(1) $$(CFLAGS) -fPIE -pie $$(NATIVE_$(2)) $$(if $$(findstring nopie,$(2)),,-pie) $$(call native_linker,$(1),$(2)) $$< -o $$@ -MF $$@.d
$$(OUT)/native/shapes-$(1)-$(2): native/shapes.cpp native/part.mk
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(call native_cxx,$(1)) $$(subst -std=gnu11,-std=gnu++17,$$(CFLAGS)) -fPIE $$(NATIVE_$(2)) $$(if $$(findstring nopie,$(2)),,-pie) $$(call native_linker,$(1),$(2)) $$< -o $$@ -MF $$@.d
all: $$(OUT)/native/calls-$(1)-$(2) $$(OUT)/native/shapes-$(1)-$(2)
-include $$(OUT)/native/calls-$(1)-$(2).d $$(OUT)/native/shapes-$(1)-$(2).d
endef
$(foreach c,$(COMPILERS),$(foreach v,$(NATIVE_VARIANTS),$(eval $(call native,$(c),$(v)))))
NATIVE_LTO := $(if $(call have,ld.lld)$(wildcard /usr/lib/llvm-*/bin/ld.lld),$(COMPILERS),$(warning lld is not installed: the clang LTO fixtures are not built (eng/setup-tests.sh installs it))$(filter-out clang,$(COMPILERS)))
$(foreach c,$(NATIVE_LTO),$(eval $(call native,$(c),O2-lto)))

# Without symbols of its own, debugging information beside it; and without any, but with the dynamic symbols of -rdynamic.
$(OUT)/native/calls-split: $(OUT)/native/calls-gcc-O2
	$(Q)objcopy --only-keep-debug $< $@.debug
	$(Q)strip -o $@ $<
	$(Q)objcopy --add-gnu-debuglink=$@.debug $@
$(OUT)/native/calls-stripped: native/calls.c native/part.mk
	$(Q)gcc $(CFLAGS) -O2 -fPIE -pie -rdynamic -s $< -o $@ -MF $@.d
all: $(OUT)/native/calls-split $(OUT)/native/calls-stripped

# Functions that are left in every way: by one that nothing unwinds, by one that throws.
$(OUT)/native/returns: native/returns.c native/part.mk
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -O2 -pthread -fPIE -pie $< -o $@ -MF $@.d
$(OUT)/native/throws: native/throws.cpp native/part.mk
	$(Q)mkdir -p $(@D)
	$(Q)$(call native_cxx,$(CC)) $(subst -std=gnu11,-std=gnu++20,$(CFLAGS)) -O2 -fPIE -pie $< -o $@ -MF $@.d
all: $(OUT)/native/returns $(OUT)/native/throws

# One program for each thing that a replaced return address may harm, and one, harmless, that has none of them.
HAZARDS := harmless cancel exit backtrace dlopen altstack contexts switch array jit seccomp cleanup
define hazard
$$(OUT)/native/hazard-$(1): native/hazards.c native/part.mk
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(CFLAGS) -O2 -pthread -fPIE -pie -DHAZARD_$(1) $$(HAZARD_$(1)) $$< -o $$@ -MF $$@.d
all: $$(OUT)/native/hazard-$(1)
-include $$(OUT)/native/hazard-$(1).d
endef
HAZARD_cleanup := -fexceptions
$(foreach h,$(HAZARDS),$(eval $(call hazard,$(h))))
$(OUT)/native/hazard-static: native/hazards.c native/part.mk
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -O2 -static -DHAZARD_harmless $< -o $@ -MF $@.d
all: $(OUT)/native/hazard-static
-include $(OUT)/native/returns.d $(OUT)/native/throws.d
