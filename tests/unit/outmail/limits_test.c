/*
 * What base/limits.h has for mail of our own: the last that is taken, and one
 * more.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "outmail/message.h"
#include "outmail/route.h"
#include "tests/unit/outmail/outmail_test.h"

static struct arena *arena;
static char directory[64];

static void
set_up(void)
{
	arena = arena_new();
	snprintf(directory, sizeof(directory), "/tmp/outmail-XXXXXX");
	ck_assert_ptr_ne(mkdtemp(directory), NULL);
}

static void
tear_down(void)
{
	rmdir(directory);
	arena_free(arena);
}

static const char *
path_to(const char *name)
{
	return arena_printf(arena, "%s/%s", directory, name).ptr;
}

static const struct str to[] = { STR_INIT("owner@example.net") };

static struct outmail_head
head(void)
{
	return (struct outmail_head){ .from = STR("dmarc@example.com"),
	    .to = to, .to_count = 1, .subject = STR("Report"),
	    .date = 1795379400, .message_id = STR("1@example.com") };
}

/* ---- a mail ---- */

static struct str
letters(size_t count)
{
	char *text = arena_alloc(arena, count);

	memset(text, 'x', count);
	return str_make(text, count);
}

/* LIMIT_LOCAL_PART_OCTETS, LIMIT_MAILBOX_OCTETS */
START_TEST(addresses_of_greatest_length)
{
	struct str label = letters(61);
	struct str domain = arena_printf(arena, "%.*s.%.*s.%.*s",
	    STR_ARG(label), STR_ARG(label), STR_ARG(label));

	ck_assert(outmail_is_address(arena_printf(arena,
	    "%.*s@example.com", STR_ARG(letters(64)))));
	ck_assert(!outmail_is_address(arena_printf(arena,
	    "%.*s@example.com", STR_ARG(letters(65)))));
	/* 64 + 1 + 3 * 61 + 2 and a label more: 254, 255 octets. */
	ck_assert(outmail_is_address(arena_printf(arena, "%.*s@%.*s.%.*s",
	    STR_ARG(letters(64)), STR_ARG(domain), STR_ARG(letters(3)))));
	ck_assert(!outmail_is_address(arena_printf(arena, "%.*s@%.*s.%.*s",
	    STR_ARG(letters(64)), STR_ARG(domain), STR_ARG(letters(4)))));
}
END_TEST

static struct str
field_of(const struct outmail_head *top, const char *name)
{
	struct outmail_part text = { .kind = OUTMAIL_TEXT,
	    .type = "text/plain", .content = STR_NONE };
	struct str rest = outmail_write(arena, top, &text), line;
	bool inside = false;
	struct buf value;

	buf_init(&value, arena, SIZE_MAX);
	while (str_next(&rest, '\n', &line)) {
		bool more = line.ptr[0] == ' ' || line.ptr[0] == '\t';

		line = str_slice(line, 0, line.len - 1);
		if (inside && !more)
			break;
		if (!inside && !str_starts_nocase(line, str_from(name)))
			continue;
		buf_add(&value, inside ? line : str_skip(line, strlen(name)));
		inside = true;
	}
	return str_trim(buf_str(&value));
}

/* LIMIT_OUTMAIL_SUBJECT_OCTETS */
START_TEST(the_longest_subject)
{
	struct outmail_head top = head();
	struct buf words;

	buf_init(&words, arena, SIZE_MAX);
	for (int i = 0; i < 256; i++)
		buf_addz(&words, i == 255 ? "abcd" : "abc ");
	top.subject = buf_str(&words);
	ck_assert_uint_eq(top.subject.len, 1024);
	ck_assert(str_eq(field_of(&top, "Subject:"), top.subject));
	buf_addc(&words, 'e');
	top.subject = buf_str(&words);
	assert_str(str_skip(field_of(&top, "Subject:"), 1020), "a...");
}
END_TEST

/* LIMIT_OUTMAIL_NAME_OCTETS */
START_TEST(the_longest_name_of_a_sender)
{
	struct outmail_head top = head();

	top.from_name = letters(255);
	assert_str(str_skip(field_of(&top, "From:"), 254),
	    "x <dmarc@example.com>");
	top.from_name = letters(256);
	assert_str(str_skip(field_of(&top, "From:"), 252),
	    "x...\" <dmarc@example.com>");
}
END_TEST

/* LIMIT_OUTMAIL_FILE_OCTETS */
START_TEST(the_longest_name_of_a_file)
{
	struct outmail_head top = head();

	for (size_t octets = 600; octets <= 601; octets++) {
		struct outmail_part part = { .kind = OUTMAIL_BASE64,
		    .type = "application/gzip", .content = STR("x"),
		    .file_name = letters(octets) };
		const char *written = arena_z(arena, outmail_write(arena,
		    &top, &part));

		ck_assert_ptr_ne(strstr(written, arena_printf(arena,
		    "filename=\"%.*s\"\r\n", STR_ARG(letters(600))).ptr),
		    NULL);
	}
}
END_TEST

