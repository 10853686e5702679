"""The cases of the DKIM conformance run: what is signed, how it is bent, and
the literal results expected, in the order of the fields."""
from dkim_signer import Signer, p, p_bare

NOW = 1700000000        # 2023-11-14, for all cases; 300 s of skew

FIELDS = [
    (b'Received', b' from client.example.com (client.example.com\r\n'
     b'\t[192.0.2.1]) by mx.example.net; Tue, 14 Nov 2023 22:13:20 +0000'),
    (b'From', b' Joe <joe@example.com>'),
    (b'To', b' Suzie <suzie@example.net>'),
    (b'Subject', b' Is  dinner\r\n  ready?'),
    (b'Date', b' Tue, 14 Nov 2023 22:13:20 +0000'),
    (b'Message-ID', b' <1@example.com>'),
]
BODY = b'Hi.\r\n\r\nWe lost  the game. \tAre you hungry yet?  \r\n\r\nJoe.\r\n'

CASES = []
OK = 'signature verifies'
BAD = 'signature does not verify with the key'
BODY_BAD = 'body hash differs'


def line(word, reason, s='r2048', d='example.com'):
    return '%s d=%s s=%s %s' % (word, d, s, reason)


def good(s='r2048', d='example.com'):
    return line('pass', OK, s, d)


class Message:
    def __init__(self, fields=None, body=BODY):
        self.fields = list(FIELDS if fields is None else fields)
        self.body = body

    def sign(self, **how):
        self.fields.insert(0, Signer(**how).field(self.fields, self.body))
        return self

    def replace(self, name, old, new, index=0):
        at = [i for i, f in enumerate(self.fields) if f[0] == name][index]
        value = self.fields[at][1]
        assert old in value, (name, old)
        self.fields[at] = (name, value.replace(old, new))
        return self

    def insert(self, at, name, value):
        self.fields.insert(at, (name, value))
        return self

    def drop(self, name):
        self.fields = [f for f in self.fields if f[0] != name]
        return self

    def text(self):
        return b''.join(n + b':' + v + b'\r\n' for n, v in self.fields) + \
            b'\r\n' + self.body


def case(name, message, *expected):
    if not isinstance(message, bytes):
        message = message.text()
    CASES.append((name, message, list(expected)))


def signed(name, expected, **how):
    """The usual message, signed like this."""
    case(name, Message().sign(**how), expected)


# ---- DNS ----

