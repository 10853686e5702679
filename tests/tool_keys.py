"""Cases of tests/tool for assay key: new, check, rotate; and kills between."""
import base64
import glob
import json
import os
import random
import re
import stat
import subprocess
import time

DOMAIN = "example.com"


class Keys:
    """A directory of keys, and a zone that publishes some of them."""

    def __init__(self, runner, name):
        self.runner = runner
        self.directory = os.path.join(runner.directory, name)
        self.zone = os.path.join(runner.directory, name + ".zone")
        self.publish()

    def path(self, selector):
        return os.path.join(self.directory, DOMAIN, selector + ".pem")

    def public(self, path):
        der = subprocess.run(["openssl", "pkey", "-in", path, "-pubout",
                              "-outform", "DER"], check=True,
                             stdout=subprocess.PIPE).stdout
        rsa = len(der) > 100
        return "rsa" if rsa else "ed25519", base64.b64encode(
            der if rsa else der[-32:]).decode()

    def publish(self, *selectors, every=False, text=None):
        """Selectors, or every key that there is."""
        if every:
            selectors = [os.path.basename(p)[:-4] for p in glob.glob(
                os.path.join(self.directory, DOMAIN, "*.pem"))]
        with open(self.zone, "w", encoding="utf-8") as out:
            out.write("other.example TXT \"x\"\n")
            for selector in selectors:
                kind, key = self.public(self.path(selector))
                out.write('%s._domainkey.%s TXT "%s" "%s"\n' % (
                    selector, DOMAIN, text or "v=DKIM1; k=%s; p=%s" % (
                        kind, key[:100]), "" if text else key[100:]))

    def arguments(self, what, *more):
        return ("key", what, "--directory", self.directory, "--dns",
                "zone:" + self.zone, "--domain", DOMAIN, "--set",
                "user=nobody") + more

    def run(self, what, *more):
        return self.runner.run(*self.arguments(what, *more), common=False)

    def states(self):
        with open(os.path.join(self.directory, DOMAIN, "selectors"),
                  encoding="utf-8") as lines:
            return [tuple(line.split()[:2]) for line in lines
                    if not line.startswith("#")]

    def check(self, name, found, expected):
        self.runner.check("key: " + name, found, expected)


def new(runner):
    keys = Keys(runner, "new")
    done = keys.run("new", "--selector", "s1")
    text = done.stdout.decode()
    kind, octets = keys.public(keys.path("s1"))
    keys.check("new", done.returncode, 0)
    keys.check("new: mode", stat.S_IMODE(os.stat(keys.path("s1")).st_mode),
               0o600)
    keys.check("new: web form", text.splitlines()[-3:], [
        "name:  s1._domainkey", "type:  TXT",
        "value: v=DKIM1; k=rsa; p=" + octets])
    zone = text.split("for a zone file:\n")[1].split("\n\n")[0]
    strings = re.findall(r'"([^"]*)"', zone)
    keys.check("new: zone", ("".join(strings), max(map(len, strings)),
                             zone.split(" (")[0]),
               ("v=DKIM1; k=rsa; p=" + octets, 255,
                "s1._domainkey.example.com. IN TXT"))
    before = open(keys.path("s1"), "rb").read()
    again = keys.run("new", "--selector", "s1")
    keys.check("new: never over another", (
        again.returncode, b"never overwritten" in again.stderr,
        open(keys.path("s1"), "rb").read() == before), (2, True, True))
    done = keys.run("new", "--selector", "e1", "--algorithm", "ed25519")
    keys.check("new: ed25519", (done.returncode,
                                keys.public(keys.path("e1"))[0]),
               (0, "ed25519"))
    keys.check("new: states", keys.states(), [("s1", "waiting"),
                                              ("e1", "waiting")])
    keys.check("new: no leftovers", sorted(os.listdir(os.path.join(
        keys.directory, DOMAIN))), ["e1.pem", "s1.pem", "selectors"])
    for arguments in (("--selector", "x/y"), ("--selector", ""), (),
                      ("--selector", "x", "--algorithm", "dsa")):
        keys.check("new " + " ".join(arguments),
                   keys.run("new", *arguments).returncode, 2)


