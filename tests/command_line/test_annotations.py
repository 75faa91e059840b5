"""Boxes that somebody has drawn already, in each format of data sets."""

import json
import os

import numpy
from PIL import Image

from glimpse_case import GlimpseCase

VOC = """<annotation>
  <folder>VOC2007</folder><filename>photo.jpg</filename>
  <size><width>40</width><height>30</height><depth>3</depth></size>
  <object><name>cat</name><pose>Left</pose><difficult>0</difficult>
    <bndbox><xmin>3</xmin><ymin>5</ymin><xmax>12</xmax><ymax>9</ymax></bndbox></object>
  <object><name>cup</name>
    <bndbox><xmin>36</xmin><ymin>26</ymin><xmax>45</xmax><ymax>35</ymax></bndbox></object>
</annotation>
"""


def coco(images, annotations, categories=("cat", "cup"), **size):
    return json.dumps({"info": {"year": 2014}, "licenses": [],
                       "images": [{"id": k, "file_name": name, **size} for k, name in images],
                       "annotations": annotations,
                       "categories": [{"id": k + 1, "name": name, "supercategory": "thing"} for k, name in enumerate(categories)]})


def boxed(identity, image, category, box, **more):
    return {"id": identity, "image_id": image, "category_id": category, "bbox": box, "iscrowd": 0,
            "segmentation": [[1.5, 2.5, 3.5, 4.5]], **more}


class Annotations(GlimpseCase):
    def extract(self, *arguments, **options):
        return self.run_glimpse("extract", *arguments, "-o", self.out, **options)

    def assert_crop(self, name, pixels, x0, y0, x1, y1):
        """The output holds these pixels, black where they lie outside."""
        height, width = pixels.shape[:2]
        expected = numpy.zeros((y1 - y0, x1 - x0, *pixels.shape[2:]), pixels.dtype)
        left, top, right, bottom = max(x0, 0), max(y0, 0), min(x1, width), min(y1, height)
        expected[top - y0:bottom - y0, left - x0:right - x0] = pixels[top:bottom, left:right]
        numpy.testing.assert_array_equal(self.load(name), expected)


class Pipes(GlimpseCase):
    def test_a_pipe_beside_labels_is_not_waited_for(self):
        self.picture("train/1.png")
        self.file("labels/1.txt", "0 0.5 0.5 0.2 0.2\n")
        for name in ("2.txt", "classes.txt"):
            pipe = self.path(f"labels/{name}")
            os.mkfifo(pipe)
            self.fails(2, "extract", "train", "--boxes", "labels", "-o", self.out, says=[f"labels/{name}: it is not a regular file"])
            pipe.unlink()


class SkippedEntries(Annotations):
    def test_are_told_as_without_annotations(self):
        self.picture("images/a.png")
        self.file("images/x.txt", "x")
        self.picture("images/deep/b.png")
        file = self.file("images/instances.json", coco([(9, "a.png")], [boxed(101, 9, 1, [2, 3, 10, 5])]))
        result = self.extract("images", "--boxes", file)
        self.assertEqual(result.stderr, "glimpse: warning: images: skipped 2 entries: 1 .txt, 1 directory\n")
        result = self.extract("images", "--boxes", file, "--dry-run")
        self.assertIn("images/deep: skipped: directory\n", result.stderr)

    def test_annotations_beside_their_images_are_none(self):
        self.picture("images/a.png")
        self.file("images/a.txt", "0 0.5 0.5 0.2 0.2\n")
        self.file("images/classes.txt", "cat\n")
        self.file("images/notes.md", "notes")
        result = self.extract("images", "--boxes", "images", "--boxes-format", "yolo")
        self.assertEqual(result.stderr, "glimpse: warning: images: skipped 1 entry: 1 .md\n")


