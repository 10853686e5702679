#include "mail/skeleton.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#include "base/ensure.h"
#include "base/limits.h"


struct text {
	UChar	*at;
	int32_t	 len;
};

enum { ASCII = 128, LOOK_OCTETS = 8 };

struct skeleton {
	USpoofChecker	*checker;
	/* What ICU makes of each ASCII character by itself: most texts hold
	 * no other, and there each stands for itself. */
	struct {
		unsigned char	len;
		char		octets[LOOK_OCTETS];
	} ascii[SKELETON_READINGS][ASCII];
};

static struct text
text_new(struct arena *arena, int32_t units)
{
	return (struct text){ arena_alloc(arena,
	    (size_t)units * sizeof(UChar)), 0 };
}

/* What does not fit, or is no text, leaves nothing. */
static bool
done(UErrorCode status, struct text *text)
{
	if (U_SUCCESS(status))
		return true;
	text->len = 0;
	return false;
}

/* Accents (after decomposition), and what takes no room on a screen. */
static bool
is_seen(UChar32 c)
{
	return u_charType(c) != U_NON_SPACING_MARK &&
	    u_charType(c) != U_ENCLOSING_MARK &&
	    !u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) &&
	    c != 0xfffd;
}

static void
drop_unseen(struct text *text)
{
	int32_t len = 0;

	for (int32_t i = 0; i < text->len;) {
		UChar32 c;

		U16_NEXT(text->at, i, text->len, c);
		if (is_seen(c))
			U16_APPEND_UNSAFE(text->at, len, c);
	}
	text->len = len;
}

static struct text
decompose(struct arena *arena, struct str utf8)
{
	int32_t room = (int32_t)utf8.len;
	struct text text = text_new(arena, room + 1);
	struct text out = text_new(arena, room * 18 + 1);
	UErrorCode status = U_ZERO_ERROR;
	const UNormalizer2 *nfkd = unorm2_getNFKDInstance(&status);

	u_strFromUTF8WithSub(text.at, room + 1, &text.len, utf8.ptr, room,
	    0xfffd, NULL, &status);
	out.len = unorm2_normalize(nfkd, text.at, text.len, out.at,
	    room * 18 + 1, &status);
	if (done(status, &out))
		drop_unseen(&out);
	return out;
}

static void
fold_case(struct arena *arena, struct text *text)
{
	int32_t room = text->len * 3 + 1;
	struct text out = text_new(arena, room);
	UErrorCode status = U_ZERO_ERROR;

	out.len = u_strFoldCase(out.at, room, text->at, text->len,
	    U_FOLD_CASE_DEFAULT, &status);
	done(status, &out);
	*text = out;
}

static void
fold_looks(const struct skeleton *skeleton, struct arena *arena,
    struct text *text)
{
	int32_t room = text->len * 18 + 1;
	struct text out = text_new(arena, room);
	UErrorCode status = U_ZERO_ERROR;

	out.len = uspoof_getSkeleton(skeleton->checker, 0, text->at,
	    text->len, out.at, room, &status);
	done(status, &out);
	*text = out;
}

static struct str
to_utf8(struct arena *arena, const struct text *text)
{
	int32_t room = text->len * 3 + 1, len = 0;
	char *out = arena_alloc(arena, (size_t)room);
	UErrorCode status = U_ZERO_ERROR;

	u_strToUTF8(out, room, &len, text->at, text->len, &status);
	return U_SUCCESS(status) ? str_make(out, (size_t)len) : STR_NONE;
}

static struct str
make_any(const struct skeleton *skeleton, struct arena *arena,
    struct str utf8, enum skeleton_reading reading)
{
	struct text text = decompose(arena, utf8);

	if (reading == SKELETON_WORDS)
		fold_case(arena, &text);
	fold_looks(skeleton, arena, &text);
	fold_case(arena, &text);
	return to_utf8(arena, &text);
}

static struct str
make_ascii(const struct skeleton *skeleton, struct arena *arena,
    struct str text, enum skeleton_reading reading)
{
	char *out = arena_alloc(arena, text.len * LOOK_OCTETS);
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		memcpy(out + len, skeleton->ascii[reading][c].octets,
		    LOOK_OCTETS);
		len += skeleton->ascii[reading][c].len;
	}
	return str_make(out, len);
}

struct str
skeleton_make(const struct skeleton *skeleton, struct arena *arena,
    struct str text, enum skeleton_reading reading)
{
	text = str_slice(text, 0, LIMIT_SKELETON_OCTETS);
	return str_is_ascii(text) ?
	    make_ascii(skeleton, arena, text, reading) :
	    make_any(skeleton, arena, text, reading);
}

static void
learn_ascii(struct skeleton *skeleton, int reading, int c)
{
	struct arena *arena = arena_new();
	char octet = (char)c;
	struct str look = make_any(skeleton, arena, str_make(&octet, 1),
	    (enum skeleton_reading)reading);

	ensure(look.len <= LOOK_OCTETS);
	skeleton->ascii[reading][c].len = (unsigned char)look.len;
	if (look.len > 0)
		memcpy(skeleton->ascii[reading][c].octets, look.ptr,
		    look.len);
	arena_free(arena);
}

struct skeleton *
skeleton_open(struct arena *arena)
{
	struct skeleton *skeleton = arena_alloc(arena, sizeof(*skeleton));
	UErrorCode status = U_ZERO_ERROR;

	skeleton->checker = uspoof_open(&status);
	ensure(U_SUCCESS(status));	/* its data is in the library */
	for (int reading = 0; reading < SKELETON_READINGS; reading++)
		for (int c = 0; c < ASCII; c++)
			learn_ascii(skeleton, reading, c);
	return skeleton;
}

void
skeleton_close(struct skeleton *skeleton)
{
	uspoof_close(skeleton->checker);
}

size_t
skeleton_letter(struct str text)
{
	int32_t len = 0;
	UChar32 c;

	if (text.len == 0)
		return 0;
	if ((unsigned char)text.ptr[0] < 0x80)
		return ascii_alnum(text.ptr[0]);
	U8_NEXT(text.ptr, len, (int32_t)(text.len < 4 ? text.len : 4), c);
	return c >= 0 && u_isalnum(c) ? (size_t)len : 0;
}
