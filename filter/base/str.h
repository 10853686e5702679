/*
 * str - a bounded slice of bytes that somebody else owns
 *
 * All untrusted bytes travel as struct str: never NUL-terminated, possibly
 * with NULs and any other byte inside.  ptr may be NULL only when len is 0.
 * Letter case means ASCII case everywhere; no function here knows a locale.
 */
#ifndef ASSAY_BASE_STR_H
#define ASSAY_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
	const char	*ptr;
	size_t		 len;
};

/* From a string literal; usable in static initializers with STR_INIT. */
#define STR(lit)	((struct str){ "" lit, sizeof(lit) - 1 })
#define STR_INIT(lit)	{ "" lit, sizeof(lit) - 1 }
#define STR_NONE	((struct str){ NULL, 0 })

/* printf("%.*s", STR_ARG(s)); only for bytes that are safe to print. */
#define STR_ARG(s)	(int)(s).len, (s).ptr

struct str str_from(const char *z);		/* NULL gives STR_NONE */
struct str str_make(const void *ptr, size_t len);

bool str_eq(struct str a, struct str b);
bool str_eq_nocase(struct str a, struct str b);
bool str_eqz(struct str a, const char *z);
bool str_eqz_nocase(struct str a, const char *z);
int str_cmp(struct str a, struct str b);	/* memcmp order, then length */
int str_cmp_nocase(struct str a, struct str b);
bool str_starts_nocase(struct str s, struct str prefix);
bool str_ends_nocase(struct str s, struct str suffix);

/* Index of the first (last) c, or len where there is none. */
size_t str_chr(struct str s, char c);
size_t str_rchr(struct str s, char c);

/* Bytes [from, to); both are cut to the length. */
struct str str_slice(struct str s, size_t from, size_t to);
struct str str_skip(struct str s, size_t n);

/* Without the ASCII white space (SP TAB CR LF) at both ends. */
struct str str_trim(struct str s);

/*
 * Take the piece before the next sep off *rest.  Returns false when *rest was
 * used up.  "a,,b" gives "a", "", "b"; "" gives "" once.  Start with a copy of
 * the string; the end is marked by ptr == NULL.
 */
bool str_next(struct str *rest, char sep, struct str *piece_out);

/* Octets of the first line with its LF; all of s where there is none. */
size_t str_line(struct str s);
/* Without the LF, CRLF or CR at its end. */
struct str str_chomp(struct str line);

/* The decimal number that is all of s: digits only, at most max. */
bool str_to_uint(struct str s, uint64_t max, uint64_t *value_out);

/* Every byte in 0x21..0x7e; in 0x20..0x7e. */
bool str_is_visible(struct str s);
bool str_is_printable(struct str s);

/* No octet above 0x7f. */
bool str_is_ascii(struct str s);

/* A valid UTF-8 text without NUL (RFC 3629). */
bool str_is_utf8(struct str s);

/* Octets of the UTF-8 character that s begins with, 1..4; 0: none, NUL too. */
size_t str_utf8_length(struct str s);

/* ASCII character classes, safe for any byte value. */
bool ascii_alpha(char c);
bool ascii_digit(char c);
bool ascii_alnum(char c);
bool ascii_space(char c);	/* SP TAB CR LF */
char ascii_lower(char c);
int ascii_hex(char c);		/* the digit's value, or -1 */

/* The octet that the two hexadecimal digits at s.ptr[at] say, or -1. */
int ascii_octet(struct str s, size_t at);
/* Two lower-case digits an octet, and no NUL. */
void ascii_hex_write(const unsigned char *octets, size_t len, char *out);

/* Of eight octets at once (in any order). */
static inline uint64_t
ascii_lower8(uint64_t word)
{
	const uint64_t each = 0x0101010101010101u;
	uint64_t low = word & each * 0x7f;
	uint64_t upper = (low + each * (0x80 - 'A')) &
	    ~(low + each * (0x7f - 'Z')) & ~word & each * 0x80;

	return word | upper >> 2;
}

#endif
