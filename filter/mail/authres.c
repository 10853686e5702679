#include "mail/authres.h"

#include "base/domain.h"
#include "base/limits.h"
#include "mail/lex.h"

bool
authres_id(struct arena *arena, struct str value, struct str *id_out)
{
	*id_out = STR_NONE;
	if (lex_cfws(&value, NULL) != NULL)
		return false;
	if (lex_peek(value) == '"')
		return lex_quoted(arena, &value, id_out) == NULL;
	*id_out = lex_token(&value);
	return id_out->len > 0;
}