class Coco(Annotations):
    def test_boxes_are_joined_to_files(self):
        _, a = self.picture("images/a.png")
        _, b = self.picture("images/deep/b.png", width=50)
        file = self.file("instances.json", coco([(7, "deep/b.png"), (9, "a.png"), (11, "unused.png")],
                                                [boxed(101, 9, 1, [2, 3, 10, 5]), boxed(102, 7, 2, [45, 20, 10, 20]),
                                                 boxed(103, 9, 2, [0, 0, 40, 30])]))
        self.extract("images/", "--boxes", file)
        self.assertEqual(self.files(), ["a.101.png", "a.103.png", "deep/b.102.png"])
        self.assert_crop("a.101.png", a, 2, 3, 12, 8)
        self.assert_crop("deep/b.102.png", b, 45, 20, 55, 40)

    def test_an_image_given_by_itself(self):
        photo, pixels = self.picture("elsewhere/a.png")
        file = self.file("c.json", coco([(1, "train/a.png")], [boxed(5, 1, 1, [1, 1, 4, 4])]))
        self.extract(photo, "--boxes", file)
        self.assert_crop("a.5.png", pixels, 1, 1, 5, 5)
        self.fails(1, "extract", "gone", photo, "--boxes", file, "-o", self.out, says=["gone: No such file or directory"])

    def test_category(self):
        self.picture("images/a.png")
        file = self.file("c.json", coco([(1, "a.png")], [boxed(5, 1, 1, [1, 1, 4, 4]), boxed(6, 1, 2, [1, 1, 4, 4])]))
        self.extract("images", "--boxes", file, "--category", "cup")
        self.assertEqual(self.files(), ["a.6.png"])
        self.extract("images", "--boxes", file, "--category", "1")
        self.assertEqual(self.files(), ["a.5.png", "a.6.png"])
        self.fails(2, "extract", "images", "--boxes", file, "--zero-based", "-o", self.out, says=["--zero-based", "these are coco"])
        self.fails(2, "extract", "images", "--boxes", file, "--category", "dog", "-o", self.out,
                   says=["--category", "'dog'", "cat, cup"])

    def test_what_is_wrong_with_one_annotation_stops_no_other(self):
        self.picture("images/a.png")
        without = boxed(6, 1, 1, [])
        del without["bbox"]
        file = self.file("c.json", coco([(1, "a.png")], [boxed(5, 1, 1, [1, 1, 4, 4]), without, boxed(7, 1, 1, [1, 1, 0, 4])]))
        self.fails(1, "extract", "images", "--boxes", file, "-o", self.out,
                   says=["glimpse 6: ", "c.json: /annotations/1/bbox: the annotation has no bbox", "glimpse 7: ", "c.json: /annotations/2/bbox: a box", "width and height > 0"])
        self.assertEqual(self.files(), ["a.5.png"])

    def test_names_that_are_not_there_or_climb_out(self):
        self.picture("images/a.png")
        self.picture("secret.png")
        self.picture("blobs/b.png")
        os.symlink(self.directory / "blobs", self.directory / "images" / "link")
        names = [(1, "a.png"), (2, "gone.png"), (3, "../secret.png"), (4, str(self.directory / "secret.png")),
                 (5, "link/b.png"), (6, "a.png\0.jpg")]
        file = self.file("c.json", coco(names, [boxed(k, k, 1, [1, 1, 4, 4]) for k, _ in names]))
        self.fails(1, "extract", "images", "--boxes", file, "-o", self.out, "--strict",
                   says=["gone.png", "not there", "'../secret.png' climbs out", "is absolute", "has a zero character"])
        self.assertEqual(self.files(), ["a.1.png", "link/b.5.png"])

    def test_boxes_that_lie_far_outside_are_told(self):
        self.picture("images/a.png")
        boxes = [[20, 15, 40, 30], [30, 5, 20, 4], [-1, -1, 40, 30]]
        file = self.file("c.json", coco([(1, "a.png")], [boxed(5 + k, 1, 1, box) for k, box in enumerate(boxes)]))
        told = self.run_glimpse("extract", "images", "--boxes", file, "-o", self.out).stderr
        self.assertEqual(told, "glimpse: warning: 2 annotated boxes lie by a quarter or more outside their images (images/a.png: 5); "
                               "see whether their numbers are what they are read as\n")
        self.assertEqual(self.run_glimpse("extract", "images", "--boxes", file, "-o", self.out / "square", "--square").stderr, "")

    def test_boxes_that_seem_to_be_fractions_are_told(self):
        self.picture("images/a.png")
        for boxes, is_told in (([[0.1, 0.2, 0.3, 0.4], [0.5, 0.5, 0.5, 0.5]], True), ([[0.1, 0.2, 0.3, 0.4], [0, 0, 9, 1]], False)):
            file = self.file("c.json", coco([(1, "a.png")], [boxed(5 + k, 1, 1, box) for k, box in enumerate(boxes)]))
            told = self.run_glimpse("extract", "images", "--boxes", file, "-s", "4x4", "-o", self.out, "--existing", "overwrite").stderr
            self.assertEqual("c.json: all of its 2 boxes lie within the first pixel; are these fractions, which are read as pixels here?" in told, is_told)

    def test_boxes_of_categories_that_are_not_named_are_told(self):
        self.picture("images/a.png")
        file = self.file("c.json", coco([(1, "a.png")], [boxed(5, 1, 1, [1, 1, 4, 4]), boxed(6, 1, 99, [1, 1, 4, 4]), boxed(7, 1, None, [1, 1, 4, 4])]))
        for options in ((), ("--category", "cat")):
            told = self.run_glimpse("extract", "images", "--boxes", file, "-o", self.out, "--existing", "overwrite", *options).stderr
            self.assertIn("c.json: 2 boxes have no category, or one that it does not name, such as 99 in images/a.png", told)

    def test_a_name_that_two_directories_have(self):
        for name in ("d1/1.png", "d2/1.png", "d2/2.png"):
            self.picture(name)
        file = self.file("c.json", coco([(1, "1.png"), (2, "2.png")], [boxed(k, k, 1, [1, 1, 4, 4]) for k in (1, 2)]))
        self.fails(1, "extract", "d1", "d2", "--boxes", file, "-o", self.out, says=["it may be d1/1.png or d2/1.png"])
        self.assertEqual(self.files(), ["2.2.png"])

    def test_annotations_without_any_box(self):
        self.picture("images/a.png")
        file = self.file("c.json", coco([(1, "a.png")], []))
        self.fails(0, "extract", "images", "--boxes", file, "-o", self.out, says=["warning: ", "c.json: has no boxes for the inputs"])

    def test_extensions_in_capitals(self):
        self.picture("images/a.png")
        self.picture("images/b.png")
        self.file("labels/a.TXT", "0 0.5 0.5 0.25 0.2\n")
        self.file("labels/b.txt", "0 0.5 0.5 0.25 0.2\n")
        self.file("labels/c.TXT", "0 0.5 0.5 0.25 0.2\n")
        self.fails(0, "extract", "images", "--boxes", "labels", "-o", self.out, says=["lack 1 of the 3 images"])
        self.assertEqual(self.files(), ["a.000.png", "b.000.png"])

    def test_inputs_that_are_a_choice_of_the_annotated_images(self):
        photo, _ = self.picture("images/a.png")
        file = self.file("c.json", coco([(1, "a.png"), (2, "b.png"), (3, "c.png")], [boxed(k, k, 1, [1, 1, 4, 4]) for k in (1, 2, 3)]))
        for source in (photo, "images"):
            result = self.fails(0, "extract", source, "--boxes", file, "-o", self.out)
            self.assertIn("c.json: the inputs lack 2 of the 3 images that it annotates, such as ", result.stderr)
            self.assertEqual(len(result.stderr.splitlines()), 1)
            self.assertEqual(self.run_glimpse("extract", source, "--boxes", file, "-o", self.out, "-q").stderr, "")
            self.fails(1, "extract", source, "--boxes", file, "--strict", "-o", self.out, says=["b.png: ", "c.png: "])
        self.assertEqual(self.files(), ["a.1.png"])
        # That there are fewer of a category makes no difference.
        file = self.file("c.json", coco([(1, "a.png"), (2, "b.png")], [boxed(1, 1, 1, [1, 1, 4, 4]), boxed(2, 2, 2, [1, 1, 4, 4])]))
        self.fails(0, "extract", "images", "--boxes", file, "--category", "cup", "-o", self.out, says=["lack 1 of the 1 images"])
        file = self.file("c.json", coco([(1, "a.png"), (2, "b.png"), (3, "c.png")], [boxed(k, k, 1, [1, 1, 4, 4]) for k in (1, 2, 3, 77)]))
        self.fails(1, "extract", "images", "--boxes", file, "-o", self.out, says=["lack 2 of the 3 images", "no image has the id 77"])
        # Where all are missing, the inputs are the wrong ones.
        other, _ = self.picture("others/z.png")
        self.fails(1, "extract", other, "--boxes", file, "-o", self.out, says=["a.png: ", "b.png: ", "c.png: "])

    def test_an_image_of_another_size_than_was_annotated(self):
        photo, pixels = self.picture("images/a.png")
        self.picture("images/b.png", width=80, height=60)
        file = self.file("c.json", coco([(1, "a.png"), (2, "b.png")], [boxed(k, k, 1, [2, 3, 10, 5]) for k in (1, 2)], width=40, height=30))
        for more in ((), ("--dry-run",)):
            self.fails(1, "extract", "images", "--boxes", file, "-o", self.out, *more,
                       says=["b.png: its annotations are of an image of 40×30 pixels, and it has 80×60; give the image that was annotated"])
        self.assertEqual(self.files(), ["a.1.png"])
        self.assert_crop("a.1.png", pixels, 2, 3, 12, 8)
        self.extract(photo, "--boxes", self.file("a.xml", VOC), "--existing", "overwrite")
        self.fails(1, "extract", "images/b.png", "--boxes", "a.xml", "-o", self.out, says=["of 40×30 pixels", "80×60"])
        self.file("a.xml", VOC.replace(">40<", ">0<").replace(">30<", ">0<"))
        self.extract("images/b.png", "--boxes", "a.xml")
        shape = {"label": "cat", "shape_type": "rectangle", "points": [[12, 9], [2, 4]]}
        self.file("a.json", json.dumps({"shapes": [shape], "imageWidth": 30, "imageHeight": 40}))
        self.fails(1, "extract", photo, "--boxes", "a.json", "-o", self.out, says=["of 30×40 pixels", "40×30"])

    def test_a_size_before_or_after_the_orientation(self):
        exif = Image.Exif()
        for orientation, accepted in ((6, {(40, 30), (30, 40)}), (3, {(40, 30)}), (1, {(40, 30)})):
            exif[0x0112] = orientation
            self.picture("images/a.jpg", exif=exif)
            for width, height in ((40, 30), (30, 40)):
                file = self.file("c.json", coco([(1, "a.jpg")], [boxed(1, 1, 1, [2, 3, 10, 5])], width=width, height=height))
                for more in ((), ("--no-auto-orient",)):
                    with self.subTest(orientation=orientation, width=width, more=more):
                        result = self.run_glimpse("extract", "images", "--boxes", file, "-o", self.out, "--existing", "overwrite", *more,
                                                  status=0 if (width, height) in accepted else 1)
                        as_opened = (30, 40) if orientation == 6 and not more else (40, 30)
                        is_turned = (width, height) in accepted and (width, height) != as_opened
                        self.assertEqual("EXIF orientation" in result.stderr, is_turned)

    def test_sizes_from_before_the_orientation_are_told_once(self):
        exif = Image.Exif()
        exif[0x0112] = 6
        for name in ("a", "b"):
            self.picture(f"images/{name}.jpg", exif=exif)
        for (width, height), more, says in (
                ((40, 30), (), "before the EXIF orientation is applied, and their boxes are taken as of the upright image"),
                ((30, 40), ("--no-auto-orient",), "after the EXIF orientation is applied, and their boxes are taken as of the image as it is stored")):
            file = self.file("c.json", coco([(1, "a.jpg"), (2, "b.jpg")], [boxed(k, k, 1, [2, 3, 10, 5]) for k in (1, 2)], width=width, height=height))
            told = self.run_glimpse("extract", "images/a.jpg", "images/b.jpg", "--boxes", file, "-o", self.out, *more).stderr.splitlines()
            self.assertEqual(len(told), 1)
            self.assertIn("warning: the annotations of 2 images (images/a.jpg) have the size from " + says, told[0])
            self.assertEqual(self.run_glimpse("extract", "images/a.jpg", "images/b.jpg", "--boxes", file, "-q", "-o", self.out, *more).stderr, "")

    def test_thousands_of_bad_boxes_are_a_short_message(self):
        self.picture("images/a.png")
        file = self.file("c.json", coco([(1, "a.png")], [boxed(k, 1, 1, [1, 1, 0, 4]) for k in range(2000)]))
        result = self.fails(1, "extract", "images", "--boxes", file, "-o", self.out, "--report", "r.jsonl",
                            says=["glimpse 0: ", "glimpse 2: ", "; and 1997 other glimpses"])
        self.assertLess(max(map(len, result.stderr.splitlines())), 700)
        record = json.loads((self.directory / "r.jsonl").read_text())
        for k, glimpse in enumerate(record["glimpses"]):
            self.assertIn(f"/annotations/{k}/bbox", glimpse["error"])
        self.assertEqual(k, 1999)

    def test_malformed(self):
        self.picture("images/a.png")
        for content, *says in (('{"images": [}', "c.json:1:13: "), ('{"annotations": []}', '"images" is missing'),
                               ('{"images": [], "annotations": 5}', "/annotations: an array is needed")):
            file = self.file("c.json", content)
            self.fails(2, "extract", "images", "--boxes", file, "--boxes-format", "coco", "-o", self.out, says=says)

    def test_one_bad_record_does_not_stop_the_others(self):
        _, pixels = self.picture("images/a.png")
        records = [boxed(1, 3, 1, [1, 1, 2, 2]), boxed(2, 1, 1, [1, 1, 2]), boxed(3, 1, 1, [2, 4, 10, 5])]
        file = self.file("c.json", coco([(1, "a.png")], records))
        self.fails(1, "extract", "images", "--boxes", file, "-o", self.out, "--report", "r.jsonl",
                   says=["c.json: /annotations/0/image_id: no image has the id 3", "c.json: /annotations/1/bbox: an array of 4 numbers"])
        self.assertEqual(self.files(), ["a.3.png"])
        self.assert_crop("a.3.png", pixels, 2, 4, 12, 9)
        records = [json.loads(line) for line in (self.directory / "r.jsonl").read_text().splitlines()]
        self.assertEqual([(record["image"].endswith("a.png"), record["status"]) for record in records], [(True, "error"), (False, "error")])

    def test_numbers_that_are_none_in_what_is_not_read(self):
        self.picture("images/a.png")
        content = coco([(1, "a.png")], [dict(boxed(3, 1, 1, [2, 4, 10, 5]), area=float("nan"))])
        self.assertIn("NaN", content)
        self.extract("images", "--boxes", self.file("c.json", content))
        self.assertEqual(self.files(), ["a.3.png"])

    def test_files_given_by_themselves(self):
        _, x = self.picture("v/x/1.png")
        _, y = self.picture("v/y/1.png", width=44)
        file = self.file("v.json", coco([(1, "x/1.png"), (2, "y/1.png")], [boxed(1, 1, 1, [1, 1, 4, 4]), boxed(2, 2, 1, [41, 1, 3, 4])]))
        result = self.extract("v/x/1.png", "v/y/1.png", "--boxes", file, "--report", "-", "--dry-run")
        self.assertEqual([json.loads(line)["image"] for line in result.stdout.splitlines()], ["v/x/1.png", "v/y/1.png"])
        # A directory and a file together; and a name that two files have.
        self.extract("v/x", "v/y/1.png", "--boxes", self.file("w.json", coco([(1, "1.png")], [boxed(9, 1, 1, [1, 1, 4, 4])])))
        self.assert_crop("1.9.png", x, 1, 1, 5, 5)
        self.fails(1, "extract", "v/x/1.png", "v/y/1.png", "--boxes", "w.json", "-o", self.out, says=["may be v/x/1.png or v/y/1.png"])

    def test_one_annotation_that_no_glimpse_can_have(self):
        self.picture("images/a.png")
        annotations = [boxed(5, 1, 1, [0, 0, 40000, 40000]), boxed("x" * 300, 1, 1, [1, 1, 4, 4]), boxed("x" * 300, 1, 1, [1, 1, 5, 5])]
        file = self.file("c.json", coco([(1, "a.png")], annotations))
        self.fails(1, "extract", "images", "--boxes", file, "-o", self.out, says=["glimpse 5: ", "2^28 pixels"])
        self.assertEqual(self.files(), ["a." + "x" * 100 + end for end in ("-2.png", ".png")])

    def test_an_annotation_named_as_another_s_repetition(self):
        _, pixels = self.picture("images/a.png")
        names = ("7", "7-2", "7", "7")
        file = self.file("c.json", coco([(1, "a.png")], [boxed(name, 1, 1, [k, 1, 4, 4]) for k, name in enumerate(names)]))
        self.extract("images", "--boxes", file)
        self.assertEqual(self.files(), ["a.7-2.png", "a.7-3.png", "a.7-4.png", "a.7.png"])
        for k, name in enumerate(("7", "7-2", "7-3", "7-4")):
            numpy.testing.assert_array_equal(self.load(f"a.{name}.png"), pixels[1:5, k:k + 4])

    def test_numbers_too_large(self):
        self.picture("images/a.png")
        # Python reads infinity, and what nobody reads may be anything.
        boxes = ['{"image_id": 1, "bbox": [1e999, 0, 4, 4]}', '{"image_id": 1, "area": 1e999, "bbox": [1, 2, 4, 4]}']
        self.file("c.json", f'{{"images": [{{"id": 1, "file_name": "a.png"}}], "annotations": [{", ".join(boxes)}]}}')
        self.fails(1, "extract", "images", "--boxes", "c.json", "-o", self.out,
                   says=["images/a.png: glimpse 000: c.json: /annotations/0/bbox: a finite number is needed, not inf\n"])
        self.assertEqual(self.files(), ["a.001.png"])

    def test_a_category_that_cannot_be_read(self):
        self.picture("images/a.png")
        categories = [{"id": 1, "name": "cat"}, {"name": "dog"}, None, {"id": 3, "name": ["cup"]}]
        boxes = [{"id": 10 + k, "image_id": 1, "category_id": k, "bbox": [1, 2, 3, 4]} for k in (1, 3)]
        self.file("c.json", json.dumps({"images": [{"id": 1, "file_name": "a.png"}], "categories": categories, "annotations": boxes}))
        self.fails(1, "extract", "images", "--boxes", "c.json", "-o", self.out,
                   says=['c.json: /categories/1: the key "id" is missing\n', "c.json: /categories/2: an object is needed",
                         "images/a.png: glimpse 13: c.json: /annotations/1/category_id: /categories/3/name: "])
        self.assertEqual(self.files(), ["a.11.png"])

    def test_a_category_without_boxes(self):
        self.picture("images/a.png")
        file = self.file("c.json", coco([(1, "a.png")], [boxed(5, 1, 1, [1, 1, 4, 4])]))
        for category in ("cup", "2"):
            self.extract("images", "--boxes", file, "--category", category)
        self.assertFalse(self.out.exists())

    def test_annotations_are_not_written_over(self):
        self.picture("images/a.png")
        self.file("labels/a.txt", "0 0.5 0.5 0.25 0.2\n")
        self.file("labels/classes.txt", "cat\n")
        for name in ("a.txt", "classes.txt"):
            self.fails(2, "extract", "images", "--boxes", "labels", "-o", self.out, "--report", f"labels/{name}", says=[name, "input"])

    def test_names_of_classes_are_not_written_over(self):
        photo, _ = self.picture("images/a.png")
        label = self.file("labels/a.txt", "0 0.5 0.5 0.25 0.2\n")
        own = self.file("names of mine", "names: [cat]\n")
        self.path("dataset.yml").symlink_to(own)
        for name, content in (("labels/classes.txt", "cat\n"), ("obj.names", "cat\n"), ("data.yaml", "names: [cat]\n")):
            self.file(name, content)
        for boxes in ("labels", label):
            for name in ("labels/classes.txt", "obj.names", "data.yaml", "dataset.yml"):
                before = self.path(name).read_bytes()
                self.fails(2, "extract", photo, "--boxes", boxes, "-o", self.out, "--report", name,
                           says=[name, "is an input of this run, and would be overwritten"])
                self.assertEqual(self.path(name).read_bytes(), before)


