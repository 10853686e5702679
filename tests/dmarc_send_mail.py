"""The mails that reports go out in, and to whom."""
import datetime
import gzip
import json
import os
import re
import subprocess
import time
import xml.etree.ElementTree

import dmarc_events
from dmarc_send_run import NOW, NS, READER, line, text

PAST = datetime.datetime(2020, 6, 15)


def the_mail(runner):
    runner.fresh()
    hostile = "x" * 63 + "." + "y" * 63 + "." + "z" * 63 + ".example"
    path = runner.write("events", "".join([
        line("d.example", "mailto:a@d.example,mailto:b@ext.example!10m"),
        line("d.example", "mailto:a@d.example,mailto:b@ext.example!10m"),
        line(hostile, "mailto:h@" + hostile)]))
    done = runner.run(path)
    runner.check("mail: status", (done.returncode, done.stdout.count(
        b" sent: ")), (0, 3))
    for name, message in runner.mails():
        to = message["To"]
        domain = hostile if to == "h@" + hostile else "d.example"
        ident = "2035-06-15_%s@ours.example" % domain
        file = "ours.example!%s!%d!%d.xml.gz" % (
            domain, dmarc_events.BEGIN, dmarc_events.BEGIN + 86399)
        runner.check("mail to %s: fields" % to[:9], (
            message["X-Args"], message["From"], message["Subject"],
            message["Message-ID"].strip(), message["Auto-Submitted"],
            message.get_content_type()), (
            "-t -oi -f dmarc@ours.example", "Ours <dmarc@ours.example>",
            "Report Domain: %s Submitter: ours.example Report-ID: <%s>" % (
                domain, ident), "<%s>" % ident, "auto-generated",
            "multipart/mixed"))
        parts = list(message.iter_parts())
        runner.check("mail to %s: parts" % to[:9], [
            (part.get_content_type(), part.get_filename())
            for part in parts], [("text/plain", None),
                                 ("application/gzip", file)])
        root = xml.etree.ElementTree.fromstring(gzip.decompress(
            parts[1].get_content()))
        runner.check("mail to %s: report" % to[:9], (
            text(root, "report_metadata/report_id"),
            text(root, "policy_published/domain"),
            sum(int(c.text) for c in root.iter(NS + "count"))),
            (ident, domain, 1 if domain == hostile else 2))
        if to == "a@d.example":
            reader(runner, name)
    runner.check("mail: to whom", sorted(m["To"] for _, m in runner.mails()),
                 ["a@d.example", "b@ext.example", "h@" + hostile])


def reader(runner, path):
    """Mail::DMARC reads it as we mean it."""
    done = subprocess.run(["perl", READER, path], capture_output=True,
                          check=False)
    if b"Can't locate Mail/DMARC" in done.stderr:
        runner.skip("Mail::DMARC", "libmail-dmarc-perl is not installed")
        return
    runner.check("Mail::DMARC", json.loads(done.stdout or "null"), {
        "type": "aggregate", "org": "Ours", "email": "dmarc@ours.example",
        "id": "2035-06-15_d.example@ours.example", "domain": "d.example",
        "begin": str(dmarc_events.BEGIN),
        "end": str(dmarc_events.BEGIN + 86399), "p": "none", "rows": [{
            "ip": "192.0.2.0", "count": "2", "disposition": "none",
            "dkim": "pass", "spf": "fail", "reasons": [],
            "header_from": "d.example", "envelope_from": ""}]})


DESTINATIONS = [
    ("d.example", "mailto:a@sub.d.example", "sent", 1),
    ("d.example", "mailto:a@ext.example", "sent", 1),
    ("other.example", "mailto:a@ext.example", "not sent", 0),
    ("o.example", "mailto:old@v.example", "sent", 1),
    ("s.example", "mailto:a@slow.example", "later", 0),
    ("d.example", "https://d.example/report", "not sent", 0),
    ("d.example", "mailto:a@d.example!100", "not sent", 0),
    ("d.example", "mailto:a@d.example!1k", "sent", 1),
    ("d.example", "mailto:a@d.example!0", "sent", 1),
    ("d.example", "mailto:a@d.example,mailto:A@D.example", "sent", 1),
    ("d.example", "nonsense", "not sent", 0),
    ("d.example", 'mailto:"a b"@d.example', "not sent", 0),
    ("d.example", "mailto:a%0d%0aBcc:b@d.example", "not sent", 0),
]


def destinations(runner):
    for domain, rua, outcome, mails in DESTINATIONS:
        runner.fresh()
        path = runner.write("events", line(domain, rua))
        found, status = runner.outcomes(path)
        runner.check("to %s of %s" % (rua, domain), (
            list(found.values()), len(runner.mails()), status),
            ([outcome], mails, int(outcome == "later")))
        # What another run could do is done by it, all else is not.
        again, status = runner.outcomes(path, now=NOW + 7 * 3600)
        runner.check("to %s of %s: again" % (rua, domain), (
            list(again.values()), len(runner.mails())),
            ([outcome] if outcome == "later" else [], mails))
    runner.check("an override goes there", [
        to for _, to in override(runner)], ["new@v.example"])


