/* Prints where its own members are; the tests compare that with the debugging information of the same binary. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum color { RED, GREEN = 5, BLUE = -3, HUGE_ONE = 0x7fffffff };
typedef int grid[3][4];
typedef struct { short a; union { int i; float f; struct { char lo, hi; } half; }; unsigned char tail[5]; } anon_t;
struct bits { unsigned a : 3; unsigned b : 7; int c : 12; unsigned long long d : 33; unsigned char e : 1; signed char f : 4; short g : 9; char plain; unsigned h : 20; };
struct __attribute__((packed)) packed { char x; unsigned long y : 40; int z : 5; short w; };
union either { long l; char c[3]; struct bits b; };
struct node {
    struct node *next;
    const char *name;
    volatile int state;
    void (*call)(struct node *, int, ...);
    enum color color;
    grid g;
    long double ld;
    _Bool ok;
    struct inner { int deep; struct { int x, y; } pos; } in;
    anon_t an;
    union either e;
    const char *const *table[2];
    int (*(*handlers)[4])(char);
    struct unknown *opaque;
    unsigned __int128 wide;
    int flex[];
};

struct node a_node;
anon_t an_anon;
struct packed a_packed;
typedef struct node node_alias;
node_alias *volatile alias_user;

__attribute__((noinline)) long combine(int first, struct node *second, const char *third)
{
    return first + second->state + third[0];
}

static __attribute__((noinline)) void touch(void *where) { *(volatile char *)where = 1; }

#define F(type, path) printf("field;%s;%s;%zu;%zu\n", #type, #path, offsetof(type, path), sizeof(((type *)0)->path))
#define S(type) printf("size;%s;%zu\n", #type, sizeof(type))
#define B(type, field) do { type v; memset(&v, 0, sizeof v); v.field = -1; print_bits(#type, #field, (unsigned char *)&v, sizeof v); } while (0)

static void print_bits(const char *type, const char *field, const unsigned char *bytes, size_t size)
{
    int first = -1, count = 0;
    for (size_t i = 0; i < size * 8; i++)
        if (bytes[i / 8] >> (i % 8) & 1) {
            if (first < 0)
                first = (int)i;
            count++;
        }
    printf("bits;%s;%s;%d;%d\n", type, field, first, count);
}

int main(int argc, char **argv)
{
    S(struct node); S(anon_t); S(struct bits); S(struct packed); S(union either); S(node_alias); S(struct inner);
    F(struct node, next); F(struct node, name); F(struct node, state); F(struct node, call); F(struct node, color);
    F(struct node, g); F(struct node, ld); F(struct node, ok); F(struct node, in); F(struct node, in.deep); F(struct node, in.pos.y);
    F(struct node, an); F(struct node, an.i); F(struct node, an.half.hi); F(struct node, an.tail); F(struct node, e.c); F(struct node, e.b.plain);
    F(struct node, table); F(struct node, handlers); F(struct node, opaque); F(struct node, wide); F(node_alias, in.pos.x);
    F(anon_t, a); F(anon_t, f); F(anon_t, half); F(anon_t, half.lo); F(struct bits, plain); F(struct packed, x); F(struct packed, w);
    B(struct bits, a); B(struct bits, b); B(struct bits, c); B(struct bits, d); B(struct bits, e); B(struct bits, f); B(struct bits, g); B(struct bits, h);
    B(struct packed, y); B(struct packed, z);
    struct node n = { .state = argc };
    touch(&n.ok);
    printf("value;%ld\n", combine(argc, &n, argv[0]));
    printf("code;combine;%lu\ncode;touch;%lu\n", (unsigned long)combine, (unsigned long)touch);
    return 0;
}
