"""assay dmarc send --failures and assay dmarc bounce: what they say where
there is little to do; with an MTA, tests/integration has them."""
import contextlib
import os
import sqlite3
import struct
import time

TAG = "4c25ecfa321bb8b4050378a6"
DSN = """To: Reports <dmarc+%s@example.com>
Content-Type: multipart/report;
 report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; owner@example.net
Action: %s

--b--
"""
OTHER = "To: ann@example.com\nSubject: x\n\nAction: failed\n"


def settings(runner, **more):
    values = {"report_from": "dmarc@example.com",
              "report_key": "failures.key", "store": "sqlite:failures.db"}
    values.update(more)
    words = ["-c", "/dev/null", "--dns", "zone:zone"]
    for name, value in values.items():
        words += ["--set", "%s=%s" % (name, value)]
    return words


def dmarc(runner, word, stdin=b"", **more):
    words = ["--failures"] if word == "send" else []
    done = runner.run("dmarc", word, *words, *settings(runner, **more),
                      common=False, stdin=stdin)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def bounces(runner):
    for name, text, want in (
            ("another mail", OTHER,
             "to no sender of a report: nothing was noted\n"),
            ("delayed", DSN % (TAG, "delayed"), "no bounce (RFC 3464, "
             "Action: failed): nothing was noted\n"),
            ("no tag", DSN % ("x", "failed"),
             "to no sender of a report: nothing was noted\n"),
            ("first", DSN % (TAG, "failed"), TAG + ": 1 of 2 bounces\n"),
            ("second", DSN % (TAG, "failed (x)"),
             TAG + ": 2 of 2 bounces, no more reports for now\n")):
        runner.check("bounce: " + name, dmarc(
            runner, "bounce", text.encode()), (0, want, ""))


def mistakes(runner):
    for name, word, status, want, more in (
            ("no sender", "send", 2, "report_from is not set",
             {"report_from": ""}),
            ("no store", "send", 2, "the setting store is not set",
             {"store": ""}),
            ("another's domain", "send", 2, "none of local_domains",
             {"local_domains": "example.net"}),
            ("a short key", "send", 2, "a secret has 16 octets at least",
             {"report_key": "short.key"}),
            ("no key", "bounce", 2, "reports have no tags",
             {"report_key": ""}),
            ("no key file", "bounce", 75, "No such file",
             {"report_key": "nowhere"}),
            ("memory", "bounce", 75, "is assayd's own",
             {"store": "memory:"})):
        found = dmarc(runner, word, (DSN % (TAG, "failed")).encode(), **more)
        runner.check("%s: %s" % (word, name), (
            found[0], found[1], want if want in found[2] else found[2]),
            (status, "", want))


def keys(runner):
    """LIMIT_PRIVACY_KEY_MIN, LIMIT_PRIVACY_KEY_MAX: the last that is taken."""
    for octets, status, want in (
            (15, 2, "a secret has 16 octets at least"), (16, 0, ""),
            (1024, 0, ""), (1025, 2, "limit.key: File too large")):
        runner.write("limit.key", "k" * octets)
        os.chmod(os.path.join(runner.directory, "limit.key"), 0o600)
        found = dmarc(runner, "send", report_key="limit.key")
        runner.check("a key of %d octets" % octets, (
            found[0], want if want and want in found[2] else found[2]),
            (status, want))


def item(domain, record):
    """Octets of a failure as assayd notes it (filter/reporting)."""
    pieces = ((b"d", domain), (b"p", domain), (b"r", record))
    return struct.pack("<BqB", 1, int(time.time()), 25) + b"".join(
        letter + struct.pack("<I", len(text)) + text.encode()
        for letter, text in pieces)


def tries(runner):
    """LIMIT_FAILURE_TRIES: the 20th time it is tried still, then no more."""
    now = int(time.time() * 1000)
    record = "v=DMARC1; p=none; ruf=https://%s/"
    with contextlib.closing(sqlite3.connect(os.path.join(
            runner.directory, "failures.db"))) as store, store:
        for number, before in enumerate((0, 19, 20)):
            domain = "d%d.example" % number
            store.execute(
                "INSERT INTO items (queue, name, due, tries, content, "
                "expires) VALUES (?, ?, ?, ?, ?, ?)",
                (b"dmarc-failures", domain.encode(), now - 1000 + number,
                 before, item(domain, record % domain), now + 3600000))
    said = "d%d.example -> https://d%d.example/: not sent: only mailto: is " \
        "spoken here\n"
    runner.check("send: the last try, and one more", dmarc(runner, "send"),
                 (0, said % (0, 0) + said % (1, 1) +
                  "d2.example: given up\n", ""))
    runner.check("send: nothing is left", dmarc(runner, "send"), (0, "", ""))


def run(runner):
    runner.write("failures.key", "0123456789abcdef\n")
    runner.write("short.key", "0123\n")
    for name in ("failures.key", "short.key"):
        os.chmod(os.path.join(runner.directory, name), 0o600)
    runner.check("send: nothing to do", dmarc(runner, "send"), (0, "", ""))
    bounces(runner)
    tries(runner)
    keys(runner)
    mistakes(runner)
