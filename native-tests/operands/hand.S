// Operand forms that no compiler of ours writes (or not at will), each in a note made by hand. hand.c knows the values.
// FIXTURE_SO: built into a shared library, where @tpoff (the local-exec TLS model) has no meaning.

// One note of provider "operands" whose site is a nop here.
.macro PROBE name:req, operands
990:    nop
        .pushsection .note.stapsdt, "?", "note"
        .balign 4
        .4byte 992f - 991f, 994f - 993f, 3
991:    .asciz "stapsdt"
992:    .balign 4
993:    .8byte 990b, _.stapsdt.base, 0
        .asciz "operands"
        .asciz "\name"
        .asciz "\operands"
994:    .balign 4
        .popsection
.endm

        .weak _.stapsdt.base
        .hidden _.stapsdt.base

.macro BEGIN name
        .globl \name
        .hidden \name
        .type \name, @function
\name:
        push %rbp
        push %rbx
        push %r12
        push %r13
        push %r14
        push %r15
.endm

.macro END name
        pop %r15
        pop %r14
        pop %r13
        pop %r12
        pop %rbx
        pop %rbp
        ret
        .size \name, . - \name
.endm

        .text

// Register number k (rax rcx rdx rbx rsp rbp rsi rdi r8 ... r15) holds REGISTER_BASE + k * 0x0101010101010101.
#define REGISTER_BASE 0x8091a2b3c4d5e6f7
.macro SET k, register
        movabs $(REGISTER_BASE + \k * 0x0101010101010101), %\register
.endm

BEGIN hand_registers
        SET 0, rax
        SET 1, rcx
        SET 2, rdx
        SET 3, rbx
        mov %rsp, hand_seen_rsp(%rip)
        SET 5, rbp
        SET 6, rsi
        SET 7, rdi
        SET 8, r8
        SET 9, r9
        SET 10, r10
        SET 11, r11
        SET 12, r12
        SET 13, r13
        SET 14, r14
        SET 15, r15
        PROBE hand_r64_a, "8@%rax 8@%rcx 8@%rdx 8@%rbx 8@%rsp 8@%rbp 8@%rsi 8@%rdi"
        PROBE hand_r64_b, "-8@%r8 -8@%r9 -8@%r10 -8@%r11 -8@%r12 -8@%r13 -8@%r14 -8@%r15"
        PROBE hand_r32_a, "4@%eax 4@%ecx 4@%edx 4@%ebx 4@%esp 4@%ebp 4@%esi 4@%edi"
        PROBE hand_r32_b, "-4@%r8d -4@%r9d -4@%r10d -4@%r11d -4@%r12d -4@%r13d -4@%r14d -4@%r15d"
        PROBE hand_r16_a, "2@%ax 2@%cx 2@%dx 2@%bx 2@%sp 2@%bp 2@%si 2@%di"
        PROBE hand_r16_b, "-2@%r8w -2@%r9w -2@%r10w -2@%r11w -2@%r12w -2@%r13w -2@%r14w -2@%r15w"
        PROBE hand_r8_a, "1@%al 1@%cl 1@%dl 1@%bl 1@%spl 1@%bpl 1@%sil 1@%dil"
        PROBE hand_r8_b, "-1@%r8b -1@%r9b -1@%r10b -1@%r11b -1@%r12b -1@%r13b -1@%r14b -1@%r15b"
        PROBE hand_high, "1@%ah -1@%bh 1@%ch -1@%dh"
        // The size before the @ governs, not the register's name: narrower here than the name says (a wider one, 8@%eax, means different things to gdb and libbpf).
        PROBE hand_mismatch, "-4@%rdi 1@%ecx 2@%r9"
        PROBE hand_unsized, "%rdi %r12"
        PROBE hand_twelve, "8@%rax 4@%ecx 2@%dx 1@%bl -8@%rsi -4@%edi -2@%r8w -1@%r9b 8@%r10 4@%r11d 2@%r12w 1@%r13b"
END hand_registers

BEGIN hand_rip
        lea 1f(%rip), %rax
        mov %rax, hand_seen_rip(%rip)
1:      PROBE hand_rip, "8@%rip 4@%eip"
END hand_rip

