"""Tags of bounce addresses (BATV): mail that leaves, and bounces to it."""
import hashlib
import hmac
import os
import re
import time

from case import case
from mail import Message
from world import STRANGER

SECRET, OLD = "0123456789abcdef", "fedcba9876543210"
TAGGED = re.compile(r"^prvs=1[0-9]{3}[0-9a-f]{6}=(.+)$")

POLICY = """
at rcpt {
    reject 550 5.7.1 "this bounce answers no mail of ours (%{bounce.tag})"
        when bounce.tag in { missing, expired, forged };
}
"""


def start(t, keys="1 %s\n0 %s\n" % (SECRET, OLD), **settings):
    t.assayd(POLICY, **{
        "bounce_tags": "yes", "bounce_keys": t.private("keys", keys),
        "bounce_domains": ["good.example", "example.net"],
        "sign_networks": ["127.0.2.10", "192.0.2.10"], **settings})


def tag(address, day=7, key=1, secret=SECRET):
    """A tag by the book, that expires in so many days."""
    text = "%d%03d" % (key, (int(time.time()) // 86400 + day) % 1000)
    mac = hmac.new(secret.encode(), (text + address).encode(), hashlib.sha1)
    return "prvs=%s%s=%s" % (text, mac.hexdigest()[:6], address)


@case
def mail_that_leaves_is_tagged(t):
    start(t)
    message = Message()
    t.equal(t.send(message).data.code, 250, "reply")
    found = t.delivered(message)
    t.equal(found.sender, tag("ann@good.example"), "sender")
    t.equal(t.event(message)["bounce_tag"], {"from": found.sender}, "event")


@case
def a_strangers_mail_is_not_tagged(t):
    start(t)
    message = Message()
    t.equal(t.send(message, STRANGER).data.code, 250, "reply")
    t.equal(t.delivered(message).sender, "ann@good.example", "sender")
    t.true("bounce_tag" not in t.event(message), "the event is silent")


@case
def some_cannot_cope_with_tags(t):
    start(t, bounce_except_to=["bob@example.net"])
    message = Message()
    t.equal(t.send(message).data.code, 250, "reply")
    t.equal(t.delivered(message).sender, "ann@good.example", "sender")
    t.equal(t.event(message)["bounce_tag"],
            {"why_not": "a recipient is in bounce_except_to"}, "event")


@case
def a_bounce_comes_home(t):
    """To the very address that mail of ours left with."""
    start(t)
    message, bounce = Message(), Message(author="postmaster@plain.example")
    t.equal(t.send(message, sender="ann@example.net").data.code, 250, "reply")
    sender = t.delivered(message).sender
    t.true(TAGGED.match(sender), "tagged: " + sender)
    t.equal(t.send(bounce, STRANGER, "", [sender]).data.code, 250, "bounce")
    found = t.delivered(bounce)
    t.equal((found.sender, found.recipients), ("", ["ann@example.net"]),
            "envelope")
    t.equal(t.event(bounce)["facts"]["bounce.tag"], "valid", "fact")


def refused(t, recipient, word):
    reply = t.send(Message(), STRANGER, "", [recipient]).rcpts[recipient]
    t.equal(reply.code, 550, "reply to " + recipient)
    t.holds(reply.text, "5.7.1", "enhanced code")
    t.holds(reply.text, "this bounce answers no mail of ours (%s)" % word,
            "reply")


@case
def backscatter_is_refused(t):
    start(t)
    ann = "ann@example.net"
    refused(t, ann, "missing")
    refused(t, tag(ann, day=-1), "expired")
    refused(t, tag(ann, secret="wrongwrongwrongwrong"), "forged")
    refused(t, tag(ann, key=5), "forged")
    refused(t, tag("eve@example.net").replace("eve", "ann"), "forged")


@case
def one_recipient_of_three_is_good(t):
    start(t)
    good = tag("ann@example.net")
    bad = "bob@example.net"
    bounce = Message(author="postmaster@plain.example")
    forged = tag("ann@example.net", key=7)
    outcome = t.send(bounce, STRANGER, "", [bad, good, forged])
    t.equal(outcome.rcpts[bad].code, 550, "without a tag")
    t.equal(outcome.rcpts[forged].code, 550, "with a forged one")
    t.equal(outcome.data.code, 250, "reply")
    t.equal(t.delivered(bounce).recipients, ["ann@example.net"], "recipients")


@case
def keys_rotate(t):
    start(t, keys="0 %s\n" % OLD)
    old, new = Message(), Message(author="postmaster@plain.example")
    t.equal(t.send(old, sender="ann@example.net").data.code, 250, "reply")
    sender = t.delivered(old).sender
    t.equal(sender, tag("ann@example.net", key=0, secret=OLD), "sender")
    t.private("keys", "1 %s\n0 %s\n" % (SECRET, OLD))
    t.daemon.reload()
    t.equal(t.send(new, STRANGER, "", [sender]).data.code, 250, "old key")
    t.private("keys", "1 %s\n" % SECRET)
    t.daemon.reload()
    refused(t, sender, "forged")


@case
def a_bad_key_changes_nothing(t):
    start(t)
    path = t.private("keys", "1 short\n")
    t.daemon.reload()
    t.holds(t.daemon.log(), path + ":1:3: a secret is 16 to 128", "log")
    t.lacks(t.daemon.log(), "1 short", "log")
    os.chown(path, 0, 0)
    t.daemon.reload()
    t.holds(t.daemon.log(), "the user that assayd runs as must own them",
            "log")
    message = Message()
    t.equal(t.send(message).data.code, 250, "reply")
    t.equal(t.delivered(message).sender, tag("ann@good.example"), "sender")


@case
def mail_to_a_tagged_address(t):
    """A person who answers to the envelope's address gets through."""
    start(t)
    message = Message(author="eve@plain.example")
    t.equal(t.send(message, STRANGER, "eve@plain.example",
                   [tag("ann@example.net")]).data.code, 250, "reply")
    t.equal(t.delivered(message).recipients, ["ann@example.net"], "rcpt")


@case
def delivery_reports_are_still_asked_for(t):
    """RET= and ENVID= of RFC 3461 stay with the new sender."""
    start(t)
    message = Message()
    t.equal(t.send(message, options=("RET=HDRS", "ENVID=QQ314159"))
            .data.code, 250, "reply")
    found = t.delivered(message)
    t.equal(found.sender, tag("ann@good.example"), "sender")
    t.holds(found.options, "RET=HDRS", "options")
    t.holds(found.options, "ENVID=QQ314159", "options")
