// A library whose only function burns CPU until it is told to end. FRAME_BYTES makes others of the same size with other frames.
#include <signal.h>

volatile unsigned long turns_of_library;

__attribute__((noinline)) static void burn_in_library(volatile sig_atomic_t *is_over) {
    while (!*is_over) turns_of_library++;
}

void part_of_library(volatile sig_atomic_t *is_over) {
    volatile char frame[FRAME_BYTES];
    frame[turns_of_library % FRAME_BYTES] = 1;
    burn_in_library(is_over);
    turns_of_library += frame[0];
}
