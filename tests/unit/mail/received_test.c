#include "tests/unit/mail/mail_test.h"

#include "base/limits.h"
#include "mail/received.h"

/* What MTAs write, with the names and addresses of documentation. */
static const struct {
	const char *value;
	const char *ip, *name, *helo;	/* ip: NULL is local */
	const char *by, *with, *id, *for_;
} fields[] = {
	/* RFC 5321 section 4.4 and appendix D */
	{ " from bar.example by foo.example ([192.0.2.9]) with SMTP",
	  "", "", "", "", "", "", "" },
	{ " from [192.0.2.1] (host.example [192.0.2.2]) by foo.example via TCP"
	  " with ESMTP id A1 for <ann@foo.example>; Thu, 1 Jan 2026",
	  "192.0.2.2", "host.example", "[192.0.2.1]",
	  "foo.example", "ESMTP", "A1", "ann@foo.example" },
	/* Postfix */
	{ " from helo.example (mail.example [192.0.2.1])\r\n"
	  "\tby mx.example.com (Postfix) with ESMTP id 4Xyz123\r\n"
	  "\tfor <ann@example.com>; Thu,  1 Jan 2026 00:00:00 +0000 (UTC)",
	  "192.0.2.1", "mail.example", "helo.example",
	  "mx.example.com", "ESMTP", "4Xyz123", "ann@example.com" },
	{ " from helo.example (unknown [192.0.2.1])\r\n"
	  "\tby mx.example.com (Postfix) with SMTP id 4Xyz; Thu, 1 Jan 2026",
	  "192.0.2.1", "", "helo.example",
	  "mx.example.com", "SMTP", "4Xyz", "" },
	{ " from helo.example (mail.example [IPv6:2001:db8::1])\r\n"
	  "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)"
	  "\r\n\t key-exchange X25519 server-signature RSA-PSS (2048 bits))"
	  "\r\n\t(No client certificate requested)\r\n"
	  "\tby mx.example.com (Postfix) with ESMTPS id 4Xyz\r\n"
	  "\tfor <ann@example.com>; Thu, 1 Jan 2026 00:00:00 +0000 (UTC)",
	  "2001:db8::1", "mail.example", "helo.example",
	  "mx.example.com", "ESMTPS", "4Xyz", "ann@example.com" },
	{ " from [10.0.0.7] (dsl.example [192.0.2.1])\r\n"
	  "\t(Authenticated sender: ann)\r\n"
	  "\tby mx.example.com (Postfix) with ESMTPSA id 4Xyz; Thu, 1 Jan",
	  "192.0.2.1", "dsl.example", "[10.0.0.7]",
	  "mx.example.com", "ESMTPSA", "4Xyz", "" },
	{ " from h.example (mail.example [192.0.2.1])\r\n"
	  "\t(Client CN \"evil [192.0.2.66]\", Issuer \"x (y)\" (verified OK))"
	  "\r\n\tby mx.example.com (Postfix) with ESMTPS id 4Xyz; Thu, 1 Jan",
	  "192.0.2.1", "mail.example", "h.example",
	  "mx.example.com", "ESMTPS", "4Xyz", "" },
	{ " by mx.example.com (Postfix, from userid 1000)\r\n"
	  "\tid 4Xyz; Thu, 1 Jan 2026 00:00:00 +0000 (UTC)",
	  NULL, "", "", "mx.example.com", "", "4Xyz", "" },
	{ " by mx.example.com (Postfix)\r\n\tid 4Xyz; Thu, 1 Jan 2026",
	  NULL, "", "", "mx.example.com", "", "4Xyz", "" },
	{ " from localhost (unknown [unknown])\r\n"
	  "\tby mx.example.com (Postfix) with SMTP id 4Xyz; Thu, 1 Jan",
	  "", "", "", "", "", "", "" },
	/* Sendmail */
	{ " from helo.example (mail.example [192.0.2.1])\r\n"
	  "\tby mx.example.com (8.17.1/8.17.1/Debian-2) with ESMTPS id 5A01\r\n"
	  "\t(version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 bits=256 "
	  "verify=NOT)\r\n\tfor <ann@example.com>; Thu, 1 Jan 2026",
	  "192.0.2.1", "mail.example", "helo.example",
	  "mx.example.com", "ESMTPS", "5A01", "ann@example.com" },
	{ " from helo.example (mail.example [192.0.2.1] (may be forged))\r\n"
	  "\tby mx.example.com (8.15.2/8.15.2) with ESMTP id 5A01; Thu, 1 Jan",
	  "192.0.2.1", "", "helo.example",
	  "mx.example.com", "ESMTP", "5A01", "" },
	{ " from helo.example ([192.0.2.1])\r\n"
	  "\tby mx.example.com (8.15.2/8.15.2) with ESMTP id 5A01; Thu, 1 Jan",
	  "192.0.2.1", "", "helo.example",
	  "mx.example.com", "ESMTP", "5A01", "" },
	{ " from helo.example (IDENT:root@mail.example [192.0.2.1])\r\n"
	  "\tby mx.example.com (8.9.3/8.9.3) with SMTP id XAA01; Thu, 1 Jan",
	  "192.0.2.1", "mail.example", "helo.example",
	  "mx.example.com", "SMTP", "XAA01", "" },
	{ " from helo.example (ann@[192.0.2.1])\r\n"
	  "\tby mx.example.com (8.9.3/8.9.3) with SMTP id XAA01; Thu, 1 Jan",
	  "192.0.2.1", "", "helo.example",
	  "mx.example.com", "SMTP", "XAA01", "" },
	{ " from helo.example ([IPv6:2001:db8:0:0:0:0:0:1])\r\n"
	  "\t(authenticated bits=0)\r\n"
	  "\tby mx.example.com (8.17.1/8.17.1) with ESMTPSA id 5A; Thu, 1 Jan",
	  "2001:db8::1", "", "helo.example",
	  "mx.example.com", "ESMTPSA", "5A", "" },
	{ " (from root@localhost)\r\n"
	  "\tby mx.example.com (8.17.1/8.17.1/Submit) id 5A01; Thu, 1 Jan",
	  NULL, "", "", "mx.example.com", "", "5A01", "" },
	{ " from localhost (localhost [127.0.0.1])\r\n"
	  "\tby mx.example.com (8.17.1/8.17.1) with ESMTP id 5A01; Thu, 1 Jan",
	  "127.0.0.1", "localhost", "localhost",
	  "mx.example.com", "ESMTP", "5A01", "" },
	/* Exim */
	{ " from mail.example ([192.0.2.1])\r\n"
	  "\tby mx.example.com with esmtps  (TLS1.3) tls TLS_AES_256_GCM_SHA384"
	  "\r\n\t(Exim 4.96)\r\n\t(envelope-from <bob@mail.example>)\r\n"
	  "\tid 1abc-0001-AA\r\n\tfor ann@example.com;\r\n\tThu, 1 Jan 2026",
	  "192.0.2.1", "", "mail.example",
	  "mx.example.com", "esmtps", "1abc-0001-AA", "ann@example.com" },
	{ " from mail.example ([192.0.2.1]:40112 helo=helo.example)\r\n"
	  "\tby mx.example.com with esmtp (Exim 4.94) id 1abc; Thu, 1 Jan 2026",
	  "192.0.2.1", "mail.example", "helo.example",
	  "mx.example.com", "esmtp", "1abc", "" },
	{ " from [192.0.2.1] (port=40112 helo=helo.example)\r\n"
	  "\tby mx.example.com with esmtp (Exim 4.92) id 1abc; Thu, 1 Jan 2026",
	  "192.0.2.1", "", "helo.example",
	  "mx.example.com", "esmtp", "1abc", "" },
	{ " from [192.0.2.1] (helo=[192.0.2.66])\r\n"
	  "\tby mx.example.com with esmtp (Exim 4.92) id 1abc; Thu, 1 Jan 2026",
	  "192.0.2.1", "", "[192.0.2.66]",
	  "mx.example.com", "esmtp", "1abc", "" },
	{ " from [192.0.2.1]\r\n"
	  "\tby mx.example.com with smtp (Exim 4.92) id 1abc; Thu, 1 Jan 2026",
	  "192.0.2.1", "", "", "mx.example.com", "smtp", "1abc", "" },
	{ " from [2001:db8::1] (port=1 helo=h.example ident=ann)\r\n"
	  "\tby mx.example.com with esmtp (Exim 4.92) id 1abc; Thu, 1 Jan 2026",
	  "2001:db8::1", "", "h.example",
	  "mx.example.com", "esmtp", "1abc", "" },
	{ " from mail.example ([2001:db8::1]:2525 ident=x helo=[192.0.2.66])"
	  " by mx.example.com with esmtp (Exim 4.96) id 1abc; Thu, 1 Jan 2026",
	  "2001:db8::1", "mail.example", "[192.0.2.66]",
	  "mx.example.com", "esmtp", "1abc", "" },
	{ " from root by mx.example.com with local (Exim 4.96)\r\n"
	  "\t(envelope-from <root@example.com>) id 1abc for ann@example.com;"
	  "\r\n\tThu, 1 Jan 2026",
	  NULL, "", "", "mx.example.com", "local", "1abc", "ann@example.com" },
	/* Microsoft Exchange and its hosts in the cloud */
	{ " from mail.example (192.0.2.1) by ex1.example.com\r\n"
	  " (192.0.2.9) with Microsoft SMTP Server (version=TLS1_2,\r\n"
	  " cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.2.1118.7;"
	  " Thu, 1\r\n Jan 2026",
	  "192.0.2.1", "", "mail.example",
	  "ex1.example.com", "Microsoft", "15.2.1118.7", "" },
	{ " from A.outlook.example (2001:db8:10a6::1) by\r\n"
	  " B.outlook.example (2001:db8:10a6::2) with Microsoft SMTP Server\r\n"
	  " (version=TLS1_2, cipher=TLS_ECDHE) id 15.20.8.1; Thu, 1 Jan 2026",
	  "2001:db8:10a6::1", "", "A.outlook.example",
	  "B.outlook.example", "Microsoft", "15.20.8.1", "" },
	{ " from EX1.example.com ([fe80::1%12]) by EX2.example.com\r\n"
	  " ([fe80::2%12]) with mapi id 14.03.0123.003; Thu, 1 Jan 2026",
	  "fe80::1", "", "EX1.example.com",
	  "EX2.example.com", "mapi", "14.03.0123.003", "" },
	{ " from mail.example (192.0.2.1) by\r\n A.mail.protection.example"
	  " (10.0.0.5) with Microsoft SMTP Server id 15.20.1\r\n"
	  " via Frontend Transport; Thu, 1 Jan 2026",
	  "192.0.2.1", "", "mail.example",
	  "A.mail.protection.example", "Microsoft", "15.20.1", "" },
	/* qmail */
	{ " from unknown (HELO helo.example) (192.0.2.1)\r\n"
	  "  by mx.example.com with SMTP; 1 Jan 2026 00:00:00 -0000",
	  "192.0.2.1", "", "helo.example", "mx.example.com", "SMTP", "", "" },
	{ " from mail.example (HELO helo.example) (ann@192.0.2.1)\r\n"
	  "  by 0 with SMTP; 1 Jan 2026 00:00:00 -0000",
	  "192.0.2.1", "mail.example", "helo.example", "0", "SMTP", "", "" },
	{ " from mail.example (192.0.2.1)\r\n"
	  "  by mx.example.com with QMQP; 1 Jan 2026 00:00:00 -0000",
	  "192.0.2.1", "", "mail.example", "mx.example.com", "QMQP", "", "" },
	{ " (qmail 4711 invoked by uid 89); 1 Jan 2026 00:00:00 -0000",
	  NULL, "", "", "", "", "", "" },
	{ " (qmail 4711 invoked for bounce); 1 Jan 2026 00:00:00 -0000",
	  NULL, "", "", "", "", "", "" },
	/* IronPort, on qmail's pattern */
	{ " from unknown (HELO helo.example) ([192.0.2.1])\r\n"
	  "  by esa1.example.com with ESMTP/TLS/ECDHE-RSA-AES256-GCM-SHA384;"
	  " 01 Jan 2026",
	  "192.0.2.1", "", "helo.example", "esa1.example.com",
	  "ESMTP/TLS/ECDHE-RSA-AES256-GCM-SHA384", "", "" },
	/* Google */
	{ " from helo.example (mail.example. [192.0.2.1])\r\n"
	  "        by mx.google.example with ESMTPS id abc.1.2026.01.01\r\n"
	  "        for <ann@example.com>\r\n        (version=TLS1_3 "
	  "cipher=TLS_AES_256_GCM_SHA384 bits=256/256);\r\n        Thu, 01 Jan",
	  "192.0.2.1", "mail.example", "helo.example", "mx.google.example",
	  "ESMTPS", "abc.1.2026.01.01", "ann@example.com" },
	{ " from helo.example (mail.example. [2001:db8::1])\r\n"
	  "        by smtp.google.example with ESMTPSA id abc; Thu, 01 Jan",
	  "2001:db8::1", "mail.example", "helo.example",
	  "smtp.google.example", "ESMTPSA", "abc", "" },
	{ " by 2001:db8:a05:7208::1 with SMTP id abc;\r\n        Thu, 1 Jan",
	  NULL, "", "", "2001:db8:a05:7208::1", "SMTP", "abc", "" },
	/* Courier */
	{ " from helo.example (mail.example [::ffff:192.0.2.1])\r\n"
	  "  (AUTH: LOGIN ann, TLS: TLSv1.3,256bits,AES)\r\n"
	  "  by mx.example.com with ESMTPSA\r\n"
	  "  id 0000AB.0001; Thu, 01 Jan 2026",
	  "192.0.2.1", "mail.example", "helo.example",
	  "mx.example.com", "ESMTPSA", "0000AB.0001", "" },
	/* OpenSMTPD */
	{ " from helo.example (mail.example [192.0.2.1])\r\n"
	  "\tby mx.example.com (OpenSMTPD) with ESMTPS id abcd"
	  " (TLSv1.3:TLS_AES_256_GCM_SHA384:256:NO)\r\n"
	  "\tfor <ann@example.com>;\r\n\tThu, 1 Jan 2026",
	  "192.0.2.1", "mail.example", "helo.example",
	  "mx.example.com", "ESMTPS", "abcd", "ann@example.com" },
	{ " from localhost (mx.example.com [local])\r\n"
	  "\tby mx.example.com (OpenSMTPD) with ESMTPA id abcd; Thu, 1 Jan",
	  NULL, "", "", "mx.example.com", "ESMTPA", "abcd", "" },
	/* amavis, Proofpoint, Mimecast, MessageLabs */
	{ " from mx.example.com ([127.0.0.1])\r\n"
	  " by localhost (mx.example.com [127.0.0.1]) (amavis, port 10024)"
	  " with ESMTP\r\n id abc-1 for <ann@example.com>; Thu, 1 Jan 2026",
	  "127.0.0.1", "", "mx.example.com",
	  "localhost", "ESMTP", "abc-1", "ann@example.com" },
	{ " from pps.filterd (m1.pps.example [127.0.0.1])\r\n"
	  "\tby m1.pps.example (8.17.1.24/8.17.1.24) with ESMTP id 4ABC\r\n"
	  "\tfor <ann@example.com>; Thu, 1 Jan 2026",
	  "127.0.0.1", "m1.pps.example", "pps.filterd",
	  "m1.pps.example", "ESMTP", "4ABC", "ann@example.com" },
	{ " from mail.example (mail.example [192.0.2.1]) (Using TLS) by\r\n"
	  " relay.mimecast.example with ESMTP id de-1-abc-1; Thu, 01 Jan 2026",
	  "192.0.2.1", "mail.example", "mail.example",
	  "relay.mimecast.example", "ESMTP", "de-1-abc-1", "" },
	{ " from [192.0.2.1] (using TLSv1.2 with cipher "
	  "DHE-RSA-AES256-GCM-SHA384 (256 bits))\r\n"
	  "\tby server-1.bemta.example id AB/12-34; Thu, 01 Jan 2026",
	  "192.0.2.1", "", "", "server-1.bemta.example", "", "AB/12-34", "" },
	/* CommuniGate, Domino, Haraka, Dovecot, Stalwart, XMail */
	{ " from [192.0.2.1] (account ann@example.com HELO helo.example)\r\n"
	  "  by mx.example.com (CommuniGate Pro SMTP 6.3.3)\r\n"
	  "  with ESMTPSA id 12345 for bob@example.com; Thu, 01 Jan 2026",
	  "192.0.2.1", "", "helo.example",
	  "mx.example.com", "ESMTPSA", "12345", "bob@example.com" },
	{ " from mail.example ([192.0.2.1] verified)\r\n"
	  "  by mx.example.com (CommuniGate Pro SMTP 6.3.3)\r\n"
	  "  with ESMTP id 12345 for ann@example.com; Thu, 01 Jan 2026",
	  "192.0.2.1", "", "mail.example",
	  "mx.example.com", "ESMTP", "12345", "ann@example.com" },
	{ " from mail.example ([192.0.2.1])\r\n"
	  "          by domino.example.com (IBM Domino Release 9.0.1FP10)\r\n"
	  "          with ESMTP id 2026010100000000-123 ;\r\n"
	  "          Thu, 1 Jan 2026",
	  "192.0.2.1", "", "mail.example", "domino.example.com", "ESMTP",
	  "2026010100000000-123", "" },
	{ " from helo.example (Unknown [192.0.2.1])\r\n"
	  "\tby mx.example.com (Haraka/3.0.3) with ESMTPS id ABCD-1.1\r\n"
	  "\tenvelope-from <bob@mail.example>\r\n"
	  "\ttls TLS_AES_256_GCM_SHA384;\r\n\tThu, 01 Jan 2026",
	  "192.0.2.1", "", "helo.example",
	  "mx.example.com", "ESMTPS", "ABCD-1.1", "" },
	{ " from mail.example ([192.0.2.1])\r\n"
	  "\tby mx.example.com with LMTP\r\n\tid abc123\r\n"
	  "\t(envelope-from <bob@mail.example>)\r\n"
	  "\tfor <ann@example.com>; Thu, 01 Jan 2026",
	  "192.0.2.1", "", "mail.example",
	  "mx.example.com", "LMTP", "abc123", "ann@example.com" },
	{ " from helo.example (mail.example [192.0.2.1])\r\n"
	  "\t(using TLSv1_3 with cipher TLS13_AES_256_GCM_SHA384)\r\n"
	  "\tby mx.example.com (Stalwart SMTP) with ESMTPS id 2F00;\r\n"
	  "\tThu, 1 Jan 2026",
	  "192.0.2.1", "mail.example", "helo.example",
	  "mx.example.com", "ESMTPS", "2F00", "" },
	{ " from helo.example (192.0.2.1:51515)\r\n"
	  "\tby mx.example.com with [XMail 1.27 ESMTP Server]\r\n"
	  "\tid <S1> for <ann@example.com> from <bob@mail.example>;\r\n"
	  "\tThu, 1 Jan 2026",
	  "192.0.2.1", "", "helo.example", "mx.example.com",
	  "[XMail 1.27 ESMTP Server]", "<S1>", "ann@example.com" },
	/* web mail */
	{ " from [192.0.2.1] by web1.mail.example via HTTP;"
	  " Thu, 01 Jan 2026",
	  "192.0.2.1", "", "", "web1.mail.example", "", "", "" },
	{ " from dsl.example (dsl.example [192.0.2.1]) by webmail.example.com"
	  "\r\n (Horde Framework) with HTTPS; Thu, 01 Jan 2026",
	  "192.0.2.1", "dsl.example", "dsl.example",
	  "webmail.example.com", "HTTPS", "", "" },
	/* letter case, blanks, folds in every place */
	{ "FROM\r\n h.example\r\n (\r\n m.example\r\n [192.0.2.1]\r\n )\r\n BY"
	  "\r\n mx.example.com\r\n WITH\r\n smtp\r\n ID\r\n 1\r\n",
	  "192.0.2.1", "m.example", "h.example",
	  "mx.example.com", "smtp", "1", "" },
	{ " from h.example (((a) b) c) (m.example [192.0.2.1])"
	  " by mx.example",
	  "192.0.2.1", "m.example", "h.example", "mx.example", "", "", "" },
	/* two of a kind: the first */
	{ " from h.example ([192.0.2.1]) ([192.0.2.66]) by a.example"
	  " by b.example id 1 id 2",
	  "192.0.2.1", "", "h.example", "a.example", "", "1", "" },
};

