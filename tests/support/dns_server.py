#!/usr/bin/python3
r"""A scripted DNS server on loopback for tests: UDP and TCP, one zone file.

    dns_server.py --zone FILE [--port 0] [--address 127.0.0.1] [--log FILE]

Reads the zone files that assayd's "dns = zone:FILE" reads (assay.zone(5)) and
prints its port.  With --log, one line a question: "udp TXT name".  SIGHUP
reads the zone again.  SIGTERM ends it.

Beyond these files it takes records of any type (RFC 3597: "NAME TYPEnn \\#
LENGTH HEX") and sends the RRSIGs (TYPE46) of a name with what they cover to
those who ask for them, so that a zone can be signed.

On the wire the failures are: TIMEOUT no answer; SERVFAIL and BOGUS response
code 2; GARBAGE a broken packet, whose kind is the number at the end of the
first label (GARBAGE_KINDS).  What does not fit in UDP is truncated.
"""

import argparse
import re
import signal
import socket
import socketserver
import struct
import sys
import threading
import time

TYPES = {"A": 1, "CNAME": 5, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28,
         "SPF": 99}
FAILURES = ("NODATA", "NXDOMAIN", "SERVFAIL", "BOGUS", "TIMEOUT", "GARBAGE")
SOA, OPT, RRSIG, ANY = 6, 41, 46, "*"
DO = 0x8000                     # EDNS: DNSSEC records are wanted
TTL, CNAMES_MAX = 300, 16
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP = 0, 1, 2, 3, 4


class ZoneError(Exception):
    pass


def split_line(line):
    """The words of a line as (bytes, quoted)."""
    words, at = [], 0
    while True:
        while at < len(line) and line[at] in b" \t\r":
            at += 1
        if at == len(line) or line[at] in b";#":
            return words
        quoted = line[at] == ord('"')
        at += quoted
        text = bytearray()
        while True:
            if at == len(line):
                if quoted:
                    raise ZoneError("quote not closed")
                break
            char = line[at]
            if quoted and char == ord('"'):
                at += 1
                break
            if not quoted and char in b" \t\r":
                break
            if char == ord("\\"):
                digits = re.match(rb"[0-9]{3}", line[at + 1:])
                if digits:
                    text.append(int(digits.group()))
                    at += 4
                else:
                    text += line[at + 1:at + 2]
                    at += 2
                continue
            text.append(char)
            at += 1
        words.append((bytes(text), quoted))


def ascii_label(label):
    try:
        text = label.decode("utf-8")
    except UnicodeDecodeError:
        return label
    if text.isascii():
        return label
    return b"xn--" + text.lower().encode("punycode")


def read_name(word):
    """Lower case, A-labels, no final dot; b"" is the root."""
    name = word.lower()
    if name.endswith(b"."):
        name = name[:-1]
    return b".".join(ascii_label(label) for label in name.split(b"."))


def wire_name(name):
    labels = name.split(b".") if name else []
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def wire_text(words):
    out = bytearray()
    for text, _ in words:
        pieces = [text[i:i + 255] for i in range(0, len(text), 255)] or [b""]
        for piece in pieces:
            out += bytes([len(piece)]) + piece
    return bytes(out)


def wire_data(kind, words):
    first = words[0][0]
    if kind.startswith("TYPE"):
        return bytes.fromhex(words[2][0].decode())
    if kind == "A":
        return socket.inet_pton(socket.AF_INET, first.decode())
    if kind == "AAAA":
        return socket.inet_pton(socket.AF_INET6, first.decode())
    if kind == "MX":
        return struct.pack(">H", int(first)) + wire_name(
            read_name(words[1][0]))
    if kind in ("TXT", "SPF"):
        return wire_text(words)
    return wire_name(read_name(first))


class Name:
    def __init__(self):
        self.sets = {}          # type -> [(ttl, data)], or a failure's word
        self.own = False
        self.delay = 0


