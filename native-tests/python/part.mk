# python/stripped/VERSION/libpython*.so.1.0: libraries of the pyenv builds without symbols and debugging information, to be found with LD_LIBRARY_PATH.
STRIPPED_PYTHONS := 2.7 3.12 3.13

# $(1) version, $(2) its library
define stripped_python
$$(OUT)/python/stripped/$(1)/$(notdir $(2)): $(2) python/part.mk
	$$(Q)mkdir -p $$(@D)
	$$(Q)strip -o $$@ $$<
all: $$(OUT)/python/stripped/$(1)/$(notdir $(2))
endef
$(foreach v,$(STRIPPED_PYTHONS),$(foreach l,$(wildcard $(HOME)/.pyenv/versions/$(v).*/lib/libpython$(v)*.so.1.0),$(eval $(call stripped_python,$(v),$(l)))))
