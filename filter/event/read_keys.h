/*
 * read_keys - an object of an event, by a table of its keys
 *
 * What the files behind read.h share.  A function that reads a value is given
 * where it goes; it says false where the event is broken, which ends all.
 *
 * Ownership:	texts as those of pull.h.
 * Hostile:	all that is read.
 */
#ifndef ASSAY_EVENT_READ_KEYS_H
#define ASSAY_EVENT_READ_KEYS_H

#include <stddef.h>

#include "event/pull.h"
#include "event/read.h"

struct reader {
	struct pull		 pull;
	struct event_want	 want;
	struct event_record	*record;
	unsigned		 seen;		/* NEEDS_* */
	bool			 has_decided;
	enum event_read_status	 status;
};

enum { NEEDS_V = 1, NEEDS_TIME = 2, NEEDS_KIND = 4, NEEDS_VERDICT = 8,
       NEEDS_FACTS = 16, NEEDS_ALL = 31 };

typedef bool read_fn(struct reader *reader, void *into);

/* A key of an object; rows stand in the order in which event_json() writes. */
struct key_row {
	struct str	 key;
	read_fn		*read;
	size_t		 offset;	/* of what is read, in the object */
	unsigned	 part;		/* read only if one of them is
					 * wanted; 0: always */
};

#define KEY(name, read, type, member) \
	{ STR_INIT(name), read, offsetof(type, member), 0 }
#define ROWS(table)	table, sizeof(table) / sizeof((table)[0])

/* Where one of the row's parts is wanted, or all want it. */
bool reader_wants(const struct reader *reader, const struct key_row *row);

/*
 * Keys that no row has are passed over.  Where the keys come in the order of
 * the rows, nothing behind the row of last (or NULL) is wanted.
 */
bool reader_keys(struct reader *reader, const struct key_row *rows,
    size_t count, const struct key_row *last, void *into);
bool reader_object(struct reader *reader, const struct key_row *rows,
    size_t count, void *into);

/* Into a struct str; null and what is no text are the empty text. */
read_fn reader_text;
/* Into an unsigned; what is none is 0. */
read_fn reader_unsigned;
read_fn reader_bool;
/* Into an enum action: any; one that ends a message. */
read_fn reader_action;
read_fn reader_end;
/* Into an enum word: of bounce.tag. */
read_fn reader_tag;
/* Into the bits of functions that a rule asks. */
read_fn reader_functions;

#endif
