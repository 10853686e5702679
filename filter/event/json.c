#include <jansson.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "event/event.h"
#include "event/text.h"

static void
set(json_t *object, const char *key, json_t *value)
{
	ensure(value != NULL && json_object_set_new_nocheck(object, key,
	    value) == 0);
}

static void
append(json_t *array, json_t *value)
{
	ensure(value != NULL && json_array_append_new(array, value) == 0);
}

static json_t *
word_json(const char *z)
{
	return z == NULL ? json_null() : json_string_nocheck(z);
}

static json_t *
text_json(struct str text)
{
	return event_text(text, LIMIT_EVENT_TEXT_OCTETS);
}

static json_t *
text_or_null(struct str text)
{
	return text.len == 0 ? json_null() : text_json(text);
}

static json_t *
number_json(double number)
{
	if (!isfinite(number))
		return json_null();
	/* 2^53: beyond it a double is no exact integer. */
	if (number == floor(number) && fabs(number) <= 9007199254740992.0)
		return json_integer((json_int_t)number);
	return json_real(number);
}

static json_t *
list_json(const struct str *at, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		append(array, text_json(at[i]));
	return array;
}

static json_t *
value_json(const struct fact *fact, enum fact_type type)
{
	char ip[IP_TEXT_MAX];

	switch (type) {
	case FACT_IP:
		return text_json(ip_format(&fact->ip, ip));
	case FACT_STRING:
	case FACT_DOMAIN:
	case FACT_ADDRESS:
		return text_json(fact->text);
	case FACT_NUMBER:
	case FACT_SIZE:
		return number_json(fact->number);
	case FACT_BOOL:
		return json_boolean(fact->truth);
	case FACT_WORD:
		return json_string_nocheck(word_name(fact->word));
	case FACT_LIST:
		return list_json(fact->list.at, fact->list.count);
	}
	ensure(!"a fact has a type");
	return NULL;
}

/* NULL: not known yet. */
static json_t *
fact_json(const struct fact_set *facts, enum fact_id id)
{
	const struct fact *fact = facts_get(facts, id);
	json_t *object;

	switch (fact->state) {
	case FACT_PENDING:
		return NULL;
	case FACT_NONE:
		return json_null();
	case FACT_UNKNOWN:
		object = json_object();
		set(object, "unknown", text_json(fact->text));
		return object;
	case FACT_SET:
		return value_json(fact, fact_table[id].type);
	}
	ensure(!"a fact has a state");
	return NULL;
}

static json_t *
facts_json(const struct fact_set *facts)
{
	json_t *object = json_object(), *value;

	for (int id = 0; id < FACT_COUNT; id++)
		if ((value = fact_json(facts, (enum fact_id)id)) != NULL)
			set(object, fact_table[id].name, value);
	return object;
}

static json_t *
dkim_json(const struct results *results)
{
	static const struct {
		const char *key, *name;
	} properties[] = {
		{ "domain", "d" }, { "selector", "s" },
		{ "algorithm", "a" }, { "identity", "i" },
	};
	json_t *array = json_array();

	for (size_t i = 0; i < results->list.count; i++) {
		const struct result *result = &results->list.at[i];
		json_t *object;

		/* "dkim=none" of a message without signatures has none. */
		if (result->method != METHOD_DKIM ||
		    (result->word == WORD_NONE &&
		    result->property_count == 0))
			continue;
		object = json_object();
		set(object, "result", word_json(word_name(result->word)));
		for (size_t k = 0; k < 4; k++)
			set(object, properties[k].key, text_or_null(
			    result_property(result, "header",
			    properties[k].name)));
		set(object, "reason", text_or_null(result->reason));
		append(array, object);
	}
	return array;
}

static json_t *
dns_json(const struct results *results)
{
	json_t *array = json_array();

	for (size_t i = 0; i < results->evidence.count; i++) {
		const struct evidence *e = &results->evidence.at[i];
		json_t *object = json_object();

		set(object, "method", text_json(e->method));
		set(object, "name", text_json(e->name));
		set(object, "type", word_json(e->type));
		set(object, "status", word_json(e->status));
		set(object, "secure", json_boolean(e->secure));
		set(object, "data", text_json(e->data));
		append(array, object);
	}
	return array;
}

