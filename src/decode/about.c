/* SPDX-License-Identifier: MIT */
/* about.c - what a call is about: which of its arguments are descriptors, paths, addresses */
#include "decode/arg.h"
#include "decode/message.h"
#include "decode/subcall.h"

#include <string.h>

/* The target of a symbolic link is text: nothing need be there. */
static bool
is_path(const struct arg *a)
{
	return a->spec->kind == ARG_PATH && strcmp(a->spec->name, "target") != 0;
}

/* What a vector of buffers offers; -1: it was not kept. */
static int64_t
vector_size(const struct call *call, uint64_t address, uint64_t count)
{
	unsigned word = width_size((enum arch)call->arch, WL);
	struct peer peer = decode_peer(call);
	int64_t sum = 0;

	for (uint64_t i = 0; i < count; i++) {
		uint8_t bytes[16];

		if (i == MAX_IOVECS || peer.read(peer.arg, address + i * 2 * word, bytes,
					       2 * word) != 2 * word)
			return -1;
		sum += (int64_t)MIN(iov_load(bytes, word).size, INT32_MAX);
	}
	return sum;
}

/* The kernel moves no more than 2 GiB at once, whatever is asked for. */
static int64_t
asked_of(const struct call *call, const struct args *args, const struct arg *a)
{
	uint64_t n = arg_len(args, a);

	switch (a->spec->kind) {
	case ARG_DATA_IN:
	case ARG_DATA_OUT:
		return (int64_t)MIN(n, INT32_MAX);
	case ARG_IOV_IN:
	case ARG_IOV_OUT:
		return vector_size(call, a->value, n);
	default:
		return -1;
	}
}

static void
add_argument(struct call_about *out, const struct arg *a, int8_t dir)
{
	if (a->spec->kind == ARG_FD && out->n_fds < ARRAY_LEN(out->fd)) {
		out->fd[out->n_fds++] = (int32_t)a->value;
	} else if (is_path(a) && out->n_paths < ARRAY_LEN(out->path)) {
		out->dir[out->n_paths] = dir;
		out->path[out->n_paths++] = (int8_t)a->reg;
	} else if (a->spec->kind == ARG_ADDRESS_IN || a->spec->kind == ARG_ADDRESS_OUT) {
		out->address = (int8_t)a->reg;
	}
}

void
decode_about(struct call_about *out, const struct call *call)
{
	const struct call_spec *spec = decode_spec((enum arch)call->arch, call->nr);
	struct call inner = *call;
	struct args args;
	int8_t dir = -1;

	*out = (struct call_about){ .address = -1, .asked = -1 };
	if (subcall_is(call)) {
		struct peer peer = decode_peer(call);
		const struct call_spec *meant = subcall_load(&inner, call, &peer);

		spec = meant ? meant : spec;
	}
	out->id = spec->id;
	args_of(&args, &inner, spec);
	for (unsigned i = 0; i < args.n; i++) {
		const struct arg *a = &args.arg[i];

		add_argument(out, a, dir);
		out->asked = MAX(out->asked, asked_of(&inner, &args, a));
		dir = a->spec->kind == ARG_DIRFD ? (int8_t)a->reg : -1;
	}
}
