"""What the client is: its names, what it calls itself, where it sends from."""
from case import case
from mail import Message
from world import GOOD, OTHER, STRANGER


@case
def facts_of_a_server_in_good_order(t):
    t.assayd("""
at message {
    note "%{ptr.names} %{ptr.generic} %{helo.form} %{helo.ours}"
        when ptr.names is set;
    note "%{helo.forward} %{mail.from.dns} %{from.dns}"
        when helo.forward == pass;
    note "%{client.connections}" when client.connections >= 1;
}
""")
    message = Message()
    t.equal(t.send(message, GOOD).data.code, 250, "reply")
    t.delivered(message)
    facts = t.event(message)["facts"]
    for name, value in (("ptr.names", ["mail.good.example"]),
                        ("ptr.generic", False), ("helo.form", "fqdn"),
                        ("helo.ours", False), ("helo.forward", "pass"),
                        ("mail.from.dns", "found"), ("from.dns", "found")):
        t.equal(facts[name], value, name)


@case
def what_nobody_asks_is_not_found_out(t):
    t.assayd("at message { note \"x\" when spf == fail; }")
    message = Message()
    t.equal(t.send(message, GOOD).data.code, 250, "reply")
    facts = t.event(message)["facts"]
    for name in ("ptr.names", "helo.form", "mail.from.dns", "from.dns"):
        t.equal(name in facts, False, name)


@case
def a_stranger_that_says_it_is_us(t):
    t.assayd("""
at mail {
    reject 550 5.7.1 "%{helo} is this server"
        when helo.ours and not client.ours;
}
""", local_domains=["example.net"], sign_networks=["192.0.2.99"])
    outcome = t.send(Message(), STRANGER, helo="example.net")
    t.equal(outcome.mail.code, 550, "reply")
    t.holds(outcome.mail, "example.net is this server", "reply")
    message = Message()
    t.equal(t.send(message, GOOD).data.code, 250, "another name")
    t.delivered(message)


@case
def a_client_that_has_no_name_of_its_own(t):
    t.assayd("""
at message {
    score FORM 1 when helo.form == unqualified;
    score FORWARD 1 when helo.forward == permerror;
    score PTR 1 when ptr.names is not set and ptr.names is not unknown;
    tag "X-Symbols" "%{score.symbols}" when score > 0;
}
""")
    message = Message()
    t.equal(t.send(message, STRANGER, helo="pc17").data.code, 250, "reply")
    t.equal(t.delivered(message).values("X-Symbols"), ["FORM, FORWARD, PTR"],
            "symbols")


@case
def senders_that_take_no_mail(t):
    t.assayd("""
at mail {
    reject 550 5.7.27 "null MX" when mail.from.dns == null_mx;
    reject 550 5.1.8 "no domain" when mail.from.dns == missing;
    tempfail 451 4.4.3 "DNS" when mail.from.dns == temperror;
}
at message {
    quarantine "author" when from.dns in { null_mx, missing };
}
""")
    for sender, code, text in (("a@null.example", 550, "5.7.27"),
                               ("a@missing.example", 550, "5.1.8"),
                               ("a@broken.example", 451, "4.4.3")):
        outcome = t.send(Message(), OTHER, sender)
        t.equal(outcome.mail.code, code, sender)
        t.holds(outcome.mail, text, sender)
    message = Message(author="eve@null.example")
    t.equal(t.send(message, GOOD).data.code, 250, "reply")
    t.equal(t.event(message)["verdict"]["action"], "quarantine", "author")
