#include "signing/keydir.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/domain.h"
#include "base/limits.h"
#include "base/source.h"

static const char *const state_names[KEYDIR_STATES] = {
	[KEYDIR_WAITING] = "waiting", [KEYDIR_ACTIVE] = "active",
	[KEYDIR_RETIRED] = "retired", [KEYDIR_GONE] = "gone",
};

static struct str
in_directory(struct arena *arena, struct str directory, struct str domain,
    struct str name, const char *suffix)
{
	const char *slash = directory.len > 0 &&
	    directory.ptr[directory.len - 1] == '/' ? "" : "/";

	return arena_printf(arena, "%.*s%s%.*s/%.*s%s", STR_ARG(directory),
	    slash, STR_ARG(domain), STR_ARG(name), suffix);
}

struct str
keydir_selectors(struct arena *arena, struct str directory,
    struct str domain)
{
	return in_directory(arena, directory, domain, STR("selectors"), "");
}

struct str
keydir_key(struct arena *arena, struct str directory, struct str domain,
    struct str selector)
{
	return in_directory(arena, directory, domain, selector, ".pem");
}

static bool
next_word(struct str *rest, struct str *word_out)
{
	size_t len = 0;

	*rest = str_trim(*rest);
	while (len < rest->len && !ascii_space(rest->ptr[len]))
		len++;
	*word_out = str_slice(*rest, 0, len);
	*rest = str_skip(*rest, len);
	return len > 0;
}

static bool
read_state(struct str word, enum keydir_state *state_out)
{
	for (int i = 0; i < KEYDIR_STATES; i++)
		if (str_eqz(word, state_names[i])) {
			*state_out = (enum keydir_state)i;
			return true;
		}
	return false;
}

static bool
read_entry(struct arena *arena, struct str line, struct keydir_entry *entry)
{
	struct str selector, state, since;
	uint64_t time;

	if (!next_word(&line, &selector) || !next_word(&line, &state) ||
	    !next_word(&line, &since) || str_trim(line).len > 0 ||
	    !domain_to_ascii(arena, selector, &entry->selector) ||
	    !read_state(state, &entry->state) ||
	    !str_to_uint(since, INT64_MAX, &time))
		return false;
	entry->since = (int64_t)time;
	return true;
}

bool
keydir_read(struct arena *arena, struct str directory, struct str domain,
    struct keydir *keydir_out, struct str *why_out)
{
	struct str path = keydir_selectors(arena, directory, domain);
	struct source *source;
	struct source_lines lines;
	struct place place;
	struct str line;

	*keydir_out = (struct keydir){ 0 };
	if (!source_read(arena, path.ptr, LIMIT_SELECTORS_OCTETS, &source)) {
		bool none = errno == ENOENT;

		*why_out = arena_printf(arena, "%s: %s", path.ptr, errno ==
		    EACCES ? "may not be read: the user that signs must be "
		    "let into its directory, or own it" : strerror(errno));
		return none;
	}
	lines = source_lines(source);
	while (source_next_line(&lines, &line, &place)) {
		struct keydir_entry entry;

		if (!read_entry(arena, line, &entry)) {
			*why_out = arena_printf(arena, "%s:%u: no \"SELECTOR "
			    "STATE SINCE\"", path.ptr, place.line);
			return false;
		}
		VEC_PUSH(arena, &keydir_out->entries, entry);
	}
	return true;
}

struct keydir_entry *
keydir_find(const struct keydir *keydir, struct str selector)
{
	for (size_t i = 0; i < keydir->entries.count; i++)
		if (str_eq_nocase(keydir->entries.at[i].selector, selector))
			return &keydir->entries.at[i];
	return NULL;
}

static bool
failed(struct arena *arena, struct str path, struct str *why_out)
{
	*why_out = arena_printf(arena, "%.*s: %s", STR_ARG(path),
	    strerror(errno));
	return false;
}

static bool
write_all(int fd, struct str text)
{
	while (text.len > 0) {
		ssize_t n = write(fd, text.ptr, text.len);

		if (n < 0 && errno != EINTR)
			return false;
		text = str_skip(text, n > 0 ? (size_t)n : 0);
	}
	return fsync(fd) == 0;
}

bool
keydir_sync(struct arena *arena, struct str path, struct str *why_out)
{
	struct str directory = arena_printf(arena, "%.*s",
	    (int)str_rchr(path, '/'), path.ptr);
	int fd = open(directory.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* Some file systems have nothing to sync. */
	bool good = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);

	if (!good)
		failed(arena, directory, why_out);
	if (fd >= 0)
		close(fd);
	return good;
}

bool
keydir_write(struct arena *arena, struct str directory, struct str domain,
    const struct keydir *keydir, struct str *why_out)
{
	struct str path = keydir_selectors(arena, directory, domain);
	struct str new = arena_printf(arena, "%s.new", path.ptr);
	struct buf text;
	bool good;
	int fd;

	if (unlink(new.ptr) != 0 && errno != ENOENT)
		return failed(arena, new, why_out);
	buf_init(&text, arena, SIZE_MAX);
	buf_addz(&text, "# written by assay key: SELECTOR STATE SINCE\n");
	for (size_t i = 0; i < keydir->entries.count; i++) {
		const struct keydir_entry *entry = &keydir->entries.at[i];

		buf_printf(&text, "%.*s %s %" PRId64 "\n",
		    STR_ARG(entry->selector), state_names[entry->state],
		    entry->since);
	}
	/* The directory may be another user's: no link of theirs is followed.
	 * That user has to read it, whatever our umask. */
	fd = open(new.ptr, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	good = fd >= 0 && fchmod(fd, 0644) == 0 &&
	    write_all(fd, buf_str(&text));
	if (fd >= 0)
		good &= close(fd) == 0;
	if (!good || rename(new.ptr, path.ptr) != 0)
		return failed(arena, new, why_out);
	return keydir_sync(arena, path, why_out);
}

/* Whoever owns the directory around it may have put a link in its place. */
static bool
give_to(const char *name, uid_t owner)
{
	int fd = open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool good = fd >= 0 && fchown(fd, owner, (gid_t)-1) == 0;

	if (fd >= 0)
		close(fd);
	return good;
}

static bool
make_directory(struct arena *arena, struct str path, uid_t owner,
    struct str *why_out)
{
	const char *name = arena_z(arena, path);

	if (mkdir(name, 0700) == 0 ? owner == (uid_t)-1 ||
	    give_to(name, owner) : errno == EEXIST)
		return true;
	return failed(arena, path, why_out);
}

int
keydir_lock(struct arena *arena, struct str directory, struct str domain,
    uid_t owner, struct str *why_out)
{
	struct str path = keydir_selectors(arena, directory, domain);
	int fd;

	path = arena_printf(arena, "%.*s", (int)str_rchr(path, '/'),
	    path.ptr);
	if (!make_directory(arena, directory, owner, why_out) ||
	    !make_directory(arena, path, owner, why_out))
		return -1;
	fd = open(path.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	*why_out = arena_printf(arena, "%s: %s", path.ptr, errno ==
	    EWOULDBLOCK ? "another assay key is at work on it" :
	    strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}
