#include "glimpse/annotations.hpp"

#include <doctest/doctest.h>

#include <string>

#include "annotations/annotation_words.hpp"
#include "refusals.hpp"
#include "scratch_directory.hpp"

// Annotations of data sets: each reader on a file of a few lines.

using namespace glimpse;
using namespace annotation_words;

namespace {

std::string voc(const std::string& objects) {
    return "<annotation>\n<filename>a.jpg</filename>\n" + objects + "</annotation>\n";
}

}  // namespace

TEST_CASE("COCO: boxes are joined to images and categories by their numbers") {
    const scratch::Directory directory;
    directory.file("b.png");
    directory.file("deep/a.png");
    const auto file = directory.file("c.json", R"({
        "images": [{"id": 7, "file_name": "b.png"}, {"id": 9, "file_name": "deep/a.png"},
                   {"id": 11, "file_name": "unused.png"}, {"id": 12, "file_name": "gone.png"}],
        "categories": [{"id": 3, "name": "cat"}, {"id": 5, "name": "cup"}],
        "annotations": [{"id": 101, "image_id": 9, "category_id": 3, "bbox": [1.5, 2, 10, 5]},
                        {"id": 102, "image_id": 7, "category_id": 8, "bbox": [0, 0, 4, 6]},
                        {"image_id": 9, "category_id": 5},
                        {"id": 104, "image_id": 12, "category_id": 5, "bbox": [1, 2, 3, 4]}]})");
    const ImageFiles images = images_of(directory, {});
    CHECK(read(file, "", images) == Words{"b 102 8 8: 0 0 4 6", "deep/a 101 cat 3: 1.5 2 10 5",
                                          "deep/a 001 cup 5: the annotation has no bbox",
                                          "gone! the annotations name it, and it is not there",
                                          "gone 104 cup 5: 1 2 3 4"});
    CHECK(read(file, "coco", images, {"cat"}) == Words{"deep/a 101 cat 3: 1.5 2 10 5"});
    CHECK(read(file, "coco", images, {"8"}) == Words{"b 102 8 8: 0 0 4 6"});
    CHECK(holds(refusal_of(file, "coco", images, {"dog"}), "there is no 'dog', only 8, cat, cup"));
    CHECK(holds(refusal_of(file, "coco", images, {}, true),
                "annotations.zero_based: is about VOC, and these are coco"));
}

TEST_CASE("COCO: a record that is wrong fails by itself, at its place") {
    const scratch::Directory directory;
    directory.file("b.png");
    const auto file = directory.file("c.json", R"({
        "images": [{"id": 1.0, "file_name": "b.png"}],
        "categories": [{"id": 3, "name": "cat"}],
        "annotations": [{"id": 1, "image_id": 77, "category_id": 3, "bbox": [1, 2, 3, 4]},
                        {"id": 2, "image_id": 1, "category_id": 3.0, "bbox": {"x": 1}},
                        {"id": 3, "image_id": 1, "category_id": 3, "bbox": [1, 2, 3, NaN]},
                        {"id": 4, "image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4, 5]},
                        {"id": 5, "image_id": 1, "category_id": 3, "area": NaN, "bbox": [1, 2, 3, 4]},
                        {"id": 6, "bbox": [1, 2, 3, 4]}]})");
    const std::string needed = "an array of 4 numbers [x, y, width, height] is needed, not ";
    CHECK(read(file, "coco", images_of(directory, {})) ==
          Words{"b 2 cat 3: " + needed + "an object", "b 3 cat 3: a finite number is needed, not nan",
                "b 4 cat 3: " + needed + "an array of 5", "b 5 cat 3: 1 2 3 4", "c! no image has the id 77",
                "c! the key \"image_id\" is missing"});
    // Of what category a record is that cannot be read is not known.
    CHECK(read(file, "coco", images_of(directory, {}), {"3"}).size() == 6);
}

