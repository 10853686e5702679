#include "conf/listen.h"

#include <grp.h>
#include <string.h>

#define EXAMPLES "unix:/run/assay/assay.sock or inet:8893@127.0.0.1"

struct parse {
	struct arena	*arena;
	struct str	 text;
	const char	*why;
	size_t		 at;
};

static bool
wrong(struct parse *parse, struct str here, struct str why)
{
	parse->why = arena_z(parse->arena, why);
	parse->at = (size_t)(here.ptr - parse->text.ptr);
	return false;
}

static bool
set_mode(struct parse *parse, struct str value, struct listen_spec *spec)
{
	spec->mode = 0;
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] < '0' || value.ptr[i] > '7' || i > 3)
			value.len = 0;
		else
			spec->mode = spec->mode * 8 +
			    (unsigned)(value.ptr[i] - '0');
	}
	if (value.len >= 3 && spec->mode <= 0777)
		return true;
	return wrong(parse, value, STR("a mode is octal, such as mode=660"));
}

static bool
set_group(struct parse *parse, struct str value, struct listen_spec *spec)
{
	const struct group *group = NULL;

	if (value.len > 0 && str_is_visible(value))
		group = getgrnam(arena_z(parse->arena, value));
	if (group == NULL)
		return wrong(parse, value, arena_printf(parse->arena,
		    "there is no group \"%.*s\" on this machine",
		    STR_ARG(value)));
	spec->has_group = true;
	spec->group = group->gr_gid;
	return true;
}

static const struct {
	struct str prefix;
	bool (*set)(struct parse *, struct str, struct listen_spec *);
} options[] = {
	{ STR_INIT("mode="), set_mode },
	{ STR_INIT("group="), set_group },
};

static bool
set_option(struct parse *parse, struct str option, struct listen_spec *spec)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (str_starts_nocase(option, options[i].prefix))
			return options[i].set(parse,
			    str_skip(option, options[i].prefix.len), spec);
	return wrong(parse, option, STR("after the path comes mode=OCTAL or "
	    "group=NAME, such as unix:/run/assay/assay.sock,mode=660"));
}

static bool
parse_unix(struct parse *parse, struct str rest, struct listen_spec *spec)
{
	struct str path = rest, option;

	spec->family = LISTEN_UNIX;
	spec->mode = LISTEN_MODE;
	str_next(&rest, ',', &path);
	if (path.len < 2 || path.ptr[0] != '/')
		return wrong(parse, path, STR("write the whole path of the "
		    "socket, such as unix:/run/assay/assay.sock"));
	if (path.len > LISTEN_PATH_MAX)
		return wrong(parse, path, STR("the path of a socket has at "
		    "most 107 octets; choose a shorter one"));
	memcpy(spec->path, path.ptr, path.len);
	spec->path[path.len] = '\0';
	while (str_next(&rest, ',', &option))
		if (!set_option(parse, option, spec))
			return false;
	return true;
}

static struct str
without_brackets(struct str host)
{
	if (host.len >= 2 && host.ptr[0] == '[' &&
	    host.ptr[host.len - 1] == ']')
		return str_slice(host, 1, host.len - 1);
	return host;
}

static bool
parse_inet(struct parse *parse, struct str rest, struct listen_spec *spec)
{
	bool six = spec->family == LISTEN_INET6;
	size_t at = str_chr(rest, '@');
	struct str port = str_slice(rest, 0, at);
	struct str host = str_skip(rest, at + 1);
	uint64_t number;

	if (!str_to_uint(port, 65535, &number) || number == 0)
		return wrong(parse, port, STR("a port is a number from 1 to "
		    "65535, such as inet:8893@127.0.0.1"));
	spec->port = (unsigned)number;
	if (at == rest.len)
		return wrong(parse, port, arena_printf(parse->arena,
		    "write the address to listen on, such as %s",
		    six ? "inet6:8893@::1" : "inet:8893@127.0.0.1"));
	host = without_brackets(host);
	if (str_eqz_nocase(host, "localhost"))
		host = six ? STR("::1") : STR("127.0.0.1");
	if (ip_parse(host, &spec->ip) &&
	    spec->ip.family == (six ? IP_V6 : IP_V4))
		return true;
	return wrong(parse, str_skip(rest, at + 1), arena_printf(parse->arena,
	    "\"%.*s\" is not an %s address; write one such as %s",
	    STR_ARG(host), six ? "IPv6" : "IPv4",
	    six ? "inet6:8893@::1" : "inet:8893@127.0.0.1"));
}

bool
listen_parse(struct arena *arena, struct str text,
    struct listen_spec *spec_out, const char **why_out, size_t *at_out)
{
	struct parse parse = { .arena = arena, .text = text };
	size_t colon = str_chr(text, ':');
	struct str kind = str_slice(text, 0, colon);
	struct str rest = str_skip(text, colon + 1);
	bool ok;

	memset(spec_out, 0, sizeof(*spec_out));
	if (str_eqz(kind, "unix") || str_eqz(kind, "local")) {
		ok = parse_unix(&parse, rest, spec_out);
	} else if (str_eqz(kind, "inet")) {
		spec_out->family = LISTEN_INET;
		ok = parse_inet(&parse, rest, spec_out);
	} else if (str_eqz(kind, "inet6")) {
		spec_out->family = LISTEN_INET6;
		ok = parse_inet(&parse, rest, spec_out);
	} else {
		ok = wrong(&parse, text, STR("this is no place to listen; "
		    "write " EXAMPLES));
	}
	*why_out = parse.why;
	*at_out = parse.at;
	return ok;
}
