#include "mail/relay.h"

#include "base/limits.h"
#include "mail/received.h"

bool
relay_is_trusted(const struct relay_list *list, const struct ip *ip)
{
	for (size_t i = 0; i < list->count; i++)
		if (ipnet_contains(&list->at[i], ip))
			return true;
	return false;
}

static bool
is_in(const struct ip *ip, const char *const *nets, size_t count)
{
	struct ipnet net;

	for (size_t i = 0; i < count; i++)
		if (ipnet_parse(str_from(nets[i]), &net) &&
		    ipnet_contains(&net, ip))
			return true;
	return false;
}

/* A host that names its own loopback means itself. */
static bool
is_loopback(const struct ip *ip)
{
	static const char *const nets[] = { "127.0.0.0/8", "::1" };

	return is_in(ip, nets, sizeof(nets) / sizeof(nets[0]));
}

static bool
is_private(const struct ip *ip)
{
	static const char *const nets[] = {
		"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  /* RFC 1918 */
		"169.254.0.0/16", "100.64.0.0/10",	/* RFC 3927, RFC 6598 */
		"fc00::/7", "fe80::/10",		/* RFC 4193, RFC 4291 */
	};

	return is_in(ip, nets, sizeof(nets) / sizeof(nets[0]));
}

static void
set_client(struct relay_client *out, const struct received *field)
{
	out->is_peer = false;
	out->ip = field->ip;
	out->name = field->name;
	out->helo = field->helo;
	out->with = field->with;
}

static void
set_unknown(struct relay_client *out, const char *why)
{
	*out = (struct relay_client){ .why = why, .hops = out->hops };
}

/* The first host that is not trusted. */
static void
take_stranger(const struct received *field, struct relay_client *out)
{
	if (is_loopback(&field->ip))
		set_unknown(out, "a relay names its loopback, which is not "
		    "trusted");
	else if (is_private(&field->ip) && !is_private(&out->ip))
		set_unknown(out, "a relay names a private address, which is "
		    "not trusted");
	else
		set_client(out, field);
}

/* True: the next field is to be looked at. */
static bool
take_field(const struct relay_list *list, const struct received *field,
    struct relay_client *out)
{
	switch (field->kind) {
	case RECEIVED_GOES_ON:
		return true;
	case RECEIVED_LOCAL:
		return false;
	case RECEIVED_BROKEN:
		set_unknown(out, field->why);
		return false;
	case RECEIVED_CLIENT:
		break;
	}
	if (!relay_is_trusted(list, &field->ip)) {
		take_stranger(field, out);
		return false;
	}
	if (!is_loopback(&field->ip))
		set_client(out, field);
	return true;
}

void
relay_find_client(const struct relay_list *list, const struct header *header,
    const struct ip *peer, struct relay_client *out)
{
	const struct header_field *found;
	struct received field = { .kind = RECEIVED_LOCAL };

	*out = (struct relay_client){ .known = true, .is_peer = true,
		.ip = *peer };
	while ((found = header_find(header, STR("Received"), out->hops)) !=
	    NULL) {
		if (out->hops++ == LIMIT_RECEIVED_HOPS) {
			set_unknown(out, "too many Received fields of "
			    "trusted relays");
			return;
		}
		received_parse(found->value, &field);
		if (!take_field(list, &field, out))
			return;
	}
	/* Past the cap on headers there may be more. */
	if (out->hops == 0)
		set_unknown(out, "the relay has added no Received field");
	else if (header->cut || field.kind == RECEIVED_GOES_ON)
		set_unknown(out, "a Received field is missing");
}
