using Tracer.Core.Expressions;
using Tracer.Elf;
using Tracer.Linux;
using Tracer.Ptrace.Tests.Support;

namespace Tracer.Ptrace.Tests;

/// <summary>Every kind of instruction under a breakpoint does what it does without one; the program checks its results itself.</summary>
public sealed class InstructionTests
{
    // Each line of the program computes with its instruction under the label and says what came out; run untraced first, the two outputs must be equal.
    private const string Source = """
        #include <stdio.h>
        #include <string.h>
        #include <unistd.h>
        #include <sys/syscall.h>
        #define SITE(n) ".globl site_" #n "\nsite_" #n ": "
        #define SAY(n, v) sum = sum * 31 + (long)(v); if (print) printf("%s %ld\n", #n, (long)(v))
        static __attribute__((used)) long data = 42, table[4] = {1, 2, 3, 4};
        static __attribute__((used)) double number = 2.5;
        static __attribute__((noinline, used)) long callee(long x) { return x * 3 + 1; }
        static long (*pointer)(long) = callee;
        __attribute__((naked, used)) static long returns(void) { asm("mov $77, %eax\n" SITE(ret) "ret"); }
        __attribute__((naked, used)) static long returns_rep(void) { asm("mov $78, %eax\n" SITE(repret) "rep ret"); }
        __attribute__((naked, used)) static void pops(void) { asm(SITE(retn) "ret $16"); }
        static long round_of(int print) {
            long sum = 0, r; double d;
            asm volatile(SITE(nop1) "nop"); asm volatile(SITE(nop2) ".byte 0x66, 0x90");
            asm volatile(SITE(nop5) ".byte 0x0f,0x1f,0x44,0,0"); asm volatile(SITE(nop9) ".byte 0x66,0x0f,0x1f,0x84,0,0,0,0,0");
            asm volatile(SITE(endbr) "endbr64"); asm volatile(SITE(pause) "pause");
            asm volatile("sub $128, %%rsp\n mov $1234, %%r12\n" SITE(push12) "push %%r12\n pop %0\n add $128, %%rsp" : "=r"(r) :: "r12"); SAY(push12, r);
            asm volatile("sub $128, %%rsp\n" SITE(pushrbp) "push %%rbp\n pop %0\n sub %%rbp, %0\n add $128, %%rsp" : "=r"(r)); SAY(pushrbp, r);
            asm volatile("sub $128, %%rsp\n mov %%rsp, %%rcx\n" SITE(pushrsp) "push %%rsp\n pop %0\n sub %%rcx, %0\n add $128, %%rsp" : "=r"(r) :: "rcx"); SAY(pushrsp, r);
            asm volatile("sub $128, %%rsp\n" SITE(pushimm) "push $-7\n pop %0\n add $128, %%rsp" : "=r"(r)); SAY(pushimm, r);
            asm volatile("sub $128, %%rsp\n" SITE(pushmem) "push %1\n pop %0\n add $128, %%rsp" : "=r"(r) : "m"(data)); SAY(pushmem, r);
            asm volatile("mov $5, %0\n" SITE(jmp) "jmp 1f\n mov $6, %0\n1:" : "=r"(r)); SAY(jmp, r);
            asm volatile("mov $5, %0\n" SITE(jmplong) ".byte 0xe9\n .long 1f - . - 4\n mov $6, %0\n1:" : "=r"(r)); SAY(jmplong, r);
            asm volatile("lea 1f(%%rip), %%rax\n mov $5, %0\n" SITE(jmpreg) "jmp *%%rax\n mov $6, %0\n1:" : "=&r"(r) :: "rax"); SAY(jmpreg, r);
        #define JCC(c, a, b) asm volatile("mov $1, %0\n cmp %2, %1\n" SITE(c) #c " 1f\n mov $2, %0\n1:" : "=&r"(r) : "r"((long)(a)), "r"((long)(b)) : "cc"); SAY(c, r)
            JCC(je, 1, 1); JCC(jne, 1, 1); JCC(jl, -3, 2); JCC(jg, -3, 2); JCC(jle, 4, 4); JCC(jge, 3, 4); JCC(ja, -1, 1); JCC(jb, -1, 1);
            JCC(jae, 5, 5); JCC(jbe, 6, 5); JCC(js, 1, 2); JCC(jns, 1, 2); JCC(jo, (1L << 63), 1); JCC(jno, 7, 1); JCC(jp, 3, 0); JCC(jnp, 3, 0);
            asm volatile("mov $10, %%ecx\n xor %k0, %k0\n1: inc %0\n" SITE(loop) "loop 1b" : "=&r"(r) :: "rcx"); SAY(loop, r);
            asm volatile("xor %%ecx, %%ecx\n mov $1, %0\n" SITE(jrcxz) "jrcxz 1f\n mov $2, %0\n1:" : "=&r"(r) :: "rcx"); SAY(jrcxz, r);
            asm volatile("mov $1, %%rcx\n shl $32, %%rcx\n mov $1, %0\n" SITE(jecxz) "jecxz 1f\n mov $2, %0\n1:" : "=&r"(r) :: "rcx"); SAY(jecxz, r);
            asm volatile("sub $128, %%rsp\n mov $10, %%edi\n" SITE(call) "call callee\n add $128, %%rsp" : "=a"(r) :: "rdi", "rsi", "rdx", "rcx", "r8", "r9", "r10", "r11", "memory"); SAY(call, r);
            asm volatile("sub $128, %%rsp\n mov $11, %%edi\n" SITE(callreg) "call *%1\n add $128, %%rsp" : "=a"(r) : "r"(pointer) : "rdi", "rsi", "rdx", "rcx", "r8", "r9", "r10", "r11", "memory"); SAY(callreg, r);
            asm volatile("sub $128, %%rsp\n mov $12, %%edi\n" SITE(callmem) "call *%1\n add $128, %%rsp" : "=a"(r) : "m"(pointer) : "rdi", "rsi", "rdx", "rcx", "r8", "r9", "r10", "r11", "memory"); SAY(callmem, r);
            asm volatile("sub $128, %%rsp\n" SITE(calladdress) "call 1f\n2: jmp 3f\n1: mov (%%rsp), %0\n ret\n3: lea 2b(%%rip), %%rcx\n sub %%rcx, %0\n add $128, %%rsp" : "=&r"(r) :: "rcx", "memory"); SAY(calladdress, r);
            r = returns(); SAY(ret, r); r = returns_rep(); SAY(repret, r);
            asm volatile("mov %%rsp, %%rbx\n sub $128, %%rsp\n push $1\n push $2\n call pops\n add $128, %%rsp\n mov %%rsp, %0\n sub %%rbx, %0" : "=r"(r) :: "rbx", "memory"); SAY(retn, r);
            asm volatile(SITE(movrip) "mov data(%%rip), %0" : "=r"(r)); SAY(movrip, r);
            asm volatile(SITE(learip) "lea data(%%rip), %0\n mov (%0), %0" : "=r"(r)); SAY(learip, r);
            asm volatile(SITE(addmem) "addq $3, data(%%rip)\n mov data(%%rip), %0\n movq $42, data(%%rip)" : "=r"(r) :: "memory"); SAY(addmem, r);
            asm volatile(SITE(cmpmem) "cmpl $42, data(%%rip)\n sete %b0\n movzbl %b0, %k0" : "=r"(r)); SAY(cmpmem, r);
            asm volatile("mov $2, %%ecx\n" SITE(sib) "mov (%1,%%rcx,8), %0" : "=r"(r) : "r"(table) : "rcx"); SAY(sib, r);
            asm volatile(SITE(movabs) "movabs $0x123456789abcdef0, %0" : "=r"(r)); SAY(movabs, r);
            asm volatile("xor %k0, %k0\n" SITE(lockadd) "lock xadd %0, data(%%rip)" : "=&r"(r) :: "memory"); SAY(lockadd, r);
            asm volatile(SITE(sse) "movsd number(%%rip), %0" : "=x"(d)); SAY(sse, d * 10);
            asm volatile("mov $9, %%eax\n mov $4, %%ecx\n xor %%edx, %%edx\n" SITE(div) "div %%rcx" : "=a"(r) :: "rcx", "rdx"); SAY(div, r);
            char from[40] = "thirty-two bytes are copied here", to[40] = "";
            void *s = from, *t = to; long n = 33;
            asm volatile(SITE(rep) "rep movsb" : "+S"(s), "+D"(t), "+c"(n) :: "memory"); SAY(rep, strcmp(from, to) + n);
            asm volatile(SITE(syscall) "syscall" : "=a"(r) : "a"(SYS_getuid) : "rcx", "r11"); SAY(syscall, r - getuid());
            asm volatile("sub $128, %%rsp\n push %%rbp\n mov %%rsp, %%rbp\n sub $32, %%rsp\n" SITE(leave) "leave\n add $128, %%rsp\n mov $3, %0" : "=r"(r) :: "memory"); SAY(leave, r);
            asm volatile("mov %%fs:0, %0\n" SITE(fsload) "mov %%fs:0, %%rcx\n sub %%rcx, %0" : "=&r"(r) :: "rcx"); SAY(fsload, r);
            return sum;
        }
        int main() {
            long first = round_of(0);
            puts("ready"); fflush(stdout); getchar();
            long wrong = 0;
            for (int i = 0; i < 20; i++) if (round_of(i == 0) != first) wrong++;
            printf("wrong %ld\n", wrong); fflush(stdout); getchar();
            printf("after %d\n", round_of(0) != first); fflush(stdout); getchar();
            return 0;
        }
        """;

