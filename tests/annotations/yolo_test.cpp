#include <doctest/doctest.h>

#include <string>

#include "annotations/annotation_words.hpp"
#include "glimpse/annotations.hpp"
#include "refusals.hpp"
#include "scratch_directory.hpp"

// YOLO's labels, and what is known of them beside the single file.

using namespace glimpse;
using namespace annotation_words;

TEST_CASE("YOLO: the centre and the size, or a polygon, in fractions") {
    const scratch::Directory directory;
    directory.file("labels/a.txt",
                   "0 0.5 0.25 0.25 0.5\n1 0.5 0.5 0.5 0.25 0.9\n2 0.25 0.5 0.5 0.125 0.375 0.75\n");
    directory.file("labels/data.yaml", "names: [cat, cup, dog]\n");
    const ImageFiles images = images_of(directory, {"a", "unlabelled"});
    const auto boxes = read_annotations({directory / "labels", "yolo", {}, false}, images);
    REQUIRE(boxes.size() == 1);
    CHECK(boxes[0].boxes[0].box.units == Units::fraction);
    CHECK(words(boxes) == Words{"a 000 cat 0: 0.375 0 0.25 0.5", "a 001 cup 1: 0.25 0.375 0.5 0.25",
                                "a 002 dog 2: 0.25 0.125 0.25 0.625"});
}

TEST_CASE("YOLO: names of classes lie beside the labels, or else above them") {
    const scratch::Directory directory;
    directory.file("labels/a.txt", "1 0.5 0.5 0.5 0.5\n2 0.5 0.5 0.5 0.5\n");
    const ImageFiles images = images_of(directory, {"a"});
    const auto category = [&] { return read(directory / "labels", "yolo", images).front(); };
    CHECK(category() == "a 000 1 1: 0.25 0.25 0.5 0.5");
    directory.file("obj.names", "dog\r\nbird \n");
    CHECK(category() == "a 000 bird 1: 0.25 0.25 0.5 0.5");
    directory.file("labels/classes.txt", "cat\ncup\n");
    CHECK(category() == "a 000 cup 1: 0.25 0.25 0.5 0.5");
    CHECK(read(directory / "labels", "yolo", images, {"cup"}).size() == 1);
    CHECK(read(directory / "labels", "yolo", images, {"cat"}).empty());  // declared, but of no box
    CHECK(read(directory / "labels" / "a.txt", "yolo", images).back() == "a 001 2 2: 0.25 0.25 0.5 0.5");
}

TEST_CASE("YOLO: a row whose class cannot be read is of none, whatever category is asked for") {
    const scratch::Directory directory;
    directory.file("labels/a.txt", "x 0.5 0.5 0.5 0.5\n1 0.5 0.5 0.5 0.5\n");
    directory.file("labels/classes.txt", " cat\t\ndog\n");
    for (const char* category : {"cat", "dog"}) {
        const Words all = read(directory / "labels", "yolo", images_of(directory, {"a"}), {category});
        CHECK(holds(all.front(), "a 000 - -: field 1: a number is needed, not 'x'"));
        CHECK(all.size() == (category == std::string("dog") ? 2 : 1));
    }
}

TEST_CASE("YOLO: a blank line among the names of classes counts") {
    const scratch::Directory directory;
    directory.file("labels/a.txt", "2 0.5 0.5 0.5 0.5\n1 0.5 0.5 0.5 0.5\n");
    directory.file("labels/classes.txt", "cat\n\ncup\n\n");
    CHECK(read(directory / "labels", "yolo", images_of(directory, {"a"})) ==
          Words{"a 000 cup 2: 0.25 0.25 0.5 0.5", "a 001 1 1: 0.25 0.25 0.5 0.5"});
}

TEST_CASE("YOLO: lines that are none fail by themselves") {
    const scratch::Directory directory;
    const ImageFiles images = images_of(directory, {"a"});
    const auto second = [&](const std::string& line) {
        directory.file("labels/a.txt", "0 0.5 0.5 0.25 0.2\n" + line + "\n");
        const Words all = read(directory / "labels", "yolo", images);
        CHECK(all.front() == "a 000 0 0: 0.375 0.4 0.25 0.2");
        return all.back();
    };
    CHECK(second("0 1.01 0 1 1") == "a 001 0 0: 0.51 -0.5 1 1");
    for (const char* line : {"0 1.02 0.5 1 1", "0 -0.02 0.5 1 1", "0 0.5 0.5 1.02 1", "0 320 240 64 64"}) {
        CHECK(holds(second(line),
                    "a 001 0 0: fractions of the image's width and height are needed, of 0 to 1, not "));
    }
    CHECK(holds(second("0 0.5 0.5 1"), "five numbers"));
    CHECK(holds(second("0.5 0.5 0.5 1 1"),
                "a class is a whole number of 0 or more, 1000000000 at most, not 0.5"));
    // float64 rounds it to its neighbour.
    CHECK(holds(second("9007199254740993 0.5 0.5 1 1"), "not 9007199254740993"));
    CHECK(holds(second("-1 0.5 0.5 1 1"), "a class is a whole number"));
    CHECK(holds(second("0 0.5 five 1 1"), "field 3: a number is needed, not 'five'"));
}

