/*
 * table - whose mail is signed, as what domain, with which keys
 *
 * Two kinds of text make one table: our own (assay.signing(5)), and
 * OpenDKIM's KeyTable and SigningTable as they are.  Keys are only named
 * here: nothing is read from them (keyring.h).
 *
 * A row is found by the author's address, from the nearest on:
 *	user@example.com, example.com,
 *	user@.example.com, .example.com (what is below it; nearest first),
 *	user@* ("user@" in our own text), *
 *
 * Ownership:	memory of its own; signing_table_free().
 * Threads:	any number may find.
 */
#ifndef ASSAY_SIGNING_TABLE_H
#define ASSAY_SIGNING_TABLE_H

#include "base/diag.h"
#include "dkim/sign.h"

/* How a row signs; many rows share one. */
struct signing_style {
	const struct dkim_wanted	*wanted;
	size_t				 wanted_count;
	enum dkim_form			 header_form, body_form;
	int64_t				 lifetime;	/* seconds; 0: no x= */
	unsigned			 types;		/* 1 << dkim_key_type;
							 * 0: any */
};

/* Where one private key is. */
struct signing_key {
	struct str	selector;	/* empty: the directory's own say */
	struct str	path;		/* "%": the author's domain; a directory
					 * (keydir.h) ends with '/' */
	bool		inlined;	/* path is the key itself */
};

struct signing_row {
	struct str			 domain;	/* d=, A-labels; empty:
							 * the author's */
	struct str			 identity;	/* i=; "%" as above */
	const struct signing_key	*keys;
	size_t				 key_count;
	const struct signing_style	*style;
	bool				 always;	/* beside nearer rows */
	const char			*file;
	unsigned			 line;
	unsigned			 rank;		/* from 0 */
};

/* Which of the rows that match sign. */
enum signing_pick {
	SIGNING_NEAREST,	/* those of the nearest name, and always ones */
	SIGNING_FIRST,		/* the first one */
	SIGNING_ALL
};

struct signing_table;

/* NULL, and all mistakes in diag. */
struct signing_table *signing_table_read(const char *path,
    struct diag *diag);
/* rows: FILE, file:FILE or refile:FILE; all: MultipleSignatures. */
struct signing_table *signing_table_opendkim(const char *keys,
    const char *rows, bool all, struct diag *diag);
void signing_table_free(struct signing_table *table);	/* NULL is allowed */

size_t signing_table_count(const struct signing_table *table);
size_t signing_table_octets(const struct signing_table *table);	/* it takes */
const struct signing_row *signing_table_at(const struct signing_table *table,
    size_t i);

/*
 * address: local@domain, empty where the author has none; domain: A-labels.
 */
struct signing_rows {
	VEC(const struct signing_row *)	list;
};
void signing_table_find(const struct signing_table *table,
    struct arena *arena, struct str address, struct str domain,
    struct signing_rows *found_out);

#endif
