#include "dns/question.h"

#include <string.h>

enum {
	HEADER_OCTETS = 12, CLASS_IN = 1, TYPE_OPT = 41,
	/* The header's third octet, and its fourth. */
	IS_RESPONSE = 0x80, OPCODE = 0x78, IS_TRUNCATED = 0x02,
	WANTS_RECURSION = 0x01, HAS_RECURSION = 0x80, RCODE = 0x0f,
	RCODE_OK = 0, RCODE_NXDOMAIN = 3
};

static size_t
put_two(char *out, unsigned value)
{
	out[0] = (char)(value >> 8);
	out[1] = (char)value;
	return 2;
}

/* The question section's one entry. */
static size_t
put_question(char *out, struct str name, enum dns_type type)
{
	size_t len = 0;
	struct str label;

	while (str_next(&name, '.', &label)) {
		out[len++] = (char)label.len;
		memcpy(out + len, label.ptr, label.len);
		len += label.len;
	}
	out[len++] = 0;
	len += put_two(out + len, (unsigned)type);
	return len + put_two(out + len, CLASS_IN);
}

size_t
question_write(struct str name, enum dns_type type, unsigned id,
    char out[QUESTION_OCTETS_MAX])
{
	size_t len = HEADER_OCTETS;

	memset(out, 0, HEADER_OCTETS);
	put_two(out, id);
	out[2] = WANTS_RECURSION;
	out[5] = 1;		/* one question */
	out[11] = 1;		/* one more record: EDNS */
	len += put_question(out + len, name, type);
	out[len++] = 0;		/* of the root */
	len += put_two(out + len, TYPE_OPT);
	len += put_two(out + len, QUESTION_ANSWER_OCTETS);
	memset(out + len, 0, 6);
	return len + 6;
}

static unsigned
octet(struct str packet, size_t at)
{
	return (unsigned char)packet.ptr[at];
}

bool
question_id(struct str packet, unsigned *id_out)
{
	if (packet.len < HEADER_OCTETS)
		return false;
	*id_out = octet(packet, 0) << 8 | octet(packet, 1);
	return true;
}

enum question_verdict
question_judge(struct str packet, struct str name, enum dns_type type)
{
	char asked[QUESTION_OCTETS_MAX];
	size_t len = put_question(asked, name, type);
	unsigned rcode, questions;

	if (packet.len < HEADER_OCTETS ||
	    (octet(packet, 2) & (IS_RESPONSE | OPCODE)) != IS_RESPONSE)
		return QUESTION_NOT_THIS;
	rcode = octet(packet, 3) & RCODE;
	questions = octet(packet, 4) << 8 | octet(packet, 5);
	/* A server that could not read it need not say it again. */
	if (questions == 0 && rcode != RCODE_OK && rcode != RCODE_NXDOMAIN)
		return QUESTION_UNCLEAR;
	if (questions != 1 || !str_eq_nocase(str_slice(packet, HEADER_OCTETS,
	    HEADER_OCTETS + len), str_make(asked, len)))
		return QUESTION_NOT_THIS;
	if ((octet(packet, 2) & IS_TRUNCATED) != 0 ||
	    (octet(packet, 3) & HAS_RECURSION) == 0 ||
	    (rcode != RCODE_OK && rcode != RCODE_NXDOMAIN))
		return QUESTION_UNCLEAR;
	return QUESTION_ANSWERED;
}