namespace {

/// What a row is that begins with a class, 0, and four numbers that may be a box as well as two corners.
class Rows {
  public:
    /// With a "data.yaml" of this content, unless it is empty.
    explicit Rows(const std::string& data_yaml = "") {
        if (!data_yaml.empty()) directory_.file("labels/data.yaml", data_yaml);
    }

    /// In the labels of "a", beside which there is an image "deep/b".
    [[nodiscard]] std::string of(const std::string& rest) const {
        directory_.file("labels/a.txt", "0 0.5 0.5 0.25 0.5 " + rest + "\n");
        return read(directory_ / "labels", "yolo", images_of(directory_, {"a", "deep/b"})).front();
    }

    void add(const std::string& name, const std::string& content) const { directory_.file(name, content); }

  private:
    scratch::Directory directory_;
};

const std::string box_itself = "a 000 0 0: 0.375 0.25 0.25 0.5";
const std::string keypoints_or_polygon =
    "a 000 0 0: may be a box with keypoints, or a polygon; put the data set's data.yaml beside";

}  // namespace

TEST_CASE("YOLO: without a data.yaml a row is what it can be alone, or fails") {
    const Rows rows;
    for (const char* one : {"0.91", "0.91 3", "0.91 3.0", "0.91 1e6",  // a confidence and a track
                            "0.4 0.5 2 0.6 0.5 1", "0.4 0.5 2 0.6 0.5 1 0 0 0", "0.4 0.5 2"}) {
        CAPTURE(one);
        CHECK(rows.of(one) == box_itself);
    }
    for (const char* several : {"0.75 0.25",                 // one keypoint, or a triangle
                                "0.4 0.5 0.6 0.75",          // two keypoints, or four corners
                                "0.4 0.5 0.9 0.6 0.75 0.8",  // with the confidences of predicted keypoints
                                "0.4 0.5 0.9 0.6 0.75 0.8 0.91", "0.4 0.5 0.9 0.6 0.75 0.8 0.91 3",
                                "0.4 1 1 0.6 1 1", "0.4 0.5 1"}) {
        CAPTURE(several);
        CHECK(holds(rows.of(several), keypoints_or_polygon));
    }
    CHECK(holds(rows.of("0.75 1"), "may be a box with its confidence and track, or a triangle"));
    CHECK(holds(rows.of("0.4 nan"), "field 7: a finite number is needed, not nan"));
}

TEST_CASE("YOLO: behind a box stand a confidence of 0 to 1, a whole track, or both") {
    for (const char* yaml : {"", "names: [0]\n", "names: [0]\nkpt_shape: [1, 2]\n"}) {
        CAPTURE(yaml);
        const Rows rows(yaml);
        for (const char* one : {"0", "1", "0.5", "7", "0 7", "1 7"}) {
            CAPTURE(one);
            CHECK(rows.of(one) == box_itself);
        }
        for (const char* angle : {"1.57", "-0.7", "-3", "1e300"}) {
            CAPTURE(angle);
            CHECK(holds(rows.of(angle),
                        "a confidence of 0 to 1 or the whole number of a track is needed, not"));
        }
    }
    CHECK(holds(Rows().of("-3 5"), "a confidence lies between 0 and 1, not at -3"));
    CHECK(holds(Rows("kpt_shape: [2, 2]\nnames: [0]\n").of("0.1 0.1 0.2 0.2 1.5"), "is needed, not 1.5"));
    CHECK(holds(Rows("kpt_shape: [2, 2]\nnames: [0]\n").of("0.1 0.1 0.2 0.2 0.9 0.5"),
                "a track is a whole number, not 0.5"));
}

