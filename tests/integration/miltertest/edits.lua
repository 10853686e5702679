-- What is done to the header at the end of a message.
dofile(DIRECTORY .. "/common.lua")

local conn = open_session()
envelope(conn)
header(conn)
must(mt.header(conn, "Authentication-Results", AUTHRES .. "; spf=pass"))
must(mt.header(conn, "Authentication-Results", "other.example; spf=pass"))
must(mt.header(conn, "authentication-results",
    "\"" .. string.upper(AUTHRES) .. "\" 1; dkim=pass"))
body(conn)
must(mt.eom(conn))
local stamp = mt.getheader(conn, "Authentication-Results", 0)
check(stamp ~= nil and string.sub(stamp, 1, #AUTHRES + 2) ==
    " " .. AUTHRES .. ";", "our field begins with our name")
check(stamp ~= nil and string.find(stamp, "\r") == nil,
    "our field is folded with LF alone")
check(mt.eom_check(conn, MT_HDRINSERT, "Authentication-Results", stamp, 0) ==
    true, "our field is inserted at index 0")
check(stamp ~= nil and string.find(stamp, "spf=pass") ~= nil and
    string.find(stamp, "iprev=pass") ~= nil,
    "our field tells what was found")
check(mt.eom_check(conn, MT_HDRDELETE, "Authentication-Results") == true,
    "forged fields are removed")

envelope(conn)
header(conn)
must(mt.header(conn, "Authentication-Results", "other.example; spf=pass"))
body(conn)
must(mt.eom(conn))
check(mt.eom_check(conn, MT_HDRDELETE) ~= true,
    "another's field is left alone")
mt.disconnect(conn)

-- A name that the MTA could not confirm is not taken for one.
conn = connect()
must(mt.conninfo(conn, "[192.0.2.5]", "192.0.2.5"))
must(mt.helo(conn, "mail.example.com"))
envelope(conn)
header(conn)
body(conn)
must(mt.eom(conn))
stamp = mt.getheader(conn, "Authentication-Results", 0)
check(stamp ~= nil and string.find(stamp, "spf=fail") ~= nil and
    string.find(stamp, "iprev=pass") == nil, "a client without a name")
mt.disconnect(conn)
