"""The client in a real browser, with the real server: ENSUE is its executable, CHROMIUM the browser's.

The network is cut and restored, the server is killed and started again, pages are closed: what was logged is there
exactly once in the end.
"""

import unittest

from surroundings import Browser, Server, eventually

PAGE = """<!doctype html><meta charset="utf-8"><title>Test</title>
<script type="module">
import { connect } from '/client.js'
window.ensue = connect()
window.logMany = (type, from, to) => {
    for (let index = from; index < to; index++) {
        ensue.log(type, { index }).catch(error => console.error(String(error)))
    }
}
</script>"""

READY = "window.ensue !== undefined"


class ClientTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(pages={"index.html": PAGE})
        cls.addClassCleanup(cls.server.remove)
        cls.server.start()
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.context = self.browser.new_context()
        self.addCleanup(self.context.close)
        self.type = f"browser.{self.id().rsplit('.', 1)[-1]}"

    def open(self):
        page = self.context.new_page()
        page.goto(f"{self.server.url}/pages/")
        page.wait_for_function(READY)
        return page

    def log(self, page, start, end):
        page.evaluate("([type, start, end]) => logMany(type, start, end)", [self.type, start, end])

    def stored(self):
        return sorted(data["index"] for data in self.server.events(self.type))

    def assert_stored_once(self, count):
        eventually(f"{count} events", lambda: len(self.stored()) >= count)
        self.assertEqual(self.stored(), list(range(count)))

    def assert_confirmed(self, page):
        page.wait_for_function("ensue.pending === 0")
        self.assertEqual(page.evaluate("localStorage.length"), 0)

    def test_an_event_is_stored(self):
        page = self.open()
        receipt = page.evaluate("type => ensue.log(type, { index: 0 })", self.type)
        self.assertFalse(receipt["duplicate"])
        self.assert_stored_once(1)
        self.assert_confirmed(page)

    def test_an_effect_is_requested_and_awaited(self):
        effect = self.open().evaluate(
            """async () => {
                const { id } = await ensue.request({ kind: 'log', payload: { message: 'from a page' } })
                return ensue.effect(id, { wait: 20 })
            }"""
        )
        self.assertEqual(effect["state"], "completed")

    def test_offline_and_online_again(self):
        page = self.open()
        self.log(page, 0, 5)
        self.assert_stored_once(5)
        self.context.set_offline(True)
        self.log(page, 5, 30)
        page.wait_for_function("ensue.pending === 25 && localStorage.length === 25")
        self.assertEqual(len(self.stored()), 5)
        self.context.set_offline(False)
        self.assert_stored_once(30)
        self.assert_confirmed(page)

    def test_the_server_is_killed_and_comes_back(self):
        page = self.open()
        self.log(page, 0, 200)
        self.server.kill()
        self.log(page, 200, 300)
        self.server.start()
        self.assert_stored_once(300)
        self.assert_confirmed(page)

    def test_closed_while_offline_and_opened_again(self):
        page = self.open()
        self.context.set_offline(True)
        self.log(page, 0, 25)
        page.wait_for_function("ensue.pending === 25")
        page.close()
        self.context.set_offline(False)
        self.assertEqual(self.stored(), [])
        page = self.open()
        self.assert_stored_once(25)
        self.assert_confirmed(page)

    def test_closed_while_the_server_is_away(self):
        page = self.open()
        self.server.kill()
        self.log(page, 0, 25)
        page.wait_for_function("ensue.pending === 25")
        page.close()
        self.server.start()
        page = self.open()
        self.assert_stored_once(25)
        self.assert_confirmed(page)

    def test_left_in_the_same_moment(self):
        page = self.open()
        page.evaluate(
            """type => {
                logMany(type, 0, 20)
                addEventListener('pagehide', () => logMany(type, 20, 30))
                location.href = 'about:blank'
            }""",
            self.type,
        )
        # Nobody opens a page of the server again.
        self.assert_stored_once(30)

    def test_closed_with_more_than_a_closing_page_may_send(self):
        page = self.open()
        page.evaluate(
            """type => {
                for (let index = 0; index < 300; index++) ensue.log(type, { index, text: 'x'.repeat(1000) })
                window.close()
                location.href = 'about:blank'
            }""",
            self.type,
        )
        page.wait_for_url("about:blank")
        page = self.open()
        self.assert_stored_once(300)
        self.assert_confirmed(page)

    def test_tabs_keep_what_is_the_others(self):
        first, second = self.open(), self.open()
        self.context.set_offline(True)
        self.log(first, 0, 10)
        self.log(second, 10, 20)
        first.wait_for_function("localStorage.length === 20")
        first.close()
        self.context.set_offline(False)
        eventually("the second tab's events", lambda: set(range(10, 20)) <= set(self.stored()))
        self.assert_confirmed(self.open())
        self.assert_stored_once(20)

    def test_an_answer_that_is_lost(self):
        page = self.open()

        def lose(route):
            route.fetch()
            route.abort()

        page.route("**/v1/events", lose, times=1)
        receipt = page.evaluate("type => ensue.log(type, { index: 0 })", self.type)
        self.assertTrue(receipt["duplicate"], "the first request had arrived")
        self.assert_stored_once(1)
        self.assert_confirmed(page)

    def test_storage_that_is_full(self):
        page = self.open()
        page.evaluate("localStorage.setItem('x', 'x'.repeat(5 * 1024 * 1024 - 1))")
        self.context.set_offline(True)
        self.log(page, 0, 10)
        page.wait_for_function("ensue.pending === 10")
        self.context.set_offline(False)
        self.assert_stored_once(10)
        page.wait_for_function("ensue.pending === 0")

    def test_pages_of_other_sites_are_refused(self):
        other = Server(pages={"index.html": PAGE})
        self.addCleanup(other.remove)
        other.start()
        page = self.context.new_page()
        page.goto(f"{other.url}/pages/")
        status = page.evaluate(
            """async url => {
                try {
                    const answer = await fetch(url, { method: 'POST', mode: 'no-cors', body: '{}' })
                    return answer.type
                } catch (error) { return String(error) }
            }""",
            f"{self.server.url}/v1/events",
        )
        self.assertIn(status, ["opaque", "TypeError: Failed to fetch"])
        self.assertEqual(self.stored(), [])


if __name__ == "__main__":
    unittest.main()