    private static readonly string[] Sites =
    [
        "nop1", "nop2", "nop5", "nop9", "endbr", "pause", "push12", "pushrbp", "pushrsp", "pushimm", "pushmem", "jmp", "jmplong", "jmpreg",
        "je", "jne", "jl", "jg", "jle", "jge", "ja", "jb", "jae", "jbe", "js", "jns", "jo", "jno", "jp", "jnp", "loop", "jrcxz", "jecxz",
        "call", "callreg", "callmem", "calladdress", "ret", "repret", "retn", "movrip", "learip", "addmem", "cmpmem", "sib", "movabs", "lockadd", "sse", "div",
        "rep", "syscall", "leave", "fsload",
    ];

    [Theory]
    [InlineData("-pie")]
    [InlineData("-no-pie")]
    public async Task Instructions_give_their_results_under_breakpoints(string kind)
    {
        using var program = CProgram.Compile(Source, kind, "-fcf-protection=none", "-fno-omit-frame-pointer");
        using var target = program.Start();
        target.ReadLine();
        var mapsBefore = Mappings(target.Pid);
        var recorder = new Recorder(keep: false);
        await using (await Tracing.Attach(program.PlanOf(target.Pid, [.. Sites.Select(s => "site_" + s)]), recorder))
        {
            target.WriteLine();
            string line;
            while (!(line = target.ReadLine()).StartsWith("wrong", StringComparison.Ordinal)) Assert.Contains(' ', line);
            Assert.Equal("wrong 0", line);
        }

        foreach (var site in Sites) Assert.True(recorder.Count("site_" + site) == (site == "loop" ? 200 : 20), $"{site}: {recorder.Count("site_" + site)}");
        target.WriteLine();
        Assert.Equal("after 0", target.ReadLine());
        Assert.Equal(mapsBefore, Mappings(target.Pid));
        target.WriteLine();
        Assert.Equal(0, target.WaitForExit().ExitCode);
    }

