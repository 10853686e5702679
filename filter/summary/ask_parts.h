/*
 * ask_parts - questions as they are told apart, between the files of ask
 */
#ifndef ASSAY_SUMMARY_ASK_PARTS_H
#define ASSAY_SUMMARY_ASK_PARTS_H

#include "summary/ask.h"
#include "summary/section.h"

/* ask_read.c: the parts of a question; kind is set.  False: it is none. */
typedef bool ask_read(struct ask *ask, struct str text);
ask_read ask_read_weekday, ask_read_known, ask_read_text, ask_read_proof,
    ask_read_rate, ask_read_tag, ask_read_span, ask_read_list,
    ask_read_list_error, ask_read_shadow, ask_read_signed;

/* ask_words.c: what an event can be. */
struct ask_word {
	const char		*name;
	const struct section	*of;		/* whose parts and facts; NULL:
						 * none but seen_facts */
	bool			 settings;	/* see asks_need_settings() */
	bool			(*holds)(const struct seen *seen);
};

extern const struct ask_word ask_words[];
ask_read ask_read_word;

#endif
