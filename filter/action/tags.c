#include "action/edit.h"
#include "base/limits.h"
#include "mail/encode.h"
#include "mail/fold.h"
#include "mail/safe.h"

static const struct str subject_name = STR_INIT("Subject");

static bool
is_subject(struct str name)
{
	return str_eq_nocase(name, subject_name);
}

/* The field is ours alone: see edit_stamp(). */
static bool
is_allowed(struct str name)
{
	return safe_is_field_name(name) &&
	    !str_eqz_nocase(name, "Authentication-Results");
}

static struct str
folded(struct arena *arena, struct str name, struct str text)
{
	struct fold fold;
	struct buf out;

	/* Room for a fold at each blank. */
	buf_init(&out, arena, text.len * 3 + 2);
	fold_init(&fold, &out, name.len + 2, LIMIT_FIELD_LINE);
	fold_text(&fold, text);
	return buf_str(&out);
}

static void
remove_fields(struct arena *arena, struct edit_list *edits, struct edit edit,
    unsigned keep)
{
	/* The first one last: to milter a change to nothing is a removal. */
	edit.kind = EDIT_DELETE;
	for (; edit.nth > keep; edit.nth--)
		VEC_PUSH(arena, &edits->list, edit);
}

static void
tag_field(struct arena *arena, struct edit_list *edits,
    const struct header *header, const struct policy_rule *rule)
{
	struct edit edit = { .kind = EDIT_ADD, .name = rule->tag_name };

	for (size_t i = 0; i < header->fields.count; i++)
		edit.nth += header_is_named(&header->fields.at[i], edit.name);
	if (rule->tag != TAG_ADD)
		remove_fields(arena, edits, edit, rule->tag == TAG_REPLACE);
	if (rule->tag == TAG_REMOVE)
		return;
	if (rule->tag == TAG_REPLACE && edit.nth > 0) {
		edit.kind = EDIT_CHANGE;
		edit.nth = 1;
	}
	edit.value = folded(arena, edit.name, str_trim(encode_text(arena,
	    rule->tag_value, LIMIT_TAG_OCTETS)));
	VEC_PUSH(arena, &edits->list, edit);
}

static struct str
joined(struct arena *arena, struct str a, const char *between, struct str b)
{
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	buf_add(&out, a);
	buf_addz(&out, between);
	buf_add(&out, b);
	return buf_str(&out);
}

/*
 * A subject as one line.  Its octets stay as they are, in whatever charset
 * they may be, but for those that could end the field.
 */
static struct str
subject_line(struct arena *arena, struct str value)
{
	struct str text = header_unfold(arena, value);
	char *out = arena_alloc(arena, text.len);

	for (size_t i = 0; i < text.len; i++)
		out[i] = text.ptr[i] == '\0' ? '?' : text.ptr[i];
	text.ptr = out;
	if (text.len > LIMIT_SUBJECT_OCTETS)
		text = joined(arena, str_slice(text, 0,
		    LIMIT_SUBJECT_OCTETS - 3), "...", STR_NONE);
	return text;
}

static bool
is_encoded(struct str text)
{
	return str_starts_nocase(text, STR("=?"));
}

static bool
is_tag(const struct policy_rule *rule)
{
	return rule->action == ACTION_TAG && !rule->shadow;
}

/* A prefix as it is written, once for a run. */
struct prefix {
	struct str	word;		/* without blanks around it */
	struct str	spaced;		/* the same with a blank inside, where
					 * it is an encoded word */
	bool		blank;		/* the policy ends it with one */
};

struct prefixes {
	VEC(struct prefix) list;
};

static struct prefixes
prefixes_of(struct arena *arena, const struct policy_run *run)
{
	struct prefixes all = { 0 };

	for (size_t i = 0; i < run->fired.count; i++) {
		const struct policy_rule *rule = &run->fired.at[i];
		struct str text = rule->tag_value, bare = str_trim(text);
		struct prefix p;

		if (!is_tag(rule) || !is_subject(rule->tag_name) ||
		    bare.len == 0 || all.list.count == LIMIT_TAGS)
			continue;
		p.word = encode_text(arena, bare, LIMIT_TAG_OCTETS);
		p.spaced = encode_text(arena, joined(arena, bare, " ",
		    STR_NONE), LIMIT_TAG_OCTETS + 1);
		p.blank = ascii_space(text.ptr[text.len - 1]);
		VEC_PUSH(arena, &all.list, p);
	}
	return all;
}

