"""A run of spam and a run of ham through spam.policy, as it is shipped.

Beside its rules stand those of the manual's recipes for DNS lists, greylisting,
rates, reputation and backscatter, which it leaves to the admin.
"""
import base64
import io
import os
import shutil
import zipfile

from case import case
from mail import Message, token
from proc import wait_for
from world import GOOD, OTHER, STRANGER, ZONE

RECIPES = """
at mail {
    reject 554 5.7.1 "%{client.ip} is listed"
        when auth.user is not set and dnsbl("bl.example");
    reject 554 5.7.1 "%{dnsbl.name} is listed"
        when dnsbl("dbl.example", mail.from);
}
at rcpt {
    reject 550 5.7.1 "this bounce answers no mail of ours"
        when bounce.tag in { missing, expired, forged };
    tempfail 451 4.7.1 "greylisted, try again"
        when mail.from in { grey.example } and greylist(1h) == new;
    tempfail 450 4.7.1 "too many messages"
        when mail.from in { many.example } and rate(mail.from, 1h) > 2;
    tempfail 450 4.7.1 "too many recipients"
        when mail.from in { all.example } and rate.rcpts(mail.from, 1h) > 3;
}
at message {
    reject 554 5.7.1 "it links to %{dnsbl.name}"
        when dnsbl("dbl.example", uri.domains);
    reject 550 5.7.1 "what %{spf.domain} sends is spam"
        when reputation(spf.domain) < -0.7
         and reputation.confidence(spf.domain) > 0.2;
}
"""

# Clients beside those of world.py: a customer's line, one that is listed, and
# one that forwards mail to us.
CUSTOMER, LISTED, FORWARDER = 77, 78, 79

MORE = """
77.2.0.192.in-addr.arpa PTR 192-0-2-77.dsl.isp.example
192-0-2-77.dsl.isp.example A 192.0.2.77
78.2.0.192.in-addr.arpa PTR mail.plain.example
mail.plain.example A 192.0.2.78
78.2.0.192.bl.example A 127.0.0.2
2.0.0.127.bl.example A 127.0.0.2
bl.example TXT "a list"
test.dbl.example A 127.0.1.2
listed.example.dbl.example A 127.0.1.2
listed.example A 192.0.2.20
79.2.0.192.in-addr.arpa PTR mail.forwarder.example
mail.forwarder.example A 192.0.2.79
all.example A 192.0.2.20
bad.example A 192.0.2.20
bad.example TXT "v=spf1 a -all"
grey.example A 192.0.2.20
many.example A 192.0.2.20
examp1e.net A 192.0.2.20
friend.example MX 10 mail.friend.example
friend.example TXT "v=spf1 ?all"
"""


def settings(t):
    return {"protected_domains": ["example.net"],
            "protected_names": ["Ann Boss"],
            "local_domains": ["example.net"], "store": "memory:",
            "dkim_replay_recipients": "3",
            "bounce_tags": "yes", "bounce_domains": ["example.net"],
            "bounce_keys": t.private("keys", "1 %s\n" % ("k" * 20)),
            "sign_networks": ["192.0.2.99"]}


def start(t, name="spam.policy", more=RECIPES):
    source = os.path.join(t.tools.source, "policies", name)
    path = os.path.join(t.directory, name)
    shutil.copy(source, path)
    with open(path, "a", encoding="utf-8") as out:
        out.write(more)
    with open(os.path.join(t.directory, "forwarders.list"), "w",
              encoding="utf-8") as out:
        out.write(t.ip(FORWARDER) + "\n")
    zone = ZONE + t.tools.key.zone_line() + "\n" + MORE
    t.assayd(zone=zone, policy=path, **settings(t))


def attached(name, content, kind="application/octet-stream"):
    """The fields and the body of a message with a file."""
    body = ("--b\r\nContent-Type: text/plain\r\n\r\nLook at this.\r\n--b\r\n"
            "Content-Type: %s; name=\"%s\"\r\n"
            "Content-Disposition: attachment; filename=\"%s\"\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n%s\r\n--b--\r\n" % (
                kind, name, name, base64.encodebytes(content).decode()
                .replace("\n", "\r\n")))
    return {"fields": [("MIME-Version", "1.0"),
                       ("Content-Type", 'multipart/mixed; boundary="b"')],
            "body": body}


def archive(name, encrypted=False):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(name, "hello")
    data = bytearray(out.getvalue())
    if encrypted:           # the flag in both headers
        data[6] |= 1
        data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


