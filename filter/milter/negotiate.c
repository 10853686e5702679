/*
 * What is agreed with the MTA: the actions that a verdict may need, no events
 * that nobody wants, and no answers where none can be more than "continue".
 * libmilter stands in for MTAs that cannot go without an answer; every other
 * wish is dropped where the MTA does not offer it.
 */
#include "milter/milter.h"

static const unsigned long wanted_actions =
    SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_QUARANTINE | SMFIF_SETSYMLIST;
static const unsigned long envelope_actions =
    SMFIF_CHGFROM | SMFIF_ADDRCPT | SMFIF_DELRCPT;

/* Recipients that the MTA refuses (RCPT_REJ) are for the event alone. */
static const unsigned long wanted_steps =
    SMFIP_NOUNKNOWN | SMFIP_NODATA | SMFIP_HDR_LEADSPC | SMFIP_SKIP |
    SMFIP_RCPT_REJ |
    SMFIP_NR_HDR | SMFIP_NR_EOH | SMFIP_NR_BODY;

/* The queue id may be known from any of these stages on. */
static const struct {
	int where;
	const char *macros;
} macros[] = {
	{ SMFIM_CONNECT, "{daemon_name} {daemon_addr} {daemon_port} "
	    "{client_resolve} {client_connections}" },
	{ SMFIM_HELO, "{tls_version}" },
	{ SMFIM_ENVFROM,
	    "i {auth_authen} {auth_type} {tls_version} {cipher} "
	    "{cert_subject} {cert_issuer} {verify}" },
	{ SMFIM_ENVRCPT, "i {rcpt_mailer}" }, { SMFIM_DATA, "i" },
	{ SMFIM_EOH, "i" }, { SMFIM_EOM, "i" },
};

unsigned long
no_reply_flag(enum stage stage)
{
	switch (stage) {
	case STAGE_CONNECT:
		return SMFIP_NR_CONN;
	case STAGE_HELO:
		return SMFIP_NR_HELO;
	case STAGE_MAIL:
		return SMFIP_NR_MAIL;
	case STAGE_RCPT:
		return SMFIP_NR_RCPT;
	case STAGE_MESSAGE:
	case STAGE_COUNT:
		break;
	}
	return 0;
}

/*
 * An MTA keeps back what needs no reply until something does; lists shall be
 * asked at once.
 */
static unsigned long
silent_stages(const struct engine *engine)
{
	const struct policy *policy = engine_policy(engine);
	unsigned long flags = 0;

	for (int stage = 0; stage < STAGE_COUNT; stage++)
		if (!policy_can_act(policy, (enum stage)stage) &&
		    !engine_asks_lists(engine, (enum stage)stage))
			flags |= no_reply_flag((enum stage)stage);
	return flags;
}

static void
ask_for_macros(SMFICTX *ctx)
{
	for (size_t i = 0; i < sizeof(macros) / sizeof(macros[0]); i++)
		smfi_setsymlist(ctx, macros[i].where,
		    (char *)(uintptr_t)macros[i].macros);
}

sfsistat
on_negotiate(SMFICTX *ctx, unsigned long f0, unsigned long f1,
    unsigned long f2, unsigned long f3, unsigned long *pf0,
    unsigned long *pf1, unsigned long *pf2, unsigned long *pf3)
{
	struct client *client = client_of(ctx);

	(void)f2, (void)f3;
	client->negotiated = true;
	client->actions = f0 & wanted_actions;
	if (engine_edits_envelope(client->engine.engine))
		client->actions |= f0 & envelope_actions;
	client->steps = f1 & (wanted_steps |
	    silent_stages(client->engine.engine));
	if ((client->actions & SMFIF_SETSYMLIST) != 0)
		ask_for_macros(ctx);
	*pf0 = client->actions;
	*pf1 = client->steps;
	*pf2 = *pf3 = 0;
	return SMFIS_CONTINUE;
}
