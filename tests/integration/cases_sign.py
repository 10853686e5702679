"""Mail of ours is signed, and what leaves the MTA verifies at the next one."""
import base64
import os
import pwd
import re
import subprocess

import dkim
from case import case, policy
from assayd import USER
from mail import Message
from proc import run, wait_for
from world import GOOD, STRANGER, ZONE

RULES = """
at message {
    reject 550 5.7.20 "no signature" when not client.ours and dkim != pass;
    tag "X-Ours" "%{client.ours}" when client.ours;
    tag subject "[ours] " when client.ours;
}
"""


class Keys:
    """An RSA and an Ed25519 key below a case's directory, and a table."""

    def __init__(self, t, options="", domain="good.example"):
        self.zone = ZONE
        self.domain = domain
        for name, kind in (("r", ("rsa", "-pkeyopt", "rsa_keygen_bits:2048")),
                           ("e", ("ed25519",))):
            path = os.path.join(t.directory, name + ".pem")
            run("openssl", "genpkey", "-algorithm", *kind, "-out", path)
            os.chmod(path, 0o600)
            os.chown(path, pwd.getpwnam(USER).pw_uid, -1)
            der = subprocess.run(
                ["openssl", "pkey", "-in", path, "-pubout", "-outform",
                 "DER"], check=True, stdout=subprocess.PIPE).stdout
            self.zone += record(name, domain, der)
        self.table = os.path.join(t.directory, "signing.table")
        with open(self.table, "w", encoding="utf-8") as out:
            out.write("%s selector=r,e key=r.pem,e.pem %s\n"
                      % (domain, options))


def record(selector, domain, der):
    kind = "rsa" if selector == "r" else "ed25519"
    octets = base64.b64encode(der if kind == "rsa" else der[-32:]).decode()
    return '%s._domainkey.%s TXT "v=DKIM1; k=%s; " "p=%s" "%s"\n' % (
        selector, domain, kind, octets[:200], octets[200:])


def start(t, options="", domain="good.example", zone="", **settings):
    keys = Keys(t, options, domain)
    t.daemon_keys = keys
    t.assayd(RULES, zone=keys.zone + zone, signing=keys.table,
             sign_networks=[t.ip(GOOD), "127.0.0.1"], **settings)
    return keys


def by_dkimpy(t, keys, delivery):
    """dkimpy takes every signature of the message as it was delivered."""
    names = {}
    for line in keys.zone.splitlines():
        if " TXT " in line and "_domainkey" in line:
            name, text = line.split(" TXT ", 1)
            names[name + "."] = "".join(text.split('"')[1::2]).encode()

    def lookup(name, **_):
        name = name.decode() if isinstance(name, bytes) else name
        return names.get(name.rstrip(".") + ".")
    count = len(delivery.values("DKIM-Signature"))
    t.equal(count, 2, "signatures")
    for index in range(count):
        verifier = dkim.DKIM(delivery.data)
        t.true(verifier.verify(index, dnsfunc=lookup),
               "dkimpy takes signature %d of %r" % (index, delivery.data))


def again(t, delivery, options=(), engine=None):
    """A second MTA hop: what was delivered comes back from a stranger, and
    our verifier (or libopendkim) refuses it where it does not pass."""
    if engine:
        t.daemon.configure(dkim_engine=engine)
        t.daemon.reload()
    t.mta.sink.forget()
    with t.session(STRANGER, "mail.stranger.example") as session:
        outcome = session.send("list@stranger.example", ["bob@example.net"],
                               delivery.data, options)
    t.equal(outcome.data.code, 250, "the second hop with %s" % engine)
    t.mta.sink.forget()


def whole_way(t, keys, message, options=(), **how):
    t.equal(t.send(message, options=options, **how).data.code, 250, "reply")
    found = t.delivered(message)
    event = [e for e in t.daemon.events() if e["signed"]][-1]
    t.equal([s["selector"] for s in event["signed"]], ["r", "e"], "signed")
    t.equal(event["unsigned"], None, "unsigned")
    by_dkimpy(t, keys, found)
    again(t, found, options, "native")
    again(t, found, options, "opendkim")
    t.daemon.configure(dkim_engine="native")
    return found


@case(transports=("unix",))
def mail_of_ours_is_signed(t):
    keys = start(t)
    message = Message()
    found = whole_way(t, keys, message)
    t.equal(found.values("X-Ours"), ["true"], "our own tag")
    t.holds(found.values("Subject")[0], "[ours]", "subject")


