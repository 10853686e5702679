"""Cases of tests/tool for assay seal."""
import os
import re

from tool_world import ANN, MESSAGES, NOW, PLAIN, SIGNATURE

TEXT = rb"(?:[^\r\n]|\r?\n[\t ])+\r?\n"
SET = re.compile(
    rb"ARC-Seal: i=(\d+);\s+a=ed25519-sha256;\s+cv=(\w+);\s+"
    rb"d=mx\.example\.org;\s+s=rfc8463;\s+t=1700000001;\s+b=" + TEXT +
    rb"ARC-Message-Signature: i=\1;\s+a=ed25519-sha256;" + TEXT +
    rb"ARC-Authentication-Results: i=\1;\s+(\S+);" + TEXT)


class Sealing:
    """assay seal with the key of RFC 8463."""
    def __init__(self, runner):
        self.runner = runner
        runner.write("key", "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=\n")
        self.mode(0o600)

    def mode(self, mode):
        os.chmod(os.path.join(self.runner.directory, "key"), mode)

    def run(self, text, *arguments, key="key"):
        return self.runner.run(
            "seal", *ANN, *NOW, "--key", key, "--domain", "mx.example.org",
            "--selector", "rfc8463", *arguments, stdin=text)

    def good(self, name, text, *expected, line=b"", arguments=()):
        """What is new on top, and that all else is as it was."""
        done = self.run(line + text, *arguments)
        found = SET.match(done.stdout[len(line):])
        rest = done.stdout[:len(line)] + done.stdout[len(line):][
            found.end() if found else 0:]
        self.runner.check("seal: " + name, (
            done.returncode, found and tuple(
                part.decode() for part in found.groups()), rest,
            done.stderr), (0, expected, line + text, b""))
        return done.stdout[len(line):]

    def result(self, name, text, expected):
        self.runner.write("sealed", text.decode())
        self.runner.json("seal: " + name, self.runner.run(
            "verify", "--json", *NOW, "sealed"), {"arc.result": expected})


def seals(runner):
    sealing, server = Sealing(runner), "mx.example.org"
    plain = PLAIN.encode()
    one = sealing.good("the first set", plain, "1", "none", server)
    sealing.result("the first set is believed", one, "pass")
    two = sealing.good("the second", one, "2", "pass", server)
    sealing.result("the second is believed", two, "pass")
    crlf = sealing.good("lines with CRLF", plain.replace(b"\n", b"\r\n"),
                        "1", "none", server)
    runner.check("seal: all lines with CRLF", crlf.count(b"\n"),
                 crlf.count(b"\r\n"))
    sealing.good("an mbox", plain, "1", "none", server,
                 line=b"From ann@example.com Sun Nov 22\n")
    sealing.good("a signed message", (SIGNATURE + PLAIN).encode(), "1",
                 "none", server)
    sealing.good("another name", plain, "1", "none", "b.example",
                 arguments=("--authserv-id", "b.example"))
    for name, option in (("a file", "plain"), ("standard input", "-")):
        sealing.good(name, plain, "1", "none", server, arguments=(option,))
    broken = sealing.good("a broken chain", one + b"More.\n", "2", "fail",
                          server)
    for name, text, why in (
            ("a chain that was broken before", broken,
             b"the newest seal says cv=fail"),
            ("a header that is cut", MESSAGES["padded"].encode(),
             b"the header is larger than is looked at")):
        done = sealing.run(text)
        runner.check("seal: " + name, (
            done.returncode, done.stdout, done.stderr),
            (1, text, b"assay seal: not sealed: " + why + b"\n"))
    wrong = [("no such message", ("nowhere",), b"No such file"),
             ("two messages", ("plain", "plain"), b"one message at a time"),
             ("a bad domain", ("--domain", "a b"), b'"a b" is no domain'),
             ("JSON", ("--json",), b'--json cannot be had here'),
             ("a bad time", ("--now", "x"), b'"x" is nothing for --now')]
    for name, arguments, words in wrong:
        done = sealing.run(plain, *arguments)
        runner.check("seal: " + name, (
            done.returncode, done.stdout, words in done.stderr),
            (2, b"", True))
    sealing.mode(0o644)
    for name, key, words in (("a key that others can read", "key", b"chmod"),
                             ("no such key", "nokey", b"no such file"),
                             ("no key at all", "plain", b"")):
        done = sealing.run(plain, key=key)
        runner.check("seal: " + name, (
            done.returncode, done.stdout, words in done.stderr),
            (2, b"", True))
    done = runner.run("seal", "plain")
    runner.check("seal: no options", (done.returncode, done.stdout,
                                      b"--key is needed" in done.stderr),
                 (2, b"", True))


def run(runner):
    seals(runner)