/* "continue" is the policy's word: nothing stopped the mail. */
static json_t *
action_json(enum action action)
{
	return word_json(action_name(action == ACTION_CONTINUE ?
	    ACTION_ACCEPT : action));
}

static bool
is_reply(enum action action)
{
	return action == ACTION_REJECT || action == ACTION_TEMPFAIL;
}

static void
set_reply(json_t *object, enum action action, const struct policy_rule *rule)
{
	bool reply = rule != NULL && is_reply(action);

	set(object, "code", reply ? json_integer(rule->code) : json_null());
	set(object, "enhanced", reply ? text_json(rule->enhanced) :
	    json_null());
	set(object, "text", reply ? text_json(rule->text) : json_null());
}

/* Accept and continue are one outcome. */
static bool
is_same(enum action a, enum action b)
{
	return a == b || (a <= ACTION_ACCEPT && b <= ACTION_ACCEPT);
}

/* Is what was done the rule's doing?  Not in monitor mode, nor where trouble
 * of our own overrode it. */
static bool
is_by_rule(const struct event *event)
{
	if (event->rule == NULL)
		return false;
	if (is_reply(event->action))
		return event->rule->action == event->action;
	return is_same(event->action, event->decided) ||
	    event->policy == NULL || policy_enforces(event->policy);
}

static void
set_place(json_t *object, const struct policy_rule *rule)
{
	set(object, "file", rule == NULL || rule->file == NULL ? json_null() :
	    text_json(str_from(rule->file)));
	set(object, "line", rule == NULL ? json_null() :
	    json_integer(rule->line));
}

static json_t *
verdict_json(enum action action, const struct policy_rule *rule)
{
	json_t *object = json_object();

	set(object, "action", action_json(action));
	set_reply(object, action, rule);
	set_place(object, rule);
	return object;
}

static json_t *
rule_json(const struct policy_rule *rule)
{
	json_t *object = json_object(), *tag;

	set(object, "action", word_json(action_name(rule->action)));
	set(object, "shadow", json_boolean(rule->shadow));
	set(object, "stage", word_json(stage_name(rule->stage)));
	set_place(object, rule);
	if (is_reply(rule->action))
		set_reply(object, rule->action, rule);
	else if (rule->text.len > 0)
		set(object, "text", text_json(rule->text));
	if (rule->action == ACTION_SCORE)
		set(object, "score", number_json(rule->score));
	if (rule->action == ACTION_TAG) {
		tag = json_object();
		set(tag, "name", text_json(rule->tag_name));
		set(tag, "value", text_json(rule->tag_value));
		set(object, "tag", tag);
	}
	return object;
}

static json_t *
rules_json(const struct policy_run *run)
{
	json_t *array = json_array();

	for (size_t i = 0; run != NULL && i < run->fired.count; i++)
		append(array, rule_json(&run->fired.at[i]));
	return array;
}

static json_t *
rcpts_json(const struct event *event)
{
	json_t *array = json_array();

	for (size_t i = 0; i < event->rcpt_listed; i++) {
		const struct event_rcpt *rcpt = &event->rcpts[i];
		json_t *object = json_object();

		set(object, "address", text_json(rcpt->address));
		set(object, "action", action_json(rcpt->action));
		if (rcpt->rule != NULL) {
			set_reply(object, rcpt->action, rcpt->rule);
			set_place(object, rcpt->rule);
		}
		append(array, object);
	}
	return array;
}

static json_t *
policy_json(const struct policy *policy)
{
	json_t *object = json_object();

	if (policy == NULL) {
		json_decref(object);
		return json_null();
	}
	set(object, "name", text_json(str_from(policy_name(policy))));
	set(object, "mode", word_json(policy_enforces(policy) ? "enforce" :
	    "monitor"));
	return object;
}

static json_t *
checks_json(const struct event *event)
{
	json_t *array = json_array();

	for (size_t i = 0; i < event->check_count; i++) {
		const struct event_check *check = &event->checks[i];
		json_t *object = json_object();

		set(object, "name", word_json(check->name));
		set(object, "finished", json_boolean(check->finished));
		set(object, "took_us",
		    json_integer((json_int_t)check->took_us));
		set(object, "waited_us",
		    json_integer((json_int_t)check->waited_us));
		append(array, object);
	}
	return array;
}

