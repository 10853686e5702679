#include "outmail/message.h"

#include <string.h>
#include <sys/random.h>

#include "base/domain.h"
#include "base/ensure.h"
#include "base/keyed.h"
#include "base/limits.h"
#include "mail/date.h"
#include "mail/encode.h"
#include "mail/fold.h"
#include "outmail/transfer.h"

struct writer {
	struct buf	 out;
	struct arena	*arena;
	struct str	 id;		/* of the message */
	unsigned	 boundaries;	/* made so far */
};

/* RFC 5322 section 3.2.3. */
static bool
is_dot_atom(struct str text)
{
	struct str atom;

	while (str_next(&text, '.', &atom)) {
		if (atom.len == 0)
			return false;
		for (size_t i = 0; i < atom.len; i++)
			if (!ascii_alnum(atom.ptr[i]) &&
			    (atom.ptr[i] == '\0' ||
			    strchr("!#$%&'*+-/=?^_`{|}~",
			    atom.ptr[i]) == NULL))
				return false;
	}
	return true;
}

bool
outmail_is_address(struct str address)
{
	size_t at = str_rchr(address, '@');
	struct str local = str_slice(address, 0, at);
	struct str domain = str_skip(address, at + 1);

	return address.len <= LIMIT_MAILBOX_OCTETS && at < address.len &&
	    local.len <= LIMIT_LOCAL_PART_OCTETS && is_dot_atom(local) &&
	    str_is_ascii(domain) && domain_is_valid(domain) &&
	    domain_chop_dot(domain).len == domain.len;
}

struct str
outmail_id(struct arena *arena, int64_t now, struct str domain)
{
	uint64_t chance;

	ensure(getrandom(&chance, sizeof(chance), 0) ==
	    (ssize_t)sizeof(chance));
	return arena_printf(arena, "%lld.%016llx@%.*s", (long long)now,
	    (unsigned long long)chance, STR_ARG(domain));
}

/* value: safe, in ASCII. */
static void
add_field(struct writer *writer, struct str name, struct str value)
{
	struct fold fold;

	buf_add(&writer->out, name);
	buf_addz(&writer->out, ":");
	fold_init(&fold, &writer->out, name.len + 1, LIMIT_FIELD_LINE);
	fold.inked = true;
	fold_unit(&fold, value);
	buf_addz(&writer->out, "\r\n");
}

static void
add_text(struct writer *writer, struct str name, struct str text)
{
	struct str value = str_trim(encode_text(writer->arena, text,
	    LIMIT_OUTMAIL_SUBJECT_OCTETS));
	struct fold fold;

	buf_add(&writer->out, name);
	buf_addz(&writer->out, ":");
	fold_init(&fold, &writer->out, name.len + 1, LIMIT_FIELD_LINE);
	if (value.len > 0)
		fold_text(&fold, STR(" "));
	fold_text(&fold, value);
	buf_addz(&writer->out, "\r\n");
}

static void
add_addresses(struct writer *writer, const struct str *to, size_t count)
{
	struct fold fold;

	buf_addz(&writer->out, "To:");
	fold_init(&fold, &writer->out, strlen("To:"), LIMIT_FIELD_LINE);
	fold.inked = true;
	for (size_t i = 0; i < count; i++) {
		ensure(outmail_is_address(to[i]));
		fold_unit(&fold, i + 1 == count ? to[i] :
		    arena_printf(writer->arena, "%.*s,", STR_ARG(to[i])));
	}
	buf_addz(&writer->out, "\r\n");
}

static void
add_from(struct writer *writer, const struct outmail_head *head)
{
	struct str name = encode_phrase(writer->arena, head->from_name,
	    LIMIT_OUTMAIL_NAME_OCTETS);

	ensure(outmail_is_address(head->from));
	add_field(writer, STR("From"), name.len == 0 ? head->from :
	    arena_printf(writer->arena, "%.*s <%.*s>", STR_ARG(name),
	    STR_ARG(head->from)));
}

static void
add_head(struct writer *writer, const struct outmail_head *head)
{
	add_from(writer, head);
	add_addresses(writer, head->to, head->to_count);
	add_text(writer, STR("Subject"), head->subject);
	add_field(writer, STR("Date"), date_write(writer->arena, head->date));
	add_field(writer, STR("Message-ID"), arena_printf(writer->arena,
	    "<%.*s>", STR_ARG(head->message_id)));
	add_field(writer, STR("Auto-Submitted"), STR("auto-generated"));
	for (size_t i = 0; i < head->field_count; i++)
		add_text(writer, head->fields[i].name, head->fields[i].text);
	add_field(writer, STR("MIME-Version"), STR("1.0"));
}

static bool
has(struct str text, struct str piece)
{
	return memmem(text.ptr, text.len, piece.ptr, piece.len) != NULL;
}