@case(transports=("unix",))
def a_login_is_signed_and_its_bounces_tagged(t):
    """The whole of a submission: rights, signatures and the bounce's tag."""
    keys = Keys(t)
    with open(os.path.join(t.tools.source, "policies/submission.policy"),
              encoding="utf-8") as text:
        t.assayd(text=text.read(), zone=keys.zone, signing=keys.table,
                 sign_networks=["192.0.2.99"], bounce_tags="yes",
                 bounce_keys=t.private("keys", "0 0123456789abcdef\n"),
                 bounce_domains=["good.example"])
    message = Message(author="Ann <ann@good.example>")
    t.equal(t.submit(message).data.code, 250, "reply")
    found = t.delivered(message)
    t.true(re.match("^prvs=0[0-9]{3}[0-9a-f]{6}=ann@good.example$",
                    found.sender), "a tag: " + found.sender)
    t.holds(t.stamp(found), "auth=pass", "stamp")
    by_dkimpy(t, keys, found)
    event = t.event(message)
    t.equal([s["selector"] for s in event["signed"]], ["r", "e"], "signed")
    t.equal(event["bounce_tag"], {"from": found.sender}, "bounce_tag")
    # At the next hop it is a stranger's mail, which has to verify.
    t.daemon.policy(policy(RULES))
    t.daemon.configure(bounce_tags="no")
    t.daemon.reload()
    again(t, found, (), "native")
    again(t, found, (), "opendkim")
    forged = Message(author="bob@good.example")
    t.daemon.configure(dkim_engine="native", policy="submission.policy")
    t.daemon.reload()
    t.equal(t.submit(forged).data.code, 550, "another's From")


@case(mtas=("postfix",), transports=("unix",))
def what_postfix_rewrites_is_signed_as_it_leaves(t):
    """Canonical addresses and domains that it adds; long and odd folds."""
    keys = Keys(t)
    t.assayd(RULES, zone=keys.zone, signing=keys.table)
    message = Message(header=[
        ("From", "Ann\r\n (of old) <old@good.example>"),
        ("To", "bob,\r\n\tcarol (both of them),\r\n dave@example.net"),
        ("Cc", ",\r\n\t ".join("a%d@example.net" % i for i in range(60))),
        ("Subject", "  two  blanks \r\n\t and a tab\t"),
        ("Date", "Sun, 22 Nov 2026 10:00:00 +0000")])
    message.data = message.data.replace(
        b"Date:", b"X-Token: %s\r\nDate:" % message.token.encode())
    t.equal(t.submit(message).data.code, 250, "reply")
    found = t.delivered(message)
    t.holds(found.values("From")[0], "ann@good.example", "canonical From")
    t.holds(found.values("To")[0], "carol@mx.example.org", "added domain")
    by_dkimpy(t, keys, found)
    again(t, found, (), "native")


@case(transports=("tcp",))
def strangers_are_not_signed(t):
    start(t)
    for sender in ("ann@good.example", ""):
        message = Message()
        message.data = t.tools.key.sign(message.data)
        t.daemon.write("zone", t.daemon_keys.zone
                       + t.tools.key.zone_line() + "\n")
        t.daemon.reload()
        outcome = t.send(message, STRANGER, sender)
        t.equal(outcome.data.code, 250, "reply")
        found = t.delivered(message)
        t.equal(len(found.values("DKIM-Signature")), 1, "its own alone")
    event = t.daemon.events()[-1]
    t.equal((event["signed"], event["unsigned"]), ([], None), "event")


@case(transports=("unix",))
def what_is_not_signed_says_why(t):
    start(t)
    message = Message(author="ann@plain.example")
    t.equal(t.send(message).data.code, 250, "reply")
    t.delivered(message)
    t.equal(t.daemon.events()[-1]["unsigned"], "no rule for plain.example",
            "event")
    t.holds(t.daemon.log(), "unsigned: no rule for plain.example", "log")
    os.chmod(os.path.join(t.directory, "r.pem"), 0o644)
    message = Message()
    t.equal(t.send(message).data.code, 250, "reply")
    t.equal(len(t.delivered(message).values("DKIM-Signature")), 1,
            "the other key")
    t.holds(t.daemon.events()[-1]["unsigned"],
            "r.pem: mode 0644 is readable by others: chmod 600", "event")
    t.daemon.configure(log_level="info", allow_readable_keys="yes")
    t.daemon.reload()
    for author, selectors in (("ann@good.example", ["r", "e"]),
                              ("ann@plain.example", [])):
        message = Message(author=author)
        t.equal(t.send(message).data.code, 250, "reply")
        t.delivered(message)
        t.equal([s["selector"] for s in t.daemon.events()[-1]["signed"]],
                selectors, "signed, as is allowed")
    t.equal(t.daemon.log().count("info: %s: unsigned: no rule for plain"
            % t.daemon.events()[-1]["queue_id"]), 1, "level info")


