-- What the scripts share.  SOCKET and AUTHRES come from the runner (-D).

function check(ok, text)
	print((ok and "passed  " or "failed  ") .. text)
end

-- A function of mt returns nil when it went well.
function must(problem)
	if problem ~= nil then
		error(problem, 2)
	end
end

function connect()
	local conn = mt.connect(SOCKET, 40, 0.25)
	if conn == nil then
		error("nobody answers on " .. SOCKET, 2)
	end
	return conn
end

function open_session(ip, helo)
	local conn = connect()
	must(mt.conninfo(conn, "mail.example.com", ip or "192.0.2.1"))
	must(mt.helo(conn, helo or "mail.example.com"))
	return conn
end

function envelope(conn, from, rcpt)
	must(mt.mailfrom(conn, from or "<sender@example.com>"))
	must(mt.rcptto(conn, rcpt or "<user@example.net>"))
end

function header(conn, subject)
	must(mt.header(conn, "From", "Sender <sender@example.com>"))
	must(mt.header(conn, "To", "user@example.net"))
	must(mt.header(conn, "Subject", subject or "a test"))
end

function body(conn)
	must(mt.eoh(conn))
	must(mt.bodystring(conn, "Some text.\r\n"))
end

-- A whole message; true if it was taken and stamped.
function message(conn, subject)
	envelope(conn)
	header(conn, subject)
	body(conn)
	must(mt.eom(conn))
	return stamped(conn)
end

function stamped(conn)
	local reply = mt.getreply(conn)
	return (reply == SMFIR_CONTINUE or reply == SMFIR_ACCEPT) and
	    mt.eom_check(conn, MT_HDRINSERT, "Authentication-Results") == true
end

function replied(conn, want)
	return mt.getreply(conn) == want
end

function said(conn, code, enhanced, text)
	return mt.getreply(conn) == SMFIR_REPLYCODE and
	    mt.eom_check(conn, MT_SMTPREPLY, code, enhanced, text) == true
end
