#!/usr/bin/python3
"""Events of mail that never was, the same at each run.

usage: tests/support/events.py COUNT

Prints COUNT lines as assayd would have written them under the policy in
tests/support/replay/old.policy, and, where COUNT is 1,000 or more, a few that are no
events.  Nothing here is drawn by lot: what event number i is like follows from
i, so that the number of messages of each kind can be counted on paper or, as
tests/replay has them, as literals.
"""
import datetime
import json
import sys

START = datetime.datetime(2026, 1, 1)
SPF = ["pass", "pass", "pass", "fail", "softfail", "temperror", "none"]
DMARC = [("pass", "none"), ("pass", "none"), ("pass", "none"),
         ("pass", "reject"), ("none", None), ("fail", "none"),
         ("fail", "quarantine"), ("fail", "reject"), ("temperror", None)]
IPREV = ["pass", "pass", "pass", "fail"]
OLD = "old.policy"


class Rule:
    def __init__(self, line, action, stage, code=None, enhanced=None,
                 text=None):
        self.line, self.action, self.stage = line, action, stage
        self.code, self.enhanced, self.text = code, enhanced, text

    def verdict(self):
        return {"action": self.action, "code": self.code,
                "enhanced": self.enhanced, "text": self.text,
                "file": OLD, "line": self.line}

    def fired(self):
        rule = {"action": self.action, "shadow": False, "stage": self.stage,
                "file": OLD, "line": self.line}
        if self.code:
            rule.update(code=self.code, enhanced=self.enhanced)
        if self.text:
            rule["text"] = self.text
        return rule


# The rules of tests/support/replay/old.policy, by their lines.
LISTED = Rule(4, "reject", "connect", 554, "5.7.1", "you are listed")
NOBODY = Rule(7, "reject", "rcpt", 550, "5.1.1", "nobody is not here")
LOGIN = Rule(10, "accept", "message")
FORGED = Rule(11, "reject", "message", 550, "5.7.1", "forged")
SOFT = Rule(12, "quarantine", "message", text="softfail")
NO_RULE = {"action": "accept", "code": None, "enhanced": None, "text": None,
           "file": None, "line": None}


