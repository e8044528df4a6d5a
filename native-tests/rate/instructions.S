// Functions whose labelled instructions are not nops: each label site_* is an exported symbol where a probe can be put, and each function has a known
// result, so that an instruction that was displaced wrongly is noticed. instructions.c has the table of results. All functions are thread-safe.

.macro FUNCTION name
        .globl \name
        .type \name, @function
        .balign 16
\name:
.endm
.macro ENDF name
        .size \name, . - \name
.endm
// An exported label inside or at the start of a function; it has a size because bpftrace wants one.
.macro SITE name
        .globl site_\name
        .type site_\name, @function
        .size site_\name, 1
site_\name:
.endm

        .text

// Entries and exits.
FUNCTION f_push
        SITE push
        push %rbp
        SITE mov_rsp
        mov %rsp, %rbp
        SITE push_r12
        push %r12
        lea 5(%rdi), %r12
        mov %r12, %rax
        SITE pop_r12
        pop %r12
        SITE leave
        leave
        SITE ret
        ret
ENDF f_push

FUNCTION f_endbr64
        SITE endbr64
        endbr64
        lea 7(%rdi), %rax
        ret
ENDF f_endbr64

FUNCTION f_sub_rsp
        SITE sub_rsp8
        sub $24, %rsp
        mov %rdi, 8(%rsp)
        SITE sub_rsp32
        sub $4096, %rsp
        movq $11, 8(%rsp)
        SITE add_rsp32
        add $4096, %rsp
        mov 8(%rsp), %rax
        add $3, %rax
        SITE add_rsp8
        add $24, %rsp
        ret
ENDF f_sub_rsp

FUNCTION f_ret_immediate
        push $100
        push $200
        call 1f
        add $9, %rax
        ret
1:      mov 8(%rsp), %rax
        add 16(%rsp), %rax
        add %rdi, %rax
        SITE ret_immediate
        ret $16
ENDF f_ret_immediate

// RIP-relative operands.
FUNCTION f_rip
        SITE mov_rip_load
        mov quad(%rip), %rax
        SITE mov_rip_load32
        mov quad(%rip), %ecx
        SITE lea_rip
        lea quad(%rip), %rdx
        add 8(%rdx), %rax
        SITE add_rip
        add quad+8(%rip), %rax
        SITE mov_rip_store_immediate
        movl $77, stored(%rip)
        SITE cmp_rip_immediate8
        cmpl $77, stored(%rip)
        jne 1f
        SITE cmp_rip_immediate32
        cmpq $0x12345678, quad+16(%rip)
        jne 1f
        SITE test_rip
        testb $1, quad(%rip)
        jnz 1f
        add %rdi, %rax
        ret
1:      mov $-1, %rax
        ret
ENDF f_rip

FUNCTION f_atomic
        SITE lock_inc_rip
        lock incq counter(%rip)
        mov $1, %eax
        SITE lock_xadd_rip
        lock xadd %rax, counter(%rip)
        lea 13(%rdi), %rax
        ret
ENDF f_atomic

FUNCTION f_sse
        cvtsi2sd %rdi, %xmm0
        SITE addsd_rip
        addsd real(%rip), %xmm0
        SITE movapd_rip
        movapd vector(%rip), %xmm1
        addsd %xmm1, %xmm0
        SITE cvttsd2si
        cvttsd2si %xmm0, %rax
        ret
ENDF f_sse

// Calls.
FUNCTION f_call
        push %rbx
        mov %rdi, %rbx
        SITE call_rel32
        call helper
        add %rax, %rbx
        lea helper(%rip), %rcx
        SITE call_register
        call *%rcx
        add %rax, %rbx
        SITE call_rip
        call *helper_pointer(%rip)
        add %rax, %rbx
        mov helper_pointer@GOTPCREL(%rip), %rcx
        SITE call_memory
        call *(%rcx)
        lea (%rbx,%rax), %rax
        pop %rbx
        ret
