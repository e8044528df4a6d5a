// A family of processes that call work_hit() of libwork.so and count it: "family MODE ...", told to begin by a line on standard input.
// Each process writes "PID COUNT" when it ends, the count being of all calls since it was forked or executed first; the last line is "end".
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#ifndef OPENS
extern int work_hit(int value);
extern unsigned long work_count(void);
#endif

static void tell(unsigned long count)
{
    char line[64];
    int length = snprintf(line, sizeof line, "%d %lu\n", getpid(), count);
    if (write(1, line, length) != length)
        _exit(9);
}

static void await(void)
{
    char line[64];
    printf("ready\n");
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin))
        exit(1);
}

#ifdef OPENS

static void *last;
static int moves;

// dlopen, calls, dlclose, and again with something in its place.
static unsigned long use(const char *path, int hits)
{
    void *library = dlopen(path, RTLD_NOW);
    if (!library)
    {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }

    int (*hit)(int) = (int (*)(int))dlsym(library, "work_hit");
    unsigned long (*count)(void) = (unsigned long (*)(void))dlsym(library, "work_count");
    for (int k = 0; k < hits; k++)
        hit(k);
    unsigned long counted = count();
    void *there = (void *)((uintptr_t)hit & ~4095UL);
    moves += there != last;
    last = there;
    dlclose(library);
    // So that it does not come back to its old place.
    mmap(there, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    return counted;
}

int main(int argc, char **argv)
{
    await();
    unsigned long count = 0;
    for (int round = 0; round < atoi(argv[2]); round++)
        count += use(argv[1], atoi(argv[3]));
    tell(count);
    // In how many places it was.
    tell(moves);
    printf("end\n");
    return argc == 4 ? 0 : 1;
}

#else

static void *work(void *hits)
{
    for (intptr_t k = 0; k < (intptr_t)hits; k++)
        work_hit((int)k);
    return NULL;
}

// Goes on as another program of the same file, DEPTH times; the count is handed on.
static int chain(int depth, int hits, unsigned long before)
{
    work((void *)(intptr_t)hits);
    unsigned long count = before + work_count();
    if (depth == 0)
    {
        tell(count);
        return 0;
    }

    char text[3][32];
    snprintf(text[0], sizeof text[0], "%d", depth - 1);
    snprintf(text[1], sizeof text[1], "%d", hits);
    snprintf(text[2], sizeof text[2], "%lu", count);
    char *arguments[] = { "family", "chain", text[0], text[1], text[2], NULL };
    execv("/proc/self/exe", arguments);
    return 1;
}

// CHILDREN children, the first half forked, of which every third forks one more and every fourth has threads, the others executed DEPTH times.
static int prefork(int children, int hits, int depth)
{
    for (int k = 0; k < children; k++)
    {
        pid_t child = fork();
        if (child == 0)
        {
            unsigned long before = work_count();
            if (k >= children / 2)
            {
                char text[3][32];
                work((void *)(intptr_t)(hits + k));
                snprintf(text[0], sizeof text[0], "%d", depth);
                snprintf(text[1], sizeof text[1], "%d", hits + k);
                snprintf(text[2], sizeof text[2], "%lu", work_count() - before);
                char *arguments[] = { "family", "chain", text[0], text[1], text[2], NULL };
                execv("/proc/self/exe", arguments);
                _exit(1);
            }

            if (k % 3 == 0 && fork() == 0)
                before = work_count();
            if (k % 4 == 0)
            {
                pthread_t thread;
                // One after the other: the library's count is not atomic.
                pthread_create(&thread, NULL, work, (void *)(intptr_t)hits);
                pthread_join(thread, NULL);
            }

            work((void *)(intptr_t)(hits + k));
            tell(work_count() - before);
            while (wait(NULL) > 0)
            {
            }

            _exit(0);
        }
    }

    work((void *)7);
    while (wait(NULL) > 0)
    {
    }

    tell(7);
    printf("end\n");
    return 0;
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    if (!strcmp(mode, "chain") && argc == 5)
        return chain(atoi(argv[2]), atoi(argv[3]), strtoul(argv[4], NULL, 10));
    await();
    if (!strcmp(mode, "prefork") && argc == 5)
        return prefork(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]));
    if (!strcmp(mode, "other"))
    {
        // What nobody is to see.
        for (;;)
        {
            work_hit(-1);
            usleep(200);
        }
    }

    return 1;
}

#endif
