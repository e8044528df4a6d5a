// Python in a C program: embed SCRIPT [LIBRARY...]. Each library is loaded privately by a thread of its own, which initialises it and runs SCRIPT under the name
// <embedded K>; a program that is linked with one (EMBED_LINKED) has that one only. "ready PID" comes then. For each line on stdin every interpreter runs the
// script's run(10) at the same time and writes the line that it gives; then "done".
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 8 };

// Include/pylifecycle.h and Include/pythonrun.h; the second is a macro for the third in Python 3 and a function as well.
struct python {
    void (*initialize)(int);
    int (*run)(const char *, void *);
};

#ifdef EMBED_LINKED
extern void Py_InitializeEx(int);
extern int PyRun_SimpleStringFlags(const char *, void *);
#endif

static const char *script;
static char **libraries;
static int count;
static pthread_barrier_t barrier;

static struct python load(int index)
{
#ifdef EMBED_LINKED
    (void)index;
    return (struct python){ Py_InitializeEx, PyRun_SimpleStringFlags };
#else
    void *library = dlopen(libraries[index], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "embed: %s\n", dlerror());
        exit(2);
    }
    return (struct python){ (void (*)(int))dlsym(library, "Py_InitializeEx"), (int (*)(const char *, void *))dlsym(library, "PyRun_SimpleStringFlags") };
#endif
}

static void run(struct python python, const char *text)
{
    if (python.run(text, NULL) != 0)
        exit(3);
}

static void *work(void *argument)
{
    int index = (int)(long)argument;
    struct python python = load(index);
    char text[4096];
    python.initialize(0);
    snprintf(text, sizeof text, "import os\nn = {'__name__': 'embedded'}\nwith open('%s') as f:\n    exec(compile(f.read(), '<embedded %d>', 'exec'), n)\n", script, index);
    run(python, text);
    pthread_barrier_wait(&barrier);
    for (;;) {
        pthread_barrier_wait(&barrier);
        run(python, "os.write(1, (n['run'](10) + '\\n').encode())\n");
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    char line[64];
    if (argc < 2)
        return 1;
    script = argv[1];
    libraries = argv + 2;
#ifdef EMBED_LINKED
    count = 1;
#else
    count = argc - 2;
#endif
    if (count < 1 || count > MOST)
        return 1;
    pthread_barrier_init(&barrier, NULL, (unsigned)count + 1);
    for (int k = 0; k < count; k++) {
        pthread_t thread;
        pthread_create(&thread, NULL, work, (void *)(long)k);
    }
    pthread_barrier_wait(&barrier);
    printf("ready %d\n", getpid());
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        pthread_barrier_wait(&barrier);
        pthread_barrier_wait(&barrier);
        puts("done");
        fflush(stdout);
    }
    _exit(0);
}
