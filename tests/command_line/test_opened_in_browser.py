"""What the page of `glimpse view` shows of an opened image, and the colours of glimpses, in a browser."""

import json

from browser_case import BrowserCase

PRESS = ("(name, key) => document.getElementById(name).dispatchEvent("
         "new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))")


class OpenedInABrowser(BrowserCase):
    def test_a_note_has_the_width_of_the_table(self):
        self.show_three()
        (self.directory / self.records()[0]["glimpses"][0]["output"]).unlink()
        self.view()
        self.open()
        self.filter("#by-id", "e", "3 images · 6 glimpses")
        self.browser.press("Enter")  # into the list
        self.browser.press("Enter")
        for selector, note in (("#detail-body .facts > table", "2 of 4 glimpses pass the filters."),
                               (".item table", "not shown: the file is not there")):
            [(width, height, line, whole)] = self.browser.value(
                f"[...document.querySelectorAll({json.dumps(selector + ' td')})]"
                f".filter(cell => cell.textContent === {json.dumps(note)}).map(cell => ["
                "cell.getBoundingClientRect().width, cell.firstChild.getBoundingClientRect().height,"
                "cell.closest('table').querySelector('th').getBoundingClientRect().height,"
                "cell.closest('table').getBoundingClientRect().width])")
            self.assertGreater(width, whole / 2)
            self.assertLessEqual(height, line)

    def test_small_glimpses_are_enlarged_as_squares(self):
        self.picture("a.png", width=200, height=150)
        self.extract("a.png", "-b", "20,30,9,9")
        self.view()
        self.open()
        self.browser.press("Enter")  # into the list
        self.browser.press("Enter")
        for place in (".row .glimpse", "#detail-body .item"):
            styles = self.browser.value(f"[...document.querySelectorAll({json.dumps(place + ' img')})]"
                                        ".map(image => getComputedStyle(image).imageRendering)")
            self.assertEqual(styles, ["pixelated"], place)

    def test_what_is_typed_counts_before_enter(self):
        self.show_three()
        self.browser.value("(() => { const search = document.getElementById('search'); search.value = 'b.png';"
                           " search.dispatchEvent(new Event('input'));"
                           f" for (const name of ['search', 'list']) ({PRESS})(name, 'Enter'); }})()")
        self.assertEqual(self.texts("#detail-title"), ["b.png"])
        self.assertTrue(self.counted().startswith("1 of 3 images"))

    def colours(self, selector):
        """Of the outlines that a selector finds, R, G and B."""
        return self.browser.value(f"[...document.querySelectorAll({json.dumps(selector)})]"
                                  ".map(line => getComputedStyle(line).stroke.match(/\\d+/g).map(Number))")

    def test_the_colours_of_categories_are_those_of_figures(self):
        for name in "ab":
            self.picture(f"{name}.png", width=200, height=150)
        boxes = {"a": [("dog", 10), ("cat", 80)], "b": [("cat", 10), ("cow", 80)]}
        names = ["dog", "cat", "cow"]
        document = {"images": [{"id": k, "file_name": f"{name}.png"} for k, name in enumerate(boxes)],
                    "categories": [{"id": 9 - k, "name": name} for k, name in enumerate(names)],
                    "annotations": [{"id": 10 * k + n, "image_id": k, "category_id": 9 - names.index(category), "bbox": [x, 60, 50, 50]}
                                    for k, name in enumerate(boxes) for n, (category, x) in enumerate(boxes[name])]}
        self.file("boxes.json", json.dumps(document))
        self.extract("a.png", "b.png", "--boxes", "boxes.json", "--overlay", "--overlay-style", "outline")
        self.view()
        self.open()
        for k, name in enumerate(boxes):
            overlay = self.load(f"{name}.overlay.png")
            scale = overlay.shape[1] // 200
            colours = self.colours(f".row[data-k='{k}'] polygon.line")
            for (_, x), colour in zip(boxes[name], colours, strict=True):
                beside = overlay[100 * scale, x * scale - 2 * scale:x * scale + 2 * scale, :3]  # over the left side
                self.assertIn(colour, beside.tolist())
        first, second = (self.colours(f".row[data-k='{k}'] polygon.line") for k in range(2))
        self.assertEqual(first[1], second[0])
        dots = self.browser.value("[...document.querySelectorAll('.row .caption i')].map(dot => getComputedStyle(dot).backgroundColor)")
        self.assertEqual(dots, [f"rgb({r}, {g}, {b})" for r, g, b in first + second])

    def test_each_report_numbers_its_categories(self):
        def record(image, *categories):
            glimpses = [{"id": f"{k}", "mechanism": "crop", "support": [k, 0, 1, 1], **({"category": category} if category else {})}
                        for k, category in enumerate(categories)]
            return json.dumps({"image": image, "status": "ok", "width": 9, "height": 9, "glimpses": glimpses}) + "\n"
        self.file("r.jsonl", record("a.png", "x", None, "y"))
        self.file("s.jsonl", record("b.png", "y", "x"))
        self.run_glimpse("view", "r.jsonl", "s.jsonl", "--out", "index.html")
        self.open()
        first, second = (self.colours(f".row[data-k='{k}'] polygon.line") for k in range(2))
        self.assertEqual(first[1:], [first[1]] * 2)  # y is the second category, as the second place is
        self.assertEqual(second, [first[0], first[1]])

    def test_what_was_lit_is_not_lit_in_the_image_that_is_opened_next(self):
        self.show_three()
        lit = "[document.querySelectorAll('.lit, .lit-one').length, ...new Set([...document.querySelectorAll('#detail-body .line')]" \
              ".map(line => getComputedStyle(line).strokeOpacity))]"
        self.browser.press("Enter")
        self.browser.press("n")
        self.assertEqual(set(self.browser.value(lit)[1:]), {"1", "0.2"})
        self.browser.press("ArrowRight")
        self.assertEqual(self.texts("#detail-title"), ["b.png"])
        self.assertEqual(self.browser.value(lit), [0, "1"])
        self.browser.press("n")
        self.browser.press("Escape")
        self.browser.press("Enter")
        self.assertEqual(self.texts("#detail-title"), ["b.png"])
        self.assertEqual(self.browser.value(lit), [0, "1"])

    def test_what_is_opened_before_the_closing_is_reported_stays(self):
        self.show_three()
        self.browser.press("Enter")  # into the list
        self.browser.press("Enter")
        self.browser.value(f"(() => {{ document.getElementById('detail').close(); ({PRESS})('list', 'Enter'); }})()")
        self.browser.settle()  # the dialog's event comes with a task of its own
        self.assertTrue(self.browser.value("document.getElementById('detail').open"))
        self.assertEqual(self.browser.value("document.querySelectorAll('#detail-body .facts').length"), 1)

    def test_dark_colours_have_a_light_casing_as_in_figures(self):
        self.picture("a.png", width=1400, height=600)
        boxes = [(60 + 190 * (k % 7), 40 + 190 * (k // 7)) for k in range(21)]
        self.extract("a.png", "--params", self.document([{"box": [x, y, 120, 120]} for x, y in boxes]), "--overlay", "--overlay-style", "outline")
        self.view()
        self.open()
        overlay = self.load("a.overlay.png")
        in_figure = []
        for x, y in boxes:
            beside = overlay[y + 60, x - 12:x + 12, :3].tolist()
            in_figure.append([grey for grey in (20, 235) if [grey] * 3 in beside])
        self.assertEqual([[stroke[0]] for stroke in self.colours(".row polygon.casing")], in_figure)
        self.assertEqual(set(map(tuple, in_figure)), {(20,), (235,)})

    def test_what_several_images_make_opens_as_an_image_does(self):
        for name in "ab":
            self.picture(f"{name}.png")
        self.extract("a.png", "b.png", "--box", "1,2,20,10", "--sheet", "glimpses", "--over", "run")
        self.view()
        self.open()
        self.browser.press("End")
        self.browser.press("Enter")
        self.assertEqual(self.texts("#detail-title"), ["out/sheet.png"])
        self.assertTrue(self.browser.value("document.querySelector('#detail-body .frame img').naturalWidth > 0"))
        self.assertEqual(self.browser.value("getComputedStyle(document.querySelector('#detail-body .frame img')).objectFit"), "contain")
        self.assertIn("status", self.texts("#detail-body .facts th"))
        self.browser.press("n")
        self.browser.press("ArrowLeft")
        self.assertEqual(self.texts("#detail-title"), ["b.png"])
        self.browser.press("ArrowRight")
        self.assertEqual(self.texts("#detail-title"), ["out/sheet.png"])
        self.browser.press("Escape")
        self.browser.click(".row:last-child > .frame")
        self.assertEqual(self.texts("#detail-title"), ["out/sheet.png"])
