"""Once, whatever happens: killed, two at once, refused, put off."""
import os
import random
import re
import shutil
import subprocess
import time

from dmarc_send_run import NOW, Redis, line, many, sent


def once(runner, name, store=None):
    runner.fresh(store)
    path = many(runner)
    first, status = runner.outcomes(path)
    runner.check(name + ": all are sent", (
        set(first.values()), len(first), status), ({"sent"}, 14, 0))
    runner.check(name + ": not again", runner.outcomes(path), ({}, 0))
    runner.check(name + ": not by name", runner.outcomes(
        "--date", "2035-06-15", "--domain", "d3.example", path), ({}, 0))
    before = sent(runner)
    found = runner.outcomes("--again", "--domain", "d3.example", path)
    runner.check(name + ": --again", found, (
        {("d3.example", "a@d3.example"): "sent"}, 0))
    after = sent(runner)
    runner.check(name + ": --again is the same mail", (
        set(after) == set(before), sum(after.values())), (True, 15))
    return path


def in_no_order(runner):
    """Drawn by lot each time: of 30 domains two draws are never equal."""
    runner.fresh()
    path = many(runner, 30)
    orders = [[domain for domain, _ in runner.outcomes("--dry-run", path)[0]]
              for _ in range(2)]
    orders.append(sorted(orders[0]))
    runner.check("order: all are there", [sorted(one) for one in orders],
                 [orders[2]] * 3)
    runner.check("order: by lot", [orders[0] == orders[1],
                                   orders[0] == orders[2],
                                   orders[1] == orders[2]], [False] * 3)


def paced(runner):
    """So long at least lies between two mails."""
    path = many(runner, 2)
    for words, least in (((), 200), (("--pace", "500ms"), 500)):
        runner.fresh()
        arguments = [word for word in runner.arguments(*words, path)]
        at = arguments.index("--pace")      # 0, as all other tests have it
        del arguments[at:at + 2]
        subprocess.run(arguments, capture_output=True, check=True)
        times = sorted(int(os.path.basename(name).split("-")[1])
                       for name, _ in runner.mails())
        gaps = [(b - a) / 1e6 for a, b in zip(times, times[1:])]
        runner.check("pace of %d ms" % least, (len(gaps), min(gaps) >= least),
                     (3, True))


def one_a_day(runner):
    """More that was heard of that day makes no second report of it."""
    runner.fresh()
    rua = "mailto:a@d.example"
    first = runner.write("events", line("d.example", rua))
    runner.check("one a day: the first", runner.outcomes(first), (
        {("d.example", "a@d.example"): "sent"}, 0))
    more = runner.write("more", line("d.example", rua, 1) + line(
        "e.example", "mailto:a@e.example"))
    for words in ((), ("--date", "2035-06-15"), ("--domain", "d.example")):
        runner.check("one a day: %s" % (words,), runner.outcomes(
            *words, first, more), ({}, 0))
    # The day is over; but who is asked for by name had none.
    runner.check("one a day: another domain", runner.outcomes(
        "--domain", "e.example", first, more), (
        {("e.example", "a@e.example"): "sent"}, 0))
    runner.check("one a day: mails", sorted(
        message["To"] for _, message in runner.mails()), [
        "a@d.example", "a@e.example"])


def killed(runner, name, store=None):
    """At a known step: before the MTA has it, and after."""
    for mode, mails in (("kill before", 0), ("kill after", 1)):
        runner.fresh(store)
        if store:
            store.flush()
        path = many(runner)
        runner.mode(mode)
        done = runner.run(path)
        runner.check("%s: %s: killed" % (name, mode), done.returncode, -9)
        runner.check("%s: %s: mails" % (name, mode), len(runner.mails()),
                     mails)
        runner.mode("take")
        # At once: all but the one in hand.
        found, status = runner.outcomes(path, now=NOW + 1)
        runner.check("%s: %s: the next run" % (name, mode), (
            sorted(found.values()), status), (["later"] + ["sent"] * 13, 1))
        # Later: that one.
        if store:
            store.age(NOW + 600)
        found, status = runner.outcomes(path, now=NOW + 600)
        runner.check("%s: %s: the one after it" % (name, mode), (
            [o for o in found.values() if o != "sent before"], status),
            (["sent"], 0))
        counts = sent(runner)
        runner.check("%s: %s: none is lost" % (name, mode), len(counts), 14)
        runner.check("%s: %s: how often" % (name, mode), sorted(
            counts.values()), [1] * 13 + [1 + mails])
        runner.check("%s: %s: it is over" % (name, mode), runner.outcomes(
            path, now=NOW + 601), ({}, 0))


