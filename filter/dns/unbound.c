#include "dns/unbound.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unbound.h>
#include <unbound-event.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/domain.h"
#include "base/ensure.h"
#include "dns/packet.h"
#include "dns/rdata.h"
#include "dns/servers.h"
#include "dns/unbound_events.h"

enum { CLASS_IN = 1,
       IS_BOGUS = 1, IS_SECURE = 2 };	/* of ub_resolve_event() */

static const char server_prefix[] = "server:";

struct unbound {
	struct backend		 backend;
	struct ub_ctx		*ctx;
	struct ub_event_base	*events;
	bool			 closing;
};

static struct answer *
failed(const struct flight *flight, enum dns_status status, const char *why)
{
	return answer_empty(flight->name, flight->type, status, why);
}

static struct answer *
decoded(const struct flight *flight, struct str packet, bool secure)
{
	struct arena *scratch = arena_new_work();
	struct dns_answer answer = packet_decode(scratch, packet,
	    flight->name, flight->type);
	struct answer *made;

	answer.secure = secure;
	made = answer_new(&answer);
	arena_free(scratch);
	return made;
}

static void
on_result(void *ctx, int rcode, void *packet, int len, int security,
    char *why_bogus, int was_ratelimited)
{
	struct flight *flight = ctx;
	struct unbound *unbound = (struct unbound *)flight->backend;
	char why[40];

	(void)was_ratelimited;
	if (unbound->closing)
		return;
	snprintf(why, sizeof(why), "response code %d", rcode);
	if (security == IS_BOGUS)
		backend_answered(flight, failed(flight, DNS_BOGUS,
		    why_bogus != NULL ? why_bogus :
		    "DNSSEC validation failed"));
	else if (rcode != 0 || packet == NULL || len < 0)
		backend_answered(flight, failed(flight, DNS_SERVFAIL, why));
	else
		backend_answered(flight, decoded(flight,
		    str_make(packet, (size_t)len), security == IS_SECURE));
}

/* On the loop. */
static void
ask_now(struct loop_task *task)
{
	struct flight *flight = (struct flight *)((char *)task -
	    offsetof(struct flight, task));
	struct unbound *unbound = (struct unbound *)flight->backend;
	char text[RDATA_NAME_TEXT_MAX];
	int error;

	rdata_name_escape(flight->name, text);
	error = ub_resolve_event(unbound->ctx, text, (int)flight->type,
	    CLASS_IN, flight, on_result, NULL);
	if (error != 0)
		backend_answered(flight, failed(flight, DNS_SERVFAIL,
		    ub_strerror(error)));
}

static void
ask(struct backend *backend, struct flight *flight)
{
	flight->backend = backend;
	flight->task.run = ask_now;
	loop_post(backend->loop, &flight->task);
}

static void
free_backend(struct backend *backend)
{
	struct unbound *unbound = (struct unbound *)backend;

	/* Its callbacks come for what is still asked. */
	unbound->closing = true;
	ub_ctx_delete(unbound->ctx);
	unbound_events_free(unbound->events);
	loop_free(backend->loop);
	free(unbound);
}

static const struct backend_ops unbound_ops = {
	.ask = ask, .free = free_backend
};

static bool
wrong(char *why_out, size_t why_size, const char *what, const char *why)
{
	snprintf(why_out, why_size, "%s: %s", what, why);
	return false;
}

static const struct {
	const char *name, *value;
} options_set[] = {
	{ "do-not-query-localhost:", "no" },
	/* RFC 1918 and the like are answered by the servers we are given. */
	{ "unblock-lan-zones:", "yes" }, { "insecure-lan-zones:", "yes" },
	/* Ours is in front; its own needs room for a validation's pieces. */
	{ "msg-cache-size:", "1m" }, { "rrset-cache-size:", "2m" },
	/* Questions on the wire at a time; its default for a library is 16. */
	{ "outgoing-range:", "512" }, { "outgoing-num-tcp:", "32" },
	/*
	 * The servers ask others in turn, which takes them a while; and names
	 * that get no answer, which anybody can make up, must not let a server
	 * count as slow or dead.  So it is always two rounds of three tries of
	 * 2 s.
	 */
	{ "infra-cache-min-rtt:", "2000" }, { "infra-cache-max-rtt:", "2000" },
	{ "infra-keep-probing:", "yes" }, { "outbound-msg-retry:", "3" },
	{ "rrset-roundrobin:", "no" },
};
enum { OPTION_COUNT = sizeof(options_set) / sizeof(options_set[0]) };

/*
 * Names that libunbound would answer itself (RFC 6303 and 6761).  That is
 * right for the system's servers, but a server that was named is meant.  The
 * first is none of them: taking it away changes nothing.
 */
static const char *const local_zones[] = {
	"none.invalid.",
	"localhost.", "127.in-addr.arpa.", "test.", "invalid.", "onion.",
	"home.arpa.",
	"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
	"ip6.arpa.",
	"0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
	"ip6.arpa.",
};
enum { LOCAL_ZONE_COUNT = sizeof(local_zones) / sizeof(local_zones[0]) };

