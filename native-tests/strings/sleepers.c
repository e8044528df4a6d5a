// Threads on one processor that hit a probe whose text is in a page that is not there yet and takes a while to come: what a tracer knows of one hit must not get into another's.
// "sleepers THREADS ROUNDS", told to begin by a line on standard input; each hit is sleeper(thread, round, text "thread round", ~thread).
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sdt.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096
static char *pages;
static int rounds, faults;
static volatile int round_of[256];

static __attribute__((noreturn)) void *serve(void *unused)
{
    (void)unused;
    static char page[PAGE] __attribute__((aligned(PAGE)));
    for (;;)
    {
        struct uffd_msg message;
        if (read(faults, &message, sizeof message) != sizeof message || message.event != UFFD_EVENT_PAGEFAULT)
            continue;
        uint64_t at = message.arg.pagefault.address & ~(uint64_t)(PAGE - 1);
        long thread = (at - (uint64_t)(uintptr_t)pages) / PAGE;
        usleep(300);
        memset(page, 0, PAGE);
        snprintf(page, PAGE, "%ld %d", thread, thread >= 0 && thread < 256 ? round_of[thread] : -1);
        struct uffdio_copy copy = { .dst = at, .src = (uint64_t)(uintptr_t)page, .len = PAGE };
        ioctl(faults, UFFDIO_COPY, &copy);
    }
}

__attribute__((noinline)) static void hit(long thread, long round, const char *text)
{
    DTRACE_PROBE4(sleepers, hit, thread, round, text, ~thread);
}

static void *sleeper(void *number)
{
    long thread = (long)(intptr_t)number;
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(0, &cpus);
    sched_setaffinity(0, sizeof cpus, &cpus);
    char *page = pages + thread * PAGE;
    for (int round = 0; round < rounds; round++)
    {
        round_of[thread] = round;
        madvise(page, PAGE, MADV_DONTNEED);
        hit(thread, round, page);
    }

    return NULL;
}

int main(int argc, char **argv)
{
    long threads = argc > 1 ? atol(argv[1]) : 4;
    if (threads < 1 || threads > 256)
        return 1;
    rounds = argc > 2 ? atoi(argv[2]) : 100;
    pages = mmap(NULL, threads * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    faults = syscall(SYS_userfaultfd, O_CLOEXEC);
    struct uffdio_api api = { .api = UFFD_API };
    if (faults < 0 || ioctl(faults, UFFDIO_API, &api))
    {
        printf("no userfaultfd\n");
        return 2;
    }

    struct uffdio_register area = { .range = { (uint64_t)(uintptr_t)pages, threads * PAGE }, .mode = UFFDIO_REGISTER_MODE_MISSING };
    if (ioctl(faults, UFFDIO_REGISTER, &area))
        return 3;
    pthread_t server, workers[256];
    pthread_create(&server, NULL, serve, NULL);
    char line[64];
    printf("ready\n");
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin))
        return 1;
    for (long k = 0; k < threads; k++)
        pthread_create(&workers[k], NULL, sleeper, (void *)(intptr_t)k);
    for (long k = 0; k < threads; k++)
        pthread_join(workers[k], NULL);
    printf("end %ld\n", threads * rounds);
    return 0;
}
