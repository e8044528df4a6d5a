// The program whose sections are the seeds of the DWARF targets: a little of every kind of type, an inlined function, a variable in a block.
#include <stdint.h>

enum color { RED, GREEN = 7 };
union choice { long number; double real; char text[12]; };
struct pair { int first : 3; unsigned second : 13; short third; };
typedef struct node {
    struct node *next;
    const char *name;
    union choice choice;
    struct pair pairs[4];
    struct { int x, y; } anonymous;
    enum color color;
    int (*call)(struct node *, double);
} node;

static inline __attribute__((always_inline)) int helper(int value, const char *name)
{
    int twice = value * 2;
    return twice + (name ? name[0] : 0);
}

__attribute__((noinline)) int work(node *first, double weight, int count)
{
    int sum = 0;
    for (node *n = first; n && count-- > 0; n = n->next) {
        int inner = helper(count, n->name);
        sum += inner + (int)weight + n->pairs[count & 3].first;
    }
    return sum;
}

int main(int argc, char **argv)
{
    node one = { .name = argv[0], .color = GREEN };
    return work(&one, 1.5, argc);
}
