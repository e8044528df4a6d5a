// C++: methods, overloads, references, objects passed by hidden reference, exceptions, virtual calls. Lines as in calls.c.
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
extern "C" {
#include "../common/fixture.h"
}

static volatile int zero;

namespace geometry {

struct base { int id; virtual int area(int scale) const = 0; virtual ~base() {} };

class box : public base {
public:
    box(int w, int h) : width(w), height(h) { id = 9; }
    NOINLINE int area(int scale) const override { return width * height * scale + zero; }
    NOINLINE int grow(const int &by, bool twice) { width += by * (twice ? 2 : 1) + zero; return width; }
    NOINLINE static int make(short seed) { return seed * 2 + zero; }

private:
    int width, height;
};

// Its destructor makes that it is passed by a hidden reference.
struct owner {
    int value;
    explicit owner(int v) : value(v) {}
    owner(const owner &other) : value(other.value) {}
    ~owner() { zero = 0; }
};

NOINLINE int take(owner object, int after) { return object.value + after + zero; }
NOINLINE int twin(int value) { return value + zero; }
NOINLINE double twin(double value) { return value + zero; }
NOINLINE owner produce(int from) { return owner(from + zero); }

NOINLINE int risky(int value)
{
    if (value > 2)
        throw std::runtime_error("too large");
    return value + zero;
}

template <typename T> NOINLINE T same(T value) { return value + (T)zero; }

}

static void round_of_calls(int r)
{
    geometry::box box(r + 2, 3);
    geometry::base *base = &box;
    int by = 4 + r;
    printf("call\tarea\tthis=u:%lu\tscale=i:%d\n", (unsigned long)&box, r);
    printf("return\tarea\tretval=i:%d\n", base->area(r));
    printf("call\tgrow\tthis=u:%lu\tby=u:%lu\ttwice=u:%d\n", (unsigned long)&box, (unsigned long)&by, 1);
    printf("return\tgrow\tretval=i:%d\n", box.grow(by, true));
    printf("call\tmake\tseed=i:%d\n", -r);
    printf("return\tmake\tretval=i:%d\n", geometry::box::make((short)-r));
    printf("call\ttake\tafter=i:%d\n", r);
    printf("return\ttake\tretval=i:%d\n", geometry::take(geometry::owner(5), r));
    printf("call\ttwin(int)\tvalue=i:%d\n", r);
    printf("return\ttwin(int)\tretval=i:%d\n", geometry::twin(r));
    printf("call\ttwin(double)\tvalue=d:%.17g\n", r + 0.25);
    printf("return\ttwin(double)\tretval=d:%.17g\n", geometry::twin(r + 0.25));
    printf("call\tproduce\tfrom=i:%d\n", r);
    geometry::owner made = geometry::produce(r);
    printf("return\tproduce\n");
    printf("call\trisky\tvalue=i:%d\n", r);
    try {
        int result = geometry::risky(r);
        printf("return\trisky\tretval=i:%d\n", result);
    } catch (const std::exception &) {
    }
    printf("call\tsame\tvalue=i:%d\n", r + made.value);
    printf("return\tsame\tretval=i:%d\n", geometry::same(r + made.value));
}

int main()
{
    char line[64];
    fixture_ready();
    for (int r = 0; fixture_command(line, sizeof line); r++) {
        round_of_calls(r);
        printf("done\n");
    }
    return 0;
}
