/* SPDX-License-Identifier: MIT */
/* hint_built.h - what the arguments of a call point to, in memory that is not there */
#ifndef UNIT_HINT_BUILT_H
#define UNIT_HINT_BUILT_H

#include "unit/hint_memory.h"

#include "decode/arg.h"
#include "decode/message.h"

struct built {
	struct memory *m;
	const struct args *args;
	unsigned word;
};

static inline void
put_strings(struct built *t, uint64_t at)
{
	unsigned n = memory_random(t->m) % 4;

	for (unsigned i = 0; i <= n; i++) {
		uint64_t next = i < n ? at + 512 + 64 * i : 0;

		memory_put(t->m, at + i * t->word, next, t->word);
		if (next)
			memory_put_string(t->m, next);
	}
}

static inline void
put_iovs(struct built *t, uint64_t at, uint64_t count)
{
	for (uint64_t i = 0; i < MIN(count, 16); i++) {
		memory_put(t->m, at + 2 * i * t->word, at + 1024 + 64 * i, t->word);
		memory_put(t->m, at + (2 * i + 1) * t->word, memory_random(t->m) % 64, t->word);
	}
}

static inline void
put_message(struct built *t, uint64_t at, uint64_t sub)
{
	unsigned word = t->word, n = memory_random(t->m) % 3;

	memory_put(t->m, at, sub, word);
	memory_put(t->m, at + word, memory_random(t->m) % 200, 4);
	memory_put(t->m, at + 2 * word, sub + 256, word);
	memory_put(t->m, at + 3 * word, n, word);
	memory_put(t->m, at + 4 * word, sub + 384, word);
	memory_put(t->m, at + 5 * word, memory_random(t->m) % 64, word);
	put_iovs(t, sub + 256, n);
}

/* What an argument of its kind points to. */
static inline void
put_argument(struct built *t, const struct arg *a)
{
	uint64_t at = a->value, n = MIN(arg_len(t->args, a), 8);

	switch (a->spec->kind) {
	case ARG_STR:
	case ARG_PATH:
		memory_put_string(t->m, at);
		break;
	case ARG_ARGV:
	case ARG_ENVP:
		put_strings(t, at);
		break;
	case ARG_IOV_OUT:
	case ARG_IOV_IN:
	case ARG_IOV_REMOTE:
		put_iovs(t, at, arg_len(t->args, a));
		break;
	case ARG_MSG_OUT:
	case ARG_MSG_IN:
		put_message(t, at, at + 1024);
		break;
	case ARG_MMSG_OUT:
	case ARG_MMSG_IN:
		for (uint64_t i = 0; i < n; i++)
			put_message(t, at + i * mmsg_size(t->word), at + 1024 + 2048 * i);
		break;
	case ARG_SIGSET_PAIR:
		memory_put(t->m, at, at + 64, t->word);
		memory_put(t->m, at + t->word, 8, t->word);
		break;
	case ARG_LENGTH:
		memory_put(t->m, at, memory_random(t->m) % 200, 4);
		break;
	case ARG_FILE_HANDLE_IN:
	case ARG_FILE_HANDLE_BOTH:
		memory_put(t->m, at, memory_random(t->m) % 140, 4);
		break;
	case ARG_PTR_LIST:
		for (uint64_t i = 0; i < n; i++)
			memory_put(t->m, at + i * t->word, at + 256 + 64 * i, t->word);
		break;
	case ARG_CLONE_ARGS:
		memory_put(t->m, at, 0x101000, 8);
		memory_put(t->m, at + 8, at + 128, 8);
		memory_put(t->m, at + 24, at + 132, 8);
		break;
	default:
		break;
	}
}

#endif
