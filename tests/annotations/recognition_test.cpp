#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "annotations/annotation_words.hpp"
#include "refusals.hpp"
#include "scratch_directory.hpp"

// Formats of annotations, told by what a file holds.

using namespace glimpse;
using namespace annotation_words;

TEST_CASE("rows of other trackers are not taken for MOT's or GOT-10k's") {
    const scratch::Directory directory;
    const ImageFiles images = images_of(directory, {"1"});
    for (const char* content : {"1 262 126 262 229 323 229 323 126\n",          // ALOV's corners
                                "0 98 62 130 118 1 0 0 0 \"Biker\"\n",          // the Stanford drones'
                                "0.1,0.2,0.3,0.4\n", "0.5 0.5 0.25 0.25\n"}) {  // fractions
        CAPTURE(content);
        CHECK(holds(refusal_of(directory.file("f", content), "", images), "its format is not clear"));
    }
}

TEST_CASE("a format is told by what a file holds, unless that may be mistaken") {
    const scratch::Directory directory;
    const ImageFiles images = images_of(directory, {"1"});
    const auto read_as = [&](const std::string& content) {
        return read(directory.file("f", content), "", images).front();
    };
    CHECK(read_as("2,3,4,5\n") == "1 000 - -: 1 2 4 5");               // GOT-10k
    CHECK(read_as("0 0.5 0.5 0.5 1\n") == "1 000 0 0: 0.25 0 0.5 1");  // YOLO
    CHECK(read_as("1,7,2,3,4,5,1\n") == "1 7 - -: 1 2 4 5");           // MOT
    // A comma beside semicolons is a decimal one.
    CHECK(read_as("1;7;11,5;21;30;16;1\n1;8;2;3;4;5;1\n") ==
          "1 7 - -: field 3: a number is needed, not '11,5'");
    // A row of a track that is no whole number fails by itself.
    CHECK(read_as("1,7.5,2,3,4,5,1\n1,7,2,3,4,5,1\n") ==
          "1 000 - -: the track is a whole number of up to 15 digits, not '7.5'");
    // A minority of other lengths, too, whether the last row is cut off or a note.
    const ImageFiles three = images_of(directory, {"1", "2", "3"});
    const auto read_three = [&](const std::string& content) {
        return read(directory.file("f", content), "", three);
    };
    CHECK(read_three("2,3,4,5\n6,7,8,9\n6,7,8\n") ==
          Words{"1 000 - -: 1 2 4 5", "2 000 - -: 5 6 8 9",
                "3 000 - -: four numbers \"left, top, width, height\" are needed, not 3"});
    CHECK(holds(read_three("1,7,2,3,4,5,1\n2,7,2,3,4,5,1\n3,7\n").back(), "is needed, not 2 fields"));
    CHECK(read_as("0 0.5 0.5 0.5 1\n0 0.5 0.5 0.5 1\n0 0.5 0.5\n") == "1 000 0 0: 0.25 0 0.5 1");
    CHECK(holds(read_as(",,,,,,\n1,7,2,3,4,5,1\n1,8,2,3,4,5,1\n"), "1 7 - -: 1 2 4 5"));
    CHECK(holds(read_as(" \n<annotation><object/></annotation>"), "has no <bndbox>"));
    for (const char* content : {"", "{}", "1,7,2,3,4,5\n", "0 0.5 0.5 0.5 1.5\n", "1,2,3,4\n1,2,3,4,5\n"}) {
        CAPTURE(content);
        CHECK(holds(refusal_of(directory.file("f", content), "", images), "its format is not clear"));
    }
    for (const char* content : {"1,11,21,40,36,0.9,0\n",           // corners, confidence, class
                                "1,10,20,10,20,20,15,25,10,20\n",  // five corners
                                "0,1,7,2,3,4,5,1,-1,-1,-1\n", "0,1,7,2,3,40,50\n"}) {  // behind an index
        CAPTURE(content);
        CHECK(holds(refusal_of(directory.file("f", content), "", images), "its format is not clear"));
    }
    for (const char* format : {"", "mot"}) {
        CHECK(holds(
            refusal_of(directory.file("f", "0,1,2,3,4,5,6\n1,7,2,3,4,5,1\n1,8,2,3,4,5,1\n"), format, images),
            "f:1: numbers the columns, and is no row of a box; remove it"));
    }
    CHECK(holds(refusal_of(directory.file("f", "0,1,2,3\n2,3,4,5\n"), "got10k", images),
                "f:1: numbers the columns"));
    CHECK(holds(refusal_of(directory / "f", "kitti", images), "'kitti' is none of coco, yolo, voc, mot"));
}

