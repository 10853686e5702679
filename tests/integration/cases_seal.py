"""ARC sets of mail that leaves again, as they arrive on the other side."""
import os
import re

from case import case
from mail import Message
from world import STRANGER

MANAGER, OURS = 40, 30
SET = ["ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results"]


def start(t, rules="", **settings):
    t.assayd(rules, **{
        "arc_seal": "yes", "arc_domain": "good.example",
        "arc_selector": "s1",
        "arc_key": t.private("arc.pem", t.tools.key.private.decode()),
        "arc_seal_recipients": ["bob@example.net", "x@"],
        "arc_seal_networks": [t.ip(MANAGER)],
        # Sendmail's clients have addresses of loopback.
        "sign_networks": [t.ip(OURS)], **settings})


def chain(t, delivery):
    """What python3-dkim says of it: the status, and the sets."""
    import dkim

    def answer(name, timeout=5):
        wanted = "%s._domainkey.%s." % (t.tools.key.selector,
                                        t.tools.key.domain)
        return t.tools.key.record.encode() if name.decode() == wanted \
            else None
    status, sets, _ = dkim.ARC(delivery.data).verify(dnsfunc=answer)
    return status, len(sets)


def sealed(t, message, count, cv="pass"):
    """The message as it was delivered, with so many sets."""
    delivery = t.delivered(message)
    t.equal(chain(t, delivery), (b"pass", count), "the chain")
    event = t.event(message)["arc_seal"]
    t.equal(event, {"instance": count, "cv": cv, "why_not": None}, "event")
    return delivery


def not_sealed(t, message, why):
    delivery = t.delivered(message)
    t.equal(delivery.values("ARC-Seal"), [], "seals")
    t.equal(t.event(message)["arc_seal"], {
        "instance": None, "cv": None, "why_not": why}, "event")
    return delivery


def sent_on(delivery, edits=()):
    """What was delivered, as a message that somebody sends on; it is found
    again by a field that no signature covers, and by its sender."""
    message = Message()
    data = delivery.data
    for old, new in edits:
        data = re.sub(old, new, data, count=1)
    message.data = b"X-Token: %s\r\n" % message.token.encode() + data
    return message


def by(message, domain):
    """A sender by which the event is found."""
    return "%s@%s" % (message.token, domain)


@case
def forwarded_mail_is_sealed(t):
    start(t)
    message = Message()
    t.equal(t.send(message).data.code, 250, "reply")
    delivery = sealed(t, message, 1, "none")
    names = [name for name, _ in delivery.header() if name != "Received"]
    t.equal(names[:5], SET + ["Authentication-Results", "From"], "order")
    stamp = t.stamp(delivery)
    t.holds(stamp, "dmarc=pass", "stamp")
    recorded = delivery.values(SET[2])[0]
    t.equal(re.sub(r"\s+", " ", recorded),
            "i=1; " + re.sub(r"\s+", " ", stamp), "results")


@case
def the_header_as_it_leaves_is_sealed(t):
    """Tags, forged results that go, folds, octets that are not ASCII."""
    start(t, """
at message {
    tag subject "[list] " when spf == pass;
    tag "List-Id" "<l.example.net>" when spf == pass;
}
""")
    message = Message(subject="d\u00fcnn", body=".\r\n..\r\n x \t\r\n\r\n",
                      fields=[
        ("Authentication-Results", "mx.example.org; dmarc=pass"),
        ("References", "\r\n\t".join("<%d@tests.example>" % n
                                     for n in range(40))),
        # Sendmail sets the commas anew, after its filters.
        ("Cc", " a@example.com%s,\r\n  b@example.com" %
         (" " if t.mta.name == "postfix" else "")),
        ("List-Id", "<forged.example>"),
        ("Reply-To", "x" * 600 + "@example.com")])
    t.equal(t.send(message, to=["x@example.net"]).data.code, 250, "reply")
    delivery = sealed(t, message, 1, "none")
    t.holds(delivery.values("Subject"), "[list]", "subject")
    t.equal(delivery.values("List-Id"), ["<l.example.net>"], "List-Id")
    t.equal(len(delivery.values("Authentication-Results")), 1, "stamps")


@case
def what_is_not_sealed(t):
    start(t, 'at message { reject when subject == "no"; }')
    message = Message()
    t.send(message, to=["carol@example.net"])
    not_sealed(t, message, "no recipient is in arc_seal_recipients")
    message = Message()
    t.send(message, client=OURS)
    not_sealed(t, message, "a host of ours sends it")
    message = Message()
    t.send(message, client=MANAGER)
    not_sealed(t, message, "our list manager sent it without a stamp of ours")
    message = Message(subject="no")
    t.equal(t.send(message).data.code, 550, "reply")
    t.equal(t.event(message)["arc_seal"]["why_not"],
            "the message does not go on", "event")


