# out/hostile/hostile: notes that lie, a function whose name steers terminals, a debug link that leads to a fifo beside it, a fake interpreter; liblies.so, to be
# mapped and unmapped.
$(OUT)/hostile/hostile: hostile/hostile.c hostile/notes.S hostile/part.mk $(HEADERS)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 -Wall -Wextra -Werror -fPIE -pie -rdynamic -pthread -Wl,--build-id=none $(filter %.c %.S,$^) -o $@.plain -ldl
	$(Q)printf 'fifo\000\000\000\000\001\002\003\004' > $(@D)/link
	$(Q)name=$$(printf 'evil\033[31m\nname'); objcopy --redefine-sym fire_for_ever="$$name" --add-section .gnu_debuglink=$(@D)/link $@.plain $@
	$(Q)rm -f $(@D)/fifo && mkfifo $(@D)/fifo
$(OUT)/hostile/liblies.so: hostile/hostile.c hostile/part.mk $(HEADERS)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 -fPIC -shared -pthread $< -o $@
all: $(OUT)/hostile/hostile $(OUT)/hostile/liblies.so
