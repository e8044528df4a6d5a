// The protocol every C fixture speaks, so that a tracer can be attached between two lines:
//   stdout "ready PID"; then for each line on stdin one round is fired, and "done key=value ..." is printed;
//   the line "quit" or the end of stdin ends the program; with --exit it ends after the first round.
#ifndef FIXTURE_H
#define FIXTURE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

// Takes --exit out of the arguments and returns whether it was there.
static inline bool fixture_exit_option(int *argc, char **argv)
{
    bool found = false;
    int kept = 1;
    for (int i = 1; i < *argc; i++) {
        if (strcmp(argv[i], "--exit") == 0)
            found = true;
        else
            argv[kept++] = argv[i];
    }
    argv[kept] = NULL;
    *argc = kept;
    return found;
}

static inline void fixture_ready(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("ready %d\n", (int)getpid());
}

// The next command without its newline, or NULL when the program should end.
static inline char *fixture_command(char *line, int size)
{
    if (fgets(line, size, stdin) == NULL)
        return NULL;
    line[strcspn(line, "\r\n")] = 0;
    return strcmp(line, "quit") == 0 ? NULL : line;
}

#endif
