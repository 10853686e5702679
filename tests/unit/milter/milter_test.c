/*
 * The callbacks without libmilter: what they make of an MTA's arguments and
 * macros, what they agree to, and what they ask for in the end.
 */
#include "tests/support/check.h"

#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

#include "milter/milter.h"
#include "tests/support/fake_dns.h"
#include "tests/support/fake_milter.h"

#define ALL_ACTIONS	0x1ffUL
#define ALL_STEPS	0x1fffffUL
#define NR_ENVELOPE	(SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_MAIL | \
			    SMFIP_NR_RCPT)
#define ALWAYS		(SMFIP_NOUNKNOWN | SMFIP_NODATA | SMFIP_SKIP | \
			    SMFIP_RCPT_REJ | \
			    SMFIP_HDR_LEADSPC | SMFIP_NR_HDR | SMFIP_NR_EOH | \
			    SMFIP_NR_BODY)

static struct {
	struct resolver	*dns;
	struct policy	*policy;
	struct engine	*engine;
	int		 refs;
} world;

static void
ref(void *owner)
{
	ck_assert_ptr_eq(owner, &world);
	world.refs++;
}

static void
unref(void *owner)
{
	ck_assert_ptr_eq(owner, &world);
	world.refs--;
}

/* An engine with these rules, and an MTA that has agreed to everything. */
static SMFICTX *
begin_with(const char *rules, const struct bounce *bounce)
{
	struct diag *diag = diag_new();
	struct engine_options options = {
		.authserv_id = STR("mx.example"),
		.checks = { .receiver = STR("mx.example"),
		    .spf_engine = SPF_ENGINE_NATIVE,
		    .dkim = { .engine = DKIM_ENGINE_NATIVE,
			.max_signatures = 10, .deadline_ms = 2000 },
		    .dns_timeout_ms = 2000 },
		.message_wait_ms = 2000, .max_header_octets = 64 * 1024,
	};
	struct front_engine engine = { .owner = &world, .ref = ref,
	    .unref = unref };
	SMFICTX *ctx = fake_milter_new();

	world.dns = fake_dns_new("example.com TXT \"v=spf1 -all\"\n");
	world.policy = policy_load_text("test.policy",
	    arena_printf(ctx->arena, "policy \"test\" mode enforce;\n%s",
	    rules), diag);
	ck_assert_msg(world.policy != NULL, "%s",
	    diag_total(diag) == 0 ? "" : diag_at(diag, 0)->text);
	diag_free(diag);
	options.dns = world.dns;
	options.policy = world.policy;
	options.bounce = bounce;
	world.engine = engine_new(&options);
	engine.engine = world.engine;
	front_use(&engine);
	fake_milter_negotiate(ctx, ALL_ACTIONS, ALL_STEPS);
	return ctx;
}

static SMFICTX *
begin(const char *rules)
{
	return begin_with(rules, NULL);
}

static void
finish(SMFICTX *ctx)
{
	struct front_load load;

	fake_milter_free(ctx);
	front_load(&load);
	ck_assert_uint_eq(load.connections, 0);
	ck_assert_uint_eq(load.messages, 0);
	ck_assert_int_eq(world.refs, 1);
	engine_unref(world.engine);
	policy_unref(world.policy);
	resolver_free(world.dns);
}

static sfsistat
say_connect(SMFICTX *ctx, const char *host)
{
	struct sockaddr_in in = { .sin_family = AF_INET };

	ck_assert_int_eq(inet_pton(AF_INET, "192.0.2.1", &in.sin_addr), 1);
	return front_callbacks.xxfi_connect(ctx, (char *)(uintptr_t)host,
	    (_SOCK_ADDR *)&in);
}

static sfsistat
say_mail(SMFICTX *ctx, const char *from, const char *argument)
{
	char *argv[] = { (char *)(uintptr_t)from,
	    (char *)(uintptr_t)argument, NULL };

	return front_callbacks.xxfi_envfrom(ctx, argv);
}

static sfsistat
say_rcpt(SMFICTX *ctx, const char *to)
{
	char *argv[] = { (char *)(uintptr_t)to, NULL };

	return front_callbacks.xxfi_envrcpt(ctx, argv);
}

