// Functions whose arguments and results the program prints itself, one line a call and one a return:
//   call FUNCTION NAME=TYPE:VALUE...    return FUNCTION NAME=TYPE:VALUE...    (tabs between fields; i signed, u unsigned, f float, d double, s text)
#include "../common/fixture.h"
#include <stdint.h>

enum color { RED, GREEN = 5, BLUE = -2 };
struct point { int x, y; };
struct pair { long first, second; };
struct mixed { double weight; long count; };
struct big { long numbers[5]; };
struct bits { unsigned a : 3; int b : 5; unsigned long c : 33; unsigned char last; };
struct node {
    struct node *next;
    const char *name;
    char label[8];
    union { int number; float real; };
    struct point corners[2];
    int grid[2][3];
    struct bits bits;
    enum color color;
};

static int scale_calls;
static volatile int zero;

// One of three callers of each; loops would be unrolled and the copies counted apart.
static inline __attribute__((always_inline)) int scale(int value, int by)
{
    scale_calls++;
    return value * by + zero;
}

NOINLINE int add_ints(int a, long b, short c, signed char d, unsigned char e, unsigned short f, long long g, unsigned int h)
{
    zero = 0;
    return (int)(a + b + c + d + e + f + g + h);
}

NOINLINE double mix(int count, double weight, float factor, const char *text, bool flag)
{
    zero = 0;
    return count * weight + factor + (double)strlen(text) + flag;
}

NOINLINE float half(float value)
{
    zero = 0;
    return value / 2 + (float)zero;
}

NOINLINE const char *pick(const char *first, const char *second, int which)
{
    zero = 0;
    return which ? second : first;
}

NOINLINE enum color paint(enum color color, struct point *at)
{
    at->x += zero;
    return color == RED ? BLUE : GREEN;
}

NOINLINE struct pair make_pair(long first, long second)
{
    struct pair result = { first + zero, second };
    return result;
}

NOINLINE struct mixed make_mixed(double weight, long count)
{
    struct mixed result = { weight + zero, count };
    return result;
}

NOINLINE struct big make_big(int start, long step)
{
    struct big result;
    for (int i = 0; i < 5; i++)
        result.numbers[i] = start + i * step + zero;
    return result;
}

NOINLINE long by_value(struct point small, struct big large, int after)
{
    return small.x + small.y + large.numbers[1] + after + zero;
}

NOINLINE long fib(int n)
{
    if (n < 2)
        return n + zero;
    return fib(n - 1) + fib(n - 2);
}

NOINLINE int leaf(int value)
{
    return scale(value, 3) + 1;
}

// Its only exit is a jump when optimised.
NOINLINE int tail(int value)
{
    return leaf(value + 1);
}

NOINLINE static int hidden(int value, unsigned char narrow)
{
    return scale(value, narrow) - zero;
}

NOINLINE int choose(int which, int value)
{
    switch (which) {
    case 0: return value + 11 + zero;
    case 1: return value * 3;
    case 2: return leaf(value);
    case 3: return value - 7;
    case 4: return hidden(value, 2);
    case 5: zero = 0; return value ^ 0x55;
    case 6: return -value;
    case 7: return scale(value, 9);
    default: return 0;
    }
}

NOINLINE unsigned long visit(const struct node *node, int depth)
{
    zero = 0;
    return node->bits.c + (unsigned long)depth;
}

NOINLINE long wide(long double value, int after)
{
    return (long)value + after + zero;
}

NOINLINE void nothing(void)
{
    zero = 0;
}

static volatile int in_i = -5;
static volatile long in_l = 1L << 40;

#define CALL(...) printf("call\t" __VA_ARGS__)
#define RETURN(...) printf("return\t" __VA_ARGS__)

static void print_fib(int n)
{
    CALL("fib\tn=i:%d\n", n);
    if (n >= 2) {
        print_fib(n - 1);
        print_fib(n - 2);
    }
}

static long pure_fib(int n) { return n < 2 ? n : pure_fib(n - 1) + pure_fib(n - 2); }

static void print_fib_returns(int n)
{
    if (n >= 2) {
        print_fib_returns(n - 1);
        print_fib_returns(n - 2);
    }
    RETURN("fib\tretval=i:%ld\n", pure_fib(n));
}

