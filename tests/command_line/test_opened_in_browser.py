"""What the page of `glimpse view` shows of an opened image in a browser."""

import json

from browser_case import BrowserCase

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
