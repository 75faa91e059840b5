"""What the tests of `glimpse view` have in common."""

import json
import os
import re
import urllib.parse

from glimpse_case import GlimpseCase

HOSTILE = "</script><script>document.title='gone'</script>\u2028&<img src=x onerror=document.title='gone'>\"'"
SCRIPTS = 6  # of the page: its data, and what runs
BOXES = {"glimpses": [{"id": "eye", "mechanism": "crop", "box": [2, 3, 20, 15]},
                      {"id": "turn", "mechanism": "stn", "box": [10, 5, 16, 12], "angle": 30, "size": [24, 24]},
                      {"id": "edge", "mechanism": "stn", "box": [-10, 0, 20, 10], "size": [20, 10]}]}


def data_of(page):
    return json.loads(re.search(r'id="data">(.*?)</script>', page.read_text(), re.S)[1])


class ViewCase(GlimpseCase):
    def setUp(self):
        super().setUp()
        self.page = self.directory / "index.html"
        self.thumbnails = self.directory / "index.html.files"

    def extract(self, *arguments, status=0):
        return self.run_glimpse("extract", *arguments, "--report", "r.jsonl", "--out", "out", status=status)

    def view(self, *arguments, status=0, report="r.jsonl"):
        return self.run_glimpse("view", report, "--out", "index.html", *arguments, status=status)

    def records(self):
        return data_of(self.page)["records"]

    def resolved(self, link):
        """The file that a link of the page leads to."""
        self.assertRegex(link, r"^[A-Za-z0-9._~%/-]+$")
        self.assertFalse(link.startswith("/"))
        return self.directory / os.fsdecode(urllib.parse.unquote_to_bytes(link))
