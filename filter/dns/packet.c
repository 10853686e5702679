#include "dns/packet.h"

#include <string.h>

#include "base/limits.h"
#include "base/vec.h"
#include "dns/octets.h"
#include "dns/rdata.h"

enum { HEADER_OCTETS = 12, QUESTION_REST = 4, RECORD_REST = 10,
       NAME_OCTETS = 255, POINTER = 0xc0, CLASS_IN = 1, TYPE_SOA = 6,
       SOA_OCTETS_MIN = 22,
       RCODE_OK = 0, RCODE_NXDOMAIN = 3,
       NEGATIVE_TTL = 5		/* without a SOA record */
};

/* rest: what of the packet has not been read. */
struct reader {
	struct arena	*arena;
	struct str	 packet, rest;
};

struct record {
	struct str	name;		/* as rdata_name_decode() has it */
	unsigned	type, class;
	uint32_t	ttl;
	struct str	rdata;		/* in the packet */
};

/*
 * The name at the front of from, without compression, added to wire_out.  A
 * pointer must point before the name that it ends, so there is no loop.
 */
static bool
expand_name(struct str packet, struct str *from, char *wire_out,
    size_t *len_out)
{
	size_t start = (size_t)(from->ptr - packet.ptr), at = start, len = 0;
	size_t end = start + from->len;
	bool jumped = false;

	for (;;) {
		unsigned label;

		if (at >= end)
			return false;
		label = octet(packet, at++);
		if ((label & POINTER) == POINTER) {
			if (at >= end)
				return false;
			label = (label & ~(unsigned)POINTER) << 8 |
			    octet(packet, at++);
			if (!jumped)
				*from = str_skip(*from, at - start);
			jumped = true;
			if (label >= start)
				return false;
			end = start;
			start = at = label;
			continue;
		}
		if (label > LIMIT_LABEL_OCTETS || label > end - at ||
		    len + 1 + label > NAME_OCTETS)
			return false;
		wire_out[len++] = (char)label;
		memcpy(wire_out + len, packet.ptr + at, label);
		len += label;
		at += label;
		if (label == 0)
			break;
	}
	if (!jumped)
		*from = str_skip(*from, at - start);
	*len_out = len;
	return true;
}

/* False: the packet ends within.  A name that has no text is "?". */
static bool
read_record(struct reader *in, struct record *record_out)
{
	char wire[NAME_OCTETS];
	size_t len;

	if (!expand_name(in->packet, &in->rest, wire, &len) ||
	    in->rest.len < RECORD_REST)
		return false;
	if (!rdata_name_decode(in->arena, str_make(wire, len),
	    &record_out->name))
		record_out->name = STR("?");
	record_out->type = two_octets(in->rest, 0);
	record_out->class = two_octets(in->rest, 2);
	record_out->ttl = four_octets(in->rest, 4);
	len = two_octets(in->rest, 8);
	in->rest = str_skip(in->rest, RECORD_REST);
	if (len > in->rest.len)
		return false;
	record_out->rdata = str_slice(in->rest, 0, len);
	in->rest = str_skip(in->rest, len);
	return true;
}

/* How many octets stand before the name in the data of these types. */
static bool
has_name(enum dns_type type, size_t *before_out)
{
	*before_out = type == DNS_MX ? 2 : 0;
	return type == DNS_MX || type == DNS_PTR || type == DNS_CNAME;
}

static bool
decode_rdata(const struct reader *in, enum dns_type type, struct str rdata,
    struct dns_record *record_out)
{
	char wire[2 + NAME_OCTETS];
	size_t before, len;
	struct str rest;

	if (!has_name(type, &before))
		return rdata_decode(in->arena, type, rdata, record_out);
	if (rdata.len < before)
		return false;
	memcpy(wire, rdata.ptr, before);
	rest = str_skip(rdata, before);
	return expand_name(in->packet, &rest, wire + before, &len) &&
	    rest.len == 0 && rdata_decode(in->arena, type,
	    str_make(wire, before + len), record_out);
}

static struct dns_answer
failed(struct str name, enum dns_type type, const char *why)
{
	return (struct dns_answer){ .status = DNS_SERVFAIL, .name = name,
	    .type = type, .canonical = name, .why = why };
}

