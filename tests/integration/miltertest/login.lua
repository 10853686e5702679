-- Logins as no MTA tells of them.
dofile(DIRECTORY .. "/common.lua")

local ANN = "<ann@example.com>"

function mail(conn, login, from, verify)
	must(mt.macro(conn, SMFIC_MAIL, "{auth_authen}", login,
	    "{auth_type}", "PLAIN", "{verify}", verify or "NO",
	    "{cert_subject}", "ann", "{cert_issuer}",
	    verify == "OK" and "ca" or "forged"))
	must(mt.mailfrom(conn, from))
end

function author(conn, from, sender)
	must(mt.rcptto(conn, "<user@example.net>"))
	must(mt.header(conn, "From", from))
	if sender ~= nil then
		must(mt.header(conn, "Sender", sender))
	end
	must(mt.eoh(conn))
	must(mt.eom(conn))
end

local conn = open_session()
mail(conn, "ann@example.com", ANN, "OK")
author(conn, "ann@example.com")
check(stamped(conn), "one's own address")

-- Another login in the same session: nothing of the first is left.
mail(conn, "bob@example.com", ANN)
check(replied(conn, SMFIR_REPLYCODE), "another login in the same session")
mail(conn, "", ANN)
check(replied(conn, SMFIR_REPLYCODE), "and one without a login")
mail(conn, "ann@example.com", ANN)
author(conn, "ann@example.com")
check(stamped(conn), "and the first again")

mail(conn, "ann@example.com\t", ANN)
check(replied(conn, SMFIR_REPLYCODE), "a login with a TAB is another")
mail(conn, "ann@example.com", "ann@example.com")
author(conn, "Ann <ann@example.com>", "ann@example.com")
check(stamped(conn), "a path without its brackets")
mail(conn, "ann@example.com", "<@relay.example:ann@example.com>")
author(conn, "ann@example.com")
check(stamped(conn), "a path with a source route")
mail(conn, "ann@example.com", ANN)
author(conn, "<@relay.example:ann@example.com>")
check(stamped(conn), "an author with a source route")
mail(conn, "ann@example.com", ANN)
author(conn, "=?utf-8?q?ann=40example.com?= <bob@example.com>")
check(said(conn, "550", "5.7.1", "you may not write as bob@example.com"),
    "a name that looks like an address")
mail(conn, "ann@example.com", ANN)
author(conn, "ann@example.com", "ann@example.com,\r\n bob@example.com")
check(said(conn, "550", "5.7.1", "the Sender field must name one address"),
    "two addresses in a folded Sender field")

-- A Sender field past what is looked at.
mail(conn, "ann@example.com", ANN)
must(mt.rcptto(conn, "<user@example.net>"))
must(mt.header(conn, "From", "ann@example.com"))
for i = 1, 40 do
	must(mt.header(conn, "X-Fill-" .. i, string.rep("x", 60)))
end
must(mt.header(conn, "Sender", "bob@example.com"))
must(mt.eoh(conn))
must(mt.eom(conn))
check(said(conn, "552", "5.3.4", "the header is too large"),
    "a Sender that hides in a large header")
mt.disconnect(conn)
