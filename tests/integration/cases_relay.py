"""A trusted relay in front: the MTA's own Received fields tell the client.

Each message goes through the MTA twice.  On the way in the client gives it
directly; what the MTA made of it, with the Received field that it added, is
then handed over by a relay.
"""
from case import case
from mail import Message
from world import GOOD, OTHER, STRANGER

RELAY = 30
RULES = """
at connect { accept when relay.ip is not set; }
at mail { reject "no, %{client.ip}" when spf == fail; }
"""


FORGED = (b"Received: from mail.good.example (mail.good.example [192.0.2.10])"
          b"\r\n\tby mx.example.org with ESMTP id 1;"
          b" Sun, 22 Nov 2026 10:00:00 +0000\r\n")


def start(t, rules=RULES):
    t.assayd(rules, trusted_relays=[t.ip(RELAY)])


def public(t, client):
    """As the relay's field shows it: Sendmail's clients are on loopback."""
    return t.ip(client).replace("127.0.2.", "192.0.2.")


def passed_on(t, message, client=GOOD, sender="ann@good.example",
              helo="mail.good.example"):
    """What the MTA makes of a message, as a relay has it."""
    t.equal(t.send(message, client, sender, helo=helo).data.code, 250,
            "the first reply")
    data = t.delivered(message).data
    t.holds(data, "Received: from " + helo)
    again = Message()
    again.data = data.replace(message.token.encode(), again.token.encode()) \
        .replace(b"[127.0.2.", b"[192.0.2.")
    return again


@case
def the_relay_tells_the_client(t):
    start(t)
    message = passed_on(t, Message())
    t.equal(t.send(message, RELAY, helo="mx2.example.net").data.code, 250,
            "reply")
    stamp = t.stamp(t.delivered(message))
    for piece in ("iprev=pass", "policy.iprev=" + public(t, GOOD),
                  "smtp.helo=mail.good.example", "dmarc=pass"):
        t.holds(stamp, piece, "stamp")
    facts = [e["facts"] for e in t.daemon.events()
             if e["facts"]["relay.ip"]][0]
    t.equal(facts["client.ip"], public(t, GOOD), "client.ip")
    t.equal(facts["relay.ip"], t.ip(RELAY), "relay.ip")
    t.true(facts["relay.with"].upper().startswith("ESMTP"), "relay.with")
    t.holds(t.daemon.log(), " relay=" + t.ip(RELAY), "log")


@case
def a_stranger_behind_the_relay_is_refused(t):
    """The fields that he supplies himself stand below the relay's."""
    start(t)
    message = Message()
    message.data = FORGED + message.data
    message = passed_on(t, message, STRANGER, helo="plain.example")
    with t.session(RELAY, "mx2.example.net") as session:
        outcome = session.send("ann@good.example", ["bob@example.net"],
                               message.data)
    t.equal(outcome.mail.code, 250, "MAIL")
    t.equal(outcome.rcpts["bob@example.net"].code, 250, "RCPT")
    t.equal(outcome.data.code, 550, "the end of the message")
    t.holds(outcome.data, "no, " + public(t, STRANGER), "reply")


@case
def each_message_has_its_own_client(t):
    start(t)
    good = passed_on(t, Message())
    bad = passed_on(t, Message(), STRANGER, helo="plain.example")
    other = passed_on(t, Message(author="x@plain.example"), OTHER,
                      "x@plain.example", helo="plain.example")
    with t.session(RELAY, "mx2.example.net") as session:
        for message, sender, code in (
                (bad, "ann@good.example", 550),
                (good, "ann@good.example", 250),
                (other, "x@plain.example", 250),
                (bad, "ann@good.example", 550)):
            outcome = session.send(sender, ["bob@example.net"], message.data)
            t.equal(outcome.data.code, code, "reply")
    t.holds(t.stamp(t.delivered(other)), "policy.iprev=" + public(t, OTHER))


@case
def a_relay_that_tells_nothing_is_not_refused(t):
    """No Received field, or one without an address: nobody is blamed."""
    start(t)
    for field in (b"", b"Received: from plain.example by mx2.example.net;"
                  b" Sun, 22 Nov 2026 10:00:00 +0000\r\n"):
        message = Message()
        message.data = field + message.data
        t.equal(t.send(message, RELAY, helo="mx2.example.net").data.code,
                250, "reply")
        t.holds(t.stamp(t.delivered(message)), "spf=temperror", "stamp")
        event = t.event(message)
        t.holds(event["troubles"], "Received", "troubles")
        t.holds(event["facts"]["client.ip"], "unknown", "client.ip")


@case
def others_tell_nothing_about_their_clients(t):
    """Who is not in trusted_relays is the client, whatever he writes."""
    t.assayd('at mail { reject when spf == fail; }',
             trusted_relays=[t.ip(RELAY)])
    message = Message()
    message.data = FORGED + message.data
    t.equal(t.send(message, STRANGER).mail.code, 550, "MAIL")
