"""Boxes of annotated sequences of frames: MOT, GOT-10k and OTB."""

import json

from test_annotations import Annotations


class Sequences(Annotations):
    def frames(self, count):
        return [self.picture(f"img1/{k + 1:06}.png", width=40 + k)[1] for k in range(count)]

    def test_mot(self):
        frames = self.frames(3)
        self.file("gt/gt.txt", "1,4,3,5,10,6,1,1,1\n3,4,4,5,10,6,1,1,0.5\n1,9,36,20,10,10,1,2,1\n")
        self.extract("img1", "--boxes", "gt/gt.txt")
        self.assertEqual(self.files(), ["000001.4.png", "000001.9.png", "000003.4.png"])
        self.assert_crop("000001.4.png", frames[0], 2, 4, 12, 10)
        self.assert_crop("000001.9.png", frames[0], 35, 19, 45, 29)
        self.assert_crop("000003.4.png", frames[2], 3, 4, 13, 10)

    def test_mot_detections_have_no_tracks(self):
        self.frames(1)
        self.file("det.txt", "1,-1,3,5,10,6,0.9,-1,-1,-1\n1,-1,8,5,10,6,0.8,-1,-1,-1\n")
        self.extract("img1", "--boxes", "det.txt")
        self.assertEqual(self.files(), ["000001.000.png", "000001.001.png"])

    def test_mot_frames_that_are_not_there_and_malformed_lines(self):
        self.frames(1)
        self.file("gt.txt", "1,4,3,5,10,6,1,1,1\n7,4,3,5,10,6,1,1,1\n")
        result = self.fails(0, "extract", "img1", "--boxes", "gt.txt", "-o", self.out)
        self.assertEqual(result.stderr, "glimpse: warning: gt.txt: the inputs lack 1 of the 2 images that it annotates, such as frame 7; --strict makes them failures\n")
        self.fails(1, "extract", "img1", "--boxes", "gt.txt", "--strict", "-o", self.out, says=["frame 7: ", "gt.txt:2 names it"])
        self.assertEqual(self.files(), ["000001.4.png"])
        self.file("gt.txt", "1,4,3,5,10,6,1,1,1\n1,4,3,x,10,6,1,1,1\n")
        self.fails(1, "extract", "img1", "--boxes", "gt.txt", "-o", self.out, says=["gt.txt:2: field 4: ", "'x'"])
        self.file("gt.txt", "1.5,4,3,5,10,6,1,1,1\n")
        self.fails(2, "extract", "img1", "--boxes", "gt.txt", "-o", self.out, says=["gt.txt: its format is not clear"])

    def test_a_box_a_line(self):
        frames = self.frames(4)
        for name, separator in (("groundtruth.txt", ","), ("groundtruth_rect.txt", "\t"), ("spaces.txt", "  ")):
            lines = [["3", "5", "10", "6"], ["NaN"] * 4, ["0", "0", "0", "0"], ["35.5", "20", "10", "6"]]
            self.file(name, "".join(separator.join(line) + "\r\n" for line in lines))
            self.extract("img1", "--boxes", name, "--existing", "overwrite")
            self.assertEqual(self.files(), ["000001.000.png", "000004.000.png"])
            self.assert_crop("000001.000.png", frames[0], 2, 4, 12, 10)
            self.assert_crop("000004.000.png", frames[3], 35, 19, 45, 25)

    def test_a_box_a_line_malformed(self):
        self.frames(2)
        self.file("g.txt", "1,2,3,4\n")
        self.fails(2, "extract", "img1", "--boxes", "g.txt", "-o", self.out, says=["1 boxes for 2 images"])
        self.file("g.txt", "1,2,3,4\n1,2,3\n")
        self.fails(1, "extract", "img1", "--boxes", "g.txt", "--boxes-format", "otb", "-o", self.out, says=["g.txt:2: ", "four numbers"])
        self.fails(2, "extract", "img1", "--boxes", "g.txt", "-o", self.out, says=["g.txt", "--boxes-format"])


    def test_frames_of_two_sequences(self):
        for directory in ("S1", "S2"):
            self.picture(f"{directory}/img1/000001.png")
        self.file("gt.txt", "1,7,3,5,10,6,1,1,1\n")
        self.fails(1, "extract", ".", "-r", "--boxes", "gt.txt", "-o", self.out, says=["S1/img1/000001.png", "S2/img1/000001.png", "one sequence"])
        self.extract("S2", "-r", "--boxes", "gt.txt")

    def test_frames_whose_numbers_are_not_padded(self):
        for k in range(12):
            self.picture(f"img/{k}.png", width=40 + k)
        self.file("g.txt", "".join(f"{k + 1},1,5,5\n" for k in range(12)))
        result = self.extract("img", "--boxes", "g.txt", "--report", "-")
        supports = {json.loads(line)["width"]: json.loads(line)["glimpses"][0]["support"][0] for line in result.stdout.splitlines()}
        self.assertEqual(supports, {40 + k: k for k in range(12)})

    def test_frame_numbers_that_are_none(self):
        self.frames(1)
        for frame in ("inf", "1e300", "1.5", "-1"):
            self.file("gt.txt", f"{frame},7,3,5,10,6,1,1,1\n")
            self.fails(1, "extract", "img1", "--boxes", "gt.txt", "--boxes-format", "mot", "-o", self.out, says=["gt.txt:1: ", "the frame is "])
