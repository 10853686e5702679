/*
 * What DNS says of a client's names, of what it calls itself, and of the
 * domains that it sends from.
 */
#include "tests/unit/checks/checks_test.h"

#include "base/clock.h"
#include "checks/registry.h"
#include "mail/header.h"
#include "tests/support/fake_dns.h"

enum { LONG_MS = 20000 };

static const char zone[] =
    "1.2.0.192.in-addr.arpa PTR mail.example.com\n"
    "2.2.0.192.in-addr.arpa PTR 192-0-2-2.dsl.example.com\n"
    "3.2.0.192.in-addr.arpa PTR 192-0-2-3.dsl.example.com\n"
    "3.2.0.192.in-addr.arpa PTR www.example.com\n"
    "4.2.0.192.in-addr.arpa * SERVFAIL\n"
    "mail.example.com A 192.0.2.1\n"
    "six.example.com AAAA 2001:db8::1\n"
    "broken.example.com * SERVFAIL\n"
    "half.example.com AAAA SERVFAIL\n"
    "half.example.com A 192.0.2.9\n"
    "none.example.com TXT \"x\"\n"
    "mx.example MX 10 mail.example.com\n"
    "null.example MX 0 .\n"
    "a.example A 192.0.2.1\n"
    "aaaa.example AAAA 2001:db8::1\n"
    "text.example TXT \"x\"\n"
    "fail.example * SERVFAIL\n"
    "late.example MX NODATA\n"
    "late.example A SERVFAIL\n"
    "xn--bcher-kva.example MX 10 mail.example.com\n";

static const char *const own_domains[] = { "example.net" };

struct stand {
	struct arena *arena;
	struct check_options options;
	struct ipnet own;
	struct fact_set facts;
	struct results results;
	struct subject subject;
};

static void
stand_open(struct stand *stand, const char *client)
{
	*stand = (struct stand){ .arena = arena_new() };
	ck_assert(ipnet_parse(STR("10.0.0.0/8"), &stand->own));
	stand->options = (struct check_options){
	    .receiver = STR("mx.example.net"), .dns_timeout_ms = 5000,
	    .local_domains = own_domains, .local_domain_count = 1,
	    .own_networks = &stand->own, .own_network_count = 1 };
	stand->results.arena = stand->arena;
	stand->facts.arena = stand->arena;
	stand->subject = (struct subject){ .options = &stand->options,
	    .facts = &stand->facts, .results = &stand->results,
	    .strand = strand_new(), .dns = fake_dns_new(zone) };
	if (client != NULL)
		ck_assert(ip_parse(str_from(client),
		    &stand->subject.client.ip));
	strand_enter(stand->subject.strand);
}

static void
stand_close(struct stand *stand)
{
	strand_leave(stand->subject.strand);
	resolver_free(stand->subject.dns);
	strand_unref(stand->subject.strand);
	arena_free(stand->arena);
}

static void
on_finish(struct check_run *run)
{
	*(bool *)run->subject->owner = true;
}

static void
run_check(struct stand *stand, enum check_id id)
{
	const struct check *check = &check_table[id];
	bool finished = false;
	struct check_run run = { .check = check, .subject = &stand->subject,
	    .arena = stand->arena, .started = true };

	stand->subject.on_finish = on_finish;
	stand->subject.owner = &finished;
	run.state = arena_alloc(stand->arena, check->ops->state_size);
	if (check->ops->start != NULL)
		check->ops->start(&run);
	if (check->ops->eoh != NULL)
		check->ops->eoh(&run);
	ck_assert(strand_wait(stand->subject.strand, &finished,
	    clock_ms() + LONG_MS));
	for (int fact = check->first; fact <= (int)check->last; fact++)
		ck_assert(facts_known(&stand->facts, (enum fact_id)fact));
}

static const char *
word_of(const struct stand *stand, enum fact_id id)
{
	const struct fact *fact = facts_get(&stand->facts, id);

	return fact->state == FACT_SET ? word_name(fact->word) : "-";
}

/* ---- the names that reverse DNS gives ---- */

