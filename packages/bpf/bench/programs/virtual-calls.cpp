// Virtual calls through several bases and a virtual one: their thunks adjust `this` and jump.
#include "work.h"
#include <memory>
#include <vector>

struct Named {
    virtual ~Named() = default;
    virtual unsigned long name(unsigned long value) = 0;
    long padding = 1;
};
struct Shape : virtual Named {
    virtual unsigned long area(unsigned long value) = 0;
};
struct Coloured : virtual Named {
    virtual unsigned long colour(unsigned long value) = 0;
    long tint = 3;
};
struct Square : Coloured, Shape {
    unsigned long name(unsigned long value) override { return work(value, 300) + padding; }
    unsigned long area(unsigned long value) override { return name(work(value, 300)) * 2; }
    unsigned long colour(unsigned long value) override { return area(value) + tint; }
};
struct Circle : Shape, Coloured {
    std::vector<unsigned long> seen = std::vector<unsigned long>(16);
    unsigned long name(unsigned long value) override { return seen[value % 16] = work(value, 400); }
    unsigned long area(unsigned long value) override { return name(value) + work(value, 100); }
    unsigned long colour(unsigned long value) override { return area(value) ^ name(value + tint); }
};

__attribute__((noinline)) static unsigned long through_bases(Shape &shape, Coloured &coloured, Named &named, unsigned long value) {
    return shape.area(value) + coloured.colour(value) + named.name(value);
}

int main() {
    Square square;
    auto circle = std::make_unique<Circle>();
    unsigned long value = 88172645463325252ul;
    while (value != 0) value = (through_bases(square, square, *circle, value) + through_bases(*circle, *circle, square, value)) | 1;
    return 1;
}
