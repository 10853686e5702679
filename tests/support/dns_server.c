#include "tests/support/dns_server.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void
path_of(const struct dns_server *server, const char *file, char path_out[80])
{
	snprintf(path_out, 80, "%s/%s", server->dir, file);
}

static void
run_server(const char *zone, const char *log, int out)
{
	dup2(out, STDOUT_FILENO);
	execlp("python3", "python3",
	    TESTS_SRCDIR "/tests/support/dns_server.py", "--zone", zone,
	    "--log", log, (char *)NULL);
	_exit(127);
}

void
dns_server_start(struct dns_server *server, const char *zone_text)
{
	char zone[80], log[80];
	int pipe_fds[2];
	FILE *file;

	snprintf(server->dir, sizeof(server->dir), "/tmp/dns_test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(server->dir));
	path_of(server, "zone", zone);
	path_of(server, "log", log);
	file = fopen(zone, "w");
	ck_assert_ptr_nonnull(file);
	fputs(zone_text, file);
	fclose(file);
	ck_assert_int_eq(pipe(pipe_fds), 0);
	server->pid = fork();
	ck_assert_int_ge(server->pid, 0);
	if (server->pid == 0) {
		close(pipe_fds[0]);
		run_server(zone, log, pipe_fds[1]);
	}
	close(pipe_fds[1]);
	file = fdopen(pipe_fds[0], "r");
	ck_assert_msg(fscanf(file, "%u", &server->port) == 1,
	    "dns_server.py did not start");
	fclose(file);
	snprintf(server->spec, sizeof(server->spec), "server:127.0.0.1#%u",
	    server->port);
}

void
dns_server_stop(struct dns_server *server)
{
	char path[80];

	kill(server->pid, SIGTERM);
	waitpid(server->pid, NULL, 0);
	path_of(server, "zone", path);
	unlink(path);
	path_of(server, "log", path);
	unlink(path);
	rmdir(server->dir);
}

unsigned
dns_server_seen(const struct dns_server *server, const char *transport,
    const char *type_and_name)
{
	char path[80], line[400], expected[400];
	unsigned count = 0;
	FILE *log;

	path_of(server, "log", path);
	snprintf(expected, sizeof(expected), "%s %s\n", transport,
	    type_and_name);
	log = fopen(path, "r");
	ck_assert_ptr_nonnull(log);
	while (fgets(line, sizeof(line), log) != NULL)
		count += strcmp(line, expected) == 0;
	fclose(log);
	return count;
}
