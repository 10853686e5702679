"""Cases of tests/tool for assay dmarc read: reports as others send them."""
import gzip
import io
import json
import os
import zipfile
from email.message import EmailMessage

NAMESPACES = {"7489": "", "0.1": ' xmlns="http://dmarc.org/dmarc-xml/0.1"',
              "9990": ' xmlns="urn:ietf:params:xml:ns:dmarc-2.0"'}


def record(address, count, disposition="none", dkim="fail", spf="fail",
           signed=(), envelope=None, author="example.com"):
    text = "<record><row><source_ip>%s</source_ip><count>%d</count>" \
        "<policy_evaluated><disposition>%s</disposition><dkim>%s</dkim>" \
        "<spf>%s</spf></policy_evaluated></row><identifiers><header_from>%s" \
        "</header_from></identifiers><auth_results>" % (
            address, count, disposition, dkim, spf, author)
    for domain, result in signed:
        text += "<dkim><domain>%s</domain><selector>s</selector><result>%s" \
            "</result></dkim>" % (domain, result)
    if envelope:
        text += "<spf><domain>%s</domain><scope>mfrom</scope><result>%s" \
            "</result></spf>" % envelope
    return text + "</auth_results></record>\n"


def report(records, number="1", organization="Reporter", domain="example.com",
           namespace="9990", policy="none", begin=1793491200, extra=""):
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<feedback%s>'
            "<version>1.0</version><report_metadata><org_name>%s</org_name>"
            "<email>d@reporter.example</email><report_id>%s</report_id>"
            "<date_range><begin>%d</begin><end>%d</end></date_range>"
            "</report_metadata><policy_published><domain>%s</domain>"
            "<p>%s</p></policy_published>%s%s</feedback>\n" % (
                NAMESPACES[namespace], organization, number, begin,
                begin + 86400, domain, policy, extra,
                "".join(records))).encode()


def packed(name, *contents):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(contents):
            archive.writestr("%d%s" % (number, name) if number else name,
                             content)
    return out.getvalue()


def mail(content, subtype="gzip", name="r.xml.gz"):
    message = EmailMessage()
    message["From"] = "d@reporter.example"
    message["To"] = "dmarc@example.com"
    message["Subject"] = "Report Domain: example.com"
    message.set_content("A report is attached.\n")
    message.add_attachment(content, maintype="application", subtype=subtype,
                           filename=name)
    return message.as_bytes()


OURS = record("192.0.2.1", 900, dkim="pass", spf="pass",
              signed=[("example.com", "pass")],
              envelope=("example.com", "pass"))
SERVICE = record("192.0.2.77", 40, signed=[("service.example", "pass")],
                 envelope=("bounce.service.example", "pass"))
FORGED = record("203.0.113.9", 25, signed=[("example.com", "fail")])
STOPPED = record("203.0.113.9", 5, "reject")
SIX = record("2001:db8::7", 30, "quarantine", spf="pass",
             envelope=("mail.example.com", "pass"))

TEXT = """\
example.com: p=none
  2 reports of 2 reporters, 2026-11-01 to 2026-11-03
  1000 messages, 930 pass (93.0 %): 900 by DKIM, 930 by SPF
  p=reject would stop 65 more messages
    40 of senders that authenticate as another domain: look at these first
    25 of senders that authenticate as nobody

    messages       pass       fail  addresses  authenticates as
         900        900          0          1  example.com
          40          0         40          1  service.example
          30          0         30          1  (nobody)
          30         30          0          1  mail.example.com

        fail   rejected  address                  authenticates as
          40          0  192.0.2.77               service.example
          30          5  203.0.113.9              (nobody)
"""

# name, what the file holds, what is said of it
REFUSED = [
    ("entities", b'<?xml version="1.0"?><!DOCTYPE f [<!ENTITY a "b">]>'
     b"<feedback>&a;</feedback>",
     "it has a document type declaration, which no report has"),
    ("no-report", b"<html><body>hello</body></html>",
     "it is no DMARC aggregate report"),
    ("cut", report([OURS])[:-40], "unclosed token"),
    ("no-records", report([]), "it has no record"),
    ("bad-address", report([record("192.0.2", 1)]),
     "a record has no source_ip or count that can be read"),
    ("bad-count", report([OURS.replace("900", "many")]),
     "a record has no source_ip or count that can be read"),
    ("deep", b"<feedback>" + b"<a>" * 40 + b"</a>" * 40 + b"</feedback>",
     "its elements are nested too deeply"),
    ("bomb", gzip.compress(b"<feedback>" + b" " * (300 << 20)),
     "it unpacks to too much"),
    ("torn", gzip.compress(report([OURS]))[:-30], "it cannot be unpacked"),
    ("letter", b"From: a@b.example\nSubject: hello\n\nNo report.\n",
     "the message holds no report"),
    ("empty", b"", "the message holds no report"),
]


