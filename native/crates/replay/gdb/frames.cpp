// A program with every kind of frame that a C or C++ program has, over and over. Built without debug information.
#include <alloca.h>
#include <csetjmp>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <map>
#include <memory>
#include <pthread.h>
#include <stdexcept>
#include <string>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>
#include <vector>

#define APART __attribute__((noinline))

static volatile unsigned long sink;

struct Shape {
    virtual ~Shape() = default;
    virtual double area(int depth) const = 0;
};

struct Square : Shape {
    double side;
    explicit Square(double side) : side(side) {
    }
    double area(int depth) const override;
};

struct Group : Shape {
    std::vector<std::unique_ptr<Shape>> members;
    double area(int depth) const override {
        double sum = 0;
        for (const auto &member : members)
            sum += member->area(depth + 1);
        return sum;
    }
};

APART double Square::area(int depth) const {
    if (depth > 40) throw std::runtime_error("too deep: " + std::to_string(depth));
    return side * side + depth;
}

// Its last instruction is a call that does not return.
APART [[noreturn]] static void fail(int code) {
    throw std::invalid_argument(std::to_string(code));
}

APART static int catch_below(int depth) {
    struct Guard {
        ~Guard() {
            sink++;
        }
    } guard;
    if (depth == 0) fail(42);
    try {
        return catch_below(depth - 1) + 1;
    } catch (const std::invalid_argument &error) {
        if (depth & 1) throw;
        return std::atoi(error.what());
    }
}

APART static unsigned long on_the_stack(size_t bytes) {
    char *buffer = static_cast<char *>(alloca(bytes));
    std::memset(buffer, 7, bytes);
    return std::strlen(static_cast<char *>(std::memcpy(buffer + bytes / 2, "abc", 4)));
}

// The stack is realigned and grows as it likes, so that neither register holds the frame alone.
__attribute__((noinline, target("avx2"))) static double realigned(int n, double x) {
    alignas(64) volatile double lanes[8] = {x, 1, 2, 3, 4, 5, 6, 7};
    double *more = static_cast<double *>(alloca(n * sizeof(double)));
    for (int i = 0; i < n; i++)
        more[i] = lanes[i & 7] + on_the_stack(16 + i);
    return more[n / 2];
}

static int compare(const void *left, const void *right) {
    int a = *static_cast<const int *>(left), b = *static_cast<const int *>(right);
    return (a > b) - (a < b);
}

APART static void sort_some() {
    std::vector<int> numbers(40);
    for (int &number : numbers)
        number = rand();
    qsort(numbers.data(), numbers.size(), sizeof(int), compare);
    int key = numbers[7];
    sink += bsearch(&key, numbers.data(), numbers.size(), sizeof(int), compare) != nullptr;
}

APART static void tell_the_time() {
    timespec now;
    timeval day;
    for (int clock : {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_THREAD_CPUTIME_ID})
        clock_gettime(clock, &now);
    gettimeofday(&day, nullptr);
    sink += now.tv_nsec + day.tv_usec + time(nullptr);
}

APART static int format(char *to, size_t bytes, const char *text, ...) {
    va_list arguments;
    va_start(arguments, text);
    int written = vsnprintf(to, bytes, text, arguments);
    va_end(arguments);
    return written;
}

static void on_signal(int, siginfo_t *, void *) {
    char text[64];
    sink += format(text, sizeof text, "%d %s %.3f", 7, "signal", 2.5) + on_the_stack(33);
    tell_the_time();
}

static jmp_buf place;

APART static void jump_back(int depth) {
    if (depth == 0) longjmp(place, 1);
    jump_back(depth - 1);
    sink++;
}

static ucontext_t outside, inside;

static void coroutine() {
    for (;;) {
        sort_some();
        swapcontext(&inside, &outside);
    }
}

APART static unsigned long deep(int depth) {
    volatile char room[24] = {};
    if (depth == 0) {
        tell_the_time();
        return room[3];
    }
    return deep(depth - 1) + 1;
}

APART static void use_the_library() {
    char text[200], *end;
    time_t now = 1700000000;
    tm parts;
    format(text, sizeof text, "%s %x %g", "text", 255, 3.25);
    sink += strtod("1.5e10", &end) > 1;
    sink += strtol("123", &end, 10) + atoi("7") + abs(-3);
    sink += strftime(text, sizeof text, "%c", gmtime_r(&now, &parts)) + mktime(&parts);
    sink += strchr(text, ':') != strrchr(text, ':');
    sink += strcmp(text, "x") + strncmp(text, "y", 1) + memcmp(text, "z", 1) + strspn(text, "ab");
    char *copy = strdup(text);
    sink += strcasecmp(copy, text) + (strstr(copy, "00") != nullptr);
    free(copy);
    sink += getpid() + getppid();
    setenv("STRATA_FRAMES", "1", 1);
    sink += getenv("STRATA_FRAMES") != nullptr;
}

static void round_of_work(int turn) {
    Group group;
    for (int i = 0; i < 4; i++)
        group.members.push_back(std::make_unique<Square>(i));
    auto inner = std::make_unique<Group>();
    inner->members.push_back(std::make_unique<Square>(turn));
    group.members.push_back(std::move(inner));
    sink += group.area(0);
    try {
        sink += group.area(40);
    } catch (const std::exception &error) {
        sink += std::strlen(error.what());
    }
    sink += catch_below(9);
    sink += realigned(5 + turn % 7, turn);
    sort_some();
    use_the_library();
    tell_the_time();
    if (setjmp(place) == 0) jump_back(5);
    swapcontext(&outside, &inside);
    std::map<std::string, std::function<int(int)>> functions;
    functions["double"] = [](int n) { return 2 * n; };
    functions["catch"] = [](int n) { return catch_below(n % 5 + 2); };
    for (auto &[name, function] : functions)
        sink += function(turn) + name.size();
    sink += deep(turn % 16 == 0 ? 560 : 20);
    if (turn % 4 == 0) raise(SIGUSR1);
}

static void *thread(void *) {
    for (;;) {
        sort_some();
        tell_the_time();
        sink += realigned(6, 1.5);
    }
}

int main(int count, char **) {
    static char signal_stack[1 << 16], coroutine_stack[1 << 16];
    stack_t stack = {};
    stack.ss_sp = signal_stack;
    stack.ss_size = sizeof signal_stack;
    sigaltstack(&stack, nullptr);
    struct sigaction action = {};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_ONSTACK | SA_SIGINFO | SA_RESTART;
    sigaction(SIGUSR1, &action, nullptr);
    sigaction(SIGALRM, &action, nullptr);
    itimerval every = {{0, 30000}, {0, 30000}};
    setitimer(ITIMER_REAL, &every, nullptr);
    getcontext(&inside);
    inside.uc_stack.ss_sp = coroutine_stack;
    inside.uc_stack.ss_size = sizeof coroutine_stack;
    makecontext(&inside, coroutine, 0);
    pthread_t second;
    if (count > 1) pthread_create(&second, nullptr, thread, nullptr);
    for (int turn = 0;; turn++)
        round_of_work(turn);
}
