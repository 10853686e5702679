#include "base/buf.h"
#include "base/limits.h"
#include "policy/eval.h"

#include <math.h>

/* Octets that text[0, at) takes where it is written, with its escapes. */
static size_t
written(struct str text, size_t at)
{
	size_t octets = at;

	for (size_t i = 0; i < at; i++)
		octets += text.ptr[i] == '"' || text.ptr[i] == '\\';
	return octets;
}

static void
add_text(struct bind *bind, struct template *out, struct str text)
{
	if (text.len > 0)
		VEC_PUSH(bind->arena, &out->pieces,
		    (struct template_piece){ .text = text });
}

/* What the list says whose answer made a condition true; NULL: no such word. */
static const char *const list_words[] = {
	"dnsbl.zone", "dnsbl.name", "dnsbl.value", "dnsbl.text"
};

enum { LIST_WORDS = sizeof(list_words) / sizeof(list_words[0]) };

static const char *
list_word(struct str name)
{
	for (int i = 0; i < LIST_WORDS; i++)
		if (str_eqz(name, list_words[i]))
			return list_words[i];
	return NULL;
}

static bool
add_list_word(struct bind *bind, struct place place, struct str name,
    struct template *out)
{
	const char *word = list_word(name);
	bool asked = false;

	if (word == NULL) {
		mistake(bind->diag, place, "a DNS list says nothing of "
		    "\"%.*s\"%s", STR_ARG(name), hint_or(bind->arena, name,
		    list_words, LIST_WORDS, "; there are dnsbl.zone, "
		    "dnsbl.name, dnsbl.value and dnsbl.text"));
		return false;
	}

	for (size_t i = 0; i < bind->reading.calls.count; i++)
		asked |= bind->reading.calls.at[i]->function->asks_list;
	if (!asked) {
		mistake(bind->diag, place, "%%{%s} tells of the DNS list in a "
		    "rule's condition, and this one has neither dnsbl() nor "
		    "dnswl()", word);
		return false;
	}
	if (str_eqz(STR("dnsbl.text"), word))
		bind->policy->reads_list_texts = true;
	VEC_PUSH(bind->arena, &out->pieces,
	    (struct template_piece){ .of_list = word });
	return true;
}

static bool
add_fact(struct bind *bind, struct place place, struct str name,
    const struct rule *rule, struct template *out)
{
	struct term term = { .kind = TERM_NAME, .place = place, .text = name };
	enum fact_id id;

	if (str_eqz(name, "policy.line"))
		add_text(bind, out, arena_printf(bind->arena, "%u",
		    rule->place.line));
	else if (str_eqz(name, "policy.file"))
		add_text(bind, out, str_from(rule->place.source->path));
	else if (str_starts_nocase(name, STR("dnsbl.")))
		return add_list_word(bind, place, name, out);
	else if (fact_find(name, &id)) {
		VEC_PUSH(bind->arena, &out->pieces,
		    (struct template_piece){ .is_fact = true, .id = id });
		return bind_fact(bind, place, id);
	} else {
		if (name.len > 0)
			bind_unknown_name(bind, &term);
		else
			mistake(bind->diag, place, "%%{} names no fact");
		return false;
	}
	return true;
}

/* One "%..." at *at; *at is moved behind it. */
static bool
parse_percent(struct bind *bind, const struct term *term, size_t *at,
    const struct rule *rule, struct template *out)
{
	struct str text = term->text, rest = str_skip(text, *at + 1);
	struct place place = place_after(term->place, 1 + written(text, *at));
	size_t end = str_chr(rest, '}');

	if (rest.len > 0 && rest.ptr[0] == '%') {
		add_text(bind, out, STR("%"));
		*at += 2;
		return true;
	}
	if (rest.len == 0 || rest.ptr[0] != '{' || end == rest.len) {
		mistake(bind->diag, place, rest.len > 0 && rest.ptr[0] == '{' ?
		    "%%{ without its }" :
		    "a %% in a text is written %%%%, and a fact %%{fact}");
		*at += 1;
		return false;
	}
	*at += end + 2;
	place = place_after(place, 2);
	place.octets = (unsigned)end - 1;
	return add_fact(bind, place, str_slice(rest, 1, end), rule, out);
}

bool
template_parse(struct bind *bind, const struct term *term,
    const struct rule *rule, struct template *out)
{
	struct str text = term->text;
	size_t at = 0, odd = 0;
	bool ok = true;

	while (odd < text.len && (unsigned char)text.ptr[odd] < 0x80)
		odd++;
	out->utf8 = rule->action == ACTION_TAG && str_is_utf8(text);
	if (odd < text.len && !out->utf8)
		doubt(bind->diag, place_after(term->place, 1 +
		    written(text, odd)), "only ASCII goes out; other letters "
		    "of a text become ?");
	while (at < text.len) {
		size_t run = str_chr(str_skip(text, at), '%');

		add_text(bind, out, str_slice(text, at, at + run));
		at += run;
		if (at < text.len)
			ok = parse_percent(bind, term, &at, rule, out) && ok;
	}
	return ok;
}

