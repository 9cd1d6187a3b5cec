#include <algorithm>
#include <range/v3/all.hpp>
#include <set>
#include <string>
#include <vector>

std::vector<std::string> sorted_words(const std::string& text) {
    auto words = text | ranges::views::split(' ') | ranges::views::transform([](auto&& word) {
                     return word | ranges::to<std::string>();
                 }) |
                 ranges::to<std::vector>();
    words |= ranges::actions::sort | ranges::actions::unique;
    auto long_ones = words | ranges::views::filter([](const auto& word) { return word.size() > 3; }) |
                     ranges::views::enumerate | ranges::views::chunk(2) | ranges::views::join;
    std::set<std::pair<std::size_t, std::string>> set;
    for (auto&& [position, word] : long_ones) set.emplace(position, word);
    std::vector<std::string> out;
    for (const auto& [position, word] : set) out.push_back(word);
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
    return out;
}
