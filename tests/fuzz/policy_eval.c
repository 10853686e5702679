/*
 * Any facts for a policy that uses the whole language.  Whatever they are: a
 * verdict comes after finitely many facts, what is said is safe to send, and
 * a verdict that was given while facts were pending is the one that is given
 * when they are there.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char text[] =
    "policy \"fuzz\" mode enforce;\n"
    "list nets = { 192.0.2.0/24, 10.0.0.0/8, 2001:db8::/32, ::1 };\n"
    "list names = { example.com, .example.org, joe@, a@b.example, \"x y\" };\n"
    "define known = client.ip in nets or auth.user is set;\n"
    "define forged = dmarc == fail and dmarc.disposition != none;\n"
    "define high = score >= 3 or rcpt.count > 100;\n"
    "at connect {\n"
    "  score 1 \"%{client.ip}\" when iprev != pass;\n"
    "  score 2 when client.ip not in nets and client.name is not set;\n"
    "  reject when client.ip == 10.1.2.3 and iprev == fail;\n"
    "  bypass when listener matches /^int(ern)?al$/i;\n"
    "}\n"
    "at helo {\n"
    "  note \"%{helo} %{policy.file}\" when helo == client.name;\n"
    "  tempfail \"%{spf_helo.reason}\" when spf_helo == temperror;\n"
    "}\n"
    "at mail {\n"
    "  accept when auth.user in names and tls.version is set;\n"
    "  shadow reject \"%{mail.from}\" when spf in { fail, softfail };\n"
    "  reject \"%{spf.explanation}\" when spf == fail and\n"
    "    not (mail.from in names or spf.domain in names);\n"
    "  discard when mail.size > 10M or mail.size == 7;\n"
    "}\n"
    "at rcpt {\n"
    "  reject 550 5.1.1 \"%{rcpt}\" when rcpt in { nobody@, \"\" };\n"
    "  tag \"X-Rcpt\" \"%{rcpt}\" when rcpt matches /(a+)+$/;\n"
    "  tag add \"X-Rcpts\" \"%{rcpt.accepted}\"\n"
    "    when any rcpt in names or all rcpt matches /@b/;\n"
    "}\n"
    "on listener in { \"internal\", \"x y\" } {\n"
    "  at mail { score IN 1.5 when spf != pass; }\n"
    "  at message { note \"%{score.symbols}\" when any score.symbols ==\n"
    "    \"IN\"; }\n"
    "}\n"
    "on socket \"10.0.0.0:0025\" {\n"
    "  at message { score LOW -1 when score - 1 <= 0; }\n"
    "}\n"
    "on port in { 2, 4, 6, 587 } {\n"
    "  at rcpt { tempfail when rcpt.count * 2 - 1 > mail.size / 3; }\n"
    "}\n"
    "at message {\n"
    "  accept when known and from.domain in dkim.domains;\n"
    "  reject when forged and (spf != pass or iprev == fail) and\n"
    "    list.id is not set;\n"
    "  quarantine \"%{subject}\" when forged and not dmarc.test;\n"
    "  note \"%{dkim.domains}\" when dkim.domains is set;\n"
    "  tag subject \"[%{score}] \" when subject matches /\\b(buy|b.y)\\b/i;\n"
    "  score -1.5 when from == mail.from or from.domain == spf.domain;\n"
    "  reject 554 5.6.0 when from.count != 1 or from is unknown;\n"
    "  tempfail when header(\"X-Fuzz\") matches /^(x+x+)+y/ or\n"
    "    header(\"X-Fuzz\") == subject;\n"
    "  tag remove \"X-Gone\" when all dkim.domains not in names;\n"
    "  note \"sum\" when - score * 2 + from.count < rcpt.count / dkim.count\n"
    "    and message.size - mail.size > 1k;\n"
    "  note \"list\" when any arc.sealers == from.domain or not all\n"
    "    dkim.domains in arc.sealers or \"LOW\" in score.symbols;\n"
    "  quarantine when high and dmarc.alignment.spf == false;\n"
    "}\n";

struct input {
	const uint8_t	*data;
	size_t		 size;
};

static unsigned
take(struct input *input)
{
	if (input->size == 0)
		return 0;
	input->size--;
	return *input->data++;
}

static struct str
take_text(struct input *input)
{
	static const struct str known[] = {
		STR_INIT(""), STR_INIT("example.com"),
		STR_INIT("a.example.org"), STR_INIT("joe@example.net"),
		STR_INIT("a@b.example"), STR_INIT("internal"),
		STR_INIT("buy\r\nX: y"), STR_INIT("x y"),
	};
	unsigned n = take(input);
	struct str text_now;

	if (n < sizeof(known) / sizeof(known[0]))
		return known[n];
	n %= 64;
	if (n > input->size)
		n = (unsigned)input->size;
	text_now = str_make(input->data, n);
	input->data += n;
	input->size -= n;
	return text_now;
}

static struct ip
take_ip(struct input *input)
{
	struct ip ip = { .family = take(input) % 2 == 0 ? IP_V4 : IP_V6 };

	ip.bytes[0] = 10;
	for (unsigned i = 1; i < ip_width(&ip) / 8 && input->size > 0; i++)
		ip.bytes[i] = (uint8_t)take(input);
	return ip;
}

static void
set_value(struct fact_set *facts, enum fact_id id, struct input *input)
{
	static const struct str domains[] = { STR_INIT("example.com"),
	    STR_INIT("b.example") };
	const struct fact_info *info = &fact_table[id];
	unsigned word;
	struct ip ip;

	switch (info->type) {
	case FACT_IP:
		ip = take_ip(input);
		facts_ip(facts, id, &ip);
		return;
	case FACT_STRING:
	case FACT_DOMAIN:
	case FACT_ADDRESS:
		facts_text(facts, id, take_text(input));
		return;
	case FACT_NUMBER:
	case FACT_SIZE:
	case FACT_DURATION:
		facts_number(facts, id, (double)take(input) * take(input));
		return;
	case FACT_BOOL:
		facts_bool(facts, id, take(input) % 2 == 0);
		return;
	case FACT_WORD:
		word = take(input) % WORD_COUNT;
		while (!word_in_set(info->words, (enum word)word))
			word = (word + 1) % WORD_COUNT;
		facts_word(facts, id, (enum word)word);
		return;
	case FACT_LIST:
		facts_list(facts, id, domains, take(input) % 3);
		return;
	}
}

static void
set_fact(struct fact_set *facts, enum fact_id id, struct input *input)
{
	unsigned how = take(input) % 8;

	if (how == 0)
		facts_unknown(facts, id, STR("fuzz"));
	else if (how == 1)
		facts_none(facts, id);
	else
		set_value(facts, id, input);
}

static void
check_rule(const struct policy_rule *rule)
{
	ensure(str_is_printable(rule->text) &&
	    rule->text.len <= LIMIT_REPLY_TEXT_OCTETS);
	ensure(str_is_utf8(rule->tag_value) &&
	    rule->tag_value.len <= LIMIT_TAG_OCTETS);
	if (rule->action == ACTION_REJECT || rule->action == ACTION_TEMPFAIL)
		ensure(rule->code / 100 == (unsigned)rule->enhanced.ptr[0] -
		    '0');
}

struct fuzz_header {
	bool		there;
	struct str	value;
};

static bool
find_header(void *ctx, struct str name, struct str *value_out)
{
	const struct fuzz_header *header = ctx;

	(void)name;
	*value_out = header->value;
	return header->there;
}

/* Evaluate until it is decided; what is waited for is taken from later. */
static void
run_to_end(const struct policy *policy, enum stage stage,
    struct policy_env *env, struct fact_set *now,
    const struct fact_set *later, struct policy_run *run)
{
	const struct policy_rule *rule;
	enum fact_id pending;
	int waits = 0;

	while (policy_eval(policy, stage, env, run, &rule, &pending) ==
	    POLICY_WAIT) {
		ensure(!facts_known(now, pending));
		ensure(++waits <= FACT_COUNT);
		facts_put(now, pending, facts_get(later, pending));
	}
	for (size_t i = 0; i < run->fired.count; i++)
		check_rule(&run->fired.at[i]);
}