static const struct {
	const char *client;
	enum fact_state state;
	size_t count;
	bool generic;
} clients[] = {
	{ "192.0.2.1", FACT_SET, 1, false },
	{ "192.0.2.2", FACT_SET, 1, true },
	{ "192.0.2.3", FACT_SET, 2, false },	/* one is not */
	{ "192.0.2.4", FACT_UNKNOWN, 0, false },
	{ "192.0.2.5", FACT_NONE, 0, false },
	{ NULL, FACT_NONE, 0, false },
};

START_TEST(names_of_a_client)
{
	struct stand stand;
	const struct fact *names, *generic;

	stand_open(&stand, clients[_i].client);
	run_check(&stand, CHECK_REVERSE);
	names = facts_get(&stand.facts, FACT_ID_PTR_NAMES);
	generic = facts_get(&stand.facts, FACT_ID_PTR_GENERIC);
	ck_assert_int_eq(names->state, clients[_i].state);
	ck_assert_int_eq(generic->state, clients[_i].state);
	if (names->state == FACT_SET) {
		ck_assert_uint_eq(names->list.count, clients[_i].count);
		ck_assert_int_eq(generic->truth, clients[_i].generic);
	}
	stand_close(&stand);
}
END_TEST

/* ---- HELO ---- */

static const struct {
	const char *client, *helo, *form, *forward, *reason;
	bool ours;
} helos[] = {
	{ "192.0.2.1", "mail.example.com", "fqdn", "pass",
	  "the name has the client's address", false },
	{ "192.0.2.1", "MAIL.example.com.", "fqdn", "pass",
	  "the name has the client's address", false },
	{ "192.0.2.2", "mail.example.com", "fqdn", "fail",
	  "the name has other addresses", false },
	{ "192.0.2.2", "six.example.com", "fqdn", "fail",
	  "the name has other addresses", false },
	{ "2001:db8::1", "six.example.com", "fqdn", "pass",
	  "the name has the client's address", false },
	{ "192.0.2.1", "none.example.com", "fqdn", "none",
	  "the name has no address", false },
	{ "192.0.2.1", "missing.example.com", "fqdn", "none",
	  "the name has no address", false },
	{ "192.0.2.1", "broken.example.com", "fqdn", "temperror",
	  "the name could not be looked up", false },
	{ "192.0.2.9", "half.example.com", "fqdn", "pass",
	  "the name has the client's address", false },
	{ "192.0.2.1", "half.example.com", "fqdn", "temperror",
	  "the name could not be looked up", false },
	{ "192.0.2.1", "localhost", "unqualified", "permerror",
	  "no fully qualified name", false },
	{ "192.0.2.1", "a b", "invalid", "permerror",
	  "no fully qualified name", false },
	{ "192.0.2.1", "[192.0.2.1]", "literal", "pass",
	  "it is the client's address", false },
	{ "192.0.2.1", "[192.0.2.2]", "literal", "fail",
	  "it is another address", false },
	{ "192.0.2.1", "192.0.2.1", "address", "pass",
	  "it is the client's address", false },
	{ "2001:db8::1", "[IPv6:2001:db8::1]", "literal", "pass",
	  "it is the client's address", false },
	{ NULL, "mail.example.com", "fqdn", "none",
	  "the client has no known address", false },
	/* ours, said by a stranger */
	{ "192.0.2.1", "mx.example.net", "fqdn", "none",
	  "the name has no address", true },
	{ "192.0.2.1", "Example.NET", "fqdn", "none",
	  "the name has no address", true },
	{ "192.0.2.1", "www.example.net", "fqdn", "none",
	  "the name has no address", false },
	{ "192.0.2.1", "[192.0.2.25]", "literal", "fail",
	  "it is another address", true },
	{ "192.0.2.1", "192.0.2.25", "address", "fail",
	  "it is another address", true },
	{ "192.0.2.1", "[10.1.2.3]", "literal", "fail",
	  "it is another address", true },
	{ "192.0.2.25", "[192.0.2.25]", "literal", "pass",
	  "it is the client's address", false },
	/* and by one of ours */
	{ "10.1.2.3", "mx.example.net", "fqdn", "none",
	  "the name has no address", false },
	{ "10.1.2.3", "[10.1.2.4]", "literal", "fail",
	  "it is another address", false },
	{ NULL, "example.net", "fqdn", "none",
	  "the client has no known address", false },
};

