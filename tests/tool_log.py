"""Cases of tests/tool for assay log, and for stores in the place of logs."""
import gzip
import hmac
import json
import os
import signal
import subprocess
import time

EVENTS = (
    # (second, id, host, queue id, verdict, rule, client, from, author, to)
    (1, "01", "mx1", "4AAA", "accept", None, "192.0.2.1", "ann@example.com",
     "example.com", ["bob@example.net"]),
    (2, "02", "mx2", "4BBB", "reject", ("/etc/assay/p.policy", 7),
     "198.51.100.9", "", "bank.example", ["bob@example.net", "c@d.example"]),
    (3, "03", "mx1", None, "reject", ("/etc/assay/p.policy", 9),
     "2001:db8::1", "x@sub.example.com", None, []),
    (4, "04", "mx1", "4DDD", "quarantine", ("p.policy", 7), "192.0.2.9",
     "evil\x1b[31m@example.org", "example.org", ["bob@example.net"]),
)


def event(second, number, host, queue_id, verdict, rule, client, sender,
          author, rcpts):
    return {
        "v": 1, "time": "2026-11-22T10:00:%02d.500000Z" % second,
        "id": number, "host": host, "kind": "message" if queue_id else "mail",
        "queue_id": queue_id, "verdict": {
            "action": verdict, "code": None, "enhanced": None, "text": None,
            "file": rule and rule[0], "line": rule and rule[1]},
        "policy": {"name": "p", "checksum": "0" * 16, "mode": "enforce"},
        "rules": [], "calls": [], "rcpts": [
            {"address": rcpt, "action": "accept"} for rcpt in rcpts],
        "dkim": [], "facts": {"client.ip": client, "mail.from": sender,
                              "from.domain": author}}


def lines(events):
    return "".join(json.dumps(event(*one)) + "\n" for one in events)


# What is asked for, and the queue ids or hosts that it finds, by second.
FOUND = (
    ((), "1 2 3 4"), (("--from", "example.com"), "1"),
    (("--from", ".example.com"), "1 3"), (("--from", "@example.com"), "1"),
    (("--from", "ANN@Example.com"), "1"), (("--from", "<>"), "2"),
    (("--from", "bank.example"), "2"), (("--from", "nobody"), ""),
    (("--to", "bob@example.net"), "1 2 4"), (("--to", "d.example"), "2"),
    (("--to", "example"), ""), (("--client", "192.0.2.0/28"), "1 4"),
    (("--client", "2001:db8::/32"), "3"),
    (("--client", "198.51.100.9"), "2"), (("--verdict", "reject"), "2 3"),
    (("--verdict", "Quarantine"), "4"), (("--queue-id", "4BBB"), "2"),
    (("--rule", "p.policy:7"), "2 4"), (("--rule", "p.policy"), "2 3 4"),
    (("--rule", "/etc/assay/p.policy:9"), "3"), (("--rule", "p.policy:1"), ""),
    (("--since", "2026-11-22T10:00:03"), "3 4"),
    (("--until", "2026-11-22T10:00:03"), "1 2"),
    (("--since", "2026-11-22T10:00:02", "--until", "2026-11-22T10:00:03"),
     "2"),
    (("--limit", "2"), "3 4"), (("--limit", "0"), "1 2 3 4"),
    (("--verdict", "reject", "--limit", "1"), "3"),
)

PLAIN = """\
2026-11-22 10:00:01.500	mx1	4AAA	accept	192.0.2.1	ann@example.com	\
example.com	bob@example.net	-
2026-11-22 10:00:02.500	mx2	4BBB	reject	198.51.100.9	<>	bank.example	\
bob@example.net +1	/etc/assay/p.policy:7
2026-11-22 10:00:03.500	mx1	-	reject@mail	2001:db8::1	\
x@sub.example.com	-	-	/etc/assay/p.policy:9
2026-11-22 10:00:04.500	mx1	4DDD	quarantine	192.0.2.9	\
evil?[31m@example.org	example.org	bob@example.net	p.policy:7
"""

