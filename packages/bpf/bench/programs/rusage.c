// usage: rusage TIMES COMMAND [ARGUMENT …]
// Runs a command again and again; says what it and its children used: CPU seconds, and the largest resident set in KiB.
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double seconds(struct rusage usage) {
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    int status = 0;
    for (int turn = 0; turn < atoi(argv[1]); turn++) {
        pid_t child = fork();
        if (child == 0) {
            execvp(argv[2], argv + 2);
            _exit(127);
        }
        if (waitpid(child, &status, 0) != child || status != 0) return 1;
    }
    struct rusage own, children;
    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &children);
    fprintf(stderr, "{\"cpuSeconds\":%.6f,\"residentKib\":%ld}\n", seconds(own) + seconds(children), children.ru_maxrss);
    return 0;
}
