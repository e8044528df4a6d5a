// Probes under sdt.h's default operand constraint "nor" (immediate, offsettable memory, register).
// A probe sits alone in a leaf function, so that the compiler chooses operands as it does in real programs; the caller prints the values.
#include "event.h"
#include <string.h>
#include <sys/sdt.h>

#define PROVIDER operands

enum colour { RED = 3, GREEN = 4000000000u };

struct item {
    int32_t a;
    int16_t b;
    uint8_t c;
    int64_t d;
    const char *text;
    struct item *next;
    double real;
    unsigned bits3 : 3;
    int bits5 : 5;
};

// Values come through a volatile seed: the compilers must not fold them into immediates where a register or memory is wanted.
static volatile int64_t seed = 1;

int8_t g_i8;
uint8_t g_u8;
int16_t g_i16;
uint16_t g_u16;
int32_t g_i32;
uint32_t g_u32;
int64_t g_i64;
uint64_t g_u64;
float g_f32;
double g_f64;
char g_text[32];
int8_t g_bytes[16];
int16_t g_shorts[16];
int32_t g_ints[16];
int64_t g_longs[16];
double g_reals[16];
struct item g_item, g_next;

static int32_t s_i32;
static uint64_t s_u64;
static double s_f64;
static int32_t s_ints[16];
static char s_text[32];

static __thread int32_t t_i32;
static __thread uint64_t t_u64;
static __thread int8_t t_bytes[16];
__thread int16_t t_exported;

LEAF void int_params(int8_t a, uint8_t b, int16_t c, uint16_t d, int32_t e, uint32_t f) { STAP_PROBE6(PROVIDER, int_params, a, b, c, d, e, f); }
LEAF void byte_params(uint8_t a, int8_t b, uint8_t c, int8_t d, uint8_t e, int8_t f) { STAP_PROBE6(PROVIDER, byte_params, a, b, c, d, e, f); }
LEAF void long_params(int64_t a, uint64_t b) { STAP_PROBE2(PROVIDER, long_params, a, b); }
LEAF void other_params(char a, bool b, enum colour c, const char *d, void *e) { STAP_PROBE5(PROVIDER, other_params, a, b, c, d, e); }
LEAF void float_params(float a, double b) { STAP_PROBE2(PROVIDER, float_params, a, b); }
LEAF void float_pointers(const float *a, const double *b) { STAP_PROBE2(PROVIDER, float_pointers, *a, *b); }
LEAF void integers(void) { STAP_PROBE8(PROVIDER, integers, g_i8, g_u8, g_i16, g_u16, g_i32, g_u32, g_i64, g_u64); }
LEAF void reals(void) { STAP_PROBE2(PROVIDER, reals, g_f32, g_f64); }
LEAF void statics(void) { STAP_PROBE3(PROVIDER, statics, s_i32, s_u64, s_f64); }
LEAF void texts(void) { STAP_PROBE3(PROVIDER, texts, g_text, s_text, "a literal"); }
LEAF void elements(void) { STAP_PROBE5(PROVIDER, elements, g_bytes[3], g_shorts[5], g_ints[7], g_longs[9], s_ints[11]); }
LEAF void indexed(long i) { STAP_PROBE5(PROVIDER, indexed, g_bytes[i], g_shorts[i], g_ints[i], g_longs[i], s_ints[i]); }
LEAF void indexed_real(long i) { STAP_PROBE1(PROVIDER, indexed_real, g_reals[i]); }
LEAF void based_byte(const uint8_t *p, long i) { STAP_PROBE1(PROVIDER, based_byte, p[i]); }
LEAF void based_short(const int16_t *p, long i) { STAP_PROBE1(PROVIDER, based_short, p[i + 3]); }
LEAF void based_int(const int32_t *p, long i) { STAP_PROBE1(PROVIDER, based_int, p[i + 1]); }
LEAF void based_long(const int64_t *p, long i) { STAP_PROBE1(PROVIDER, based_long, p[i - 2]); }
LEAF void members(const struct item *p) { STAP_PROBE6(PROVIDER, members, p->a, p->b, p->c, p->d, p->text, p->real); }
LEAF void next_members(const struct item *p) { STAP_PROBE2(PROVIDER, next_members, p->next->d, p->next->text); }
LEAF void global_members(void) { STAP_PROBE4(PROVIDER, global_members, g_item.b, g_item.c, g_item.d, g_item.text); }
LEAF void bit_fields(const struct item *p) { STAP_PROBE2(PROVIDER, bit_fields, (unsigned)p->bits3, (int)p->bits5); }
LEAF void thread_locals(void) { STAP_PROBE3(PROVIDER, thread_locals, t_i32, t_u64, t_exported); }
LEAF void thread_indexed(long i) { STAP_PROBE1(PROVIDER, thread_indexed, t_bytes[i]); }
LEAF void thread_address(void) { STAP_PROBE1(PROVIDER, thread_address, &t_bytes[2]); }
LEAF void absolute(void) { STAP_PROBE1(PROVIDER, absolute, *(int32_t *)ABSOLUTE_PAGE); }
LEAF void absolute_indexed(long i) { STAP_PROBE1(PROVIDER, absolute_indexed, ((int64_t *)ABSOLUTE_PAGE)[i]); }
LEAF void addresses(void) { STAP_PROBE3(PROVIDER, addresses, &operands_fire, &g_item.d, &s_ints[2]); }

