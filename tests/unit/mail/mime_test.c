#include "tests/unit/mail/mail_test.h"

#include "base/buf.h"
#include "base/limits.h"
#include "mail/mime.h"
#include "tests/support/mime_script.h"

/* In messages and scripts below "\n" is CRLF; "\v" is a bare LF. */
static struct str
with_crlf(struct arena *arena, struct str text)
{
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '\n')
			buf_addz(&out, "\r\n");
		else
			buf_addc(&out, text.ptr[i] == '\v' ? '\n' :
			    text.ptr[i]);
	return buf_str(&out);
}

static struct str
without_cr(struct arena *arena, struct str text)
{
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] != '\r')
			buf_addc(&out, text.ptr[i]);
	return buf_str(&out);
}

#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n"

static const struct {
	struct str message;
	const char *script;
} messages[] = {
	/* one part */
	{ STR_INIT("Subject: x\n\nhello\n"), "text/plain {hello\n}\n" },
	{ STR_INIT("\n"), "text/plain {}\n" },
	{ STR_INIT("Content-Type: TEXT/Html; charset=\"UTF-8\"\n\n<b>\n"),
	  "text/html charset=utf-8 {<b>\n}\n" },
	{ STR_INIT("content-type : text/plain;charset=us-ascii (plain)\n\nx"),
	  "text/plain charset=us-ascii {x}\n" },
	/* RFC 2046 section 5.1.1 */
	{ STR_INIT("From: a@example.com\nMIME-Version: 1.0\n"
	  "Content-type: multipart/mixed; boundary=\"simple boundary\"\n\n"
	  "This is the preamble.\n\n"
	  "--simple boundary\n\nThis is implicitly typed.\nIt does not end "
	  "with a linebreak.\n--simple boundary\n"
	  "Content-type: text/plain; charset=us-ascii\n\n"
	  "This one does.\n\n--simple boundary--\n\nThe epilogue.\n"),
	  "multipart/mixed+\n"
	  ".text/plain {This is implicitly typed.\nIt does not end with a "
	  "linebreak.}\n"
	  ".text/plain charset=us-ascii {This one does.\n}\n" },
	/* within each other; blanks behind a boundary; bare LF */
	{ STR_INIT(MIXED "--b \t\nContent-Type: multipart/alternative;\n"
	  " boundary=\"i\"\n\n--i\n\none\n--i\v\vtwo\v--i--\n--b\n\nthree\n"
	  "--b--"),
	  "multipart/mixed+\n.multipart/alternative+\n..text/plain {one}\n"
	  "..text/plain {two}\n.text/plain {three}\n" },
	/* RFC 2046 section 5.1.5 */
	{ STR_INIT("Content-Type: multipart/digest; boundary=b\n\n"
	  "--b\n\nSubject: x\n\none\n--b\nContent-Type: text/plain\n\ntwo\n"
	  "--b--\n"),
	  "multipart/digest+\n.message/rfc822@\n..text/plain {one}\n"
	  ".text/plain {two}\n" },
	/* an attached message, with parts */
	{ STR_INIT(MIXED "--b\nContent-Type: message/rfc822; name=x.eml\n\n"
	  "Subject: x\nContent-Type: multipart/mixed; boundary=i\n\n"
	  "--i\n\none\n--i--\nmore\n--b\n\ntwo\n--b--\n"),
	  "multipart/mixed+\n.message/rfc822@ <x.eml>\n"
	  "..multipart/mixed+\n...text/plain {one}\n.text/plain {two}\n" },
	{ STR_INIT("Content-Type: message/rfc822\n\n"
	  "Content-Type: message/global\n\nSubject: x\n\nhello\n"),
	  "message/rfc822@\n.message/global@\n..text/plain {hello\n}\n" },
	{ STR_INIT("Content-Type: message/rfc822\n\nFrom x@example.com\n"
	  "Content-Type: text/html\n\nx"),
	  "message/rfc822@\n.text/html {x}\n" },
	/* a bounce; transfer encodings */
	{ STR_INIT("Content-Type: multipart/report; report-type="
	  "delivery-status; boundary=b\n\n"
	  "--b\nContent-Transfer-Encoding: 8bit\n\n\xc3\xa4\n"
	  "--b\nContent-Type: message/delivery-status\n\nAction: failed\n"
	  "--b\nContent-Type: text/rfc822-headers\n\nSubject: x\n--b--\n"),
	  "multipart/report+\n.text/plain {\xc3\xa4}\n"
	  ".message/delivery-status {Action: failed}\n"
	  ".text/rfc822-headers {Subject: x}\n" },
	{ STR_INIT(MIXED "--b\nContent-Transfer-Encoding: Base64\n"
	  "Content-Type: application/pdf\n"
	  "Content-Disposition: attachment; filename=\"a b.pdf\"\n\n"
	  "aGVs\nbG8gd29y\nbGQ=\n--b\n"
	  "Content-Transfer-Encoding: quoted-printable (x)\n\n"
	  "a=3Db=\nc=c3=A4 =\t \nd=\n--b--\n"),
	  "multipart/mixed+\n"
	  ".application/pdf attachment <a b.pdf> {hello world}\n"
	  ".text/plain {a=bc\xc3\xa4 d}\n" },
	{ STR_INIT("Content-Transfer-Encoding: \"base64\"\n\naGVsbG8="),
	  "text/plain {hello}\n" },
	{ STR_INIT("Content-Transfer-Encoding: =\n\nx"),
	  "text/plain {x}\n= bad-encoding\n" },
	/* boundaries that begin as others do, in both orders */
	{ STR_INIT(MIXED "--b\nContent-Type: multipart/mixed; boundary=bb\n\n"
	  "--bb\n\none\n--bb--\n--b\n\ntwo\n--b--\n"),
	  "multipart/mixed+\n.multipart/mixed+\n..text/plain {one}\n"
	  ".text/plain {two}\n" },
	{ STR_INIT("Content-Type: multipart/mixed; boundary=bb\n\n--bb\n"
	  "Content-Type: multipart/mixed; boundary=b\n\n"
	  "--b\n\none\n--b--\n--bb\n\ntwo\n--bb--\n"),
	  "multipart/mixed+\n.multipart/mixed+\n..text/plain {one}\n"
	  ".text/plain {two}\n= bad-boundary\n" },
	{ STR_INIT(MIXED "--b\nContent-Type: multipart/mixed; boundary=b--\n\n"
	  "--b--\n\none\n--b----\n--b--\n\ntwo"),
	  "multipart/mixed+\n.multipart/mixed+\n..text/plain {one}\n"
	  "..text/plain {two}\n= bad-boundary no-end\n" },
	{ STR_INIT(MIXED "--b\n\n--bX\n--b-\n -b\n--\n-\n-b\n--b--X\n--b--\n"),
	  "multipart/mixed+\n"
	  ".text/plain {--bX\n--b-\n -b\n--\n-\n-b\n--b--X}\n"
	  "= bad-boundary\n" },
	/* the inner end is missing; the outer; all; parts after the end */
	{ STR_INIT(MIXED "--b\nContent-Type: multipart/mixed; boundary=i\n\n"
	  "--i\n\none\n--b\n\ntwo\n--i\n\nthree\n--b--\n"),
	  "multipart/mixed+\n.multipart/mixed+\n..text/plain {one}\n"
	  ".text/plain {two\n--i\n\nthree}\n= no-end\n" },
	{ STR_INIT(MIXED "--b\n\none\n"),
	  "multipart/mixed+\n.text/plain {one\n}\n= no-end\n" },
	{ STR_INIT(MIXED "--b\n\none\n--b"),
	  "multipart/mixed+\n.text/plain {one}\n= no-end\n" },
	{ STR_INIT(MIXED "--b\n\none\n--b\nContent-Type: text/html"),
	  "multipart/mixed+\n.text/plain {one}\n.text/html {}\n= no-end\n" },
	{ STR_INIT(MIXED "x\n--c\n\none\n"), "multipart/mixed+\n= no-end\n" },
	{ STR_INIT(MIXED), "multipart/mixed+\n= no-end\n" },
	{ STR_INIT(MIXED "--b\n\none\n--b--\nx\n--b\n\ntwo\n--b--\n"),
	  "multipart/mixed+\n.text/plain {one}\n.text/plain {two}\n"
	  "= bad-boundary\n" },
	/* without a blank line */
	{ STR_INIT(MIXED "--b\nhello there\nx: y\n--b--\n"),
	  "multipart/mixed+\n.text/plain {hello there\nx: y}\n"
	  "= bad-header\n" },
	{ STR_INIT(MIXED "--b\nContent-Type: text/html\n<b>hello</b>\n--b--"),
	  "multipart/mixed+\n.text/html {<b>hello</b>}\n= bad-header\n" },
	{ STR_INIT(MIXED "--b\nContent-Type: text/html\n--b\n--b\n\n--b--\n"),
	  "multipart/mixed+\n.text/html {}\n.text/plain {}\n"
	  ".text/plain {}\n= bad-header\n" },
	{ STR_INIT(MIXED "--b\nContent-Type: multipart/mixed; boundary=i\n"
	  "--i\n\none\n--i--\n--b--\n"),
	  "multipart/mixed+\n.multipart/mixed+\n..text/plain {one}\n"
	  "= bad-header\n" },
	{ STR_INIT(MIXED "--b\nContent-Type: message/rfc822\n--b--\n"),
	  "multipart/mixed+\n.message/rfc822@\n..text/plain {}\n"
	  "= bad-header\n" },
	{ STR_INIT(MIXED "--b\n Content-Type: text/html\n\none\n--b--\n"),
	  "multipart/mixed+\n"
	  ".text/plain { Content-Type: text/html\n\none}\n= bad-header\n" },
	/* fields again */
	{ STR_INIT("Content-Type: text/plain\nContent-Type: multipart/mixed;"
	  " boundary=b\n\n--b\nContent-Type: text/plain\n"
	  "Content-Type: text/html\nContent-Transfer-Encoding: base64\n"
	  "Content-Transfer-Encoding: 8bit\n\neA==\n--b--\n"),
	  "multipart/mixed+\n.text/plain {x}\n= repeated\n" },
	{ STR_INIT("Content-Type: multipart/mixed; boundary=b; boundary=c\n\n"
	  "--b\n\none\n--c\n--b--\n"),
	  "multipart/mixed+\n.text/plain {one\n--c}\n= repeated\n" },
	{ STR_INIT("Content-Type: multipart/mixed; boundary=b; boundary=b\n\n"
	  "--b\n\none\n--b--\n"),
	  "multipart/mixed+\n.text/plain {one}\n" },
	/* boundaries as written */
	{ STR_INIT("Content-Type: multipart/mixed;\n\tboundary = (c) \"a;\\\"b"
	  "(c) \" (x)\n\n--a;\"b(c)\n\none\n--a;\"b(c)--\n"),
	  "multipart/mixed+\n.text/plain {one}\n" },
	{ STR_INIT("Content-Type: multipart/mixed boundary=b(x)\n\n--b\n\none"
	  "\n--b--"), "multipart/mixed+\n.text/plain {one}\n" },
	{ STR_INIT("Content-Type: multipart/mixed; boundary=b; x\n\n--b\n\none"
	  "\n--b--"), "multipart/mixed+\n.text/plain {one}\n" },
	{ STR_INIT("Content-Type: multipart/mixed; boundary=\"b\n\n--b\n\none"
	  "\n--b--"), "multipart/mixed+\n.text/plain {one}\n" },
	{ STR_INIT("Content-Type: multipart/mixed; boundary*0=a;"
	  " boundary*1*=%62\n\n--ab\n\none\n--ab--"),
	  "multipart/mixed+\n.text/plain {one}\n" },
	{ STR_INIT("Content-Type: multipart/mixed; boundary=0123456789012345678"
	  "9012345678901234567890123456789012345678901234567890X\n\n"
	  "--01234567890123456789012345678901234567890123456789012345678901234"
	  "567890X\n\none\n--0123456789012345678901234567890123456789012345678"
	  "9012345678901234567890X--\n"),
	  "multipart/mixed+\n.text/plain {one}\n= bad-boundary\n" },
	/* none, a type that is none, an encoding that is none */
	{ STR_INIT("Content-Type: multipart/mixed\n\n--b\n\none\n--b--\n"),
	  "multipart/mixed! {--b\n\none\n--b--\n}\n= no-boundary\n" },
	{ STR_INIT("Content-Type: text\n\none"),
	  "text/plain {one}\n= bad-type\n" },
	{ STR_INIT("Content-Type: text/html/x\n\none"),
	  "text/plain {one}\n= bad-type\n" },
	{ STR_INIT("Content-Type: text / HTML\n\none"), "text/html {one}\n" },
	{ STR_INIT("Content-Transfer-Encoding: x-uuencode\n\none"),
	  "text/plain {one}\n= bad-encoding\n" },
	{ STR_INIT("Content-Type: multipart/mixed; boundary=b\n"
	  "Content-Transfer-Encoding: base64\n\n--b\n\none\n--b--\n"),
	  "multipart/mixed+\n.text/plain {one}\n= bad-encoding\n" },
	{ STR_INIT("Content-Type: message/rfc822\n"
	  "Content-Transfer-Encoding: base64\n\nU3ViamVjdA=="),
	  "message/rfc822@\n.text/plain {Subject}\n"
	  "= bad-header bad-encoding\n" },
	/* an attached message in base64 (an HTML part), in quoted-printable
	 * with parts, and cut off */
	{ STR_INIT(MIXED "--b\nContent-Type: message/rfc822\n"
	  "Content-Transfer-Encoding: base64\n\n"
	  "Q29udGVudC1UeXBlOiB0ZXh0L2h0bWwNCg0K\nPGI+\n--b\n\ntwo\n--b--"),
	  "multipart/mixed+\n.message/rfc822@\n..text/html {<b>}\n"
	  ".text/plain {two}\n= bad-encoding\n" },
	{ STR_INIT("Content-Type: message/rfc822\n"
	  "Content-Transfer-Encoding: quoted-printable\n\n"
	  "Content-Type: multipart/mixed; boundary=3Db\n\n=2D-b\n\none=\n"
	  "\n--b=\n\n\ntwo\n"),
	  "message/rfc822@\n.multipart/mixed+\n..text/plain {one}\n"
	  "..text/plain {two\n}\n= no-end bad-encoding\n" },
	{ STR_INIT(MIXED "--b\nContent-Type: message/rfc822\n"
	  "Content-Transfer-Encoding: base64\n\nQ29ud\n--b--"),
	  "multipart/mixed+\n.message/rfc822@\n..text/plain {Con}\n"
	  "= bad-header bad-encoding bad-base64\n" },
	/* base64: junk between lines, cut, more behind the padding */
	{ STR_INIT("Content-Transfer-Encoding: base64\n\naGVs\n#-!\nbG8=\n"),
	  "text/plain {hello}\n= bad-base64\n" },
	{ STR_INIT("Content-Transfer-Encoding: base64\n\naGVsbG8gd29ybG"),
	  "text/plain {hello worl}\n= bad-base64\n" },
	{ STR_INIT("Content-Transfer-Encoding: base64\n\naGVsbG8gd29yb"),
	  "text/plain {hello wor}\n= bad-base64\n" },
	{ STR_INIT("Content-Transfer-Encoding: base64\n\naGVsbA==bG8=\n====\n"),
	  "text/plain {helllo}\n" },
	/* quoted-printable: what is no escape; cut */
	{ STR_INIT("Content-Transfer-Encoding: quoted-printable\n\n"
	  "a=b =4X== =  x=\r.=3"),
	  "text/plain {a=b =4X== = x.=3}\n" },
	{ STR_INIT("Content-Transfer-Encoding: quoted-printable\n\na="),
	  "text/plain {a}\n" },
};

static const size_t pieces[] = { 1, 2, 3, 7, 64, 65535 };

START_TEST(parts_are_told)
{
	struct arena *arena = arena_new();
	struct str message = with_crlf(arena, messages[_i].message);

	for (size_t i = 0; i < (size_t)TEST_COUNT(pieces); i++)
		assert_str(without_cr(arena, mime_script(arena, message,
		    pieces[i])), messages[_i].script);
	arena_free(arena);
}
END_TEST

TCase *
mime_cases(void)
{
	TCase *cases = tcase_create("mime");

	tcase_add_loop_test(cases, parts_are_told, 0, TEST_COUNT(messages));
	return cases;
}
