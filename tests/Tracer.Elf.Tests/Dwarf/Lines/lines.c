#include <stdio.h>
#include <stdlib.h>

static inline __attribute__((always_inline)) int twice(int x)
{
    int y = x * 2; /* inlined */
    return y + rand();
}

__attribute__((noinline)) int first(int n)
{
    int sum = 0; /* first */
    for (int i = 0; i < n; i++) /* loop */
        sum += twice(i);
    return sum; /* end of first */
}

__attribute__((noinline)) int second(int n)
{
    puts("second"); /* second */

    return twice(n) + 1; /* call in second */
}

int main(int argc, char **argv)
{
    (void)argv;
    printf("%p %p\n", (void *)first, (void *)second);
    return first(argc) + second(argc) == 0;
}
