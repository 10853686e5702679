/*
 * Received: what is read lies within the field; an address that is believed
 * stands in it, before the by clause ends the client's part; and what stands
 * below the first host that is not trusted changes nothing.
 */
#include "base/ensure.h"
#include "base/limits.h"
#include "mail/received.h"
#include "mail/relay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_slice(struct str value, struct str slice)
{
	ensure(slice.len == 0 || (slice.ptr >= value.ptr &&
	    slice.ptr + slice.len <= value.ptr + value.len));
}

static void
check_field(struct str value, const struct received *field)
{
	const struct str slices[] = { field->name, field->helo, field->by,
		field->via, field->with, field->id, field->for_ };

	for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]); i++)
		check_slice(value, slices[i]);
	ensure((field->kind == RECEIVED_CLIENT) ==
	    (field->ip.family != IP_NONE));
	ensure((field->kind == RECEIVED_BROKEN) == (field->why != NULL));
	ensure(field->kind != RECEIVED_CLIENT || field->by.len > 0);
	ensure(value.len <= LIMIT_RECEIVED_OCTETS ||
	    field->kind == RECEIVED_BROKEN);
}

/* The fields are the input's lines; folds are not needed here. */
static void
read_header(struct arena *arena, struct str text, struct header *header)
{
	struct str line;

	while (str_next(&text, '\n', &line) &&
	    header->fields.count < LIMIT_HEADER_FIELDS)
		VEC_PUSH(arena, &header->fields, (struct header_field){
		    .name = STR("Received"), .value = line });
}

static void
check_walk(struct arena *arena, struct str text)
{
	struct ipnet nets[] = { { .bits = 24 }, { .bits = 32 } };
	struct relay_list list = { nets, 2 };
	struct header header = { .octets = 0 };
	struct relay_client all, top;
	struct ip peer;

	ensure(ip_parse(STR("192.0.2.1"), &peer));
	nets[0].ip = peer;
	ensure(ip_parse(STR("127.0.0.1"), &nets[1].ip));
	read_header(arena, text, &header);
	relay_find_client(&list, &header, &peer, &all);
	ensure(all.known == (all.why == NULL));
	ensure(!all.is_peer || ip_equal(&all.ip, &peer));
	ensure(all.hops <= LIMIT_RECEIVED_HOPS + 1u);
	if (!all.known || relay_is_trusted(&list, &all.ip))
		return;
	header.fields.count = all.hops;
	relay_find_client(&list, &header, &peer, &top);
	ensure(top.known && ip_equal(&top.ip, &all.ip));
	ensure(str_eq(top.helo, all.helo) && str_eq(top.name, all.name));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct str value = str_make(data, size);
	struct received field;

	received_parse(value, &field);
	check_field(value, &field);
	check_walk(arena, value);
	arena_free(arena);
	return 0;
}