SPLIT = p('r2048')
ZONE = '''
r512._domainkey.example.com TXT "p=%(r512)s"
r1016._domainkey.example.com TXT "p=%(r1016)s"
r1024._domainkey.example.com TXT "v=DKIM1; k=rsa; p=%(r1024)s"
r2048._domainkey.example.com TXT "v=DKIM1; k=rsa; p=%(half)s" "%(rest)s"
other._domainkey.example.com TXT "v=DKIM1; k=rsa; p=%(other)s"
r4096._domainkey.example.com TXT "v=DKIM1; p=%(r4096)s"
r8192._domainkey.example.com TXT "v=DKIM1; p=%(r8192)s"
e3._domainkey.example.com TXT "v=DKIM1; p=%(e3)s"
ed._domainkey.example.com TXT "v=DKIM1; k=ed25519; p=%(ed)s"
a.b.c._domainkey.example.com TXT "p=%(r2048)s"
r2048._domainkey.mail.example.com TXT "p=%(r2048)s"
r2048._domainkey.example.org TXT "p=%(r2048)s"
r2048._domainkey.xn--bcher-kva.example TXT "p=%(r2048)s"
xn--kse-qla._domainkey.example.com TXT "p=%(r2048)s"
bare._domainkey.example.com TXT "v=DKIM1; p=%(bare)s"
wrong._domainkey.example.com TXT "v=DKIM1; p=%(other)s"
folded._domainkey.example.com TXT "v = DKIM1 ; p = %(half)s %(rest)s ; "
unpadded._domainkey.example.com TXT "p=%(unpadded)s"
notes._domainkey.example.com TXT "v=DKIM1; n=a=20note; g=*; new=1; p=%(r2048)s"
test._domainkey.example.com TXT "v=DKIM1; t=y; p=%(r2048)s"
strict._domainkey.example.com TXT "v=DKIM1; t=s; p=%(r2048)s"
both._domainkey.example.com TXT "v=DKIM1; t=s:y; p=%(r2048)s"
flags._domainkey.example.com TXT "v=DKIM1; t=new:flag; p=%(r2048)s"
sha1._domainkey.example.com TXT "v=DKIM1; h=sha1; p=%(r2048)s"
sha256._domainkey.example.com TXT "v=DKIM1; h=sha1 : sha256; p=%(r2048)s"
email._domainkey.example.com TXT "v=DKIM1; s=email; p=%(r2048)s"
star._domainkey.example.com TXT "v=DKIM1; s=other:*; p=%(r2048)s"
tlsrpt._domainkey.example.com TXT "v=DKIM1; s=tlsrpt; p=%(r2048)s"
revoked._domainkey.example.com TXT "v=DKIM1; p="
nop._domainkey.example.com TXT "v=DKIM1; k=rsa"
v2._domainkey.example.com TXT "v=DKIM2; p=%(r2048)s"
vlast._domainkey.example.com TXT "p=%(r2048)s; v=DKIM1"
twice._domainkey.example.com TXT "v=DKIM1; p=%(r2048)s; p=%(r2048)s"
garbage._domainkey.example.com TXT "v=DKIM1; p=@@@"
notder._domainkey.example.com TXT "v=DKIM1; p=AAAA"
dsa._domainkey.example.com TXT "v=DKIM1; k=dsa; p=%(r2048)s"
edrsa._domainkey.example.com TXT "v=DKIM1; k=ed25519; p=%(r2048)s"
spf._domainkey.example.com TXT "v=spf1 -all"
spfkey._domainkey.example.com TXT "v=spf1 -all"
spfkey._domainkey.example.com TXT "v=DKIM1; p=%(r2048)s"
edandrsa._domainkey.example.com TXT "v=DKIM1; k=ed25519; p=%(ed)s"
edandrsa._domainkey.example.com TXT "v=DKIM1; k=rsa; p=%(r2048)s"
revokedandnew._domainkey.example.com TXT "v=DKIM1; p="
revokedandnew._domainkey.example.com TXT "v=DKIM1; p=%(r2048)s"
keys._domainkey.example.com TXT "v=DKIM1; p=%(other)s"
keys._domainkey.example.com TXT "v=DKIM1; p=%(r2048)s"
nodata._domainkey.example.com A 192.0.2.1
servfail._domainkey.example.com * SERVFAIL
bogus._domainkey.example.com * BOGUS
timeout._domainkey.example.com * TIMEOUT
cname._domainkey.example.com CNAME r2048._domainkey.example.com
nowhere._domainkey.example.com CNAME missing.example.com
_dmarc.example.com TXT "v=DMARC1; p=reject"
brisbane._domainkey.example.com TXT "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4G\
NADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYf\
cTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9t\
f6mcwGjaNBcWToI" "MmPSPDdQPNUYckcQ2QIDAQAB"
brisbane._domainkey.football.example.com TXT "v=DKIM1; k=ed25519; p=11qYAYK\
xCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
test._domainkey.football.example.com TXT "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb\
3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/\
J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5Q\
jvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
''' % dict({name: p(name) for name in
            ('r512', 'r1016', 'r1024', 'r2048', 'other', 'r4096', 'r8192',
             'e3', 'ed')},
           half=SPLIT[:200], rest=SPLIT[200:], bare=p_bare('r2048'),
           unpadded=p_bare('r1024').rstrip('='))

# ---- the examples of the RFCs ----

RFC6376 = b'''DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;
      c=simple/simple; q=dns/txt; i=joe@football.example.com;
      h=Received : From : To : Subject : Date : Message-ID;
      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB
        4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut
        KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV
        4bmp/YzhwvcubU4=;
Received: from client1.football.example.com  [192.0.2.1]
      by submitserver.example.com with SUBMISSION;
      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game. Are you hungry yet?

Joe.
'''.replace(b'\n', b'\r\n')

RFC8463 = b'''DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.

'''.replace(b'\n', b'\r\n')

FOOTBALL = [good('brisbane', 'football.example.com'),
            good('test', 'football.example.com')]
case('RFC 6376 appendix A.2', RFC6376, good('brisbane'))
case('RFC 6376 appendix A.2, one octet changed',
     RFC6376.replace(b'lost', b'Lost'),
     line('fail', BODY_BAD, 'brisbane'))
case('RFC 6376 appendix A.2, subject changed',
     RFC6376.replace(b'dinner', b'supper'), line('fail', BAD, 'brisbane'))
case('RFC 8463 appendix A.3', RFC8463, *FOOTBALL)
case('RFC 8463 appendix A.3, white space changed',
     RFC8463.replace(b'lost the', b'lost \t  the').replace(
         b'Subject: Is', b'SUBJECT :   Is'), *FOOTBALL)
case('RFC 8463 appendix A.3, a second subject',
     b'Subject: x\r\n' + RFC8463,
     line('fail', BAD, 'brisbane', 'football.example.com'),
     line('fail', BAD, 'test', 'football.example.com'))

# ---- canonicalization ----

FORMS = ('simple/simple', 'simple/relaxed', 'relaxed/simple',
         'relaxed/relaxed')
