#!/usr/bin/python3
"""Events of three hosts whose totals can be counted on paper.

usage: tests/support/report_events.py COUNT DIRECTORY

Writes mx1.json, mx2.json and mx3.json.gz: event number i is of host i % 3 and
of second 3 i, and all else of it follows from i, too.  What is special:

  mx2.json     the process died while it wrote its middle event: half a line,
               and the rest by another process
  mx3.json.gz  the clock goes back by three hours at the host's middle event

again.json has the first 1,000 events of mx1.json once more.
"""
import datetime
import gzip
import json
import os
import sys

START = datetime.datetime(2026, 11, 2)          # a Monday
HOSTS = ("mx1", "mx2", "mx3")
BACK = datetime.timedelta(hours=3)
TAGS = ("valid", "missing", "expired", "forged")
POLICY = "p.policy"
NO_RULE = {"action": "accept", "code": None, "enhanced": None, "text": None,
           "file": None, "line": None}


def rule(line, action, stage, text, functions=()):
    fired = {"action": action, "shadow": False, "stage": stage,
             "file": POLICY, "line": line, "text": text}
    if functions:
        fired["functions"] = list(functions)
    return fired


LISTED = rule(4, "reject", "connect", "listed", ("dnsbl",))
FAST = rule(8, "tempfail", "mail", "too fast", ("rate",))
FASTER = rule(8, "tempfail", "mail", "too fast", ("rate", "rate.rcpts"))
FORGED = rule(12, "reject", "message", "forged")
UNSURE = rule(14, "quarantine", "message", "not authenticated")
BOUNCE = rule(16, "reject", "message", "answers nothing")
LATER = rule(18, "tempfail", "message", "come again")