def results(done):
    return [(line["name"].split(".")[0], line["result"], line["why"])
            for line in map(json.loads, done.stdout.splitlines())]


def check(runner):
    keys = Keys(runner, "check")
    for selector in ("s1", "s2"):
        keys.run("new", "--selector", selector, "--algorithm", "ed25519")
    cases = [
        ((), {}, 1, [("s1", "missing", "not published"),
                     ("s2", "missing", "not published")]),
        (("s1", "s2"), {}, 0, [("s1", "ok", "published"),
                               ("s2", "ok", "published")]),
        (("s1", "s2"), {"text": "v=DKIM1; k=ed25519; p="}, 1, [
            ("s1", "differs", "the key is revoked there (p= is empty)"),
            ("s2", "differs", "the key is revoked there (p= is empty)")]),
        (("s1",), {"text": "v=DKIM1; k=ed25519; p=AAAA"}, 1, [
            ("s1", "differs", "another key is published"),
            ("s2", "missing", "not published")]),
        (("s1",), {"text": "v=DKIM1; p=AAAA"}, 1, [
            ("s1", "differs", "the record is of another kind of key (k=)"),
            ("s2", "missing", "not published")]),
    ]
    for published, how, status, expected in cases:
        keys.publish(*published, **how)
        done = keys.run("check", "--json")
        keys.check("check %s %s" % (published, how),
                   (done.returncode, results(done)), (status, expected))
    keys.publish("s1", "s2")
    done = keys.run("check", "--selector", "s1", "--json")
    keys.check("check: one", (done.returncode, results(done)),
               (0, [("s1", "ok", "published")]))
    broken = os.path.join(runner.directory, "broken.zone")
    with open(broken, "w", encoding="utf-8") as out:
        out.write("example.com * SERVFAIL\ns1._domainkey.example.com "
                  "* SERVFAIL\n")
    done = keys.run("check", "--selector", "s1", "--json", "--dns",
                    "zone:" + broken)
    keys.check("check: everywhere", (done.returncode,
                                     results(done)[0][:2]),
               (1, ("s1", "trouble")))
    record = "v=DKIM1; k=ed25519; p=" + keys.public(keys.path("s1"))[1]
    for text, why in (
            (record.replace("; p", "; h=sha1; p"),
             "the record does not allow sha256 (h=)"),
            (record.replace("; p", "; s=other; p"),
             "the record is not for mail (s=)"),
            (record + '" \ns1._domainkey.example.com TXT "v=DKIM1; p=AAAA',
             "several records have this name; there may be one")):
        keys.publish("s1", text=text)
        done = keys.run("check", "--selector", "s1", "--json")
        keys.check("check: " + why, (done.returncode, results(done)),
                   (1, [("s1", "differs", why)]))
    keys.publish("s1", "s2")
    os.chmod(keys.path("s2"), 0o644)
    done = keys.run("check", "--json")
    keys.check("check: readable", (done.returncode, results(done)[1]), (
        1, ("s2", "unusable",
            "mode 0644 is readable by others: chmod 600")))
    done = keys.run("check", "--set", "allow_readable_keys=yes", "--json")
    keys.check("check: readable, allowed", (done.returncode, results(done)),
               (0, [("s1", "ok", "published"), ("s2", "ok", "published")]))
    done = keys.run("check", "--selector", "s2")
    keys.check("check: in words", done.stdout.decode(),
               "unusable s2._domainkey.example.com  %s: mode 0644 is "
               "readable by others: chmod 600\n" % keys.path("s2"))


def owners(runner):
    """What assayd cannot read is no key, whatever root can."""
    keys = Keys(runner, "owners")
    keys.run("new", "--selector", "s1", "--algorithm", "ed25519")
    keys.publish("s1")
    cannot = ("may not be read: the user that signs must own it and be let "
              "into its directory")
    os.chown(keys.path("s1"), 0, 0)
    keys.check("owners: a key of root", results(keys.run("check", "--json")),
               [("s1", "unusable", cannot)])
    os.chown(os.path.join(keys.directory, DOMAIN), 0, 0)
    done = keys.run("check")
    keys.check("owners: a directory of root", (
        done.returncode, done.stderr.decode().split(": ", 2)[2:]),
        (2, ["may not be read: the user that signs must be let into its "
             "directory, or own it\n"]))
    done = keys.run("new", "--selector", "s2", "--set", "user=no-such-user")
    keys.check("owners: no such user", (
        done.returncode, b"there is no user \"no-such-user\"" in done.stderr,
        os.path.exists(keys.path("s2"))), (0, True, True))


