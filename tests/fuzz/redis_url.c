/*
 * Where a Redis listens: what is taken has a host or a path, and says nothing
 * of the password where it is shown.
 */
#include <string.h>

#include "base/ensure.h"
#include "store/redis_url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(struct str text, bool is_path)
{
	struct redis_url url;
	const char *wrong = redis_url_read(text, is_path, &url);

	ensure(memchr(url.host, '\0', sizeof(url.host)) != NULL);
	ensure(memchr(url.user, '\0', sizeof(url.user)) != NULL);
	ensure(memchr(url.password, '\0', sizeof(url.password)) != NULL);
	ensure(memchr(url.prefix, '\0', sizeof(url.prefix)) != NULL);
	ensure(memchr(url.shown, '\0', sizeof(url.shown)) != NULL);
	if (wrong != NULL) {
		ensure(wrong[0] != '\0');
		return;
	}
	ensure(url.host[0] != '\0' && url.database[0] != '\0');
	ensure(url.prefix[0] != '\0');
	ensure(is_path ? url.port == 0 && url.host[0] == '/' :
	    url.port > 0 && url.port <= 65535);
	ensure(strlen(url.shown) <= text.len);
	ensure(strchr(url.shown, '@') == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check(str_make(data, size), false);
	check(str_make(data, size), true);
	return 0;
}