for form in FORMS:
    hform, bform = form.split('/')

    def expect(ok, why=BAD):
        return good() if ok else line('fail', why)

    signed('c=' + form, good(), form=form)
    signed('c=%s, ed25519' % form, good('ed'), form=form, key='ed')
    case('c=%s, header folded anew' % form,
         Message().sign(form=form).replace(
             b'Subject', b' Is  dinner\r\n  ready?', b' Is dinner ready?'),
         expect(hform == 'relaxed'))
    case('c=%s, case of a name changed' % form,
         Message([(b'FROM' if n == b'From' else n, v) for n, v in FIELDS])
         .sign(form=form, h='From:To'), good())
    case('c=%s, case of a name changed after' % form,
         Message().sign(form=form).insert(2, b'fROM',
                                          b' Joe <joe@example.com>')
         .drop(b'From'), expect(hform == 'relaxed'))
    for blank in (b' ', b' \t'):
        case('c=%s, %r before the colon' % (form, blank.decode()),
             Message().sign(form=form).insert(
                 2, b'From' + blank, b' Joe <joe@example.com>')
             .drop(b'From'), expect(hform == 'relaxed'))
    case('c=%s, value changed' % form,
         Message().sign(form=form).replace(b'To', b'Suzie', b'Suzy'),
         line('fail', BAD))
    case('c=%s, field taken away' % form,
         Message().sign(form=form).drop(b'Date'), line('fail', BAD))
    case('c=%s, unsigned field added' % form,
         Message().sign(form=form).insert(3, b'X-New', b' x'), good())
    for name, body, changed in (
            ('empty body', b'', None),
            ('one empty line', b'\r\n', None),
            ('empty lines at the end', BODY + b'\r\n\r\n\r\n', None),
            ('no CRLF at the end', BODY[:-2], None),
            ('white space line at the end', BODY + b' \t\r\n', None),
            ('only white space', b' \t \r\n \r\n', None),
            ('long line', b'x' * 100000 + b'\r\n', None),
            ('leading blanks', b'\r\n  x\r\n\t\r\ny \t z\r\n', None),
            ('eight-bit body', b'\xe4\xf6\xfc\x80\xff \xc3\xbc\r\n', None),
            ('NUL in the body', b'a\0b\r\n\0\r\n', None),
            ('dots', b'.\r\n..\r\n.x\r\n', None)):
        case('c=%s, %s' % (form, name), Message(body=body).sign(form=form),
             good())
    for name, before, after, same in (
            ('empty lines added at the end', BODY, BODY + b'\r\n\r\n', True),
            ('empty lines taken from the end', BODY + b'\r\n\r\n', BODY,
             True),
            ('last CRLF lost', BODY, BODY[:-2], True),
            ('white space at line ends', b'a\r\nb\r\n', b'a \t\r\nb \r\n',
             bform == 'relaxed'),
            ('white space made one', b'a  b\r\n', b'a b\r\n',
             bform == 'relaxed'),
            ('tab made a blank', b'a\tb\r\n', b'a b\r\n', bform == 'relaxed'),
            ('white space lost', b'a b\r\n', b'ab\r\n', False),
            ('white space at line start lost', b' a\r\n', b'a\r\n', False),
            ('empty line in the middle lost', b'a\r\n\r\nb\r\n',
             b'a\r\nb\r\n', False),
            ('body emptied', BODY, b'', False),
            ('empty body made a CRLF', b'', b'\r\n', True),
            ('line of white space added', b'a\r\n', b'a\r\n \t \r\n',
             bform == 'relaxed')):
        message = Message(body=before).sign(form=form)
        message.body = after
        case('c=%s, %s' % (form, name), message, expect(same, BODY_BAD))

signed('c= absent means simple', good(), form=None, as_form='simple/simple')
signed('c=relaxed means relaxed/simple', good(), form='relaxed',
       as_form='relaxed/simple')
signed('c=simple means simple/simple', good(), form='simple',
       as_form='simple/simple')
signed('c= with the other canonicalization', line('fail', BODY_BAD),
       form='simple/relaxed', as_form='simple/simple')
signed('c=unknown', line('neutral', 'the canonicalization in c= is unknown'),
       form='nofws', as_form='simple')
signed('c=relaxed/unknown',
       line('neutral', 'the canonicalization in c= is unknown'),
       form='relaxed/x', as_form='relaxed/relaxed')

# ---- the list of tags ----

R = dict(form='relaxed/relaxed')
signed('tags in another order', good(), order=['b', 'bh', 'h', 's', 'd', 'c',
                                               'a', 'v'], **R)
signed('tags on a line each', good(), between=';\r\n\t', **R)
signed('tags on a line each, simple', good(), between=';\r\n\t',
       form='simple/simple')
signed('no white space between tags', good(), between=';', lead='', **R)
signed('a semicolon at the end', good(), end=';', **R)
signed('a semicolon and a fold at the end', good(), end=' ;\r\n ', **R)
signed('white space around =', good(), equals=' = ', **R)
signed('unknown tags', good(), tags=[('x_new', 'a=b c'), ('y', '')], **R)
signed('an unknown tag that ends in b', good(), tags=[('web', 'yes')], **R)
signed('z= with copies', good(),
       tags=[('z', 'From:Joe=20<joe@example.com>|To:x')], **R)
