# What a keeper does (KeeperProcess.cs): a process of its own that shares this one's memory and descriptors, makes the system calls that it is asked for, one at a time,
# and ends when this process has ended or when it is told to. It runs this code and nothing else, with all signals blocked, and needs no stack and no thread-local memory.
#
#   gcc -c -o keeper.o keeper.S && objcopy -O binary -j .text keeper.o keeper.bin
#
# KeeperCode.cs holds these bytes; a test compares them. Offsets of struct area: KeeperArea.cs.

        .set    REQUEST_READY, 6                # two struct pollfd from 0 on: requests, the end of this process
        .set    END_READY, 14
        .set    REQUEST, 0
        .set    REPLY, 16
        .set    PIDFD, 20
        .set    MASK, 24
        .set    NUMBER, 32
        .set    ARGUMENTS, 40
        .set    RESULT, 88
        .set    COUNT, 96
        .set    ONE, 104
        .set    NAME, 112
        .set    SIZE, 4096

        .text
# int start(struct area *): the keeper's process id, or minus errno.
start:
        push    %rbx
        mov     %rdi, %rbx
        mov     $14, %eax                       # rt_sigprocmask(SIG_SETMASK, all, area->mask, 8): the keeper is born with it
        mov     $2, %edi
        lea     all(%rip), %rsi
        lea     MASK(%rbx), %rdx
        mov     $8, %r10d
        syscall
        mov     $56, %eax                       # clone(CLONE_VM | CLONE_FILES | CLONE_PIDFD, its stack, &area->pidfd): no signal at its end
        mov     $0x1500, %edi
        lea     SIZE(%rbx), %rsi
        lea     PIDFD(%rbx), %rdx
        xor     %r10d, %r10d
        xor     %r8d, %r8d
        syscall
        test    %rax, %rax
        jz      keeper
        push    %rax
        mov     $14, %eax                       # rt_sigprocmask(SIG_SETMASK, area->mask, 0, 8)
        mov     $2, %edi
        lea     MASK(%rbx), %rsi
        xor     %edx, %edx
        mov     $8, %r10d
        syscall
        pop     %rax
        pop     %rbx
        ret

keeper:
        mov     $112, %eax                      # setsid(): signals to our process group and terminal are not for it
        syscall
        mov     $157, %eax                      # prctl(PR_SET_NAME, area->name)
        mov     $15, %edi
        lea     NAME(%rbx), %rsi
        syscall
wait:
        mov     $7, %eax                        # poll(area, 2, -1)
        mov     %rbx, %rdi
        mov     $2, %esi
        mov     $-1, %edx
        syscall
        test    %eax, %eax
        jle     wait
        testb   $1, REQUEST_READY(%rbx)         # POLLIN
        jnz     serve
end:
        mov     $231, %eax                      # exit_group(0): this process has ended
        xor     %edi, %edi
        syscall
serve:
        xor     %eax, %eax                      # read(request, &area->count, 8)
        mov     REQUEST(%rbx), %edi
        lea     COUNT(%rbx), %rsi
        mov     $8, %edx
        syscall
        mov     NUMBER(%rbx), %rax
        test    %rax, %rax
        js      end
        mov     ARGUMENTS(%rbx), %rdi
        mov     ARGUMENTS+8(%rbx), %rsi
        mov     ARGUMENTS+16(%rbx), %rdx
        mov     ARGUMENTS+24(%rbx), %r10
        mov     ARGUMENTS+32(%rbx), %r8
        mov     ARGUMENTS+40(%rbx), %r9
        syscall
        mov     %rax, RESULT(%rbx)
        mov     $1, %eax                        # write(reply, &area->one, 8)
        mov     REPLY(%rbx), %edi
        lea     ONE(%rbx), %rsi
        mov     $8, %edx
        syscall
        jmp     wait
all:
        .quad   -1
