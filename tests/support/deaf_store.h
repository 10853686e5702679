/*
 * deaf_store - a store that takes everything and answers nothing: a Redis that
 * hangs, of which nothing is there but its socket
 */
#ifndef ASSAY_TESTS_DEAF_STORE_H
#define ASSAY_TESTS_DEAF_STORE_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "store/store.h"
#include "tests/support/check.h"

struct deaf_store {
	struct store	*store;
	char		 directory[40], path[60];
	int		 socket;
};

static inline void
deaf_store_init(struct deaf_store *deaf)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char where[100], why[200];

	snprintf(deaf->directory, sizeof(deaf->directory),
	    "/tmp/deaf_store.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(deaf->directory));
	snprintf(deaf->path, sizeof(deaf->path), "%s/socket",
	    deaf->directory);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", deaf->path);
	deaf->socket = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(deaf->socket, (struct sockaddr *)&at,
	    sizeof(at)), 0);
	ck_assert_int_eq(listen(deaf->socket, 5), 0);
	snprintf(where, sizeof(where), "redis+unix://%s", deaf->path);
	deaf->store = store_open(str_from(where), why, sizeof(why));
	ck_assert_ptr_nonnull(deaf->store);
}

static inline void
deaf_store_fini(struct deaf_store *deaf)
{
	/* Whoever waits for it sees it hang up. */
	close(deaf->socket);
	unlink(deaf->path);
	rmdir(deaf->directory);
	store_close(deaf->store, 0);
}

#endif