TEST_CASE("COCO: images and categories may stand behind the annotations") {
    const scratch::Directory directory;
    directory.file("b.png");
    const auto file = directory.file("c.json", R"({
        "annotations": [{"id": 1, "image_id": 8, "category_id": 3, "bbox": [1, 2, 3, 4]}, 7,
                        {"id": 2, "image_id": 77, "category_id": 3, "bbox": [1, 2, 3, 4]},
                        {"id": 3, "image_id": 8, "category_id": {"x": 1}, "bbox": [1, 2, 3, 4]},
                        {"id": [1], "image_id": 8, "category_id": 3, "bbox": [1, 2, 3, 4]}],
        "images": [{"id": 5}, {"id": 8, "file_name": "b.png"}], "categories": [{"id": 3, "name": "cat"}]})");
    CHECK(read(file, "coco", images_of(directory, {})) ==
          Words{"b 1 cat 3: 1 2 3 4", "b 3 - -: a string or a number is needed, not an object",
                "b 002 - -: a string or a number is needed, not an array of 1",
                "c! the key \"file_name\" is missing", "c! an object is needed, not 7",
                "c! no image has the id 77"});
    const auto refused = [&](const std::string& content) {
        return refusal_of(directory.file("c.json", content), "coco", images_of(directory, {}));
    };
    CHECK(holds(refused(R"({"annotations": {}, "images": []})"), "/annotations: an array is needed"));
    CHECK(holds(refused(R"({"annotations": [], "images": 5})"), "/images: an array is needed, not 5"));
    CHECK(holds(refused(R"({"images": []})"), "the key \"annotations\" is missing"));
    CHECK(holds(refused(R"({"annotations": [{"id": 1}]})"), "the key \"images\" is missing"));
}

TEST_CASE("COCO: ids are numbers, however they are written") {
    const scratch::Directory directory;
    directory.file("b.png");
    const auto file = directory.file("c.json", R"({
        "images": [{"id": 1e3, "file_name": "b.png"}], "categories": [{"id": 1, "name": "dog"}],
        "annotations": [{"id": 7.0, "image_id": "1000", "category_id": 1.0, "bbox": [1, 2, 3, 4]}]})");
    CHECK(read(file, "coco", images_of(directory, {}), {"dog"}) == Words{"b 7 dog 1: 1 2 3 4"});
}

TEST_CASE("COCO: a record of an image that is wrong takes its boxes along, and no others") {
    const scratch::Directory directory;
    directory.file("b.png");
    const auto file = directory.file("c.json", R"({
        "images": [{"id": 1}, {"file_name": "b.png"}, {"id": 2, "file_name": "b.png"}],
        "categories": [{"id": 3}, {"id": 4, "name": " five\n"}],
        "annotations": [{"id": 7, "image_id": 1, "bbox": [1, 2, 3, 4]},
                        {"id": 8, "image_id": 2, "category_id": 4, "bbox": [1, 2, 3, 4]}]})");
    CHECK(read(file, "coco", images_of(directory, {})) == Words{"b 8 five 4: 1 2 3 4",
                                                                "c! the key \"file_name\" is missing",
                                                                "c! the key \"id\" is missing"});
}

