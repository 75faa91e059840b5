#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "annotations/annotation_words.hpp"
#include "glimpse/annotations.hpp"
#include "refusals.hpp"
#include "scratch_directory.hpp"

// Inputs that are files, and what annotations have of their names.

using namespace glimpse;
using namespace annotation_words;

TEST_CASE("COCO: a file belongs to the name that ends most like its path") {
    const scratch::Directory directory;
    const auto found = [&](const Words& names, const ImageFiles& images) {
        std::string records;
        std::string boxes;
        for (std::size_t k = 0; k < names.size(); ++k) {
            const std::string id = std::to_string(k);
            const std::string comma = k == 0 ? "" : ", ";
            records += comma + R"({"id": )" + id + R"(, "file_name": ")" + names[k] + R"("})";
            boxes += comma + R"({"id": 1)" + id + R"(, "image_id": )" + id + R"(, "bbox": [0, 0, 1, 1]})";
        }
        const auto file =
            directory.file("c.json", R"({"images": [)" + records + R"(], "annotations": [)" + boxes + "]}");
        return read(file, "coco", images);
    };
    const std::string missing = "the annotations name it, and it is not there";
    const ImageFiles val{{}, {{"coco/val/1.png", "V", true}}};
    CHECK(found({"train/1.png", "val/1.png"}, val) ==
          Words{"train/1! " + missing, "train/1 10 - -: 0 0 1 1", "V 11 - -: 0 0 1 1"});
    CHECK(found({"val/1.png", "train/1.png", "1.png"}, val).front() == "V 10 - -: 0 0 1 1");
    CHECK(found({"train/1.png"}, val) == Words{"V 10 - -: 0 0 1 1"});  // the only one
    // All of a name fits better than the end of one.
    CHECK(found({"train/1.png", "1.png"}, val).back() == "V 11 - -: 0 0 1 1");
    CHECK(found({"val/1.png", "./val/1.png"}, val) == Words{"V 10 - -: 0 0 1 1", "V 11 - -: 0 0 1 1"});
    const Words either = found({"train/1.png", "test/1.png"}, val);
    REQUIRE(either.size() == 4);
    CHECK(holds(either[0], "train/1! coco/val/1.png may be it, or test/1.png of the annotations; give the"));
    CHECK(holds(either[2], "test/1! coco/val/1.png may be it, or train/1.png of the annotations; give the"));
    // An input of a directory fits better than the file, and is joined from the directory alone.
    const ImageFiles both{{"coco/val"}, {{"coco/train/1.png", "T", true}, {"coco/val/1.png", "1", false}}};
    CHECK(found({"val/1.png"}, both).front() == "val/1! " + missing);
}

TEST_CASE("files of one image each: a file of several images' name is of the one whose path ends alike") {
    const scratch::Directory directory;
    directory.file("labels/val/1.txt", "0 0.5 0.5 0.5 0.5\n");
    const ImageFile train{"images/train/1.png", "", true};
    const auto boxes = [&](const ImageFile& one, const ImageFile& other) {
        ImageFiles images{{}, {one, other}};
        for (ImageFile& image : images.files) image.name = "1";
        std::vector<AnnotatedImage> read =
            read_annotations({directory / "labels/val", "yolo", {}, false}, images);
        for (AnnotatedImage& image : read) image.name = image.path.string();
        return words(read);
    };
    CHECK(boxes(train, {"images/val/1.png", "", true}) ==
          Words{"images/val/1.png 000 0 0: 0.25 0.25 0.5 0.5"});
    const Words either = boxes(train, {"images/test/1.png", "", true});
    REQUIRE(either.size() == 2);
    CHECK(holds(either[0], "images/train/1.png! "));
    CHECK(holds(either[0], "labels/val/1.txt may be of this image, or of images/test/1.png"));
    CHECK(holds(either[1], "images/test/1.png! "));
    CHECK(boxes({"val/1.png", "", true}, {"val/1.jpg", "", true}).size() == 2);
}
