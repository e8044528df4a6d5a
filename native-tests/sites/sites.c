// One probe at several sites with different operands, also inside a function that is inlined into three callers.
// Arguments of sites:multi are (int site, value): the value's place and width differ by site.
#include "../common/fixture.h"

#include <stdint.h>
#include <sys/sdt.h>

enum { SITES = 8 };

static int64_t fired[SITES], sums[SITES];
static volatile int64_t seed = 1;
int32_t global_value;
int16_t values[16];

static void count(int site, int64_t value)
{
    fired[site]++;
    sums[site] += value;
}

NOINLINE static void in_register(int32_t value)
{
    STAP_PROBE2(sites, multi, 0, value);
    count(0, value);
}

NOINLINE static void in_byte_register(int8_t value)
{
    STAP_PROBE2(sites, multi, 1, value);
    count(1, value);
}

NOINLINE static void in_global(void)
{
    STAP_PROBE2(sites, multi, 2, global_value);
    count(2, global_value);
}

NOINLINE static void in_array(long index)
{
    STAP_PROBE2(sites, multi, 3, values[index]);
    count(3, values[index]);
}

NOINLINE static void constant(void)
{
    STAP_PROBE2(sites, multi, 4, (int64_t)-1234567890123);
    count(4, -1234567890123);
}

// Instantiated once per caller: three sites from one source line.
__attribute__((always_inline)) static inline void inlined(int site, int64_t value)
{
    STAP_PROBE2(sites, multi, site, value);
    count(site, value);
}

NOINLINE static void first_caller(int64_t x) { inlined(5, x + 1); }
NOINLINE static void second_caller(const int64_t *x) { inlined(6, *x); }
NOINLINE static void third_caller(void) { inlined(7, 7); }

static void round_of(long i)
{
    long s = seed;
    in_register((int32_t)(-i * s));
    if (i % 2 == 0)
        in_byte_register((int8_t)(-i * s));
    global_value = (int32_t)(i * 3 * s);
    in_global();
    values[i % 16] = (int16_t)(-i * s);
    in_array(i % 16);
    if (i % 3 == 0)
        constant();
    first_caller(i * s);
    int64_t x = -i * 1000000007;
    second_caller(&x);
    for (int k = 0; k < i % 4; k++)
        third_caller();
    STAP_PROBE1(sites, single, i);
}

int main(int argc, char **argv)
{
    bool leave = fixture_exit_option(&argc, argv);
    long rounds = argc > 1 ? atol(argv[1]) : 100;
    char line[256];
    fixture_ready();
    while (fixture_command(line, sizeof line)) {
        for (long i = 0; i < rounds; i++)
            round_of(i);
        int64_t total = 0;
        for (int k = 0; k < SITES; k++) {
            printf("site\t%d\t%ld\t%ld\n", k, (long)fired[k], (long)sums[k]);
            total += fired[k];
        }
        printf("done multi=%ld single=%ld\n", (long)total, rounds);
        memset(fired, 0, sizeof fired);
        memset(sums, 0, sizeof sums);
        if (leave)
            break;
    }
    return 0;
}
