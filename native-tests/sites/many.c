// A thousand functions, many_000 to many_999, each called once for every line on stdin.
#include "../common/fixture.h"

#define TEN(f, p) f(p##0) f(p##1) f(p##2) f(p##3) f(p##4) f(p##5) f(p##6) f(p##7) f(p##8) f(p##9)
#define HUNDRED(f, p) TEN(f, p##0) TEN(f, p##1) TEN(f, p##2) TEN(f, p##3) TEN(f, p##4) TEN(f, p##5) TEN(f, p##6) TEN(f, p##7) TEN(f, p##8) TEN(f, p##9)
#define THOUSAND(f) \
    HUNDRED(f, 0) HUNDRED(f, 1) HUNDRED(f, 2) HUNDRED(f, 3) HUNDRED(f, 4) HUNDRED(f, 5) HUNDRED(f, 6) HUNDRED(f, 7) HUNDRED(f, 8) HUNDRED(f, 9)

// Each returns something else, so that the compiler does not make one of them, and begins with a push, which the kernel emulates.
#define DEFINE(n) \
    long many_##n(long x); \
    NOINLINE long many_##n(long x) { __asm__ volatile("" : : : "rbx"); return x + 1##n; }
#define NAME(n) many_##n,

THOUSAND(DEFINE)

static long (*volatile functions[])(long) = { THOUSAND(NAME) };

enum { FUNCTIONS = sizeof functions / sizeof functions[0] };

int main(int argc, char **argv)
{
    bool leave = fixture_exit_option(&argc, argv);
    char line[256];
    fixture_ready();
    while (fixture_command(line, sizeof line)) {
        long sum = 0;
        for (int i = 0; i < FUNCTIONS; i++)
            sum += functions[i](i);
        printf("done fired=%d sum=%ld\n", FUNCTIONS, sum);
        if (leave)
            break;
    }
    return 0;
}
