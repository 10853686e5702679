/*
 * mime_reader - the state of mail/mime.h's reader, for its own files
 *
 * mime_scan.c cuts pieces into header lines, octets of bodies and boundaries;
 * mime.c makes parts of them; mime_fields.c reads the fields of one part.
 */
#ifndef ASSAY_MAIL_MIME_READER_H
#define ASSAY_MAIL_MIME_READER_H

#include "base/limits.h"
#include "mail/mime_decode.h"
#include "mail/mime_value.h"

/* The fields that say what a part is. */
struct mime_fields {
	struct arena		*arena;		/* of this part */
	unsigned		 seen[3];	/* of each kind */
	struct mime_value	 type;		/* the one that counts */
	bool			 has_type;
	struct str		 encoding;	/* as written; or empty */
	enum mime_disposition	 disposition;
	struct str		 names[MIME_NAMES];	/* by disposition */
	size_t			 name_count;
	struct str		 other_names[MIME_NAMES]; /* by type */
	size_t			 other_count;
	unsigned		 troubles;
};

/* A multipart that has begun. */
struct mime_level {
	char		*boundary;	/* without the "--" before it */
	size_t		 len, size;
	unsigned	 depth;		/* of its parts */
	bool		 digest;	/* RFC 2046 section 5.1.5 */
	bool		 closed;	/* its last boundary was there */
};

enum mime_state {
	MIME_IN_HEADER,		/* of a part */
	MIME_IN_BODY,		/* of a part, or between parts */
	MIME_DONE		/* past a limit: nothing is looked at */
};

struct mime_ear {
	const struct mime_listener	*listener;
	void				*ctx;
	bool				 wants;	/* the part's octets */
};

struct mime {
	struct arena		*arena;		/* as long as the reader */
	struct arena		*scratch;	/* the part's */
	struct mime_ear		 ears[LIMIT_MIME_LISTENERS];
	size_t			 ear_count;
	enum mime_state		 state;
	struct mime_part	 part;
	bool			 part_open;	/* begun, with octets */
	unsigned		 parts, deepest, troubles;
	unsigned		 depth;		/* of the header that is read */
	bool			 digest;	/* its part is of a digest */
	struct mime_fields	 fields;
	struct mime_decoder	 decoder;
	struct mime		*inner;		/* of an attached message that
						 * is encoded; or NULL */
	unsigned		 outer_count;	/* readers that it is within */
	struct mime_level	 levels[LIMIT_MIME_DEPTH];
	size_t			 level_count;

	/* A header: the line that is not whole yet, and the field. */
	char			*line, *field;	/* FIELD_OCTETS each */
	size_t			 line_len, field_len;
	bool			 line_over;	/* the rest of it is dropped */
	size_t			 header_octets;
	unsigned		 header_lines;

	/* A body: what may turn out to be a boundary. */
	bool			 holding;
	size_t			 hold_eol;	/* octets of the line end that
						 * is before the line */
	size_t			 hold_len;
	char			 hold[LIMIT_MIME_LINE_OCTETS + 4];
};

/* mime_fields.c: a field of the part's header, and what they all say. */
void mime_fields_add(struct mime_fields *fields, struct str name,
    struct str value);
/* Texts of part_out are the fields'. */
void mime_fields_tell(struct mime_fields *fields, bool digest,
    struct mime_part *part_out);

/* mime.c: what was found. */
void mime_reader_part(struct mime *mime);	/* its header has ended */
void mime_reader_octets(struct mime *mime, struct str octets);
/* The boundary of this level. */
void mime_reader_boundary(struct mime *mime, size_t level, bool last);
void mime_reader_trouble(struct mime *mime, enum mime_trouble trouble);

/* mime_scan.c */
void mime_scan(struct mime *mime, struct str piece);
void mime_scan_end(struct mime *mime);
void mime_scan_header(struct mime *mime);	/* a header begins */
void mime_scan_body(struct mime *mime);		/* octets follow a header */

#endif
