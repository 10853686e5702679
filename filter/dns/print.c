#include "dns/print.h"

#include "base/buf.h"
#include "base/limits.h"

static void
add_record(struct buf *out, enum dns_type type,
    const struct dns_record *record)
{
	char text[IP_TEXT_MAX];

	if (type == DNS_A || type == DNS_AAAA) {
		buf_add(out, ip_format(&record->ip, text));
		return;
	}
	if (type == DNS_MX)
		buf_printf(out, "%u ", record->preference);
	buf_add(out, record->text);
}

struct str
print_records(struct arena *arena, const struct dns_answer *answer)
{
	struct buf out;

	buf_init(&out, arena, LIMIT_EVIDENCE_OCTETS);
	for (size_t i = 0; i < answer->count && !buf_full(&out); i++) {
		if (i > 0)
			buf_addz(&out, ", ");
		add_record(&out, answer->type, &answer->records[i]);
	}
	return buf_str(&out);
}
