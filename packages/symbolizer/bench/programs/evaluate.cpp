#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <regex>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

namespace {
struct Number {
    double value;
};
struct Operation;
using Term = std::variant<Number, std::unique_ptr<Operation>>;
struct Operation {
    char sign;
    Term left, right;
};

using Token = std::variant<double, char>;

std::vector<Token> tokens_of(const std::string& formula) {
    static const std::regex token(R"(\s*([0-9]+\.?[0-9]*|[-+*/()]))");
    std::vector<Token> tokens;
    for (std::sregex_iterator match(formula.begin(), formula.end(), token), end; match != end; ++match) {
        const std::string text = (*match)[1];
        if (std::isdigit(static_cast<unsigned char>(text[0]))) {
            double value = 0;
            std::istringstream(text) >> value;
            tokens.emplace_back(value);
        } else {
            tokens.emplace_back(text[0]);
        }
    }
    return tokens;
}

class Parser {
public:
    explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

    Term sum() {
        Term left = product();
        while (const auto sign = take("+-")) left = join(*sign, std::move(left), product());
        return left;
    }

private:
    Term product() {
        Term left = factor();
        while (const auto sign = take("*/")) left = join(*sign, std::move(left), factor());
        return left;
    }

    Term factor() {
        if (take("(")) {
            Term inner = sum();
            take(")");
            return inner;
        }
        if (at_ < tokens_.size()) {
            if (const auto* value = std::get_if<double>(&tokens_[at_])) {
                ++at_;
                return Number{*value};
            }
        }
        return Number{0};
    }

    std::optional<char> take(const std::string& signs) {
        if (at_ == tokens_.size()) return {};
        const auto* sign = std::get_if<char>(&tokens_[at_]);
        if (!sign || signs.find(*sign) == std::string::npos) return {};
        ++at_;
        return *sign;
    }

    static Term join(char sign, Term left, Term right) {
        return std::make_unique<Operation>(Operation{sign, std::move(left), std::move(right)});
    }

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
};

struct Evaluate {
    double operator()(const Number& number) const { return number.value; }
    double operator()(const std::unique_ptr<Operation>& operation) const {
        static const std::map<char, std::function<double(double, double)>> signs = {
            {'+', std::plus<>()},
            {'-', std::minus<>()},
            {'*', std::multiplies<>()},
            {'/', std::divides<>()},
        };
        return signs.at(operation->sign)(std::visit(*this, operation->left), std::visit(*this, operation->right));
    }
};
} // namespace

double evaluate(const std::string& formula) { return std::visit(Evaluate(), Parser(tokens_of(formula)).sum()); }
