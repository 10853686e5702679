"""Attachments of every kind through a real MTA: what is refused, what is not."""
import io
import os
import zipfile
from email import policy
from email.message import EmailMessage

from case import case
from mail import Message

POLICY = """
at message {
    reject 554 5.7.1 "no programs: %{mime.executable.reason}"
        when mime.executable;
    reject 554 5.7.1 "no programs in archives: %{mime.archive.reason}"
        when mime.archive.executable;
    reject 554 5.7.1 "disguised" when mime.disguised;
    reject 554 5.7.1 "%{mime.mismatch.reason}" when mime.mismatch;
    reject 554 5.7.1 "not looked at" when mime.cut;
    quarantine "encrypted" when mime.encrypted;
}
"""
PROGRAM = b"MZ" + bytes(62) + b"This program cannot be run."
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 8


def archive(*names, flags=0, octets=b"x"):
    """A ZIP that holds files of these names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as opened:
        for name in names:
            opened.writestr(name, octets)
    data = bytearray(out.getvalue())
    at = data.find(b"PK\1\2")
    while flags and at >= 0:
        data[at + 8] |= flags
        at = data.find(b"PK\1\2", at + 4)
    return bytes(data)


def built(whole):
    """Of a message built by the library, what Message wants."""
    data = whole.as_bytes(policy=policy.SMTP.clone(cte_type="8bit"))
    header, body = data.split(b"\r\n\r\n", 1)
    fields = header.decode("utf-8", "surrogateescape").replace(
        "\r\n ", "\n ").replace("\r\n\t", "\n\t").split("\r\n")
    return {"body": body, "fields": [
        tuple(field.replace("\n", "\r\n").split(": ", 1)) for field in fields]}


def with_file(name, octets, kind="application/octet-stream"):
    whole = EmailMessage()
    whole.set_content("Please find it attached.\n")
    main, sub = kind.split("/")
    whole.add_attachment(octets, main, sub, filename=name)
    return built(whole)


def plain(body, *fields):
    return {"body": body.replace("\n", "\r\n"), "fields": list(fields)}


def forwarded(inner):
    whole = EmailMessage()
    whole.set_content("See below.\n")
    message = EmailMessage()
    message["From"], message["Subject"] = "a@example.com", "x"
    message.set_content("hello\n")
    message.add_attachment(inner, "application", "octet-stream",
                           filename="setup.exe")
    whole.add_attachment(message)
    return built(whole)


SPAM = {
    "a program": (with_file("setup.exe", PROGRAM), "no programs"),
    "a script": (with_file("a.js", b"x()", "text/plain"), "no programs"),
    "a program by its octets": (with_file("a.dat", PROGRAM), "no programs"),
    "two extensions": (with_file("invoice.pdf .exe", b"x"), "no programs"),
    "a name in RFC 2231": (
        with_file("Jürgens Rechnung für den November und Dezember und auch "
                  "noch den Januar.scr", b"x"), "no programs"),
    "a name in sloppy RFC 2047": (plain(
        "x", ("Content-Type", "application/octet-stream;\r\n"
              ' name="=?utf-8?B?YS5leGU=?="')), "no programs"),
    "turned": (with_file("photo\u202egpj.doc", b"x"), "disguised"),
    "not what it says": (with_file("a.pdf", archive("b.txt"),
                                   "application/pdf"), "is pdf by its"),
    "in a ZIP": (with_file("a.zip", archive("d/b.txt", "d/b.pdf.exe")),
                 "no programs in archives"),
    "in a forwarded message": (forwarded(PROGRAM), "no programs"),
    "uuencoded": (plain("begin 644 a.exe\n#0V%T\n`\nend\n"), "no programs"),
    "without a last boundary": (plain(
        "--b\nContent-Type: application/x-msdownload\n\nx",
        ("Content-Type", "multipart/mixed; boundary=b")), "no programs"),
    "two Content-Types": (plain(
        "--b\nContent-Disposition: attachment; filename=a.exe\n\nx\n--b--\n",
        ("Content-Type", "text/plain"),
        ("Content-Type", "multipart/mixed; boundary=b")), "no programs"),
    "10,000 parts": (plain(
        "--b\n\nx\n" * 10000 + "--b--\n",
        ("Content-Type", "multipart/mixed; boundary=b")), "not looked at"),
}


@case
def attachments_that_are_refused(t):
    t.assayd(POLICY)
    for name, (parts, text) in SPAM.items():
        message = Message(subject=name, **parts)
        reply = t.send(message).data
        t.equal(reply.code, 554, name)
        t.holds(reply.text, text, name)


@case
def encrypted_archives_are_held(t):
    t.assayd(POLICY)
    message = Message(**with_file("a.zip", archive("a.txt", flags=1)))
    t.equal(t.send(message, to=("mime@example.net",)).data.code, 250, "reply")
    t.queued("mime@example.net")


def signed():
    return plain(
        "--b\nContent-Type: text/plain\n\nhello\n--b\n"
        'Content-Type: application/pkcs7-signature; name="smime.p7s"\n'
        "Content-Transfer-Encoding: base64\nContent-Disposition: attachment;\n"
        ' filename="smime.p7s"\n\nMIICAw==\n--b--\n',
        ("Content-Type", "multipart/signed; micalg=sha-256;\r\n protocol="
         '"application/pkcs7-signature"; boundary=b'))


def pgp():
    return plain(
        "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n--b\n"
        'Content-Type: application/octet-stream; name="encrypted.asc"\n\n'
        "-----BEGIN PGP MESSAGE-----\n\nhQ\n-----END PGP MESSAGE-----\n"
        "--b--\n",
        ("Content-Type", "multipart/encrypted; boundary=b;\r\n"
         ' protocol="application/pgp-encrypted"'))


def invitation():
    whole = EmailMessage()
    whole.set_content("Come!\n")
    whole.add_alternative("<b>Come!</b>\n", subtype="html")
    whole.add_alternative("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n"
                          "END:VCALENDAR\r\n", subtype="calendar")
    whole.add_attachment(b"BEGIN:VCALENDAR\r\n", "application", "ics",
                         filename="invite.ics")
    return built(whole)


def bounce():
    return plain(
        "--b\nContent-Type: text/plain\n\nSorry.\n--b\n"
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns;a\n\n"
        "Final-Recipient: rfc822;b@example.com\nAction: failed\n\n--b\n"
        "Content-Type: message/rfc822\n\nFrom: a@example.com\n\nhello\n\n"
        "--b--\n", ("Content-Type", "multipart/report;\r\n"
                    " report-type=delivery-status; boundary=b"))


def newsletter():
    whole = EmailMessage()
    whole.set_content("Read us!\n" * 20)
    whole.add_alternative("<p>Read us!</p>\n" * 200, subtype="html")
    whole.get_payload()[1].add_related(
        b"\x89PNG\r\n\x1a\n" + bytes(100), "image", "png", cid="<logo@a>")
    return built(whole)


HAM = {
    "plain": plain("hello\n"),
    "8-bit": {"body": "Grüße: \N{CYRILLIC SMALL LETTER A}\r\n", "fields": [
        ("MIME-Version", "1.0"), ("Content-Transfer-Encoding", "8bit"),
        ("Content-Type", "text/plain; charset=utf-8")]},
    "a PDF with a long name": with_file("Angebot für Müller & Söhne.pdf", PDF,
                                        "application/pdf"),
    "a raw name": plain("x", ("Content-Type", "text/plain;\r\n"
                              ' name="Grüße.txt"')),
    "a document": with_file("a.docx", archive(
        "[Content_Types].xml", "word/document.xml"), "application/"
        "vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "a ZIP": with_file("photos.zip", archive("1.jpg", "2.jpg"),
                       "application/zip"),
    "an aggregate report": with_file(
        "example.net!example.org!1!2.xml.gz",
        b"\x1f\x8b\x08\x08\0\0\0\0\0\x03a.xml\0" + bytes(20),
        "application/gzip"),
    "a patch": with_file("0001-fix.patch", b"From 0123 Mon\n#!/bin/sh\n",
                         "text/x-patch"),
    "an invitation": invitation(), "S/MIME": signed(), "PGP/MIME": pgp(),
    "a bounce": bounce(), "a newsletter": newsletter(),
}


@case
def honest_attachments_pass(t):
    t.assayd(POLICY)
    for name, parts in HAM.items():
        message = Message(subject=name, **parts)
        t.equal(t.send(message).data.code, 250, name)
        t.delivered(message)
        facts = t.event(message)["facts"]
        for fact in ("executable", "double_extension", "disguised",
                     "mismatch", "cut", "archive.executable",
                     "archive.nested", "encrypted"):
            t.equal(facts["mime." + fact], False, name + ": " + fact)
        t.equal(facts["mime.troubles"], [], name + ": troubles")


@case
def large_archive(t):
    t.assayd(POLICY)
    octets = os.urandom(64 * 1024)
    names = ["d/%d.bin" % n for n in range(60)]
    message = Message(**with_file("a.zip", archive(
        *names, octets=octets)))
    t.equal(t.send(message).data.code, 250, "reply")
    facts = t.event(message)["facts"]
    t.equal(facts["mime.archive.names"], names, "names")
    message = Message(**with_file("a.zip", archive(
        *names, "x.exe", octets=octets)))
    t.equal(t.send(message).data.code, 554, "reply")
