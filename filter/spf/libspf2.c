/*
 * The library evaluates a record that we wrote for it.  In that record every
 * term that the client may match is "a:", "mx:", "exists:", "include:" or
 * "redirect=" with a token "~N" in place of the domain-spec, so nothing that a
 * domain publishes reaches the library's parser, macro expander or name
 * buffers; what it asks for by a token, and which of its includes it opens,
 * is answered here out of the walk's store.  Where an answer is missing it is
 * told "try again", which unwinds it, and the next run starts over.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <spf2/spf.h>
#include <spf2/spf_dns.h>
#include <spf2/spf_dns_rr.h>
#include <spf2/spf_record.h>

#include "base/buf.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "spf/engine.h"

enum { TOKEN_OCTETS = 48, RECORD_OCTETS = 512, NO_COUNT = 1 << 20 };

struct token {
	struct asking		 asking;
	const struct dns_answer	*hosts;		/* of an MX term */
};

struct run {
	struct walk		*walk;
	SPF_server_t		 server;
	SPF_dns_server_t	 dns;
	VEC(struct token)	 tokens;
	bool			 waits;
	struct frame		*top;		/* the last "first" frame */
	size_t			 last, last_top; /* tokens asked about */
};

static SPF_server_t *library;
static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void
quiet(const char *file, int line, const char *message)
{
	(void)file;
	(void)line;
	(void)message;
}

static void
library_init(void)
{
	static SPF_dns_server_t none = { .name = "none" };

	SPF_warning_handler = quiet;
	SPF_info_handler = quiet;
	SPF_debug_handler = quiet;
	library = SPF_server_new_dns(&none, 0);
	ensure(library != NULL);
}

/* ---- the record that the library sees ---- */

static char
qualifier(enum word word)
{
	return word == WORD_FAIL ? '-' : word == WORD_SOFTFAIL ? '~' :
	    word == WORD_NEUTRAL ? '?' : '+';
}

/* ptr, ip4, ip6 and all are decided by us: an address that matches or none. */
static const char *
library_name(enum spf_kind kind)
{
	return kind == SPF_MX ? "mx" : kind == SPF_EXISTS ? "exists" :
	    kind == SPF_INCLUDE ? "include" : "a";
}

static void
add_token(struct run *run, struct buf *text, const char *before,
    struct frame *frame, const struct spf_term *term)
{
	struct token token = { .asking = {
		.frame = frame, .term = term, .counts = true
	} };

	buf_printf(text, "%s~%u", before, run->tokens.count);
	VEC_PUSH(run->walk->arena, &run->tokens, token);
}

/* The 11th DNS term of a record ends the walk, so no more are written. */
static struct str
rewrite(struct run *run, struct frame *frame)
{
	const struct spf_record *record = frame->record;
	unsigned asking = 0;
	struct buf text;

	buf_init(&text, run->walk->arena, RECORD_OCTETS);
	buf_addz(&text, "v=spf1");
	for (size_t i = 0; i < record->count; i++) {
		const struct spf_term *term = &record->terms[i];
		bool certain = walk_net_matches(run->walk, term);
		char before[16];

		if (term->kind == SPF_REDIRECT ||
		    (!certain && !spf_term_asks_dns(term)))
			continue;
		snprintf(before, sizeof(before), " %c%s:",
		    qualifier(term->word), library_name(term->kind));
		add_token(run, &text, before, frame, term);
		if (certain || ++asking > LIMIT_SPF_LOOKUPS)
			return buf_str(&text);
	}
	if (record->redirect != NULL && !record->has_all)
		add_token(run, &text, " redirect=", frame, record->redirect);
	ensure(!buf_full(&text));
	return buf_str(&text);
}

static SPF_errcode_t
compile(struct run *run, SPF_response_t *response, struct str text,
    SPF_record_t **record_out)
{
	SPF_errcode_t error;
	char *z = arena_z(run->walk->arena, text);

	error = SPF_record_compile(&run->server, response, record_out, z);
	if (error != SPF_E_SUCCESS)
		walk_end(run->walk, WORD_TEMPERROR, "libspf2: %s",
		    SPF_strerror(error));
	return error;
}

/* ---- what the library asks ---- */

/* "~N" or "~N.I"; our own text, or the library is broken. */
static struct token *
find_token(struct run *run, const char *name, unsigned *host_out,
    bool *is_host)
{
	unsigned index = 0;
	int fields = sscanf(name, "~%u.%u", &index, host_out);

	ensure(fields >= 1 && index < run->tokens.count);
	*is_host = fields == 2;
	return &run->tokens.at[index];
}

