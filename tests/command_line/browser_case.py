"""What the tests of the page of `glimpse view` in a browser have in common."""

import json
import unittest

import browser
from view_case import BOXES, ViewCase


@unittest.skipUnless(browser.program(), "there is no Chromium (Debian's chromium) to show the page")
class BrowserCase(ViewCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.browser = browser.Browser()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        super().setUp()
        self.browser.new_page()
        self.addCleanup(self.browser.close_page)

    def open(self, **options):
        self.browser.open(self.page, **options)
        self.browser.settle()

    def texts(self, selector):
        return self.browser.value(f"[...document.querySelectorAll({json.dumps(selector)})].map(found => found.textContent)")

    def counted(self):
        return self.browser.value("document.getElementById('count').textContent")

    def filter(self, selector, text, counted):
        self.browser.type(selector, text)
        self.browser.wait_for(f"document.getElementById('count').textContent.startsWith({json.dumps(counted)})")

    def tearDown(self):
        self.assertEqual(self.browser.problems, [])
        allowed = self.directory.as_uri()
        self.assertEqual([url for url in self.browser.requests if not url.startswith(allowed) and url != "about:blank"], [])

    def show_three(self, *options):
        for name in ("a", "b", "c"):
            self.picture(f"{name}.png")
        document = {"glimpses": [*BOXES["glimpses"], {"id": "soft", "mechanism": "mask", "grid": [[0, 1], [1, 0]]}]}
        self.extract("a.png", "b.png", "c.png", "--params", self.document(document), *options)
        self.view()
        self.open()

    def show_records(self, *records):
        self.file("r.jsonl", "".join(json.dumps({"status": "ok", "glimpses": [], **record}) + "\n" for record in records))
        self.view()
        self.open()

    def select(self, name, value):
        self.browser.value(f"(() => {{ const s = document.getElementById('{name}'); s.value = '{value}';"
                           " s.dispatchEvent(new Event('change')); })()")
