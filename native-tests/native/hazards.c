// One program for each thing that keeps a tracer from replacing return addresses (HAZARD_x), and one that has none. What is only there is never done.
#define _GNU_SOURCE
#include "../common/fixture.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <ucontext.h>

NOINLINE int64_t called(int64_t n);
NOINLINE int64_t called(int64_t n)
{
    __asm__ volatile("" : : : "rbx", "memory");
    return n + 1;
}

static void clean(int *number)
{
    printf("%d\n", *number);
}

NOINLINE void harm(int argc, char **argv);
NOINLINE void harm(int argc, char **argv)
{
#if defined HAZARD_cancel
    pthread_cancel(pthread_self());
#elif defined HAZARD_exit
    pthread_exit(NULL);
#elif defined HAZARD_backtrace
    printf("%d\n", backtrace((void **)argv, argc));
#elif defined HAZARD_dlopen
    dlopen(argv[0], RTLD_NOW);
#elif defined HAZARD_altstack
    sigaltstack(&(stack_t){ .ss_sp = argv, .ss_size = 65536 }, NULL);
#elif defined HAZARD_contexts
    static ucontext_t context;
    swapcontext(&context, (ucontext_t *)argv);
#elif defined HAZARD_switch
    __asm__ volatile("mov %0, %%rsp" : : "r"(argv) : "memory");
#elif defined HAZARD_array
    // A compiler writes rsp here too, from a frame that it describes.
    for (int i = 1; i < argc; i++) {
        char array[i];
        memset(array, i, sizeof array);
        printf("%.*s%s\n", (int)sizeof array, array, argv[0]);
    }
#endif
    int number __attribute__((cleanup(clean))) = argc;
    puts(argv[0]);
}

int main(int argc, char **argv)
{
    char line[256];
#if defined HAZARD_jit
    if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
        return 1;
#elif defined HAZARD_seccomp
    struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog filter = { .len = 1, .filter = &allow };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
        return 1;
#endif
    fixture_ready();
    if (argc > 1000)
        harm(argc, argv);
    while (fixture_command(line, sizeof line))
        printf("done result=%ld\n", (long)called(atol(line)));
    return 0;
}