/* In a content that is not encoded; "=_" is in no other. */
static bool
holds(const struct outmail_part *part, struct str boundary)
{
	if (part->kind != OUTMAIL_PARTS)
		return part->kind != OUTMAIL_BASE64 && part->content.len > 0 &&
		    has(part->content, boundary);
	for (size_t i = 0; i < part->count; i++)
		if (holds(&part->parts[i], boundary))
			return true;
	return false;
}

/* The same for the same message: who sends it again sends the same octets. */
static struct str
new_boundary(struct writer *writer, const struct outmail_part *part)
{
	char digits[KEYED_DIGITS];
	struct str boundary, seed;

	do {
		seed = arena_printf(writer->arena, "boundary %u",
		    writer->boundaries++);
		boundary = arena_printf(writer->arena, "=_%.*s",
		    STR_ARG(keyed_digits(writer->id, seed, digits)));
	} while (holds(part, boundary));
	return boundary;
}

static const char *
encoding_of(const struct outmail_part *part)
{
	bool eight = false;

	switch (part->kind) {
	case OUTMAIL_TEXT:
		return transfer_is_plain(part->content) ? "7bit" :
		    "quoted-printable";
	case OUTMAIL_BASE64:
		return "base64";
	case OUTMAIL_AS_IS:
		return str_is_ascii(part->content) ? "7bit" : "8bit";
	case OUTMAIL_PARTS:
		for (size_t i = 0; i < part->count; i++)
			eight |= strcmp(encoding_of(&part->parts[i]),
			    "8bit") == 0;
		return eight ? "8bit" : "7bit";
	}
	return "7bit";
}

/* RFC 2183 section 2.3; RFC 2231 section 4 where there are other letters. */
static struct str
file_name(struct arena *arena, struct str name)
{
	struct buf out;

	name = str_slice(name, 0, LIMIT_OUTMAIL_FILE_OCTETS);
	buf_init(&out, arena, SIZE_MAX);
	if (str_is_printable(name) && str_chr(name, '"') == name.len &&
	    str_chr(name, '\\') == name.len)
		return arena_printf(arena, "filename=\"%.*s\"",
		    STR_ARG(name));
	buf_addz(&out, str_is_utf8(name) ? "filename*=UTF-8''" :
	    "filename*=ISO-8859-1''");
	for (size_t i = 0; i < name.len; i++)
		if (ascii_alnum(name.ptr[i]) || name.ptr[i] == '.' ||
		    name.ptr[i] == '-' || name.ptr[i] == '_')
			buf_addc(&out, name.ptr[i]);
		else
			buf_add_escaped(&out, '%', name.ptr[i]);
	return buf_str(&out);
}

static void
add_part_head(struct writer *writer, const struct outmail_part *part,
    struct str boundary)
{
	struct arena *arena = writer->arena;

	buf_printf(&writer->out, "Content-Type: %s", part->type);
	if (boundary.len > 0)
		buf_printf(&writer->out, ";\r\n\tboundary=\"%.*s\"",
		    STR_ARG(boundary));
	buf_addz(&writer->out, "\r\n");
	add_field(writer, STR("Content-Transfer-Encoding"),
	    str_from(encoding_of(part)));
	if (part->file_name.len > 0)
		buf_printf(&writer->out, "Content-Disposition: attachment;"
		    "\r\n\t%.*s\r\n",
		    STR_ARG(file_name(arena, part->file_name)));
	buf_addz(&writer->out, "\r\n");
}

static void
add_content(struct writer *writer, const struct outmail_part *part)
{
	if (part->kind == OUTMAIL_BASE64)
		transfer_base64(&writer->out, part->content);
	else if (part->kind == OUTMAIL_TEXT &&
	    !transfer_is_plain(part->content))
		transfer_quoted_printable(&writer->out, part->content);
	else
		transfer_lines(&writer->out, part->content);
}

static void
add_part(struct writer *writer, const struct outmail_part *part,
    unsigned depth)
{
	struct str boundary;

	ensure(depth <= LIMIT_OUTMAIL_DEPTH);
	if (part->kind != OUTMAIL_PARTS) {
		add_part_head(writer, part, STR_NONE);
		add_content(writer, part);
		return;
	}
	ensure(part->count > 0);
	boundary = new_boundary(writer, part);
	add_part_head(writer, part, boundary);
	for (size_t i = 0; i < part->count; i++) {
		buf_printf(&writer->out, "%s--%.*s\r\n", i > 0 ? "\r\n" : "",
		    STR_ARG(boundary));
		add_part(writer, &part->parts[i], depth + 1);
	}
	buf_printf(&writer->out, "\r\n--%.*s--\r\n", STR_ARG(boundary));
}

struct str
outmail_write(struct arena *arena, const struct outmail_head *head,
    const struct outmail_part *body)
{
	struct writer writer = { .arena = arena, .id = head->message_id };

	ensure(head->to_count > 0 &&
	    head->to_count <= LIMIT_OUTMAIL_RECIPIENTS);
	buf_init(&writer.out, arena, SIZE_MAX);
	add_head(&writer, head);
	add_part(&writer, body, 1);
	return buf_str(&writer.out);
}
