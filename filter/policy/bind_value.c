#include "base/buf.h"
#include "base/domain.h"
#include "base/limits.h"
#include "policy/bound.h"

bool
value_is_text(const struct value *value)
{
	return value->type == FACT_STRING || value->type == FACT_DOMAIN ||
	    value->type == FACT_ADDRESS;
}

bool
value_is_number(const struct value *value)
{
	return value->type == FACT_NUMBER || value->type == FACT_SIZE ||
	    value->type == FACT_DURATION;
}

static bool
is_auth_fact(enum fact_id id)
{
	static const enum fact_id roots[] = {
		FACT_ID_SPF, FACT_ID_SPF_HELO, FACT_ID_DKIM, FACT_ID_DMARC,
		FACT_ID_IPREV,
	};
	struct str name = str_from(fact_table[id].name);

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		if (str_eqz(str_slice(name, 0, str_chr(name, '.')),
		    fact_table[roots[i]].name))
			return true;
	return false;
}

static void
note_reading(struct bind *bind, const char *what, enum stage stage)
{
	if (bind->reading.latest == NULL || stage > bind->reading.stage) {
		bind->reading.stage = stage;
		bind->reading.latest = what;
	}
}

bool
bind_known(struct bind *bind, struct place place, const char *what,
    enum stage stage)
{
	note_reading(bind, what, stage);
	if (stage <= bind->stage)
		return true;
	mistake(bind->diag, place, "%s is known from stage %s on; this is "
	    "stage %s", what, stage_name(stage), stage_name(bind->stage));
	return false;
}

bool
bind_fact(struct bind *bind, struct place place, enum fact_id id)
{
	const struct fact_info *info = &fact_table[id];

	fact_bits_add(&bind->reading.facts, id);
	if (!bind->reading.has_auth && !bind->in_text && is_auth_fact(id)) {
		bind->reading.has_auth = true;
		bind->reading.auth = id;
	}
	return bind_known(bind, place, info->name, info->stage);
}

static enum value_found
bind_name(struct bind *bind, const struct term *term, struct value *out)
{
	enum fact_id id;

	if (fact_find(term->text, &id)) {
		out->kind = VALUE_FACT;
		out->type = fact_table[id].type;
		out->words = fact_table[id].words;
		out->id = id;
		return bind_fact(bind, term->place, id) ? VALUE_OK :
		    VALUE_WRONG;
	}
	if (str_eqz(term->text, "true") || str_eqz(term->text, "false")) {
		out->type = FACT_BOOL;
		out->constant.truth = str_eqz(term->text, "true");
		return VALUE_OK;
	}
	if (bind_find_list(bind, term->text) != NULL) {
		mistake(bind->diag, term->place, "\"%.*s\" is a list; write "
		    "... in %.*s", STR_ARG(term->text), STR_ARG(term->text));
		return VALUE_WRONG;
	}
	if (bind_find_define(bind, term->text) != NULL) {
		mistake(bind->diag, term->place, "\"%.*s\" is defined as a "
		    "condition; it stands alone", STR_ARG(term->text));
		return VALUE_WRONG;
	}
	return VALUE_IS_NAME;
}

static enum value_found
refuse(struct bind *bind, const struct term *term, const char *what)
{
	mistake(bind->diag, term->place, "\"%.*s\" %s", STR_ARG(term->text),
	    what);
	return VALUE_WRONG;
}

static enum fact_type
number_type(enum term_kind kind)
{
	if (kind == TERM_SIZE)
		return FACT_SIZE;
	return kind == TERM_DURATION ? FACT_DURATION : FACT_NUMBER;
}

enum value_found
bind_value(struct bind *bind, const struct term *term, struct value *out)
{
	*out = (struct value){ .kind = VALUE_CONST, .place = term->place,
	    .name = term->raw, .constant.state = FACT_SET };
	if (term == bind->item) {
		out->kind = VALUE_ITEM;
		out->type = bind->item_type;
		return VALUE_OK;
	}
	switch (term->kind) {
	case TERM_NAME:
		return bind_name(bind, term, out);
	case TERM_CALL:
		return bind_call(bind, term, out);
	case TERM_TEXT:
		out->type = FACT_STRING;
		out->constant.text = term->text;
		return VALUE_OK;
	case TERM_NUMBER:
	case TERM_SIZE:
	case TERM_DURATION:
		out->type = number_type(term->kind);
		out->constant.number = term->number;
		return VALUE_OK;
	case TERM_IP:
		out->type = FACT_IP;
		out->constant = fact_of_ip(&term->net.ip);
		return VALUE_OK;
	case TERM_NET:
		return refuse(bind, term, "is a network; write \"in\" before "
		    "it, not a comparison");
	case TERM_CODE:
	case TERM_BARE:
		return refuse(bind, term, "is no number, size or IP address; "
		    "a text is written in double quotes");
	case TERM_SUM:
		return bind_sum(bind, term, out);
	case TERM_REGEX:
		break;
	}
	return refuse(bind, term, "stands only after \"matches\"");
}

