#include "tests/unit/dkim/dkim_test.h"

#include "dkim/canon.h"
#include "dkim/digest.h"
#include "tests/support/canon_reference.h"

static void
gather(void *ctx, struct str octets)
{
	buf_add(ctx, octets);
}

static struct str
canonical(struct arena *arena, enum dkim_form form, struct str body,
    size_t piece)
{
	struct dkim_canon canon;
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	dkim_canon_init(&canon, form, gather, &out);
	while (body.len > 0) {
		dkim_canon_feed(&canon, str_slice(body, 0, piece));
		body = str_skip(body, piece);
	}
	dkim_canon_end(&canon);
	return buf_str(&out);
}

static const struct {
	const char *body, *simple, *relaxed;
} bodies[] = {
	/* RFC 6376 section 3.4.5 */
	{ " C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n", " C\r\nD E\r\n" },
	{ "", "\r\n", "" },
	{ "\r\n", "\r\n", "" },
	{ "\r\n\r\n\r\n", "\r\n", "" },
	{ "a", "a\r\n", "a\r\n" },
	{ "a\r\n", "a\r\n", "a\r\n" },
	{ "a\r\n\r\n", "a\r\n", "a\r\n" },
	{ "\r\na", "\r\na\r\n", "\r\na\r\n" },
	{ "\r\n\r\na\r\n\r\nb\r\n\r\n", "\r\n\r\na\r\n\r\nb\r\n",
	  "\r\n\r\na\r\n\r\nb\r\n" },
	{ " ", " \r\n", "" },
	{ " \r\n", " \r\n", "" },
	{ " \t\r\n \r\n", " \t\r\n \r\n", "" },
	{ "a\r\n ", "a\r\n \r\n", "a\r\n" },
	{ "a \r\n\t\r\n", "a \r\n\t\r\n", "a\r\n" },
	{ "a  b\t\tc \t d", "a  b\t\tc \t d\r\n", "a b c d\r\n" },
	{ "  a\r\n", "  a\r\n", " a\r\n" },
	{ "\ta\r\n", "\ta\r\n", " a\r\n" },
	/* CR and LF that stand alone */
	{ "a\nb\r\n", "a\nb\r\n", "a\nb\r\n" },
	{ "a\n", "a\n\r\n", "a\n\r\n" },
	{ "\n", "\n\r\n", "\n\r\n" },
	{ "\r", "\r\r\n", "\r\r\n" },
	{ "a\rb\r\n", "a\rb\r\n", "a\rb\r\n" },
	{ "a\r\r\n", "a\r\r\n", "a\r\r\n" },
	{ "a \r", "a \r\r\n", "a \r\r\n" },
	{ "a \r \r\n", "a \r \r\n", "a \r\r\n" },
	{ "\r\n\r", "\r\n\r\r\n", "\r\n\r\r\n" },
	{ "\r\r\n\r\n", "\r\r\n", "\r\r\n" },
	{ "a\r\n\n\r\n", "a\r\n\n\r\n", "a\r\n\n\r\n" },
};

START_TEST(bodies_are_made_canonical)
{
	struct arena *arena = arena_new();
	struct str body = str_from(bodies[_i].body);

	for (size_t piece = 1; piece <= 20; piece++) {
		assert_str(canonical(arena, DKIM_FORM_SIMPLE, body, piece),
		    bodies[_i].simple);
		assert_str(canonical(arena, DKIM_FORM_RELAXED, body, piece),
		    bodies[_i].relaxed);
	}
	assert_str(reference_body(arena, DKIM_FORM_SIMPLE, body),
	    bodies[_i].simple);
	assert_str(reference_body(arena, DKIM_FORM_RELAXED, body),
	    bodies[_i].relaxed);
	arena_free(arena);
}
END_TEST

static const struct {
	const char *name, *value, *relaxed;
} values[] = {
	/* RFC 6376 section 3.4.5 */
	{ "A", " X", "a:X" },
	{ "B ", " Y\t\r\n\tZ  ", "b:Y Z" },
	{ "SUBJECT", "a", "subject:a" },
	{ "Subject \t", "", "subject:" },
	{ "Subject", " \r\n \t", "subject:" },
	{ "a", "  one   two\tthree\t \tfour  ", "a:one two three four" },
	{ "a", "\r\n one\r\n two", "a:one two" },
	{ "a", "x\r\n\ty", "a:x y" },
	{ "a", "x:y: z", "a:x:y: z" },
	{ "a", "\xc3\xbc \xff", "a:\xc3\xbc \xff" },
	{ "a", "x\ry\nz", "a:x\ry\nz" },
	{ "a", " x \r y", "a:x \r y" },
	{ "a", "a quite long value, to go by sixteen octets at once  there",
	  "a:a quite long value, to go by sixteen octets at once there" },
	{ "X-A-Name-That-Is-Longer-Than-The-Sixty-Four-Octets-That-Go-At-Once-"
	  "Here", "1", "x-a-name-that-is-longer-than-the-sixty-four-octets-"
	  "that-go-at-once-here:1" },
};

