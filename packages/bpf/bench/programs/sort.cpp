// Comparators called from the standard library's sorts, through std::function, and from libc's qsort.
#include "work.h"
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <vector>

struct Row {
    unsigned long key;
    std::string name;
};

static int compare_rows(const void *a, const void *b) {
    unsigned long left = work(*(const unsigned long *)a, 4), right = work(*(const unsigned long *)b, 4);
    return left < right ? -1 : left > right;
}

int main() {
    unsigned long value = 88172645463325252ul;
    for (;;) {
        std::vector<Row> rows;
        for (int i = 0; i < 4000; i++) {
            value = work(value, 3);
            rows.push_back({value, "row " + std::to_string(value % 5000)});
        }
        std::function<bool(const Row &, const Row &)> by_key = [](const Row &a, const Row &b) { return work(a.key, 3) < work(b.key, 3); };
        std::sort(rows.begin(), rows.end(), by_key);
        std::stable_sort(rows.begin(), rows.end(), [](const Row &a, const Row &b) { return a.name < b.name; });
        std::partial_sort(rows.begin(), rows.begin() + 500, rows.end(), [](auto &a, auto &b) { return work(a.key, 5) < b.key; });
        std::vector<unsigned long> keys;
        for (auto &row : rows) keys.push_back(row.key);
        qsort(keys.data(), keys.size(), sizeof(keys[0]), compare_rows);
        std::map<std::string, unsigned long, std::function<bool(const std::string &, const std::string &)>> by_name(std::greater<>{});
        for (auto &row : rows) by_name[row.name] += row.key;
        value += keys[7] + by_name.size();
    }
}
