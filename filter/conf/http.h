/*
 * http - where the HTTP server listens, as text
 *
 *	ADDRESS:PORT	[ADDRESS]:PORT	unix:PATH[,mode=OCTAL][,group=NAME]
 *
 * ADDRESS is numeric, in brackets where it is IPv6, or "localhost".  A unix
 * socket is as in listen.h.
 */
#ifndef ASSAY_CONF_HTTP_H
#define ASSAY_CONF_HTTP_H

#include "conf/listen.h"

/* False: *why_out says what to write instead, at octet *at_out of text. */
bool http_parse(struct arena *arena, struct str text,
    struct listen_spec *spec_out, const char **why_out, size_t *at_out);

/* Nobody but this machine can reach it. */
bool http_is_local(const struct listen_spec *spec);

#endif