static sfsistat
say_header(SMFICTX *ctx, const char *name, const char *value)
{
	return front_callbacks.xxfi_header(ctx, (char *)(uintptr_t)name,
	    (char *)(uintptr_t)value);
}

static sfsistat
say_end(SMFICTX *ctx)
{
	sfsistat status;

	front_callbacks.xxfi_eoh(ctx);
	ctx->at_end = true;
	status = front_callbacks.xxfi_eom(ctx);
	ctx->at_end = false;
	return status;
}

static void
say_message(SMFICTX *ctx)
{
	say_mail(ctx, "<a@example.com>", NULL);
	say_rcpt(ctx, "<b@example.net>");
	say_header(ctx, "From", " a@example.com");
}

static const struct {
	const char *rules;
	unsigned long steps, agreed;
} offers[] = {
	{ "", ALL_STEPS, ALWAYS | NR_ENVELOPE },
	{ "at connect { reject when client.ip == 192.0.2.1; }", ALL_STEPS,
	  ALWAYS | (NR_ENVELOPE & ~SMFIP_NR_CONN) },
	{ "at helo { reject when helo == \"a\"; }", ALL_STEPS,
	  ALWAYS | (NR_ENVELOPE & ~SMFIP_NR_HELO) },
	{ "at mail { bypass when auth.user is set; }", ALL_STEPS,
	  ALWAYS | (NR_ENVELOPE & ~SMFIP_NR_MAIL) },
	{ "at mail { accept when auth.user is set; }", ALL_STEPS,
	  ALWAYS | NR_ENVELOPE },
	{ "at rcpt { reject when rcpt == \"a@b.example\"; }", ALL_STEPS,
	  ALWAYS | (NR_ENVELOPE & ~SMFIP_NR_RCPT) },
	{ "at mail { shadow reject when auth.user is set; }", ALL_STEPS,
	  ALWAYS | NR_ENVELOPE },
	{ "at message { reject when dmarc == fail; }", ALL_STEPS,
	  ALWAYS | NR_ENVELOPE },
	{ "", 0, 0 },
	{ "", SMFIP_NODATA | SMFIP_NR_HDR, SMFIP_NODATA | SMFIP_NR_HDR },
};

START_TEST(what_is_agreed_follows_the_policy)
{
	SMFICTX *ctx = begin(offers[_i].rules);

	fake_milter_reset(ctx);
	fake_milter_negotiate(ctx, ALL_ACTIONS, offers[_i].steps);
	ck_assert_uint_eq(ctx->steps, offers[_i].agreed);
	ck_assert_uint_eq(ctx->actions, SMFIF_ADDHDRS | SMFIF_CHGHDRS |
	    SMFIF_QUARANTINE | SMFIF_SETSYMLIST);
	ck_assert_str_eq(ctx->wanted_macros[SMFIM_EOM], "i");
	finish(ctx);
}
END_TEST

static const struct {
	const char *host, *resolve, *text;
} hosts[] = {
	{ "mail.example.com", NULL, "named mail.example.com" },
	{ "mail.example.com", "OK", "named mail.example.com" },
	{ "mail.example.com", "FORGED", "no name" },
	{ "mail.example.com", "TEMP", "no name" },
	{ "[192.0.2.1]", NULL, "no name" },
	{ "unknown", NULL, "no name" },
	{ "", NULL, "no name" },
};

START_TEST(only_confirmed_names_are_names)
{
	SMFICTX *ctx = begin("at connect {\n"
	    "reject 550 5.7.1 \"named %{client.name}\"\n"
	    "    when client.name is set;\n"
	    "reject 550 5.7.1 \"no name\" when client.name is not set;\n}");

	if (hosts[_i].resolve != NULL)
		fake_milter_macro(ctx, "{client_resolve}", hosts[_i].resolve);
	ck_assert_int_eq(say_connect(ctx, hosts[_i].host), SMFIS_REJECT);
	ck_assert_str_eq(ctx->code, "550");
	ck_assert_str_eq(ctx->enhanced, "5.7.1");
	ck_assert_str_eq(ctx->text, hosts[_i].text);
	finish(ctx);
}
END_TEST