    [Fact]
    public async Task Vector_registers_and_thread_local_storage_are_read()
    {
        const string Code = """
            #include <stdio.h>
            __thread long local = 0;
            int main() {
                puts("ready"); fflush(stdout); getchar();
                for (long i = 0; i < 5; i++) {
                    local = i * 100;
                    double d = i + 0.25; float f = i - 0.5f;
                    asm volatile("movsd %0, %%xmm3\n movss %1, %%xmm15\n .globl site_nop\nsite_nop: nop" :: "x"(d), "x"(f), "m"(local) : "xmm3", "xmm15");
                }
                puts("done"); fflush(stdout); getchar();
            }
            """;
        using var program = CProgram.Compile(Code);
        using var target = program.Start();
        target.ReadLine();
        var recorder = new Recorder();
        var plan = program.Plan(target.Pid, m =>
        [
            Probes.At(
                m,
                "site",
                program.At(m, "site_nop"),
                new FloatExpression(new VectorExpression(X64Register.Xmm0 + 3), FloatType.Double),
                new FloatExpression(Build.Convert(new VectorExpression(X64Register.Xmm15), IntegerType.UInt32), FloatType.Single),
                // The executable's only thread-local word lies directly below the thread pointer (ELF TLS, variant II).
                Build.LoadPointer(Build.Register(X64Register.FsBase), -8)),
        ]);
        await using (await Tracing.Attach(plan, recorder))
        {
            target.WriteLine();
            target.ReadLine();
        }

        Assert.Equal(["site 0.25 -0.5 0", "site 1.25 0.5 100", "site 2.25 1.5 200", "site 3.25 2.5 300", "site 4.25 3.5 400"], recorder.Events);
        Assert.True(recorder.Batches > 0);
    }

    private static string[] Mappings(int pid) =>
        [.. new ProcFs(LinuxSystemCalls.Instance).Maps(pid).Value.Entries.Where(e => e.Path != "[heap]").Select(e => $"{e.MapFileName} {e.Protection} {e.Path}")];
}
