#include "arrays/npy_output.hpp"

#include "arrays/npy_header.hpp"

namespace glimpse {

std::vector<std::uint8_t> npy_beginning(std::string_view type, const Array::Shape& shape) {
    const std::span<const std::uint8_t> first = npy_magic();
    std::string header = "{'descr': '" + std::string(type) +
                         "', 'fortran_order': False, 'shape': " + shape_text(shape) + ", }";
    // The numbers begin at a multiple of 64.
    header.append(63 - (first.size() + 4 + header.size()) % 64, ' ').push_back('\n');
    std::vector<std::uint8_t> bytes(first.begin(), first.end());
    for (const std::size_t byte :
         {std::size_t{1}, std::size_t{0}, header.size() & 0xFF, header.size() >> 8}) {
        bytes.push_back(static_cast<std::uint8_t>(byte));
    }
    bytes.insert(bytes.end(), header.begin(), header.end());
    return bytes;
}

void NpzOutput::begin(const std::string& name, std::span<const std::uint8_t> beginning,
                      std::size_t number_size, const Array::Shape& shape) {
    std::uint64_t size = number_size;
    for (const std::size_t length : shape) size *= length;
    zip_->begin(name + ".npy", beginning.size() + size);
    zip_->write(beginning);
}

void NpzOutput::add(const std::string& name, std::string_view text) {
    begin(name, npy_beginning("|S" + std::to_string(text.size()), {}), text.size(), {});
    zip_->write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace glimpse
