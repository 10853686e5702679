#include "summary/summary.h"

static const char *const names[SUMMARY_BY_COUNT] = {
	[SUMMARY_BY_NOTHING] = "",
	[SUMMARY_BY_FROM_DOMAIN] = "from.domain",
	[SUMMARY_BY_CLIENT_NET] = "client.net",
	[SUMMARY_BY_RULE] = "rule",
	[SUMMARY_BY_LISTENER] = "listener",
	[SUMMARY_BY_HOST] = "host",
	[SUMMARY_BY_DKIM_DOMAIN] = "dkim.domain",
};

const char *
summary_by_name(enum summary_by by)
{
	return names[by];
}

enum summary_by
summary_by_find(struct str name)
{
	int by = SUMMARY_BY_NOTHING + 1;

	while (by < SUMMARY_BY_COUNT && !str_eqz(name, names[by]))
		by++;
	return (enum summary_by)by;
}