class Zone:
    def __init__(self, path):
        self.names = {}
        self.delay = 0
        with open(path, "rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    self.read_line(split_line(line.rstrip(b"\n")))
                except (ZoneError, ValueError, IndexError, OSError) as why:
                    raise ZoneError(f"{path}:{number}: {why}") from why

    def read_line(self, words):
        if not words:
            return
        first = words[0][0].upper()
        if first == b"DELAY":
            self.delay = int(words[1][0])
        elif first not in (b"SECURE", b"INSECURE"):
            self.read_record(words)

    def read_record(self, words):
        name, rest, ttl = self.make(read_name(words[0][0])), words[1:], TTL
        while rest[0][0].upper() == b"IN" or rest[0][0].isdigit():
            if rest[0][0].isdigit():
                ttl = int(rest[0][0])
            rest = rest[1:]
        kind = rest[0][0].decode().upper()
        rest = rest[1:]
        key = ANY if kind == ANY else TYPES.get(kind)
        if kind.startswith("TYPE"):
            key = int(kind[4:])
        if key is None:
            raise ZoneError(f"unknown type {kind}")
        name.own, name.delay = True, self.delay
        word = rest[0][0].decode("latin-1").upper()
        if len(rest) == 1 and not rest[0][1] and word in FAILURES:
            name.sets[key] = word
        else:
            name.sets.setdefault(key, []).append((ttl, wire_data(kind, rest)))

    def make(self, name):
        above = name
        while above:
            self.names.setdefault(above, Name())
            above = above.partition(b".")[2]
        return self.names[name]

    def delay_of(self, name):
        while name:
            found = self.names.get(name)
            if found is not None and found.own:
                return found.delay / 1000
            name = name.partition(b".")[2]
        return 0

    def signatures(self, node, kind):
        """The RRSIGs over this type as [(ttl, data)]."""
        found = node.sets.get(RRSIG, [])
        return [] if isinstance(found, str) else [
            (ttl, data) for ttl, data in found
            if data[:2] == struct.pack(">H", kind)]

    def find(self, name, kind, with_signatures):
        """(records as wire, response code or failure word)."""
        records = b""
        count = 0
        while True:
            node = self.names.get(name)
            if node is None:
                return count, records, NXDOMAIN
            found = node.sets.get(kind)
            if found is None and TYPES["CNAME"] in node.sets:
                found, is_alias = node.sets[TYPES["CNAME"]], True
            else:
                is_alias = False
            if found is None:
                found = node.sets.get(ANY)
            if found is None or isinstance(found, str):
                return count, records, found or NOERROR
            sent = TYPES["CNAME"] if is_alias else kind
            both = [(sent, *record) for record in found]
            if with_signatures:
                both += [(RRSIG, *record)
                         for record in self.signatures(node, sent)]
            for number, ttl, data in both:
                records += wire_name(name) + struct.pack(
                    ">HHIH", number, 1, ttl, len(data)) + data
                count += 1
            if not is_alias or count > CNAMES_MAX:
                return count, records, NOERROR
            name = unwire(found[0][1])


def unwire(data):
    labels = []
    while data[0]:
        labels.append(data[1:1 + data[0]])
        data = data[1 + data[0]:]
    return b".".join(labels)


def garbage(ident, question, name):
    """GARBAGE_KINDS: what is wrong with the packet."""
    number = re.search(rb"([0-9]+)$", name.partition(b".")[0])
    kind = int(number.group()) % 7 if number else 0
    here = b"\xc0\x0c"          # the name of the question

    def packet(answers, rest, flags=0x8180):
        return struct.pack(">HHHHHH", ident, flags, 1, answers, 0,
                           0) + question + rest

    def record(type_, data, length=None):
        return here + struct.pack(">HHIH", type_, 1, 60, len(data)
                                  if length is None else length) + data
    qtype = struct.unpack(">H", question[-4:-2])[0]
    if kind == 0:
        return b"\x01\x02\x03\x04\x05"
    if kind == 1:               # records that are not there
        return packet(9, b"")
    if kind == 2:               # a name that points to itself
        loop = struct.pack(">H", 0xc000 + 12 + len(question))
        return packet(1, loop + struct.pack(">HHIH", qtype, 1, 60, 0))
    if kind == 3:               # an address of three octets, a short name
        return packet(1, record(qtype, b"\xc0\x00\x02"))
    if kind == 4:               # a string longer than its record
        return packet(1, record(qtype, b"\xffshort"))
    if kind == 5:               # a record longer than the packet
        return packet(1, record(qtype, b"\x03abc", 4000))
    return packet(1, record(qtype, b""))  # a record of nothing


def read_question(packet):
    """(ident, flags, question, name, type, UDP size, EDNS flags or None)."""
    ident, flags, questions, _, _, extra = struct.unpack(">HHHHHH",
                                                         packet[:12])
    if questions != 1:
        raise ValueError("not one question")
    at, labels = 12, []
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]])
        at += 1 + packet[at]
    kind = struct.unpack(">H", packet[at + 1:at + 3])[0]
    end = at + 5
    size, edns = 512, None
    if extra and len(packet) >= end + 11 and packet[end] == 0 and \
            struct.unpack(">H", packet[end + 1:end + 3])[0] == OPT:
        size = max(512, struct.unpack(">H", packet[end + 3:end + 5])[0])
        edns = struct.unpack(">H", packet[end + 7:end + 9])[0]
    name = b".".join(labels).lower()
    return ident, flags, packet[12:end], name, kind, size, edns


