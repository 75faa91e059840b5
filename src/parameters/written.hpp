#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <opencv2/core/mat.hpp>
#include <string_view>
#include <vector>

#include "glimpse/mechanism.hpp"

namespace glimpse::parameters {

/// How many numbers are written: of an array at most as many as are read at a glance; or all of them; or also
/// those that equal their default, so that each number that a gradient is of has its place.
enum class Amount : std::uint8_t { at_a_glance, in_full, with_defaults };

/// The keys of an entry, with their values.
class WrittenParameters {
  public:
    using Json = nlohmann::ordered_json;

    explicit WrittenParameters(Amount amount = Amount::at_a_glance) : amount_(amount) {}

    void add(std::string_view key, Json value);
    /// Numbers, or `{"shape": [n]}` in their place where they are many.
    template <typename Number>
    void add_numbers(std::string_view key, const std::vector<Number>& numbers) {
        add(key, holds(numbers.size()) ? Json(numbers) : shape({numbers.size()}));
    }
    /// One number as such, and more as `add_numbers`.
    void add_one_or_more(std::string_view key, const std::vector<double>& numbers) {
        if (numbers.size() == 1) return add(key, numbers.front());
        add_numbers(key, numbers);
    }
    /// The rows of a matrix of CV_64F, or `{"shape": [rows, columns]}`.
    void add_rows(std::string_view key, const cv::Mat& matrix);

    /// `{"shape": [...]}`, which stands for numbers that are not written.
    static Json shape(const std::vector<std::size_t>& lengths);
    /// A path, as reports write it.
    static Json path(const std::filesystem::path& path);

    /// Whether so many numbers are written.
    [[nodiscard]] bool holds(std::size_t count, std::size_t most = most_numbers) const {
        return is_in_full() || count <= most;
    }
    [[nodiscard]] bool is_in_full() const { return amount_ != Amount::at_a_glance; }
    [[nodiscard]] bool has_defaults() const { return amount_ == Amount::with_defaults; }
    [[nodiscard]] const Json& json() const { return json_; }

  private:
    static constexpr std::size_t most_numbers = 16;

    Amount amount_;
    Json json_ = Json::object();
};

/// The mechanism's parameters as a document's entry has them, but for the id and, unless they are wanted,
/// what equals its default.
nlohmann::ordered_json written_parameters(const Mechanism& mechanism, Amount amount = Amount::at_a_glance);
/// The same with the glimpse's transition.
nlohmann::ordered_json written_parameters(const Glimpse& glimpse);

/// A transition: one number as such.
nlohmann::ordered_json written_transition(const Transition& transition, Amount amount = Amount::at_a_glance);

}  // namespace glimpse::parameters
