#include "signing/style.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/value.h"

#define OVER(name)	{ STR_INIT(name), DKIM_OVER }
#define FILLED(name)	{ STR_INIT(name), DKIM_OVER_IF_THERE }
#define PLAIN(name)	{ STR_INIT(name), DKIM_NOT_OVER }

/* RFC 6376 section 5.4.1, RFC 8058 section 4. */
static const struct dkim_wanted default_wanted[] = {
	OVER("From"), OVER("To"), OVER("Cc"), OVER("Subject"), FILLED("Date"),
	OVER("Reply-To"), FILLED("Message-ID"), OVER("MIME-Version"),
	OVER("Content-Type"), OVER("Content-Transfer-Encoding"),
	OVER("List-Unsubscribe"), OVER("List-Unsubscribe-Post"),
	PLAIN("Sender"), PLAIN("In-Reply-To"), PLAIN("References"),
	PLAIN("Content-ID"), PLAIN("Content-Description"), PLAIN("List-Id"),
	PLAIN("List-Help"), PLAIN("List-Subscribe"), PLAIN("List-Post"),
	PLAIN("List-Owner"), PLAIN("List-Archive"), PLAIN("Autocrypt"),
};

enum { DEFAULTS = sizeof(default_wanted) / sizeof(default_wanted[0]),
       REMEMBERED = 64 };

static const struct signing_style the_default = {
	.wanted = default_wanted, .wanted_count = DEFAULTS,
	.header_form = DKIM_FORM_RELAXED, .body_form = DKIM_FORM_RELAXED,
};

const struct signing_style *
style_default(void)
{
	return &the_default;
}

struct styles {
	struct arena	*arena;
	size_t		 count;
	struct {
		struct str			 text;
		const struct signing_style	*style;
	} made[REMEMBERED];
};

struct styles *
styles_new(struct arena *arena)
{
	struct styles *styles = arena_alloc(arena, sizeof(*styles));

	styles->arena = arena;
	return styles;
}

/* ---- fields ---- */

typedef VEC(struct dkim_wanted) wanted_t;

/* RFC 5322 section 3.6.8, and no ";", which would end h=. */
static bool
name_is_valid(struct str name)
{
	return name.len > 0 && name.len <= LIMIT_FIELD_NAME_OCTETS &&
	    str_is_visible(name) && str_chr(name, ';') == name.len;
}

static enum dkim_over
over_for(struct str name)
{
	return str_eqz_nocase(name, "Date") ||
	    str_eqz_nocase(name, "Message-ID") ? DKIM_OVER_IF_THERE :
	    DKIM_OVER;
}

static void
add_field(struct arena *arena, wanted_t *wanted, struct str name, bool over)
{
	for (size_t i = 0; i < wanted->count; i++)
		if (str_eq_nocase(wanted->at[i].name, name)) {
			if (over)
				wanted->at[i].over = over_for(name);
			return;
		}
	VEC_PUSH(arena, wanted, (struct dkim_wanted){ name, over ?
	    over_for(name) : DKIM_NOT_OVER });
}

static bool
is_left_out(struct str name)
{
	static const char *const changed[] = { "Received", "Return-Path",
	    "DKIM-Signature", "Authentication-Results", "Bcc" };

	for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++)
		if (str_eqz_nocase(name, changed[i]))
			return true;
	return str_starts_nocase(name, STR("ARC-"));
}

/* "From:To:default"; all names are over-signed where over says so. */
static bool
read_fields(struct arena *arena, const struct style_option *option,
    bool over, wanted_t *wanted, struct diag *diag)
{
	struct str rest = option->value, name;

	while (str_next(&rest, ':', &name)) {
		struct place place = place_after(option->place,
		    (size_t)(name.ptr - option->value.ptr));

		if (str_eqz_nocase(name, "default")) {
			for (size_t i = 0; i < DEFAULTS; i++)
				if (!over || default_wanted[i].over !=
				    DKIM_NOT_OVER)
					add_field(arena, wanted,
					    default_wanted[i].name, over);
			continue;
		}
		if (!name_is_valid(name)) {
			mistake(diag, place, "\"%.*s\" is no name of a field; "
			    "names stand with a colon between them, as in "
			    "From:To:Subject", STR_ARG(name));
			return false;
		}
		if (is_left_out(name)) {
			mistake(diag, place, "%.*s is changed or removed on "
			    "the way, so signing it breaks the signature",
			    STR_ARG(name));
			return false;
		}
		add_field(arena, wanted, name, over);
	}
	return true;
}

static bool
choose_fields(struct arena *arena, struct signing_style *style,
    const struct style_options *options, struct diag *diag)
{
	static const struct style_option fallback = {
		.value = STR_INIT("default") };
	bool has_headers = options->headers.place.line > 0;
	bool has_over = options->oversign.place.line > 0;
	wanted_t wanted = { 0 };

	if (!has_headers && !has_over)
		return true;
	if (!read_fields(arena, has_headers ? &options->headers : &fallback,
	    false, &wanted, diag))
		return false;
	/* RFC 6376 section 5.4 */
	add_field(arena, &wanted, STR("From"), true);
	if (has_over && str_eqz_nocase(options->oversign.value, "all")) {
		for (size_t i = 0; i < wanted.count; i++)
			wanted.at[i].over = over_for(wanted.at[i].name);
	} else if (has_over && str_eqz_nocase(options->oversign.value,
	    "none")) {
		;
	} else if (has_over) {
		if (!read_fields(arena, &options->oversign, true, &wanted,
		    diag))
			return false;
	} else {
		/* What the default over-signs, as far as it is signed. */
		for (size_t i = 0; i < wanted.count; i++)
			for (size_t j = 0; j < DEFAULTS; j++)
				if (str_eq_nocase(wanted.at[i].name,
				    default_wanted[j].name))
					wanted.at[i].over =
					    default_wanted[j].over;
	}
	style->wanted = wanted.at;
	style->wanted_count = wanted.count;
	return true;
}

