#include "conf/verify.h"

#include <string.h>

#include "base/domain.h"
#include "base/ip.h"
#include "base/limits.h"
#include "base/pattern.h"
#include "conf/http.h"
#include "conf/mailer.h"

#define MAX_MEMORY	((uint64_t)366 * 24 * 3600 * 1000)

enum { MAX_TIME = 3600 * 1000, MAX_TTL = 7 * 24 * 3600 * 1000,
       MAX_ENTRIES = 100 * 1000 * 1000 };

static const char *
verify_listen(struct arena *arena, struct str value, size_t *at_out)
{
	struct listen_spec spec;
	const char *why;

	return listen_parse(arena, value, &spec, &why, at_out) ? NULL : why;
}

static const char *
verify_http(struct arena *arena, struct str value, size_t *at_out)
{
	struct listen_spec spec;
	const char *why;

	return value.len == 0 || http_parse(arena, value, &spec, &why,
	    at_out) ? NULL : why;
}

/* RFC 8601 section 2.5: a token or a quoted string, by custom a domain. */
static const char *
verify_authserv_id(struct arena *arena, struct str value, size_t *at_out)
{
	size_t at = 0;

	if (value.len == 0)
		return NULL;
	while (at < value.len && value.ptr[at] != '\0' &&
	    (ascii_alnum(value.ptr[at]) || (unsigned char)value.ptr[at] > 127 ||
	    strchr("!#$%&'*+-.^_`{|}~", value.ptr[at]) != NULL))
		at++;
	*at_out = at;
	if (at < value.len)
		return arena_printf(arena, "an authserv-id is a name without "
		    "\"%c\", such as mx.example.com", value.ptr[at]).ptr;
	*at_out = 0;
	if (value.len > LIMIT_DOMAIN_OCTETS || !str_is_utf8(value))
		return "an authserv-id is a name of at most 253 octets, "
		    "such as mx.example.com";
	return NULL;
}

static const char *
verify_server(struct arena *arena, struct str server, size_t *at_out)
{
	size_t hash = str_chr(server, '#');
	struct str address = str_slice(server, 0, hash);
	uint64_t port;
	struct ip ip;

	*at_out = strlen("server:");
	if (!ip_parse(address, &ip))
		return arena_printf(arena, "\"%.*s\" is not an IP address; "
		    "write for example server:127.0.0.1#53",
		    STR_ARG(address)).ptr;
	*at_out += hash + 1;
	if (hash < server.len && (!str_to_uint(str_skip(server, hash + 1),
	    65535, &port) || port == 0))
		return "a port is a number from 1 to 65535, such as "
		    "server:127.0.0.1#53";
	return NULL;
}

static const char *
verify_dns(struct arena *arena, struct str value, size_t *at_out)
{
	if (str_eqz(value, "system"))
		return NULL;
	if (str_starts_nocase(value, STR("server:")))
		return verify_server(arena, str_skip(value, 7), at_out);
	if (str_starts_nocase(value, STR("zone:"))) {
		*at_out = 5;
		return value.len > 5 ? NULL : "the file is missing; "
		    "write for example zone:/etc/assay/test.zone";
	}
	return arena_printf(arena, "\"%.*s\" does not say who answers DNS; "
	    "write system, server:ADDRESS#PORT or zone:FILE",
	    STR_ARG(value)).ptr;
}

static const char *
verify_network(struct arena *arena, struct str value, size_t *at_out)
{
	struct ipnet net;

	(void)at_out;
	if (value.len == 0 || ipnet_parse(value, &net))
		return NULL;		/* "": an empty list */
	return arena_printf(arena, "\"%.*s\" is no network; write for "
	    "example 192.0.2.0/24, 2001:db8::/32 or one address",
	    STR_ARG(value)).ptr;
}

static const char *
verify_pattern(struct arena *arena, struct str value, size_t *at_out)
{
	const char *wrong = value.len == 0 ? NULL : pattern_wrong(value);

	(void)at_out;
	return wrong == NULL ? NULL : arena_printf(arena, "\"%.*s\" %s",
	    STR_ARG(value), wrong).ptr;
}

