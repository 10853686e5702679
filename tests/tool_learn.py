"""Cases of tests/tool for assay learn and assay reputation."""
import json
import os
import shutil
import subprocess
import time

STAMP = ("Authentication-Results: mx.example.org; iprev=pass"
         " policy.iprev=192.0.2.1;\n spf=pass smtp.mailfrom=ann@example.com;"
         " spf=fail smtp.mailfrom=x@other.example;\n dkim=pass"
         " header.d=good.example; dkim=fail header.d=bad.example\n")
MESSAGE = STAMP + "From: Ann <ann@example.com>\nSubject: x\n" \
    "Message-ID: <%s@example.com>\n\nx\n"
ONCE = """\
net 192.0.2.0/24: reputation %s, confidence 0.09 (spam %s, ham %s)
spf example.com: reputation %s, confidence 0.09 (spam %s, ham %s)
dkim good.example: reputation %s, confidence 0.09 (spam %s, ham %s)
"""
SPAM, HAM = ONCE % (("-1.00", "1.0", "0.0") * 3), \
    ONCE % (("1.00", "0.0", "1.0") * 3)
PARALLEL, MESSAGES = 8, 4

# What is said of what, with a status of 2.
WRONG = (
    ("no verdict", ("learn",), "spam or ham, and which message?"),
    ("no message", ("learn", "spam"), "spam or ham, and which message?"),
    ("a verdict", ("learn", "eggs", "one"),
     '"eggs" is neither spam nor ham'),
    ("no store", ("learn", "spam", "one"), "the setting store is not set"),
    ("its own store", ("learn", "--set", "store=memory:", "spam", "one"),
     "nobody else can look into it"),
    ("events for a file", ("learn", "spam", "one", "log"),
     "a message needs no events"),
    ("of nobody", ("reputation",), "of whom?"),
    ("of what", ("reputation", "--set", "store=sqlite:learn.db", "a b"),
     '"a b" is no domain, address or network'),
    ("no store to look into", ("reputation", "example.com"),
     "the setting store is not set"),
)


class Store:
    def __init__(self, runner, url):
        self.runner, self.url = runner, url

    def run(self, command, *arguments):
        return self.runner.run(command, "--set", "store=" + self.url,
                               *arguments)

    def says(self, name, expected, *arguments, status=0):
        done = self.run(*arguments)
        self.runner.check(
            "%s %s" % (self.url.split(":")[0], name),
            (done.stdout.decode(), done.returncode, done.stderr),
            (expected, status, b""))

    def counts(self, name):
        done = self.run("reputation", "--json", name)
        return [(round(one["spam"], 2), round(one["ham"], 2))
                for one in map(json.loads, done.stdout.splitlines())]


def turns(store):
    """Learnt once, corrected, looked at, forgotten."""
    store.says("learn spam", SPAM, "learn", "spam", "one")
    store.says("learn it again", "it counts as spam already\n", "learn",
               "spam", "one")
    store.says("learn ham instead", HAM, "learn", "ham", "one")
    store.says("and again", "it counts as ham already\n", "learn", "ham",
               "one")
    check = store.runner.check
    check("of a domain", store.counts("example.com"), [(0, 0), (0, 1)])
    check("of an address", store.counts("192.0.2.77"), [(0, 1)])
    check("what was not proven", store.counts("bad.example")
          + store.counts("other.example"), [(0, 0)] * 4)
    check("nobody's", store.run("reputation", "nobody.example").returncode, 1)
    check("forget it", store.run("reputation", "--reset",
                                 "192.0.2.0/24").returncode, 0)
    check("it is forgotten", store.counts("192.0.2.1"), [(0, 0)])


def race(store):
    """Many report the same messages at once: each counts once."""
    wants = ["race%d" % (i % MESSAGES) for i in range(PARALLEL * MESSAGES)]
    for name in set(wants):
        store.runner.write(name, MESSAGE.replace("example.com", "race.example")
                           % name)
    for verdict, expected in (("spam", (MESSAGES, 0)),
                              ("ham", (0, MESSAGES))):
        them = [subprocess.Popen(
            [store.runner.assay, "learn", "-c", "/dev/null", "--set",
             "authserv_id=mx.example.org", "--set", "store=" + store.url,
             verdict, name], cwd=store.runner.directory,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            for name in wants]
        said = [one.communicate()[0].decode() for one in them]
        already = said.count("it counts as %s already\n" % verdict)
        store.runner.check("%s race: %s" % (store.url, verdict), (
            already, [one.returncode for one in them].count(0)), (
                len(wants) - MESSAGES, len(wants)))
        store.runner.check("%s race: %s counted" % (store.url, verdict),
                           store.counts("race.example")[1], expected)


def in_redis(runner):
    path = os.path.join(runner.directory, "learn.sock")
    server = subprocess.Popen(
        ["redis-server", "--port", "0", "--unixsocket", path, "--save", "",
         "--dir", runner.directory], stdout=subprocess.DEVNULL)
    try:
        for _ in range(500):
            if os.path.exists(path):
                break
            time.sleep(0.02)
        time.sleep(0.1)
        turns(Store(runner, "redis+unix://" + path))
        race(Store(runner, "redis+unix://" + path))
    finally:
        server.kill()
        server.wait()


def run(runner):
    runner.write("one", MESSAGE % "one")
    runner.write("unproven", "From: ann@example.com\n\nx\n")
    for name, arguments, words in WRONG:
        runner.wrong("learn: " + name, arguments, words)
    done = runner.run("learn", "--set", "store=sqlite:learn.db", "spam",
                      "unproven")
    runner.check("nobody has proved it", (done.returncode,
                 b"there is nothing to learn" in done.stderr), (1, True))
    turns(Store(runner, "sqlite:learn.db"))
    race(Store(runner, "sqlite:learn.db"))
    if shutil.which("redis-server"):
        in_redis(runner)
    else:
        runner.check("redis-server is installed", False, True)
