#include "base/hash.h"

#include <endian.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

#include "base/ensure.h"

struct state {
	uint64_t v0, v1, v2, v3;
};

static uint64_t process_key[2];
static pthread_once_t key_drawn = PTHREAD_ONCE_INIT;

static void
draw_key(void)
{
	ensure(getrandom(process_key, sizeof(process_key), 0) ==
	    (ssize_t)sizeof(process_key));
}

static uint64_t
rotate(uint64_t x, unsigned bits)
{
	return (x << bits) | (x >> (64 - bits));
}

static void
mix(struct state *s)
{
	s->v0 += s->v1;
	s->v1 = rotate(s->v1, 13) ^ s->v0;
	s->v0 = rotate(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotate(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotate(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotate(s->v1, 17) ^ s->v2;
	s->v2 = rotate(s->v2, 32);
}

static void
absorb(struct state *s, uint64_t word)
{
	s->v3 ^= word;
	mix(s);
	s->v0 ^= word;
}

static uint64_t
load(const char *octets, size_t count)
{
	uint64_t word = 0;

	if (count == 8) {
		memcpy(&word, octets, 8);
		return le64toh(word);
	}
	for (size_t i = 0; i < count; i++)
		word |= (uint64_t)(unsigned char)octets[i] << 8 * i;
	return word;
}

static inline uint64_t
siphash13(struct str s, const uint64_t key[2], bool nocase)
{
	struct state state = {
		key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du,
		key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u
	};
	size_t whole = s.len & ~(size_t)7;
	uint64_t word;

	for (size_t at = 0; at < whole; at += 8) {
		word = load(s.ptr + at, 8);
		absorb(&state, nocase ? ascii_lower8(word) : word);
	}
	word = whole < s.len ? load(s.ptr + whole, s.len - whole) : 0;
	absorb(&state, (nocase ? ascii_lower8(word) : word) |
	    (uint64_t)(s.len & 0xff) << 56);
	state.v2 ^= 0xff;
	for (int i = 0; i < 3; i++)
		mix(&state);
	return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

uint64_t
hash_siphash13(struct str s, const uint64_t key[2])
{
	return siphash13(s, key, false);
}

uint64_t
hash_nocase(struct str s)
{
	pthread_once(&key_drawn, draw_key);
	return siphash13(s, process_key, true);
}