TEST_CASE("what is known and not read is named") {
    const scratch::Directory directory;
    const ImageFiles images = images_of(directory, {"1"});
    const auto refused = [&](const std::string& content) {
        return refusal_of(directory.file("f", content), "", images);
    };
    CHECK(holds(refused(R"([{"image_id": 1, "bbox": [1, 2, 3, 4], "score": 1}])"),
                "the results of a detector"));
    CHECK(holds(refused(R"([{"data": {"image": "a"}, "annotations": []}])"), "Label Studio"));
    CHECK(holds(refused(R"([{"image": "a", "annotations": [{"coordinates": {}}]}])"), "CreateML"));
    CHECK(holds(refused("<?xml version=\"1.0\"?>\n<annotations><image/></annotations>"), "CVAT"));
    CHECK(holds(refused("1.5,2,40,20,40,36,10,36\n"), "VOT's corners"));
    CHECK(holds(refused("1,2,30,40,50,4,0,0\n"), "VOT's corners"));  // or MOT
    for (const char* rows : {"1,2,30,40,1,4,0,0\n", "684,8,273,116,0,0,0,0\n406,119,265,70,1,11,1,2,\n"}) {
        CAPTURE(rows);
        CHECK(holds(refused(rows), "VisDrone's lines"));
    }
    CHECK(holds(refused("684,8,273,116,0,12,0,0\n"), "VOT's corners"));
    CHECK(holds(refused("1,0,593,43,174,190,1,4,0,0\n2,0,592,43,174,189,1,4,0,1\n"),
                "VisDrone's of a sequence"));
    for (const char* behind : {"-1,-1,-1", "0.5,3,2", "1,1,0.9"}) {
        CHECK(holds(
            read(directory.file("f", "1,7,2,3,4,5,1," + std::string(behind) + "\n"), "", images).front(),
            "1 2 4 5"));
    }
    CHECK(holds(
        refused(R"({"imgHeight": 1024, "imgWidth": 2048, "objects": [{"label": "car", "polygon": []}]})"),
        "Cityscapes"));
    CHECK(holds(refused(R"({"size": {}, "objects": [{"classTitle": "cat", "points": {}}]})"), "Supervisely"));
    CHECK(holds(refused(R"([{"name": "a.jpg", "labels": [{"category": "car", "box2d": {}}]}])"), "BDD100K"));
    CHECK(holds(refused("0--Parade/0_Parade_1.jpg\n1\n449 330 122 149 0 0 0 0 0 0 \n"), "WIDER FACE"));
    CHECK(holds(refused("m10,10,40,40,3,5,10,6,4\nm0,10,40,40,7\n"), "VOT's masks"));
    CHECK(holds(refused(R"({"videos": [{"id": 1}], "annotations": [], "categories": []})"), "YouTube-VIS"));
    for (const char* table : {"frame,track,x,y,w,h,c\n1,2,3,4,5,6,1\n", "left,top,width,height\n1,2,3,4\n",
                              "filename,width,height,class,x,y,x,y\na.png,80,60,cat,1,2,3,4\n",
                              "image,xmin,ymin,xmax,ymax\n", "image\txmin\tymin\txmax\tymax"}) {
        CAPTURE(table);
        CHECK(holds(refused(table), "a table with a header"));
    }
    CHECK(holds(refused("\"1\",\"7\",\"2\",\"3\",\"4\",\"5\",\"1\"\n"), "rows of numbers in quotes"));
    CHECK(holds(refused("Car 0.00 0 -1.5 1 2 3 4 5 6\n"), "its format is not clear"));
    CHECK(holds(
        refused(
            "Car 0.00 0 -1.5 1 2 3 4 5 6 7 8 9 10 11\nDontCare -1 -1 -10 1 2 3 4 -1 -1 -1 -1 -1 -1 -10\n"),
        "KITTI's lines"));
    CHECK(holds(refused("0 1 Van 0 0 -1.7 296 161 455 292 2 1.8 4.4 -4.5 1.8 13.4 -2.1\n"), "KITTI's lines"));
    const auto results = directory.file("f", R"([{"image_id": 1, "bbox": [1, 2, 3, 4], "score": 1}])");
    CHECK(holds(refusal_of(results, "coco", images), "the results of a detector"));
    CHECK(holds(refused("imagesource:GoogleEarth\ngsd:0.1\n1 2 3 4 5 6 7 8 plane 0\n1 2 3 4 5 6 7 8 ship 1\n"
                        "9 2 3 4 5 6 7 8 ship 1\n"),
                "DOTA's corners"));
    CHECK(holds(refused("train: images\nnc: 1\nnames: ['cat']\n"), "the description of a YOLO data set"));
    CHECK(holds(refused(R"([{"id": 1, "image": "a.png", "label": [{"rectanglelabels": ["cat"]}]}])"),
                "Label Studio"));
    CHECK(holds(refused(R"({"a.png1": {"regions": [{"shape_attributes": {"name": "rect"}}]}})"),
                "VGG Image Annotator"));
    CHECK(holds(refused(R"({"info": {}, "items": [{"id": "a", "annotations": []}]})"), "Datumaro"));
    for (const std::string_view wide : {std::string_view("\xFF\xFE{\0}\0", 6), std::string_view("\0{\0}", 4),
                                        std::string_view("1\0 \0", 4)}) {
        CHECK(holds(refused(std::string(wide)), "is UTF-16, or no text; convert it to UTF-8"));
    }
    CHECK(holds(refused("one two three four five six seven\n"), "its format is not clear"));
    CHECK(holds(refused("one,two\n"), "its format is not clear"));
}