def tables(runner):
    keys = Keys(runner, "tables")
    keys.run("new", "--selector", "s1", "--algorithm", "ed25519")
    keys.run("new", "--selector", "s2", "--algorithm", "ed25519")
    keys.publish("s1", "s2")
    keys.run("rotate")
    for name, row, expected in (
            ("file", "example.com selector=s2 key=%s" % keys.path("s2"),
             (0, [("s2", "ok", "published")])),
            ("directory", "* key=%s/" % keys.directory,
             (0, [("s1", "ok", "published")])),
            ("both", "example.com selector=s1,s3 key=%s/" % keys.directory,
             (1, [("s1", "ok", "published"), ("s3", "unusable",
                  "there is no such file: make a key with assay key "
                  "new")]))):
        runner.write("signing.table", row + "\n")
        done = runner.run("key", "check", "--dns", "zone:" + keys.zone,
                          "--json", "--set", "user=nobody", "--set",
                          "signing=" + os.path.join(runner.directory,
                                                    "signing.table"),
                          common=False)
        runner.check("key: check table: " + name,
                     (done.returncode, results(done)), expected)
    done = runner.run("key", "check", common=False)
    runner.check("key: check without a table", done.returncode, 2)


def rotate(runner):
    keys = Keys(runner, "rotate")
    kind = ("--algorithm", "ed25519")
    month = time.strftime("%Y%m", time.gmtime())
    first, second = month + "a", month + "b"
    steps = [
        ("waits", (), 1, [(first, "waiting")]),
        ("still waits", (), 1, [(first, "waiting")]),
        ("signs", (first,), 0, [(first, "active")]),
        ("next", (first,), 1, [(first, "active"), (second, "waiting")]),
        ("changes over", (first, second), 0, [(first, "retired"),
                                              (second, "active")]),
    ]
    for name, published, status, states in steps:
        keys.publish(*published)
        done = keys.run("rotate", *kind)
        keys.check("rotate: " + name, (done.returncode, keys.states()),
                   (status, states))
    done = keys.run("rotate", *kind, "--after", "30d")
    keys.check("rotate: too early", (done.returncode, done.stdout), (0, b""))
    done = keys.run("rotate", *kind, "--after", "30d", "--keep", "0")
    keys.check("rotate: buries", (
        done.returncode, keys.states(), os.path.exists(keys.path(first)),
        b"its record may be removed" in done.stdout),
        (0, [(first, "gone"), (second, "active")], False, True))
    keys.run("rotate", "--selector", "r1")
    keys.publish(second, "r1")
    keys.run("rotate", "--selector", "r1")
    keys.check("rotate: an RSA key beside it", keys.states(), [
        (first, "gone"), (second, "active"), ("r1", "active")])
    keys.publish(second)
    began = time.monotonic()
    done = keys.run("rotate", *kind, "--wait", "300ms", "--interval",
                    "100ms")
    keys.check("rotate: waits so long", (
        done.returncode, time.monotonic() - began > 0.2), (1, True))


def left_behind(runner):
    """A key that was made and not written down, before a crash."""
    keys = Keys(runner, "left")
    month = time.strftime("%Y%m", time.gmtime())
    first, second = month + "a", month + "b"
    keys.run("new", "--selector", first)
    os.unlink(os.path.join(keys.directory, DOMAIN, "selectors"))
    before = open(keys.path(first), "rb").read()
    done = keys.run("rotate", "--selector", first, "--algorithm", "ed25519")
    keys.check("left: another kind", (done.returncode,
                                      b"write another" in done.stderr),
               (2, True))
    for algorithm, states in (("ed25519", [(second, "waiting")]),
                              ("rsa2048", [(second, "waiting"),
                                           (first, "waiting")])):
        done = keys.run("rotate", "--algorithm", algorithm)
        keys.check("left: " + algorithm, (done.returncode, keys.states()),
                   (1, states))
    keys.check("left: kinds", (keys.public(keys.path(second))[0],
                               open(keys.path(first), "rb").read()),
               ("ed25519", before))
    done = keys.run("rotate", "--algorithm", "rsa4096")
    keys.check("left: of other bits", (done.returncode, keys.states()[2:]),
               (1, [(month + "c", "waiting")]))