// xmm k holds k + 0.5; the second round floats of the same values.
BEGIN hand_xmm
        .irp k, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        movsd hand_doubles + \k * 8(%rip), %xmm\k
        .endr
        PROBE hand_xmm_a, "8f@%xmm0 8f@%xmm1 8f@%xmm2 8f@%xmm3 8f@%xmm4 8f@%xmm5 8f@%xmm6 8f@%xmm7"
        PROBE hand_xmm_b, "8f@%xmm8 8f@%xmm9 8f@%xmm10 8f@%xmm11 8f@%xmm12 8f@%xmm13 8f@%xmm14 8f@%xmm15"
        PROBE hand_xmm_bits, "8@%xmm3 -8@%xmm13"
        .irp k, 0, 7, 8, 15
        cvtsd2ss %xmm\k, %xmm\k
        .endr
        PROBE hand_xmm_singles, "4f@%xmm0 4f@%xmm7 4f@%xmm8 4f@%xmm15 4@%xmm7"
END hand_xmm

// Every shape of base, index, scale and displacement over hand_ints (16 of -1000, -999 ...) and hand_quads.
BEGIN hand_memory
        lea hand_ints + 16(%rip), %rax
        lea hand_quads(%rip), %r12
        mov $2, %ecx
        mov $3, %r13d
        mov %rax, %rbp
        PROBE hand_base, "-4@(%rax) -4@0(%rax) -4@8(%rax) -4@-8(%rbp) -4@0x8(%rax) 8@(%r12) -8@8(%r12)"
        PROBE hand_index, "-4@(%rax,%rcx) -4@(%rax,%rcx,1) -4@(%rax,%rcx,2) -4@(%rax,%rcx,4) 8@(%r12,%rcx,8) -4@-8(%rax,%r13,4) 8@-0x8(%r12,%r13,8)"
        // Scale 0 comes from gdb's own tests. gdb reads it as 1, bcc multiplies by 0: an index of 0 gives both the same value.
        xor %r10d, %r10d
        PROBE hand_scale0, "-4@-4(%rbp,%r10,0)"
        PROBE hand_sum, "-4@-4+16-16(%rbp) -4@4+4(%rax) -4@0x10-8(%rax)"
        PROBE hand_unsized_memory, "(%r12) 8(%r12)"
        PROBE hand_narrow, "1@(%rax) -1@1(%rax) 2@(%rax) -2@2(%rax)"
        PROBE hand_floats, "8f@hand_doubles+24(%rip) 4f@hand_single(%rip) 8f@(%r12)"
END hand_memory

BEGIN hand_stack
        lea -64(%rsp), %rsp
        movq $-12345, (%rsp)
        movl $-678, 8(%rsp)
        movb $200, 12(%rsp)
        mov $4, %edx
        PROBE hand_stack, "-8@(%rsp) -4@8(%rsp) 1@12(%rsp) -4@4(%rsp,%rdx) (%rsp)"
        lea 64(%rsp), %rsp
END hand_stack

BEGIN hand_globals
        mov $2, %ecx
        lea hand_ints(%rip), %rdx
        mov $8, %esi
        PROBE hand_rip_symbol, "-4@hand_ints(%rip) -4@4+hand_ints(%rip) -4@hand_ints+8(%rip) -4@hand_ints_middle-4(%rip) -4@0x8+hand_ints+4(%rip)"
        PROBE hand_dot_symbol, "-4@hand.dot.6(%rip)"
        PROBE hand_exported, "-4@hand_exported(%rip)"
        PROBE hand_local_label, "-4@.Lhand_local(%rip)"
        PROBE hand_symbol_register, "-4@hand_ints(%rsi) -4@hand_ints(,%rcx,4) -4@4+hand_ints(%rsi)"
        PROBE hand_absolute_symbol, "-4@hand_ints -4@hand_ints+4"
        PROBE hand_symbol_immediate, "8@$hand_ints 8@$hand_ints+8 8@$8+hand_ints"
        // The page at ABSOLUTE_PAGE: 1879048192 = 0x70000000.
        PROBE hand_absolute, "-8@1879048192 -8@0x70000008 -8@1879048192(,%rcx,8) -8@0x70000000(,%rsi)"
