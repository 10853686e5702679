#include "policy/function.h"

#include <string.h>

#include "base/domain.h"
#include "base/limits.h"

bool
is_field_name(struct str name)
{
	return name.len > 0 && name.len <= LIMIT_FIELD_NAME_OCTETS &&
	    str_is_visible(name) && str_chr(name, ':') == name.len;
}

static const char *
check_field(size_t at, const struct fact *constant)
{
	(void)at;
	return is_field_name(constant->text) ? NULL :
	    "is no name of a header field";
}

/* RFC 5782: of IPv6 there are 32 nibbles and their dots before it. */
static const char *
check_zone(const struct fact *constant)
{
	struct ipnet net;

	if (ipnet_parse(constant->text, &net))
		return "is an address; the zone stands first, values behind "
		    "it without quotes: dnsbl(\"bl.example\", 127.0.0.2)";
	if (!domain_is_valid(constant->text) || !str_is_ascii(constant->text))
		return "is no DNS zone";
	return constant->text.len + 64 <= LIMIT_DOMAIN_OCTETS ? NULL :
	    "is too long for a zone that is asked for addresses";
}

static const char *
check_list(size_t at, const struct fact *constant)
{
	struct ipnet net;

	if (at == 0)
		return check_zone(constant);
	return ipnet_parse(constant->text, &net) ?
	    "is a text; a value stands without quotes, such as 127.0.0.2" :
	    "is a text, and a list is asked for what a fact holds, such as "
	    "from.domain; of two zones each takes a call of its own";
}

/* RFC 5782 section 2.1; dnslist/listing.h says what is never a listing. */
static const char *
check_list_value(const struct ipnet *net)
{
	static const uint8_t error[] = { 127, 255, 255 };
	static const uint8_t blocked[] = { 127, 0, 0, 1 };
	const struct ip *ip = &net->ip;

	if (ip->family != IP_V4 || ip->bytes[0] != 127 || net->bits < 8)
		return "is no value that a list answers with: those are in "
		    "127.0.0.0/8, such as 127.0.0.2 or 127.0.0.4/30";
	if (net->bits >= 24 && memcmp(ip->bytes, error, sizeof(error)) == 0)
		return "is no listing: by 127.255.255.0/24 lists say that "
		    "they refuse to answer";
	if (net->bits == 32 && memcmp(ip->bytes, blocked, sizeof(blocked)) == 0)
		return "is no listing: by 127.0.0.1 lists say that they "
		    "refuse to answer";
	return NULL;
}

/* A counter of no time or of years counts nothing. */
static const char *
check_period(size_t at, const struct fact *constant)
{
	return at == 0 || (constant->number >= 1 &&
	    constant->number <= LIMIT_PERIOD_S) ? NULL :
	    "is no time that is counted over; write 1s to 31d";
}

static const char *
check_crossed(size_t at, const struct fact *constant)
{
	if (at == 2)
		return constant->number >= 1 ? NULL :
		    "is no number of messages to be over; write 1 or more";
	return check_period(at, constant);
}

static const char *
check_delay(size_t at, const struct fact *constant)
{
	(void)at;
	return constant->number >= 1 && constant->number <= LIMIT_DELAY_S ?
	    NULL : "is no time to let a sender wait; write 1s to 1d";
}

/* The hook of what is outside of this room. */
static void
function_ask(const struct policy_env *env, const struct policy_call *call,
    struct fact *result)
{
	if (env->call != NULL)
		env->call(env->ctx, call, result);
	else
		*result = (struct fact){ .state = FACT_UNKNOWN,
		    .text = STR("nobody answers it here") };
}

/* Where there is no header, somebody may have kept what it said. */
static void
header_hook(const struct policy_env *env, const struct policy_call *call,
    struct fact *result)
{
	if (env->header == NULL)
		function_ask(env, call, result);
	else
		result->state = env->header(env->ctx, call->args[0].text,
		    &result->text) ? FACT_SET : FACT_NONE;
}

#define ANY_KEY	(TAKES_ANY_TEXT | TAKES(FACT_IP) | TAKES(FACT_LIST))
#define LIST_TAKES	"a zone in quotes, and behind it, if you like, " \
			"whom it asks for and the values that count"

/* What a sender can prove. */
static const char *const identities[] = {
	"dkim.domains", "spf.domain", "client.ip", NULL
};

#define IDENTITY \
	{ TAKES(FACT_LIST) | TAKES(FACT_DOMAIN) | TAKES(FACT_IP), false, \
	    identities }

