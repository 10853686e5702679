#include "bounce/keys.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/crypto.h>

#include "base/limits.h"

/* "2  7c1f8e5d09b34a6e" */
static void
read_line(struct prvs_keys *keys, struct str line, struct place place,
    bool first, struct diag *diag)
{
	size_t end = 0;
	uint64_t number;
	struct str secret;

	while (end < line.len && !ascii_space(line.ptr[end]))
		end++;
	secret = str_trim(str_skip(line, end));
	if (!str_to_uint(str_slice(line, 0, end), PRVS_KEYS - 1, &number)) {
		mistake_unshown(diag, place, "a line begins with the key's "
		    "number, 0 to 9, and then the secret");
		return;
	}
	place = place_after(place, (size_t)(secret.ptr - line.ptr));
	if (keys->secrets[number].len > 0)
		mistake_unshown(diag, place, "there is a key %u already",
		    (unsigned)number);
	else if (secret.len < LIMIT_BOUNCE_SECRET_MIN ||
	    secret.len > LIMIT_BOUNCE_SECRET_MAX || !str_is_visible(secret))
		mistake_unshown(diag, place, "a secret is %d to %d visible "
		    "characters without blanks; make one with: openssl rand "
		    "-hex 16",
		    LIMIT_BOUNCE_SECRET_MIN, LIMIT_BOUNCE_SECRET_MAX);
	else
		keys->secrets[number] = secret;
	if (first)
		keys->current = (unsigned)number;
}

static bool
others_can_read(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && (st.st_mode & 077) != 0;
}

bool
bounce_keys_read(const struct source *source, struct prvs_keys *keys_out,
    struct diag *diag)
{
	size_t before = diag_count(diag, DIAG_ERROR), lines = 0;
	struct source_lines reader = source_lines(source);
	struct place place;
	struct str line;

	*keys_out = (struct prvs_keys){ .current = 0 };
	while (source_next_line(&reader, &line, &place))
		read_line(keys_out, line, place, lines++ == 0, diag);
	if (lines == 0)
		diag_add(diag, DIAG_ERROR, source->path, 0, 0, STR_NONE,
		    "there is no key; write a line such as 0 and what "
		    "\"openssl rand -hex 16\" prints");
	return diag_count(diag, DIAG_ERROR) == before;
}

bool
bounce_keys_load(struct arena *arena, const char *path,
    struct prvs_keys *keys_out, struct diag *diag)
{
	struct source *source;

	*keys_out = (struct prvs_keys){ .current = 0 };
	if (!source_read(arena, path, LIMIT_BOUNCE_KEYS_OCTETS, &source)) {
		diag_add(diag, DIAG_ERROR, path, 0, 0, STR_NONE,
		    "the keys of bounce tags cannot be read: %s", errno ==
		    EACCES ? "the user that assayd runs as must own them: "
		    "chown, chmod 600" : strerror(errno));
		return false;
	}
	if (!others_can_read(path))
		return bounce_keys_read(source, keys_out, diag);
	diag_add(diag, DIAG_ERROR, path, 0, 0, STR_NONE,
	    "others can read these secrets; chmod 600 the file");
	bounce_keys_read(source, keys_out, diag);
	return false;
}

void
bounce_keys_wipe(struct prvs_keys *keys)
{
	for (int i = 0; i < PRVS_KEYS; i++)
		if (keys->secrets[i].len > 0)
			OPENSSL_cleanse((void *)(uintptr_t)keys->secrets[i].ptr,
			    keys->secrets[i].len);
	*keys = (struct prvs_keys){ .current = 0 };
}
