// A thousand signals a second interrupt the work, at whatever instruction; their handler works too, on a stack of its own when asked.
#include "work.h"
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sys/time.h>
#include <unistd.h>

static volatile unsigned long handled;

__attribute__((noinline)) static unsigned long within_handler(int depth, unsigned long value) {
    if (depth == 0) return work(value, 60000);
    return within_handler(depth - 1, value + 1) ^ work(value, 10);
}

static void handle(int number) {
    handled = within_handler(6, handled + number);
    // One signal within another.
    if (number == SIGALRM && handled % 8 == 0) raise(SIGUSR1);
}

__attribute__((noinline)) static unsigned long interrupted(int depth, unsigned long value) {
    char text[64];
    if (depth == 0) return work(value, 3000);
    memset(text, (int)value, sizeof(text));
    return interrupted(depth - 1, value + text[depth % 64]) + getppid() + work(value, 20);
}

int main(int argc, char **argv) {
    bool on_own_stack = argc > 1 && strcmp(argv[1], "own-stack") == 0;
    stack_t own = {};
    own.ss_size = 256 << 10;
    own.ss_sp = malloc(own.ss_size);
    if (on_own_stack) sigaltstack(&own, nullptr);
    struct sigaction action = {};
    action.sa_handler = handle;
    action.sa_flags = SA_RESTART | (on_own_stack ? SA_ONSTACK : 0);
    sigaction(SIGALRM, &action, nullptr);
    sigaction(SIGUSR1, &action, nullptr);
    itimerval every_millisecond = {{0, 1000}, {0, 1000}};
    setitimer(ITIMER_REAL, &every_millisecond, nullptr);
    unsigned long value = 88172645463325252ul;
    while (value != 0) value = interrupted(12, value) | 1;
    return 1;
}
