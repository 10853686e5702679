"""Cases of tests/tool for assay policy: check, test and diff."""
import glob
import json
import os
import re

from tool_world import MESSAGES, ZONE

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

CASES = """case "one" { spf = fail; } expect reject 550 5.7.23 by line 2;
case "two" { } expect accept;
"""

# name, arguments, exit status, the whole of standard output
POLICY_RUNS = [
    ("check", ("check", "good.policy", "good.policy"), 0,
     "good.policy: ok, 2 rules\ngood.policy: ok, 2 rules\n"),
    ("check, a mistake", ("check", "wrong.policy"), 1,
     "wrong.policy:2:26: error: unknown fact \"spff\"; did you mean \"spf\"?"
     "\n  at message { reject when spff == fail; }\n"
     "                           ^\n"),
    ("check, a warning", ("check", "unused.policy"), 0,
     "unused.policy:2:6: warning: list \"a\" is not used\n"
     "  list a = { };\n       ^\nunused.policy: ok, 0 rules\n"),
    ("check --werror", ("check", "--werror", "unused.policy"), 1,
     "unused.policy:2:6: warning: list \"a\" is not used\n"
     "  list a = { };\n       ^\n"),
    ("check --json", ("check", "--json", "unused.policy"), 0,
     '{"file":"unused.policy","ok":true,"rules":0,"mistakes":[{"file":'
     '"unused.policy","line":2,"column":6,"end_column":7,'
     '"severity":"warning","message":"list \\"a\\" is not used",'
     '"suggestion":null,"replacement":null}]}\n'),
    ("check --json, a mistake", ("check", "--json", "wrong.policy"), 1,
     '{"file":"wrong.policy","ok":false,"rules":0,"mistakes":[{"file":'
     '"wrong.policy","line":2,"column":26,"end_column":30,'
     '"severity":"error","message":"unknown fact \\"spff\\"; did you mean '
     '\\"spf\\"?","suggestion":"did you mean \\"spf\\"?",'
     '"replacement":"spf"}]}\n'),
    ("check --json --werror", ("check", "--json", "--werror",
     "unused.policy"), 1,
     '{"file":"unused.policy","ok":false,"rules":0,"mistakes":[{"file":'
     '"unused.policy","line":2,"column":6,"end_column":7,'
     '"severity":"warning","message":"list \\"a\\" is not used",'
     '"suggestion":null,"replacement":null}]}\n'),
    ("test", ("test", "good.policy"), 1,
     'good.test:2: "two" failed\n    expected accept\n    actual   continue\n'
     "good.policy:3: no case fires this note\n"
     "good.test: 1 passed, 1 failed, 1 of 2 rules fired\n"),
    ("test --json", ("test", "--json", "good.test"), 1,
     '{"file":"good.test","passed":1,"failed":1,"rules":2,"unfired":[{"file":'
     '"good.policy","line":3,"stage":"message","action":"note"}],"cases":[{'
     '"file":"good.test","line":1,"case":"one","passed":true,"expected":'
     '"reject 550 5.7.23 by line 2","actual":"reject 550 5.7.23 \\"x\\" at '
     'message by line 2"},{"file":"good.test","line":2,"case":"two","passed":'
     'false,"expected":"accept","actual":"continue"}]}\n'),
    ("test without a test", ("test", "unused.policy"), 1, ""),
    ("check of nothing", ("check",), 2, ""),
    ("check of no such file", ("check", "absent"), 2, ""),
    ("no such verb", ("chek", "good.policy"), 2, ""),
    ("no verb", (), 2, ""),
    ("no such option", ("check", "--nope", "good.policy"), 2, ""),
]


