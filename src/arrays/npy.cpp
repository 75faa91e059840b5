#include <utility>

#include "arrays/formats.hpp"
#include "arrays/npy_header.hpp"

namespace glimpse {

namespace {

class NpyFile final : public ArrayFile {
  public:
    explicit NpyFile(const BytesOfArrays& bytes) : array_(npy_array(bytes)) {}

    [[nodiscard]] const std::vector<std::string>& names() const override {
        static const std::vector<std::string> none;
        return none;
    }
    [[nodiscard]] Array array(std::string_view name) const override {
        if (!name.empty()) fail_no_array(name, {});
        return array_;
    }

  private:
    Array array_;
};

}  // namespace

Array npy_array(const BytesOfArrays& bytes) {
    NpyHeader header = npy_header(bytes->bytes());
    Array array(bytes, header.data, header.type, std::move(header.shape), header.order);
    require_nothing_behind(bytes->bytes().subspan(header.data + array.count() * header.type.size));
    return array;
}

std::unique_ptr<ArrayFile> open_npy(const BytesOfArrays& bytes) {
    return std::make_unique<NpyFile>(bytes);
}

}  // namespace glimpse