TEST_CASE("what is known and not read is named in directories, too") {
    const scratch::Directory directory;
    const ImageFiles images = images_of(directory, {"1", "2"});
    const std::string dota = "1 2 3 4 5 6 7 8 plane 0\n1 2 3 4 5 6 7 8 ship 1\n";
    const std::string yolo = "0 0.5 0.5 0.2 0.2\n";
    const auto problem_of = [&](const std::string& name, const std::string& format) {
        return read(directory / name, format, images).front();
    };
    // Of each image by itself.
    directory.file("dota/1.txt", dota);
    directory.file("dota/2.txt", yolo);
    CHECK(holds(problem_of("dota", ""), "1.txt: is DOTA's corners"));
    directory.file("nothing/1.txt", "imagesource:GoogleEarth\ngsd:0.1463\n");
    directory.file("nothing/2.txt", yolo);
    CHECK(holds(problem_of("nothing", ""), "1.txt: is DOTA's corners"));
    directory.file("cvat/1.xml", "<annotations><image/></annotations>");
    CHECK(holds(problem_of("cvat", ""), "1.xml: is CVAT's XML"));
    directory.file("drone/1.txt", "684,8,273,116,0,0,0,0\n");
    CHECK(holds(problem_of("drone", "yolo"), "1.txt: is VisDrone's lines"));
    // A file that is wrong in another way says that.
    directory.file("yolo/1.txt", "0 0.5 0.5 0.2\n");
    CHECK(holds(problem_of("yolo", ""), "five numbers"));
    // Where no file is of an image, the first tells what they are.
    directory.file("vis/instances.json", R"({"videos": [], "annotations": []})");
    CHECK(holds(refusal_of(directory / "vis", "", images), "instances.json: is YouTube-VIS's JSON"));
    directory.file("coco/instances.json", R"({"images": [], "annotations": []})");
    CHECK(holds(refusal_of(directory / "coco", "", images),
                "instances.json: is coco, one file of all images; give the file itself, as that"));
    directory.file("vot/groundtruth.txt", "m10,10,40,40,3,5\n");
    CHECK(holds(refusal_of(directory / "vot", "", images), "groundtruth.txt: is VOT's masks"));
    directory.file("table/a.csv", "image,xmin,ymin,xmax,ymax\na.png,1,2,3,4\n");
    CHECK(holds(refusal_of(directory / "table", "", images), "a.csv: is a table with a header"));
    directory.file("names/classes.txt", "cat\n");
    CHECK(holds(refusal_of(directory / "names", "", images), "holds no .txt file of the name of an image"));
}