static void round_of_calls(int r)
{
    int i = in_i + r;
    long l = in_l + r;
    CALL("add_ints\ta=i:%d\tb=i:%ld\tc=i:%d\td=i:%d\te=u:%u\tf=u:%u\tg=i:%lld\th=u:%u\n", i, l, -300, -r - 1, 200 + r, 65000u, (long long)l * -3, 4000000000u);
    RETURN("add_ints\tretval=i:%d\n", add_ints(i, l, -300, (signed char)(-r - 1), (unsigned char)(200 + r), 65000, (long long)l * -3, 4000000000u));
    CALL("mix\tcount=i:%d\tweight=d:%.17g\tfactor=f:%.9g\ttext=s:%s\tflag=u:%d\n", i, 0.1 + r, 2.5f, "hello", r & 1);
    RETURN("mix\tretval=d:%.17g\n", mix(i, 0.1 + r, 2.5f, "hello", r & 1));
    CALL("half\tvalue=f:%.9g\n", 0.3f + (float)r);
    RETURN("half\tretval=f:%.9g\n", half(0.3f + (float)r));
    CALL("pick\tfirst=s:%s\tsecond=s:%s\twhich=i:%d\n", "one", "two", r & 1);
    RETURN("pick\tretval=s:%s\n", pick("one", "two", r & 1));
    static struct point at;
    CALL("paint\tcolor=i:%d\tat=u:%lu\n", r & 1 ? GREEN : RED, (unsigned long)&at);
    RETURN("paint\tretval=i:%d\n", paint(r & 1 ? GREEN : RED, &at));
    CALL("make_pair\tfirst=i:%ld\tsecond=i:%ld\n", l, l * 2);
    struct pair pair = make_pair(l, l * 2);
    RETURN("make_pair\tretval=u:%lu\tretval_high=u:%lu\n", (unsigned long)pair.first, (unsigned long)pair.second);
    CALL("make_mixed\tweight=d:%.17g\tcount=i:%ld\n", 0.5 + r, l);
    struct mixed mixed = make_mixed(0.5 + r, l);
    RETURN("make_mixed\tretval=d:%.17g\tretval_high=u:%lu\n", mixed.weight, (unsigned long)mixed.count);
    CALL("make_big\tstart=i:%d\tstep=i:%ld\n", i, l);
    struct big big = make_big(i, l);
    RETURN("make_big\n");
    struct point small = { i, 7 };
    CALL("by_value\tsmall=u:%lu\tafter=i:%d\n", (unsigned long)(uint32_t)i | 7UL << 32, r);
    RETURN("by_value\tretval=i:%ld\n", by_value(small, big, r));
    print_fib(6);
    print_fib_returns(6);
    fib(6);
    CALL("tail\tvalue=i:%d\n", i);
    CALL("leaf\tvalue=i:%d\n", i + 1);
    RETURN("tail\n");
    RETURN("leaf\tretval=i:%d\n", tail(i));
    for (int which = 0; which < 9; which++) {
        CALL("choose\twhich=i:%d\tvalue=i:%d\n", which, i);
        if (which == 2)
            CALL("leaf\tvalue=i:%d\n", i);
        if (which == 4)
            CALL("hidden\tvalue=i:%d\tnarrow=u:%d\n", i, 2);
        int result = choose(which, i);
        if (which == 2)
            RETURN("leaf\tretval=i:%d\n", result);
        if (which == 4)
            RETURN("hidden\tretval=i:%d\n", result);
        RETURN("choose\tretval=i:%d\n", result);
    }
    static struct node second = { .name = "second" };
    static struct node node = {
        .next = &second, .name = "first", .label = "label", .number = 42, .corners = { { 1, 2 }, { 3, 4 } }, .grid = { { 1, 2, 3 }, { 4, 5, 6 } },
        .bits = { .a = 5, .b = -9, .c = 0x1abcdef12, .last = 77 }, .color = BLUE,
    };
    CALL("visit\tnode=u:%lu\tdepth=i:%d\n", (unsigned long)&node, r);
    RETURN("visit\tretval=u:%lu\n", visit(&node, r));
    CALL("wide\tafter=i:%d\n", r);
    RETURN("wide\tretval=i:%ld\n", wide(2.5L, r));
    CALL("nothing\n");
    nothing();
    RETURN("nothing\n");
}

int main(int argc, char **argv)
{
    bool once = fixture_exit_option(&argc, argv);
    char line[64];
    fixture_ready();
    for (int r = 0; fixture_command(line, sizeof line); r++) {
        scale_calls = 0;
        round_of_calls(r);
        printf("done scale=%d\n", scale_calls);
        if (once)
            break;
    }
    return 0;
}
