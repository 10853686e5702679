"""assayd under test: its settings, its life, its log."""
import os
import pwd
import shutil
import signal
import subprocess

from client import Client
from proc import Server, wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
USER = "nobody"
AUTHRES = "mx.example.org"
BAD_ENDS = ("ERROR: AddressSanitizer", "runtime error:",
            "ERROR: LeakSanitizer", "assay: bug:")


class Skipped(Exception):
    """This test cannot run here."""


class Daemon:
    """All its files are below one directory, which its user may write to."""

    def __init__(self, binary, directory):
        self.binary = binary
        self.directory = directory
        self.socket = self.path("socket")
        self.server = None
        self.expect_status = 0
        self.settings = {
            "listen": "unix:%s,mode=666" % self.socket, "user": USER,
            "authserv_id": AUTHRES, "policy": "test.policy",
            "dns": "zone:test.zone", "log": "stderr", "log_level": "debug",
            "events": "events.json", "dns_timeout": "3s",
            "message_wait": "5s", "stop_wait": "3s"}
        for name in ("test.policy", "test.zone"):
            shutil.copy(os.path.join(HERE, name), directory)
        if os.geteuid() == 0:
            owner = pwd.getpwnam(USER)
            os.chown(directory, owner.pw_uid, owner.pw_gid)
        self.configure()

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as out:
            out.write(text)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as text:
            return text.read()

    def configure(self, **changes):
        self.settings.update(changes)
        self.write("assay.conf", "".join(
            '%s = "%s"\n' % item for item in self.settings.items()))

    def policy(self, text):
        self.write("test.policy", text)

    def environment(self, **more):
        env = dict(os.environ)
        env.setdefault("ASAN_OPTIONS", "exitcode=99")
        env.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")
        env.update(more)
        return env

    def command(self, *more):
        return [self.binary, "-c", self.path("assay.conf"), *more]

    def start(self, address=None, **environment):
        self.server = Server(self.command("-f"), self.path("log"),
                             self.environment(**environment))
        self.server.wait_ready(address or self.socket)
        self.logs(" listens on ")
        return self

    def once(self, *options, **environment):
        """Run it to its end: (status, output)."""
        done = subprocess.run(
            self.command(*options), stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
            env=self.environment(**environment), cwd=self.directory)
        return done.returncode, done.stdout

    def client(self):
        return Client(self.socket)

    def log(self):
        return self.server.text() if self.server else ""

    def logs(self, text, seconds=10):
        """The log comes to hold this text."""
        return wait_for(lambda: text in self.log(), seconds)

    def signal(self, number):
        self.server.kill(number)

    def reload(self):
        """SIGHUP, until the log tells what came of it."""
        before = self.log().count("reloaded")
        self.signal(signal.SIGHUP)
        return wait_for(lambda: self.log().count("reloaded") > before, 10)

    def end(self):
        """SIGTERM; what was wrong with its end, or an empty text."""
        if self.server is None:
            return ""
        server, self.server = self.server, None
        status = server.stop(signal.SIGTERM, 30)
        text = server.text()
        for mark in BAD_ENDS:
            if mark in text:
                return text[text.index(mark):][:4000]
        if status != self.expect_status:
            return "status %d\n%s" % (status, text[-4000:])
        return ""
