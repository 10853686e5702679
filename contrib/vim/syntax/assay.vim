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
syn keyword assayFact client.ip client.name listener listener.address
syn keyword assayFact listener.port relay.ip iprev iprev.name iprev.reason
syn keyword assayFact helo spf_helo spf_helo.domain spf_helo.mechanism
syn keyword assayFact spf_helo.explanation spf_helo.lookups
syn keyword assayFact spf_helo.void_lookups spf_helo.reason tls.version
syn keyword assayFact tls.cipher tls.cert.subject tls.cert.issuer auth.user
syn keyword assayFact auth.method client.ours mail.from mail.size spf
syn keyword assayFact spf.domain spf.mechanism spf.explanation spf.lookups
syn keyword assayFact spf.void_lookups spf.reason rcpt rcpt.count
syn keyword assayFact client.net greylist.reason greylist.wait
syn keyword assayFact rcpt.accepted bounce.tag queue.id message.size
syn keyword assayFact relay.with from from.domain from.count sender
syn keyword assayFact sender.count reply_to subject message.id list.id dkim
syn keyword assayFact dkim.domains dkim.l dkim.count dkim.reason arc
syn keyword assayFact arc.reason arc.sealers arc.oldest_pass arc.trusted
syn keyword assayFact arc.dmarc arc.dkim arc.spf dmarc dmarc.domain
syn keyword assayFact dmarc.organizational_domain dmarc.policy_domain
syn keyword assayFact dmarc.policy dmarc.test dmarc.disposition
syn keyword assayFact dmarc.alignment.spf dmarc.alignment.dkim dmarc.reason
syn keyword assayFact mime.types mime.names mime.extensions mime.parts
syn keyword assayFact mime.depth mime.cut mime.troubles mime.executable
syn keyword assayFact mime.executable.reason mime.double_extension
syn keyword assayFact mime.disguised mime.mismatch mime.mismatch.reason
syn keyword assayFact mime.archives mime.archive.names mime.archive.executable
syn keyword assayFact mime.archive.reason mime.archive.nested mime.encrypted
syn keyword assayFact score score.symbols
syn keyword assayFact client.connections ptr.names ptr.generic helo.form
syn keyword assayFact helo.ours helo.forward helo.reason mail.from.dns
syn keyword assayFact from.dns
syn keyword assayFunction header owns dnsbl dnswl rate rate.rcpts
syn keyword assayFunction rate.crossed greylist
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