TEST_CASE("YOLO: names of classes are UTF-8, since others would be other names, or one") {
    const scratch::Directory directory;
    const ImageFiles images = images_of(directory, {"a"});
    directory.file("labels/a.txt", "0 0.5 0.5 0.25 0.5\n1 0.5 0.5 0.25 0.5\n");
    const auto refused = [&] { return refusal_of(directory / "labels", "yolo", images); };
    const auto lines = directory.file("labels/classes.txt", "chat\n\xe9l\xe8ve\n");
    CHECK(refused() == lines.string() + ":2: is not UTF-8; convert the file from its encoding");
    std::filesystem::remove(lines);
    const auto yaml = directory.file("labels/data.yaml", "# \n\nnames: [\xe9, \xe8]\n");
    CHECK(refused() == yaml.string() + ":3: is not UTF-8; convert the file from its encoding");
}

TEST_CASE("YOLO: beside angles beyond 1 those of 0 to 1 are no confidences") {
    const scratch::Directory directory;
    const std::string box = "0 0.5 0.5 0.25 0.5";
    directory.file("labels/a.txt", box + " 0.4\n" + box + " 0\n" + box + " 7\n" + box + "\n");
    directory.file("labels/b.txt", box + " 1.57\n");
    const auto scores = [&](const std::vector<std::string>& names) {
        return scores_in(directory / "labels", "yolo", images_of(directory, names));
    };
    CHECK(scores({"a"}) == Words{"0.40", "-", "-", "-", "-"});  // and b's, which has no image here
    const Words read_beside = read(directory / "labels", "yolo", images_of(directory, {"a", "b"}));
    CHECK(holds(read_beside[0], "may be a box with its confidence, or one rotated by an angle, as others"));
    CHECK(read_beside[1] == "a 001 0 0: 0.375 0.25 0.25 0.5");
    CHECK(read_beside[2] == "a 002 0 0: 0.375 0.25 0.25 0.5");
    CHECK(read_beside[3] == "a 003 0 0: 0.375 0.25 0.25 0.5");
}

TEST_CASE("YOLO: a confidence is a box's score; a single 0 or 1 may be a track, and is none") {
    const auto scores_of = [](const char* yaml, const std::string& rows) {
        const scratch::Directory directory;
        directory.file("labels/a.txt", rows);
        if (*yaml != '\0') directory.file("labels/data.yaml", yaml);
        return scores_in(directory / "labels", "yolo", images_of(directory, {"a"}));
    };
    const std::string box = "0 0.5 0.5 0.25 0.5";
    const std::string rows = box + "\n" + box + " 0.75\n" + box + " 7\n" + box + " 0\n" + box + " 1\n" + box +
                             " 0.25 7\n" + box + " 1 3\n";
    const Words expected{"-", "0.75", "-", "-", "-", "0.25", "1.00"};
    CHECK(scores_of("", rows) == expected);
    CHECK(scores_of("names: [0]\nkpt_shape: [2, 2]\n", rows) == expected);
    const std::string pose = box + " 0.4 0.5 0.6 0.75";
    CHECK(scores_of("names: [0]\nkpt_shape: [2, 2]\n", pose + "\n" + pose + " 0.5\n" + pose + " 0.5 7\n" +
                                                           pose + " 7\n") == Words{"-", "0.50", "0.50", "-"});
    const std::string polygon = "0 0.25 0.5 0.4 0.5 0.6 0.75";
    CHECK(scores_of("names: [0]\n", polygon + "\n" + polygon + " 0.4 0.9\n" + polygon + " 0.5\n" + polygon +
                                        " 0.75 3\n" + polygon + " 1\n" + polygon + " 2\n") ==
          Words{"-", "-", "0.50", "0.75", "-", "-"});
}

