"""The log of a real MTA's mail, replayed and explained by assay."""
import json
import os
import subprocess

from case import case, policy
from mail import Message
from world import STRANGER

RULES = """
at mail {
    note "seen" when spf == pass;
    quarantine "held" when helo == "hold.example";
}
at rcpt {
    reject 550 5.1.1 "no %{rcpt}" when rcpt == "nobody@example.net";
    tempfail when rcpt == "later@example.net";
    accept when rcpt == "vip@example.net";
}
at message {
    reject when dmarc == fail and spf == fail;
    accept when header("X-Good") is set;
    score 2 when dkim == none;
    tag "X-Score" "%{score}" when score >= 2;
}
"""
NEW = RULES.replace("dmarc == fail and spf == fail",
                    "dmarc == fail and spf == pass").replace(
                        "nobody@", "bob@")


def assay(t, *arguments):
    """(status, standard output)"""
    done = subprocess.run(
        (os.path.join(os.path.dirname(t.tools.assayd), "assay"),) +
        arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, check=False, timeout=120)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def send_all(t):
    """Mail of every fate; the messages of three of them."""
    good, forged, some = Message(), Message(author="eve@reject.example"), \
        Message()
    t.send(good)
    t.send(forged, STRANGER, "eve@reject.example")
    with t.session() as session:
        session.send("ann@good.example", ["bob@example.net",
                                          "nobody@example.net"], some.data)
    for rcpts in (["nobody@example.net"],
                  ["later@example.net", "nobody@example.net"],
                  ["vip@example.net", "bob@example.net"],
                  ["vip@example.net"]):
        with t.session() as session:
            session.send("ann@good.example", rcpts, Message().data)
    with t.session(helo="hold.example") as session:
        session.send("ann@good.example", ["bob@example.net"],
                     Message().data)
    for message in (good, forged, some):
        t.event(message)
    return good, forged, some


def replayed(t, rules, mode="enforce"):
    path = t.daemon.write("new.policy", policy(rules, mode))
    status, out = assay(t, "policy", "replay", "--policy", path, "--json",
                        t.daemon.events_file)
    return status, json.loads(out)


def the_same(t, mode):
    t.assayd(RULES, mode=mode)
    send_all(t)
    count = len(t.daemon.events())
    t.true(count >= 6, "events: %d" % count)
    status, told = replayed(t, RULES, mode)
    t.equal((told["changes"], told["events"], told["differ"], status),
            ([], count, 0, 0), "what another run of the rules comes to")
    t.equal(told["faults"], [], "broken lines")


@case(transports=("unix",))
def replay_decides_as_the_daemon_did(t):
    the_same(t, "enforce")


@case(transports=("unix",))
def replay_decides_as_in_monitor_mode(t):
    the_same(t, "monitor")


@case(transports=("unix",))
def replay_of_another_policy(t):
    t.assayd(RULES)
    send_all(t)
    status, told = replayed(t, NEW)
    t.equal(status, 1, "status")
    found = {(group["of"], group["from"], group["to"])
             for group in told["changes"]}
    # Mail for bob alone, which went; and a refusal at rcpt that is no more.
    for wanted in (("message", "accept", "reject"),
                   ("message", "reject", "go on"),
                   ("recipient", "reject", "accept")):
        t.true(wanted in found, "changes: %s" % found)
    t.equal(told["functions"], {}, "functions that the log does not answer")


@case(transports=("unix",))
def explain_a_message(t):
    t.assayd(RULES)
    _, forged, _ = send_all(t)
    event = t.event(forged)
    status, out = assay(t, "explain", "-c", t.daemon.conf_file, "--json",
                        event["queue_id"])
    told = json.loads(out)
    t.equal((status, told["queue_id"], told["policy_changed"], told["now"]),
            (0, event["queue_id"], False, "reject"), "explained")
    last = told["stages"][-1]
    t.equal((last["stage"], last["ended_by"]["line"]),
            ("message", event["verdict"]["line"]), "what decided")
    t.true({"fact": "spf", "value": "fail", "recorded": True} in
           last["rules"][0]["reads"], "what it read")
    t.true(any(term["term"] == "-all" and term["outcome"] == "match"
               for term in told["spf_terms"]), "SPF's terms")
    os.rename(t.daemon.events_file, t.daemon.events_file + ".1")
    t.daemon.policy(policy(NEW))
    status, out = assay(t, "explain", "-c", t.daemon.conf_file,
                        event["queue_id"])
    t.equal(status, 0, "status, of the rotated log")
    for words in ("the policy has changed since", "decided: reject",
                  "DMARC fail reject.example"):
        t.holds(out, words, "explained")
