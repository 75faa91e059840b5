#include "parameters/written.hpp"

#include <string>
#include <utility>

#include "parameters/description.hpp"
#include "system/reported_path.hpp"

namespace glimpse::parameters {

void WrittenParameters::add(std::string_view key, Json value) {
    json_[std::string(key)] = std::move(value);
}

void WrittenParameters::add_rows(std::string_view key, const cv::Mat& matrix) {
    const auto rows = static_cast<std::size_t>(matrix.rows);
    const auto columns = static_cast<std::size_t>(matrix.cols);
    if (!holds(rows * columns)) return add(key, shape({rows, columns}));
    Json written = Json::array();
    for (int y = 0; y < matrix.rows; ++y) {
        const auto* const row = matrix.ptr<double>(y);
        written.push_back(std::vector<double>(row, row + columns));
    }
    add(key, std::move(written));
}

WrittenParameters::Json WrittenParameters::shape(const std::vector<std::size_t>& lengths) {
    return {{"shape", lengths}};
}

WrittenParameters::Json WrittenParameters::path(const std::filesystem::path& path) {
    return reported_path(path.string());
}

nlohmann::ordered_json written_parameters(const Mechanism& mechanism, Amount amount) {
    WrittenParameters written(amount);
    descriptions()[mechanism.index()].write(mechanism, written);
    return written.json();
}

nlohmann::ordered_json written_parameters(const Glimpse& glimpse) {
    nlohmann::ordered_json written = written_parameters(glimpse.mechanism);
    if (glimpse.transition) written["transition"] = written_transition(*glimpse.transition);
    return written;
}

}  // namespace glimpse::parameters
