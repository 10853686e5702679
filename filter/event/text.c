#include "event/text.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

static const struct str replacement = STR_INIT("\xef\xbf\xbd");
static const struct str ellipsis = STR_INIT("\xe2\x80\xa6");

/* Three octets for each at most, and the mark. */
static json_t *
mended(struct str text, size_t max)
{
	bool cut = text.len > max;
	char *out = xcalloc((cut ? max : text.len) + 1, replacement.len);
	size_t len = 0, used = 0;
	json_t *string;

	while (used < text.len) {
		struct str rest = str_skip(text, used), c;
		size_t n = str_utf8_length(rest);

		if (used + (n == 0 ? 1 : n) > max)
			break;
		c = n == 0 ? replacement : str_slice(rest, 0, n);
		memcpy(out + len, c.ptr, c.len);
		len += c.len;
		used += n == 0 ? 1 : n;
	}
	if (cut) {
		memcpy(out + len, ellipsis.ptr, ellipsis.len);
		len += ellipsis.len;
	}
	string = json_stringn_nocheck(out, len);
	free(out);
	return string;
}

json_t *
event_text(struct str text, size_t max)
{
	if (text.len == 0)
		return json_stringn_nocheck("", 0);
	if (text.len <= max && str_is_utf8(text))
		return json_stringn_nocheck(text.ptr, text.len);
	return mended(text, max);
}
