/*
 * line - one line of a mail log: when, where, by which program, what
 *
 *	STAMP HOST TAG[PID]: TEXT
 *
 * The stamp is one of stamp.h.  Tags are those of Postfix, with the name of an
 * instance or a service in them ("postfix-out/smtp", "postfix/submission/
 * smtpd"), and of Sendmail ("sendmail", "sm-mta", "sm-msp-queue"); lines of
 * other programs are told apart.  A line of RFC 5424 ("<22>1 STAMP HOST TAG PID
 * ID DATA TEXT") and one of "journalctl -o json" are lines, too.
 *
 * Hostile:	every octet.
 * Ownership:	texts point into the line; of JSON, some lie in the arena.
 */
#ifndef ASSAY_MAILLOG_LINE_H
#define ASSAY_MAILLOG_LINE_H

#include "base/arena.h"
#include "maillog/stamp.h"

enum maillog_mta { MAILLOG_OTHER, MAILLOG_POSTFIX, MAILLOG_SENDMAIL };

struct maillog_line {
	int64_t		 time_us;
	struct str	 host;
	enum maillog_mta mta;
	struct str	 instance;	/* "postfix-out"; Sendmail has none */
	struct str	 program;	/* "smtp", "sm-mta" */
	struct str	 text;
};

/* False: it is no line of a log. */
bool maillog_line_read(struct stamp *stamp, struct str text,
    struct arena *arena, struct maillog_line *line_out);

/* "mx1" and "mx1.example.com" are one host, "mx1.example.net" is another; other
 * letter cases are the same. */
bool maillog_same_host(struct str a, struct str b);

#endif
