"""Messages of every kind, and what is read and stamped of them."""
from case import case
from dnsserver import DnsServer
from mail import Message
from world import STRANGER, ZONE

FORGED = [
    "mx.example.org; spf=pass smtp.mailfrom=a@forged.example",
    "MX.Example.ORG; dkim=pass header.d=forged.example",
    "mx.example.org 1; dmarc=pass header.from=forged.example",
    "(hi) mx.example.org (there); dmarc=pass header.from=forged.example",
    '"mx.example.org"; dmarc=pass header.from=forged.example',
    "mx.example.org\r\n\t; dmarc=pass header.from=forged.example",
    "\r\n mx.example.org; dmarc=pass header.from=forged.example",
    "mx.example.org;none (forged.example)",
    " mx.example.org\t;dmarc=pass header.from=forged.example",
]


@case
def forged_results_are_removed(t):
    t.assayd()
    fields = [("Authentication-Results", value) for value in FORGED]
    fields += [("authentication-RESULTS", FORGED[0]),
               ("Authentication-Results", "other.example; spf=pass"),
               ("X-Authentication-Results", FORGED[0] + " kept")]
    message = Message(fields=fields)
    t.equal(t.send(message).data.code, 250, "reply")
    found = t.delivered(message)
    t.lacks(t.stamp(found), "forged.example", "stamp")
    t.equal([v for v in found.values("Authentication-Results")
             if not v.startswith("mx.example.org;")],
            ["other.example; spf=pass"], "fields of others")
    t.equal(len(found.values("X-Authentication-Results")), 1, "look-alike")


@case
def many_forged_results_are_removed(t):
    t.assayd()
    message = Message(fields=[("Authentication-Results", FORGED[n % 3])
                              for n in range(200)])
    t.equal(t.send(message).data.code, 250, "reply")
    found = t.delivered(message)
    t.lacks(t.stamp(found), "forged.example", "stamp")
    t.equal(len(found.values("Authentication-Results")), 1, "fields")