TEST_CASE("COCO: names of images with backslashes, or in the address that LVIS gives") {
    const scratch::Directory directory;
    directory.file("val2017/a.png");
    const std::string bbox = R"(], "annotations": [{"image_id": 1, "bbox": [1, 2, 3, 4]}]})";
    const auto found = [&](const std::string& image) {
        const auto file = directory.file("c.json", R"({"images": [)" + image + bbox);
        return read(file, "coco", images_of(directory, {})).front();
    };
    CHECK(found(R"({"id": 1, "file_name": "val2017\\a.png"})") == "val2017/a 000 - -: 1 2 3 4");
    CHECK(found(R"({"id": 1, "coco_url": "http://images.cocodataset.org/val2017/a.png"})") ==
          "val2017/a 000 - -: 1 2 3 4");
    CHECK(found(R"({"id": 1, "coco_url": "http://images.cocodataset.org/val2017/a.png?raw=1/2#x"})") ==
          "val2017/a 000 - -: 1 2 3 4");
    const auto problem = [&](const std::string& name, const ImageFiles& images) {
        const auto file =
            directory.file("c.json", R"({"images": [{"id": 1, "file_name": ")" + name + R"("})" + bbox);
        return read(file, "coco", images).front();
    };
    CHECK(holds(problem(R"(..\\..\\a.png)", images_of(directory, {})), "climbs out"));
    CHECK(holds(problem(R"(x\\1.png)", {{}, {{"v/1.png", "X", true}, {"w/1.png", "Y", true}}}),
                "may be v/1.png or w/1.png"));
    directory.file("val2017\\a.png");  // a file's own name comes first
    CHECK(found(R"({"id": 1, "file_name": "val2017\\a.png"})") == "val2017\\a 000 - -: 1 2 3 4");
}

TEST_CASE("COCO: what ids do not tell apart fails by itself, and no other") {
    const scratch::Directory directory;
    for (const char* name : {"a.png", "b.png", "c.png"}) directory.file(name);
    const ImageFiles images = images_of(directory, {});
    const auto found = [&](const std::string& first, const std::string& second, const std::string& categories,
                           const Words& wanted = {}) {
        const auto file = directory.file("c.json", R"({"images": [{"id": )" + first +
                                                       R"(, "file_name": "a.png"}, {"id": )" + second +
                                                       R"(, "file_name": "b.png"},
              {"id": 9, "file_name": "c.png"}], "categories": [{"id": 4, "name": "dog"}, )" +
                                                       categories +
                                                       R"(], "annotations": [
              {"image_id": )" + first + R"(, "category_id": 3, "bbox": [1, 2, 3, 4]},
              {"image_id": 9, "category_id": 4, "bbox": [5, 6, 7, 8]}]})");
        return read(file, "coco", images, wanted);
    };
    const std::string cat = R"({"id": 3, "name": "cat"})";
    const Words told{"a 000 cat 3: 1 2 3 4", "c 000 dog 4: 5 6 7 8"};
    CHECK(found("1", "2", cat) == told);
    CHECK(found("1", "2", cat + ", " + cat) == told);
    CHECK(found("18446744073709551614", "18446744073709551615", cat) == told);
    const std::string between =
        " have the same id 1, so that it cannot be told which of them a box is of; correct one of the two";
    const std::string file = (directory / "c.json").string();
    CHECK(found("1", "1", cat) == Words{"a! " + file + ": 'a.png' and 'b.png'" + between,
                                        "a 000 cat 3: 1 2 3 4", "c 000 dog 4: 5 6 7 8",
                                        "c! 'a.png' and 'b.png'" + between});
    const auto twice = directory.file("twice.json", R"({"images": [{"id": 1, "file_name": "a.png"}, {"id": 1,
        "file_name": "a.png"}], "annotations": [{"image_id": 1, "bbox": [1, 2, 3, 4]}]})");
    CHECK(read(twice, "coco", images) == Words{"a 000 - -: 1 2 3 4"});
    const std::string two_names =
        "'cat' and 'cup' have the same id 3, so that it cannot be told which of them a box is of; correct "
        "one "
        "of the two";
    const std::string cup = R"(, {"id": 3, "name": "cup"})";
    CHECK(found("1", "2", cat + cup) == Words{"a 000 - 3: " + two_names, "c 000 dog 4: 5 6 7 8"});
    CHECK(found("1", "2", cat + cup, {"cup"}) == Words{"a 000 - 3: " + two_names});
    CHECK(found("20000000000000000001", "20000000000000000002", cat) == told);
    CHECK(found("-20000000000000000001", "20000000000000000001", cat) == told);
    // Both are the same float64.
    CHECK(found("20000000000000000001.0", "20000000000000000002.0", cat).front() == "c 000 dog 4: 5 6 7 8");
    CHECK(holds(found("20000000000000000001.0", "20000000000000000002.0", cat).back(),
                "a number of more digits than float64 or 64 bits hold is not told from its neighbours"));
}

TEST_CASE("COCO: a name belongs to the file whose path ends most alike") {
    const scratch::Directory directory;
    const auto file = directory.file("c.json", R"({
        "images": [{"id": 1, "file_name": "x/1.png"}, {"id": 2, "file_name": "1.png"}],
        "annotations": [{"id": 1, "image_id": 1, "bbox": [0, 0, 1, 1]},
                        {"id": 2, "image_id": 2, "bbox": [0, 0, 1, 1]}]})");
    const ImageFiles images{{}, {{"v/x/1.png", "X", true}, {"v/y/1.png", "Y", true}}};
    CHECK(read(file, "coco", images) ==
          Words{"X 1 - -: 0 0 1 1", "1! the annotations name it, and it may be v/x/1.png or v/y/1.png",
                "1 2 - -: 0 0 1 1"});
}

TEST_CASE("files of one image each: what has no image, and what is no such file") {
    const scratch::Directory directory;
    directory.file("labels/a.txt", "0 0.5 0.5 0.5 0.5\n");
    directory.file("labels/deep/orphan.txt", "0 0.5 0.5 0.5 0.5\n");
    directory.file("labels/notes.txt", "written by hand\n");
    const ImageFiles images = images_of(directory, {"a", "b"});
    CHECK(read(directory / "labels", "", images) == Words{"a 000 0 0: 0.25 0.25 0.5 0.5",
                                                          "orphan! no image of that name is there",
                                                          "orphan 000 0 0: 0.25 0.25 0.5 0.5"});
    // One of which no record can be read is told of all the same.
    directory.file("labels/deep/orphan.txt", "0 320 240 100 50\n");
    CHECK(read(directory / "labels", "", images)[1] == "orphan! no image of that name is there");
    CHECK(holds(refusal_of(directory / "labels" / "a.txt", "yolo", images), "belongs to one image"));
    CHECK(holds(refusal_of(directory / "labels", "voc", images), "holds no .xml file"));
    CHECK(holds(refusal_of(directory.path(), "yolo", images),
                "holds no .txt file of the name of an image; a directory "
                "below does: " +
                    (directory / "labels").string()));
}

