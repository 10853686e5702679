#include "health.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "base/log.h"
#include "conf/http.h"
#include "measure.h"
#include "metrics/http.h"
#include "metrics/text.h"
#include "milter/front.h"
#include "probe.h"
#include "socket.h"

/* A callback is late by this much: it will not return. */
enum { OVERDUE_MS = 30000 };

/* Where we listen; fd -1: nowhere. */
struct place {
	char			*text;		/* of the setting */
	struct listen_spec	 spec;
	int			 fd;
};

static struct {
	struct place		 place;
	struct probe		*probe;		/* the server's thread's */
	pthread_mutex_t		 lock;		/* of generation and http */
	struct generation	*generation;
	struct http		*http;
	atomic_bool		 serves, stops, front_ended;
} health = { .place = { .fd = -1 }, .lock = PTHREAD_MUTEX_INITIALIZER };

/* ---- pages: all of it on the server's thread ---- */

static void
say(struct http_reply *reply, unsigned status, struct str text)
{
	reply->status = status;
	reply->body = text;
}

static void
page_metrics(struct generation *generation, struct arena *arena,
    struct http_reply *reply)
{
	struct buf buf;

	measure(generation);
	buf_init(&buf, arena, LIMIT_METRICS_OCTETS);
	if (!metrics_text(&buf)) {
		say(reply, 500, STR("too much for one answer\n"));
		return;
	}
	say(reply, 200, buf_str(&buf));
	reply->type = METRICS_TYPE;
}

static bool
is_well(const struct generation *generation)
{
	const struct settings *settings = generation->wiring->settings;
	uint64_t most = settings->message_wait > settings->dns_timeout ?
	    settings->message_wait : settings->dns_timeout;
	struct front_load load;

	front_load(&load);
	return !atomic_load(&health.front_ended) &&
	    load.busy_ms <= most + OVERDUE_MS;
}

static void
page_health(struct generation *generation, struct arena *arena,
    struct http_reply *reply)
{
	(void)arena;
	if (!is_well(generation)) {
		say(reply, 503, STR("libmilter has stopped, or its callbacks "
		    "do not return\n"));
		return;
	}
	/* Without a wait: that DNS is slow is not a matter of health. */
	if (probe_look(health.probe, generation) == PROBE_STUCK)
		say(reply, 503, STR("the resolver's thread does not run\n"));
	else
		say(reply, 200, STR("ok\n"));
}

static void
page_ready(struct generation *generation, struct arena *arena,
    struct http_reply *reply)
{
	(void)arena;
	if (atomic_load(&health.stops)) {
		say(reply, 503, STR("not ready: it stops\n"));
		return;
	}
	if (atomic_load(&health.front_ended)) {
		say(reply, 503, STR("not ready: libmilter has stopped\n"));
		return;
	}
	switch (probe_look(health.probe, generation)) {
	case PROBE_ASKED:
		return;
	case PROBE_ANSWERS:
		say(reply, 200, STR("ready\n"));
		return;
	case PROBE_NO_ANSWER:
	case PROBE_STUCK:
		break;
	}
	say(reply, 503, STR("not ready: the resolver does not answer\n"));
}

/* The same order as the words of PAGE in metrics/labels.def. */
static const struct {
	const char *path;
	void (*make)(struct generation *generation, struct arena *arena,
	    struct http_reply *reply);
} pages[] = {
	{ "/metrics", page_metrics }, { "/healthz", page_health },
	{ "/readyz", page_ready },
};

enum { PAGES = sizeof(pages) / sizeof(pages[0]) };

static struct generation *
take_generation(void)
{
	struct generation *generation;

	pthread_mutex_lock(&health.lock);
	generation = health.generation;
	generation_ref(generation);
	pthread_mutex_unlock(&health.lock);
	return generation;
}

void
health_feed_watchdog(void)
{
	struct generation *generation = take_generation();

	if (is_well(generation))
		daemon_notify("WATCHDOG=1");
	generation_unref(generation);
}

static void
answer(void *ctx, struct str path, struct arena *arena,
    struct http_reply *reply)
{
	struct generation *generation;
	unsigned i = 0;