def client(i):
    """Of 50 networks; those that are listed are of one."""
    if i % 50 == 7:
        return "198.51.100.%d" % (i // 50 % 5), "198.51.100.0/24"
    return ("10.%d.0.%d" % (i % 49, i // 49 % 200),
            "10.%d.0.0/24" % (i % 49))


def kind_of(i):
    if i % 50 == 7:
        return "listed"
    if i % 100 == 33:
        return "fast"
    if i % 10 == 0:
        return "ours"
    if i % 60 == 17:
        return "bounce"
    if i % 100 == 61:
        return "candidate"
    if i % 250 == 11:
        return "forged"
    if i % 8 == 1:
        return "failed"
    return "good"


def author(i, kind):
    return {"candidate": "shop.example", "forged": "example.com",
            "ours": "example.com", "failed": "bank.example"}.get(
                kind, "d%d.example" % (i % 40))


def facts_of(i, kind):
    ip, net = client(i)
    facts = {"client.ip": ip, "client.net": net, "listener": "smtpd",
             "iprev": "pass"}
    if kind == "listed":
        return facts
    domain = author(i, kind)
    plain = i % 6 == 2
    facts.update({
        "helo": "mx." + domain, "helo.ours": i % 1000 == 6,
        "tls.version": None if plain else "TLSv1.3",
        "tls.cipher": None if plain else "TLS_AES_256_GCM_SHA384",
        "client.ours": kind == "ours",
        "auth.user": "ann" if kind == "ours" else None,
        "mail.from": "" if kind == "bounce" else "u@" + domain,
        "spf": "none" if kind in ("failed", "forged", "candidate") else
               "pass", "spf.domain": domain})
    if kind == "fast":
        return facts
    fails = kind in ("failed", "forged", "candidate")
    signers = ["mailer.example"] if kind == "candidate" else [] if fails \
        else [domain]
    facts.update({
        "rcpt.count": 1 + i % 2, "queue.id": "4Q%06X" % i,
        "message.size": 2000, "from.domain": domain,
        "dkim": "pass" if signers else "none", "dkim.domains": signers,
        "arc": "none", "arc.sealers": [],
        "dmarc": "fail" if fails else "pass",
        "dmarc.alignment.dkim": not fails,
        "dmarc.alignment.spf": not fails,
        "score": {"failed": 7.5, "forged": 9}.get(kind, i % 3),
        "score.symbols": ["FORGED"] if kind in ("failed", "forged") else []})
    return facts


def verdict(fired):
    if fired is None:
        return NO_RULE
    code = {"reject": 550, "tempfail": 451}.get(fired["action"])
    return {"action": fired["action"], "code": code,
            "enhanced": code and "%d.7.1" % (code // 100),
            "text": code and fired["text"], "file": POLICY,
            "line": fired["line"]}


def rule_of(i, kind):
    return {"listed": LISTED, "fast": FASTER if i % 200 == 33 else FAST,
            "forged": FORGED,
            "failed": FORGED if i % 16 == 1 else None,
            "candidate": UNSURE,
            "bounce": BOUNCE if i // 60 % 4 in (2, 3) else None,
            "good": LATER if i % 1000 == 4 else None}.get(kind)


def calls_of(i, kind, ip):
    if kind == "ours":
        return []
    listed = {"function": "dnsbl", "arguments": ["bl.example"],
              "answer": kind == "listed"}
    if i % 500 == 9:
        listed["answer"] = {"unknown": "not answered in time"}
    calls = [listed]
    if i % 1000 == 509:
        calls.append(dict(listed, arguments=["bl.example", "192.0.2.1"]))
    if i % 1000 == 14:
        calls.append({"function": "dnswl", "arguments": ["wl.example"],
                      "answer": True})
    if kind == "fast":
        calls.append({"function": "rate", "arguments": [ip, 3600],
                      "answer": 101 + i // 100 % 7})
        calls.append({"function": "rate.rcpts", "arguments": [ip, 3600],
                      "answer": 200})
    return calls


def dns_of(i):
    """Every other one in trouble asks two zones, and one of them twice."""
    def answer(name, status, kind="TXT"):
        return {"method": "spf", "name": name, "type": kind,
                "status": status, "secure": False, "data": ""}

    if i % 70 != 3:
        return [answer("good.example", "DATA")]
    dns = [answer("_spf.a.broken.example", "SERVFAIL")]
    if i % 140 == 3:
        dns += [answer("b.broken.example", "BOGUS", "A"),
                answer("mx.slow.example", "TIMEOUT", "A")]
    return dns


def shadow_of(i, done, rcpts):
    shadow = {"file": "next.policy", "differs": False, "rcpts": [],
              "decided": done}
    if i % 90 == 2:
        shadow.update(differs=True, decided=dict(
            verdict(FORGED), file="next.policy", line=3))
    elif i % 90 == 5:
        shadow.update(differs=True, rcpts=[
            dict(verdict(FORGED), address=rcpt["address"],
                 file="next.policy", line=9) for rcpt in rcpts])
    elif i % 900 == 6:
        shadow["differs"] = True
    return shadow


def event(i, time):
    kind = kind_of(i)
    facts = facts_of(i, kind)
    fired = rule_of(i, kind)
    decided = verdict(fired)
    done = NO_RULE if fired is LATER else decided
    stage = {"listed": "connect", "fast": "mail"}.get(kind, "message")
    rcpts = [{"address": "r%d@example.com" % k, "action": "accept"}
             for k in range(facts.get("rcpt.count", 0))]
    if kind == "bounce":
        for rcpt in rcpts:
            rcpt["bounce_tag"] = TAGS[i // 60 % 4]
    checks = [{"name": "spf", "finished": i % 400 != 8,
               "took_us": 500 + i % 100,
               "waited_us": 250000 if i % 30 == 4 else 0}]
    record = {
        "v": 1, "time": time.isoformat("T", "microseconds") + "Z",
        "id": "%016x" % (i + 1), "host": HOSTS[i % 3], "kind": stage,
        "queue_id": facts.get("queue.id"), "verdict": done,
        "decided": decided,
        "policy": {"name": "p", "checksum": "0" * 16,
                   "mode": "monitor" if fired is LATER else "enforce"},
        "rules": [fired] if fired else [],
        "calls": calls_of(i, kind, facts["client.ip"]), "rcpts": rcpts,
        "dkim": [], "facts": facts,
        "dns": dns_of(i),
        "signed": [], "unsigned": None, "checks": checks,
        "took_us": 1000 * (1 + i % 100),
        "troubles": ["header over the limit"] if i % 1000 == 1 else []}
    if kind == "ours":
        if i % 200 == 0:
            record["unsigned"] = "no key for example.com"
        else:
            record["signed"] = [{"domain": "example.com", "selector": "s1",
                                 "algorithm": "rsa-sha256"}]
    if kind == "fast":
        record["waits"] = [{"for": "store", "waited_us": 4000}]
    if i % 300 == 12:
        record["arc_seal"] = {"instance": 1, "cv": "none"}
    if i % 300 == 24:
        record["arc_seal"] = {"why_not": "no key for mx.example"}
    if i % 400 == 0:
        record["bounce_tag"] = {"why_not": "no key for tags"}
    if i % 1000 == 2:
        record["privacy"] = ["hash-senders"]
    if stage == "message":
        record["shadow_policy"] = shadow_of(i, decided, rcpts)
    return record


def times(count):
    """The clock of mx3 is put right in the middle."""
    for i in range(count):
        time = START + datetime.timedelta(seconds=3 * i)
        yield i, time - BACK if i % 3 == 2 and i > count // 2 else time


def write(count, directory):
    """The paths of the three logs."""
    paths = [os.path.join(directory, name) for name in
             ("mx1.json", "mx2.json", "mx3.json.gz")]
    crash = count // 2 - (count // 2 - 1) % 3        # one of mx2's
    with open(paths[0], "w", encoding="ascii") as mx1, \
            open(paths[1], "w", encoding="ascii") as mx2, \
            gzip.open(paths[2], "wt", 1, encoding="ascii") as mx3, \
            open(os.path.join(directory, "again.json"), "w",
                 encoding="ascii") as again:
        files = (mx1, mx2, mx3)
        for i, time in times(count):
            line = json.dumps(event(i, time), separators=(",", ":")) + "\n"
            if i == crash:
                mx2.write(line[:len(line) // 2] + "\n")
                continue
            files[i % 3].write(line)
            if i % 3 == 0 and i < 3000:
                again.write(line)
    return paths


if __name__ == "__main__":
    write(int(sys.argv[1]), sys.argv[2])
