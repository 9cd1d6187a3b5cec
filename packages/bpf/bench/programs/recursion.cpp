// Two functions that call each other, as deep as the argument says; they work on the way down, at the bottom and on the way up.
#include "work.h"
#include <cstdio>
#include <cstdlib>

static unsigned long odd(int depth, unsigned long a, unsigned long b, unsigned long c);

__attribute__((noinline)) static unsigned long even(int depth, unsigned long a, unsigned long b, unsigned long c) {
    if (depth <= 1) return work(a ^ b ^ c, 200000);
    unsigned long down = work(a, 100);
    unsigned long rest = odd(depth - 1, b, c, down);
    return work(rest, 100) + a * down + b;
}

__attribute__((noinline)) static unsigned long odd(int depth, unsigned long a, unsigned long b, unsigned long c) {
    volatile unsigned long kept[9] = {a, b, c};
    if (depth <= 1) return work(a + b + c, 200000);
    unsigned long rest = even(depth - 1, c, kept[depth % 3], a);
    kept[depth % 9] = rest;
    return work(rest, 100) ^ kept[depth % 4] ^ c;
}

int main(int argc, char **argv) {
    int depth = argc > 1 ? atoi(argv[1]) : 60;
    unsigned long value = 88172645463325252ul;
    while (value != 0) value = even(depth, value, value + 1, value + 2) | 1;
    printf("%lu\n", value);
}
