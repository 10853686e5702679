/*
 * limits - every cap on what others can make us hold, ask for or do
 *
 * A name for each, with its source: an RFC section, or the reason.  Settings
 * may lower some of them; none can be raised past its cap here.
 */
#ifndef ASSAY_BASE_LIMITS_H
#define ASSAY_BASE_LIMITS_H

enum {
	/* Names: RFC 1035 section 2.3.4 */
	LIMIT_DOMAIN_OCTETS = 253,
	LIMIT_LABEL_OCTETS = 63,
	LIMIT_UDOMAIN_OCTETS = 1024,	/* before IDNA shortens it */

	/* SMTP: RFC 5321 section 4.5.3.1; a path may be longer in practice */
	LIMIT_ADDRESS_OCTETS = 1024,
	LIMIT_HELO_OCTETS = 1024,
	LIMIT_REPLY_TEXT_OCTETS = 480,	/* 512 less code, class and CRLF */
	LIMIT_MACRO_OCTETS = 1024,	/* one milter macro that we keep */
	LIMIT_RECIPIENTS = 10000,

	/* Header fields of one message, in all */
	LIMIT_HEADER_FIELDS = 2000,
	LIMIT_HEADER_OCTETS = 2 * 1024 * 1024,
	LIMIT_FIELD_NAME_OCTETS = 512,
	LIMIT_FROM_PAST_CAP = 2,	/* seen all the same: one, or several */
	LIMIT_FROM_OCTETS_PAST_CAP = 64 * 1024,
	LIMIT_FORGED_PAST_CAP = 10000,	/* such fields that are still removed */

	/* DNS answers: what one answer may carry to us */
	LIMIT_DNS_RECORDS = 100,
	LIMIT_DNS_RDATA_OCTETS = 16 * 1024,
	LIMIT_DNS_CNAMES = 8,		/* a chain longer than this is broken */

	/* Zone files: what an admin or a test writes */
	LIMIT_ZONE_OCTETS = 64 * 1024 * 1024,
	LIMIT_ZONE_DELAY_MS = 3600 * 1000,

	/* SPF: RFC 7208 sections 4.6.4 and 7.3, and 3.4 for the size */
	LIMIT_SPF_LOOKUPS = 10,
	LIMIT_SPF_VOID_LOOKUPS = 2,
	LIMIT_SPF_NAMES = 10,		/* of one MX or PTR answer */
	LIMIT_SPF_RECORD_OCTETS = 4096,
	LIMIT_SPF_TERMS = 256,
	LIMIT_SPF_MACRO_OCTETS = 8192,	/* while expanding, before the cut */
	LIMIT_SPF_ANSWERS = 256,	/* an evaluation; about 130 can be
					 * needed, and 10 hosts a term ahead */
	LIMIT_SPF_EXPLANATION_OCTETS = 480,

	/* iprev: RFC 8601 section 3 leaves it open; RFC 7208 has 10 */
	LIMIT_IPREV_NAMES = 10,

	/* DKIM: signatures beyond this are reported as not checked */
	LIMIT_DKIM_SIGNATURES = 50,
	LIMIT_DKIM_FIELD_OCTETS = 16 * 1024,
	LIMIT_DKIM_TAGS = 64,
	LIMIT_DKIM_NAMES = 500,		/* in h= */
	LIMIT_REPLAY_SIGNATURES = 4,	/* of one message, remembered */
	LIMIT_DKIM_CACHED_KEYS = 1024,	/* decoded; some 3 kB each */
	LIMIT_DKIM_KEYS = 4,		/* tried where a name has several */
	LIMIT_DKIM_KEY_OCTETS = 8192,
	LIMIT_DKIM_RSA_BITS_MIN = 1024,	/* RFC 8301 section 3.2 */
	LIMIT_DKIM_RSA_BITS_MAX = 8192,
	LIMIT_PRIVATE_KEY_OCTETS = 32 * 1024, /* a file; 8192 bits take 7 kB */

	/* Signing: what an admin writes, and what one message is given */
	LIMIT_SIGNING_ROWS = 2000000,
	LIMIT_SIGNING_OCTETS = 128 * 1024 * 1024, /* of a table's file */
	LIMIT_SIGNING_KEYS = 16,	/* of one line */
	LIMIT_SIGNING_CACHED = 1024,	/* private keys; some 10 kB each */
	LIMIT_SIGNING_LIFETIME = 3650 * 24 * 3600, /* seconds, for x= */
	LIMIT_SIGNING_WHY_OCTETS = 1024,
	LIMIT_SIGNATURES_MADE = 8,	/* on one message */
	LIMIT_SELECTORS_OCTETS = 64 * 1024, /* what a directory says of them */

