#include "tests/unit/mail/mail_test.h"

#include "base/limits.h"
#include "mail/relay.h"

/* A host of the networks below, or one that is not, says whom it heard. */
#define FROM(ip)  "from h.example (n.example [" ip "]) by mx with ESMTP id 1"
#define LOCAL	  "by mx (Postfix, from userid 0) id 1"

enum { FIELDS = 8 };

static const struct {
	const char *what;
	const char *fields[FIELDS];	/* from the newest one */
	const char *ip, *helo;		/* ip: NULL is not known */
	bool is_peer;
	unsigned hops;
} walks[] = {
	{ "a backup MX",
	  { FROM("203.0.113.1"), FROM("203.0.113.2") },
	  "203.0.113.1", "h.example", false, 1 },
	{ "one relay behind another",
	  { FROM("192.0.2.2"), FROM("203.0.113.1"), FROM("192.0.2.1") },
	  "203.0.113.1", "h.example", false, 2 },
	{ "IPv6, as a mapped address too",
	  { FROM("IPv6:2001:db8:1::2"), FROM("::ffff:192.0.2.2"),
	    FROM("IPv6:2001:db8:2::1") },
	  "2001:db8:2::1", "h.example", false, 3 },
	{ "a filter on the relay itself",
	  { FROM("127.0.0.1"), FROM("127.0.0.1"), FROM("203.0.113.1"),
	    FROM("127.0.0.1") }, "203.0.113.1", "h.example", false, 3 },
	/* made on a trusted host */
	{ "the relay's own mail", { LOCAL }, "192.0.2.1", "", true, 1 },
	{ "its own mail, forged fields below", { LOCAL, FROM("203.0.113.1") },
	  "192.0.2.1", "", true, 1 },
	{ "its own mail through its loopback", { FROM("127.0.0.1"), LOCAL },
	  "192.0.2.1", "", true, 2 },
	{ "a trusted host's own mail", { FROM("192.0.2.2"), LOCAL },
	  "192.0.2.2", "h.example", false, 2 },
	{ "that host's, through its loopback",
	  { FROM("192.0.2.2"), FROM("127.0.0.1"), LOCAL },
	  "192.0.2.2", "h.example", false, 3 },
	{ "only trusted hosts", { FROM("192.0.2.2"), FROM("192.0.2.3") },
	  "192.0.2.3", "h.example", false, 2 },
	{ "there and back", { FROM("192.0.2.2"), FROM("192.0.2.1"), LOCAL },
	  "192.0.2.1", "h.example", false, 3 },
	/* forged */
	{ "a stranger names our relays below his own field",
	  { FROM("203.0.113.66"), FROM("192.0.2.2"), FROM("203.0.113.1") },
	  "203.0.113.66", "h.example", false, 1 },
	{ "a stranger names the relay itself",
	  { FROM("203.0.113.66"), FROM("192.0.2.1"), FROM("192.0.2.1"),
	    FROM("127.0.0.1") }, "203.0.113.66", "h.example", false, 1 },
	{ "a HELO name that is a trusted address",
	  { "from [192.0.2.2] (bad.example [203.0.113.66]) by mx with ESMTP",
	    FROM("203.0.113.1") }, "203.0.113.66", "[192.0.2.2]", false, 1 },
	/* Not ours, though it looks so: the relay's. */
	{ "a private address", { FROM("10.0.0.1"), FROM("203.0.113.1") },
	  NULL, "", false, 1 },
	{ "a link-local one", { FROM("IPv6:fe80::1%eth0") },
	  NULL, "", false, 1 },
	{ "a private one behind a trusted loopback",
	  { FROM("127.0.0.1"), FROM("IPv6:fd00::1") }, NULL, "", false, 2 },
	{ "a loopback of the other kind is not listed",
	  { FROM("IPv6:::1"), FROM("203.0.113.1") }, NULL, "", false, 1 },
	{ "another loopback is not listed", { FROM("127.0.0.2"),
	  FROM("203.0.113.1") }, NULL, "", false, 1 },
	{ "a private relay names another private host",
	  { FROM("10.9.9.1"), FROM("10.0.0.1"), FROM("203.0.113.1") },
	  "10.0.0.1", "h.example", false, 2 },
	{ "a private relay names a public one",
	  { FROM("10.9.9.1"), FROM("203.0.113.1"), FROM("10.0.0.1") },
	  "203.0.113.1", "h.example", false, 2 },
	{ "no field at all: the relay adds none", { NULL },
	  NULL, "", false, 0 },
	/* broken: nothing is guessed */
	{ "no address", { "from h.example by mx with ESMTP",
	  FROM("203.0.113.1") }, NULL, "", false, 1 },
	{ "not closed", { "from h.example (n.example [203.0.113.1] by mx" },
	  NULL, "", false, 1 },
	{ "empty", { "", FROM("203.0.113.1") }, NULL, "", false, 1 },
	{ "the second one", { FROM("192.0.2.2"), "from x", LOCAL },
	  NULL, "", false, 2 },
	/* qmail: two fields a hop */
	{ "qmail", { "(qmail 1 invoked from network); 1 Jan 2026",
	  "from n.example (HELO h.example) (203.0.113.1) by 0 with SMTP",
	  FROM("192.0.2.1") }, "203.0.113.1", "h.example", false, 2 },
	{ "qmail's own", { "(qmail 1 invoked by uid 0); 1 Jan 2026",
	  FROM("203.0.113.1") }, "192.0.2.1", "", true, 1 },
	{ "half of qmail's", { "(qmail 1 invoked from network); 1 Jan" },
	  NULL, "", false, 1 },
};