/* ---- the other options ---- */

static bool
read_forms(const struct style_option *option, struct signing_style *style,
    struct diag *diag)
{
	static const struct {
		const char	*text;
		enum dkim_form	 header, body;
	} rows[] = {
		{ "relaxed/relaxed", DKIM_FORM_RELAXED, DKIM_FORM_RELAXED },
		{ "relaxed/simple", DKIM_FORM_RELAXED, DKIM_FORM_SIMPLE },
		{ "simple/relaxed", DKIM_FORM_SIMPLE, DKIM_FORM_RELAXED },
		{ "simple/simple", DKIM_FORM_SIMPLE, DKIM_FORM_SIMPLE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (str_eqz_nocase(option->value, rows[i].text)) {
			style->header_form = rows[i].header;
			style->body_form = rows[i].body;
			return true;
		}
	mistake(diag, option->place, "\"%.*s\" is no canonicalization; write "
	    "relaxed/relaxed, relaxed/simple, simple/relaxed or "
	    "simple/simple (header/body)", STR_ARG(option->value));
	return false;
}

static bool
read_expire(const struct style_option *option, struct signing_style *style,
    struct diag *diag)
{
	uint64_t ms;

	if (value_time(option->value, &ms) && ms >= 60 * 1000 &&
	    ms / 1000 <= LIMIT_SIGNING_LIFETIME) {
		style->lifetime = (int64_t)(ms / 1000);
		return true;
	}
	mistake(diag, option->place, "\"%.*s\" is no lifetime; write for "
	    "example 7d, from 1m to 3650d", STR_ARG(option->value));
	return false;
}

static bool
read_algorithms(const struct style_option *option,
    struct signing_style *style, struct diag *diag)
{
	static const char *const words[] = { "rsa", "ed25519" };
	static const unsigned bits[] = { 1u << DKIM_KEY_RSA,
					 1u << DKIM_KEY_ED25519 };
	struct str rest = option->value, word;

	while (str_next(&rest, ',', &word)) {
		unsigned found = 0;

		for (size_t i = 0; i < 2; i++)
			if (str_eqz_nocase(word, words[i]))
				found = bits[i];
		if (found == 0) {
			mistake(diag, place_after(option->place,
			    (size_t)(word.ptr - option->value.ptr)),
			    "\"%.*s\" is no algorithm; write rsa, ed25519 or "
			    "rsa,ed25519", STR_ARG(word));
			return false;
		}
		style->types |= found;
	}
	return true;
}

static bool
make_style(struct arena *arena, const struct style_options *options,
    struct signing_style *style, struct diag *diag)
{
	bool good = choose_fields(arena, style, options, diag);

	if (options->canonicalization.place.line > 0)
		good &= read_forms(&options->canonicalization, style, diag);
	if (options->expire.place.line > 0)
		good &= read_expire(&options->expire, style, diag);
	if (options->algorithm.place.line > 0)
		good &= read_algorithms(&options->algorithm, style, diag);
	return good;
}

/* Equal options have one text. */
static struct str
text_of(struct arena *arena, const struct style_options *options)
{
	const struct style_option *all[] = { &options->headers,
	    &options->oversign, &options->canonicalization, &options->expire,
	    &options->algorithm };
	struct buf text;

	buf_init(&text, arena, SIZE_MAX);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		buf_printf(&text, "%c%.*s ", all[i]->place.line > 0 ? '=' :
		    '-', STR_ARG(all[i]->value));
	return buf_str(&text);
}

static bool
has_options(const struct style_options *options)
{
	return options->headers.place.line > 0 ||
	    options->oversign.place.line > 0 ||
	    options->canonicalization.place.line > 0 ||
	    options->expire.place.line > 0 ||
	    options->algorithm.place.line > 0;
}

const struct signing_style *
styles_get(struct styles *styles, const struct style_options *options,
    struct diag *diag)
{
	struct signing_style *style;
	struct arena *scratch;
	struct str text;
	size_t at = 0;

	if (!has_options(options))
		return &the_default;
	scratch = arena_new();
	text = text_of(scratch, options);
	while (at < styles->count && !str_eq(styles->made[at].text, text))
		at++;
	if (at < styles->count) {
		arena_free(scratch);
		return styles->made[at].style;
	}
	style = arena_alloc(styles->arena, sizeof(*style));
	*style = the_default;
	if (!make_style(styles->arena, options, style, diag)) {
		arena_free(scratch);
		return NULL;
	}
	if (styles->count < REMEMBERED) {
		styles->made[at].text = arena_copy(styles->arena, text);
		styles->made[at].style = style;
		styles->count++;
	}
	arena_free(scratch);
	return style;
}
