// A checkout service that does nothing but cost CPU in known shares. Built twice: version 2 renders slower.
//   version 1: price_cart 60 %, apply_rules 30 %, render_receipt 10 %
//   version 2: render_receipt does four times the work; the other two are unchanged: 46.2, 23.1, 30.8 %
// Path of every sample: main → serve → handle_request → {price_cart, apply_rules, render_receipt}
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <thread>

#ifndef CHECKOUT_VERSION
#define CHECKOUT_VERSION 1
#endif

#define OWN_FRAME __attribute__((noinline, noclone, noipa))

static volatile uint64_t sink;

namespace checkout {

// Work inside of its caller, who decides how much.
static inline __attribute__((always_inline)) void burn(unsigned units) {
    // Makes the compiler set up a frame: it leaves that out of functions that call nothing, and then their caller is lost.
    asm volatile("" : : "r"(__builtin_frame_address(0)));
    uint64_t x = sink | 1;
    for (unsigned i = 0; i < units * 2000u; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    sink = x;
}

OWN_FRAME void price_cart() {
    burn(60);
}

OWN_FRAME void apply_rules() {
    burn(30);
}

OWN_FRAME void render_receipt() {
    burn(CHECKOUT_VERSION == 1 ? 10 : 40);
}

OWN_FRAME void handle_request() {
    price_cart();
    apply_rules();
    render_receipt();
    asm volatile("");  // keeps the call above from becoming a jump, which would lose this frame
}

OWN_FRAME void serve(double duty) {
    using clock = std::chrono::steady_clock;
    for (;;) {
        auto start = clock::now();
        for (int i = 0; i < 50; i++) handle_request();
        auto busy = clock::now() - start;
        if (duty < 1) std::this_thread::sleep_for(busy * (1 / duty - 1));
    }
}

}  // namespace checkout

int main() {
    const char *duty = std::getenv("DEMO_DUTY");
    checkout::serve(duty ? std::atof(duty) : 0.2);
    asm volatile("");
}
