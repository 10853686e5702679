/*
 * Our own text: "WHO[,WHO] OPTION=VALUE ...", a row a line.
 */
#include "base/domain.h"
#include "base/limits.h"
#include "signing/build.h"
#include "signing/style.h"

enum option { OPTION_DOMAIN, OPTION_SELECTOR, OPTION_KEY, OPTION_ALGORITHM,
	      OPTION_HEADERS, OPTION_OVERSIGN, OPTION_CANONICALIZATION,
	      OPTION_EXPIRE, OPTION_IDENTITY, OPTION_ALWAYS, OPTIONS };

static const char *const option_names[OPTIONS] = {
	"domain", "selector", "key", "algorithm", "headers", "oversign",
	"canonicalization", "expire", "identity", "always"
};

struct line {
	struct arena		*arena;
	struct diag		*diag;
	struct place		 place;
	struct str		 text;
	struct str		 who;
	struct style_option	 options[OPTIONS];
	struct signing_row	 row;
};

static struct place
place_in(const struct line *line, const char *at)
{
	return place_after(line->place, (size_t)(at - line->text.ptr));
}

/* The next word; empty at the end. */
static struct str
next_word(struct str *rest)
{
	struct str word;
	size_t len = 0;

	*rest = str_trim(*rest);
	while (len < rest->len && !ascii_space(rest->ptr[len]))
		len++;
	word = str_slice(*rest, 0, len);
	*rest = str_skip(*rest, len);
	return word;
}

static bool
read_option(struct line *line, struct str word)
{
	struct str name = str_slice(word, 0, str_chr(word, '='));
	struct style_option *option = NULL;

	for (int i = 0; i < OPTIONS; i++)
		if (str_eqz(name, option_names[i]))
			option = &line->options[i];
	if (name.len == word.len) {
		mistake(line->diag, place_in(line, word.ptr), "\"%.*s\" has "
		    "no \"=\"; options are written NAME=VALUE, without "
		    "blanks", STR_ARG(word));
		return false;
	}
	if (option == NULL) {
		mistake(line->diag, place_in(line, word.ptr),
		    "there is no option \"%.*s\"%s", STR_ARG(name),
		    nearest_hint(line->arena, name, option_names, OPTIONS));
		return false;
	}
	if (option->place.line > 0) {
		mistake(line->diag, place_in(line, word.ptr),
		    "%.*s= comes twice", STR_ARG(name));
		return false;
	}
	option->value = str_skip(word, name.len + 1);
	option->place = place_in(line, option->value.ptr);
	if (option->value.len == 0) {
		mistake(line->diag, option->place, "%.*s= has no value",
		    STR_ARG(name));
		option->place.line = 0;
		return false;
	}
	return true;
}

static bool
read_options(struct line *line)
{
	struct str rest = line->text, word;
	bool good = true;

	line->who = next_word(&rest);
	for (word = next_word(&rest); word.len > 0; word = next_word(&rest))
		good &= read_option(line, word);
	return good;
}

static bool
read_domain(struct line *line)
{
	const struct style_option *option = &line->options[OPTION_DOMAIN];

	if (option->place.line == 0)
		return true;
	if (build_ascii(line->arena, option->value, &line->row.domain) &&
	    domain_labels(line->row.domain) >= 2)
		return true;
	mistake(line->diag, option->place, "\"%.*s\" is no domain; "
	    "write for example domain=example.com", STR_ARG(option->value));
	return false;
}

static size_t
items(struct str list)
{
	size_t count = list.len > 0;

	for (size_t i = 0; i < list.len; i++)
		count += list.ptr[i] == ',';
	return count;
}

static bool
read_selector(struct line *line, struct str text, struct str *selector_out)
{
	if (build_ascii(line->arena, text, selector_out))
		return true;
	mistake(line->diag, place_in(line, text.ptr), "\"%.*s\" is no "
	    "selector: letters, digits, \"-\" and \".\"", STR_ARG(text));
	return false;
}

static bool
is_directory(struct str path)
{
	return path.len > 0 && path.ptr[path.len - 1] == '/';
}

/* How many keys there are; 0: a mistake. */
static size_t
count_keys(struct line *line)
{
	const struct style_option *key = &line->options[OPTION_KEY];
	const struct style_option *selector = &line->options[OPTION_SELECTOR];
	size_t keys = items(key->value), selectors = items(selector->value);

	if (keys == 0) {
		mistake(line->diag, line->place, "there is no key=: where is "
		    "the private key?  Write key=FILE, or key=DIRECTORY/");
		return 0;
	}
	if (is_directory(key->value) && keys == 1)
		return selectors == 0 ? 1 : selectors;
	if (selectors == 0) {
		mistake(line->diag, key->place, "a key in a file needs "
		    "selector=: under what name is it in DNS?");
		return 0;
	}
	if (keys != selectors) {
		mistake(line->diag, key->place, "%zu selectors and %zu keys: "
		    "each has one", selectors, keys);
		return 0;
	}
	return keys;
}

