/*
 * log - one line to syslog or standard error
 *
 * Threads:	any.  Nothing blocks but the write itself.
 * Hostile:	bytes outside 0x20..0x7e in a finished line become "?", so
 *		that no sender can forge a line or drive a terminal.
 */
#ifndef ASSAY_BASE_LOG_H
#define ASSAY_BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO,
		 LOG_LEVEL_DEBUG };

/*
 * Also while others log.  ident must live as long as the process.
 * to: "stderr" or a syslog facility such as "mail"; false: unknown word.
 */
bool log_open(const char *ident, const char *to, enum log_level level);
bool log_level_from(const char *word, enum log_level *level_out);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
