// Knows how often each of its call paths is taken. For each line on stdin:
//   tree THREADS N   stacks:leaf(int path) at the ends of 2^DEPTH call paths, each taken N times in each thread
//   chain DEPTH N    stacks:leaf(int depth) N times below DEPTH calls of one function
//   many PATHS N     stacks:leaf(int path) N times at the end of each of PATHS paths, no two alike (up to 4^MANY_DEPTH)
//   sort N           stacks:leaf(int) N times in a comparison that the C library calls back, below two callers of it
//   burst N          stacks:leaf(int) N times below ten calls; prints what one took
// and prints "path ID COUNT" for each and "done fired=N". The probe is in the function path_end.
#include "../common/load.h"

#include <sys/sdt.h>
#include <time.h>

enum { DEPTH = 4, MANY_DEPTH = 6 };

static atomic_long fired;
static long times;
static volatile int sink;

NOINLINE void path_end(int path)
{
    sink++;
    STAP_PROBE1(stacks, leaf, path);
    fired++;
}

// Two functions that call each other or themselves, from two places each: paths of one length that differ in return addresses.
static NOINLINE void left(int depth, int path);

static NOINLINE void right(int depth, int path)
{
    if (depth == 0)
        path_end(path);
    else if (path >> (depth - 1) & 1)
        right(depth - 1, path);
    else
        left(depth - 1, path);
    sink++;
}

static NOINLINE void left(int depth, int path)
{
    if (depth == 0)
        path_end(path);
    else if (path >> (depth - 1) & 1)
        right(depth - 1, path);
    else
        left(depth - 1, path);
    sink++;
}

static NOINLINE void *tree_thread(void *argument)
{
    for (long i = 0; i < times; i++)
        for (int path = 0; path < 1 << DEPTH; path++)
            left(DEPTH, path);
    return argument;
}

static void tree(int threads, long count)
{
    pthread_t ids[MAX_THREADS];
    times = count;
    for (int i = 0; i < threads; i++)
        must_create(&ids[i], tree_thread, NULL);
    for (int i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    for (int path = 0; path < 1 << DEPTH; path++)
        printf("path\t%d\t%ld\n", path, count * threads);
}

static NOINLINE void chain(int depth, int whole)
{
    if (depth > 1)
        chain(depth - 1, whole);
    else
        path_end(whole);
    sink++;
}

// One of four functions is called at each level.
static void (*const many[4])(int depth, int path);

#define MANY(k)                                          \
    static NOINLINE void many_##k(int depth, int path)   \
    {                                                    \
        if (depth == 0)                                  \
            path_end(path);                              \
        else                                             \
            many[path >> 2 * (depth - 1) & 3](depth - 1, path); \
        sink += k;                                       \
    }
MANY(1)
MANY(2)
MANY(3)
MANY(4)
static void (*const many[4])(int depth, int path) = { many_1, many_2, many_3, many_4 };

static int compare(const void *a, const void *b)
{
    int order = *(const int *)a - *(const int *)b;
    path_end(0);
    return order;
}

// qsort of two items compares once.
static NOINLINE void sort_one(void)
{
    int two[2] = { 2, 1 };
    qsort(two, 2, sizeof *two, compare);
    sink += two[0];
}

static NOINLINE void sort_other(void)
{
    int two[2] = { 4, 3 };
    qsort(two, 2, sizeof *two, compare);
    sink += two[1];
}

static long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

static NOINLINE void repeat(int depth, long count)
{
    if (depth > 1)
        repeat(depth - 1, count);
    else
        for (long i = 0; i < count; i++)
            path_end(1);
    sink++;
}

int main(void)
{
    char line[256];
    fixture_ready();
    while (fixture_command(line, sizeof line)) {
        long first = 0, second = 0, elapsed = 0;
        fired = 0;
        if (sscanf(line, "tree %ld %ld", &first, &second) == 2 && first > 0 && first <= MAX_THREADS) {
            tree((int)first, second);
        } else if (sscanf(line, "chain %ld %ld", &first, &second) == 2) {
            for (long i = 0; i < second; i++)
                chain((int)first, (int)first);
        } else if (sscanf(line, "many %ld %ld", &first, &second) == 2 && first <= 1 << 2 * MANY_DEPTH) {
            for (int path = 0; path < first; path++)
                for (long i = 0; i < second; i++)
                    many[0](MANY_DEPTH, path);
        } else if (sscanf(line, "sort %ld", &first) == 1) {
            for (long i = 0; i < first; i++) {
                sort_one();
                sort_other();
            }
        } else if (sscanf(line, "burst %ld", &first) == 1) {
            long before = now();
            repeat(10, first);
            elapsed = now() - before;
        } else if (line[0] == 0) {
            long before = now();
            repeat(10, 300000);
            elapsed = now() - before;
        } else {
            printf("error unknown command\n");
        }
        printf("done fired=%ld elapsed_ns=%ld\n", (long)fired, elapsed);
    }
    return 0;
}
