// A target for tracers that die: threads that compute what they check themselves, through instructions of every kind a breakpoint displaces; signals with exact counts; threads
// that block all signals; threads that come and go; with "children" also processes that do, by fork, vfork and posix_spawn.
// "check" lets signals and children come to rest and prints what went wrong so far, a sum of the program's own text as it is in memory, and the semaphores.
#define _GNU_SOURCE
#include "../common/fixture.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>

#define _SDT_HAS_SEMAPHORES 1
#include <sys/sdt.h>

#define SEMAPHORE(probe) __extension__ volatile unsigned short death_##probe##_semaphore __attribute__((section(".probes")))
SEMAPHORE(round) = 0;
SEMAPHORE(guarded) = 0;

enum { MOST_THREADS = 16 };
extern char __executable_start, etext;
extern char **environ;
static atomic_long wrong, rounds, sent, handled, continued, children, lost_children, threads;
static atomic_bool resting, rested_signals, rested_births;
static pthread_t workers[MOST_THREADS];
static long worker_count;
__attribute__((used)) static volatile long number = 42;

// One function for each way in which the first instruction is carried out elsewhere.
__attribute__((naked, noinline, used)) long at_push(long x __attribute__((unused))) { __asm__("push %rbp\n mov %rsp, %rbp\n lea 1(%rdi), %rax\n pop %rbp\n ret"); }
__attribute__((naked, noinline, used)) long at_load(long x __attribute__((unused))) { __asm__("mov number(%rip), %rax\n add %rdi, %rax\n ret"); }
__attribute__((naked, noinline, used)) long at_jump(long x __attribute__((unused))) { __asm__("jmp 1f\n ud2\n 1: lea 2(%rdi), %rax\n ret"); }
__attribute__((naked, noinline, used)) long at_branch(long x __attribute__((unused))) { __asm__("je 1f\n 1: lea 3(%rdi), %rax\n ret"); }
__attribute__((naked, noinline, used)) long at_call(long x __attribute__((unused))) { __asm__("call 1f\n add $4, %rax\n ret\n 1: mov %rdi, %rax\n ret"); }
__attribute__((naked, noinline, used)) long at_return(void) { __asm__("ret"); }
__attribute__((naked, noinline, used)) long at_test(long x __attribute__((unused))) { __asm__("xor %eax, %eax\n lea 5(%rdi), %rax\n ret"); }

static void compute(long i)
{
    STAP_PROBE1(death, round, i);
    if (death_guarded_semaphore != 0)
        STAP_PROBE2(death, guarded, i, "text");
    double before = (double)i * 0.5;
    if (at_push(i) != i + 1 || at_load(i) != i + 42 || at_jump(i) != i + 2 || at_branch(i) != i + 3 || at_call(i) != i + 4 || at_test(i) != i + 5)
        wrong++;
    at_return();
    if (before != (double)i * 0.5)
        wrong++;
}

static void on_signal(int signal) { (void)signal; handled++; compute(handled); }
static void on_continue(int signal) { (void)signal; continued++; }

static void *work(void *which)
{
    if ((long)which % 4 == 3) {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, NULL);
    }
    for (long i = 0;; i++) {
        compute(i);
        rounds++;
        // One computes without pause; the others let it.
        if (which != NULL)
            usleep(50);
    }
    return NULL;
}

static void *send_signals(void *unused)
{
    (void)unused;
    for (;;) {
        if (resting) {
            rested_signals = true;
            usleep(1000);
            continue;
        }
        rested_signals = false;
        // To a thread that takes them.
        if (pthread_sigqueue(workers[0], SIGRTMIN + 3, (union sigval){.sival_int = 1}) == 0)
            sent++;
        usleep(300);
    }
    return NULL;
}

static void *short_life(void *unused) { (void)unused; compute(7); threads++; return NULL; }

static void expect(pid_t child, int status)
{
    int got = 0;
    children++;
    while (waitpid(child, &got, 0) < 0 && errno == EINTR)
        ;
    if (!WIFEXITED(got) || WEXITSTATUS(got) != status)
        lost_children++;
}

static void *give_birth(void *with_children)
{
    for (;;) {
        if (resting) {
            rested_births = true;
            usleep(1000);
            continue;
        }
        rested_births = false;
        pthread_t t;
        if (pthread_create(&t, NULL, short_life, NULL) == 0)
            pthread_join(t, NULL);
        if (with_children != NULL) {
            pid_t child = fork();
            if (child == 0) {
                wrong = 0;
                for (long i = 0; i < 20; i++)
                    compute(i);
                _exit(wrong == 0 ? 7 : 8);
            }
            expect(child, 7);
            child = vfork();
            if (child == 0) {
                at_push(1);
                _exit(9);
            }
            expect(child, 9);
            char *arguments[] = {"true", NULL};
            if (posix_spawn(&child, "/bin/true", NULL, NULL, arguments, environ) == 0)
                expect(child, 0);
        }
        usleep(3000);
    }
    return NULL;
}

static unsigned long text_sum(void)
{
    unsigned long sum = 14695981039346656037UL;
    for (const unsigned char *p = (unsigned char *)&__executable_start; p < (unsigned char *)&etext; p++)
        sum = (sum ^ *p) * 1099511628211UL;
    return sum;
}

static void check(void)
{
    resting = true;
    for (int k = 0; k < 5000 && !(rested_signals && rested_births && handled == sent); k++)
        usleep(1000);
    printf("wrong=%ld signals=%ld continued=%ld lost=%ld rested=%d text=%lx semaphores=%d rounds=%ld threads=%ld children=%ld\n", wrong, sent - handled, continued, lost_children,
        rested_signals && rested_births, text_sum(), death_round_semaphore + death_guarded_semaphore, rounds, threads, children);
    resting = false;
}

int main(int argc, char **argv)
{
    char line[256];
    worker_count = argc > 1 ? atol(argv[1]) : 4;
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigaction(SIGRTMIN + 3, &action, NULL);
    action.sa_handler = on_continue;
    sigaction(SIGCONT, &action, NULL);
    fixture_ready();
    for (long k = 0; k < worker_count && k < MOST_THREADS; k++)
        pthread_create(&workers[k], NULL, work, (void *)k);
    pthread_t t;
    pthread_create(&t, NULL, send_signals, NULL);
    pthread_create(&t, NULL, give_birth, argc > 2 ? argv[2] : NULL);
    while (fixture_command(line, sizeof line) != NULL)
        check();
    return 0;
}
