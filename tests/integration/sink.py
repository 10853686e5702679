"""Where the MTA delivers to: a small SMTP server that keeps what it gets.

Some recipients meet trouble: nobody@, always-busy@, and, the first time only,
put-off-once@ and those of GONE.
"""
import socket
import socketserver
import threading

from proc import wait_for


# The server goes: it does not answer DATA; answers and reads, but not the end;
# keeps the message and does not tell.
GONE = "gone-at-data", "gone-in-data", "gone-at-end"


class Delivery:
    def __init__(self, sender, recipients, data, options=""):
        self.sender = sender
        self.options = options      # behind MAIL FROM:<...>
        self.recipients = recipients
        self.data = data            # with CRLF, dots undone

    def header(self):
        """The header as [(name, unfolded value)], top first."""
        fields = []
        for line in self.data.split(b"\r\n\r\n", 1)[0].split(b"\r\n"):
            if line[:1] in (b" ", b"\t") and fields:
                fields[-1][1] += b" " + line.strip()
            else:
                name, _, value = line.partition(b":")
                fields.append([name, value.strip()])
        return [(name.decode("latin-1"), value.decode("utf-8", "replace"))
                for name, value in fields]

    def values(self, name):
        return [v for n, v in self.header() if n.lower() == name.lower()]

    def body(self):
        return self.data.split(b"\r\n\r\n", 1)[1]


class Handler(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def path(self, line):
        text = line.decode("utf-8", "replace")
        return text[text.index("<") + 1:text.index(">")]

    def read_data(self):
        """None: the client has gone before the end."""
        lines = []
        while True:
            line = self.rfile.readline()
            if not line:
                return None
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)

    def hang_up(self, text):
        """What is said and the end come in one piece."""
        self.request.send(text.encode() + b"\r\n", socket.MSG_MORE)
        self.request.shutdown(socket.SHUT_WR)
        while self.rfile.readline():
            pass

    def data(self, sender, recipients, options):
        """False: the server has gone."""
        trouble = self.server.gone(recipients)
        if trouble == "gone-at-data":
            return False
        if trouble == "gone-in-data":
            self.hang_up("354 go on")
            return False
        self.say("354 go on")
        data = self.read_data()
        if data is None:
            return False
        self.server.keep(Delivery(sender, recipients, data, options))
        if trouble:
            return False
        self.say("250 2.0.0 kept")
        return True

    def handle(self):
        self.say("220 sink.example ESMTP")
        sender, recipients = None, []
        while True:
            line = self.rfile.readline()
            word = line[:4].upper()
            if not line or word == b"QUIT":
                self.say("221 2.0.0 bye")
                return
            if word == b"EHLO":
                for option in ("sink.example", "8BITMIME", "SMTPUTF8",
                               "PIPELINING", "DSN"):
                    self.say("250-" + option)
                self.say("250 SIZE 0")
            elif word == b"MAIL":
                sender, recipients = self.path(line), []
                options = line.decode("latin-1").split(">", 1)[1].strip()
                self.say("250 2.1.0 ok")
            elif word == b"RCPT" and self.path(line).startswith("nobody@"):
                self.say("550 5.1.1 nobody of that name")
            elif word == b"RCPT" and self.path(line).startswith("always-busy@"):
                self.say("451 4.2.1 <%s>: busy, try again" %
                         self.path(line))
            elif word == b"RCPT" and self.server.is_early(self.path(line)):
                self.say("450 4.7.1 come back later")
            elif word == b"RCPT":
                recipients.append(self.path(line))
                self.say("250 2.1.5 ok")
            elif word == b"DATA":
                if not self.data(sender, recipients, options):
                    return
            else:
                self.say("250 2.0.0 ok")


class Sink(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.port = self.server_address[1]
        self.lock = threading.Lock()
        self.deliveries = []
        self.asked = set()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass        # the MTA went away

    def keep(self, delivery):
        with self.lock:
            self.deliveries.append(delivery)

    def is_first(self, recipient):
        with self.lock:
            first = recipient not in self.asked
            self.asked.add(recipient)
            return first

    def is_early(self, recipient):
        """put-off-once@ is."""
        return recipient.startswith("put-off-once@") and self.is_first(
            recipient)

    def gone(self, recipients):
        """What befalls the message, of GONE."""
        for recipient in recipients:
            name = recipient.split("@")[0]
            if name in GONE and self.is_first(recipient):
                return name
        return None

    def of(self, recipient):
        """All deliveries to this recipient."""
        with self.lock:
            return [d for d in self.deliveries if recipient in d.recipients]

    def find(self, token):
        """All deliveries whose message holds the token."""
        with self.lock:
            return [d for d in self.deliveries if token.encode() in d.data]

    def wait(self, token, seconds=30):
        found = wait_for(lambda: self.find(token), seconds)
        return found[0] if found else None

    def forget(self):
        with self.lock:
            self.deliveries.clear()
            self.asked.clear()

    def stop(self):
        self.shutdown()
        self.server_close()
