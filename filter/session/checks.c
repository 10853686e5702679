/*
 * The checks of one connection: started when their stage is reached, fed with
 * the message, told when what they need is finished, cancelled with their
 * scope.
 */
#include "base/clock.h"
#include "dkim/digest.h"
#include "session/connection.h"

static bool
is_running(const struct check_run *run)
{
	return run != NULL && run->started && !run->finished;
}

bool
run_is_running(const struct connection *conn, int id)
{
	return is_running(conn->checks[id]);
}

static bool
is_wanted(const struct connection *conn, int id)
{
	return (conn->engine->wanted & CHECK_BIT(id)) != 0;
}

/*
 * What speaks of strangers is not asked of mail of ours before a rule does.
 * Until MAIL anybody may still log in: what no rule reads waits for that.
 */
static bool
is_held(const struct connection *conn, int id, enum stage now)
{
	const struct engine *engine = conn->engine;

	if ((engine->held & CHECK_BIT(id)) == 0 || conn->relayed)
		return false;
	return client_is_ours(conn) || (now < STAGE_MAIL &&
	    (engine->asked & CHECK_BIT(id)) == 0);
}

/* What is held is not waited for. */
static bool
needs_are_finished(const struct connection *conn, const struct check *check)
{
	for (int id = 0; id < CHECK_COUNT; id++)
		if ((check->needs & CHECK_BIT(id)) != 0 &&
		    is_running(conn->checks[id]))
			return false;
	return true;
}

static void
tell_ready(struct connection *conn)
{
	if (!conn->message.ended)
		return;
	for (int id = 0; id < CHECK_COUNT; id++) {
		struct check_run *run = conn->checks[id];

		if (!is_running(run) || run->told_ready ||
		    run->check->ops->ready == NULL ||
		    !needs_are_finished(conn, run->check))
			continue;
		run->told_ready = true;
		run->check->ops->ready(run);
	}
}

void
run_on_finish(struct check_run *run)
{
	struct connection *conn = run->subject->owner;

	count_check(run);
	tell_ready(conn);
	listed_ahead(conn);
	decide_step(conn);
}

static struct check_run *
prepare(struct connection *conn, int id, enum stage stage)
{
	const struct check *check = &check_table[id];
	struct arena *arena = conn->arena[stage_scope(stage)];
	struct check_run *run = arena_alloc(arena, sizeof(*run));

	*run = (struct check_run){
		.check = check, .subject = &conn->subject, .stage = stage,
		.arena = arena, .start_us = clock_us()
	};
	run->state = arena_alloc(arena, check->ops->state_size);
	return conn->checks[id] = run;
}

static void
start(struct check_run *run)
{
	run->started = true;
	if (run->check->ops->start != NULL)
		run->check->ops->start(run);
}

/* Of those that are wanted and start here; at MAIL also of those that were held
 * until then. */
static bool
is_due(const struct connection *conn, int id, enum stage stage)
{
	const struct check *check = &check_table[id];

	return (check->starts == stage || conn->checks[id] == NULL) &&
	    !(conn->relayed && check->of_client) &&
	    !is_held(conn, id, stage);
}

void
run_start(struct connection *conn, enum stage stage)
{
	for (unsigned bits = conn->engine->starting[stage]; bits != 0;
	    bits &= bits - 1) {
		int id = __builtin_ctz(bits);

		if (is_due(conn, id, stage))
			start(prepare(conn, id, check_table[id].starts));
	}
}

unsigned
run_of_fact(enum fact_id fact)
{
	for (int id = 0; id < CHECK_COUNT; id++)
		if (fact >= check_table[id].first &&
		    fact <= check_table[id].last)
			return CHECK_BIT(id);
	return 0;
}

/* They are told of what has gone by; any of them may be the last that the
 * answer waits for. */
