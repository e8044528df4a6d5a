// A library that counts the calls of its function itself, those of its constructor included: in work_calls, and for its users by work_count().
#include <sys/sdt.h>

static volatile unsigned long work_calls;
volatile int work_sink;

__attribute__((noinline, visibility("default"))) int work_hit(int value)
{
    work_calls++;
    DTRACE_PROBE1(work, hit, value);
    work_sink += value;
    return work_sink;
}

__attribute__((visibility("default"))) unsigned long work_count(void)
{
    return work_calls;
}

// In the image of the process: its address is another in each process that is not forked.
__attribute__((visibility("default"))) volatile int work_global = 42;

__attribute__((constructor)) static void begin(void)
{
    work_hit(1000);
    work_hit(1001);
}
