"""Cases of tests/tool for assay verify --explain and assay explain."""
import json
import os
import re

from tool_world import ACTIONS, ANN, NOW, POLICY

EXPLAINED = """\
signed 2026, ended at message, policy actions
  client 192.0.2.1 helo mail.example.com from <ann@example.com> author \
ann@example.com
  to nobody@example.net: reject 550 5.1.1 "no nobody@example.net" by \
./actions.policy:8
  decided: accept
  at connect
      ./actions.policy:3 reject: false
          client.ip = 192.0.2.1
      ./actions.policy:4 bypass: false
          client.ip = 192.0.2.1
  at helo
      ./actions.policy:6 tempfail: false
          helo = mail.example.com
  at mail
      ./actions.policy:7 reject: false
          spf = pass
  at rcpt bob@example.net
      ./actions.policy:8 reject: false
          rcpt = bob@example.net
  at rcpt nobody@example.net
      ./actions.policy:8 reject: true - this decides
          rcpt = nobody@example.net
  at message
      ./actions.policy:10 accept: false
          auth.user = none
"""
EXPLAINED_END = """\
      ./actions.policy:17 shadow reject: false
          listener = none
      ./actions.policy:18 note: false
          client.name = none
  iprev pass mail.example.com: the name has this address
      1.2.0.192.in-addr.arpa PTR mail.example.com
      mail.example.com A 192.0.2.1
  SPF of the HELO name pass mail.example.com: 192.0.2.1 matches a of \
mail.example.com
      mail.example.com
        a -> match (1)
      mail.example.com TXT v=spf1 a -all
      mail.example.com A 192.0.2.1
  SPF pass example.com: 192.0.2.1 matches ip4:192.0.2.1 of example.com
      example.com
        ip4:192.0.2.1 -> match
      example.com TXT v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 exp=why.%{d} -all
  DKIM pass: signature verifies
      pass d=example.com s=s1 a=ed25519-sha256: signature verifies
      s1._domainkey.example.com TXT v=DKIM1; k=ed25519; \
p=IN6aO9VjUd/RgRdV4W2YUiTnr8GEd8xusdFTIsrt8is=
  ARC none: no ARC field
  DMARC pass example.com: aligned by SPF and DKIM
      _dmarc.example.com TXT v=DMARC1; p=reject; rua=mailto:d@example.com
      _dmarc.com TXT NXDOMAIN
      policy of example.com: reject, for this message: none
"""
EXPLAIN = ANN + NOW + ACTIONS + ("--rcpt", "bob@example.net", "--rcpt",
                                 "nobody@example.net", "signed")


def explain_live(runner):
    """assay verify --explain: text, colour and JSON."""
    def text(*arguments):
        done = runner.run("verify", "--explain", *arguments, *EXPLAIN)
        return re.sub(r" 2\d{3}-\S+Z,", " 2026,", done.stdout.decode())
    plain = text()
    runner.check("explain live", (
        plain[:len(EXPLAINED)], plain[-len(EXPLAINED_END):]),
        (EXPLAINED, EXPLAINED_END))
    runner.check("explain live, in colour", (
        re.sub("\x1b\\[[0-9]+m", "", text("--color", "always")), text(
            "--color", "never"), "\x1b[32mtrue\x1b[0m" in text(
                "--color=always")), (plain, plain, True))
    done = runner.run("verify", "--explain", "--json", *EXPLAIN)
    told = json.loads(done.stdout)
    runner.check("explain live, JSON", (
        [stage["stage"] for stage in told["stages"]],
        told["stages"][4]["ended_by"], told["stages"][4]["rcpt"],
        told["policy_changed"], told["now"], done.stderr),
        (["connect", "helo", "mail", "rcpt", "rcpt", "message"],
         {"file": "./actions.policy", "line": 8}, "nobody@example.net",
         False, None, b""))
    done = runner.run("verify", "--explain", "--json", *ACTIONS, "--ip",
                      "192.0.2.66", "plain")
    told = json.loads(done.stdout)
    runner.check("explain live, ended early", (
        [stage["stage"] for stage in told["stages"]], told["kind"],
        told["decided"]["line"]), (["connect"], "connect", 3))


def explain_logged(runner):
    """assay explain: what verify said of it makes the event."""
    line = json.loads(runner.run("verify", "--json", *EXPLAIN).stdout)
    for name in ("file", "iprev", "spf", "spf_helo", "arc", "dmarc"):
        del line[name]
    line["queue_id"] = line["facts"]["queue.id"] = "4Zx1"
    other = dict(line, queue_id="4Zx2")
    runner.write("log", json.dumps(other) + "\n" + json.dumps(line) + "\n")
    runner.write("changed.policy", POLICY + "\nat message { discard; }\n")

    def run(*arguments):
        done = runner.run("explain", "-c", "/dev/null", *arguments,
                          common=False)
        return (done.returncode, re.sub(
            r" 2\d{3}-\S+Z,", " 2026,", done.stdout.decode()),
                done.stderr.decode())
    status, out, errors = run("--policy", "actions.policy", "4Zx1", "log")
    wanted = (EXPLAINED + EXPLAINED_END).replace(
        "./actions", "actions").replace(
            "signed 2026", "4Zx1 2026").replace(
                "by actions.policy", "by ./actions.policy")
    runner.check("explain", (status, out[:300], out[-600:], errors),
                 (0, wanted[:300], wanted[-600:], ""))
    status, out, errors = run("--policy", "changed.policy", "--json",
                              "4Zx1", "log")
    told = json.loads(out)
    runner.check("explain, a policy that changed", (
        status, told["policy_changed"], told["now"], told["queue_id"],
        errors), (0, True, "discard", "4Zx1", ""))
    status, out, errors = run("--policy", "changed.policy", "4Zx2", "log")
    runner.check("explain says so", (
        "the policy has changed since" in out,
        "now it would be: discard" in out), (True, True))
    runner.check("explain what is not there", run(
        "--policy", "actions.policy", "4Zx3", "log"),
        (1, "", "assay explain: there is no event of 4Zx3\n"))
    runner.write("own-events.conf", 'events = "%s"\npolicy = "%s"\n' % (
        os.path.join(runner.directory, "log"),
        os.path.join(runner.directory, "actions.policy")))
    done = runner.run("explain", "-c", "own-events.conf", "--json", "4Zx1",
                      common=False)
    told = json.loads(done.stdout)
    runner.check("explain by the settings", (
        done.returncode, told["policy_changed"]), (0, False))
    for name, arguments, words in (
            ("nothing", (), "which queue id?"),
            ("without a log", ("4Zx1",), "which events?"),
            ("a log that is not there", ("4Zx1", "absent"), "absent: No"),
            ("in no colour", ("--color", "red", "4Zx1", "log"), '"red"'),
            ("by no policy", ("--policy", "absent", "4Zx1", "log"),
             "absent: there is no such policy")):
        status, _, errors = run(*arguments)
        runner.check("explain " + name, (status, words in errors),
                     (2, True))


def run(runner):
    explain_live(runner)
    explain_logged(runner)
