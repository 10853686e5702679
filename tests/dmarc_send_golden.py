"""100,000 events: the reports, row by row, against a reference of its own."""
import glob
import json
import os
import re
import shutil
import subprocess
import time
import xml.etree.ElementTree

import dmarc_events
from dmarc_send_run import NS, SCHEMA, text

COUNT = 100000

# Of 100,000, on paper: of the numbers below it those that are -1 modulo 1000,
# 97, 89, 83, 101 and 11, each without what one before it has.
KINDS = {"told": 86932, "no policy": 8692, "put off": 1029, "ours": 1111,
         "report": 1178, "old": 958, "outside": 100, "broken": 1}
# Of the 40 domains p9, p19, p29 and p39 name nobody.
REPORTS, DOMAINS = 36, 40


def rows_of(root):
    """The rows of a report as expected() has them."""
    rows = {}
    for record in root.iter(NS + "record"):
        reasons = list(record.iter(NS + "reason"))
        signed = list(record.iter(NS + "dkim"))[1:]
        key = (text(record, "row/source_ip"),
               text(record, "identifiers/header_from"),
               text(record, "identifiers/envelope_from"),
               text(record, "identifiers/envelope_to"),
               text(record, "row/policy_evaluated/disposition"),
               text(record, "row/policy_evaluated/dkim"),
               text(record, "row/policy_evaluated/spf"),
               tuple(text(reason, "type") for reason in reasons),
               text(record, "auth_results/spf/domain"),
               text(record, "auth_results/spf/result"),
               tuple((text(s, "domain"), text(s, "selector"),
                      text(s, "result")) for s in signed))
        words = [text(record, "auth_results/spf/human_result")] + [
            text(reason, "comment") for reason in reasons] + [
            text(s, "human_result") for s in signed]
        if key in rows:
            return "twice: %r" % (key,)
        rows[key] = [int(text(record, "row/count")), words]
    return rows


def policies(runner, roots):
    """The published policy, defaults filled in; what is wrong with it."""
    keys = ("p", "sp", "np", "fo", "adkim", "aspf", "testing",
            "discovery_method")
    for domain, values, error in (
            ("p0.example", ("none", "none", "none", "0", "r", "r", "n",
                            "treewalk"), ""),
            ("p1.example", ("quarantine", "none", "reject", "1:d:s", "s",
                            "s", "n", "treewalk"), ""),
            ("p6.example", ("none", "none", "none", "0", "r", "r", "y",
                            "treewalk"), ""),
            # The one of the afternoon.
            ("p5.example", ("none", "none", "reject", "1:d:s", "s", "s", "n",
                            "treewalk"), "the policy record was changed; "
             "this is the last one"),
            ("p7.example", ("quarantine",) * 3 + ("0", "r", "r", "n",
                                                  "treewalk"),
             'rua: " mailto:nobody" is no URI'),
            ("p20.example", ("reject",) * 3 + ("0", "r", "r", "n",
                                               "treewalk"),
             "_dmarc.sub.p20.example has 2 DMARC records: none counts")):
        root = roots[domain]
        runner.check("policy of " + domain, tuple(text(
            root, "policy_published/" + key) for key in keys), values)
        runner.check("error of " + domain, text(
            root, "report_metadata/error"), error)


