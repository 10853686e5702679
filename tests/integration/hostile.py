"""Malformed and hostile messages, made here; and zones that answer badly.

MESSAGES is [(name, message, options)].  No one of them is authenticated mail:
whatever else is made of them, DMARC must not say pass.  `smtp` is False where
an SMTP client cannot send the message as it stands.
"""

BASE = (b"From: ann@good.example\r\nTo: bob@example.net\r\n"
        b"Subject: hostile\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n")
BODY = b"\r\nHello.\r\n"
SIGNATURE = (b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;"
             b" d=good.example; s=s1; h=From:To:Subject;"
             b" bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n")

MESSAGES = []


def message(name, data, smtp=True):
    MESSAGES.append((name, data, smtp))


def signed(name, tags):
    message("dkim-" + name, b"DKIM-Signature: " + tags + b"\r\n" + BASE + BODY)


# ---- structure ----
message("empty", b"", smtp=False)
message("one-octet", b"x", smtp=False)
message("only-crlf", b"\r\n")
message("no-header", b"\r\nHello.\r\n")
message("no-body", BASE)
message("no-end-of-line", BASE[:-2], smtp=False)
message("body-without-blank-line", BASE + b"this is no field\r\nx\r\n")
message("mbox-line", b"From ann@good.example Sun Nov 22\r\n" + BASE + BODY)
message("colon-alone", b": x\r\n:\r\n" + BASE + BODY)
message("fold-first", b" folded\r\n\tmore\r\n" + BASE + BODY)
message("fold-of-nothing", BASE + b"X-A:\r\n \r\n\t\r\n \r\n" + BODY)
message("blank-before-colon", b"X-A \t : y\r\nFrom : eve@x.example\r\n" + BASE
        + BODY)
message("field-name-of-600", b"X" * 600 + b": y\r\n" + BASE + BODY)
message("control-characters",
        b"X-A: " + bytes(range(1, 9)) + b"\x7f\r\n" + BASE + BODY)
message("nul-in-header", b"X-A: a\0b\r\nSub\0ject: c\r\n" + BASE + BODY)
message("nul-in-from", b"From: ann@good.example\0@x.example\r\n" + BODY)
message("nul-in-body", BASE + b"\r\na\0b\0\0\r\n")
message("bare-lf", BASE.replace(b"\r\n", b"\n") + BODY.replace(b"\r\n", b"\n"),
        smtp=False)
message("bare-cr", BASE.replace(b"\r\n", b"\r") + b"\r\rHello.\r", smtp=False)
message("bare-lf-in-field", b"X-A: b\nFrom: eve@x.example\r\n" + BASE + BODY)
message("bare-cr-in-field", b"X-A: b\rFrom: eve@x.example\r\n" + BASE + BODY)
message("bare-ends-in-body", BASE + b"\r\na\nb\rc\r\r\nd\n\n\r")
message("lf-dot-lf", BASE + b"\r\na\n.\nb\r\n")

# ---- size ----
message("header-line-of-1-mb", b"X-A: " + b"a" * (1 << 20) + b"\r\n" + BASE
        + BODY)
message("from-of-1-mb", b"From: " + b"a" * (1 << 20) + b"@good.example\r\n"
        + BODY)
message("from-folded-10000-times", b"From:" + b"\r\n x," * 10000
        + b"\r\n ann@good.example\r\n" + BODY)
message("fields-2000", b"".join(b"X-%d: y\r\n" % n for n in range(2000))
        + BASE + BODY)
message("from-2000-times", b"From: ann@good.example\r\n" * 2000 + BODY)
message("authentication-results-1000-times",
        b"Authentication-Results: mx.example.org; spf=pass\r\n" * 1000 + BASE
        + BODY)
message("body-line-of-2-mb", BASE + b"\r\n" + b"b" * (2 << 20) + b"\r\n")
message("body-of-100000-empty-lines", BASE + b"\r\n" * 100000)
message("body-of-blanks", BASE + b"\r\n" + b" \t" * 200000 + b"\r\n")

# ---- MIME ----
DEEP = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n'
                b"--b%d\r\n" % (n, n) for n in range(1000))
