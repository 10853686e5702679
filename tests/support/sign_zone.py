#!/usr/bin/python3
"""Print the signed records that tests/unit/dns/unbound_test.c asks for.

usage: tests/support/sign_zone.py > tests/unit/dns/signed.zone

Needs python3-cryptography.  The key (RFC 8080, from a seed that is no secret)
and the times are fixed, so the output is always the same.  The first line is
a comment with the trust anchor.
"""
import base64
import struct

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

ZONE = "signed.example"
ED25519, A, DNSKEY, RRSIG = 15, 1, 48, 46
TTL, NOT_BEFORE, NOT_AFTER = 300, 1577836800, 3629145600  # 2020, 2085
KEY = ed25519.Ed25519PrivateKey.from_private_bytes(
    b"assay test zone key, no secret!!")
PUBLIC = KEY.public_key().public_bytes(serialization.Encoding.Raw,
                                       serialization.PublicFormat.Raw)
KEY_DATA = struct.pack(">HBB", 257, 3, ED25519) + PUBLIC


def wire(name):
    return b"".join(bytes([len(label)]) + label.encode()
                    for label in name.split(".")) + b"\0"


def key_tag():
    """RFC 4034 appendix B."""
    total = sum(octet << 8 if i % 2 == 0 else octet
                for i, octet in enumerate(KEY_DATA))
    return (total + (total >> 16)) & 0xffff


def signature(name, kind, data):
    """The data of an RRSIG over one record; RFC 4034 section 3.1.8.1."""
    head = struct.pack(">HBBIIIH", kind, ED25519, name.count(".") + 1, TTL,
                       NOT_AFTER, NOT_BEFORE, key_tag()) + wire(ZONE)
    record = wire(name) + struct.pack(">HHIH", kind, 1, TTL, len(data)) + data
    return head + KEY.sign(head + record)


def line(name, kind, data):
    print(f"{name} {TTL} TYPE{kind} \\# {len(data)} {data.hex()}")


def main():
    anchor = base64.b64encode(PUBLIC).decode()
    print(f"; {ZONE}. IN DNSKEY 257 3 {ED25519} {anchor}")
    line(ZONE, DNSKEY, KEY_DATA)
    line(ZONE, RRSIG, signature(ZONE, DNSKEY, KEY_DATA))
    host, forged = "host." + ZONE, "forged." + ZONE
    line(host, A, bytes([192, 0, 2, 1]))
    line(host, RRSIG, signature(host, A, bytes([192, 0, 2, 1])))
    line(forged, A, bytes([192, 0, 2, 66]))
    line(forged, RRSIG, signature(forged, A, bytes([192, 0, 2, 1])))


if __name__ == "__main__":
    main()
