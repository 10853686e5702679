#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

enum { LINE_MAX_BYTES = 2048 };

static const struct {
	const char *word;
	int facility;
} facilities[] = {
	{ "mail", LOG_MAIL }, { "daemon", LOG_DAEMON }, { "auth", LOG_AUTH },
	{ "user", LOG_USER }, { "local0", LOG_LOCAL0 },
	{ "local1", LOG_LOCAL1 }, { "local2", LOG_LOCAL2 },
	{ "local3", LOG_LOCAL3 }, { "local4", LOG_LOCAL4 },
	{ "local5", LOG_LOCAL5 }, { "local6", LOG_LOCAL6 },
	{ "local7", LOG_LOCAL7 },
};

static const struct {
	const char *word;
	int priority;
} levels[] = {
	[LOG_LEVEL_ERROR] = { "error", LOG_ERR },
	[LOG_LEVEL_WARN] = { "warn", LOG_WARNING },
	[LOG_LEVEL_INFO] = { "info", LOG_INFO },
	[LOG_LEVEL_DEBUG] = { "debug", LOG_DEBUG },
};

static struct {
	atomic_int level;
	atomic_bool to_syslog;
	_Atomic(const char *) ident;
} state = { .level = LOG_LEVEL_INFO, .ident = "assay" };

bool
log_level_from(const char *word, enum log_level *level_out)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strcmp(levels[i].word, word) == 0) {
			*level_out = (enum log_level)i;
			return true;
		}
	return false;
}

bool
log_open(const char *ident, const char *to, enum log_level level)
{
	if (strcmp(to, "stderr") == 0) {
		atomic_store(&state.ident, ident);
		atomic_store(&state.to_syslog, false);
		atomic_store(&state.level, (int)level);
		return true;
	}
	for (size_t i = 0; i < sizeof(facilities) / sizeof(facilities[0]); i++)
		if (strcmp(facilities[i].word, to) == 0) {
			atomic_store(&state.ident, ident);
			openlog(ident, LOG_PID | LOG_NDELAY,
			    facilities[i].facility);
			atomic_store(&state.to_syslog, true);
			atomic_store(&state.level, (int)level);
			return true;
		}
	return false;
}

static void
write_line(enum log_level level, const char *format, va_list ap)
{
	char line[LINE_MAX_BYTES];

	if ((int)level > atomic_load(&state.level))
		return;
	vsnprintf(line, sizeof(line), format, ap);
	for (char *p = line; *p != '\0'; p++)
		if (*p < 0x20 || *p > 0x7e)
			*p = '?';
	if (atomic_load(&state.to_syslog))
		syslog(levels[level].priority, "%s%s%s", levels[level].word,
		    ": ", line);
	else
		fprintf(stderr, "%s: %s: %s\n", atomic_load(&state.ident),
		    levels[level].word, line);
}

#define DEFINE_LEVEL(name, level)		\
void						\
name(const char *format, ...)			\
{						\
	va_list ap;				\
						\
	va_start(ap, format);			\
	write_line(level, format, ap);		\
	va_end(ap);				\
}

DEFINE_LEVEL(log_error, LOG_LEVEL_ERROR)
DEFINE_LEVEL(log_warn, LOG_LEVEL_WARN)
DEFINE_LEVEL(log_info, LOG_LEVEL_INFO)
DEFINE_LEVEL(log_debug, LOG_LEVEL_DEBUG)
