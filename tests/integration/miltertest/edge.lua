-- What is rare but allowed.
dofile(DIRECTORY .. "/common.lua")

local conn = open_session()
local good = 0
for i = 1, 20 do
	good = good + (message(conn) and 1 or 0)
end
check(good == 20, "twenty messages on one connection")
mt.disconnect(conn)

conn = connect()
must(mt.conninfo(conn, "localhost", "unspec"))
must(mt.helo(conn, "localhost"))
check(message(conn), "a client without an address")
mt.disconnect(conn)

conn = open_session("2001:db8::1")
check(message(conn), "an IPv6 client")
mt.disconnect(conn)

conn = open_session()
envelope(conn, "<>")
header(conn)
body(conn)
must(mt.eom(conn))
check(stamped(conn), "the empty sender")
envelope(conn, "<j\xc3\xb6rg@b\xc3\xbccher.example>",
    "<m\xc3\xbcller@example.net>")
header(conn, "gr\xc3\xbc\xc3\x9fe")
body(conn)
must(mt.eom(conn))
check(stamped(conn), "addresses and a header in UTF-8")
must(mt.mailfrom(conn, "<sender@example.com>", "SIZE=123456",
    "BODY=8BITMIME", "SMTPUTF8"))
must(mt.rcptto(conn, "<user@example.net>", "NOTIFY=NEVER"))
header(conn)
body(conn)
must(mt.eom(conn))
check(stamped(conn), "arguments of MAIL and RCPT")

must(mt.mailfrom(conn, "<sender@example.com>"))
local taken = 0
for i = 1, 1000 do
	must(mt.rcptto(conn, "<user" .. i .. "@example.net>"))
	taken = taken + (replied(conn, SMFIR_CONTINUE) and 1 or 0)
end
check(taken == 1000, "a thousand recipients are taken")
header(conn)
body(conn)
must(mt.eom(conn))
check(stamped(conn), "a message with a thousand recipients")

envelope(conn)
must(mt.header(conn, "From", ""))
must(mt.header(conn, "Subject", "\t"))
must(mt.eoh(conn))
must(mt.eom(conn))
check(stamped(conn), "empty fields and no body")
envelope(conn)
must(mt.eoh(conn))
must(mt.eom(conn))
check(stamped(conn), "no header and no body")

must(mt.helo(conn, "one.example"))
must(mt.helo(conn, "two.example"))
check(message(conn), "HELO twice, and again between messages")
must(mt.mailfrom(conn, "<sender@example.com>"))
must(mt.helo(conn, "three.example"))
check(message(conn), "HELO in the middle of a message")
must(mt.mailfrom(conn, "<sender@example.com>"))
must(mt.mailfrom(conn, "<sender@example.com>"))
must(mt.rcptto(conn, "<user@example.net>"))
header(conn)
body(conn)
must(mt.eom(conn))
check(stamped(conn), "MAIL twice")
mt.disconnect(conn)

-- Bodies: nothing of them is kept, whatever their size.
conn = open_session()
envelope(conn)
header(conn)
must(mt.eoh(conn))
must(mt.bodyrandom(conn, 5000000))
must(mt.eom(conn))
check(stamped(conn), "a body of 5 MB")
mt.disconnect(conn)
