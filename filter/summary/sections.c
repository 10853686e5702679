#include <string.h>

#include "summary/section.h"

/* All sections, in the order in which they are told; see summary.h. */
const struct section *const section_table[] = {
	&section_sources, &section_volume, &section_verdicts,
	&section_delivery, &section_rules,
	&section_spam, &section_authentication, &section_forged,
	&section_candidates, &section_clients, &section_rates,
	&section_backscatter, &section_tls, &section_latency, &section_dns,
	&section_lists, &section_shadow, &section_signing, &section_troubles,
	&section_by,
};

const size_t section_count = sizeof(section_table) / sizeof(section_table[0]);

bool
summary_has_section(struct str key)
{
	for (size_t i = 0; i < section_count; i++)
		if (str_eqz(key, section_table[i]->key))
			return true;
	return false;
}

bool
summary_is_wanted(const struct summary_print *how,
    const struct summary_section *section)
{
	const char *const *only = how->only;

	while (only != NULL && *only != NULL &&
	    strcmp(*only, section->key) != 0)
		only++;
	return only == NULL || *only != NULL;
}
