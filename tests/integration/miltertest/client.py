"""A milter client that says exactly what it is told, also what no MTA says."""
import socket
import struct

# Flags and commands of the protocol that the tests name.
NR_CONN, NR_HELO, NR_MAIL, NR_RCPT = 0x1000, 0x2000, 0x4000, 0x8000
ALL_STEPS, ALL_ACTIONS = 0x1fffff, 0x1ff


class Closed(Exception):
    """The filter has closed the connection."""


class Client:
    def __init__(self, address, seconds=20):
        family = socket.AF_UNIX if isinstance(address, str) else \
            socket.AF_INET
        self.sock = socket.socket(family)
        self.sock.settimeout(seconds)
        self.sock.connect(address)
        self.steps = 0

    def close(self):
        self.sock.close()

    def send(self, command, data=b""):
        self.sock.sendall(struct.pack("!I", len(data) + 1) + command + data)

    def receive(self):
        head = self.exactly(4)
        packet = self.exactly(struct.unpack("!I", head)[0])
        return packet[:1], packet[1:]

    def exactly(self, count):
        data = b""
        while len(data) < count:
            try:
                more = self.sock.recv(count - len(data))
            except ConnectionResetError:
                more = b""
            if not more:
                raise Closed()
            data += more
        return data

    def negotiate(self, version=6, actions=ALL_ACTIONS, steps=ALL_STEPS):
        self.send(b"O", struct.pack("!III", version, actions, steps))
        command, data = self.receive()
        assert command == b"O", command
        self.steps = struct.unpack("!III", data[:12])[2]
        return self

    def macros(self, command, **values):
        data = command
        for name, value in values.items():
            name = name if len(name) == 1 else "{%s}" % name
            data += name.encode() + b"\0" + value.encode() + b"\0"
        self.send(b"D", data)

    def ask(self, command, data=b"", no_reply=0):
        """The reply, or (None, b"") where none was agreed."""
        self.send(command, data)
        return (None, b"") if self.steps & no_reply else self.receive()

    def connect(self, name=b"mail.example.com", ip=b"192.0.2.1"):
        return self.ask(b"C", name + b"\0" + b"4" + struct.pack("!H", 25) +
                        ip + b"\0", NR_CONN)

    def helo(self, name=b"mail.example.com"):
        return self.ask(b"H", name + b"\0", NR_HELO)

    def mail(self, sender=b"<sender@example.com>"):
        return self.ask(b"M", sender + b"\0", NR_MAIL)

    def rcpt(self, address=b"<user@example.net>"):
        return self.ask(b"R", address + b"\0", NR_RCPT)

    def header(self, name, value):
        self.ask(b"L", name + b"\0" + value + b"\0", 0x80)

    def head(self, subject=b" a test"):
        self.header(b"From", b" sender@example.com")
        self.header(b"Subject", subject)
        self.ask(b"N", b"", 0x40000)

    def body(self, text=b"Some text.\r\n"):
        self.ask(b"B", text, 0x80000)

    def end(self, text=b""):
        """(final reply, [(command, data)] before it)"""
        self.send(b"E", text)
        edits = []
        while True:
            command, data = self.receive()
            if command not in b"hmiqp":
                return (command, data), edits
            edits.append((command, data))

    def session(self):
        self.negotiate()
        self.connect()
        self.helo()
        return self

    def message(self, subject=b" a test"):
        self.mail()
        self.rcpt()
        self.head(subject)
        self.body()
        return self.end()
