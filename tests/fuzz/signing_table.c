/*
 * signing_table - tables of whose mail is signed, and who is found in them
 *
 * The first octet says what the rest is: our own table; or OpenDKIM's KeyTable
 * and SigningTable (plain or of patterns) with a NUL between them.  Whatever is
 * read must be found in its order, and each row must be one that a message can
 * be signed with.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/domain.h"
#include "base/ensure.h"
#include "signing/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const authors[] = {
	"ann@example.com", "@example.com", "a@b.c.example.com",
	"\xff@x.example", "user@example.net", "joe@xn--bcher-kva.example",
};

/* A file of these octets; its path is good until it is closed. */
static int
file_of(struct arena *arena, struct str text, const char **path_out)
{
	int fd = memfd_create("table", MFD_CLOEXEC);

	ensure(fd >= 0 && write(fd, text.ptr, text.len) ==
	    (ssize_t)text.len);
	*path_out = arena_printf(arena, "/proc/self/fd/%d", fd).ptr;
	return fd;
}

static void
check_row(const struct signing_row *row)
{
	ensure(row->key_count > 0 && row->style->wanted_count > 0);
	ensure(row->domain.len == 0 || domain_is_valid(row->domain));
	for (size_t i = 0; i < row->key_count; i++)
		ensure(row->keys[i].path.len > 0 || row->keys[i].inlined);
}

static void
find(const struct signing_table *table, struct arena *arena,
    struct str address, enum signing_pick pick)
{
	struct str domain = str_skip(address, str_rchr(address, '@') + 1);
	struct signing_rows found;

	signing_table_find(table, arena, address, domain, &found);
	ensure(found.list.count <= signing_table_count(table));
	ensure(pick != SIGNING_FIRST || found.list.count <= 1);
	for (size_t i = 0; i < found.list.count; i++)
		ensure(signing_table_at(table, found.list.at[i]->rank) ==
		    found.list.at[i]);
}

static struct signing_table *
read_table(struct arena *arena, unsigned kind, struct str text,
    struct diag *diag)
{
	struct str keys = str_slice(text, 0, str_chr(text, '\0'));
	struct str rows = str_skip(text, keys.len + 1);
	const char *key_path, *row_path;
	struct signing_table *table;
	int fds[2] = { -1, -1 };

	if (kind == 0) {
		fds[0] = file_of(arena, text, &row_path);
		table = signing_table_read(row_path, diag);
	} else {
		fds[0] = file_of(arena, keys, &key_path);
		fds[1] = file_of(arena, rows, &row_path);
		table = signing_table_opendkim(key_path, kind == 1 ?
		    row_path : arena_printf(arena, "refile:%s",
		    row_path).ptr, kind == 3, diag);
	}
	close(fds[0]);
	if (fds[1] >= 0)
		close(fds[1]);
	return table;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct diag *diag = diag_new();
	unsigned kind = size == 0 ? 0 : data[0] % 4;
	struct signing_table *table = read_table(arena, kind,
	    str_skip(str_make(data, size), 1), diag);

	ensure((table == NULL) == (diag_count(diag, DIAG_ERROR) > 0));
	for (size_t i = 0; table != NULL && i < signing_table_count(table);
	    i++)
		check_row(signing_table_at(table, i));
	for (size_t i = 0; table != NULL &&
	    i < sizeof(authors) / sizeof(authors[0]); i++)
		find(table, arena, str_from(authors[i]), kind == 0 ?
		    SIGNING_NEAREST : kind == 3 ? SIGNING_ALL :
		    SIGNING_FIRST);
	signing_table_free(table);
	diag_free(diag);
	arena_free(arena);
	return 0;
}
