-- What a policy decides at each stage.  miltertest keeps the text of a reply
-- only at the end; case_protocol.py looks at the others.
dofile(DIRECTORY .. "/common.lua")

local conn = connect()
must(mt.conninfo(conn, "bad.example.com", "192.0.2.66"))
check(replied(conn, SMFIR_REPLYCODE), "connect: reject")
mt.disconnect(conn)

conn = connect()
must(mt.conninfo(conn, "bad.example.com", "192.0.2.67"))
check(replied(conn, SMFIR_REPLYCODE), "connect: tempfail")
mt.disconnect(conn)

conn = connect()
must(mt.conninfo(conn, "bad.example.com", "192.0.2.68"))
check(replied(conn, SMFIR_ACCEPT), "connect: bypass")
mt.disconnect(conn)

conn = open_session("192.0.2.1", "bad.example")
check(replied(conn, SMFIR_REPLYCODE), "helo: reject")
must(mt.helo(conn, "good.example"))
check(replied(conn, SMFIR_CONTINUE), "helo: another name is taken")

must(mt.mailfrom(conn, "<reject@example.com>"))
check(replied(conn, SMFIR_REPLYCODE), "mail: reject")
must(mt.mailfrom(conn, "<later@example.com>"))
check(replied(conn, SMFIR_REPLYCODE), "mail: tempfail")
must(mt.mailfrom(conn, "<discard@example.com>"))
check(replied(conn, SMFIR_DISCARD), "mail: discard")
must(mt.mailfrom(conn, "<sender@example.com>"))
check(replied(conn, SMFIR_CONTINUE), "mail: another sender is taken")

must(mt.rcptto(conn, "<no@example.net>"))
check(replied(conn, SMFIR_REPLYCODE), "rcpt: reject of one recipient")
must(mt.rcptto(conn, "<slow@example.net>"))
check(replied(conn, SMFIR_REPLYCODE), "rcpt: tempfail of one recipient")
must(mt.rcptto(conn, "<user@example.net>"))
check(replied(conn, SMFIR_CONTINUE), "rcpt: another recipient is taken")
header(conn)
body(conn)
must(mt.eom(conn))
check(stamped(conn), "message: taken and stamped")

local function decided(subject)
	envelope(conn)
	header(conn, subject)
	body(conn)
	must(mt.eom(conn))
end

decided("reject")
check(said(conn, "550", "5.7.1", "not this one"), "message: reject")
check(mt.eom_check(conn, MT_HDRINSERT) ~= true,
    "message: what is rejected is not stamped")
decided("tempfail")
check(said(conn, "451", "4.3.0", "not now"), "message: tempfail")
decided("discard")
check(replied(conn, SMFIR_DISCARD), "message: discard")
decided("quarantine")
check(mt.eom_check(conn, MT_QUARANTINE, "held for review") == true,
    "message: quarantine with its reason")
check(stamped(conn), "message: what is held is stamped")
decided("tag")
check(stamped(conn), "message: what is tagged is stamped")
check(mt.eom_check(conn, MT_HDRADD, "X-Assay") == true or
    mt.eom_check(conn, MT_HDRINSERT, "X-Assay") == true,
    "message: a field is added")
check(mt.eom_check(conn, MT_HDRCHANGE, "Subject", " [T] tag") == true,
    "message: the subject is prefixed, with its leading blank")
mt.disconnect(conn)
