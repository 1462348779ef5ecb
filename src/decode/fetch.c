/* SPDX-License-Identifier: MIT */
/*
 * fetch.c - which memory of the target a call reads and fills in
 *
 * One row a kind of argument says what to offer before the call and after it. Pointers come
 * from the target and may be anything: every loop here has a limit of its own, and what cannot
 * be read ends it.
 */
#include "decode/fetch.h"
#include "decode/subcall.h"

#include <errno.h>

void
walk_offer(struct walk *w, enum area_kind kind, uint64_t address, uint64_t size)
{
	bool is_wanted = kind != AREA_DATA_IN || w->f->want_input;

	if (address && size && is_wanted)
		w->f->take(w->f->take_arg, w->reg, kind, address, size);
}

bool
walk_peek(struct walk *w, uint64_t address, void *buf, size_t n)
{
	return address && w->f->peer.read(w->f->peer.arg, address, buf, n) == n;
}

uint64_t
walk_peek_word(struct walk *w, uint64_t address)
{
	uint8_t bytes[8] = { 0 };

	return walk_peek(w, address, bytes, w->word) ? load_uint(bytes, w->word) : 0;
}

bool
walk_is_ok(const struct walk *w)
{
	return !w->call->is_error && w->call->state == CALL_DONE;
}

/* What the call returned as a count, 0 when it failed. */
uint64_t
walk_result(const struct walk *w)
{
	return walk_is_ok(w) && w->call->ret > 0 ? (uint64_t)w->call->ret : 0;
}

static void
data_out(struct walk *w, const struct arg *a)
{
	walk_offer(w, AREA_DATA_OUT, a->value, MIN(arg_len(&w->args, a), MAX_RW));
}

/* A short write: what went out is offered again, so that it has a digest of its own. */
static void
data_out_short(struct walk *w, const struct arg *a)
{
	if (walk_result(w) < arg_len(&w->args, a))
		walk_offer(w, AREA_DATA_OUT, a->value, walk_result(w));
}

static void
data_in(struct walk *w, const struct arg *a)
{
	/* recvfrom with MSG_TRUNC returns more than the buffer holds. */
	walk_offer(w, AREA_DATA_IN, a->value, MIN(walk_result(w), arg_len(&w->args, a)));
}

static void
raw_in(struct walk *w, const struct arg *a)
{
	walk_offer(w, AREA_STRUCT, a->value, MIN(arg_len(&w->args, a), MAX_OPTION));
}

static void
raw_out(struct walk *w, const struct arg *a)
{
	walk_offer(w, AREA_STRUCT, a->value, MIN(walk_result(w), arg_len(&w->args, a)));
}

static void
address_in(struct walk *w, const struct arg *a)
{
	walk_offer(w, AREA_STRUCT, a->value, MIN(arg_len(&w->args, a), MAX_SOCKADDR));
}

/* The length a value-result argument holds now. */
static uint64_t
length_now(struct walk *w, const struct arg *a)
{
	uint8_t bytes[4];

	return walk_peek(w, arg_len(&w->args, a), bytes, 4) ? load_uint(bytes, 4) : 0;
}

static void
address_out(struct walk *w, const struct arg *a)
{
	if (walk_is_ok(w) && a->value)
		walk_offer(w, AREA_STRUCT, a->value, MIN(length_now(w, a), MAX_SOCKADDR));
}

static void
option_out(struct walk *w, const struct arg *a)
{
	if (walk_is_ok(w))
		walk_offer(w, AREA_STRUCT, a->value, MIN(length_now(w, a), MAX_OPTION));
}

static void
length_any(struct walk *w, const struct arg *a)
{
	if (a->spec->len == NO_LEN || arg_len(&w->args, a))
		walk_offer(w, AREA_STRUCT, a->value, 4);
}

static void
sigset_in(struct walk *w, const struct arg *a)
{
	walk_offer(w, AREA_STRUCT, a->value, MIN(arg_len(&w->args, a), MAX_SIGSET));
}

static void
sigset_out(struct walk *w, const struct arg *a)
{
	if (walk_is_ok(w))
		sigset_in(w, a);
}

