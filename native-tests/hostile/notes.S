// Notes of USDT probes that lie, in the section where readers look. Sizes: owner, descriptor, type 3; then "stapsdt", location, base, semaphore, three strings.
    .macro note location, semaphore, strings:vararg
    .balign 4
    .long 8, 2f-1f, 3
    .asciz "stapsdt"
1:  .quad \location, 0, \semaphore
    \strings
2:  .balign 4
    .endm

    .section .note.stapsdt, "", @note
    // Names that steer a terminal.
    note 0x1000, 0, .ascii "hostile\0\033[2J\033]0;title\007\0008@%rax\0"
    note 0x1000, 0, .ascii "hos\n\r\ttile\0\302\233\060m\0-4@%edi\0"
    // A location and a semaphore outside of the file.
    note 0xfffffffffffffff0, 0xffffffffffffff00, .ascii "hostile\0nowhere\08@%rax\0"
    // A name without an end.
    note 0x1000, 0, .ascii "hostile\0endless"
    // Operands of a megabyte.
    .balign 4
    .long 8, 4f-3f, 3
    .asciz "stapsdt"
3:  .quad 0x1000, 0, 0
    .ascii "hostile\0long\0"
    .fill 131072, 8, 0x2078617225403820
    .byte 0
4:  .balign 4
    // Operands that are none.
    note 0x1000, 0, .ascii "hostile\0odd\08@$(((((((((( 99@%rax 8@-9223372036854775808(%rbp,%rsp,99) \033[31m\0"
    // Four thousand million bytes of descriptor: the last that is read.
    .balign 4
    .long 8, 0xffffffff, 3
    .asciz "stapsdt"
    .quad 0, 0, 0
    .section .note.GNU-stack, "", @progbits
