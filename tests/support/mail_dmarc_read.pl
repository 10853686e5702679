#!/usr/bin/perl
# A mail with an aggregate report, as Mail::DMARC reads it: what it found, as
# JSON.  That reader is older than the namespace of RFC 9990, so the
# declaration is taken out first; all else is read as it came.
#
# usage: mail_dmarc_read.pl FILE
use strict;
use warnings;
use JSON::PP;
use Mail::DMARC::Report::Receive;

my $body = \&Mail::DMARC::Report::Receive::handle_body;
no warnings 'redefine';
*Mail::DMARC::Report::Receive::handle_body = sub {
    my ($self, $text) = @_;
    $text =~ s/ xmlns="urn:ietf:params:xml:ns:dmarc-2\.0"// or
        die "no namespace\n";
    return $body->($self, $text);
};
# It would write into a database.
*Mail::DMARC::Report::save_aggregate = sub { 1 };

my $reader = Mail::DMARC::Report::Receive->new;
open(my $out, '>&', \*STDOUT) or die;
open(STDOUT, '>', '/dev/null') or die;
my $type = $reader->from_file($ARGV[0]);
my $found = $reader->report->aggregate;
my @rows = map { {
    ip => $_->row->source_ip, count => $_->row->count,
    disposition => $_->row->policy_evaluated->disposition,
    dkim => $_->row->policy_evaluated->dkim,
    spf => $_->row->policy_evaluated->spf,
    reasons => [map { $_->{type} } @{$_->row->policy_evaluated->reason || []}],
    header_from => $_->identifiers->header_from,
    envelope_from => $_->identifiers->envelope_from,
} } @{$found->record};
print $out JSON::PP->new->canonical->encode({
    type => $type, org => $found->metadata->org_name,
    email => $found->metadata->email, id => $found->metadata->report_id,
    begin => $found->metadata->begin, end => $found->metadata->end,
    domain => $found->policy_published->domain,
    p => $found->policy_published->p, rows => \@rows });
