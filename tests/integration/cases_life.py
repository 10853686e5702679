"""The daemon's life: killed, reloaded, stopped, misconfigured, in trouble."""
import glob
import grp
import os
import pwd
import signal
import subprocess
import threading
import time

from assayd import USER
from case import Failed, case, policy
from cases_replay import assay
from mail import Message
from proc import wait_for
from world import STRANGER

EVE = "eve@reject.example"
SHIPPED_LOGROTATE = os.path.join(
    os.path.dirname(os.path.abspath(__file__)),
    "../../contrib/logrotate/assay")


def killed_in_the_middle(t, default):
    """A message whose milter dies between RCPT and DATA."""
    t.assayd()
    message = Message()
    with t.session(default=default) as session:
        session.envelope("ann@good.example", ["bob@example.net"])
        t.daemon.kill()
        reply = session.content(message.data)
    return message, reply


@case
def killed_in_a_message_tempfail(t):
    message, reply = killed_in_the_middle(t, "tempfail")
    t.true(400 <= reply.code < 500, "deferred: %s" % reply)
    t.true(t.mta.settled(), "the queue is settled")
    t.equal(len(t.mta.sink.find(message.token)), 0, "deliveries")


@case
def killed_in_a_message_accept(t):
    message, reply = killed_in_the_middle(t, "accept")
    t.equal(reply.code, 250, "reply")
    found = t.delivered(message)
    t.equal(found.values("Authentication-Results"), [], "stamps")


@case
def starts_again_after_a_kill(t):
    killed_in_the_middle(t, "tempfail")
    t.daemon.start()        # where the old socket still lies
    message = Message()
    t.equal(t.send(message).data.code, 250, "reply")
    t.stamp(t.delivered(message))


class Load:
    """Clients that send without a pause and note every reply."""

    def __init__(self, t, clients=4):
        self.t, self.stop = t, False
        self.sent, self.errors = [], []
        self.threads = [threading.Thread(target=self.work)
                        for _ in range(clients)]
        for thread in self.threads:
            thread.start()

    def work(self):
        while not self.stop:
            message = Message(author="eve@reject.example")
            try:
                outcome = self.t.send(message, STRANGER,
                                      "eve@reject.example")
                self.sent.append((message, outcome.final()))
            except Exception as error:
                self.errors.append(repr(error))
            time.sleep(0.02)

    def more(self, count=8):
        """Until so many more messages were sent."""
        before = len(self.sent)
        if not wait_for(lambda: len(self.sent) >= before + count, 60):
            raise Failed("no load: %s" % self.errors)

    def end(self):
        self.stop = True
        for thread in self.threads:
            thread.join()


RELOAD_TAG = """
at message {
    tag "X-Policy" "%s" when dmarc == fail;
}
"""


@case
def reload_under_load(t):
    t.assayd(RELOAD_TAG % 0)
    load = Load(t)
    try:
        for round_number in range(1, 6):
            load.more()
            t.daemon.policy(policy(RELOAD_TAG % round_number))
            t.daemon.reload()
        load.more()
    finally:
        load.end()
    t.equal(load.errors, [], "errors")
    seen = set()
    for message, reply in load.sent:
        t.equal(reply.code, 250, "reply")
        found = t.delivered(message)
        t.holds(t.stamp(found), "dmarc=fail", "stamp")
        tags = found.values("X-Policy")
        t.equal(len(tags), 1, "tags")
        seen.add(tags[0])
    last = Message(author="eve@reject.example")
    t.send(last, STRANGER, "eve@reject.example")
    t.equal(t.delivered(last).values("X-Policy"), ["5"], "the last policy")
    t.true(len(seen) > 2, "several policies were seen: %s" % sorted(seen))
    t.equal(len(t.daemon.events()), len(load.sent) + 1, "events")


@case
def a_bad_policy_changes_nothing(t):
    t.assayd(RELOAD_TAG % "old")
    t.daemon.policy(policy("at message {\n    reject when spff == fail;\n}"))
    t.daemon.reload()
    t.true(wait_for(lambda: "test.policy:3:" in t.daemon.log(), 10),
           "the log names the line")
    t.holds(t.daemon.log(), "spff", "log")
    message = Message(author="eve@reject.example")
    t.equal(t.send(message, STRANGER, "eve@reject.example").data.code, 250,
            "reply")
    t.equal(t.delivered(message).values("X-Policy"), ["old"], "X-Policy")


def rotate(t, turn):
    """Rename the events file, and have assayd told by turn()."""
    first, second = Message(author=EVE), Message(author=EVE)
    t.equal(t.send(first, STRANGER, EVE).data.code, 250, "reply")
    t.event(first)
    os.rename(t.daemon.events_file, t.daemon.events_file + ".1")
    turn()
    t.true(wait_for(lambda: os.path.exists(t.daemon.events_file), 10),
           "the file is there again")
    t.equal(t.send(second, STRANGER, EVE).data.code, 250, "reply")
    t.event(second)
    return second


@case
def events_are_reopened(t):
    t.assayd()
    rotate(t, t.daemon.reload)


@case
def events_are_reopened_where_settings_are_bad(t):
    t.assayd(RELOAD_TAG % "old")
    t.daemon.policy(policy("at message {\n    reject when spff == fail;\n}"))
    second = rotate(t, t.daemon.reload)
    t.true(wait_for(lambda: "test.policy:3:" in t.daemon.log(), 10),
           "the log names the line")
    t.equal(t.delivered(second).values("X-Policy"), ["old"], "X-Policy")


