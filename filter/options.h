/*
 * options - the command line of assayd
 */
#ifndef ASSAY_OPTIONS_H
#define ASSAY_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum exit_status { EXIT_FINE = 0, EXIT_WRONG = 1, EXIT_USAGE = 2 };

enum { OPTIONS_OVERRIDES_MAX = 64 };

struct options {
	const char	*file;		/* of settings; absolute where that
					 * could be found out */
	char		 path[8192];	/* where it was relative */
	const char	*overrides[OPTIONS_OVERRIDES_MAX];
	size_t		 override_count;
	bool		 foreground, only_test;
};

/*
 * The texts are those of argv.  False: nothing is to be started, and the
 * status is what to exit with; what was asked for or is wrong is printed.
 */
bool options_take(int argc, char **argv, struct options *options_out,
    enum exit_status *status_out);

#endif
