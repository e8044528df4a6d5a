// String arguments that are easy to get wrong. strings:text has the arguments (int index, const char *text).
// Each line: "event<TAB>index<TAB>name<TAB>kind<TAB>length<TAB>bytes in hex"; kind is text, null, fault (not readable at all)
// or partial (the bytes run into an unmapped page before any NUL: these are the readable ones).
#define _GNU_SOURCE
#include "../common/fixture.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/sdt.h>

static int indexed;
static long page;

static void fire(const char *name, const char *kind, const char *text, const char *bytes, size_t length)
{
    STAP_PROBE2(strings, text, indexed, text);
    printf("event\t%d\t%s\t%s\t%zu\t", indexed++, name, kind, length);
    for (size_t i = 0; i < length; i++)
        printf("%02x", (unsigned char)bytes[i]);
    putchar('\n');
}

static void whole(const char *name, const char *text)
{
    fire(name, "text", text, text, strlen(text));
}

static const char *long_text(char *buffer, size_t length)
{
    for (size_t i = 0; i < length; i++)
        buffer[i] = (char)('a' + i % 26);
    buffer[length] = 0;
    return buffer;
}

static char *must_map(void *result)
{
    if (result == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    return result;
}

// A mapping of three file pages of text without a NUL until the last byte, kept in a copy outside it.
static char *file_pages(char *copy)
{
    char path[] = "/tmp/strings-XXXXXX";
    int file = mkstemp(path);
    if (file < 0) {
        perror(path);
        exit(1);
    }
    unlink(path);
    long_text(copy, 3 * (size_t)page - 1);
    if (write(file, copy, 3 * (size_t)page) != 3 * page || fsync(file) != 0)
        exit(1);
    char *mapped = must_map(mmap(NULL, 3 * (size_t)page, PROT_READ, MAP_PRIVATE, file, 0));
    close(file);
    return mapped;
}

static void all(void)
{
    static char buffer[10001], *copy, *mapped, *edge, *untouched;
    if (mapped == NULL) {
        copy = malloc(3 * (size_t)page);
        mapped = file_pages(copy);
        untouched = must_map(mmap(NULL, (size_t)page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        edge = must_map(mmap(NULL, 2 * (size_t)page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        // Last, because the next mapping would be put into the hole.
        munmap(edge + page, (size_t)page);
    }
    indexed = 0;
    whole("empty", "");
    whole("ascii", "plain text");
    whole("control", "tab\there \"quotes\" \\ line\nend \x1b[31m");
    whole("utf8", "na\xc3\xafve \xd1\x84\xd1\x83\xd0\xbd\xd0\xba \xe6\x95\xb0 \xf0\x9f\x90\x8d");
    whole("latin1", "na\xefve caf\xe9");
    whole("invalid", "a\xff\xfe\x80 \xc3 \xf0\x9f\x90 \xed\xa0\x80 z");
    whole("1000", long_text(buffer, 1000));
    whole("10000", long_text(buffer, 10000));
    fire("null", "null", NULL, "", 0);
    fire("low", "fault", (const char *)16, "", 0);
    fire("high", "fault", (const char *)0xdead000000000000, "", 0);
    fire("kernel", "fault", (const char *)0xffffffff81000000, "", 0);
    // Dropped from this process's page table before each fire: only a reader that may fault sees the text.
    const char *near_end = copy + 3 * page - 41;
    madvise(mapped, 3 * (size_t)page, MADV_DONTNEED);
    fire("dropped", "text", mapped + 3 * page - 41, near_end, 40);
    madvise(mapped, 3 * (size_t)page, MADV_DONTNEED);
    fire("dropped_two_pages", "text", mapped + 2 * page - 100, copy + 2 * page - 100, (size_t)page + 99);
    madvise(untouched, (size_t)page, MADV_DONTNEED);
    fire("untouched", "text", untouched, "", 0);
    memcpy(edge + page - 10, "0123456789", 10);
    fire("into_unmapped", "partial", edge + page - 10, "0123456789", 10);
    edge[page - 1] = 0;
    fire("up_to_unmapped", "text", edge + page - 10, "012345678", 9);
    fire("unmapped", "fault", edge + page, "", 0);
}

int main(int argc, char **argv)
{
    bool leave = fixture_exit_option(&argc, argv);
    char line[256];
    page = sysconf(_SC_PAGESIZE);
    fixture_ready();
    while (fixture_command(line, sizeof line)) {
        all();
        printf("done events=%d\n", indexed);
        if (leave)
            break;
    }
    return 0;
}
