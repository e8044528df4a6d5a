# out/operands/COMPILER-LEVEL[-nopie|-so][.stripped]; the shared library of X-so is X-so.so.
OPERANDS_LEVELS := O0 O1 O2 O3
OPERANDS_UNITS := nor g xmm hand event
# Addresses outside any object and constants kept from folding are on purpose here.
OPERANDS_FLAGS := -Wno-array-bounds

# $(1) compiler, $(2) level, $(3) suffix, $(4) compile flags, $(5) link flags
define operands_objects
$$(OUT)/operands/$(1)-$(2)$(3).d/%.o: operands/%.c operands/part.mk
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(1) $$(CFLAGS) $$(OPERANDS_FLAGS) -$(2) $(4) -c $$< -o $$@
$$(OUT)/operands/$(1)-$(2)$(3).d/hand-asm.o: operands/hand.S operands/part.mk
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(1) $(4) -c $$< -o $$@
endef
define operands_program
$(call operands_objects,$(1),$(2),$(3),$(4))
$$(OUT)/operands/$(1)-$(2)$(3): $$(addprefix $$(OUT)/operands/$(1)-$(2)$(3).d/,$$(addsuffix .o,$$(OPERANDS_UNITS) main hand-asm))
	$$(Q)$(1) $(5) $$^ -o $$@
all: $$(OUT)/operands/$(1)-$(2)$(3) $$(OUT)/operands/$(1)-$(2)$(3).stripped
endef
define operands_library
$(call operands_objects,$(1),$(2),-so,-fPIC -DFIXTURE_SO)
$$(OUT)/operands/$(1)-$(2)-so.so: $$(addprefix $$(OUT)/operands/$(1)-$(2)-so.d/,$$(addsuffix .o,$$(OPERANDS_UNITS) hand-asm))
	$$(Q)$(1) -shared $$^ -o $$@
$$(OUT)/operands/$(1)-$(2)-so: $$(OUT)/operands/$(1)-$(2)-so.d/main-so.o
	$$(Q)$(1) $$^ -ldl -o $$@
all: $$(addprefix $$(OUT)/operands/$(1)-$(2)-so,.so .stripped .stripped.so) $$(OUT)/operands/$(1)-$(2)-so
endef
$(foreach c,$(COMPILERS),$(foreach l,$(OPERANDS_LEVELS),\
  $(eval $(call operands_program,$(c),$(l),,-fPIE,-pie))\
  $(eval $(call operands_program,$(c),$(l),-nopie,-fno-pie,-no-pie))\
  $(eval $(call operands_library,$(c),$(l)))))

$(OUT)/operands/%.stripped: $(OUT)/operands/%
	$(Q)strip -o $@ $<
$(OUT)/operands/%.stripped.so: $(OUT)/operands/%.so
	$(Q)strip -o $@ $<

-include $(wildcard $(OUT)/operands/*.d/*.d)
