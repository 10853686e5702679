#!/usr/bin/python3
"""Logs of mail that never was, the same at each run.

usage: tests/support/maillogs.py COUNT DIRECTORY

Writes for COUNT messages the logs of three hosts into DIRECTORY, and in
events.json the events of the first half of them:

    mx1.log         Postfix, long queue ids, two instances, syslog's times;
                    over the end of a year
    mx2.log         Postfix, short queue ids that come again, RFC 3339; its
                    clock goes back by an hour in the middle
    mx3.log.gz      Sendmail, syslog's times

Message number i is of host i % 3, and what becomes of it follows from i, so
that each figure can be counted on paper:

    i // 3 % 20     fate: 0 bounced, 1 expired, 2 and 3 put off once and sent,
                    4 still put off, 5 refused by a milter, 6 held, else sent
    i // 60 % 7     destination: d0.example ... d6.example
    i % 3 == 0 and i // 3 % 20 == 19
                    through a filter: two queue ids, one message
    every 50th line a line of another program; every 1000th one that nobody
                    understands

Beside these, one bounce in a hundred messages comes from elsewhere; each
second of them answers nothing.
"""
import datetime
import gzip
import json
import os
import sys

FATES = 20
BOUNCED, EXPIRED, LATER, LATER2, WAITING, REFUSED, HELD = range(7)
FILTERED = 19
STEP = 20           # seconds between two messages
START = datetime.datetime(2026, 12, 20)
CONSONANTS = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"


def fate_of(i):
    return i // 3 % FATES


def is_bounce(i):
    return i % 100 == 50


def answers(i):
    return i % 200 == 50


def in_base(number, alphabet):
    text = ""
    while number:
        number, digit = divmod(number, len(alphabet))
        text = alphabet[digit] + text
    return text


class Host:
    """Lines of one host, in the order of time."""

    def __init__(self, name):
        self.name = name
        self.lines = []         # (time, order, text)
        self.number = 0

    def say(self, when, tag, text):
        self.number += 1
        self.lines.append((when, self.number, tag, text))

    def stamp(self, when):
        return when.strftime("%b %e %H:%M:%S")

    def text(self):
        """Other programs talk between."""
        out = []
        for count, (when, _, tag, text) in enumerate(sorted(
                self.lines, key=lambda line: line[:2]), 1):
            stamp = self.stamp(when)
            out.append("%s %s %s: %s" % (stamp, self.name, tag, text))
            if count % 50 == 0:
                out.append("%s %s sshd[1]: hello" % (stamp, self.name))
            if count % 1000 == 0:
                out.append("%s %s postfix/smtpd[1]: of another version" %
                           (stamp, self.name))
        return "\n".join(out) + "\n"


class Rfc3339(Host):
    """Half way its clock is set back by an hour."""

    def __init__(self, name, half):
        super().__init__(name)
        self.half = half

    def stamp(self, when):
        if when >= self.half:
            when -= datetime.timedelta(hours=1)
        return when.strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")


