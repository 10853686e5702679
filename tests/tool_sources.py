"""Cases of tests/tool for the sources of assay report and assay log: stores,
what is in several of them, what is broken, and what comes meanwhile."""
import contextlib
import gzip
import json
import os
import select
import shlex
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "support"))
import report_events                                        # noqa: E402

COUNT = 1200
SQLITE = "sqlite:sources.db"

# Of events 0 to 1199, what questions of a report list in a store.
LISTED = (
    (("--dns-zone", "broken.example"), 18), (("--dns-zone", "slow.example"),
                                             9),
    (("--list-error", "dnsbl:bl.example"), 3),
    (("--list", "dnswl:wl.example"), 2), (("--list", "wl.example"), 2),
    (("--list-error", "bl.example:refused"), 0),
    (("--shadow", "accept:reject"), 28), (("--shadow", "reject:accept"), 0),
    (("--shadow", "recipient:accept:reject,,next.policy:9"), 14),
    (("--not-signed", "no key for example.com"), 6),
    (("--not-sealed", "no key for mx.example"), 4),
    (("--not-tagged", "no key for tags"), 3),
    (("--signed", "example.com,s1"), 114), (("--signed", "example.org"), 0),
    (("--trouble", "header over the limit"), 2),
    (("--took", "100ms"), 12), (("--took", "spf:1s"), 0),
    (("--waited", "spf:250ms"), 40), (("--waited", "251ms"), 0),
    (("--waited", "store:4ms"), 12), (("--is", "monitored"), 2),
    (("--is", "over-rate"), 12), (("--signal", "helo.ours"), 2),
    (("--is", "unsigned", "--weekday", "mon"), 6),
    (("--is", "unsigned", "--weekday", "Tue"), 0),
)

WRONG = (
    ("a word", ("--is", "x"), '"x" is nothing for --is'),
    ("a span", ("--took", "spf:2"), '"spf:2" is nothing for --took'),
    ("a span without a unit", ("--waited", "5"),
     '"5" is nothing for --waited'),
    ("a day", ("--weekday", "x"), '"x" is nothing for --weekday'),
    ("a fact", ("--known", "x.y"), '"x.y" is nothing for --known'),
    ("an action", ("--shadow", "accept:eaten"),
     '"accept:eaten" is nothing for --shadow'),
    ("one action", ("--shadow", "accept"),
     '"accept" is nothing for --shadow'),
    ("a proof", ("--proof", "pgp:x"), '"pgp:x" is nothing for --proof'),
    ("a tag", ("--bounce-tag", "old"), '"old" is nothing for --bounce-tag'),
    ("a list of nothing", ("--list", "dnsbl:"),
     '"dnsbl:" is nothing for --list'),
)


class Sources:
    def __init__(self, runner):
        self.runner, self.directory = runner, runner.directory
        self.keep = os.path.join(os.path.dirname(runner.assay),
                                 "tests/bench/keep")

    def put(self, store, text):
        subprocess.run([self.keep, store, "36500"], check=True,
                       cwd=self.directory, input=text.encode(),
                       stdout=subprocess.DEVNULL)

    def report(self, *arguments):
        done = self.runner.run("report", "-c", "/dev/null", "--json",
                               *arguments, common=False)
        return json.loads(done.stdout) if done.stdout else None, done

    def log(self, *arguments):
        done = self.runner.run("log", *arguments, common=False)
        return done.stdout.count(b"\n"), done


def text_of(first, end, start=report_events.START):
    return "".join(json.dumps(report_events.event(
        i, start + report_events.datetime.timedelta(seconds=3 * i))) + "\n"
        for i in range(first, end))


def questions(sources, source):
    for arguments, count in LISTED:
        found, done = sources.log(*arguments, source)
        sources.runner.check("%s: log %s" % (source, arguments),
                             (found, done.returncode, done.stderr),
                             (count, 0 if count else 1, b""))


def commands(sources, store):
    """What a report over a store names lists what it says, of the store."""
    report, _ = sources.report(store)
    asked = {}
    for section in report["sections"].values():
        for figure, command in section["commands"].items():
            asked[command] = section["lists"][figure]
        for table in section["tables"].values():
            asked.update({row["command"]: row["lists"]
                          for row in table["rows"] if "command" in row})
    wrong = []
    for command, count in asked.items():
        found, done = sources.log(*shlex.split(command)[2:])
        if (found, done.stderr) != (count, b""):
            wrong.append((command, found, count, done.stderr))
    sources.runner.check("%s: %d commands" % (store, len(asked)),
                         (wrong[:3], len(asked) > 100), ([], True))


def overlap(sources, stores):
    """An event that is in several sources is one."""
    everywhere = ("sources.json", "sources.json.gz") + stores
    for named in (everywhere, everywhere[::-1], everywhere[:2],
                  everywhere[1:]):
        report, done = sources.report(*named)
        found = report["sections"]["sources"]["figures"]
        sources.runner.check("report of %s" % (named,), (
            report["events"], found["events"], found["twice"],
            report["sections"]["volume"]["figures"]["reject"],
            done.returncode),
            (COUNT, COUNT, COUNT * (len(named) - 1), 97, 0))
        sources.runner.check("log of %s" % (named,),
                             sources.log(*named)[0], COUNT)
        sources.runner.check("log of %s: a limit" % (named,),
                             sources.log("--limit", "7", *named)[0], 7)