signed('field name in another case', good(), field_name='dkim-SIGNATURE', **R)
signed('field name in another case, simple', good(), field_name='dkim-signature',
       form='simple/simple')
signed('a tag twice', line('neutral', 'a tag comes twice'),
       end='; d=example.com', **R)
signed('an empty tag', 'neutral d= s= an empty tag',
       between=';;', **R)
signed('a tag without =', line('neutral', 'a tag has no "="'),
       end='; nothing', **R)
signed('a name with a hyphen', line('neutral',
                                    "a tag's name is malformed"),
       end='; x-y=1', **R)
signed('a control character',
       line('neutral', "a tag's value has a forbidden octet"),
       tags=[('n', 'a\x01b')], order=['v', 'a', 'c', 'd', 's', 'h', 'bh', 'b',
                                      'n'], **R)

# ---- v=, a=, b=, bh= ----

signed('v= absent', line('neutral', 'v= is missing'), tags=[('v', None)], **R)
signed('v=2', line('neutral', 'v= is not 1'), tags=[('v', '2')], **R)
signed('v=1.0', line('neutral', 'v= is not 1'), tags=[('v', '1.0')], **R)
signed('a= absent', line('neutral', 'a= is missing'), tags=[('a', None)], **R)
signed('a= unknown', line('neutral', 'the algorithm in a= is unknown'),
       a='rsa-sha512', **R)
signed('a= in capitals', good(), a='RSA-SHA256', **R)
signed('rsa-sha1', line('permerror', 'rsa-sha1 is not accepted (RFC 8301)'),
       hash_name='sha1', **R)
signed('rsa-sha256 claimed, sha1 used', line('fail', BODY_BAD),
       hash_name='sha1', a='rsa-sha256', **R)
signed('ed25519', good('ed'), key='ed', **R)
signed('ed25519 claimed for an RSA key',
       line('permerror', 'the key is of another type than the signature, at '
            'r2048._domainkey.example.com'), a='ed25519-sha256', **R)
signed('RSA claimed for an ed25519 key',
       line('permerror', 'the key is of another type than the signature, at '
            'ed._domainkey.example.com', 'ed'), a='rsa-sha256', key='ed', **R)
signed('b= absent', line('neutral', 'b= is missing'), tags=[('b', None)], **R)
signed('b= empty', line('neutral', 'b= is empty'), b_edit=lambda b: '', **R)
signed('b= folded', good(),
       b_edit=lambda b: '\r\n\t'.join(b[i:i + 60]
                                      for i in range(0, len(b), 60)), **R)
signed('b= folded, simple', good(), form='simple/simple',
       b_edit=lambda b: ' ' + '\r\n  '.join(b[i:i + 7] for i in
                                            range(0, len(b), 7)) + ' ')
signed('b= first, then a fold, simple', good(), form='simple/simple',
       order=['b', 'v', 'a', 'c', 'd', 's', 'h', 'bh'],
       b_edit=lambda b: b + '\r\n  ')
signed('b= without padding', good(), b_edit=lambda b: b.rstrip('='), **R)
signed('b= with a wrong octet', line('neutral', 'b= is not base64'),
       b_edit=lambda b: '*' + b[1:], **R)
signed('b= changed', line('fail', BAD),
       b_edit=lambda b: ('A' if b[0] != 'A' else 'B') + b[1:], **R)
signed('b= cut', line('fail', BAD), b_edit=lambda b: b[:100], **R)
signed('b= one octet', line('fail', BAD), b_edit=lambda b: 'AA==', **R)
signed('b= too long', line('fail', BAD), b_edit=lambda b: 'AAAA' + b, **R)
signed('ed25519, b= cut', line('fail', BAD, 'ed'), key='ed',
       b_edit=lambda b: b[:40], **R)
signed('ed25519, b= changed', line('fail', BAD, 'ed'), key='ed',
       b_edit=lambda b: 'AAAA' + b[4:], **R)
signed('bh= absent', line('neutral', 'bh= is missing'),
       tags=[('bh', None)], **R)
signed('bh= empty', line('neutral', 'bh= is empty'), tags=[('bh', '')], **R)
signed('bh= not base64', line('neutral', 'bh= is not base64'),
       tags=[('bh', '?')], **R)
signed('bh= of another body', line('fail', BODY_BAD), tags=[
    ('bh', '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=')], **R)
signed('bh= of the wrong size', line('fail', BODY_BAD),
       tags=[('bh', 'AAAA')], **R)

# ---- d= and s= ----

signed('d= absent', line('neutral', 'd= is missing', d=''),
       tags=[('d', None)], **R)
signed('d= empty', line('neutral', 'the domain in d= is malformed', d=''),
       d='', **R)
signed('d= one label', line('neutral', 'the domain in d= is malformed',
                            d=''), d='com', **R)