void
bind_unknown_name(struct bind *bind, const struct term *term)
{
	VEC(const char *) names = { 0 };

	for (int i = 0; i < FACT_COUNT; i++)
		VEC_PUSH(bind->arena, &names, fact_table[i].name);
	for (size_t i = 0; i < bind->defines.count; i++)
		VEC_PUSH(bind->arena, &names,
		    arena_z(bind->arena, bind->defines.at[i]->name));
	for (const struct item *item = bind->items; item != NULL;
	    item = item->next)
		if (item->kind == ITEM_DEFINE &&
		    str_eq(item->name->text, term->text)) {
			mistake(bind->diag, term->place, "\"%.*s\" is used "
			    "before it is defined (%s)", STR_ARG(term->text),
			    place_from(bind->arena, term->place,
			    item->place));
			return;
		}
	mistake(bind->diag, term->place, "unknown fact \"%.*s\"%s",
	    STR_ARG(term->text), nearest_hint(bind->arena, term->text,
	    names.at, names.count));
}

static const char *
list_words(struct arena *arena, enum word_set set)
{
	struct buf buf;

	buf_init(&buf, arena, 512);
	for (int i = 0; i < WORD_COUNT; i++)
		if (word_in_set(set, (enum word)i))
			buf_printf(&buf, "%s%s", buf.len > 0 ? ", " : "",
			    word_name((enum word)i));
	return arena_z(arena, buf_str(&buf));
}

bool
bind_word(struct bind *bind, const struct value *fact,
    const struct term *term, enum word *word_out)
{
	enum word_set set = fact->words;
	VEC(const char *) names = { 0 };

	if (term->kind == TERM_NAME && word_find(set, term->text, word_out))
		return true;
	for (int i = 0; i < WORD_COUNT; i++)
		if (word_in_set(set, (enum word)i))
			VEC_PUSH(bind->arena, &names, word_name((enum word)i));
	mistake(bind->diag, term->place, "%.*s cannot be %.*s%s",
	    STR_ARG(fact->name), STR_ARG(term->raw),
	    hint_or(bind->arena, term->text, names.at, names.count,
	    arena_printf(bind->arena, "; it is one of %s",
	    list_words(bind->arena, set)).ptr));
	return false;
}

static const char *
value_wants(struct bind *bind, const struct value *value)
{
	static const char *const wants[] = {
		[FACT_IP] = "an IP address such as 192.0.2.1",
		[FACT_STRING] = "a text such as \"abc\"",
		[FACT_DOMAIN] = "a domain such as \"example.com\"",
		[FACT_ADDRESS] = "an address such as \"user@example.com\"",
		[FACT_NUMBER] = "a number such as 5",
		[FACT_SIZE] = "a size such as 100k",
		[FACT_DURATION] = "a duration such as 5m",
		[FACT_BOOL] = "true or false",
		[FACT_LIST] = "nothing; it stands after \"in\"",
	};

	if (value->type != FACT_WORD)
		return wants[value->type];
	return arena_printf(bind->arena, "one of %s", list_words(bind->arena,
	    value->words)).ptr;
}

static bool
convert_domain(struct bind *bind, const struct value *to,
    struct value *constant)
{
	struct str text = constant->constant.text, ascii;

	if (text.len > 0 && text.ptr[0] == '.') {
		mistake(bind->diag, constant->place, "\"%.*s\" means "
		    "subdomains and stands in a set: %.*s in { \"%.*s\" }",
		    STR_ARG(text), STR_ARG(to->name), STR_ARG(text));
		return false;
	}
	if (!domain_is_valid(text) ||
	    !domain_to_ascii(bind->arena, text, &ascii)) {
		mistake(bind->diag, constant->place, "\"%.*s\" is no domain, "
		    "so %.*s can never be it", STR_ARG(text),
		    STR_ARG(to->name));
		return false;
	}
	constant->constant.text = ascii;
	return true;
}

static bool
convert_address(struct bind *bind, const struct value *to,
    struct value *constant)
{
	struct str text = constant->constant.text;
	size_t at = str_rchr(text, '@');

	if (text.len > 0 && (at == 0 || at + 1 >= text.len)) {
		mistake(bind->diag, constant->place, "\"%.*s\" is no whole "
		    "address; a domain or user@ stands in a set: %.*s in "
		    "{ ... }", STR_ARG(text), STR_ARG(to->name));
		return false;
	}
	constant->constant.text = text_canonical_address(bind->arena, text);
	return true;
}

bool
bind_convert(struct bind *bind, const struct value *to,
    struct value *constant)
{
	bool fits = to->type == constant->type ||
	    (to->type == FACT_SIZE && constant->type == FACT_NUMBER) ||
	    (value_is_text(to) && constant->type == FACT_STRING);
	enum word word;

	if (to->type == FACT_WORD && constant->type == FACT_STRING &&
	    word_find(to->words, constant->constant.text,
	    &word)) {
		mistake(bind->diag, constant->place, "%.*s is a word: write "
		    "%s without quotes", STR_ARG(to->name), word_name(word));
		return false;
	}
	if (!fits) {
		mistake(bind->diag, constant->place, "%.*s (%s) compares with "
		    "%s, not with %.*s%s", STR_ARG(to->name),
		    fact_type_name(to->type), value_wants(bind, to),
		    STR_ARG(constant->name), to->type == FACT_SIZE &&
		    constant->type == FACT_DURATION ?
		    " (megabytes are written 5M)" : "");
		return false;
	}
	if (to->type == FACT_DOMAIN)
		return convert_domain(bind, to, constant);
	if (to->type == FACT_ADDRESS)
		return convert_address(bind, to, constant);
	return true;
}