	/* ARC */
	LIMIT_ARC_SETS = 50,		/* RFC 8617 section 4.2.1 */
	LIMIT_ARC_KEYS_AHEAD = 20,	/* asked for before the chain is known
					 * to be whole */
	LIMIT_ARC_ALIGNED = 4,		/* records of SPF and DKIM alone that
					 * cost DNS to weigh */

	/* DMARC: RFC 9989, the tree walk */
	LIMIT_DMARC_QUERIES = 8,	/* section 4.10 */
	LIMIT_DMARC_WALKS = 10,		/* for identifiers of one message */
	LIMIT_DMARC_RECORD_OCTETS = 8192,
	LIMIT_DMARC_TAGS = 64,
	LIMIT_DMARC_URIS = 20,
	LIMIT_AUTHORS = 100,		/* mailboxes read in From fields */

	/* Addresses, Authentication-Results */
	LIMIT_COMMENT_DEPTH = 32,
	LIMIT_RECEIVED_OCTETS = 8192,	/* of one field that is read */
	LIMIT_RECEIVED_HOPS = 30,	/* through relays that are trusted */
	LIMIT_URI_FIELD_OCTETS = 8192,	/* of a field of RFC 2369 */
	LIMIT_LIST_ID_OCTETS = 2048,	/* of a List-Id field, looked at; the
					 * id has 255 (RFC 2919 section 3) */
	LIMIT_CHARSET_OCTETS = 64,	/* the name of a character set */
	LIMIT_CHARSET_TEXT_OCTETS = 256 * 1024,	/* converted at once */
	LIMIT_SKELETON_OCTETS = 1024,	/* of a name, compared by its looks */
	LIMIT_PROTECTED = 1000,		/* names, and domains, of settings */
	LIMIT_DECODED_OCTETS = 16 * 1024, /* of a field's text, decoded */
	LIMIT_AUTHRES_RESULTS = 64,	/* in a field, written or read */
	LIMIT_AUTHRES_PROPERTIES = 32,	/* of one result that we read */
	LIMIT_AUTHRES_OCTETS = 16 * 1024,
	LIMIT_AUTHRES_VALUE_OCTETS = 320, /* of one value: the longest address
					 * of RFC 5321; twice that, quoted,
					 * stays below 998 a line */
	LIMIT_LINE_OCTETS = 998,	/* RFC 5322 section 2.1.1 */
	LIMIT_REPLY_DOMAINS = 4,	/* of an address field, compared */
	LIMIT_FIELD_LINE = 78,		/* RFC 5322 section 2.1.1 */
	LIMIT_SUBJECT_OCTETS = 16 * 1024, /* of a subject that we prefix */

	/* MIME: RFC 2045 and 2046 have few limits of their own */
	LIMIT_MIME_PARTS = 1000,	/* told of; digests have hundreds */
	LIMIT_MIME_DEPTH = 20,		/* of parts in parts */
	LIMIT_MIME_ENCODED = 3,		/* messages in base64 in each other */
	LIMIT_MIME_BOUNDARY_OCTETS = 512, /* RFC 2046 section 5.1.1 has 70 */
	LIMIT_MIME_LINE_OCTETS = 1024,	/* that may be a boundary: RFC 5322
					 * section 2.1.1 has 998 */
	LIMIT_MIME_FIELD_OCTETS = 8192,	/* of one Content- field */
	LIMIT_MIME_HEADER_OCTETS = 64 * 1024, /* of one part, looked at */
	LIMIT_MIME_FIELDS = 4,		/* of one kind and part, looked at */
	LIMIT_MIME_PARAMETERS = 128,	/* of a field; a long name is spread
					 * over many (RFC 2231 section 3) */
	LIMIT_MIME_TYPE_OCTETS = 127,	/* each half: RFC 6838 section 4.2 */
	LIMIT_MIME_NAME_OCTETS = 255,	/* of a file, as systems have it */
	LIMIT_MIME_LISTENERS = 4,
	LIMIT_MIME_SET = 200,		/* types, names and so on, listed */
	LIMIT_ARCHIVE_NAMES = 20000,	/* of a message, looked at; a ZIP has
					 * each twice */
	LIMIT_ARCHIVE_NAME_OCTETS = 1024, /* a longer one is no name */