signed('d= with a final dot', line(
    'neutral', 'the domain in d= is malformed', d=''), d='example.com.', **R)
signed('d= with a slash', line('neutral', 'the domain in d= is malformed',
                               d=''), d='exam/ple.com', **R)
signed('d= in capitals', good(), d='EXAMPLE.Com', **R)
signed('d= a subdomain', good(d='mail.example.com'), d='mail.example.com',
       **R)
signed('d= of somebody else', good(d='example.org'), d='example.org', **R)
signed('d= as U-labels', good(d='xn--bcher-kva.example'),
       d='b\u00fccher.example', **R)
signed('d= as A-labels', good(d='xn--bcher-kva.example'),
       d='xn--bcher-kva.example', **R)
signed('s= absent', line('neutral', 's= is missing', ''),
       tags=[('s', None)], **R)
signed('s= empty', line('neutral', 'the selector in s= is malformed', ''),
       tags=[('s', '')], **R)
signed('s= with a space', line('neutral', 'the selector in s= is malformed',
                               ''), s='a b', **R)
signed('s= of three labels', good('a.b.c'), s='a.b.c', **R)
signed('s= as U-labels', good('xn--kse-qla'), s='k\u00e4se', **R)
signed('s= in capitals', good('r2048'), s='R2048', **R)

# ---- h= ----

signed('h= absent', line('neutral', 'h= is missing'), tags=[('h', None)],
       **R)
signed('h= empty', line('neutral', 'h= is malformed'), tags=[('h', '')], **R)
signed('h= without from', line('permerror', 'From is not signed'),
       h='to:subject', **R)
signed('h= from alone', good(), h='from', **R)
signed('h= with white space and folds', good(),
       h='From :\r\n\tTo\t: Subject', **R)
signed('h= with an empty name', line('neutral', 'h= is malformed'),
       h='from::to', **R)
signed('h= names fields that are not there', good(),
       h='from:cc:reply-to:x-none', **R)
signed('h= names every field', good(),
       h='received:from:to:subject:date:message-id', **R)
signed('h= names every field and more', good(),
       h='received:from:to:subject:date:message-id:from:to:x:y', **R)
case('h= over-signs, then a field is added',
     Message().sign(h='from:subject:subject', **R)
     .insert(1, b'Subject', b' x'), line('fail', BAD))
case('h= over-signs From, then one is added',
     Message().sign(h='from:from:to', **R)
     .insert(1, b'From', b' Eve <eve@example.net>'), line('fail', BAD))
case('h= does not over-sign, one is added on top',
     Message().sign(h='from:subject', **R).insert(1, b'Subject', b' x'),
     good())
case('h= does not over-sign, one is added below',
     Message().sign(h='from:subject', **R).insert(7, b'Subject', b' x'),
     line('fail', BAD))
RECEIVED = [(b'Received', b' one'), (b'Received', b' two'),
            (b'Received', b' three')] + FIELDS
case('repeated fields from the bottom',
     Message(RECEIVED).sign(h='from:received:received', **R), good())
case('repeated fields, the top one changed',
     Message(RECEIVED).sign(h='from:received:received', **R)
     .replace(b'Received', b' one', b' 1'), good())
case('repeated fields, the third from below changed',
     Message(RECEIVED).sign(h='from:received:received:received', **R)
     .replace(b'Received', b' two', b' 2', 1), line('fail', BAD))
case('repeated fields in another order',
     Message(RECEIVED).sign(h='from:received:received', **R)
     .drop(b'Received').insert(1, b'Received', b' three')
     .insert(1, FIELDS[0][0], FIELDS[0][1]), line('fail', BAD))
case('two From fields', Message(FIELDS + [(b'From', b' eve@example.net')])
     .sign(h='from:to', **R), good())
case('no From field', Message([f for f in FIELDS if f[0] != b'From'])
     .sign(h='from:to', **R), good())
case('From that nobody can parse',
     Message([(n, b' ((<"' if n == b'From' else v) for n, v in FIELDS])
     .sign(h='from:to', **R), good())
case('empty values', Message([(b'From', b''), (b'To', b' '),
                              (b'Subject', b'\r\n ')])
     .sign(h='from:to:subject', **R), good())
case('empty values, simple', Message([(b'From', b''), (b'To', b' '),
                                      (b'Subject', b'\r\n ')])
     .sign(h='from:to:subject', form='simple/simple'), good())
case('UTF-8 in signed fields', Message(
    [(n, ' J\u00f6rg <j\u00f6rg@example.com>'.encode() if n == b'From' else v)
     for n, v in FIELDS]).sign(**R), good())
case('Latin-1 in signed fields', Message(
    [(n, b' J\xf6rg \xff <joe@example.com>' if n == b'From' else v)
     for n, v in FIELDS]).sign(**R), good())
case('a colon in a value', Message(
    [(n, b' a: b :c' if n == b'Subject' else v) for n, v in FIELDS])
    .sign(**R), good())
