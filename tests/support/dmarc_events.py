#!/usr/bin/python3
"""A day of mail that never was, for aggregate reports; the same at each run.

usage: tests/support/dmarc_events.py COUNT DIRECTORY

Writes COUNT events of three hosts to DIRECTORY: mx0, mx1.gz, and mx2, whose
last line was cut by a crash.  What event number i is like follows from i, and
expected() says what the reports of the day must tell of it, written apart
from the C of reporting/: one counts rows of a dictionary, the other merges
sorted files.
"""
import collections
import datetime
import gzip
import json
import os
import sys

# What a store keeps ends by the true time: a day that is to come.
DAY = datetime.datetime(2035, 6, 15)
BEGIN = 2065478400
DOMAINS = 40


def domain_of(i):
    return "p%d.example" % (i % DOMAINS)


def record_of(domain, noon):
    """The policy record; that of p5 changes at noon, p9 wants no reports."""
    k = int(domain[1:].split(".")[0])
    policy = ["none", "quarantine", "reject"][k % 3]
    if k == 5 and noon:
        policy = "none"
    text = "v=DMARC1; p=%s" % policy
    if k % 4 == 1:
        text += "; sp=none; np=reject; adkim=s; aspf=s; fo=1:d:s; ruf=mailto:" \
            "f@" + domain
    if k % 10 == 6:
        text += "; t=y"
    if k % 10 != 9:
        text += "; rua=mailto:r@" + domain
    if k == 7:
        text += ", mailto:nobody"
    return policy, text


def moment(i, count):
    """Evenly over the day; a clock that jumps in every 1000th."""
    if i % 1000 == 999:
        return DAY + datetime.timedelta(days=1, seconds=i)
    return DAY + datetime.timedelta(seconds=86400 * i / count)


def kind_of(i):
    """What becomes of it, by the first that is so."""
    for step, kind in ((1000, "outside"), (97, "put off"), (89, "ours"),
                       (83, "report"), (101, "old"), (11, "no policy")):
        if i % step == step - 1:
            return kind
    return "told"


def signatures_of(i, domain):
    some = [{"result": "pass", "domain": domain, "selector": "s1",
             "reason": "good"},
            {"result": "fail", "domain": "list%d.example" % (i % 2),
             "selector": "l", "reason": "body hash %d" % (i % 2)},
            {"result": "pass", "domain": "esp.example", "selector": "e",
             "reason": "good"}]
    return some[:i % 4] if i % 5 else some[1:i % 3 + 1]


def event(i, count):
    domain, kind, at = domain_of(i), kind_of(i), moment(i, count)
    policy, record = record_of(domain, at.hour >= 12)
    fails, lost = i % 5 == 0, i % 50 == 1
    dmarc = "fail" if fails else "temperror" if lost else "pass"
    action, override = "accept", []
    if fails and policy != "none":
        if i % 25 == 0:
            override = [{"type": "mailing_list",
                         "comment": "list%d.example" % (i // 25 % 2)}]
        else:
            action = policy
    sender = "" if i % 13 == 0 else "u%d@bounce.%s" % (i % 100, domain)
    facts = {
        "client.ip": "2001:db8::%x" % (i % 7 + 1) if i % 6 == 0 else
                     "192.0.2.%d" % (i // DOMAINS % 9),
        "client.ours": kind == "ours", "mail.from": sender,
        "rcpt.count": 1, "spf": ["pass", "softfail", "none"][i % 3],
        "spf.domain": "bounce." + domain, "spf.reason": "reason %d" % (i % 2),
        "dmarc": dmarc, "dmarc.domain":
            domain if i % 4 else "sub." + domain,
        "dmarc.organizational_domain": domain,
        "dmarc.policy_domain": domain, "dmarc.policy": policy,
        "dmarc.alignment.spf": not fails and not lost and i % 3 == 0,
        "dmarc.alignment.dkim": not fails and not lost,
        "dmarc.reason": "DNS was slow"}
    line = {"v": 1, "time": at.isoformat() + "Z", "id": "%016x" % (i + 1),
            "host": "mx%d" % (i % 3), "kind": "message", "queue_id": None,
            "verdict": {"action": "tempfail" if kind == "put off" else
                        action},
            "dmarc_override": override, "dmarc_record": record,
            "dmarc_notes": ["_dmarc.sub.%s has 2 DMARC records: none counts"
                            % domain] if i % 40 == 20 else [],
            "report": kind == "report",
            "rcpts": [{"address": "a@r%d.example" % (i % 2),
                       "action": "accept"}],
            "dkim": signatures_of(i, domain), "facts": facts}
    if kind == "old":
        del line["dmarc_record"]
    if kind == "no policy":
        del line["dmarc_record"]
        facts.update({"dmarc": "none", "dmarc.policy_domain": None})
    return line


def row_of(line):
    """As a report has it: what makes a row, and its words for people."""
    facts, action = line["facts"], line["verdict"]["action"]
    if facts["dmarc"] == "pass":
        disposition = "none" if facts["dmarc.policy"] == "none" else "pass"
        reasons = []
    else:
        disposition = action if action in ("reject", "quarantine") else "none"
        reasons = [(o["type"], o["comment"]) for o in line["dmarc_override"]]
        if not reasons and disposition != facts["dmarc.policy"]:
            reasons = [("other", facts["dmarc.reason"])]
    rank = {facts["dmarc.domain"]: 0, facts["dmarc.policy_domain"]: 1}
    signed = sorted(
        (rank.get(s["domain"], 2) if s["result"] == "pass" else 3,
         s["domain"], s["selector"], s["result"],
         "" if s["result"] == "pass" else s["reason"]) for s in line["dkim"])
    spf = facts["spf"]
    key = (facts["client.ip"], facts["dmarc.domain"],
           facts["mail.from"].rpartition("@")[2],
           line["rcpts"][0]["address"].partition("@")[2], disposition,
           "pass" if facts["dmarc.alignment.dkim"] else "fail",
           "pass" if facts["dmarc.alignment.spf"] else "fail",
           tuple(r[0] for r in reasons), facts["spf.domain"], spf,
           tuple(s[1:4] for s in signed))
    words = ["" if spf == "pass" else facts["spf.reason"]]
    words += [r[1] for r in reasons] + [s[4] for s in signed]
    return key, words


def expected(count):
    """{domain: {row: [count, words]}} and how many of each kind."""
    told, kinds = collections.defaultdict(dict), collections.Counter()
    for i in range(count):
        kinds[kind_of(i)] += 1
        if kind_of(i) != "told":
            continue
        line = event(i, count)
        key, words = row_of(line)
        row = told[domain_of(i)].setdefault(key, [0, words])
        row[0] += 1
        row[1] = [a if a == b else "" for a, b in zip(row[1], words)]
    return told, kinds


def write(count, directory):
    paths = [os.path.join(directory, name)
             for name in ("mx0", "mx1.gz", "mx2")]
    files = [open(paths[0], "wt"), gzip.open(paths[1], "wt", 1),
             open(paths[2], "wt")]
    for i in range(count):
        files[i % 3].write(json.dumps(event(i, count)) + "\n")
    files[2].write(json.dumps(event(0, count))[:-40])
    for file in files:
        file.close()
    return paths


if __name__ == "__main__":
    if len(sys.argv) != 3 or not sys.argv[1].isdigit():
        sys.exit(__doc__)
    write(int(sys.argv[1]), sys.argv[2])