	(void)ctx;
	while (i < PAGES && !str_eqz(path, pages[i].path))
		i++;
	if (i == PAGES) {
		say(reply, 404, STR("there are /metrics, /healthz and "
		    "/readyz\n"));
	} else {
		generation = take_generation();
		pages[i].make(generation, arena, reply);
		generation_unref(generation);
	}
	if (reply->status != 0)
		metric_count(METRIC_ID_REQUESTS, i, 0);
}

/* ---- the server ---- */

static void
wake(void *ctx)
{
	(void)ctx;
	pthread_mutex_lock(&health.lock);
	if (health.http != NULL)
		http_wake(health.http);
	pthread_mutex_unlock(&health.lock);
}

static void
woken(void *ctx)
{
	(void)ctx;
	probe_settle(health.probe);
}

static void
set_http(struct http *http)
{
	pthread_mutex_lock(&health.lock);
	health.http = http;
	pthread_mutex_unlock(&health.lock);
}

static void
end_server(void)
{
	struct http *http = health.http;

	set_http(NULL);
	http_stop(http);
	probe_free(health.probe);
	health.probe = NULL;
	if (health.place.fd < 0)
		return;
	socket_retire(health.place.fd, &health.place.spec);
	close(health.place.fd);
	free(health.place.text);
	health.place = (struct place){ .fd = -1 };
}

static void
start_server(void)
{
	if (health.place.fd < 0)
		return;
	health.probe = probe_new(wake, NULL);
	set_http(http_start(&(struct http_options){
	    .listen_fd = health.place.fd, .answer = answer,
	    .woken = woken }));
}

/* False: why was told. */
static bool
open_place(const char *text, const struct daemon_user *user,
    struct place *place_out)
{
	struct place place = { .fd = -1 };
	struct arena *arena = arena_new();
	char why[512] = "";
	const char *not_now;
	size_t at;

	ensure(http_parse(arena, str_from(text), &place.spec, &not_now, &at));
	arena_free(arena);
	place.fd = socket_listen(&place.spec, user == NULL ? (uid_t)-1 :
	    user->uid, user == NULL ? (gid_t)-1 : user->gid, why, sizeof(why));
	if (place.fd < 0) {
		log_error("http: %s", why);
		return false;
	}
	place.text = strdup(text);
	ensure(place.text != NULL);
	*place_out = place;
	return true;
}

/* What is listened on now may be in the way of what is to be. */
static bool
move(const char *text, const struct daemon_user *user)
{
	struct place old = health.place;
	bool moved;

	old.text = old.text == NULL ? NULL : strdup(old.text);
	end_server();
	moved = open_place(text, user, &health.place);
	if (!moved && old.text != NULL)
		open_place(old.text, user, &health.place);
	free(old.text);
	if (atomic_load(&health.serves))
		start_server();
	return moved;
}

bool
health_listen(const struct settings *settings, const struct daemon_user *user)
{
	const char *text = settings->http;

	if (text[0] == '\0') {
		end_server();
		return true;
	}
	return (health.place.fd >= 0 &&
	    strcmp(text, health.place.text) == 0) || move(text, user);
}

void
health_use(struct generation *generation)
{
	struct generation *old;

	generation_ref(generation);
	pthread_mutex_lock(&health.lock);
	old = health.generation;
	health.generation = generation;
	pthread_mutex_unlock(&health.lock);
	measure_config(generation);
	if (old != NULL)
		metric_count(METRIC_ID_RELOADS, 0, 0);
	generation_unref(old);
}

void
health_start(void)
{
	atomic_store(&health.serves, true);
	start_server();
}

void
health_not_reloaded(void)
{
	metric_count(METRIC_ID_RELOADS, 1, 0);
	metric_set(METRIC_ID_RELOAD_OK, 0);
}

void
health_stop(void)
{
	atomic_store(&health.stops, true);
}

void
health_front_ended(void)
{
	atomic_store(&health.front_ended, true);
}

void
health_end(void)
{
	end_server();
	generation_unref(health.generation);
	health.generation = NULL;
}
