/*
 * mime - the parts of a message, while it streams by
 *
 * RFC 2045, 2046, 2047 and 2231 as hostile mail bends them.  Nothing of a body
 * is kept: whoever listens is told of each part when its header has ended, is
 * given its octets (transfer encoding undone) as they come, and is told of its
 * end.  Parts come in the order of the message, one at a time; a multipart or
 * an attached message is told of when it begins and holds no octets itself.
 *
 *	static bool
 *	begin(void *ctx, const struct mime_part *part)
 *	{
 *		return part->text;	(text parts, and what is shown as text)
 *	}
 *
 *	static bool
 *	octets(void *ctx, const struct mime_part *part, struct str piece)
 *	{
 *		...			(pieces of any size; a word may be cut)
 *		return true;		(false: enough of this part)
 *	}
 *
 *	static void
 *	end(void *ctx, const struct mime_part *part)
 *	{
 *		...			(what was cut is now whole)
 *	}
 *
 *	static const struct mime_listener listener = { begin, octets, end };
 *
 * A check gets the message's one reader by check_mime() (checks/registry.h)
 * when it starts, listens to it, and stops listening when it is cancelled; the
 * session feeds the reader before the checks.  At a check's eom() all parts
 * have ended.
 *
 * However a message is cut into pieces, the parts, and the octets put
 * together, are the same.
 *
 * Limits:	LIMIT_MIME_* (base/limits.h): past one of them a part is not
 *		told of, and mime_troubles() has MIME_CUT.
 * Ownership:	the reader has memory of its own until mime_free(), some 20 kB
 *		for most messages, and never more than 300 kB; as much again
 *		for each encoded message that is within another.  A part and
 *		its texts are valid from its begin() to its end(), a
 *		container's until begin() returns.
 * Threads:	one at a time.
 */
#ifndef ASSAY_MAIL_MIME_H
#define ASSAY_MAIL_MIME_H

#include "base/str.h"

struct mime;		/* the reader of one message */

enum mime_encoding {		/* RFC 2045 section 6 */
	MIME_IDENTITY,		/* 7bit, 8bit, binary; or none of these five:
				 * octets as they come */
	MIME_BASE64, MIME_QUOTED_PRINTABLE
};

enum mime_disposition {		/* RFC 2183 */
	MIME_NO_DISPOSITION, MIME_INLINE, MIME_ATTACHMENT
};

/* What is wrong with a message; most of it is seen in honest mail, too. */
enum mime_trouble {
	MIME_CUT,		/* a limit is reached: not all was looked at */
	MIME_NO_BOUNDARY,	/* a multipart without boundary, or with one
				 * that is too long: it is taken as text */
	MIME_BAD_BOUNDARY,	/* more than 70 octets, or a line that is a
				 * boundary but for junk behind it */
	MIME_NO_END,		/* a multipart's last boundary is missing */
	MIME_BAD_HEADER,	/* of a part: a line that is no field */
	MIME_REPEATED,		/* a field that may be there once */
	MIME_BAD_TYPE,		/* Content-Type that cannot be read */
	MIME_BAD_ENCODING,	/* an unknown Content-Transfer-Encoding, or one
				 * where there may be none */
	MIME_BAD_BASE64,	/* octets that do not belong there, or a cut
				 * end; seen of parts that are listened to
				 * until their end */
	MIME_TROUBLES
};

enum { MIME_NAMES = 4 };	/* that one part is known by */

struct mime_part {
	unsigned		number;		/* 1: the message itself */
	unsigned		depth;		/* 0: the message itself */
	bool			container;	/* a multipart or an attached
						 * message: no octets */
	bool			text;		/* text of its own: text/ and
						 * what is shown as such */
	bool			attached;	/* message/rfc822, in whatever
						 * encoding: its header is that
						 * of part number + 1 */
	struct str		type;		/* lower case: "text/html"; what
						 * RFC 2045 section 5.2 says
						 * where there is none */
	struct str		charset;	/* lower case; or empty.  Octets
						 * are not converted */
	enum mime_disposition	disposition;
	enum mime_encoding	encoding;
	/* File names: of Content-Disposition, then of Content-Type, RFC 2231
	 * and RFC 2047 undone; only different ones.  Valid UTF-8 on one line,
	 * U+FFFD for a NUL and the like; paths are in them as written. */
	struct str		names[MIME_NAMES];
	size_t			name_count;
};

struct mime_listener {		/* NULL: not wanted */
	/* True: the octets are wanted.  Not asked of a container's. */
	bool	(*begin)(void *ctx, const struct mime_part *part);
	/* Never empty.  False: enough of this part. */
	bool	(*octets)(void *ctx, const struct mime_part *part,
		    struct str piece);
	/* Not told of containers. */
	void	(*end)(void *ctx, const struct mime_part *part);
};

struct mime *mime_new(void);
void mime_free(struct mime *mime);		/* NULL is allowed */

/* Before the first field; LIMIT_MIME_LISTENERS at most, false beyond. */
bool mime_listen(struct mime *mime, const struct mime_listener *listener,
    void *ctx);
/* False: nobody listens any more.  Not from within a callback. */
bool mime_unlisten(struct mime *mime, const void *ctx);

/* The fields of the message, as in mail/header.h; those that do not matter
 * cost next to nothing. */
void mime_field(struct mime *mime, struct str name, struct str value);
void mime_eoh(struct mime *mime);

/* False: nobody wants more of it.  To go on is no error. */
bool mime_body(struct mime *mime, struct str piece);

/* The message has ended: so does its last part. */
void mime_eom(struct mime *mime);

/* Of what has been read so far. */
unsigned mime_part_count(const struct mime *mime);	/* at most the limit */
unsigned mime_depth(const struct mime *mime);		/* of the deepest */
unsigned mime_troubles(const struct mime *mime);	/* 1u << mime_trouble */
const char *mime_trouble_name(enum mime_trouble trouble);

#endif
