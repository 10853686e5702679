#include "tests/unit/signing/signing_test.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "signing/keydir.h"

static struct str
directory(void)
{
	struct str path = str_from(files_path(""));

	return str_slice(path, 0, path.len - 1);
}

START_TEST(what_is_written_is_read)
{
	struct arena *arena = arena_new();
	struct keydir keydir = { 0 }, again;
	struct str why = STR_NONE;

	mkdir(files_path("example.com"), 0700);
	VEC_PUSH(arena, &keydir.entries, (struct keydir_entry){
	    STR("a"), KEYDIR_ACTIVE, 1700000000 });
	VEC_PUSH(arena, &keydir.entries, (struct keydir_entry){
	    STR("b.c"), KEYDIR_WAITING, 1700000001 });
	ck_assert(keydir_write(arena, directory(), STR("example.com"),
	    &keydir, &why));
	ck_assert(keydir_read(arena, directory(), STR("example.com"), &again,
	    &why));
	ck_assert_uint_eq(again.entries.count, 2);
	assert_str(again.entries.at[1].selector, "b.c");
	ck_assert_int_eq(again.entries.at[1].state, KEYDIR_WAITING);
	ck_assert_int_eq(again.entries.at[1].since, 1700000001);
	ck_assert_ptr_eq(keydir_find(&again, STR("A")), &again.entries.at[0]);
	ck_assert_ptr_null(keydir_find(&again, STR("x")));
	ck_assert_int_ne(access(files_path("example.com/selectors.new"),
	    F_OK), 0);
	arena_free(arena);
}
END_TEST

/* The daemon has to read it, whatever the umask of whoever rotates. */
START_TEST(everybody_may_read_what_is_written)
{
	struct arena *arena = arena_new();
	struct keydir keydir = { 0 };
	struct str why = STR_NONE;
	mode_t before = umask(077);
	struct stat st;
	bool good;

	mkdir(files_path("example.com"), 0700);
	good = keydir_write(arena, directory(), STR("example.com"), &keydir,
	    &why);
	umask(before);
	ck_assert(good);
	ck_assert_int_eq(stat(files_path("example.com/selectors"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0644);
	arena_free(arena);
}
END_TEST

/* Root must not write where a link of the directory's owner leads. */
START_TEST(links_are_not_followed)
{
	struct arena *arena = arena_new();
	struct keydir keydir = { 0 };
	struct str why = STR_NONE;
	struct stat st;

	mkdir(files_path("example.com"), 0700);
	files_write("victim", "untouched", 0600);
	ck_assert_int_eq(symlink("../victim",
	    files_path("example.com/selectors.new")), 0);
	ck_assert(keydir_write(arena, directory(), STR("example.com"),
	    &keydir, &why));
	ck_assert_int_eq(stat(files_path("victim"), &st), 0);
	ck_assert_int_eq(st.st_size, strlen("untouched"));
	ck_assert_int_eq(lstat(files_path("example.com/selectors"), &st), 0);
	ck_assert(S_ISREG(st.st_mode));
	arena_free(arena);
}
END_TEST

static const char *const broken[] = {
	"a active", "a active x", "a activ 1", "a active 1 x", "a/b active 1",
	"a active -1",
};

START_TEST(broken_file_is_told)
{
	struct arena *arena = arena_new();
	struct keydir keydir;
	struct str why = STR_NONE;

	mkdir(files_path("example.com"), 0700);
	files_write("example.com/selectors", broken[_i], 0644);
	ck_assert(!keydir_read(arena, directory(), STR("example.com"),
	    &keydir, &why));
	ck_assert(str_ends_nocase(why, STR("selectors:1: no \"SELECTOR "
	    "STATE SINCE\"")));
	arena_free(arena);
}
END_TEST

START_TEST(no_file_has_no_entries)
{
	struct arena *arena = arena_new();
	struct keydir keydir;
	struct str why = STR_NONE;

	ck_assert(keydir_read(arena, directory(), STR("example.com"),
	    &keydir, &why));
	ck_assert_uint_eq(keydir.entries.count, 0);
	ck_assert(!keydir_write(arena, directory(), STR("example.com"),
	    &keydir, &why));
	ck_assert(str_ends_nocase(why, STR("No such file or directory")));
	arena_free(arena);
}
END_TEST

void
add_keydir_tests(TCase *tc)
{
	tcase_add_test(tc, what_is_written_is_read);
	tcase_add_test(tc, everybody_may_read_what_is_written);
	tcase_add_test(tc, links_are_not_followed);
	tcase_add_loop_test(tc, broken_file_is_told, 0, TEST_COUNT(broken));
	tcase_add_test(tc, no_file_has_no_entries);
}
