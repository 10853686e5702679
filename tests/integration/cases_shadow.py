"""A policy beside the running one: told in the event, summed up, not done."""
import json

from case import case, policy
from cases_replay import assay
from mail import Message
from world import STRANGER

NEXT = """
at rcpt { reject 550 5.1.1 "no" when rcpt == "bob@example.org"; }
at message { reject "would be refused" when dmarc == fail; }
"""


@case(transports=("unix",))
def shadow_policy_is_only_recorded(t):
    path = t.private("next.policy", policy(NEXT))
    t.assayd("", shadow_policy=path)
    forged, good = Message(author="eve@reject.example"), Message()
    outcome = t.send(forged, STRANGER, "eve@reject.example")
    t.equal(outcome.data.code, 250, "reply")
    t.delivered(forged)
    t.send(good)
    shadow = t.event(forged)["shadow_policy"]
    t.equal(shadow["differences"], ["verdict"], "differences")
    t.equal(shadow["decided"]["action"], "reject", "the shadow's verdict")
    t.equal(shadow["decided"]["file"], path, "the shadow's file")
    t.equal(t.event(forged)["verdict"]["action"], "accept", "the verdict")
    t.equal(t.event(good)["shadow_policy"]["differs"], False, "good mail")
    t.holds(t.daemon.log(), "shadow policy: accept -> reject %s:" % path,
            "log")
    status, out = assay(t, "policy", "diff", "--live", "--json",
                        t.daemon.events_file)
    summary = json.loads(out)
    t.equal((status, summary["compared"], summary["differ"]), (1, 2, 1),
            "the summary")


@case(transports=("unix",))
def a_broken_shadow_policy_keeps_the_old(t):
    path = t.private("next.policy", policy(NEXT))
    t.assayd("", shadow_policy=path)
    t.private("next.policy", "policy \"t\" mode enforce; at x { }")
    t.daemon.reload()
    t.holds(t.daemon.log(), "not reloaded", "log")
    forged = Message(author="eve@reject.example")
    t.send(forged, STRANGER, "eve@reject.example")
    t.equal(t.event(forged)["shadow_policy"]["differs"], True, "differs")