static void
sigset_pair(struct walk *w, const struct arg *a)
{
	uint64_t size = walk_peek_word(w, a->value + w->word);

	walk_offer(w, AREA_STRUCT, a->value, 2 * w->word);
	walk_offer(w, AREA_STRUCT, walk_peek_word(w, a->value), MIN(size, MAX_SIGSET));
}

static void
cpu_set_in(struct walk *w, const struct arg *a)
{
	walk_offer(w, AREA_STRUCT, a->value, MIN(arg_len(&w->args, a), MAX_STRUCT));
}

static void
cpu_set_out(struct walk *w, const struct arg *a)
{
	walk_offer(w, AREA_STRUCT, a->value, MIN(walk_result(w), MAX_STRUCT));
}

static void
bits_in(struct walk *w, const struct arg *a)
{
	uint64_t bits = MIN(arg_len(&w->args, a), (uint64_t)MAX_STRUCT * 8);

	walk_offer(w, AREA_STRUCT, a->value, (bits + 63) / 64 * 8);
}

static void
fd_set_in(struct walk *w, const struct arg *a)
{
	int32_t n = (int32_t)arg_len(&w->args, a);

	if (n > 0)
		walk_offer(w, AREA_STRUCT, a->value,
			MIN(((uint64_t)n + 8 * w->word - 1) / (8 * w->word) * w->word,
				MAX_FD_SET));
}

static void
fd_set_out(struct walk *w, const struct arg *a)
{
	if (walk_is_ok(w))
		fd_set_in(w, a);
}

static void
fd_pair(struct walk *w, const struct arg *a)
{
	if (walk_is_ok(w))
		walk_offer(w, AREA_STRUCT, a->value, 8);
}

/* Callers built for an older kernel pass a shorter struct. */
static void
struct_in(struct walk *w, const struct arg *a)
{
	uint64_t size = layout_size(a->spec->ref, w->arch);

	if (a->spec->len != NO_LEN)
		size = MIN(size, arg_len(&w->args, a));
	walk_offer(w, AREA_STRUCT, a->value, size);
}

static void
struct_out(struct walk *w, const struct arg *a)
{
	if (walk_is_ok(w))
		struct_in(w, a);
}

/* Nobody to wait for: neither status nor usage is written. */
static bool
has_found(struct walk *w, const struct arg *a)
{
	uint8_t bytes[4];

	if (a->spec->len == NO_LEN)
		return walk_result(w);
	return walk_peek(w, arg_len(&w->args, a), bytes, 4) && load_uint(bytes, 4);
}

static void
struct_found(struct walk *w, const struct arg *a)
{
	if (walk_is_ok(w) && a->value && has_found(w, a))
		walk_offer(w, AREA_STRUCT, a->value, layout_size(a->spec->ref, w->arch));
}

static void
struct_left(struct walk *w, const struct arg *a)
{
	bool was_interrupted = w->call->state == CALL_RESTARTED ||
			       (w->call->is_error && w->call->ret == -EINTR);

	if (was_interrupted)
		struct_in(w, a);
}

static void
pair_in(struct walk *w, const struct arg *a)
{
	walk_offer(w, AREA_STRUCT, a->value, 2 * layout_size(a->spec->ref, w->arch));
}

static void
pair_out(struct walk *w, const struct arg *a)
{
	if (walk_is_ok(w))
		pair_in(w, a);
}

static void
array_in(struct walk *w, const struct arg *a)
{
	uint64_t count = MIN(arg_len(&w->args, a), MAX_ELEMENTS);

	walk_offer(w, AREA_STRUCT, a->value, count * layout_size(a->spec->ref, w->arch));
}

static void
array_again(struct walk *w, const struct arg *a)
{
	if (walk_result(w))
		array_in(w, a);
}

static void
array_out(struct walk *w, const struct arg *a)
{
	uint64_t count = MIN(walk_result(w), MAX_ELEMENTS);

	walk_offer(w, AREA_STRUCT, a->value, count * layout_size(a->spec->ref, w->arch));
}

