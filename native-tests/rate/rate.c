// Fires rate:hit(long index, const char *text, int thread) as fast as it can: "rate [N [THREADS]]" N times in each thread for every line on stdin,
// "rate load [THREADS]" until the end of stdin with a checksum that must come out the same with and without the probe.
#include "../common/load.h"

#include <stdint.h>
#include <sys/sdt.h>
#include <time.h>

static long times;
static pthread_barrier_t barrier;
static int64_t started[MAX_THREADS], ended[MAX_THREADS];

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

static void *burst(void *argument)
{
    int thread = (int)(long)argument;
    pthread_barrier_wait(&barrier);
    started[thread] = now();
    for (long i = 0; i < times; i++)
        STAP_PROBE3(rate, hit, i, "a string argument", thread);
    ended[thread] = now();
    return NULL;
}

static int bursts(int threads, bool leave)
{
    pthread_t ids[MAX_THREADS];
    char line[256];
    pthread_barrier_init(&barrier, NULL, (unsigned)threads);
    fixture_ready();
    while (fixture_command(line, sizeof line)) {
        for (long i = 0; i < threads; i++)
            must_create(&ids[i], burst, (void *)i);
        for (int i = 0; i < threads; i++)
            pthread_join(ids[i], NULL);
        int64_t first = started[0], last = ended[0];
        for (int i = 1; i < threads; i++) {
            first = started[i] < first ? started[i] : first;
            last = ended[i] > last ? ended[i] : last;
        }
        printf("done fired=%ld threads=%d elapsed_ns=%ld\n", times * threads, threads, (long)(last - first));
        if (leave)
            break;
    }
    return 0;
}

enum { STEPS = 256 };

static uint64_t step(uint64_t x, long i)
{
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x + (uint64_t)i;
}

NOINLINE static uint64_t traced_checksum(uint64_t x, int thread)
{
    for (long i = 0; i < STEPS; i++) {
        x = step(x, i);
        STAP_PROBE3(rate, hit, i, "a string argument", thread);
    }
    return x;
}

NOINLINE static uint64_t checksum(uint64_t x)
{
    for (long i = 0; i < STEPS; i++)
        x = step(x, i);
    return x;
}

static void *load(void *argument)
{
    int thread = (int)(long)argument;
    uint64_t x = 88172645463325252u + (uint64_t)thread;
    while (!load_stop) {
        uint64_t expected = checksum(x);
        x = traced_checksum(x, thread);
        load_fired += STEPS;
        load_rounds++;
        if (x != expected)
            load_errors++;
    }
    return NULL;
}

int main(int argc, char **argv)
{
    bool leave = fixture_exit_option(&argc, argv);
    if (argc > 1 && strcmp(argv[1], "load") == 0)
        return load_run(thread_count(argc, argv, 2, 8), load, NULL);
    times = argc > 1 ? atol(argv[1]) : 1000000;
    return bursts(thread_count(argc, argv, 2, 1), leave);
}
