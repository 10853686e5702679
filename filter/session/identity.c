/*
 * Who the client has proved to be: TLS, certificate and login, as facts and,
 * for the login, as a result (RFC 8601 section 2.7.4).
 */
#include "base/limits.h"
#include "session/connection.h"

static struct str
keep(struct connection *conn, struct str text)
{
	return arena_copy(conn->arena[SCOPE_MESSAGE],
	    str_slice(text, 0, LIMIT_MACRO_OCTETS));
}

/* RFC 8601 section 7.10: a login is nobody's business but the admin's. */
static void
add_result(struct connection *conn, struct str login)
{
	struct result result = { .method = METHOD_AUTH, .word = WORD_PASS,
	    .stage = STAGE_MAIL };

	if (login.len == 0)
		return;
	if (conn->engine->options.stamp_login)
		result_add_property(conn->arena[SCOPE_MESSAGE], &result,
		    "smtp", "auth", login);
	VEC_PUSH(conn->results.arena, &conn->results.list, result);
}

void
identity_take(struct connection *conn, const struct session_mail *mail)
{
	struct fact_set *facts = &conn->facts;
	struct str login = keep(conn, mail->auth_user);
	const struct {
		enum fact_id id;
		struct str text;
	} texts[] = {
		{ FACT_ID_TLS_VERSION, mail->tls_version },
		{ FACT_ID_TLS_CIPHER, mail->tls_cipher },
		{ FACT_ID_TLS_CERT_SUBJECT, mail->tls_cert_subject },
		{ FACT_ID_TLS_CERT_ISSUER, mail->tls_cert_issuer },
		{ FACT_ID_AUTH_METHOD, mail->auth_method },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		facts_text_or_none(facts, texts[i].id,
		    keep(conn, texts[i].text));
	facts_text_or_none(facts, FACT_ID_AUTH_USER, login);
	add_result(conn, login);
	client_mail(conn);
	facts_text(facts, FACT_ID_MAIL_FROM, conn->subject.mail_from);
	if (mail->size > 0)
		facts_number(facts, FACT_ID_MAIL_SIZE, (double)mail->size);
	else
		facts_none(facts, FACT_ID_MAIL_SIZE);
	facts_bool(facts, FACT_ID_MAIL_SMTPUTF8, mail->smtputf8);
}

/* Reverse DNS, SPF, and DMARC, which goes by it, would say where the user is,
 * and nothing to those who get the message. */
static bool
speaks_of_the_client(enum method method)
{
	return method == METHOD_IPREV || method == METHOD_SPF ||
	    method == METHOD_DMARC;
}

const struct results *
identity_results(struct connection *conn)
{
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	const struct results *all = &conn->results;
	struct results *some;

	if (facts_get(&conn->facts, FACT_ID_AUTH_USER)->state != FACT_SET)
		return all;
	some = arena_alloc(arena, sizeof(*some));
	some->arena = arena;
	for (size_t i = 0; i < all->list.count; i++)
		if (!speaks_of_the_client(all->list.at[i].method))
			VEC_PUSH(arena, &some->list, all->list.at[i]);
	return some;
}