TEST_CASE("VOC: 1-based, the last pixel is one of the box") {
    const scratch::Directory directory;
    const ImageFiles images = images_of(directory, {"a"});
    const auto boxes = [&](const std::string& objects, bool zero_based = false) {
        return read(directory.file("a.xml", voc(objects)), "voc", images, {}, zero_based);
    };
    const auto object = [](const std::string& left) {
        return "<object><name>cat</name><bndbox>\n<xmin>" + left +
               "</xmin><ymin>5</ymin><xmax> 12 </xmax><ymax>9.5</ymax></bndbox></object>";
    };
    CHECK(boxes(object("3")) == Words{"a 000 cat -: 2 4 10 5.5"});
    CHECK(boxes(object("+3"), true) == Words{"a 000 cat -: 3 5 10 5.5"});
    CHECK(boxes("<object><name>cup</name></object>") ==
          Words{"a 000 cup -: an object 'cup' has no <bndbox>"});
    for (const std::string none : {"inf", "nan", "three", ""}) {
        CAPTURE(none);
        // It fails by itself; the other object is read.
        CHECK(boxes(object(none) + object("3")) ==
              Words{"a 000 cat -: <xmin> holds a number, not '" + none + "'", "a 001 cat -: 2 4 10 5.5"});
    }
    CHECK(boxes("<object><name>\n\tcat\n</name>\n<bndbox></bndbox></object>") ==
          Words{"a 000 cat -: the element <xmin> is missing"});
    // Comments and CDATA divide a text, and are none.
    for (const std::string eleven : {"1<!-- was 2 -->1", "1<![CDATA[1]]>", "<?a b?>11"})
        CHECK(boxes(object(eleven)) == Words{"a 000 cat -: 10 4 2 5.5"});
    CHECK(boxes("<object><name>c<!-- big -->at</name></object>") ==
          Words{"a 000 cat -: an object 'cat' has no <bndbox>"});
    CHECK(holds(
        read(directory.file("a.xml", "<!DOCTYPE annotation [\n<!ENTITY c \"cat\">]>" + voc(object("3"))),
             "voc", images)
            .front(),
        "a.xml:2: entities that a file defines are not read"));
    const std::string once = "<name>cat</name>";
    const std::string bounds = "<bndbox><xmin>3</xmin><ymin>5</ymin><xmax>12</xmax><ymax>9</ymax></bndbox>";
    CHECK(boxes("<object>" + once + bounds + "</object>") == Words{"a 000 cat -: 2 4 10 5"});
    for (const std::string twice : {"xmin", "ymin", "xmax", "ymax"}) {
        std::string both = bounds;
        both.insert(both.find("<" + twice + ">"), "<" + twice + ">1</" + twice + ">");
        CHECK(boxes("<object>" + once + both + "</object>" + object("3")) ==
              Words{"a 000 cat -: <" + twice + "> is there twice in <bndbox>; remove one",
                    "a 001 cat -: 2 4 10 5.5"});
    }
    CHECK(boxes("<object>" + once + once + bounds + "</object>") ==
          Words{"a 000 cat -: <name> is there twice in <object>; remove one"});
    CHECK(boxes("<object>" + once + bounds + bounds + "</object>") ==
          Words{"a 000 cat -: <bndbox> is there twice in <object>; remove one"});
    CHECK(holds(boxes("<object>").front(), "a.xml:"));
    CHECK(holds(boxes("\n<object><name>\xe9</name></object>").front(), "a.xml:"));
    CHECK(holds(boxes("\n<object><name>\xe9</name></object>").front(), "is not UTF-8"));
    for (const std::string stateful : {"UTF-7", "ISO-2022-JP"}) {
        CHECK(holds(read(directory.file("a.xml", "<?xml version=\"1.0\" encoding=\"" + stateful + "\"?>" +
                                                     voc(object("3"))),
                         "voc", images)
                        .front(),
                    "is not read; convert the file to UTF-8"));
    }
    CHECK(boxes("<objects>" + object("5") + "<group>" + object("4") + "</group></objects>" + object("3")) ==
          Words{"a 000 cat -: 2 4 10 5.5",
                "a 001 - -: an <object> lies in <objects>; it is a child of <annotation>",
                "a 002 - -: an <object> lies in <group>; it is a child of <annotation>"});
}