START_TEST(field_is_read)
{
	struct received got;
	char ip[IP_TEXT_MAX];

	received_parse(str_from(fields[_i].value), &got);
	if (fields[_i].ip == NULL)
		ck_assert_int_eq(got.kind, RECEIVED_LOCAL);
	else
		ck_assert_int_eq(got.kind == RECEIVED_CLIENT,
		    fields[_i].ip[0] != '\0');
	ck_assert_int_eq(got.kind == RECEIVED_BROKEN, got.why != NULL);
	assert_str(ip_format(&got.ip, ip), fields[_i].ip == NULL ? "" :
	    fields[_i].ip);
	assert_str(got.name, fields[_i].name);
	assert_str(got.helo, fields[_i].helo);
	assert_str(got.by, fields[_i].by);
	assert_str(got.with, fields[_i].with);
	assert_str(got.id, fields[_i].id);
	assert_str(got.for_, fields[_i].for_);
}
END_TEST

START_TEST(qmail_goes_on)
{
	struct received got;

	received_parse(STR(" (qmail 4711 invoked from network); 1 Jan 2026"),
	    &got);
	ck_assert_int_eq(got.kind, RECEIVED_GOES_ON);
	received_parse(STR(" (qmail 4711 invoked by alias); 1 Jan 2026"), &got);
	ck_assert_int_eq(got.kind, RECEIVED_GOES_ON);
}
END_TEST