def run(runner, count):
    began = time.time()
    paths = dmarc_events.write(count, runner.directory)
    told, kinds = dmarc_events.expected(count)
    print("%d events made in %.1f s" % (count, time.time() - began))
    began = time.time()
    done = runner.run("--dry-run", "--json", "--output", runner.path("xml"),
                      *paths)
    print("reported in %.1f s" % (time.time() - began))
    said = done.stderr.decode()
    runner.check("golden: the cut line is told", re.findall(
        r"(\d+) of \d+ lines left out: broken", said), ["1"])
    runner.check("golden: status", done.returncode, 0)
    if count == COUNT:
        runner.check("golden: by kind", dict(kinds, broken=1), KINDS)
        runner.check("golden: reported", "%d messages are reported, of %d "
                     "policy domains, %d of which name a place" % (
                         KINDS["told"], DOMAINS, REPORTS) in said, True)
        for kind, words in (("ours", "sent by ours"), ("put off", "put off"),
                            ("report", "reports themselves"),
                            ("old", "of events without dmarc_record")):
            runner.check("golden: left out, " + kind, "left out: %d %s" % (
                KINDS[kind], words) in said, True)
    lines = {one["domain"]: one for one in map(
        json.loads, done.stdout.splitlines())}
    wanted = sorted(d for d in told if not d.endswith("9.example"))
    files = sorted(glob.glob(runner.path("xml/*.xml")))
    runner.check("golden: files", sorted(map(os.path.basename, files)), sorted(
        "ours.example!%s!%d!%d.xml" % (
            d, dmarc_events.BEGIN, dmarc_events.BEGIN + 86399)
        for d in wanted))
    roots = {}
    for path in files:
        root = xml.etree.ElementTree.parse(path).getroot()
        domain = text(root, "policy_published/domain")
        roots[domain] = root
        runner.check("golden: rows of " + domain, rows_of(root),
                     told[domain])
        runner.check("golden: sums of " + domain, (
            lines[domain]["messages"], lines[domain]["rows"]), (
            sum(row[0] for row in told[domain].values()),
            len(told[domain])))
    policies(runner, roots)
    schema(runner, files)
    read_back(runner, files, told, wanted)
    return paths


def schema(runner, files):
    if shutil.which("xmllint") is None:
        runner.skip("schema", "xmllint is not installed (libxml2-utils)")
        return
    done = subprocess.run(["xmllint", "--noout", "--schema", SCHEMA, *files],
                          capture_output=True, check=False)
    runner.check("schema", (done.returncode, [
        line for line in done.stderr.decode().splitlines()
        if not line.endswith(" validates")]), (0, []))
    broken = open(files[0], encoding="utf-8").read()
    for name, a, b in (("namespace", "dmarc-2.0", "dmarc-2.1"),
                       ("order", r"(<p>.*</p>)\s*(<sp>.*</sp>)", r"\2\1"),
                       ("disposition", "<disposition>none", "<disposition>no"),
                       ("selector", "<selector>.*</selector>", "")):
        path = runner.write("broken.xml", re.sub(a, b, broken))
        done = subprocess.run(["xmllint", "--noout", "--schema", SCHEMA,
                               path], capture_output=True, check=False)
        runner.check("schema finds a bad " + name, done.returncode, 3)


def read_back(runner, files, told, wanted):
    """assay dmarc read finds the same figures."""
    done = subprocess.run([runner.assay, "dmarc", "read", "--json", *files],
                          capture_output=True, check=False)
    runner.check("read back: status, complaints", (
        done.returncode, done.stderr), (0, b""))
    found = {d["domain"]: d for d in json.loads(done.stdout)["domains"]}
    runner.check("read back: domains", sorted(found), wanted)
    for domain in wanted:
        rows = told[domain].items()
        runner.check("read back: " + domain, {
            key: found[domain][key] for key in (
                "messages", "pass", "dkim", "spf", "none", "quarantine",
                "reject", "reports")}, {
            "messages": sum(row[0] for key, row in rows),
            "pass": sum(row[0] for key, row in rows
                        if "pass" in (key[5], key[6])),
            "dkim": sum(row[0] for key, row in rows if key[5] == "pass"),
            "spf": sum(row[0] for key, row in rows if key[6] == "pass"),
            "none": sum(row[0] for key, row in rows
                        if key[4] in ("none", "pass")),
            "quarantine": sum(row[0] for key, row in rows
                              if key[4] == "quarantine"),
            "reject": sum(row[0] for key, row in rows
                          if key[4] == "reject"), "reports": 1})
