#include "facts/results.h"

#include <string.h>

static const char *const method_names[METHOD_COUNT] = {
	[METHOD_AUTH] = "auth",
	[METHOD_IPREV] = "iprev", [METHOD_SPF] = "spf",
	[METHOD_DKIM] = "dkim", [METHOD_ARC] = "arc",
	[METHOD_DMARC] = "dmarc",
};

const char *
method_name(enum method method)
{
	return method_names[method];
}

struct str
result_property(const struct result *result, const char *ptype,
    const char *name)
{
	for (size_t i = 0; i < result->properties.count; i++) {
		const struct result_property *p = &result->properties.at[i];

		if (strcmp(p->ptype, ptype) == 0 && strcmp(p->name, name) == 0)
			return p->value;
	}
	return STR_NONE;
}

void
result_add_property(struct arena *arena, struct result *result,
    const char *ptype, const char *name, struct str value)
{
	if (value.len == 0)
		return;
	VEC_ROOM(arena, &result->properties, 1);	/* most have one */
	VEC_PUSH(arena, &result->properties,
	    (struct result_property){ ptype, name, value });
}
