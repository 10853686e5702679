"""Messages to measure with, each from a domain of its own, and their DNS.

Every domain has an RSA-2048 key of its own.  To make thousands of them in
seconds, each is a pair out of a pool of primes: good enough to be verified,
and for nothing else.
"""
import base64
import hashlib
import itertools
import os
import struct
import sys

from cryptography.hazmat.primitives.asymmetric import rsa

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "conformance"))
import dkim_signer  # noqa: E402

CHUNK = 65535
EXPONENT = 65537


def key_numbers(count):
    """So many (p, q) whose product has 2048 bits."""
    primes = []
    while len(primes) * (len(primes) - 1) // 2 < count:
        numbers = rsa.generate_private_key(EXPONENT, 2048).private_numbers()
        primes += [numbers.p, numbers.q]
    return itertools.islice(itertools.combinations(primes, 2), count)


def sign_by_primes(key, _hash_name, digest):
    """RSASSA-PKCS1-v1_5, by the Chinese remainders: four times as fast."""
    tail = b"\0" + bytes.fromhex("3031300d060960864801650304020105000420") \
        + digest
    number = int.from_bytes(
        b"\0\1" + b"\xff" * (254 - len(tail)) + tail, "big")
    p, q = key["primes"]
    d = pow(EXPONENT, -1, (p - 1) * (q - 1))
    by_p, by_q = pow(number, d % (p - 1), p), pow(number, d % (q - 1), q)
    return (by_q + (by_p - by_q) * pow(q, -1, p) % p * q).to_bytes(256, "big")


dkim_signer.rsa_sign = sign_by_primes


class Domain:
    """One sender: its address, its key, its records."""

    def __init__(self, number, primes):
        self.name = "d%05d.example" % number
        self.address = "198.18.%d.%d" % (number // 250, number % 250 + 1)
        self.key = self.name
        dkim_signer.KEYS[self.key] = {
            "n": "%x" % (primes[0] * primes[1]), "e": EXPONENT,
            "primes": primes}

    def zone(self):
        back = ".".join(reversed(self.address.split(".")))
        yield "%s.in-addr.arpa PTR mail.%s" % (back, self.name)
        yield "mail.%s A %s" % (self.name, self.address)
        yield "%s TXT v=spf1 ip4:%s -all" % (self.name, self.address)
        yield "_dmarc.%s TXT v=DMARC1; p=reject" % self.name
        yield "s1._domainkey.%s TXT v=DKIM1; k=rsa; p=%s" % (
            self.name, base64.b64encode(
                dkim_signer.public_key(self.key)).decode())


def body_of(octets, seed):
    """Lines of text; one of eight has blanks that relaxed forms change."""
    lines, size, count = [], 0, 0
    while size < octets:
        word = hashlib.sha256(b"%d %d" % (seed, count)).hexdigest()
        line = "Line %d of it%s says %s %s.\r\n" % (
            count, " " if count % 8 == 0 else "", word[:24], word[24:])
        lines.append(line)
        size += len(line)
        count += 1
    return "".join(lines).encode()


def packet(command, data=b""):
    return struct.pack(">I", 1 + len(data)) + command + data


def strings(*words):
    return b"".join(word.encode() + b"\0" for word in words)


def milter_packets(domain, fields, body, login):
    """What an MTA tells a milter of it."""
    yield packet(b"C", strings("mail." + domain.name) + b"4" +
                 struct.pack(">H", 25000) + strings(domain.address))
    yield packet(b"H", strings("mail." + domain.name))
    macros = ["i", "4Q" + domain.name[:6]]
    if login:
        macros += ["{auth_authen}", "sender@" + domain.name,
                   "{auth_type}", "PLAIN"]
    yield packet(b"D", b"M" + strings(*macros))
    yield packet(b"M", strings("<%s@%s>" % (
        "sender" if login else "bounce", domain.name)))
    yield packet(b"R", strings("<user@example.net>"))
    yield packet(b"T")
    for name, value in fields:
        yield packet(b"L", name + b"\0" +
                     value.replace(b"\r\n", b"\n") + b"\0")
    yield packet(b"N")
    for at in range(0, len(body), CHUNK):
        yield packet(b"B", body[at:at + CHUNK])
    yield packet(b"E")


def message(domain, octets, number, signed=True, login=False):
    body = body_of(octets, number)
    fields = [
        (b"Received", b" from mail.%s by mx.example.net; Mon, 1 Jun 2026"
         b" 10:00:00 +0000" % domain.name.encode()),
        (b"From", b" \"A Sender\" <sender@%s>" % domain.name.encode()),
        (b"To", b" user@example.net"),
        (b"Subject", b" Message %d, to measure with" % number),
        (b"Date", b" Mon, 1 Jun 2026 10:00:00 +0000"),
        (b"Message-ID", b" <%d@%s>" % (number, domain.name.encode())),
        (b"MIME-Version", b" 1.0"),
        (b"Content-Type", b" text/plain; charset=utf-8")]
    if signed:
        signer = dkim_signer.Signer(
            key=domain.key, d=domain.name, s="s1", form="relaxed/relaxed",
            h="from:to:subject:date:message-id")
        fields.insert(0, signer.field(fields, body))
    return b"".join(milter_packets(domain, fields, body, login))


def make(directory, count):
    """The zone and the message files below directory."""
    domains = [Domain(*item) for item in enumerate(key_numbers(count))]
    with open(directory + "/zone", "w") as zone:
        for domain in domains:
            zone.write("".join(line + "\n" for line in domain.zone()))
    warm, cold = domains[:50], domains[50:]
    sets = {"warm": (warm, 4096), "cold": (cold, 4096),
            "k100": (warm, 100 * 1024), "m5": (warm[:4], 5 * 1024 * 1024)}
    for name, (senders, octets) in sets.items():
        with open(directory + "/" + name, "wb") as out:
            for number, domain in enumerate(senders):
                out.write(message(domain, octets, number))
    # Mail that we are to sign, from hosts and from users of ours.
    for name, login in ("hosts", False), ("logins", True):
        with open(directory + "/" + name, "wb") as out:
            for number, domain in enumerate(warm):
                out.write(message(domain, 4096, number, False, login))
