// Frames of a size that only shows at run time, and frames that are realigned for vectors.
#include "work.h"
#include <alloca.h>
#include <cstring>

typedef double vector __attribute__((vector_size(64)));

__attribute__((noinline)) static unsigned long sum(const unsigned char *bytes, unsigned long length) {
    unsigned long total = 0;
    for (unsigned long i = 0; i < length; i++) total += work(bytes[i], 2);
    return total;
}

__attribute__((noinline)) static unsigned long with_alloca(int depth, unsigned long value) {
    unsigned long length = 16 + value % 700;
    unsigned char *bytes = (unsigned char *)alloca(length);
    memset(bytes, (int)value, length);
    unsigned long total = sum(bytes, length);
    return depth == 0 ? total : total + with_alloca(depth - 1, work(value, 30)) + bytes[value % length];
}

__attribute__((noinline)) static unsigned long realigned(int depth, unsigned long value) {
    alignas(64) vector lanes = {1.5, 2.5, double(value % 97), 4.5, 5.5, 6.5, 7.5, 8.5};
    alignas(128) volatile unsigned char bytes[256];
    for (int i = 0; i < 256; i++) bytes[i] = (unsigned char)(value >> i % 56);
    for (int i = 0; i < 200; i++) lanes = lanes * lanes - lanes * 0.25;
    unsigned long rest = depth == 0 ? with_alloca(8, value) : realigned(depth - 1, value + bytes[depth]);
    return rest + (unsigned long)lanes[depth % 8] % 7 + bytes[rest % 256];
}

__attribute__((noinline)) static unsigned long both(int depth, unsigned long value) {
    alignas(64) vector lanes = {double(value % 89)};
    unsigned long length = 64 + value % 300;
    unsigned char *bytes = (unsigned char *)alloca(length);
    memset(bytes, (int)value, length);
    for (int i = 0; i < 50; i++) lanes = lanes * 0.5 + 1.0;
    unsigned long rest = depth == 0 ? realigned(5, value) : both(depth - 1, value + 1);
    return rest + sum(bytes, length) + (unsigned long)lanes[0];
}

int main() {
    unsigned long value = 88172645463325252ul;
    while (value != 0) value = (work(value, 10) ^ both(6, value)) | 1;
    return 1;
}
