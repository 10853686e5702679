#include "mail/charset.h"

#include <string.h>
#include <unicode/ucnv.h>

#include "base/limits.h"

/* What these names are used for, and what reads all of it. */
static const struct {
	const char	*name, *reads;
} larger[] = {
	{ "iso-8859-1", "windows-1252" }, { "latin1", "windows-1252" },
	{ "iso-8859-9", "windows-1254" }, { "tis-620", "windows-874" },
	{ "iso-8859-11", "windows-874" },
	{ "gb2312", "gb18030" }, { "gbk", "gb18030" },
	{ "ks_c_5601-1987", "windows-949" }, { "euc-kr", "windows-949" },
};

static const struct str unknown_mark = STR_INIT("\xef\xbf\xbd");

static bool
is_utf8_name(struct str name)
{
	return name.len == 0 || str_eqz_nocase(name, "utf-8") ||
	    str_eqz_nocase(name, "utf8") || str_eqz_nocase(name, "us-ascii");
}

/* C1 controls are two octets: 0xc2 and 0x80 to 0x9f. */
static bool
is_control(struct str c)
{
	unsigned char first = (unsigned char)c.ptr[0];

	return c.len == 1 ? first < ' ' || first == 0x7f :
	    first == 0xc2 && (unsigned char)c.ptr[1] < 0xa0;
}

static size_t
printable_prefix(struct str text)
{
	size_t len = 0;

	while (len < text.len && text.ptr[len] >= ' ' && text.ptr[len] < 0x7f)
		len++;
	return len;
}

static void
add_utf8(struct buf *out, struct str text)
{
	while (text.len > 0) {
		size_t len = printable_prefix(text);

		if (len == 0) {
			len = str_utf8_length(text);
			if (len > 0 && !is_control(str_slice(text, 0, len)))
				buf_add(out, str_slice(text, 0, len));
			else if (ascii_space(text.ptr[0]))
				buf_addc(out, ' ');
			else
				buf_add(out, unknown_mark);
			len = len == 0 ? 1 : len;
		} else {
			buf_add(out, str_slice(text, 0, len));
		}
		text = str_skip(text, len);
	}
}

static void
add_ascii(struct buf *out, struct str octets)
{
	for (size_t i = 0; i < octets.len; i++)
		if ((unsigned char)octets.ptr[i] < 0x80)
			add_utf8(out, str_slice(octets, i, i + 1));
		else
			buf_add(out, unknown_mark);
}

/* ICU's name of the set, or NULL. */
static const char *
find(struct str name, char z[LIMIT_CHARSET_OCTETS + 1])
{
	UErrorCode status = U_ZERO_ERROR;

	for (size_t i = 0; i < sizeof(larger) / sizeof(larger[0]); i++)
		if (str_eqz_nocase(name, larger[i].name))
			return larger[i].reads;
	if (name.len > LIMIT_CHARSET_OCTETS || !str_is_visible(name))
		return NULL;
	memcpy(z, name.ptr, name.len);
	z[name.len] = '\0';
	return ucnv_getStandardName(z, "IANA", &status);
}

static struct str
convert(struct arena *arena, UConverter *converter, struct str octets)
{
	size_t size = octets.len * 4 + 16;
	UErrorCode status = U_ZERO_ERROR;
	char *text = arena_alloc(arena, size);
	int32_t len = ucnv_toAlgorithmic(UCNV_UTF8, converter, text,
	    (int32_t)size, octets.ptr, (int32_t)octets.len, &status);

	/* Few characters of few sets need more: those are cut. */
	if (U_FAILURE(status) && status != U_BUFFER_OVERFLOW_ERROR)
		return STR_NONE;
	return str_make(text, (size_t)len < size ? (size_t)len : size);
}

bool
charset_add(struct buf *out, struct str charset, struct str octets)
{
	UErrorCode status = U_ZERO_ERROR;
	char z[LIMIT_CHARSET_OCTETS + 1];
	UConverter *converter;
	const char *name;

	octets = str_slice(octets, 0, LIMIT_CHARSET_TEXT_OCTETS);
	if (is_utf8_name(charset)) {
		add_utf8(out, octets);
		return true;
	}
	name = find(charset, z);
	converter = name == NULL ? NULL : ucnv_open(name, &status);
	if (converter == NULL) {
		add_ascii(out, octets);
		return false;
	}
	add_utf8(out, convert(out->arena, converter, octets));
	ucnv_close(converter);
	return true;
}
