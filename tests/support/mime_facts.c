#include "tests/support/mime_facts.h"

#include "base/base64.h"
#include "base/buf.h"
#include "base/ensure.h"
#include "checks/registry.h"

struct talk {
	struct check_run	 run;
	struct subject		 subject;
	struct fact_set		 facts;
	struct results		 results;
};

static void
on_finish(struct check_run *run)
{
	ensure(run->finished);
}

static void
print_list(struct buf *out, const struct fact *fact)
{
	for (size_t i = 0; i < fact->list.count; i++) {
		buf_addz(out, i == 0 ? " " : ", ");
		buf_add(out, fact->list.at[i]);
	}
}

static void
print_fact(struct buf *out, enum fact_id id, const struct fact *fact)
{
	enum fact_type type = fact_table[id].type;

	ensure(fact->state != FACT_PENDING);
	if (fact->state == FACT_NONE || (fact->state == FACT_SET &&
	    ((type == FACT_BOOL && !fact->truth) ||
	    (type == FACT_LIST && fact->list.count == 0))))
		return;
	buf_addz(out, fact_table[id].name + sizeof("mime"));
	if (fact->state == FACT_UNKNOWN)
		buf_addz(out, " unknown");
	else if (type == FACT_LIST)
		print_list(out, fact);
	else if (type == FACT_NUMBER)
		buf_printf(out, " %g", fact->number);
	else if (type == FACT_STRING)
		buf_printf(out, " %.*s", STR_ARG(fact->text));
	buf_addz(out, "\n");
}

static void
feed_field(void *ctx, struct str name, struct str value)
{
	mime_field(ctx, name, value);
}

struct str
mime_facts(struct arena *arena, struct str message, size_t piece)
{
	const struct check *check = &check_table[CHECK_MIME];
	struct talk *talk = arena_alloc(arena, sizeof(*talk));
	struct check_run *run = &talk->run;
	struct buf out;

	talk->facts.arena = arena;
	talk->subject.facts = &talk->facts;
	talk->subject.results = &talk->results;
	talk->subject.on_finish = on_finish;
	*run = (struct check_run){ .check = check, .subject = &talk->subject,
	    .arena = arena, .state = arena_alloc(arena, check->ops->state_size),
	    .stage = STAGE_MESSAGE, .started = true };
	check->ops->start(run);
	mime_each_field(&message, feed_field, talk->subject.mime);
	mime_eoh(talk->subject.mime);
	while (message.len > 0) {
		if (!mime_body(talk->subject.mime, str_slice(message, 0,
		    piece)))
			break;
		message = str_skip(message, piece);
	}
	mime_eom(talk->subject.mime);
	check->ops->eom(run);
	ensure(run->finished && talk->subject.mime == NULL);
	buf_init(&out, arena, SIZE_MAX);
	for (int id = check->first; id <= (int)check->last; id++)
		print_fact(&out, id, facts_get(&talk->facts, id));
	return buf_str(&out);
}

void
mime_each_field(struct str *rest, void (*field)(void *ctx, struct str name,
    struct str value), void *ctx)
{
	while (rest->len > 0 &&
	    !str_eq(str_slice(*rest, 0, 2), STR("\r\n"))) {
		size_t end = 0, colon;
		struct str line;

		do {
			end += str_chr(str_skip(*rest, end), '\n') + 1;
		} while (end < rest->len && (rest->ptr[end] == ' ' ||
		    rest->ptr[end] == '\t'));
		line = str_slice(*rest, 0, end);
		if (line.len > 0 && line.ptr[line.len - 1] == '\n')
			line.len--;
		if (line.len > 0 && line.ptr[line.len - 1] == '\r')
			line.len--;
		colon = str_chr(line, ':');
		field(ctx, str_slice(line, 0, colon), str_skip(line,
		    colon + 1));
		*rest = str_skip(*rest, end);
	}
	*rest = str_skip(*rest, 2);
}

struct str
mime_with_file(struct arena *arena, const char *type, struct str octets)
{
	struct str text = base64_write(arena, octets);
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	buf_printf(&out, "Content-Type: %s\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n", type);
	for (; text.len > 0; text = str_skip(text, 76)) {
		buf_add(&out, str_slice(text, 0, 76));
		buf_addz(&out, "\r\n");
	}
	return buf_str(&out);
}

static void
add_little(struct buf *out, uint32_t value, unsigned octets)
{
	for (unsigned i = 0; i < octets; i++)
		buf_addc(out, (char)(value >> 8 * i));
}

/* What a local and a central header have in common, from the version on. */
static void
add_member(struct buf *out, struct str name, unsigned flags)
{
	add_little(out, 20, 2);
	add_little(out, flags, 2);
	add_little(out, 0, 2);		/* stored */
	add_little(out, 0, 4);		/* when */
	add_little(out, 0, 4);		/* CRC */
	add_little(out, 0, 4);
	add_little(out, 0, 4);
	add_little(out, (uint32_t)name.len, 2);
	add_little(out, 0, 2);
}

struct str
mime_zip(struct arena *arena, struct str names, unsigned flags)
{
	struct buf local, central;
	struct str name;
	uint32_t count = 0, local_len;

	buf_init(&local, arena, SIZE_MAX);
	buf_init(&central, arena, SIZE_MAX);
	while (names.len > 0 && str_next(&names, ',', &name)) {
		uint32_t at = (uint32_t)local.len;

		buf_addz(&local, "PK\3\4");
		add_member(&local, name, flags);
		buf_add(&local, name);
		buf_addz(&central, "PK\1\2");
		add_little(&central, 20, 2);
		add_member(&central, name, flags);
		add_little(&central, 0, 4);	/* comment, disk */
		add_little(&central, 0, 4);
		add_little(&central, 0, 2);
		add_little(&central, at, 4);
		buf_add(&central, name);
		count++;
	}
	local_len = (uint32_t)local.len;
	buf_add(&local, buf_str(&central));
	buf_addz(&local, "PK\5\6");
	add_little(&local, 0, 4);
	add_little(&local, count, 2);
	add_little(&local, count, 2);
	add_little(&local, (uint32_t)central.len, 4);
	add_little(&local, local_len, 4);
	add_little(&local, 0, 2);
	return buf_str(&local);
}
