#include "maillog/idle.h"

#include "maillog/piece.h"

/* ---- Postfix ---- */

static const struct str postfix_with_id[] = {
	STR_INIT("host "), STR_INIT("warning: "), STR_INIT("warn: "),
	STR_INIT("info: "), STR_INIT("filter: "), STR_INIT("redirect: "),
	STR_INIT("prepend: "), STR_INIT("replace: "), STR_INIT("bcc: "),
	STR_INIT("strip: "), STR_INIT("pass: "), STR_INIT("delay: "),
	STR_INIT("lost connection "), STR_INIT("conversation with "),
	STR_INIT("enabling PIX "), STR_INIT("Cannot start TLS"),
	STR_INIT("TLS is required"), STR_INIT("skipped, still being "),
	STR_INIT("sender address "), STR_INIT("breaking line "),
	STR_INIT("passing "), STR_INIT("resent-message-id="),
	STR_INIT("expired"), STR_INIT("Server certif"),
	STR_INIT("discarding "), STR_INIT("table "), STR_INIT("timeout "),
	STR_INIT("permit: "), STR_INIT("milter-header-"),
	STR_INIT("restarting "), STR_INIT("connect to "),
	STR_INIT("certificate "), STR_INIT("reject_warning: "),
	STR_INIT("SASL "), STR_INIT("dunno: "), STR_INIT("triggers "),
	STR_INIT("using "), STR_INIT("non-fatal "), STR_INIT("uid "),
	STR_INIT("status=deferred ("), STR_INIT("abort: TLS from "),
	STR_INIT("not sending trace/"), STR_INIT("defer "),
	STR_INIT("Sender requested REQUIRETLS"), STR_INIT("replacing "),
};

static const struct str postfix[] = {
	STR_INIT("connect from "), STR_INIT("disconnect from "),
	STR_INIT("lost connection "), STR_INIT("timeout "),
	STR_INIT("warning: "), STR_INIT("statistics: "),
	STR_INIT("Anonymous TLS "), STR_INIT("Untrusted TLS "),
	STR_INIT("Trusted TLS "), STR_INIT("Verified TLS "),
	STR_INIT("setting up TLS "), STR_INIT("SSL"), STR_INIT("TLS "),
	STR_INIT("connect to "), STR_INIT("daemon started"),
	STR_INIT("reload"), STR_INIT("refreshing "), STR_INIT("terminating"),
	STR_INIT("stopping "), STR_INIT("too many "),
	STR_INIT("improper command "), STR_INIT("using backwards-"),
	STR_INIT("fatal: "), STR_INIT("error: "), STR_INIT("panic: "),
	STR_INIT("table "), STR_INIT("cache "), STR_INIT("close "),
	STR_INIT("database "),
	STR_INIT("starting the "), STR_INIT("discarding "),
	STR_INIT("enabling PIX "), STR_INIT("certificate "),
	STR_INIT("mapping DNSSEC"), STR_INIT("Host offered STARTTLS"),
	STR_INIT("CONNECT "), STR_INIT("PASS "), STR_INIT("HANGUP "),
	STR_INIT("PREGREET "), STR_INIT("DNSBL "), STR_INIT("COMMAND "),
	STR_INIT("BARE NEWLINE "), STR_INIT("NON-SMTP "),
	STR_INIT("WHITELIST"), STR_INIT("ALLOWLIST"), STR_INIT("BLACKLIST"),
	STR_INIT("DENYLIST"), STR_INIT("DISCONNECT "), STR_INIT("SASL "),
	STR_INIT("dict_"), STR_INIT("ping "), STR_INIT("client="),
	STR_INIT("private/"), STR_INIT("Requeued: "), STR_INIT("Deleted: "),
	STR_INIT("Placed on hold: "), STR_INIT("Released from hold: "),
	STR_INIT("Force-expired: "), STR_INIT("addr "), STR_INIT("auto_clnt"),
	STR_INIT("name_mask"), STR_INIT("DNSSEC "), STR_INIT("initializing "),
	STR_INIT("Postfix "), STR_INIT("the Postfix mail system"),
	STR_INIT("SMTP "), STR_INIT("host "), STR_INIT("Renegotiation "),
	STR_INIT("NOQUEUE"), STR_INIT("rewriting "), STR_INIT("concurrency "),
	STR_INIT("STARTTLS "), STR_INIT("postfix-"), STR_INIT("read "),
	STR_INIT("open "), STR_INIT("message repeated "), STR_INIT("update "),
	STR_INIT("milter-"), STR_INIT("destination "),
	STR_INIT("proxy-accept: "), STR_INIT("BDAT without "),
	STR_INIT("DATA without "), STR_INIT("entering STRESS "),
	STR_INIT("leaving STRESS "), STR_INIT("reject: connect from "),
	STR_INIT("master exit time "), STR_INIT("ignoring "),
	STR_INIT("skipping "), STR_INIT("TLSRPT: "),
	STR_INIT("Compiled against "), STR_INIT("Run-time linked "),
	STR_INIT("Renamed to match "), STR_INIT("mapping DSN "),
	STR_INIT("looking for session"), STR_INIT("remove session "),
	STR_INIT("save session "), STR_INIT("delete "), STR_INIT("lookup "),
	STR_INIT("put "), STR_INIT("write "), STR_INIT("issuer="),
	STR_INIT("subject="), STR_INIT("SMTPS wrapper"),
	STR_INIT("trying... "), STR_INIT("redirecting "), STR_INIT("cannot "),
	STR_INIT("exiting "), STR_INIT("EGD server "), STR_INIT("end sorted "),
	STR_INIT("start sorted "), STR_INIT("start interval "),
	STR_INIT("using using "), STR_INIT("running: "),
};

