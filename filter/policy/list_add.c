#include <stdlib.h>

#include "base/domain.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "policy/list_parts.h"
#include "policy/text.h"

enum { ENTRY_SHOWN_MAX = 80 };

struct list_builder *
list_builder_new(struct arena *arena, struct regex_pool *regexes)
{
	struct list_builder *builder = xcalloc(1, sizeof(*builder));

	builder->arena = arena;
	builder->scratch = arena_new();
	builder->pool = regexes;
	return builder;
}

/* An entry in hand. */
struct entry {
	struct list_builder	*builder;
	struct str		 text;
	unsigned		 line;
	enum list_kind		 kind;
};

static void
add_name(const struct entry *entry, struct str name)
{
	names_add(&entry->builder->names, name, entry->line);
}

/* Digits and dots, or with a colon: meant as an address, not as a name. */
static bool
looks_like_ip(struct str s)
{
	bool only = s.len > 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == ':')
			return true;
		only = only && (ascii_digit(s.ptr[i]) || s.ptr[i] == '.' ||
		    s.ptr[i] == '/');
	}
	return only;
}

static const char *
add_net(struct entry *entry)
{
	struct ipnet net;

	if (!ipnet_parse(entry->text, &net))
		return "is no valid IP address or network";
	nets_add(&entry->builder->nets[net.ip.family == IP_V4 ? LIST_V4 :
	    LIST_V6], &net, entry->line);
	entry->kind = LIST_NETS;
	return NULL;
}

static void
note_depth(const struct entry *entry, struct str name)
{
	unsigned labels = domain_labels(name);

	if (entry->kind == LIST_SUBDOMAINS)
		entry->builder->list.depths |= UINT64_C(1) <<
		    (labels < 63 ? labels : 63);
}

/* "example.com" behind what stands before it: "", "." or "@". */
static const char *
add_domain(struct entry *entry, struct str before, enum list_kind kind)
{
	struct arena *scratch = entry->builder->scratch;
	struct str name = str_skip(entry->text, before.len);

	if (!domain_is_valid(name))
		return before.len > 0 && before.ptr[0] == '@' ?
		    "has no valid domain after the @" :
		    "is no IP address or network, domain or mail address";
	entry->kind = kind;
	if (str_is_ascii(name)) {
		note_depth(entry, name);
		add_name(entry, domain_chop_dot(entry->text));
		return NULL;
	}
	if (!domain_to_ascii(scratch, name, &name))
		return "is a domain that has no ASCII form";
	/* IDNA may drop or make dots: only now its labels are known. */
	note_depth(entry, name);
	add_name(entry, arena_printf(scratch, "%.*s%.*s", STR_ARG(before),
	    STR_ARG(name)));
	return NULL;
}

/* Hardly more than that it is a text: RFC 5321 and 6531 allow a lot. */
static bool
can_be_local(struct str local)
{
	for (size_t i = 0; i < local.len; i++)
		if ((unsigned char)local.ptr[i] < 0x20 ||
		    local.ptr[i] == 0x7f ||
		    (local.ptr[i] == ' ' && local.ptr[0] != '"'))
			return false;
	return str_is_utf8(local);
}

static const char *
add_address(struct entry *entry, size_t at)
{
	struct str domain = str_skip(entry->text, at + 1);

	if (at == 0)
		return add_domain(entry, STR("@"), LIST_AT_DOMAINS);
	if (domain.len > 0 && !domain_is_valid(domain))
		return "has no valid domain after the @";
	if (!can_be_local(str_slice(entry->text, 0, at)))
		return "has an octet before the @ that no address has";
	add_name(entry, text_canonical_address(entry->builder->scratch,
	    entry->text));
	entry->kind = domain.len == 0 ? LIST_USERS : LIST_ADDRESSES;
	return NULL;
}

static const char *
add_meaning(struct entry *entry)
{
	struct str text = entry->text;
	size_t at;

	if (looks_like_ip(text))
		return add_net(entry);
	at = str_rchr(text, '@');
	if (at < text.len)
		return add_address(entry, at);
	if (text.len > 1 && text.ptr[0] == '*' && text.ptr[1] == '.')
		return "has a star; for the subdomains of example.com write "
		    ".example.com";
	if (text.len > 0 && text.ptr[0] == '.')
		return add_domain(entry, STR("."), LIST_SUBDOMAINS);
	return add_domain(entry, STR(""), LIST_DOMAINS);
}

/* A text that happens to look like an address or a domain is a text too. */
static void
add_quoted(struct entry *entry)
{
	struct names_builder *names = &entry->builder->names;

	if (add_meaning(entry) != NULL) {
		entry->kind = LIST_TEXTS;
		add_name(entry, entry->text);
	} else if (entry->kind == LIST_NETS) {
		entry->kind = LIST_QUOTED_NETS;
		names_add(names, entry->text, 0);
	} else if (!str_eq_nocase(names_last(names), entry->text))
		names_add(names, entry->text, 0);
}

static const char *
add_regex(struct list_builder *builder, const struct term *term,
    struct diag *diag)
{
	const struct regex *regex;

	if (builder->regexes.count == LIMIT_LIST_REGEXES)
		return "is one regular expression too many for a list";
	regex = regex_compile(builder->pool, term, diag);
	if (regex != NULL)
		VEC_PUSH(builder->arena, &builder->regexes, regex);
	return regex == NULL ? "" : NULL;
}

/* The wrong entry, as far as it is a text that can be shown. */
static void
report(const struct term *term, const char *wrong, struct diag *diag)
{
	struct str shown = term->text;

	if (shown.len > ENTRY_SHOWN_MAX)
		shown.len = ENTRY_SHOWN_MAX;
	while (shown.len < term->text.len && shown.len > 0 &&
	    ((unsigned char)term->text.ptr[shown.len] & 0xc0) == 0x80)
		shown.len--;
	for (size_t i = 0; i < shown.len; i++)
		if ((unsigned char)shown.ptr[i] < 0x20 ||
		    !str_is_utf8(shown)) {
			mistake(diag, term->place, "an octet that is no text "
			    "is in this entry");
			return;
		}
	mistake(diag, term->place, "\"%.*s\" %s%s", STR_ARG(shown), wrong,
	    str_chr(shown, '#') < shown.len ?
	    "; a comment has a blank before its #" : "");
}

bool
list_add(struct list_builder *builder, const struct term *term,
    struct diag *diag, enum list_kind *kind_out)
{
	struct entry entry = { builder, term->text, term->place.line, 0 };
	const char *wrong = NULL;

	builder->source = term->place.source;
	if (builder->list.count == LIMIT_LIST_ENTRIES ||
	    builder->names.blob_len > LIMIT_LIST_OCTETS)
		wrong = "is one entry too many for a list";
	else if (term->kind == TERM_REGEX) {
		entry.kind = LIST_REGEXES;
		wrong = add_regex(builder, term, diag);
	} else if (term->text.len > LIMIT_LIST_LINE_OCTETS)
		wrong = "is longer than any entry can be";
	else if (term->kind == TERM_TEXT)
		add_quoted(&entry);
	else
		wrong = add_meaning(&entry);
	if (wrong == NULL) {
		builder->list.kinds |= entry.kind;
		builder->list.count++;
		*kind_out = entry.kind;
	} else if (wrong[0] != '\0')
		report(term, wrong, diag);
	arena_reset(builder->scratch);
	return wrong == NULL;
}
