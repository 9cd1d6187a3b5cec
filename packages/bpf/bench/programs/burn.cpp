// usage: burn SECONDS
// Uses so much CPU at the end of a known call path, then ends.
#include "work.h"
#include <cstdlib>
#include <ctime>

static double used() {
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

__attribute__((noinline)) static unsigned long inner(double seconds) {
    unsigned long value = 88172645463325252ul;
    while (used() < seconds) value = work(value, 20000);
    return value;
}

__attribute__((noinline)) static unsigned long outer(double seconds) {
    return inner(seconds) + 1;
}

int main(int argc, char **argv) {
    return outer(argc > 1 ? atof(argv[1]) : 1) == 0;
}
