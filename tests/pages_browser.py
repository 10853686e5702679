"""A headless Chromium that is told what to do over a pipe.

Its DevTools protocol: JSON messages with a NUL after each, read from
descriptor 3 and written to 4.  One page at a time.
"""
import base64
import json
import os
import select
import shutil
import subprocess
import time

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser",
            "google-chrome")
WAIT = 30                       # seconds, for any answer


def find():
    """The program, or None."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Broken(Exception):
    """The browser is gone, or did not answer."""


class Browser:
    def __init__(self, program, directory):
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()
        arguments = [program, "--headless", "--remote-debugging-pipe",
                     "--disable-gpu", "--no-first-run", "--disable-sync",
                     "--disable-component-update", "--hide-scrollbars",
                     "--disable-background-networking",
                     "--disable-dev-shm-usage", "--no-proxy-server",
                     "--user-data-dir=" + os.path.join(directory, "profile")]
        if os.getuid() == 0:            # where root has no sandbox
            arguments.append("--no-sandbox")
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", 'exec "$@" 3<&%d 4>&%d' %
             (theirs_in, theirs_out), "sh"] + arguments,
            pass_fds=(theirs_in, theirs_out), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        self.reads, self.writes = ours_in, ours_out
        self.rest, self.number = b"", 0
        self.events, self.session = [], None
        target = self.call("Target.createTarget", url="about:blank")
        self.session = self.call("Target.attachToTarget", flatten=True,
                                 targetId=target["targetId"])["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def close(self):
        os.close(self.writes)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.reads)

    def message(self, until):
        while b"\0" not in self.rest:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.reads], [], [], left)[0]:
                raise Broken("no answer")
            piece = os.read(self.reads, 1 << 20)
            if not piece:
                raise Broken("it ended")
            self.rest += piece
        line, self.rest = self.rest.split(b"\0", 1)
        return json.loads(line)

    def call(self, method, **params):
        self.number += 1
        order = {"id": self.number, "method": method, "params": params}
        if self.session:
            order["sessionId"] = self.session
        os.write(self.writes, json.dumps(order).encode() + b"\0")
        until = time.monotonic() + WAIT
        while True:
            answer = self.message(until)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise Broken("%s: %s" % (method, answer["error"]))
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        until = time.monotonic() + WAIT
        while True:
            for i, event in enumerate(self.events):
                if event.get("method") == method:
                    return self.events.pop(i)
            self.events.append(self.message(until))

    def open(self, path, script=True):
        self.call("Emulation.setScriptExecutionDisabled", value=not script)
        self.events.clear()
        self.call("Page.navigate", url="file://" + path)
        self.wait("Page.loadEventFired")

    def run(self, expression):
        """What an expression of JavaScript comes to."""
        answer = self.call("Runtime.evaluate", expression=expression,
                           returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise Broken(json.dumps(answer["exceptionDetails"])[:2000])
        return answer["result"].get("value")

    def complaints(self):
        """What the console says, and what was asked for beside the page."""
        found = []
        for event in self.events:
            name, params = event.get("method"), event.get("params")
            if name in ("Runtime.exceptionThrown", "Log.entryAdded",
                        "Runtime.consoleAPICalled"):
                found.append(json.dumps(params)[:300])
            elif name == "Network.requestWillBeSent" and \
                    params.get("type") != "Document":
                found.append("asks for " + params["request"]["url"])
        return found

    def look(self, width, height=900, scheme="light", media="screen"):
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", media=media, features=[
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"}])

    def press(self, key, code=None, text=None):
        more = {"text": text} if text else {}
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key,
                      code=key, windowsVirtualKeyCode=code, **more)

    def picture(self, path):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        shot = self.call("Page.captureScreenshot", format="png",
                         captureBeyondViewport=True, clip=dict(
                             x=0, y=0, scale=1, width=size["width"],
                             height=min(size["height"], 16000)))
        with open(path, "wb") as out:
            out.write(base64.b64decode(shot["data"]))

    def paper(self, path):
        with open(path, "wb") as out:
            out.write(base64.b64decode(self.call(
                "Page.printToPDF", printBackground=True)["data"]))
