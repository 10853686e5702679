/*
 * stub - the short way to a resolver on this machine
 *
 * Asks servers on loopback addresses by UDP, from a few sockets that stay
 * open.  What it cannot settle by one plain answer it hands over to the back
 * end behind it, which asks in its own way (TCP, other servers, tries again):
 * no answer in STUB_WAIT_MS, a truncated one, a response code of trouble, data
 * that is broken, a chain of CNAMEs that ends in nothing, and questions beyond
 * ASKED_MAX on the wire at a time.  So it never has a failure
 * of its own to tell.
 *
 * Why loopback: all questions leave from few ports, so an answer is told from
 * a forged one by its id, its question and the kernel's word that it came from
 * the server's address and port alone.  From other machines that would be too
 * little (RFC 5452 section 9.2).
 *
 * Threads:	a question is sent by the thread that asks.
 */
#ifndef ASSAY_DNS_STUB_H
#define ASSAY_DNS_STUB_H

#include "dns/asked.h"
#include "dns/backend.h"
#include "dns/servers.h"

enum { STUB_WAIT_MS = 2000, STUB_LINES = 8,
       /* On one socket at a time: their answers fit its buffer. */
       STUB_WINDOW = ASKED_MAX / STUB_LINES };

/*
 * Takes over the back end behind, which has a loop.  servers: some.  Names that
 * elsewhere() is true of are left to behind; it may be NULL.
 */
struct backend *stub_backend(const struct servers *servers,
    bool (*elsewhere)(struct str name), struct backend *behind);

#endif
