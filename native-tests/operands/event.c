// Prints the events, maps the absolute page, and runs the groups in order.
#define _GNU_SOURCE
#include "event.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

static unsigned long fired;

void event(const char *name, const struct value *values, size_t count)
{
    printf("event\t%s", name);
    for (const struct value *v = values; v < values + count; v++) {
        printf("\t%s\t", v->type);
        switch (v->type[0]) {
        case 'i': printf("%" PRId64, v->i); break;
        case 'u':
        case 'p': printf("%" PRIu64, v->u); break;
        case 'f': printf("%.17g", v->d); break;
        case 's': printf("%s", v->s); break;
        default: printf("-"); break;
        }
    }
    putchar('\n');
    fired++;
}

__attribute__((constructor)) static void map_absolute_page(void)
{
    int64_t *page = mmap((void *)ABSOLUTE_PAGE, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (page != (void *)ABSOLUTE_PAGE) {
        perror("mmap of the absolute page");
        exit(1);
    }
    for (int i = 0; i < 512; i++)
        page[i] = -1000000007L * (i + 1);
}

unsigned long operands_fire(void)
{
    fire_nor();
    fire_g();
    fire_xmm();
    fire_hand();
    return fired;
}
