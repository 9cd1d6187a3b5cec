// Burns CPU at the end of a known call path, in a thread of a known name, until it is killed.
#include <sys/prctl.h>

volatile unsigned long turns;

__attribute__((noinline)) void burn(void) {
    for (;;) turns++;
}
__attribute__((noinline)) void inner(void) {
    burn();
    turns++;
}
__attribute__((noinline)) void outer(void) {
    inner();
    turns++;
}
int main(void) {
    prctl(PR_SET_NAME, "known-path");
    outer();
    return 0;
}