bool
unbound_answers_itself(struct str name)
{
	for (size_t i = 1; i < LOCAL_ZONE_COUNT; i++)
		if (domain_is_under(name,
		    domain_chop_dot(str_from(local_zones[i]))))
			return true;
	return false;
}

static bool
set_options(struct ub_ctx *ctx, char *why_out, size_t why_size)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		int error = ub_ctx_set_option(ctx, options_set[i].name,
		    options_set[i].value);

		if (error != 0)
			return wrong(why_out, why_size, options_set[i].name,
			    ub_strerror(error));
	}
	return true;
}

/* "server:ADDRESS[#PORT]" as libunbound's "ADDRESS@PORT". */
static bool
add_server(struct ub_ctx *ctx, const char *spec, char *why_out,
    size_t why_size)
{
	char at_port[IP_TEXT_MAX + 8], text[IP_TEXT_MAX];
	struct server server;
	int error;

	if (!server_parse(str_from(spec), &server))
		return wrong(why_out, why_size, spec,
		    "write server:ADDRESS or server:ADDRESS#PORT, such as "
		    "server:192.0.2.53#5353");
	ip_format(&server.ip, text);
	snprintf(at_port, sizeof(at_port), "%s@%u", text, server.port);
	error = ub_ctx_set_fwd(ctx, at_port);
	return error == 0 ||
	    wrong(why_out, why_size, spec, ub_strerror(error));
}

/*
 * Without /etc/hosts: a mail host is wont to have its own domain in there, and
 * libunbound would then deny every other type of it, SPF records and all.
 */
static bool
add_system(struct ub_ctx *ctx, char *why_out, size_t why_size)
{
	int error = ub_ctx_resolvconf(ctx, NULL);

	return error == 0 || wrong(why_out, why_size, "/etc/resolv.conf",
	    ub_strerror(error));
}

static bool
has_system(const struct resolver_options *options)
{
	for (size_t i = 0; i < options->spec_count; i++)
		if (strcmp(options->specs[i], "system") == 0)
			return true;
	return false;
}

static bool
add_specs(struct ub_ctx *ctx, const struct resolver_options *options,
    char *why_out, size_t why_size)
{
	bool ok = true;

	for (size_t i = 0; ok && i < options->spec_count; i++) {
		const char *spec = options->specs[i];

		if (strcmp(spec, "system") == 0) {
			ok = add_system(ctx, why_out, why_size);
		} else if (strncmp(spec, server_prefix,
		    strlen(server_prefix)) == 0) {
			ok = add_server(ctx, spec, why_out, why_size);
		} else {
			ok = wrong(why_out, why_size, spec, "write system, "
			    "server:ADDRESS[#PORT] or zone:FILE");
		}
	}
	if (options->spec_count == 0)
		return wrong(why_out, why_size, "dns", "nobody to ask; write "
		    "system, server:ADDRESS[#PORT] or zone:FILE");
	return ok;
}

/* The first of these calls has libunbound read all that was set. */
static bool
remove_local_zones(struct ub_ctx *ctx, size_t count, const char *anchor,
    char *why_out, size_t why_size)
{
	for (size_t i = 0; i < count; i++) {
		int error = ub_ctx_zone_remove(ctx, local_zones[i]);

		if (error != 0)
			return wrong(why_out, why_size,
			    anchor != NULL && *anchor != '\0' ?
			    anchor : "libunbound", ub_strerror(error));
	}
	return true;
}

static bool
set_up(struct ub_ctx *ctx, const struct resolver_options *options,
    char *why_out, size_t why_size)
{
	const char *anchor = options->trust_anchor;

	ub_ctx_debugout(ctx, NULL);
	if (!set_options(ctx, why_out, why_size) ||
	    !add_specs(ctx, options, why_out, why_size))
		return false;
	if (anchor == NULL || *anchor == '\0')
		/* Without the validator, which has nothing to go by. */
		ub_ctx_set_option(ctx, "module-config:", "iterator");
	else if (ub_ctx_add_ta_file(ctx, anchor) != 0 ||
	    access(anchor, R_OK) != 0)
		return wrong(why_out, why_size, anchor,
		    "the trust anchor cannot be read");
	return remove_local_zones(ctx, has_system(options) ? 1 :
	    LOCAL_ZONE_COUNT, anchor, why_out, why_size);
}

struct backend *
unbound_backend(const struct resolver_options *options, char *why_out,
    size_t why_size)
{
	struct unbound *unbound = xcalloc(1, sizeof(*unbound));
	bool ok;

	unbound->backend.ops = &unbound_ops;
	unbound->backend.loop = loop_new();
	unbound->events = unbound_events_new(unbound->backend.loop);
	unbound->ctx = ub_ctx_create_ub_event(unbound->events);
	ok = unbound->ctx == NULL ?
	    wrong(why_out, why_size, "libunbound", "no context") :
	    set_up(unbound->ctx, options, why_out, why_size);
	if (ok)
		return &unbound->backend;
	free_backend(&unbound->backend);
	return NULL;
}
