/* Stacks to be unwound. Prints "ready PID"; the argument says in what state the process then is, until it is killed:
   calls    blocked in pause() below templates, methods, lambdas, inlined functions and a library that calls back
   signal   the same, in a signal handler that interrupted a computing function
   altstack the same, the handler on a stack of its own
   thread   a second thread is blocked so
   work     computes for ever, through the PLT, in loops with short calls */
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <pthread.h>
#include <string>
#include <unistd.h>
#include <vector>

#include "library.h"

#define NOINLINE __attribute__((noinline))

static volatile int sink;

static NOINLINE void block()
{
    printf("ready %d\n", getpid());
    fflush(stdout);
    for (;;)
        pause();
}

namespace shapes {

struct Shape {
    virtual ~Shape() = default;
    virtual int visit(int depth) = 0;
};

template <typename T, int N> struct Box : Shape {
    std::function<void(int)> then;
    explicit Box(std::function<void(int)> f) : then(std::move(f)) {}
    NOINLINE int visit(int depth) override;
    inline __attribute__((always_inline)) int inlined(int depth)
    {
        then(depth + N);
        return sink + depth;
    }
};

template <typename T, int N> int Box<T, N>::visit(int depth)
{
    std::vector<T> values(N, T(depth));
    int result = inlined(depth);
    return result + (int)values.size() + sink;
}

NOINLINE int operator+(const Shape &shape, int depth)
{
    return const_cast<Shape &>(shape).visit(depth) + sink;
}

}

static int called_back(void *context, int depth)
{
    auto &f = *static_cast<std::function<void(int)> *>(context);
    f(depth);
    return sink;
}

static NOINLINE int recursive(int n, std::function<void(int)> f)
{
    if (n == 0) {
        shapes::Box<double, 3> box(f);
        return box + 7;
    }
    return recursive(n - 1, f) + sink;
}

static NOINLINE void handler(int, siginfo_t *, void *)
{
    block();
}

static NOINLINE void interrupted()
{
    raise(SIGUSR1);
    for (int i = 0;; i++)
        sink += library_leaf(i);
}

static NOINLINE int fib(int n)
{
    return n < 2 ? library_leaf(n) : fib(n - 1) + fib(n - 2);
}

static NOINLINE void work()
{
    printf("ready %d\n", getpid());
    fflush(stdout);
    for (;;) {
        std::string text = "a string that is too long for the small buffer ";
        text += std::to_string(fib(6));
        char copy[200];
        snprintf(copy, sizeof copy, "%s %f", text.c_str(), 1.5 * (double)sink);
        sink += (int)strlen(copy);
        auto *boxed = new std::vector<int>(10, 3);
        sink += (*boxed)[3];
        delete boxed;
    }
}

static void run(void (*last)())
{
    std::function<void(int)> outer = [&](int) { last(); };
    std::function<void(int)> f = [&](int depth) { recursive(depth % 3 + 2, outer); };
    library_call(called_back, &f, 3);
}

static void *thread_main(void *)
{
    run(block);
    return nullptr;
}

int main(int argc, char **argv)
{
    std::string mode = argc > 1 ? argv[1] : "calls";
    bool alternate = mode == "altstack";
    if (mode == "signal" || alternate) {
        struct sigaction action = {};
        action.sa_sigaction = handler;
        action.sa_flags = SA_SIGINFO | (alternate ? SA_ONSTACK : 0);
        if (alternate) {
            stack_t stack = {};
            stack.ss_size = 64 << 10;
            stack.ss_sp = malloc(stack.ss_size);
            sigaltstack(&stack, nullptr);
        }
        sigaction(SIGUSR1, &action, nullptr);
        run(interrupted);
    } else if (mode == "thread") {
        pthread_t thread;
        pthread_create(&thread, nullptr, thread_main, nullptr);
        pthread_join(thread, nullptr);
    } else if (mode == "work") {
        run(work);
    } else {
        run(block);
    }
    return sink;
}
