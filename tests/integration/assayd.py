"""assayd under test: its files, its life, its log and its events."""
import json
import os
import pwd
import signal

from proc import Server, answers, wait_for

USER = "nobody"
AUTHSERV_ID = "mx.example.org"


def quoted(value):
    if isinstance(value, (list, tuple)):
        return "{ %s }" % ", ".join(quoted(v) for v in value)
    return '"%s"' % str(value).replace("\\", "\\\\").replace('"', '\\"')


class Assayd:
    """One daemon.  All its files are below one directory."""

    def __init__(self, binary, directory, address, policy, zone, settings):
        self.binary = binary
        self.directory = directory
        self.address = address      # a path or (host, port)
        self.events_file = directory + "/events.json"
        self.policy_file = directory + "/test.policy"
        self.conf_file = directory + "/assay.conf"
        self.settings = {
            "listen": self.listen(), "user": USER,
            "authserv_id": AUTHSERV_ID, "policy": self.policy_file,
            "dns": ["zone:" + self.write("zone", zone)],
            "log": "stderr", "log_level": "debug",
            "events": self.events_file}
        self.settings.update(settings)
        self.policy(policy)
        self.configure()
        owner = pwd.getpwnam(USER)
        os.chown(directory, owner.pw_uid, owner.pw_gid)
        if isinstance(address, str):
            os.chown(os.path.dirname(address), owner.pw_uid, owner.pw_gid)
        self.server = None

    def listen(self):
        if isinstance(self.address, str):
            return "unix:%s,mode=666" % self.address
        return "inet:%d@%s" % (self.address[1], self.address[0])

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path + ".new", "w", encoding="utf-8") as out:
            out.write(text)
        os.rename(path + ".new", path)
        return path

    def policy(self, text):
        self.write("test.policy", text)

    def configure(self, **changes):
        self.settings.update(changes)
        self.write("assay.conf", "".join(
            "%s = %s\n" % (key, quoted(value))
            for key, value in self.settings.items()))

    def start(self):
        env = dict(os.environ)
        env.setdefault("ASAN_OPTIONS", "abort_on_error=0:exitcode=99")
        env.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")
        self.server = Server([self.binary, "-f", "-c", self.conf_file],
                             self.directory + "/log", env)
        self.server.wait_ready(self.address)
        # The socket is there before the policy is read.
        wait_for(lambda: "listens on" in self.log() or
                 not self.server.alive(), 20)

    def log(self):
        return self.server.text()

    def reload(self, seconds=20):
        """SIGHUP, and wait until the log shows what came of it."""
        before = self.log().count("reloaded")    # or "not reloaded"
        self.server.kill(signal.SIGHUP)
        if not wait_for(lambda: self.log().count("reloaded") > before,
                        seconds):
            raise AssertionError("no log line after SIGHUP")

    def kill(self):
        self.server.stop(signal.SIGKILL)

    def stop(self):
        """SIGTERM; what was wrong with its end, or an empty text."""
        if self.server is None:
            return ""
        if not self.server.alive() and self.server.child.returncode == -9:
            return self.sanitizer_report()
        status = self.server.stop(signal.SIGTERM, 40)
        if status != 0:
            return "assayd ended with status %d\n%s" % (
                status, self.log()[-4000:])
        if isinstance(self.address, str) and answers(self.address):
            return "assayd's socket still answers"
        return self.sanitizer_report()

    def sanitizer_report(self):
        text = self.log()
        for mark in ("ERROR: AddressSanitizer", "runtime error:",
                     "ERROR: LeakSanitizer"):
            if mark in text:
                return text[text.index(mark):][:4000]
        return ""

    def events(self):
        """All complete lines of the event file, read as JSON."""
        try:
            with open(self.events_file, encoding="utf-8") as lines:
                return [json.loads(line) for line in lines
                        if line.endswith("\n")]
        except FileNotFoundError:
            return []