TEST_CASE("VOC: boxes at pixel 0 are told of, once, unless they count from 0") {
    const scratch::Directory directory;
    const ImageFiles images = images_of(directory, {"a", "b", "c"});
    const auto object = [](int left, int top) {
        return voc("<object><bndbox><xmin>" + std::to_string(left) + "</xmin><ymin>" + std::to_string(top) +
                   "</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object>");
    };
    directory.file("xml/a.xml", object(0, 5));
    directory.file("xml/b.xml", object(5, 0));
    directory.file("xml/c.xml", object(1, 1));
    const Words told = warnings_of(directory / "xml", "voc", images);
    REQUIRE(told.size() == 1);
    CHECK(holds(told[0], "xml: 2 of 3 files have a box at pixel 0"));
    CHECK(holds(told[0], "annotations.zero_based"));
    CHECK(warnings_of(directory / "xml", "voc", images, true).empty());
    directory.file("xml/a.xml", object(1, 5));
    directory.file("xml/b.xml", object(5, -3));
    CHECK(warnings_of(directory / "xml", "voc", images).empty());
}

TEST_CASE("the size that annotations declare for an image; 0, NaN and nothing are none") {
    const scratch::Directory directory;
    directory.file("a.png");
    const ImageFiles images = images_of(directory, {"a"});
    const auto image = [&](const std::string& format, const std::string& content) {
        return read_annotations({directory.file("boxes", content), format, {}, false}, images).front();
    };
    const auto coco = [&](const std::string& sides) {
        return image("coco", R"({"images": [{"id": 1, "file_name": "a.png")" + sides +
                                 R"(}], "annotations": [{"image_id": 1, "bbox": [1, 2, 3, 4]}]})");
    };
    const auto labelme = [&](const std::string& sides) {
        return image("labelme", R"({"shapes": [{"label": "x", "points": [[1, 1], [2, 2]]}])" + sides + "}");
    };
    const auto pascal = [&](const std::string& size) {
        return image("voc",
                     voc(size + "<object><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></"
                                "bndbox></object>"));
    };
    const Size size{640, 480};
    CHECK(coco(R"(, "width": 640, "height": 480)").size == size);
    CHECK(coco(R"(, "width": 640.0, "height": "480")").size == size);
    CHECK(labelme(R"(, "imageHeight": 480, "imageWidth": 640)").size == size);
    CHECK(pascal("<size><width>640</width><height> 480 </height><depth>3</depth></size>").size == size);
    for (const char* none :
         {"", R"(, "width": 640)", R"(, "width": 0, "height": 480)", R"(, "width": null, "height": 480)",
          R"(, "width": NaN, "height": NaN)", R"(, "width": "", "height": 480)"}) {
        CAPTURE(none);
        CHECK_FALSE(coco(none).size);
        CHECK(coco(none).problem.empty());
    }
    CHECK_FALSE(labelme("").size);
    CHECK_FALSE(pascal("").size);
    CHECK_FALSE(pascal("<size><width>0</width><height>0</height></size>").size);
    for (const std::string& problem :
         {coco(R"(, "width": 640.5, "height": 480)").problem,
          labelme(R"(, "imageHeight": 480, "imageWidth": 640.5)").problem,
          pascal("<size><width>640.5</width><height>480</height></size>").problem}) {
        CHECK(holds(problem, "an image of 640.5×480 pixels is declared, which is no size"));
    }
    CHECK(holds(coco(R"(, "width": -640, "height": 480)").problem, "/images/0: "));
}

TEST_CASE("inputs for which the annotations have nothing are told by their number") {
    const scratch::Directory directory;
    directory.file("labels/a.txt", "0 0.5 0.5 0.5 0.5\n");
    directory.file("labels/empty.txt", "");  // a background
    directory.file("labels/classes.txt", "cat\n");
    const Words told =
        warnings_of(directory / "labels", "yolo", images_of(directory, {"a", "b", "c", "empty"}));
    REQUIRE(told.size() == 1);
    CHECK(holds(told[0],
                "labels: has nothing for 2 of the 4 inputs, such as " + (directory / "b.png").string()));
    CHECK(warnings_of(directory / "labels", "yolo", images_of(directory, {"a", "empty"})).empty());
    for (const char* name : {"a.png", "b.png"}) directory.file(name);
    const auto coco = directory.file(
        "c.json", R"({"images": [{"id": 1, "file_name": "a.png"}, {"id": 2, "file_name": "b.png"}],
        "annotations": [{"image_id": 1, "bbox": [1, 2, 3, 4]}]})");
    CHECK(warnings_of(coco, "coco", images_of(directory, {"a", "b"})).empty());
    CHECK(warnings_of(coco, "coco", images_of(directory, {"a", "b", "z"})).size() == 1);
    const auto target = directory.file("g.txt", "3,5,10,6\n0,0,0,0\n");  // absent, but it has a line
    CHECK(warnings_of(target, "got10k", images_of(directory, {"1", "2"})).empty());
}

