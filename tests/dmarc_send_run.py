"""What the files of tests/dmarc_send share: a sender, its mailer, its store."""
import email
import email.policy
import glob
import json
import os
import shutil
import subprocess
import tempfile
import time

import dmarc_events

NOW = dmarc_events.BEGIN + 86400 + 3600     # at one in the next morning
HERE = os.path.dirname(os.path.abspath(__file__))
SCHEMA = os.path.join(HERE, "support/aggregate-2.0.xsd")
READER = os.path.join(HERE, "support/mail_dmarc_read.pl")
NS = "{urn:ietf:params:xml:ns:dmarc-2.0}"

ZONE = """
_dmarc.d.example. TXT "v=DMARC1; p=none"
d.example._report._dmarc.ext.example. TXT "v=DMARC1"
o.example._report._dmarc.v.example. TXT "v=DMARC1; rua=mailto:new@v.example"
s.example._report._dmarc.slow.example. * SERVFAIL
"""

# Takes a mail as sendmail(8) does, into a file of its own name.
TAKER = '''#!/bin/sh
cd %s || exit 75
read -r mode <mode
case $mode in
"kill before")
	kill -9 $PPID
	exit 75 ;;
later)
	exit 75 ;;
refuse)
	echo "5.1.1 no such user"
	exit 67 ;;
esac
name=out/$$-$(date +%%s%%N)
{ echo "X-Args: $*"; cat; } >$name.part && mv $name.part $name
[ "$mode" != "kill after" ] || kill -9 $PPID
'''


class Runner:
    def __init__(self, assay, directory):
        self.assay, self.directory = os.path.abspath(assay), directory
        self.passed = self.failed = self.skipped = 0
        self.now = NOW
        self.store = "sqlite:" + os.path.join(directory, "db")
        self.write("zone", ZONE)
        self.write("sendmail", TAKER % directory)
        os.chmod(self.path("sendmail"), 0o755)
        self.mode("take")
        self.clear()

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as out:
            out.write(text)
        return self.path(name)

    def mode(self, word):
        self.write("mode", word + "\n")

    def clear(self):
        shutil.rmtree(self.path("out"), ignore_errors=True)
        os.mkdir(self.path("out"))

    def fresh(self, store=None):
        """A store that knows nothing, and nothing sent."""
        self.clear()
        self.mode("take")
        self.store = store or "sqlite:" + tempfile.mkdtemp(
            dir=self.directory) + "/db"

    def check(self, name, found, expected):
        if found == expected:
            self.passed += 1
            return
        self.failed += 1
        print("failed  %s\n    %.1500r\n  not\n    %.1500r" % (
            name, found, expected))

    def skip(self, name, why):
        self.skipped += 1
        print("skipped %s: %s" % (name, why))

    def arguments(self, *more, now=NOW):
        return [self.assay, "dmarc", "send", "-c", "/dev/null", "--dns",
                "zone:" + self.path("zone"), "--now", str(now), "--pace", "0",
                "--set", "report_from=dmarc@ours.example", "--set",
                "report_org=Ours", "--set", "store=" + self.store, "--set",
                "report_mailer=sendmail:" + self.path("sendmail"), *more]

    def run(self, *more, now=NOW, before=(), **how):
        return subprocess.run([*before, *self.arguments(*more, now=now)],
                              capture_output=True, check=False, **how)

    def outcomes(self, *more, now=NOW):
        """(domain, to): outcome, and the exit status."""
        done = self.run("--json", *more, now=now)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return {(line["domain"], line["to"]): line["outcome"]
                for line in lines}, done.returncode

    def mails(self):
        mails = []
        for path in sorted(glob.glob(self.path("out/*"))):
            with open(path, "rb") as octets:
                mails.append((path, email.message_from_binary_file(
                    octets, policy=email.policy.default)))
        return mails


def line(domain, rua, i=0, day=dmarc_events.DAY, **more):
    """An event of a domain that asks for reports."""
    return json.dumps(dict({
        "v": 1, "time": day.isoformat() + "Z", "kind": "message",
        "verdict": {"action": "accept"},
        "dmarc_record": "v=DMARC1; p=none" + ("; rua=" + rua if rua else ""),
        "facts": {"client.ip": "192.0.2.%d" % (i % 250), "dmarc": "pass",
                  "dmarc.domain": domain, "dmarc.policy_domain": domain,
                  "dmarc.policy": "none", "dmarc.alignment.dkim": True}},
        **more)) + "\n"


def text(element, path):
    found = element.find("/".join(NS + name for name in path.split("/")))
    return "" if found is None else found.text or ""


def many(runner, count=12):
    """Domains of which two name two addresses."""
    return runner.write("events", "".join(line(
        "d%d.example" % i, "mailto:a@d%d.example" % i + (
            ",mailto:b@d%d.example" % i if i < 2 else ""))
        for i in range(count)))


def sent(runner):
    """{(to, report id): how many}; the same mail each time."""
    found = {}
    for _, message in runner.mails():
        parts = list(message.iter_parts())
        key = (message["To"], message["Message-ID"],
               parts[1].get_filename(), parts[1].get_content())
        found[key] = found.get(key, 0) + 1
    return found


class Redis:
    """A server of its own; as a store it is its URL."""

    def __init__(self, runner):
        self.socket = runner.path("redis")
        self.server = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket,
             "--save", "", "--dir", runner.directory],
            stdout=subprocess.DEVNULL)
        for _ in range(100):
            if os.path.exists(self.socket):
                break
            time.sleep(0.1)

    def __str__(self):
        return "redis+unix://" + self.socket

    def __radd__(self, text):
        return text + str(self)

    def flush(self):
        self.ask("flushall")

    def ask(self, *words):
        return subprocess.run(["redis-cli", "-s", self.socket, *words],
                              capture_output=True, check=True).stdout

    def age(self, now):
        """What would be gone by then; it has a clock of its own."""
        for key in self.ask("keys", "*").decode().split("\n"):
            left = int(self.ask("pttl", key)) / 1000 if key else -1
            if left >= 0 and time.time() + left <= now:
                self.ask("del", key)

    def stop(self):
        self.server.kill()
        self.server.wait()
