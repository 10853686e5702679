/*
 * read_lists - what an event has many of, and a verdict
 *
 * Into the arrays of the record, whatever they are given for a place.
 */
#ifndef ASSAY_EVENT_READ_LISTS_H
#define ASSAY_EVENT_READ_LISTS_H

#include "event/read_keys.h"

/* Into a struct event_verdict. */
read_fn reader_verdict;

read_fn reader_reasons;
read_fn reader_rcpts;
read_fn reader_shadow_rcpts;
read_fn reader_rules;
read_fn reader_signatures;
read_fn reader_dns;
read_fn reader_spf;
read_fn reader_troubles;
read_fn reader_notes;

#endif
