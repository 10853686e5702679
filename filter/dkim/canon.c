#include "dkim/canon.h"

#include <string.h>

/* ---- spans that relaxed forms leave as they are ---- */

enum { BLOCK = 16 };
typedef unsigned char block_t __attribute__((vector_size(BLOCK)));

static bool
is_special(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/*
 * Which of BLOCK octets is a TAB, a blank before a TAB, a CR or another blank,
 * or (with at_cr) a CR: 0xff in its place.  Looks at one octet more.
 */
static inline void
find_special(const char *p, bool at_cr, uint64_t hits_out[2])
{
	block_t here, next;

	memcpy(&here, p, BLOCK);
	memcpy(&next, p + 1, BLOCK);
	next = (block_t)((next == ' ') | (next == '\t') | (next == '\r'));
	next &= (block_t)(here == ' ');
	next |= (block_t)(here == '\t');
	if (at_cr)
		next |= (block_t)(here == '\r');
	memcpy(hits_out, &next, BLOCK);
}

/* The first octet in memory that is not 0. */
static size_t
first_octet(uint64_t word)
{
	return (size_t)(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ?
	    __builtin_ctzll(word) : __builtin_clzll(word)) / 8;
}

/*
 * How far from p on nothing is to be changed: up to a TAB, a blank before one
 * of TAB, CR and blank (or at the end, where what follows is not known), or
 * (with at_cr) a CR.
 */
static inline size_t
plain_span(const char *p, size_t len, bool at_cr)
{
	size_t i = 0;

	while (len - i > BLOCK) {
		uint64_t hits[2];

		find_special(p + i, at_cr, hits);
		if ((hits[0] | hits[1]) != 0)
			return i + (hits[0] != 0 ? first_octet(hits[0]) :
			    8 + first_octet(hits[1]));
		i += BLOCK;
	}
	while (i < len && !(p[i] == '\t' || (at_cr && p[i] == '\r') ||
	    (p[i] == ' ' && (i + 1 == len || is_special(p[i + 1])))))
		i++;
	return i;
}

/* ---- header fields ---- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The name in lower case, without the white space before the colon. */
static void
relaxed_name(struct buf *out, struct str name)
{
	char lower[64];

	while (name.len > 0 && is_blank(name.ptr[name.len - 1]))
		name.len--;
	while (name.len > 0 && is_blank(name.ptr[0]))
		name = str_skip(name, 1);
	while (name.len > 0) {
		size_t n = name.len < sizeof(lower) ? name.len : sizeof(lower);

		for (size_t i = 0; i < n; i++)
			lower[i] = ascii_lower(name.ptr[i]);
		buf_add(out, str_make(lower, n));
		name = str_skip(name, n);
	}
}

/* Unfolded, white space made one blank, none at the ends. */
static void
relaxed_value(struct buf *out, struct str value)
{
	bool space = false, content = false;
	size_t i = 0;

	while (i < value.len) {
		const char *p = value.ptr + i;
		size_t left = value.len - i, span;

		if (is_blank(*p)) {
			space = true;
			i++;
		} else if (*p == '\r' && left > 1 && p[1] == '\n') {
			i += 2;
		} else {
			if (space && content)
				buf_addc(out, ' ');
			space = false;
			content = true;
			span = *p == '\r' ? 1 :
			    plain_span(p, left, true);
			buf_add(out, str_make(p, span));
			i += span;
		}
	}
}

void
dkim_canon_field(struct buf *out, enum dkim_form form, struct str name,
    struct str value)
{
	switch (form) {
	case DKIM_FORM_SIMPLE:
		buf_add(out, name);
		buf_addc(out, ':');
		buf_add(out, value);
		return;
	case DKIM_FORM_RELAXED:
		relaxed_name(out, name);
		buf_addc(out, ':');
		relaxed_value(out, value);
		return;
	}
}

/* ---- bodies ---- */

void
dkim_canon_init(struct dkim_canon *canon, enum dkim_form form,
    dkim_sink_fn *sink, void *ctx)
{
	*canon = (struct dkim_canon){ .form = form, .sink = sink, .ctx = ctx };
}

/* Gathers small spans, so that the sink is called seldom. */
struct out {
	struct dkim_canon	*canon;
	size_t			 len;
	char			 octets[4096];
};

static void
out_flush(struct out *out)
{
	if (out->len > 0)
		out->canon->sink(out->canon->ctx,
		    str_make(out->octets, out->len));
	out->len = 0;
}

static void
out_add(struct out *out, const char *p, size_t len)
{
	if (len > sizeof(out->octets) - out->len)
		out_flush(out);
	if (len > sizeof(out->octets)) {
		out->canon->sink(out->canon->ctx, str_make(p, len));
		return;
	}
	memcpy(out->octets + out->len, p, len);
	out->len += len;
}

/* As out_add() of the CRLFs that were put off. */
static void
out_lines(struct out *out)
{
	for (; out->canon->lines > 0; out->canon->lines--)
		out_add(out, "\r\n", 2);
}

/* What was put off belongs to the body after all, as content follows. */
static void
out_pending(struct out *out)
{
	struct dkim_canon *canon = out->canon;

	out_lines(out);
	if (canon->space)
		out_add(out, " ", 1);
	if (canon->cr)
		out_add(out, "\r", 1);
	canon->space = canon->cr = false;
	canon->content = true;
}

static size_t
lines_at(const char *p, size_t len)
{
	size_t i = 0;

	while (len - i >= 2 && p[i] == '\r' && p[i + 1] == '\n')
		i += 2;
	return i;
}

/*
 * RFC 6376 section 3.4.3: only empty lines at the end are left out, so all up
 * to the CRLFs at the end of the piece goes on as it is.
 */
static void
feed_simple(struct dkim_canon *canon, struct out *out, const char *p,
    size_t len)
{
	size_t skip;

	if (canon->cr && len > 0 && *p == '\n') {
		canon->cr = false;
		canon->lines++;
		p++;
		len--;
	}
	if (!canon->cr) {
		skip = lines_at(p, len);
		canon->lines += skip / 2;
		p += skip;
		len -= skip;
	}
	if (len == 0)
		return;
	if (!canon->cr && len == 1 && *p == '\r') {
		canon->cr = true;
		return;
	}
	out_pending(out);
	if (p[len - 1] == '\r') {
		canon->cr = true;
		len--;
	}
	while (len >= 2 && p[len - 2] == '\r' && p[len - 1] == '\n') {
		canon->lines++;
		len -= 2;
	}
	out_add(out, p, len);
}

/* As out_add(), for a span in a piece that has so much left from p on. */
static void
out_span(struct out *out, const char *p, size_t len, size_t left)
{
	if (len > BLOCK || left < BLOCK ||
	    sizeof(out->octets) - out->len < BLOCK) {
		out_add(out, p, len);
		return;
	}
	memcpy(out->octets + out->len, p, BLOCK);
	out->len += len;
}

/* How many of these octets, at the end of what is known, may yet be the last
 * line ends of the body; they are put off. */
static size_t
put_off(struct dkim_canon *canon, const char *p, size_t len, bool at_end)
{
	size_t keep = len;

	if (at_end && p[keep - 1] == '\r') {
		canon->cr = true;
		keep--;
	}
	while (keep >= 2 && p[keep - 2] == '\r' && p[keep - 1] == '\n') {
		canon->lines++;
		keep -= 2;
	}
	return len - keep;
}

/*
 * Content at p; how much of it is done.  Line ends within a span stay as they
 * are.  Blanks that more content follows are done in here, too.
 */
static size_t
relaxed_content(struct dkim_canon *canon, struct out *out, const char *p,
    size_t len)
{
	size_t i = 0, span, late;

	out_pending(out);
	for (;;) {
		span = plain_span(p + i, len - i, false);
		late = put_off(canon, p + i, span, i + span == len);
		out_span(out, p + i, span - late, len - i);
		i += span;
		if (i == len)
			return i;
		while (i < len && is_blank(p[i]))
			i++;
		if (i == len || p[i] == '\r') {
			canon->space = true;
			return i;
		}
		out_lines(out);
		out_add(out, " ", 1);
	}
}

/* RFC 6376 section 3.4.4. */
static void
feed_relaxed(struct dkim_canon *canon, struct out *out, const char *p,
    size_t len)
{
	size_t i = 0;

	while (i < len) {
		if (canon->cr) {
			if (p[i] == '\n') {
				canon->cr = canon->space = false;
				canon->lines++;
				i++;
				continue;
			}
			out_pending(out);	/* a lone CR */
		}
		if (is_blank(p[i])) {
			canon->space = true;
			i++;
		} else if (p[i] == '\r') {
			canon->cr = true;
			i++;
		} else {
			i += relaxed_content(canon, out, p + i, len - i);
		}
	}
}

void
dkim_canon_feed(struct dkim_canon *canon, struct str piece)
{
	struct out out;

	out.canon = canon;
	out.len = 0;
	switch (canon->form) {
	case DKIM_FORM_SIMPLE:
		feed_simple(canon, &out, piece.ptr, piece.len);
		break;
	case DKIM_FORM_RELAXED:
		feed_relaxed(canon, &out, piece.ptr, piece.len);
		break;
	}
	out_flush(&out);
}

void
dkim_canon_end(struct dkim_canon *canon)
{
	struct out out;

	out.canon = canon;
	out.len = 0;
	if (canon->cr)
		out_pending(&out);
	if (canon->content || canon->form == DKIM_FORM_SIMPLE)
		out_add(&out, "\r\n", 2);
	out_flush(&out);
}
