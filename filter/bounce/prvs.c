#include "bounce/prvs.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/ensure.h"
#include "base/limits.h"

enum {
	MARK_OCTETS = 5,		/* "prvs=" */
	VALUE_OCTETS = 10,		/* KDDDSSSSSS */
	DAY_OCTETS = 4,			/* KDDD */
	TAG_OCTETS = MARK_OCTETS + VALUE_OCTETS + 1,
	SECONDS_A_DAY = 86400, DAYS = 1000,
	/* RFC 5321 section 4.5.3.1.1 */
	LOCAL_PART_OCTETS = 64
};

static unsigned
day_of(int64_t now)
{
	return (unsigned)(now / SECONDS_A_DAY % DAYS);
}

/* The six hex digits that belong to KDDD and this address. */
static void
hash_tag(struct str secret, struct str day, struct str bare, char out[7])
{
	unsigned char digest[EVP_MAX_MD_SIZE], text[DAY_OCTETS +
	    LIMIT_ADDRESS_OCTETS];
	unsigned int len = 0;

	ensure(day.len == DAY_OCTETS && bare.len <= LIMIT_ADDRESS_OCTETS);
	memcpy(text, day.ptr, DAY_OCTETS);
	for (size_t i = 0; i < bare.len; i++)
		text[DAY_OCTETS + i] = (unsigned char)ascii_lower(bare.ptr[i]);
	ensure(HMAC(EVP_sha1(), secret.ptr, (int)secret.len, text,
	    DAY_OCTETS + bare.len, digest, &len) != NULL);
	ascii_hex_write(digest, 3, out);
	out[6] = '\0';
}

/* No controls and blanks; letters of any script (RFC 6532). */
static bool
is_plain(struct str address)
{
	for (size_t i = 0; i < address.len; i++)
		if ((unsigned char)address.ptr[i] <= ' ' ||
		    address.ptr[i] == 0x7f)
			return false;
	return str_is_utf8(address);
}

const char *
prvs_tag(struct arena *arena, const struct prvs_keys *keys,
    struct str address, int64_t now, unsigned days, struct str *tagged_out)
{
	size_t local = str_rchr(address, '@');
	char day[DAY_OCTETS + 1], hash[7];

	if (local == address.len || local == 0)
		return "it is no address with a domain";
	if (!is_plain(address))
		return "it holds octets that no address has";
	if (address.ptr[0] == '"')
		return "its local part is quoted";
	if (str_starts_nocase(address, STR("prvs=")))
		return "it has a tag already";
	if (local + TAG_OCTETS > LOCAL_PART_OCTETS ||
	    address.len + TAG_OCTETS > LIMIT_ADDRESS_OCTETS)
		return "its local part is too long for a tag";
	snprintf(day, sizeof(day), "%u%03u", keys->current % PRVS_KEYS,
	    (day_of(now) + days) % DAYS);
	hash_tag(keys->secrets[keys->current], str_from(day), address, hash);
	*tagged_out = arena_printf(arena, "prvs=%s%s=%.*s", day, hash,
	    STR_ARG(address));
	return NULL;
}

/* KDDDSSSSSS: four digits, six hex digits. */
static bool
is_tag_value(struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		char c = ascii_lower(value.ptr[i]);

		if (!ascii_digit(c) && (i < DAY_OCTETS || c < 'a' || c > 'f'))
			return false;
	}
	return value.len == VALUE_OCTETS;
}

static enum prvs_state
judge(const struct prvs_keys *keys, struct str value, struct str bare,
    int64_t now, unsigned days)
{
	struct str secret, day = str_slice(value, 0, DAY_OCTETS);
	char hash[7];
	uint64_t expires;

	if (!is_tag_value(value) || bare.len > LIMIT_ADDRESS_OCTETS)
		return PRVS_FORGED;
	secret = keys->secrets[value.ptr[0] - '0'];
	if (secret.len == 0)
		return PRVS_FORGED;
	hash_tag(secret, day, bare, hash);
	for (size_t i = 0; i < 6; i++)
		hash[i] = (char)(hash[i] ^
		    ascii_lower(value.ptr[DAY_OCTETS + i]));
	if (CRYPTO_memcmp(hash, "\0\0\0\0\0\0", 6) != 0)
		return PRVS_FORGED;
	ensure(str_to_uint(str_skip(day, 1), DAYS, &expires));
	return (expires + DAYS - day_of(now)) % DAYS <= days ? PRVS_VALID :
	    PRVS_EXPIRED;
}

enum prvs_state
prvs_check(struct arena *arena, const struct prvs_keys *keys,
    struct str address, int64_t now, unsigned days, struct str *bare_out)
{
	struct str rest = str_skip(address, MARK_OCTETS);
	size_t end = str_chr(rest, '=');

	*bare_out = address;
	if (!str_starts_nocase(address, STR("prvs=")) || end == rest.len ||
	    end > str_chr(rest, '@'))
		return PRVS_MISSING;
	*bare_out = arena_copy(arena, str_skip(rest, end + 1));
	return judge(keys, str_slice(rest, 0, end), *bare_out, now, days);
}
