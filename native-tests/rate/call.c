// Calls one function as fast as it can: "call [N [probes]]" N times for every line on stdin. With "probes" the probes call:pair__entry(long i) and
// call:pair__return(long i) are fired in its place, one after the other.
#include "../common/fixture.h"

#include <stdint.h>
#include <sys/sdt.h>
#include <time.h>

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

// Uses rbx, so that it begins with a push, as most functions do that are not trivial: the kernel emulates it, and steps what it cannot.
NOINLINE int64_t called(int64_t x);
NOINLINE int64_t called(int64_t x)
{
    __asm__ volatile("" : "+r"(x) : : "rbx");
    return x + 1;
}

int main(int argc, char **argv)
{
    bool leave = fixture_exit_option(&argc, argv);
    long times = argc > 1 ? atol(argv[1]) : 1000000;
    bool probes = argc > 2 && strcmp(argv[2], "probes") == 0;
    char line[256];
    fixture_ready();
    while (fixture_command(line, sizeof line)) {
        int64_t sum = 0, started = now();
        if (probes) {
            for (long i = 0; i < times; i++) {
                STAP_PROBE1(call, pair__entry, i);
                STAP_PROBE1(call, pair__return, i);
            }
        } else {
            for (long i = 0; i < times; i++)
                sum += called(i);
        }
        int64_t elapsed = now() - started;
        printf("done fired=%ld elapsed_ns=%ld sum=%ld\n", times, (long)elapsed, (long)sum);
        if (leave)
            break;
    }
    return 0;
}
