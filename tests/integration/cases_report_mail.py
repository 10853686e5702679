"""assay report --mail: a report comes to mailboxes, as text and as HTML."""
import email
import email.policy
import os
import re
import subprocess
import time

import mailbox
from case import Skipped, case
from cases_mailbox import ann
from mail import Message
from proc import free_ports, wait_for
from world import STRANGER

RULES = """
at message {
    accept when client.ip == 127.0.0.1;
    reject when dmarc == fail and spf == fail;
}
"""


def report(t, *arguments):
    """(status, standard output, standard error)"""
    done = subprocess.run(
        (os.path.join(os.path.dirname(t.tools.assayd), "assay"), "report",
         "-c", t.daemon.conf_file) + arguments, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
        timeout=120)
    return (done.returncode, done.stdout.decode(),
            done.stderr.decode("utf-8", "replace"))


def some_mail(t, **settings):
    """Two messages with their events; the time after them."""
    port = t.mta.ports[t.transport, "tempfail"]
    t.assayd(RULES, host_name="mx1.example.org", **{
        "report_from": "reports@good.example", "report_org": "B\u00fccher",
        "report_mailer": "smtp://127.0.0.1:%d" % port, **settings})
    good, forged = Message(), Message(author="eve@reject.example")
    t.send(good)
    t.send(forged, STRANGER, "eve@reject.example")
    t.event(good)
    t.event(forged)
    time.sleep(1.1)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def reports(t, recipient):
    """What came for a recipient, as messages."""
    return wait_for(lambda: [
        email.message_from_bytes(d.data, policy=email.policy.default)
        for d in t.mta.sink.find("Mail report of mx1.example.org")
        if recipient in d.recipients], 30)


@case(mtas=("postfix",), transports=("unix",))
def a_report_in_a_mailbox(t):
    until = some_mail(t)
    span = ("--since", "1d", "--until", until)
    status, text, errors = report(t, *span)
    t.equal((status, errors), (0, ""), "assay report")
    with ann(t) as box:
        t.equal(report(t, *span, "--mail", mailbox.ADDRESS, "--mail",
                       "bob@example.net"), (0, "", ""),
                "assay report --mail")
        found = box.wait("INBOX", "mx1.example.org")
        got = email.message_from_bytes(found, policy=email.policy.default)
    t.equal(got["From"].addresses[0].addr_spec, "reports@good.example",
            "From")
    t.equal(got["From"].addresses[0].display_name, "B\u00fccher", "our name")
    t.equal([a.addr_spec for a in got["To"].addresses],
            [mailbox.ADDRESS, "bob@example.net"], "To")
    t.holds(got["Subject"], ": 2 events", "Subject")
    t.equal(got["Auto-Submitted"], "auto-generated", "Auto-Submitted")
    t.equal(got.get_content_type(), "multipart/alternative", "the form")
    parts = list(got.iter_parts())
    t.equal([(part.get_content_type(), part.get_content_charset())
             for part in parts], [("text/plain", "utf-8"),
                                  ("text/html", "utf-8")], "the parts")
    # A mail has narrower lines: words and numbers are the same.
    t.equal(*(re.findall(r"[\w.,:%-]+", some) for some in (
        parts[0].get_content(), text)), "the text is that of assay report")
    page = parts[1].get_content().replace("\r\n", "\n")
    t.equal(page.count("<h1>Mail report</h1>\n<p>2 events"), 1, "the page")
    t.lacks(page, "<script", "the page")
    t.holds(page, "</html>", "the page")
    # The same by the other mailer, to the other one.
    other = reports(t, "bob@example.net")
    t.equal([p.get_content() for p in other[0].iter_parts()],
            [p.get_content() for p in parts], "what the other one got")


@case(mtas=("postfix",), transports=("unix",))
def a_report_by_sendmail(t):
    until = some_mail(t, report_mailer="sendmail:" + t.mta.sendmail_program(
        t.directory))
    t.equal(report(t, "--until", until, "--mail", "bob@example.net"),
            (0, "", ""), "assay report --mail")
    t.equal([p.get_content_type() for p in reports(
        t, "bob@example.net")[0].iter_parts()], ["text/plain", "text/html"],
            "the parts")


@case(mtas=("postfix",), transports=("unix",))
def a_report_that_cannot_be_sent(t):
    until = some_mail(t)
    status, text, errors = report(
        t, "--until", until, "--mail", "bob@example.net", "--mail",
        "eve@elsewhere.example")
    t.equal((status, text), (3, ""), "one of them is not ours")
    t.holds(errors, "assay report: not sent to eve@elsewhere.example: ")
    t.lacks(errors, "bob@example.net", "what is said")
    t.equal(len(reports(t, "bob@example.net")), 1, "the other got it")
    closed = "report_mailer=smtp://127.0.0.1:%d" % free_ports(1)[0]
    status, text, errors = report(t, "--set", closed, "--mail",
                                  "bob@example.net")
    t.equal((status, text), (3, ""), "nobody listens")
    t.holds(errors, "assay report: not sent to bob@example.net (try again): ")
    status, text, errors = report(t, "--set", "report_from=", "--mail",
                                  "bob@example.net")
    t.equal((status, text), (2, ""), "no report_from")
    t.holds(errors, "report_from is not set")
    for address in ("bob", "b@b@c", "\"b b\"@example.net", "b@example.net\n"):
        status, text, errors = report(t, "--mail", address)
        t.equal((status, text), (2, ""), "to " + address)
        t.holds(errors, "is nothing for --mail")
