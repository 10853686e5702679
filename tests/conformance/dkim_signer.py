"""A small DKIM signer of which every tag can be bent (RFC 6376, RFC 8463).

Independent of the code under test: canonicalization, hashing and RSA are
written down here as the RFC says them; ed25519 comes from python3-cryptography.
The keys in dkim_keys.json were made for these tests and protect nothing.
"""
import base64
import hashlib
import json
import os
import re

from cryptography.hazmat.primitives.asymmetric import ed25519

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, 'dkim_keys.json')) as keys_file:
    KEYS = json.load(keys_file)


# ---- keys ----

def der(tag, value):
    size = len(value)
    head = bytes([size]) if size < 128 else \
        bytes([0x80 | (size.bit_length() + 7) // 8]) + \
        size.to_bytes((size.bit_length() + 7) // 8, 'big')
    return bytes([tag]) + head + value


def der_number(number):
    return der(2, number.to_bytes(number.bit_length() // 8 + 1, 'big'))


def bare_key(name):
    """RSAPublicKey."""
    key = KEYS[name]
    return der(0x30, der_number(int(key['n'], 16)) + der_number(key['e']))


def public_key(name):
    """What stands in p=, decoded: SubjectPublicKeyInfo or 32 octets."""
    if 'seed' in KEYS[name]:
        return private_ed25519(name).public_key().public_bytes_raw() \
            if hasattr(ed25519.Ed25519PublicKey, 'public_bytes_raw') else \
            raw_ed25519(name)
    algorithm = bytes.fromhex('300d06092a864886f70d0101010500')
    return der(0x30, algorithm + der(3, b'\0' + bare_key(name)))


def raw_ed25519(name):
    from cryptography.hazmat.primitives import serialization
    return private_ed25519(name).public_key().public_bytes(
        serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def private_ed25519(name):
    return ed25519.Ed25519PrivateKey.from_private_bytes(
        bytes.fromhex(KEYS[name]['seed']))


def p(name):
    return base64.b64encode(public_key(name)).decode()


def p_bare(name):
    return base64.b64encode(bare_key(name)).decode()


# ---- canonicalization: RFC 6376 section 3.4 ----

def header_simple(name, value):
    return name + b':' + value + b'\r\n'


def header_relaxed(name, value):
    value = re.sub(rb'[ \t]+', b' ', value.replace(b'\r\n', b''))
    return name.strip(b' \t').lower() + b':' + value.strip(b' \t') + b'\r\n'


def body_simple(body):
    if not body.endswith(b'\r\n'):
        body += b'\r\n'
    while body.endswith(b'\r\n\r\n'):
        body = body[:-2]
    return body


def body_relaxed(body):
    if body and not body.endswith(b'\r\n'):
        body += b'\r\n'
    lines = [re.sub(rb'[ \t]+', b' ', line).rstrip(b' ')
             for line in body.split(b'\r\n')[:-1]]
    while lines and lines[-1] == b'':
        lines.pop()
    return b''.join(line + b'\r\n' for line in lines)


HEADER = {'simple': header_simple, 'relaxed': header_relaxed}
BODY = {'simple': body_simple, 'relaxed': body_relaxed}


# ---- signing ----

def select(fields, names):
    """RFC 6376 section 5.4.2: each name takes the lowest field left."""
    left = list(fields)
    for name in names:
        for index in range(len(left) - 1, -1, -1):
            if left[index][0].strip().lower() == name.strip().lower():
                yield left.pop(index)
                break


def rsa_sign(key, hash_name, digest):
    info = {'sha256': '3031300d060960864801650304020105000420',
            'sha1': '3021300906052b0e03021a05000414'}[hash_name]
    number = int(key['n'], 16)
    size = (number.bit_length() + 7) // 8
    tail = b'\0' + bytes.fromhex(info) + digest
    padded = b'\0\1' + b'\xff' * (size - 2 - len(tail)) + tail
    signed = pow(int.from_bytes(padded, 'big'), int(key['d'], 16), number)
    return signed.to_bytes(size, 'big')


def signature_of(key_name, hash_name, data):
    key = KEYS[key_name]
    digest = hashlib.new(hash_name, data).digest()
    if 'seed' in key:
        return private_ed25519(key_name).sign(digest)
    return rsa_sign(key, hash_name, digest)


def octets(text):
    return text if isinstance(text, bytes) else text.encode('utf-8')


class Signer:
    """One signature.

    tags     [(name, value)] replaces a tag's value, None leaves the tag out,
             an unknown name is appended; "b" is the text around the value
    order    names of tags in the order in which they are written
    form     canonicalization as in c=; as_form is what is really used
    h        names, as they stand in h=
    limit    l= and what is hashed of the body
    """

    def __init__(self, key='r2048', d='example.com', s=None, form=None,
                 as_form=None, h='from:to:subject:date', a=None, limit=None,
                 tags=(), order=None, fold='\r\n\t', between='; ',
                 field_name='DKIM-Signature', lead=' ', end='', b_edit=None,
                 hash_name='sha256', cut_limit=True, equals='='):
        self.__dict__.update(locals())

    def tag_list(self, body):
        """All tags but the value of b=."""
        form = self.as_form or self.form or 'simple/simple'
        self.header_form, self.body_form = (form + '/simple').split('/')[:2]
        text = BODY[self.body_form](body)
        if self.limit is not None and self.cut_limit:
            text = text[:self.limit]
        bh = base64.b64encode(hashlib.new(self.hash_name, text).digest())
        algorithm = self.a or ('ed25519-sha256' if 'seed' in KEYS[self.key]
                               else 'rsa-' + self.hash_name)
        tags = {'v': '1', 'a': algorithm, 'c': self.form, 'd': self.d,
                's': self.s or self.key, 'h': self.h,
                'l': None if self.limit is None else str(self.limit),
                'bh': bh.decode(), 'b': ''}
        for name, value in self.tags:
            tags.pop(name, None) if value is None else \
                tags.__setitem__(name, value)
        tags = {k: v for k, v in tags.items() if v is not None}
        names = self.order or list(tags)
        return [(name, tags[name]) for name in names if name in tags]

    def field(self, fields, body):
        """(name, value) of the signature over these."""
        tags = self.tag_list(body)
        parts = [octets(name) + octets(self.equals) +
                 (b'\0B\0' if name == 'b' else octets(value))
                 for name, value in tags]
        text = octets(self.lead) + \
            octets(self.between).join(parts) + octets(self.end)
        name = octets(self.field_name)
        canon = HEADER[self.header_form]
        data = b''.join(canon(*field) for field in
                        select(fields, octets(self.h).split(b':')))
        data += canon(name, re.sub(rb'\s*\0B\0\s*', b'', text))[:-2]
        made = base64.b64encode(signature_of(self.key, self.hash_name, data))
        if self.b_edit:
            made = octets(self.b_edit(made.decode()))
        return name, text.replace(b'\0B\0', made)