def since(runner):
    """A key has signed until another one took its place, not until
    somebody began to wait for that."""
    keys = Keys(runner, "since")
    kind = ("--algorithm", "ed25519")
    keys.run("rotate", *kind, "--selector", "s1")
    keys.publish("s1")
    keys.run("rotate", *kind)
    waits = subprocess.Popen(
        [runner.assay, *keys.arguments(
            "rotate", *kind, "--selector", "s2", "--wait", "60s",
            "--interval", "100ms")], cwd=runner.directory,
        stdout=subprocess.PIPE)
    waits.stdout.readline()
    time.sleep(2.1)
    published = int(time.time())
    keys.publish("s1", "s2")
    waits.communicate()
    with open(os.path.join(keys.directory, DOMAIN, "selectors"),
              encoding="utf-8") as lines:
        found = [line.split() for line in lines if line[0] != "#"]
    keys.check("since: states", [line[:2] for line in found],
               [["s1", "retired"], ["s2", "active"]])
    keys.check("since: when", [int(line[2]) >= published for line in found],
               [True, True])


def odd_options(runner):
    keys = Keys(runner, "odd")
    for arguments, words in (
            (("--interval", "0"), b"--interval is more than 0"),
            (("--wait", "4000d"), b"up to 3650d"),
            (("--wait", "soon"), b"no time, such as 5m"),
            (("--dns", "system") * 32, b"32 times at most")):
        done = keys.run("rotate", *arguments)
        keys.check("odd: " + " ".join(arguments[:2]),
                   (done.returncode, words in done.stderr), (2, True))


def killed(runner):
    """Wherever it is broken off, one key signs and the next call goes on."""
    keys = Keys(runner, "killed")
    kind = ("--algorithm", "ed25519", "--keep", "0")
    keys.run("rotate", *kind)
    keys.publish(every=True)
    keys.run("rotate", *kind)
    dice = random.Random(7)
    faults, changes = [], 0
    for _ in range(40):
        keys.publish(every=True)
        before = keys.states()
        process = subprocess.Popen(
            [runner.assay, *keys.arguments("rotate", *kind)],
            cwd=runner.directory, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        time.sleep(dice.uniform(0, 0.12))
        process.kill()
        process.wait()
        changes += before != keys.states()
        active = [s for s, state in keys.states() if state == "active"]
        if len(active) != 1 or not os.path.exists(keys.path(active[0])):
            faults.append(keys.states())
        for path in glob.glob(os.path.join(keys.directory, DOMAIN,
                                           "*.pem")):
            keys.public(path)
    keys.check("killed: one key signs", faults, [])
    for _ in range(3):
        keys.publish(every=True)
        done = keys.run("rotate", *kind)
    keys.check("killed: goes on", (done.returncode in (0, 1), [
        state for _, state in keys.states()].count("active")), (True, 1))


def at_once(runner):
    """Two of them do not get in each other's way."""
    keys = Keys(runner, "at-once")
    keys.run("new", "--selector", "s1", "--algorithm", "ed25519")
    first = subprocess.Popen(
        [runner.assay, *keys.arguments("rotate", "--wait", "20s",
                                       "--interval", "200ms")],
        cwd=runner.directory, stdout=subprocess.PIPE)
    first.stdout.readline()
    second = keys.run("rotate")
    first.kill()
    first.wait()
    keys.check("two at once", (second.returncode,
                               b"is at work on it" in second.stderr),
               (2, True))


def run(runner):
    os.chmod(runner.directory, 0o755)       # for the user that signs
    at_once(runner)
    new(runner)
    check(runner)
    tables(runner)
    rotate(runner)
    left_behind(runner)
    if os.geteuid() == 0:
        owners(runner)
    since(runner)
    odd_options(runner)
    killed(runner)
