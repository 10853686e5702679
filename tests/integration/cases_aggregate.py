"""Mail comes in, its owner's report goes out: signed by us, whole, once."""
import contextlib
import email
import email.policy
import gzip
import json
import os
import shutil
import subprocess
import time
import xml.etree.ElementTree

import dkim
from assayd import USER
from case import Skipped, case
from cases_mailbox import ann
from cases_replay import assay
from cases_sign import Keys, configured
from mail import Message
from proc import wait_for
from world import GOOD, STRANGER

RULES = """
at message {
    accept when list.id is set or client.ours;
    reject 550 5.7.1 "no" when dmarc == fail and dmarc.policy == reject;
}
"""
# They want reports, and whoever reads them agrees to it.
OWNERS = """
_dmarc.owner.example TXT "v=DMARC1; p=reject; rua=mailto:ann@box.example"
owner.example TXT "v=spf1 -all"
owner.example._report._dmarc.box.example TXT "v=DMARC1"
_dmarc.other.example TXT "v=DMARC1; p=none; rua=mailto:ann@box.example"
"""
NS = "{urn:ietf:params:xml:ns:dmarc-2.0}"


def texts(root, name):
    return [e.text for e in root.iter(NS + name)]


def send(t, user, *more):
    """The reports of today, as of tomorrow."""
    now = int(time.time())
    while now % 86400 > 86000:      # a run over midnight tells of two days
        time.sleep(10)
        now = int(time.time())
    done = subprocess.run(
        [os.path.join(os.path.dirname(t.tools.assayd), "assay"), "dmarc",
         "send", "-c", t.daemon.conf_file, "--now", str(now + 86400),
         "--json", *more], user=user, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def outcomes(text):
    return sorted((line["domain"], line["to"], line["outcome"]) for line in
                  map(json.loads, (one for one in text.splitlines()
                                   if one.startswith("{"))))


def by_dkimpy(t, keys, octets):
    """Both signatures verify, and are aligned with From."""
    names = {}
    for line in keys.zone.splitlines():
        if " TXT " in line and "_domainkey" in line:
            name, text = line.split(" TXT ", 1)
            names[name + "."] = "".join(text.split('"')[1::2]).encode()
    for index in range(2):
        t.true(dkim.DKIM(octets).verify(index, dnsfunc=lambda name, **_: (
            names.get((name.decode() if isinstance(name, bytes) else name)
                      .rstrip(".") + "."))), "signature %d" % index)
    message = email.message_from_bytes(octets, policy=email.policy.default)
    for field in message.get_all("DKIM-Signature"):
        t.holds("".join(field.split()), "d=good.example;", "signature")
    t.holds(message["From"], "dmarc@good.example", "From")
    return message


def validate(t, octets):
    path = os.path.join(t.directory, "report.xml")
    with open(path, "wb") as out:
        out.write(octets)
    if shutil.which("xmllint") is None:
        raise Skipped("xmllint is not installed (libxml2-utils)")
    done = subprocess.run(
        ["xmllint", "--noout", "--schema", os.path.join(
            t.tools.source, "tests/support/aggregate-2.0.xsd"), path],
        capture_output=True, check=False)
    t.equal(done.returncode, 0, "xmllint: %s" % done.stderr)
    return path


def look_at(t, keys, octets):
    message = by_dkimpy(t, keys, octets)
    part = list(message.iter_parts())[1]
    text = gzip.decompress(part.get_content())
    path = validate(t, text)
    root = xml.etree.ElementTree.fromstring(text)
    t.equal(texts(root, "domain")[0], "owner.example", "domain")
    rows = sorted(zip(texts(root, "count"), texts(root, "disposition"),
                      texts(root, "source_ip")))
    stranger, good = t.ip(STRANGER), t.ip(GOOD)
    t.equal(rows, sorted([("1", "none", good), ("2", "reject", stranger)]),
            "rows")
    t.equal(texts(root, "type"), ["mailing_list"], "reasons")
    t.equal(set(texts(root, "envelope_to")), {"example.net"}, "envelope_to")
    name = part.get_filename()
    t.true(name.startswith("good.example!owner.example!") and
           name.endswith(".xml.gz"), name)
    status, read = assay(t, "dmarc", "read", "--json", path)
    found = json.loads(read)["domains"][0]
    t.equal((status, found["messages"], found["reject"]), (0, 3, 2),
            "assay dmarc read")


@contextlib.contextmanager
def local_mail_is_signed(t):
    """What sendmail(1) queues meets the milter, too; of Sendmail it does."""
    if t.mta.name != "postfix":
        yield
        return
    try:
        configured(t, "non_smtpd_milters=" + t.mta.milter_name("unix"))
        yield
    finally:
        configured(t, "non_smtpd_milters=")


def whole_way(t, mailer, user=USER):
    keys = Keys(t)
    t.assayd(RULES, zone=keys.zone + OWNERS, signing=keys.table,
             sign_networks=["192.0.2.99", "127.0.0.1"],
             store="sqlite:%s/assay.db" % t.directory, history="30d",
             report_from="dmarc@good.example", report_org="Good & Co",
             report_mailer=mailer)
    os.chmod(t.directory, 0o777)
    for _ in range(2):
        t.equal(t.send(Message(author="eve@owner.example"), STRANGER,
                       "eve@stranger.example").data.code, 550, "forged")
    t.equal(t.send(Message(author="ann@owner.example", fields=[
        ("List-Id", "<l.example>")]), GOOD).data.code, 250, "by a list")
    t.equal(t.send(Message(author="x@other.example"),
                   STRANGER).data.code, 250, "another owner's")
    t.true(wait_for(lambda: len(t.daemon.events()) == 4, 10), "events")
    with ann(t) as box:
        status, text = send(t, user)
        t.equal((status, outcomes(text)), (0, [
            ("other.example", "ann@box.example", "not sent"),
            ("owner.example", "ann@box.example", "sent")]), text)
        found = box.wait("INBOX", "Submitter")
        t.true(found, "it arrives: %s" % t.mta.queue())
        look_at(t, keys, found)
        # Our own mail is none that anybody gets a report of.
        t.true(wait_for(lambda: len(t.daemon.events()) == 5, 10),
               "the report's own event")
        status, text = send(t, user, "--again", "--dry-run")
        t.equal([(o[0], o[2]) for o in outcomes(text)], [
            ("other.example", "not sent"),
            ("owner.example", "would send")], "no report about it")
        t.equal(outcomes(send(t, user)[1]), [], "not again")


@case(mtas=("postfix",), transports=("unix",))
def an_aggregate_report_goes_out_by_smtp(t):
    whole_way(t, "smtp://127.0.0.1:%d" % t.mta.ports["unix", "tempfail"])


@case(mtas=("postfix",), transports=("unix",))
def an_aggregate_report_goes_out_by_sendmail(t):
    with local_mail_is_signed(t):
        # Postfix lets nobody else name a configuration that is not its own.
        whole_way(t, "sendmail:" + t.mta.sendmail_program(t.directory),
                  "root")