static void
lower_ttl(struct dns_answer *answer, uint32_t ttl)
{
	if (ttl < answer->ttl)
		answer->ttl = ttl;
}

/* The answer section.  NULL, or what is wrong with it. */
static const char *
read_answers(struct reader *in, unsigned count, struct dns_answer *answer)
{
	VEC(struct dns_record) records = { 0 };
	unsigned cnames = 0;

	while (count-- > 0) {
		struct dns_record data;
		struct record record;
		bool is_cname;

		if (!read_record(in, &record))
			return "broken packet";
		is_cname = record.type == DNS_CNAME &&
		    answer->type != DNS_CNAME;
		if (record.class != CLASS_IN ||
		    !str_eq(record.name, answer->canonical) ||
		    (!is_cname && record.type != (unsigned)answer->type))
			continue;
		if (!decode_rdata(in, is_cname ? DNS_CNAME : answer->type,
		    record.rdata, &data))
			return "broken data in a record";
		lower_ttl(answer, record.ttl);
		if (!is_cname)
			VEC_PUSH(in->arena, &records, data);
		else if (++cnames > LIMIT_DNS_CNAMES)
			return "too many CNAMEs";
		else
			answer->canonical = data.text;
	}
	answer->records = records.at;
	answer->count = records.count;
	return NULL;
}

/* Two names and five numbers, of which this is the last (RFC 1035 section
 * 3.3.13); the names are not looked at. */
static uint32_t
soa_minimum(struct str rdata)
{
	return rdata.len < SOA_OCTETS_MIN ? UINT32_MAX :
	    four_octets(rdata, rdata.len - 4);
}

/* RFC 2308 section 5: the record's own TTL, or its last field if less. */
static void
read_negative_ttl(struct reader *in, unsigned count,
    struct dns_answer *answer)
{
	struct record record;

	while (count-- > 0 && read_record(in, &record))
		if (record.type == TYPE_SOA) {
			lower_ttl(answer, record.ttl);
			lower_ttl(answer, soa_minimum(record.rdata));
		}
	if (answer->ttl == UINT32_MAX)
		answer->ttl = NEGATIVE_TTL;
}

static const char *
skip_questions(struct reader *in, unsigned count)
{
	char wire[NAME_OCTETS];
	size_t len;

	while (count-- > 0) {
		if (!expand_name(in->packet, &in->rest, wire, &len) ||
		    in->rest.len < QUESTION_REST)
			return "broken packet";
		in->rest = str_skip(in->rest, QUESTION_REST);
	}
	return NULL;
}

static const char *
decode_sections(struct reader *in, struct dns_answer *answer)
{
	const struct str packet = in->packet;
	unsigned rcode = octet(packet, 3) & 0xf;
	const char *why;

	if (rcode != RCODE_OK && rcode != RCODE_NXDOMAIN)
		return arena_printf(in->arena, "response code %u", rcode).ptr;
	why = skip_questions(in, two_octets(packet, 4));
	if (why == NULL)
		why = read_answers(in, two_octets(packet, 6), answer);
	if (why != NULL)
		return why;
	if (rcode == RCODE_NXDOMAIN && answer->count > 0)
		return "records of a name that does not exist";
	answer->status = rcode == RCODE_NXDOMAIN ? DNS_NXDOMAIN :
	    answer->count > 0 ? DNS_DATA : DNS_NODATA;
	if (answer->status != DNS_DATA)
		read_negative_ttl(in, two_octets(packet, 8), answer);
	return NULL;
}

struct dns_answer
packet_decode(struct arena *arena, struct str packet, struct str name,
    enum dns_type type)
{
	struct reader in = { .arena = arena, .packet = packet,
	    .rest = str_skip(packet, HEADER_OCTETS) };
	struct dns_answer answer = { .name = name, .type = type,
	    .canonical = name, .ttl = UINT32_MAX, .why = "DNS" };
	const char *why;

	if (packet.len < HEADER_OCTETS)
		return failed(name, type, "broken packet");
	why = decode_sections(&in, &answer);
	return why == NULL ? answer : failed(name, type, why);
}
