/*
 * Whether a PDF is encrypted: its trailer, or the dictionary of its table of
 * cross-references, has an entry Encrypt (ISO 32000-1 section 7.6), which is
 * plain text in either of them and wherever in the file they stand.
 */
#include "mail/archive.h"

/* Section 7.2.2; NUL is one, too. */
static struct str
skip_white(struct str s)
{
	while (s.len > 0 && (s.ptr[0] == '\0' || s.ptr[0] == '\t' ||
	    s.ptr[0] == '\n' || s.ptr[0] == '\f' || s.ptr[0] == '\r' ||
	    s.ptr[0] == ' '))
		s = str_skip(s, 1);
	return s;
}

/* "12 " is taken; false: something else stands there. */
static bool
take_number(struct str *s)
{
	struct str rest = *s;

	while (rest.len > 0 && rest.ptr[0] >= '0' && rest.ptr[0] <= '9')
		rest = str_skip(rest, 1);
	if (rest.len == s->len)
		return false;
	*s = skip_white(rest);
	return s->len < rest.len;
}

/* Section 7.3.5: an octet of a name may be written as #45. */
static bool
take_name(struct str *s, const char *name)
{
	for (; *name != '\0'; name++) {
		int c = s->len > 0 ? (unsigned char)s->ptr[0] : -1;
		size_t len = 1;

		if (c == '#') {
			c = ascii_octet(*s, 1);
			len = 3;
		}
		if (c != *name)
			return false;
		*s = str_skip(*s, len);
	}
	return true;
}

/* Behind the slash: a reference (section 7.3.10), or the dictionary itself. */
static bool
is_encrypt(struct str s)
{
	if (!take_name(&s, "Encrypt"))
		return false;
	s = skip_white(s);
	if (s.len >= 2 && s.ptr[0] == '<' && s.ptr[1] == '<')
		return true;
	return take_number(&s) && take_number(&s) && s.len > 0 &&
	    s.ptr[0] == 'R';
}

void
archive_pdf(struct archive *archive, size_t until)
{
	struct str all = str_make(archive->at, archive->len);
	size_t at = 0;

	while (!archive->encrypted && at < until) {
		at += str_chr(str_slice(all, at, until), '/') + 1;
		if (at <= until)
			archive->encrypted = is_encrypt(str_skip(all, at));
	}
}