START_TEST(a_client_may_have_no_address)
{
	static char host[] = "localhost";
	SMFICTX *ctx = begin("at connect { reject 550 5.7.1 \"none\"\n"
	    "when client.ip is not set; }");

	ck_assert_int_eq(front_callbacks.xxfi_connect(ctx, host, NULL),
	    SMFIS_REJECT);
	finish(ctx);
}
END_TEST

static const struct {
	const char *path, *argument, *text;
} paths[] = {
	{ "<a@example.com>", NULL, "a@example.com size" },
	{ "a@example.com", NULL, "a@example.com size" },
	{ "<@r.example,@s.example:a@example.com>", NULL,
	  "a@example.com size" },
	{ "<>", NULL, "size" },
	{ "", NULL, "size" },
	{ "<\"a>b\"@example.com>", NULL, "\"a>b\"@example.com size" },
	{ "<a@example.com>", "SIZE=1234", "a@example.com size 1234" },
	{ "<a@example.com>", "size=1234", "a@example.com size 1234" },
	{ "<a@example.com>", "SIZE=12x", "a@example.com size" },
	{ "<a@example.com>", "SIZE=99999999999999999999",
	  "a@example.com size" },
};

START_TEST(paths_and_sizes_are_read)
{
	SMFICTX *ctx = begin("at mail {\n"
	    "reject 550 5.7.1 \"%{mail.from} size %{mail.size}\"\n"
	    "    when mail.size is set;\n"
	    "reject 550 5.7.1 \"%{mail.from} size\"\n"
	    "    when mail.size is not set;\n}");

	ck_assert_int_eq(say_connect(ctx, "unknown"), SMFIS_NOREPLY);
	ck_assert_int_eq(say_mail(ctx, paths[_i].path, paths[_i].argument),
	    SMFIS_REJECT);
	ck_assert_str_eq(ctx->text, paths[_i].text);
	finish(ctx);
}
END_TEST

/* {verify}: an MTA may give the names of certificates that nobody vouched
 * for. */
static const struct {
	const char *verify, *text;
} certificates[] = {
	{ "OK", "TLSv1.3 cn ca" }, { NULL, "TLSv1.3 cn ca" },
	{ "FAIL", "TLSv1.3 none none" }, { "NO", "TLSv1.3 none none" },
};

START_TEST(certificates_count_when_verified)
{
	SMFICTX *ctx = begin("at mail {\n"
	    "reject 550 5.7.1 \"%{tls.version} %{tls.cert.subject} "
	    "%{tls.cert.issuer}\" when tls.cert.subject is set;\n"
	    "reject 550 5.7.1 \"%{tls.version} none none\"\n"
	    "    when tls.cert.issuer is not set;\n}");

	ck_assert_str_eq(ctx->wanted_macros[SMFIM_ENVFROM],
	    "i {auth_authen} {auth_type} {tls_version} {cipher} "
	    "{cert_subject} {cert_issuer} {verify}");
	fake_milter_macro(ctx, "{tls_version}", "TLSv1.3");
	fake_milter_macro(ctx, "{cert_subject}", "cn");
	fake_milter_macro(ctx, "{cert_issuer}", "ca");
	if (certificates[_i].verify != NULL)
		fake_milter_macro(ctx, "{verify}", certificates[_i].verify);
	say_connect(ctx, "unknown");
	ck_assert_int_eq(say_mail(ctx, "<a@example.com>", NULL),
	    SMFIS_REJECT);
	ck_assert_str_eq(ctx->text, certificates[_i].text);
	finish(ctx);
}
END_TEST

START_TEST(a_percent_sign_is_written_twice)
{
	SMFICTX *ctx = begin("at mail { reject 550 5.7.1 \"100%% %{mail.from}"
	    "\" when mail.from is set; }");

	say_connect(ctx, "unknown");
	ck_assert_int_eq(say_mail(ctx, "<%s%n@example.com>", NULL),
	    SMFIS_REJECT);
	ck_assert_str_eq(ctx->text, "100%% %%s%%n@example.com");
	finish(ctx);
}
END_TEST