FUTURE = [("From", "Joe <joe@plain.example>"), ("To", "bob@example.net"),
          ("Subject", "Cheap"), ("Date", "Sun, 22 Nov 2099 10:00:00 +0000")]
NO_DATE = [("From", "Joe <joe@plain.example>"), ("To", "bob@example.net"),
           ("Subject", "Cheap"), ("Subject", "Cheaper")]


# name; what is sent; from which client, as whom; the answer: a reply, "held",
# or the symbols that the message is marked for
SPAM = [
    ("a forged author", {"author": "eve@reject.example"},
     (STRANGER, "a@plain.example", "x.example"), "550 5.7.1"),
    ("our own name", {}, (STRANGER, "a@plain.example", "example.net"),
     "550 5.7.1"),
    ("a sender that takes no mail", {},
     (OTHER, "a@null.example", "plain.example"), "550 5.7.27"),
    ("a sender that does not exist", {},
     (OTHER, "a@gone.example", "plain.example"), "550 5.1.8"),
    ("a listed client", {}, (LISTED, "a@plain.example", "mail.plain.example"),
     "554 5.7.1"),
    ("a listed sender", {},
     (OTHER, "a@listed.example", "plain.example"), "554 5.7.1"),
    ("a link to a listed domain", {"body": "http://www.listed.example/\r\n"},
     (OTHER, "a@plain.example", "plain.example"), "554 5.7.1"),
    ("a bounce of nothing", {}, (OTHER, "", "plain.example"), "550 5.7.1"),
    ("a new triplet", {}, (OTHER, "a@grey.example", "plain.example"),
     "451 4.7.1"),
    ("a program", attached("invoice.exe", b"MZ" + b"\0" * 60),
     (OTHER, "a@plain.example", "plain.example"), "554 5.7.1"),
    ("a program with two extensions", attached(
        "invoice.pdf.js", b"eval(1)"),
     (OTHER, "a@plain.example", "plain.example"), "554 5.7.1"),
    ("a program in an archive", attached("a.zip", archive("run.scr")),
     (OTHER, "a@plain.example", "plain.example"), "554 5.7.1"),
    ("an encrypted archive", attached("a.zip", archive("a.txt", True)),
     (OTHER, "a@plain.example", "plain.example"), "held"),
    ("a domain that looks like ours", {"author": "Bob <bob@examp1e.net>"},
     (OTHER, "a@plain.example", "plain.example"), "held"),
    ("the name of the head of the house",
     {"author": '"Boss, Ann" <x7@plain.example>'},
     (OTHER, "a@plain.example", "plain.example"), "held"),
    ("two authors", {"fields": [("From", "b@plain.example")]},
     (OTHER, "a@plain.example", "plain.example"), "held"),
    ("a customer's computer", {"header": FUTURE},
     (CUSTOMER, "a@plain.example", "pc17"),
     {"PTR_GENERIC", "HELO_FORM", "FUTURE"}),
    ("a name that shows another address",
     {"author": '"ann@good.example" <x@plain.example>',
      "fields": [("Reply-To", "y@other.example")]},
     (CUSTOMER, "x@plain.example", "[192.0.2.77]"),
     {"PTR_GENERIC", "NAME_ADDRESS", "REPLY_ELSEWHERE"}),
    ("a header that no program writes", {"header": NO_DATE},
     (CUSTOMER, "a@plain.example", "[192.0.2.77]"),
     {"PTR_GENERIC", "NO_DATE", "TWICE"}),
    ("octets that no text has", {"body": b"Chea\0p\r\n"},
     (STRANGER, "a@plain.example", "pc17"),
     {"PTR_MISSING", "HELO_FORM", "CONTROLS"}),
    ("an author who cannot be answered", {"author": "x@null.example"},
     (CUSTOMER, "x@plain.example", "[192.0.2.77]"),
     {"PTR_GENERIC", "FROM_NO_MAIL"}),
    ("a file that is not what it says", dict(attached(
        "photo.jpg", b"%PDF-1.4 ...", "image/jpeg")),
     (CUSTOMER, "x@plain.example", "[192.0.2.77]"),
     {"PTR_GENERIC", "MISMATCH"}),
]


def build(parts):
    """With a Message-ID by which it is found again."""
    if "header" not in parts:
        return Message(**parts)
    word = token()
    message = Message(header=parts["header"] + [
        ("Message-ID", "<%s@tests.example>" % word)])
    message.token = word
    return message


