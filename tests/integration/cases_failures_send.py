"""Failure reports in trouble: an address that is busy, limits, two senders at
once, a server that goes.  The sink takes them as an MTA would."""
import collections
import os
import sqlite3
import subprocess
import time

from assayd import USER
from case import case
from cases_failures import dmarc, fail, fields_of, mail_of, start
from cases_fleet import Redis
from proc import wait_for
from sink import GONE

RECORD = '_dmarc.%s TXT "v=DMARC1; p=none; fo=1; ruf=%s"\n' \
    '%s._report._dmarc.example.net TXT "v=DMARC1;"\n'
LEASE = 601                     # seconds, and one
# Takes no mail before two senders have one each.
MAILER = """#!/bin/sh
cd %s || exit 75
: >sender.$PPID
for i in $(seq 200); do
	set -- sender.*
	[ $# -lt 2 ] || break
	sleep 0.1
done
cat >out/$$-$PPID
"""


def asks(domain, *names):
    """Records of a domain that wants reports at these mailboxes."""
    return RECORD % (domain, ",".join("mailto:%s@example.net" % name
                                      for name in names), domain)


def by_sink(t):
    return "smtp://127.0.0.1:%d" % t.mta.sink.port


def noted(t, count):
    """Wait until assayd has written what there is to tell."""
    said = []

    def run():
        said.append(dmarc(t, "send", "--failures", "--dry-run")[1])
        return said[-1].count(": would be sent\n") == count
    t.true(wait_for(run, 20), "%d would be sent: %s" % (count, said[-1]))


def send(t, *more, later=0):
    """(exit status, lines) of a run that comes so much later."""
    status, text = dmarc(t, "send", "--failures", "--now",
                         str(int(time.time()) + later), *more)
    return status, sorted(text.splitlines())


def incidents(t, recipient):
    """How many messages each report to it stands for."""
    return [fields_of(list(mail_of(found).iter_parts())[1]).get(
        "Incidents", ["1"]) for found in t.mta.sink.of(recipient)]


@case(mtas=("postfix",), transports=("unix",))
def of_two_addresses_one_is_busy(t):
    start(t, by_sink(t), asks("two.example", "ruf", "put-off-once"),
          failure_limit_domain="1", failure_limit="1")
    for _ in range(3):
        fail(t, author="ann@two.example")
    noted(t, 2)
    t.equal(send(t), (1, [
        "two.example -> put-off-once@example.net: later: 450 4.7.1 come back "
        "later", "two.example -> ruf@example.net: sent"]), "the first run")
    t.equal(send(t), (0, []), "at once")
    # It was counted, and so the limit is no reason to leave half of it out.
    t.equal(send(t, later=LEASE), (0, [
        "two.example -> put-off-once@example.net: sent",
        "two.example -> ruf@example.net: sent before"]), "the next run")
    t.equal(send(t, later=2 * LEASE), (0, []), "a run after that")
    for name in ("ruf", "put-off-once"):
        t.equal(incidents(t, name + "@example.net"), [["3"]], name)
    # The next one is of another failure, and over the limit.
    fail(t, author="ann@two.example")
    t.true(wait_for(lambda: send(t) == (0, [
        "two.example: not sent: the limit of a day is reached"]), 10),
        "the limit counts one")


@case(mtas=("postfix",), transports=("unix",))
def limits_are_of_the_policy_domain_and_of_all(t):
    zone = asks("fail.example", "ruf") + asks("other.example", "other")
    start(t, by_sink(t), zone, failure_limit_domain="2", failure_limit="3")
    for name in ("a.fail", "b.fail", "c.fail", "fail", "other", "x.other"):
        fail(t, author="ann@%s.example" % name)
    # A dry run counts nothing, so all of them would be.
    noted(t, 6)
    status, lines = send(t)
    t.equal((status, collections.Counter(line.split(": ", 1)[1] for line in
                                         lines)), (0, {
        "sent": 3, "not sent: the limit of a day is reached": 3}),
        "outcomes: %s" % lines)
    t.equal(len(t.mta.sink.of("ruf@example.net")), 2, "of fail.example")
    t.equal(len(t.mta.sink.of("other@example.net")), 1, "of other.example")
    # One more in all is one more of the other one.
    for name in ("d.fail", "y.other"):
        fail(t, author="ann@%s.example" % name)
    said = []

    def both():
        said.extend(send(t, "--set", "failure_limit=9")[1])
        return len(said) == 2
    t.true(wait_for(both, 10), "both are looked at: %s" % said)
    t.equal(sorted(said), [
        "d.fail.example: not sent: the limit of a day is reached",
        "y.other.example -> other@example.net: sent"], "with more in all")


