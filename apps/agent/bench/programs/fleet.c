// fleet FOLDER NUMBER STEP COUNT SECONDS: works a moment, then a little now and then, and after so many seconds becomes
// FOLDER/(NUMBER + STEP), until there are COUNT of them.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "functions.h"

static double now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void work(double seconds) {
    volatile long sum = 0;
    for (double end = now(CLOCK_PROCESS_CPUTIME_ID) + seconds; now(CLOCK_PROCESS_CPUTIME_ID) < end;)
        for (long i = 0; i < FUNCTIONS; i++) sum ^= functions[i](i, sum);
}

int main(int count, char **arguments) {
    if (count < 6) return 2;
    long number = atol(arguments[2]) + atol(arguments[3]);
    double end = now(CLOCK_MONOTONIC) + atof(arguments[5]);
    for (work(0.05); now(CLOCK_MONOTONIC) < end; work(0.001)) usleep(1000000);
    if (number >= atol(arguments[4])) {
        for (;; work(0.001)) usleep(1000000);
    }
    char path[4096], text[32];
    snprintf(path, sizeof(path), "%s/%ld", arguments[1], number);
    snprintf(text, sizeof(text), "%ld", number);
    arguments[2] = text;
    execv(path, arguments);
    perror(path);
    return 1;
}
