// operands with its probes in a shared library: loads "<own path>.so" before "ready", or with --late after the first line on stdin.
#include "../common/fixture.h"

#include <dlfcn.h>

typedef unsigned long fire_function(void);

static fire_function *load(void)
{
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 4);
    if (length < 0)
        exit(1);
    strcpy(path + length, ".so");
    void *library = dlopen(path, RTLD_NOW);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    return (fire_function *)dlsym(library, "operands_fire");
}

int main(int argc, char **argv)
{
    bool leave = fixture_exit_option(&argc, argv);
    bool late = argc > 1 && strcmp(argv[1], "--late") == 0;
    fire_function *fire = late ? NULL : load();
    char line[256];
    fixture_ready();
    while (fixture_command(line, sizeof line)) {
        if (fire == NULL) {
            // A line of its own, so that a tracer that follows dlopen has time to arm the new probes.
            fire = load();
            puts("loaded");
            continue;
        }
        printf("done events=%lu\n", fire());
        if (leave)
            break;
    }
    return 0;
}
