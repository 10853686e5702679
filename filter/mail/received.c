#include "mail/received.h"

#include <string.h>

#include "base/domain.h"
#include "base/limits.h"
#include "mail/lex.h"

/* What a comment behind the from clause is about. */
enum remark {
	REMARK_NONE,		/* there is none */
	REMARK_ADDRESS,		/* TCP-info of RFC 5321: the address */
	REMARK_DETAILS,		/* what the client said; TLS, logins */
	REMARK_OTHER		/* perhaps an address: who knows whose */
};

struct parse {
	struct str		 rest;
	struct received		*out;
	bool			 has_from, has_by;
	struct str		 from;	/* the word of the from clause */
	struct str		 helo;	/* from a comment */
	struct ip		 ip;	/* from a comment */
	struct str		 name;	/* from that comment */
	enum remark		 remark; /* the worst behind the from clause */
	bool			 is_local; /* the host says: no client */
	struct str		 qmail;	/* "(qmail 1 invoked from network)" */
};

/* ---- words ---- */

static void
skip_blanks(struct str *rest)
{
	while (rest->len > 0 && ascii_space(rest->ptr[0]))
		*rest = str_skip(*rest, 1);
}

static struct str
take(struct str *rest, size_t len)
{
	struct str word = str_slice(*rest, 0, len);

	*rest = str_skip(*rest, len);
	return word;
}

/* "<"...">" and "["..."]" are one word whatever is in them. */
static size_t
bracket_length(struct str s)
{
	size_t end;

	if (lex_peek(s) != '<' && lex_peek(s) != '[')
		return 0;
	end = str_chr(s, s.ptr[0] == '<' ? '>' : ']');
	return end < s.len ? end + 1 : 0;
}

static struct str
take_word(struct str *rest)
{
	size_t len = bracket_length(*rest);

	while (len < rest->len && !ascii_space(rest->ptr[len]) &&
	    strchr("(;", rest->ptr[len]) == NULL)
		len++;
	return take(rest, len);
}

/* The next word inside a comment, where nothing but blanks parts them. */
static struct str
comment_word(struct str *rest)
{
	size_t len = 0;

	skip_blanks(rest);
	while (len < rest->len && !ascii_space(rest->ptr[len]))
		len++;
	return take(rest, len);
}

/* ---- addresses ---- */

/* Without a scope ("%eth0"); with a port where it is IPv4 ("192.0.2.1:25"). */
static bool
read_address(struct str text, struct ip *ip_out)
{
	size_t colon = str_chr(text, ':');
	uint64_t port;

	if (str_rchr(text, ':') == colon && colon < text.len) {
		if (!str_to_uint(str_skip(text, colon + 1), 65535, &port))
			return false;
		text = str_slice(text, 0, colon);
	}
	return ip_parse(str_slice(text, 0, str_chr(text, '%')), ip_out);
}

/* "[192.0.2.1]", "[IPv6:2001:db8::1]", also without the tag. */
static bool
read_literal(struct str text, struct ip *ip_out)
{
	size_t end = str_chr(text, ']');
	struct str inside;
	uint64_t port;

	if (lex_peek(text) != '[' || end == text.len)
		return false;
	inside = str_trim(str_slice(text, 1, end));
	text = str_skip(text, end + 1);
	if (text.len > 0 && (text.ptr[0] != ':' ||
	    !str_to_uint(str_skip(text, 1), 65535, &port)))
		return false;
	if (str_starts_nocase(inside, STR("IPv6:")))
		inside = str_skip(inside, 5);
	return ip_parse(str_slice(inside, 0, str_chr(inside, '%')), ip_out);
}

static struct str
clean_name(struct str word)
{
	struct str name = domain_chop_dot(word);

	return domain_is_valid(name) && !str_eqz_nocase(name, "unknown") ?
	    name : STR_NONE;
}

/* ---- the comments behind the from clause ---- */

static bool
is_greeting(struct str word)
{
	return str_eqz_nocase(word, "HELO") || str_eqz_nocase(word, "EHLO");
}