WRONG = (
    ("a verdict", ("--verdict", "eaten"), '"eaten" is nothing for --verdict'),
    ("a network", ("--client", "192.0.2.0/99"),
     '"192.0.2.0/99" is nothing for --client'),
    ("a time", ("--since", "noon"), '"noon" is nothing for --since'),
    ("a limit", ("--limit", "x"), '"x" is nothing for --limit'),
    ("until and follow", ("--until", "1d", "--follow"),
     "--follow has no --until"),
    ("no source", (), "which events?"),
    ("no store", ("store:",), "the settings name no store"),
    ("memory", ("--set", "store=memory:", "store:"), "events are kept in"),
    ("no such file", ("nothing.json",), "No such file"),
    ("no such store", ("sqlite:nothing.db",), "unable to open"),
    ("no history", ("sqlite:other.db",), "another program"),
    ("standard input", ("--follow", "-"), "cannot be followed"),
)


class Logs:
    def __init__(self, runner):
        self.runner, self.directory = runner, runner.directory
        self.keep = os.path.join(os.path.dirname(runner.assay),
                                 "tests/bench/keep")

    def put(self, text):
        subprocess.run([self.keep, "sqlite:log.db", "36500"], check=True,
                       cwd=self.directory, input=text.encode(),
                       stdout=subprocess.DEVNULL)

    def log(self, *arguments):
        return self.runner.run("log", *arguments)

    def seconds(self, *arguments):
        done = self.log("--json", *arguments)
        return " ".join(str(int(json.loads(line)["time"][17:19]))
                        for line in done.stdout.splitlines()), done


def finds(logs, source):
    for arguments, expected in FOUND:
        found, done = logs.seconds(*arguments, source)
        logs.runner.check("log %s %s" % (source, arguments),
                          (found, done.returncode, done.stderr),
                          (expected, 0 if expected else 1, b""))
    done = logs.log(source)
    logs.runner.check("log %s: plain" % source,
                      (done.stdout.decode(), done.returncode), (PLAIN, 0))


def follow(logs, source, more):
    """What comes while it runs, and not what was there."""
    with subprocess.Popen(
            [logs.runner.assay, "log", "--follow", "--json", source],
            cwd=logs.directory, stdout=subprocess.PIPE) as process:
        time.sleep(1.5)
        more()
        first = process.stdout.readline()
        second = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
    logs.runner.check("log --follow " + source,
                      [json.loads(line)["id"] for line in (first, second)],
                      ["f1", "f2"])


def now_events():
    now = time.gmtime()
    texts = []
    for number in "f1", "f2":
        one = event(*((1, number) + EVENTS[0][2:]))
        one["time"] = time.strftime("%Y-%m-%dT%H:%M:%S", now) + ".%06dZ" % (
            int(number[1]))
        texts.append(json.dumps(one) + "\n")
    return texts


def followed(logs):
    path = os.path.join(logs.directory, "follow.json")
    first, second = now_events()

    def to_file():
        with open(path, "a", encoding="utf-8") as out:
            out.write(first)
        time.sleep(0.7)
        os.rename(path, path + ".1")
        with open(path, "w", encoding="utf-8") as out:
            out.write("no event\n" + second)

    def over_truncation():
        with open(path, "a", encoding="utf-8") as out:
            out.write(first)
            out.flush()
            time.sleep(0.7)
            os.truncate(path, 0)
            out.write(second)

    for more in to_file, over_truncation:
        with open(path, "w", encoding="utf-8") as out:
            out.write(lines(EVENTS))
        follow(logs, "follow.json", more)
    follow(logs, "sqlite:log.db", lambda: logs.put(first + second))