# One record: what it says, the address of that (or what is shown for it), what
# becomes of it, and why.
NOT_MAILTO = "only mailto: is spoken here"
NO_ADDRESS = "is no address that mail can be sent to"
ODD = [
    ("mailto:one@d.example?to=two@d.example", "one@d.example", "sent"),
    ("mailto:three@d.example?cc=x@victim.example&subject=A%20b!10m",
     "three@d.example", "sent"),
    ("mailto:fo%75r@d%2Eexample", "four@d.example", "sent"),
    ("MAILTO:Five@D.EXAMPLE", "Five@d.example", "sent"),
    ("mailto:five@d.example!1", None, None),
    (" mailto:six%2Btag@d.example ", "six+tag@d.example", "sent"),
    ("mailto:seven%40x@d.example", "mailto:seven%40x@d.example", NO_ADDRESS),
    ("mailto:eight%2Cx@d.example", "mailto:eight%2Cx@d.example", NO_ADDRESS),
    ("mailto:n%C3%A9@d.example", "mailto:n%C3%A9@d.example", NO_ADDRESS),
    ("mailto:ten@d.example!1G", "ten@d.example", "sent"),
    ("mailto:eleven@d.example!1", "eleven@d.example",
     "the report has 490 octets, and the record allows 1: it does not fit in "
     "16 parts"),
    ("tel:+1-201-555-0123", "tel:+1-201-555-0123", NOT_MAILTO),
    ("https://d.example/r?to=a@d.example", "https://d.example/r?to=a@d."
     "example", NOT_MAILTO),
    ("mailto:a@victim.example?to=a@d.example", "a@victim.example",
     "its host does not say that it takes these reports"),
    ("mailto:?to=a@d.example", None, None), ("mailto:a@d.example!10x", None,
                                             None),
    ("", None, None), ("mailto:a!b@d.example", None, None),
]
ODD_ERROR = 'rua: "mailto:?to=a@d.example" is no URI; ' \
    'rua: "mailto:a@d.example!10x" is no URI; rua: "" is no URI; ' \
    'rua: "mailto:a!b@d.example" is no URI'


def told(runner, *more):
    """{to: outcome, or why it was not sent}, and what errors there are."""
    done = runner.run("--json", *more)
    lines = [json.loads(one) for one in done.stdout.splitlines()]
    return {one["to"]: one["why"] if one["outcome"] == "not sent" else
            one["outcome"] for one in lines}, {one["error"] for one in lines}


def odd_addresses(runner):
    runner.fresh()
    path = runner.write("events", line("d.example", ",".join(
        one[0] for one in ODD)))
    wanted = {to: outcome for _, to, outcome in ODD if to}
    found, errors = told(runner, path)
    size = {to: re.sub(r"has \d+ octets", "has 490 octets", why)
            for to, why in found.items()}
    runner.check("odd addresses", size, wanted)
    runner.check("odd addresses: errors", errors, {ODD_ERROR})
    runner.check("odd addresses: mails", sorted(
        message["To"] for _, message in runner.mails()), sorted(
        to for to, outcome in wanted.items() if outcome == "sent"))


def many_addresses(runner):
    """A record is no way to have us send a hundred mails."""
    runner.fresh()
    path = runner.write("events", line("d.example", ",".join(
        "mailto:a%d@d.example" % i for i in range(100))))
    wanted = ["a%d@d.example" % i for i in range(20)]
    runner.check("100 addresses", told(runner, path), (
        dict.fromkeys(wanted, "sent"),
        {"rua: the first 20 URIs of 100 are read"}))
    runner.check("100 addresses: mails", sorted(
        message["To"] for _, message in runner.mails()), sorted(wanted))


def override(runner):
    runner.fresh()
    return runner.outcomes(runner.write("events", line(
        "o.example", "mailto:old@v.example")))[0]


BOUNCE = """\
From: MAILER-DAEMON@d.example
To: %s
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.d.example

Final-Recipient: rfc822; a@d.example
Action: failed
Status: 5.1.1

--b--
"""


def suppressed(runner):
    """Mail that came back twice ends the reports to that address."""
    runner.fresh()
    key = runner.write("key", "0123456789abcdef0123456789abcdef\n")
    os.chmod(key, 0o600)
    more = ("--set", "report_key=" + key, "--set", "recipient_delimiter=+",
            "--set", "local_domains=ours.example")
    path = runner.write("events", line(
        "d.example", "mailto:a@d.example,mailto:b@d.example"))
    runner.check("bounces: sent at first", runner.outcomes(*more, path)[0], {
        ("d.example", "a@d.example"): "sent",
        ("d.example", "b@d.example"): "sent"})
    senders = {m["To"]: m["X-Args"].split()[-1] for _, m in runner.mails()}
    runner.check("bounces: senders have tags", [bool(re.fullmatch(
        r"dmarc\+[0-9a-f]{24}@ours\.example", s)) for s in
        senders.values()] + [len(set(senders.values()))], [True, True, 2])
    for _ in range(2):
        done = subprocess.run(
            [runner.assay, "dmarc", "bounce", "-c", "/dev/null",
             *runner.arguments()[-8:], *more], capture_output=True,
            input=(BOUNCE % senders["a@d.example"]).encode(), check=False)
        runner.check("bounces: taken", (done.returncode, done.stderr),
                     (0, b""))
    past = runner.write("past", line(
        "d.example", "mailto:a@d.example,mailto:b@d.example", day=PAST))
    now = int(time.time())      # bounces come by the true time
    for days, outcome in ((0, "not sent"), (13, "not sent"), (15, "sent")):
        runner.check("bounces: %d days later" % days, runner.outcomes(
            "--again", "--date", "2020-06-15", *more, past,
            now=now + days * 86400), (
            {("d.example", "a@d.example"): outcome,
             ("d.example", "b@d.example"): "sent"}, 0))


def run(runner):
    the_mail(runner)
    destinations(runner)
    odd_addresses(runner)
    many_addresses(runner)
    suppressed(runner)