const struct function function_table[FUNCTION_COUNT] = {
	{
		.name = "header", .takes = "the name of a field in quotes",
		.such_as = "header(\"List-Id\")",
		.count = 1,
		.parameters = { { TAKES(FACT_STRING), true, NULL } },
		.result = FACT_STRING, .stage = STAGE_MESSAGE,
		.check = check_field, .hook = header_hook,
	}, {
		.name = "owns", .takes = "a login and an address",
		.such_as = "owns(auth.user, mail.from)",
		.count = 2, .parameters = { { TAKES(FACT_STRING), false, NULL },
		    { TAKES(FACT_ADDRESS), false, NULL } },
		.result = FACT_BOOL, .stage = STAGE_CONNECT,
		.hook = function_ask,
	}, {
		.name = "dnsbl", .takes = LIST_TAKES,
		.such_as = "dnsbl(\"bl.example\") or "
		    "dnsbl(\"bl.example\", from.domain, 127.0.0.2/31)",
		.count = 2, .spare = 1,
		.parameters = { { TAKES(FACT_STRING), true, NULL },
		    { ANY_KEY, false, NULL } },
		.result = FACT_BOOL, .stage = STAGE_CONNECT,
		.check = check_list, .check_value = check_list_value,
		.hook = function_ask, .asks_list = true,
		.blames_client = true,
	}, {
		.name = "dnswl", .takes = LIST_TAKES,
		.such_as = "dnswl(\"wl.example\") or "
		    "dnswl(\"wl.example\", dkim.domains, 127.0.0.2)",
		.count = 2, .spare = 1,
		.parameters = { { TAKES(FACT_STRING), true, NULL },
		    { ANY_KEY, false, NULL } },
		.result = FACT_BOOL, .stage = STAGE_CONNECT,
		.check = check_list, .check_value = check_list_value,
		.hook = function_ask, .asks_list = true,
	}, {
		.name = "rate", .takes = "what is counted and a duration",
		.such_as = "rate(client.ip, 1h)",
		.count = 2, .parameters = { { ANY_KEY, false, NULL },
		    { TAKES(FACT_DURATION), true, NULL } },
		.result = FACT_NUMBER, .stage = STAGE_MAIL,
		.check = check_period, .hook = function_ask,
	}, {
		.name = "rate.rcpts", .takes = "what is counted and a duration",
		.such_as = "rate.rcpts(client.ip, 1h)",
		.count = 2, .parameters = { { ANY_KEY, false, NULL },
		    { TAKES(FACT_DURATION), true, NULL } },
		.result = FACT_NUMBER, .stage = STAGE_RCPT, .of_rcpt = true,
		.check = check_period, .hook = function_ask,
	}, {
		.name = "rate.crossed",
		.takes = "what is counted, a duration and a number",
		.such_as = "rate.crossed(auth.user, 1h, 100)",
		.count = 3, .parameters = { { ANY_KEY, false, NULL },
		    { TAKES(FACT_DURATION), true, NULL },
		    { TAKES(FACT_NUMBER), true, NULL } },
		.result = FACT_BOOL, .stage = STAGE_MAIL,
		.check = check_crossed, .hook = function_ask,
	}, {
		.name = "greylist", .takes = "a duration",
		.such_as = "greylist(5m)",
		.count = 1,
		.parameters = { { TAKES(FACT_DURATION), true, NULL } },
		.result = FACT_WORD, .words = GREYLIST_WORDS,
		.stage = STAGE_RCPT,
		.check = check_delay, .hook = function_ask,
		.of_rcpt = true,
	}, {
		.name = "reputation",
		.takes = "what a sender has proved: dkim.domains, spf.domain "
		    "or client.ip",
		.such_as = "reputation(dkim.domains)",
		.count = 1, .parameters = { IDENTITY },
		.result = FACT_NUMBER, .stage = STAGE_MAIL,
		.hook = function_ask,
	}, {
		.name = "reputation.confidence",
		.takes = "what a sender has proved: dkim.domains, spf.domain "
		    "or client.ip",
		.such_as = "reputation.confidence(dkim.domains)",
		.count = 1, .parameters = { IDENTITY },
		.result = FACT_NUMBER, .stage = STAGE_MAIL,
		.hook = function_ask,
	},
};

const struct function *
function_find(struct str name)
{
	for (size_t i = 0; i < FUNCTION_COUNT; i++)
		if (str_eqz(name, function_table[i].name))
			return &function_table[i];
	return NULL;
}