def check_spam(t, name, parts, way, answer):
    message = build(dict({"author": "Joe <joe@plain.example>"}, **parts))
    client, sender, helo = way
    to = "held-%s@example.net" % message.token
    outcome = t.send(message, client, sender, to=[to], helo=helo)
    reply = outcome.final()
    if isinstance(answer, str) and answer != "held":
        t.equal(str(reply)[:len(answer)], answer, name)
        return
    t.equal(reply.code, 250, "%s: %s" % (name, reply))
    if answer == "held":
        t.queued(to)
        return
    found = t.delivered(message)
    t.equal(found.values("X-Spam-Flag"), ["YES"], "%s: %s" % (
        name, found.values("X-Spam-Status")))
    status = found.values("X-Spam-Status")[0]
    tests = set(status.split("tests=")[1].split(","))
    t.equal(answer - tests, set(), "%s: %s" % (name, status))


@case(mtas=("postfix",), transports=("unix",))
def a_run_of_spam(t):
    start(t)
    for row in SPAM:
        check_spam(t, *row)
    for count in range(4):
        message = Message()
        reply = t.send(message, OTHER, "a@many.example",
                       helo="plain.example").final()
        t.equal(reply.code, 250 if count < 2 else 450, "a rate, %d" % count)


@case(mtas=("postfix",), transports=("unix",))
def spam_that_is_known_by_what_came_before(t):
    start(t)
    to = ["r%d@example.net" % i for i in range(5)]
    outcome = t.send(Message(author="Joe <joe@plain.example>"), OTHER,
                     "a@all.example", to=to, helo="plain.example")
    t.equal([outcome.rcpts[rcpt].code for rcpt in to],
            [250, 250, 250, 450, 450], "recipients of one message")
    # A signed one, sent on by somebody else.
    signed = Message()
    signed.data = t.tools.key.sign(signed.data)
    for count in range(4):
        reply = t.send(signed, CUSTOMER, "x@plain.example", to=to[count:][:1],
                       helo="[192.0.2.77]").final()
        t.equal(reply.code, 250, "copy %d: %s" % (count, reply))
        found = [mail for mail in wait_for(
            lambda n=count: len(t.mta.sink.find(signed.token)) > n
            and t.mta.sink.find(signed.token)) if
            ("REPLAYED" in str(mail.values("X-Spam-Status")))]
        t.equal(len(found), int(count == 3), "copies that are marked")
    t.equal(found[0].values("X-Spam-Flag"), ["YES"], "the last copy")
    # Of whom nothing but spam has come.
    way = OTHER, "a@bad.example"
    author = {"author": "Joe <joe@plain.example>"}
    for count in range(3):
        reply = t.send(Message(**author, **attached("a.exe", b"MZ")), *way,
                       helo="plain.example").final()
        t.holds(reply, "programs are not accepted", "spam %d" % count)
    reply = t.send(Message(**author), *way, helo="plain.example").final()
    t.holds(reply, "what bad.example sends is spam", "a letter of theirs")


LIST = [("List-Id", "Dev <dev.lists.example>"),
        ("List-Unsubscribe", "<https://lists.example/u>"),
        ("Precedence", "list"), ("Sender", "dev-bounces@lists.example")]
CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
BOUNCE = (
    "--b\r\nContent-Type: text/plain\r\n\r\nYour mail could not be delivered."
    "\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: "
    "dns; mail.good.example\r\n\r\nFinal-Recipient: rfc822; x@good.example\r\n"
    "Action: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: "
    "message/rfc822\r\n\r\nFrom: bob@example.net\r\nSubject: hi\r\n\r\nx\r\n"
    "--b--\r\n")