	/* Settings, policies and lists: what an admin writes, so generous */
	LIMIT_SETTINGS_OCTETS = 1024 * 1024,
	LIMIT_POLICY_OCTETS = 1024 * 1024,
	LIMIT_POLICY_INCLUDES = 64,
	LIMIT_POLICY_DEPTH = 200,	/* nesting of one expression */
	LIMIT_POLICY_ERRORS = 100,	/* then we stop listing them */
	LIMIT_POLICY_NAMES = 1000,	/* lists and defines */
	LIMIT_POLICY_REGEXES = 1000,	/* each up to 64 KiB when compiled */
	LIMIT_LIST_LINE_OCTETS = 1024,
	LIMIT_LIST_ENTRIES = 2000000,
	LIMIT_LIST_REGEXES = 100,	/* each one is tried */
	LIMIT_LIST_OCTETS = 128 * 1024 * 1024,
	LIMIT_LOGIN_OCTETS = 1024,	/* as LIMIT_MACRO_OCTETS */
	LIMIT_RIGHTS_ROWS = 5000000,	/* addresses times logins, of a table */
	LIMIT_RIGHTS_OCTETS = 512 * 1024 * 1024,
	LIMIT_PATTERNS = 1000,		/* of a table: all may be tried */
	LIMIT_PATTERN_DEPTH = 16,	/* ifs inside each other */
	LIMIT_SCORE = 1000000,		/* of one rule: sums stay exact */
	LIMIT_SYMBOL_OCTETS = 64,	/* the name of a score */
	LIMIT_TAG_OCTETS = 2048,	/* one header that a policy adds */
	LIMIT_ASKS = 1000,		/* of the store, in a connection; more
					 * are unknown */
	LIMIT_URI_OCTETS = 256 * 1024,	/* of text that is looked at */
	LIMIT_URI_DOMAINS = 50,		/* each costs a lookup a list */
	LIMIT_URI_HOST_OCTETS = 1024,	/* with user information */
	LIMIT_DNS_LISTS = 100,		/* that are tested */
	LIMIT_LIST_ASKS = 1000,		/* names that lists are asked for, in
					 * a connection at once */
	LIMIT_LIST_NAMES = 100,		/* that one call asks for */
	LIMIT_LIST_VALUES = 16,		/* of one answer */
	LIMIT_LIST_TEXT_OCTETS = 255,	/* of what a list says; a string of
					 * TXT (RFC 1035 section 3.3) */
	LIMIT_PERIOD_S = 31 * 86400,	/* rate() */
	LIMIT_RATE_MEMBERS = 20,	/* of a list that rate() counts */
	LIMIT_DELAY_S = 86400,		/* greylist() */
	LIMIT_TAGS = 100,
	LIMIT_REGEX_MATCH = 100000,	/* PCRE2 match limit */
	LIMIT_REGEX_DEPTH = 1000,
	LIMIT_REGEX_HEAP_KIB = 1024,
	LIMIT_REGEX_OCTETS = 4096,	/* of a pattern */

	/* Databases of an admin that are read whole (base/sqlfile.h) */
	LIMIT_SQL_ROWS = 2000000,
	LIMIT_SQL_OCTETS = 1024 * 1024,	/* of one row */
	LIMIT_SQL_QUERY_OCTETS = 4096,
	LIMIT_SQL_WAIT_MS = 2000,	/* for another's lock */
	LIMIT_SQL_WORK_MS = 30000,	/* a query that never ends */

	/* The keys of bounce tags: HMAC-SHA1 gains nothing past 64 octets */
	LIMIT_BOUNCE_SECRET_MIN = 16,
	LIMIT_BOUNCE_SECRET_MAX = 128,
	LIMIT_BOUNCE_KEYS_OCTETS = 65536,

	/* The store: its memory and what a stranger's key may take of it */
	LIMIT_STORE_KEY = 400,
	LIMIT_STORE_MEMBER = 400,
	LIMIT_STORE_PREFIX = 64,	/* of keys in Redis */
	LIMIT_STORE_MEMBERS = 1000,	/* of one set; more count as many */
	LIMIT_STORE_ITEM = 65536,	/* octets of one in a queue */
	LIMIT_STORE_ROW = LIMIT_STORE_ITEM, /* octets of an event there */
	LIMIT_STORE_WAITING_OCTETS = 128 * 1024 * 1024,
	LIMIT_STORE_WAITING = 100000,	/* ops while the store is away */
	LIMIT_STORE_MEMORY_OCTETS = 16 * 1024 * 1024,
	LIMIT_STORE_MEMORY = 10000,	/* ... that are in the spool, too */
	LIMIT_STORE_BATCH = 500,	/* ops of one commit */
	LIMIT_STORE_LOG_PAGES = 65536,	/* of 4 kB, that SQLite writes ahead */