static const char *
verify_domain(struct arena *arena, struct str value, size_t *at_out)
{
	struct str ascii;

	(void)at_out;
	if (value.len == 0 || (domain_is_valid(value) &&
	    domain_to_ascii(arena, value, &ascii)))
		return NULL;
	return arena_printf(arena, "\"%.*s\" is no domain name",
	    STR_ARG(value)).ptr;
}

/* Something that can be recognized: two letters or digits. */
static const char *
verify_name(struct arena *arena, struct str value, size_t *at_out)
{
	size_t letters = 0;

	(void)at_out;
	if (!str_is_utf8(value) || value.len > LIMIT_ADDRESS_OCTETS)
		return "a name is a text in UTF-8 of at most 1024 octets";
	for (size_t i = 0; i < value.len; i++)
		letters += ascii_alnum(value.ptr[i]) ||
		    (unsigned char)value.ptr[i] >= 0xc0;
	if (value.len == 0 || letters >= 2)
		return NULL;
	return arena_printf(arena, "\"%.*s\" is no name: it would be found "
	    "in others", STR_ARG(value)).ptr;
}

static const char *
verify_relay(struct arena *arena, struct str value, size_t *at_out)
{
	struct ipnet net;

	if (ipnet_parse(value, &net) && net.bits == 0)
		return "this is every host there is; name the relays";
	return verify_network(arena, value, at_out);
}

static const char *
verify_user(struct arena *arena, struct str value, size_t *at_out)
{
	(void)arena, (void)at_out;
	return value.len > 0 ? NULL : "a user is needed, such as assay";
}

static const char *
verify_policy(struct arena *arena, struct str value, size_t *at_out)
{
	(void)arena, (void)at_out;
	return value.len > 0 ? NULL : "a policy is needed, such as "
	    "standard.policy";
}

static const char *
verify_host_name(struct arena *arena, struct str value, size_t *at_out)
{
	(void)arena, (void)at_out;
	return value.len == 0 || domain_is_valid(value) ? NULL :
	    "is no name of a host";
}

static const char *
verify_privacy(struct arena *arena, struct str value, size_t *at_out)
{
	static const char *const words[] = { "hash-recipients",
	    "omit-recipients", "hash-senders", "omit-subject",
	    "cut-clients" };

	(void)arena, (void)at_out;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_eqz(value, words[i]))
			return NULL;
	return value.len == 0 ? NULL : "is none of hash-recipients, "
	    "omit-recipients, hash-senders, omit-subject and cut-clients";
}

static const char *
verify_report_from(struct arena *arena, struct str value, size_t *at_out)
{
	size_t at = str_rchr(value, '@');

	if (value.len == 0)
		return NULL;
	if (at == 0 || at == value.len || !str_is_visible(value) ||
	    value.len > LIMIT_MAILBOX_OCTETS || str_chr(value, '<') < at)
		return "write one address without anything around it, such as "
		    "dmarc-reports@example.com";
	*at_out = at + 1;
	return verify_domain(arena, str_skip(value, at + 1), &at);
}

/* It stands in a field of mail and in reports. */
static const char *
verify_report_text(struct arena *arena, struct str value, size_t *at_out)
{
	(void)arena, (void)at_out;
	return value.len <= LIMIT_OUTMAIL_NAME_OCTETS ? NULL :
	    "a text of at most 255 octets stands here";
}

static const char *
verify_mailer(struct arena *arena, struct str value, size_t *at_out)
{
	struct mailer_spec spec;
	const char *why;

	return mailer_parse(arena, value, &spec, &why, at_out) ? NULL : why;
}

