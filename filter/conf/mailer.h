/*
 * mailer - who takes mail of our own, as text
 *
 *	sendmail:PATH		a program that does as sendmail(8)
 *	smtp://ADDRESS[:PORT]	an SMTP server; the port is 25
 *	smtp+unix:PATH		one that listens at a local socket
 *
 * PATH begins with a slash.  ADDRESS is numeric (IPv6 in brackets) or
 * "localhost", which is 127.0.0.1: nothing waits for a name here.
 */
#ifndef ASSAY_CONF_MAILER_H
#define ASSAY_CONF_MAILER_H

#include "base/arena.h"
#include "base/ip.h"

enum mailer_kind { MAILER_SENDMAIL, MAILER_INET, MAILER_UNIX };

struct mailer_spec {
	enum mailer_kind kind;
	const char	*path;		/* the arena's; or NULL */
	struct ip	 ip;
	unsigned	 port;
};

/* False: *why_out says what to write instead, at octet *at_out of text. */
bool mailer_parse(struct arena *arena, struct str text,
    struct mailer_spec *spec_out, const char **why_out, size_t *at_out);

#endif
