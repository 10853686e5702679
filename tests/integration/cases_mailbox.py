"""Marked mail is filed by Dovecot, and what its reader moves is learnt."""
import contextlib
import json
import os
import subprocess

import mailbox
from assayd import USER
from case import Skipped, case
from mail import Message
from proc import wait_for
from world import GOOD, STRANGER

MARK = """
at message {
    score SPF_FAIL 6 when spf == fail;
    tag remove "X-Spam-Flag";
    tag "X-Spam-Flag" "YES" when score >= 5;
    tag "X-Spam-Status" "Yes, score=%{score} required=5 tests=SPF_FAIL"
        when score >= 5;
}
"""


@contextlib.contextmanager
def ann(t):
    if mailbox.missing():
        raise Skipped(mailbox.missing())
    box = mailbox.Mailbox(
        t.mta.mailboxes(), os.path.join(t.tools.source, "contrib/dovecot"),
        os.path.join(os.path.dirname(t.tools.assayd), "assay"),
        t.daemon.conf_file)
    try:
        yield box
    finally:
        box.stop()


@case(mtas=("postfix",), transports=("unix",))
def marked_mail_goes_to_junk(t):
    t.assayd(MARK)
    with ann(t) as box:
        t.equal(box.compile(), "", "sievec")
        good, bad = Message(), Message(author="eve@reject.example",
                                       fields=[("X-Spam-Flag", "NO")])
        t.equal(t.send(good, GOOD, to=[mailbox.ADDRESS]).data.code, 250,
                "good")
        t.equal(t.send(bad, STRANGER, "eve@reject.example",
                       to=[mailbox.ADDRESS]).data.code, 250, "bad")
        t.holds(box.wait("INBOX", good.token), good.token, "the inbox")
        found = box.wait("Junk", bad.token)
        t.holds(found, "X-Spam-Flag: YES", "what an IMAP client reads")
        t.lacks(found, "X-Spam-Flag: NO", "what an IMAP client reads")
        t.equal(box.find("INBOX", bad.token), None, "spam in the inbox")
        t.equal(box.find("Junk", good.token), None, "mail in Junk")


WON = """
at message {
    score WON 6 when subject matches /won/;
    tag "X-Spam-Flag" "YES" when score >= 5;
}
"""


def known(t, domain):
    """What is remembered of the domain: {kind: (spam, ham)}, in whole ones."""
    done = subprocess.run(
        [os.path.join(os.path.dirname(t.tools.assayd), "assay"), "reputation",
         "-c", t.daemon.conf_file, "--json", domain], user=USER,
        stdout=subprocess.PIPE, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["kind"]: (round(line["spam"]), round(line["ham"]))
            for line in lines if line["spam"] + line["ham"] > 0.5}


@case(mtas=("postfix",), transports=("unix",))
def its_reader_teaches(t):
    t.assayd(WON, store="sqlite:%s/assay.db" % t.directory)
    with ann(t) as box:
        wrong = Message(subject="You have won the tender")
        t.equal(t.send(wrong, GOOD, to=[mailbox.ADDRESS]).data.code, 250,
                "what is marked by mistake")
        t.holds(box.wait("Junk", wrong.token), wrong.token, "Junk")
        t.equal(box.move(wrong.token, "Junk", "INBOX"), "OK", "out of Junk")
        t.holds(box.wait("INBOX", wrong.token), wrong.token, "the inbox")
        t.true(wait_for(lambda: known(t, "good.example").get("spf") ==
                        (0, 1)), "ham: %s; %s" % (
                            known(t, "good.example"), box.log()))
        missed = Message(author="ann@plain.example", fields=[])
        t.equal(t.send(missed, GOOD, to=[mailbox.ADDRESS]).data.code, 250,
                "what is missed")
        t.holds(box.wait("INBOX", missed.token), missed.token, "the inbox")
        t.equal(box.move(missed.token, "INBOX", "Junk"), "OK", "into Junk")
        t.true(wait_for(lambda: known(t, "good.example").get("spf") ==
                        (1, 1)), "spam: %s; %s" % (
                            known(t, "good.example"), box.log()))
        t.equal(known(t, "plain.example"), {}, "who has proved nothing")