BODIES = {
    "long": b"x" * 900 + b"\r\n" + b"y " * 450 + b" \r\n",
    "blanks": b" a \t b \r\n\r\n\t\r\n \r\nc\r\n\r\n\r\n",
    "dots": b".\r\n..\r\n. a\r\n",
    "empty": b"",
}

FIELDS = {
    "folded": [("X-Folded", "a\r\n\tb\r\n  c "), ("References",
               "<1@good.example>\r\n <2@good.example>")],
    "empty": [("Comments", ""), ("Cc", ""), ("List-Id", " ")],
    "twice": [("Comments", "1"), ("comments", "2"), ("COMMENTS", "3"),
              ("List-Help", "<https://good.example>")],
    "list": [("List-Unsubscribe", "<https://good.example/u>"),
             ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")],
    "long": [("Subject2", "s" * 900)],
    "mime": [("MIME-Version", "1.0"), ("Content-Type",
             "text/plain;\r\n  charset=\"utf-8\""),
             ("Content-Transfer-Encoding", "8bit")],
}


def shapes(t, canonicalization):
    keys = start(t, "canonicalization=" + canonicalization)
    for body in BODIES.values():
        whole_way(t, keys, Message(body=body))
    for name, fields in FIELDS.items():
        whole_way(t, keys, Message(fields=fields + [
            ("X-Shape", name)]), options=())
    eight = Message(body="gr\u00fc\u00dfe\r\n".encode(),
                    fields=FIELDS["mime"])
    whole_way(t, keys, eight, options=("BODY=8BITMIME",))


@case(transports=("unix",))
def every_shape_survives_simple(t):
    shapes(t, "simple/simple")


@case(transports=("unix",))
def every_shape_survives_relaxed(t):
    shapes(t, "relaxed/relaxed")


@case(transports=("unix",), mtas=("postfix",))
def internationalized_mail_is_signed(t):
    name = "b\u00fccher.example"
    keys = start(t, domain="xn--bcher-kva.example")
    message = Message(author="\u00e4nn@" + name,
                      subject="gr\u00fc\u00dfe")
    if isinstance(message.data, str):
        message.data = message.data.encode()
    whole_way(t, keys, message, options=("SMTPUTF8", "BODY=8BITMIME"))


@case(transports=("unix",), mtas=("postfix",))
def mail_of_the_sendmail_command_is_signed(t):
    """With what Postfix's cleanup adds: From, Date, Message-ID."""
    keys = start(t)
    name = "unix:%s" % t.mta.milter["unix"]
    configured(t, "non_smtpd_milters=" + name,
               "internal_mail_filter_classes=bounce",
               "myorigin=good.example")
    pickup = t.mta.etc + "/master.cf"
    with open(pickup, encoding="utf-8") as text:
        before = text.read()
    try:
        with open(pickup, "w", encoding="utf-8") as out:
            out.write(before + "pickup unix n - n 1 1 pickup\n")
        run("postfix", "-c", t.mta.etc, "reload")
        for header in ("From: ann\n", "From: Ann <ann@good.example>\n", ""):
            message = Message()
            text = "%sTo: bob@example.net\nSubject: %s\n\n%s\n" % (
                header, message.token, message.token)
            subprocess.run(["/usr/sbin/sendmail", "-C", t.mta.etc, "-f",
                            "ann@good.example", "bob@example.net"],
                           input=text.encode(), check=True)
            found = t.delivered(message)
            for name in ("Date", "Message-Id", "From"):
                t.equal(len(found.values(name)), 1, name)
            by_dkimpy(t, keys, found)
            again(t, found)
    finally:
        with open(pickup, "w", encoding="utf-8") as out:
            out.write(before)
        configured(t, "non_smtpd_milters=", "internal_mail_filter_classes=",
                   "myorigin=$myhostname")


@case(transports=("unix",))
def missing_fields_of_our_clients(t):
    """Postfix adds them where it is told to, before assayd sees the header."""
    keys = start(t)
    if t.mta.name == "postfix":
        configured(t, "always_add_missing_headers=yes")
    try:
        message = Message()
        message.data = b"From: ann@good.example\r\nSubject: %s\r\n\r\nx\r\n" \
            % message.token.encode()
        t.equal(t.send(message).data.code, 250, "reply")
        found = t.delivered(message)
        if t.mta.name == "postfix":
            t.equal(len(found.values("Date")), 1, "Date")
        by_dkimpy(t, keys, found)
    finally:
        if t.mta.name == "postfix":
            configured(t, "always_add_missing_headers=no")


@case(transports=("unix",))
def bounces_of_ours_are_signed(t):
    keys = start(t)
    whole_way(t, keys, Message(author="mailer-daemon@good.example"),
              sender="")


@case(transports=("unix",), mtas=("postfix",))
def a_rotation_from_end_to_end(t):
    """assay key rotate with the scripted DNS; assayd sees it by itself."""
    directory = os.path.join(t.directory, "keys")
    table = os.path.join(t.directory, "signing.table")
    with open(table, "w", encoding="utf-8") as out:
        out.write("* key=%s/\n" % directory)
    tool = os.path.join(os.path.dirname(t.tools.assayd), "assay")
    zone = os.path.join(t.directory, "zone")
    published = ZONE

    def rotate(*more):
        done = subprocess.run(
            [tool, "key", "rotate", "--directory", directory, "--domain",
             "good.example", "--dns", "zone:" + zone, "--set", "user=" + USER,
             "--algorithm", "ed25519", *more], stdout=subprocess.PIPE)
        return done.returncode, done.stdout.decode()

    def selectors():
        message = Message()
        t.equal(t.send(message).data.code, 250, "reply")
        t.delivered(message)
        return [s["selector"] for s in t.daemon.events()[-1]["signed"]]
    t.assayd(RULES, zone=ZONE, signing=table, sign_networks=[t.ip(GOOD)])
    t.equal(selectors(), [], "no key yet")
    for name in ("a1", "a2"):
        status, said = rotate("--selector", name)
        t.equal(status, 1, "waits for DNS: " + said)
        published += said.split("for a zone file:\n")[1].split("\n")[0] \
            .replace(". IN TXT", " TXT") + "\n"
        t.daemon.write("zone", published)
        t.equal(rotate("--selector", name)[0], 0, "it is published")
        t.true(wait_for(lambda: selectors() == [name], 20),
               "assayd signs with " + name)
    t.equal(rotate("--after", "1d", "--keep", "0")[0], 0, "the end of a1")
    t.equal(sorted(os.listdir(directory + "/good.example")),
            ["a2.pem", "selectors"], "files")


def configured(t, *assignments):
    for assignment in assignments:
        run("postconf", "-c", t.mta.etc, "-e", assignment)
    run("postfix", "-c", t.mta.etc, "reload")
    wait_for(lambda: True, 1)


def memory(process):
    """All that a process may write, but what sanitizers keep of it."""
    found = []
    with open("/proc/%d/maps" % process, encoding="utf-8") as maps, \
            open("/proc/%d/mem" % process, "rb", 0) as octets:
        for line in maps:
            start, end = (int(x, 16) for x in line.split()[0].split("-"))
            if line.split()[1][:2] != "rw" or end - start > 1 << 30:
                continue
            octets.seek(start)
            try:
                found.append(octets.read(end - start))
            except OSError:
                pass
    return b"".join(found)


@case(transports=("unix",), mtas=("postfix",))
def keys_are_wiped_at_a_reload(t):
    """Neither its text nor its numbers are left of a key that was read."""
    start(t)
    with open(os.path.join(t.directory, "e.pem"), "rb") as pem:
        written = pem.read().split(b"\n")[1]
    t.daemon.configure(
        signing_key_table=t.private("keys", "k good.example:i:%s\n"
                                    % written.decode()),
        signing_table=t.private("rows", "good.example k\n"))
    t.daemon.reload()
    t.equal(t.send(Message()).data.code, 250, "reply")
    t.equal([s["selector"] for s in t.daemon.events()[-1]["signed"]],
            ["r", "e", "i"], "signed")
    path = os.path.join(t.directory, "r.pem")
    with open(path, "rb") as pem:
        lines = pem.read().split(b"\n")
    numbers = subprocess.run(
        ["openssl", "rsa", "-in", path, "-noout", "-text"], check=True,
        stdout=subprocess.PIPE).stdout.decode()
    prime = bytes.fromhex(re.search(
        r"prime1:\s+(?:00:)?([0-9a-f:\s]+)", numbers).group(1).replace(
            ":", "").replace("\n", "").replace(" ", ""))
    # Allocators write over the first octets of what was given back.
    secrets = {"text": lines[-4], "octets": prime[:32],
               "number": prime[::-1][-32:], "in the table": written[16:],
               "seed": base64.b64decode(written)[-16:]}

    def left():
        held = memory(t.daemon.server.child.pid)
        return [name for name, what in secrets.items() if what in held]
    t.equal(left(), ["number", "in the table", "seed"], "while it signs")
    os.unlink(path)
    t.daemon.configure(signing_key_table="", signing_table="")
    t.daemon.reload()
    t.true(wait_for(lambda: left() == [], 20), "after a reload: %s" % left())
