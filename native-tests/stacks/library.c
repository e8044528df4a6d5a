/* The shared library of stacks: called through the PLT, and calls back. */
#include "library.h"

/* Deliberately without a frame pointer and with much on the stack, so that only call frame information finds the caller. */
int library_call(int (*callback)(void *, int), void *context, int depth)
{
    volatile char room[500];
    room[depth % 500] = (char)depth;
    if (depth > 0)
        return library_call(callback, context, depth - 1) + room[depth % 500];
    return callback(context, room[0]) + 1;
}

__attribute__((noinline)) int library_leaf(int value)
{
    return value * 3 + 1;
}