def stores(logs):
    """Wherever a log can be named, a store can."""
    runner = logs.runner
    with open(os.path.join(logs.directory, "tool.policy"), "w",
              encoding="utf-8") as out:
        out.write('policy "p" mode enforce;\nat message {\n'
                  '    reject when from.domain == "example.com";\n}\n')
    replay = ("policy", "replay", "--json", "--policy", "tool.policy")
    for source in ("sqlite:log.db", "store:"):
        done = runner.run(*replay, "--set", "store=sqlite:" + os.path.join(
            logs.directory, "log.db"), "--until", "2026-11-22T10:00:05",
            source, common=False)
        found = json.loads(done.stdout)
        runner.check("replay " + source,
                     (found["events"], found["differ"], done.returncode),
                     (4, 4, 1))
    done = runner.run(*replay, "--since", "2026-11-22T10:00:04", "--until",
                      "2026-11-22T10:00:05", "sqlite:log.db", "log.json",
                      common=False)
    runner.check("replay: a store and a file",
                 json.loads(done.stdout)["events"], 2)
    settings = ("--set", "history=30d", "--set", "store=sqlite:" +
                os.path.join(logs.directory, "log.db"))
    done = runner.run("explain", "--policy", "tool.policy", *settings,
                      "4BBB", common=False)
    runner.check("explain asks the history",
                 (done.stdout.decode().split(",")[0], done.returncode),
                 ("4BBB 2026-11-22T10:00:02.500000Z", 0))
    done = runner.run("log", "-c", "/dev/null", *settings, "--queue-id",
                      "4DDD", common=False)
    runner.check("log asks the history", done.stdout.decode(),
                 PLAIN.splitlines(True)[3])


def hashed(logs):
    """A hashed address is found by who has the key."""
    runner, key = logs.runner, "a secret that nobody knows"
    runner.write("privacy.key", key + "\n")
    runner.write("short.key", "short\n")

    def hide(address):
        local, domain = address.split("@")
        return "h-%s@%s" % (hmac.new(key.encode(), address.lower().encode(),
                                     "sha256").hexdigest()[:24], domain)

    one = list(EVENTS[0])
    one[7], one[9] = hide("Ann@example.com"), [hide("bob@example.net")]
    runner.write("hashed.json", lines([one]))
    settings = ("--set", "privacy=hash-senders,hash-recipients", "--set",
                "privacy_key=" + os.path.join(logs.directory, "privacy.key"))
    for option, address, expected in (
            ("--from", "ann@Example.com", "1"), ("--to", "bob@example.net",
                                                 "1"),
            ("--to", "eve@example.net", ""), ("--to", "example.net", "1"),
            ("--from", hide("ann@example.com"), "1")):
        found, _ = logs.seconds(option, address, *settings, "hashed.json")
        runner.check("log hashed %s %s" % (option, address), found, expected)
    for more, words in (((), "hashes need a key"), (
            ("--set", "privacy_key=" + os.path.join(
                logs.directory, "short.key")), "16 octets at least"), (
            ("--set", "privacy_key=/nowhere"), "No such file")):
        runner.wrong("privacy %s" % (more,), (
            "log", "--from", "x@y", "--set", "privacy=hash-senders") + more +
            ("hashed.json",), words)
    runner.wrong("privacy of what", ("log", "--set", "privacy=all", "--from",
                                     "x@y", "hashed.json"),
                 "is none of hash-recipients")


def run(runner):
    logs = Logs(runner)
    text = lines(EVENTS)
    for name, data in (("log.json", text.encode()),
                       ("log.json.gz", gzip.compress(text.encode()))):
        with open(os.path.join(logs.directory, name), "wb") as out:
            out.write(data)
    logs.put(text)
    logs.put(text)                      # again: nothing is there twice
    for source in ("log.json", "log.json.gz", "sqlite:log.db"):
        finds(logs, source)
    done = runner.run("log", "-", stdin=text.encode())
    runner.check("log -", done.stdout.decode(), PLAIN)
    with open(os.path.join(logs.directory, "other.db"), "wb"):
        pass
    subprocess.run(["/usr/bin/python3", "-c", "import sqlite3; sqlite3."
                    "connect('other.db').execute('create table t (x)')"],
                   cwd=logs.directory, check=True)
    for store, words in (("", "history needs a store"), ("memory:",
                         "history needs a store that others can read")):
        runner.wrong("history in " + store, (
            "verify", "--set", "history=1d", "--set", "store=" + store,
            "plain"), words)
    for name, arguments, words in WRONG:
        runner.wrong("log: " + name, ("log",) + arguments, words)
    stores(logs)
    hashed(logs)
    followed(logs)
