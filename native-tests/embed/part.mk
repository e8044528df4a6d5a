# embed/static-VERSION are linked with those of pyenv.
# embed/loads loads libpythons itself; embed/linked is linked with Debian's shared libpython3.11, embed/static and embed/static-exports with its static one, without and with
# the interpreter's names in .dynsym. embed/libpython-copy.so.1.0 is a copy of the shared one, to be loaded beside it.
EMBED_CONFIG := $(firstword $(wildcard /usr/lib/python3.11/config-3.11-*))
EMBED_SHARED := $(firstword $(wildcard /usr/lib/*/libpython3.11.so.1.0))
EMBED_BUILD := $(CC) $(CFLAGS) -O2 -pthread

$(OUT)/embed/loads: embed/embed.c embed/part.mk
	$(Q)mkdir -p $(@D)
	$(Q)$(EMBED_BUILD) $< -o $@ -MF $@.d -ldl
all: $(OUT)/embed/loads
-include $(OUT)/embed/loads.d

# $(1) program, $(2) flags
define embed_linked
$$(OUT)/embed/$(1): embed/embed.c embed/part.mk
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(EMBED_BUILD) -DEMBED_LINKED $$< -o $$@ -MF $$@.d $(2)
all: $$(OUT)/embed/$(1)
-include $$(OUT)/embed/$(1).d
endef
ifneq ($(and $(EMBED_CONFIG),$(EMBED_SHARED)),)
EMBED_STATIC := -no-pie $(EMBED_CONFIG)/libpython3.11.a -lexpat -lz -lm -ldl -lutil
$(eval $(call embed_linked,linked,-L$(EMBED_CONFIG) -lpython3.11))
$(eval $(call embed_linked,static,$(EMBED_STATIC)))
$(eval $(call embed_linked,static-exports,-rdynamic $(EMBED_STATIC)))
$(OUT)/embed/libpython-copy.so.1.0: $(EMBED_SHARED)
	$(Q)mkdir -p $(@D)
	$(Q)cp $< $@
all: $(OUT)/embed/libpython-copy.so.1.0
else
$(warning libpython3.11-dev is not installed: programs that embed Python are not built (eng/setup-tests.sh installs it))
endif

# $(1) version, $(2) library
define embed_pyenv
$$(OUT)/embed/static-$(1): embed/embed.c embed/part.mk $(2)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(EMBED_BUILD) -DEMBED_LINKED -no-pie -Wl,--strip-debug $$< $(2) -o $$@ -MF $$@.d -lm -ldl -lutil
all: $$(OUT)/embed/static-$(1)
endef
$(foreach v,3.6 3.7 3.8 3.9 3.10 3.11 3.12 3.13,$(foreach l,$(firstword $(wildcard $(HOME)/.pyenv/versions/$(v).*/lib/python$(v)/config*/libpython$(v)*.a)),$(eval $(call embed_pyenv,$(v),$(l)))))
