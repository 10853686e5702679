/*
 * rdata - DNS data between the wire and our text
 *
 * What arrives was written by strangers; every length is checked.  A name in
 * rdata is not compressed here (packet.h undoes that), so a pointer is
 * garbage.
 *
 * Names as text hold any octet but '.' in a label (resolver.h); a wire name
 * with a dot inside a label has no such form and is garbage, too.
 */
#ifndef ASSAY_DNS_RDATA_H
#define ASSAY_DNS_RDATA_H

#include "base/arena.h"
#include "dns/resolver.h"

/* RFC 1035 section 3.3, RFC 3596, RFC 7208 section 3.1.  False: garbage. */
bool rdata_decode(struct arena *arena, enum dns_type type, struct str wire,
    struct dns_record *record_out);

/* The whole of wire is one name; "" for the root.  False: garbage. */
bool rdata_name_decode(struct arena *arena, struct str wire,
    struct str *name_out);

/* RFC 1035 section 5.1 text, as libraries take it: \DDD. */
enum { RDATA_NAME_TEXT_MAX = 4 * 255 + 1 };
void rdata_name_escape(struct str name, char text_out[RDATA_NAME_TEXT_MAX]);

#endif
