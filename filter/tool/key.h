/*
 * key - what the commands of assay key share
 */
#ifndef ASSAY_TOOL_KEY_H
#define ASSAY_TOOL_KEY_H

#include <sys/types.h>

#include "dkim/private.h"
#include "signing/keydir.h"
#include "tool/tool.h"

enum { TOOL_KEY_UNFIT = 1, KEY_SPECS_MAX = 32 };

/* All options of all three; each takes those that it knows. */
struct key_tool {
	struct tool_common	 common;
	const char		*specs[KEY_SPECS_MAX];	/* --dns */
	size_t			 spec_count;
	const char		*directory;
	struct str		 domain, selector;	/* A-labels, or empty */
	const char		*algorithm;
	uint64_t		 wait_ms, interval_ms, keep_ms, after_ms;
	struct settings		*settings;
	struct arena		*arena;
};

int key_new(struct key_tool *tool);
int key_check(struct key_tool *tool);
int key_rotate(struct key_tool *tool);

/* The user that signs, where we are root; else (uid_t)-1. */
uid_t key_owner(const struct key_tool *tool);

/* Says so where root makes keys and there is no such user. */
void key_warn_of_owner(const struct key_tool *tool);

/*
 * Be that user for a while, to see what assayd may see.  False: what is wrong
 * was said.  Other groups than root's own are not had again afterwards.
 */
bool key_be_owner(const struct key_tool *tool);
void key_be_oneself(void);

/* A key as assayd would have it; NULL: note says why. */
struct dkim_private *key_load(const struct key_tool *tool, struct str path,
    struct str *note_out);

/* NAME._domainkey.DOMAIN */
struct str key_name(struct arena *arena, struct str domain,
    struct str selector);

/* What is to be published, for a zone file and for a web form. */
void key_print_record(struct key_tool *tool, struct str domain,
    struct str selector, const struct dkim_private *key);

/*
 * What DNS says of a key.  Each place that is asked is asked afresh: every
 * --dns, or every server of the settings.
 */
enum key_verdict { KEY_FITS, KEY_MISSING, KEY_DIFFERS, KEY_TROUBLE };

struct key_answer {
	enum key_verdict	 verdict;	/* the worst of all places */
	struct str		 where;		/* that said so */
	struct str		 why;
};

struct key_dns;
/* NULL: what is wrong was said. */
struct key_dns *key_dns_open(struct key_tool *tool);
void key_dns_close(struct key_dns *dns);	/* NULL is allowed */
struct key_answer key_dns_ask(struct key_dns *dns, struct arena *arena,
    struct str name, const struct dkim_private *key);

#endif