static const struct {
	const char *name;
	const char *(*verify)(struct arena *, struct str, size_t *);
} texts[] = {
	{ "listen", verify_listen }, { "http", verify_http },
	{ "user", verify_user },
	{ "authserv_id", verify_authserv_id },
	{ "trusted_authserv_ids", verify_authserv_id },
	{ "host_name", verify_host_name }, { "privacy", verify_privacy },
	{ "sign_networks", verify_network },
	{ "bounce_domains", verify_pattern },
	{ "bounce_except_to", verify_pattern },
	{ "bounce_except_from", verify_pattern },
	{ "arc_domain", verify_domain }, { "arc_selector", verify_domain },
	{ "arc_seal_recipients", verify_pattern },
	{ "arc_seal_networks", verify_network },
	{ "protected_domains", verify_domain },
	{ "protected_names", verify_name },
	{ "trusted_relays", verify_relay },
	{ "dns", verify_dns }, { "policy", verify_policy },
	{ "report_from", verify_report_from },
	{ "report_mailer", verify_mailer },
	{ "report_org", verify_report_text },
	{ "report_contact", verify_report_text },
};

static const struct {
	const char *name;
	uint64_t min, max;
	const char *range;
} numbers[] = {
	{ "dns_timeout", 1, MAX_TIME, "from 1ms to 1h" },
	{ "spf_timeout", 1, MAX_TIME, "from 1ms to 1h" },
	{ "dkim_timeout", 1, MAX_TIME, "from 1ms to 1h" },
	{ "dns_cache_entries", 0, MAX_ENTRIES, "from 0 to 100000000" },
	{ "dns_cache_size", 0, (uint64_t)1 << 40, "from 0 to 1024G" },
	{ "dns_ttl_min", 0, MAX_TTL, "from 0 to 7d" },
	{ "dns_ttl_max", 0, MAX_TTL, "from 0 to 7d" },
	{ "dns_ttl_negative_max", 0, MAX_TTL, "from 0 to 7d" },
	{ "dkim_clock_skew", 0, MAX_TTL, "from 0 to 7d" },
	{ "store_timeout", 1, MAX_TIME, "from 1ms to 1h" },
	{ "store_spool_size", 65536, (uint64_t)1 << 40, "from 64k to 1024G" },
	{ "history", 0, MAX_MEMORY, "from 0 to 366d" },
	{ "greylist_window", 60 * 1000, MAX_MEMORY, "from 1m to 366d" },
	{ "greylist_lifetime", 60 * 1000, MAX_MEMORY, "from 1m to 366d" },
	{ "greylist_auto_pass", 0, 1000000, "from 0 to 1000000" },
	{ "reputation_half_life", 3600 * 1000, MAX_MEMORY, "from 1h to 366d" },
	{ "reputation_spam_score", 0, 1000000, "from 0 to 1000000" },
	{ "reputation_ham_score", 0, 1000000, "from 0 to 1000000" },
	{ "dkim_replay_networks", 1, LIMIT_STORE_MEMBERS - 1, "from 1 to 999" },
	{ "dkim_replay_recipients", 1, 1000000, "from 1 to 1000000" },
	{ "dkim_replay_window", 60 * 1000, (uint64_t)31 * 24 * 3600 * 1000,
	    "from 1m to 31d" },
	{ "bounce_tag_days", 1, 99, "from 1 to 99" },
	{ "failure_body", 0, LIMIT_FAILURE_BODY_OCTETS, "from 0 to 8k" },
	{ "failure_limit", 1, 1000000, "from 1 to 1000000" },
	{ "failure_limit_domain", 1, 1000000, "from 1 to 1000000" },
	{ "max_header_size", 1024, LIMIT_HEADER_OCTETS, "from 1k to 2M" },
	{ "max_signatures", 1, LIMIT_DKIM_SIGNATURES, "from 1 to 50" },
	{ "message_wait", 1, MAX_TIME, "from 1ms to 1h" },
	{ "stop_wait", 0, MAX_TIME, "from 0 to 1h" },
};

const char *
verify_text(struct arena *arena, const char *name, struct str value,
    size_t *at_out)
{
	*at_out = 0;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].name, name) == 0)
			return texts[i].verify(arena, value, at_out);
	return NULL;
}

const char *
verify_number(struct arena *arena, const char *name, uint64_t value)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (strcmp(numbers[i].name, name) == 0 &&
		    (value < numbers[i].min || value > numbers[i].max))
			return arena_printf(arena, "%s goes %s", name,
			    numbers[i].range).ptr;
	return NULL;
}
