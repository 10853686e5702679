/*
 * listen - where the MTA connects, as text
 *
 *	unix:PATH[,mode=OCTAL][,group=NAME]
 *	inet:PORT@ADDRESS	inet6:PORT@ADDRESS
 *
 * PATH begins with a slash.  ADDRESS is numeric (brackets allowed) or
 * "localhost".  Without mode a unix socket has LISTEN_MODE.
 */
#ifndef ASSAY_CONF_LISTEN_H
#define ASSAY_CONF_LISTEN_H

#include "base/arena.h"
#include "base/ip.h"

enum { LISTEN_MODE = 0660, LISTEN_PATH_MAX = 107 };

enum listen_family { LISTEN_UNIX, LISTEN_INET, LISTEN_INET6 };

struct listen_spec {
	enum listen_family	 family;
	char			 path[LISTEN_PATH_MAX + 1];	/* unix */
	unsigned		 mode;
	bool			 has_group;
	unsigned		 group;		/* a gid */
	struct ip		 ip;		/* inet, inet6 */
	unsigned		 port;
};

/* False: *why_out says what to write instead, at octet *at_out of text. */
bool listen_parse(struct arena *arena, struct str text,
    struct listen_spec *spec_out, const char **why_out, size_t *at_out);

#endif