@case
def a_chain_goes_on(t):
    """It comes back from outside, twice; then somebody has changed it."""
    start(t)
    message = Message()
    t.send(message)
    delivery = sealed(t, message, 1, "none")
    for count in (2, 3):
        message = sent_on(delivery)
        t.equal(t.send(message, STRANGER,
                       by(message, "plain.example")).data.code, 250, "reply")
        delivery = sealed(t, message, count)
        t.holds(t.stamp(delivery), "arc=pass", "stamp")
    message = sent_on(delivery, [(rb"Hello\.", rb"Jello.")])
    t.send(message, STRANGER, by(message, "plain.example"))
    delivery = t.delivered(message)
    t.holds(t.stamp(delivery), "arc=fail", "stamp")
    t.equal(t.event(message)["arc_seal"]["cv"], "fail", "cv")
    t.true(chain(t, delivery)[0] != b"pass", "the chain is broken")
    message = sent_on(delivery)
    t.send(message, STRANGER, by(message, "plain.example"))
    t.equal(len(t.delivered(message).values("ARC-Seal")), 4, "seals")
    t.equal(t.event(message)["arc_seal"]["why_not"],
            "the newest seal says cv=fail", "event")


def posted(t, edits):
    """A list manager's copy of what it got from us."""
    message = Message()
    t.send(message, to=["carol@example.net"])
    delivery = t.delivered(message)
    t.holds(t.stamp(delivery), "dmarc=pass", "the first stamp")
    return sent_on(delivery, edits)


LIST = [(rb"Subject: ", rb"List-Id: <l.example.net>\r\nSubject: [list] "),
        (rb"Hello\.", rb"Hello.\r\n-- \r\nThe list")]


@case
def a_list_is_sealed_from_its_first_stamp(t):
    start(t)
    message = posted(t, LIST)
    t.equal(t.send(message, MANAGER, by(message, "example.net"),
                   to=["dan@example.net"]).data.code, 250, "reply")
    delivery = sealed(t, message, 1, "none")
    t.holds(t.stamp(delivery), "dmarc=pass", "the stamp that stayed")
    t.holds(delivery.values(SET[2])[0], "dmarc=pass", "results")
    t.equal(t.event(message)["facts"]["dmarc"], "fail", "dmarc now")


@case
def a_stranger_is_no_list_manager(t):
    """The same message from elsewhere: the stamp is forged, and goes."""
    start(t)
    message = posted(t, LIST)
    t.equal(t.send(message, STRANGER, by(message, "example.net")).data.code,
            250, "reply")
    delivery = sealed(t, message, 1, "none")
    t.holds(t.stamp(delivery), "dmarc=fail", "stamp")
    t.lacks(delivery.values(SET[2])[0], "dmarc=pass", "results")


@case
def a_list_does_not_break_a_chain(t):
    start(t)
    message = Message()
    t.send(message)
    message = sent_on(sealed(t, message, 1, "none"))
    t.send(message, STRANGER, by(message, "plain.example"),
           to=["carol@example.net"])
    delivery = t.delivered(message)
    t.holds(t.stamp(delivery), "arc=pass", "the first stamp")
    message = sent_on(delivery, LIST)
    t.send(message, MANAGER, by(message, "example.net"),
           to=["dan@example.net"])
    sealed(t, message, 2)
    t.equal(t.event(message)["facts"]["arc"], "fail", "arc now")


@case(transports=("unix",))
def a_bad_sealing_key_changes_nothing(t):
    start(t)
    os.chmod(t.daemon.settings["arc_key"], 0o644)
    t.daemon.reload()
    t.holds(t.daemon.log(), "not reloaded", "log")
    t.true(re.search(r"assay\.conf:\d+:\d+: \S+arc\.pem: mode 0644",
                     t.daemon.log()), "the key's mistake has its place")
    message = Message()
    t.send(message)
    sealed(t, message, 1, "none")
    os.chmod(t.daemon.settings["arc_key"], 0o600)
    t.daemon.configure(arc_seal_recipients=["carol@example.net"])
    t.daemon.reload()
    message = Message()
    t.send(message)
    not_sealed(t, message, "no recipient is in arc_seal_recipients")
