// Fires the probes of hand.S and prints the values it wrote into registers and memory.
#include "event.h"

void hand_registers(void);
void hand_rip(void);
void hand_xmm(void);
void hand_memory(void);
void hand_stack(void);
void hand_globals(void);
void hand_got(void);
void hand_immediates(void);
void hand_thread(void);
extern uint64_t hand_seen_rsp, hand_seen_rip, hand_seen_fs;
extern int32_t hand_exported;
void hand_exported_function(void);

static uint64_t reg(unsigned k)
{
    return k == 4 ? hand_seen_rsp : 0x8091a2b3c4d5e6f7u + k * 0x0101010101010101u;
}

#define EIGHT(type, first) \
    V((type)reg(first)), V((type)reg(first + 1)), V((type)reg(first + 2)), V((type)reg(first + 3)), \
    V((type)reg(first + 4)), V((type)reg(first + 5)), V((type)reg(first + 6)), V((type)reg(first + 7))

static void registers(void)
{
    hand_registers();
    EVENT("hand_r64_a", EIGHT(uint64_t, 0));
    EVENT("hand_r64_b", EIGHT(int64_t, 8));
    EVENT("hand_r32_a", EIGHT(uint32_t, 0));
    EVENT("hand_r32_b", EIGHT(int32_t, 8));
    EVENT("hand_r16_a", EIGHT(uint16_t, 0));
    EVENT("hand_r16_b", EIGHT(int16_t, 8));
    EVENT("hand_r8_a", EIGHT(uint8_t, 0));
    EVENT("hand_r8_b", EIGHT(int8_t, 8));
    EVENT("hand_high", V((uint8_t)(reg(0) >> 8)), V((int8_t)(reg(3) >> 8)), V((uint8_t)(reg(1) >> 8)), V((int8_t)(reg(2) >> 8)));
    EVENT("hand_mismatch", V((int32_t)reg(7)), V((uint8_t)reg(1)), V((uint16_t)reg(9)));
    EVENT("hand_unsized", V(reg(7)), V(reg(12)));
    EVENT("hand_twelve", V(reg(0)), V((uint32_t)reg(1)), V((uint16_t)reg(2)), V((uint8_t)reg(3)), V((int64_t)reg(6)), V((int32_t)reg(7)),
        V((int16_t)reg(8)), V((int8_t)reg(9)), V(reg(10)), V((uint32_t)reg(11)), V((uint16_t)reg(12)), V((uint8_t)reg(13)));
    hand_rip();
    EVENT("hand_rip", V(hand_seen_rip), V((uint32_t)hand_seen_rip));
}

static void xmm(void)
{
    hand_xmm();
    EVENT("hand_xmm_a", V(0.5), V(1.5), V(2.5), V(3.5), V(4.5), V(5.5), V(6.5), V(7.5));
    EVENT("hand_xmm_b", V(8.5), V(9.5), V(10.5), V(11.5), V(12.5), V(13.5), V(14.5), V(15.5));
    union { double d; uint64_t u; int64_t i; } three = { 3.5 }, thirteen = { 13.5 };
    union { float f; uint32_t u; } seven = { 7.5f };
    EVENT("hand_xmm_bits", V(three.u), V(thirteen.i));
    EVENT("hand_xmm_singles", V(0.5f), V(7.5f), V(8.5f), V(15.5f), V(seven.u));
}

// The element of hand_ints at a byte offset.
static int32_t at(int offset)
{
    return -1000 + offset / 4;
}

static void memory(void)
{
    static const int32_t base_word = -996; // hand_ints + 16, whose bytes the narrow probe reads
    const uint8_t *bytes = (const uint8_t *)&base_word;
    union { uint64_t u; double d; } quad = { 0xf1f2f3f4f5f6f7f8u };
    // At byte offset 2 of (%rax): the upper half of one int and the lower half of the next.
    int32_t unaligned = (int32_t)((uint32_t)at(16) >> 16 | (uint32_t)at(20) << 16);
    hand_memory();
    EVENT("hand_base", V(at(16)), V(at(16)), V(at(24)), V(at(8)), V(at(24)), V(quad.u), V((int64_t)-2));
    EVENT("hand_index", V(unaligned), V(unaligned), V(at(20)), V(at(24)), V((uint64_t)0x1122334455667788), V(at(20)), V((uint64_t)0x1122334455667788));
    EVENT("hand_scale0", V(at(12)));
    EVENT("hand_sum", V(at(12)), V(at(24)), V(at(24)));
    EVENT("hand_unsized_memory", V(quad.u), V((uint64_t)-2));
    EVENT("hand_narrow", V(bytes[0]), V((int8_t)bytes[1]), V((uint16_t)base_word), V((int16_t)-1));
    EVENT("hand_floats", V(3.5), V(-0.375f), V(quad.d));
    hand_stack();
    EVENT("hand_stack", V((int64_t)-12345), V(-678), V((uint8_t)200), V(-678), V((uint64_t)-12345));
}

static void globals(void)
{
    const int64_t *page = (const int64_t *)ABSOLUTE_PAGE;
    const char *ints = (const char *)&hand_exported - (4 + 4 + 128 + 32 + 64); // hand_ints is private to hand.S: its data lie in this order
    hand_globals();
    EVENT("hand_rip_symbol", V(at(0)), V(at(4)), V(at(8)), V(at(12)), V(at(12)));
    EVENT("hand_dot_symbol", V(-606));
    EVENT("hand_exported", V(-707));
    EVENT("hand_local_label", V(-808));
    EVENT("hand_symbol_register", V(at(8)), V(at(8)), V(at(12)));
    EVENT("hand_absolute_symbol", V(at(0)), V(at(4)));
    EVENT("hand_symbol_immediate", P(ints), P(ints + 8), P(ints + 8));
    EVENT("hand_absolute", V(page[0]), V(page[1]), V(page[2]), V(page[1]));
    hand_got();
    EVENT("hand_got", P(&hand_exported_function), P(&hand_exported));
}

void fire_hand(void)
{
    registers();
    xmm();
    memory();
    globals();
    hand_immediates();
    EVENT("hand_immediate", V(8192), V((uint64_t)0), V((uint8_t)255), V((int8_t)-1), V((uint16_t)65535), V((int16_t)-1), V(4294967295u), V(-1));
    EVENT("hand_immediate64", V(UINT64_MAX), V(UINT64_MAX), V(INT64_MIN), V((int64_t)-1), V((uint64_t)0xfedcba9876543210));
    EVENT("hand_immediate_hex", V((uint64_t)16), V(-16), V((uint8_t)255), V((uint64_t)31));
    EVENT("hand_immediate_float", V(1.5f), V(2.5), V(-2.0));
    EVENT("hand_expression", V((uint64_t)4), V((uint64_t)0), V((int64_t)~22), V((uint64_t)128));
    EVENT("hand_malformed", BAD, BAD, BAD, BAD, BAD, BAD, V((uint64_t)7));
    event("hand_none", NULL, 0);
#ifndef FIXTURE_SO
    hand_thread();
    EVENT("hand_thread", V(-31337), V((uint8_t)201), V((uint8_t)201), V(hand_seen_fs), V(-31337), V((uint8_t)201));
#endif
}
