#include "wire/privacy.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/source.h"

/* A secret that others can read hides nothing from them. */
static void
warn_of_readers(const char *path, const char *name)
{
	struct stat st;

	if (stat(path, &st) == 0 && (st.st_mode & S_IRWXO) != 0)
		log_warn("%s: others can read the secret of %s: chmod 0640",
		    path, name);
}

bool
wire_secret(const struct settings *settings, const char *name,
    const char *path, struct arena *arena, struct diag *diag,
    struct str *key_out)
{
	struct source *source;

	if (!source_read(arena, path, LIMIT_PRIVACY_KEY_MAX, &source)) {
		settings_mistake(settings, name, diag, arena_z(arena,
		    arena_printf(arena, "%s: %s", path, strerror(errno))));
		return false;
	}
	*key_out = str_trim(source->text);
	if (key_out->len < LIMIT_PRIVACY_KEY_MIN) {
		settings_mistake(settings, name, diag, "a secret "
		    "has 16 octets at least; make one with \"openssl rand "
		    "-hex 32\"");
		return false;
	}
	warn_of_readers(path, name);
	return true;
}

static bool
read_key(const struct settings *settings, struct arena *arena,
    struct diag *diag, struct str *key_out)
{
	const char *path = settings->privacy_key;

	if (path[0] != '\0')
		return wire_secret(settings, "privacy_key", path, arena, diag,
		    key_out);
	settings_mistake(settings, "privacy", diag, "hashes need a "
	    "key: name a file in privacy_key");
	return false;
}

bool
wire_privacy(const struct settings *settings, struct arena *arena,
    struct diag *diag, struct privacy *privacy_out)
{
	*privacy_out = (struct privacy){ 0 };
	for (size_t i = 0; i < settings->privacy.count; i++)
		privacy_out->bits |=
		    privacy_find(str_from(settings->privacy.at[i]));
	return (privacy_out->bits & (PRIVACY_HASH_RECIPIENTS |
	    PRIVACY_HASH_SENDERS)) == 0 ||
	    read_key(settings, arena, diag, &privacy_out->key);
}
