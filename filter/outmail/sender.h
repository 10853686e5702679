/*
 * sender - who we are in mail of our own, and who takes it; from the settings
 */
#ifndef ASSAY_OUTMAIL_SENDER_H
#define ASSAY_OUTMAIL_SENDER_H

#include "outmail/handover.h"

struct outmail_sender {
	struct str	from;		/* report_from: outmail_is_address() */
	struct str	org;		/* report_org, or the domain of from */
	struct str	contact;	/* report_contact, or empty */
	struct handover_route route;	/* report_mailer */
};

#endif
