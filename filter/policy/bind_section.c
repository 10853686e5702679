#include <math.h>

#include "base/limits.h"
#include "policy/bound.h"

enum { PORT_MAX = 65535 };

/* One listener that a section is for; of a socket the address too. */
struct target {
	const struct term	*term;
	struct str		 name;
	struct ip		 ip;
	double			 port;		/* 0: any */
};

static struct expr *
expr_of(struct bind *bind, enum expr_kind kind, struct place place)
{
	struct expr *expr = arena_alloc(bind->arena, sizeof(*expr));

	expr->kind = kind;
	expr->place = place;
	return expr;
}

/* fact == value, as if it were written at this place. */
static struct expr *
equals(struct bind *bind, struct place place, const char *fact,
    struct term value)
{
	struct expr *expr = expr_of(bind, EXPR_COMPARE, place);

	expr->left = arena_alloc(bind->arena, sizeof(*expr->left));
	expr->right = arena_alloc(bind->arena, sizeof(*expr->right));
	*expr->left = (struct term){ .kind = TERM_NAME, .place = place,
	    .text = str_from(fact), .raw = str_from(fact) };
	value.place = place;
	*expr->right = value;
	return expr;
}

static struct expr *
expr_of_target(struct bind *bind, const struct target *target)
{
	struct place place = target->term->place;
	struct expr *both, *port;

	if (target->name.ptr != NULL)
		return equals(bind, place, "listener", (struct term){
		    .kind = TERM_TEXT, .text = target->name });
	port = equals(bind, place, "listener.port", (struct term){
	    .kind = TERM_NUMBER, .number = target->port });
	if (target->ip.family == IP_NONE)
		return port;
	both = expr_of(bind, EXPR_AND, place);
	both->children = equals(bind, place, "listener.address",
	    (struct term){ .kind = TERM_IP, .net.ip = target->ip });
	both->children->next = port;
	return both;
}

static bool
is_port(double number)
{
	return number >= 1 && number <= PORT_MAX && number == floor(number);
}

static const char *
read_listener(struct target *target)
{
	target->name = target->term->text;
	return target->term->kind == TERM_TEXT && target->name.len > 0 ?
	    NULL : "a listener is named in quotes, such as on listener "
	    "\"submission\"";
}

static const char *
read_port(struct target *target)
{
	target->port = target->term->number;
	return target->term->kind == TERM_NUMBER && is_port(target->port) ?
	    NULL : "a port is a number from 1 to 65535, such as on port 587";
}

/* "192.0.2.1:587", "[2001:db8::1]:587" */
static const char *
read_socket(struct target *target)
{
	static const char wrong[] = "a socket is an address and a port in "
	    "quotes, such as on socket \"192.0.2.1:587\" or "
	    "\"[2001:db8::1]:587\"";
	struct str text = target->term->text, address, port;
	size_t colon = str_rchr(text, ':');
	bool bracket = text.len > 0 && text.ptr[0] == '[';

	if (target->term->kind != TERM_TEXT || colon == text.len)
		return wrong;
	port = str_skip(text, colon + 1);
	address = str_slice(text, 0, colon);
	if (bracket)
		address = address.len > 1 &&
		    address.ptr[address.len - 1] == ']' ?
		    str_slice(address, 1, address.len - 1) : STR_NONE;
	if (port.len == 0 || port.len > 5 || !ip_parse(address, &target->ip))
		return wrong;
	for (size_t i = 0; i < port.len; i++) {
		if (!ascii_digit(port.ptr[i]))
			return wrong;
		target->port = target->port * 10 + (port.ptr[i] - '0');
	}
	return is_port(target->port) &&
	    bracket == (target->ip.family == IP_V6) ? NULL : wrong;
}

static const struct {
	const char *name;
	const char *(*read)(struct target *target);
} whats[] = {
	{ "listener", read_listener }, { "port", read_port },
	{ "socket", read_socket },
};

enum { WHATS = sizeof(whats) / sizeof(whats[0]) };