# Cases with a message: everything that is said of one, facts of the case's
# own, a setting, the header; then what cannot be run.
MESSAGE_POLICY = """policy "t" mode enforce;
at connect { accept when listener == "internal"; }
at helo { note "helo" when spf_helo == pass; }
at mail {
    reject "login" when auth.user == "eve";
    reject "spf" when spf == fail;
    reject "bounce" when mail.from == "" and client.ip in 203.0.113.0/24;
}
at rcpt { reject 550 5.1.1 "rcpt" when rcpt == "no@example.net"; }
at message {
    reject "dmarc" when dmarc == fail;
    note "old" when dkim == pass and from.domain in dkim.domains;
    note "name" when client.name == "mail.example.com";
    note "field" when header("X-Case") == "own";
    note "relayed" when relay.ip is set;
    accept when subject == "Hello" and header("Subject") == "Hello";
}
"""
HELLO = "From: Ann <ann@example.com>\nSubject: Hello\n\nHi.\n"
MESSAGE_CASES = r"""
given { spf = fail; listener = "internal"; }
case "good" message "hello.eml" zone "zone" client 192.0.2.1
    name mail.example.com helo mail.example.com from "ann@example.com"
    rcpt "joe@example.net" listener "smtpd" now 1700000000 { }
    expect accept at message and note "helo" and note "name";
case "from a stranger" message "hello.eml" zone "zone" client 192.0.2.9
    from "ann@example.com" { } expect reject "spf" at mail;
case "its own facts" message "hello.eml" zone "zone" client 192.0.2.9
    from "ann@example.com" { spf = pass; dmarc = pass; header("X-Case") = "own"; }
    expect accept and note "field";
case "no DNS" message "hello.eml" client 192.0.2.9 from "ann@example.com" { }
    expect accept at message;
case "internal" message "hello.eml" listener internal { }
    expect accept at connect;
case "a login" message "hello.eml" auth "eve" { } expect reject "login";
case "no such person" message "hello.eml" rcpt "no@example.net" { }
    expect reject "rcpt" at rcpt;
case "a relay" message "sub/relayed.eml" zone "zone" client 198.51.100.7
    set "trusted_relays=198.51.100.7" set "authserv_id=mx.example.org" { }
    expect reject "bounce" at mail;
case "a good client behind it" message "sub/relayed.eml" zone "zone"
    client 198.51.100.7 from "ann@servfail.example"
    set "trusted_relays=198.51.100.7" { } expect reject "dmarc";
case "the header is there too" message "sub/relayed.eml" zone "zone"
    client 198.51.100.7 set "trusted_relays=198.51.100.7" from "x@two.example"
    { spf = none; dmarc = none; }
    expect accept at message and note "relayed";
case "a signature" message "signed" zone "zone" client 192.0.2.1
    from "ann@example.com" now 1700000001 { } expect accept and note "old";
"""
MESSAGE_WRONG = [
    ('case "a" message "absent.eml" { } expect accept;',
     "cases/absent.eml: No such file or directory"),
    ('case "a" message "hello.eml" zone "broken" { } expect accept;',
     "cases/broken"),
    ('case "a" message "hello.eml" set "colour=red" { } expect accept;',
     'unknown setting "colour"'),
]


def message_cases(runner):
    os.makedirs(os.path.join(runner.directory, "cases/sub"))
    runner.write("cases/messages.policy", MESSAGE_POLICY)
    runner.write("cases/messages.test", MESSAGE_CASES)
    runner.write("cases/zone", ZONE)
    runner.write("cases/broken", "example.com MX nothing\n")
    runner.write("cases/hello.eml", HELLO)
    runner.write("cases/signed", MESSAGES["signed"])
    runner.write("cases/sub/relayed.eml", "Received: from h.example (unknown"
                 " [203.0.113.1])\n\tby mx2.example.net with SMTP; Thu\n"
                 + HELLO)
    done = runner.run("policy", "test", "--werror", "cases/messages.test",
                      common=False)
    runner.check("policy test with messages", (
        done.returncode, done.stdout.decode(), done.stderr),
        (0, "cases/messages.test: 11 passed, 0 failed, 12 of 12 rules fired\n",
         b""))
    for text, why in MESSAGE_WRONG:
        runner.write("cases/wrong.policy", 'policy "t" mode enforce;\n')
        runner.write("cases/wrong.test", text + "\n")
        done = runner.run("policy", "test", "cases/wrong.test", common=False)
        actual = re.search(r"actual +(.*)", done.stdout.decode())
        runner.check("policy test: " + why, (
            done.returncode, why in (actual.group(1) if actual else "")),
            (1, True))


