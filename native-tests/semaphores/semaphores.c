// Probes with semaphores: "sema" prints the counters, "fire N" fires; "guarded" fires only while its semaphore is raised, as real programs do.
#include "../common/fixture.h"

#define _SDT_HAS_SEMAPHORES 1
#include <sys/sdt.h>

#define SEMAPHORE(probe) __extension__ volatile unsigned short semaphores_##probe##_semaphore __attribute__((section(".probes")))

SEMAPHORE(guarded) = 0;
SEMAPHORE(always) = 0;

static void fire(long times)
{
    long guarded = 0;
    for (long i = 0; i < times; i++) {
        if (semaphores_guarded_semaphore != 0) {
            STAP_PROBE1(semaphores, guarded, i);
            guarded++;
        }
        STAP_PROBE2(semaphores, always, i, "text");
    }
    printf("done guarded=%ld always=%ld\n", guarded, times);
}

int main(void)
{
    char line[256];
    fixture_ready();
    for (char *command; (command = fixture_command(line, sizeof line)) != NULL;) {
        if (strncmp(command, "fire", 4) == 0)
            fire(command[4] ? atol(command + 4) : 1);
        else if (strcmp(command, "sema") == 0)
            printf("sema guarded=%u always=%u\n", semaphores_guarded_semaphore, semaphores_always_semaphore);
        else
            printf("unknown command\n");
    }
    return 0;
}
