#include "mail/suffix.h"

#include <libpsl.h>

struct str
suffix_organizational(struct arena *arena, struct str domain)
{
	const psl_ctx_t *psl = psl_builtin();
	const char *found = psl == NULL ? NULL :
	    psl_registrable_domain(psl, arena_z(arena, domain));

	return found == NULL ? domain : str_from(found);
}