static void
note_token(struct run *run, const struct token *token)
{
	run->last = (size_t)(token - run->tokens.at);
	if (token->asking.frame->first)
		run->last_top = run->last;
}

static void
add_address(SPF_dns_rr_t *rr, const struct ip *ip)
{
	ensure(SPF_dns_rr_buf_realloc(rr, rr->num_rr, 16) == SPF_E_SUCCESS);
	memcpy(rr->rr[rr->num_rr++], ip->bytes, ip->family == IP_V6 ? 16 : 4);
}

/* With a prefix length, an address that matches stands for the client. */
static void
add_addresses(const struct run *run, const struct spf_term *term,
    const struct dns_answer *answer, SPF_dns_rr_t *rr)
{
	for (size_t i = 0; i < answer->count; i++) {
		const struct ip *ip = &answer->records[i].ip;

		add_address(rr, term->kind != SPF_EXISTS &&
		    walk_address_matches(run->walk, term, ip) ?
		    &run->walk->values.client : ip);
	}
}

static void
add_hosts(struct token *token, size_t index, const struct dns_answer *answer,
    SPF_dns_rr_t *rr)
{
	token->hosts = answer;
	for (size_t i = 0; i < answer->count; i++) {
		ensure(SPF_dns_rr_buf_realloc(rr, rr->num_rr, TOKEN_OCTETS) ==
		    SPF_E_SUCCESS);
		snprintf(rr->rr[rr->num_rr++]->mx, TOKEN_OCTETS, "~%zu.%zu",
		    index, i);
	}
}

static enum step
answer_ptr(struct run *run, struct token *token, struct str name,
    SPF_dns_rr_t *rr)
{
	struct str validated;
	enum step step = walk_validated(run->walk, &token->asking, name, true,
	    &validated);

	if (step == STEP_GO && validated.len > 0)
		add_address(rr, &run->walk->values.client);
	return step;
}

static enum step
answer_term(struct run *run, struct token *token, SPF_dns_rr_t *rr)
{
	const struct spf_term *term = token->asking.term;
	const struct dns_answer *answer;
	struct walk *walk = run->walk;
	struct str name;
	enum step step;

	if (walk_net_matches(walk, term)) {
		add_address(rr, &walk->values.client);
		return STEP_GO;
	}
	if (walk_count(walk) == STEP_END)
		return STEP_END;
	step = walk_target(walk, token->asking.frame, term, &name);
	if (step != STEP_GO)
		return step;
	if (term->kind == SPF_PTR)
		return answer_ptr(run, token, name, rr);
	if (term->kind == SPF_MX) {
		step = walk_ask_mx(walk, &token->asking, name, &answer);
		if (step == STEP_GO)
			add_hosts(token, run->last, answer, rr);
		return step;
	}
	step = walk_ask(walk, &token->asking, name, term->kind == SPF_EXISTS ?
	    DNS_A : walk->address_type, &answer);
	if (step == STEP_GO)
		add_addresses(run, term, answer, rr);
	return step;
}

static enum step
answer_host(struct run *run, struct token *token, unsigned host,
    SPF_dns_rr_t *rr)
{
	const struct dns_answer *answer;
	enum step step;

	ensure(token->hosts != NULL && host < token->hosts->count);
	step = walk_ask(run->walk, &token->asking,
	    token->hosts->records[host].text, run->walk->address_type,
	    &answer);
	if (step == STEP_GO)
		add_addresses(run, token->asking.term, answer, rr);
	return step;
}

static SPF_dns_rr_t *
lookup(SPF_dns_server_t *dns, const char *domain, ns_type type, int cache)
{
	struct run *run = dns->hook;
	SPF_dns_rr_t *rr = SPF_dns_rr_new_init(dns, domain, type, 0,
	    NETDB_SUCCESS);
	enum step step = STEP_END;
	struct token *token;
	unsigned host = 0;
	bool is_host;

	(void)cache;
	ensure(rr != NULL);
	token = find_token(run, domain, &host, &is_host);
	note_token(run, token);
	if (!run->waits && !run->walk->ended)
		step = is_host ? answer_host(run, token, host, rr) :
		    answer_term(run, token, rr);
	if (step == STEP_WAIT)
		run->waits = true;
	if (step == STEP_WAIT || step == STEP_END)
		rr->herrno = TRY_AGAIN;
	else if (rr->num_rr == 0)
		rr->herrno = NO_DATA;
	return rr;
}

