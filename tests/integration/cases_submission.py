"""Submission: who logs in sends under their own addresses, and no other."""
import os

from case import case
from mail import Message

ANN, BOB = "ann@good.example", "bob@good.example"
TABLE = """\
# who may send as whom
info@good.example   ann@good.example, bob@good.example
@team.example       ann@good.example
"""


def start(t, table=TABLE, **settings):
    """assayd with the shipped policy and a table of rights."""
    path = os.path.join(t.tools.source, "policies/submission.policy")
    with open(path, encoding="utf-8") as text:
        daemon_text = text.read()
    if table is not None:
        name = os.path.join(t.directory, "senders")
        with open(name, "w", encoding="utf-8") as out:
            out.write(table)
        settings.setdefault("sender_logins", ["hash:" + name])
    return t.assayd(text=daemon_text, **settings)


def refused(t, reply, code, words):
    t.equal(str(reply)[:len(code)], code, "reply")
    t.holds(reply, words, "reply")


@case
def own_address_is_accepted_and_stamped(t):
    start(t)
    message = Message(author="Ann <%s>" % ANN)
    t.equal(t.submit(message).data.code, 250, "reply")
    stamp = t.stamp(t.delivered(message))
    t.holds(stamp, "auth=pass", "stamp")
    for piece in ("smtp.auth", "iprev", "spf=", "127.0.0.1"):
        t.lacks(stamp, piece, "stamp")
    facts = t.event(message)["facts"]
    t.equal(facts["auth.user"], ANN, "auth.user")
    t.equal(facts["auth.method"], "PLAIN", "auth.method")
    t.true(facts["tls.version"].startswith("TLSv1."), "tls.version")
    t.true(facts["tls.cipher"], "tls.cipher")
    t.equal(facts["tls.cert.subject"], None, "tls.cert.subject")
    t.equal(facts["listener"], "ORIGINATING" if t.mta.name == "postfix"
            else "MSA", "listener")


@case
def another_ones_envelope_is_refused_at_mail(t):
    start(t)
    outcome = t.submit(Message(author=ANN), sender=BOB)
    refused(t, outcome.mail, "550 5.7.1", "you may not send as " + BOB)
    t.equal(outcome.rcpts, {}, "recipients")
    t.equal(t.event(kind="mail")["facts"]["auth.user"], ANN, "auth.user")


@case
def another_ones_from_is_refused_at_the_end(t):
    start(t)
    message = Message(author="Bob <%s>" % BOB)
    outcome = t.submit(message)
    refused(t, outcome.data, "550 5.7.1", "you may not write as " + BOB)
    t.lacks(outcome.data, ANN, "reply")
    t.equal(len(t.mta.sink.find(message.token)), 0, "deliveries")
    t.equal(t.event(message)["verdict"]["action"], "reject", "action")


@case(transports=("unix",))
def several_authors_are_refused(t):
    start(t)
    refused(t, t.submit(Message(author="%s, %s" % (ANN, ANN))).data,
            "550 5.7.1", "one address")
    message = Message(author=ANN, fields=[("From", BOB)])
    refused(t, t.submit(message).data, "550 5.7.1",
            "one From field, not 2")
    refused(t, t.submit(Message(author="Team: %s;" % ANN)).data,
            "550 5.7.1", "one address")


@case(transports=("unix",))
def another_ones_sender_is_refused(t):
    start(t)
    message = Message(author=ANN, fields=[("Sender", ANN)])
    t.equal(t.submit(message).data.code, 250, "own Sender")
    message = Message(author=ANN, fields=[("Sender", "X <%s>" % BOB)])
    refused(t, t.submit(message).data, "550 5.7.1",
            "you may not write as " + BOB)
    message = Message(author=ANN, fields=[("Sender", ANN), ("Sender", BOB)])
    refused(t, t.submit(message).data, "550 5.7.1", "one Sender")


@case(transports=("unix",))
def aliases_and_whole_domains(t):
    start(t)
    for login, address, code in (
            (ANN, "info@good.example", 250), (BOB, "info@good.example", 250),
            ("carol", "info@good.example", 550),
            (ANN, "anybody@team.example", 250),
            (ANN, "ann+list@good.example", 250),
            (ANN, "\"ann\"@good.example", 250),
            (BOB, "anybody@team.example", 550),
            (ANN, "x@sub.team.example", 550)):
        reply = t.submit(Message(author=address), sender=address,
                         login=login).final()
        t.equal(reply.code, code, "%s as %s" % (login, address))