LEAF void immediates(void)
{
    STAP_PROBE9(PROVIDER, immediates, (int8_t)-1, (uint8_t)-1, (int16_t)-2, (uint16_t)-1, -3, 4000000000u, 'a', (const char *)"text", (uint8_t)200);
}

LEAF void immediates64(void)
{
    STAP_PROBE5(PROVIDER, immediates64, INT64_MIN, INT64_MAX, UINT64_MAX, (uint64_t)0xf7f6f5f4f3f2f1f0, (int64_t)-1);
}

LEAF void real_constants(void) { STAP_PROBE2(PROVIDER, real_constants, 1.5f, 2.5); }

LEAF void stack_params(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int8_t g, uint16_t h, int32_t i, uint64_t j, double k)
{
    (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    STAP_PROBE5(PROVIDER, stack_params, g, h, i, j, k);
}

LEAF void locals(long i)
{
    volatile uint8_t bytes[48];
    volatile int32_t ints[8];
    for (int k = 0; k < 48; k++)
        bytes[k] = (uint8_t)(k * 5);
    for (int k = 0; k < 8; k++)
        ints[k] = -k * 70000;
    STAP_PROBE4(PROVIDER, locals, bytes[40], bytes[i], ints[3], ints[i]);
}

LEAF void twelve(int8_t a, uint8_t b, int16_t c, uint16_t d, int32_t e, uint32_t f)
{
    int64_t s = seed, t = s * 7 - 100, u = t * 9;
    STAP_PROBE12(PROVIDER, twelve, a, b, c, d, e, f, s, t, u, g_i32, 1234, g_text);
}

// Many values live across a call, so that callee-saved registers (rbx, rbp, r12-r15) become operands.
__attribute__((noinline)) int64_t next_seed(void) { return seed += 3; }

LEAF int64_t saved(void)
{
    int64_t a = next_seed(), b = next_seed();
    uint8_t c = (uint8_t)next_seed();
    int16_t d = (int16_t)-next_seed();
    int32_t e = (int32_t)-next_seed();
    int64_t f = next_seed();
    STAP_PROBE6(PROVIDER, saved, a, b, c, d, e, f);
    return a + b + c + d + e + f;
}

static void fill(void)
{
    int64_t s = seed = 1;
    g_i8 = (int8_t)(-120 * s), g_u8 = (uint8_t)(250 * s), g_i16 = (int16_t)(-32000 * s), g_u16 = (uint16_t)(65000 * s);
    g_i32 = (int32_t)(-2000000000 * s), g_u32 = (uint32_t)(4100000000 * s), g_i64 = -9100000000000000000 * s, g_u64 = 18100000000000000000u * (uint64_t)s;
    g_f32 = (float)s * -1.1f, g_f64 = (double)s * 3.141592653589793;
    s_i32 = (int32_t)(-77 * s), s_u64 = 0xfedcba9876543210u * (uint64_t)s, s_f64 = (double)s * -1e300;
    for (int i = 0; i < 16; i++) {
        g_bytes[i] = (int8_t)(-100 + i * s), g_shorts[i] = (int16_t)(-30000 + 999 * i * s), g_ints[i] = (int32_t)(-1000000000 + 99999999 * i * s);
        g_longs[i] = (-900000000000 + i) * 1000003 * s, s_ints[i] = (int32_t)(i * i * -12345 * s), t_bytes[i] = (int8_t)(i * -7 * s);
        g_reals[i] = (double)(i * s) / 3;
    }
    strcpy(g_text, "global text");
    strcpy(s_text, "static text");
    t_i32 = (int32_t)(-424242 * s), t_u64 = 0xcafebabedeadbeefu * (uint64_t)s, t_exported = (int16_t)(-4321 * s);
    g_next = (struct item){ .d = -5 * s, .text = "text of the next item" };
    g_item = (struct item){ (int32_t)(-11 * s), (int16_t)(-22 * s), (uint8_t)(233 * s), -44 * s, "text of an item", &g_next, (double)s / 7, 5, -9 };
}

void fire_nor(void)
{
    fill();
    static const int64_t edges[] = { 0, 1, -1, INT8_MIN, INT16_MIN, INT32_MIN, INT64_MIN, INT64_MAX, 0x0123456789abcdef };
    for (unsigned k = 0; k < sizeof edges / sizeof edges[0]; k++) {
        int64_t x = edges[k] * seed;
        int_params((int8_t)x, (uint8_t)x, (int16_t)x, (uint16_t)x, (int32_t)x, (uint32_t)x);
        EVENT("int_params", V((int8_t)x), V((uint8_t)x), V((int16_t)x), V((uint16_t)x), V((int32_t)x), V((uint32_t)x));
        long_params(x, (uint64_t)x);
        EVENT("long_params", V(x), V((uint64_t)x));
    }
    int64_t s = seed;
    byte_params((uint8_t)(201 * s), (int8_t)(-2 * s), (uint8_t)(203 * s), (int8_t)(-4 * s), (uint8_t)(205 * s), (int8_t)(-6 * s));
    EVENT("byte_params", V((uint8_t)201), V((int8_t)-2), V((uint8_t)203), V((int8_t)-4), V((uint8_t)205), V((int8_t)-6));
    other_params((char)(-65 * s), s == 1, GREEN, g_item.text, &g_item);
    EVENT("other_params", V((char)-65), V((bool)1), V((unsigned)GREEN), V(g_item.text), P(&g_item));
    static const double numbers[] = { 0, -0.0, 1.5, -2.25, 0.1, 1e-40, 3e38, -1e308, 1.0 / 0.0, -1.0 / 0.0 };
    for (unsigned k = 0; k < sizeof numbers / sizeof numbers[0]; k++) {
        double real = numbers[k] * (double)s;
        float small = (float)real;
        float_params(small, real);
        EVENT("float_params", V(small), V(real));
        float_pointers(&small, &real);
        EVENT("float_pointers", V(small), V(real));
    }
    integers();
    EVENT("integers", V(g_i8), V(g_u8), V(g_i16), V(g_u16), V(g_i32), V(g_u32), V(g_i64), V(g_u64));
    reals();
    EVENT("reals", V(g_f32), V(g_f64));
    statics();
    EVENT("statics", V(s_i32), V(s_u64), V(s_f64));
    texts();
    EVENT("texts", V(g_text), V(s_text), V("a literal"));
    elements();
    EVENT("elements", V(g_bytes[3]), V(g_shorts[5]), V(g_ints[7]), V(g_longs[9]), V(s_ints[11]));
    for (long i = 0; i < 16; i += 5) {
        indexed(i);
        EVENT("indexed", V(g_bytes[i]), V(g_shorts[i]), V(g_ints[i]), V(g_longs[i]), V(s_ints[i]));
        indexed_real(i);
        EVENT("indexed_real", V(g_reals[i]));
        thread_indexed(i);
        EVENT("thread_indexed", V(t_bytes[i]));
    }
    based_byte((const uint8_t *)g_bytes, 4 * s);
    EVENT("based_byte", V((uint8_t)g_bytes[4]));
    based_short(g_shorts, 4 * s);
    EVENT("based_short", V(g_shorts[7]));
    based_int(g_ints, 4 * s);
    EVENT("based_int", V(g_ints[5]));
    based_long(g_longs, 4 * s);
    EVENT("based_long", V(g_longs[2]));
    members(&g_item);
    EVENT("members", V(g_item.a), V(g_item.b), V(g_item.c), V(g_item.d), V(g_item.text), V(g_item.real));
    next_members(&g_item);
    EVENT("next_members", V(g_next.d), V(g_next.text));
    global_members();
    EVENT("global_members", V(g_item.b), V(g_item.c), V(g_item.d), V(g_item.text));
    bit_fields(&g_item);
    EVENT("bit_fields", V((unsigned)g_item.bits3), V((int)g_item.bits5));
    thread_locals();
    EVENT("thread_locals", V(t_i32), V(t_u64), V(t_exported));
    thread_address();
    EVENT("thread_address", P(&t_bytes[2]));
    absolute();
    EVENT("absolute", V(*(int32_t *)ABSOLUTE_PAGE));
    absolute_indexed(17 * s);
    EVENT("absolute_indexed", V(((int64_t *)ABSOLUTE_PAGE)[17 * s]));
    addresses();
    EVENT("addresses", P(&operands_fire), P(&g_item.d), P(&s_ints[2]));
    immediates();
    EVENT("immediates", V((int8_t)-1), V((uint8_t)255), V((int16_t)-2), V((uint16_t)65535), V(-3), V(4000000000u), V('a'), V("text"), V((uint8_t)200));
    immediates64();
    EVENT("immediates64", V(INT64_MIN), V(INT64_MAX), V(UINT64_MAX), V((uint64_t)0xf7f6f5f4f3f2f1f0), V((int64_t)-1));
    real_constants();
    EVENT("real_constants", V(1.5f), V(2.5));
    stack_params(1, 2, 3, 4, 5, 6, (int8_t)(-7 * s), (uint16_t)(60008 * s), (int32_t)(-9 * s), 10 * (uint64_t)s, 11.5 * (double)s);
    EVENT("stack_params", V((int8_t)-7), V((uint16_t)60008), V(-9), V((uint64_t)10), V(11.5));
    locals(5 * s);
    EVENT("locals", V((uint8_t)200), V((uint8_t)25), V(-210000), V(-350000));
    twelve((int8_t)(-1 * s), (uint8_t)(254 * s), (int16_t)(-3 * s), (uint16_t)(65532 * s), (int32_t)(-5 * s), (uint32_t)(6 * s));
    EVENT("twelve", V((int8_t)-1), V((uint8_t)254), V((int16_t)-3), V((uint16_t)65532), V(-5), V(6u), V((int64_t)1), V((int64_t)-93), V((int64_t)-837),
        V(g_i32), V(1234), V(g_text));
    saved();
    EVENT("saved", V((int64_t)4), V((int64_t)7), V((uint8_t)10), V((int16_t)-13), V(-16), V((int64_t)19));
}
