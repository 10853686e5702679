/*
 * Where the HTTP server listens, and which change of settings is one.
 */
#include "base/diag.h"
#include "conf/http.h"
#include "conf/settings.h"
#include "conf_test.h"

static const struct {
	const char *text;
	enum listen_family family;
	const char *place;		/* the address, or the path */
	unsigned port;
	bool local;
} places[] = {
	{ "127.0.0.1:9464", LISTEN_INET, "127.0.0.1", 9464, true },
	{ "localhost:1", LISTEN_INET, "127.0.0.1", 1, true },
	{ "127.8.9.10:65535", LISTEN_INET, "127.8.9.10", 65535, true },
	{ "[::1]:9464", LISTEN_INET6, "::1", 9464, true },
	{ "[::]:9464", LISTEN_INET6, "::", 9464, false },
	{ "[2001:db8::1]:80", LISTEN_INET6, "2001:db8::1", 80, false },
	{ "0.0.0.0:9464", LISTEN_INET, "0.0.0.0", 9464, false },
	{ "192.0.2.1:9464", LISTEN_INET, "192.0.2.1", 9464, false },
	{ "unix:/run/assay/http.sock", LISTEN_UNIX, "/run/assay/http.sock",
	  0, true },
};

START_TEST(places_are_read)
{
	struct arena *arena = arena_new();
	struct listen_spec spec;
	const char *why;
	char text[IP_TEXT_MAX];
	size_t at;

	ck_assert(http_parse(arena, str_from(places[_i].text), &spec, &why,
	    &at));
	ck_assert_int_eq(spec.family, places[_i].family);
	ck_assert_str_eq(spec.family == LISTEN_UNIX ? spec.path :
	    ip_format(&spec.ip, text).ptr, places[_i].place);
	ck_assert_uint_eq(spec.port, places[_i].port);
	ck_assert_int_eq(http_is_local(&spec), places[_i].local);
	arena_free(arena);
}
END_TEST

#define PORT	"a port is a number from 1 to 65535, such as 127.0.0.1:9464"
#define PLACE	"write 127.0.0.1:9464, [::1]:9464 or " \
		"unix:/run/assay/http.sock"

static const struct {
	const char *text;
	size_t at;
	const char *why;
} wrong[] = {
	{ "9464", 0, PLACE }, { ":9464", 0, PLACE }, { "*:9464", 0, PLACE },
	{ "localhost", 0, PORT }, { "127.0.0.1", 0, PORT },
	{ "127.0.0.1:", 10, PORT }, { "127.0.0.1:0", 10, PORT },
	{ "127.0.0.1:65536", 10, PORT }, { "127.0.0.1:http", 10, PORT },
	{ "::1:9464", 0, PLACE }, { "[127.0.0.1]:9464", 0, PLACE },
	{ "[::1]", 0, PLACE }, { "[::1]9464", 0, PLACE },
	{ "mx.example.com:9464", 0, PLACE },
	{ "http://127.0.0.1:9464", 0, PLACE },
	{ "unix:http.sock", 5, "write the whole path of the socket, such as "
	  "unix:/run/assay/assay.sock" },
};

START_TEST(mistakes_in_places_are_told)
{
	struct arena *arena = arena_new();
	struct listen_spec spec;
	const char *why;
	size_t at;

	ck_assert(!http_parse(arena, str_from(wrong[_i].text), &spec, &why,
	    &at));
	ck_assert_str_eq(why, wrong[_i].why);
	ck_assert_uint_eq(at, wrong[_i].at);
	arena_free(arena);
}
END_TEST

static const char *const texts[] = {
	"", "http = \"127.0.0.1:9464\"", "dns_timeout = 19s",
	"policy = other.policy", "max_signatures = 9", "max_header_size = 2k",
	"log_level = debug", "pid_file = /run/x",
	"trusted_sealers = { a.example, b.example }",
	"trusted_sealers = { a.exampleb.example }",
	"trusted_authserv_ids = { a.example, b.example }",
};

static struct settings *
load(const char *text)
{
	struct diag *diag = diag_new();
	struct settings *settings = settings_load_text("/etc/assay/a.conf",
	    str_from(text), NULL, 0, diag);

	ck_assert_uint_eq(diag_total(diag), 0);
	diag_free(diag);
	return settings;
}

START_TEST(the_checksum_tells_settings_apart)
{
	struct settings *a = load(texts[_i]), *b;

	for (int i = 0; i < TEST_COUNT(texts); i++) {
		b = load(texts[i]);
		ck_assert_msg((settings_checksum(a) == settings_checksum(b))
		    == (i == _i), "%s, %s", texts[_i], texts[i]);
		settings_free(b);
	}
	b = load("# a comment is no change\n");
	ck_assert_int_eq(settings_checksum(a) == settings_checksum(b),
	    _i == 0);
	settings_free(b);
	settings_free(a);
}
END_TEST

TCase *
http_tests(void)
{
	TCase *tests = tcase_create("http");

	tcase_add_loop_test(tests, places_are_read, 0, TEST_COUNT(places));
	tcase_add_loop_test(tests, mistakes_in_places_are_told, 0,
	    TEST_COUNT(wrong));
	tcase_add_loop_test(tests, the_checksum_tells_settings_apart, 0,
	    TEST_COUNT(texts));
	return tests;
}
