// Cuts a tilted box out of a picture, and says how much of it lay inside. docs/interface.md shows a part.
#include <filesystem>
#include <glimpse/glimpse.hpp>
#include <iostream>

int main(int, char** arguments) {
    const std::filesystem::path path = arguments[1];
    const auto reader = glimpse::open_image(path);  // reads the header only
    glimpse::SpatialTransformer transformer;
    transformer.form = glimpse::SpatialTransformer::BoxForm{{180, 40, 120, 130}, glimpse::Units::pixels, 20};
    transformer.size = {64, 64};
    const glimpse::Lowered lowered = glimpse::lower(transformer, reader->info().size);

    const glimpse::Rectangle needed = glimpse::needed(lowered);
    const glimpse::ImageRegion region{needed, reader->decode(needed), reader->info().alpha};
    const auto backend = glimpse::make_backend("cpu");
    const cv::Mat pixels = glimpse::read_glimpse(*backend, lowered, region, region.pixels.depth());
    glimpse::write_file(arguments[2], glimpse::encode_image({pixels}, "png"));
    std::cout << "inside: " << glimpse::inside(lowered) << '\n';
}
