"""Malformed messages through the real MTA: an answer, and assayd lives."""
import smtplib

import hostile
from case import Failed, case
from mail import Message, token
from world import STRANGER


@case(transports=("unix",))
def malformed_messages(t):
    t.assayd("""
at message {
    reject 550 5.7.1 "not authenticated" when dmarc == fail;
    tag "X-Author" "%{from}" when from is set;
}
""")
    sent = 0
    for name, data, smtp in hostile.MESSAGES:
        if not smtp:
            continue
        mark = token()
        data = b"X-Token: " + mark.encode() + b"\r\n" + data
        try:
            with t.session(STRANGER) as session:
                outcome = session.send("eve@reject.example",
                                       ["bob@example.net"], data)
        except (OSError, smtplib.SMTPException) as error:
            raise Failed("%s: %r" % (name, error))
        # The MTA may refuse it by itself; assayd may not be in the way.
        t.true(outcome.data and outcome.data.code in (250, 421, 500, 550,
                                                        552, 554),
               "%s: %s" % (name, outcome.data))
        t.true(t.daemon.server.alive(), "assayd lives after " + name)
        for found in t.mta.sink.find(mark):
            for stamp in found.values("Authentication-Results"):
                if stamp.startswith("mx.example.org;"):
                    t.lacks(stamp, "dmarc=pass", name)
        sent += 1
    t.true(sent > 80, "messages were sent: %d" % sent)
    good = Message()
    t.equal(t.send(good).data.code, 250, "a good message afterwards")
    t.holds(t.stamp(t.delivered(good)), "dmarc=pass", "stamp")