/* What cannot be read, and what a client could have slipped in. */
static const struct str broken[] = {
	STR_INIT(""), STR_INIT(" "), STR_INIT(";"), STR_INIT("from"),
	STR_INIT("from ("), STR_INIT("from a (b [192.0.2.1] by c"),
	STR_INIT("from a ([192.0.2.1]); Thu, 1 Jan 2026"),
	STR_INIT("from a ([192.0.2.1]) by ;"),
	STR_INIT("from a ([192.0.2.1])\0 by c"),
	STR_INIT("by\0 c"),
	STR_INIT("(qmail 1 invoked from network"),
	STR_INIT("(invoked from network)"),
	/* no address */
	STR_INIT("from a by c"), STR_INIT("from a (b) by c"),
	STR_INIT("from a (b.example) by c"), STR_INIT("from a ([]) by c"),
	STR_INIT("from a (b [192.0.2.256]) by c"),
	STR_INIT("from a (b [192.0.2]) by c"),
	STR_INIT("from a (b [192.0.2.1) by c"),
	STR_INIT("from a (b [192.0.2.1]x) by c"),
	STR_INIT("from a (b [192.0.2.1]:99999) by c"),
	STR_INIT("from a (b [IPv6:x]) by c"),
	STR_INIT("from a ([192.0.2.1 192.0.2.2]) by c"),
	/* the address only where the client's own words can stand */
	STR_INIT("from a [192.0.2.66] by c"),
	STR_INIT("from 192.0.2.66 by c"),
	STR_INIT("from [192.0.2.66] (unknown [unknown]) by c"),
	STR_INIT("from [192.0.2.66] (host.example) by c"),
	STR_INIT("from [192.0.2.66] (a=b@host [192.0.2.1] by c"),
	STR_INIT("from [192.0.2.66] (using x@host [192.0.2.1]) by c"),
	STR_INIT("from a (HELO b [192.0.2.66]) by c"),
	STR_INIT("from a (helo=b [192.0.2.66]) by c"),
	STR_INIT("from a by c ([192.0.2.66])"),
	STR_INIT("from a by ([192.0.2.66]) c"),
	STR_INIT("from a by c with x for <([192.0.2.66])>"),
	STR_INIT("x from a ([192.0.2.1]) (y)"),
};

