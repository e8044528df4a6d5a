// Prints what a probe is about to be seen with: "event<TAB>probe<TAB>type<TAB>value<TAB>type<TAB>value...".
// Types: i8 i16 i32 i64 u8 u16 u32 u64 (decimal), f32 f64 (%.17g), str (the text), ptr (decimal address), bad (no value: the operand is malformed).
#ifndef EVENT_H
#define EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEAF __attribute__((noinline)) static
#define EXPORT __attribute__((visibility("default")))

struct value {
    const char *type;
    union {
        int64_t i;
        uint64_t u;
        double d;
        const char *s;
    };
};

static inline struct value value_i8(int64_t x) { return (struct value){ "i8", .i = x }; }
static inline struct value value_i16(int64_t x) { return (struct value){ "i16", .i = x }; }
static inline struct value value_i32(int64_t x) { return (struct value){ "i32", .i = x }; }
static inline struct value value_i64(int64_t x) { return (struct value){ "i64", .i = x }; }
static inline struct value value_u8(uint64_t x) { return (struct value){ "u8", .u = x }; }
static inline struct value value_u16(uint64_t x) { return (struct value){ "u16", .u = x }; }
static inline struct value value_u32(uint64_t x) { return (struct value){ "u32", .u = x }; }
static inline struct value value_u64(uint64_t x) { return (struct value){ "u64", .u = x }; }
static inline struct value value_f32(float x) { return (struct value){ "f32", .d = x }; }
static inline struct value value_f64(double x) { return (struct value){ "f64", .d = x }; }
static inline struct value value_str(const char *x) { return (struct value){ "str", .s = x }; }
static inline struct value value_ptr(const void *x) { return (struct value){ "ptr", .u = (uintptr_t)x }; }

// V(x): a value of x's declared type. P(x): an address, printed as a number.
#define V(x) _Generic((x), \
    char: value_i8, signed char: value_i8, unsigned char: value_u8, bool: value_u8, short: value_i16, unsigned short: value_u16, \
    int: value_i32, unsigned: value_u32, long: value_i64, unsigned long: value_u64, long long: value_i64, unsigned long long: value_u64, \
    float: value_f32, double: value_f64, char *: value_str, const char *: value_str)(x)
#define P(x) value_ptr((const void *)(x))
#define BAD ((struct value){ "bad", .u = 0 })

#define EVENT(name, ...) \
    event(name, (const struct value[]){ __VA_ARGS__ }, sizeof((const struct value[]){ __VA_ARGS__ }) / sizeof(struct value))

void event(const char *name, const struct value *values, size_t count);

// One per source file: the same probes compiled under another operand constraint.
void fire_nor(void);
void fire_g(void);
void fire_xmm(void);
void fire_hand(void);

// Fires every probe once; returns how many that were since the start.
EXPORT unsigned long operands_fire(void);

// A page mapped at a fixed low address, so that operands with no base register (absolute addresses) can be read.
// Below 2 GiB (disp32 is sign-extended), above any -no-pie program and its heap.
#define ABSOLUTE_PAGE 0x70000000

#endif