def broken(sources):
    runner, directory = sources.runner, sources.directory
    with open(os.path.join(directory, "sources.json.gz"), "rb") as whole:
        data = whole.read()
    with open(os.path.join(directory, "half.json.gz"), "wb") as out:
        out.write(data[:len(data) // 2])
    runner.write("empty.json", "")
    runner.write("junk.json", "junk\n{}\n")
    os.mkdir(os.path.join(directory, "folder"))
    cut = b"half.json.gz: the compressed data end too early"
    for names, status, whole, words in (
            (("sources.json", "half.json.gz"), 2, True, cut),
            (("half.json.gz", "sources.json"), 2, True, cut),
            (("sources.json", "folder"), 2, True, b"folder: Is a directory"),
            (("sources.json", "empty.json"), 0, True, b""),
            (("empty.json",), 1, False, b""),
            (("sources.json", "sqlite:nowhere.db"), 2, True,
             b"unable to open"),
            (("sources.json", "nowhere.json"), 2, None,
             b"nowhere.json: No such file")):
        report, done = sources.report(*names)
        runner.check("report of %s" % (names,), (
            report and report["events"], done.returncode,
            words in done.stderr, not words and done.stderr),
            (whole if whole is None else COUNT if whole else 0, status, True,
             not words and b""))
        found, done = sources.log(*names)
        runner.check("log of %s" % (names,), (
            found, done.returncode, words in done.stderr),
            (COUNT if whole else 0, status, True))
    report, done = sources.report("junk.json", "sources.json")
    runner.check("report of junk", (
        report["events"], done.returncode,
        report["sections"]["sources"]["notes"]), (COUNT, 0, [
            "2 of %d lines left out: broken or cut, first junk.json:1" %
            (COUNT + 2)]))


class Following:
    """A process whose lines are read as they come, for a minute at most."""

    def __init__(self, sources, *arguments):
        self.process = subprocess.Popen(
            (sources.runner.assay,) + arguments, cwd=sources.directory,
            stdout=subprocess.PIPE, bufsize=0)
        self.end, self.rest = time.monotonic() + 60, b""

    def line(self):
        while b"\n" not in self.rest:
            left = self.end - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [],
                                              left)[0]:
                return b"{}"
            piece = os.read(self.process.stdout.fileno(), 65536)
            if not piece:
                return b"{}"
            self.rest += piece
        line, self.rest = self.rest.split(b"\n", 1)
        return line

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def follow(sources, source, put):
    """Both commands, from what was there on, while more comes in between."""
    now = report_events.datetime.datetime.now(
        report_events.datetime.timezone.utc).replace(tzinfo=None)
    put(text_of(2000, 2003, now - report_events.datetime.timedelta(
        seconds=6000)))
    report = Following(sources, "report", "-c", "/dev/null", "--follow",
                       "--since", "1h", "--json", source)
    log = Following(sources, "log", "-c", "/dev/null", "--follow", "--json",
                    "--is", "early", source)
    first = json.loads(report.line()).get("events")
    time.sleep(1)
    # Numbers 2007 and 2033 end early, of 2003 to 2039.
    start = now - report_events.datetime.timedelta(seconds=6010)
    put(text_of(2003, 2020, start))
    put(text_of(2020, 2040, start), True)
    events = first
    while events is not None and events < 40:
        events = json.loads(report.line()).get("events")
    ids = [json.loads(log.line()).get("id") for _ in range(2)]
    report.close()
    log.close()
    sources.runner.check("--follow of " + source, (first, events, ids), (
        3, 40, ["%016x" % 2008, "%016x" % 2034]))


def follow_file(sources):
    path = os.path.join(sources.directory, "turned.json")

    def put(text, turn=False):
        if turn:
            os.rename(path, path + ".1")
        with open(path, "a", encoding="ascii") as out:
            out.write(text)

    follow(sources, "turned.json", put)


@contextlib.contextmanager
def redis(runner):
    path = os.path.join(runner.directory, "sources.sock")
    server = subprocess.Popen(
        ["redis-server", "--port", "0", "--unixsocket", path, "--save", "",
         "--dir", runner.directory], stdout=subprocess.DEVNULL)
    try:
        for _ in range(500):
            if os.path.exists(path):
                break
            time.sleep(0.02)
        time.sleep(0.1)
        yield "redis+unix://" + path
    finally:
        server.kill()
        server.wait()


def run(runner):
    sources = Sources(runner)
    text = text_of(0, COUNT)
    runner.write("sources.json", text)
    with gzip.open(os.path.join(runner.directory, "sources.json.gz"),
                   "wb") as out:
        out.write(text.encode())
    sources.put(SQLITE, text)
    for name, arguments, words in WRONG:
        runner.wrong("log: " + name, ("log",) + arguments, words)
    for source in ("sources.json", "sources.json.gz", SQLITE):
        questions(sources, source)
    commands(sources, SQLITE)
    follow_file(sources)
    follow(sources, "sqlite:follow.db", lambda more, _=False:
           sources.put("sqlite:follow.db", more))
    broken(sources)
    if not shutil.which("redis-server"):
        runner.check("redis-server is installed", False, True)
        return
    with redis(runner) as store:
        sources.put(store, text)
        questions(sources, store)
        overlap(sources, (SQLITE, store))
        follow(sources, store, lambda more, _=False:
               sources.put(store, more))
