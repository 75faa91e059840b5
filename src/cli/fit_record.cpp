#include "cli/fit_record.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include "cli/action.hpp"
#include "glimpse/words.hpp"

namespace glimpse::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string line_of(const Json& record) {
    return record.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json number_or_null(const std::optional<double>& number) {
    return number ? Json(*number) : Json(nullptr);
}

Json record_of(const FittedParameter& parameter) {
    Json record{{"start", parameter.start}, {"value", parameter.value}};
    if (parameter.smoothed) record["smoothed"] = *parameter.smoothed;
    record["standard_error"] = number_or_null(parameter.standard_error);
    record["free"] = parameter.is_free;
    if (parameter.is_at_bound) record["at_bound"] = true;
    return record;
}

void add(Json& record, const Fit& fit, const FitOptions& options) {
    record["estimator"] = estimator_names()[static_cast<std::size_t>(options.estimator)];
    record["optimiser"] = optimiser_names()[static_cast<std::size_t>(optimiser_of(options))];
    record["loss"] = robust_loss_names()[static_cast<std::size_t>(options.loss)];
    record["converged"] = fit.has_converged;
    record["stop"] = fit.stop;
    record["steps"] = fit.steps;
    record["blurs"] = fit.blurs;
    record["values"] = fit.residuals;
    record["rms_at_start"] = fit.rms_at_start;
    record["rms"] = fit.rms;
    Json parameters = Json::object();
    for (const FittedParameter& parameter : fit.parameters) parameters[parameter.name] = record_of(parameter);
    record["parameters"] = std::move(parameters);
    if (!fit.undetermined.empty()) record["undetermined"] = fit.undetermined;
    if (!fit.without_errors.empty()) record["no_standard_errors"] = fit.without_errors;
}

}  // namespace

std::string fit_record(const FittedImage& done, const FitOptions& options) {
    Json record{{"image", done.image}, {"status", done.fit ? "ok" : "error"}};
    if (!done.error.empty()) record["error"] = done.error;
    if (done.fit) add(record, *done.fit, options);
    return line_of(record);
}

std::string path_record(const std::string& image, const FitStep& step) {
    return line_of({{"image", image},
                    {"level", step.level},
                    {"blur", step.blur},
                    {"step", step.step},
                    {"loss", step.loss},
                    {"entry", Json::parse(step.entry)}});
}

std::string fit_words(const FittedImage& done) {
    const Fit& fit = *done.fit;
    std::string text = on_one_line(done.image) + ": RMS " +
                       number_text(static_cast<float>(fit.rms_at_start)) + " -> " +
                       number_text(static_cast<float>(fit.rms)) + " in " + std::to_string(fit.steps) +
                       (fit.steps == 1 ? " step" : " steps") + "; " + fit.stop + "\n";
    for (const FittedParameter& parameter : fit.parameters) {
        if (!parameter.is_free) continue;
        text += "  " + parameter.name + " " + number_text(static_cast<float>(parameter.value));
        if (parameter.standard_error)
            text += " ± " + number_text(static_cast<float>(*parameter.standard_error));
        if (parameter.is_at_bound) text += ", at its bound";
        if (parameter.smoothed) text += ", smoothed " + number_text(static_cast<float>(*parameter.smoothed));
        text += "\n";
    }
    return text;
}

}  // namespace glimpse::cli
