// A program whose code is mostly other people's templates: what inlining does to them is what symbolizers are compared on.
#include <fmt/ranges.h>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <regex>
#include <string>
#include <unordered_map>
#include <vector>

std::vector<double> solve(const std::vector<double>& prices);
std::vector<std::string> sorted_words(const std::string& text);
double evaluate(const std::string& formula);

namespace {
struct Item {
    std::string name;
    double price;
    std::vector<int> sizes;
};

void from_json(const nlohmann::json& json, Item& item) {
    json.at("name").get_to(item.name);
    json.at("price").get_to(item.price);
    json.at("sizes").get_to(item.sizes);
}

std::map<std::string, double> totals(const std::vector<Item>& items) {
    std::map<std::string, double> totals;
    for (const auto& item : items) {
        totals[item.name] += item.price * std::accumulate(item.sizes.begin(), item.sizes.end(), 0);
    }
    return totals;
}
} // namespace

int main(int argc, char** argv) {
    nlohmann::json document = nlohmann::json::parse(argc > 1 ? argv[1] : R"([{"name":"a","price":2.5,"sizes":[1,2]}])");
    const auto items = document.get<std::vector<Item>>();
    const std::regex word("([a-z]+)([0-9]*)");
    std::unordered_map<std::string, std::vector<std::string>> groups;
    std::vector<double> prices;
    for (const auto& item : items) {
        std::smatch match;
        if (std::regex_match(item.name, match, word)) groups[match[1].str()].push_back(match[2].str());
        prices.push_back(item.price);
    }
    fmt::print("{} {} {} {} {}\n", totals(items), groups, solve(prices), sorted_words(document.dump()), evaluate("2*(3+4)"));
    return document.dump(2).size() > 100;
}