static bool
read_keys(struct line *line)
{
	struct str paths = line->options[OPTION_KEY].value;
	struct str selectors = line->options[OPTION_SELECTOR].value;
	size_t count = count_keys(line);
	struct str path = STR_NONE, selector;
	struct signing_key *keys;

	if (count == 0)
		return false;
	if (count > LIMIT_SIGNING_KEYS) {
		mistake(line->diag, line->place, "a line has %d keys at most",
		    LIMIT_SIGNING_KEYS);
		return false;
	}
	keys = arena_alloc(line->arena, count * sizeof(*keys));
	for (size_t i = 0; i < count; i++) {
		if (str_next(&paths, ',', &path) && path.len == 0) {
			mistake(line->diag, place_in(line, path.ptr),
			    "a key's file has no name");
			return false;
		}
		keys[i].path = build_path(line->arena, line->place.source,
		    path);
		if (str_next(&selectors, ',', &selector) &&
		    selector.ptr != NULL &&
		    line->options[OPTION_SELECTOR].place.line > 0 &&
		    !read_selector(line, selector, &keys[i].selector))
			return false;
	}
	line->row.keys = keys;
	line->row.key_count = count;
	return true;
}

static bool
read_always(struct line *line)
{
	const struct style_option *option = &line->options[OPTION_ALWAYS];

	line->row.always = str_eqz(option->value, "yes");
	if (option->place.line == 0 || line->row.always ||
	    str_eqz(option->value, "no"))
		return true;
	mistake(line->diag, option->place, "write always=yes or always=no");
	return false;
}

/* i= is an address or "@domain"; "%" is the author's domain. */
static bool
read_identity(struct line *line)
{
	const struct style_option *option = &line->options[OPTION_IDENTITY];
	struct str value = option->value;

	line->row.identity = value;
	if (option->place.line == 0 || (str_rchr(value, '@') < value.len &&
	    str_is_visible(value) && str_chr(value, ';') == value.len))
		return true;
	mistake(line->diag, option->place, "\"%.*s\" is no identity; write "
	    "user@example.com, @example.com or @%%", STR_ARG(value));
	return false;
}

/* Where no domain= is given: what the name says. */
static struct str
domain_of_who(struct arena *arena, struct str who)
{
	struct str domain = str_skip(who, str_rchr(who, '@') + 1), ascii;

	if (str_rchr(who, '@') == who.len)
		domain = who;
	if (domain.len > 0 && domain.ptr[0] == '.')
		domain = str_skip(domain, 1);
	return build_ascii(arena, domain, &ascii) ? ascii : STR_NONE;
}

static bool
add_rows(struct line *line, struct signing_table *table)
{
	struct str rest = line->who, who;
	bool has_domain = line->row.domain.len > 0;

	while (str_next(&rest, ',', &who)) {
		const char *why = who.len == 0 ? "is missing" :
		    build_name_wrong(line->arena, who);

		if (why != NULL) {
			mistake(line->diag, place_in(line, who.ptr),
			    "\"%.*s\" %s", STR_ARG(who), why);
			return false;
		}
		if (!has_domain)
			line->row.domain = domain_of_who(line->arena, who);
		if (!build_row(table, who, &line->row)) {
			mistake(line->diag, line->place, "more than %d rows",
			    LIMIT_SIGNING_ROWS);
			return false;
		}
	}
	return true;
}

static bool
read_line(struct line *line, struct styles *styles,
    struct signing_table *table)
{
	struct style_option *o = line->options;
	struct style_options style;
	bool good = read_options(line);

	style = (struct style_options){
		.headers = o[OPTION_HEADERS], .oversign = o[OPTION_OVERSIGN],
		.canonicalization = o[OPTION_CANONICALIZATION],
		.expire = o[OPTION_EXPIRE], .algorithm = o[OPTION_ALGORITHM]
	};
	line->row.style = styles_get(styles, &style, line->diag);
	good &= line->row.style != NULL;
	good &= read_domain(line);
	good &= read_always(line);
	good &= read_identity(line);
	good = good && read_keys(line);
	return good && add_rows(line, table);
}

struct signing_table *
signing_table_read(const char *path, struct diag *diag)
{
	struct signing_table *table = build_table(SIGNING_NEAREST, false);
	struct arena *arena = build_arena(table);
	struct source *source = build_source(arena, path, diag);
	struct styles *styles = styles_new(arena);
	struct source_lines lines;
	struct line line = { .arena = arena, .diag = diag };
	bool good = source != NULL;

	if (good)
		lines = source_lines(source);
	while (source != NULL && source_next_line(&lines, &line.text,
	    &line.place)) {
		struct line one = line;

		one.row.file = source->path;
		one.row.line = line.place.line;
		good &= read_line(&one, styles, table);
	}
	if (good)
		return table;
	signing_table_free(table);
	return NULL;
}
