// Functions that are entered and left in every way C knows, and counted by the program itself: to the end of stdin, one command a line.
// It unwinds nothing and has one stack a thread, so that a tracer may replace return addresses.
#include "../common/fixture.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdint.h>

// Each begins with a push, which kernels emulate.
#define PUSHES __asm__ volatile("" : : : "rbx", "memory")

NOINLINE int64_t deep(int64_t n, const char *name);
NOINLINE int64_t deep(int64_t n, const char *name)
{
    PUSHES;
    int64_t below = n > 0 ? deep(n - 1, name) : (int64_t)name[0];
    PUSHES;
    return below + 1;
}

static jmp_buf back;

NOINLINE void leap(int64_t n);
NOINLINE void leap(int64_t n)
{
    PUSHES;
    if (n >= 0)
        longjmp(back, 1);
    PUSHES;
}

NOINLINE int64_t left(int64_t n);
NOINLINE int64_t left(int64_t n)
{
    PUSHES;
    if (n % 2 == 0)
        leap(n);
    PUSHES;
    return n;
}

NOINLINE int64_t held(int64_t n);
NOINLINE int64_t held(int64_t n)
{
    char line[64];
    puts("held");
    if (fgets(line, sizeof line, stdin) == NULL)
        return -1;
    return n + 1;
}

NOINLINE void *whence(void);
NOINLINE void *whence(void)
{
    PUSHES;
    return __builtin_return_address(0);
}

NOINLINE int64_t tail(int64_t n);
NOINLINE int64_t tail(int64_t n)
{
    return left(2 * n + 1);
}

struct work {
    pthread_t thread;
    long times, depth;
    int64_t sum;
};

static void *run(void *argument)
{
    struct work *work = argument;
    for (long i = 0; i < work->times; i++)
        work->sum += deep(work->depth, "a");
    return NULL;
}

static void threads(long count, long times, long depth)
{
    struct work all[64];
    int64_t sum = 0;
    for (long i = 0; i < count; i++) {
        all[i] = (struct work){ .times = times, .depth = depth };
        pthread_create(&all[i].thread, NULL, run, &all[i]);
    }
    for (long i = 0; i < count; i++) {
        pthread_join(all[i].thread, NULL);
        sum += all[i].sum;
    }
    printf("done calls=%ld sum=%ld\n", count * times * (depth + 1), (long)sum);
}

int main(void)
{
    char line[256];
    fixture_ready();
    while (fixture_command(line, sizeof line)) {
        long a = 0, b = 0, c = 0;
        if (sscanf(line, "deep %ld", &a) == 1) {
            int64_t sum = deep(a, "a");
            printf("done calls=%ld sum=%ld\n", a + 1, (long)sum);
        } else if (sscanf(line, "threads %ld %ld %ld", &a, &b, &c) == 3 && a <= 64) {
            threads(a, b, c);
        } else if (sscanf(line, "left %ld", &a) == 1) {
            volatile long returned = 0, i;
            for (i = 0; i < a; i++) {
                if (setjmp(back) == 0 && left(i) == i)
                    returned++;
            }
            printf("done calls=%ld returned=%ld\n", a, returned);
        } else if (strcmp(line, "hold") == 0) {
            printf("done result=%ld\n", (long)held(41));
        } else {
            printf("done whence=%d tail=%ld\n", whence() != NULL, (long)tail(7));
        }
    }
    return 0;
}
