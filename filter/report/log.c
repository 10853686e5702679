#include "report/log.h"

#include <string.h>
#include <time.h>

#include "base/print.h"

/* ---- which ---- */

static struct str
domain_of(struct str address)
{
	size_t at = str_rchr(address, '@');

	return at == address.len ? STR_NONE : str_skip(address, at + 1);
}

static bool
same_domain(struct str wanted, struct str domain)
{
	if (wanted.len > 0 && wanted.ptr[0] == '.')
		return str_ends_nocase(domain, wanted) ||
		    str_eq_nocase(domain, str_skip(wanted, 1));
	return domain.len > 0 && str_eq_nocase(domain, wanted);
}

/* "@example.com" is the domain, too. */
static bool
is_that(struct str wanted, struct str address)
{
	if (wanted.len > 0 && wanted.ptr[0] == '@')
		return same_domain(str_skip(wanted, 1), domain_of(address));
	return str_eq_nocase(wanted, address) ||
	    same_domain(wanted, domain_of(address));
}

static bool
from_matches(struct str wanted, const struct history_row *row)
{
	struct str domain = wanted;

	if (domain.len > 0 && domain.ptr[0] == '@')
		domain = str_skip(domain, 1);
	return is_that(wanted, row->sender) ||
	    same_domain(domain, row->from_domain);
}

static bool
to_matches(struct str wanted, const struct history_row *row)
{
	struct str rest = row->rcpts, rcpt;

	while (str_next(&rest, '\n', &rcpt))
		if (is_that(wanted, rcpt))
			return true;
	return false;
}

static bool
either(const struct str wanted[2], const struct history_row *row,
    bool (*matches)(struct str wanted, const struct history_row *row))
{
	return wanted[0].len == 0 || matches(wanted[0], row) ||
	    (wanted[1].len > 0 && matches(wanted[1], row));
}

static struct str
without_directory(struct str path)
{
	size_t slash = str_rchr(path, '/');

	return slash == path.len ? path : str_skip(path, slash + 1);
}

bool
log_rule_matches(struct str wanted, struct str rule)
{
	struct str file = str_slice(rule, 0, str_rchr(rule, ':'));

	return str_eq(wanted, rule) || str_eq(wanted, file) ||
	    str_eq(wanted, without_directory(rule)) ||
	    str_eq(wanted, without_directory(file));
}

bool
log_matches(const struct log_filter *filter, const struct history_row *row)
{
	struct ip ip;

	return either(filter->from, row, from_matches) &&
	    either(filter->to, row, to_matches) &&
	    (filter->verdict.len == 0 ||
	    str_eq_nocase(filter->verdict, row->verdict)) &&
	    (filter->queue_id.len == 0 ||
	    str_eq(filter->queue_id, row->queue_id)) &&
	    (filter->rule.len == 0 || log_rule_matches(filter->rule,
	    row->rule)) &&
	    (filter->host.len == 0 || str_eq_nocase(filter->host,
	    row->host) || (row->host.len == 0 &&
	    str_eqz(filter->host, "-"))) &&
	    (filter->kind.len == 0 || str_eq(filter->kind, row->kind)) &&
	    (!filter->has_client || (ip_parse(row->client, &ip) &&
	    ipnet_contains(&filter->client, &ip)));
}

/* ---- a line each ---- */

enum { COLUMNS = 9, TIME_SIZE = 32 };

static const struct {
	const char	*name;
	int		 width;		/* 0: the last one */
} columns[COLUMNS] = {
	{ "time", 23 }, { "host", 12 }, { "queue id", 12 },
	{ "verdict", 10 }, { "client", 15 }, { "from", 28 },
	{ "author", 20 }, { "to", 28 }, { "rule", 0 },
};

/* "2026-11-22 10:15:00.123", UTC. */
static struct str
time_text(int64_t time_us, char text[TIME_SIZE])
{
	time_t seconds = (time_t)(time_us / 1000000);
	struct tm tm;
	size_t len = 0;

	if (gmtime_r(&seconds, &tm) != NULL)
		len = strftime(text, TIME_SIZE, "%Y-%m-%d %H:%M:%S", &tm);
	len += (size_t)snprintf(text + len, TIME_SIZE - len, ".%03d",
	    (int)(time_us / 1000 % 1000));
	return str_make(text, len);
}

/* "message" needs no word; else the stage in which it ended. */
static struct str
verdict_text(const struct history_row *row, char text[40])
{
	int len;

	if (str_eqz(row->kind, "message") || row->kind.len > 10)
		return row->verdict;
	len = snprintf(text, 40, "%.*s@%.*s", (int)(row->verdict.len < 16 ?
	    row->verdict.len : 16), row->verdict.ptr, STR_ARG(row->kind));
	return str_make(text, (size_t)len);
}

/* The first one, and how many more there are. */
static struct str
rcpts_text(struct str rcpts, char text[80])
{
	size_t end = str_chr(rcpts, '\n');
	struct str first = str_slice(rcpts, 0, end);
	int more = 0, len;

	for (size_t i = end; i < rcpts.len; i++)
		more += rcpts.ptr[i] == '\n';
	if (more == 0)
		return first;
	len = snprintf(text, 80, "%.*s +%d", (int)(first.len < 60 ?
	    first.len : 60), first.ptr, more);
	return str_make(text, (size_t)len);
}

void
log_print_head(FILE *out)
{
	for (int i = 0; i < COLUMNS; i++) {
		print_column(out, str_from(columns[i].name),
		    columns[i].width);
		fputc(i + 1 < COLUMNS ? ' ' : '\n', out);
	}
}

void
log_print(FILE *out, const struct history_row *row, enum log_shape shape)
{
	char time[TIME_SIZE], verdict[40], rcpts[80];
	const struct str fields[COLUMNS] = {
		time_text(row->time_us, time), row->host, row->queue_id,
		verdict_text(row, verdict), row->client, row->sender,
		row->from_domain, rcpts_text(row->rcpts, rcpts), row->rule
	};

	for (int i = 0; i < COLUMNS; i++) {
		print_column(out, fields[i], shape == LOG_COLUMNS ?
		    columns[i].width : 0);
		if (i + 1 < COLUMNS)
			fputc(shape == LOG_COLUMNS ? ' ' : '\t', out);
	}
	fputc('\n', out);
}