static bool
find_what(struct bind *bind, const struct term *term, size_t *what_out)
{
	const char *names[WHATS];

	for (size_t i = 0; i < WHATS; i++) {
		names[i] = whats[i].name;
		*what_out = i;
		if (str_eqz(term->text, names[i]))
			return true;
	}
	mistake(bind->diag, term->place, "a section is on a listener, port or "
	    "socket, not \"%.*s\"%s", STR_ARG(term->text),
	    nearest_hint(bind->arena, term->text, names, WHATS));
	return false;
}

static bool
overlap(const struct target *a, const struct target *b)
{
	if (a->name.ptr != NULL || b->name.ptr != NULL)
		return a->name.ptr != NULL && b->name.ptr != NULL &&
		    str_eq_nocase(a->name, b->name);
	return a->port == b->port && (a->ip.family == IP_NONE ||
	    b->ip.family == IP_NONE || ip_equal(&a->ip, &b->ip));
}

static void
warn_overlap(struct bind *bind, const struct scope *scope,
    const struct target *target)
{
	if (bind->targets.count > LIMIT_POLICY_NAMES)
		return;
	for (size_t i = 0; i < bind->targets.count; i++) {
		const struct scope_target *other = &bind->targets.at[i];
		struct place at = other->target->term->place;

		if (!overlap(other->target, target))
			continue;
		if (other->scope == scope)
			doubt(bind->diag, target->term->place, "%.*s is named "
			    "twice here", STR_ARG(target->term->raw));
		else
			doubt(bind->diag, target->term->place, "%.*s has a "
			    "section already (%s)",
			    STR_ARG(target->term->raw), place_from(
			    bind->arena, target->term->place, at));
		return;
	}
}

/* The condition of a section; NULL: a mistake. */
static struct expr *
expr_of_section(struct bind *bind, const struct scope *scope)
{
	const struct section *section = scope->section;
	struct expr *any = expr_of(bind, EXPR_OR, section->place), *last =
	    NULL;
	bool ok = section->values != NULL;
	size_t what;

	if (!find_what(bind, section->what, &what))
		return NULL;
	if (!ok)
		mistake(bind->diag, section->place, "this section is for no "
		    "%s at all", whats[what].name);
	for (const struct term *term = section->values; term;
	    term = term->next) {
		struct target *target = arena_alloc(bind->arena,
		    sizeof(*target));
		const char *wrong;

		target->term = term;
		wrong = whats[what].read(target);
		if (wrong != NULL) {
			mistake(bind->diag, term->place, "%s", wrong);
			ok = false;
			continue;
		}
		warn_overlap(bind, scope, target);
		VEC_PUSH(bind->arena, &bind->targets,
		    (struct scope_target){ scope, target });
		if (last == NULL)
			any->children = expr_of_target(bind, target);
		else
			last->next = expr_of_target(bind, target);
		last = last == NULL ? any->children : last->next;
	}
	return ok ? any : NULL;
}

/* It is a define without a name: asked once for all its rules. */
static struct define *
define_of(struct bind *bind, const struct scope *scope)
{
	struct expr *expr = expr_of_section(bind, scope);
	struct define *define;

	if (expr == NULL)
		return NULL;
	define = bind_new_define(bind, STR(""), scope->section->place, expr,
	    STAGE_CONNECT);
	define->used = true;
	return define->cond == NULL ? NULL : define;
}

const struct scope *
bind_scope(struct bind *bind, const struct section *section)
{
	struct scope *scope;

	if (section == NULL)
		return NULL;
	/* The stages of one stand together. */
	scope = bind->scopes.count == 0 ? NULL :
	    bind->scopes.at[bind->scopes.count - 1];
	if (scope != NULL && scope->section == section)
		return scope;
	scope = arena_alloc(bind->arena, sizeof(*scope));
	scope->section = section;
	if (bind->scopes.count < LIMIT_POLICY_NAMES)
		scope->define = define_of(bind, scope);
	else
		mistake(bind->diag, section->place, "more than %d sections",
		    LIMIT_POLICY_NAMES);
	VEC_PUSH(bind->arena, &bind->scopes, scope);
	return scope;
}
