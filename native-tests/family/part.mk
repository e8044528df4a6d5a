# Processes that start others, execute and load: a library, a program that is linked with it, and one that opens it.
all: $(OUT)/family/libwork.so $(OUT)/family/family $(OUT)/family/opens
$(OUT)/family/libwork.so: family/libwork.c family/part.mk
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -g -O2 -fPIC -shared $< -o $@ -MF $@.d
$(OUT)/family/family: family/family.c $(OUT)/family/libwork.so
	$(Q)$(CC) $(CFLAGS) -g -O2 -pthread $< -L$(@D) -lwork -Wl,-rpath,'$$ORIGIN' -o $@ -MF $@.d
$(OUT)/family/opens: family/family.c family/part.mk
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -g -O2 -pthread -DOPENS $< -o $@ -MF $@.d
