#include "work.h"

unsigned long work(unsigned long value, int rounds) {
    for (int i = 0; i < rounds; i++) {
        value ^= value << 13;
        value ^= value >> 7;
        value ^= value << 17;
    }
    return value;
}

unsigned long work_with(unsigned long value, int rounds, unsigned long (*step)(unsigned long)) {
    for (int i = 0; i < rounds; i++) value = step(value) + work(value, 8);
    return value;
}