class Message:
    def __init__(self, i):
        self.i, self.fate = i, fate_of(i)
        self.when = START + datetime.timedelta(seconds=STEP * i)
        self.sender = "" if is_bounce(i) else "user%d@ours.example" % (i % 499)
        self.to = "rcpt%d@d%d.example" % (i, i // 60 % 7)
        if is_bounce(i):
            self.fate = 7                   # sent, to us
            self.to = "%s%d@ours.example" % (
                "user" if answers(i) else "nobody", i % 499)

    def after(self, seconds):
        return self.when + datetime.timedelta(seconds=seconds)


def reply(message):
    return {
        BOUNCED: "550 5.1.1 <%s>: user unknown" % message.to,
        EXPIRED: "451 4.2.1 <%s>: over quota" % message.to,
        LATER: "450 4.7.1 greylisted, id %d" % (message.i + 100000),
        LATER2: "450 4.7.1 greylisted, id %d" % (message.i + 100000),
        WAITING: "421 4.3.2 too busy",
    }.get(message.fate, "250 2.0.0 Ok")


class Postfix:
    def __init__(self, host, queue_id, instance):
        self.host, self.queue_id = host, queue_id
        self.instance = instance

    def say(self, when, daemon, text, queue_id=None):
        self.host.say(when, "%s/%s[77]" % (self.instance, daemon),
                      "%s: %s" % (queue_id or self.queue_id, text))

    def active(self, message, when, queue_id=None, sender=None):
        self.say(when, "qmgr", "from=<%s>, size=1000, nrcpt=1 (queue active)"
                 % (message.sender if sender is None else sender), queue_id)

    def begin(self, message, when, client, queue_id=None):
        self.say(when, "smtpd", "client=" + client, queue_id)
        self.say(when, "cleanup", "message-id=<%d@ours.example>" % message.i,
                 queue_id)

    def tried(self, message, seconds, status, said, relay=None):
        host = "mx.%s" % message.to.split("@")[1]
        if status != "sent":
            said = "host %s[192.0.2.9] said: %s (in reply to RCPT TO " \
                "command)" % (host, said)
        self.say(message.after(seconds), "smtp",
                 "to=<%s>, relay=%s, delay=%d, delays=0/0/%d/0, dsn=%s, "
                 "status=%s (%s)" % (
                     message.to, relay or host + "[192.0.2.9]:25", seconds,
                     seconds, {"sent": "2.0.0", "deferred": "4.0.0",
                               "bounced": "5.1.1"}[status], status, said))

    def notice(self, message, seconds, notice_id):
        when = message.after(seconds)
        self.say(when, "cleanup", "message-id=<%s@x>" % notice_id, notice_id)
        self.say(when, "bounce",
                 "sender non-delivery notification: " + notice_id)
        self.active(message, when, notice_id, "")
        self.say(when, "smtp",
                 "to=<%s>, relay=mx.ours.example[192.0.2.8]:25, delay=1, "
                 "delays=0/0/1/0, dsn=2.0.0, status=sent (250 ok)" %
                 message.sender, notice_id)
        self.say(when, "qmgr", "removed", notice_id)

    def run(self, message, notice_id, inner_id):
        client = "mail.client.example[192.0.2.7]"
        self.begin(message, message.when, client)
        if message.fate in (REFUSED, HELD):
            self.say(message.when, "cleanup",
                     "milter-%s: END-OF-MESSAGE from %s: 5.7.1 no; from=<%s>"
                     % ("reject" if message.fate == REFUSED else "hold",
                        client, message.sender))
            return
        self.active(message, message.when)
        if message.fate == BOUNCED:
            self.tried(message, 2, "bounced", reply(message))
            self.notice(message, 2, notice_id)
        elif message.fate in (EXPIRED, WAITING, LATER, LATER2):
            self.tried(message, 1, "deferred", reply(message))
            self.active(message, message.after(600))
            if message.fate in (LATER, LATER2):
                self.tried(message, 601, "sent", "250 2.0.0 Ok")
            else:
                self.tried(message, 601, "deferred", reply(message))
            if message.fate == EXPIRED:
                self.say(message.after(601), "qmgr", "from=<%s>, "
                         "status=expired, returned to sender" %
                         message.sender)
                self.notice(message, 601, notice_id)
            if message.fate == WAITING:
                return
        elif message.fate == FILTERED and inner_id:
            when = message.after(1)
            inner = Postfix(self.host, inner_id, self.instance + "-out")
            inner.begin(message, when, "localhost[127.0.0.1]")
            inner.active(message, when)
            self.tried(message, 1, "sent", "250 2.0.0 Ok: queued as " +
                       inner_id, "127.0.0.1[127.0.0.1]:10024")
            inner.tried(message, 3, "sent", "250 2.0.0 Ok")
            inner.say(message.after(3), "qmgr", "removed")
        else:
            self.tried(message, 3, "sent", reply(message))
        self.say(message.after(601 if message.fate in (EXPIRED, LATER, LATER2)
                               else 3), "qmgr", "removed")


class Sendmail:
    def __init__(self, host, queue_id):
        self.host, self.queue_id = host, queue_id

    def say(self, when, text, queue_id=None):
        self.host.say(when, "sm-mta[77]",
                      "%s: %s" % (queue_id or self.queue_id, text))

    def tried(self, message, seconds, dsn, stat, said=""):
        self.say(message.after(seconds),
                 "to=<%s>, delay=%02d:%02d:%02d, xdelay=00:00:01, "
                 "mailer=esmtp, pri=30000, relay=mx.%s. [192.0.2.9], dsn=%s, "
                 "%sstat=%s" % (
                     message.to, seconds // 3600, seconds // 60 % 60,
                     seconds % 60, message.to.split("@")[1], dsn,
                     "reply=%s, " % said if said else "", stat))

    def notice(self, message, seconds, notice_id, why):
        when = message.after(seconds)
        self.say(when, "%s: %s" % (notice_id, why))
        self.say(when, "to=<%s>, delay=00:00:01, xdelay=00:00:01, "
                 "mailer=esmtp, pri=30000, relay=mx.ours.example. "
                 "[192.0.2.8], dsn=2.0.0, stat=Sent (ok)" % message.sender,
                 notice_id)

    def run(self, message, notice_id, _):
        said = reply(message)
        if message.fate == HELD:
            self.say(message.when, "milter=assay, quarantine=a look")
        self.say(message.when, "from=<%s>, size=1000, class=0, nrcpts=1, "
                 "msgid=<%d@ours.example>, proto=ESMTP, daemon=MTA, "
                 "relay=mail.client.example [192.0.2.7]" % (
                     message.sender, message.i))
        if message.fate == REFUSED:
            self.say(message.when, "Milter: data, reject=550 5.7.1 no")
            self.say(message.when, "to=<%s>, delay=00:00:00, pri=30000, "
                     "stat=no" % message.to)
        elif message.fate == HELD:
            pass
        elif message.fate == BOUNCED:
            self.tried(message, 2, "5.1.1", "User unknown", said)
            self.notice(message, 2, notice_id, "DSN: User unknown")
        elif message.fate in (EXPIRED, WAITING, LATER, LATER2):
            self.tried(message, 1, "4.0.0", "Deferred: " + said, said)
            if message.fate in (LATER, LATER2):
                self.tried(message, 601, "2.0.0", "Sent (ok)")
            else:
                self.tried(message, 601, "4.0.0", "Deferred: " + said, said)
            if message.fate == EXPIRED:
                self.notice(message, 601, notice_id, "sender notify: Cannot "
                            "send message for 5 days")
        else:
            self.tried(message, 3, "2.0.0", "Sent (ok)")


def make(host, i):
    """The MTA's view of message i: (its lines' writer, two more ids)."""
    if i % 3 == 0:
        number = 10 ** 14 + i * 3
        ids = ["4" + in_base(number + k, CONSONANTS) + "z6d" for k in range(3)]
        return Postfix(host, ids[0], "postfix"), ids[1], ids[2]
    if i % 3 == 1:
        # 3000 messages later a queue id is another message's.
        ids = ["%06X" % (0xA00000 + (i % 9000) * 3 + k) for k in range(3)]
        return Postfix(host, ids[0], "edge"), ids[1], None
    ids = ["6AMK%04d%06d" % (i // 500000, i % 500000 * 2 + k)
           for k in range(2)]
    return Sendmail(host, ids[0]), ids[1], None


def event(message, host, queue_id):
    verdict = {"action": "quarantine" if message.fate == HELD else "accept",
               "code": None, "enhanced": None, "text": None, "file": None,
               "line": None}
    ours = not is_bounce(message.i) and message.i % 2 == 0
    when = message.when
    return {"v": 1, "time": when.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "id": "%016x" % (message.i + 1), "host": host + ".example.com",
            "kind": "message", "queue_id": queue_id, "verdict": verdict,
            "policy": {"name": "p", "checksum": "0" * 16, "mode": "enforce"},
            "rules": [], "calls": [],
            "rcpts": [{"address": message.to, "action": "accept"}],
            "dkim": [], "facts": {"mail.from": message.sender,
                                  "client.ours": ours}}


def hosts_of(count):
    half = START + datetime.timedelta(seconds=STEP * count // 2)
    hosts = [Host("mx1"), Rfc3339("mx2", half), Host("mx3")]
    events = []
    for i in range(count):
        message = Message(i)
        mta, notice_id, inner_id = make(hosts[i % 3], i)
        mta.run(message, notice_id, inner_id)
        if i < count // 2 and message.fate != REFUSED:
            events.append(json.dumps(event(message, hosts[i % 3].name,
                                           mta.queue_id)))
    return hosts, events


def main():
    count, directory = int(sys.argv[1]), sys.argv[2]
    hosts, events = hosts_of(count)
    last = (START + datetime.timedelta(seconds=STEP * count + 3600)).replace(
        tzinfo=datetime.timezone.utc).timestamp()
    for host, name in zip(hosts, ("mx1.log", "mx2.log", "mx3.log.gz")):
        path = os.path.join(directory, name)
        opener = gzip.open if name.endswith(".gz") else open
        with opener(path, "wt", encoding="ascii") as out:
            out.write(host.text())
        os.utime(path, (last, last))
    with open(os.path.join(directory, "events.json"), "w",
              encoding="ascii") as out:
        out.write("".join(line + "\n" for line in events))


if __name__ == "__main__":
    main()
