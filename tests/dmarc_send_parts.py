"""Reports that are larger than an address takes: in parts, each once."""
import gzip
import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree

from dmarc_send_run import NS, SCHEMA, line

ROWS = 240
A, B = "a@d.example", "b@ext.example"


def events(runner, rua, rows=ROWS):
    return runner.write("events", "".join(
        line("d.example", rua, i).replace(
            '"dmarc.domain": "d.example"', '"dmarc.domain": "%s.d.example"' %
            os.urandom(8).hex()) for i in range(rows)))


class Mail:
    def __init__(self, path, message):
        self.path = path
        self.to = message["To"]
        self.subject = message["Subject"]
        self.message_id = message["Message-ID"].strip()
        text, part = message.iter_parts()
        self.text = text.get_content()
        self.file = part.get_filename()
        self.octets = part.get_content()
        self.xml = gzip.decompress(self.octets)
        self.root = xml.etree.ElementTree.fromstring(self.xml)

    def value(self, name):
        return next(self.root.iter(NS + name)).text

    def rows(self):
        return [next(one.iter(NS + "header_from")).text
                for one in self.root.iter(NS + "record")]


def mails(runner, to=A):
    return [mail for mail in (Mail(*one) for one in runner.mails())
            if mail.to == to]


def size_of(runner, path):
    """Octets of the whole report, and its rows."""
    runner.fresh()
    runner.run("--again", path)
    whole = mails(runner, B)[0]
    return len(whole.octets), sorted(whole.rows())


def look_at(runner, limit, rows):
    """Parts whose rows are those of the whole, under names of their own."""
    found = mails(runner)
    count = len(found)
    runner.check("parts: several", 1 < count <= 16, True)
    runner.check("parts: octets", max(len(m.octets) for m in found) <= limit,
                 True)
    runner.check("parts: rows", sorted(sum((m.rows() for m in found), [])),
                 rows)
    runner.check("parts: ids", len({m.value("report_id") for m in found}),
                 count)
    runner.check("parts: one period", len({
        (m.value("begin"), m.value("end")) for m in found}), 1)
    for mail in found:
        ident = mail.value("report_id")
        runner.check("parts: names", (
            ident.isalnum(), mail.file.split("!")[0:2],
            mail.file.split("!")[4], mail.message_id, mail.subject), (
            True, ["ours.example", "d.example"], ident + ".xml.gz",
            "<%s@ours.example>" % ident, "Report Domain: d.example "
            "Submitter: ours.example Report-ID: <%s>" % ident))
        runner.check("parts: the error says so", mail.value(
            "error").startswith("the report is larger than rua allows: part "),
            True)
    runner.check("parts: the text says so", sorted(
        m.text.split("\n")[3][:len("Part 1 of ")] for m in found)[0],
        "Part 1 of ")
    for i, mail in enumerate(found):
        runner.write("part%d.xml" % i, mail.xml.decode())
    return [runner.path("part%d.xml" % i) for i in range(count)]


def once(runner):
    path = events(runner, "mailto:%s!2k,mailto:%s" % (A, B))
    _, rows = size_of(runner, path)
    runner.fresh()
    would = runner.run("--dry-run", path)
    runner.check("parts: would be sent", (
        would.returncode, b"part 2 of" in would.stdout,
        len(runner.mails())), (0, True, 0))
    done = runner.run(path)
    files = look_at(runner, 2048, rows)
    runner.check("parts: status", (done.returncode, done.stdout.count(
        b"sent: ")), (0, len(files) + 1))
    runner.check("parts: not again", runner.outcomes(path), ({}, 0))
    first = {m.file: m.octets for m in mails(runner)}
    runner.run("--again", path)
    runner.check("parts: --again is the same", (
        {m.file: m.octets for m in mails(runner)} == first,
        len(mails(runner))), (True, 2 * len(first)))
    return files


def killed(runner):
    """After each handover; and what was heard of late changes no part."""
    path = events(runner, "mailto:%s!2k" % A)
    runner.fresh()
    runner.mode("kill after")
    now, kills, status = runner.now, 0, None
    while status != 0 and kills < 40:
        status = runner.run(path, now=now).returncode
        kills += status != 0
        now += 600
        if kills == 2:
            with open(path, "a", encoding="utf-8") as out:
                out.write("".join(line(
                    "d.example", "mailto:%s!2k" % A).replace(
                        '"dmarc.domain": "d.example"',
                        '"dmarc.domain": "late%d.d.example"' % i)
                    for i in range(400)))
            runner.mode("take")
    found = mails(runner)
    ids = [m.value("report_id") for m in found]
    parts = {re.search(r"Part \d+ of (\d+)", m.text)[1] for m in found}
    runner.check("parts: killed: it ends", status, 0)
    runner.check("parts: killed: all of one count", len(parts), 1)
    runner.check("parts: killed: none is lost", len(set(ids)),
                 int(parts.pop()))
    runner.check("parts: killed: one more a kill at most",
                 len(ids) - len(set(ids)) <= kills, True)


def too_many(runner):
    path = events(runner, "mailto:%s!100" % A)
    runner.fresh()
    done = runner.run(path)
    runner.check("parts: too many", (
        done.returncode, len(runner.mails()), b"it does not fit in 16 parts"
        in done.stdout), (0, 0, True))


def read_back(runner, files):
    """Each part is a report; who adds them up has the whole."""
    done = subprocess.run([runner.assay, "dmarc", "read",
                           "--json", *files], capture_output=True, check=True)
    told = json.loads(done.stdout)["domains"]
    runner.check("parts: read", [
        (one["messages"], one["reports"]) for one in told],
        [(ROWS, len(files))])
    if shutil.which("xmllint") is None:
        runner.skip("parts: schema", "xmllint is not installed")
        return
    done = subprocess.run(["xmllint", "--noout", "--schema", SCHEMA, *files],
                          capture_output=True, check=False)
    runner.check("parts: schema", done.returncode, 0)


def run(runner):
    killed(runner)
    too_many(runner)
    read_back(runner, once(runner))