def facts_of(i, rcpts):
    login = i % 10 == 3
    spf = SPF[i // 3 % len(SPF)]
    dmarc, disposition = DMARC[i // 5 % len(DMARC)]
    domain = "d%d.example" % (i % 997)
    name = "mx%d.%s" % (i % 7, domain)
    sender = "user%d@%s" % (i % 89, domain)
    listed = i % 50 == 7
    ip = "%s.%d" % ("198.51.100" if listed else "192.0.2", i % 251)
    facts = {
        "client.ip": ip, "client.name": name if i % 4 else None,
        "listener": "smtpd", "iprev": IPREV[i // 2 % len(IPREV)],
        "iprev.name": name, "iprev.reason": ip + " is " + name}
    if listed:
        return facts
    facts.update({
        "helo": name, "spf_helo": "none", "spf_helo.domain": name,
        "spf_helo.mechanism": None, "spf_helo.explanation": None,
        "spf_helo.lookups": 0, "spf_helo.void_lookups": 0,
        "spf_helo.reason": "no SPF record at " + name,
        "tls.version": "TLSv1.3", "tls.cipher": "TLS_AES_256_GCM_SHA384",
        "auth.user": "user%d" % (i % 89) if login else None,
        "auth.method": "PLAIN" if login else None,
        "mail.from": sender if i % 23 else "", "mail.size": 4000 + i % 999,
        "spf": spf, "spf.domain": domain,
        "spf.mechanism": "ip4:" + ip if spf == "pass" else None,
        "spf.explanation": None, "spf.lookups": 1, "spf.void_lookups": 0,
        "spf.reason": "%s is %s for %s" % (spf, ip, domain),
        "rcpt": rcpts[0], "rcpt.count": len(rcpts)})
    if len(rcpts) == 1 and rcpts[0].startswith("nobody"):
        return facts
    facts.update({
        "queue.id": queue_id(i), "message.size": 3000 + i % 4999,
        "from": sender, "from.domain": domain, "from.count": 1,
        "sender": None, "reply_to": None,
        "subject": ["plain", "\u00fcber \"alles\"", "a\tb\\c",
                    {"unknown": "header over the limit"}][i % 4],
        "message.id": "<%d@%s>" % (i, domain), "list.id": None,
        "dkim": "pass" if dmarc == "pass" else "none",
        "dkim.domains": [domain] if dmarc == "pass" else [], "dkim.l": [],
        "dkim.count": int(dmarc == "pass"), "dkim.reason": "as it is",
        "arc": "none", "arc.reason": "no ARC field", "arc.sealers": [],
        "arc.oldest_pass": None, "arc.trusted": False, "arc.dmarc": "none",
        "arc.dkim": "none", "arc.spf": "none", "dmarc": dmarc,
        "dmarc.domain": domain, "dmarc.organizational_domain": domain,
        "dmarc.policy_domain": domain, "dmarc.policy": disposition,
        "dmarc.test": False, "dmarc.disposition": disposition,
        "dmarc.alignment.spf": spf == "pass",
        "dmarc.alignment.dkim": dmarc == "pass",
        "dmarc.reason": "by DKIM, perhaps", "score": 0})
    # An older assayd knew less.
    if i % 100 == 1:
        for name in [name for name in facts if name.startswith("arc")]:
            del facts[name]
    return facts


def queue_id(i):
    return "4Z%06XZ" % i


def rcpts_of(i):
    """1, 2 or 3; in some the first one is not here."""
    names = ["bob", "team", "ann"][:1 + i % 3]
    if i % 30 in (11, 12):
        names[0] = "nobody"
    return ["%s@example.net" % name for name in names]


def decide(i, facts, rcpts):
    """(kind, rule or None)"""
    if i % 50 == 7:
        return "connect", LISTED
    if "queue.id" not in facts:
        return "rcpt", NOBODY
    if facts["auth.user"]:
        return "message", LOGIN
    if facts["dmarc"] == "fail" and facts["dmarc.disposition"] == "reject":
        return "message", FORGED
    return "message", SOFT if facts["spf"] == "softfail" else None


def event(i):
    rcpts = rcpts_of(i)
    facts = facts_of(i, rcpts)
    kind, rule = decide(i, facts, rcpts)
    monitor = i % 20 == 5
    decided = rule.verdict() if rule else NO_RULE
    fired = [rule.fired()] if rule else []
    listed = []
    for name in rcpts if kind != "connect" else []:
        rcpt = {"address": name, "action": "accept"}
        if name.startswith("nobody"):
            rcpt.update(NOBODY.verdict())
        listed.append(rcpt)
    if kind == "message" and rcpts[0].startswith("nobody"):
        fired.insert(0, NOBODY.fired())
    time = START + datetime.timedelta(seconds=i, microseconds=i % 1000)
    record = {"v": 1, "time": time.isoformat("T", "microseconds") + "Z",
              "kind": kind, "queue_id": facts.get("queue.id"),
              "verdict": NO_RULE if monitor else decided}
    if monitor and decided["action"] != "accept":
        record["decided"] = decided
    domain = "d%d.example" % (i % 997)
    record.update({
        "policy": {"name": "old", "mode": "monitor" if monitor else
                   "enforce"},
        "rules": fired, "rcpts": listed,
        "dkim": [{"result": "pass", "domain": domain, "selector": "s1",
                  "algorithm": "rsa-sha256", "identity": "@" + domain,
                  "reason": "signature verifies"}],
        "facts": facts,
        "dns": [{"method": method, "name": label + domain, "type": kind_,
                 "status": "DATA", "secure": False, "data": data}
                for method, label, kind_, data in (
                    ("spf", "", "TXT", "v=spf1 include:_spf.%s -all" % domain),
                    ("spf", "_spf.", "TXT", "v=spf1 ip4:192.0.2.0/24 ~all"),
                    ("dmarc", "_dmarc.", "TXT", "v=DMARC1; p=reject; "
                     "rua=mailto:dmarc@" + domain))],
        "authentication_results": "mx.example.org; iprev=pass (mx.%s) "
            "policy.iprev=192.0.2.1; spf=pass smtp.mailfrom=%s; dkim=pass "
            "header.d=%s header.s=s1; dmarc=pass (p=reject dis=none) "
            "header.from=%s" % (domain, domain, domain, domain),
        "checks": [{"name": name, "finished": True, "took_us": 60 + i % 50,
                    "waited_us": 0}
                   for name in ("iprev", "spf_helo", "spf", "header", "dkim",
                                "arc", "dmarc")],
        "took_us": 250 + i % 100, "troubles": []})
    return record


def lines(count):
    for i in range(count):
        line = json.dumps(event(i), separators=(",", ":"))
        if count >= 1000 and i == 700:
            yield line[:1000]                     # the disk was full
        elif count >= 1000 and i == 800:
            yield '{"v":2,' + line[7:]
        elif count >= 1000 and i == 900:
            yield "not JSON"
        yield line


def main():
    for line in lines(int(sys.argv[1])):
        print(line)


if __name__ == "__main__":
    main()