ENDF f_call

// Checks that the return address is where the caller really is: a displaced call must push the original one.
FUNCTION f_return_address
        SITE call_checked
        call 1f
2:      add %rdi, %rax
        ret
1:      lea 2b(%rip), %rax
        sub (%rsp), %rax
        ret
ENDF f_return_address

        .type helper, @function
helper: mov $10, %eax
        SITE helper_ret
        ret
        .size helper, . - helper

// Jumps.
FUNCTION f_jumps
        xor %eax, %eax
        test %rdi, %rdi
        SITE jcc_short_taken
        jns 1f
        ud2
1:      inc %rax
        SITE jcc_short_untaken
        js 9f
        SITE jcc_near_taken
        .byte 0x0f, 0x89                // jns rel32
        .long 2f - . - 4
        ud2
2:      SITE jcc_near_untaken
        .byte 0x0f, 0x88                // js rel32
        .long 9f - . - 4
        SITE jmp_short
        jmp 3f
        ud2
3:      inc %rax
        SITE jmp_near
        .byte 0xe9                      // jmp rel32
        .long 4f - . - 4
        ud2
4:      lea 5f(%rip), %rcx
        SITE jmp_register
        jmp *%rcx
        ud2
5:      lea jump_target(%rip), %rcx
        SITE jmp_rip
        jmp *jump_pointer(%rip)
        ud2
jump_target:
        xor %ecx, %ecx
        SITE jrcxz_taken
        jrcxz 6f
        ud2
6:      mov $3, %ecx
7:      inc %rax
        SITE loop
        loop 7b
        SITE cmov
        cmovns %rdi, %rdx
        SITE setcc
        setns %cl
        movzx %cl, %ecx
        add %rcx, %rax
        add %rdx, %rax
        ret
9:      ud2
ENDF f_jumps

// A recursive function: its entry, its call and its return are sites on one stack. Sum of 1..x.
FUNCTION f_recursive
        SITE recursive_entry
        push %rbx
        mov %rdi, %rbx
        xor %eax, %eax
        test %rdi, %rdi
        jz 1f
        dec %rdi
        SITE recursive_call
        call f_recursive
1:      add %rbx, %rax
        pop %rbx
        SITE recursive_ret
        ret
ENDF f_recursive

// The rest: long nops, string instructions with a prefix, flags, a syscall.
FUNCTION f_other
        SITE nop
        nop
        SITE nopw
        nopw 512(%rax,%rax,1)
        lea -40(%rsp), %rsi
        mov %rdi, %rax
        mov %rsi, %rdi
        mov $4, %ecx
        SITE rep_stos
        rep stosq
        mov 24(%rsi), %rax
        stc
        SITE adc
        adc $0, %rax
        mov $64206, %r8d
        push $0x246
        SITE popf
        popf
        SITE jz_after_popf
        jz 1f
        ud2
1:      push %rax
        mov $110, %eax                  // getppid
        SITE syscall
        syscall
        pop %rax
        mov %rax, %rdx
        SITE xchg
        xchg %rdx, %r8
        SITE cqo
        cqo
        SITE mov_immediate64
        movabs $0x1122334455667788, %rdx
        sub %rdx, %r8
        mov %r8, %rax
        add %rdx, %rax
        ret
ENDF f_other

// Its opcode is 0x90, a nop's, with REX.B: the kernel's uprobes take it for a nop and do not exchange anything.
FUNCTION f_xchg_rax
        mov %rdi, %r8
        mov $5, %eax
        SITE xchg_rax_r8
        xchg %rax, %r8
        ret
ENDF f_xchg_rax

        .data
        .balign 16
quad:   .quad 1000000000000, 234567, 0x12345678
helper_pointer:
        .quad helper
jump_pointer:
        .quad jump_target
real:   .double 100.5
        .balign 16
vector: .double 0.75, 8.0
counter:
        .quad 0
stored: .long 77
        .section .note.GNU-stack, "", @progbits
