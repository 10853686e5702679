"""What a policy can decide, and what the MTA, the client and we see of it."""
import os
import shutil

from case import case
from mail import Message
from world import GOOD, STRANGER


@case
def accept_and_stamp(t):
    t.assayd()
    message = Message()
    outcome = t.send(message)
    t.equal(outcome.data.code, 250, "reply")
    found = t.delivered(message)
    t.equal(found.data.split(b":")[0], b"Authentication-Results",
            "the first field")
    stamp = t.stamp(found)
    for piece in ("iprev=pass", "spf=pass",
                  "smtp.mailfrom=ann@good.example",
                  "smtp.helo=mail.good.example", "dkim=none",
                  "dmarc=pass", "header.from=good.example"):
        t.holds(stamp, piece, "stamp")
    event = t.event(message)
    t.equal(event["v"], 1, "v")
    t.equal(event["verdict"]["action"], "accept", "action")
    t.equal(event["facts"]["message.size"], len(message.data), "size")
    t.equal(found.body(), b"Hello.\r\n", "body")


@case
def unauthenticated_mail_is_stamped_too(t):
    t.assayd()
    message = Message(author="eve@reject.example")
    outcome = t.send(message, client=STRANGER, sender="eve@reject.example",
                     helo="plain.example")
    t.equal(outcome.data.code, 250, "reply")
    stamp = t.stamp(t.delivered(message))
    t.holds(stamp, "spf=fail", "stamp")
    t.holds(stamp, "dmarc=fail", "stamp")
    t.lacks(stamp, "iprev=pass", "stamp")


@case
def tag_header_and_subject(t):
    t.assayd("""
at message {
    tag "X-Spam-Flag" "YES" when dmarc == fail;
    tag "X-Was" "%{spf} by %{client.ip}" when spf == fail;
    tag subject "[SPAM] " when dmarc == fail;
}
""")
    message = Message(author="eve@reject.example", subject="Buy now")
    t.equal(t.send(message, STRANGER, "eve@reject.example").data.code, 250,
            "reply")
    found = t.delivered(message)
    t.equal(found.values("X-Spam-Flag"), ["YES"], "X-Spam-Flag")
    t.equal(found.values("X-Was"), ["fail by " + t.ip(STRANGER)], "X-Was")
    t.equal(found.values("Subject"), ["[SPAM] Buy now"], "Subject")
    clean = Message(subject="Hello")
    t.equal(t.send(clean).data.code, 250, "reply")
    found = t.delivered(clean)
    t.equal(found.values("X-Spam-Flag"), [], "X-Spam-Flag")
    t.equal(found.values("Subject"), ["Hello"], "Subject")


@case
def tag_replaces_a_senders_field(t):
    t.assayd("""
at message {
    tag "X-Spam-Flag" "NO" when dmarc == pass;
}
""")
    message = Message(fields=[("X-Spam-Flag", "forged"),
                              ("x-spam-flag", "forged again")])
    t.equal(t.send(message).data.code, 250, "reply")
    t.equal(t.delivered(message).values("X-Spam-Flag"), ["NO"],
            "X-Spam-Flag")


@case
def reject_at_connect(t):
    t.assayd("""
list bad = { 192.0.2.66, 127.0.2.66 };
at connect {
    reject 554 5.7.1 "no mail from %{client.ip}" when client.ip in bad;
}
""")
    session = t.session(client=STRANGER)
    outcome = session.send("ann@good.example", ["bob@example.net"], b"x\r\n")
    session.close()
    first = session.greeting if session.greeting.code != 220 \
        else outcome.mail
    # Sendmail gives its own text at this stage, and no mail gets through.
    t.true(first.code in (550, 554), "refused: %s" % first)
    t.equal(outcome.accepted(), False, "accepted")
    t.equal(t.event(kind="connect")["verdict"]["action"], "reject", "action")
    message = Message()
    t.equal(t.send(message, GOOD).data.code, 250, "another client")
    t.delivered(message)


@case
def reject_at_helo(t):
    t.assayd("""
at helo {
    reject 550 5.7.1 "who is %{helo}?" when helo == "localhost";
}
""")
    with t.session(helo="localhost") as session:
        outcome = session.send("ann@good.example", ["bob@example.net"],
                               b"x\r\n")
    refused = session.helo if session.helo.code >= 300 else outcome.mail
    t.equal(refused.code, 550, "reply")
    t.holds(refused, "who is localhost?", "reply")
    t.equal(outcome.accepted(), False, "accepted")


@case
def reject_at_mail(t):
    t.assayd("""
at mail {
    reject when spf == fail;
}
""")
    message = Message(author="eve@reject.example")
    outcome = t.send(message, STRANGER, "eve@reject.example")
    t.equal(outcome.mail.code, 550, "reply")
    t.holds(outcome.mail, "5.7.23", "reply")
    event = t.event(kind="mail")
    t.equal(event["verdict"]["action"], "reject", "action")
    good = Message()
    t.equal(t.send(good).data.code, 250, "reply")
    t.delivered(good)


