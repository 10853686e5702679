/*
 * libmilter starts a thread that waits with sigwait() for SIGTERM, SIGINT and
 * SIGHUP, and then stops the filter: no more command is read, also in the
 * middle of a message, and a reload is a stop.  There is no call to have it
 * leave signals alone, and two threads that wait for one signal share it by
 * chance.  So in this program sigwait(), which nobody else uses, waits for
 * ever; main.c takes signals with sigwaitinfo().
 */
#include <signal.h>
#include <unistd.h>

int
sigwait(const sigset_t *set, int *sig)
{
	sigset_t all;

	(void)set, (void)sig;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	for (;;)
		pause();
}