/* RCPT_REJ: the macro tells recipients that the MTA has refused itself. */
START_TEST(what_the_mta_refuses_is_not_judged)
{
	SMFICTX *ctx = begin("at rcpt { reject; }");

	ck_assert_str_eq(ctx->wanted_macros[SMFIM_ENVRCPT],
	    "i {rcpt_mailer}");
	say_connect(ctx, "unknown");
	say_mail(ctx, "<a@example.com>", NULL);
	fake_milter_macro(ctx, "{rcpt_mailer}", "error");
	ck_assert_int_eq(say_rcpt(ctx, "<a@b.example>"), SMFIS_CONTINUE);
	fake_milter_reset(ctx);
	fake_milter_macro(ctx, "{rcpt_mailer}", "local");
	ck_assert_int_eq(say_rcpt(ctx, "<a@b.example>"), SMFIS_REJECT);
	finish(ctx);
}
END_TEST

/* Where it was agreed that there is no reply there is none. */
START_TEST(silent_stages_say_nothing)
{
	SMFICTX *ctx = begin("at message { reject when dmarc == fail; }");
	static char name[] = "mail.example.com";
	static unsigned char text[] = "text";

	ck_assert_int_eq(say_connect(ctx, "unknown"), SMFIS_NOREPLY);
	ck_assert_int_eq(front_callbacks.xxfi_helo(ctx, name), SMFIS_NOREPLY);
	ck_assert_int_eq(say_mail(ctx, "<>", NULL), SMFIS_NOREPLY);
	ck_assert_int_eq(say_rcpt(ctx, "<a@b.example>"), SMFIS_NOREPLY);
	ck_assert_int_eq(say_header(ctx, "A", " b"), SMFIS_NOREPLY);
	ck_assert_int_eq(front_callbacks.xxfi_eoh(ctx), SMFIS_NOREPLY);
	ck_assert_int_eq(front_callbacks.xxfi_body(ctx, text, 4),
	    SMFIS_NOREPLY);
	ck_assert_int_eq(say_end(ctx), SMFIS_CONTINUE);
	finish(ctx);
}
END_TEST

START_TEST(an_old_mta_hears_everything)
{
	SMFICTX *ctx = begin("");
	static char name[] = "mail.example.com";

	fake_milter_reset(ctx);
	fake_milter_negotiate(ctx, SMFIF_ADDHDRS, 0);
	ck_assert_int_eq(say_connect(ctx, "unknown"), SMFIS_CONTINUE);
	ck_assert_int_eq(front_callbacks.xxfi_helo(ctx, name),
	    SMFIS_CONTINUE);
	ck_assert_int_eq(say_mail(ctx, "<>", NULL), SMFIS_CONTINUE);
	ck_assert_int_eq(say_rcpt(ctx, "<a@b.example>"), SMFIS_CONTINUE);
	ck_assert_int_eq(say_header(ctx, "A", "b"), SMFIS_CONTINUE);
	ck_assert_int_eq(say_end(ctx), SMFIS_CONTINUE);
	ck_assert_uint_eq(ctx->edits.count, 1);
	ck_assert_int_eq(ctx->edits.at[0].kind, 'i');
	ck_assert_msg(strncmp(ctx->edits.at[0].value, "mx.example;", 11) == 0,
	    "no blank was agreed: %s", ctx->edits.at[0].value);
	finish(ctx);
}
END_TEST

/* A large body that nobody needs is skipped where that can be said. */
START_TEST(a_body_is_skipped)
{
	static unsigned char piece[65535];
	SMFICTX *ctx = begin("");
	sfsistat status = SMFIS_CONTINUE;
	int pieces = 0;

	fake_milter_reset(ctx);
	fake_milter_negotiate(ctx, SMFIF_ADDHDRS, SMFIP_SKIP);
	say_connect(ctx, "unknown");
	say_message(ctx);
	front_callbacks.xxfi_eoh(ctx);
	while (status == SMFIS_CONTINUE && pieces++ < 20)
		status = front_callbacks.xxfi_body(ctx, piece,
		    sizeof(piece));
	ck_assert_int_eq(status, SMFIS_SKIP);
	ck_assert_int_eq(say_end(ctx), SMFIS_CONTINUE);
	finish(ctx);
}
END_TEST

