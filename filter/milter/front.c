#include "milter/front.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/ensure.h"
#include "metrics/metrics.h"
#include "milter/milter.h"

enum { BACKLOG = 1024 };

static struct {
	pthread_mutex_t		 lock;		/* guards engine */
	struct front_engine	 engine;
	atomic_uint		 connections, messages, calls;
	atomic_uint_fast64_t	 last_ms;	/* a callback returned */
	atomic_uint_fast64_t	 busy_ms;	/* one began, and none ran */
} front = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* As clock_ms(), but of the last tick: asked at each event, and read by those
 * who look whether we are idle for seconds. */
static uint64_t
tick_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void
front_use(const struct front_engine *engine)
{
	struct front_engine old;

	engine->ref(engine->owner);
	pthread_mutex_lock(&front.lock);
	old = front.engine;
	front.engine = *engine;
	pthread_mutex_unlock(&front.lock);
	if (old.owner != NULL)
		old.unref(old.owner);
}

static struct front_engine
take_engine(void)
{
	struct front_engine engine;

	pthread_mutex_lock(&front.lock);
	engine = front.engine;
	ensure(engine.owner != NULL);
	engine.ref(engine.owner);
	pthread_mutex_unlock(&front.lock);
	return engine;
}

/* "fd:" is an addition of Debian's to libmilter (socket_activation.patch). */
bool
front_open(int listen_fd)
{
	char name[32];

	snprintf(name, sizeof(name), "fd:%d", listen_fd);
	return smfi_register(front_callbacks) == MI_SUCCESS &&
	    smfi_setconn(name) == MI_SUCCESS &&
	    smfi_setbacklog(BACKLOG) == MI_SUCCESS &&
	    smfi_opensocket(false) == MI_SUCCESS;
}

void
front_run(void)
{
	smfi_main();
}

void
front_load(struct front_load *load_out)
{
	uint64_t now, last = atomic_load(&front.last_ms);
	uint64_t since = atomic_load(&front.busy_ms);
	bool busy = atomic_load(&front.calls) > 0;

	load_out->connections = atomic_load(&front.connections);
	load_out->messages = atomic_load(&front.messages);
	now = tick_ms();
	load_out->idle_ms = busy || now < last ? 0 : now - last;
	if (since < last)
		since = last;
	load_out->busy_ms = busy && since < now ? now - since : 0;
}

static struct client *
client_new(void)
{
	struct client *client = xcalloc(1, sizeof(*client));

	client->engine = take_engine();
	client->conn = connection_new(client->engine.engine);
	client->strand = strand_ref(connection_strand(client->conn));
	atomic_fetch_add(&front.connections, 1);
	metric_count(METRIC_ID_OPENED, 0, 0);
	return client;
}

struct client *
client_of(SMFICTX *ctx)
{
	struct client *client = smfi_getpriv(ctx);

	if (client == NULL) {
		client = client_new();
		smfi_setpriv(ctx, client);
	}
	return client;
}

void
client_close(SMFICTX *ctx)
{
	struct client *client = smfi_getpriv(ctx);

	if (client == NULL)
		return;
	smfi_setpriv(ctx, NULL);
	strand_enter(client->strand);
	client_message(client, false);
	connection_free(client->conn);
	strand_leave(client->strand);
	strand_unref(client->strand);
	client->engine.unref(client->engine.owner);
	free(client);
	atomic_fetch_sub(&front.connections, 1);
}

struct client *
client_enter(SMFICTX *ctx)
{
	struct client *client = client_of(ctx);

	if (atomic_fetch_add(&front.calls, 1) == 0)
		atomic_store(&front.busy_ms, tick_ms());
	strand_enter(client->strand);
	return client;
}

sfsistat
client_leave(struct client *client, sfsistat status)
{
	strand_leave(client->strand);
	atomic_store(&front.last_ms, tick_ms());
	atomic_fetch_sub(&front.calls, 1);
	return status;
}

void
client_message(struct client *client, bool begins)
{
	if (begins == client->in_message)
		return;
	client->in_message = begins;
	client->has_queue_id = false;
	if (begins)
		atomic_fetch_add(&front.messages, 1);
	else
		atomic_fetch_sub(&front.messages, 1);
}
