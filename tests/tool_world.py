"""What tests/tool asks about: a zone, messages, a policy, a client."""

ZONE = r'''
; A domain that does all things well.
example.com TXT "v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 exp=why.%{d} -all"
why.example.com TXT "%{i} is no host of %{d}"
_dmarc.example.com TXT "v=DMARC1; p=reject; rua=mailto:d@example.com"
rfc8463._domainkey.mx.example.org TXT "v=DKIM1; k=ed25519; "
    "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
s1._domainkey.example.com TXT "v=DKIM1; k=ed25519; p=IN6aO9VjUd/RgRdV4W2Y"
    "UiTnr8GEd8xusdFTIsrt8is="
mail.example.com A 192.0.2.1
mail.example.com AAAA 2001:db8::1
mail.example.com TXT "v=spf1 a -all"
1.2.0.192.in-addr.arpa PTR mail.example.com
1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR mail.example.com
; Reverse DNS of other kinds.
2.2.0.192.in-addr.arpa PTR mail.example.com
3.2.0.192.in-addr.arpa * SERVFAIL
4.2.0.192.in-addr.arpa PTR down.example.com
down.example.com * TIMEOUT
; Trouble, one word a name.
servfail.example * SERVFAIL
timeout.example * TIMEOUT
bogus.example * BOGUS
nxdomain.example * NXDOMAIN
nodata.example TXT NODATA
garbage.example * GARBAGE
_dmarc.servfail.example * SERVFAIL
_dmarc.timeout.example * TIMEOUT
_dmarc.bogus.example * BOGUS
_dmarc.nxdomain.example * NXDOMAIN
_dmarc.nodata.example TXT NODATA
_dmarc.garbage.example * GARBAGE
; SPF records of many kinds.
softfail.example TXT "v=spf1 ~all"
neutral.example TXT "v=spf1 ?all"
broken.example TXT "v=spf1 ip4:192.0.2.300 -all"
two.example TXT "v=spf1 -all"
two.example TXT "v=spf1 +all"
include.example TXT "v=spf1 include:example.com ~all"
loop.example TXT "v=spf1 include:loop.example -all"
void.example TXT "v=spf1 a:v1.example a:v2.example a:v3.example -all"
evil.example TXT "v=spf1 exp=why.evil.example -all"
why.evil.example TXT "no\013\010Bcc: x\027[31m"
postmaster.example TXT "v=spf1 exists:%{l}.%{o}.yes -all"
postmaster.postmaster.example.yes A 127.0.0.2
xn--bcher-kva.example TXT "v=spf1 ip4:192.0.2.1 -all"
_dmarc.xn--bcher-kva.example TXT "v=DMARC1; p=quarantine; t=y"
; DMARC
_dmarc.org.example TXT "v=DMARC1; p=reject; sp=quarantine; np=none"
real.org.example A 192.0.2.9
_dmarc.strict.example TXT "v=DMARC1; p=quarantine; adkim=s; aspf=s"
_dmarc.two.example TXT "v=DMARC1; p=reject"
_dmarc.two.example TXT "v=DMARC1; p=none"
_dmarc.bare.example TXT "v=DMARC1; p=all"
_dmarc.suffix TXT "v=DMARC1; p=quarantine; psd=y"
'''.replace('"\n    "', '" "')

PLAIN = "From: Ann <ann@example.com>\nTo: bob@example.net\n" \
    "Subject: Hello\n\nHello, Bob.\n"
SIGNATURE = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;" \
    " d=example.com; s=s1;\n h=from:to:subject;" \
    " bh=IYs6mAcukH6WZP9HzM2oRWIYtAx5T8CyTDPPmbYwHso=;\n" \
    " b=Q4i2jEczMPD2ugKLhtsc6fp+VOXY7XvNF6lUkY9YFFLi9Lbb+rBvxHrCumcHNuK1d" \
    "czLJ3b5y57bMoWWFrJjDg==; t=1700000000;\n x=1700100000; i=@example.com\n"
MESSAGES = {
    "plain": PLAIN, "crlf": PLAIN.replace("\n", "\r\n"),
    "signed": SIGNATURE + PLAIN,
    "signed-crlf": (SIGNATURE + PLAIN).replace("\n", "\r\n"),
    "changed": SIGNATURE + PLAIN + "One more line.\n",
    "mbox": "From ann@example.com Sun Nov 22\n" + PLAIN,
    "blank-before-colon": PLAIN.replace("From:", "From :"),
    "returned": "Return-Path: <back@example.com>\n" + PLAIN,
    "subdomain": PLAIN.replace("@example.com", "@news.example.com"),
    "eai": PLAIN.replace("ann@example.com", "ann@b\u00fccher.example"),
    "two-from": "From: eve@evil.example\n" + PLAIN,
    "no-from": "Subject: x\n\nx\n",
    "forged": "Authentication-Results: mx.example.org; dmarc=pass\n" + PLAIN,
    "padded": "X-Pad: x\n" * 2100 + PLAIN,
    "padded-twice": "From: x@evil.example\n" + "X: x\n" * 2100 + PLAIN,
    "padded-signed": SIGNATURE + PLAIN.replace(
        "\n\n", "\n" + "X: x\n" * 2100 + "Subject: Other\n\n", 1),
    "group": PLAIN.replace("Ann <ann@example.com>", "A: ann@example.com;"),
    "hostile": "From: ann@example.com\nSubject: \x1b[31m\x07red\x00\xff\n\nx",
    "empty": "",
}

POLICY = '''policy "actions" mode enforce;
at connect {
    reject 554 5.7.1 "no, %{client.ip}" when client.ip == 192.0.2.66;
    bypass when client.ip == 192.0.2.67;
}
at helo { tempfail 451 4.7.1 "later" when helo == "later.example"; }
at mail { reject when spf == softfail; }
at rcpt { reject 550 5.1.1 "no %{rcpt}" when rcpt == "nobody@example.net"; }
at message {
    accept when auth.user == "ann";
    discard when subject == "discard";
    quarantine "held" when subject == "quarantine";
    tempfail 451 4.3.0 "not now" when subject == "tempfail";
    reject 550 5.7.1 "from %{from.domain}" when subject == "reject";
    score 2.5 "odd" when subject == "score";
    tag "X-Odd" "%{score}" when score > 2;
    shadow reject "would" when listener == "shadow";
    note "noted" when client.name == "mail.example.com";
}
'''

HOST = ("--ip", "192.0.2.1", "--helo", "mail.example.com")
ANN = HOST + ("--from", "ann@example.com")
NOW = ("--now", "1700000001")
ACTIONS = ("--policy", "actions.policy")


def subject(text):
    return PLAIN.replace("Hello\n", text + "\n", 1)