@case
def sigusr1_reopens_events_and_loads_nothing(t):
    t.assayd(RELOAD_TAG % "old")
    t.daemon.policy(policy(RELOAD_TAG % "new"))
    second = rotate(t, lambda: t.daemon.server.kill(signal.SIGUSR1))
    t.equal(t.delivered(second).values("X-Policy"), ["old"], "X-Policy")
    t.daemon.reload()
    t.true(wait_for(lambda: "reloaded" in t.daemon.log(), 10), "reloaded")
    third = Message(author=EVE)
    t.equal(t.send(third, STRANGER, EVE).data.code, 250, "reply")
    t.equal(t.delivered(third).values("X-Policy"), ["new"], "X-Policy")


@case(mtas=("postfix",), transports=("unix",))
def logrotate_loses_no_event(t):
    """contrib/logrotate/assay by the real logrotate, four days of it."""
    t.assayd()
    log = t.daemon.events_file
    with open(SHIPPED_LOGROTATE) as file:
        text = file.read()
    shipped = "systemctl kill --kill-who=main --signal=USR1 assayd.service"
    t.equal((text.count(shipped), text.count("/var/log/assay/events.json")),
            (1, 1), "what is put in place of paths that are not the test's")
    text = text.replace(shipped, "kill -USR1 %d" % t.daemon.server.child.pid)
    text = text.replace("/var/log/assay/events.json", log)
    text = text.replace("assay assay", "%s %s" % (
        USER, grp.getgrgid(pwd.getpwnam(USER).pw_gid).gr_name))
    path = os.path.join(t.directory, "logrotate.conf")
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, 0o644)
    sent = []
    for day in range(4):
        sent.append(Message())
        t.equal(t.send(sent[-1]).data.code, 250, "reply")
        t.true(wait_for(lambda: os.path.getsize(log) > 0, 10), "an event")
        done = subprocess.run(
            ["/usr/sbin/logrotate", "-f", "-s", path + ".state", path],
            capture_output=True, text=True)
        t.equal((done.returncode, done.stderr), (0, ""), "logrotate")
        status = os.stat(log)
        t.equal((oct(status.st_mode & 0o7777), status.st_uid, status.st_size),
                ("0o640", pwd.getpwnam(USER).pw_uid, 0), "the new file")
    names = sorted(os.path.basename(name) for name in glob.glob(log + "*"))
    name = os.path.basename(log)
    t.equal(names, [name, name + ".1", name + ".2.gz", name + ".3.gz",
                    name + ".4.gz"], "files")
    # assay finds them all by the settings.
    listed = assay(t, "log", "-c", t.daemon.conf_file,
                   "--json")[1].splitlines()
    t.equal([sum(m.token in line for line in listed) for m in sent],
            [1] * 4, "how often assay log lists each: %s" % listed)


@case
def sigterm_finishes_messages(t):
    # Where the MTA needs no answer it may not have told of the message yet.
    t.assayd("""
at rcpt {
    reject when rcpt == "nobody@example.net";
}
""")
    message = Message()
    with t.session() as session:
        session.envelope("ann@good.example", ["bob@example.net"])
        t.daemon.server.kill(signal.SIGTERM)
        time.sleep(0.3)
        t.true(t.daemon.server.alive(), "assayd waits for the message")
        reply = session.content(message.data)
    t.equal(reply.code, 250, "reply")
    t.stamp(t.delivered(message))
    t.event(message)
    try:
        status = t.daemon.server.child.wait(15)
    except Exception:
        raise Failed("assayd did not end")
    t.equal(status, 0, "exit status")


@case
def dns_timeouts_do_not_stop_mail(t):
    t.assayd(dns_timeout="1s")
    message = Message(author="eve@timeout.example")
    began = time.monotonic()
    outcome = t.send(message, STRANGER, "eve@timeout.example")
    t.equal(outcome.data.code, 250, "reply")
    t.true(time.monotonic() - began < 20, "it took not too long")
    stamp = t.stamp(t.delivered(message))
    t.holds(stamp, "spf=temperror", "stamp")


@case
def client_leaves_in_the_middle(t):
    t.assayd()
    for stage in range(4):
        session = t.session()
        if stage > 0:
            session.command("MAIL FROM:<ann@good.example>")
        if stage > 1:
            session.command("RCPT TO:<bob@example.net>")
        if stage > 2:
            session.command("DATA")
            session.smtp.send(b"From: ann@good.example\r\n\r\nhalf")
        session.smtp.sock.close()
    message = Message()
    t.equal(t.send(message).data.code, 250, "reply")
    t.delivered(message)


@case
def thirty_at_a_time(t):
    t.assayd("""
at message {
    reject when dmarc == fail;
}
""")
    results, errors = [], []

    def one(n):
        bad = n % 3 == 0
        sender = "eve@reject.example" if bad else "ann@good.example"
        message = Message(author=sender)
        outcome = t.send(message, STRANGER if bad else 10, sender)
        results.append((bad, message, outcome.final().code))

    def one_noted(n):
        try:
            one(n)
        except Exception as error:
            errors.append(repr(error))

    for _ in range(3):
        threads = [threading.Thread(target=one_noted, args=(n,))
                   for n in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    t.equal(errors, [], "errors")
    t.equal(len(results), 90, "results")
    for bad, message, code in results:
        t.equal(code, 550 if bad else 250, "reply")
        if not bad:
            t.holds(t.stamp(t.delivered(message)), "dmarc=pass", "stamp")
    t.equal(len(t.daemon.events()), 90, "events")
