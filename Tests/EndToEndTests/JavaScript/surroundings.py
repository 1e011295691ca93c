"""A server and a browser for tests in Python."""

import contextlib
import json
import os
import pathlib
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
import urllib.request

from playwright.sync_api import sync_playwright


def eventually(what, condition, seconds=30):
    """Asks until it holds: what other processes do can only be watched, not awaited."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """The real executable on a store and a port of its own; it can be killed and started again."""

    def __init__(self, pages, program="ensue", arguments=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ensue-browser-"))
        if isinstance(pages, dict):
            folder = self.folder / "pages"
            folder.mkdir()
            for name, text in pages.items():
                (folder / name).write_text(text)
        else:
            folder = pages
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.command = [
            str(pathlib.Path(os.environ["ENSUE"]).with_name(program)), "serve",
            "--store", str(self.folder / "ensue.db"), "--port", str(self.port), "--lease", "2",
            "--pages", str(folder), *arguments,
        ]  # fmt: skip
        self.process = None

    def start(self):
        self.log = open(self.folder / "log", "a+")
        self.process = subprocess.Popen(self.command, stdout=self.log, stderr=subprocess.STDOUT)
        eventually(f"{' '.join(self.command)} answers", self.is_ready)

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the server has ended:\n{(self.folder / 'log').read_text()}")
        try:
            return urllib.request.urlopen(f"{self.url}/readyz", timeout=5).status == 200
        except OSError:
            return False

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log.close()

    def remove(self):
        if self.process:
            self.kill()
        shutil.rmtree(self.folder)

    def events(self, type):
        """The data of all events of a type, the oldest first."""
        store = sqlite3.connect(f"file:{self.folder}/ensue.db?mode=ro", uri=True)
        with contextlib.closing(store):
            rows = store.execute("SELECT data FROM events WHERE type = ? ORDER BY id", [type])
            return [json.loads(data) for data, in rows]


class Browser:
    """Chromium without a window."""

    def __init__(self):
        self.playwright = sync_playwright().start()
        # A container's root has no sandbox; the pages are our own.
        sandbox = [] if os.geteuid() else ["--no-sandbox"]
        self.chromium = self.playwright.chromium.launch(
            executable_path=os.environ["CHROMIUM"], args=sandbox
        )

    def new_context(self, **options):
        context = self.chromium.new_context(**options)
        context.set_default_timeout(30_000)
        return context

    def close(self):
        self.chromium.close()
        self.playwright.stop()