START_TEST(edits_come_in_order)
{
	SMFICTX *ctx = begin("at message { tag \"X-A\" \"b\" when "
	    "from.count is set; }");

	say_connect(ctx, "unknown");
	say_message(ctx);
	say_header(ctx, "Authentication-Results", " mx.example; none");
	say_header(ctx, "Authentication-Results", " mx.example; none");
	ck_assert_int_eq(say_end(ctx), SMFIS_CONTINUE);
	ck_assert_uint_eq(ctx->edits.count, 4);
	ck_assert_int_eq(ctx->edits.at[0].kind, 'd');
	ck_assert_int_eq(ctx->edits.at[0].index, 2);
	ck_assert_int_eq(ctx->edits.at[1].kind, 'd');
	ck_assert_int_eq(ctx->edits.at[1].index, 1);
	ck_assert_int_eq(ctx->edits.at[2].kind, 'i');
	ck_assert_int_eq(ctx->edits.at[2].index, 0);
	ck_assert_str_eq(ctx->edits.at[2].name, "Authentication-Results");
	ck_assert_str_eq(ctx->edits.at[3].name, "X-A");
	ck_assert_str_eq(ctx->edits.at[3].value, " b");
	finish(ctx);
}
END_TEST

static struct bounce *
tags(void)
{
	static const char *const domains[] = { "example.com" };
	char path[] = "/tmp/milter_test.XXXXXX";
	struct diag *diag = diag_new();
	int fd = mkstemp(path);
	struct bounce *bounce;

	ck_assert_int_eq(write(fd, "0 0123456789abcdef\n", 19), 19);
	close(fd);
	bounce = bounce_new(&(struct bounce_options){ .keys_file = path,
	    .domains = domains, .domain_count = 1, .days = 7 }, diag);
	ck_assert_ptr_nonnull(bounce);
	unlink(path);
	diag_free(diag);
	return bounce;
}

START_TEST(the_envelope_changes_at_the_end)
{
	struct bounce *bounce = tags();
	SMFICTX *ctx = begin_with("", bounce);

	say_connect(ctx, "mail.example.com");
	fake_milter_macro(ctx, "{auth_authen}", "ann");
	say_mail(ctx, "<a@example.com>", NULL);
	say_rcpt(ctx, "<prvs=0001abcdef=b@example.com>");
	say_header(ctx, "From", " a@example.com");
	ck_assert_int_eq(say_end(ctx), SMFIS_CONTINUE);
	ck_assert_uint_eq(ctx->edits.count, 4);
	ck_assert_int_eq(ctx->edits.at[0].kind, 'i');
	ck_assert_int_eq(ctx->edits.at[1].kind, 'f');
	ck_assert_uint_eq(strspn(ctx->edits.at[1].name + 6,
	    "0123456789abcdef"), 10);
	ck_assert_str_eq(ctx->edits.at[1].name + 16, "=a@example.com>");
	ck_assert_int_eq(ctx->edits.at[2].kind, '+');
	ck_assert_str_eq(ctx->edits.at[2].name, "<b@example.com>");
	ck_assert_int_eq(ctx->edits.at[3].kind, '-');
	ck_assert_str_eq(ctx->edits.at[3].name,
	    "<prvs=0001abcdef=b@example.com>");
	finish(ctx);
	bounce_free(bounce);
}
END_TEST

START_TEST(an_mta_may_keep_its_envelope)
{
	struct bounce *bounce = tags();
	SMFICTX *ctx = begin_with("", bounce);

	fake_milter_negotiate(ctx, SMFIF_ADDHDRS, ALL_STEPS);
	fake_milter_macro(ctx, "{auth_authen}", "ann");
	say_message(ctx);
	ck_assert_int_eq(say_end(ctx), SMFIS_CONTINUE);
	ck_assert_uint_eq(ctx->edits.count, 1);
	finish(ctx);
	bounce_free(bounce);
}
END_TEST