@case(mtas=("postfix",), transports=("unix",))
def two_senders_share_one_redis(t):
    redis = Redis(t).start()
    domains = ["d%d.example" % i for i in range(12)]
    os.mkdir(t.directory + "/out")
    os.chmod(t.directory + "/out", 0o777)
    mailer = t.directory + "/mailer"
    with open(mailer, "w", encoding="utf-8") as out:
        out.write(MAILER % t.directory)
    os.chmod(mailer, 0o755)
    start(t, "sendmail:" + mailer, "".join(asks(d, "ruf", "more") for d in
                                           domains),
          store=redis.url, failure_limit="8")
    for domain in domains:
        fail(t, author="ann@" + domain)
    noted(t, 24)
    program = os.path.join(os.path.dirname(t.tools.assayd), "assay")
    runs = [subprocess.Popen(
        [program, "dmarc", "send", "--failures", "-c", t.daemon.conf_file],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, user=USER,
        text=True) for _ in range(2)]
    texts = [run.communicate(timeout=60)[0] for run in runs]
    t.equal([run.returncode for run in runs], [0, 0], "status: %s" % texts)
    lines = sorted("".join(texts).splitlines())
    over = [line.split(":")[0] for line in lines if line.endswith(
        ": not sent: the limit of a day is reached")]
    t.equal(len(over), 4, "over the limit: %s" % lines)
    t.equal(lines, sorted(
        ["%s: not sent: the limit of a day is reached" % d for d in over] +
        ["%s -> %s@example.net: sent" % (d, name) for d in domains
         if d not in over for name in ("ruf", "more")]), "outcomes")
    t.equal(collections.Counter(
        name.split("-")[1] for name in os.listdir(t.directory + "/out"))
        .keys(), {str(run.pid) for run in runs}, "both have sent")
    t.equal(len(os.listdir(t.directory + "/out")), 16, "mails")
    t.equal(dmarc(t, "send", "--failures"), (0, ""), "nothing is left")


@case(mtas=("postfix",), transports=("unix",))
def a_server_goes(t):
    """What it may have is not sent again: twice would be worse than lost."""
    start(t, by_sink(t), "".join(asks("%s.example" % name, name)
                                 for name in GONE))
    for name in GONE:
        fail(t, author="ann@%s.example" % name)
    noted(t, 3)
    line = "%s.example -> %s@example.net: %s"
    t.equal(send(t), (1, [
        line % ("gone-at-data", "gone-at-data", "later: the server has gone"),
        line % ("gone-at-end", "gone-at-end", "perhaps sent: the server has "
                "gone"),
        line % ("gone-in-data", "gone-in-data", "later: the server has gone")
    ]), "the first run")
    t.equal([len(t.mta.sink.of(name + "@example.net")) for name in GONE],
            [0, 0, 1], "what the server has")
    # Three in a row ended that run, and the last one is looked at again.
    t.equal(send(t, later=LEASE), (0, [
        line % ("gone-at-data", "gone-at-data", "sent"),
        line % ("gone-at-end", "gone-at-end", "sent before"),
        line % ("gone-in-data", "gone-in-data", "sent")]), "the next run")
    t.equal([len(t.mta.sink.of(name + "@example.net")) for name in GONE],
            [1, 1, 1], "none is lost, none is there twice")


@case(mtas=("postfix",), transports=("unix",))
def a_locked_store(t):
    """Others hold it for longer than is waited; nothing is lost by that."""
    start(t, by_sink(t), asks("one.example", "ruf"))
    fail(t, author="ann@one.example")
    noted(t, 1)
    lock = sqlite3.connect(t.directory + "/assay.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    status, lines = send(t)
    lock.execute("ROLLBACK")
    lock.close()
    t.equal((status, lines), (1, [
        "assay dmarc send: the store is away",
        "assay: error: the store ends with 1 things that it was to remember",
        "assay: error: the store is away: database is locked"]), "locked")
    t.equal(t.mta.sink.of("ruf@example.net"), [], "reports")
    t.equal(send(t, later=1), (0, ["one.example -> ruf@example.net: sent"]),
            "the next run")
    t.equal(len(t.mta.sink.of("ruf@example.net")), 1, "reports")
