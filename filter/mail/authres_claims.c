#include "mail/authres.h"

#include "base/domain.h"
#include "base/limits.h"
#include "mail/lex.h"

/*
 * What a lenient reader might take for the id: the words at the front, joined
 * where nothing or a dot is between them.
 */
struct claim {
	char	text[LIMIT_UDOMAIN_OCTETS];
	size_t	len;
	size_t	first;		/* length of the first word alone */
	bool	full;		/* longer than any name */
};

static bool
is_ignored(char c)
{
	unsigned char octet = (unsigned char)c;

	return octet <= 0x20 || octet == 0x7f;
}

static void
claim_add(struct claim *claim, struct str piece)
{
	for (size_t i = 0; i < piece.len && !claim->full; i++) {
		if (is_ignored(piece.ptr[i]))
			continue;
		if (claim->len == sizeof(claim->text))
			claim->full = true;
		else
			claim->text[claim->len++] = piece.ptr[i];
	}
}

/* Like lex_quoted(), but into the claim.  False: it has no end. */
static bool
claim_add_quoted(struct claim *claim, struct str *rest)
{
	for (size_t i = 1; i < rest->len; i++) {
		if (rest->ptr[i] == '"') {
			*rest = str_skip(*rest, i + 1);
			return true;
		}
		if (rest->ptr[i] == '\\')
			i++;
		claim_add(claim, str_slice(*rest, i, i + 1));
	}
	return false;
}

static bool
claim_goes_on(const struct claim *claim, bool gap, char next)
{
	return claim->len == 0 || !gap || next == '.' ||
	    claim->text[claim->len - 1] == '.';
}

/* False: in doubt, because a comment or a quoted string has no end. */
static bool
claim_read(struct str value, struct claim *claim)
{
	while (!claim->full) {
		size_t before = value.len;
		struct str word;
		char next;

		if (lex_cfws(&value, NULL) != NULL)
			return false;
		next = lex_peek(value);
		if (value.len == 0 || next == ';' ||
		    !claim_goes_on(claim, value.len < before, next))
			break;
		word = lex_token(&value);
		claim_add(claim, word);
		if (word.len == 0 && next == '"') {
			if (!claim_add_quoted(claim, &value))
				return false;
		} else if (word.len == 0) {
			if (!is_ignored(next) && claim->len > 0)
				break;
			value = str_skip(value, 1);
		}
		if (claim->first == 0)
			claim->first = claim->len;
	}
	return true;
}

/* The claim's first len octets without those above ASCII. */
static struct str
ascii_part(const struct claim *claim, size_t len, char *out)
{
	size_t kept = 0;

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)claim->text[i] < 0x80)
			out[kept++] = claim->text[i];
	return str_make(out, kept);
}

static bool
claim_is(const struct claim *claim, size_t len, struct str ours,
    struct str ours_ascii, struct arena *arena)
{
	struct str text = str_make(claim->text, len), ascii;
	char out[LIMIT_UDOMAIN_OCTETS];

	if (domain_equal(text, ours) || domain_equal(text, ours_ascii))
		return true;
	ascii = ascii_part(claim, len, out);
	if (ascii.len == len)
		return false;
	if (domain_equal(ascii, ours_ascii))
		return true;
	return domain_to_ascii(arena, text, &ascii) &&
	    domain_equal(ascii, ours_ascii);
}

/* Is our name in the text, white space and control characters aside? */
static bool
names_us(struct str value, struct str ours)
{
	for (size_t start = 0; start < value.len; start++) {
		size_t have = 0;

		if (is_ignored(value.ptr[start]))
			continue;
		for (size_t i = start; i < value.len && have < ours.len; i++) {
			if (is_ignored(value.ptr[i]))
				continue;
			if (ascii_lower(value.ptr[i]) !=
			    ascii_lower(ours.ptr[have]))
				break;
			have++;
		}
		if (have == ours.len)
			return true;
	}
	return false;
}

bool
authres_claims(struct str value, struct str our_id)
{
	struct claim claim = { 0 }, own = { 0 };
	struct arena *arena = arena_new();
	struct str ours, ours_ascii;
	bool sure = claim_read(value, &claim), is_ours;

	claim_add(&own, our_id);
	ours = str_make(own.text, own.len);
	if (!domain_to_ascii(arena, ours, &ours_ascii))
		ours_ascii = ours;
	is_ours = ours.len > 0 &&
	    (claim_is(&claim, claim.len, ours, ours_ascii, arena) ||
	    claim_is(&claim, claim.first, ours, ours_ascii, arena) ||
	    (!sure && (names_us(value, ours) ||
	    names_us(value, ours_ascii))));
	arena_free(arena);
	return is_ours;
}
