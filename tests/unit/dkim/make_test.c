#include "tests/unit/dkim/dkim_test.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "dkim/make.h"
#include "tests/unit/dkim/keys_of_rfc8463.h"

static const struct {
	const char		*word;
	enum dkim_key_type	 type;
	unsigned		 bits;
} algorithms[] = {
	{ "rsa2048", DKIM_KEY_RSA, 2048 }, { "rsa4096", DKIM_KEY_RSA, 4096 },
	{ "ed25519", DKIM_KEY_ED25519, 256 },
};

START_TEST(new_keys_are_what_was_asked_for)
{
	struct arena *arena = arena_new();
	char path[] = "/tmp/assay-make-XXXXXX";
	int fd = mkstemp(path);
	enum dkim_key_type type;
	struct dkim_private *key;
	struct str note;
	unsigned bits;

	ck_assert(dkim_make_from(algorithms[_i].word, &type, &bits));
	ck_assert(dkim_make_key(type, bits, fd));
	close(fd);
	key = dkim_private_load(arena, path, false, &note);
	unlink(path);
	assert_str(note, "");
	ck_assert_int_eq(dkim_private_type(key), algorithms[_i].type);
	ck_assert_uint_eq(dkim_private_bits(key), algorithms[_i].bits);
	dkim_private_unref(key);
	arena_free(arena);
}
END_TEST

static const struct {
	const char *key, *record, *zone;
} records[] = {
	{ RFC_ED25519, "v=DKIM1; k=ed25519; "
	  "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
	  "s._domainkey.example. IN TXT \"v=DKIM1; k=ed25519; "
	  "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n" },
	{ RFC_RSA, "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQD"
	  "kHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYz"
	  "CNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9P"
	  "zoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB", NULL },
};

START_TEST(records_are_printed)
{
	struct arena *arena = arena_new();
	struct str note, record;
	struct dkim_private *key = dkim_private_read(arena, "k",
	    str_from(records[_i].key), &note);

	record = dkim_make_record(arena, key);
	assert_str(record, records[_i].record);
	if (records[_i].zone != NULL)
		assert_str(dkim_make_zone(arena,
		    STR("s._domainkey.example"), record), records[_i].zone);
	dkim_private_unref(key);
	arena_free(arena);
}
END_TEST

START_TEST(long_records_are_split)
{
	struct arena *arena = arena_new();
	char text[301];

	memset(text, 'x', 300);
	text[300] = '\0';
	assert_str(dkim_make_zone(arena, STR("n"), str_from(text)),
	    arena_printf(arena, "n. IN TXT (\n    \"%.255s\"\n    \"%s\" )\n",
	    text, text + 255).ptr);
	ck_assert(!dkim_make_from("rsa", &(enum dkim_key_type){ 0 },
	    &(unsigned){ 0 }));
	arena_free(arena);
}
END_TEST

void
add_make_tests(TCase *tc)
{
	tcase_add_loop_test(tc, new_keys_are_what_was_asked_for, 0,
	    TEST_COUNT(algorithms));
	tcase_add_loop_test(tc, records_are_printed, 0, TEST_COUNT(records));
	tcase_add_test(tc, long_records_are_split);
	tcase_set_timeout(tc, 60);
}
