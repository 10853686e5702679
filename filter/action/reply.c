#include "action/reply.h"

#include "base/ensure.h"
#include "base/limits.h"
#include "mail/safe.h"

static bool
is_number(struct str s)
{
	uint64_t value;

	/* RFC 3463 section 2: no leading zeros. */
	return s.len <= 3 && str_to_uint(s, 999, &value) &&
	    (s.len == 1 || s.ptr[0] != '0');
}

bool
reply_enhanced_fits(unsigned code, struct str enhanced)
{
	struct str rest = enhanced, class, subject, detail;

	return str_next(&rest, '.', &class) &&
	    str_next(&rest, '.', &subject) &&
	    str_next(&rest, '.', &detail) && rest.ptr == NULL &&
	    class.len == 1 && class.ptr[0] == (char)('0' + code / 100) &&
	    (code / 100 == 2 || code / 100 == 4 || code / 100 == 5) &&
	    is_number(subject) && is_number(detail);
}

struct str
reply_text(struct arena *arena, struct str text)
{
	return safe_text(arena, str_trim(text), SAFE_ASCII,
	    LIMIT_REPLY_TEXT_OCTETS);
}

struct reply
reply_make(struct arena *arena, enum action action, unsigned code,
    struct str enhanced, struct str text)
{
	bool later = action == ACTION_TEMPFAIL;
	struct reply reply = { .code = code, .enhanced = enhanced };

	ensure(later || action == ACTION_REJECT);
	if (code / 100 != (later ? 4 : 5))
		reply.code = later ? 451 : 550;
	if (!reply_enhanced_fits(reply.code, enhanced))
		reply.enhanced = later ? STR("4.7.1") : STR("5.7.1");
	reply.text = reply_text(arena, text);
	if (reply.text.len == 0)
		reply.text = later ? STR("try again later") :
		    STR("refused by policy");
	return reply;
}