/* Words with which a comment begins that holds no address. */
static bool
begins_details(struct str word)
{
	static const char *const words[] = {
		"HELO", "EHLO", "account", "using", "AUTH:", "TLS:", "envelope",
		"Authenticated", "authenticated", "verified", "No", "Client",
		"not",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_eqz_nocase(word, words[i]))
			return true;
	/* "helo=name", but not "a=b@host", where RFC 1413 answered "a=b". */
	return str_chr(word, '=') < word.len && str_chr(word, '@') == word.len;
}

/* "helo=name", "HELO name".  False: there is an address beside them. */
static bool
read_details(struct parse *parse, struct str rest)
{
	struct str word;
	struct ip ip;
	bool alone = true;

	while ((word = comment_word(&rest)).len > 0) {
		if (read_literal(word, &ip))
			alone = false;
		if (parse->helo.len > 0)
			continue;
		if (str_starts_nocase(word, STR("helo=")))
			parse->helo = str_skip(word, 5);
		else if (is_greeting(word))
			parse->helo = comment_word(&rest);
	}
	return alone;
}

/* Who is behind the last "@": before it stands what RFC 1413 answered. */
static struct str
without_ident(struct str word)
{
	size_t at = str_rchr(word, '@');

	return at < word.len ? str_skip(word, at + 1) : word;
}

static bool
is_doubted(struct str rest)
{
	skip_blanks(&rest);
	return str_starts_nocase(rest, STR("(may be forged)")) ||
	    str_starts_nocase(rest, STR("may be forged"));
}

static bool
says_local(struct str word)
{
	return str_eqz_nocase(word, "[local]") ||
	    str_eqz_nocase(word, "[localhost]");
}

/* TCP-info: "[ip]", "name [ip]", "ident@name [ip]", "ip", "ident@ip". */
static enum remark
read_tcp_info(struct parse *parse, struct str rest)
{
	struct str first = without_ident(comment_word(&rest)), second, after;
	struct str name = STR_NONE;
	struct ip ip;

	if (!read_literal(first, &ip) && !read_address(first, &ip)) {
		after = rest;
		second = comment_word(&after);
		if (says_local(first) || says_local(second))
			parse->is_local = true;
		if (!read_literal(second, &ip))
			return REMARK_OTHER;
		rest = after;
		name = is_doubted(rest) ? STR_NONE : clean_name(first);
	}
	parse->ip = ip;
	parse->name = name;
	read_details(parse, rest);
	return REMARK_ADDRESS;
}

/* The first address counts: what follows may be the client's own words. */
static void
read_remark(struct parse *parse, struct str comment)
{
	struct str rest = comment;
	enum remark remark = REMARK_DETAILS;

	if (parse->ip.family != IP_NONE)
		return;
	if (!begins_details(comment_word(&rest)))
		remark = read_tcp_info(parse, comment);
	else if (!read_details(parse, comment))
		remark = REMARK_OTHER;
	if (remark > parse->remark)
		parse->remark = remark;
}

/* False: a comment has no end. */
static bool
take_remarks(struct parse *parse, bool of_from)
{
	struct str comment;

	for (skip_blanks(&parse->rest); lex_peek(parse->rest) == '(';
	    skip_blanks(&parse->rest)) {
		if (lex_comment(&parse->rest, &comment) != NULL)
			return false;
		if (of_from)
			read_remark(parse, comment);
		else if (!parse->has_by && parse->qmail.len == 0)
			parse->qmail = comment;
	}
	return true;
}

/* ---- clauses ---- */

static struct str
without_brackets(struct str word)
{
	if (word.len >= 2 && word.ptr[0] == '<' &&
	    word.ptr[word.len - 1] == '>')
		return str_slice(word, 1, word.len - 1);
	return word;
}

/* The place for the clause's value, or NULL: no such clause. */
static struct str *
clause_place(struct received *out, struct str word)
{
	const struct {
		const char *name;
		struct str *place;
	} clauses[] = {
		{ "by", &out->by }, { "via", &out->via },
		{ "with", &out->with }, { "id", &out->id },
		{ "for", &out->for_ },
	};

	for (size_t i = 0; i < sizeof(clauses) / sizeof(clauses[0]); i++)
		if (str_eqz_nocase(word, clauses[i].name))
			return clauses[i].place;
	return NULL;
}