message("mime-1000-deep", BASE + DEEP + b"x\r\n")
message("mime-no-boundary", BASE + b"Content-Type: multipart/mixed\r\n" + BODY)
message("mime-broken-word", BASE
        + b"X-Word: =?utf-8?b?\xff\xfe?= =?x?q??= =?\r\n" + BODY)

# ---- the author ----
for name, value in (
        ("no-address", b"nobody"),
        ("empty", b""),
        ("angle-only", b"<>"),
        ("open-angle", b"<ann@good.example"),
        ("open-quote", b'"ann <ann@good.example>'),
        ("open-comment", b"ann@good.example (((("),
        ("comments-100-deep", b"(" * 100 + b")" * 100 + b" eve@x.example"),
        ("group", b"Friends: ann@good.example, eve@x.example;"),
        ("empty-group", b"Undisclosed:;"),
        ("two-domains", b"ann@good.example, eve@x.example"),
        ("two-ats", b"ann@good.example@x.example"),
        ("quoted-at", b'"ann@good.example" <eve@x.example>'),
        ("quoted-local", b'"eve@good.example\\"@"@x.example'),
        ("route", b"<@good.example:eve@x.example>"),
        ("literal", b"eve@[192.0.2.1]"),
        ("empty-label", b"eve@good..example"),
        ("long-label", b"eve@" + b"a" * 64 + b".example"),
        ("long-domain", b"eve@" + b"a." * 200 + b"example"),
        ("one-label", b"eve@localhost"),
        ("dot", b"eve@."),
        ("wild-card", b"eve@*.good.example"),
        ("percent", b"eve@%{x}.good.example"),
        ("bad-utf8", b"\xff\xfe <eve@good\xc0\xaf.example>"),
        ("bad-utf8-domain", b"eve@\xed\xa0\x80.example"),
        ("dotless-i", "eve@good.exampl\u0435".encode()),
        ("bidi", "eve@\u202egood.example".encode()),
        ("bad-a-label", b"eve@xn--a.example"),
        ("injection", b"ann@good.example\r\n\tX-Injected: yes"),
        ("mailboxes-1000", b", ".join(b"a%d@good%d.example" % (n, n)
                                      for n in range(1000)))):
    message("from-" + name, b"From: " + value + b"\r\nSubject: x\r\n" + BODY)
message("no-from", b"To: bob@example.net\r\n" + BODY)
message("two-from", b"From: eve@x.example\r\n" + BASE + BODY)

# ---- DKIM ----
GOOD = (b"v=1; a=rsa-sha256; d=good.example; s=s1; h=From; bh="
        b"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA")
signed("empty", b"")
signed("semicolons", b";" * 1000)
signed("equals", b"=" * 1000)
signed("no-tags", b"nonsense")
signed("tags-1000", b"; ".join(b"t%d=x" % n for n in range(1000)))
signed("duplicate-d", GOOD + b"; d=x.example")
signed("duplicate-b", GOOD + b"; b=BBBB")
signed("nul", GOOD.replace(b"d=good", b"d=go\0od"))
signed("h-empty", GOOD.replace(b"h=From", b"h="))
signed("h-colons", GOOD.replace(b"h=From", b"h=" + b":" * 3000))
signed("h-10000-names", GOOD.replace(b"h=From", b"h=From" + b":X" * 10000))
signed("h-without-from", GOOD.replace(b"h=From", b"h=Subject"))
signed("h-unknown", GOOD.replace(b"h=From", b"h=From:\x00:\xff: :a b"))
signed("i-other-domain", GOOD + b"; i=@x.example")
signed("i-no-at", GOOD + b"; i=good.example")
signed("i-quoted-printable", GOOD + b"; i==00=0D=0A=ZZ=@good.example")
signed("i-of-5000", GOOD + b"; i=" + b"a" * 5000 + b"@good.example")
signed("l-negative", GOOD + b"; l=-1")
signed("l-huge", GOOD + b"; l=" + b"9" * 200)
signed("t-huge", GOOD + b"; t=" + b"9" * 30 + b"; x=1")
signed("x-before-t", GOOD + b"; t=2; x=1")
signed("z-of-10000", GOOD + b"; z=" + b"|a:b" * 2500)
signed("bad-base64", GOOD.replace(b"b=AAAA", b"b=!!!!===A"))
signed("bh-empty", GOOD.replace(b"bh=47", b"bh=;x="))
signed("c-unknown", GOOD + b"; c=none/\xff")
signed("a-unknown", GOOD.replace(b"rsa-sha256", b"rot13-md5"))
signed("a-ed25519", GOOD.replace(b"rsa-sha256", b"ed25519-sha256"))
signed("a-sha1", GOOD.replace(b"rsa-sha256", b"rsa-sha1"))
signed("q-unknown", GOOD + b"; q=http/xml")
signed("d-root", GOOD.replace(b"d=good.example", b"d=."))
signed("d-long", GOOD.replace(b"d=good.example", b"d=" + b"a." * 200 + b"b"))
signed("s-long", GOOD.replace(b"s=s1", b"s=" + b"s" * 300))
signed("s-of-labels", GOOD.replace(b"s=s1", b"s=" + b"s." * 120 + b"s"))
signed("v-2", GOOD.replace(b"v=1", b"v=2"))
signed("folded", GOOD.replace(b"; ", b";\r\n\t \r\n\t"))
message("dkim-60-signatures", SIGNATURE * 60 + BASE + BODY)
message("dkim-no-space", SIGNATURE.replace(b": ", b":") + BASE + BODY)
message("dkim-body-length-0", b"DKIM-Signature: " + GOOD + b"; l=0\r\n" + BASE
        + BODY)

