// Threads that live long, threads that live for milliseconds, and what they wait for each other with.
#include "work.h"
#include <condition_variable>
#include <future>
#include <mutex>
#include <queue>
#include <thread>
#include <vector>

static std::mutex mutex;
static std::condition_variable arrived;
static std::queue<unsigned long> tasks;
static thread_local unsigned long done = 1;

static void take_tasks() {
    for (;;) {
        std::unique_lock lock(mutex);
        arrived.wait(lock, [] { return !tasks.empty(); });
        unsigned long value = tasks.front();
        tasks.pop();
        lock.unlock();
        done += work_with(value, 2000, [](unsigned long x) { return work(x, 20); });
    }
}

int main() {
    std::vector<std::thread> pool;
    for (int i = 0; i < 3; i++) pool.emplace_back(take_tasks);
    unsigned long value = 88172645463325252ul;
    for (;;) {
        value = work(value, 100);
        {
            std::lock_guard lock(mutex);
            if (tasks.size() < 64)
                for (int i = 0; i < 8; i++) tasks.push(value + i);
        }
        arrived.notify_all();
        auto answer = std::async(std::launch::async, [value] { return work(value, 300000); });
        std::thread([&value] { value += work(value, 200000); }).join();
        value += answer.get();
    }
}
