/*
 * octets - numbers in packets and record data, most significant octet first
 *
 * The caller has seen that they are there.
 */
#ifndef ASSAY_DNS_OCTETS_H
#define ASSAY_DNS_OCTETS_H

#include "base/str.h"

static inline unsigned
octet(struct str s, size_t at)
{
	return (unsigned char)s.ptr[at];
}

static inline unsigned
two_octets(struct str s, size_t at)
{
	return octet(s, at) << 8 | octet(s, at + 1);
}

static inline uint32_t
four_octets(struct str s, size_t at)
{
	return (uint32_t)two_octets(s, at) << 16 | two_octets(s, at + 2);
}

#endif
