# The programs of one C file each: out/FOLDER/NAME (PIE), NAME-nopie and NAME.stripped, at -O2 by the first compiler, and NAME-clang when clang is there.
PROGRAMS := rights/filtered strings/sleepers semaphores/semaphores sites/sites sites/many strings/strings rate/rate rate/call threads/threads rate/instructions aggregate/aggregate
$(OUT)/rate/instructions $(OUT)/rate/instructions-nopie $(OUT)/rate/instructions-clang: rate/instructions.S
# So that the labels are in .dynsym and outlive strip.
instructions_FLAGS := -rdynamic

# $(1) program, $(2) suffix, $(3) compiler, $(4) flags
define program
$$(OUT)/$(1)$(2): $(1).c programs.mk
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(3) $$(CFLAGS) -O2 -pthread $(4) $$($$(notdir $(1))_FLAGS) $$(filter %.c %.S,$$^) -o $$@ -MF $$@.d
all: $$(OUT)/$(1)$(2)
-include $$(OUT)/$(1)$(2).d
endef
$(foreach p,$(PROGRAMS),\
  $(eval $(call program,$(p),,$(CC),-fPIE -pie))\
  $(eval $(call program,$(p),-nopie,$(CC),-fno-pie -no-pie))\
  $(if $(filter clang,$(COMPILERS)),$(eval $(call program,$(p),-clang,clang,-fPIE -pie)))\
  $(eval all: $(OUT)/$(p).stripped))
$(foreach f,$(sort $(dir $(PROGRAMS))),$(eval $(OUT)/$(f)%.stripped: $(OUT)/$(f)% ; $(Q)strip -o $$@ $$<))
