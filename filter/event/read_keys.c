#include "event/read_keys.h"

#include <string.h>

#include "event/figures.h"

bool
reader_wants(const struct reader *reader, const struct key_row *row)
{
	return row->part == 0 || (reader->want.parts & row->part) != 0;
}

static const struct key_row *
find_row(struct str key, const struct key_row *rows, size_t count,
    size_t next)
{
	for (size_t i = 0; i < count; i++) {
		size_t at = next + i < count ? next + i : next + i - count;

		if (key.len == rows[at].key.len &&
		    memcmp(key.ptr, rows[at].key.ptr, key.len) == 0)
			return &rows[at];
	}
	return NULL;
}

/* False at the end, or when bad; a key that has no row is NULL.  The next row
 * is likely. */
static bool
next_row(struct pull *pull, const struct key_row *rows, size_t count,
    size_t next, const struct key_row **row_out)
{
	struct str key;

	*row_out = rows + next;
	if (next < count && pull_key_is(pull, rows[next].key))
		return true;
	if (!pull_key(pull, &key))
		return false;
	*row_out = find_row(key, rows, count, next);
	return true;
}

/* What must be there was, and the recipients too, and the line ends as we end
 * it: so the order is ours, and nobody has put more keys behind. */
static bool
may_leave(struct reader *reader)
{
	return reader->seen == NEEDS_ALL &&
	    reader->record->rcpts.count > 0 &&
	    pull_leave(&reader->pull, STR(",\"troubles\":[]}"));
}

bool
reader_keys(struct reader *reader, const struct key_row *rows, size_t count,
    const struct key_row *last, void *into)
{
	struct pull *pull = &reader->pull;
	const struct key_row *row;
	size_t next = 0;

	if (!pull_object(pull))
		return false;
	while (next_row(pull, rows, count, next, &row)) {
		if (row == NULL || !reader_wants(reader, row))
			pull_skip(pull);
		else if (!row->read(reader, (char *)into + row->offset))
			return false;
		if (row == NULL)
			continue;
		if (row < rows + next)
			last = NULL;
		next = (size_t)(row - rows) + 1;
		if (row == last && may_leave(reader))
			return true;
	}
	return !pull->bad;
}

bool
reader_object(struct reader *reader, const struct key_row *rows, size_t count,
    void *into)
{
	return reader_keys(reader, rows, count, NULL, into);
}

/* Null and what is no text are the empty text. */
bool
reader_text(struct reader *reader, void *into)
{
	struct str *text = into;

	if (pull_type(&reader->pull) == PULL_TEXT)
		return pull_text(&reader->pull, text);
	*text = STR_NONE;
	return pull_skip(&reader->pull);
}

bool
reader_unsigned(struct reader *reader, void *into)
{
	unsigned *value = into;
	double number = 0;

	if (pull_type(&reader->pull) != PULL_NUMBER)
		return pull_skip(&reader->pull);
	if (!pull_number(&reader->pull, &number))
		return false;
	*value = number >= 0 && number <= INT32_MAX ? (unsigned)number : 0;
	return true;
}

bool
reader_functions(struct reader *reader, void *into)
{
	return event_functions_read(&reader->pull, into);
}

bool
reader_bool(struct reader *reader, void *into)
{
	if (pull_type(&reader->pull) != PULL_BOOL)
		return pull_skip(&reader->pull);
	return pull_bool(&reader->pull, into);
}

/* A rule may do what only later versions know: ACTION_CONTINUE. */
bool
reader_action(struct reader *reader, void *into)
{
	enum action *action = into;
	struct str name;

	*action = ACTION_CONTINUE;
	if (!pull_text(&reader->pull, &name))
		return false;
	for (int i = ACTION_ACCEPT; i < ACTION_COUNT; i++)
		if (str_eqz(name, action_name((enum action)i)))
			*action = (enum action)i;
	return true;
}

/* What became of mail is one of those that we know. */
bool
reader_end(struct reader *reader, void *into)
{
	return reader_action(reader, into) &&
	    *(enum action *)into != ACTION_CONTINUE;
}

/* A word of a newer version is as good as none. */
bool
reader_tag(struct reader *reader, void *into)
{
	enum word *word = into;
	struct str name;

	if (!pull_text(&reader->pull, &name))
		return false;
	if (!word_find(TAG_WORDS, name, word))
		*word = WORD_NONE;
	return true;
}
