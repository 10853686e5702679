#include "base/hash.h"

#include <pthread.h>
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
siphash13(struct str s, const uint64_t key[2], char (*map)(char))
{
	struct state state = {
		key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du,
		key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u
	};
	uint64_t word = 0;
	size_t i;

	for (i = 0; i < s.len; i++) {
		word |= (uint64_t)(unsigned char)map(s.ptr[i]) << 8 * (i % 8);
		if (i % 8 == 7) {
			absorb(&state, word);
			word = 0;
		}
	}
	absorb(&state, word | (uint64_t)(s.len & 0xff) << 56);
	state.v2 ^= 0xff;
	for (i = 0; i < 3; i++)
		mix(&state);
	return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

static char
as_it_is(char c)
{
	return c;
}

uint64_t
hash_siphash13(struct str s, const uint64_t key[2])
{
	return siphash13(s, key, as_it_is);
}

uint64_t
hash_nocase(struct str s)
{
	pthread_once(&key_drawn, draw_key);
	return siphash13(s, process_key, ascii_lower);
}