@case
def five_megabytes(t):
    t.assayd()
    line = b"0123456789abcdefghijklmnopqrstuvwxyz 0123456789 abcdefghijk\r\n"
    body = line * (5 * 1024 * 1024 // len(line))
    message = Message(body=body)
    signed = t.tools.key.sign(message.data)
    message.data = signed
    t.equal(t.send(message).data.code, 250, "reply")
    found = t.delivered(message)
    t.equal(len(found.body()), len(body), "octets of the body")
    t.true(found.body() == body, "the body is unchanged")
    t.holds(t.stamp(found), "dkim=pass", "stamp")


@case
def dkim_signed_message_passes(t):
    t.assayd("""
at message {
    reject when dkim != pass;
}
""")
    message = Message(body="one\r\n\r\n two  three \r\n\r\n\r\n")
    message.data = t.tools.key.sign(message.data)
    t.equal(t.send(message, STRANGER, "list@plain.example").data.code, 250,
            "reply")
    stamp = t.stamp(t.delivered(message))
    for piece in ("dkim=pass", "header.d=good.example", "header.s=s1",
                  "header.a=rsa-sha256", "header.b="):
        t.holds(stamp, piece, "stamp")
    # Aligned by DKIM alone: the envelope sender is another domain.
    t.holds(stamp, "dmarc=pass", "stamp")
    event = t.event(message)
    t.holds(event, "good.example", "event")


@case
def altered_signed_message_fails(t):
    t.assayd("""
at message {
    tag "X-DKIM" "%{dkim}" when dkim is set;
}
""")
    message = Message()
    message.data = t.tools.key.sign(message.data).replace(b"Hello", b"Jello")
    t.equal(t.send(message, STRANGER, "list@plain.example").data.code, 250,
            "reply")
    found = t.delivered(message)
    t.holds(t.stamp(found), "dkim=fail", "stamp")
    t.holds(t.stamp(found), "dmarc=fail", "stamp")
    t.equal(found.values("X-DKIM"), ["fail"], "X-DKIM")


@case
def aligned_by_spf_alone(t):
    t.assayd("""
at message {
    reject when dmarc != pass or dmarc.alignment.spf != true;
}
""")
    message = Message(author="Ann <ann@sub.good.example>")
    t.equal(t.send(message, sender="bounces@good.example").data.code, 250,
            "reply")
    t.holds(t.stamp(t.delivered(message)), "dmarc=pass", "stamp")


@case
def pass_without_alignment_fails(t):
    t.assayd("""
at message {
    reject 550 5.7.1 "not aligned" when dmarc == fail;
}
""")
    message = Message(author="ann@reject.example")
    outcome = t.send(message, sender="ann@good.example")
    t.equal(outcome.data.code, 550, "reply")
    t.holds(t.event(message), "not aligned", "event")


@case
def bounce_is_judged_by_helo(t):
    t.assayd()
    message = Message(author="MAILER-DAEMON@good.example")
    t.equal(t.send(message, sender="").data.code, 250, "reply")
    stamp = t.stamp(t.delivered(message))
    t.holds(stamp, "smtp.helo=mail.good.example", "stamp")
    t.holds(stamp, "dmarc=pass", "stamp")
    event = t.event(message)
    t.equal(event["facts"]["mail.from"], "", "mail.from")


@case
def eight_bit_body(t):
    t.assayd()
    message = Message(subject="=?utf-8?q?gr=C3=BC=C3=9Fe?=",
                      body="gr\u00fc\u00dfe\r\n", fields=[
                          ("MIME-Version", "1.0"),
                          ("Content-Type", "text/plain; charset=utf-8"),
                          ("Content-Transfer-Encoding", "8bit")])
    t.equal(t.send(message, options=("BODY=8BITMIME",)).data.code, 250,
            "reply")
    found = t.delivered(message)
    t.equal(found.body(), "gr\u00fc\u00dfe\r\n".encode(), "body")
    t.holds(t.stamp(found), "spf=pass", "stamp")


# Debian's Sendmail is built without EAI.
@case(mtas=("postfix",))
def smtputf8_message(t):
    t.assayd(zone="""
xn--bcher-kva.example TXT "v=spf1 ip4:192.0.2.10 -all"
_dmarc.xn--bcher-kva.example TXT "v=DMARC1; p=reject"
""")
    message = Message(author="J\u00fcrgen <j\u00fcrgen@b\u00fccher.example>",
                      subject="gr\u00fc\u00dfe")
    outcome = t.send(message, sender="j\u00fcrgen@b\u00fccher.example",
                     to=("zo\u00eb@example.net",), options=("SMTPUTF8",))
    t.equal(outcome.data.code, 250, "reply")
    stamp = t.stamp(t.delivered(message))
    t.holds(stamp, "spf=pass", "stamp")
    t.holds(stamp, "dmarc=pass", "stamp")


@case(mtas=("postfix",))
def ipv6_client(t):
    t.assayd()
    message = Message()
    with t.session(xclient=["XCLIENT NAME=mail.good.example"
                            " ADDR=IPV6:2001:db8::10"]) as session:
        outcome = session.send("ann@good.example", ["bob@example.net"],
                               message.data)
    t.equal(outcome.data.code, 250, "reply")
    stamp = t.stamp(t.delivered(message))
    t.holds(stamp, "iprev=pass", "stamp")
    t.holds(stamp, "spf=pass", "stamp")
    t.equal(t.event(message)["facts"]["client.ip"], "2001:db8::10",
            "client.ip")


@case
def several_messages_on_a_connection(t):
    t.assayd("""
at message {
    reject when dmarc == fail;
    tag "X-Count" "%{rcpt.count}" when rcpt.count > 0;
}
""")
    good = [Message() for _ in range(3)]
    bad = Message(author="eve@reject.example")
    with t.session() as session:
        for message in good[:2]:
            outcome = session.send("ann@good.example", ["bob@example.net"],
                                   message.data)
            t.equal(outcome.data.code, 250, "reply")
        outcome = session.send("eve@reject.example", ["bob@example.net"],
                               bad.data)
        t.equal(outcome.data.code, 550, "reply")
        session.envelope("x@reject.example", ["x@example.net"])
        t.equal(session.command("RSET").code, 250, "RSET")
        outcome = session.send("ann@good.example", ["a@example.net",
                                                    "b@example.net"],
                               good[2].data)
        t.equal(outcome.data.code, 250, "reply")
    for message, count in zip(good, ("1", "1", "2")):
        found = t.delivered(message)
        t.holds(t.stamp(found), "dmarc=pass", "stamp")
        t.equal(found.values("X-Count"), [count], "X-Count")


# Over TCP Sendmail takes 45 ms for each: it sends macros and command apart, and
# its kernel holds the second back until the first is acknowledged.
@case(transports=("unix",))
def a_thousand_recipients(t):
    t.assayd("""
at rcpt {
    reject when rcpt == "r500@example.net";
}
""")
    message = Message()
    to = ["r%d@example.net" % n for n in range(1000)]
    outcome = t.send(message, to=to)
    refused = [a for a, r in outcome.rcpts.items() if r.code != 250]
    t.equal(refused, ["r500@example.net"], "refused")
    t.equal(outcome.data.code, 250, "reply")
    t.delivered(message)
    t.true(t.mta.settled(), "the queue is settled")
    got = [r for d in t.mta.sink.find(message.token) for r in d.recipients]
    t.equal(len(got), 999, "recipients")
    t.event(message)


@case
def event_says_why(t):
    t.assayd("""
at message {
    reject 550 5.7.1 "refused" when dmarc == fail;
}
""")
    message = Message(author="eve@reject.example")
    t.equal(t.send(message, STRANGER, "eve@reject.example").data.code, 550,
            "reply")
    event = t.event(message)
    facts = event["facts"]
    t.equal(facts["client.ip"], t.ip(STRANGER), "client.ip")
    t.equal(facts["mail.from"], "eve@reject.example", "mail.from")
    t.equal(facts["spf"], "fail", "spf")
    t.equal(facts["dmarc"], "fail", "dmarc")
    t.equal(facts["dmarc.policy"], "reject", "dmarc.policy")
    t.true(facts["queue.id"], "the queue id is there")
    t.holds(event["dns"], "_dmarc.reject.example", "dns")
    t.equal(event["verdict"]["line"], 4, "line")


@case
def real_dns_server(t):
    server = DnsServer(t.directory, ZONE + t.tools.key.zone_line() + "\n")
    try:
        t.assayd("""
at message {
    reject 550 5.7.1 "not authenticated" when dmarc == fail;
}
""", dns=[server.spec])
        good, bad = Message(), Message(author="eve@reject.example")
        good.data = t.tools.key.sign(good.data)
        t.equal(t.send(good).data.code, 250, "reply")
        stamp = t.stamp(t.delivered(good))
        for piece in ("iprev=pass", "spf=pass", "dkim=pass", "dmarc=pass"):
            t.holds(stamp, piece, "stamp")
        t.equal(t.send(bad, STRANGER, "eve@reject.example").data.code, 550,
                "reply")
        t.holds(server.asked(), "TXT _dmarc.reject.example", "questions")
        # What is known is not asked again.
        before = len(server.asked())
        again = Message()
        again.data = t.tools.key.sign(again.data)
        t.equal(t.send(again).data.code, 250, "reply")
        t.holds(t.stamp(t.delivered(again)), "dkim=pass", "stamp")
        # But for the session that XCLIENT ends: its questions may be dropped
        # before their answers are there.
        known = [line for line in server.asked()[before:] if line not in (
            "udp PTR 1.0.0.127.in-addr.arpa", "udp TXT xclient.example")]
        t.equal(known, [], "questions asked again")
    finally:
        server.stop()
