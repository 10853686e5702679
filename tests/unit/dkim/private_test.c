#include "tests/unit/dkim/dkim_test.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "dkim/canon.h"
#include "dkim/digest.h"
#include "dkim/private.h"
#include "tests/unit/dkim/keys_of_rfc8463.h"


#define PKCS8_RSA "-----BEGIN PRIVATE KEY-----\n" \
    "MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAOQeU5CgFPNZGIaz\n" \
    "lXo2k/eJ1jpaTTxrmqF1HrDLlt04pvaMtCJj8nXoliLRC/H9vJjMI1vdb3XLcW60\n" \
    "AIN/PBD8EL97/y4GwJH7LPUvGP48vqUe+owqszesbiGy1PlCO8c70/OjFnJVgvMF\n" \
    "87YR4Lcincb7aSvI5MgpP6X8rjDdAgMBAAECgYAfRzE6EVkODNdaEOGcAkPDmziu\n" \
    "g5c3g6GOJdrxbtjeuFfcUmqYlI+4Lw329CbpJVtosAThIbmYsy54eWHgpd98Sm4s\n" \
    "SI2n1Kzc7hh8uJCltGoTtOblLEqO+9Chll7MeiuKY5oKFEvaK3juK5bHPFKJEy/h\n" \
    "z6PvQaJZ3FefF7hSgQJBAPMkH/RTnxbtFnLp6cZWPaRYXvfYKhYVlbOLUWJy52sE\n" \
    "WjLrdDByjCmgJrMq29kYw2U9acLvH/qjwZy5J7SBrbECQQDwLs+Kk+bX/V9NFC+P\n" \
    "Wj90OZmnbjfTjhk3LGOD78483ShYJtcgbHJa+ZlteuI5ahIAslOMTESCtocSCdey\n" \
    "y6TtAkEAuXkgKxgy7qEzE7veCd81rI2A/F1YVXpntQucrJXsdJVgXSGBg4eN5h72\n" \
    "Boy2IliijTMY34vcAC00/2G6qRaXMQJATVqWJwh5WWjV76onoyCqvRDsBrt9qVnj\n" \
    "jxxxtIVgQ8PqgXGI6X1j2x72Jgdkop8hyy2jsNTDX+HPYKTg3kmuBQJBALIq942+\n" \
    "POSR3weNizRLAzR8+MrXr//moNnZSIMac564TPEEMCvnXxnxUVtHjWKfdbhjfIIO\n" \
    "BCUuVwROtL7Nhws=\n" \
    "-----END PRIVATE KEY-----\n"
#define PKCS8_ED25519 "-----BEGIN PRIVATE KEY-----\n" \
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n" \
    "-----END PRIVATE KEY-----\n"
#define SHORT_RSA "-----BEGIN PRIVATE KEY-----\n" \
    "MIIB5QIBADANBgkqhkiG9w0BAQEFAASCAc8wggHLAgEAAmEAn/oWmLCcMS+lydKx\n" \
    "FjWoM8a200gX8eTX1svyaR/H/6MFam6FwrcVVXbHSTzcgWDhbz+QLIuqiNYAuHDl\n" \
    "GvQT7tdgz8qJ9SoosjPB9DfKYsqieWc2kTiTf5FcG5ktWBQBAgMBAAECYD580ly8\n" \
    "B5aS1QBbgv544QWwZfNrYqcCy2hEa6CyYE2zYMcs+qSPHQ8wATHTSxJiQ64RM++p\n" \
    "w61u1H3sv9G32LU6tru+ex21v8YOSuf23c2NCMpPUaXSYscIag8/E1GAQQIxANNQ\n" \
    "29YFBLea5npDJLMutAj+nOzG7CbvWW/ygPLR4U/g4ZzP9DkLHSh9/SKjnp4haQIx\n" \
    "AMHOGmc/5sxBbvqIniEckFGoH6fhMkyqf8cUVSI4vbKw40J0KICE0dbrMtBtIGVy\n" \
    "2QIwe0iyaQOWg/PoQS5JDAzUVmcNcIqBnhmICWrm1kOievLNTap5ZopYYZZXh80D\n" \
    "rmf5AjEAqWG2ldK1poLxuak5evr570QfFpytV3AUaSwOE/C/arNKjEP1Og3bUBkT\n" \
    "ujIGBGRRAjEAlzOjD1reZS5gzSyZ/93go2doLv+WwQcqtxCnXLorubGwS9mj/tGR\n" \
    "KCjuP+zEGlE3\n" \
    "-----END PRIVATE KEY-----\n"
