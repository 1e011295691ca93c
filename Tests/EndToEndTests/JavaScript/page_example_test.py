"""Examples/JavaScriptPage in a real browser, served as its description says. EXAMPLES is the folder above it.

SCREENSHOTS names a folder for pictures of the page, if somebody wants to look at it.
"""

import os
import pathlib
import unittest

from surroundings import Browser, Server, eventually

FOLDER = pathlib.Path(os.environ["EXAMPLES"]) / "JavaScriptPage"


class PageTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(pages=FOLDER)
        cls.addClassCleanup(cls.server.remove)
        cls.server.start()
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def open(self, context):
        page = context.new_page()
        self.complaints = []
        page.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(f"{self.server.url}/pages")
        self.assertEqual(page.url, f"{self.server.url}/pages/")
        page.wait_for_selector("#scores input")
        return page

    def context(self, **options):
        context = self.browser.new_context(**options)
        self.addCleanup(context.close)
        return context

    def answers(self):
        return self.server.events("polls.PollCompleted")

    def fill_in(self, page, name):
        """With the keyboard alone: Tab, letters, arrows and Enter."""
        for text in [name, "+46 70 174 06 05"]:
            page.keyboard.press("Tab")
            page.keyboard.type(text)
        page.keyboard.press("Tab")
        for _ in range(9):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")

    def picture(self, page, name):
        if folder := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=f"{folder}/{name}.png", full_page=True)

    def test_an_answer_is_recorded_and_can_be_followed(self):
        page = self.open(self.context())
        self.picture(page, "empty")
        self.fill_in(page, "Anna")
        page.wait_for_selector("li .stored a")
        self.assertIn({"name": "Anna", "phone": "+46 70 174 06 05", "score": 9}, self.answers())
        self.assertEqual(page.evaluate("document.activeElement.name"), "name", "ready for the next one")
        self.picture(page, "recorded")
        # Whether the trace can be shown is not the page's matter; that the link is one of the API's is.
        self.assertRegex(page.get_attribute("li .stored a", "href"), r"^/v1/events/\d+/trace$")
        self.assertEqual(self.complaints, [])

    def test_an_answer_given_offline_arrives_after_the_page_was_closed(self):
        context = self.context(color_scheme="dark", viewport={"width": 320, "height": 640})
        page = self.open(context)
        context.set_offline(True)
        self.fill_in(page, "Bert")
        page.wait_for_selector("li .waiting")
        self.picture(page, "dark-narrow-offline")
        width = page.evaluate("document.documentElement.scrollWidth")
        self.assertLessEqual(width, 320, "nothing is wider than the window")
        page.close()
        context.set_offline(False)
        page = self.open(context)
        eventually("Bert's answer", lambda: [a for a in self.answers() if a["name"] == "Bert"])
        page.wait_for_function("document.querySelector('#earlier').textContent.includes('arrived') "
                               "|| document.querySelector('#earlier').hidden")
        self.assertEqual(len([a for a in self.answers() if a["name"] == "Bert"]), 1)

    def test_what_is_not_filled_in_is_not_sent(self):
        page = self.open(self.context())
        page.click("button")
        self.assertEqual(page.evaluate("document.querySelectorAll('#answers li').length"), 0)


if __name__ == "__main__":
    unittest.main()