TEST_CASE("messages stay short, whatever is wrong") {
    const scratch::Directory directory;
    const ImageFiles images = images_of(directory, {"a"});
    std::string long_field(5000, 'x');
    const auto labels = directory.file("labels/a.txt", "0 0.5 0.5 0.5 " + long_field + "\n");
    const std::string problem = read(labels, "yolo", images).front();
    CHECK(holds(problem, "field 5: a number is needed, not 'xxxx"));
    CHECK(problem.size() < 200);
    std::string classes;
    for (int k = 0; k < 3000; ++k) classes += "class" + std::to_string(k) + "\n";
    directory.file("labels/classes.txt", classes);
    const std::string unknown = refusal_of(labels, "yolo", images, {"dog"});
    CHECK(holds(unknown, "there is no 'dog', only "));
    CHECK(holds(unknown, " and 2980 more"));
    CHECK(unknown.size() < 400);
}

TEST_CASE("a box knows the file that it stands in, and where") {
    const scratch::Directory directory;
    const ImageFiles images = images_of(directory, {"a1"});
    directory.file("a1.png");
    const auto places = [&](const std::string& format, const std::string& content) {
        std::string all;
        const auto file = directory.file("boxes", content);
        for (const AnnotatedImage& image : read_annotations({file, format, {}, false}, images)) {
            CHECK(image.file == file);
            for (const AnnotatedBox& box : image.boxes) all += box.place.text() + " ";
        }
        return all;
    };
    const std::string bbox = R"("image_id": 1, "bbox": [1, 2, 3, 4]})";
    CHECK(places("coco", R"({"images": [{"id": 1, "file_name": "a1.png"}], "annotations": [{"id": 5, )" +
                             bbox + R"(, {"id": 6, )" + bbox + "]}") ==
          ": /annotations/0/bbox : /annotations/1/bbox ");
    CHECK(places("coco", R"({"images": [{"id": 1, "file_name": "a1.png"}], "annotations": [{"id": [1], )" +
                             bbox + R"(, {"category_id": {"a": 1}, )" + bbox + "]}") ==
          ": /annotations/0/id : /annotations/1/category_id ");
    CHECK(places("yolo", "0 0.5 0.5 0.1 0.1\n\n1 0.5 0.5 0.1 0.1\n") == ":1 :3 ");
    CHECK(places("voc", voc("<object>\n<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></"
                            "bndbox></object>")) == ":3 ");
    CHECK(places("mot", "\n1,1,1,1,2,2\n") == ":2 ");
    CHECK(places("got10k", "1,1,2,2\n") == ":1 ");
    CHECK(places("labelme", R"({"shapes": [{"label": "x", "points": [[1, 1], [2, 2]]}]})") == ": /shapes/0 ");
}

TEST_CASE("LabelMe: the smallest box around each shape") {
    const scratch::Directory directory;
    const auto file = directory.file("a.json", R"({"shapes": [
        {"label": " cat\n", "shape_type": "rectangle", "points": [[12, 9], [2, 4]]},
        {"label": "cup", "shape_type": "polygon", "points": [[5, 5.5], [9, 6], [7, 11]]},
        {"label": "cup", "shape_type": "circle", "points": [[20, 10], [23, 14]]},
        {"label": "line", "points": [[20, 10], [23, 10]]},
        {"label": "none", "points": []},
        {"label": "mask", "shape_type": "mask", "points": [[2, 4], [11, 8]]},
        {"label": 5, "points": [[2, 4], [12]]},
        {"label": "o", "shape_type": "circle", "points": [[20, 10], [23, 14], [1, 1]]},
        {"label": "m", "shape_type": "mask", "points": [[20, 10]]},
        {"label": "e", "shape_type": "ellipse", "points": [[20, 10], [23, 14]]},
        {"label": "far", "points": [[2, 4], [1e400, 5]]},
        {"label": "two", "label": "names", "points": [[2, 4], [12, 9]]},
        {"label": "mask", "shape_type": "mask", "points": [[11, 8], [2, 4]]},
        {"label": "mask", "shape_type": "mask", "points": [[2.4, 4.6], [11.9, 8.2]]}]})");
    const ImageFiles images = images_of(directory, {"a"});
    CHECK(read(file, "", images) ==
          Words{"a 000 cat -: 2 4 10 5", "a 001 cup -: 5 5.5 4 5.5", "a 002 cup -: 15 5 10 10",
                "a 003 line -: the shape has no area, and so no box",
                "a 004 none -: the shape has no area, and so no box",
                "a 005 mask -: 2 4 10 5",  // its last pixel is one of it
                "a 006 5 -: an array of 2 numbers [x, y] is needed, not an array of 1",
                "a 007 o -: a circle has 2 points, not 3", "a 008 m -: a mask has 2 points, not 1",
                "a 009 e -: the shape_type 'ellipse' is none of labelme's, so that its box is not known",
                "a 010 far -: a finite number is needed, not inf",
                "a 011 - -: the key \"label\" is given twice",
                "a 012 mask -: a mask's first pixel is its upper left one, and its last the lower right one",
                "a 013 mask -: 2 4 10 5"});
    CHECK(read(file, "", images, {"cup"}).size() == 3);  // and what may have been one
}

