/*
 * packet - a DNS response from the wire (RFC 1035 section 4)
 *
 * Every length and every compression pointer is checked.
 */
#ifndef ASSAY_DNS_PACKET_H
#define ASSAY_DNS_PACKET_H

#include "base/arena.h"
#include "dns/resolver.h"

/*
 * What the packet says of a name (lower case) and a type, its CNAMEs followed
 * in the order in which they stand: status, ttl, canonical and records, which
 * the caller keeps as long as the arena and the packet.  A packet or a record
 * that is broken, a chain longer than LIMIT_DNS_CNAMES, and any response code
 * but "no error" and NXDOMAIN are DNS_SERVFAIL and say why.  Not cut at
 * LIMIT_DNS_RECORDS.
 */
struct dns_answer packet_decode(struct arena *arena, struct str packet,
    struct str name, enum dns_type type);

#endif
