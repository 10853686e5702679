#include "tests/unit/dns/dns_test.h"

#include <stdio.h>
#include <string.h>

#include "dns/servers.h"

static const struct {
	const char *text, *servers;
	bool here;
} files[] = {
	{ "nameserver 127.0.0.1\n", "127.0.0.1#53", true },
	{ "# comment\nnameserver\t127.0.0.53  \noptions edns0\n",
	  "127.0.0.53#53", true },
	{ "nameserver ::1\nnameserver 127.0.0.1", "::1#53 127.0.0.1#53",
	  true },
	{ "nameserver 127.0.0.1\nnameserver 192.0.2.1\n",
	  "127.0.0.1#53 192.0.2.1#53", false },
	{ "nameserver 192.0.2.1\n", "192.0.2.1#53", false },
	{ "nameserver ::ffff:127.0.0.1\n", "127.0.0.1#53", true },
	{ "nameserver 2001:db8::53\n", "2001:db8::53#53", false },
	/* What is not understood might be another machine. */
	{ "nameserver fe80::1%eth0\nnameserver 127.0.0.1\n", "127.0.0.1#53",
	  false },
	{ "nameserver\nnameserver 127.0.0.1\n", "127.0.0.1#53", false },
	{ "domain example.com\n;nameserver 127.0.0.1\n", "", false },
	{ "", "", false },
};

static void
print(const struct servers *servers, char *at)
{
	char ip[IP_TEXT_MAX];

	*at = '\0';
	for (size_t i = 0; i < servers->count; i++) {
		ip_format(&servers->at[i].ip, ip);
		at += sprintf(at, "%s%s#%u", i > 0 ? " " : "", ip,
		    servers->at[i].port);
	}
}

START_TEST(resolv_conf_is_read)
{
	struct servers servers = { .complete = true };
	char text[300];

	servers_add_resolv_conf(&servers, str_from(files[_i].text));
	print(&servers, text);
	ck_assert_str_eq(text, files[_i].servers);
	ck_assert_int_eq(servers_are_here(&servers), files[_i].here);
	ck_assert(servers.system);
}
END_TEST

static const struct {
	const char *specs[3], *servers;
	bool here;
} settings[] = {
	{ { "server:127.0.0.1" }, "127.0.0.1#53", true },
	{ { "server:127.1.2.3#5353", "server:::1" },
	  "127.1.2.3#5353 ::1#53", true },
	{ { "server:192.0.2.53" }, "192.0.2.53#53", false },
	{ { "server:127.0.0.1", "server:192.0.2.53#1" },
	  "127.0.0.1#53 192.0.2.53#1", false },
	{ { "server:127.0.0.1", "nonsense" }, "127.0.0.1#53", false },
	{ { "server:127.0.0.1#0" }, "", false },
	{ { "127.0.0.1" }, "", false },
};

START_TEST(settings_are_read)
{
	struct resolver_options options = { .specs = settings[_i].specs };
	struct servers servers;
	char text[300];

	while (options.spec_count < 3 &&
	    settings[_i].specs[options.spec_count] != NULL)
		options.spec_count++;
	servers = servers_of(&options);
	print(&servers, text);
	ck_assert_str_eq(text, settings[_i].servers);
	ck_assert_int_eq(servers_are_here(&servers), settings[_i].here);
	ck_assert(!servers.system);
}
END_TEST

START_TEST(too_many_servers_are_not_forgotten)
{
	struct servers servers = { .complete = true };

	for (int i = 0; i < SERVERS_MAX; i++)
		servers_add_resolv_conf(&servers,
		    STR("nameserver 127.0.0.1\n"));
	ck_assert(servers_are_here(&servers));
	servers_add_resolv_conf(&servers, STR("nameserver 192.0.2.1\n"));
	ck_assert_uint_eq(servers.count, SERVERS_MAX);
	ck_assert(!servers_are_here(&servers));
}
END_TEST

TCase *
servers_tests(void)
{
	TCase *tc = tcase_create("servers");

	tcase_add_loop_test(tc, resolv_conf_is_read, 0, TEST_COUNT(files));
	tcase_add_loop_test(tc, settings_are_read, 0, TEST_COUNT(settings));
	tcase_add_test(tc, too_many_servers_are_not_forgotten);
	return tc;
}