START_TEST(fields_are_made_canonical)
{
	struct arena *arena = arena_new();
	struct str name = str_from(values[_i].name);
	struct str value = str_from(values[_i].value);
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	dkim_canon_field(&out, DKIM_FORM_RELAXED, name, value);
	assert_str(buf_str(&out), values[_i].relaxed);
	assert_str(reference_field(arena, DKIM_FORM_RELAXED, name, value),
	    values[_i].relaxed);
	out.len = 0;
	dkim_canon_field(&out, DKIM_FORM_SIMPLE, name, value);
	ck_assert(str_eq(buf_str(&out), arena_printf(arena, "%s:%s",
	    values[_i].name, values[_i].value)));
	arena_free(arena);
}
END_TEST

/* A small generator, so that a failure can be repeated. */
static unsigned
next_random(unsigned *state)
{
	*state = *state * 1103515245u + 12345u;
	return *state >> 16;
}

START_TEST(random_bodies_are_as_the_reference)
{
	static const char letters[] = "ab \t\r\n \r\nxyz";
	unsigned state = (unsigned)_i;
	char text[400];

	for (int round = 0; round < 200; round++) {
		struct arena *arena = arena_new();
		size_t len = next_random(&state) % sizeof(text);
		size_t piece = 1 + next_random(&state) % 40;
		struct str body = str_make(text, len), a, b;

		for (size_t i = 0; i < len; i++)
			text[i] = letters[next_random(&state) %
			    (4 + next_random(&state) % 9)];
		for (int form = 0; form < 2; form++) {
			a = canonical(arena, (enum dkim_form)form, body,
			    piece);
			b = reference_body(arena, (enum dkim_form)form, body);
			ck_assert_msg(str_eq(a, b), "seed %d round %d form %d",
			    _i, round, form);
		}
		arena_free(arena);
	}
}
END_TEST

START_TEST(equal_hashes_are_made_once)
{
	struct arena *arena = arena_new();
	struct dkim_bodies *bodies_made = dkim_bodies_new(arena);
	struct dkim_body_hash *all, *five, *six;

	all = dkim_bodies_add(bodies_made, DKIM_FORM_SIMPLE, UINT64_MAX);
	five = dkim_bodies_add(bodies_made, DKIM_FORM_SIMPLE, 5);
	six = dkim_bodies_add(bodies_made, DKIM_FORM_RELAXED, 6);
	ck_assert_ptr_eq(all, dkim_bodies_add(bodies_made, DKIM_FORM_SIMPLE,
	    UINT64_MAX));
	ck_assert_ptr_eq(five, dkim_bodies_add(bodies_made, DKIM_FORM_SIMPLE,
	    5));
	ck_assert_ptr_ne(six, dkim_bodies_add(bodies_made, DKIM_FORM_RELAXED,
	    5));
	ck_assert(dkim_bodies_feed(bodies_made, STR("hi")));
	ck_assert(dkim_bodies_feed(bodies_made, STR(" you\r\n")));
	dkim_bodies_end(bodies_made);
	ck_assert_uint_eq(dkim_body_hash_octets(all), 8);
	ck_assert(!dkim_body_hash_left_out(all));
	ck_assert_uint_eq(dkim_body_hash_octets(five), 5);
	ck_assert(dkim_body_hash_left_out(five));
	ck_assert(!str_eq(dkim_body_hash_value(all),
	    dkim_body_hash_value(five)));
	dkim_bodies_free(bodies_made);
	arena_free(arena);
}
END_TEST

/* Where all are limited, the rest of a large body need not come. */
START_TEST(limited_hashes_get_enough)
{
	struct arena *arena = arena_new();
	struct dkim_bodies *made = dkim_bodies_new(arena);
	struct dkim_body_hash *none, *two;

	none = dkim_bodies_add(made, DKIM_FORM_RELAXED, 0);
	two = dkim_bodies_add(made, DKIM_FORM_SIMPLE, 2);
	ck_assert(dkim_bodies_feed(made, STR("a")));
	ck_assert(dkim_bodies_feed(made, STR("b")));
	ck_assert(!dkim_bodies_feed(made, STR("c")));
	ck_assert(!dkim_bodies_feed(made, STR("d")));
	dkim_bodies_end(made);
	ck_assert_uint_eq(dkim_body_hash_octets(none), 0);
	ck_assert(dkim_body_hash_left_out(none));
	ck_assert_uint_eq(dkim_body_hash_octets(two), 2);
	/* SHA-256 of nothing. */
	ck_assert_uint_eq((unsigned char)dkim_body_hash_value(none).ptr[0],
	    0xe3);
	dkim_bodies_free(made);
	arena_free(arena);
}
END_TEST

void
add_canon_tests(TCase *tc)
{
	tcase_add_loop_test(tc, bodies_are_made_canonical, 0,
	    TEST_COUNT(bodies));
	tcase_add_loop_test(tc, fields_are_made_canonical, 0,
	    TEST_COUNT(values));
	tcase_add_loop_test(tc, random_bodies_are_as_the_reference, 0, 20);
	tcase_add_test(tc, equal_hashes_are_made_once);
	tcase_add_test(tc, limited_hashes_get_enough);
}
