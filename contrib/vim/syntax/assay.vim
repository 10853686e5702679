" Vim syntax file: policies of assayd, and their tests (assay.policy(5))
"
" tests/drift compares the words here with those of the language.

if exists("b:current_syntax")
  finish
endif

syn case match
syn iskeyword @,48-57,_,.,-

" Of a word with two meanings the last one counts.
syn keyword assayWord none pass fail softfail neutral policy temperror
syn keyword assayWord permerror quarantine reject missing valid expired forged
syn keyword assayWord new passed known fqdn unqualified literal address
syn keyword assayWord invalid found null_mx
syn keyword assayWord early auto
syn keyword assayFact client.ip client.name client.net listener
syn keyword assayFact listener.address listener.port client.connections
syn keyword assayFact relay.ip iprev iprev.name iprev.reason ptr.names
syn keyword assayFact ptr.generic helo helo.form helo.ours helo.forward
syn keyword assayFact helo.reason spf_helo spf_helo.domain
syn keyword assayFact spf_helo.mechanism spf_helo.explanation
syn keyword assayFact spf_helo.lookups spf_helo.void_lookups spf_helo.reason
syn keyword assayFact tls.version tls.cipher tls.cert.subject
syn keyword assayFact tls.cert.issuer auth.user auth.method client.ours
syn keyword assayFact mail.from mail.from.dns mail.size mail.smtputf8 spf
syn keyword assayFact spf.domain spf.mechanism spf.explanation spf.lookups
syn keyword assayFact spf.void_lookups spf.reason rcpt rcpt.count
syn keyword assayFact rcpt.accepted bounce.tag greylist.reason greylist.wait
syn keyword assayFact queue.id message.size relay.with from from.domain
syn keyword assayFact from.count sender sender.count reply_to subject
syn keyword assayFact message.id list.id header.faults date.age date.ahead
syn keyword assayFact received.count body.faults from.name from.name_address
syn keyword assayFact from.name_protected from.lookalike from.lookalike_kind
syn keyword assayFact reply_to.lookalike reply_to.domain reply_to.elsewhere
syn keyword assayFact list.unsubscribe list.post list.one_click precedence
syn keyword assayFact auto_submitted list.one_click_signed dkim dkim.domains
syn keyword assayFact dkim.l dkim.count dkim.reason arc arc.reason
syn keyword assayFact arc.sealers arc.oldest_pass arc.trusted arc.dmarc
syn keyword assayFact arc.dkim arc.spf dmarc dmarc.domain
syn keyword assayFact dmarc.organizational_domain dmarc.policy_domain
syn keyword assayFact dmarc.policy dmarc.test dmarc.disposition
syn keyword assayFact dmarc.alignment.spf dmarc.alignment.dkim dmarc.reason
syn keyword assayFact from.dns mime.types mime.names mime.extensions
syn keyword assayFact mime.parts mime.depth mime.cut mime.troubles
syn keyword assayFact mime.executable mime.executable.reason
syn keyword assayFact mime.double_extension mime.disguised mime.mismatch
syn keyword assayFact mime.mismatch.reason mime.archives mime.archive.names
syn keyword assayFact mime.archive.executable mime.archive.reason
syn keyword assayFact mime.archive.nested mime.encrypted score score.symbols
syn keyword assayFact uri.domains uri.addresses uri.cut
syn keyword assayFact score.tests score.stars
syn keyword assayFact dkim.replayed dkim.replay_reason
syn keyword assayFunction header owns dnsbl dnswl rate rate.rcpts
syn keyword assayFunction rate.crossed greylist reputation
syn keyword assayFunction reputation.confidence
syn keyword assayStage connect helo mail rcpt message
syn keyword assayTest set unknown true false
syn keyword assayMode enforce monitor add remove replace
syn keyword assayAction continue accept bypass reject tempfail discard
syn keyword assayAction quarantine score tag note
syn keyword assayKeyword all and any at by case define expect file given in
syn keyword assayKeyword include is list matches mode not on optional or
syn keyword assayKeyword policy shadow sqlite when
syn keyword assayKeyword not-in

syn match   assayNumber   "\<-\?\d\+\(\.\d\+\)\?[kKMGsmhdw]\?\>"
syn match   assayCode     "\<[245]\.\d\{1,3}\.\d\{1,3}\>"
syn match   assayAddress  "\<\d\{1,3}\(\.\d\{1,3}\)\{3}\(/\d\+\)\?\>"
syn match   assayAddress  "\<\x*:[[:xdigit:]:.]*:\x*\(/\d\+\)\?"
syn match   assayOperator "[=!<>]=\|[<>=+*/]"
syn match   assayExpand   contained "%{[^}"]*}\|%%"
syn match   assayEscape   contained "\\["\\]"
syn region  assayText     start=+"+ skip=+\\["\\]+ end=+"+ oneline contains=assayExpand,assayEscape
syn match   assayRegex    "\(\<matches\s\+\)\@<=/\(\\.\|[^/\\]\)*/i\?"
syn match   assayComment  "#.*$" contains=@Spell

hi def link assayKeyword  Keyword
hi def link assayMode     Keyword
hi def link assayTest     Constant
hi def link assayStage    Label
hi def link assayAction   Statement
hi def link assayWord     Constant
hi def link assayFact     Identifier
hi def link assayFunction Function
hi def link assayNumber   Number
hi def link assayCode     Number
hi def link assayAddress  Number
hi def link assayOperator Operator
hi def link assayExpand   Special
hi def link assayEscape   Special
hi def link assayText     String
hi def link assayRegex    String
hi def link assayComment  Comment

let b:current_syntax = "assay"
