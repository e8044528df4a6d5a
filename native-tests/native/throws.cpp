// Exceptions that pass through a function, and two stacks in one thread: what a replaced return address does not survive.
#include "../common/fixture.h"

#include <cstdint>
#include <ucontext.h>

extern "C" NOINLINE int64_t risky(int64_t n);
extern "C" NOINLINE int64_t passed(int64_t n);
extern "C" NOINLINE int64_t step(int64_t n);

int64_t risky(int64_t n)
{
    __asm__ volatile("" : : : "rbx", "memory");
    if (n % 2 != 0)
        throw n;
    return n;
}

int64_t passed(int64_t n)
{
    __asm__ volatile("" : : : "rbx", "memory");
    int64_t result = risky(n);
    __asm__ volatile("" : : : "memory");
    return result + 1;
}

static ucontext_t first, second;
static char stack[256 * 1024];

int64_t step(int64_t n)
{
    __asm__ volatile("" : : : "rbx", "memory");
    swapcontext(n % 2 == 0 ? &first : &second, n % 2 == 0 ? &second : &first);
    __asm__ volatile("" : : : "memory");
    return n + 2;
}

static void other()
{
    for (int64_t n = 1;;)
        n = step(n);
}

int main()
{
    char line[256];
    fixture_ready();
    getcontext(&second);
    second.uc_stack = { .ss_sp = stack, .ss_flags = 0, .ss_size = sizeof stack };
    makecontext(&second, other, 0);
    while (fixture_command(line, sizeof line)) {
        long times = 0, caught = 0;
        int64_t n = 0;
        if (sscanf(line, "throw %ld", &times) == 1) {
            for (long i = 0; i < times; i++) {
                try {
                    passed(i);
                } catch (int64_t) {
                    caught++;
                }
            }
            printf("done calls=%ld thrown=%ld\n", times, caught);
        } else if (sscanf(line, "switch %ld", &times) == 1) {
            // Where it goes on must be its own stack.
            long lost = 0;
            for (long i = 0; i < times; i++) {
                char *sp;
                n = step(n);
                __asm__ volatile("mov %%rsp, %0" : "=r"(sp));
                lost += sp >= stack && sp < stack + sizeof stack;
            }
            printf("done steps=%ld lost=%ld\n", (long)n, lost);
        } else {
            printf("done\n");
        }
    }
    return 0;
}
