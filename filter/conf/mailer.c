#include "conf/mailer.h"

#include "conf/listen.h"

enum { SMTP_PORT = 25 };

#define EXAMPLES "sendmail:/usr/sbin/sendmail, smtp://127.0.0.1:25 or " \
	"smtp+unix:/run/mail/smtp.sock"

static bool
wrong(const char **why_out, const char *why)
{
	*why_out = why;
	return false;
}

static bool
parse_path(struct arena *arena, struct str rest, struct mailer_spec *spec,
    const char **why_out)
{
	if (rest.len < 2 || rest.ptr[0] != '/' || str_chr(rest, '\0') <
	    rest.len)
		return wrong(why_out, "write a whole path, such as "
		    EXAMPLES);
	if (spec->kind == MAILER_UNIX && rest.len > LISTEN_PATH_MAX)
		return wrong(why_out, "the path of a socket has at most 107 "
		    "octets");
	spec->path = arena_z(arena, rest);
	return true;
}

static bool
parse_inet(struct str rest, struct mailer_spec *spec, const char **why_out)
{
	bool six = rest.len > 0 && rest.ptr[0] == '[';
	size_t end = six ? str_chr(rest, ']') : str_chr(rest, ':');
	struct str host = str_slice(rest, six ? 1 : 0, end);
	struct str port = str_skip(rest, end + (six ? 1 : 0));
	uint64_t number = SMTP_PORT;

	if (str_eqz_nocase(host, "localhost"))
		host = STR("127.0.0.1");
	if (!ip_parse(host, &spec->ip) || (spec->ip.family == IP_V6) != six)
		return wrong(why_out, "an address is such as 127.0.0.1, "
		    "[::1] or localhost");
	if (port.len > 0 && (port.ptr[0] != ':' ||
	    !str_to_uint(str_skip(port, 1), 65535, &number) || number == 0))
		return wrong(why_out, "a port is a number from 1 to 65535, "
		    "such as smtp://127.0.0.1:25");
	spec->port = (unsigned)number;
	return true;
}

static const struct {
	struct str prefix;
	enum mailer_kind kind;
} kinds[] = {
	{ STR_INIT("sendmail:"), MAILER_SENDMAIL },
	{ STR_INIT("smtp://"), MAILER_INET },
	{ STR_INIT("smtp+unix:"), MAILER_UNIX },
};

bool
mailer_parse(struct arena *arena, struct str text,
    struct mailer_spec *spec_out, const char **why_out, size_t *at_out)
{
	*spec_out = (struct mailer_spec){ .kind = MAILER_SENDMAIL };
	*why_out = "";
	*at_out = 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct str rest = str_skip(text, kinds[i].prefix.len);

		if (!str_starts_nocase(text, kinds[i].prefix))
			continue;
		spec_out->kind = kinds[i].kind;
		*at_out = kinds[i].prefix.len;
		return spec_out->kind == MAILER_INET ?
		    parse_inet(rest, spec_out, why_out) :
		    parse_path(arena, rest, spec_out, why_out);
	}
	return wrong(why_out, "this is nobody who takes mail; write " EXAMPLES);
}
