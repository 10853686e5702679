/*
 * talk - an SMTP session with a scripted DNS and a policy, for tests
 *
 * Every say_ function waits for the session's answer and returns its action;
 * the rest of the answer is in struct talk until the next one.
 */
#ifndef ASSAY_TESTS_TALK_H
#define ASSAY_TESTS_TALK_H

#include "session/session.h"
#include "tests/support/check.h"
#include "tests/support/fake_dns.h"

/* A connection, and what it was answered last. */
struct talk {
	struct resolver *dns;
	struct policy *policy;
	struct engine *engine;
	struct connection *conn;
	struct strand *strand;
	bool done;
	enum action action;
	unsigned code;
	char text[600], enhanced[16];
	char edits[8][400];
	size_t edit_count;
	char new_from[400], rcpt_changes[4][400];
	size_t rcpt_change_count;
	char *events[8];
	size_t event_count;
};

/* What talk_new() uses; change some of it for talk_with(). */
struct engine_options talk_options(void);
struct talk *talk_with(const char *zone_text, const char *policy_text,
    struct engine_options options);
struct talk *talk_new(const char *zone_text, const char *policy_text,
    bool tempfail);
void talk_free(struct talk *talk);

/* The answer to a call that was made with answered() and talk. */
void answered(void *ctx, const struct session_reply *reply);
enum action outcome(struct talk *talk);

enum action say_connect(struct talk *talk, const char *ip); /* NULL: none */
enum action say_helo(struct talk *talk, const char *name);
enum action say_mail(struct talk *talk, const char *from);
enum action say_rcpt(struct talk *talk, const char *to);
void say_field(struct talk *talk, const char *name, const char *value);
enum action say_end(struct talk *talk);
/* From, Subject and a short body, with a queue id. */
enum action say_message(struct talk *talk, const char *author);
/* Connect from 192.0.2.1 as mail.example.com. */
void open_session(struct talk *talk);

/* The part of an edit before its value's first fold. */
void assert_edit(const struct talk *talk, size_t i, const char *start);
void assert_event_has(const struct talk *talk, size_t i, const char *part);

#endif