static struct relay_list
trusted(void)
{
	static const char *const texts[] = {
		"192.0.2.0/29", "2001:db8:1::/48", "127.0.0.1", "10.9.9.0/24"
	};
	static struct ipnet nets[TEST_COUNT(texts)];

	for (size_t i = 0; i < TEST_COUNT(texts); i++)
		ck_assert(ipnet_parse(str_from(texts[i]), &nets[i]));
	return (struct relay_list){ nets, TEST_COUNT(texts) };
}

static struct relay_client
find(struct header *header)
{
	struct relay_list list = trusted();
	struct relay_client client;
	struct ip peer;

	ck_assert(ip_parse(STR("192.0.2.1"), &peer));
	ck_assert(relay_is_trusted(&list, &peer));
	relay_find_client(&list, header, &peer, &client);
	return client;
}

static void
add(struct arena *arena, struct header *header, const char *name,
    const char *value)
{
	VEC_PUSH(arena, &header->fields, (struct header_field){
	    .name = str_from(name), .value = str_from(value) });
}

START_TEST(client_is_found)
{
	struct arena *arena = arena_new();
	struct header header = { .octets = 0 };
	struct relay_client client;
	char ip[IP_TEXT_MAX];

	for (int i = 0; i < FIELDS && walks[_i].fields[i] != NULL; i++) {
		add(arena, &header, i % 2 ? "RECEIVED" : "Received",
		    walks[_i].fields[i]);
		add(arena, &header, "X-Other", FROM("198.51.100.1"));
	}
	client = find(&header);
	ck_assert_msg(client.known == (walks[_i].ip != NULL) &&
	    client.hops == walks[_i].hops &&
	    client.is_peer == walks[_i].is_peer &&
	    str_eqz(client.helo, walks[_i].helo) &&
	    str_eqz(ip_format(&client.ip, ip), walks[_i].ip == NULL ? "" :
	    walks[_i].ip), "%s: %s after %u, %s", walks[_i].what, ip,
	    client.hops, client.why);
	ck_assert_int_eq(client.known, client.why == NULL);
	arena_free(arena);
}
END_TEST

START_TEST(walk_is_bounded)
{
	struct arena *arena = arena_new();
	struct header header = { .octets = 0 };
	struct relay_client client;

	for (int i = 0; i < LIMIT_RECEIVED_HOPS - 1; i++)
		add(arena, &header, "Received", FROM("192.0.2.2"));
	add(arena, &header, "Received", FROM("203.0.113.1"));
	client = find(&header);
	ck_assert(client.known);
	ck_assert_uint_eq(client.hops, LIMIT_RECEIVED_HOPS);
	header.fields.at[LIMIT_RECEIVED_HOPS - 1].value =
	    STR(FROM("192.0.2.3"));
	ck_assert(find(&header).known);
	add(arena, &header, "Received", FROM("203.0.113.1"));
	client = find(&header);
	ck_assert(!client.known);
	ck_assert_str_eq(client.why,
	    "too many Received fields of trusted relays");
	arena_free(arena);
}
END_TEST

/* A header that was not kept whole says nothing about what is missing. */
START_TEST(cut_header)
{
	struct arena *arena = arena_new();
	struct header header = { .cut = true };

	ck_assert(!find(&header).known);
	add(arena, &header, "Received", FROM("192.0.2.2"));
	ck_assert(!find(&header).known);
	add(arena, &header, "Received", FROM("203.0.113.1"));
	ck_assert(find(&header).known);
	arena_free(arena);
}
END_TEST

TCase *
relay_cases(void)
{
	TCase *tc = tcase_create("relay");

	tcase_add_loop_test(tc, client_is_found, 0, TEST_COUNT(walks));
	tcase_add_test(tc, walk_is_bounded);
	tcase_add_test(tc, cut_header);
	return tc;
}