/* The first of each name counts; words that are no clause are passed over. */
static bool
take_clause(struct parse *parse)
{
	struct str word = take_word(&parse->rest);
	struct str *place = clause_place(parse->out, word);
	bool is_by = place == &parse->out->by;

	if (word.len == 0)
		return false;	/* a NUL */
	if (!take_remarks(parse, parse->has_from && !parse->has_by && !is_by))
		return false;
	if (place == NULL || place->len > 0)
		return true;
	word = take_word(&parse->rest);
	parse->has_by = parse->has_by || (is_by && word.len > 0);
	*place = place == &parse->out->for_ ? without_brackets(word) : word;
	return take_remarks(parse, false);
}

static bool
take_from(struct parse *parse)
{
	struct str rest = parse->rest;

	if (!str_eqz_nocase(take_word(&rest), "from"))
		return true;
	skip_blanks(&rest);
	parse->from = take_word(&rest);
	parse->rest = rest;
	parse->has_from = parse->from.len > 0;
	return parse->has_from && take_remarks(parse, true);
}

static bool
take_all(struct parse *parse)
{
	if (!take_remarks(parse, false) || !take_from(parse))
		return false;
	while (parse->rest.len > 0 && lex_peek(parse->rest) != ';')
		if (!take_clause(parse))
			return false;
	return true;
}

/* ---- what it comes to ---- */

static void
set_broken(struct received *out, const char *why)
{
	*out = (struct received){ .kind = RECEIVED_BROKEN, .why = why };
}

static bool
has_words(struct str text, const char *words)
{
	struct str w = str_from(words);

	for (size_t i = 0; i + w.len <= text.len; i++)
		if (str_eq(str_slice(text, i, i + w.len), w))
			return true;
	return false;
}

/* qmail writes a field of its own about who called it. */
static void
judge_without_by(struct parse *parse)
{
	struct received *out = parse->out;
	struct str comment = parse->qmail;

	if (parse->has_from || !str_starts_nocase(comment, STR("qmail ")))
		set_broken(out, "the Received field has no by clause");
	else if (has_words(comment, " invoked from network") ||
	    has_words(comment, " invoked by alias"))
		out->kind = RECEIVED_GOES_ON;
	else
		out->kind = RECEIVED_LOCAL;
}

/* "from [192.0.2.1]" is the address that the host saw where the HELO name
 * stands elsewhere, or there is none. */
static void
judge_literal(struct parse *parse)
{
	struct received *out = parse->out;

	if (parse->remark == REMARK_OTHER ||
	    !read_literal(parse->from, &out->ip)) {
		set_broken(out, "the Received field names no client address");
		return;
	}
	out->kind = RECEIVED_CLIENT;
	out->helo = parse->helo;
}

static void
judge(struct parse *parse)
{
	struct received *out = parse->out;

	if (!parse->has_by) {
		judge_without_by(parse);
	} else if (!parse->has_from) {
		out->kind = RECEIVED_LOCAL;
	} else if (parse->ip.family != IP_NONE) {
		bool elsewhere = parse->helo.len > 0;

		out->kind = RECEIVED_CLIENT;
		out->ip = parse->ip;
		out->helo = elsewhere ? parse->helo : parse->from;
		out->name = parse->name.len > 0 || !elsewhere ? parse->name :
		    clean_name(parse->from);
	} else if (parse->is_local || str_eqz_nocase(out->with, "local")) {
		out->kind = RECEIVED_LOCAL;
	} else {
		judge_literal(parse);
	}
}

void
received_parse(struct str value, struct received *out)
{
	struct parse parse = { .rest = value, .out = out };

	*out = (struct received){ .kind = RECEIVED_BROKEN };
	if (value.len > LIMIT_RECEIVED_OCTETS)
		set_broken(out, "the Received field is too long");
	else if (!take_all(&parse))
		set_broken(out, "the Received field cannot be read");
	else
		judge(&parse);
}
