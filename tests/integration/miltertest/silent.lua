-- Under a monitor policy nothing waits for an answer but the message's end.
dofile(DIRECTORY .. "/common.lua")

local conn = connect()
must(mt.negotiate(conn, nil, nil, nil))
check(mt.test_option(conn, SMFIP_NR_CONN) and
    mt.test_option(conn, SMFIP_NR_HELO) and
    mt.test_option(conn, SMFIP_NR_MAIL), "no replies to the envelope")
must(mt.conninfo(conn, "bad.example.com", "192.0.2.66"))
must(mt.helo(conn, "bad.example"))
must(mt.mailfrom(conn, "<reject@example.com>"))
must(mt.rcptto(conn, "<no@example.net>"))
header(conn, "reject")
body(conn)
must(mt.eom(conn))
check(stamped(conn), "what would be rejected is taken and stamped")
check(message(conn, "tag"), "what would be tagged")
check(mt.eom_check(conn, MT_HDRCHANGE) ~= true, "is not")
mt.disconnect(conn)
