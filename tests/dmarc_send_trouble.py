"""Trouble around a run: a full disk, an SMTP server that goes, a store that
somebody else has locked.  Nothing is lost, and the next run sends."""
import json
import os
import resource
import sqlite3
import subprocess

from dmarc_send_run import NOW, Runner, line
from sink import GONE, Sink

ROOM = 512 * 1024
HINT = "assay dmarc send: nothing was sent, and the next run sends it: " \
    "make room there, or let TMPDIR name another directory\n"
# A file system of its own, of 16 kB, at $1; then what follows.
SMALL = 'mount -t tmpfs -o size=16k none "$1" && shift && exec "$@"'
SMALL_TREE = ["unshare", "--mount", *(
    ["--map-root-user"] if os.geteuid() else []), "sh", "-c", SMALL, "sh"]


# ---- a full disk ----

def rows(runner, count):
    """Events of one domain that do not pack well."""
    return runner.write("events", "".join(
        line("d.example", "mailto:a@d.example", i).replace(
            '"dmarc.domain": "d.example"', '"dmarc.domain": "%s.%s.d.example"'
            % (os.urandom(30).hex(), os.urandom(24).hex()))
        for i in range(count)))


def small_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))


def none_is_lost(runner, name, done, directory, why, path, count):
    """What was said; then there is room again."""
    runner.check(name, (done.returncode, done.stdout, done.stderr.decode()), (
        1, b"", "assay dmarc send: scratch file in %s: %s\n%s" % (
            directory, why, HINT)))
    runner.check(name + ": no mail", runner.mails(), [])
    done = runner.run("--json", path, now=NOW + 1)
    found = [json.loads(one) for one in done.stdout.splitlines()]
    runner.check(name + ": the next run", (done.returncode, [
        (one["outcome"], one["to"], one["rows"]) for one in found],
        len(runner.mails())), (0, [("sent", "a@d.example", count)], 1))
    runner.check(name + ": not again", runner.outcomes(path), ({}, 0))


def full_disk(runner):
    scratch = runner.path("scratch")
    os.mkdir(scratch)
    environment = dict(os.environ, TMPDIR=scratch)
    runner.fresh()
    path = rows(runner, 12000)
    # SIGXFSZ is ignored here, and stays so.
    done = runner.run(path, env=environment, preexec_fn=small_files,
                      restore_signals=False)
    none_is_lost(runner, "files of 512 kB at most", done, scratch,
                 "File too large", path, 12000)
    runner.fresh()
    path = rows(runner, 1000)
    done = runner.run(path, env=dict(os.environ, TMPDIR=scratch + "/none"))
    none_is_lost(runner, "no such directory", done, scratch + "/none",
                 "No such file or directory", path, 1000)
    tried = subprocess.run([*SMALL_TREE, scratch, "true"],
                           capture_output=True, check=False)
    if tried.returncode != 0:
        runner.skip("a full disk", "no file system can be mounted here: %s" %
                    tried.stderr.decode().strip())
        return
    runner.fresh()
    done = runner.run(path, env=environment, before=[*SMALL_TREE, scratch])
    none_is_lost(runner, "a full disk", done, scratch,
                 "No space left on device", path, 1000)
    runner.fresh()
    done = runner.run("--output", scratch, path,
                      before=[*SMALL_TREE, scratch])
    runner.check("a full disk for --output", (
        done.returncode, done.stdout, done.stderr.decode()), (
        2, b"", "assay dmarc send: %s: No space left on device\n" % scratch))
    runner.check("a full disk for --output: the next run", runner.outcomes(
        path), ({("d.example", "a@d.example"): "sent"}, 0))


# ---- an SMTP server that goes ----

def names(found):
    """What tells one report from another."""
    fields = dict(found.header())
    return fields["Message-ID"], fields["Subject"], found.data


def server_goes(runner):
    """Each time one step later: who may have it gets it under one name."""
    runner.fresh()
    sink = Sink()
    smtp = "--set", "report_mailer=smtp://127.0.0.1:%d" % sink.port
    path = runner.write("events", "".join(line(
        "%s.example" % name, "mailto:%s@%s.example" % (name, name))
        for name in GONE))
    wanted = {"%s@%s.example" % (name, name): (
        "later", "the server has gone" if name != "gone-at-end" else
        "the server has gone; perhaps it was taken, and comes again under "
        "this name") for name in GONE}
    done = runner.run("--json", *smtp, path)
    found = [json.loads(one) for one in done.stdout.splitlines()]
    runner.check("server goes", (done.returncode, {
        one["to"]: (one["outcome"], one["why"]) for one in found}),
        (1, wanted))
    runner.check("server goes: what it has", [
        len(sink.of(to)) for to in sorted(wanted)], [0, 1, 0])
    done = runner.run("--json", *smtp, path, now=NOW + 1)
    found = [json.loads(one) for one in done.stdout.splitlines()]
    runner.check("server goes: the next run", (done.returncode, {
        one["to"]: one["outcome"] for one in found}), (
        0, dict.fromkeys(wanted, "sent")))
    mails = [sink.of(to) for to in sorted(wanted)]
    runner.check("server goes: none is lost", [len(one) for one in mails],
                 [1, 2, 1])
    first, second = [names(one) for one in mails[1]]
    runner.check("server goes: one name", first[:2], second[:2])
    runner.check("server goes: it is over", runner.outcomes(*smtp, path),
                 ({}, 0))
    sink.stop()


# ---- a store that is locked ----

class Locked:
    """Others hold it for longer than is waited: 12 seconds, so what comes of
    it is looked at in the end."""

    def __init__(self, assay, directory):
        self.runners, self.locks, self.runs = [], [], []
        for i, name in enumerate(("new", "again", "known")):
            path = os.path.join(directory, "locked-" + name)
            os.mkdir(path)
            runner = Runner(assay, path)
            self.runners.append(runner)
            events = runner.write("events", line("d.example",
                                                 "mailto:a@d.example"))
            if i > 0:           # the file is there
                runner.run("--date", "2020-06-15", events)
            self.lock(path + "/db")
            self.runs.append(subprocess.Popen(
                runner.arguments(events, *["--again"] * (name == "again")),
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))

    def lock(self, path):
        lock = sqlite3.connect(path, isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        lock.execute("CREATE TABLE others (x)")
        self.locks.append(lock)

    def end(self, runner):
        away = "assay: error: the store is away: database is locked\n" \
            "assay dmarc send: the store is away\n"
        for i, (status, out, said) in enumerate((
                (2, "", "assay dmarc send: %s/db: database is locked\n" %
                 self.runners[0].directory),
                (1, "the store does not answer\n", away),
                (2, "", away))):
            found, errors = self.runs[i].communicate()
            name = "locked %d" % i
            runner.check(name, (self.runs[i].returncode, found[-len(out):]
                                if out else found, errors[:len(said)]),
                         (status, out, said))
            self.locks[i].execute("ROLLBACK")
            self.locks[i].close()
            mine = self.runners[i]
            events = mine.path("events")
            runner.check(name + ": no mail", mine.mails(), [])
            runner.check(name + ": the next run", mine.outcomes(
                events, now=NOW + 1), ({("d.example", "a@d.example"): "sent"},
                                       0))
            runner.check(name + ": one mail", len(mine.mails()), 1)


def run(runner):
    full_disk(runner)
    server_goes(runner)