@case(transports=("unix",))
def a_login_without_a_domain_is_local(t):
    start(t, table=None, local_domains=["good.example"])
    carol = "carol@good.example"
    outcome = t.submit(Message(author=carol), sender=carol, login="carol")
    # SASL gives the login with the realm, or as it was typed.
    user = [e["facts"]["auth.user"] for e in t.daemon.events()][0]
    t.equal(outcome.final().code, 250 if user == "carol" else 550,
            "login " + user)
    with open(os.path.join(t.directory, "rows"), "w") as out:
        out.write("carol@good.example carol, %s\n" % user)
    t.daemon.configure(sender_logins=[os.path.join(t.directory, "rows")])
    t.daemon.reload()
    outcome = t.submit(Message(author=carol), sender=carol, login="carol")
    t.equal(outcome.final().code, 250, "with a row")


@case(transports=("unix",))
def the_empty_sender_is_nobodys(t):
    start(t)
    message = Message(author=ANN)
    t.equal(t.submit(message, sender="").data.code, 250, "a receipt")
    t.equal(t.delivered(message).sender, "", "sender")
    refused(t, t.submit(Message(author=BOB), sender="").data, "550 5.7.1",
            "you may not write as " + BOB)


@case(transports=("unix",))
def nobody_sends_without_a_login(t):
    start(t)
    outcome = t.submit(Message(author=ANN), login=None)
    refused(t, outcome.mail, "530 5.7.0", "log in")


@case
def the_login_is_stamped_when_asked_for(t):
    start(t, stamp_login="yes")
    message = Message(author=ANN)
    t.equal(t.submit(message).data.code, 250, "reply")
    t.holds(t.stamp(t.delivered(message)), "smtp.auth=" + ANN, "stamp")


@case(transports=("unix",))
def a_client_certificate_is_known(t):
    start(t)
    message = Message(author=ANN)
    t.equal(t.submit(message, certificate="client").data.code, 250, "reply")
    facts = t.event(message)["facts"]
    t.holds(facts["tls.cert.subject"], "laptop", "tls.cert.subject")
    t.holds(facts["tls.cert.issuer"], "CA", "tls.cert.issuer")
    message = Message(author=ANN)
    t.equal(t.submit(message, certificate="forged").data.code, 250, "reply")
    facts = t.event(message)["facts"]
    t.equal(facts["tls.cert.subject"], None, "a forged subject")


@case(transports=("unix",))
def a_table_with_a_mistake_leaves_the_old_one(t):
    start(t)
    info = "info@good.example"
    with open(os.path.join(t.directory, "senders"), "w") as out:
        out.write("info@good.example %s\n@ y\n" % BOB)
    t.daemon.reload()
    t.holds(t.daemon.log(), 'senders:2:1: "@" has no valid domain', "log")
    t.equal(t.submit(Message(author=info), sender=info).data.code, 250,
            "as before")
    with open(os.path.join(t.directory, "senders"), "w") as out:
        out.write("info@good.example %s\n" % BOB)
    t.daemon.reload()
    refused(t, t.submit(Message(author=info), sender=info).mail,
            "550 5.7.1", "you may not send as " + info)


@case(mtas=("postfix",), transports=("unix",))
def a_policy_that_asks_what_nobody_says(t):
    start(t, table=None, login_is_address="no")
    t.holds(t.daemon.log(), "asks owns(), but sender_logins is empty", "log")
    refused(t, t.submit(Message(author=ANN)).mail, "451 4.3.5",
            "does not know your addresses")


@case(transports=("unix",))
def patterns_of_postfix(t):
    name = os.path.join(t.directory, "senders.pcre")
    with open(name, "w", encoding="utf-8") as out:
        out.write("/^(.*)-alias@good\\.example$/  $1@good.example\n")
    start(t, sender_logins=["pcre:" + name], login_is_address="no")
    alias = "ann-alias@good.example"
    t.equal(t.submit(Message(author=alias), sender=alias).data.code, 250,
            "reply")
    refused(t, t.submit(Message(author=ANN)).mail, "550 5.7.1",
            "you may not send as " + ANN)


@case(transports=("unix",))
def one_policy_for_both_listeners(t):
    """Sections in one file, by the name of the listener."""
    t.assayd("""
on listener in { "ORIGINATING", "MSA" } {
    at mail {
        reject 530 5.7.0 "log in" when auth.user is not set;
        reject 550 5.7.1 "not yours" when not owns(auth.user, mail.from);
    }
}
at message { note "seen" when from is set; }
""")
    message = Message()
    t.equal(t.send(message).data.code, 250, "from outside")
    refused(t, t.submit(Message(), login=None).mail, "530 5.7.0", "log in")
    refused(t, t.submit(Message(), sender=BOB).mail, "550 5.7.1",
            "not yours")
    t.equal(t.submit(Message()).data.code, 250, "as oneself")