def policies(runner):
    title = 'policy "t" mode enforce;'
    runner.write("good.policy", title + """ at message {
reject "x" when spf == fail;
note "n" when dkim == policy; }
""")
    runner.write("good.test", CASES)
    runner.write("wrong.policy",
                 title + "\nat message { reject when spff == fail; }\n")
    runner.write("unused.policy", title + "\nlist a = { };\n")
    for name, arguments, status, out in POLICY_RUNS:
        done = runner.run("policy", *arguments, common=False)
        runner.check("policy " + name, (done.returncode,
                                        done.stdout.decode()), (status, out))
        runner.check("policy " + name + ": complaints", bool(done.stderr),
                     status == 2 or "without" in name)
    shipped = glob.glob(TOP + "/policies/*.policy")
    done = runner.run("policy", "check", "--werror", *shipped, common=False)
    runner.check("policy check of what is shipped", (
        done.returncode, done.stdout.count(b".policy: ok, "), done.stderr),
        (0, len(shipped), b""))
    done = runner.run("policy", "test", "--werror", *shipped, common=False)
    runner.check("policy test of what is shipped", (
        done.returncode, len(re.findall(
            r"^\S+: \d+ passed, 0 failed, (\d+) of \1 rules fired$",
            done.stdout.decode(), re.M)), done.stderr),
        (0, len(shipped), b""))


EVENT = {"v": 1, "time": "2026-01-01T00:00:00.000000Z", "kind": "message",
         "queue_id": "4A", "verdict": {"action": "accept"},
         "rcpts": [{"address": "bob@example.net", "action": "accept"}],
         "facts": {"mail.from": "ann@example.com"}}
REFUSED = {"action": "reject", "code": 550, "file": "next.policy", "line": 7}
SHADOWS = (
    {"decided": {"action": "accept"}, "rcpts": [], "differs": False},
    {"decided": REFUSED, "rcpts": [], "differs": True},
    {"decided": REFUSED, "rcpts": [], "differs": True},
    {"decided": {"action": "accept"}, "differs": True, "rcpts": [
        dict(REFUSED, address="bob@example.net", line=3)]},
    {"decided": {"action": "accept"}, "rcpts": [], "differs": True},
    None)
DIFF = """6 events, 5 of them with a shadow policy
the shadow policy differed in 4

"""


def diffs(runner):
    """What the daemon recorded of its shadow policy, summed up."""
    path = os.path.join(runner.directory, "live.json")
    with open(path, "w", encoding="utf-8") as out:
        for shadow in SHADOWS:
            event = dict(EVENT)
            if shadow is not None:
                event["shadow_policy"] = dict(shadow, file="next")
            out.write(json.dumps(event) + "\n")
    for options, expected in ((("--show", "1"), 1), (("--since",
                              "2026-01-02"), 2)):
        done = runner.run("policy", "diff", "--live", *options, path,
                          common=False)
        runner.check("diff %s: status" % " ".join(options),
                     done.returncode, expected)
    text = runner.run("policy", "diff", "--live", "--show", "1", path,
                      common=False).stdout.decode()
    runner.check("diff: head", text[:len(DIFF)], DIFF)
    for part in ("next.policy:7", "next.policy:3", "4A",
                 "1 differed in score or tags alone\n"):
        runner.check("diff: " + part, part in text, True)
    summary = json.loads(runner.run("policy", "diff", "--live", "--json",
                                    path, common=False).stdout)
    changes = [(c["of"], c["from"], c["to"], c["count"])
               for c in summary.pop("changes")]
    runner.check("diff: changes", changes,
                 [("message", "accept", "reject", 2),
                  ("recipient", "accept", "reject", 1)])
    runner.check("diff: totals", summary, {
        "events": 6, "compared": 5, "differ": 4, "score_or_tags_alone": 1})


def run(runner):
    policies(runner)
    message_cases(runner)
    diffs(runner)