START_TEST(what_a_client_calls_itself)
{
	struct stand stand;
	struct ip listener;

	stand_open(&stand, helos[_i].client);
	ck_assert(ip_parse(STR("192.0.2.25"), &listener));
	facts_ip(&stand.facts, FACT_ID_LISTENER_ADDRESS, &listener);
	stand.subject.helo = str_from(helos[_i].helo);
	run_check(&stand, CHECK_HELO);
	ck_assert_str_eq(word_of(&stand, FACT_ID_HELO_FORM), helos[_i].form);
	ck_assert_str_eq(word_of(&stand, FACT_ID_HELO_FORWARD),
	    helos[_i].forward);
	assert_str(facts_get(&stand.facts, FACT_ID_HELO_REASON)->text,
	    helos[_i].reason);
	ck_assert_int_eq(facts_get(&stand.facts, FACT_ID_HELO_OURS)->truth,
	    helos[_i].ours);
	stand_close(&stand);
}
END_TEST

/* ---- the domains of senders ---- */

static const struct {
	const char *domain, *word;
} domains[] = {
	{ "mx.example", "found" }, { "MX.Example", "found" },
	{ "a.example", "found" }, { "aaaa.example", "found" },
	{ "null.example", "null_mx" }, { "text.example", "missing" },
	{ "nowhere.example", "missing" }, { "fail.example", "temperror" },
	{ "late.example", "temperror" },
	{ "b\xc3\xbc" "cher.example", "found" },
};

START_TEST(domain_of_the_envelope)
{
	struct stand stand;

	stand_open(&stand, "192.0.2.1");
	stand.subject.mail_from = arena_printf(stand.arena, "u@%s",
	    domains[_i].domain);
	run_check(&stand, CHECK_MAIL_FROM_DNS);
	ck_assert_str_eq(word_of(&stand, FACT_ID_MAIL_FROM_DNS),
	    domains[_i].word);
	stand_close(&stand);
}
END_TEST

START_TEST(domain_of_the_author)
{
	struct stand stand;
	struct header header = { .cut = false };
	struct header_field field = { .name = STR("From") };

	stand_open(&stand, "192.0.2.1");
	field.value = arena_printf(stand.arena, " A <u@%s>",
	    domains[_i].domain);
	VEC_PUSH(stand.arena, &header.fields, field);
	stand.subject.header = &header;
	run_check(&stand, CHECK_FROM_DNS);
	ck_assert_str_eq(word_of(&stand, FACT_ID_FROM_DNS),
	    domains[_i].word);
	stand_close(&stand);
}
END_TEST

static const char *const no_domains[] = {
	"", "postmaster", "u@[192.0.2.1]", "u@"
};

START_TEST(senders_without_a_domain)
{
	struct stand stand;

	stand_open(&stand, "192.0.2.1");
	stand.subject.mail_from = str_from(no_domains[_i]);
	run_check(&stand, CHECK_MAIL_FROM_DNS);
	ck_assert_str_eq(word_of(&stand, FACT_ID_MAIL_FROM_DNS), "-");
	ck_assert_uint_eq(fake_dns_queries(stand.subject.dns), 0);
	stand_close(&stand);
}
END_TEST

void
add_client_tests(TCase *tc)
{
	tcase_add_loop_test(tc, names_of_a_client, 0, TEST_COUNT(clients));
	tcase_add_loop_test(tc, what_a_client_calls_itself, 0,
	    TEST_COUNT(helos));
	tcase_add_loop_test(tc, domain_of_the_envelope, 0,
	    TEST_COUNT(domains));
	tcase_add_loop_test(tc, domain_of_the_author, 0, TEST_COUNT(domains));
	tcase_add_loop_test(tc, senders_without_a_domain, 0,
	    TEST_COUNT(no_domains));
}