static void
write_to(size_t count)
{
	struct outmail_head top = head();
	struct outmail_part text = { .kind = OUTMAIL_TEXT,
	    .type = "text/plain", .content = STR_NONE };
	struct str *all = arena_alloc(arena, count * sizeof(*all));
	struct str written;
	size_t signs = 0;

	for (size_t i = 0; i < count; i++)
		all[i] = STR("owner@example.net");
	top.to = all;
	top.to_count = count;
	written = outmail_write(arena, &top, &text);
	for (size_t i = 0; i < written.len; i++)
		signs += written.ptr[i] == '@';
	/* From and Message-ID have the others. */
	ck_assert_uint_eq(signs, count + 2);
}

/* LIMIT_OUTMAIL_RECIPIENTS */
START_TEST(a_hundred_recipients)
{
	write_to(1);
	write_to(100);
}
END_TEST

START_TEST(more_recipients_are_a_bug)
{
	write_to(101);
}
END_TEST

static void
write_nested(int depth)
{
	struct outmail_head top = head();
	struct outmail_part parts[8] = { { .kind = OUTMAIL_TEXT,
	    .type = "text/plain", .content = STR("deep") } };
	const char *written;

	for (int i = 1; i < depth; i++)
		parts[i] = (struct outmail_part){ .kind = OUTMAIL_PARTS,
		    .type = "multipart/mixed", .parts = &parts[i - 1],
		    .count = 1 };
	written = arena_z(arena, outmail_write(arena, &top,
	    &parts[depth - 1]));
	ck_assert_ptr_ne(strstr(written, "\r\n\r\ndeep\r\n"), NULL);
}

/* LIMIT_OUTMAIL_DEPTH */
START_TEST(four_parts_deep)
{
	write_nested(4);
}
END_TEST

START_TEST(deeper_is_a_bug)
{
	write_nested(5);
}
END_TEST

/* ---- its handing over ---- */

static struct handover_result
hand_over_until(const struct handover_route *route, uint64_t deadline_ms)
{
	static const struct handover_envelope envelope = {
		.sender = STR_INIT("r@example.com"), .to = to,
		.to_count = 1 };
	struct handover_result result = { .rcpts = arena_alloc(arena,
	    sizeof(struct handover_rcpt)) };
	struct handover_job job = { .arena = arena, .route = route,
	    .envelope = &envelope,
	    .message = STR("To: owner@example.net\r\n\r\nx\r\n"),
	    .deadline_ms = deadline_ms, .result = &result };

	if (route->kind == HANDOVER_SENDMAIL)
		handover_sendmail(&job);
	else
		handover_smtp(&job);
	return result;
}

/* It has taken all of the mail by then, perhaps. */
START_TEST(a_program_that_takes_too_long)
{
	struct handover_route route = { .kind = HANDOVER_SENDMAIL,
	    .path = path_to("sendmail") };
	struct handover_result result;
	FILE *file = fopen(route.path, "w");

	fputs("#!/bin/sh\ncat >/dev/null\nexec sleep 600\n", file);
	fclose(file);
	chmod(route.path, 0700);
	result = hand_over_until(&route, clock_ms() + 200);
	unlink(route.path);
	ck_assert_int_eq(result.word, HANDOVER_LATER);
	ck_assert(result.unsure);
	assert_str(str_skip(result.why, strlen(route.path)),
	    ": it took too long");
}
END_TEST

START_TEST(a_server_that_is_silent)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct handover_route route = { .kind = HANDOVER_UNIX,
	    .path = path_to("mail"), .helo = STR("mx.example.com") };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	struct handover_result result;

	strcpy(address.sun_path, route.path);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address,
	    sizeof(address)), 0);
	listen(listener, 1);
	result = hand_over_until(&route, clock_ms() + 200);
	close(listener);
	unlink(route.path);
	ck_assert_int_eq(result.word, HANDOVER_LATER);
	ck_assert(!result.unsure);
	assert_str(result.why, "the server does not answer");
}
END_TEST

/* LIMIT_HANDOVER_WHY_OCTETS */
START_TEST(a_long_reason_is_cut)
{
	char text[481];
	struct str why;

	memset(text, 'x', sizeof(text));
	why = handover_why(arena, str_make(text, 480));
	ck_assert_uint_eq(why.len, 480);
	ck_assert_int_eq(why.ptr[479], 'x');
	why = handover_why(arena, str_make(text, 481));
	ck_assert_uint_eq(why.len, 480);
	assert_str(str_skip(why, 476), "x...");
}
END_TEST

TCase *
limit_tests(void)
{
	TCase *tests = tcase_create("limits");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, addresses_of_greatest_length);
	tcase_add_test(tests, the_longest_subject);
	tcase_add_test(tests, the_longest_name_of_a_sender);
	tcase_add_test(tests, the_longest_name_of_a_file);
	tcase_add_test(tests, a_hundred_recipients);
	tcase_add_test_raise_signal(tests, more_recipients_are_a_bug, 6);
	tcase_add_test(tests, four_parts_deep);
	tcase_add_test_raise_signal(tests, deeper_is_a_bug, 6);
	tcase_add_test(tests, a_program_that_takes_too_long);
	tcase_add_test(tests, a_server_that_is_silent);
	tcase_add_test(tests, a_long_reason_is_cut);
	return tests;
}
