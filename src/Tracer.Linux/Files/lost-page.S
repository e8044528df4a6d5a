# The handler of SIGBUS (LostPages.cs): a page of a mapped file that is gone, because the file was truncated, is replaced by an empty one and counted; whatever else is
# passed to the handler that was there before.
#
#   gcc -c -o lost-page.o lost-page.S && objcopy -O binary -j .text lost-page.o lost-page.bin
#
# LostPageCode.cs holds these bytes; a test compares them. Data behind the code is filled in there.

        .text
# void handler(int, siginfo_t *, void *)
handler:
        mov     16(%rsi), %rax                  # si_addr
        mov     table(%rip), %r8                # of entries: first byte, end, pages lost
        mov     entries(%rip), %ecx
next:
        cmp     (%r8), %rax
        jb      skip
        cmp     8(%r8), %rax
        jb      found
skip:
        add     $24, %r8
        dec     %ecx
        jnz     next
pass:
        mov     before(%rip), %rax
        cmp     $1, %rax                        # SIG_DFL, SIG_IGN
        jbe     default
        jmp     *%rax
default:
        mov     $13, %eax                       # rt_sigaction(SIGBUS, none, 0, 8): the fault comes again, and ends the process
        mov     $7, %edi
        lea     none(%rip), %rsi
        xor     %edx, %edx
        mov     $8, %r10d
        syscall
        ret
found:
        push    %rbx
        push    %rdi
        push    %rsi
        push    %rdx
        mov     %r8, %rbx
        mov     %rax, %rdi                      # mmap(page, 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0)
        and     $-4096, %rdi
        mov     $9, %eax
        mov     $4096, %esi
        mov     $1, %edx
        mov     $0x32, %r10d
        mov     $-1, %r8
        xor     %r9d, %r9d
        syscall
        mov     %rbx, %r8
        pop     %rdx
        pop     %rsi
        pop     %rdi
        pop     %rbx
        test    %rax, %rax
        js      pass
        lock incq 16(%r8)
        ret
none:
        .fill   4, 8, 0                         # struct sigaction: SIG_DFL
table:
        .quad   0
before:
        .quad   0
entries:
        .long   0