class Server:
    def __init__(self, options):
        self.options = options
        self.zone = Zone(options.zone)
        self.lock = threading.Lock()
        self.log = open(options.log, "a", buffering=1) if options.log \
            else None

    def reload(self, *_):
        try:
            self.zone = Zone(self.options.zone)
        except (ZoneError, OSError) as why:
            print(why, file=sys.stderr)

    def note(self, transport, kind, name):
        if self.log is None:
            return
        words = {number: word for word, number in TYPES.items()}
        with self.lock:
            self.log.write(f"{transport} {words.get(kind, kind)} "
                           f"{name.decode('latin-1')}\n")

    def answer(self, packet, transport):
        """The reply as bytes, or None for silence."""
        ident, flags, question, name, kind, size, edns = read_question(packet)
        zone = self.zone
        self.note(transport, kind, name)
        time.sleep(zone.delay_of(name))
        count, records, outcome = zone.find(name, kind, bool((edns or 0) & DO))
        if outcome == "TIMEOUT":
            return None
        if outcome == "GARBAGE":
            return garbage(ident, question, name)
        code = {"NODATA": NOERROR, "NXDOMAIN": NXDOMAIN, "SERVFAIL": SERVFAIL,
                "BOGUS": SERVFAIL}.get(outcome, outcome)
        authority = b""
        if outcome in ("NODATA", "NXDOMAIN", NXDOMAIN) or count == 0:
            data = b"\0\0" + struct.pack(">IIIII", 1, 3600, 600, 86400, TTL)
            authority = b"\0" + struct.pack(">HHIH", SOA, 1, TTL,
                                            len(data)) + data
        opt = b"" if edns is None else b"\0" + struct.pack(
            ">HHIH", OPT, 1232, edns & DO, 0)
        flags = 0x8080 | flags & 0x0110 | code
        if code == SERVFAIL:
            count, records, authority = 0, b"", b""
        body = records + authority
        if transport == "udp" and 12 + len(question) + len(body) + len(
                opt) > size:
            flags, body, count, authority = flags | 0x0200, b"", 0, b""
        return struct.pack(">HHHHHH", ident, flags, 1, count, bool(authority),
                           bool(opt)) + question + body + opt


class Udp(socketserver.BaseRequestHandler):
    def handle(self):
        packet, sock = self.request
        try:
            reply = self.server.dns.answer(packet, "udp")
        except (ValueError, IndexError, struct.error):
            return
        if reply is not None:
            sock.sendto(reply, self.client_address)


class Tcp(socketserver.StreamRequestHandler):
    def handle(self):
        while True:
            length = self.rfile.read(2)
            if len(length) < 2:
                return
            packet = self.rfile.read(struct.unpack(">H", length)[0])
            try:
                reply = self.server.dns.answer(packet, "tcp")
            except (ValueError, IndexError, struct.error):
                return
            if reply is not None:
                self.wfile.write(struct.pack(">H", len(reply)) + reply)


class UdpServer(socketserver.ThreadingUDPServer):
    daemon_threads = True
    max_packet_size = 65535


class TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128


def bind_both(options):
    """One port for UDP and TCP, also where the kernel chooses it."""
    if ":" in options.address:
        UdpServer.address_family = TcpServer.address_family = \
            socket.AF_INET6
    for _ in range(50):
        tcp = TcpServer((options.address, options.port), Tcp)
        try:
            return tcp, UdpServer((options.address,
                                   tcp.server_address[1]), Udp)
        except OSError:
            tcp.server_close()
            if options.port:
                raise
    raise OSError("no port is free for both UDP and TCP")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--zone", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--log")
    options = parser.parse_args()
    try:
        dns = Server(options)
        servers = bind_both(options)
    except (ZoneError, OSError) as why:
        sys.exit(f"dns_server: {why}")
    signal.signal(signal.SIGHUP, dns.reload)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    for server in servers:
        server.dns = dns
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(servers[0].server_address[1], flush=True)
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
