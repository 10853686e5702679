/*
 * The hosts of a text: cut into pieces it has the same ones, each is as short
 * as is kept, and what is taken for a domain is one, below its suffix.
 * The first octet: HTML, and how it is cut.
 */
#include "base/domain.h"
#include "base/ensure.h"
#include "mail/suffix.h"
#include "mail/uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct hosts {
	struct arena	*arena;
	uint64_t	 sum;		/* of all octets, in their order */
	size_t		 count;
};

static void
check_host(struct arena *arena, struct str host)
{
	struct str domain, above;
	struct ip ip;

	if (!uri_host(arena, host, &ip, &domain))
		return;
	ensure((domain.len > 0) == (ip.family == IP_NONE));
	if (domain.len == 0)
		return;
	ensure(domain_is_valid(domain) && domain_labels(domain) > 1);
	above = suffix_organizational(arena, domain);
	ensure(above.len > 0 && domain_is_under(domain, above));
}

static void
found(void *ctx, struct str host)
{
	struct hosts *hosts = ctx;

	ensure(host.len > 0 && host.len <= LIMIT_URI_HOST_OCTETS);
	for (size_t i = 0; i < host.len; i++)
		hosts->sum = hosts->sum * 31 + (unsigned char)host.ptr[i];
	hosts->sum = hosts->sum * 31 + 256;
	hosts->count++;
	if (hosts->arena != NULL)
		check_host(hosts->arena, host);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hosts whole = { .arena = arena_new() }, cut = { NULL, 0, 0 };
	struct uri_reader reader;
	struct str text;
	size_t step;

	if (size > 0) {
		text = str_make(data + 1, size - 1);
		step = (size_t)(data[0] >> 1) + 1;
		uri_begin(&reader, (data[0] & 1) != 0, found, &whole);
		uri_read(&reader, text);
		uri_end(&reader);
		uri_begin(&reader, (data[0] & 1) != 0, found, &cut);
		for (size_t at = 0; at < text.len; at += step)
			uri_read(&reader, str_slice(text, at, at + step));
		uri_end(&reader);
		ensure(whole.sum == cut.sum && whole.count == cut.count);
	}
	arena_free(whole.arena);
	return 0;
}
