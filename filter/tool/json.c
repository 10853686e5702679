#include "tool/json.h"

#include <stdio.h>
#include <stdlib.h>

json_t *
tool_json_text(struct str text)
{
	json_t *value = json_stringn(text.len == 0 ? "" : text.ptr, text.len);
	char *ascii;

	if (value != NULL)
		return value;
	ascii = malloc(text.len);
	if (ascii == NULL)
		return json_null();
	for (size_t i = 0; i < text.len; i++)
		ascii[i] = (unsigned char)text.ptr[i] < 0x80 ? text.ptr[i] :
		    '?';
	value = json_stringn(ascii, text.len);
	free(ascii);
	return value;
}

json_t *
tool_json_text_or_null(struct str text)
{
	return text.len == 0 ? json_null() : tool_json_text(text);
}

void
tool_json_print(json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);

	puts(text);
	free(text);
	json_decref(object);
}