#define EC "-----BEGIN PRIVATE KEY-----\n" \
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgKhS9RUME6ZBPg6xY\n" \
    "/aLsUZm69bK3QLBL7eLA5O3Dv7GhRANCAARFPHzMFm1nftMPeV+i1ZDUllu//hip\n" \
    "j2THDlGlVH8uJNfBq7yfbqKaq/wC8BusR65/My3464hsGoJKoQyQeKb5\n" \
    "-----END PRIVATE KEY-----\n"
#define ENCRYPTED "-----BEGIN ENCRYPTED PRIVATE KEY-----\n" \
    "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhs5DCk9nCxCQICCAAw\n" \
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEJnQAZPOopfL2fEyT4+ECtIEQGy2\n" \
    "uvbz7vVs8nWwLs9UI3IZxMFCV0fvJU0IXwlgRshGWmyaDa9OQ76wzWSUdb1+8uc0\n" \
    "Tfyhi6tSAtDJSKh8g7I=\n" \
    "-----END ENCRYPTED PRIVATE KEY-----\n"

/* RFC 8410 section 10.3: an attribute and the public key follow. */
#define LONG_ED25519 "-----BEGIN PRIVATE KEY-----\n" \
    "MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n" \
    "oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB\n" \
    "Z9w7lshQhqowtrbLDFw4rXAxZuE=\n" \
    "-----END PRIVATE KEY-----\n"
#define LONG_PUBLIC "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="

/* What p= of appendix A.2 says. */
#define ED_PUBLIC "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define RSA_PUBLIC "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6" \
    "NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/" \
    "BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2" \
    "kryOTIKT+l/K4w3QIDAQAB"
#define SHORT_NOTE "k: the RSA key has less than 2048 bits (RFC 8301): make " \
    "a new one with assay key new"

static const struct {
	const char		*text, *public, *note;
	enum dkim_key_type	 type;
	unsigned		 bits;
} good[] = {
	{ RFC_RSA, RSA_PUBLIC, SHORT_NOTE, DKIM_KEY_RSA, 1024 },
	{ RFC_RSA_BODY, RSA_PUBLIC, SHORT_NOTE, DKIM_KEY_RSA, 1024 },
	{ PKCS8_RSA, RSA_PUBLIC, SHORT_NOTE, DKIM_KEY_RSA, 1024 },
	{ "a comment\r\n" RFC_RSA "more", RSA_PUBLIC, SHORT_NOTE,
	  DKIM_KEY_RSA, 1024 },
	{ RFC_ED25519, ED_PUBLIC, "", DKIM_KEY_ED25519, 256 },
	{ PKCS8_ED25519, ED_PUBLIC, "", DKIM_KEY_ED25519, 256 },
	{ LONG_ED25519, LONG_PUBLIC, "", DKIM_KEY_ED25519, 256 },
	{ "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g",
	  ED_PUBLIC, "", DKIM_KEY_ED25519, 256 },
	{ "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
	  PKCS8_ED25519, ED_PUBLIC, "", DKIM_KEY_ED25519, 256 },
};

START_TEST(keys_are_read_in_every_form)
{
	struct arena *arena = arena_new();
	struct str note;
	struct dkim_private *key = dkim_private_read(arena, "k",
	    str_from(good[_i].text), &note);

	assert_str(note, good[_i].note);
	ck_assert_ptr_nonnull(key);
	ck_assert_int_eq(dkim_private_type(key), good[_i].type);
	ck_assert_uint_eq(dkim_private_bits(key), good[_i].bits);
	assert_str(base64_write(arena, dkim_private_public(arena, key)),
	    good[_i].public);
	dkim_private_unref(key);
	arena_free(arena);
}
END_TEST

#define NO_KEY "k: holds no private key in PEM: make one with assay key new"

