-- MTAs that offer less, and what is asked of those that offer all.
dofile(DIRECTORY .. "/common.lua")

local conn = connect()
must(mt.negotiate(conn, nil, nil, nil))
check(mt.test_option(conn, SMFIP_HDR_LEADSPC), "leading blanks are asked for")
check(mt.test_option(conn, SMFIP_NR_HDR) and
    mt.test_option(conn, SMFIP_NR_EOH) and mt.test_option(conn, SMFIP_NR_BODY),
    "no replies to header and body")
check(mt.test_option(conn, SMFIP_NODATA) and
    mt.test_option(conn, SMFIP_NOUNKNOWN), "no events that nobody wants")
check(mt.test_option(conn, SMFIP_SKIP), "skip is asked for")
check(mt.test_option(conn, SMFIP_RCPT_REJ),
    "refused recipients are asked for")
check(not mt.test_option(conn, SMFIP_NR_CONN) and
    not mt.test_option(conn, SMFIP_NR_HELO) and
    not mt.test_option(conn, SMFIP_NR_MAIL) and
    not mt.test_option(conn, SMFIP_NR_RCPT),
    "replies where the policy has rules that act")
check(mt.test_action(conn, SMFIF_ADDHDRS) and
    mt.test_action(conn, SMFIF_CHGHDRS) and
    mt.test_action(conn, SMFIF_QUARANTINE), "the actions that verdicts need")
check(not mt.test_action(conn, SMFIF_CHGBODY) and
    not mt.test_action(conn, SMFIF_ADDRCPT), "no actions that they do not")
mt.disconnect(conn)

-- name, version, steps, actions
local offers = {
	{ "version 6 without leading blanks", 6, SMFIP_NR_HDR + SMFIP_NODATA +
	    SMFIP_NOUNKNOWN + SMFIP_SKIP + SMFIP_NR_CONN + SMFIP_NR_HELO +
	    SMFIP_NR_MAIL + SMFIP_NR_RCPT + SMFIP_NR_DATA + SMFIP_NR_UNKN +
	    SMFIP_NR_EOH + SMFIP_NR_BODY, 0x1ff },
	{ "version 4", 4, 0x3ff, 0x3f },
	{ "version 2", 2, 0x7f, 0x3f },
	{ "version 2 that only adds fields", 2, 0x3f, 0x01 },
	{ "version 6 with no options at all", 6, 0x01, 0x1ff },
}

for _, offer in ipairs(offers) do
	conn = connect()
	must(mt.negotiate(conn, offer[2], offer[3], offer[4]))
	must(mt.conninfo(conn, "mail.example.com", "192.0.2.1"))
	must(mt.helo(conn, "mail.example.com"))
	check(message(conn), offer[1] .. ": a message")
	check(message(conn), offer[1] .. ": another")
	local stamp = mt.getheader(conn, "Authentication-Results", 0)
	check(stamp ~= nil and string.sub(stamp, 1, #AUTHRES) == AUTHRES,
	    offer[1] .. ": values without a leading blank")
	must(mt.mailfrom(conn, "<reject@example.com>"))
	check(replied(conn, SMFIR_REPLYCODE), offer[1] .. ": a refusal")
	mt.disconnect(conn)
end
