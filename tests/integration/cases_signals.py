"""What signals see of messages, behind a real MTA."""
from case import case
from mail import Message
from sendmail import Sendmail

RULES = """
at message {
    note "header" when header.faults is set;
    note "body" when body.faults is set;
    note "date" when date.age > 0s;
    note "name" when from.name_protected is set or from.lookalike is set;
    note "list" when list.one_click or reply_to.elsewhere;
    score SUM 5.5 when from.name_protected is set;
    tag remove "X-Spam-Flag";
    tag "X-Spam-Flag" "YES" when score >= 5;
    tag "X-Spam-Level" "%{score.stars}" when score.stars is set;
    tag "X-Spam-Status"
        "Yes, score=%{score} required=5 tests=%{score.tests}"
        when score >= 5;
}
"""


# What is put into the header, what into the body; the faults that Postfix and
# Sendmail let through; None: refused.
STRAY = (
    (b"", b"", ([], []), ([], [])),
    (b"", b"a\rb\r\n", ([], []), None),
    (b"", b"a\nb\r\n", ([], []), None),
    (b"X: a\rb\r\n", b"", ([], []), None),
    (b"X: a\nY: b\r\n", b"", ([], []), None),
    (b"X: a\0b\r\n", b"", ([], []), ([], [])),
    (b"", b"a\0b\r\n", ([], ["nul"]), ([], ["nul"])),
    (b"", b"x" * 1200 + b"\r\n", ([], ["long_line"]), ([], ["long_line"])),
    (b"X: " + b"x" * 1200 + b"\r\n", b"", (["long_line"], []),
     (["long_line"], [])),
    (b"X: \xe4\r\n", b"\xe4\r\n", (["eight_bit", "not_utf8"],
                                     ["eight_bit"]),
     (["eight_bit", "not_utf8"], ["eight_bit"])),
)


@case
def stray_octets(t):
    """assay.policy(5) says which of them an MTA lets through."""
    t.assayd(RULES)
    for head, body, postfix, sendmail in STRAY:
        message = Message(body=b"Hello.\r\n" + body)
        message.data = message.data.replace(b"Subject:", head + b"Subject:",
                                            1)
        wanted = sendmail if isinstance(t.mta, Sendmail) else postfix
        reply = t.send(message).data
        if wanted is None:
            t.equal(reply.code, 421, "reply to %r %r" % (head, body))
            continue
        t.equal(reply.code, 250, "reply to %r %r" % (head, body))
        t.delivered(message)
        facts = t.event(message)["facts"]
        t.equal((facts["header.faults"], facts["body.faults"]), wanted,
                "faults of %r %r" % (head, body))


@case(transports=("unix",))
def fields_that_are_missing(t):
    """What an MTA puts in by itself is not seen to be missing."""
    t.assayd(RULES)
    message = Message(header=[("From", "ann@good.example"),
                              ("Subject", "a test")])
    t.equal(t.send(message).data.code, 250, "reply")
    t.equal(t.event()["facts"]["header.faults"],
            ["date_missing", "message_id_missing"], "faults")


@case
def marked_for_sieve(t):
    t.assayd(RULES, protected_names=["The Boss"])
    message = Message(
        author='"BOSS, the" <ann@good.example>',
        fields=[("X-Spam-Flag", "NO"), ("X-Spam-Flag", "YES")])
    t.equal(t.send(message).data.code, 250, "reply")
    found = t.delivered(message)
    t.equal(found.values("X-Spam-Flag"), ["YES"], "X-Spam-Flag")
    t.equal(found.values("X-Spam-Level"), ["*****"], "X-Spam-Level")
    t.equal(found.values("X-Spam-Status"),
            ["Yes, score=5.5 required=5 tests=SUM"], "X-Spam-Status")


# Debian's Sendmail knows no SMTPUTF8.
@case(mtas=("postfix",))
def smtputf8_is_no_fault(t):
    message = Message(subject="Gr\u00fc\u00dfe")
    t.assayd(RULES)
    t.equal(t.send(message, options=("SMTPUTF8",)).data.code, 250, "reply")
    t.delivered(message)
    facts = t.event(message)["facts"]
    t.equal(facts["mail.smtputf8"], True, "mail.smtputf8")
    t.equal(facts["header.faults"], [], "faults")
