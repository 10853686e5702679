"""Failure reports: noted by assayd, sent through the MTA, signed on the way;
and what comes back of them."""
import email
import email.policy
import os
import subprocess

from assayd import USER
from case import case
from cases_aggregate import local_mail_is_signed
from cases_sign import Keys, by_dkimpy
from mail import Message
from proc import wait_for
from world import STRANGER

ASKS = """
fail.example TXT "v=spf1 ip4:192.0.2.200 -all"
_dmarc.fail.example TXT "v=DMARC1; p=none; fo=1; ruf=mailto:ruf@example.net,mailto:x@victim.example"
fail.example._report._dmarc.example.net TXT "v=DMARC1;"
psd.example TXT "v=spf1 -all"
_dmarc.psd.example TXT "v=DMARC1; p=none; psd=y; ruf=mailto:psd@example.net"
psd.example._report._dmarc.example.net TXT "v=DMARC1;"
"""
BOUNCE = """\
From: MAILER-DAEMON@mx.example.org
To: %s
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; ruf@example.net
Action: %s
Status: 5.1.1

--b--
"""


def dmarc(t, *words, text=None, user=USER):
    """Exit status and output of assay dmarc, as the user of the store."""
    program = os.path.join(os.path.dirname(t.tools.assayd), "assay")
    done = subprocess.run(
        [program, "dmarc", words[0], "-c", t.daemon.conf_file, *words[1:]],
        input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        timeout=60, user=user, text=True)
    return done.returncode, done.stdout


def start(t, mailer, zone=ASKS, **settings):
    keys = Keys(t)
    settings.setdefault("store", "sqlite:%s/assay.db" % t.directory)
    t.assayd("", zone=keys.zone + zone, signing=keys.table,
             sign_networks=["192.0.2.99", "127.0.0.1"],
             report_from="dmarc@good.example", report_org="Good Example",
             report_mailer=mailer, report_key=t.private(
                 "report.key", "0123456789abcdef0123456789abcdef\n"),
             failure_reports="yes", **settings)
    return keys


def by_smtp(t):
    return "smtp://127.0.0.1:%d" % t.mta.ports[(t.transport, "tempfail")]


def fail(t, author="ann@fail.example", fields=(), body="Hello.\r\n"):
    """A message of a stranger's that proves nothing."""
    message = Message(author=author, fields=fields, body=body)
    t.equal(t.send(message, client=STRANGER, sender="eve@fail.example",
                   helo="mail.stranger.example").data.code, 250, "reply")
    t.delivered(message)
    return message


def send(t, want, *more, user=USER):
    """assay dmarc send --failures, once assayd has written what it noted."""
    said = []

    def run():
        status, text = dmarc(t, "send", "--failures", *more, user=user)
        said.append((status, text))
        return want in text
    t.true(wait_for(run, 10), "%r in %r" % (want, said))
    t.equal(said[-1][0], 0, "exit status: %r" % said)
    return said[-1][1]


def report(t, message):
    found = wait_for(lambda: [d for d in t.mta.sink.find(message.token)
                              if "ruf@example.net" in d.recipients], 20)
    t.true(found, "the report is delivered")
    t.equal(len(found), 1, "reports")
    return found[0]


def fields_of(part):
    """{name: [values]} of message/feedback-report."""
    inner = part.get_payload()
    inner = inner[0] if isinstance(inner, list) else \
        email.message_from_string(inner, policy=email.policy.default)
    found = {}
    for name, value in inner.items():
        found.setdefault(name, []).append(str(value))
    return found


def mail_of(delivery):
    return email.message_from_bytes(delivery.data,
                                    policy=email.policy.default)


def look_at(t, message, delivery):
    mail = mail_of(delivery)
    t.equal(mail.defects, [], "defects")
    t.equal(mail.get_content_type(), "multipart/report", "type")
    t.equal(mail.get_param("report-type"), "feedback-report", "report-type")
    t.equal(mail["Subject"], "FW: A test", "subject")
    t.equal(mail["From"], "Good Example <dmarc@good.example>", "From")
    t.equal(mail["Auto-Submitted"], "auto-generated", "Auto-Submitted")
    text, feedback, original = mail.iter_parts()
    t.holds(text.get_content(), "fail.example", "the text")
    fields = fields_of(feedback)
    for name, want in (
            ("Feedback-Type", "auth-failure"), ("Version", "1"),
            ("Auth-Failure", "dmarc"), ("Delivery-Result", "delivered"),
            ("Identity-Alignment", "dkim, spf"),
            ("Reported-Domain", "fail.example"),
            ("Source-IP", "192.0.2.66"),
            ("SPF-DNS", 'txt : fail.example : '
             '"v=spf1 ip4:192.0.2.200 -all"')):
        t.equal(fields.get(name), [want], name)
    t.holds(fields["Authentication-Results"][0], "dmarc=fail", "the result")
    t.lacks(fields["Authentication-Results"][0], "spf=", "the result")
    t.true(fields["Original-Mail-From"][0].endswith("@fail.example>"),
           "Original-Mail-From")
    t.equal(original.get_content_type(), "text/rfc822-headers", "original")
    t.holds(original.as_string(), message.token, "its Message-ID")
    for piece in ("spf=fail", "smtp.mailfrom=", "@fail.example"):
        t.holds(original.as_string(), piece, "the results on top")
    for name in ("ann@", "eve@", "bob@"):
        t.lacks(delivery.data.decode(), name, "the report")
    return fields


