#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "annotations/formats.hpp"

namespace glimpse::annotations {

/// One `BoxCategory` for all boxes that have it.
class CategoryTable {
  public:
    std::shared_ptr<const BoxCategory> shared(const std::string& name, const std::string& number);

    /// Gives boxes the categories of this table in the place of their own.
    void share(std::vector<AnnotatedBox>& boxes);

  private:
    std::map<std::pair<std::string, std::string>, std::shared_ptr<const BoxCategory>> known_;
};

/// Replaces the numbers of categories by their names.
void resolve_categories(DataSet& set);

/// Leaves boxes of the wanted categories; all where none is named. A name comes before a number: the digit
/// "1" of a data set may have the number 2. Throws `InvalidOption` where a wanted one is none.
void keep_categories(DataSet& set, const std::vector<std::string>& wanted);

}  // namespace glimpse::annotations