case('a long field', Message(FIELDS + [(b'References', b'\r\n\t<x@y>' * 4000)])
     .sign(h='from:references', **R), good())
case('a thousand other fields', Message(
    FIELDS + [(b'X-%d' % i, b' x') for i in range(1000)]).sign(**R), good())
signed('h= with a hundred names', good(),
       h='from:' + ':'.join('x-%d' % i for i in range(100)), **R)
signed('h= with five hundred names', good(),
       h='from:' + ':'.join('x%d' % i for i in range(499)), **R)
signed('h= with too many names',
       line('neutral', 'h= names too many fields'),
       h='from:' + ':'.join('x%d' % i for i in range(500)), **R)

# ---- i= ----

for i in ('@example.com', 'joe@example.com', 'joe@mail.example.com',
          '@a.b.c.example.com', 'Joe@EXAMPLE.com', 'j=3Doe@example.com',
          'j=20o\r\n\te@example.com', 'a+b=2Fc@example.com'):
    signed('i=%r' % i, good(), tags=[('i', i)], **R)
signed('i= of another domain', line('permerror', 'i= is not in d='),
       tags=[('i', '@example.org')], **R)
signed('i= of a parent', line('permerror', 'i= is not in d=',
                              d='mail.example.com'), d='mail.example.com',
       tags=[('i', '@example.com')], **R)
signed('i= of a look-alike', line('permerror', 'i= is not in d='),
       tags=[('i', '@badexample.com')], **R)
for i in ('', 'joe', 'example.com', '@', 'x=@example.com', 'x=4@example.com',
          'x=G0@example.com', '@example.com=', '=' * 500 + '@example.com'):
    signed('i=%.20r is malformed' % i, line('neutral', 'i= is malformed'),
           tags=[('i', i)], **R)
signed('i= of 300 octets', good(),
       tags=[('i', 'a' * 300 + '@example.com')], **R)
signed('i= with an encoded @', good(), tags=[('i', 'a=40b@example.com')],
       **R)
signed('i= with two @', good(), tags=[('i', 'a@b@example.com')], **R)
signed('i= as U-labels', good(d='xn--bcher-kva.example'),
       d='xn--bcher-kva.example', tags=[('i', 'j\u00f6@b\u00fccher.example')],
       **R)

# ---- l= ----

LIMITED = ' (limited)'
PARTLY = ', but l= leaves out some of the body (limited)'

for size in (0, 1, 5, len(BODY) - 1):
    for form in FORMS:
        if not (form.endswith('relaxed') and size > 20):
            signed('l=%d, %s' % (size, form), good() + PARTLY, limit=size, form=form)
signed('l= of the whole body', good(), limit=len(BODY), form='simple/simple')
signed('l= larger than the body', line('fail', 'l= is larger than the body'),
       limit=len(BODY) + 1, form='simple/simple')
signed('l= larger than any body', line('fail', 'l= is larger than the body'),
       tags=[('l', '9' * 70)], **R)
signed('l= malformed', line('neutral', 'l= is malformed'),
       tags=[('l', '1k')], **R)
signed('l= negative', line('neutral', 'l= is malformed'),
       tags=[('l', '-1')], **R)
signed('l= with zeros in front', good() + PARTLY, tags=[('l', '0' * 60 + '5')],
       limit=5, **R)
message = Message().sign(limit=len(BODY), form='simple/simple')
message.body += b'Buy our pills!\r\n'
case('l= and text added', message, good() + PARTLY)
message = Message().sign(limit=10, form='simple/simple')
message.body = b'Ha' + message.body[2:]
case('l= and text changed before it', message,
     line('fail', BODY_BAD) + LIMITED)
message = Message(body=b'').sign(limit=0, form='relaxed/relaxed')
message.body = b'anything\r\n'
case('l=0 and a body', message, good() + PARTLY)
message = Message(body=b'a\r\n\r\n\r\n').sign(limit=3, form='simple/simple')
message.body = b'a\r\n'
case('l= up to the empty lines', message, good())

# ---- q= ----

signed('q=dns/txt', good(), tags=[('q', 'dns/txt')], **R)
signed('q= with one that we do not know', good(),
       tags=[('q', 'http/x : dns/txt')], **R)
signed('q=dns', line('neutral', 'q= has no method that we know'),
       tags=[('q', 'dns')], **R)
signed('q=other', line('neutral', 'q= has no method that we know'),
       tags=[('q', 'http/x')], **R)
signed('q= empty', line('neutral', 'q= has no method that we know'),
       tags=[('q', '')], **R)

# ---- t= and x= ----

signed('t= now', good(), tags=[('t', str(NOW))], **R)
signed('t=0', good(), tags=[('t', '0')], **R)
signed('t= within the skew', good(), tags=[('t', str(NOW + 300))], **R)
signed('t= in the future', line('permerror',
                                'signed in the future, 2023-11-14'),
       tags=[('t', str(NOW + 301))], **R)
