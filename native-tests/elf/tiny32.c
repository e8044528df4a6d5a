// A 32-bit program with a probe, without libc, so that it builds where gcc-multilib is not installed.
// Prints "ready PID", fires elf:tiny32(int round) once for each byte read from stdin, ends with the stream.
#include <sys/sdt.h>

static long call(long number, long a, long b, long c)
{
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
    return result;
}

enum { EXIT = 1, READ = 3, WRITE = 4, GETPID = 20 };

void _start(void)
{
    char text[] = "ready           \n";
    long pid = call(GETPID, 0, 0, 0);
    char *digit = text + 16;
    do {
        *--digit = (char)('0' + pid % 10);
        pid /= 10;
    } while (pid > 0);
    // "ready " and the digits moved up to it.
    long length = text + 17 - digit;
    for (long i = 0; i < length; i++)
        text[6 + i] = digit[i];
    call(WRITE, 1, (long)text, 6 + length);
    char byte;
    for (int round = 1; call(READ, 0, (long)&byte, 1) == 1; round++)
        STAP_PROBE1(elf, tiny32, round);
    call(EXIT, 0, 0, 0);
}