END hand_globals

BEGIN hand_got
        mov hand_exported_function@GOTPCREL(%rip), %rax
        mov hand_exported@GOTPCREL(%rip), %rcx
        PROBE hand_got, "8@hand_exported_function@GOTPCREL(%rip) 8@hand_exported@GOTPCREL(%rip)"
END hand_got

BEGIN hand_immediates
        PROBE hand_immediate, "-4@$8192 8@$0 1@$-1 -1@$255 2@$-1 -2@$65535 4@$-1 -4@$4294967295"
        PROBE hand_immediate64, "8@$18446744073709551615 8@$-1 -8@$-9223372036854775808 -8@$18446744073709551615 8@$0xfedcba9876543210"
        PROBE hand_immediate_hex, "8@$0x10 -4@$-0x10 1@$0xff 8@$0X1F"
        PROBE hand_immediate_float, "4f@$0x3fc00000 8f@$0x4004000000000000 8f@$-4611686018427387904"
        PROBE hand_expression, "8@$3+($10-$8)-$1 8@!($0+$1) -8@~$22 8@$128&$128"
        PROBE hand_malformed, "16@%xmm0 -7@$16 4@ 4@%nosuch 8@no_such_symbol(%rip) 8@(%rax,%rbx,3) 8@$7"
        PROBE hand_none, ""
END hand_immediates

#ifndef FIXTURE_SO
BEGIN hand_thread
        mov %fs:0, %rax
        mov hand_thread_int@gottpoff(%rip), %rcx
        movl $-31337, %fs:(%rcx)
        mov hand_thread_bytes@gottpoff(%rip), %rdx
        movb $201, %fs:3(%rdx)
        mov %rax, hand_seen_fs(%rip)
        mov $3, %edi
        PROBE hand_thread, "-4@%fs:hand_thread_int@tpoff 1@%fs:hand_thread_bytes@tpoff(%rdi) 1@%fs:hand_thread_bytes@tpoff+3 8@%fs:0 -4@%fs:(%rcx) 1@%fs:3(%rdx)"
END hand_thread
#endif

        .globl hand_exported_function
        .type hand_exported_function, @function
hand_exported_function:
        ret
        .size hand_exported_function, . - hand_exported_function

.macro OBJECT name
        .type \name, @object
\name:
.endm

        .data
        .balign 16
OBJECT  hand_ints
        .long -1000, -999, -998, -997
OBJECT  hand_ints_middle
        .long -996, -995, -994, -993, -992, -991, -990, -989, -988, -987, -986, -985
        .size hand_ints, 64
        .size hand_ints_middle, 48
OBJECT  hand_quads
        .quad 0xf1f2f3f4f5f6f7f8, -2, 0x1122334455667788, 4
        .size hand_quads, 32
OBJECT  hand_doubles
        .irp k, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        .double \k\().5
        .endr
        .size hand_doubles, 128
OBJECT  hand_single
        .float -0.375
        .size hand_single, 4
OBJECT  hand.dot.6
        .long -606
        .size hand.dot.6, 4
        .globl hand_exported
OBJECT  hand_exported
        .long -707
        .size hand_exported, 4
.Lhand_local:
        .long -808
        .globl hand_seen_rsp, hand_seen_rip, hand_seen_fs
        .hidden hand_seen_rsp, hand_seen_rip, hand_seen_fs
        .balign 8
OBJECT  hand_seen_rsp
        .quad 0
        .size hand_seen_rsp, 8
OBJECT  hand_seen_rip
        .quad 0
        .size hand_seen_rip, 8
OBJECT  hand_seen_fs
        .quad 0
        .size hand_seen_fs, 8

#ifndef FIXTURE_SO
        .section .tbss, "awT", @nobits
        .balign 8
        .type hand_thread_int, @object
hand_thread_int:
        .zero 4
        .size hand_thread_int, 4
        .type hand_thread_bytes, @object
hand_thread_bytes:
        .zero 12
        .size hand_thread_bytes, 12
#endif
        .section .note.GNU-stack, "", @progbits