static json_t *
troubles_json(const struct event *event)
{
	json_t *array = json_array();

	for (size_t i = 0; i < event->trouble_count; i++)
		append(array, text_json(str_from(event->troubles[i])));
	return array;
}

/* RFC 3339; times before 1970 are nobody's. */
static json_t *
time_json(int64_t time_us)
{
	time_t seconds = time_us < 0 ? 0 : (time_t)(time_us / 1000000);
	long micro = time_us < 0 ? 0 : (long)(time_us % 1000000);
	char text[64];
	struct tm tm;
	size_t len;

	if (gmtime_r(&seconds, &tm) == NULL || tm.tm_year > 9999 - 1900)
		return json_string_nocheck("9999-12-31T23:59:59.999999Z");
	len = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + len, sizeof(text) - len, ".%06ldZ", micro);
	return json_string_nocheck(text);
}

/* "spf.x.y" belongs to the group "spf"; *rest_out is then "x.y". */
static bool
is_in_group(const char *name, const char *group, const char **rest_out)
{
	size_t len = strlen(group);

	if (strncmp(name, group, len) != 0 || name[len] != '.')
		return false;
	*rest_out = name + len + 1;
	return true;
}

static void
set_nested(json_t *object, const char *path, json_t *value)
{
	const char *dot;

	while ((dot = strchr(path, '.')) != NULL) {
		char key[64];
		json_t *inner;

		ensure((size_t)(dot - path) < sizeof(key));
		memcpy(key, path, (size_t)(dot - path));
		key[dot - path] = '\0';
		inner = json_object_get(object, key);
		if (inner == NULL) {
			inner = json_object();
			set(object, key, inner);
		}
		object = inner;
		path = dot + 1;
	}
	set(object, path, value);
}

/* A fact as a group shows it: null unless it has a value. */
static json_t *
value_or_null(const struct fact_set *facts, enum fact_id id)
{
	if (facts_get(facts, id)->state != FACT_SET)
		return json_null();
	return fact_json(facts, id);
}

/*
 * An object for each result fact with what stands below its name.  A key that
 * is there already is left alone: "dkim" is the list of signatures.
 */
static void
set_groups(json_t *root, const struct fact_set *facts)
{
	for (int id = 0; id < FACT_COUNT; id++) {
		const char *group = fact_table[id].name, *rest;
		json_t *object;

		if (fact_table[id].words != RESULT_WORDS ||
		    strchr(group, '.') != NULL ||
		    json_object_get(root, group) != NULL)
			continue;
		object = json_object();
		set(root, group, object);
		set(object, "result", value_or_null(facts, (enum fact_id)id));
		for (int k = 0; k < FACT_COUNT; k++)
			if (is_in_group(fact_table[k].name, group, &rest))
				set_nested(object, rest, value_or_null(facts,
				    (enum fact_id)k));
	}
}

char *
event_json(const struct event *event, enum event_shape shape)
{
	json_t *root = json_object();
	const struct fact *queue_id = facts_get(event->facts,
	    FACT_ID_QUEUE_ID);
	char *text;

	set(root, "v", json_integer(1));
	set(root, "time", time_json(event->time_us));
	set(root, "kind", word_json(event->kind));
	set(root, "queue_id", queue_id->state == FACT_SET ?
	    text_json(queue_id->text) : json_null());
	set(root, "verdict", verdict_json(event->action, is_by_rule(event) ?
	    event->rule : NULL));
	if (!is_same(event->action, event->decided))
		set(root, "decided", verdict_json(event->decided,
		    event->rule));
	set(root, "policy", policy_json(event->policy));
	set(root, "rules", rules_json(event->run));
	set(root, "rcpts", rcpts_json(event));
	set(root, "dkim", dkim_json(event->results));
	if (shape == EVENT_TOOL)
		set_groups(root, event->facts);
	set(root, "facts", facts_json(event->facts));
	set(root, "dns", dns_json(event->results));
	set(root, "authentication_results", event->authentication_results.len
	    == 0 ? json_null() : event_text(event->authentication_results,
	    LIMIT_AUTHRES_OCTETS));
	set(root, "checks", checks_json(event));
	set(root, "took_us", json_integer((json_int_t)event->took_us));
	set(root, "troubles", troubles_json(event));
	text = json_dumps(root, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(root);
	ensure(text != NULL);
	return text;
}
