/*
 * URI: listens to the text of the message as it streams by, and makes facts
 * of the hosts that it links to.  No text is kept.
 */
#include "base/limits.h"
#include "checks/registry.h"
#include "mail/suffix.h"
#include "mail/uri.h"

struct uri_check {
	struct uri_reader	 reader;
	VEC(struct str)		 domains, addresses;
	size_t			 left;		/* octets still looked at */
	bool			 cut;
};

static bool
is_known(const struct str *at, size_t count, struct str text)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(at[i], text))
			return true;
	return false;
}

static void
add_domain(struct check_run *run, struct str domain)
{
	struct uri_check *check = run->state;

	domain = suffix_organizational(check_scratch(run), domain);
	if (is_known(check->domains.at, check->domains.count, domain))
		return;
	if (check->domains.count == LIMIT_URI_DOMAINS)
		check->cut = true;
	else
		VEC_PUSH(run->arena, &check->domains,
		    arena_copy(run->arena, domain));
}

static void
add_address(struct check_run *run, const struct ip *ip)
{
	struct uri_check *check = run->state;
	char buffer[IP_TEXT_MAX];
	struct str text = ip_format(ip, buffer);

	if (is_known(check->addresses.at, check->addresses.count, text))
		return;
	if (check->addresses.count == LIMIT_URI_DOMAINS)
		check->cut = true;
	else
		VEC_PUSH(run->arena, &check->addresses,
		    arena_copy(run->arena, text));
}

static size_t
ascii_prefix(struct str text)
{
	size_t len = 0;

	while (len < text.len && (unsigned char)text.ptr[len] < 0x80)
		len++;
	return len;
}

/* Where no blank is written between words, text stands behind the host. */
static void
found(void *ctx, struct str host)
{
	struct check_run *run = ctx;
	struct arena *scratch = check_scratch(run);
	struct str domain, ascii = str_slice(host, 0, ascii_prefix(host));
	struct ip ip;

	if (uri_host(scratch, host, &ip, &domain) || (ascii.len < host.len &&
	    uri_host(scratch, ascii, &ip, &domain))) {
		if (domain.len > 0)
			add_domain(run, domain);
		else
			add_address(run, &ip);
	}
	arena_reset(scratch);
}

static bool
begin(void *ctx, const struct mime_part *part)
{
	struct check_run *run = ctx;
	struct uri_check *check = run->state;

	if (!part->text)
		return false;
	check->cut = check->cut || check->left == 0;
	uri_begin(&check->reader, str_ends_nocase(part->type, STR("html")) ||
	    str_ends_nocase(part->type, STR("xml")), found, run);
	return check->left > 0;
}

static bool
octets(void *ctx, const struct mime_part *part, struct str piece)
{
	struct check_run *run = ctx;
	struct uri_check *check = run->state;
	struct str seen = str_slice(piece, 0, check->left);

	(void)part;
	check->cut = check->cut || seen.len < piece.len;
	check->left -= seen.len;
	uri_read(&check->reader, seen);
	return check->left > 0 || !check->cut;
}

static void
end(void *ctx, const struct mime_part *part)
{
	struct check_run *run = ctx;
	struct uri_check *check = run->state;

	/* What was cut would be another host. */
	if (part->text && !(check->cut && check->left == 0))
		uri_end(&check->reader);
}

static const struct mime_listener listener = { begin, octets, end };

static void
start(struct check_run *run)
{
	struct uri_check *check = run->state;

	check->left = LIMIT_URI_OCTETS;
	check_mime(run, &listener);
}

static void
eom(struct check_run *run)
{
	const struct uri_check *check = run->state;
	struct fact_set *facts = run->subject->facts;

	check_mime_end(run);
	facts_list(facts, FACT_ID_URI_DOMAINS, check->domains.at,
	    check->domains.count);
	facts_list(facts, FACT_ID_URI_ADDRESSES, check->addresses.at,
	    check->addresses.count);
	facts_bool(facts, FACT_ID_URI_CUT, check->cut);
	check_finish(run);
}

static void
cancel(struct check_run *run)
{
	check_mime_end(run);
}

const struct check_ops uri_ops = {
	.state_size = sizeof(struct uri_check), .start = start, .eom = eom,
	.cancel = cancel,
};