	/* DMARC reports that others send: RFC 9990 has no limits of its own */
	LIMIT_AGGREGATE_DEPTH = 32,	/* of elements in elements; it has 7 */
	LIMIT_AGGREGATE_TEXT_OCTETS = 1024, /* of one text */
	LIMIT_AGGREGATE_RECORDS = 1000000, /* of one report */
	LIMIT_AGGREGATE_RESULTS = 100,	/* of one record and kind (3.1.3) */
	LIMIT_AGGREGATE_PIECE = 1024 * 1024, /* parsed at once */
	LIMIT_AGGREGATE_OCTETS = 256 * 1024 * 1024, /* of one, unpacked */
	LIMIT_UNPACK_ENTRIES = 100,	/* files in an archive, parts of mail */
	LIMIT_UNPACK_DEPTH = 2,		/* an archive in a message */
	LIMIT_UNPACK_PART_OCTETS = 64 * 1024 * 1024, /* of mail, decoded */
	LIMIT_UNPACK_FILE_OCTETS = 128 * 1024 * 1024, /* that is read */
	LIMIT_RECEIVED_ROWS = 1000000,	/* senders times addresses, summed up */
	LIMIT_RECEIVED_DOMAINS = 10000,	/* that are reported of */
	LIMIT_RECEIVED_REPORTS = 1000000, /* of which it is known that they
					 * were read */

	/* Mail of our own, and who takes it */
	LIMIT_OUTMAIL_DEPTH = 4,	/* of parts in parts */
	LIMIT_OUTMAIL_RECIPIENTS = 100,	/* RFC 5321 section 4.5.3.1.8 */
	LIMIT_OUTMAIL_SUBJECT_OCTETS = 1024,
	LIMIT_OUTMAIL_NAME_OCTETS = 255, /* of who sends */
	LIMIT_OUTMAIL_FILE_OCTETS = 600, /* of a file: two domains are in that
					 * of an aggregate report */
	LIMIT_MAILBOX_OCTETS = 254,	/* RFC 5321 section 4.5.3.1.3: a path
					 * without its angle brackets */
	LIMIT_LOCAL_PART_OCTETS = 64,	/* section 4.5.3.1.1 */
	LIMIT_SMTP_LINE_OCTETS = 2048,	/* section 4.5.3.1.5 has 512 */
	LIMIT_SMTP_LINES = 100,		/* of one reply */
	LIMIT_SMTP_TEXT_OCTETS = 4096,	/* of one reply, kept */
	LIMIT_HANDOVER_MS = 300 * 1000,	/* in all */
	LIMIT_HANDOVER_WHY_OCTETS = 480,

	/* Reports that we send */
	LIMIT_DESTINATIONS = 40,	/* of one record, overrides counted */
	LIMIT_FAILURE_LISTED = 20,	/* recipients, signatures, records of
					 * a failure report */
	LIMIT_FAILURE_HEADER_OCTETS = 40 * 1024,
	LIMIT_FAILURE_FIELD_OCTETS = 8 * 1024, /* of one header field */
	LIMIT_FAILURE_BODY_OCTETS = 8 * 1024, /* failure_body at most */
	LIMIT_FAILURE_MINUTE = 60,	/* noted by one assayd: a flood of
					 * forged mail is no reason for more */
	LIMIT_FAILURE_TRIES = 20,	/* to send one */
	LIMIT_REPORT_BOUNCES = 2,	/* that end the reports to an address */
	LIMIT_REPORT_BOUNCE_DAYS = 14,	/* ... for so long */
	/* Aggregate reports that we make: RFC 9990 */
	LIMIT_REPORT_SIGNATURES = 100,	/* of a row (section 3.1.3) */
	LIMIT_REPORT_ROWS = 250000,	/* of a report; about 200 MB of XML */
	LIMIT_REPORT_PARTS = 16,	/* of a report that is too large */
	LIMIT_REPORT_DOMAINS = 200000,	/* that get a report a day */
	LIMIT_REPORT_PLAN_OCTETS = 256 * 1024 * 1024, /* their records and
					 * what is wrong with them */
	LIMIT_REPORT_DAYS = 7,		/* before yesterday, that a run looks
					 * for reports that were not sent */
	LIMIT_LEDGER_DAYS = 40,		/* what was sent is known so long */
	LIMIT_LEDGER_CLAIM_MS = LIMIT_HANDOVER_MS + 60 * 1000,
	LIMIT_REPORT_TEXT_OCTETS = 512,	/* of one text */
	LIMIT_REPORT_ERROR_OCTETS = 2048, /* of the error element: "should not
					 * contain an extremely large body" */
	LIMIT_ROLLUP_OCTETS = 64 * 1024 * 1024, /* rows in memory; more go to
					 * a scratch file */
	LIMIT_ROLLUP_RUNS = 400,	/* such files: open ones */