static bool
takes_off(struct str *text, struct str prefix)
{
	if (!str_eq(str_slice(*text, 0, prefix.len), prefix))
		return false;
	*text = str_trim(str_skip(*text, prefix.len));
	return true;
}

static bool
takes_prefix_off(struct str *text, const struct prefix *prefix)
{
	/* The longer one first: they may differ in a last word alone. */
	return takes_off(text, str_trim(prefix->spaced)) ||
	    takes_off(text, prefix->word);
}

/* The text without the longest prefix that it begins with, if any. */
static bool
skip_any(struct str *text, const struct prefixes *all)
{
	struct str shortest = *text;

	for (size_t i = 0; i < all->list.count; i++) {
		struct str rest = *text;

		if (takes_prefix_off(&rest, &all->list.at[i]) &&
		    rest.len < shortest.len)
			shortest = rest;
	}
	if (shortest.len == text->len)
		return false;
	*text = shortest;
	return true;
}

/* Does the text have the prefix, perhaps behind others of the run? */
static bool
has_prefix(struct str text, const struct prefix *prefix,
    const struct prefixes *all)
{
	do {
		struct str rest = text;

		if (takes_prefix_off(&rest, prefix))
			return true;
	} while (skip_any(&text, all));
	return false;
}

/*
 * Blanks between two encoded words are not shown, so the prefix takes its own
 * along inside; beside plain text they are (RFC 2047 section 6.2).
 */
static struct str
with_prefix(struct arena *arena, struct str text, const struct prefix *prefix)
{
	bool encoded = is_encoded(prefix->word);

	if (text.len == 0)
		return prefix->word;
	if (is_encoded(text) && encoded)
		return joined(arena, prefix->spaced, " ", text);
	return joined(arena, prefix->word, prefix->blank || encoded ||
	    is_encoded(text) ? " " : "", text);
}

/* All prefixes, the first one nearest to the text. */
static struct str
prefixed(struct arena *arena, struct str text, const struct prefixes *all)
{
	for (size_t i = 0; i < all->list.count; i++)
		if (!has_prefix(text, &all->list.at[i], all))
			text = with_prefix(arena, text, &all->list.at[i]);
	return text;
}

/* Every Subject field: readers differ in which of several they show. */
static void
prefix_subjects(struct arena *arena, struct edit_list *edits,
    const struct header *header, const struct policy_run *run)
{
	struct edit edit = { .kind = EDIT_CHANGE, .name = subject_name };
	struct prefixes all = prefixes_of(arena, run);

	for (size_t i = 0; i < header->fields.count; i++) {
		const struct header_field *field = &header->fields.at[i];
		struct str line, text;

		if (!header_is_named(field, subject_name))
			continue;
		edit.nth++;
		line = subject_line(arena, field->value);
		text = prefixed(arena, line, &all);
		if (str_eq(line, text))
			continue;
		edit.value = folded(arena, subject_name, text);
		VEC_PUSH(arena, &edits->list, edit);
	}
	if (edit.nth > 0)
		return;
	edit.kind = EDIT_ADD;
	edit.value = folded(arena, subject_name,
	    prefixed(arena, STR_NONE, &all));
	if (edit.value.len > 0)
		VEC_PUSH(arena, &edits->list, edit);
}

/* A later tag puts all fields of the name away, with what was added. */
static bool
is_overruled(const struct policy_run *run, size_t i)
{
	for (size_t k = i + 1; k < run->fired.count; k++)
		if (is_tag(&run->fired.at[k]) &&
		    run->fired.at[k].tag != TAG_ADD && str_eq_nocase(
		    run->fired.at[k].tag_name, run->fired.at[i].tag_name))
			return true;
	return false;
}

void
edit_tags(struct arena *arena, struct edit_list *edits,
    const struct header *header, const struct policy_run *run)
{
	size_t tags = 0;

	for (size_t i = 0; i < run->fired.count && tags < LIMIT_TAGS; i++) {
		const struct policy_rule *rule = &run->fired.at[i];

		if (!is_tag(rule) || is_overruled(run, i) ||
		    !is_allowed(rule->tag_name))
			continue;
		tags++;
		if (is_subject(rule->tag_name))
			prefix_subjects(arena, edits, header, run);
		else
			tag_field(arena, edits, header, rule);
	}
}
