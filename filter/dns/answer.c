#include "dns/answer.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"

enum { WHY_MAX = 200 };		/* libunbound's reasons can be long */

static const char *
too_much(const struct dns_answer *from)
{
	size_t octets = 0;

	if (from->count > LIMIT_DNS_RECORDS)
		return "more records than we take";
	for (size_t i = 0; i < from->count; i++)
		octets += from->records[i].text.len;
	return octets > LIMIT_DNS_RDATA_OCTETS ?
	    "more octets of data than we take" : NULL;
}

static size_t
why_length(const char *why)
{
	return strnlen(why, WHY_MAX);
}

static bool
is_alias(const struct dns_answer *from)
{
	return !str_eq_nocase(from->canonical, from->name);
}

static size_t
octets_needed(const struct dns_answer *from)
{
	size_t octets = sizeof(struct answer) +
	    from->count * sizeof(struct dns_record) + from->name.len +
	    (is_alias(from) ? from->canonical.len : 0) +
	    why_length(from->why) + 1;

	for (size_t i = 0; i < from->count; i++)
		octets += from->records[i].text.len;
	return octets;
}

static struct str
put(char **at, struct str s)
{
	struct str copy = { *at, s.len };

	if (s.len > 0)
		memcpy(*at, s.ptr, s.len);
	*at += s.len;
	return copy;
}

static struct str
put_lower(char **at, struct str s)
{
	char *p = *at;

	for (size_t i = 0; i < s.len; i++)
		p[i] = ascii_lower(s.ptr[i]);
	*at += s.len;
	return str_make(p, s.len);
}

struct answer *
answer_new(const struct dns_answer *from)
{
	const char *refused = too_much(from);
	struct dns_record *records;
	struct answer *answer;
	size_t octets;
	char *at;

	if (refused != NULL)
		return answer_empty(from->name, from->type, DNS_SERVFAIL,
		    refused);
	octets = octets_needed(from);
	answer = malloc(octets);
	ensure(answer != NULL);
	records = (struct dns_record *)(answer + 1);
	at = (char *)(records + from->count);
	answer->dns = *from;
	answer->dns.shared = NULL;
	answer->dns.records = records;
	answer->dns.name = put_lower(&at, from->name);
	answer->dns.canonical = is_alias(from) ?
	    put_lower(&at, from->canonical) : answer->dns.name;
	for (size_t i = 0; i < from->count; i++) {
		records[i] = from->records[i];
		records[i].text = put(&at, from->records[i].text);
	}
	answer->dns.why = at;
	put(&at, str_make(from->why, why_length(from->why)));
	*at = '\0';
	answer->octets = (uint32_t)octets;	/* see too_much() */
	atomic_init(&answer->refs, 1);
	return answer;
}

struct answer *
answer_empty(struct str name, enum dns_type type, enum dns_status status,
    const char *why)
{
	const struct dns_answer from = {
		.status = status, .name = name, .type = type,
		.canonical = name, .why = why
	};

	return answer_new(&from);
}

struct answer *
answer_ref(struct answer *answer)
{
	atomic_fetch_add_explicit(&answer->refs, 1, memory_order_relaxed);
	return answer;
}

void
answer_unref(struct answer *answer)
{
	if (answer != NULL && atomic_fetch_sub_explicit(&answer->refs, 1,
	    memory_order_acq_rel) == 1)
		free(answer);
}

static void
let_go(void *ctx)
{
	answer_unref(ctx);
}

const struct dns_answer *
dns_keep(struct arena *arena, const struct dns_answer *answer)
{
	struct answer *kept = answer->shared != NULL ?
	    answer_ref(answer->shared) : answer_new(answer);

	arena_at_end(arena, let_go, kept);
	return &kept->dns;
}