TEST_CASE("MOT: frames by their numbers, boxes 1-based; detections have neither track nor category") {
    const scratch::Directory directory;
    const auto file = directory.file("gt.txt",
                                     "2,4,3,5,10,6,1,7,0.5\n1,9,1,1,2,3,1,1\n2,-1,8,5,10,6,0.8,-1\n"
                                     "2,0,8,5,10,6,0.8,0\n2,3,8,5,10,6\n7,1,3,5,10,6\n");
    const ImageFiles images = images_of(directory, {"clip/000001", "clip/000002", "cover"});
    CHECK(read(file, "mot", images) ==
          Words{"clip/000001 9 1 1: 0 0 2 3", "clip/000002 4 7 7: 2 4 10 6", "clip/000002 001 - -: 7 4 10 6",
                "clip/000002 0 0 0: 7 4 10 6", "clip/000002 3 - -: 7 4 10 6",
                "7! " + file.string() + ":6 names it, and no image's name ends in that number",
                "7 1 - -: 2 4 10 6"});
    CHECK(read(file, "mot", images, {"7"}).size() == 1);
    const auto lost = [&](const std::string& line) {
        return read(directory.file("bad.txt", "1,2,3,4,5,6\n" + line), "mot", images).back();
    };
    CHECK(holds(lost("1,2,3,4,5"),
                "bad! \"frame, track, left, top, width, height, …\" is needed, not 5 fields"));
    CHECK(holds(lost("1.5,2,3,4,5,6"), "bad! the frame is a whole number of up to 15 digits, not '1.5'"));
    CHECK(holds(lost("-1,2,3,4,5,6"), "bad! the frame is 0 or more, not -1"));
    const auto unusable = [&](const std::string& line) {
        return read(directory.file("bad.txt", line + "\n1,9,3,4,5,6"), "mot", images);
    };
    CHECK(unusable("1,2.5,3,4,5,6") ==
          Words{"clip/000001 000 - -: the track is a whole number of up to 15 digits, not '2.5'",
                "clip/000001 9 - -: 2 3 5 6"});
    // An empty field shifts no column.
    CHECK(unusable("1,2,,4,5,6,1,1").front() ==
          "clip/000001 2 1 1: field 3 is empty, and a number is needed");
    CHECK(unusable("1,2,3,4,5,6,,7").front() == "clip/000001 2 7 7: 2 3 5 6");
    CHECK(holds(
        read(directory.file("one.txt", "1,2,3,4,5,6"), "mot", images_of(directory, {"a/1", "b/01"})).front(),
        "has the frame number of "));
}

TEST_CASE("MOT: the seventh numbers are confidences, unless all of a file are flags") {
    const scratch::Directory directory;
    const ImageFiles images = images_of(directory, {"1"});
    const auto scores_of = [&](const std::string& rows) {
        return scores_in(directory.file("det.txt", rows), "mot", images);
    };
    CHECK(scores_of("1,1,3,5,10,6,1,7,0.5\n1,2,3,5,10,6,0,1,1\n1,3,3,5,10,6,-1,1,1\n1,4,3,5,10,6\n") ==
          Words{"-", "-", "-", "-"});
    CHECK(scores_of("1,-1,3,5,10,6,0.5,-1\n1,-1,3,5,10,6,1,-1\n1,-1,3,5,10,6,-1,-1\n1,-1,3,5,10,6,,-1\n"
                    "1,-1,3,5,10,6\n1,-1,3,5,10,6,-0.25\n1,-1,3,5,10,6,12.5\n") ==
          Words{"0.50", "1.00", "-", "-", "-", "\u22120.25", "12.50"});
    // One that is no number fails its row, where there are confidences.
    const auto all = [&](const std::string& row) {
        return read(directory.file("det.txt", "1,1,3,5,10,6," + row + "\n1,2,3,5,10,6,x\n"), "mot", images);
    };
    CHECK(all("0.5").back() == "1 2 - -: field 7: a number is needed, not 'x'");
    CHECK(all("1").back() == "1 2 - -: 2 4 10 6");
}

