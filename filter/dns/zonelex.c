#include "dns/zonelex.h"

struct lexer {
	struct str		 line;
	size_t			 at;
	char			*out;	/* room for all words of the line */
	struct zonelex_mistake	*mistake;
};

static bool
wrong(struct lexer *lexer, size_t at, const char *text)
{
	lexer->mistake->column = (unsigned)at + 1;
	lexer->mistake->text = text;
	return false;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The octet after the backslash; at stands behind it afterwards. */
static bool
unescape(struct lexer *lexer, char *octet_out)
{
	struct str rest = str_skip(lexer->line, lexer->at + 1);
	uint64_t value;

	if (rest.len == 0)
		return wrong(lexer, lexer->at, "a backslash at the end; write "
		    "\\\\ for a backslash");
	if (!ascii_digit(rest.ptr[0])) {
		*octet_out = rest.ptr[0];
		lexer->at += 2;
		return true;
	}
	if (rest.len < 3 ||
	    !str_to_uint(str_slice(rest, 0, 3), 255, &value))
		return wrong(lexer, lexer->at, "a backslash and a digit; write "
		    "three digits, \\000 to \\255");
	*octet_out = (char)value;
	lexer->at += 4;
	return true;
}

static bool
word_ends(const struct lexer *lexer, const struct zonelex_word *word)
{
	char c;

	if (lexer->at == lexer->line.len)
		return true;
	c = lexer->line.ptr[lexer->at];
	return word->quoted ? c == '"' : is_blank(c);
}

/* One octet of a word's text. */
static bool
read_octet(struct lexer *lexer, struct zonelex_word *word, char *octet_out)
{
	char c = lexer->line.ptr[lexer->at];

	if (c == '\\') {
		word->escaped = true;
		if (!unescape(lexer, octet_out))
			return false;
		word->escaped_dot |= *octet_out == '.';
		return true;
	}
	if (!word->quoted && c == ';')
		return wrong(lexer, lexer->at, "a ';' within a word; put the "
		    "text in quotes, or a blank before a comment");
	if (!word->quoted && c == '"')
		return wrong(lexer, lexer->at, "a quote within a word; put a "
		    "blank before it, or write \\\"");
	*octet_out = c;
	lexer->at++;
	return true;
}

static bool
read_word(struct lexer *lexer, struct zonelex_word *word)
{
	size_t start = lexer->at, len = 0;
	char *text = lexer->out;

	word->column = (unsigned)start + 1;
	word->quoted = lexer->line.ptr[start] == '"';
	lexer->at += word->quoted;
	while (!word_ends(lexer, word))
		if (!read_octet(lexer, word, &text[len++]))
			return false;
	word->text = str_make(text, len);
	lexer->out += len;
	if (!word->quoted)
		return true;
	if (lexer->at == lexer->line.len)
		return wrong(lexer, start, "this quote is not closed; end the "
		    "text with a quote on the same line");
	lexer->at++;
	if (lexer->at < lexer->line.len &&
	    !is_blank(lexer->line.ptr[lexer->at]) &&
	    lexer->line.ptr[lexer->at] != '"')
		return wrong(lexer, lexer->at, "put a blank after the quote, "
		    "or write \\\" for a quote within the text");
	return true;
}

bool
zonelex_split(struct arena *arena, struct str line,
    struct zonelex_line *line_out, struct zonelex_mistake *mistake_out)
{
	struct lexer lexer = { line, 0, arena_alloc(arena, line.len + 1),
	    mistake_out };

	*line_out = (struct zonelex_line){ .end = 1 };
	for (;;) {
		struct zonelex_word word = { 0 };

		while (lexer.at < line.len && is_blank(line.ptr[lexer.at]))
			lexer.at++;
		if (lexer.at == line.len || line.ptr[lexer.at] == ';' ||
		    line.ptr[lexer.at] == '#')
			return true;
		if (!read_word(&lexer, &word))
			return false;
		VEC_PUSH(arena, line_out, word);
		line_out->end = lexer.at + 1;
	}
}
