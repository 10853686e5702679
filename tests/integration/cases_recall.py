"""What is remembered of senders: reputation, and signatures sent on."""
import json
import os
import subprocess

from case import case
from mail import Message
from world import GOOD, STRANGER

REPUTATION = """
at message {
    reject 550 5.7.1 "your mail was spam so far (%{spf.domain})"
        when reputation(spf.domain) < -0.5;
    accept when subject is set;
}
"""

REPLAY = """
at message {
    tempfail 451 4.7.1 "%{dkim.replay_reason}" when dkim.replayed;
}
"""

GREY = """
at rcpt {
    tempfail 451 4.7.1 "%{greylist.reason}: come again in %{greylist.wait}"
        when greylist(1h) == new;
}
"""


def assay(t, *words, text=None):
    """The exit status and the output of assay with the daemon's settings."""
    program = os.path.join(os.path.dirname(t.tools.assayd), "assay")
    words = [program, words[0], "-c", t.daemon.conf_file, *words[1:]]
    done = subprocess.run(words, input=text, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def standing(t, name):
    """{kind: object} of a domain or an address."""
    lines = [line for line in assay(t, "reputation", "--json",
                                    name)[1].splitlines()
             if line.startswith("{")]
    return {o["kind"]: o for o in map(json.loads, lines)}


def database(t):
    return "sqlite:" + os.path.join(t.directory, "assay.db")


@case(transports=("unix",))
def a_wait_is_told(t):
    t.assayd(GREY, store=database(t))
    reply = t.send(Message(), to=["bob@example.net"]).rcpts["bob@example.net"]
    t.equal(reply.code, 451, "first")
    t.holds(reply.text, "new: come again in 1h", "reply")
    reply = t.send(Message(), to=["bob@example.net"]).rcpts["bob@example.net"]
    t.holds(reply.text, "early: come again in ", "reply")


@case(mtas=("postfix",), transports=("unix",))
def a_reputation_is_learnt(t):
    t.assayd(REPUTATION, store=database(t))
    first = Message()
    t.equal(t.send(first).final().code, 250, "first")
    event = t.event(first)
    t.equal(event["learnt"], "ham", "learnt")
    t.equal(standing(t, "good.example")["spf"]["reputation"], 1, "then")
    # What a reader says stands in the place of it, by the queue id.
    status, text = assay(t, "learn", "spam", event["queue_id"])
    t.equal(status, 0, text)
    spf = standing(t, "good.example")["spf"]
    t.equal((round(spf["spam"], 2), round(spf["ham"], 2)), (1, 0), "now")
    reply = t.send(Message()).final()
    t.equal(reply.code, 550, "later")
    t.holds(reply.text, "spam so far (good.example)", "reply")
    # Back again, by the message as it was delivered.
    data = t.delivered(first).data
    status, text = assay(t, "learn", "ham", "-", text=data)
    t.equal(status, 0, text)
    t.holds(text, "spf good.example", "identities")
    status, text = assay(t, "learn", "ham", "-", text=data)
    t.equal((status, text), (0, "it counts as ham already\n"), "twice")
    # The second one, which was refused, counts as spam; forget it all.
    t.equal(round(standing(t, "good.example")["spf"]["spam"]), 1, "spam")
    assay(t, "reputation", "--reset", "good.example")
    t.equal(t.send(Message()).final().code, 250, "after a reset")


@case(mtas=("postfix",), transports=("unix",))
def a_forger_earns_nothing(t):
    t.assayd(REPUTATION, store=database(t))
    message = Message()
    t.equal(t.send(message, STRANGER).final().code, 250, "forged")
    t.equal(t.event(message)["facts"]["spf"], "fail", "spf")
    t.equal(standing(t, "good.example")["spf"]["confidence"], 0, "domain")
    t.true(standing(t, t.ip(STRANGER))["net"]["confidence"] > 0, "network")


@case(mtas=("postfix",), transports=("tcp",))
def a_signature_is_sent_on(t):
    t.assayd(REPLAY, store=database(t), dkim_replay_recipients="3")
    message = Message()
    message.data = t.tools.key.sign(message.data)
    # From its signer to as many as he likes.
    to = ["r%d@example.net" % i for i in range(4)]
    t.equal(t.send(message, GOOD, to=to).final().code, 250, "the signer")
    # And by others to three, not to four.
    for i, code in enumerate((250, 250, 250, 451)):
        reply = t.send(message, STRANGER, sender="x@none.example",
                       to=to[i:i + 1]).final()
        t.equal(reply.code, code, "copy %d" % i)
    t.holds(reply.text, "a signature of good.example came from or to more "
            "than 3 recipients", "reply")
    other = Message()
    other.data = t.tools.key.sign(other.data)
    t.equal(t.send(other, STRANGER, sender="x@none.example").final().code,
            250, "another message")