def killed_anywhere(runner, name, rounds=12):
    """After any time, again and again, until a run ends by itself."""
    runner.fresh()
    path = many(runner, 30)
    lot = random.Random(7)
    now, kills, status = NOW, 0, None
    while status != 0 and now < NOW + 80000:
        run = subprocess.Popen(runner.arguments(path, now=now),
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        try:
            status = run.wait(lot.uniform(0.05, 0.4) if kills < rounds
                              else None)
        except subprocess.TimeoutExpired:
            run.kill()
            run.wait()
            kills += 1
        now += 600
    time.sleep(0.3)         # a mailer that outlives the one who started it
    counts = sent(runner)
    runner.check(name + ": it ends", status, 0)
    runner.check(name + ": none is lost", len(counts), 32)
    runner.check(name + ": at most one twice a kill",
                 sum(counts.values()) - 32 <= kills, True)
    print("%d kills, %d mails twice" % (kills, sum(counts.values()) - 32))


def at_once(runner, name):
    """Two senders at the same time share the work."""
    runner.fresh()
    path = many(runner, 30)
    runs = [subprocess.Popen(runner.arguments(path),
                             stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL) for _ in range(2)]
    for run in runs:
        run.wait()
    counts = sent(runner)
    runner.check(name + ": each is sent once", (
        len(counts), set(counts.values())), (32, {1}))


def trouble(runner):
    runner.fresh()
    path = many(runner, 4)
    runner.mode("later")
    found, status = runner.outcomes(path)
    runner.check("the MTA is away", (set(found.values()), status),
                 ({"later"}, 1))
    runner.mode("take")
    found, status = runner.outcomes(path, now=NOW + 60)
    runner.check("it is back", (set(found.values()), len(found), status),
                 ({"sent"}, 6, 0))
    runner.fresh()
    runner.mode("refuse")
    done = runner.run(path)
    runner.check("refused for good", (done.returncode, done.stdout.count(
        b"not sent"), b"no such user" in done.stdout), (0, 6, True))
    runner.mode("take")
    runner.check("refused: not again", runner.outcomes(path), ({}, 0))
    # The store cannot be asked: nothing is sent.
    runner.fresh("redis+unix://" + runner.path("nobody"))
    done = runner.run(path)
    runner.check("no store: nothing is sent", (
        done.returncode, len(runner.mails())), (2, 0))
    for store in ("memory:", ""):
        runner.fresh(store)
        runner.store = store
        done = runner.run(path)
        runner.check("store %r" % store, (done.returncode, b"send needs store"
                     b" = sqlite:FILE" in done.stderr), (2, True))


def days(runner):
    """What was begun and is not done comes with a later day's."""
    runner.fresh()
    path = runner.write("events", line("d.example", "mailto:a@d.example"))
    runner.mode("later")
    runner.check("day: put off", runner.outcomes(path)[1], 1)
    runner.mode("take")
    found, status = runner.outcomes(path, now=NOW + 3 * 86400)
    runner.check("day: three days later", (found, status), (
        {("d.example", "a@d.example"): "sent"}, 0))
    runner.check("day: its name", [m["Message-ID"] for _, m in
                                   runner.mails()],
                 ["<2035-06-15_d.example@ours.example>"])
    runner.fresh()
    runner.check("day: one that was never begun stays", runner.outcomes(
        path, now=NOW + 86400), ({}, 0))
    runner.check("day: but by its date", runner.outcomes(
        "--date", "2035-06-15", path, now=NOW + 86400)[0], {
        ("d.example", "a@d.example"): "sent"})


def use(runner):
    path = runner.write("events", line("d.example", "mailto:a@d.example"))
    for arguments in (("--date", "2035-06-16"), ("--date", "yesterday"),
                      ("--date", "2035-06"), ("--pace", "x"),
                      ("--jobs", "0"), ("--domain", ".."), ("--now", "1"),
                      ("--nonsense",)):
        done = runner.run(*arguments, path)
        runner.check("%s: bad use" % " ".join(arguments), done.returncode, 2)
    done = runner.run("--set", "report_from=", "--dry-run", path)
    runner.check("without report_from", (
        done.returncode, b"report_from is not set" in done.stderr),
        (2, True))
    done = runner.run("--dry-run", runner.path("missing"))
    runner.check("no events", done.returncode, 2)
    done = runner.run("--dry-run", "--output", "/proc/none", path)
    runner.check("no directory", (done.returncode, b"/proc/none" in
                                  done.stderr), (2, True))
    runner.fresh()
    done = runner.run("--dry-run", "--set", "store=", path)
    runner.check("--dry-run sends nothing", (
        done.returncode, len(runner.mails()), done.stdout), (0, 0, (
            b"2035-06-15 would send: d.example -> a@d.example, 1 messages, "
            b"1 rows, %d octets\n" % octets_of(done.stdout))))


def octets_of(stdout):
    return int(re.search(rb"(\d+) octets", stdout).group(1))


def redis(runner):
    if shutil.which("redis-server") is None:
        runner.skip("redis", "redis-server is not installed")
        return
    server = Redis(runner)
    try:
        once(runner, "redis", server)
        killed(runner, "redis", server)
    finally:
        server.stop()


def run(runner):
    once(runner, "sqlite")
    in_no_order(runner)
    paced(runner)
    one_a_day(runner)
    killed(runner, "sqlite")
    killed_anywhere(runner, "killed anywhere")
    at_once(runner, "two at once")
    redis(runner)
    trouble(runner)
    days(runner)
    use(runner)