@case
def reject_one_of_two_recipients(t):
    t.assayd("""
at rcpt {
    reject 550 5.1.1 "nobody called %{rcpt} here"
        when rcpt == "nobody@example.net";
}
""")
    message = Message()
    outcome = t.send(message, to=("bob@example.net", "nobody@example.net",
                                  "carol@example.net"))
    t.equal([r.code for r in outcome.rcpts.values()], [250, 550, 250],
            "replies")
    refused = outcome.rcpts["nobody@example.net"]
    t.holds(refused, "5.1.1", "reply")
    t.holds(refused, "nobody called nobody@example.net here", "reply")
    t.equal(outcome.data.code, 250, "reply")
    got = set()
    t.delivered(message)
    t.true(t.mta.settled(), "the queue is settled")
    for found in t.mta.sink.find(message.token):
        got.update(found.recipients)
    t.equal(got, {"bob@example.net", "carol@example.net"}, "recipients")
    t.event(message)


@case(mtas=("postfix",))
def what_the_mta_refuses_meets_no_rule(t):
    """Relaying denied: the event tells of it, the rule does not speak.

    Sendmail does not tell a milter of what its rulesets refuse.
    """
    t.assayd("""
at rcpt {
    reject 550 5.7.1 "the rule spoke" when rcpt == "eve@elsewhere.example";
}
""")
    message = Message()
    outcome = t.send(message, to=("bob@example.net", "eve@elsewhere.example"))
    t.equal(outcome.rcpts["bob@example.net"].code, 250, "reply")
    refused = outcome.rcpts["eve@elsewhere.example"]
    t.equal(refused.code // 100, 5, "reply")
    t.true("the rule spoke" not in str(refused), "the MTA's own words")
    t.delivered(message)
    event = t.event(message)
    t.equal([(r["address"], r["action"]) for r in event["rcpts"]],
            [("bob@example.net", "accept"),
             ("eve@elsewhere.example", "reject")], "recipients")
    t.equal(event["rules"], [], "rules")


@case
def tempfail_at_rcpt(t):
    t.assayd("""
at rcpt {
    tempfail 451 4.7.1 "try again later" when rcpt == "later@example.net";
}
""")
    message = Message()
    outcome = t.send(message, to=("later@example.net", "bob@example.net"))
    t.equal([r.code for r in outcome.rcpts.values()], [451, 250], "replies")
    t.holds(outcome.rcpts["later@example.net"], "4.7.1 ", "reply")
    t.equal(t.delivered(message).recipients, ["bob@example.net"],
            "recipients")


@case
def reject_at_end_of_message(t):
    t.assayd("""
at message {
    reject 550 5.7.1 "mail from %{from.domain} must be authenticated"
        when dmarc == fail and dmarc.policy == reject;
}
""")
    message = Message(author="eve@reject.example")
    outcome = t.send(message, STRANGER, "eve@reject.example")
    t.equal(outcome.data.code, 550, "reply")
    t.holds(outcome.data, "5.7.1 mail from reject.example must be"
            " authenticated", "reply")
    t.lost(message)
    event = t.event(message)
    t.equal(event["verdict"]["action"], "reject", "action")
    t.holds(event, "test.policy", "event")


@case
def tempfail_at_end_of_message(t):
    t.assayd("""
at message {
    tempfail 451 4.4.3 "DNS of %{from.domain} is in trouble"
        when dmarc == temperror;
}
""")
    message = Message(author="eve@broken.example")
    outcome = t.send(message, STRANGER, "eve@broken.example")
    t.equal(outcome.data.code, 451, "reply")
    t.holds(outcome.data, "4.4.3 DNS of broken.example is in trouble",
            "reply")
    t.lost(message)
    t.equal(t.event(message)["verdict"]["action"], "tempfail", "action")


@case
def quarantine_is_held_in_the_queue(t):
    t.assayd("""
at message {
    quarantine "dmarc says quarantine"
        when dmarc == fail and dmarc.policy in { quarantine, reject };
}
""")
    message = Message(author="eve@quarantine.example")
    to = "held-%s@example.net" % message.token
    outcome = t.send(message, STRANGER, "eve@quarantine.example", to=(to,))
    t.equal(outcome.data.code, 250, "reply")
    t.queued(to)
    t.equal(len(t.mta.sink.find(message.token)), 0, "deliveries")
    t.equal(t.event(message)["verdict"]["action"], "quarantine", "action")
    good = Message()
    t.equal(t.send(good).data.code, 250, "reply")
    t.delivered(good)


@case
def discard_is_accepted_and_gone(t):
    t.assayd("""
at message {
    discard when dmarc == fail and dmarc.policy == reject;
}
""")
    message = Message(author="eve@reject.example")
    outcome = t.send(message, STRANGER, "eve@reject.example")
    t.equal(outcome.data.code, 250, "reply")
    t.lost(message)
    t.equal(t.event(message)["verdict"]["action"], "discard", "action")


@case
def accept_ends_the_rules(t):
    t.assayd("""
list friends = { 192.0.2.66, 127.0.2.66 };
at mail {
    accept when client.ip in friends;
}
at message {
    reject when dmarc == fail;
}
""")
    message = Message(author="eve@reject.example")
    outcome = t.send(message, STRANGER, "eve@reject.example")
    t.equal(outcome.data.code, 250, "reply")
    t.holds(t.stamp(t.delivered(message)), "dmarc=fail", "stamp")


@case
def bypass_leaves_the_session_alone(t):
    t.assayd("""
list own = { 192.0.2.66, 127.0.2.66 };
at connect {
    bypass when client.ip in own;
}
at message {
    reject when dmarc == fail;
}
""")
    message = Message(author="eve@reject.example")
    outcome = t.send(message, STRANGER, "eve@reject.example")
    t.equal(outcome.data.code, 250, "reply")
    t.equal(t.delivered(message).values("Authentication-Results"), [],
            "stamps")


@case
def monitor_decides_and_does_nothing(t):
    t.assayd("""
at mail {
    reject when spf == fail;
}
at message {
    reject when dmarc == fail;
}
""", mode="monitor")
    message = Message(author="eve@reject.example")
    outcome = t.send(message, STRANGER, "eve@reject.example")
    t.equal(outcome.data.code, 250, "reply")
    t.holds(t.stamp(t.delivered(message)), "spf=fail", "stamp")
    event = t.event(message)
    t.equal(event["decided"]["action"], "reject", "decided")
    t.true(event["verdict"]["action"] in ("accept", "continue"), event["verdict"]["action"])


@case
def shadow_rules_are_only_recorded(t):
    t.assayd("""
at message {
    shadow reject "would be refused" when dmarc == fail;
}
""")
    message = Message(author="eve@reject.example")
    outcome = t.send(message, STRANGER, "eve@reject.example")
    t.equal(outcome.data.code, 250, "reply")
    t.delivered(message)
    t.holds(t.event(message), "would be refused", "event")


def shipped(t, name):
    """Start with a policy as it is installed."""
    path = shutil.copy(os.path.join(t.tools.source, "policies", name),
                       t.directory)
    t.assayd(policy=path)


# At Sendmail all clients are on loopback, which these policies let pass.
@case(mtas=("postfix",), transports=("unix",))
def standard_policy_as_shipped(t):
    shipped(t, "standard.policy")
    good = Message()
    t.equal(t.send(good).data.code, 250, "good")
    t.delivered(good)
    forged = Message(author="eve@reject.example")
    outcome = t.send(forged, STRANGER, "eve@reject.example", helo="x.example")
    t.equal(outcome.data.code, 550, "forged")
    t.holds(outcome.data, "5.7.1 ", "forged")
    held = Message(author="eve@quarantine.example")
    to = "held-%s@example.net" % held.token
    outcome = t.send(held, STRANGER, "eve@quarantine.example", to=(to,))
    t.equal(outcome.data.code, 250, "to be held")
    t.queued(to)


@case(mtas=("postfix",), transports=("unix",))
def strict_policy_as_shipped(t):
    shipped(t, "strict.policy")
    good = Message()
    good.data = t.tools.key.sign(good.data)
    t.equal(t.send(good).data.code, 250, "good")
    t.delivered(good)
    forged = Message(author="eve@reject.example")
    outcome = t.send(forged, STRANGER, "eve@reject.example", helo="x.example")
    t.equal(outcome.final().code, 550, "forged")


@case
def sections_scores_and_recipients(t):
    port = t.mta.ports[t.transport, "tempfail"]
    t.assayd("""
on listener "no-such-listener" {
    at mail { reject "the wrong section"; }
}
on port in { 1, %(port)d } {
    at message { score AT_PORT 1; }
}
on socket "127.0.0.1:%(port)d" {
    at message { score AT_SOCKET 2; }
}
at message {
    tag "X-Score" "%%{score} %%{score.symbols} %%{listener.port}";
    tag add "X-Trace" "ours"    when all rcpt in { example.net };
    tag remove "X-Secret"       when score + 1 >= 1;
    tag subject "[gr\u00fcn] "       when any rcpt not-in { example.com };
}
""" % {"port": port})
    message = Message(subject="Hello", fields=[
        ("X-Trace", "theirs"), ("X-Secret", "1"), ("X-Secret", "2")])
    t.equal(t.send(message).data.code, 250, "reply")
    found = t.delivered(message)
    t.equal(found.values("X-Score"),
            ["3 AT_PORT, AT_SOCKET %d" % port], "X-Score")
    t.equal(sorted(found.values("X-Trace")), ["ours", "theirs"], "X-Trace")
    t.equal(found.values("X-Secret"), [], "X-Secret")
    t.equal(found.values("Subject"), ["=?UTF-8?Q?[gr=C3=BCn]?= Hello"],
            "Subject")
    facts = t.event(message)["facts"]
    t.equal(facts["score.symbols"], ["AT_PORT", "AT_SOCKET"], "symbols")
    t.equal(facts["listener.address"], "127.0.0.1", "listener.address")