static void
ptr_list(struct walk *w, const struct arg *a)
{
	uint64_t count = MIN(arg_len(&w->args, a), MAX_IOVECS);

	walk_offer(w, AREA_STRUCT, a->value, count * w->word);
	for (uint64_t i = 0; i < count; i++) {
		uint64_t next = walk_peek_word(w, a->value + i * w->word);

		if (!next)
			return;
		walk_offer(w, AREA_STRUCT, next, layout_size(a->spec->ref, w->arch));
	}
}

static void
dirents(struct walk *w, const struct arg *a)
{
	if (w->f->want_input)
		raw_out(w, a);
}

/* Versions 2 and 3 of the capability interface have two elements of three words. */
static void
caps_in(struct walk *w, const struct arg *a)
{
	uint8_t bytes[4];

	if (walk_peek(w, arg_len(&w->args, a), bytes, 4))
		walk_offer(
			w, AREA_STRUCT, a->value, load_uint(bytes, 4) == 0x19980330 ? 12 : 24);
}

static void
caps_out(struct walk *w, const struct arg *a)
{
	if (walk_is_ok(w))
		caps_in(w, a);
}

static void
file_handle(struct walk *w, const struct arg *a)
{
	uint8_t bytes[4];

	if (walk_peek(w, a->value, bytes, 4))
		walk_offer(w, AREA_STRUCT, a->value, 8 + MIN(load_uint(bytes, 4), 128));
}

static void
file_handle_size(struct walk *w, const struct arg *a)
{
	walk_offer(w, AREA_STRUCT, a->value, 8);
}

static void
clone_args_in(struct walk *w, const struct arg *a)
{
	walk_offer(w, AREA_STRUCT, a->value, MIN(arg_len(&w->args, a), MAX_STRUCT));
}

/* struct clone_args: pidfd is its second member, parent_tid its fourth. */
static void
clone_args_out(struct walk *w, const struct arg *a)
{
	uint8_t bytes[32];
	uint64_t flags;

	if (!walk_is_ok(w) || !walk_peek(w, a->value, bytes, sizeof(bytes)))
		return;
	flags = load_uint(bytes, 8);
	if (flags & 0x1000) /* CLONE_PIDFD */
		walk_offer(w, AREA_STRUCT, load_uint(bytes + 8, 8), 4);
	if (flags & 0x100000) /* CLONE_PARENT_SETTID */
		walk_offer(w, AREA_STRUCT, load_uint(bytes + 24, 8), 4);
}

static void
sigframe_in(struct walk *w, const struct arg *a)
{
	walk_offer(w, AREA_STRUCT, arg_sigmask(a->value, w->arch), 8);
}

static void
old_sigframe_in(struct walk *w, const struct arg *a)
{
	walk_offer(w, AREA_STRUCT, a->value ? a->value + OLD_SIGMASK_LOW : 0, 4);
	walk_offer(w, AREA_STRUCT, a->value ? a->value + OLD_SIGMASK_HIGH : 0, 4);
}

