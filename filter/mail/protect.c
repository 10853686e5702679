#include "mail/protect.h"

#include "base/buf.h"
#include "base/domain.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "base/vec.h"
#include "mail/near.h"
#include "mail/skeleton.h"

/* Shorter names differ by one letter without meaning each other. */
enum { NEAR_LABEL_OCTETS = 5 };

struct look {
	VEC(struct str)	words;
	struct str	joined;		/* without what is between them */
};

struct name {
	struct str	text;
	struct look	looks[SKELETON_READINGS];
};

struct domain {
	struct str	ascii, unicode;
	struct str	look;		/* its skeleton */
	struct str	dotted;		/* that with dots for "-", and one at
					 * each end */
	unsigned	labels;
	bool		may_be_near;
};

struct protect {
	struct arena	*arena;
	struct skeleton	*skeleton;
	struct name	*names;
	size_t		 name_count;
	struct domain	*domains;
	size_t		 domain_count;
};

/* ---- names ---- */

static struct look
look_at(const struct protect *protect, struct arena *arena, struct str name,
    enum skeleton_reading reading)
{
	struct str rest = skeleton_make(protect->skeleton, arena, name,
	    reading);
	struct look look = { 0 };
	struct buf joined;

	buf_init(&joined, arena, SIZE_MAX);
	while (rest.len > 0) {
		size_t len = 0, letter;

		while ((letter = skeleton_letter(str_skip(rest, len))) > 0)
			len += letter;
		if (len > 0)
			VEC_PUSH(arena, &look.words, str_slice(rest, 0, len));
		buf_add(&joined, str_slice(rest, 0, len));
		rest = str_skip(rest, len > 0 ? len : 1);
	}
	look.joined = buf_str(&joined);
	return look;
}

static bool
has_word(const struct look *look, struct str word)
{
	for (size_t i = 0; i < look->words.count; i++)
		if (str_eq(look->words.at[i], word))
			return true;
	return false;
}

static bool
shows(const struct look *shown, const struct look *wanted)
{
	for (size_t i = 0; i < wanted->words.count; i++)
		if (!has_word(shown, wanted->words.at[i]))
			return str_eq(shown->joined, wanted->joined);
	return true;
}

struct str
protect_name(const struct protect *protect, struct arena *arena,
    struct str text)
{
	for (int reading = 0; reading < SKELETON_READINGS &&
	    protect->name_count > 0; reading++) {
		struct look shown = look_at(protect, arena, text,
		    (enum skeleton_reading)reading);

		for (size_t i = 0; i < protect->name_count; i++)
			if (shows(&shown, &protect->names[i].looks[reading]))
				return protect->names[i].text;
	}
	return STR_NONE;
}

/* ---- domains ---- */

static struct domain
read_domain(const struct protect *protect, struct arena *arena,
    struct str ascii)
{
	struct domain domain = { .ascii = ascii,
	    .unicode = domain_to_unicode(arena, ascii),
	    .labels = domain_labels(ascii) };
	char *dotted;

	domain.look = skeleton_make(protect->skeleton, arena, domain.unicode,
	    SKELETON_WORDS);
	dotted = arena_z(arena, arena_printf(arena, ".%.*s.",
	    STR_ARG(domain.look)));
	domain.dotted = str_from(dotted);
	for (char *c = dotted; *c != '\0'; c++)
		if (*c == '-')
			*c = '.';
	return domain;
}

static bool
contains(struct str text, struct str part)
{
	return memmem(text.ptr, text.len, part.ptr, part.len) != NULL;
}

static enum likeness
compare(const struct domain *shown, const struct domain *wanted)
{
	struct str look = domain_last_labels(shown->look, wanted->labels);
	struct str unicode = domain_last_labels(shown->unicode,
	    wanted->labels);

	if (str_eq(look, wanted->look))
		return LIKENESS_HOMOGRAPH;
	if (contains(shown->dotted, wanted->dotted))
		return LIKENESS_SUBDOMAIN;
	if (wanted->may_be_near && (near_is(look, wanted->look) ||
	    near_is(unicode, wanted->unicode)))
		return LIKENESS_NEAR;
	return LIKENESS_NONE;
}

static bool
is_protected(const struct protect *protect, struct str domain)
{
	for (size_t i = 0; i < protect->domain_count; i++)
		if (domain_is_under(domain, protect->domains[i].ascii))
			return true;
	return false;
}

enum likeness
protect_domain(const struct protect *protect, struct arena *arena,
    struct str ascii, struct str *protected_out)
{
	enum likeness found = LIKENESS_NONE;
	struct domain shown;

	if (protect->domain_count == 0 || is_protected(protect, ascii))
		return LIKENESS_NONE;
	shown = read_domain(protect, arena, ascii);
	for (size_t i = 0; i < protect->domain_count &&
	    found == LIKENESS_NONE; i++) {
		found = compare(&shown, &protect->domains[i]);
		*protected_out = protect->domains[i].ascii;
	}
	return found;
}

const char *
likeness_name(enum likeness likeness)
{
	static const char *const names[] = {
		[LIKENESS_NONE] = NULL, [LIKENESS_HOMOGRAPH] = "homograph",
		[LIKENESS_SUBDOMAIN] = "subdomain", [LIKENESS_NEAR] = "near",
	};

	return names[likeness];
}

/* ---- both ---- */

static void
add_name(struct protect *protect, const char *z)
{
	struct name *name = &protect->names[protect->name_count];

	name->text = arena_copy(protect->arena, str_from(z));
	for (int reading = 0; reading < SKELETON_READINGS; reading++)
		name->looks[reading] = look_at(protect, protect->arena,
		    name->text, (enum skeleton_reading)reading);
	/* Without a letter every name would show it. */
	protect->name_count += name->looks[0].words.count > 0;
}

static void
add_domain(struct protect *protect, const char *z)
{
	struct domain *domain = &protect->domains[protect->domain_count];
	struct str ascii, label, rest;

	if (!domain_to_ascii(protect->arena, str_from(z), &ascii))
		return;
	*domain = read_domain(protect, protect->arena, ascii);
	/* The top label says nothing of whose it is. */
	for (rest = ascii; str_next(&rest, '.', &label) && rest.ptr != NULL;)
		domain->may_be_near |= label.len >= NEAR_LABEL_OCTETS;
	protect->domain_count++;
}

struct protect *
protect_new(const struct protect_options *options)
{
	struct arena *arena = arena_new();
	struct protect *protect = arena_alloc(arena, sizeof(*protect));

	ensure(options->name_count <= LIMIT_PROTECTED &&
	    options->domain_count <= LIMIT_PROTECTED);
	protect->arena = arena;
	protect->skeleton = skeleton_open(arena);
	protect->names = arena_alloc(arena,
	    options->name_count * sizeof(*protect->names));
	protect->domains = arena_alloc(arena,
	    options->domain_count * sizeof(*protect->domains));
	for (size_t i = 0; i < options->name_count; i++)
		add_name(protect, options->names[i]);
	for (size_t i = 0; i < options->domain_count; i++)
		add_domain(protect, options->domains[i]);
	return protect;
}

void
protect_free(struct protect *protect)
{
	if (protect == NULL)
		return;
	skeleton_close(protect->skeleton);
	arena_free(protect->arena);
}
