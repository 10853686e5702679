/*
 * Any order of milter events with any arguments, through the callbacks and
 * the whole engine behind them; the tests' own libmilter (fake_milter) ends
 * the run where something is asked for that an MTA would stumble over.
 *
 * The input: an octet for the offer, then an octet a step, most of them with
 * a text that ends at the next NUL.
 */
#include <arpa/inet.h>
#include <string.h>

#include "base/ensure.h"
#include "base/log.h"
#include "dns/zonefile.h"
#include "milter/milter.h"
#include "tests/support/fake_milter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char zone[] =
    "example.com. TXT \"v=spf1 ip4:192.0.2.1 exists:%{l}.example.net -all\"\n"
    "_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\n"
    "s._domainkey.example.com. TXT \"v=DKIM1; k=ed25519; "
    "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n"
    "1.2.0.192.in-addr.arpa. PTR mail.example.com.\n"
    "mail.example.com. A 192.0.2.1\n"
    "broken.example. * SERVFAIL\n";

static const char rules[] =
    "policy \"fuzz\" mode enforce;\n"
    "at connect { reject \"%{client.name}\" when client.name == \"bad\"; }\n"
    "at helo { reject \"%{helo}\" when helo == \"bad\"; }\n"
    "at mail { tempfail \"%{mail.from}\" when spf == fail;\n"
    "  discard when mail.from == \"gone@example.com\"; }\n"
    "at rcpt { reject \"%{rcpt}\" when rcpt.count > 3; }\n"
    "at message {\n"
    "  tag \"X-A\" \"%{subject} %{from} %{helo} %{queue.id}\";\n"
    "  tag subject \"[%{from.domain}] \" when from.count > 0;\n"
    "  reject \"%{dkim.reason}\" when dkim == permerror;\n"
    "  quarantine \"%{subject}\" when subject is set;\n"
    "}\n";

static int refs;

static void
ref(void *owner)
{
	(void)owner;
	refs++;
}

static void
unref(void *owner)
{
	(void)owner;
	refs--;
}

static void
set_up(void)
{
	struct diag *diag = diag_new();
	char why[500];
	struct engine_options options = {
		.dns = resolver_new_zone("zone", str_from(zone), why,
		    sizeof(why)),
		.policy = policy_load_text("fuzz.policy", str_from(rules),
		    diag),
		.authserv_id = STR("mx.example"),
		.checks = { .receiver = STR("mx.example"),
		    .spf_engine = SPF_ENGINE_NATIVE,
		    .dkim = { .engine = DKIM_ENGINE_NATIVE,
			.max_signatures = 10, .deadline_ms = 5000 },
		    .dns_timeout_ms = 5000 },
		.message_wait_ms = 5000, .max_header_octets = 64 * 1024,
		.now = 1700000000
	};
	struct front_engine engine = { .ref = ref, .unref = unref,
	    .owner = why };

	ensure(options.dns != NULL && options.policy != NULL);
	log_open("fuzz", "stderr", LOG_LEVEL_ERROR);
	diag_free(diag);
	engine.engine = engine_new(&options);
	front_use(&engine);
}

struct input {
	struct arena	*arena;
	struct str	 rest;
};

static unsigned
take_octet(struct input *input)
{
	unsigned octet = input->rest.len == 0 ? 0 :
	    (unsigned char)input->rest.ptr[0];

	input->rest = str_skip(input->rest, 1);
	return octet;
}

static char *
take_text(struct input *input)
{
	size_t at = str_chr(input->rest, '\0');
	char *text = arena_z(input->arena, str_slice(input->rest, 0, at));

	input->rest = str_skip(input->rest, at + 1);
	return text;
}

/* ---- the steps ---- */

static sfsistat
step_connect(SMFICTX *ctx, struct input *input)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	char *name = take_text(input);

	inet_pton(AF_INET, "192.0.2.1", &in.sin_addr);
	return front_callbacks.xxfi_connect(ctx, name, name[0] == '?' ?
	    NULL : (_SOCK_ADDR *)&in);
}

static sfsistat
step_helo(SMFICTX *ctx, struct input *input)
{
	return front_callbacks.xxfi_helo(ctx, take_text(input));
}

static sfsistat
step_mail(SMFICTX *ctx, struct input *input)
{
	char *argv[] = { take_text(input), take_text(input), NULL };

	return front_callbacks.xxfi_envfrom(ctx, argv);
}

static sfsistat
step_rcpt(SMFICTX *ctx, struct input *input)
{
	char *argv[] = { take_text(input), NULL };

	return front_callbacks.xxfi_envrcpt(ctx, argv);
}

static sfsistat
step_header(SMFICTX *ctx, struct input *input)
{
	char *name = take_text(input);

	return front_callbacks.xxfi_header(ctx, name, take_text(input));
}

static sfsistat
step_eoh(SMFICTX *ctx, struct input *input)
{
	(void)input;
	return front_callbacks.xxfi_eoh(ctx);
}

static sfsistat
step_body(SMFICTX *ctx, struct input *input)
{
	char *text = take_text(input);

	return front_callbacks.xxfi_body(ctx, (unsigned char *)text,
	    strlen(text));
}

static sfsistat
step_eom(SMFICTX *ctx, struct input *input)
{
	sfsistat status;

	(void)input;
	ctx->at_end = true;
	status = front_callbacks.xxfi_eom(ctx);
	ctx->at_end = false;
	ensure(status != SMFIS_NOREPLY);
	return status;
}

static sfsistat
step_abort(SMFICTX *ctx, struct input *input)
{
	(void)input;
	return front_callbacks.xxfi_abort(ctx);
}

static sfsistat
step_close(SMFICTX *ctx, struct input *input)
{
	(void)input;
	return front_callbacks.xxfi_close(ctx);
}

static sfsistat
step_macro(SMFICTX *ctx, struct input *input)
{
	static const char *const names[] = { "i", "{daemon_name}",
	    "{client_resolve}", "{auth_authen}", "{auth_type}",
	    "{tls_version}", "{cipher}" };
	size_t n = take_octet(input) % (sizeof(names) / sizeof(names[0]));

	fake_milter_macro(ctx, names[n], arena_z(ctx->arena,
	    str_from(take_text(input))));
	return SMFIS_CONTINUE;
}

static sfsistat (*const steps[])(SMFICTX *, struct input *) = {
	step_connect, step_helo, step_mail, step_rcpt, step_header, step_eoh,
	step_body, step_eom, step_abort, step_close, step_macro
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned long offers[][2] = {
		{ 0x1ff, 0x1fffff }, { 0x1ff, 0 }, { 0x01, SMFIP_SKIP },
		{ 0x3f, SMFIP_NODATA | SMFIP_HDR_LEADSPC }
	};
	struct input input = { .rest = str_make(data, size) };
	struct front_load load;
	SMFICTX *ctx;
	size_t offer;

	if (refs == 0)
		set_up();
	input.arena = arena_new();
	ctx = fake_milter_new();
	offer = take_octet(&input) % 4;
	fake_milter_negotiate(ctx, offers[offer][0], offers[offer][1]);
	while (input.rest.len > 0)
		steps[take_octet(&input) % (sizeof(steps) /
		    sizeof(steps[0]))](ctx, &input);
	fake_milter_free(ctx);
	arena_free(input.arena);
	front_load(&load);
	ensure(load.connections == 0 && load.messages == 0 && refs == 1);
	return 0;
}
