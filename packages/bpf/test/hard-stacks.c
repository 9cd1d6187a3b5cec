// Stacks that are hard to walk; the first argument names one. Each burns CPU at the end of a known path until it is killed.
#define _GNU_SOURCE
#include <alloca.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

volatile unsigned long turns;

__attribute__((noinline)) void burn(void) {
    for (;;) turns++;
}

__attribute__((noinline)) void recurse(int depth) {
    if (depth == 0) burn();
    else recurse(depth - 1);
    turns++;
}

// Its frame's size is known only when it runs, so that the frame is found by rbp.
__attribute__((noinline)) void with_alloca(int bytes) {
    char *memory = alloca(bytes);
    memset(memory, 1, bytes);
    burn();
    turns += memory[bytes / 2];
}

// A frame that is aligned by 64 bytes whatever it was called with.
__attribute__((noinline)) void with_realigned_stack(int bytes) {
    volatile char block[64] __attribute__((aligned(64)));
    block[bytes & 63] = 1;
    with_alloca(bytes + block[bytes & 63]);
    turns += block[0];
}

__attribute__((noinline)) void handler(int signal) {
    turns += signal;
    burn();
}

__attribute__((noinline)) void interrupted(void) {
    raise(SIGUSR1);
    turns++;
}

__attribute__((noinline)) void on_other_stack(void) {
    stack_t stack = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
    sigaltstack(&stack, NULL);
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
    sigaction(SIGUSR1, &action, NULL);
    interrupted();
    turns++;
}

__attribute__((noinline)) int compare(const void *a, const void *b) {
    burn();
    return *(const int *)a - *(const int *)b;
}

__attribute__((noinline)) void called_back(void) {
    int numbers[4] = {3, 1, 2, 0};
    qsort(numbers, 4, sizeof(int), compare);
    turns++;
}

__attribute__((noinline)) void *in_thread(void *unused) {
    burn();
    return unused;
}

int main(int count, char **arguments) {
    const char *kind = count > 1 ? arguments[1] : "";
    if (!strcmp(kind, "recursion")) recurse(atoi(arguments[2]));
    if (!strcmp(kind, "alloca")) with_realigned_stack(100);
    if (!strcmp(kind, "signal")) on_other_stack();
    if (!strcmp(kind, "callback")) called_back();
    if (!strcmp(kind, "thread")) {
        pthread_t thread;
        pthread_create(&thread, NULL, in_thread, NULL);
        pthread_join(thread, NULL);
    }
    return 1;
}
