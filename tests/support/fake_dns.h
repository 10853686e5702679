/*
 * fake_dns - scripted answers for unit tests
 *
 *	struct resolver *dns = fake_dns_new("example.com TXT \"v=spf1 -all\"\n"
 *	    "example.com MX 10 mail.example.com\n"
 *	    "broken.example * SERVFAIL\n");
 *	...
 *	resolver_free(dns);
 *
 * The text is a zone file: assay.zone(5).  What it does not name is NXDOMAIN.
 */
#ifndef ASSAY_TESTS_FAKE_DNS_H
#define ASSAY_TESTS_FAKE_DNS_H

#include "base/arena.h"
#include "dns/resolver.h"

/* A mistake in the zone ends the test. */
struct resolver *fake_dns_new(const char *zone_text);

/* Lookups asked for so far, as their callers count them (CNAMEs are not). */
unsigned fake_dns_queries(struct resolver *dns);

/* Ask and wait; the answer is a copy in the arena. */
struct dns_answer fake_dns_ask(struct resolver *dns, struct arena *arena,
    const char *name, enum dns_type type);

#endif
