#include "event/mask.h"

#include <string.h>

#include "base/keyed.h"
#include "event/mask_parts.h"

enum kind { NOBODY, SENDER, RECIPIENT, CLIENT, SUBJECT, CLIENT_NAME,
	    NO_ADDRESS, SENDER_NAME, KINDS };

/* What facts tell of whom. */
static const unsigned char kinds[FACT_COUNT] = {
	[FACT_ID_MAIL_FROM] = SENDER, [FACT_ID_AUTH_USER] = SENDER,
	[FACT_ID_FROM] = SENDER, [FACT_ID_SENDER] = SENDER,
	[FACT_ID_REPLY_TO] = SENDER, [FACT_ID_FROM_NAME_ADDRESS] = SENDER,
	[FACT_ID_FROM_NAME] = SENDER_NAME,
	[FACT_ID_RCPT] = RECIPIENT, [FACT_ID_RCPT_ACCEPTED] = RECIPIENT,
	[FACT_ID_CLIENT_IP] = CLIENT, [FACT_ID_RELAY_IP] = CLIENT,
	[FACT_ID_CLIENT_NAME] = CLIENT_NAME,
	[FACT_ID_IPREV_NAME] = CLIENT_NAME, [FACT_ID_PTR_NAMES] = CLIENT_NAME,
	[FACT_ID_SUBJECT] = SUBJECT, [FACT_ID_MESSAGE_ID] = NO_ADDRESS,
};

/* Facts of a kind are left out as a whole. */
static const unsigned omitted_by[KINDS] = {
	[RECIPIENT] = PRIVACY_OMIT_RECIPIENTS,
	[SUBJECT] = PRIVACY_OMIT_SUBJECT,
	[CLIENT_NAME] = PRIVACY_CUT_CLIENTS,
	[SENDER_NAME] = PRIVACY_HASH_SENDERS,
};

/* Fields in which recipients stand. */
static const char *const fields[] = {
	"To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc",
	"Apparently-To", "Delivered-To", "Envelope-To", "X-Original-To",
	"X-Delivered-To", "X-Envelope-To", "X-Rcpt-To", "Received",
	"Original-Recipient", "Final-Recipient"
};

static const struct {
	const char	*name;
	enum privacy_bit bit;
} words[] = {
	{ "hash-recipients", PRIVACY_HASH_RECIPIENTS },
	{ "omit-recipients", PRIVACY_OMIT_RECIPIENTS },
	{ "hash-senders", PRIVACY_HASH_SENDERS },
	{ "omit-subject", PRIVACY_OMIT_SUBJECT },
	{ "cut-clients", PRIVACY_CUT_CLIENTS },
};

enum { WORDS = sizeof(words) / sizeof(words[0]), SUBJECT_MIN = 3 };

const char *
privacy_name(enum privacy_bit bit)
{
	for (size_t i = 0; i < WORDS; i++)
		if (words[i].bit == bit)
			return words[i].name;
	return "";
}

unsigned
privacy_find(struct str word)
{
	for (size_t i = 0; i < WORDS; i++)
		if (str_eqz(word, words[i].name))
			return words[i].bit;
	return 0;
}

/* ---- who is who ---- */

static const struct str *
text_of(const struct fact_set *facts, enum fact_id id)
{
	const struct fact *fact = facts_get(facts, id);

	return fact->state == FACT_SET && fact->text.len > 0 ? &fact->text :
	    NULL;
}

static void
find_senders(struct mask *mask, const struct fact_set *facts)
{
	for (int id = 0; id < FACT_COUNT; id++) {
		const struct str *text = kinds[id] != SENDER ? NULL :
		    text_of(facts, (enum fact_id)id);

		if (text != NULL && mask->sender_count < MASK_SENDERS)
			mask->senders[mask->sender_count++] = *text;
	}
}

static void
add_needle(struct mask *mask, struct str text, struct str instead)
{
	if (text.len > 0 && mask->needle_count < MASK_NEEDLES)
		mask->needles[mask->needle_count++] =
		    (struct mask_needle){ text, instead };
}

