"""DNS lists: who and what is on them, and when they are believed."""
from case import case
from dnsserver import DnsServer
from mail import Message
from proc import wait_for
from world import GOOD, OTHER, STRANGER, ZONE

# The test entries that each list has (RFC 5782 section 5).
TESTED = """
2.0.0.127.bl.example A 127.0.0.2
test.dbl.example A 127.0.1.2
"""


def listed(t, client, zone, *records):
    name = ".".join(reversed(t.ip(client).split(".")))
    return "".join("%s.%s %s\n" % (name, zone, r) for r in records)


@case(transports=("unix",))
def a_listed_client_is_refused(t):
    t.assayd('at mail { reject 554 5.7.1 "%{dnsbl.name}: %{dnsbl.text}"\n'
             '    when dnsbl("bl.example") and auth.user is not set; }',
             zone=ZONE + TESTED
             + listed(t, STRANGER, "bl.example", "A 127.0.0.2",
                      'TXT "see http://bl.example/"')
             + listed(t, OTHER, "bl.example", "* SERVFAIL"))
    reply = t.send(Message(), STRANGER).mail
    t.equal(reply.code, 554, "a listed one")
    t.holds(reply.text, t.ip(STRANGER) + ": see http://bl.example/", "reply")
    t.equal(t.send(Message(), GOOD).mail.code, 250, "one that is not")
    t.equal(t.send(Message(), OTHER).mail.code, 250, "a list in trouble")


@case(transports=("unix",))
def a_listed_domain_is_refused(t):
    t.assayd("""
at helo { reject "HELO" when dnsbl("dbl.example", helo); }
at mail { reject "MAIL %{dnsbl.value}"
    when dnsbl("dbl.example", mail.from, 127.0.1.4/31); }
at message {
    accept when dnswl("dbl.example", dkim.domains, 127.0.1.10);
    reject "From" when dnsbl("dbl.example", from.domain); }
""", zone=ZONE + TESTED + t.tools.key.zone_line() + """
helo.example.dbl.example A 127.0.1.2
sender.example.dbl.example A 127.0.1.5
spammer.example.dbl.example A 127.0.1.2
good.example.dbl.example A 127.0.1.10
""")
    t.equal(t.send(Message(), helo="helo.example").mail.code, 550, "HELO")
    reply = t.send(Message(), sender="x@sender.example").mail
    t.equal(reply.code, 550, "MAIL FROM")
    t.holds(reply.text, "MAIL 127.0.1.5", "reply")
    t.equal(t.send(Message(), sender="x@spammer.example").mail.code, 250,
            "another value")
    reply = t.send(Message(author="u@spammer.example")).final()
    t.equal(reply.code, 550, "From")
    t.holds(reply.text, "From", "reply")
    good = Message()
    good.data = t.tools.key.sign(good.data)
    t.equal(t.send(good).final().code, 250, "a signature that passes")


@case(transports=("unix",))
def a_list_that_says_anything_goes_off(t):
    t.assayd('at mail { reject when auth.user is not set\n'
             '    and dnsbl("bl.example"); }',
             zone=ZONE + TESTED
             + listed(t, OTHER, "bl.example", "A 127.0.0.2")
             + listed(t, STRANGER, "bl.example", "A 198.51.100.1"))
    t.equal(t.send(Message(), OTHER).mail.code, 550, "a listed one")
    t.equal(t.send(Message(), STRANGER).mail.code, 250, "no listing")
    t.equal(t.send(Message(), OTHER).mail.code, 250, "the list is off")
    t.holds(t.daemon.log(), "DNS list bl.example is off for 10 min", "log")
    t.equal(t.daemon.log().count("is off"), 1, "alarms")


@case(transports=("unix",))
def a_list_without_test_entries_is_not_believed(t):
    bad = ZONE + listed(t, STRANGER, "bl.example", "A 127.0.0.2")
    t.assayd('at mail { reject when auth.user is not set\n'
             '    and dnsbl("bl.example"); }', zone=bad)
    t.true(wait_for(lambda: "it does not list 127.0.0.2" in t.daemon.log()),
           "the log says so")
    t.equal(t.send(Message(), STRANGER).mail.code, 250, "not believed")
    t.daemon.configure(dns_lists_untested=["bl.example"])
    t.daemon.reload()
    t.equal(t.send(Message(), STRANGER).mail.code, 550, "believed untested")


@case(transports=("unix",))
def lists_are_asked_ahead_and_once(t):
    server = DnsServer(t.directory, ZONE + TESTED)
    try:
        t.assayd("""
at message { score 1 when dnsbl("bl.example", 127.0.0.2);
    score 1 when dnsbl("bl.example", 127.0.0.4);
    score 1 when dnsbl("dbl.example", mail.from); }
""", dns=[server.spec])
        name = ".".join(reversed(t.ip(GOOD).split("."))) + ".bl.example"
        t.true(wait_for(lambda: "::ffff:7f00:2" in t.daemon.log()),
               "the list is tested")
        with t.session(GOOD) as session:
            t.true(wait_for(lambda: any(name in line
                                        for line in server.asked())),
                   "asked before MAIL: %s" % server.asked())
            session.send("ann@good.example", ["bob@example.net"],
                         Message().data, ())
        asked = server.asked()
        t.equal(len([q for q in asked if q.endswith(name)]), 1, "questions")
        t.true(any("good.example.dbl.example" in q for q in asked),
               "the sender's domain is asked for")
    finally:
        server.stop()


@case(transports=("unix",))
def what_a_message_links_to_is_asked(t):
    t.assayd("""
at message { reject 554 5.7.1 "links to %{dnsbl.name}"
    when dnsbl("dbl.example", uri.domains); }
""", zone=ZONE + TESTED + "bad.example.dbl.example A 127.0.1.2\n")
    t.equal(t.send(Message(body="http://good.example/\r\n")).final().code,
            250, "a good one")
    html = Message(body="<a href=3D\"http://a.b=\r\nad.example/\">x</a>\r\n",
                   fields=[("MIME-Version", "1.0"),
                           ("Content-Type", "text/html"),
                           ("Content-Transfer-Encoding", "quoted-printable")])
    reply = t.send(html).final()
    t.equal(reply.code, 554, "a listed one")
    t.holds(reply.text, "links to bad.example", "reply")
