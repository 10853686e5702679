"""The scripted DNS of the tests.

Client NUMBER has the address 192.0.2.NUMBER at Postfix (by XCLIENT) and
127.0.2.NUMBER at Sendmail, which shows the real one; the zone knows both.
"""

GOOD, OTHER, STRANGER = 10, 20, 66

ZONE = """\
; good.example sends from client 10, signs, and publishes a reject policy
good.example A 192.0.2.10
good.example MX 10 mail.good.example
good.example TXT "v=spf1 ip4:192.0.2.10 ip4:127.0.2.10 ip6:2001:db8::10 -all"
_dmarc.good.example TXT "v=DMARC1; p=reject; rua=mailto:d@good.example"
mail.good.example A 192.0.2.10
mail.good.example A 127.0.2.10
mail.good.example AAAA 2001:db8::10
mail.good.example TXT "v=spf1 a -all"
10.2.0.192.in-addr.arpa PTR mail.good.example
10.2.0.127.in-addr.arpa PTR mail.good.example
0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR mail.good.example

; no client may send for these; what they want done about it differs
reject.example TXT "v=spf1 -all"
_dmarc.reject.example TXT "v=DMARC1; p=reject"
quarantine.example TXT "v=spf1 ~all"
_dmarc.quarantine.example TXT "v=DMARC1; p=quarantine"
none.example TXT "v=spf1 ?all"
_dmarc.none.example TXT "v=DMARC1; p=none"

; plain.example exists and publishes nothing
plain.example A 192.0.2.20
plain.example MX 10 plain.example
20.2.0.192.in-addr.arpa PTR plain.example
20.2.0.127.in-addr.arpa PTR liar.example

; null.example says that it takes no mail (RFC 7505)
null.example MX 0 .
null.example TXT "v=spf1 ip4:192.0.2.20 ip4:127.0.2.20 -all"

; trouble
broken.example * SERVFAIL
_dmarc.broken.example * SERVFAIL
timeout.example * TIMEOUT
"""