struct ip
mask_ip(const struct mask *mask, const struct ip *ip)
{
	struct ip net = *ip;
	size_t kept = ip->family == IP_V4 ? 3 : 8;

	if (mask != NULL && mask_hides(mask, PRIVACY_CUT_CLIENTS) &&
	    ip->family != IP_NONE)
		memset(net.bytes + kept, 0, sizeof(net.bytes) - kept);
	return net;
}

/* Its address as text, and as it is asked for in DNS. */
static void
add_ip(struct mask *mask, const struct fact *fact)
{
	char text[IP_TEXT_MAX], cut[IP_TEXT_MAX], arpa[IP_ARPA_MAX];
	struct str name;
	struct ip ip, net;

	if (fact->state != FACT_SET || fact->ip_family == IP_NONE)
		return;
	ip = fact_ip(fact);
	net = mask_ip(mask, &ip);
	name = ip_arpa(&ip, arpa);
	name.len -= ip.family == IP_V4 ? strlen(".in-addr.arpa") :
	    strlen(".ip6.arpa");
	add_needle(mask, arena_copy(mask->arena, name), STR("[client]"));
	add_needle(mask, arena_copy(mask->arena, ip_format(&ip, text)),
	    arena_copy(mask->arena, ip_format(&net, cut)));
}

static void
find_needles(struct mask *mask, const struct fact_set *facts)
{
	const struct str *subject = text_of(facts, FACT_ID_SUBJECT);
	const struct str *name = text_of(facts, FACT_ID_CLIENT_NAME);
	const struct str *login = text_of(facts, FACT_ID_AUTH_USER);
	const struct str *iprev = text_of(facts, FACT_ID_IPREV_NAME);

	if (mask_hides(mask, PRIVACY_OMIT_SUBJECT) && subject != NULL &&
	    str_trim(*subject).len >= SUBJECT_MIN)
		add_needle(mask, str_trim(*subject), STR("[subject]"));
	if (mask_hides(mask, PRIVACY_HASH_SENDERS) && login != NULL)
		add_needle(mask, arena_printf(mask->arena, "smtp.auth=%.*s",
		    STR_ARG(*login)), arena_printf(mask->arena,
		    "smtp.auth=%.*s", STR_ARG(mask_sender(mask, *login))));
	if (!mask_hides(mask, PRIVACY_CUT_CLIENTS))
		return;
	add_ip(mask, facts_get(facts, FACT_ID_CLIENT_IP));
	add_ip(mask, facts_get(facts, FACT_ID_RELAY_IP));
	if (name != NULL)
		add_needle(mask, *name, STR("[client]"));
	if (iprev != NULL)
		add_needle(mask, *iprev, STR("[client]"));
}

struct mask *
mask_new(struct arena *arena, const struct privacy *privacy,
    const struct fact_set *facts, const struct str *rcpts, size_t rcpt_count)
{
	struct mask *mask;

	if (privacy == NULL || privacy->bits == 0)
		return NULL;
	mask = arena_alloc(arena, sizeof(*mask));
	*mask = (struct mask){ .arena = arena, .privacy = privacy,
	    .rcpts = rcpts, .rcpt_count = rcpt_count };
	find_senders(mask, facts);
	find_needles(mask, facts);
	return mask;
}

unsigned
mask_bits(const struct mask *mask)
{
	return mask == NULL ? 0 : mask->privacy->bits;
}

/* ---- one address ---- */

struct str
privacy_hashed(struct arena *arena, const struct privacy *privacy,
    struct str address)
{
	size_t at = str_rchr(address, '@');
	struct str lower = arena_lower(arena, address), digits;
	char out[KEYED_DIGITS];

	digits = keyed_digits(privacy->key, lower, out);
	return arena_printf(arena, "h-%.*s%.*s", STR_ARG(digits),
	    STR_ARG(str_skip(address, at)));
}