signed('t= far in the future',
       line('permerror', 'signed in the future, 33658-09-27'),
       tags=[('t', '999999999999')], **R)
signed('t= malformed', line('neutral', 't= is malformed'),
       tags=[('t', '1.5')], **R)
signed('t= too long', line('neutral', 't= is malformed'),
       tags=[('t', '1' * 13)], **R)
signed('x= in the future', good(), tags=[('x', str(NOW + 1))], **R)
signed('x= within the skew', good(), tags=[('x', str(NOW - 300))], **R)
signed('x= past', line('permerror', 'expired 2023-11-14'),
       tags=[('x', str(NOW - 301))], **R)
signed('x= and t=', good(), tags=[('t', str(NOW - 100)),
                                  ('x', str(NOW + 100))], **R)
signed('x= the same as t=', line('permerror', 'x= is not after t='),
       tags=[('t', str(NOW)), ('x', str(NOW))], **R)
signed('x= before t=', line('permerror', 'x= is not after t='),
       tags=[('t', str(NOW)), ('x', str(NOW - 1))], **R)
signed('x= far in the future', good(), tags=[('x', '999999999999')], **R)
signed('x= malformed', line('neutral', 'x= is malformed'),
       tags=[('x', 'soon')], **R)
signed('x= empty', line('neutral', 'x= is malformed'), tags=[('x', '')], **R)

# ---- keys ----


def at(s):
    return ', at %s._domainkey.example.com' % s


def with_key(s, expected, name=None, **how):
    how.setdefault('key', 'r2048')
    signed(name or 'key: ' + s, expected, s=s, form='relaxed/relaxed', **how)


for bits in ('r1024', 'r4096', 'r8192', 'e3'):
    with_key(bits, good(bits), key=bits)
for bits in ('r512', 'r1016'):
    with_key(bits, line('permerror', 'the key is too short (RFC 8301)' +
                        at(bits), bits), key=bits)
for s in ('bare', 'folded', 'notes', 'test', 'strict', 'both', 'flags',
          'sha256', 'email', 'star', 'cname', 'spfkey', 'edandrsa',
          'revokedandnew', 'keys'):
    with_key(s, good(s) + (' (testing)' if s in ('test', 'both') else ''))
with_key('edandrsa', good('edandrsa'), 'key: edandrsa, the other', key='ed')
with_key('unpadded', good('unpadded'), key='r1024')
with_key('wrong', line('fail', BAD, 'wrong'))
with_key('test', line('fail', BAD, 'test') + ' (testing)',
         'key: test, wrong signature',
         key='other')
with_key('strict', line('permerror', 'the key does not allow i= below d=' +
                        at('strict'), 'strict'), 'key: t=s and a subdomain',
         tags=[('i', '@mail.example.com')])
with_key('strict', good('strict'), 'key: t=s and the same domain',
         tags=[('i', 'joe@Example.com')])
for s, why in (
        ('sha1', 'the key is not for this hash'),
        ('tlsrpt', 'the key is not for mail'),
        ('revoked', 'the key is revoked'),
        ('nop', 'the key record has no p='),
        ('vlast', "the key's v= is not first"),
        ('twice', 'a tag comes twice'),
        ('garbage', "the key's p= is not base64"),
        ('notder', 'the key in p= cannot be decoded'),
        ('dsa', "the key's type is unknown")):
    with_key(s, line('permerror', why + at(s), s))
with_key('edrsa', line('permerror', 'the key in p= cannot be decoded' +
                       at('edrsa'), 'edrsa'), key='ed')
for s in ('v2', 'spf'):
    with_key(s, line('permerror', 'no key record at %s._domainkey.'
                     'example.com' % s, s))
for s, status in (('missing', 'NXDOMAIN'), ('nodata', 'NODATA'),
                  ('nowhere', 'NXDOMAIN')):
    with_key(s, line('permerror', 'no key at %s._domainkey.example.com (%s)'
                     % (s, status), s))
for s, status in (('servfail', 'SERVFAIL'), ('bogus', 'BOGUS')):
    with_key(s, line('temperror', 'key lookup failed (%s)' % status, s))
with_key('timeout', line('temperror', 'key lookup timed out', 'timeout'))

# ---- several signatures ----

case('no signature', Message())
case('two signatures, the lower one first',
     Message().sign(**R).sign(key='ed', d='example.com', **R),
     good('ed'), good())
case('a hostile signature above a good one',
     Message().sign(**R).insert(0, b'DKIM-Signature', b' v=1; a=b; i==@;;'),
     'neutral d= s= an empty tag', good())
case('a hostile signature below a good one',
     Message([(b'DKIM-Signature', b' \xff\x00\x01;b=;;')] + FIELDS)
     .sign(**R), good(), "neutral d= s= a tag has no \"=\"")
case('an empty signature', Message().sign(**R)
     .insert(0, b'DKIM-Signature', b''), 'neutral d= s= an empty tag',
     good())