START_TEST(broken_field)
{
	struct received got;

	received_parse(broken[_i], &got);
	ck_assert_int_eq(got.kind, RECEIVED_BROKEN);
	ck_assert_ptr_nonnull(got.why);
	ck_assert_uint_eq(got.by.len + got.helo.len + got.name.len, 0);
	ck_assert_int_eq(got.ip.family, IP_NONE);
}
END_TEST

/* RFC 1413's answer is the client's word too: here it asks for trust. */
START_TEST(ident_is_no_detail)
{
	struct received got;
	char ip[IP_TEXT_MAX];

	received_parse(STR("from [192.0.2.66] (a=b@h.example [192.0.2.1]) "
	    "by c"), &got);
	ck_assert_int_eq(got.kind, RECEIVED_CLIENT);
	assert_str(ip_format(&got.ip, ip), "192.0.2.1");
}
END_TEST

START_TEST(long_field_is_broken)
{
	static const char begin[] = "from a ([192.0.2.1]) by c (";
	char *text = malloc(LIMIT_RECEIVED_OCTETS + 1);
	size_t len = sizeof(begin) - 1;
	struct received got;

	memset(text, 'x', LIMIT_RECEIVED_OCTETS + 1);
	memcpy(text, begin, len);
	text[LIMIT_RECEIVED_OCTETS - 1] = ')';
	received_parse(str_make(text, LIMIT_RECEIVED_OCTETS), &got);
	ck_assert_int_eq(got.kind, RECEIVED_CLIENT);
	text[LIMIT_RECEIVED_OCTETS - 1] = 'x';
	text[LIMIT_RECEIVED_OCTETS] = ')';
	received_parse(str_make(text, LIMIT_RECEIVED_OCTETS + 1), &got);
	ck_assert_int_eq(got.kind, RECEIVED_BROKEN);
	ck_assert_str_eq(got.why, "the Received field is too long");
	memset(text, '(', LIMIT_RECEIVED_OCTETS);
	received_parse(str_make(text, LIMIT_RECEIVED_OCTETS), &got);
	ck_assert_int_eq(got.kind, RECEIVED_BROKEN);
	free(text);
}
END_TEST

TCase *
received_cases(void)
{
	TCase *tc = tcase_create("received");

	tcase_add_loop_test(tc, field_is_read, 0, TEST_COUNT(fields));
	tcase_add_loop_test(tc, broken_field, 0, TEST_COUNT(broken));
	tcase_add_test(tc, qmail_goes_on);
	tcase_add_test(tc, ident_is_no_detail);
	tcase_add_test(tc, long_field_is_broken);
	return tc;
}