# ---- what others claim ----
for name, value in (
        ("open-quote", b'"mx.example.org; spf=pass'),
        ("open-comment", b"((((mx.example.org; spf=pass"),
        ("comments-1000-deep", b"(" * 1000 + b"mx.example.org; spf=pass"),
        ("nul", b"mx.example.org\0; spf=pass"),
        ("of-100-kb", b"mx.example.org; " + b"spf=pass; " * 10000)):
    message("results-" + name, b"Authentication-Results: " + value + b"\r\n"
            + BASE + BODY)

# A zone in which every domain of the tests answers badly.
ZONES = {
    "servfail": "good.example * SERVFAIL\n_dmarc.good.example * SERVFAIL\n"
                "s1._domainkey.good.example * SERVFAIL\n",
    "bogus": "good.example * BOGUS\n_dmarc.good.example * BOGUS\n"
             "s1._domainkey.good.example * BOGUS\n",
    "loops": "good.example CNAME good.example\n"
             "_dmarc.good.example CNAME a.example\n"
             "a.example CNAME _dmarc.good.example\n"
             "s1._domainkey.good.example CNAME s1._domainkey.good.example\n",
    "spf-garbage": 'good.example TXT "v=spf1 %s"\n' % " ".join(
        ["include:good.example", "a:%{l}", "ip4:999.1.1.1/99", "ptr:"] * 10),
    "spf-includes-itself":
        'good.example TXT "v=spf1 include:good.example '
        'include:good.example a:%{i}.good.example -all"\n',
    "two-records": 'good.example TXT "v=spf1 +all"\n'
                   'good.example TXT "v=spf1 -all"\n'
                   '_dmarc.good.example TXT "v=DMARC1; p=none"\n'
                   '_dmarc.good.example TXT "v=DMARC1; p=reject"\n',
    "dmarc-garbage": '_dmarc.good.example TXT "v=DMARC1; p=\\255; rua=,,,; '
                     'sp=%s"\n' % ("x" * 200),
    "dkim-garbage": 's1._domainkey.good.example TXT '
                    '"v=DKIM1; k=rsa; p=AAAA"\n',
    "dkim-no-key": 's1._domainkey.good.example TXT "p="\n',
    "dkim-long": 's1._domainkey.good.example TXT %s\n' % " ".join(
        ['"%s"' % ("A" * 255)] * 60),
}

# Served by a real DNS server: packets that are broken, each in its own way.
GARBAGE = "".join("g%d.example * GARBAGE\n_dmarc.g%d.example * GARBAGE\n"
                  "s%d._domainkey.g%d.example * GARBAGE\n" % (n, n, n, n)
                  for n in range(7))


def garbage_message(number):
    """A message all of whose names are answered with garbage."""
    name = b"g%d.example" % number
    return SIGNATURE.replace(b"good.example", name).replace(
        b"s=s1", b"s=s%d" % number) + BASE.replace(b"good.example", name) + BODY
