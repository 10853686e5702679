/*
 * zonefile - read scripted answers from text
 *
 *	; comment				# comment
 *	example.com	300 MX	10 mail.example.com
 *	example.com	TXT	"v=spf1 mx " "-all"
 *	broken.example	*	SERVFAIL
 *	slow.example	TXT	TIMEOUT
 *	DELAY 30
 *
 * assay.zone(5) has the whole format.
 *
 * Errors:	all mistakes go to diag as file:line:column.
 * Ownership:	a zone is the caller's until a back end has it (zone.h).
 */
#ifndef ASSAY_DNS_ZONEFILE_H
#define ASSAY_DNS_ZONEFILE_H

#include "base/diag.h"
#include "dns/zone.h"

enum { ZONEFILE_TTL = 300 };	/* s, where a line gives none */

/* NULL if there was any mistake.  file is for messages. */
struct zone *zonefile_parse(const char *file, struct str text,
    struct diag *diag);

/*
 * A resolver over a zone: from a file, or from its text.  NULL: why_out has
 * the first mistake, and how many there are.
 */
struct resolver *resolver_new_zonefile(const char *file, char *why_out,
    size_t why_size);
struct resolver *resolver_new_zone(const char *file, struct str text,
    char *why_out, size_t why_size);

#endif