TEST_CASE("COCO and LabelMe: a score is any number; null and nothing are none") {
    const scratch::Directory directory;
    directory.file("a.png");
    const auto coco = directory.file("c.json", R"({
        "images": [{"id": 1, "file_name": "a.png"}],
        "annotations": [{"id": 1, "image_id": 1, "bbox": [1, 2, 3, 4], "score": 0.875},
                        {"id": 2, "image_id": 1, "bbox": [1, 2, 3, 4], "score": null},
                        {"id": 3, "image_id": 1, "bbox": [1, 2, 3, 4]},
                        {"id": 4, "image_id": 1, "bbox": [1, 2, 3, 4], "score": -3},
                        {"id": 5, "image_id": 1, "bbox": [1, 2, 3, 4], "score": "high"},
                        {"id": 6, "image_id": 1, "bbox": [1, 2, 3, 4], "score": NaN}]})");
    const auto boxes = read_annotations({coco, "coco", {}, false, true}, images_of(directory, {}));
    CHECK(scores(boxes) == Words{"0.88", "-", "-", "\u22123.00", "-", "-"});
    const AnnotatedBox& wrong = boxes.front().boxes[4];
    CHECK(wrong.place.text() == ": /annotations/4/score");
    REQUIRE(wrong.problem);
    CHECK(*wrong.problem == "a number is needed, not \"high\"");
    CHECK(boxes.front().boxes[5].problem);

    const auto labelme = directory.file("a.json", R"({"shapes": [
        {"label": "cat", "points": [[12, 9], [2, 4]], "score": 0.5},
        {"label": "cat", "points": [[12, 9], [2, 4]], "score": null},
        {"label": "cat", "points": [[12, 9], [2, 4]]}]})");
    CHECK(scores_in(labelme, "labelme", images_of(directory, {"a"})) == Words{"0.50", "-", "-"});
}

TEST_CASE("GOT-10k and OTB: a line for each image in the order of their numbers, none where it is absent") {
    const scratch::Directory directory;
    const auto file =
        directory.file("g.txt", "3,5,10,6\nNaN,NaN,NaN,NaN\n1,1,0,5\n1,1,5,0\n1,1,-5,-5\n2 3 4 5");
    const ImageFiles images = images_of(directory, {"1", "10", "2", "3", "4", "5"});
    for (const char* format : {"", "got10k", "otb"}) {
        // A box of negative size is a mistake, which is not to vanish.
        CHECK(read(file, format, images) ==
              Words{"1 000 - -: 2 4 10 6", "5 000 - -: 0 0 -5 -5", "10 000 - -: 1 2 4 5"});
    }
    CHECK(holds(refusal_of(file, "otb", images_of(directory, {"1", "2"})), "has 6 boxes for 2 images"));
    const auto two = directory.file("two.txt", "1,2,3,4\n1,2,3,4\n");
    CHECK(holds(refusal_of(two, "otb", images_of(directory, {"a/1", "b/01"})), "has the frame number of "));
    CHECK(holds(refusal_of(two, "otb", images_of(directory, {"1", "cover"})), "ends in no number"));
    CHECK(read(two, "otb", images_of(directory, {"1403636579763555584", "99"})).front() ==
          "99 000 - -: 0 1 3 4");
    const auto pair = [&](const std::string& line) {
        return read(directory.file("h.txt", "1,2,3,4\n" + line), "otb", images_of(directory, {"1", "2"}))
            .back();
    };
    CHECK(pair("1,2,3") == "2 000 - -: four numbers \"left, top, width, height\" are needed, not 3");
    CHECK(pair("1,,3,4") == "2 000 - -: field 2 is empty, and a number is needed");
    // What follows would be of the next image.
    const auto gap = directory.file("gap.txt", "1,2,3,4\n\n1,2,3,4\n");
    CHECK(holds(refusal_of(gap, "otb", images_of(directory, {"1", "2"})), "gap.txt:2: is empty"));
    const auto behind = directory.file("behind.txt", "1,2,3,4\r1,2,3,5\r\r");
    CHECK(read(behind, "otb", images_of(directory, {"1", "2"})).back() == "2 000 - -: 0 1 3 5");
}
