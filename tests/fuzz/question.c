/*
 * A datagram that comes in reply to a question.  The first octet says how long
 * the name is that was asked for, which follows; the rest is the datagram.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/domain.h"
#include "base/ensure.h"
#include "dns/answer.h"
#include "dns/packet.h"
#include "dns/question.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What we ask is no reply; with the mark of one it is. */
static void
judge_own(struct str name)
{
	char packet[QUESTION_OCTETS_MAX];
	size_t len = question_write(name, DNS_TXT, 0xabcd, packet);
	struct str all = str_make(packet, len);
	unsigned id;

	ensure(len <= QUESTION_OCTETS_MAX);
	ensure(question_id(all, &id) && id == 0xabcd);
	ensure(question_judge(all, name, DNS_TXT) == QUESTION_NOT_THIS);
	packet[2] = '\x81';
	packet[3] = '\x80';
	ensure(question_judge(all, name, DNS_TXT) == QUESTION_ANSWERED);
	ensure(question_judge(all, name, DNS_A) == QUESTION_NOT_THIS);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct str input = str_make(data, size), name, packet;

	name = size == 0 ? STR("a.example") : str_slice(input, 1, 1 + data[0]);
	packet = size == 0 ? input : str_skip(input, 1 + (size_t)data[0]);
	name = domain_chop_dot(name);
	if (!domain_fits_dns(name))
		name = STR("a.example");
	judge_own(name);
	if (question_judge(packet, name, DNS_TXT) == QUESTION_ANSWERED) {
		struct dns_answer answer = packet_decode(arena, packet, name,
		    DNS_TXT);

		ensure((answer.status == DNS_DATA) == (answer.count > 0));
		answer_unref(answer_new(&answer));
	}
	arena_free(arena);
	return 0;
}