static enum step
open_term(struct run *run, struct token *token, struct frame **frame_out)
{
	struct walk *walk = run->walk;
	struct str name;
	enum step step;

	*frame_out = NULL;
	if (walk_count(walk) == STEP_END)
		return STEP_END;
	step = walk_target(walk, token->asking.frame, token->asking.term,
	    &name);
	return step != STEP_GO ? step : walk_open(walk, name, &token->asking,
	    frame_out);
}

/* Include and redirect; a target that matches nothing is an empty record. */
static SPF_errcode_t
get_record(SPF_server_t *server, SPF_request_t *request,
    SPF_response_t *response, SPF_record_t **record_out)
{
	struct run *run = server->resolver->hook;
	struct frame *frame;
	struct token *token;
	unsigned host = 0;
	enum step step;
	bool is_host;

	*record_out = NULL;
	if (run->waits || run->walk->ended)
		return SPF_E_DNS_ERROR;
	token = find_token(run, request->cur_dom, &host, &is_host);
	note_token(run, token);
	step = open_term(run, token, &frame);
	if (step == STEP_WAIT)
		run->waits = true;
	if (step == STEP_WAIT || step == STEP_END)
		return SPF_E_DNS_ERROR;
	if (step == STEP_NO_MATCH)
		return compile(run, response, STR("v=spf1"), record_out);
	if (frame->first)
		run->top = frame;
	return compile(run, response, rewrite(run, frame), record_out);
}

/* ---- a run ---- */

static void
set_client(SPF_request_t *request, const struct ip *client)
{
	struct in6_addr v6;
	struct in_addr v4;

	if (client->family == IP_V6) {
		memcpy(&v6, client->bytes, sizeof(v6));
		SPF_request_set_ipv6(request, v6);
	} else {
		memcpy(&v4, client->bytes, sizeof(v4));
		SPF_request_set_ipv4(request, v4);
	}
}

static bool
word_of(SPF_result_t result, enum word *word_out)
{
	static const struct {
		SPF_result_t	result;
		enum word	word;
	} rows[] = {
		{ SPF_RESULT_PASS, WORD_PASS }, { SPF_RESULT_FAIL, WORD_FAIL },
		{ SPF_RESULT_SOFTFAIL, WORD_SOFTFAIL },
		{ SPF_RESULT_NEUTRAL, WORD_NEUTRAL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].result == result) {
			*word_out = rows[i].word;
			return true;
		}
	return false;
}

static enum step
conclude(struct run *run, const SPF_response_t *response)
{
	struct walk *walk = run->walk;
	enum word word;

	if (walk->ended)
		return STEP_END;
	if (run->waits)
		return STEP_WAIT;
	if (!word_of(response->result, &word))
		return walk_end(walk, WORD_PERMERROR, "libspf2: %s",
		    SPF_strerror(response->err));
	if (response->reason == SPF_REASON_MECH)
		walk_decide(walk, &run->tokens.at[run->last_top].asking,
		    &run->tokens.at[run->last].asking);
	else
		walk_decide_default(walk, run->top);
	walk->word = word;
	return STEP_END;
}

static enum step
interpret(struct run *run, struct frame *frame)
{
	SPF_request_t *request = SPF_request_new(&run->server);
	SPF_response_t *response = SPF_response_new(request);
	SPF_record_t *record = NULL;
	enum step step = STEP_END;

	ensure(request != NULL && response != NULL);
	set_client(request, &run->walk->values.client);
	request->cur_dom = "first";
	if (compile(run, response, rewrite(run, frame), &record) ==
	    SPF_E_SUCCESS) {
		response->spf_record_exp = record;
		SPF_record_interpret(record, request, response, 0);
		step = conclude(run, response);
	}
	if (record != NULL)
		SPF_record_free(record);
	SPF_response_free(response);
	request->cur_dom = NULL;
	SPF_request_free(request);
	return step;
}

static enum step
run_libspf2(struct walk *walk, struct str domain, void *state)
{
	struct run run = { .walk = walk };
	struct asking nobody = { .counts = false };
	enum step step;

	(void)state;
	pthread_once(&library_once, library_init);
	walk_rewind(walk);
	step = walk_open(walk, domain, &nobody, &run.top);
	if (step != STEP_GO)
		return step;
	/* A copy, so that nothing is shared but what is only read. */
	run.server = *library;
	run.server.resolver = &run.dns;
	run.server.max_dns_mech = NO_COUNT;	/* walk_count() does it */
	run.dns = (SPF_dns_server_t){
		.lookup = lookup, .get_spf = get_record, .name = "walk",
		.hook = &run
	};
	return interpret(&run, run.top);
}

const struct engine spf_engine_libspf2 = { "libspf2", 0, run_libspf2 };
