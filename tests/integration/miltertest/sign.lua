-- Who is signed for, in ways that no MTA shows mail.
dofile(DIRECTORY .. "/common.lua")

function login(conn, name)
	must(mt.macro(conn, SMFIC_MAIL, "{auth_authen}", name))
end

function send(conn, author)
	envelope(conn)
	must(mt.header(conn, "From", author or "ann@example.com"))
	must(mt.header(conn, "Subject", "a test"))
	body(conn)
	must(mt.eom(conn))
end

function signed(conn)
	return mt.eom_check(conn, MT_HDRINSERT, "DKIM-Signature") == true
end

-- Logins come and go within one connection.
local conn = open_session("192.0.2.1")
login(conn, "")
send(conn)
check(stamped(conn) and not signed(conn), "a stranger's mail")
login(conn, "ann")
send(conn)
check(signed(conn), "a login's mail behind a stranger's")
local value = mt.getheader(conn, "DKIM-Signature", 0)
check(value ~= nil and string.find(value, "\r") == nil and
    string.find(value, "\n\t") ~= nil, "the field is folded with LF alone")
check(value ~= nil and string.find(value, "d=example.com;") ~= nil and
    string.find(value, "l=%d") == nil, "the author's domain, and never l=")
login(conn, "")
send(conn)
check(stamped(conn) and not signed(conn), "a stranger's behind a login's")

-- What is left in the middle leaves nothing behind.
login(conn, "ann")
envelope(conn)
header(conn)
must(mt.abort(conn))
login(conn, "")
send(conn)
check(stamped(conn) and not signed(conn), "a stranger's behind an abort")

-- An author that cannot be told.
for _, author in ipairs({ "", "ann", "a@example.com, b@example.net",
    "x:;", "ann@[192.0.2.1]", "\"a\0b\"@example.com",
    "ann@xn--a\255.example" }) do
	login(conn, "ann")
	send(conn, author)
	check(stamped(conn) and not signed(conn), "unsigned: From: " ..
	    string.sub(string.gsub(author, "[^ -~]", "?"), 1, 30))
end

-- Two authors' fields, and a header that is larger than is looked at.
login(conn, "ann")
envelope(conn)
must(mt.header(conn, "From", "ann@example.com"))
must(mt.header(conn, "from", "ann@example.com"))
body(conn)
must(mt.eom(conn))
check(stamped(conn) and not signed(conn), "two From fields")
login(conn, "ann")
envelope(conn)
header(conn)
for i = 1, 80 do
	must(mt.header(conn, "X-Fill-" .. i, string.rep("x", 60)))
end
body(conn)
must(mt.eom(conn))
check(stamped(conn) and not signed(conn), "a header that is too large")

-- No body, and not even its beginning.
login(conn, "ann")
envelope(conn)
must(mt.header(conn, "From", "ann@example.com"))
must(mt.eom(conn))
check(signed(conn), "a message without a body")
mt.disconnect(conn)

-- An MTA that lets nobody change the envelope still has its mail signed.
conn = connect()
must(mt.negotiate(conn, 6, 0x1, 0))
must(mt.conninfo(conn, "mail.example.com", "127.0.0.1"))
must(mt.helo(conn, "mail.example.com"))
send(conn)
check(signed(conn), "an MTA that offers little")
mt.disconnect(conn)