# name; what is sent; from which client, as whom; signed or not
HAM = [
    ("a letter", {}, (GOOD, "ann@good.example", "mail.good.example"), False),
    ("a signed one", {}, (GOOD, "ann@good.example", "mail.good.example"),
     True),
    ("by a forwarder", {}, (OTHER, "ann@good.example", "plain.example"),
     True),
    ("a mailing list", {"fields": LIST, "author": "joe@friend.example",
                        "subject": "[dev] hello"},
     (OTHER, "dev-bounces@plain.example", "plain.example"), False),
    ("a newsletter", {"fields": [
        ("List-Id", "<news.good.example>"),
        ("List-Unsubscribe", "<https://good.example/u?x>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Reply-To", "answers@crm.example"), ("Precedence", "bulk")]},
     (GOOD, "news@good.example", "mail.good.example"), True),
    ("an invitation", {"fields": [
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/calendar; method=REQUEST; charset=utf-8; "
         'name="invite.ics"')], "body": CALENDAR},
     (GOOD, "ann@good.example", "mail.good.example"), False),
    ("a bounce", {"author": "MAILER-DAEMON@good.example", "fields": [
        ("MIME-Version", "1.0"), ("Auto-Submitted", "auto-replied"),
        ("Content-Type", "multipart/report; report-type=delivery-status; "
         'boundary="b"')], "body": BOUNCE},
     (GOOD, "", "mail.good.example"), False),
    ("8-bit text", {"fields": [
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=iso-8859-1"),
        ("Content-Transfer-Encoding", "8bit")],
        "body": b"Gr\xfc\xdfe aus K\xf6ln\r\n"},
     (GOOD, "ann@good.example", "mail.good.example"), False),
    ("an encoded name", {
        "author": "=?utf-8?q?J=C3=B6rg_M=C3=BCller?= <ann@good.example>",
        "subject": "=?iso-8859-1?q?Gr=FC=DFe?="},
     (GOOD, "ann@good.example", "mail.good.example"), False),
    ("a PDF", attached("report.pdf", b"%PDF-1.4\n", "application/pdf"),
     (GOOD, "ann@good.example", "mail.good.example"), False),
    ("a signed letter (S/MIME)", {"fields": [
        ("MIME-Version", "1.0"),
        ("Content-Type", "multipart/signed; micalg=sha-256; protocol="
         '"application/pkcs7-signature"; boundary="b"')],
        "body": "--b\r\nContent-Type: text/plain\r\n\r\nHello.\r\n--b\r\n"
        'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\nMIIB\r\n--b--\r\n"},
     (GOOD, "ann@good.example", "mail.good.example"), False),
    ("an archive of texts", attached("texts.zip", archive("a.txt"),
                                     "application/zip"),
     (GOOD, "ann@good.example", "mail.good.example"), False),
    ("a password archive of somebody", attached(
        "a.zip", archive("a.txt", True), "application/zip"),
     (GOOD, "ann@good.example", "mail.good.example"), True),
]


def check_ham(t, name, parts, way, signed):
    message = build(parts)
    client, sender, helo = way
    if signed:
        message.data = t.tools.key.sign(message.data)
    reply = t.send(message, client, sender, to=["bob@example.net"],
                   helo=helo, options=["BODY=8BITMIME"]).final()
    t.equal(reply.code, 250, "%s: %s" % (name, reply))
    found = t.delivered(message)
    t.equal(found.values("X-Spam-Flag"), [], "%s: %s" % (
        name, found.values("X-Spam-Status")))


@case(mtas=("postfix",), transports=("unix",))
def a_run_of_ham_through_standard(t):
    start(t, "standard.policy", "")
    for row in HAM:
        check_ham(t, *row)


@case(mtas=("postfix",), transports=("unix",))
def a_run_of_ham_through_spam_policy(t):
    start(t, more="")
    for row in HAM:
        check_ham(t, *row)


@case(mtas=("postfix",), transports=("unix",))
def ham_of_domains_that_ask_for_reject(t):
    """By a forwarder that the admin names, and by a list that changes it."""
    start(t, "standard.policy", "")
    forwarded = Message(author="ann@good.example")
    reply = t.send(forwarded, FORWARDER, "ann@good.example",
                   helo="mail.forwarder.example").final()
    t.equal(reply.code, 250, "forwarded: %s" % reply)
    t.delivered(forwarded)
    listed = Message(author="ann@good.example", subject="[dev] hello",
                     fields=LIST)
    to = "held-%s@example.net" % listed.token
    reply = t.send(listed, OTHER, "dev-bounces@plain.example", to=[to],
                   helo="plain.example").final()
    t.equal(reply.code, 250, "by a list: %s" % reply)
    t.queued(to)


@case(mtas=("postfix",), transports=("unix",))
def ham_with_addresses_in_unicode(t):
    for name in "standard.policy", "spam.policy":
        start(t, name, "")
        unicode_ham(t)
        t.daemon.stop()


def unicode_ham(t):
    message = Message(author="Jörg <jörg@good.example>",
                      subject="Grüße")
    reply = t.send(message, GOOD, "jörg@good.example",
                   options=["SMTPUTF8", "BODY=8BITMIME"]).final()
    t.equal(reply.code, 250, str(reply))
    t.equal(t.delivered(message).values("X-Spam-Flag"), [], "marked")