TEST_CASE("YOLO: a data.yaml without keypoints makes polygons of rows beyond a box") {
    const Rows rows("names: [0]\n");
    CHECK(rows.of("0.91 3") == box_itself);
    CHECK(rows.of("0.75 0.25") == "a 000 0 0: 0.25 0.25 0.5 0.25");
    // Four corners, and behind them a confidence, or that and a track.
    for (const char* rest : {"", " 0.91", " 0.91 3", " 1 3"}) {
        CAPTURE(rest);
        CHECK(rows.of("0.4 0.5 0.6 0.75" + std::string(rest)) == "a 000 0 0: 0.25 0.5 0.35 0.25");
    }
    // A track of 1, or a fifth corner at the image's border; where that makes no difference it is no matter.
    const std::string to_border = "a 000 0 0: 0.25 0.5 0.66 0.5";
    CHECK(rows.of("0.4 0.5 0.6 0.75 0.91 1") == to_border);
    CHECK(rows.of("0.4 0.5 0.6 0.75 0.91 0") == "a 000 0 0: 0.25 0 0.66 0.75");
    for (const std::string shows_tracks :
         {"0.5 0.5 0.7 0.7 0.9 0.9 0.91 2", "0.6 0.6 0.8", "0.91", "0.91 2", "2"}) {
        CAPTURE(shows_tracks);
        rows.add("labels/deep/b.txt", "0 0.5 0.5 0.25 0.5 " + shows_tracks + "\n");
        CHECK(holds(rows.of("0.4 0.5 0.6 0.75 0.91 1"), "may be a polygon with its confidence and track"));
        CHECK(holds(rows.of("0.4 0.5 0.6 0.75 0.91 0"), "may be a polygon with its confidence and track"));
        // Where none is a polygon beyond doubt, it is a box.
        const bool has_polygon = shows_tracks.size() > 6;
        CHECK((has_polygon
                   ? holds(rows.of("0.75 1"), "may be a box with its confidence and track, or a triangle")
                   : rows.of("0.75 1") == box_itself));
        CHECK(rows.of("0.6 1 0.3 1") == "a 000 0 0: 0.25 0.5 0.35 0.5");
    }
    rows.add("labels/deep/b.txt", "0 0.5 0.5 0.25 0.5\n");
    CHECK(rows.of("0.4 0.5 0.6 0.75 0.91 1") == to_border);
    // A box with a track of 1 is as likely as a triangle, unless there are polygons.
    CHECK(holds(rows.of("0.75 1"), "may be a box with its confidence and track, or a triangle"));
    rows.add("labels/deep/b.txt", "0 0.5 0.5 0.25 0.5 0.4 0.5 0.6 0.75\n");
    CHECK(rows.of("0.75 1") == "a 000 0 0: 0.25 0.5 0.5 0.5");
    for (const char* rest : {"0.4 0.5 1 0.6 0.5 1", "0.4 0.5 1 0 0 0"}) {
        CAPTURE(rest);
        CHECK(holds(rows.of(rest),
                    "may be a box with keypoints, or a polygon; its data.yaml has no kpt_shape"));
    }
    rows.add("labels/deep/b.txt", "0 0.5 0.5 0.25 0.5 0.4 0.5 0.6 0.75 0.9 0.2 0.1 0.3 0.7 0.6\n");
    CHECK(rows.of("0.6 0.75 0 0.6 0.5 1") == "a 000 0 0: 0 0.5 0.6 0.5");
    CHECK(rows.of("0.4 0.5 2 0.6 0.5 1") == box_itself);  // a 2 is no coordinate
    CHECK(holds(rows.of("0.4 0.5 1.5"), "a confidence lies between 0 and 1, not at 1.5"));
}

TEST_CASE("YOLO: rows of many lengths are polygons, and rows of one length need not be") {
    const Rows rows;
    const std::string corners = "0 0.5 0.5 0.25 0.5 0.4 0.5 0.6 0.75";
    const std::string polygon = "a 000 0 0: 0.25 0.5 0.35 0.25";
    rows.add("labels/deep/b.txt", corners + " 0.1\n" + corners + " 0.1 7\n");  // a confidence and a track
    CHECK(holds(rows.of("0.4 0.5 0.6 0.75"), keypoints_or_polygon));
    rows.add("labels/deep/b.txt", corners + " 0.1 0.1 0.2\n");
    CHECK(rows.of("0.4 0.5 0.6 0.75") == polygon);
    CHECK(rows.of("0.4 0.5 2 0.6 0.5 1") == box_itself);  // a 2 is no coordinate all the same
    CHECK(holds(rows.of("0.4 0.5 1 0.6 0.5 1 0.7 0.5 1 0 0 0"), keypoints_or_polygon));
}

TEST_CASE("YOLO: what lies beside the labels and belongs to no input says nothing of their rows") {
    const Rows rows;
    rows.add("labels/stray.txt", "1 2 3 4 5 6 7 8 9 10\n");
    CHECK(rows.of("0.4 0.5 1 0.6 0.5 1 0 0 0") == box_itself);
    rows.add("labels/stray.txt", "0 0.1 0.1 0.2 0.2 0.3 0.3 0.4 0.4 0.5 0.5 0.6 0.6\n");
    CHECK(holds(rows.of("0.4 0.5 0.6 0.75"), keypoints_or_polygon));
}

