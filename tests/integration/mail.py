"""Messages to send, and an SMTP client that shows every reply."""
import base64
import itertools
import os
import smtplib
import subprocess
import threading

_numbers = itertools.count(1)
_lock = threading.Lock()


def token():
    """A word that no other message of this run holds."""
    with _lock:
        return "t%d-%d" % (os.getpid(), next(_numbers))


class Message:
    """A message with CRLF, found again by its token."""

    def __init__(self, author="ann@good.example", subject="A test",
                 body="Hello.\r\n", fields=(), header=None):
        self.token = token()
        if header is None:
            header = [("From", author), ("To", "bob@example.net"),
                      ("Subject", subject),
                      ("Date", "Sun, 22 Nov 2026 10:00:00 +0000"),
                      ("Message-ID", "<%s@tests.example>" % self.token)]
            header += fields
        text = "".join("%s: %s\r\n" % field for field in header)
        if isinstance(body, str):
            body = body.encode()
        self.data = text.encode("utf-8") + b"\r\n" + body


class Reply:
    def __init__(self, pair):
        self.code, text = pair
        self.text = text.decode("utf-8", "replace").replace("\n", " ")

    def __str__(self):
        return "%d %s" % (self.code, self.text)


class Outcome:
    """What the MTA said to a message: replies, by stage."""

    def __init__(self):
        self.mail = self.data = None
        self.rcpts = {}

    def final(self):
        if self.data:
            return self.data
        refused = [r for r in self.rcpts.values() if r.code >= 300]
        return refused[0] if refused else self.mail

    def accepted(self):
        return self.data is not None and self.data.code == 250


class Session:
    """One SMTP session as a client with the given address."""

    def __init__(self, port, source, xclient=(), helo="mail.good.example",
                 timeout=60):
        self.smtp = smtplib.SMTP(timeout=timeout,
                                 source_address=(source, 0))
        self.greeting = Reply(self.smtp.connect("127.0.0.1", port))
        if self.greeting.code == 220 and xclient:
            self.command("EHLO xclient.example")
            for line in xclient:
                self.greeting = self.command(line)
                self.refused(line)
        self.helo, self.helo_name = None, helo
        if self.greeting.code == 220:
            self.helo = self.command("EHLO " + helo)

    def refused(self, line):
        """An XCLIENT that is not understood would test something else."""
        if 500 <= self.greeting.code < 550:
            raise RuntimeError("%s: %s" % (line, self.greeting))

    def command(self, line):
        self.smtp.send(line.encode("utf-8") + b"\r\n")
        return Reply(self.smtp.getreply())

    def envelope(self, sender, recipients, options=()):
        outcome = Outcome()
        outcome.mail = self.command(" ".join(
            ["MAIL FROM:<%s>" % sender, *options]))
        if outcome.mail.code == 250:
            for recipient in recipients:
                outcome.rcpts[recipient] = self.command(
                    "RCPT TO:<%s>" % recipient)
        return outcome

    def content(self, data):
        """DATA, the message, the dot: the last reply."""
        first = self.command("DATA")
        if first.code != 354:
            return first
        self.smtp.send(stuffed(data))
        return Reply(self.smtp.getreply())

    def send(self, sender, recipients, data, options=()):
        outcome = self.envelope(sender, recipients, options)
        if any(r.code == 250 for r in outcome.rcpts.values()):
            outcome.data = self.content(data)
        return outcome

    def start_tls(self, context):
        reply = self.command("STARTTLS")
        if reply.code != 220:
            raise RuntimeError("STARTTLS: %s" % reply)
        self.smtp.sock = context.wrap_socket(
            self.smtp.sock, server_hostname="mx.example.org")
        self.smtp.file = None       # smtplib makes it anew
        self.helo = self.command("EHLO " + self.helo_name)

    def login(self, user, password):
        """AUTH PLAIN; the reply."""
        text = "\0%s\0%s" % (user, password)
        return self.command("AUTH PLAIN " + base64.b64encode(
            text.encode()).decode())

    def close(self):
        try:
            self.command("QUIT")
        except (OSError, smtplib.SMTPException):
            pass
        self.smtp.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def stuffed(data):
    """With dots doubled and the final dot; bare CR and LF stay."""
    if data.startswith(b"."):
        data = b"." + data
    data = data.replace(b"\r\n.", b"\r\n..")
    return data + (b".\r\n" if data.endswith(b"\r\n") else b"\r\n.\r\n")


class DkimKey:
    """An RSA key made for this run, and its record."""

    def __init__(self, path, selector, domain, bits=2048):
        self.selector, self.domain = selector, domain
        subprocess.run(["openssl", "genrsa", "-traditional", "-out", path,
                        str(bits)], check=True, stderr=subprocess.DEVNULL)
        public = subprocess.run(
            ["openssl", "rsa", "-in", path, "-pubout", "-outform", "DER"],
            check=True, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL).stdout
        with open(path, "rb") as key:
            self.private = key.read()
        self.record = "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode()

    def zone_line(self):
        half = len(self.record) // 2
        return '%s._domainkey.%s TXT "%s" "%s"' % (
            self.selector, self.domain, self.record[:half],
            self.record[half:])

    def sign(self, data):
        import dkim
        return dkim.sign(data, self.selector.encode(), self.domain.encode(),
                         self.private,
                         include_headers=[b"from", b"to", b"subject",
                                          b"date", b"message-id"],
                         canonicalize=(b"relaxed", b"relaxed")) + data
