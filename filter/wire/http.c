/* What is to be said of where the HTTP server listens. */
#include "wire/parts.h"

#include "base/ensure.h"
#include "conf/http.h"

void
wire_http_warn(const struct settings *settings, struct diag *diag)
{
	struct arena *arena = arena_new();
	struct listen_spec spec;
	const char *not_now;
	size_t at;

	if (settings->http[0] != '\0') {
		ensure(http_parse(arena, str_from(settings->http), &spec,
		    &not_now, &at));
		if (!http_is_local(&spec))
			diag_add(diag, DIAG_WARNING, settings->file == NULL ?
			    "http" : settings->file, 0, 0, STR_NONE,
			    "http = \"%s\" is no loopback address: whoever "
			    "reaches it can read /metrics", settings->http);
	}
	arena_free(arena);
}