TEST_CASE("YOLO: with kpt_shape in data.yaml a row is a box and its keypoints") {
    const Rows with_visibility("kpt_shape: [2, 3]\nnames:\n  0: 0\n");
    for (const char* rest : {"", "0.91", "0.91 1", "0.4 0.5 2 0.6 0.5 1", "0.4 0.5 0.93 0.6 0.5 0.08",
                             "0.4 0.5 0.93 0.6 0.5 0.08 0.91", "0.4 0.5 0.93 0.6 0.5 0.08 0.91 1"}) {
        CAPTURE(rest);
        CHECK(with_visibility.of(rest) == box_itself);
    }
    CHECK(holds(with_visibility.of("0.4 0.5 0.6 0.75"),
                "has 9 numbers, and with the kpt_shape [2, 3] of its data.yaml it has 11"));
    CHECK(Rows("names: [0]\nkpt_shape: [2, 2]\n").of("0.4 0.5 0.6 0.75") == box_itself);
    CHECK(Rows("names: [0]\nkpt_shape: null\n").of("0.75 0.25") == "a 000 0 0: 0.25 0.25 0.5 0.25");
}

TEST_CASE("YOLO: data.yaml names classes from the labels' directory or two above, in a list or a map") {
    const scratch::Directory directory;
    directory.file("train/labels/a.txt", "1 0.5 0.5 0.5 0.5\n");
    const ImageFiles images = images_of(directory, {"a"});
    const auto category = [&](const std::string& name, const std::string& content) {
        const auto file = directory.file(name, content);
        const std::string word = read(directory / "train/labels", "yolo", images).front().substr(6);
        std::filesystem::remove(file);
        return word.substr(0, word.find(' '));
    };
    CHECK(category("data.yaml", "train: ../train/images\nnc: 2\nnames: ['cat', \"cup\"]  # two\n") == "cup");
    CHECK(category("train/data.yaml", "names:\n- cat\n- no\n") == "no");  // a text, as it stands
    CHECK(category("train/labels/dataset.yml", "\xEF\xBB\xBFnames:\n  0: cat\n  1: cup\n") == "cup");
    CHECK(category("data.yaml", "names: {1: cup}\nnc: 2\n") == "cup");
    CHECK(category("data.yaml", "version: 2\nservices: {a: b}\n") == "1");  // of something else
    CHECK(category("data.yaml", "names: [cat, ]\n") == "1");

    const auto refused = [&](const std::string& content) {
        directory.file("data.yaml", content);
        return refusal_of(directory / "train/labels", "yolo", images);
    };
    CHECK(holds(refused("names: [cat\n"), "data.yaml:"));
    CHECK(holds(refused("nc: 1\nnames: {cat: 0}\n"),
                "data.yaml:2: names: a class is a whole number of 0 or more"));
    CHECK(holds(refused("names: cat\n"), "data.yaml:1: names is a list, or a map"));
    CHECK(holds(refused("names: {1: a, 1: b}\n"), "class 1 is named twice"));
    CHECK(holds(refused("names: [[a]]\n"), "the name of class 0 is a text"));
    for (const char* shape : {"17", "[17]", "[0, 3]", "[17, 4]", "[a, 3]", "[-1, 2]"}) {
        CAPTURE(shape);
        CHECK(holds(refused("names: [a]\nkpt_shape: " + std::string(shape)), "data.yaml:2: kpt_shape"));
    }
}

TEST_CASE("YOLO: where data.yaml and classes.txt differ in names, that is told") {
    const scratch::Directory directory;
    directory.file("labels/a.txt", "1 0.5 0.5 0.5 0.5\n");
    directory.file("labels/classes.txt", "cat\ncup\n");
    directory.file("data.yaml", "names: [cat, cup]\n");
    const ImageFiles images = images_of(directory, {"a"});
    CHECK(warnings_of(directory / "labels", "yolo", images).empty());
    directory.file("data.yaml", "names: [cup, cat]\n");
    const Words told = warnings_of(directory / "labels", "yolo", images);
    REQUIRE(told.size() == 1);
    CHECK(holds(told[0], "classes.txt: the names of classes are taken from here, and "));
    CHECK(read(directory / "labels", "yolo", images) == Words{"a 000 cup 1: 0.25 0.25 0.5 0.5"});
}

TEST_CASE("a category is asked for by its name, or by a number that is no name") {
    const scratch::Directory directory;
    directory.file("labels/a.txt", "0 0.5 0.5 0.5 0.5\n1 0.5 0.5 0.25 0.25\n2 0.5 0.5 1 1\n");
    directory.file("labels/classes.txt", "1\n0\ncat\nnone\n");
    const ImageFiles images = images_of(directory, {"a"});
    CHECK(read(directory / "labels", "yolo", images, {"1"}) == Words{"a 000 1 0: 0.25 0.25 0.5 0.5"});
    CHECK(read(directory / "labels", "yolo", images, {"2"}) == Words{"a 002 cat 2: 0 0 1 1"});
    CHECK(read(directory / "labels", "yolo", images, {"3"}).empty());  // declared, but of no box
}
