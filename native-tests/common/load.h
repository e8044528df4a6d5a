// Threads that work until the end of stdin and check their own results; a line on stdin prints a "status" meanwhile.
#ifndef LOAD_H
#define LOAD_H

#include "fixture.h"

#include <pthread.h>
#include <stdatomic.h>

enum { MAX_THREADS = 256 };

static atomic_bool load_stop;
static atomic_long load_rounds, load_fired, load_errors;

static inline int thread_count(int argc, char **argv, int index, int otherwise)
{
    int count = argc > index ? atoi(argv[index]) : otherwise;
    return count < 1 ? 1 : count > MAX_THREADS ? MAX_THREADS : count;
}

static inline void must_create(pthread_t *thread, void *(*body)(void *), void *argument)
{
    if (pthread_create(thread, NULL, body, argument) != 0) {
        perror("pthread_create");
        exit(1);
    }
}

static inline void load_print(const char *word)
{
    printf("%s rounds=%ld fired=%ld errors=%ld\n", word, load_rounds, load_fired, load_errors);
}

// Starts with the first line, ends with "quit" or the end of stdin; report, if any, prints what went wrong before "done".
static inline int load_run(int threads, void *(*body)(void *), void (*report)(void))
{
    pthread_t ids[MAX_THREADS];
    char line[256];
    fixture_ready();
    if (fixture_command(line, sizeof line)) {
        for (long i = 0; i < threads; i++)
            must_create(&ids[i], body, (void *)i);
        puts("started");
        while (fixture_command(line, sizeof line))
            load_print("status");
        load_stop = true;
        for (int i = 0; i < threads; i++)
            pthread_join(ids[i], NULL);
    }
    if (report != NULL)
        report();
    load_print("done");
    return load_errors == 0 ? 0 : 1;
}

#endif
