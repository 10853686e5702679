/* What log rotation leaves beside a log. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/vec.h"
#include "event/source.h"

struct sibling {
	const char	*path;
	struct timespec	 changed;
};

/* ".1", "-20261122", ".2.gz", "-20261122-1700000000.zst"; "" is the log. */
static bool
is_rotation(struct str suffix)
{
	static const struct str packings[] = {
		STR_INIT(".gz"), STR_INIT(".zst"),
	};

	for (size_t i = 0; i < sizeof(packings) / sizeof(packings[0]); i++)
		if (str_ends_nocase(suffix, packings[i]))
			suffix = str_slice(suffix, 0,
			    suffix.len - packings[i].len);
	for (size_t i = 0; i < suffix.len; i++)
		if (!ascii_digit(suffix.ptr[i]) && suffix.ptr[i] != '-' &&
		    (suffix.ptr[i] != '.' || i > 0))
			return false;
	return suffix.len == 0 || suffix.ptr[0] == '.' ||
	    suffix.ptr[0] == '-';
}

static int
by_age(const void *a, const void *b)
{
	const struct sibling *x = a, *y = b;

	if (x->changed.tv_sec != y->changed.tv_sec)
		return x->changed.tv_sec < y->changed.tv_sec ? -1 : 1;
	if (x->changed.tv_nsec != y->changed.tv_nsec)
		return x->changed.tv_nsec < y->changed.tv_nsec ? -1 : 1;
	return -strverscmp(x->path, y->path);
}

const char *const *
event_source_siblings(struct arena *arena, const char *path)
{
	struct str whole = str_from(path), name = whole;
	size_t slash = str_rchr(whole, '/');
	VEC(struct sibling) found = { 0 };
	const char **paths;
	struct dirent *entry;
	struct stat st;
	DIR *dir;

	if (slash < whole.len)
		name = str_skip(whole, slash + 1);
	dir = opendir(slash == whole.len ? "." : arena_z(arena,
	    str_slice(whole, 0, slash + 1)));
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		struct str other = str_from(entry->d_name);
		const char *at = arena_printf(arena, "%.*s%s",
		    (int)(whole.len - name.len), path, entry->d_name).ptr;

		if (str_eq(str_slice(other, 0, name.len), name) &&
		    is_rotation(str_skip(other, name.len)) &&
		    stat(at, &st) == 0 && S_ISREG(st.st_mode))
			VEC_PUSH(arena, &found, (struct sibling){ at,
			    st.st_mtim });
	}
	if (dir != NULL)
		closedir(dir);
	if (found.count > 0)
		qsort(found.at, found.count, sizeof(*found.at), by_age);
	paths = arena_alloc(arena, (found.count + 1) * sizeof(*paths));
	for (size_t i = 0; i < found.count; i++)
		paths[i] = found.at[i].path;
	return paths;
}
