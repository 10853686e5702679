/*
 * Display names and domains against what is protected: the first octet is for
 * which; what is found is one of those, in UTF-8, and an address in a name has
 * a domain that is not the author's.
 */
#include "base/domain.h"
#include "base/ensure.h"
#include "mail/display.h"
#include "mail/encoded_word.h"
#include "mail/near.h"
#include "mail/protect.h"
#include "mail/skeleton.h"
#include "mail/unsubscribe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = { "Ann Example", "PayPal",
    "J\xc3\xb6rg M\xc3\xbcller" };
static const char *const domains[] = { "example.com", "my-bank.example",
    "m\xc3\xbcller.example" };

static void
check_name(struct arena *arena, struct protect *protect, struct str text)
{
	struct str name = encoded_word_decode(arena, text);
	struct str found = protect_name(protect, arena, name);
	struct str address = display_address(arena, name,
	    STR("example.com")), domain;

	ensure(found.len == 0 || str_eqz(found, names[0]) ||
	    str_eqz(found, names[1]) || str_eqz(found, names[2]));
	if (address.len == 0)
		return;
	domain = str_skip(address, str_rchr(address, '@') + 1);
	ensure(domain_is_valid(domain) && domain_labels(domain) >= 2);
	ensure(!domain_is_under(domain, STR("example.com")));
	ensure(str_is_utf8(address));
}

static void
check_domain(struct arena *arena, struct protect *protect, struct str text)
{
	struct str ascii, like = STR_NONE;
	enum likeness kind;

	if (!domain_to_ascii(arena, text, &ascii))
		return;
	kind = protect_domain(protect, arena, ascii, &like);
	ensure((kind == LIKENESS_NONE) == (likeness_name(kind) == NULL));
	ensure(kind == LIKENESS_NONE || like.len > 0);
	ensure(kind == LIKENESS_NONE ||
	    !domain_is_under(ascii, STR("example.com")));
}

static void
check_texts(struct arena *arena, struct str text)
{
	struct str half = str_slice(text, 0, text.len / 2);
	struct str rest = str_skip(text, half.len);

	if (str_is_utf8(half) && str_is_utf8(rest))
		ensure(near_is(half, rest) == near_is(rest, half));
	ensure(!near_is(text, text));
	ensure(unsubscribe_uri(arena, text).len <= text.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct protect *protect;
	struct arena *arena = arena_new();
	struct str text = str_make(data, size);

	if (protect == NULL)
		protect = protect_new(&(struct protect_options){
		    .names = names, .name_count = 3,
		    .domains = domains, .domain_count = 3 });
	if (size > 0) {
		text = str_skip(text, 1);
		if (data[0] % 3 == 0)
			check_name(arena, protect, text);
		else if (data[0] % 3 == 1)
			check_domain(arena, protect, text);
		else
			check_texts(arena, text);
	}
	arena_free(arena);
	return 0;
}