static struct str
list_as_text(struct arena *arena, const struct fact *fact)
{
	struct buf buf;

	buf_init(&buf, arena, LIMIT_TAG_OCTETS);
	for (size_t i = 0; i < fact->list.count; i++) {
		if (i > 0)
			buf_addz(&buf, ", ");
		buf_add(&buf, fact->list.at[i]);
	}
	return buf_str(&buf);
}

/* "1h30m", for a person. */
static struct str
duration_as_text(struct arena *arena, double seconds)
{
	static const struct {
		double seconds;
		char unit;
	} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
	double rest = seconds < 0 ? 0 : ceil(seconds);
	struct buf buf;

	buf_init(&buf, arena, 64);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		double count = floor(rest / units[i].seconds);

		if (count > 0 || (i == 3 && buf.len == 0))
			buf_printf(&buf, "%.0f%c", count, units[i].unit);
		rest -= count * units[i].seconds;
	}
	return buf_str(&buf);
}

struct str
value_as_text(struct arena *arena, enum fact_type type,
    const struct fact *fact)
{
	char ip[IP_TEXT_MAX];

	if (fact->state == FACT_NONE)
		return STR("none");
	if (fact->state != FACT_SET)
		return STR("unknown");
	switch (type) {
	case FACT_IP:
		return arena_copy(arena, fact_ip_text(fact, ip));
	case FACT_STRING:
	case FACT_DOMAIN:
	case FACT_ADDRESS:
		return fact->text;
	case FACT_NUMBER:
	case FACT_SIZE:
		if (fact->number == floor(fact->number))
			return arena_printf(arena, "%.0f", fact->number);
		return arena_printf(arena, "%g", fact->number);
	case FACT_DURATION:
		return duration_as_text(arena, fact->number);
	case FACT_BOOL:
		return fact->truth ? STR("true") : STR("false");
	case FACT_WORD:
		return str_from(word_name(fact->word));
	case FACT_LIST:
		break;
	}
	return list_as_text(arena, fact);
}

struct str
fact_as_text(struct arena *arena, enum fact_id id, const struct fact *fact)
{
	return value_as_text(arena, fact_table[id].type, fact);
}

static void
add_safe(struct buf *buf, struct str text, bool utf8)
{
	for (size_t i = 0; i < text.len && !buf_full(buf); i++) {
		char c = text.ptr[i];

		buf_addc(buf, (c >= 0x20 && c < 0x7f) || (utf8 &&
		    (unsigned char)c >= 0x80) ? c : '?');
	}
}

static struct str
list_text(const struct fact *fact)
{
	if (fact->state == FACT_SET)
		return fact->text;
	return fact->state == FACT_NONE ? STR("none") : STR("unknown");
}

struct str
template_expand(const struct template *text, const struct eval *eval,
    const struct rule *rule, size_t max)
{
	const struct policy_env *env = eval->env;
	struct fact fact;
	struct buf buf;

	buf_init(&buf, env->arena, max);
	for (size_t i = 0; i < text->pieces.count; i++) {
		const struct template_piece *piece = &text->pieces.at[i];

		if (piece->of_list != NULL) {
			fact = eval_of_list(eval, rule, piece->of_list);
			add_safe(&buf, list_text(&fact), false);
			continue;
		}
		if (!piece->is_fact) {
			add_safe(&buf, piece->text, text->utf8);
			continue;
		}
		fact = fact_is_running(piece->id) ?
		    policy_running(env->arena, &eval->run, piece->id) :
		    *facts_get(env->facts, piece->id);
		add_safe(&buf, fact_as_text(env->arena, piece->id, &fact),
		    false);
	}
	return buf_str(&buf);
}

bool
template_pending(const struct template *text, const struct eval *eval,
    const struct rule *rule, enum fact_id *pending_out)
{
	for (size_t i = 0; i < text->pieces.count; i++) {
		const struct template_piece *piece = &text->pieces.at[i];

		if (piece->of_list != NULL && eval_of_list(eval, rule,
		    piece->of_list).state == FACT_PENDING) {
			*pending_out = FACT_COUNT;
			return true;
		}
		if (piece->is_fact && !fact_is_running(piece->id) &&
		    !facts_known(eval->env->facts, piece->id)) {
			*pending_out = piece->id;
			return true;
		}
	}
	return false;
}