static const struct {
	fetch_fn *before, *after;
} rules[N_ARG_KINDS] = {
	[ARG_STR] = { fetch_string, NULL },
	[ARG_PATH] = { fetch_string, NULL },
	[ARG_DATA_OUT] = { data_out, data_out_short },
	[ARG_DATA_IN] = { NULL, data_in },
	[ARG_RANDOM] = { NULL, data_in },
	[ARG_RAW_IN] = { raw_in, NULL },
	[ARG_RAW_OUT] = { NULL, raw_out },
	[ARG_IOV_OUT] = { fetch_iov_out, fetch_iov_out_short },
	[ARG_IOV_IN] = { fetch_iov_array, fetch_iov_in },
	[ARG_IOV_REMOTE] = { fetch_iov_array, NULL },
	[ARG_MSG_OUT] = { fetch_msg_out, NULL },
	[ARG_MSG_IN] = { fetch_msg_in_before, fetch_msg_in },
	[ARG_MMSG_OUT] = { fetch_mmsg_out, fetch_mmsg_lengths },
	[ARG_MMSG_IN] = { fetch_mmsg_in_before, fetch_mmsg_in },
	[ARG_MSGBUF_OUT] = { fetch_msgbuf_out, NULL },
	[ARG_MSGBUF_IN] = { NULL, fetch_msgbuf_in },
	[ARG_ADDRESS_IN] = { address_in, NULL },
	[ARG_ADDRESS_OUT] = { NULL, address_out },
	[ARG_LENGTH] = { length_any, length_any },
	[ARG_OPT_IN] = { raw_in, NULL },
	[ARG_OPT_OUT] = { NULL, option_out },
	[ARG_ARGV] = { fetch_strings, NULL },
	[ARG_ENVP] = { fetch_strings, NULL },
	[ARG_SIGSET_IN] = { sigset_in, NULL },
	[ARG_SIGSET_OUT] = { NULL, sigset_out },
	[ARG_SIGSET_PAIR] = { sigset_pair, NULL },
	[ARG_CPU_SET_IN] = { cpu_set_in, NULL },
	[ARG_CPU_SET_OUT] = { NULL, cpu_set_out },
	[ARG_BITS_IN] = { bits_in, NULL },
	[ARG_FD_SET] = { fd_set_in, fd_set_out },
	[ARG_FD_PAIR] = { NULL, fd_pair },
	[ARG_PTR_IN] = { struct_in, NULL },
	[ARG_PTR_OUT] = { NULL, struct_out },
	[ARG_PTR_FOUND] = { NULL, struct_found },
	[ARG_PTR_BOTH] = { struct_in, struct_out },
	[ARG_PTR_LEFT] = { struct_in, struct_out },
	[ARG_PTR_REM] = { NULL, struct_left },
	[ARG_PAIR_IN] = { pair_in, NULL },
	[ARG_PAIR_OUT] = { NULL, pair_out },
	[ARG_ARRAY_IN] = { array_in, NULL },
	[ARG_ARRAY_OUT] = { NULL, array_out },
	[ARG_POLLFDS] = { array_in, array_again },
	[ARG_PTR_LIST] = { ptr_list, NULL },
	[ARG_DIRENTS] = { NULL, dirents },
	[ARG_CAPS_IN] = { caps_in, NULL },
	[ARG_CAPS_OUT] = { NULL, caps_out },
	[ARG_FILE_HANDLE_IN] = { file_handle, NULL },
	[ARG_FILE_HANDLE_BOTH] = { file_handle_size, file_handle },
	[ARG_CLONE_ARGS] = { clone_args_in, clone_args_out },
	[ARG_SIGFRAME] = { sigframe_in, NULL },
	[ARG_OLD_SIGFRAME] = { old_sigframe_in, NULL },
};

static fetch_fn *
rule_of(const struct fetch *f, const struct arg_spec *spec)
{
	return f->is_exit ? rules[spec->kind].after : rules[spec->kind].before;
}

/* Most calls lead to no memory, at their entry or at their exit. */
static bool
leads_anywhere(const struct fetch *f, const struct arg_spec *list, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (rule_of(f, &list[i]))
			return true;
	return false;
}

static void
walk_call(const struct fetch *f, const struct call *call, const struct call_spec *spec)
{
	struct walk w; /* for every call: not cleared for args_from() to fill */
	unsigned n;
	const struct arg_spec *list = args_list(call, spec, &n);

	if (!leads_anywhere(f, list, n))
		return;
	w.f = f;
	w.call = call;
	w.arch = call->arch;
	w.id = spec->id;
	w.word = width_size(w.arch, WL);
	args_from(&w.args, call, spec, list, n);
	for (unsigned i = 0; i < w.args.n; i++) {
		const struct arg *a = &w.args.arg[i];
		fetch_fn *fn = rule_of(f, a->spec);

		w.reg = a->reg;
		if (fn)
			fn(&w, a);
	}
}

void
decode_fetch(const struct fetch *f)
{
	const struct call_spec *spec = decode_spec(f->call->arch, f->call->nr);
	struct call inner;
	uint64_t address;
	uint8_t reg;
	size_t n;

	if (!subcall_is(f->call)) {
		walk_call(f, f->call, spec);
		return;
	}
	n = subcall_memory(f->call, &reg, &address);
	if (!f->is_exit && n && address)
		f->take(f->take_arg, reg, AREA_STRUCT, address, n);
	spec = subcall_load(&inner, f->call, &f->peer);
	if (spec)
		walk_call(f, &inner, spec);
}