void
run_held(struct connection *conn, unsigned waited_for)
{
	const struct message *message = &conn->message;
	unsigned bits = waited_for & conn->engine->held;

	if (bits == 0 || conn->relayed)
		return;
	bits |= conn->engine->asked;
	for (int id = 0; id < CHECK_COUNT && conn->pending.active; id++) {
		struct check_run *run;

		if ((bits & CHECK_BIT(id)) == 0 || conn->checks[id] != NULL ||
		    check_table[id].starts > conn->pending.stage)
			continue;
		start(prepare(conn, id, check_table[id].starts));
		run = conn->checks[id];		/* all may be over now */
		if (is_running(run) && message->header_ended &&
		    run->check->ops->eoh != NULL)
			run->check->ops->eoh(run);
	}
	tell_ready(conn);
}

/* Unknown, not temperror: a client that cannot be told is none that failed. */
static void
give_up(struct check_run *run, struct str trouble)
{
	for (int id = run->check->first; id <= (int)run->check->last; id++)
		facts_unknown(run->subject->facts, (enum fact_id)id, trouble);
	check_abandon(run, trouble);
}

void
run_start_of_client(struct connection *conn, struct str trouble)
{
	for (int id = 0; id < CHECK_COUNT; id++) {
		struct check_run *run;

		if (!check_table[id].of_client || !is_wanted(conn, id))
			continue;
		run = prepare(conn, id, STAGE_MESSAGE);
		if (trouble.len > 0)
			give_up(run, trouble);
		else
			start(run);
	}
}

void
run_header(struct connection *conn, const struct header_field *field)
{
	if (conn->subject.mime != NULL)
		mime_field(conn->subject.mime, field->name, field->value);
	for (unsigned bits = conn->engine->of_fields; bits != 0;
	    bits &= bits - 1) {
		struct check_run *run = conn->checks[__builtin_ctz(bits)];

		if (is_running(run))
			run->check->ops->header(run, field);
	}
}

void
run_eoh(struct connection *conn)
{
	if (conn->subject.mime != NULL)
		mime_eoh(conn->subject.mime);
	for (int id = 0; id < CHECK_COUNT; id++) {
		struct check_run *run = conn->checks[id];

		if (is_running(run) && run->check->ops->eoh != NULL)
			run->check->ops->eoh(run);
	}
}

bool
run_body(struct connection *conn, struct str piece)
{
	bool wanted = dkim_bodies_feed(conn->subject.bodies, piece);

	if (conn->subject.mime != NULL)
		wanted |= mime_body(conn->subject.mime, piece);
	for (int id = 0; id < CHECK_COUNT; id++) {
		struct check_run *run = conn->checks[id];

		if (is_running(run) && run->check->ops->body != NULL)
			wanted |= run->check->ops->body(run, piece);
	}
	return wanted;
}

void
run_eom(struct connection *conn)
{
	dkim_bodies_end(conn->subject.bodies);
	if (conn->subject.mime != NULL)
		mime_eom(conn->subject.mime);
	for (int id = 0; id < CHECK_COUNT; id++) {
		struct check_run *run = conn->checks[id];

		if (is_running(run) && run->check->ops->eom != NULL)
			run->check->ops->eom(run);
	}
	tell_ready(conn);
}

void
run_cancel(struct connection *conn, enum stage from)
{
	for (int id = CHECK_COUNT - 1; id >= 0; id--) {
		struct check_run *run = conn->checks[id];

		if (run == NULL && conn->waited_us[id] == 0)
			continue;
		if ((run != NULL ? run->stage : check_table[id].starts) < from)
			continue;
		if (run != NULL)
			check_cancel(run);
		conn->checks[id] = NULL;
		conn->waited_us[id] = 0;
	}
}

void
run_abandon(struct connection *conn, struct str reason)
{
	for (int id = 0; id < CHECK_COUNT; id++)
		if (is_running(conn->checks[id])) {
			count_unfinished(conn->checks[id]);
			check_abandon(conn->checks[id], reason);
		}
}

bool
run_all_finished(const struct connection *conn)
{
	for (int id = 0; id < CHECK_COUNT; id++)
		if (is_running(conn->checks[id]))
			return false;
	return true;
}