	/* The secret of hashed names: so that it cannot be guessed either */
	LIMIT_PRIVACY_KEY_MIN = 16,
	LIMIT_PRIVACY_KEY_MAX = 1024,

	/* Metrics: what one answer to a scraper may come to */
	LIMIT_METRIC_SERIES = 2000,	/* of one metric, of rules or lists */
	LIMIT_METRIC_LABEL_OCTETS = 256, /* of one word */
	LIMIT_METRICS_OCTETS = 16 * 1024 * 1024,
	/* Logs of MTAs: files that an admin names, full of strangers' words */
	LIMIT_MAILLOG_LINE_OCTETS = 64 * 1024, /* a longer one is not read;
					 * Postfix writes at most 2,000 */
	LIMIT_MAILLOG_TAG_OCTETS = 128,	/* "postfix/submission/smtpd" */
	LIMIT_MAILLOG_ID_OCTETS = 32,	/* a queue id */
	LIMIT_MAILLOG_PATH_OCTETS = 2048, /* "<address>", with any number of
					 * quoted octets in it */
	LIMIT_MAILLOG_DSN_OCTETS = 16,	/* "5.1.1" */
	LIMIT_MAILLOG_OPEN = 100000,	/* messages whose end is awaited */
	LIMIT_MAILLOG_OPEN_OCTETS = 128 * 1024 * 1024, /* of them */
	LIMIT_MAILLOG_ENDED = 4096,	/* that may have a late line */
	LIMIT_MAILLOG_REASON_OCTETS = 512, /* of one, kept */
	LIMIT_MAILLOG_REASONS = 10000,	/* that are told apart */
	LIMIT_MAILLOG_DOMAINS = 10000,	/* destinations that are told apart */
	LIMIT_MAILLOG_SENDERS = 2000000, /* addresses that wrote: 8 octets
					 * each */
	LIMIT_MAILLOG_BOUNCES = 200000,	/* that may answer nothing */
	LIMIT_MAILLOG_ACCEPTED = 2000000, /* events that are joined */
	LIMIT_MAILLOG_HOSTS = 1000,	/* whose events are joined */
	LIMIT_MAILLOG_SHOWN = 1000,	/* lines that are shown */

	/* Events */
	LIMIT_EVENT_QUEUE = 10000,
	LIMIT_EVENT_QUEUE_OCTETS = 64 * 1024 * 1024,
	LIMIT_EVENT_TEXT_OCTETS = 4096,	/* of one text in an event */
	LIMIT_EVENT_ANSWERS = 200,	/* of functions of the policy */
	LIMIT_EVENT_RECIPIENTS = 100,	/* listed; the count is exact */
	LIMIT_EVENT_LINE_OCTETS = 8 * 1024 * 1024, /* of a line that is read;
					 * all texts of one at their caps */
	LIMIT_EVENT_DEPTH = 32,		/* of objects within objects, read */
	LIMIT_SUMMARY_NAMES = 8192,	/* of one table of a report; past twice
					 * that, those seen least go */
	LIMIT_PLOT_PLACES = 2000,	/* of a plot: more than it has pixels */
	LIMIT_MAIL_ROWS = 48,		/* of a series, in a mail to people */
	LIMIT_MAIL_PAGE = 100000,	/* octets of its HTML: Gmail shows 102
					 * kB, and folds up the rest */
	LIMIT_SUMMARY_IDS = 4000000,	/* events known to have been counted;
					 * 8 to 16 octets each */
	LIMIT_SUMMARY_HOURS = 20000,	/* with events in them: two years */
	LIMIT_SUMMARY_STEPS = 31 * 24,	/* hours told one by one: a month */
	LIMIT_SUMMARY_HOSTS = 256,	/* told apart; then the others */
	LIMIT_SUMMARY_LINES = 48,	/* of a series, in a text */
	LIMIT_EVIDENCE = 200,		/* DNS answers kept with a message */
	LIMIT_SPF_TERMS_SEEN = 100,	/* kept with a message */
	LIMIT_EVIDENCE_OCTETS = 1024,	/* of the text of one answer */
};

#endif
