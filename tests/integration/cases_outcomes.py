"""What became of mail, by the logs of a real Postfix and a real Sendmail."""
import json
import os
import time

from case import Skipped, case
from cases_replay import assay
from mail import Message
from proc import wait_for
from world import STRANGER

RULES = """
at rcpt { reject 550 5.1.1 "no %{rcpt}" when rcpt == "refused@example.net"; }
at message {
    reject 550 5.7.1 "forged" when from.domain == "reject.example";
    quarantine "for a look" when from.domain == "quarantine.example";
}
"""

OURS = {"sign_networks": ["127.0.2.10", "192.0.2.10"],
        "host_name": "mx.example.org"}


def lines(t):
    if not os.path.exists(t.mta.log_file()):
        return []
    with open(t.mta.log_file(), errors="replace") as log:
        return log.read().splitlines()


def outcomes(t, log, *arguments):
    status, text = assay(t, "outcomes", *arguments, log)
    t.equal(status, 0, "assay outcomes: " + text)
    return text


def figures(t, log, *arguments):
    section = json.loads(outcomes(t, log, "--format", "json", *arguments))
    section = section["sections"]["delivery"]
    return section["figures"], {name: table["rows"] for name, table in
                                section["tables"].items()}


def sent(t, *rcpts, client=None, **how):
    """A message that was accepted, and its queue id."""
    message = Message(**how)
    options = {"client": client} if client else {}
    t.send(message, to=rcpts, sender=how.get("author", "ann@good.example"),
           **options)
    return message, t.event(message)["queue_id"]


def is_over(t, queue_id):
    return wait_for(lambda: all(queue_id != entry[0]
                                for entry in t.mta.queue()), 40, 0.2)


@case(transports=("unix",))
def what_became_of_mail(t):
    before = len(lines(t))
    t.assayd(RULES, **OURS)
    good, good_id = sent(t, "bob@example.net")
    t.delivered(good)
    if not wait_for(lambda: good_id in "".join(lines(t)), 5):
        raise Skipped("%s has no log here" % t.mta.name)
    _, bounced_id = sent(t, "nobody@example.net")
    later, later_id = sent(t, "put-off-once@example.net", "carol@example.net")
    _, busy_id = sent(t, "always-busy@example.net")
    held, held_id = sent(t, "dave@example.net", author="a@quarantine.example",
                         client=STRANGER)
    t.queued("dave@example.net")
    t.send(Message(author="eve@reject.example"), STRANGER,
           "eve@reject.example")
    t.send(Message(), to=["refused@example.net"])
    t.true(wait_for(lambda: any(
        later_id in line and ("status=deferred" in line or
                              "stat=Deferred" in line)
        for line in lines(t)), 20), "one was put off")
    t.mta.retry()
    t.true(is_over(t, later_id), "what was put off is sent")
    t.true(is_over(t, bounced_id), "what bounced is gone")
    time.sleep(1.1)
    t.mta.give_up(busy_id)
    t.true(is_over(t, busy_id), "what was busy is given up")
    t.true(t.mta.settled(), "bounces are delivered")

    log = t.daemon.write("mail.log", "\n".join(lines(t)[before:]) + "\n")
    found, tables = figures(t, log, "--events", t.daemon.events_file)
    for key, wanted in (
            ("messages", 5), ("sent", 3), ("bounced", 1), ("expired", 1),
            ("deferred", 0), ("held", 1), ("put_off", 2),
            ("put_off_sent", 1), ("refused", 1), ("refused_by_milter", 1),
            ("notices_bounce", 2), ("notices_lost", 0), ("events", 5),
            ("events_unseen", 0), ("without_event", 0), ("bounces", 0),
            ("lines_unknown", 0)):
        t.equal(found[key], wanted, key)
    domains = tables["domains"]
    t.equal([(row["domain"], row["recipients"], row["sent"], row["bounced"],
              row["expired"]) for row in domains],
            [("example.net", 5, 3, 1, 1)], "by destination")
    t.equal({(row["result"], row["code"], row["enhanced"], row["reason"])
             for row in tables["reasons"]},
            {("bounced", "550", "5.1.1", "nobody of that name"),
             ("expired", "451", "4.2.1", "<*>: busy, try again"),
             ("put off", "450", "4.7.1", "come back later")}, "reasons")
    t.equal([row["count"] for row in tables["delays"]][:2], [3, 3],
            "delays of what was sent")
    of_one(t, log, later_id, bounced_id, held_id)
    alone, _ = figures(t, log)
    t.equal((alone["messages"], "events" in alone), (5, False),
            "without events")


def of_one(t, log, later_id, bounced_id, held_id):
    """What is told of one message."""
    text = outcomes(t, log, "--queue-id", later_id)
    t.holds(text, "<carol@example.net> sent")
    t.holds(text, "<put-off-once@example.net> sent")
    t.holds(text, "put off 1 time")
    found = [json.loads(line) for line in outcomes(
        t, log, "--queue-id", bounced_id, "--json").splitlines()]
    t.equal(sorted((one["queue_id"] == bounced_id,
                    one["recipients"][0]["result"]) for one in found),
            [(False, "sent"), (True, "bounced")],
            "the message and the bounce about it")
    found = json.loads(outcomes(t, log, "--queue-id", held_id, "--json"))
    t.equal((found["fate"], found["by_milter"]), ("held", True), "held")
    status, text = assay(t, "explain", "-c", t.daemon.conf_file, "--mail-log",
                         log, bounced_id)
    t.equal(status, 0, "assay explain --mail-log")
    t.holds(text, "<nobody@example.net> bounced")
    t.equal(assay(t, "outcomes", "--queue-id", "0A0A0A0A0A", log)[0], 1,
            "an id that nobody knows")
