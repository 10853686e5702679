#include <stdlib.h>

#include "base/domain.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "policy/list_parts.h"

static unsigned
least(unsigned a, unsigned b)
{
	return a == 0 || (b > 0 && b < a) ? b : a;
}

/* Of entries that are superfluous, say how many there are and show one. */
static void
report_surplus(const struct list_builder *builder, size_t count,
    unsigned line, const char *one, const char *many, struct diag *diag)
{
	struct place place = { builder->source, line, 1, 0 };

	if (count == 1)
		doubt(diag, place, "this %s", one);
	else if (count > 1)
		doubt(diag, place, "%zu entries, of which this is the first, "
		    "%s", count, many);
}

static void
release(struct list_builder *builder)
{
	arena_free(builder->scratch);
	free(builder);
}

void
list_abandon(struct list_builder *builder)
{
	for (int i = 0; i < LIST_FAMILIES; i++)
		nets_abandon(&builder->nets[i]);
	names_abandon(&builder->names);
	release(builder);
}

const struct list *
list_build(struct list_builder *builder, struct diag *diag)
{
	struct list *list = arena_alloc(builder->arena, sizeof(*list));
	size_t covered = 0, more, twice;
	unsigned first = 0, line;

	*list = builder->list;
	for (int i = 0; i < LIST_FAMILIES; i++) {
		nets_build(&builder->nets[i], builder->arena, &list->nets[i],
		    &more, &line);
		covered += more;
		first = least(first, line);
	}
	report_surplus(builder, covered, first, "lies inside of another "
	    "network of the list", "lie inside of other networks of the list",
	    diag);
	names_build(&builder->names, builder->arena, &list->names, &twice,
	    &line);
	report_surplus(builder, twice, line, "stands in the list already",
	    "stand in the list already", diag);
	list->regexes = builder->regexes.at;
	list->regex_count = builder->regexes.count;
	release(builder);
	return list;
}

size_t
list_count(const struct list *list)
{
	return list->count;
}

unsigned
list_kinds(const struct list *list)
{
	return list->kinds;
}

bool
list_has_ip(const struct list *list, const struct ip *ip)
{
	return ip->family != IP_NONE && nets_have(&list->nets[
	    ip->family == IP_V4 ? LIST_V4 : LIST_V6], ip);
}

/* The more a sender can make one of them work, the less the others matter. */
static enum list_answer
match_regexes(const struct list *list, struct str text)
{
	enum list_answer answer = LIST_NO;

	for (size_t i = 0; i < list->regex_count; i++)
		switch (regex_match(list->regexes[i], text)) {
		case REGEX_YES:
			return LIST_YES;
		case REGEX_UNKNOWN:
			answer = LIST_UNKNOWN;
			break;
		case REGEX_NO:
			break;
		}
	return answer;
}

static bool
has_domain(const struct list *list, struct str name)
{
	unsigned labels;

	if (name.len == 0 || name.len > LIMIT_DOMAIN_OCTETS ||
	    name.ptr[0] == '.' || str_chr(name, '@') < name.len)
		return false;
	if ((list->kinds & (LIST_DOMAINS | LIST_TEXTS)) != 0 &&
	    names_have(&list->names, name))
		return true;
	if ((list->kinds & LIST_SUBDOMAINS) == 0)
		return false;
	labels = domain_labels(name);
	for (size_t i = 1; i + 1 < name.len; i++) {
		if (name.ptr[i] != '.')
			continue;
		labels--;
		if ((list->depths >> (labels < 63 ? labels : 63) & 1) != 0 &&
		    names_have(&list->names, str_skip(name, i)))
			return true;
	}
	return false;
}

static bool
has_address(const struct list *list, struct str address)
{
	size_t at = str_rchr(address, '@');

	if (names_have(&list->names, address))
		return true;
	if (at == address.len)
		return false;
	if ((list->kinds & LIST_USERS) != 0 &&
	    names_have(&list->names, str_slice(address, 0, at + 1)))
		return true;
	if ((list->kinds & LIST_AT_DOMAINS) != 0 &&
	    names_have(&list->names, str_skip(address, at)))
		return true;
	return has_domain(list, str_skip(address, at + 1));
}

enum list_answer
list_has_domain(const struct list *list, struct str name)
{
	return has_domain(list, name) ? LIST_YES : match_regexes(list, name);
}

enum list_answer
list_has_address(const struct list *list, struct str address)
{
	return has_address(list, address) ? LIST_YES :
	    match_regexes(list, address);
}

enum list_answer
list_has_text(const struct list *list, struct str text)
{
	return names_have(&list->names, text) ? LIST_YES :
	    match_regexes(list, text);
}