case('a signature whose key cannot be had, and a good one',
     Message().sign(**R).sign(s='servfail', **R).sign(s='missing', **R),
     line('permerror', 'no key at missing._domainkey.example.com (NXDOMAIN)',
          'missing'),
     line('temperror', 'key lookup failed (SERVFAIL)', 'servfail'), good())
case('the same signature twice',
     (lambda m: m.insert(0, *m.fields[0]))(Message().sign(**R)),
     good(), good())
case('a signature that covers another',
     Message().sign(**R).sign(h='from:dkim-signature', key='ed', **R),
     good('ed'), good())
case('a signature that covers another, which is changed',
     Message().sign(**R).sign(h='from:dkim-signature', key='ed', **R)
     .replace(b'DKIM-Signature', b'rsa-sha256', b'rsa-SHA256', 1),
     line('fail', BAD, 'ed'), line('fail', BAD))
case('a signature that covers another, which is malformed',
     Message([(b'DKIM-Signature', b' v=1; v=1; h=:;')] + FIELDS)
     .sign(h='from:dkim-signature', **R), good(),
     'neutral d= s= a tag comes twice')
case('a signature that covers two others',
     Message().sign(**R).sign(key='ed', **R)
     .sign(h='from:dkim-signature:dkim-signature', **R),
     good(), good('ed'), good())
case('a signature that covers one of two',
     Message().sign(key='ed', **R).sign(h='from:dkim-signature', **R)
     .sign(s='wrong', **R),
     line('fail', BAD, 'wrong'), good(), good('ed'))
case('a signature that names itself in h=',
     Message().sign(h='from:dkim-signature', **R), good())
case('ten signatures and two more', Message().sign(**R).sign(**R).sign(**R)
     .sign(**R).sign(**R).sign(**R).sign(**R).sign(**R).sign(**R).sign(**R)
     .sign(**R).sign(**R), *([good()] * 10 + [
         line('none', 'not checked: more than 10 signatures')] * 2))
many = Message()
many.sign(**R)
for _ in range(12):
    many.sign(d='example.org', **R)
case('the author\'s own signature below twelve others', many,
     *([good(d='example.org')] * 9 + [line(
         'none', 'not checked: more than 10 signatures', d='example.org')] * 3
       + [good()]))
case('malformed ones do not count', Message(
    [(b'DKIM-Signature', b' x')] * 20 + FIELDS).sign(**R), good(),
    *['neutral d= s= a tag has no "="'] * 20)
case('more fields than are read', Message(
    [(b'DKIM-Signature', b' x')] * 51 + FIELDS).sign(**R), good(),
    *(['neutral d= s= a tag has no "="'] * 49 + [
        'none d= s= not checked: more than 50 signature fields'] * 2))
signed('a field that is too large',
       'none d= s= not checked: the field has more than 16384 octets',
       tags=[('z', 'x' * 17000)], **R)
signed('a field of 16000 octets', good(), tags=[('z', 'x' * 15400)], **R)

# ---- what is signed is not what arrived ----

signed('another key', line('fail', BAD), key='other', s='r2048', **R)
case('d= changed afterwards',
     Message().sign(**R).replace(b'DKIM-Signature', b'd=example.com',
                                 b'd=example.org'),
     line('fail', BAD, d='example.org'))
case('a tag added afterwards',
     Message().sign(**R).replace(b'DKIM-Signature', b' v=1', b' y=1; v=1'),
     line('fail', BAD))
case('white space in the signature changed, relaxed',
     Message().sign(**R).replace(b'DKIM-Signature', b'; ', b';\r\n\t'),
     good())
case('white space in the signature changed, simple',
     Message().sign(form='simple/simple')
     .replace(b'DKIM-Signature', b'; ', b';  '), line('fail', BAD))
case('body with bare LF', Message(body=b'a\nb\r\n').sign(**R), good())
case('body with bare LF, simple',
     Message(body=b'a\nb\r\n\n').sign(form='simple/simple'), good())
case('body with bare CR', Message(body=b'a\rb\r\r\nc\r').sign(**R), good())
case('body with bare CR, simple',
     Message(body=b'a\rb\r\r\n\r\r\nc\r').sign(form='simple/simple'), good())
case('vertical tab and form feed in a field', Message(
    [(n, b' a\vb \f c' if n == b'Subject' else v) for n, v in FIELDS])
    .sign(**R), good())
case('NUL in a field', Message(
    [(n, b' a\0b' if n == b'Subject' else v) for n, v in FIELDS])
    .sign(**R), good())

# ---- what l= counts for: case, setting dkim_l, the result of DMARC ----

DMARC = [
    ('l= and text added', 'ignore', 'fail'),
    ('l= and text added', 'accept', 'pass'),
    ('l= of the whole body', 'ignore', 'pass'),
    ('l= and text changed before it', 'accept', 'fail'),
]
