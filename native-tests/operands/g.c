// Probes under the constraint "g" that sdt.h used to have: any immediate, so symbols and the bits of floats become immediates.
#include "event.h"
#define STAP_SDT_ARG_CONSTRAINT g
#include <sys/sdt.h>

#define PROVIDER operands

int32_t gg_ints[8] = { 10, -20, 30, -40, 50, -60, 70, -80 };
char gg_text[] = "text under g";
static char gs_text[] = "static text under g";
static volatile long one = 1;

LEAF void g_texts(void) { STAP_PROBE4(PROVIDER, g_texts, gg_text, gs_text, "literal under g", &"shifted literal"[8]); }
LEAF void g_addresses(void) { STAP_PROBE3(PROVIDER, g_addresses, &gg_ints[5], &fire_g, &gs_text[7]); }
LEAF void g_indexed(long i) { STAP_PROBE2(PROVIDER, g_indexed, gg_ints[i], gs_text[i]); }
LEAF void g_elements(void) { STAP_PROBE2(PROVIDER, g_elements, gg_ints[3], gs_text[1]); }
LEAF void g_reals(void) { STAP_PROBE2(PROVIDER, g_real_constants, 1.5f, -2.5); }
LEAF void g_params(int8_t a, uint16_t b, double c) { STAP_PROBE3(PROVIDER, g_params, a, b, c); }

void fire_g(void)
{
    long s = one;
    gg_ints[0] = (int32_t)(10 * s);
    gs_text[0] = (char)('s' * s);
    g_texts();
    EVENT("g_texts", V(gg_text), V(gs_text), V("literal under g"), V("literal"));
    g_addresses();
    EVENT("g_addresses", P(&gg_ints[5]), P(&fire_g), P(&gs_text[7]));
    g_indexed(3 * s);
    EVENT("g_indexed", V(gg_ints[3]), V(gs_text[3]));
    g_elements();
    EVENT("g_elements", V(gg_ints[3]), V(gs_text[1]));
    g_reals();
    EVENT("g_real_constants", V(1.5f), V(-2.5));
    g_params((int8_t)(-3 * s), (uint16_t)(65000 * s), 0.25 * (double)s);
    EVENT("g_params", V((int8_t)-3), V((uint16_t)65000), V(0.25));
}