static const struct {
	const char *text, *note;
} bad[] = {
	{ "", NO_KEY },
	{ "secret", NO_KEY },
	{ "AAAA", NO_KEY },
	{ "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
	  NO_KEY },
	{ SHORT_RSA, "k: the RSA key has less than 1024 bits, and nobody "
	  "accepts its signatures (RFC 8301): make a new one with assay key "
	  "new" },
	{ EC, "k: is neither an RSA nor an Ed25519 key" },
	{ "-----BEGIN EC PRIVATE KEY-----\n",
	  "k: is neither an RSA nor an Ed25519 key" },
	/* An octet more, an octet less, a seed too short, no end. */
	{ "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9gAA",
	  NO_KEY },
	{ "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn8",
	  NO_KEY },
	{ "MC0CAQAwBQYDK2VwBCEEH51hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn8",
	  NO_KEY },
	{ "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/Vpg",
	  NO_KEY },
	{ ENCRYPTED, "k: the key is encrypted, and nobody is there to type "
	  "its passphrase: openssl pkey -in FILE -out NEW" },
	{ "-----BEGIN PUBLIC KEY-----\n"
	  "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
	  "-----END PUBLIC KEY-----\n",
	  "k: holds a public key; the private one belongs here" },
	{ "-----BEGIN CERTIFICATE-----\n",
	  "k: holds a certificate; a private key belongs here" },
	{ "-----BEGIN OPENSSH PRIVATE KEY-----\n",
	  "k: holds a key of OpenSSH: make one with assay key new" },
};

START_TEST(bad_keys_say_why)
{
	struct arena *arena = arena_new();
	struct str note;

	ck_assert_ptr_null(dkim_private_read(arena, "k",
	    str_from(bad[_i].text), &note));
	assert_str(note, bad[_i].note);
	arena_free(arena);
}
END_TEST

START_TEST(damaged_key_is_refused)
{
	struct arena *arena = arena_new();
	char *text = arena_z(arena, str_from(RFC_RSA_BODY));
	struct str note;
	char *at = strstr(text, "AoGAH0cx");

	/* All of d, dP and dQ, so that no shortcut saves it. */
	at[8] = 'X';
	strstr(text, "ALl5ICsY")[6] = 'X';
	strstr(text, "licIeVlo")[4] = 'X';
	ck_assert_ptr_null(dkim_private_read(arena, "k", str_from(text),
	    &note));
	assert_str(note, "k: the key is damaged: what it signs does not "
	    "verify");
	arena_free(arena);
}
END_TEST

static const struct {
	mode_t		 mode;
	bool		 allow;
	const char	*note;		/* after the path; "": loaded */
} modes[] = {
	{ 0600, false, "" },
	{ 0400, false, "" },
	{ 0640, false, ": mode 0640 is readable by its group: chmod 600" },
	{ 0644, false, ": mode 0644 is readable by others: chmod 600" },
	{ 0604, false, ": mode 0604 is readable by others: chmod 600" },
	{ 0640, true, "" },
	{ 0644, true, "" },
	{ 0660, true, ": mode 0660 is writable by its group: chmod 600" },
	{ 0602, true, ": mode 0602 is writable by others: chmod 600" },
};

static void
write_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)),
	    (ssize_t)strlen(text));
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
}

START_TEST(key_that_others_can_read_is_refused)
{
	struct arena *arena = arena_new();
	char path[] = "/tmp/assay-private-XXXXXX";
	struct dkim_private *key;
	struct str note;

	close(mkstemp(path));
	write_file(path, RFC_ED25519, modes[_i].mode);
	key = dkim_private_load(arena, path, modes[_i].allow, &note);
	unlink(path);
	if (modes[_i].note[0] == '\0') {
		ck_assert_ptr_nonnull(key);
		assert_str(note, "");
	} else {
		ck_assert_ptr_null(key);
		ck_assert(str_starts_nocase(note, str_from(path)));
		assert_str(str_skip(note, strlen(path)), modes[_i].note);
	}
	dkim_private_unref(key);
	arena_free(arena);
}
END_TEST

/* Only root can give a file away. */
START_TEST(key_of_somebody_else_is_refused)
{
	struct arena *arena = arena_new();
	char path[] = "/tmp/assay-private-XXXXXX";
	struct str note;

	close(mkstemp(path));
	write_file(path, RFC_ED25519, 0600);
	if (geteuid() == 0 && chown(path, 12345, (gid_t)-1) == 0) {
		ck_assert_ptr_null(dkim_private_load(arena, path, false,
		    &note));
		assert_str(str_skip(note, strlen(path)), ": its owner (uid "
		    "12345) is neither root nor the user that signs: chown");
	}
	unlink(path);
	arena_free(arena);
}
END_TEST

