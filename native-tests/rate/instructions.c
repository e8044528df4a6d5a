// Calls the functions of instructions.S and checks every result: "instructions [K]" K calls of each for every line on stdin,
// "instructions load [THREADS]" until the end of stdin.
#include "../common/load.h"

#include <stdint.h>

struct function {
    const char *name;
    int64_t (*call)(int64_t);
    int64_t input, expected;
};

#define DECLARE(name) int64_t name(int64_t)
DECLARE(f_push); DECLARE(f_endbr64); DECLARE(f_sub_rsp); DECLARE(f_ret_immediate); DECLARE(f_rip); DECLARE(f_atomic); DECLARE(f_sse);
DECLARE(f_call); DECLARE(f_return_address); DECLARE(f_jumps); DECLARE(f_recursive); DECLARE(f_other); DECLARE(f_xchg_rax);

static const struct function functions[] = {
    { "f_push", f_push, 10, 15 },
    { "f_endbr64", f_endbr64, 10, 17 },
    { "f_sub_rsp", f_sub_rsp, 10, 13 },
    { "f_ret_immediate", f_ret_immediate, 10, 319 },
    { "f_rip", f_rip, 10, 1000000000000 + 2 * 234567 + 10 },
    { "f_atomic", f_atomic, 10, 23 },
    { "f_sse", f_sse, 10, 111 },
    { "f_call", f_call, 10, 50 },
    { "f_return_address", f_return_address, 10, 10 },
    { "f_jumps", f_jumps, 10, 16 },
    { "f_recursive", f_recursive, 10, 55 },
    { "f_other", f_other, 10, 11 },
    { "f_xchg_rax", f_xchg_rax, 10, 10 },
};

enum { FUNCTIONS = sizeof functions / sizeof functions[0], DEPTH = 11 };

// How often each label is passed in one round of calls. The kernel's uprobes differ at some: they refuse the lock prefix
// (arch/x86/kernel/uprobes.c, is_prefix_bad), take REX.B 0x90 (xchg) for a nop and so change the result (branch_setup_xol_ops, seen with 6.18), and hit again for every iteration of a rep, because they step it with the trap flag.
enum { SAME = 0, REFUSED = -1, MISEXECUTED = -2 };
static const struct { const char *name; int times, uprobe; } sites[] = {
    { "push", 1, SAME }, { "mov_rsp", 1, SAME }, { "push_r12", 1, SAME }, { "pop_r12", 1, SAME }, { "leave", 1, SAME },
    { "ret", 1, SAME }, { "endbr64", 1, SAME }, { "sub_rsp8", 1, SAME }, { "sub_rsp32", 1, SAME }, { "add_rsp32", 1, SAME },
    { "add_rsp8", 1, SAME }, { "ret_immediate", 1, SAME }, { "mov_rip_load", 1, SAME }, { "mov_rip_load32", 1, SAME },
    { "lea_rip", 1, SAME }, { "add_rip", 1, SAME }, { "mov_rip_store_immediate", 1, SAME }, { "cmp_rip_immediate8", 1, SAME },
    { "cmp_rip_immediate32", 1, SAME }, { "test_rip", 1, SAME }, { "lock_inc_rip", 1, REFUSED }, { "lock_xadd_rip", 1, REFUSED },
    { "addsd_rip", 1, SAME }, { "movapd_rip", 1, SAME }, { "cvttsd2si", 1, SAME }, { "call_rel32", 1, SAME },
    { "call_register", 1, SAME }, { "call_rip", 1, SAME }, { "call_memory", 1, SAME }, { "call_checked", 1, SAME },
    { "helper_ret", 4, SAME }, { "jcc_short_taken", 1, SAME }, { "jcc_short_untaken", 1, SAME }, { "jcc_near_taken", 1, SAME },
    { "jcc_near_untaken", 1, SAME }, { "jmp_short", 1, SAME }, { "jmp_near", 1, SAME }, { "jmp_register", 1, SAME },
    { "jmp_rip", 1, SAME }, { "jrcxz_taken", 1, SAME }, { "loop", 3, SAME }, { "cmov", 1, SAME }, { "setcc", 1, SAME },
    { "recursive_entry", DEPTH, SAME }, { "recursive_call", DEPTH - 1, SAME }, { "recursive_ret", DEPTH, SAME }, { "nop", 1, SAME },
    { "nopw", 1, SAME }, { "rep_stos", 1, 4 }, { "adc", 1, SAME }, { "popf", 1, SAME }, { "jz_after_popf", 1, SAME },
    { "syscall", 1, SAME }, { "xchg", 1, SAME }, { "cqo", 1, SAME }, { "mov_immediate64", 1, SAME }, { "xchg_rax_r8", 1, MISEXECUTED },
};

// Returns how many results were wrong; the wrong results stay in "wrong" for print_errors.
static long wrong[FUNCTIONS], wrong_result[FUNCTIONS];

static long round_of_calls(void)
{
    long errors = 0;
    for (int i = 0; i < FUNCTIONS; i++) {
        int64_t result = functions[i].call(functions[i].input);
        if (result != functions[i].expected) {
            errors++;
            wrong[i]++;
            wrong_result[i] = result;
        }
    }
    return errors;
}

static void print_errors(void)
{
    for (int i = 0; i < FUNCTIONS; i++)
        if (wrong[i] != 0)
            printf("error\t%s\t%ld\t%ld\n", functions[i].name, wrong_result[i], (long)functions[i].expected);
}

static void print_site(unsigned i, long rounds)
{
    printf("site\tsite_%s\t%ld\t", sites[i].name, sites[i].times * rounds);
    if (sites[i].uprobe == REFUSED)
        puts("refused");
    else if (sites[i].uprobe == MISEXECUTED)
        puts("misexecuted");
    else
        printf("%ld\n", (sites[i].uprobe == SAME ? sites[i].times : sites[i].uprobe) * rounds);
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
        return load_run(thread_count(argc, argv, 2, 8), load, print_errors);
    long rounds = argc > 1 ? atol(argv[1]) : 1;
    char line[256];
    fixture_ready();
    while (fixture_command(line, sizeof line)) {
        long errors = 0;
        for (long i = 0; i < rounds; i++)
            errors += round_of_calls();
        for (unsigned i = 0; i < sizeof sites / sizeof sites[0]; i++)
            print_site(i, rounds);
        print_errors();
        printf("done rounds=%ld errors=%ld\n", rounds, errors);
        if (leave)
            break;
    }
    return 0;
}
