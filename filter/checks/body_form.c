/*
 * Does the body keep the form of RFC 5322 section 2.3?  What an MTA mends
 * before it hands the body over is not seen here.
 */
#include "base/limits.h"
#include "checks/registry.h"

struct body_form {
	size_t	line;		/* octets of the line at hand */
	bool	after_cr;	/* the last piece ended with one */
	bool	bare_cr, bare_lf, nul, long_line, eight_bit;
};

/* A line's octets, or what is there of them. */
static void
look_at_line(struct body_form *form, struct str text)
{
	form->line += text.len;
	form->long_line |= form->line > LIMIT_LINE_OCTETS;
	form->bare_cr |= str_chr(text, '\r') < text.len;
}

static void
look_at_lines(struct body_form *form, struct str rest)
{
	while (rest.len > 0) {
		size_t end = str_chr(rest, '\n');
		struct str line = str_slice(rest, 0, end);
		bool after_cr = form->after_cr;

		if (line.len > 0) {
			form->bare_cr |= after_cr;
			after_cr = line.ptr[line.len - 1] == '\r';
			line.len -= after_cr;
		}
		look_at_line(form, line);
		form->after_cr = after_cr;
		if (end == rest.len)
			return;
		form->bare_lf |= !after_cr;
		form->after_cr = false;
		form->line = 0;
		rest = str_skip(rest, end + 1);
	}
}

static bool
body(struct check_run *run, struct str piece)
{
	struct body_form *form = run->state;

	look_at_lines(form, piece);
	form->nul = form->nul || str_chr(piece, '\0') < piece.len;
	form->eight_bit = form->eight_bit || !str_is_ascii(piece);
	return true;
}

static void
eom(struct check_run *run)
{
	const struct body_form *form = run->state;
	bool mime = header_count(run->subject->header,
	    STR("MIME-Version")) > 0;
	const struct {
		bool there;
		const char *word;
	} faults[] = {
		{ form->bare_cr || form->after_cr, "bare_cr" },
		{ form->bare_lf, "bare_lf" }, { form->nul, "nul" },
		{ form->long_line, "long_line" },
		{ form->eight_bit && !mime, "eight_bit" },
	};
	VEC(struct str) words = { 0 };

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (faults[i].there)
			VEC_PUSH(run->arena, &words,
			    str_from(faults[i].word));
	facts_list(run->subject->facts, FACT_ID_BODY_FAULTS, words.at,
	    words.count);
	check_finish(run);
}

const struct check_ops body_form_ops = {
	.state_size = sizeof(struct body_form), .body = body, .eom = eom,
};
