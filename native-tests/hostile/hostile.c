// A program whose files and memory lie. Its first argument says how it behaves after "ready PID":
//   threads N   N threads whose names steer terminals; the first fires hostile:fine every millisecond
//   map         besides, calls code that no file has
//   exits       ends after 20 ms
//   execs       executes itself over and over
//   unmaps LIB  loads and unloads a library over and over
//   maps DIR    maps every file of a folder as code
//   shrinks SRC FILE  maps a copy of a file as code, and cuts it short and writes it anew over and over
#define _GNU_SOURCE
#include "../common/fixture.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sdt.h>
#include <sys/stat.h>
#include <time.h>

// What pretends to be CPython 3.12: a version, and a runtime whose every pointer leads back into it. Lists never end, frames are their own callers, the type of every
// object is itself, and names have no end.
const uint32_t Py_Version = 0x030c01f0;
uintptr_t _PyRuntime[1 << 16];

// An interpreter is the file that defines these.
const char *Py_GetVersion(void)
{
    return "3.12.1 (fake)";
}

void *PyEval_EvalFrameEx(void)
{
    return _PyRuntime;
}

static void nap(long milliseconds)
{
    struct timespec time = { milliseconds / 1000, milliseconds % 1000 * 1000000 };
    nanosleep(&time, NULL);
}

static NOINLINE void fire(long number)
{
    STAP_PROBE1(hostile, fine, number);
}

static void *wait_for_ever(void *name)
{
    prctl(PR_SET_NAME, name);
    for (;;)
        pause();
    return NULL;
}

// objcopy gives it a name with escapes.
static NOINLINE void fire_for_ever(void)
{
    for (long number = 0;; number++) {
        fire(number);
        nap(1);
    }
}

static void start_threads(int count)
{
    static const char *const names[] = { "\033[2J\033[31mred", "a\nb\rc\td", "\x9b" "31m\x85", "\xe2\x80\xae" "txt.exe", "\xff\xfe\x80", "\"quoted\" \\x", "\a\b\177" };
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 64 << 10);
    for (int i = 0; i < count; i++) {
        pthread_t thread;
        if (pthread_create(&thread, &attributes, wait_for_ever, (void *)names[i % 7]) != 0)
            exit(1);
    }
    prctl(PR_SET_NAME, "\033]0;title\a");
}

// mov $10, %edi; call *%rsi; jmp back: a stack with a frame that only a perf map could name.
static void call_generated(void)
{
    static const unsigned char code[] = { 0x55, 0x48, 0x89, 0xe5, 0xff, 0xd7, 0x5d, 0xc3 };
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(page, code, sizeof code);
    ((void (*)(void (*)(void)))page)(fire_for_ever);
}

static void map_files(const char *folder)
{
    DIR *directory = opendir(folder);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        int file = openat(dirfd(directory), entry->d_name, O_RDONLY);
        struct stat status;
        if (file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode))
            mmap(NULL, status.st_size, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0);
        close(file);
    }
}

static _Noreturn void shrink_for_ever(const char *source, const char *path)
{
    struct stat status;
    int from = open(source, O_RDONLY), to = open(path, O_RDWR | O_CREAT | O_TRUNC, 0700);
    if (fstat(from, &status) != 0 || to < 0)
        exit(1);
    char *bytes = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, from, 0);
    if (bytes == MAP_FAILED || pwrite(to, bytes, status.st_size, 0) != status.st_size)
        exit(1);
    // The program headers say where the code is; here the whole is code.
    mmap(NULL, status.st_size, PROT_READ | PROT_EXEC, MAP_PRIVATE, to, 0);
    fixture_ready();
    for (;;) {
        nap(1);
        if (ftruncate(to, 4096) != 0)
            exit(1);
        nap(1);
        if (pwrite(to, bytes, status.st_size, 0) != status.st_size)
            exit(1);
    }
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "threads";
    for (size_t i = 0; i < sizeof _PyRuntime / sizeof *_PyRuntime; i++)
        _PyRuntime[i] = (uintptr_t)&_PyRuntime[i * 7919 % (1 << 15)];
    if (strcmp(mode, "shrinks") == 0 && argc > 3)
        shrink_for_ever(argv[2], argv[3]);
    if (strcmp(mode, "maps") == 0)
        map_files(argv[2]);
    if (strcmp(mode, "threads") == 0)
        start_threads(argc > 2 ? atoi(argv[2]) : 8);
    if (strcmp(mode, "execs") != 0 || argc == 2)
        fixture_ready();
    if (strcmp(mode, "exits") == 0) {
        nap(20);
        return 0;
    }
    if (strcmp(mode, "execs") == 0) {
        nap(5);
        execl("/proc/self/exe", argv[0], mode, "again", NULL);
        return 1;
    }
    if (strcmp(mode, "unmaps") == 0) {
        for (;;) {
            void *library = dlopen(argv[2], RTLD_NOW);
            nap(2);
            dlclose(library);
        }
    }
    if (strcmp(mode, "map") == 0)
        call_generated();
    fire_for_ever();
    return 0;
}
