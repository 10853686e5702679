#include "mail/address.h"

#include "base/buf.h"
#include "base/limits.h"
#include "mail/lex.h"

/* All that read a piece return NULL, or why it cannot be read. */
struct reader {
	struct arena		*arena;
	struct str		 rest;
	struct address_list	*list;
};

/*
 * A run of words and dots: a display name, a group's name or a local part;
 * only what follows tells which.
 */
struct words {
	struct buf	display;	/* a blank where one was */
	struct buf	plain;		/* quotes undone, nothing between */
	struct buf	written;	/* quotes kept, nothing between */
	size_t		count;
	bool		joined;		/* no two words without a dot between */
};

/* As a quoted string again, nothing escaped that need not be. */
static void
add_quoted(struct buf *buf, struct str text)
{
	buf_addc(buf, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"' || text.ptr[i] == '\\')
			buf_addc(buf, '\\');
		buf_addc(buf, text.ptr[i]);
	}
	buf_addc(buf, '"');
}

static const char *
read_word(struct reader *reader, struct words *words)
{
	struct str text;

	if (lex_peek(reader->rest) == '"') {
		const char *why = lex_quoted(reader->arena, &reader->rest,
		    &text);

		if (why != NULL)
			return why;
		add_quoted(&words->written, text);
	} else {
		text = lex_atom(&reader->rest);
		buf_add(&words->written, text);
	}
	buf_add(&words->plain, text);
	buf_add(&words->display, text);
	words->count++;
	return NULL;
}

static bool
at_word(struct str rest)
{
	struct str copy = rest;

	return lex_peek(rest) == '"' || lex_atom(&copy).len > 0;
}

static const char *
read_words(struct reader *reader, struct words *words)
{
	size_t max = reader->rest.len * 2 + 2;
	bool after_word = false;
	const char *why;

	*words = (struct words){ .joined = true };
	buf_init(&words->display, reader->arena, max);
	buf_init(&words->plain, reader->arena, max);
	buf_init(&words->written, reader->arena, max);
	for (;;) {
		size_t before = reader->rest.len;

		why = lex_cfws(&reader->rest, NULL);
		if (why != NULL)
			return why;
		if (reader->rest.len < before && words->display.len > 0 &&
		    (at_word(reader->rest) || lex_peek(reader->rest) == '.'))
			buf_addc(&words->display, ' ');
		if (lex_char(&reader->rest, '.')) {
			buf_addc(&words->display, '.');
			buf_addc(&words->plain, '.');
			buf_addc(&words->written, '.');
			after_word = false;
			continue;
		}
		if (!at_word(reader->rest))
			return NULL;
		words->joined = words->joined && !after_word;
		after_word = true;
		why = read_word(reader, words);
		if (why != NULL)
			return why;
	}
}

/* Of the "[" dtext "]" of section 3.4.1 what RFC 5321 section 4.1.3 needs. */
static const char *
read_literal(struct reader *reader, struct buf *domain)
{
	size_t end = str_chr(reader->rest, ']');
	struct str inside = str_slice(reader->rest, 1, end);

	if (end == reader->rest.len)
		return "an address literal has no end";
	buf_addc(domain, '[');
	for (size_t i = 0; i < inside.len; i++) {
		char c = inside.ptr[i];

		if (ascii_space(c))
			continue;
		if (!ascii_alnum(c) && c != ':' && c != '.' && c != '-')
			return "an address literal is malformed";
		buf_addc(domain, c);
	}
	buf_addc(domain, ']');
	reader->rest = str_skip(reader->rest, end + 1);
	return NULL;
}

/*
 * After the '@'.  Obsolete domains have CFWS around their dots.  A comment
 * right behind may be a name.
 */
static const char *
read_domain(struct reader *reader, struct str *domain_out,
    struct str *comment_out)
{
	struct buf domain;
	const char *why = lex_cfws(&reader->rest, NULL);

	buf_init(&domain, reader->arena, reader->rest.len + 2);
	if (why == NULL && lex_peek(reader->rest) == '[') {
		why = read_literal(reader, &domain);
		*domain_out = buf_str(&domain);
		return why;
	}
	while (why == NULL) {
		struct str label = lex_atom(&reader->rest);

		if (label.len == 0)
			return domain.len == 0 ? "there is no domain after @" :
			    "the domain is malformed";
		buf_add(&domain, label);
		*domain_out = buf_str(&domain);
		why = lex_cfws(&reader->rest, comment_out);
		if (why != NULL || !lex_char(&reader->rest, '.'))
			break;
		buf_addc(&domain, '.');
		why = lex_cfws(&reader->rest, NULL);
	}
	if (why == NULL && !str_is_utf8(*domain_out))
		return "the domain is not UTF-8";
	return why;
}

/* The rest of an addr-spec, from its '@' on. */
static const char *
read_addr_spec(struct reader *reader, const struct words *words,
    struct mailbox *mailbox)
{
	const char *why;

	if (words->count == 0)
		return "there is nothing before @";
	if (!words->joined)
		return "there are several words before @";
	lex_char(&reader->rest, '@');
	why = read_domain(reader, &mailbox->domain, &mailbox->display);
	if (why != NULL)
		return why;
	if (lex_peek(reader->rest) == '@')
		return "an address has more than one @";
	mailbox->local = buf_str(&words->plain);
	if (!str_is_utf8(mailbox->local))
		return "the part before @ is not UTF-8";
	mailbox->address = arena_printf(reader->arena, "%.*s@%.*s",
	    STR_ARG(buf_str(&words->written)), STR_ARG(mailbox->domain));
	return NULL;
}

