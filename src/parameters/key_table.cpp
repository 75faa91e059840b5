#include <string>
#include <vector>

#include "glimpse/parameters.hpp"
#include "glimpse/words.hpp"
#include "parameters/description.hpp"

namespace glimpse {
namespace parameters {

namespace {

/// A row of a Markdown table.
std::string row(const std::vector<std::string>& cells) {
    std::string text = "|";
    for (const std::string& cell : cells) {
        text += ' ';
        for (const char c : cell) text += c == '|' ? "\\|" : std::string(1, c);
        text += " |";
    }
    return text + "\n";
}

std::string code(std::string_view text) {
    return text.empty() ? "" : "`" + std::string(text) + "`";
}

/// The forms that take the key, each by its first key; nothing where all do.
std::string forms_of(const Key& key) {
    std::vector<std::string> forms;
    for (const std::string_view form : key.forms) forms.push_back(code(form));
    return join(forms);
}

std::string table(const std::vector<Key>& keys) {
    std::string text = row({"Key", "Value", "Range", "Unit", "With", "Default", "Meaning"}) +
                       row(std::vector<std::string>(7, "---"));
    for (const Key& key : keys) {
        text += row({code(key.name), key.type.words, key.type.range, std::string(key.unit), forms_of(key),
                     code(key.default_value), std::string(key.meaning)});
    }
    return text;
}

std::string chapter(const Description& description) {
    std::vector<std::string> forms;
    for (const Form& form : description.forms) {
        std::vector<std::string> keys;
        for (const std::string_view key : form.keys) keys.push_back(code(key));
        forms.push_back(join(keys, form.together ? " and " : " or "));
    }
    return "## " + std::string(description.word) + "\n\n" + std::string(description.meaning) +
           "\n\nOne of the forms: " + join(forms, "; ") + ".\n\n" + table(description.keys);
}

std::string key_table() {
    std::vector<std::string> chapters{
        "## The image\n\nBeside `glimpses`, beside the keys of a single entry, or in a manifest's "
        "record.\n\n" +
            table(image_keys()),
        "## Every mechanism\n\n" + table(common_keys())};
    for (const Description& description : descriptions()) chapters.push_back(chapter(description));
    return join(chapters, "\n");
}

}  // namespace
}  // namespace parameters

std::string_view parameter_keys() {
    static const std::string table = parameters::key_table();
    return table;
}

}  // namespace glimpse
