#include "policy/function.h"

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

static const char *
check_zone(size_t at, const struct fact *constant)
{
	(void)at;
	return domain_is_valid(constant->text) ? NULL : "is no DNS zone";
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

void
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

const struct function function_table[FUNCTION_COUNT] = {
	{
		.name = "header", .takes = "the name of a field in quotes",
		.such_as = "header(\"List-Id\")",
		.count = 1, .parameters = { { TAKES(FACT_STRING), true } },
		.result = FACT_STRING, .stage = STAGE_MESSAGE,
		.check = check_field, .hook = header_hook,
	}, {
		.name = "owns", .takes = "a login and an address",
		.such_as = "owns(auth.user, mail.from)",
		.count = 2, .parameters = { { TAKES(FACT_STRING), false },
		    { TAKES(FACT_ADDRESS), false } },
		.result = FACT_BOOL, .stage = STAGE_CONNECT,
		.hook = function_ask,
	}, {
		.name = "dnsbl", .takes = "a zone in quotes",
		.such_as = "dnsbl(\"bl.example\")",
		.count = 1, .parameters = { { TAKES(FACT_STRING), true } },
		.result = FACT_BOOL, .stage = STAGE_CONNECT,
		.check = check_zone, .hook = function_ask,
		.blames_client = true,
	}, {
		.name = "dnswl", .takes = "a zone in quotes",
		.such_as = "dnswl(\"wl.example\")",
		.count = 1, .parameters = { { TAKES(FACT_STRING), true } },
		.result = FACT_BOOL, .stage = STAGE_CONNECT,
		.check = check_zone, .hook = function_ask,
	}, {
		.name = "rate", .takes = "what is counted and a duration",
		.such_as = "rate(client.ip, 1h)",
		.count = 2, .parameters = { { ANY_KEY, false },
		    { TAKES(FACT_DURATION), true } },
		.result = FACT_NUMBER, .stage = STAGE_MAIL,
		.check = check_period, .hook = function_ask,
	}, {
		.name = "rate.rcpts", .takes = "what is counted and a duration",
		.such_as = "rate.rcpts(client.ip, 1h)",
		.count = 2, .parameters = { { ANY_KEY, false },
		    { TAKES(FACT_DURATION), true } },
		.result = FACT_NUMBER, .stage = STAGE_RCPT, .of_rcpt = true,
		.check = check_period, .hook = function_ask,
	}, {
		.name = "rate.crossed",
		.takes = "what is counted, a duration and a number",
		.such_as = "rate.crossed(auth.user, 1h, 100)",
		.count = 3, .parameters = { { ANY_KEY, false },
		    { TAKES(FACT_DURATION), true },
		    { TAKES(FACT_NUMBER), true } },
		.result = FACT_BOOL, .stage = STAGE_MAIL,
		.check = check_crossed, .hook = function_ask,
	}, {
		.name = "greylist", .takes = "a duration",
		.such_as = "greylist(5m)",
		.count = 1, .parameters = { { TAKES(FACT_DURATION), true } },
		.result = FACT_WORD, .words = GREYLIST_WORDS,
		.stage = STAGE_RCPT,
		.check = check_delay, .hook = function_ask,
		.of_rcpt = true,
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
