-- ABORT and disconnects, polite or not, at every stage.
dofile(DIRECTORY .. "/common.lua")

-- Each goes one step further than the one before.
local steps = {
	{ "connect", function(conn)
		must(mt.conninfo(conn, "mail.example.com", "192.0.2.1")) end },
	{ "helo", function(conn) must(mt.helo(conn, "mail.example.com")) end },
	{ "mail", function(conn)
		must(mt.mailfrom(conn, "<sender@example.com>")) end },
	{ "rcpt", function(conn)
		must(mt.rcptto(conn, "<user@example.net>")) end },
	{ "header", function(conn) header(conn) end },
	{ "end of header", function(conn) must(mt.eoh(conn)) end },
	{ "body", function(conn)
		must(mt.bodystring(conn, "Some text.\r\n")) end },
}

local function go(count)
	local conn = connect()
	for i = 1, count do
		steps[i][2](conn)
	end
	return conn
end

for polite = 0, 1 do
	for i = 1, #steps do
		mt.disconnect(go(i), polite == 1)
	end
	mt.disconnect(connect(), polite == 1)
end
check(true, "disconnects after every stage")

for i = 3, #steps do
	local conn = go(i)
	must(mt.abort(conn))
	check(message(conn), "abort after " .. steps[i][1] ..
	    ", and a message behind it")
	mt.disconnect(conn)
end

-- A client whose checks never end: they must end with it.
for i = 1, #steps do
	local conn = connect()
	must(mt.conninfo(conn, "slow.example.com", "192.0.2.9"))
	for n = 2, i do
		steps[n][2](conn)
	end
	mt.disconnect(conn, false)
end
check(true, "disconnects while lookups are in flight")

local conn = open_session()
for i = 1, 50 do
	must(mt.mailfrom(conn, "<sender@example.com>"))
	must(mt.abort(conn))
end
check(message(conn), "fifty aborts, and a message behind them")
mt.disconnect(conn)