static const struct str postfix_within[] = {
	STR_INIT(" map lookup problem "), STR_INIT(" cache cleanup"),
	STR_INIT(" certificate verification failed for "),
	STR_INIT("using backwards-compatible default setting"),
};

/* ---- Sendmail ---- */

static const struct str sendmail[] = {
	STR_INIT("<"), STR_INIT("SYSERR"), STR_INIT("lost input channel"),
	STR_INIT("collect: "), STR_INIT("timeout "), STR_INIT("STARTTLS"),
	STR_INIT("AUTH"), STR_INIT("--- "), STR_INIT("clone"),
	STR_INIT("alias"), STR_INIT("Losing "), STR_INIT("rejecting "),
	STR_INIT("low on space"), STR_INIT("possible "),
	STR_INIT("makeconnection"), STR_INIT("Authentication-Warning"),
	STR_INIT("unable to "), STR_INIT("cannot "), STR_INIT("locked"),
	STR_INIT("Truncated "), STR_INIT("headers too "), STR_INIT("tcp"),
	STR_INIT("runqueue"), STR_INIT("grew WorkList"),
	STR_INIT("Fixed MIME"), STR_INIT("unexpected "), STR_INIT("stopping "),
	STR_INIT("starting "), STR_INIT("restarting "), STR_INIT("started "),
	STR_INIT("gethostby"), STR_INIT("error "), STR_INIT("Too many "),
	STR_INIT("too many "), STR_INIT("putbody"), STR_INIT("discarded"),
	STR_INIT("done"), STR_INIT("accepting "), STR_INIT("deliver"),
	STR_INIT("forward "), STR_INIT("queue"), STR_INIT("daemon "),
	STR_INIT("problem "), STR_INIT("File "), STR_INIT("WARNING"),
	STR_INIT("My unqualified"), STR_INIT("sm-"), STR_INIT("database "),
	STR_INIT("/"), STR_INIT("warning"), STR_INIT("NOQUEUE"),
	STR_INIT("Connection rate"), STR_INIT("proto"), STR_INIT("tls_"),
	STR_INIT("TLS"), STR_INIT("POSSIBLE ATTACK"),
	STR_INIT("message repeated "), STR_INIT("Hops exceeded"),
	STR_INIT("postmaster "), STR_INIT("relay"), STR_INIT("dferror"),
	STR_INIT("header overflow "), STR_INIT("message size "),
	STR_INIT("Bad line on "), STR_INIT("can't "), STR_INIT("Unsupported "),
	STR_INIT("usershellok"), STR_INIT("Could not "),
	STR_INIT("could not "), STR_INIT("ownership change "),
	STR_INIT("stat=occ_"), STR_INIT("getmodifiers "),
	STR_INIT("hostsignature "), STR_INIT("sync_dir"),
	STR_INIT("Warning: "), STR_INIT("clt_features="), STR_INIT("Timeout."),
	STR_INIT("setsender"), STR_INIT("Dropped invalid "), STR_INIT("*** "),
	STR_INIT("CurChildren "), STR_INIT("NextMacroId "),
	STR_INIT("disconnect"), STR_INIT("main: "),
	STR_INIT("persistent queue "), STR_INIT("connect from "),
	STR_INIT("user "), STR_INIT("no fchown"), STR_INIT("ph_map_"),
	STR_INIT("ldap="), STR_INIT("dns "), STR_INIT("socket_map_"),
	STR_INIT("mci_"), STR_INIT("milter_"), STR_INIT("rewrite: "),
	STR_INIT("Adding "), STR_INIT("ERROR"), STR_INIT("func="),
	STR_INIT("gatherq"), STR_INIT("key="), STR_INIT("rq"),
	STR_INIT("shared memory "), STR_INIT("sm_"), STR_INIT("split: "),
	STR_INIT("FAILED to "), STR_INIT("WorkList "), STR_INIT("dangerous "),
	STR_INIT("bogus "), STR_INIT("dup_df"), STR_INIT("checkqueuerunner"),
	STR_INIT("filesys_update"), STR_INIT("restart "),
	STR_INIT("global connection "), STR_INIT("mailer="),
	STR_INIT("rscheck("), STR_INIT("returntosender"),
	STR_INIT("Saved message "), STR_INIT("unauthorized "),
	STR_INIT("rcpt="), STR_INIT("smtp: "), STR_INIT("smtps: "),
	STR_INIT("fcntl("), STR_INIT("invalid domain "),
	STR_INIT("set automode "), STR_INIT("SMTP "), STR_INIT("Sending "),
	STR_INIT("proxy mode "), STR_INIT("srvfeatures"), STR_INIT("stab: "),
	STR_INIT("poststats"), STR_INIT("engine="), STR_INIT("expand "),
	STR_INIT("hesiod "), STR_INIT("getauth "), STR_INIT("str_union"),
	STR_INIT("MAIL too "), STR_INIT("RCPT too "), STR_INIT("smtpquit"),
	STR_INIT("server="), STR_INIT("encode64 "), STR_INIT("x-connect"),
	STR_INIT("proc_list_"), STR_INIT("include "), STR_INIT("deferred: "),
	STR_INIT("\""), STR_INIT("rwg: "), STR_INIT("sqr: "),
	STR_INIT("conn_limits"), STR_INIT("connection_rate"),
};

