#include "conf/http.h"

#include <string.h>

#define EXAMPLES	"127.0.0.1:9464, [::1]:9464 or " \
			"unix:/run/assay/http.sock"

static bool
parse_address(struct str host, struct listen_spec *spec)
{
	bool six = host.len >= 2 && host.ptr[0] == '[' &&
	    host.ptr[host.len - 1] == ']';

	if (six)
		host = str_slice(host, 1, host.len - 1);
	else if (str_eqz_nocase(host, "localhost"))
		host = STR("127.0.0.1");
	spec->family = six ? LISTEN_INET6 : LISTEN_INET;
	return ip_parse(host, &spec->ip) &&
	    spec->ip.family == (six ? IP_V6 : IP_V4);
}

bool
http_parse(struct arena *arena, struct str text, struct listen_spec *spec_out,
    const char **why_out, size_t *at_out)
{
	size_t colon = str_rchr(text, ':');
	struct str port = str_skip(text, colon + 1);
	uint64_t number;

	if (str_starts_nocase(text, STR("unix:")))
		return listen_parse(arena, text, spec_out, why_out, at_out);
	memset(spec_out, 0, sizeof(*spec_out));
	*at_out = 0;
	*why_out = "write " EXAMPLES;
	if (!parse_address(str_slice(text, 0, colon), spec_out))
		return false;
	*at_out = colon == text.len ? 0 : colon + 1;
	*why_out = "a port is a number from 1 to 65535, such as "
	    "127.0.0.1:9464";
	if (!str_to_uint(port, 65535, &number) || number == 0)
		return false;
	spec_out->port = (unsigned)number;
	return true;
}

bool
http_is_local(const struct listen_spec *spec)
{
	static const uint8_t one[16] = { [15] = 1 };

	return spec->family == LISTEN_UNIX ||
	    (spec->family == LISTEN_INET && spec->ip.bytes[0] == 127) ||
	    (spec->family == LISTEN_INET6 &&
	    memcmp(spec->ip.bytes, one, sizeof(one)) == 0);
}
