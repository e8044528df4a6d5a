// Probes whose floats are kept in SSE registers (constraint "x"; gcc also does that by itself under "norx").
#include "event.h"
#define STAP_SDT_ARG_CONSTRAINT x
#include <sys/sdt.h>

#define PROVIDER operands

static volatile double one = 1;

LEAF void xmm_params(float a, double b, float c, double d) { STAP_PROBE4(PROVIDER, xmm_params, a, b, c, d); }

LEAF void xmm_eight(double a, double b, double c, double d, double e, double f, double g, double h)
{
    STAP_PROBE8(PROVIDER, xmm_eight, a, b, c, d, e, f, g, h);
}

LEAF void xmm_loaded(const float *a, const double *b) { STAP_PROBE3(PROVIDER, xmm_loaded, *a, *b, 6.25); }

void fire_xmm(void)
{
    static const double numbers[] = { 0, -0.0, 0.1, -1e300, 1e-310 };
    for (unsigned k = 0; k < sizeof numbers / sizeof numbers[0]; k++) {
        double x = numbers[k] * one, y = x / 3;
        float small = (float)x, other = small / 3;
        xmm_params(small, x, other, y);
        EVENT("xmm_params", V(small), V(x), V(other), V(y));
        xmm_loaded(&small, &x);
        EVENT("xmm_loaded", V(small), V(x), V(6.25));
    }
    double s = one;
    xmm_eight(1.5 * s, -2.5 * s, 3.5 * s, -4.5 * s, 5.5 * s, -6.5 * s, 7.5 * s, -8.5 * s);
    EVENT("xmm_eight", V(1.5), V(-2.5), V(3.5), V(-4.5), V(5.5), V(-6.5), V(7.5), V(-8.5));
}