START_TEST(what_is_no_file_says_why)
{
	struct arena *arena = arena_new();
	char fifo[] = "/tmp/assay-private-XXXXXX";
	struct str note;

	ck_assert_ptr_null(dkim_private_load(arena, "/nowhere/k.pem", false,
	    &note));
	assert_str(note, "/nowhere/k.pem: there is no such file: make a key "
	    "with assay key new");
	ck_assert_ptr_null(dkim_private_load(arena, "/tmp", false, &note));
	assert_str(note, "/tmp: is no file");
	close(mkstemp(fifo));
	unlink(fifo);
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	ck_assert_ptr_null(dkim_private_load(arena, fifo, false, &note));
	unlink(fifo);
	assert_str(str_skip(note, strlen(fifo)), ": is no file");
	arena_free(arena);
}
END_TEST

/* RFC 8463 appendix A.3: what its two signatures are over. */
#define FIELDS \
    "from:Joe SixPack <joe@football.example.com>\r\n" \
    "to:Suzie Q <suzie@shopping.example.net>\r\n" \
    "subject:Is dinner ready?\r\n" \
    "date:Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n" \
    "message-id:<20030712040037.46341.5F8J@football.example.com>\r\n"
#define OWN(algorithm, selector) FIELDS "dkim-signature:v=1; a=" algorithm \
    "; c=relaxed/relaxed; d=football.example.com; i=@football.example.com; " \
    "q=dns/txt; s=" selector "; t=1528637909; h=from : to : subject : date " \
    ": message-id : from : subject : date; " \
    "bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b="

static const struct {
	const char *key, *octets, *b;
} appendix[] = {
	{ RFC_ED25519, OWN("ed25519-sha256", "brisbane"),
	  "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus"
	  "Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==" },
	{ RFC_RSA, OWN("rsa-sha256", "test"),
	  "F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3"
	  "DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz"
	  "dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=" },
};

START_TEST(signatures_are_those_of_rfc8463)
{
	struct arena *arena = arena_new();
	unsigned char digest[DKIM_DIGEST_OCTETS];
	struct dkim_private *key, *twice;
	struct str note;

	key = dkim_private_read(arena, "k", str_from(appendix[_i].key),
	    &note);
	twice = dkim_private_ref(key);
	dkim_private_unref(key);
	dkim_digest(str_from(appendix[_i].octets), digest);
	assert_str(base64_write(arena, dkim_private_sign(arena, twice,
	    digest)), appendix[_i].b);
	dkim_private_unref(twice);
	arena_free(arena);
}
END_TEST

/* One key, more threads than it has contexts set up. */
enum { SIGNERS = 6, EACH = 20 };

static void *
sign_again_and_again(void *ctx)
{
	unsigned char digest[DKIM_DIGEST_OCTETS];
	struct arena *arena = arena_new();
	size_t wrong = 0;

	dkim_digest(str_from(appendix[0].octets), digest);
	for (int i = 0; i < EACH; i++)
		wrong += !str_eqz(base64_write(arena, dkim_private_sign(arena,
		    ctx, digest)), appendix[0].b);
	arena_free(arena);
	return wrong == 0 ? ctx : NULL;
}

START_TEST(many_threads_sign_with_one_key)
{
	struct arena *arena = arena_new();
	pthread_t threads[SIGNERS];
	struct dkim_private *key;
	struct str note;
	void *same;

	key = dkim_private_read(arena, "k", str_from(appendix[0].key), &note);
	for (int i = 0; i < SIGNERS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL,
		    sign_again_and_again, key), 0);
	for (int i = 0; i < SIGNERS; i++) {
		ck_assert_int_eq(pthread_join(threads[i], &same), 0);
		ck_assert_ptr_eq(same, key);
	}
	dkim_private_unref(key);
	arena_free(arena);
}
END_TEST

void
add_private_tests(TCase *tc)
{
	tcase_add_loop_test(tc, keys_are_read_in_every_form, 0,
	    TEST_COUNT(good));
	tcase_add_loop_test(tc, bad_keys_say_why, 0, TEST_COUNT(bad));
	tcase_add_test(tc, damaged_key_is_refused);
	tcase_add_loop_test(tc, key_that_others_can_read_is_refused, 0,
	    TEST_COUNT(modes));
	tcase_add_test(tc, key_of_somebody_else_is_refused);
	tcase_add_test(tc, what_is_no_file_says_why);
	tcase_add_test(tc, many_threads_sign_with_one_key);
	tcase_add_loop_test(tc, signatures_are_those_of_rfc8463, 0,
	    TEST_COUNT(appendix));
}
