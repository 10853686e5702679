/*
 * What a client calls itself, and what reverse DNS calls it: any text has one
 * form; an address is had of literals and addresses alone; and a name that is
 * made of the address is generic, whatever stands around it.
 */
#include "base/arena.h"
#include "base/ensure.h"
#include "mail/hostname.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_helo(struct str helo)
{
	struct ip ip;
	enum helo_form form = helo_form(helo, &ip);

	ensure((ip.family != IP_NONE) ==
	    (form == HELO_LITERAL || form == HELO_ADDRESS));
	ensure(form != HELO_UNQUALIFIED || str_chr(helo, '.') + 1 >= helo.len);
}

/* "rest-192-0-2-1": has no word for a mail server unless rest has. */
static void
check_generic(struct arena *arena, struct str name)
{
	struct ip v4 = { .family = IP_V4, .bytes = { 192, 0, 2, 17 } };
	struct ip v6 = { .family = IP_V6, .bytes = { 0x20, 1, 0xd, 0xb8 } };
	struct str with = arena_printf(arena, "%.*s.192-0-2-17.example",
	    (int)name.len, name.ptr == NULL ? "" : name.ptr);
	struct str mail = arena_printf(arena, "%.*s.mx.example",
	    (int)name.len, name.ptr == NULL ? "" : name.ptr);

	hostname_is_generic(name, &v6);
	if (hostname_is_generic(name, &v4) && with.len > name.len)
		ensure(hostname_is_generic(with, &v4));
	if (mail.len > name.len)
		ensure(!hostname_is_generic(mail, &v4));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct str text = str_make(data, size);

	check_helo(text);
	if (size < 4096 && str_chr(text, '\0') == size)
		check_generic(arena, text);
	arena_free(arena);
	return 0;
}
