// Knows what its own aggregations are. For each line on stdin:
//   calls N        aggregate:call(int key, char *name, long value) for 100 keys, N * (key + 1) times each
//   texts N        aggregate:text(char *text, int i): N times "good", N times "other", N times a bad pointer
//   keys N         aggregate:key(long i), each once
//   enter L        aggregate:work__entry(int level) once; leave L is aggregate:work__return(int level)
//   work THREADS N aggregate:work__entry(int level) and work__return(int level) around functions that call each other, N times in each thread
#include "../common/load.h"

#include <stdint.h>
#include <sys/sdt.h>
#include <time.h>

enum { KEYS = 100, LEVELS = 4 };

static void calls(long rounds)
{
    long fired = 0;
    for (int key = 0; key < KEYS; key++) {
        char name[16];
        snprintf(name, sizeof name, "key-%d", key);
        long sum = 0, min = 0, max = 0;
        long count = rounds * (key + 1);
        for (long i = 0; i < count; i++) {
            long value = (i % 1000) * (key % 2 ? -7 : 3) + key;
            STAP_PROBE3(aggregate, call, key, name, value);
            sum += value;
            min = i == 0 || value < min ? value : min;
            max = i == 0 || value > max ? value : max;
        }
        fired += count;
        printf("key\t%d\t%s\t%ld\t%ld\t%ld\t%ld\n", key, name, count, sum, min, max);
    }
    printf("done fired=%ld\n", fired);
}

static void texts(long count)
{
    char good[] = "good", other[] = "other";
    for (int i = 0; i < count; i++) {
        STAP_PROBE2(aggregate, text, good, i);
        STAP_PROBE2(aggregate, text, other, i);
        STAP_PROBE2(aggregate, text, (char *)16, i);
    }
    printf("done fired=%ld\n", 3 * count);
}

static void keys(long count)
{
    for (long i = 0; i < count; i++)
        STAP_PROBE1(aggregate, key, i);
    printf("done fired=%ld\n", count);
}

// What each level took: inside lies between the probes, outside around them, so that what a tracer measures is between the two.
static struct level {
    atomic_long count, inside, outside;
} levels[LEVELS];

static long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

static void fire(bool enter, int level)
{
    if (enter)
        STAP_PROBE1(aggregate, work__entry, level);
    else
        STAP_PROBE1(aggregate, work__return, level);
    puts("done fired=1");
}

static NOINLINE void work(int level)
{
    long before = now();
    STAP_PROBE1(aggregate, work__entry, level);
    long begin = now();
    for (volatile int i = 0; i < 2000 * (LEVELS - level); i++)
        ;
    if (level + 1 < LEVELS) {
        work(level + 1);
        work(level + 1);
    }
    long end = now();
    STAP_PROBE1(aggregate, work__return, level);
    long after = now();
    levels[level].count++;
    levels[level].inside += end - begin;
    levels[level].outside += after - before;
}

static long rounds;

static void *work_thread(void *argument)
{
    (void)argument;
    // A return whose entry nobody saw.
    STAP_PROBE1(aggregate, work__return, -1);
    for (long i = 0; i < rounds; i++)
        work(0);
    return NULL;
}

static void work_all(int threads, long count)
{
    pthread_t ids[MAX_THREADS];
    memset(levels, 0, sizeof levels);
    rounds = count;
    for (int i = 0; i < threads; i++)
        must_create(&ids[i], work_thread, NULL);
    for (int i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    for (int level = 0; level < LEVELS; level++)
        printf("level\t%d\t%ld\t%ld\t%ld\n", level, levels[level].count, levels[level].inside, levels[level].outside);
    printf("done threads=%d\n", threads);
}

int main(void)
{
    char line[256];
    fixture_ready();
    while (fixture_command(line, sizeof line)) {
        long first = 0, second = 0;
        if (sscanf(line, "calls %ld", &first) == 1)
            calls(first);
        else if (sscanf(line, "texts %ld", &first) == 1)
            texts(first);
        else if (sscanf(line, "keys %ld", &first) == 1)
            keys(first);
        else if (sscanf(line, "enter %ld", &first) == 1)
            fire(true, (int)first);
        else if (sscanf(line, "leave %ld", &first) == 1)
            fire(false, (int)first);
        else if (sscanf(line, "work %ld %ld", &first, &second) == 2 && first > 0 && first <= MAX_THREADS)
            work_all((int)first, second);
        else
            printf("error unknown command\n");
    }
    return 0;
}
