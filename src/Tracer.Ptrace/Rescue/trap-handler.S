# What the target runs when a breakpoint's SIGTRAP reaches it, which it does only when nobody traces it any more: it steps back to the
# breakpoint and tries again until somebody has put the instruction back. The bytes are in TrapHandler.cs; a test assembles this file
# and compares. Assembled for offset 128 of the page whose beginning TestamentLayout describes.
# In: rdi signal, rsi siginfo_t, rdx ucontext_t. The kernel puts every register back afterwards.
        .intel_syntax noprefix
        .set    base, handler - 128
handler:
        mov     eax, [rsi + 8]                  # si_code
        mov     rcx, [rdx + 168]                # rip, behind the int3
        cmp     eax, 0x53540001                 # TrapHandler.MovedCode: the tracer was about to move the thread on,
        jne     unmarked
        cmp     rcx, [rsi + 16]                 # to this rip
        jne     known
        mov     r8, [rdx + 160]                 # and this rsp,
        cmp     r8, [rsi + 24]
        jne     known
        ret                                     # and had done so
unmarked:
        cmp     eax, 0x80                       # SI_KERNEL: an int3
        jne     foreign
known:
        lea     r8, [rip + base + 512]          # the sites
        mov     r9d, [rip + base + 112]         # and how many they are
        dec     rcx
next:
        test    r9d, r9d
        je      foreign
        cmp     [r8], rcx
        je      ours
        add     r8, 16
        dec     r9d
        jmp     next
ours:
        mov     [rdx + 168], rcx
        cmp     byte ptr [rcx], 0xCC
        jne     done
        cmp     dword ptr [rip + base + 124], 0 # a filter watches its system calls: make none
        jne     spin
        lea     rdi, [rip + millisecond]
        xor     esi, esi
        mov     eax, 35                         # nanosleep
        syscall
        ret
spin:
        mov     ecx, 20000
again:
        pause
        dec     ecx
        jnz     again
done:
        ret
foreign:                                        # the program's own trap: what it would have come to without us
        mov     r8, [rip + base + 80]           # its own handler
        cmp     r8, 1
        ja      chain
        jb      default
        cmp     eax, 0x80                       # SIG_IGN, but no program can ignore an instruction's trap
        jne     done
default:
        mov     edi, 5
        lea     rsi, [rip + zeros]
        xor     edx, edx
        mov     r10d, 8
        mov     eax, 13                         # rt_sigaction(SIGTRAP, SIG_DFL)
        syscall
        mov     eax, 39                         # getpid
        syscall
        mov     edi, eax
        mov     eax, 186                        # gettid
        syscall
        mov     esi, eax
        mov     edx, 5
        mov     eax, 234                        # tgkill
        syscall
        ret
chain:
        xor     eax, eax
        jmp     r8
restorer:
        mov     eax, 15                         # rt_sigreturn
        syscall
millisecond:
        .quad   0, 1000000
zeros:
        .quad   0, 0, 0, 0
