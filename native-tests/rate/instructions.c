// Calls the functions of instructions.S and checks every result: "instructions [K]" K calls of each for every line on stdin,
// "instructions load [THREADS]" until the end of stdin.
#include "../common/load.h"

#include <stdint.h>

struct function {
    int64_t (*call)(int64_t);
    int64_t input, expected;
};

#define DECLARE(name) int64_t name(int64_t)
DECLARE(f_push); DECLARE(f_endbr64); DECLARE(f_sub_rsp); DECLARE(f_ret_immediate); DECLARE(f_rip); DECLARE(f_atomic); DECLARE(f_sse);
DECLARE(f_call); DECLARE(f_return_address); DECLARE(f_jumps); DECLARE(f_recursive); DECLARE(f_other);

static const struct function functions[] = {
    { f_push, 10, 15 },
    { f_endbr64, 10, 17 },
    { f_sub_rsp, 10, 13 },
    { f_ret_immediate, 10, 319 },
    { f_rip, 10, 1000000000000 + 2 * 234567 + 10 },
    { f_atomic, 10, 23 },
    { f_sse, 10, 111 },
    { f_call, 10, 50 },
    { f_return_address, 10, 10 },
    { f_jumps, 10, 16 },
    { f_recursive, 10, 55 },
    { f_other, 10, 11 },
};

enum { FUNCTIONS = sizeof functions / sizeof functions[0], DEPTH = 11 };

// How often each label is passed in one round of calls.
static const struct { const char *name; int times; } sites[] = {
    { "push", 1 }, { "mov_rsp", 1 }, { "push_r12", 1 }, { "pop_r12", 1 }, { "leave", 1 }, { "ret", 1 }, { "endbr64", 1 },
    { "sub_rsp8", 1 }, { "sub_rsp32", 1 }, { "add_rsp32", 1 }, { "add_rsp8", 1 }, { "ret_immediate", 1 },
    { "mov_rip_load", 1 }, { "mov_rip_load32", 1 }, { "lea_rip", 1 }, { "add_rip", 1 }, { "mov_rip_store_immediate", 1 },
    { "cmp_rip_immediate8", 1 }, { "cmp_rip_immediate32", 1 }, { "test_rip", 1 }, { "lock_inc_rip", 1 }, { "lock_xadd_rip", 1 },
    { "addsd_rip", 1 }, { "movapd_rip", 1 }, { "cvttsd2si", 1 }, { "call_rel32", 1 }, { "call_register", 1 }, { "call_rip", 1 }, { "call_memory", 1 },
    { "call_checked", 1 }, { "helper_ret", 4 }, { "jcc_short_taken", 1 }, { "jcc_short_untaken", 1 }, { "jcc_near_taken", 1 }, { "jcc_near_untaken", 1 },
    { "jmp_short", 1 }, { "jmp_near", 1 }, { "jmp_register", 1 }, { "jmp_rip", 1 }, { "jrcxz_taken", 1 }, { "loop", 3 }, { "cmov", 1 }, { "setcc", 1 },
    { "recursive_entry", DEPTH }, { "recursive_call", DEPTH - 1 }, { "recursive_ret", DEPTH }, { "nop", 1 }, { "nopw", 1 }, { "rep_stos", 1 },
    { "adc", 1 }, { "popf", 1 }, { "jz_after_popf", 1 }, { "syscall", 1 }, { "xchg", 1 }, { "cqo", 1 }, { "mov_immediate64", 1 },
};

static long round_of_calls(void)
{
    long errors = 0;
    for (int i = 0; i < FUNCTIONS; i++)
        errors += functions[i].call(functions[i].input) != functions[i].expected;
    return errors;
}

static void *load(void *argument)
{
    (void)argument;
    while (!load_stop) {
        load_errors += round_of_calls();
        load_rounds++;
    }
    return NULL;
}

int main(int argc, char **argv)
{
    bool leave = fixture_exit_option(&argc, argv);
    if (argc > 1 && strcmp(argv[1], "load") == 0)
        return load_run(thread_count(argc, argv, 2, 8), load);
    long rounds = argc > 1 ? atol(argv[1]) : 1;
    char line[256];
    fixture_ready();
    while (fixture_command(line, sizeof line)) {
        long errors = 0;
        for (long i = 0; i < rounds; i++)
            errors += round_of_calls();
        for (unsigned i = 0; i < sizeof sites / sizeof sites[0]; i++)
            printf("site\tsite_%s\t%ld\n", sites[i].name, sites[i].times * rounds);
        printf("done rounds=%ld errors=%ld\n", rounds, errors);
        if (leave)
            break;
    }
    return 0;
}
