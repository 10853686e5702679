"""The numbers of assay report's page, held against those of its JSON.

Sections, figures, tables, rows and columns stand in the same order in both, so
they are compared one by one; a number as it is written for people is made from
that of the JSON here once more.
"""
import datetime
import html.parser

UNITS = ("kB", "MB", "GB", "TB", "PB")


class Page(html.parser.HTMLParser):
    """sections: [[title, figures, tables]]; a figure is a Text of its name
    and one of its value, a table is [caption, rows] with rows of Text, the
    heads first."""

    def __init__(self, text):
        super().__init__()
        self.sections, self.into, self.in_command = [], None, False
        self.in_summary = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag in ("details", "code"):
            # Folded in a file, as it is in a mail.
            self.in_command = self.in_command or \
                attrs.get("class") == "command"
        elif tag == "summary":
            self.in_summary = True
        elif tag not in ("h2", "dt", "dd", "caption", "tr", "th", "td"):
            return
        elif tag == "tr":
            self.sections[-1][2][-1][1].append([])
        else:
            self.into = text = Text(attrs.get("data-v"))
            if tag == "h2":
                self.sections.append([text, [], []])
            elif tag == "dt":
                self.sections[-1][1].append([text])
            elif tag == "dd":
                self.sections[-1][1][-1].append(text)
            elif tag == "caption":
                self.sections[-1][2].append([text, []])
            else:
                self.sections[-1][2][-1][1][-1].append(text)

    def handle_data(self, data):
        if self.into is None or self.in_summary:
            return
        if self.in_command:
            self.into.command = (self.into.command or "") + data
        else:
            self.into.text += data

    def handle_endtag(self, tag):
        if tag in ("details", "code"):
            self.in_command = False
        elif tag == "summary":
            self.in_summary = False
        elif tag in ("h2", "dt", "dd", "caption", "th", "td"):
            self.into.text = self.into.text.strip("\n")
            self.into = None


class Text:
    """What is read, what it sorts by, and what lists the messages."""

    def __init__(self, value=None):
        self.text, self.value, self.command = "", value, None


def octets(number):
    if number < 1000:
        return "%d B" % number
    unit, value = 0, number / 1000
    while value >= 999.95 and unit + 1 < len(UNITS):
        value, unit = value / 1000, unit + 1
    return "%.1f %s" % (value, UNITS[unit])


def safe(text):
    """What print_html() makes of it."""
    bad = set(range(0x20)) | set(range(0x7f, 0xa0)) | {
        0x61c, 0x200e, 0x200f, 0xfeff} | set(range(0x2028, 0x202f)) | set(
            range(0x2066, 0x206a))
    return "".join(" " if c == "\t" else "?" if ord(c) in bad else c
                   for c in text)


def time_us(text):
    return round(datetime.datetime.fromisoformat(
        text.replace("Z", "+00:00")).timestamp() * 1e6)


def same(cell, value):
    """A text of the page shows a value of the JSON."""
    text, number = cell.text, cell.value
    if value is None:
        return text == "-"
    if isinstance(value, str):
        return float(number) == time_us(value) if number is not None else \
            text == safe(value) or value.startswith(text.replace(" ", "T"))
    if number is not None:
        return float(number) == value
    if text.endswith(" %"):
        return abs(float(text[:-2]) - value * 100) < 0.051
    return text.replace(",", "") == "%g" % value or text in (
        "{:,}".format(value), octets(value))


def command_fault(where, cell, command):
    if cell.command != (command and safe(command)):
        yield "%s: is listed by %r, not %r" % (where, cell.command, command)


def table_faults(where, rows, table):
    if len(rows) != len(table["rows"]):
        yield "%s: %d rows, not %d" % (where, len(rows), len(table["rows"]))
        return
    for number, (row, wanted) in enumerate(zip(rows, table["rows"])):
        at = "%s, row %d" % (where, number)
        values = [v for key, v in wanted.items()
                  if key not in ("command", "lists")]
        for cell, value in zip(row, values):
            if not same(cell, value):
                yield "%s: %r (%s), not %r" % (at, cell.text, cell.value,
                                               value)
        if len(row) == len(values):
            row = row + [Text()]
        if len(row) != len(values) + 1:
            yield "%s: of %d cells" % (at, len(row))
        yield from command_fault(at, row[-1], wanted.get("command"))


def section_faults(shown, section):
    title, figures, tables = shown
    if title.text != section["title"]:
        yield "section %r, not %r" % (title.text, section["title"])
    if (len(figures), len(tables)) != (len(section["figures"]),
                                       len(section["tables"])):
        yield "%s: %d figures, %d tables" % (title.text, len(figures),
                                             len(tables))
    for (name, cell), (key, value) in zip(figures,
                                          section["figures"].items()):
        where = "%s: %s" % (title.text, name.text)
        # Spans are told by their text alone; other tests have those.
        if cell.text.rstrip("0123456789").endswith((" us", " ms", " s", "m",
                                                    "h", "d")):
            continue
        if not same(cell, value):
            yield "%s is %r, not %r" % (where, cell.text, value)
        yield from command_fault(where, cell,
                                 section["commands"].get(key)
                                 if section["lists"].get(key) else None)
    for (caption, rows), table in zip(tables, section["tables"].values()):
        if not caption.text.endswith(table["title"]):
            yield "%s: a table %r" % (title.text, caption.text)
        yield from table_faults(caption.text, rows[1:], table)


def is_empty(section):
    return not (any(section["figures"].values()) or section["tables"] or
                section["notes"])


def faults(page, found):
    """(faults, cells compared): the text of a page, and the JSON."""
    shown = Page(page).sections
    sections = [s for s in found["sections"].values() if not is_empty(s)]
    wanted = [s for key, s in found["sections"].items() if key != "sources"
              and not is_empty(s)] + [s for key, s in found[
                  "sections"].items() if key == "sources" and
                                      not is_empty(s)]
    problems = []
    if [s[0].text for s in shown] != [s["title"] for s in wanted]:
        problems.append("sections: %s" % [s[0].text for s in shown])
    for one, section in zip(shown, wanted):
        problems += section_faults(one, section)
    return problems, sum(len(row) for s in sections for t in s[
        "tables"].values() for row in t["rows"])