class OwnFiles(Annotations):
    def test_a_position_is_the_same_whatever_the_category(self):
        _, pixels = self.picture("images/a.png")
        self.file("labels/a.txt", "0 0.5 0.5 0.25 0.2\n1 0.25 0.5 0.1 0.2\n")
        self.extract("images", "--boxes", "labels", "--category", "1")
        self.assertEqual(self.files(), ["a.001.png"])

    def test_labels_without_an_image(self):
        self.picture("images/a.png")
        self.file("labels/a.txt", "0 0.5 0.5 0.25 0.2\n")
        self.file("labels/ghost.txt", "0 0.5 0.5 0.25 0.2\n")
        self.file("labels/empty.txt", "")
        self.file("labels/classes.txt", "cat\n")
        self.fails(0, "extract", "images", "--boxes", "labels", "-o", self.out, says=["warning: labels: the inputs lack 1 of the 2 images that it annotates, such as that of labels/ghost.txt"])
        self.fails(1, "extract", "images", "--boxes", "labels", "--strict", "-o", self.out, says=["labels/ghost.txt: no image"])
        self.assertEqual(self.files(), ["a.000.png"])
        # Of a choice of images the others are counted by their names: empty.txt and ghost.txt.
        result = self.fails(0, "extract", "images/a.png", "--boxes", "labels", "-o", self.out, "--existing", "overwrite")
        self.assertEqual(result.stderr, "glimpse: warning: labels: the inputs lack the images of 2 of its files, such as labels/empty.txt; "
                                        "--strict makes those with boxes failures\n")
        self.fails(1, "extract", "images/a.png", "--boxes", "labels", "--strict", "-o", self.out, "--existing", "overwrite",
                   says=["labels/ghost.txt: no image"])

    def test_names_that_begin_as_the_directory_of_the_images_ends(self):
        """LVIS names images by their address, "val2017/a.png", and people give images/val2017."""
        self.picture("images/val2017/a.png")
        for name in ({"coco_url": "http://images.cocodataset.org/val2017/a.png"}, {"file_name": "images\\val2017\\a.png"}):
            self.file("c.json", json.dumps({"images": [{"id": 1, **name}], "annotations": [{"id": 7, "image_id": 1, "bbox": [1, 2, 3, 4]}]}))
            self.extract("images/val2017", "--boxes", "c.json", "--existing", "overwrite")
            self.assertEqual(self.files(), ["a.7.png"])
        # What a name leads to as it stands comes first.
        self.picture("other/val2017/a.png", width=50, height=40)
        self.file("c.json", json.dumps({"images": [{"id": 1, "file_name": "val2017/a.png"}], "annotations": [{"id": 8, "image_id": 1, "bbox": [1, 2, 3, 4]}]}))
        report = self.path("r.jsonl")
        self.run_glimpse("extract", "images/val2017", "other", "-r", "--boxes", "c.json", "-o", self.out, "--report", report)
        self.assertEqual([json.loads(line)["image"] for line in report.read_text().splitlines()], ["other/val2017/a.png"])

    def test_inputs_for_which_there_is_nothing(self):
        for name in ("a", "b", "c"):
            self.picture(f"images/{name}.png")
        self.file("labels/a.txt", "0 0.5 0.5 0.25 0.2\n")
        result = self.fails(0, "extract", "images", "--boxes", "labels", "-o", self.out)
        self.assertEqual(result.stderr, "glimpse: warning: labels: has nothing for 2 of the 3 inputs, such as images/b.png\n")
        self.assertEqual(self.run_glimpse("extract", "images", "--boxes", "labels", "-o", self.out, "-q").stderr, "")

    def test_names_and_keypoints_in_data_yaml(self):
        _, pixels = self.picture("set/train/images/a.png")
        # A predicted pose: two keypoints with confidences, the box's own confidence, and a track of 1.
        self.file("set/train/labels/a.txt", "1 0.5 0.5 0.25 0.2 0.4 0.5 0.93 0.6 0.5 0.08 0.91 1\n")
        arguments = ("set/train/images", "--boxes", "set/train/labels")
        self.fails(1, "extract", *arguments, "-o", self.out, says=["a.txt:1: may be a box with keypoints, or a polygon", "data.yaml"])
        self.file("set/data.yaml", "train: ../train/images\nkpt_shape: [2, 3]\nnc: 2\nnames:\n  0: cat\n  1: dog\n")
        self.extract(*arguments, "--category", "dog")
        self.assert_crop("a.000.png", pixels, 15, 12, 25, 18)
        self.fails(2, "extract", "set/train/images", "--boxes", "set/data.yaml", "-o", self.out, says=["data.yaml: is the description of a YOLO data set", "directory of its labels"])

    def test_yolo_in_deeper_directories_and_as_polygons(self):
        _, pixels = self.picture("images/train/a.png")
        self.file("data.yaml", "names: [cat]\n")
        self.file("labels/train/a.txt", "0 0.25 0.5 0.5 0.2 0.5 0.7 0.3 0.4\n")
        self.extract("images", "-r", "--boxes", "labels")
        self.assert_crop("train/a.000.png", pixels, 10, 6, 20, 21)
        self.extract("images/train/a.png", "--boxes", "labels/train/a.txt")  # recognised by what it holds

    def test_yolo_malformed(self):
        self.picture("images/a.png")
        for line, *says in (("nan 0.5 0.5 0.1 0.1", "whole number"), ("1.5 0.5 0.5 0.1 0.1", "whole number"), ("-1 0.5 0.5 0.1 0.1", "whole number"),
                            ("0 320 240 100 50", "fractions", "320"), ("0 0.5 0.5 0.1", "five numbers")):
            self.file("labels/a.txt", "0 0.5 0.5 0.25 0.2\n" + line + "\n")
            self.fails(1, "extract", "images", "--boxes", "labels", "-o", self.out, says=["labels/a.txt:2: ", *says])

    def test_names_of_classes_as_windows_writes_them(self):
        self.picture("images/a.png")
        self.file("labels/a.txt", "0 0.5 0.5 0.25 0.2\n1 0.5 0.5 0.25 0.2\n")
        self.file("labels/classes.txt", b"\xef\xbb\xbfcat\r\ncup\r\n\r\n")
        self.extract("images", "--boxes", "labels", "--category", "cat", "--category", "cup")
        self.assertEqual(self.files(), ["a.000.png", "a.001.png"])

    def test_numbers_on_lines_of_their_own(self):
        _, pixels = self.picture("a.png")
        self.file("a.xml", VOC.replace("<xmin>3</xmin>", "<xmin>\n  3\n</xmin>"))
        self.extract("a.png", "--boxes", "a.xml", "--category", "cat")
        self.assert_crop("a.000.png", pixels, 2, 4, 12, 9)
        self.file("a.xml", VOC.replace("<xmin>3</xmin>", "<xmin>0x10</xmin>"))
        self.fails(1, "extract", "a.png", "--boxes", "a.xml", "-o", self.out, says=["a.xml:", "<xmin> holds a number"])

    def test_a_shape_without_points(self):
        self.picture("a.png")
        shapes = [{"label": "none", "points": []}, {"label": "cat", "points": [[1, 1], [5, 6]], "shape_type": "rectangle"}]
        self.file("a.json", json.dumps({"shapes": shapes}))
        self.fails(1, "extract", "a.png", "--boxes", "a.json", "-o", self.out, says=["/shapes/0", "no area"])
        self.assertEqual(self.files(), ["a.001.png"])

    def test_yolo(self):
        _, pixels = self.picture("images/a.png")
        self.picture("images/unlabelled.png")
        self.file("labels/a.txt", "0 0.5 0.5 0.25 0.2\n1 1.0 1.0 0.1 0.2\n")
        self.file("labels/classes.txt", "cat\ncup\n")
        self.extract("images", "--boxes", "labels")
        self.assertEqual(self.files(), ["a.000.png", "a.001.png"])
        self.assert_crop("a.000.png", pixels, 15, 12, 25, 18)
        self.assert_crop("a.001.png", pixels, 38, 27, 42, 33)
        self.extract("images", "--boxes", "labels", "--category", "cup", "-m", "stn")
        self.fails(2, "extract", "images", "--boxes", "labels", "--category", "3", "-o", self.out, says=["cat, cup"])

    def test_yolo_of_one_image_and_a_malformed_line(self):
        photo, _ = self.picture("images/a.png")
        other, _ = self.picture("images/b.png")
        label = self.file("labels/a.txt", "0 0.5 0.5 0.25 0.2\n")
        self.extract(photo, "--boxes", label)
        self.assertEqual(self.files(), ["a.000.png"])
        self.file("labels/b.txt", "0 0.5 0.5 0.25 0.2\n\n0 0.5 half 0.25 0.2\n")
        self.fails(1, "extract", photo, other, "--boxes", "labels", "-o", self.out, says=["b.txt:3: field 3: a number is needed, not 'half'"])
        self.fails(2, "extract", photo, other, "--boxes", label, "-o", self.out, says=["belongs to one image"])

    def test_voc(self):
        _, pixels = self.picture("images/photo.png")
        self.file("xml/photo.xml", VOC)
        self.extract("images", "--boxes", "xml")
        # 1-based, the last pixel included: columns 3 … 12 are [2, 12).
        self.assert_crop("photo.000.png", pixels, 2, 4, 12, 9)
        self.assert_crop("photo.001.png", pixels, 35, 25, 45, 35)
        self.extract("images", "--boxes", "xml", "--zero-based", "--category", "cat")
        self.assert_crop("photo.000.png", pixels, 3, 5, 13, 10)
        self.file("xml/photo.xml", VOC.replace("<xmin>3</xmin>", "<xmin>0</xmin>"))
        self.fails(0, "extract", "images", "--boxes", "xml", "-o", self.out,
                   says=["warning: xml: 1 of 1 files have a box at pixel 0", "--zero-based"])

    def test_an_id_that_is_none_is_named(self):
        self.picture("images/a.png")
        file = self.file("c.json", json.dumps({"images": [{"id": 1, "file_name": "a.png"}, {"id": True, "file_name": "b.png"}, {"file_name": "c.png"}, {"id": 4}, 5],
                                               "annotations": [{"image_id": True, "bbox": [1, 2, 3, 4]}, {"bbox": [1, 2, 3, 4]}, 6]}))
        self.fails(1, "extract", "images", "--boxes", file, "-o", self.out,
                   says=["c.json: /images/1/id: a string or a number is needed, not true", 'c.json: /images/2: the key "id" is missing',
                         'c.json: /images/3: the key "file_name" is missing', "c.json: /images/4: an object is needed, not 5",
                         "c.json: /annotations/0/image_id: a string or a number is needed, not true",
                         'c.json: /annotations/1: the key "image_id" is missing', "c.json: /annotations/2: an object is needed, not 6"])

    def test_malformed_voc(self):
        self.picture("images/photo.png")
        for content, *says in ((VOC.replace("<ymin>5</ymin>", ""), "photo.xml:4", "<ymin> is missing"),
                               (VOC.replace(">12<", ">twelve<"), "photo.xml:4", "not 'twelve'"), (VOC[:200], "photo.xml:"),
                               ("<html></html>", "<annotation>"), (VOC + VOC, "photo.xml:9: a file holds one element, and nothing beside it"),
                               (VOC + "end", "photo.xml:8: a file holds one element")):
            self.file("xml/photo.xml", content)
            self.fails(1, "extract", "images", "--boxes", "xml", "-o", self.out, says=["photo.png: ", *says])

    def test_what_may_stand_beside_the_element(self):
        self.picture("images/photo.png")
        self.file("xml/photo.xml", f'<?xml version="1.0"?>\n<!-- before -->\n{VOC}\n<!-- behind -->\n')
        self.extract("images", "--boxes", "xml")

    def test_a_category_hides_no_file_that_cannot_be_read(self):
        self.picture("images/photo.png")
        self.file("xml/photo.xml", VOC[:200])
        self.fails(1, "extract", "images", "--boxes", "xml", "--category", "cat", "-o", self.out, says=["photo.png: xml/photo.xml:"])
        self.picture("images/sound.png")
        self.file("xml/sound.xml", VOC)
        self.fails(1, "extract", "images", "--boxes", "xml", "--category", "cat", "-o", self.out, says=["photo.png: xml/photo.xml:"])
        self.assertEqual(self.files(), ["sound.000.png"])
        self.file("xml/photo.xml", VOC)
        self.fails(2, "extract", "images", "--boxes", "xml", "--category", "cow", "-o", self.out, says=["there is no 'cow'"])

    def test_declared_encodings(self):
        self.picture("images/photo.png")
        for name, encodings in (("猫", ("UTF-8", "GBK", "gb2312", "GB18030", "Shift_JIS", "EUC-JP", "UTF-16")), ("貓", ("Big5",)), ("Bär", ("windows-1252", "ISO-8859-1", "ISO-8859-15")),
                                ("кот", ("windows-1251", "KOI8-R")), ("고양이", ("EUC-KR",))):
            for encoding in encodings:
                declaration = f'<?xml version="1.0" encoding="{encoding}"?>\n'
                self.file("xml/photo.xml", (declaration + VOC.replace(">cat<", f">{name}<")).encode(encoding))
                self.extract("images", "--boxes", "xml", "--category", name, "--existing", "overwrite")
        # 0x81 stands for nothing there; and an encoding whose converter a file of anybody's should not reach.
        self.file("xml/photo.xml", b'<?xml version="1.0" encoding="windows-1252"?>\n' + VOC.encode().replace(b">cat<", b">\x81<"))
        self.fails(1, "extract", "images", "--boxes", "xml", "-o", self.out, says=["photo.xml:", ": is no text in windows-1252, as the declaration has it"])
        self.file("xml/photo.xml", '<?xml version="1.0" encoding="ISO-2022-CN-EXT"?>\n' + VOC.replace(">cat<", ">猫<"))
        self.fails(1, "extract", "images", "--boxes", "xml", "-o", self.out, says=["photo.xml: its encoding iso-2022-cn-ext is not read; convert the file to UTF-8"])

    def test_images_of_one_id_fail_and_no_others(self):
        for name in "abc":
            self.picture(f"images/{name}.png")
        images = [{"id": number, "file_name": f"{name}.png"} for number, name in ((1, "a"), (1, "b"), (2, "c"))]
        boxes = [{"id": 10 + number, "image_id": number, "bbox": [1, 2, 3, 4]} for number in (1, 2)]
        self.file("coco.json", json.dumps({"images": images, "annotations": boxes}))
        result = self.fails(1, "extract", "images", "--boxes", "coco.json", "-o", self.out,
                            says=["images/a.png: coco.json: 'a.png' and 'b.png' have the same id 1", "coco.json: /images/1/id: 'a.png' and 'b.png' have"])
        self.assertNotIn("has nothing for", result.stderr)
        self.assertEqual(self.files(), ["c.12.png"])

    def test_a_key_given_twice_fails_its_record(self):
        for name in "abcd":
            self.picture(f"images/{name}.png")
        records = ['{"id": 1, "file_name": "a.png"}', '{"id": 2, "file_name": "b.png", "id": 3}', '{"id": 4, "file_name": "c.png"}',
                   '{"id": 5, "file_name": "d.png"}']
        boxes = ['{"id": 11, "image_id": 1, "bbox": [1, 2, 3, 4], "bbox": [5, 6, 7, 8]}', '{"id": 12, "image_id": 1, "bbox": [1, 2, 3, 4]}',
                 '{"id": 13, "image_id": 4, "bbox": [1, 2, 3, 4], "image_id": 5}', '{"id": 14, "image_id": 5, "bbox": [1, 2, 3, 4], "x": {"y": 1, "y": 2}}',
                 '{"id": 15, "image_id": 4, "bbox": [1, 2, 3, 4]}']
        # What nobody reads may be given twice.
        self.file("coco.json", f'{{"info": {{"x": 1, "x": 2}}, "images": [{", ".join(records)}], "annotations": [{", ".join(boxes)}]}}')
        result = self.fails(1, "extract", "images", "--boxes", "coco.json", "-o", self.out,
                            says=['images/a.png: glimpse 11: coco.json: /annotations/0/bbox: the key "bbox" is given twice\n',
                                  'coco.json: /annotations/2/image_id: the key "image_id" is given twice\n',
                                  'coco.json: /images/1/id: the key "id" is given twice\n'])
        self.assertNotIn("has nothing for", result.stderr)
        self.assertEqual(self.files(), ["a.12.png", "c.15.png", "d.14.png"])
        (self.out / "d.14.png").unlink()
        # The boxes of an image whose record is wrong are lost with it, and say nothing of their own.
        for wrong in ('"width": 1, "width": 2, "file_name": "a.png"', '"file_name": 7'):
            self.file("coco.json", f'{{"images": [{{"id": 1, {wrong}}}, {records[2]}], "annotations": [{boxes[1]}, {boxes[4]}]}}')
            result = self.fails(1, "extract", "images", "--boxes", "coco.json", "-o", self.out, "--existing", "overwrite",
                                says=["coco.json: /images/0"])
            self.assertNotIn("no image has the id", result.stderr)
            self.assertEqual(self.files(), ["a.12.png", "c.15.png"])
        # Of what is no record's, nothing can be told.
        self.file("coco.json", '{"images": [], "annotations": [], "images": []}')
        self.fails(2, "extract", "images", "--boxes", "coco.json", "-o", self.out, says=['coco.json: /images: the key "images" is given twice'])

    def test_labels_that_lie_above_those_of_their_image(self):
        self.picture("images/sub/a.png")
        self.file("labels/a.txt", "0 0.5 0.5 0.5 0.5\n")
        self.fails(2, "extract", "images", "-r", "--boxes", "labels", "-o", self.out,
                   says=["labels: holds no .txt file of the name of an image in the directories that the image lies in; a.txt lies in it alone: "
                         "give the directory of its image as the input"])
        self.run_glimpse("extract", "images/sub", "--boxes", "labels", "-o", self.out)

    def test_labelme(self):
        _, pixels = self.picture("images/a.png")
        shapes = [{"label": "cat", "shape_type": "rectangle", "points": [[12, 9], [2, 4]]},
                  {"label": "cup", "shape_type": "polygon", "points": [[5, 5], [9, 6], [7, 11]]},
                  {"label": "cup", "shape_type": "circle", "points": [[20, 10], [23, 14]]},
                  {"label": "dot", "shape_type": "point", "points": [[20, 10]]}]
        self.file("json/a.json", json.dumps({"version": "5.0", "flags": {}, "shapes": shapes, "imagePath": "a.png", "imageData": None}))
        self.fails(1, "extract", "images", "--boxes", "json", "-o", self.out, says=["glimpse 003", "/shapes/3", "no area"])
        self.assert_crop("a.000.png", pixels, 2, 4, 12, 9)
        self.assert_crop("a.001.png", pixels, 5, 5, 9, 11)
        self.assert_crop("a.002.png", pixels, 15, 5, 25, 15)


class Usage(Annotations):
    def test_combinations_that_make_no_sense(self):
        self.picture("images/a.png")
        file = self.file("c.json", coco([(1, "a.png")], [boxed(5, 1, 1, [1, 1, 4, 4])]))
        for more in (("-b", "1,1,2,2"), ("-p", "p.json"), ("--sidecar",)):
            self.fails(2, "extract", "images", "--boxes", file, *more, "-o", self.out, says=["--boxes", more[0].replace("-b", "--box").replace("-p", "--params")])
        for option in (("--category", "cat"), ("--boxes-format", "coco"), ("--zero-based",)):
            self.fails(2, "extract", "images", "-b", "1,1,2,2", *option, "-o", self.out, says=[option[0]])
        self.fails(2, "extract", "images", "--boxes", file, "--boxes-format", "kitti", "-o", self.out, says=["kitti", "coco, yolo"])
        self.fails(2, "extract", "images", "--boxes", "gone.json", "-o", self.out, says=["gone.json"])
        self.fails(2, "extract", "images", "--boxes", file, "-o", self.out, "--context=-1", says=["--context"])