START_TEST(quarantine_needs_the_mta)
{
	SMFICTX *ctx = begin("at message { quarantine \"held\" when "
	    "from.count is set; }");

	say_connect(ctx, "unknown");
	say_message(ctx);
	ck_assert_int_eq(say_end(ctx), SMFIS_CONTINUE);
	ck_assert_str_eq(ctx->quarantine, "held");
	fake_milter_reset(ctx);
	fake_milter_negotiate(ctx, SMFIF_ADDHDRS, ALL_STEPS);
	say_message(ctx);
	ck_assert_int_eq(say_end(ctx), SMFIS_CONTINUE);
	ck_assert_ptr_null(ctx->quarantine);
	finish(ctx);
}
END_TEST

START_TEST(messages_in_flight_are_counted)
{
	SMFICTX *ctx = begin("at mail { reject when mail.from == \"x@y.example"
	    "\"; }\nat rcpt { reject when rcpt == \"x@y.example\"; }");
	struct front_load load;

#define IN_FLIGHT(n) do {						\
	front_load(&load);						\
	ck_assert_uint_eq(load.connections, 1);				\
	ck_assert_uint_eq(load.messages, (n));				\
} while (0)
	say_connect(ctx, "unknown");
	IN_FLIGHT(0);
	say_message(ctx);
	IN_FLIGHT(1);
	say_end(ctx);
	IN_FLIGHT(0);
	say_mail(ctx, "<x@y.example>", NULL);
	IN_FLIGHT(0);
	say_mail(ctx, "<a@y.example>", NULL);
	say_rcpt(ctx, "<x@y.example>");
	IN_FLIGHT(1);
	front_callbacks.xxfi_abort(ctx);
	IN_FLIGHT(0);
	say_message(ctx);
	say_mail(ctx, "<a@y.example>", NULL);
	IN_FLIGHT(1);
#undef IN_FLIGHT
	finish(ctx);
}
END_TEST

START_TEST(a_connection_keeps_its_engine)
{
	SMFICTX *old = begin("at connect { reject 550 5.7.1 \"old\" when "
	    "client.ip is set; }"), *new;
	struct engine *engine = world.engine;
	struct policy *policy = world.policy;
	struct resolver *dns = world.dns;

	new = begin("at connect { reject 550 5.7.1 \"new\" when client.ip is "
	    "set; }");
	say_connect(old, "unknown");
	ck_assert_str_eq(old->text, "old");
	say_connect(new, "unknown");
	ck_assert_str_eq(new->text, "new");
	fake_milter_free(old);
	engine_unref(engine);
	policy_unref(policy);
	resolver_free(dns);
	finish(new);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("milter");
	TCase *tc = tcase_create("milter");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, what_is_agreed_follows_the_policy, 0,
	    TEST_COUNT(offers));
	tcase_add_loop_test(tc, only_confirmed_names_are_names, 0,
	    TEST_COUNT(hosts));
	tcase_add_test(tc, a_client_may_have_no_address);
	tcase_add_loop_test(tc, paths_and_sizes_are_read, 0,
	    TEST_COUNT(paths));
	tcase_add_loop_test(tc, certificates_count_when_verified, 0,
	    TEST_COUNT(certificates));
	tcase_add_test(tc, a_percent_sign_is_written_twice);
	tcase_add_test(tc, what_the_mta_refuses_is_not_judged);
	tcase_add_test(tc, silent_stages_say_nothing);
	tcase_add_test(tc, an_old_mta_hears_everything);
	tcase_add_test(tc, a_body_is_skipped);
	tcase_add_test(tc, edits_come_in_order);
	tcase_add_test(tc, the_envelope_changes_at_the_end);
	tcase_add_test(tc, an_mta_may_keep_its_envelope);
	tcase_add_test(tc, quarantine_needs_the_mta);
	tcase_add_test(tc, messages_in_flight_are_counted);
	tcase_add_test(tc, a_connection_keeps_its_engine);
	return run_suite(suite);
}
