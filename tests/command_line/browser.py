"""A headless Chromium, driven through the pipe of its DevTools protocol."""

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
LONGEST = 120  # seconds for an answer: the machine may be busy
# Without a sandbox of its own, as root in a container needs it; and with one thread less for what nobody sees.
OPTIONS = ("--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
           "--no-first-run", "--disable-extensions", "--disable-background-networking", "--hide-scrollbars", "about:blank")


def program():
    """The browser's path; None where there is none."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Browser:
    """A browser with one page at a time, as if it were the first. `problems` has what the page logged as errors or threw,
    and `requests` the addresses that it asked for."""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="glimpse-browser-")
        command_read, self.write_end = os.pipe()
        self.read_end, answer_write = os.pipe()

        def place():  # the protocol's descriptors are 3 and 4
            reading, writing = os.dup(command_read), os.dup(answer_write)
            os.dup2(reading, 3)
            os.dup2(writing, 4)

        self.process = subprocess.Popen([program(), f"--user-data-dir={self.profile}", *OPTIONS], close_fds=False,
                                        preexec_fn=place, start_new_session=True, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(command_read)
        os.close(answer_write)
        self.number = 0
        self.received = b""
        self.session = None

    def new_page(self):
        self.problems = []
        self.requests = []
        self.loaded = False
        self.context = self.ask("Target.createBrowserContext")["browserContextId"]
        target = self.ask("Target.createTarget", url="about:blank", browserContextId=self.context)["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def close_page(self):
        self.session = None
        self.ask("Target.disposeBrowserContext", browserContextId=self.context)

    def close(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.write_end)
        os.close(self.read_end)
        shutil.rmtree(self.profile, ignore_errors=True)

    def receive(self, deadline):
        while b"\0" not in self.received:
            if not select.select([self.read_end], [], [], max(0, deadline - time.monotonic()))[0]:
                raise AssertionError("the browser does not answer")
            portion = os.read(self.read_end, 1 << 20)
            if not portion:
                raise AssertionError("the browser has ended")
            self.received += portion
        message, self.received = self.received.split(b"\0", 1)
        self.note(message := json.loads(message))
        return message

    def note(self, message):
        if not self.session or message.get("sessionId") != self.session:
            return  # of a page that is closed
        parameters = message.get("params", {})
        if message.get("method") == "Runtime.exceptionThrown":
            self.problems.append(json.dumps(parameters["exceptionDetails"]))
        if message.get("method") == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.problems.append(parameters["entry"]["text"])
        if message.get("method") == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        if message.get("method") == "Page.loadEventFired":
            self.loaded = True

    def ask(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + LONGEST
        while (answer := self.receive(deadline)).get("id") != self.number:
            pass
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    def open(self, path, width=1200, height=800, dark=False):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])
        self.loaded = False
        self.ask("Page.navigate", url=path.as_uri())
        deadline = time.monotonic() + LONGEST
        while not self.loaded:
            self.receive(deadline)

    def value(self, script):
        """What an expression of JavaScript gives, a promise's result included."""
        result = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise AssertionError(json.dumps(result["exceptionDetails"]))
        return result["result"].get("value")

    def wait_for(self, script):
        """Until an expression is true."""
        deadline = time.monotonic() + LONGEST
        while not self.value(script):
            if time.monotonic() > deadline:
                raise AssertionError(f"never true: {script}")
            time.sleep(0.02)

    def settle(self):
        """Until two frames have been drawn, and all pictures are there or have failed."""
        self.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        self.wait_for("[...document.images].every(image => image.complete)")

    def press(self, key):
        text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
        if key == "Escape":
            text = {"windowsVirtualKeyCode": 27}  # by which dialogs know it
        self.ask("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
        self.ask("Input.dispatchKeyEvent", type="keyUp", key=key)

    def type(self, selector, text):
        self.value(f"document.querySelector({json.dumps(selector)}).focus()")
        self.ask("Input.insertText", text=text)

    def move_to(self, selector):
        """The pointer to the middle of an element."""
        box = self.value(f"(() => {{ const box = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
                         " return [box.x + box.width / 2, box.y + box.height / 2]; })()")
        self.ask("Input.dispatchMouseEvent", type="mouseMoved", x=box[0], y=box[1])
        return box

    def click(self, selector):
        x, y = self.move_to(selector)
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def screenshot(self, path):
        path.write_bytes(base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"]))
