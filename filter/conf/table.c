#include <string.h>

#include "base/hash.h"
#include "conf/loader.h"

enum { START = false, RELOAD = true };

const struct setting_info setting_table[] = {
#define SETTING(id, name, type, def, reload, doc) \
	{ name, def, doc, SETTING_##type, reload },
#include "conf/settings.def"
#undef SETTING
};

const size_t setting_count = SETTINGS;

static const size_t offsets[] = {
#define SETTING(id, name, type, def, reload, doc) offsetof(struct settings, id),
#include "conf/settings.def"
#undef SETTING
};

void *
settings_field(struct settings *settings, size_t i)
{
	return (char *)settings + offsets[i];
}

static bool
same_list(const struct setting_list *a, const struct setting_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->at[i], b->at[i]) != 0)
			return false;
	return true;
}

static bool
same(const struct settings *a, const struct settings *b, size_t i)
{
	const void *x = (const char *)a + offsets[i];
	const void *y = (const char *)b + offsets[i];

	switch (setting_table[i].type) {
	case SETTING_LIST:
		return same_list(x, y);
	case SETTING_NUMBER:
	case SETTING_SIZE:
	case SETTING_TIME:
		return *(const uint64_t *)x == *(const uint64_t *)y;
	case SETTING_TEXT:
	case SETTING_PATH:
	case SETTING_WORD:
		break;
	}
	return strcmp(*(const char *const *)x, *(const char *const *)y) == 0;
}

const char *
settings_needs_restart(const struct settings *running,
    const struct settings *loaded, size_t *next)
{
	while (*next < SETTINGS) {
		size_t i = (*next)++;

		if (!setting_table[i].reload && !same(running, loaded, i))
			return setting_table[i].name;
	}
	return NULL;
}

bool
settings_same(const struct settings *a, const struct settings *b,
    const char *prefix)
{
	for (size_t i = 0; i < SETTINGS; i++)
		if (strncmp(setting_table[i].name, prefix, strlen(prefix)) ==
		    0 && !same(a, b, i))
			return false;
	return true;
}

static uint64_t
mix(uint64_t sum, struct str text)
{
	return hash_siphash13(text, (const uint64_t[2]){ sum, 0 });
}

uint64_t
settings_checksum(const struct settings *settings)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < SETTINGS; i++) {
		const void *field = (const char *)settings + offsets[i];
		const struct setting_list *list = field;

		switch (setting_table[i].type) {
		case SETTING_LIST:
			for (size_t n = 0; n < list->count; n++)
				sum = mix(sum, str_from(list->at[n]));
			sum = mix(sum, STR("list"));
			break;
		case SETTING_NUMBER:
		case SETTING_SIZE:
		case SETTING_TIME:
			sum = mix(sum, str_make(field, sizeof(uint64_t)));
			break;
		case SETTING_TEXT:
		case SETTING_PATH:
		case SETTING_WORD:
			sum = mix(sum,
			    str_from(*(const char *const *)field));
			break;
		}
	}
	return sum;
}