/* obs-route of section 4.4, "@a,@b:", means nothing any more. */
static const char *
skip_route(struct reader *reader)
{
	const char *why;
	struct str ignored;

	for (;;) {
		why = lex_cfws(&reader->rest, NULL);
		if (why != NULL)
			return why;
		if (lex_char(&reader->rest, ','))
			continue;
		if (lex_char(&reader->rest, ':'))
			return NULL;
		if (!lex_char(&reader->rest, '@'))
			return "a source route is malformed";
		why = read_domain(reader, &ignored, NULL);
		if (why != NULL)
			return why;
	}
}

static const char *
read_angle(struct reader *reader, struct mailbox *mailbox)
{
	struct words words;
	const char *why;

	lex_char(&reader->rest, '<');
	why = lex_cfws(&reader->rest, NULL);
	if (why == NULL && (lex_peek(reader->rest) == '@' ||
	    lex_peek(reader->rest) == ','))
		why = skip_route(reader);
	if (why == NULL)
		why = read_words(reader, &words);
	if (why != NULL)
		return why;
	if (lex_peek(reader->rest) != '@')
		return words.written.len == 0 ? "an address is empty" :
		    "an address has no domain";
	why = read_addr_spec(reader, &words, mailbox);
	if (why != NULL)
		return why;
	if (!lex_char(&reader->rest, '>'))
		return "an address has no closing >";
	return NULL;
}

static const char *
stray(struct reader *reader)
{
	unsigned char c = (unsigned char)lex_peek(reader->rest);

	if (reader->rest.len == 0 || c == ',')
		return "a name has no address";
	if (c < 0x20 || c == 0x7f)
		return "there is a control character";
	return arena_z(reader->arena, arena_printf(reader->arena,
	    "there is a stray %c", c));
}

/*
 * "ann@example.com <ann@example.com>", which many write and forget the quotes:
 * no doubt where both have one domain, else as malformed as it is.
 */
static const char *
read_twice(struct reader *reader, struct mailbox *mailbox)
{
	struct mailbox angle = { .display = mailbox->address };
	struct str start = reader->rest;

	if (read_angle(reader, &angle) == NULL &&
	    str_eq_nocase(angle.domain, mailbox->domain))
		*mailbox = angle;
	else
		reader->rest = start;
	return NULL;
}

static const char *
read_mailbox(struct reader *reader, const struct words *words)
{
	struct mailbox mailbox = { 0 };
	const char *why;

	if (reader->list->mailboxes.count == LIMIT_AUTHORS)
		return "there are too many addresses";
	if (lex_peek(reader->rest) == '<') {
		why = read_angle(reader, &mailbox);
		mailbox.display = buf_str(&words->display);
	} else if (lex_peek(reader->rest) == '@') {
		why = read_addr_spec(reader, words, &mailbox);
		if (why == NULL && lex_peek(reader->rest) == '<')
			why = read_twice(reader, &mailbox);
	} else {
		why = stray(reader);
	}
	if (why == NULL)
		why = lex_cfws(&reader->rest,
		    mailbox.display.len == 0 ? &mailbox.display : NULL);
	if (why == NULL)
		VEC_PUSH(reader->arena, &reader->list->mailboxes, mailbox);
	return why;
}

/* From a group's ':' to its ';'. */
static const char *
read_group(struct reader *reader)
{
	struct words words;
	const char *why;

	lex_char(&reader->rest, ':');
	reader->list->groups++;
	for (;;) {
		why = lex_cfws(&reader->rest, NULL);
		if (why != NULL)
			return why;
		if (reader->rest.len == 0)
			return "a group has no end";
		if (lex_char(&reader->rest, ','))
			continue;
		if (lex_char(&reader->rest, ';'))
			return NULL;
		why = read_words(reader, &words);
		if (why == NULL)
			why = read_mailbox(reader, &words);
		if (why != NULL)
			return why;
		if (lex_peek(reader->rest) != ',' &&
		    lex_peek(reader->rest) != ';')
			return "a group has no end";
	}
}

static const char *
read_list(struct reader *reader)
{
	struct words words;
	const char *why;

	for (;;) {
		why = lex_cfws(&reader->rest, NULL);
		if (why != NULL || reader->rest.len == 0)
			return why;
		if (lex_char(&reader->rest, ','))
			continue;
		why = read_words(reader, &words);
		if (why == NULL && lex_peek(reader->rest) == ':' &&
		    words.count > 0)
			why = read_group(reader);
		else if (why == NULL)
			why = read_mailbox(reader, &words);
		if (why == NULL)
			why = lex_cfws(&reader->rest, NULL);
		if (why != NULL)
			return why;
		if (reader->rest.len > 0 && lex_peek(reader->rest) != ',')
			return "there is text after an address";
	}
}

bool
address_list_parse(struct arena *arena, struct str value,
    struct address_list *list_out)
{
	struct reader reader = {
		.arena = arena, .rest = value, .list = list_out
	};

	*list_out = (struct address_list){ 0 };
	list_out->reason = str_from(read_list(&reader));
	return list_out->reason.len == 0;
}
