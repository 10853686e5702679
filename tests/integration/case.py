"""Test cases, and what a case has in hand."""
import os
import pwd
import shutil
import traceback
import unicodedata

from assayd import USER, Assayd
from login import PASSWORD
from mail import Message, Session
from proc import wait_for
from world import GOOD, ZONE

CASES = []


def case(function=None, *, mtas=("postfix", "sendmail"),
         transports=("unix", "tcp")):
    """Make a function a case: it runs for each MTA and transport named."""
    def add(function):
        function.mtas, function.transports = mtas, transports
        CASES.append(function)
        return function
    return add(function) if function else add


class Failed(Exception):
    pass


class Skipped(Exception):
    pass


def policy(rules, mode="enforce"):
    """A policy file; rules is what stands below its first line."""
    return 'policy "test" mode %s;\n%s' % (mode, rules)


class Test:
    """What a case works with: an MTA, a way to assayd, and the zone."""

    def __init__(self, mta, transport, tools, directory):
        self.mta, self.transport = mta, transport
        self.tools = tools          # paths: assayd, assay; key: DkimKey
        self.directory = directory
        self.daemon = None
        self.held = []

    # ---- what a case sets up ----

    def assayd(self, rules="", mode="enforce", zone=None, text=None,
               **settings):
        """Start assayd; text is a whole policy in place of rules and mode.
        Clients of Sendmail are on loopback, and strangers all the same."""
        settings.setdefault("sign_networks", ["192.0.2.99"])
        zone = ZONE + self.tools.key.zone_line() + "\n" if zone is None \
            else zone
        self.daemon = Assayd(self.tools.assayd, self.directory,
                             self.mta.milter[self.transport],
                             text or policy(rules, mode), zone, settings)
        self.daemon.start()
        return self.daemon

    def private(self, name, text):
        """A file that nobody but assayd's user may read; its path."""
        path = os.path.join(self.directory, name)
        with open(path + ".new", "w", encoding="utf-8",
                  opener=lambda p, f: os.open(p, f, 0o600)) as out:
            out.write(text)
        owner = pwd.getpwnam(USER)
        os.chown(path + ".new", owner.pw_uid, owner.pw_gid)
        os.rename(path + ".new", path)
        return path

    def ip(self, number=GOOD):
        return self.mta.address(number)[0]

    def session(self, client=GOOD, helo="mail.good.example",
                default="tempfail", xclient=None):
        shown, source, lines = self.mta.address(client)
        return Session(self.mta.ports[self.transport, default], source,
                       xclient if xclient else lines, helo)

    def send(self, message, client=GOOD, sender="ann@good.example",
             to=("bob@example.net",), helo="mail.good.example",
             default="tempfail", options=()):
        with self.session(client, helo, default) as session:
            return session.send(sender, to, message.data, options)

    # ---- what came of it ----

    def submit(self, message, sender="ann@good.example",
               login="ann@good.example", to=("bob@example.net",),
               certificate=None, password=PASSWORD):
        """What the submission service says; login None: without one."""
        if self.mta.no_logins:
            raise Skipped(self.mta.no_logins)
        with Session(self.mta.submission[self.transport], "127.0.0.1",
                     helo="laptop.example") as session:
            session.start_tls(self.mta.logins.tls(certificate))
            if login:
                self.equal(session.login(login, password).code, 235, "AUTH")
            return session.send(sender, to, message.data)

    def delivered(self, message, count=1):
        """The message as the sink got it."""
        found = wait_for(lambda: len(self.mta.sink.find(message.token))
                         >= count and self.mta.sink.find(message.token), 30)
        if not found:
            raise Failed("%s was not delivered; queue: %s" % (
                message.token, self.mta.queue()))
        return found[0]

    def lost(self, message):
        """It is nowhere: not delivered, not in the queue."""
        after = Message(subject="after")
        self.equal(self.send(after).final().code, 250, "a later message")
        self.delivered(after)
        self.true(self.mta.settled(), "the queue is settled")
        self.equal(len(self.mta.sink.find(message.token)), 0, "deliveries")

    def queued(self, recipient):
        """The queue id of the message held for this recipient."""
        found = wait_for(lambda: self.mta.held(recipient), 10)
        if not found:
            raise Failed("nothing is held for %s; queue: %s" % (
                recipient, self.mta.queue()))
        self.held.append(found)
        return found

    def event(self, message=None, **wanted):
        """The one event of the message."""
        def find():
            return [e for e in self.daemon.events() if matches(e)]

        def matches(event):
            if message and message.token not in str(event):
                return False
            return all(event.get(k) == v for k, v in wanted.items())
        found = wait_for(find, 10)
        if not found:
            raise Failed("no event; there are: %s" % self.daemon.events())
        self.equal(len(found), 1, "events of the message")
        return found[0]

    def stamp(self, delivery):
        """Our Authentication-Results field of a delivered message."""
        fields = [v for v in delivery.values("Authentication-Results")
                  if v.startswith("mx.example.org")]
        self.equal(len(fields), 1, "fields of ours in %r" % (
            delivery.header(),))
        return fields[0]

    # ---- checks ----

    def equal(self, found, wanted, what):
        if found != wanted:
            raise Failed("%s: %r, not %r" % (what, found, wanted))

    def true(self, condition, what):
        if not condition:
            raise Failed("not so: " + what)

    def holds(self, text, piece, what="text"):
        if piece not in str(text):
            raise Failed("%s lacks %r: %s" % (what, piece, text))

    def lacks(self, text, piece, what="text"):
        if piece in str(text):
            raise Failed("%s has %r: %s" % (what, piece, text))

    # ---- the end ----

    def finish(self):
        for queue_id in self.held:
            self.mta.delete(queue_id)
        if self.daemon:
            trouble = self.daemon.stop()
            if trouble:
                raise Failed(trouble)


def run_case(function, mta, transport, tools, root):
    """(passed, failed or skipped; and why)."""
    name = "%s-%s-%s" % (mta.name, transport, function.__name__)
    directory = os.path.join(root, name)
    os.mkdir(directory, 0o755)
    test = Test(mta, transport, tools, directory)
    status, why = "passed", ""
    try:
        try:
            function(test)
        finally:
            test.finish()
    except Skipped as skipped:
        status, why = "skipped", str(skipped)
    except Failed as failed:
        status, why = "failed", str(failed)
    except Exception:
        status, why = "failed", traceback.format_exc()
    if status == "failed":
        why += context(test)
    shutil.rmtree(directory, ignore_errors=True)
    return status, printable(why)


def context(test):
    """The ends of the logs, for a case that failed."""
    text = ""
    if test.daemon and test.daemon.server:
        text += "\n-- assayd --\n" + test.daemon.log()[-3000:]
    return text + "\n-- %s --\n" % test.mta.name + test.mta.log()[-6000:]


def printable(text):
    return "".join(c if c in "\n\t" or unicodedata.category(c)[0] != "C"
                   else "?" for c in text)
