#include "conf/settings.h"

#include <confuse.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/domain.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "conf/loader.h"

/* ---- names ---- */

/* SETTINGS where there is none. */
static size_t
find(struct str name)
{
	size_t i = 0;

	while (i < SETTINGS && !str_eqz(name, setting_table[i].name))
		i++;
	return i;
}

static void
report_unknown(struct loader *loader, struct str name, struct place place)
{
	const char *names[SETTINGS], *near;

	for (size_t i = 0; i < SETTINGS; i++)
		names[i] = setting_table[i].name;
	near = diag_nearest(name, names, SETTINGS);
	if (near != NULL)
		scan_mistake(&loader->scan, place, "unknown setting "
		    "\"%.*s\"; did you mean \"%s\"?", STR_ARG(name), near);
	else
		scan_mistake(&loader->scan, place, "unknown setting "
		    "\"%.*s\"; assay.conf(5) lists them all", STR_ARG(name));
}

/* Is the form of this setting what libconfuse will understand? */
static bool
item_fits(struct loader *loader, const struct scan_item *item)
{
	size_t i = find(item->name);

	if (i == SETTINGS) {
		report_unknown(loader, item->name, item->place);
		return false;
	}
	if (loader->given[i].item != NULL) {
		scan_mistake(&loader->scan, item->place, "\"%s\" stands here "
		    "again; it was set in line %u", setting_table[i].name,
		    loader->given[i].item->place.line);
		return false;
	}
	loader->given[i].item = item;
	if (item->list && setting_table[i].type != SETTING_LIST) {
		scan_mistake(&loader->scan, item->place, "\"%s\" takes one "
		    "value; write it without braces", setting_table[i].name);
		loader->given[i].item = NULL;
		return false;
	}
	return true;
}

/* ---- a file ---- */

/* For confuse_error(), which is given no context of ours. */
static struct loader *loading;

/* No mistake of form should be left for libconfuse to find. */
static void
confuse_error(cfg_t *cfg, const char *format, va_list ap)
{
	struct place place = { .line = (unsigned)cfg->line };
	struct str text = arena_vprintf(loading->scratch, format, ap);

	scan_mistake(&loading->scan, place, "%.*s", STR_ARG(text));
}

static void
take_values(struct loader *loader, cfg_t *cfg, size_t i)
{
	const struct scan_item *item = loader->given[i].item;
	unsigned count = cfg_size(cfg, setting_table[i].name);

	if (setting_table[i].type == SETTING_LIST)
		assign_empty_list(loader, i);
	for (unsigned n = 0; n < count && n < item->values.count; n++) {
		struct source source = {
			str_from(cfg_getnstr(cfg, setting_table[i].name, n)),
			item->values.at[n].place, item->values.at[n].quoted
		};

		assign_value(loader, i, &source);
	}
}

static void
parse_clean(struct loader *loader)
{
	cfg_opt_t options[SETTINGS + 1], end = CFG_END();
	cfg_t *cfg;

	for (size_t i = 0; i < SETTINGS; i++) {
		cfg_opt_t one = CFG_STR(setting_table[i].name, NULL,
		    CFGF_NODEFAULT);
		cfg_opt_t list = CFG_STR_LIST(setting_table[i].name, NULL,
		    CFGF_NODEFAULT);

		options[i] = setting_table[i].type == SETTING_LIST ?
		    list : one;
	}
	options[SETTINGS] = end;
	cfg = cfg_init(options, CFGF_NONE);
	ensure(cfg != NULL);
	loading = loader;
	cfg_set_error_function(cfg, confuse_error);
	if (cfg_parse_buf(cfg, loader->scan.clean) == CFG_SUCCESS)
		for (size_t i = 0; i < SETTINGS; i++)
			if (loader->given[i].item != NULL)
				take_values(loader, cfg, i);
	cfg_free(cfg);
	loading = NULL;
}

static void
read_text(struct loader *loader, struct str text)
{
	scan_text(&loader->scan, loader->scratch, text);
	for (size_t i = 0; i < loader->scan.items.count; i++)
		if (!item_fits(loader, &loader->scan.items.at[i]))
			scan_drop(&loader->scan, &loader->scan.items.at[i]);
	parse_clean(loader);
}

/* False: it cannot be read, and why is a mistake. */
static bool
read_file(struct loader *loader, const char *file, struct str *text_out)
{
	FILE *in = fopen(file, "re");
	char *text = arena_alloc(loader->scratch, LIMIT_SETTINGS_OCTETS + 1);
	struct place whole = { .line = 0 };
	size_t len;

	if (in == NULL) {
		scan_mistake(&loader->scan, whole, "cannot be opened: %s",
		    strerror(errno));
		return false;
	}
	errno = 0;
	len = fread(text, 1, LIMIT_SETTINGS_OCTETS + 1, in);
	if (ferror(in))
		scan_mistake(&loader->scan, whole, "cannot be read: %s",
		    strerror(errno));
	else if (len > LIMIT_SETTINGS_OCTETS)
		scan_mistake(&loader->scan, whole, "is larger than a "
		    "settings file may be (%d octets)",
		    LIMIT_SETTINGS_OCTETS);
	fclose(in);
	*text_out = str_make(text, len);
	return loader->scan.mistakes.count == 0;
}

/* ---- all of it ---- */

static void
fill_host_name(struct loader *loader)
{
	char name[LIMIT_DOMAIN_OCTETS + 1] = "";

	if (gethostname(name, sizeof(name) - 1) != 0 ||
	    !domain_is_valid(str_from(name)))
		snprintf(name, sizeof(name), "localhost");
	if (loader->settings->host_name[0] == '\0')
		loader->settings->host_name = arena_z(loader->arena,
		    str_from(name));
	if (loader->settings->authserv_id[0] == '\0')
		loader->settings->authserv_id = arena_z(loader->arena,
		    str_from(name));
}