@case(mtas=("postfix",), transports=("unix",))
def a_failure_is_reported(t):
    keys = start(t, by_smtp(t))
    message = fail(t)
    others = [fail(t) for _ in range(2)]
    text = send(t, "fail.example -> ruf@example.net: sent: ")
    t.holds(text, "mailto:x@victim.example: not sent: its host does not say",
            "an address of others")
    found = report(t, message)
    t.true(found.sender.startswith("dmarc+") and
           found.sender.endswith("@good.example"), "sender " + found.sender)
    t.equal(look_at(t, message, found)["Incidents"], ["3"], "Incidents")
    for other in others:
        t.equal(len(t.mta.sink.find(other.token)), 1, "told of once")
    by_dkimpy(t, keys, found)
    t.equal(dmarc(t, "send", "--failures"), (0, ""), "nothing is left")


@case(transports=("unix",))
def a_report_leaves_by_sendmail_t(t):
    directory = os.path.join(t.directory, "bin")
    os.mkdir(directory, 0o755)
    os.chmod(t.directory, 0o755)
    keys = start(t, "sendmail:" + t.mta.sendmail_program(directory),
                 failure_body="1k")
    with local_mail_is_signed(t):
        message = fail(t, body="See https://ann@fail.example/\r\n")
        # Either takes settings of other places from root alone.
        send(t, "fail.example -> ruf@example.net: sent", user="root")
        found = report(t, message)
    by_dkimpy(t, keys, found)
    t.true(found.sender.startswith("dmarc+") and
           found.sender.endswith("@good.example"), "sender " + found.sender)
    t.equal(found.recipients, ["ruf@example.net"], "recipients")
    t.holds(found.data.decode(), "See hxxps:", "the body")
    t.lacks(found.data.decode(), "ann@", "the report")


@case(mtas=("postfix",), transports=("tcp",))
def nothing_is_told_of_these(t):
    start(t, by_smtp(t), failure_limit_domain="1")
    # Of names of their own, or one report would stand for all of them.
    fail(t, author="ann@psd.example")
    fail(t, author="ann@auto.fail.example",
         fields=[("Auto-Submitted", "auto-replied")])
    fail(t, author="ann@report.fail.example",
         fields=[("Content-Type", "multipart/report; report-type=x")])
    t.send(Message())
    fail(t)
    text = send(t, "fail.example -> ruf@example.net: sent")
    t.equal(sorted(line.split(": ")[0] for line in text.splitlines()), [
        "fail.example -> mailto:x@victim.example",
        "fail.example -> ruf@example.net"], "all that is told")
    fail(t)
    send(t, "fail.example: not sent: the limit of a day is reached")
    t.equal(dmarc(t, "send", "--failures"), (0, ""), "nothing is left")


@case(mtas=("postfix",), transports=("tcp",))
def who_bounces_is_left_out(t):
    start(t, by_smtp(t))
    message = fail(t)
    # What was only looked at is there at once.
    send(t, "fail.example -> ruf@example.net: would be sent", "--dry-run")
    send(t, "fail.example -> ruf@example.net: sent")
    sender = report(t, message).sender
    tag = sender[len("dmarc+"):].split("@")[0]
    for text, want in (
            (BOUNCE % (sender, "delayed"), "no bounce"),
            (BOUNCE % ("dmarc@good.example", "failed"), "to no sender"),
            (BOUNCE % (sender, "failed"), tag + ": 1 of 2 bounces\n"),
            (BOUNCE % (sender, "failed"), tag + ": 2 of 2 bounces, no more "
             "reports for now\n")):
        status, said = dmarc(t, "bounce", text=text)
        t.equal(status, 0, said)
        t.holds(said, want, "what it says")
    fail(t)
    send(t, "fail.example -> ruf@example.net: not sent: its mail came back")