def write(runner, name, content):
    path = os.path.join(runner.directory, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as out:
        out.write(content)
    return path


def read(runner, *arguments, stdin=b""):
    return runner.run("dmarc", "read", *arguments, common=False, stdin=stdin)


def sums(runner):
    """The same numbers, whatever the reports come in."""
    first = report([OURS, SERVICE, FORGED], namespace="7489")
    # Extensions (RFC 9990 section 5): of the file, as it is and as some have
    # it, and of a record.
    second = report([STOPPED, SIX.replace(
        "</auth_results>", '</auth_results><x:arc xmlns:x="urn:x"><row><count>'
        "9999</count></row></x:arc>")], "2", "Other", begin=1793577600,
        extra='<extension><x:a xmlns:x="urn:x"/></extension>'
              '<x:e xmlns:x="urn:x"><record/></x:e>').replace(
                  b"<org_name>", b'<org_name lang="de">')
    done = read(runner, write(runner, "a.xml", first),
                write(runner, "b.xml", second))
    runner.check("read: text", done.stdout.decode(), TEXT)
    runner.check("read: status", done.returncode, 0)
    ways = {
        "gzip": gzip.compress(first), "zip": packed("r.xml", first),
        "mail with gzip": mail(gzip.compress(first)),
        "mail with zip": mail(packed("r.xml", first), "zip", "r.zip"),
        "mail with octets": mail(gzip.compress(first), "octet-stream", "r"),
        "mail with xml": mail(first, "xml", "r.xml"),
        "mail, CRLF": mail(gzip.compress(first)).replace(b"\n", b"\r\n"),
        "UTF-16": first.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        "another namespace": first.replace(
            b"<feedback", b"<feedback" + NAMESPACES["0.1"].encode(), 1),
    }
    for name, content in ways.items():
        done = read(runner, write(runner, "way", content),
                    write(runner, "b.xml", second))
        runner.check("read: " + name, done.stdout.decode(), TEXT)
    mbox = b"".join(b"From x Sun Nov 22 00:00:00 2026\n" + mail(
        gzip.compress(one)) + b"\n" for one in (first, second))
    runner.check("read: an mbox", read(runner, write(
        runner, "mbox", mbox)).stdout.decode(), TEXT)
    runner.check("read: standard input", read(
        runner, "-", stdin=mbox).stdout.decode(), TEXT)
    write(runner, "Maildir/new/1", mail(gzip.compress(first)))
    write(runner, "Maildir/cur/2:2,S", mail(gzip.compress(second)))
    write(runner, "Maildir/tmp/3", b"not yet")
    runner.check("read: a Maildir", read(runner, os.path.join(
        runner.directory, "Maildir")).stdout.decode(), TEXT)
    done = read(runner, os.path.join(runner.directory, "Maildir"), "way",
                write(runner, "again.xml", first))
    runner.check("read: twice counts once", done.stdout.decode(), TEXT)
    runner.check("read: and that is said", b"came more than once" in
                 done.stderr, True)


def shapes(runner):
    done = read(runner, "--json", write(runner, "a.xml", report(
        [OURS, SERVICE, FORGED, STOPPED], policy="quarantine")))
    found = json.loads(done.stdout)["domains"]
    runner.check("read --json: domains", [d["domain"] for d in found],
                 ["example.com"])
    runner.check("read --json: counts", {k: found[0][k] for k in (
        "p", "messages", "pass", "dkim", "spf", "none", "quarantine",
        "reject", "cost_of_reject", "cost_of_other_senders", "reports",
        "reporters", "begin", "end")}, {
            "p": "quarantine", "messages": 970, "pass": 900, "dkim": 900,
            "spf": 900, "none": 965, "quarantine": 0, "reject": 5,
            "cost_of_reject": 65, "cost_of_other_senders": 40, "reports": 1,
            "reporters": 1, "begin": 1793491200, "end": 1793577600})
    runner.check("read --json: senders", [(s["name"], s["messages"], s["pass"])
                                          for s in found[0]["senders"]],
                 [("example.com", 900, 900), ("service.example", 40, 0),
                  (None, 30, 0)])
    page = read(runner, "--html", os.path.join(
        runner.directory, "a.xml")).stdout.decode()
    for part in ('<h2 id="s1">example.com</h2>',
                 "The policy is <code>p=quarantine</code>.",
                 '<th scope="row" class="w">service.example</th>'
                 '<td class="n">40</td>',
                 'p=reject would stop <b class="reject">65</b>'):
        runner.check("read --html: " + part, part in page, True)
    hostile = report([record("192.0.2.1", 1, signed=[(
        "&lt;script&gt;\x1b[31m".replace("\x1b", "&#x9b;"), "pass")])])
    path = write(runner, "hostile.xml", hostile)
    page = read(runner, "--html", path).stdout.decode()
    runner.check("read --html: hostile", (page.count("<script"), page.count(
        "&lt;script&gt;?[31m")), (1, 2))
    runner.check("read: hostile", [c for c in read(
        runner, path).stdout.decode() if "\x7f" <= c <= "\x9f"], [])


def choices(runner):
    path = write(runner, "a.xml", report([OURS]))
    other = write(runner, "o.xml", report([OURS], "7", domain="other.example"))
    for arguments, domains in (((), ["example.com", "other.example"]),
                               (("--domain", "other.example"),
                                ["other.example"]),
                               (("--domain", "example"), ["other.example"])):
        done = read(runner, "--json", *arguments, path, other)
        runner.check("read %s" % " ".join(arguments), sorted(
            d["domain"] for d in json.loads(done.stdout)["domains"]), domains)
    done = read(runner, "--domain", "none.example", path)
    runner.check("read: no such domain", (done.returncode, done.stderr), (
        2, b"assay dmarc read: no report of these domains was found\n"))
    done = read(runner, "--top", "1", write(runner, "a.xml", report(
        [OURS, SERVICE, FORGED])))
    runner.check("read --top", b"and 2 more senders" in done.stdout, True)
    runner.check("read --top: addresses", b"and 1 more address\n" in
                 done.stdout, True)
    page = read(runner, "--html", "--top", "1", path, write(
        runner, "b.xml", report([OURS, SERVICE, FORGED], "8"))).stdout
    runner.check("read --html --top", (page.count(b"more with"), b"1 more with"
                                       in page), (2, True))
    for arguments in ((), ("--top", "x", path), ("--domain", "..", path),
                      ("--json", "--html", path), ("--nonsense", path)):
        runner.check("read %s: bad use" % " ".join(arguments[:2]),
                     read(runner, *arguments).returncode, 2)


def refused(runner):
    good = write(runner, "good.xml", report([OURS]))
    for name, content, why in REFUSED:
        path = write(runner, name, content)
        done = read(runner, path, good)
        runner.check("refused: %s: status" % name, done.returncode, 1)
        runner.check("refused: %s: reason" % name, why.encode() in done.stderr
                     and path.encode() in done.stderr, True)
        runner.check("refused: %s: the rest counts" % name,
                     b"900 messages, 900 pass" in done.stdout, True)
    done = read(runner, os.path.join(runner.directory, "missing"), good)
    runner.check("refused: no such file", b"No such file" in done.stderr,
                 True)


def limits(runner):
    """The last that is taken, and one more: how many messages count, and what
    is said then."""
    deep = [report([OURS], extra="<a>" * depth + "</a>" * depth)
            for depth in (31, 32)]
    many = [packed("r.xml", *[report([OURS], str(number))
                              for number in range(count)])
            for count in (100, 101)]
    nested = [mail(packed("r.xml", report([OURS])), "zip", "r.zip"),
              mail(packed("r.zip", packed("r.xml", report([OURS]))), "zip",
                   "r.zip")]
    texts = [report([OURS], "n" * length) for length in (1024, 1025)]
    for name, content, messages, why in (
            ("LIMIT_AGGREGATE_DEPTH", deep[0], 900, b""),
            ("LIMIT_AGGREGATE_DEPTH", deep[1], 0,
             b"its elements are nested too deeply"),
            ("LIMIT_UNPACK_ENTRIES", many[0], 90000, b""),
            ("LIMIT_UNPACK_ENTRIES", many[1], 90000,
             b"it holds too many files"),
            ("LIMIT_UNPACK_DEPTH", nested[0], 900, b""),
            ("LIMIT_UNPACK_DEPTH", nested[1], 0, b"not well-formed"),
            ("LIMIT_AGGREGATE_TEXT_OCTETS", texts[0], 900, b""),
            ("LIMIT_AGGREGATE_TEXT_OCTETS", texts[1], 900, b"")):
        done = read(runner, "--json", write(runner, "limit", content))
        found = json.loads(done.stdout)["domains"] if done.stdout else []
        runner.check("read: " + name, (sum(d["messages"] for d in found), why
                                       if why in done.stderr else done.stderr,
                                       done.returncode == 0),
                     (messages, why, why == b""))


def run(runner):
    limits(runner)
    sums(runner)
    shapes(runner)
    choices(runner)
    refused(runner)