static void
check_same(const struct policy_run *a, const struct policy_run *b)
{
	ensure(a->fired.count == b->fired.count);
	ensure(a->ended == b->ended);
	for (size_t i = 0; i < a->fired.count; i++) {
		ensure(a->fired.at[i].line == b->fired.at[i].line);
		ensure(str_eq(a->fired.at[i].text, b->fired.at[i].text));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct policy *policy;
	struct input input = { data, size };
	struct policy_run run_all = { 0 }, run_some = { 0 };
	struct arena *arena = arena_new();
	struct fact_set all = { .arena = arena }, some = { .arena = arena };
	struct fuzz_header header = { .there = take(&input) % 4 != 0 };
	struct policy_env env_all = { .facts = &all, .header = find_header,
	    .ctx = &header, .arena = arena };
	struct policy_env env_some = { .facts = &some, .header = find_header,
	    .ctx = &header, .arena = arena };

	if (policy == NULL) {
		struct diag *diag = diag_new();

		policy = policy_load_text("fuzz.policy", str_from(text), diag);
		ensure(policy != NULL && diag_total(diag) == 0);
		diag_free(diag);
	}
	header.value = take_text(&input);
	for (int id = 0; id < FACT_COUNT; id++) {
		bool early = take(&input) % 2 == 0;

		set_fact(&all, (enum fact_id)id, &input);
		if (early)
			facts_put(&some, (enum fact_id)id,
			    facts_get(&all, (enum fact_id)id));
	}
	for (int stage = 0; stage < STAGE_COUNT; stage++) {
		run_to_end(policy, (enum stage)stage, &env_all, &all, &all,
		    &run_all);
		run_to_end(policy, (enum stage)stage, &env_some, &some, &all,
		    &run_some);
		check_same(&run_all, &run_some);
	}
	arena_free(arena);
	return 0;
}