/* Most stand behind the client: "host.example [192.0.2.1]: ". */
static const struct str sendmail_within[] = {
	STR_INIT(" did not issue "), STR_INIT(": possible SMTP attack: "),
	STR_INIT(": Possible SMTP RCPT flood, "),
	STR_INIT(": SMTP violation, "), STR_INIT(": probable open proxy: "),
	STR_INIT(" [rejected]"), STR_INIT(": VRFY "), STR_INIT(": EXPN "),
	STR_INIT(": ETRN "), STR_INIT(" protocol error: "),
	STR_INIT(" too old (require version "), STR_INIT(": WARNING: "),
	STR_INIT(" aliases, longest "), STR_INIT(", marked "),
	STR_INIT(": clone: "), STR_INIT(": unlink-fail "),
};

/* ---- all of them ---- */

#define COUNT(list)	(sizeof(list) / sizeof((list)[0]))

static bool
holds(struct str text, const struct str *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (piece_find(text, list[i]) < text.len)
			return true;
	return false;
}

static bool
is_of_host(struct str text)
{
	struct str name = str_slice(text, 0, str_chr(text, ' '));
	size_t open = str_chr(name, '['), close = str_rchr(name, ']');

	return open < close && close < name.len && name.len < text.len &&
	    name.ptr[name.len - 1] == ':';
}

bool
idle_postfix(struct str text)
{
	return piece_is_of(text, postfix, COUNT(postfix)) || is_of_host(text) ||
	    holds(text, postfix_within, COUNT(postfix_within));
}

bool
idle_postfix_with_id(struct str text)
{
	return piece_is_of(text, postfix_with_id, COUNT(postfix_with_id)) ||
	    is_of_host(text) ||
	    holds(text, postfix_within, COUNT(postfix_within));
}

bool
idle_sendmail(struct str text)
{
	return piece_is_of(text, sendmail, COUNT(sendmail)) ||
	    holds(text, sendmail_within, COUNT(sendmail_within));
}
