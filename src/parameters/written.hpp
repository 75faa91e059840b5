#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <opencv2/core/mat.hpp>
#include <string_view>
#include <vector>

#include "glimpse/mechanism.hpp"

namespace glimpse::parameters {

/// The keys of an entry, with their values: at most as many numbers of an array as are read at a glance.
class WrittenParameters {
  public:
    using Json = nlohmann::ordered_json;

    void add(std::string_view key, Json value);
    /// Numbers, or `{"shape": [n]}` in their place where they are many.
    template <typename Number>
    void add_numbers(std::string_view key, const std::vector<Number>& numbers) {
        add(key, numbers.size() <= most_numbers ? Json(numbers) : shape({numbers.size()}));
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

    [[nodiscard]] const Json& json() const { return json_; }

  private:
    static constexpr std::size_t most_numbers = 16;

    Json json_ = Json::object();
};

/// The mechanism's parameters as a document's entry has them, but for the id and what equals its default.
nlohmann::ordered_json written_parameters(const Mechanism& mechanism);
/// The same with the glimpse's transition.
nlohmann::ordered_json written_parameters(const Glimpse& glimpse);
/// A transition: one number as such.
nlohmann::ordered_json written_transition(const Transition& transition);

/// The value of "transition".
nlohmann::ordered_json written_transition(const Transition& transition);

}  // namespace glimpse::parameters