struct str
mask_rcpt(struct mask *mask, struct str address)
{
	if (mask == NULL || address.len == 0)
		return address;
	if (mask_hides(mask, PRIVACY_OMIT_RECIPIENTS))
		return STR("[recipient]");
	return mask_hides(mask, PRIVACY_HASH_RECIPIENTS) ?
	    privacy_hashed(mask->arena, mask->privacy, address) : address;
}

/* "list+bob=example.net@list.example": bounces are to tell of whom. */
static bool
names_a_rcpt(const struct mask *mask, struct str sender)
{
	struct str lower = arena_lower(mask->arena, sender);

	for (size_t i = 0; i < mask->rcpt_count; i++) {
		struct str rcpt = mask->rcpts[i];
		size_t at = str_rchr(rcpt, '@');
		struct str wanted = arena_lower(mask->arena, arena_printf(
		    mask->arena, "%.*s=%.*s", STR_ARG(str_slice(rcpt, 0,
		    at)), STR_ARG(str_skip(rcpt, at + 1))));

		if (at < rcpt.len && lower.len >= wanted.len &&
		    memmem(lower.ptr, lower.len, wanted.ptr, wanted.len) !=
		    NULL)
			return true;
	}
	return false;
}

struct str
mask_sender(struct mask *mask, struct str address)
{
	if (mask == NULL || address.len == 0)
		return address;
	if (mask_hides(mask, PRIVACY_HASH_SENDERS))
		return privacy_hashed(mask->arena, mask->privacy, address);
	return mask_hides(mask, PRIVACY_HASH_RECIPIENTS |
	    PRIVACY_OMIT_RECIPIENTS) && names_a_rcpt(mask, address) ?
	    mask_rcpt(mask, address) : address;
}

struct str
mask_name(struct mask *mask, struct str name)
{
	struct str rest = name, label;

	if (mask == NULL || !mask_hides(mask, PRIVACY_HASH_SENDERS))
		return name;
	while (str_next(&rest, '.', &label))
		for (size_t i = 0; i < mask->sender_count; i++) {
			const struct str *sender = &mask->senders[i];
			size_t at = str_rchr(*sender, '@');

			if (at > 0 && at < sender->len && str_eq_nocase(label,
			    str_slice(*sender, 0, at)))
				return STR("[sender]");
		}
	return name;
}

/* ---- facts ---- */

bool
mask_omits(const struct mask *mask, enum fact_id id)
{
	return mask != NULL && mask_hides(mask, omitted_by[kinds[id]]);
}

bool
mask_omits_field(const struct mask *mask, struct str name)
{
	if (mask == NULL)
		return false;
	if (mask_hides(mask, PRIVACY_OMIT_SUBJECT) &&
	    str_eqz_nocase(name, "Subject"))
		return true;
	if (!mask_hides(mask, PRIVACY_HASH_RECIPIENTS |
	    PRIVACY_OMIT_RECIPIENTS))
		return false;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (str_eqz_nocase(name, fields[i]))
			return true;
	return false;
}

struct str
mask_fact(struct mask *mask, enum fact_id id, struct str text)
{
	if (mask == NULL || kinds[id] == NO_ADDRESS)
		return text;
	if (kinds[id] == SENDER)
		return mask_sender(mask, text);
	return kinds[id] == RECIPIENT ? mask_rcpt(mask, text) :
	    mask_text(mask, text);
}

void
privacy_mark(struct fact_set *facts, unsigned bits)
{
	for (int id = 0; id < FACT_COUNT; id++) {
		const struct fact *fact = facts_get(facts, (enum fact_id)id);

		if (fact->state == FACT_SET &&
		    ((kinds[id] == RECIPIENT &&
		    (bits & PRIVACY_HASH_RECIPIENTS) != 0) ||
		    (kinds[id] == SENDER && fact->text.len > 0 &&
		    (bits & PRIVACY_HASH_SENDERS) != 0) ||
		    (kinds[id] == CLIENT &&
		    (bits & PRIVACY_CUT_CLIENTS) != 0)))
			facts_hide(facts, (enum fact_id)id);
	}
}
