# out/stacks/stacks and its libstacks.so at -O2 without frame pointers; stacks-O0; stacks-clang; stacks-fp without call frame information, with frame pointers;
# stacks.stripped.
# paths keeps frame pointers, paths-nofp does not; paths-clang keeps them.
STACKS_WARNINGS := -Wall -Wextra -Werror
STACKS_NOFDE := -fno-asynchronous-unwind-tables -fno-unwind-tables -fno-exceptions -fno-omit-frame-pointer

$(OUT)/stacks/libstacks.so: stacks/library.c stacks/library.h stacks/part.mk
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -g -O2 -fomit-frame-pointer -fno-optimize-sibling-calls $(STACKS_WARNINGS) -fPIC -shared $< -o $@

# $(1) suffix, $(2) compiler, $(3) flags
define stacks_program
$$(OUT)/stacks/stacks$(1): stacks/stacks.cpp stacks/library.h stacks/part.mk $$(OUT)/stacks/libstacks.so
	$$(Q)$(2) -std=gnu++17 $(STACKS_WARNINGS) $(3) -fPIE -pie -pthread $$< -o $$@ -L$$(OUT)/stacks -lstacks '-Wl,-rpath,$$$$ORIGIN'
all: $$(OUT)/stacks/stacks$(1)
endef
ifneq ($(call have,g++),)
$(eval $(call stacks_program,,g++,-g -O2 -fomit-frame-pointer))
$(eval $(call stacks_program,-O0,g++,-g -O0))
$(eval $(call stacks_program,-fp,g++,-O1 $(STACKS_NOFDE)))
all: $(OUT)/stacks/stacks.stripped
$(OUT)/stacks/stacks.stripped: $(OUT)/stacks/stacks
	$(Q)strip -o $@ $<
endif
ifneq ($(call have,clang++),)
$(eval $(call stacks_program,-clang,clang++,-g -O2 -fomit-frame-pointer))
endif

# So that gcc does not make one of two functions that do the same.
STACKS_NOICF := $(if $(filter gcc,$(CC)),-fno-ipa-icf)

# $(1) suffix, $(2) compiler, $(3) flags
define stacks_paths
$$(OUT)/stacks/paths$(1): stacks/paths.c $$(HEADERS) stacks/part.mk
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(2) -std=gnu11 -g -O2 -fno-optimize-sibling-calls $(3) $(STACKS_WARNINGS) -fPIE -pie -pthread $$< -o $$@
all: $$(OUT)/stacks/paths$(1)
endef
$(eval $(call stacks_paths,,$(CC),-fno-omit-frame-pointer $(STACKS_NOICF)))
$(eval $(call stacks_paths,-nofp,$(CC),-fomit-frame-pointer $(STACKS_NOICF)))
ifneq ($(call have,clang),)
$(eval $(call stacks_paths,-clang,clang,-fno-omit-frame-pointer))
endif