static void
set_defaults(struct loader *loader)
{
	for (size_t i = 0; i < SETTINGS; i++) {
		struct source source = {
		    .text = str_from(setting_table[i].fallback) };

		assign_joined(loader, i, &source);
	}
	ensure(loader->scan.mistakes.count == 0);
}

static void
set_override(struct loader *loader, const char *text)
{
	struct str all = str_from(text);
	size_t equals = str_chr(all, '=');
	struct str name = str_slice(all, 0, equals);
	struct source source = { .text = str_skip(all, equals + 1),
	    .place = { 0, (unsigned)equals + 2, all } };
	struct place place = { 0, 1, all };
	size_t i = find(name);

	if (i == SETTINGS)
		report_unknown(loader, name, place);
	else if (equals == all.len)
		scan_mistake(&loader->scan, place, "\"=\" is missing after "
		    "\"%s\"; write --set %s=VALUE", text, text);
	else
		assign_joined(loader, i, &source);
}

static int
by_place(const void *a, const void *b)
{
	const struct place *p = &((const struct mistake *)a)->place;
	const struct place *q = &((const struct mistake *)b)->place;

	if (p->line != q->line)
		return p->line < q->line ? -1 : 1;
	return p->column < q->column ? -1 : p->column > q->column;
}

static void
report(struct loader *loader, const char *file, struct diag *diag)
{
	struct mistake *at = loader->scan.mistakes.at;
	size_t count = loader->scan.mistakes.count;

	if (count > 1)
		qsort(at, count, sizeof(*at), by_place);
	for (size_t i = 0; i < count; i++)
		diag_add(diag, DIAG_ERROR, file, at[i].place.line,
		    at[i].place.column, at[i].place.source, "%s", at[i].text);
	loader->scan.mistakes.count = 0;
}

/* Their own copy, for mistakes that show only when they are used. */
static void
keep_places(struct loader *loader)
{
	struct setting_place *places = arena_alloc(loader->arena,
	    SETTINGS * sizeof(*places));

	for (size_t i = 0; i < SETTINGS; i++) {
		const struct place *place = &loader->given[i].place;

		if (place->source.ptr == NULL)
			continue;
		/* An override stands in no line. */
		places[i] = (struct setting_place){
			.file = place->line == 0 ? "--set" :
			    loader->settings->file,
			.line = place->line, .column = place->column,
			.source = arena_copy(loader->arena, place->source) };
	}
	loader->settings->places = places;
}

void
settings_mistake(const struct settings *settings, const char *name,
    struct diag *diag, const char *why)
{
	const struct setting_place *place =
	    &settings->places[find(str_from(name))];

	if (place->file == NULL)
		diag_add(diag, DIAG_ERROR, name, 0, 0, STR_NONE, "%s", why);
	else
		diag_add(diag, DIAG_ERROR, place->file, place->line,
		    place->column, place->source, "%s", why);
}

/* The directory of a file, absolute; of NULL, where we stand. */
static const char *
directory_of(struct arena *arena, const char *file)
{
	char here[4096];
	struct str dir = str_from(file);

	dir.len = file == NULL || strrchr(file, '/') == NULL ? 0 :
	    (size_t)(strrchr(file, '/') - file);
	if (file != NULL && file[0] == '/')
		return arena_z(arena, dir);
	if (getcwd(here, sizeof(here)) == NULL)
		snprintf(here, sizeof(here), ".");
	return dir.len == 0 ? arena_z(arena, str_from(here)) :
	    arena_printf(arena, "%s/%.*s", here, STR_ARG(dir)).ptr;
}

/* text: NULL to read the file, if there is one. */
static struct settings *
load(const char *file, const struct str *text, const char *const *overrides,
    size_t override_count, struct diag *diag)
{
	size_t before = diag_count(diag, DIAG_ERROR);
	struct loader loader = { .arena = arena_new(),
	    .scratch = arena_new() };
	struct str read;

	loader.settings = xcalloc(1, sizeof(*loader.settings));
	loader.settings->owner = loader.arena;
	loader.settings->file = file == NULL ? NULL :
	    arena_z(loader.arena, str_from(file));
	loader.scan.arena = loader.scratch;
	loader.base = directory_of(loader.scratch, file);
	set_defaults(&loader);
	if (text != NULL)
		read_text(&loader, *text);
	else if (file != NULL && read_file(&loader, file, &read))
		read_text(&loader, read);
	together_check(&loader);
	report(&loader, file == NULL ? "" : file, diag);

	loader.base = directory_of(loader.scratch, NULL);
	for (size_t i = 0; i < override_count; i++)
		set_override(&loader, overrides[i]);
	if (override_count > 0 && diag_count(diag, DIAG_ERROR) == before)
		together_check(&loader);
	report(&loader, "--set", diag);
	fill_host_name(&loader);
	keep_places(&loader);
	arena_free(loader.scratch);
	if (diag_count(diag, DIAG_ERROR) > before) {
		settings_free(loader.settings);
		return NULL;
	}
	return loader.settings;
}

struct settings *
settings_load(const char *file, const char *const *overrides,
    size_t override_count, struct diag *diag)
{
	return load(file, NULL, overrides, override_count, diag);
}

struct settings *
settings_load_text(const char *file, struct str text,
    const char *const *overrides, size_t override_count, struct diag *diag)
{
	return load(file, &text, overrides, override_count, diag);
}

void
settings_free(struct settings *settings)
{
	if (settings == NULL)
		return;
	arena_free(settings->owner);
	free(settings);
}
