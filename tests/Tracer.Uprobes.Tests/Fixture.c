/* A program that fires probe sites on command and says what it did. Built by the tests with gcc. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Sites are nops, which the kernel emulates. recurse counts its argument down; its exit nop has the stack pointer of its entry. */
__asm__(".text\n"
        ".globl hit\n.type hit,@function\nhit: nop\nret\n.size hit,.-hit\n"
        ".globl other\n.type other,@function\nother: nop\nret\n.size other,.-other\n"
        ".globl idle\n.type idle,@function\nidle: nop\nret\n.size idle,.-idle\n"
        ".globl recurse\nrecurse: nop\npush %rbx\nmov %rdi,%rbx\ntest %rdi,%rdi\njz 1f\nlea -1(%rdi),%rdi\ncall recurse\n"
        "1: mov %rbx,%rax\npop %rbx\n.globl recurse_exit\nrecurse_exit: nop\nret\n");
typedef unsigned long word;
extern void hit(word a, const void *b, word c, word d, word e, word f);
extern void other(word a, const void *b, word c, word d, word e, word f);
extern void idle(void);
extern word recurse(word n);
extern char recurse_exit[];
volatile unsigned short semaphore __attribute__((section(".probes"))) = 0;
unsigned char data[4096] __attribute__((aligned(4096)));
static __thread word thread_local_value = 7;
static word per_thread;
static volatile int stop_flooding;

static word file_offset(const volatile void *address)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    word start, end, offset;
    while (fgets(line, sizeof line, maps))
        if (sscanf(line, "%lx-%lx %*s %lx", &start, &end, &offset) == 3 && start <= (word)address && (word)address < end) {
            fclose(maps);
            return (word)address - start + offset;
        }
    abort();
}

static void *run(void *unused)
{
    for (word i = 0; i < per_thread; i++) hit(i, "text", 0, 0, 0, 0);
    return unused;
}

static void *flood(void *count)
{
    word n = 0;
    while (!stop_flooding) { hit(n, "0123456789", 1, 2, 3, 4); n++; }
    *(word *)count = n;
    return 0;
}

static void threads(int n, word each)
{
    pthread_t t[64];
    per_thread = each;
    for (int i = 0; i < n; i++) pthread_create(&t[i], 0, run, 0);
    for (int i = 0; i < n; i++) pthread_join(t[i], 0);
}

int main(int argc, char **argv)
{
    char command[32];
    word a, b, c, d, e, f;
    struct { const char *name; const volatile void *address; } places[] = {
        {"hit", hit}, {"other", other}, {"idle", idle}, {"recurse", recurse}, {"recurse_exit", recurse_exit}, {"semaphore", &semaphore}, {"data", data}};
    for (int i = 0; i < 4096; i++) data[i] = i % 61 == 0 ? 0 : (unsigned char)(i * 2654435761u >> 13);
    for (int i = 0; i < 7; i++) printf("%s %lu %lu\n", places[i].name, file_offset(places[i].address), (word)places[i].address);
    printf(".\n");
    fflush(stdout);
    while (scanf("%31s", command) == 1) {
        struct timespec t0, t1;
        char answer[256] = "ok";
        clock_gettime(CLOCK_MONOTONIC, &t0);
        if (!strcmp(command, "hit") && scanf("%lu", &a) == 1)
            for (word i = 0; i < a; i++) hit(i, "0123456789", 1, 2, 3, 4);
        else if (!strcmp(command, "other") && scanf("%lu", &a) == 1)
            for (word i = 0; i < a; i++) other(i, "0123456789", 1, 2, 3, 4);
        else if (!strcmp(command, "args") && scanf("%lu %lu %lu %lu %lu %lu", &a, &b, &c, &d, &e, &f) == 6)
            hit(a, (void *)b, c, d, e, f);
        else if (!strcmp(command, "threads") && scanf("%lu %lu", &a, &b) == 2)
            threads(a, b);
        else if (!strcmp(command, "string") && scanf("%lu", &a) == 1) {
            char *s = malloc(a + 1);
            for (word i = 0; i < a; i++) s[i] = 'a' + i % 26;
            s[a] = 0;
            hit(a, s, 0, 0, 0, 0);
            free(s);
        } else if (!strcmp(command, "edge") && scanf("%lu", &a) == 1) {
            /* a characters up to the end of a page, the next one unmapped and no NUL between */
            char *s = mmap(0, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            munmap(s + 2 * 4096, 4096);
            memset(s, 'x', 2 * 4096);
            hit(a, s + 2 * 4096 - a, 0, 0, 0, 0);
            munmap(s, 2 * 4096);
        } else if (!strcmp(command, "absent") && scanf("%lu", &a) == 1) {
            int file = open(argv[1], O_RDONLY);
            char *page = mmap(0, 4096, PROT_READ, MAP_PRIVATE, file, 0);
            for (word i = 0; i < a; i++) {
                madvise(page, 4096, MADV_DONTNEED);
                hit(i, page, 0, 0, 0, 0);
            }
        } else if (!strcmp(command, "owners") && scanf("%lu %lu", &a, &b) == 2) {
            /* a rounds over objects that each have a text; every b rounds they end, which other() says, and the next at the same addresses have other texts */
            static char objects[50][32];
            for (word i = 0; i < a; i++)
                for (word k = 0; k < 50; k++) {
                    if (i % b == 0) {
                        if (i > 0) other((word)objects[k], 0, 0, 0, 0, 0);
                        sprintf(objects[k], "%lu of %lu", k, i / b);
                    }
                    hit(i, objects[k], 0, 0, 0, 0);
                }
        } else if (!strcmp(command, "recurse") && scanf("%lu", &a) == 1)
            sprintf(answer, "%lu", recurse(a));
        else if (!strcmp(command, "semaphore"))
            sprintf(answer, "%u", semaphore);
        else if (!strcmp(command, "fs"))
            sprintf(answer, "%lu", (word)&thread_local_value), hit(0, 0, (word)__builtin_thread_pointer(), 0, 0, 0);
        else if (!strcmp(command, "fork") && scanf("%lu", &a) == 1) {
            int status;
            pid_t child = fork();
            if (!child) {
                for (word i = 0; i < a; i++) hit(i, "child", 0, 0, 0, 0);
                _exit((int)recurse(42));
            }
            waitpid(child, &status, 0);
            sprintf(answer, "%d %d", WIFEXITED(status), WEXITSTATUS(status));
        } else if (!strcmp(command, "flood") && scanf("%lu %lu", &a, &b) == 2) {
            pthread_t t[16];
            word counts[16], sum = 0;
            stop_flooding = 0;
            for (word i = 0; i < a; i++) pthread_create(&t[i], 0, flood, &counts[i]);
            usleep(b * 1000);
            stop_flooding = 1;
            for (word i = 0; i < a; i++) pthread_join(t[i], 0), sum += counts[i];
            sprintf(answer, "%lu", sum);
        } else if (!strcmp(command, "exit") && scanf("%lu", &a) == 1) {
            for (word i = 0; i < a; i++) hit(i, "last words", 0, 0, 0, 0);
            _exit(3);
        }
        clock_gettime(CLOCK_MONOTONIC, &t1);
        printf("%s %ld\n", answer, (t1.tv_sec - t0.tv_sec) * 1000000000L + t1.tv_nsec - t0.tv_nsec);
        fflush(stdout);
    }
    return 0;
}
