// Exceptions through frames with destructors, rethrown on the way, and out of a callback of another library's function.
#include "work.h"
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

static unsigned long cleaned;

struct Guard {
    unsigned long value;
    ~Guard() { cleaned += work(value, 50); }
};

__attribute__((noinline)) static unsigned long fall(int depth, unsigned long value) {
    Guard guard{value};
    std::vector<std::string> held(2, "held while the stack is taken down");
    if (depth == 0) {
        if (value % 2) throw std::runtime_error("odd");
        throw value;
    }
    if (depth % 5) return fall(depth - 1, value) + held.size();
    try {
        return fall(depth - 1, value) + guard.value;
    } catch (const std::exception &) {
        cleaned += work(value, 100);
        throw;
    }
}

static int throw_from_comparison(const void *, const void *) {
    cleaned += work(cleaned, 200);
    throw 7;
}

int main() {
    unsigned long value = 88172645463325252ul;
    for (;;) {
        value = work(value, 20);
        try {
            value += fall(20, value);
        } catch (const std::exception &error) {
            value += std::string(error.what()).size();
        } catch (unsigned long thrown) {
            value ^= thrown >> 3;
        }
        try {
            int pair[2] = {1, 2};
            qsort(pair, 2, sizeof(int), throw_from_comparison);
        } catch (int thrown) {
            value += thrown;
        }
    }
}
