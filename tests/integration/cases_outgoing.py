"""Mail that comes to us by ways of its own, and what MTAs do behind us."""
import contextlib

from case import case
from cases_sign import RULES, Keys, again, by_dkimpy, configured
from mail import Message
from world import GOOD, STRANGER

SECRET = "0123456789abcdef"

# What Sendmail makes of addresses when it sends, behind every milter.
MASQUERADE = """
define(`confDOMAIN_NAME', `masquerade.example.org')
MASQUERADE_AS(`good.example')
MASQUERADE_DOMAIN(`mail.good.example')
FEATURE(`masquerade_envelope')
GENERICS_DOMAIN(`old.example')
FEATURE(`genericstable', `text -k0 -v1 %s')
"""


def start(t):
    """Keys of mx.example.org for two names; bounces of ours are tagged."""
    keys = Keys(t, domain="mx.example.org")
    with open(keys.table, "a", encoding="utf-8") as out:
        for name in "good.example", "mail.good.example", "old.example":
            out.write("%s domain=mx.example.org selector=r,e "
                      "key=r.pem,e.pem\n" % name)
    t.assayd(RULES, zone=keys.zone, signing=keys.table, bounce_tags="yes",
             bounce_keys=t.private("keys", "0 %s\n" % SECRET),
             bounce_domains=["good.example"],
             sign_networks=[t.ip(GOOD), "127.0.0.1"])
    return keys


@contextlib.contextmanager
def internal_mail(t):
    """Postfix shows assayd the bounces that it makes, and local mail."""
    pickup = t.mta.etc + "/master.cf"
    with open(pickup, encoding="utf-8") as text:
        before = text.read()
    try:
        with open(pickup, "w", encoding="utf-8") as out:
            out.write(before + "pickup unix n - n 1 1 pickup\n")
        configured(t, "non_smtpd_milters=unix:" + t.mta.milter["unix"],
                   "internal_mail_filter_classes=bounce")
        yield
    finally:
        with open(pickup, "w", encoding="utf-8") as out:
            out.write(before)
        configured(t, "non_smtpd_milters=", "internal_mail_filter_classes=")


@case(mtas=("postfix",), transports=("unix",))
def a_bounce_that_postfix_makes(t):
    """It is signed, and goes to the address without its tag."""
    keys = start(t)
    with internal_mail(t):
        message = Message()
        t.equal(t.send(message, to=["nobody@example.net"]).data.code, 250,
                "reply")
        bounce = t.delivered(message)
    t.equal((bounce.sender, bounce.recipients), ("", ["ann@good.example"]),
            "envelope")
    by_dkimpy(t, keys, bounce)
    found = [e for e in t.daemon.events() if e["facts"]["mail.from"] == ""]
    t.equal([e["facts"]["bounce.tag"] for e in found], ["valid"], "tags")
    t.equal(found[0]["facts"]["client.ours"], True, "ours")
    t.equal([s["selector"] for s in found[0]["signed"]], ["r", "e"],
            "signed")


def lines(sender, message):
    return [b"EHLO program.example\r\n",
            b"MAIL FROM:<%s>\r\n" % sender.encode(),
            b"RCPT TO:<bob@example.net>\r\n", b"DATA\r\n",
            message.data.rstrip(b"\r\n") + b"\r\n.\r\n", b"QUIT\r\n"]


@case(transports=("unix",))
def smtp_by_standard_input_is_ours(t):
    """sendmail -bs: it is this host's.  Sendmail shows no client address,
    Postfix has pickup hand it in, as from 127.0.0.1."""
    keys = start(t)
    message = Message()
    commands = lines("ann@good.example", message)
    if t.mta.name == "postfix":
        with internal_mail(t):
            said = t.mta.standard_input(commands)
            t.holds(said, "250 2.0.0", "reply")
            found = t.delivered(message)
    else:
        said = t.mta.standard_input(commands, filters="unixtempfail")
        t.holds(said, "250 2.0.0", "reply")
        found = t.delivered(message)
    by_dkimpy(t, keys, found)
    facts = t.event(message)["facts"]
    t.equal((facts["client.ip"], facts["client.ours"]),
            ("127.0.0.1" if t.mta.name == "postfix" else None, True),
            "facts")
    t.true(found.sender.startswith("prvs="), "a tag: " + found.sender)


def masquerading(t, next_port=None):
    table = t.mta.root + "/generics"
    with open(table, "w", encoding="utf-8") as out:
        out.write("ann@old.example\tann@good.example\n")
    t.mta.write_cf("masquerade", MASQUERADE % table, next_port)


@case(mtas=("sendmail",), transports=("unix",))
def masquerading_breaks_signatures(t):
    """It comes behind every milter, and no macro tells of it."""
    start(t)
    masquerading(t)
    for author in "ann@mail.good.example", "ann@old.example":
        message = Message(author=author)
        said = t.mta.standard_input(lines(author, message), "masquerade",
                                    "unixtempfail")
        t.holds(said, "250 2.0.0", "reply")
        found = t.delivered(message)
        t.holds(found.values("From")[0], "ann@good.example", "what leaves")
        event = t.event(message)
        t.equal(event["facts"]["from"], author, "what we are shown")
        t.equal(len(event["signed"]), 2, "signatures")
        with t.session(STRANGER, "mail.stranger.example") as session:
            reply = session.send("list@stranger.example",
                                 ["bob@example.net"], found.data).data
        t.equal(reply.code, 550, "the next hop")


@case(mtas=("sendmail",), transports=("unix",))
def masquerading_one_hop_before_signing(t):
    """The set-up that assay.signing(5) tells: one Sendmail masquerades and
    hands on to another one, which has the filter."""
    keys = start(t)
    masquerading(t, t.mta.ports[t.transport, "tempfail"])
    for author in "ann@mail.good.example", "ann@old.example":
        message = Message(author=author)
        said = t.mta.standard_input(lines(author, message), "masquerade")
        t.holds(said, "250 2.0.0", "reply")
        found = t.delivered(message)
        t.holds(found.values("From")[0], "ann@good.example", "what leaves")
        t.equal(t.event(message)["facts"]["from"], "ann@good.example",
                "what we are shown")
        t.holds(found.sender, "=ann@good.example", "envelope")
        by_dkimpy(t, keys, found)
        again(t, found)
