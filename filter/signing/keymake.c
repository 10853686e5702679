#include "signing/keymake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signing/keydir.h"

enum { KEY_MODE = 0600 };

static bool
failed(struct arena *arena, struct str path, struct str *why_out)
{
	*why_out = arena_printf(arena, "%.*s: %s", STR_ARG(path),
	    strerror(errno));
	return false;
}

static bool
write_key(struct arena *arena, struct str path, enum dkim_key_type type,
    unsigned bits, uid_t owner, struct str *why_out)
{
	int fd = open(path.ptr, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    KEY_MODE);
	bool good;

	if (fd < 0)
		return failed(arena, path, why_out);
	errno = EIO;
	good = fchmod(fd, KEY_MODE) == 0 && (owner == (uid_t)-1 ||
	    fchown(fd, owner, (gid_t)-1) == 0) &&
	    dkim_make_key(type, bits, fd) && fsync(fd) == 0;
	if (!good)
		failed(arena, path, why_out);
	close(fd);
	return good;
}

bool
keymake(struct arena *arena, struct str directory, struct str domain,
    struct str selector, enum dkim_key_type type, unsigned bits, uid_t owner,
    bool *exists_out, struct str *why_out)
{
	struct str path = keydir_key(arena, directory, domain, selector);
	/* One that was left behind by a crash is nobody's. */
	struct str new = arena_printf(arena, "%s.new", path.ptr);
	bool good;

	*exists_out = false;
	if (access(path.ptr, F_OK) == 0) {
		*exists_out = true;
		errno = EEXIST;
		return failed(arena, path, why_out);
	}
	unlink(new.ptr);
	good = write_key(arena, new, type, bits, owner, why_out);
	if (good && link(new.ptr, path.ptr) != 0) {
		*exists_out = errno == EEXIST;
		good = failed(arena, path, why_out);
	}
	unlink(new.ptr);
	return good && keydir_sync(arena, path, why_out);
}
