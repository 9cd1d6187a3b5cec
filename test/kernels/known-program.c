// Runs for ever on a stack of known depth: main, as many of recurse as the first argument says and one more, and a leaf that
// is busy in its own code or, when the second argument is there, in the kernel.
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

// Keeps a call from becoming a jump, which would leave no frame.
#define AFTER_THE_CALL __asm__ volatile("" ::: "memory")

static volatile unsigned long turns;
static char zeros[1 << 16];

__attribute__((noinline)) static void busy_leaf(void) {
    for (int i = 0; i < 1000000; i++) turns++;
}

__attribute__((noinline)) static void kernel_leaf(int zero) {
    for (int i = 0; i < 1000; i++) {
        if (read(zero, zeros, sizeof(zeros)) < 0) abort();
    }
}

__attribute__((noinline)) static void recurse(int depth, int zero) {
    if (depth > 0) recurse(depth - 1, zero);
    else if (zero >= 0) kernel_leaf(zero);
    else busy_leaf();
    AFTER_THE_CALL;
}

int main(int count, char **arguments) {
    int depth = count > 1 ? atoi(arguments[1]) : 0;
    int zero = count > 2 ? open("/dev/zero", O_RDONLY) : -1;
    while (true) recurse(depth, zero);
}
