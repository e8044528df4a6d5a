// A program with a probe, a symbol, types and nothing else, to be built into every kind of ELF file (see elf/part.mk).
// For each line on stdin it fires elf:tiny(int round, const char *name) once; "quit" or the end of stdin ends it.
#include "../common/fixture.h"

#include <sys/sdt.h>

enum shade { DARK, LIGHT = 7 };
union word { int i; float f; };

struct point {
    int x, y;
};

struct tiny {
    int round;
    unsigned flags : 3;
    unsigned rest : 13;
    enum shade shade;
    union word word;
    struct { long hidden; };
    struct point corners[4];
    const char *name;
    struct tiny *next;
    void (*function)(struct tiny *, int);
};

struct tiny tiny_state = { .name = "tiny" };

NOINLINE int tiny_function(struct tiny *state, int step)
{
    state->round += step;
    STAP_PROBE2(elf, tiny, state->round, state->name);
    return state->round;
}

int main(void)
{
    char line[256];
    fixture_ready();
    while (fixture_command(line, sizeof line))
        tiny_function(&tiny_state, 1);
    printf("done fired=%d\n", tiny_state.round);
    return 0;
}
