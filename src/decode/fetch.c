/* SPDX-License-Identifier: MIT */
/*
 * fetch.c - which memory of the target a call reads and fills in
 *
 * One row a kind of argument says what to offer before the call and after it. Pointers come
 * from the target and may be anything: every loop here has a limit of its own, and what cannot
 * be read ends it.
 */
#include "decode/decode.h"
#include "decode/arg.h"
#include "decode/message.h"
#include "decode/subcall.h"

#include <errno.h>
#include <linux/limits.h>
#include <string.h>

#define MAX_RW 0x7ffff000u /* the kernel moves no more bytes in one call */
#define MAX_SIGSET 128
#define MAX_SOCKADDR 128
#define PAGE 4096u /* the smallest; a read within it succeeds or fails whole */

struct walk {
	const struct fetch *f;
	const struct call *call;
	struct args args;
	enum arch arch;
	unsigned word;
	uint8_t reg; /* of the argument walked now */
};

static void
offer(struct walk *w, enum area_kind kind, uint64_t address, uint64_t size)
{
	bool is_wanted = kind != AREA_DATA_IN || w->f->want_input;

	if (address && size && is_wanted)
		w->f->take(w->f->take_arg, w->reg, kind, address, size);
}

static bool
peek(struct walk *w, uint64_t address, void *buf, size_t n)
{
	return address && w->f->peer.read(w->f->peer.arg, address, buf, n) == n;
}

static uint64_t
peek_word(struct walk *w, uint64_t address)
{
	uint8_t bytes[8] = { 0 };

	return peek(w, address, bytes, w->word) ? load_uint(bytes, w->word) : 0;
}

static bool
is_ok(const struct walk *w)
{
	return !w->call->is_error && w->call->state == CALL_DONE;
}

/* What the call returned as a count, 0 when it failed. */
static uint64_t
result(const struct walk *w)
{
	return is_ok(w) && w->call->ret > 0 ? (uint64_t)w->call->ret : 0;
}

/* The size of a string is known only by reading it. One that cannot be read is offered with the
 * byte where reading failed, so that it is seen to be missing or cut. */
static void
offer_string(struct walk *w, uint64_t address)
{
	uint64_t limit = MAX(w->f->string_limit, PATH_MAX), n = 0;
	char buf[256];

	while (address && n < limit) {
		size_t part = MIN(sizeof(buf), PAGE - (address + n) % PAGE), got;
		const char *end;

		part = MIN(part, limit - n);
		got = w->f->peer.read(w->f->peer.arg, address + n, buf, part);
		end = memchr(buf, '\0', got);
		if (end) {
			n += (uint64_t)(end - buf);
			w->f->take(w->f->take_arg, w->reg, AREA_STRING, address, n);
			return;
		}
		n += got;
		if (got < part)
			break;
	}
	if (address)
		w->f->take(w->f->take_arg, w->reg, AREA_STRING, address, n + 1);
}

static void
string_in(struct walk *w, const struct arg *a)
{
	offer_string(w, a->value);
}

static void
data_out(struct walk *w, const struct arg *a)
{
	offer(w, AREA_DATA_OUT, a->value, MIN(arg_len(&w->args, a), MAX_RW));
}

/* A short write: what went out is offered again, so that it has a digest of its own. */
static void
data_out_short(struct walk *w, const struct arg *a)
{
	if (result(w) < arg_len(&w->args, a))
		offer(w, AREA_DATA_OUT, a->value, result(w));
}

static void
data_in(struct walk *w, const struct arg *a)
{
	/* recvfrom with MSG_TRUNC returns more than the buffer holds. */
	offer(w, AREA_DATA_IN, a->value, MIN(result(w), arg_len(&w->args, a)));
}

static void
raw_in(struct walk *w, const struct arg *a)
{
	offer(w, AREA_STRUCT, a->value, MIN(arg_len(&w->args, a), MAX_OPTION));
}

static void
raw_out(struct walk *w, const struct arg *a)
{
	offer(w, AREA_STRUCT, a->value, MIN(result(w), arg_len(&w->args, a)));
}

/* The elements of an iovec array: out, or in as far as `left` bytes reach. */
static void
walk_iov(struct walk *w, uint64_t address, uint64_t count, enum area_kind kind, uint64_t left)
{
	uint8_t bytes[16];

	if (count > MAX_IOVECS) /* the kernel refuses these with EINVAL */
		return;
	for (uint64_t i = 0; i < count && left; i++) {
		struct iov v;

		if (!peek(w, address + i * 2 * w->word, bytes, 2 * w->word))
			return;
		v = iov_load(bytes, w->word);
		v.size = MIN(v.size, left);
		offer(w, kind, v.base, v.size);
		left -= v.size;
	}
}

static void
offer_iov_array(struct walk *w, uint64_t address, uint64_t count)
{
	offer(w, AREA_STRUCT, address, MIN(count, MAX_IOVECS) * 2 * w->word);
}

static void
iov_array(struct walk *w, const struct arg *a)
{
	offer_iov_array(w, a->value, arg_len(&w->args, a));
}

static void
iov_out(struct walk *w, const struct arg *a)
{
	iov_array(w, a);
	walk_iov(w, a->value, arg_len(&w->args, a), AREA_DATA_OUT, MAX_RW);
}

static uint64_t
iov_total(struct walk *w, uint64_t address, uint64_t count)
{
	uint8_t bytes[16];
	uint64_t total = 0;

	for (uint64_t i = 0; i < MIN(count, MAX_IOVECS) && total < MAX_RW; i++) {
		if (!peek(w, address + i * 2 * w->word, bytes, 2 * w->word))
			break;
		total += MIN(iov_load(bytes, w->word).size, MAX_RW);
	}
	return total;
}

static void
iov_out_short(struct walk *w, const struct arg *a)
{
	uint64_t count = arg_len(&w->args, a);

	if (result(w) && result(w) < iov_total(w, a->value, count))
		walk_iov(w, a->value, count, AREA_DATA_OUT, result(w));
}

static void
iov_in(struct walk *w, const struct arg *a)
{
	walk_iov(w, a->value, arg_len(&w->args, a), AREA_DATA_IN, result(w));
}

static void
message_before(struct walk *w, uint64_t address, bool is_out)
{
	uint8_t bytes[MESSAGE_MAX];
	struct message m;

	offer(w, AREA_STRUCT, address, message_size(w->word));
	if (!peek(w, address, bytes, message_size(w->word)))
		return;
	message_load(&m, bytes, w->word);
	if (is_out)
		offer(w, AREA_STRUCT, m.name, MIN(m.n_name, MAX_SOCKADDR));
	offer_iov_array(w, m.iov, m.n_iov);
	if (is_out) {
		walk_iov(w, m.iov, m.n_iov, AREA_DATA_OUT, MAX_RW);
		offer(w, AREA_STRUCT, m.control, MIN(m.n_control, MAX_CONTROL));
	}
}

static void
message_after(struct walk *w, uint64_t address, uint64_t n_bytes)
{
	uint8_t bytes[MESSAGE_MAX];
	struct message m;

	offer(w, AREA_STRUCT, address, message_size(w->word));
	if (!peek(w, address, bytes, message_size(w->word)))
		return;
	message_load(&m, bytes, w->word);
	offer(w, AREA_STRUCT, m.name, MIN(m.n_name, MAX_SOCKADDR));
	walk_iov(w, m.iov, m.n_iov, AREA_DATA_IN, n_bytes);
	offer(w, AREA_STRUCT, m.control, MIN(m.n_control, MAX_CONTROL));
}

static void
msg_out(struct walk *w, const struct arg *a)
{
	message_before(w, a->value, true);
}

static void
msg_in_before(struct walk *w, const struct arg *a)
{
	message_before(w, a->value, false);
}

static void
msg_in(struct walk *w, const struct arg *a)
{
	if (is_ok(w))
		message_after(w, a->value, result(w));
}

static void
mmsg_before(struct walk *w, const struct arg *a, bool is_out)
{
	uint64_t count = MIN(arg_len(&w->args, a), MAX_MESSAGES), step = mmsg_size(w->word);

	for (uint64_t i = 0; i < count; i++) {
		uint8_t byte;

		if (!peek(w, a->value + i * step, &byte, 1))
			return;
		message_before(w, a->value + i * step, is_out);
	}
}

static void
mmsg_out(struct walk *w, const struct arg *a)
{
	mmsg_before(w, a, true);
}

static void
mmsg_in_before(struct walk *w, const struct arg *a)
{
	mmsg_before(w, a, false);
}

/* Lengths: what was sent or received of each message stands behind its msghdr. */
static void
mmsg_lengths(struct walk *w, const struct arg *a)
{
	uint64_t count = MIN(result(w), MAX_MESSAGES);

	offer(w, AREA_STRUCT, a->value, count * mmsg_size(w->word));
}

static void
mmsg_in(struct walk *w, const struct arg *a)
{
	uint64_t count = MIN(result(w), MAX_MESSAGES), step = mmsg_size(w->word);

	mmsg_lengths(w, a);
	for (uint64_t i = 0; i < count; i++) {
		uint64_t at = a->value + i * step;
		uint8_t bytes[4];

		if (!peek(w, at + message_size(w->word), bytes, 4))
			return;
		message_after(w, at, load_uint(bytes, 4));
	}
}

static void
msgbuf_out(struct walk *w, const struct arg *a)
{
	offer(w, AREA_STRUCT, a->value, w->word);
	offer(w, AREA_DATA_OUT, a->value + w->word, MIN(arg_len(&w->args, a), MAX_RW));
}

static void
msgbuf_in(struct walk *w, const struct arg *a)
{
	if (!is_ok(w))
		return;
	offer(w, AREA_STRUCT, a->value, w->word);
	offer(w, AREA_DATA_IN, a->value + w->word, MIN(result(w), arg_len(&w->args, a)));
}

static void
address_in(struct walk *w, const struct arg *a)
{
	offer(w, AREA_STRUCT, a->value, MIN(arg_len(&w->args, a), MAX_SOCKADDR));
}

/* The length a value-result argument holds now. */
static uint64_t
length_now(struct walk *w, const struct arg *a)
{
	uint8_t bytes[4];

	return peek(w, arg_len(&w->args, a), bytes, 4) ? load_uint(bytes, 4) : 0;
}

static void
address_out(struct walk *w, const struct arg *a)
{
	if (is_ok(w))
		offer(w, AREA_STRUCT, a->value, MIN(length_now(w, a), MAX_SOCKADDR));
}

static void
option_out(struct walk *w, const struct arg *a)
{
	if (is_ok(w))
		offer(w, AREA_STRUCT, a->value, MIN(length_now(w, a), MAX_OPTION));
}

static void
int_any(struct walk *w, const struct arg *a)
{
	offer(w, AREA_STRUCT, a->value, 4);
}

/* argv and envp: the pointers with their NULL, then each string. */
static void
strings(struct walk *w, const struct arg *a)
{
	uint64_t n = 0, next;

	while (a->value && n < MAX_ARGV && peek_word(w, a->value + n * w->word))
		n++;
	offer(w, AREA_STRUCT, a->value, (n + 1) * w->word);
	for (uint64_t i = 0; i < n; i++) {
		next = peek_word(w, a->value + i * w->word);
		if (!next) /* another thread changed it */
			return;
		offer_string(w, next);
	}
}

static void
sigset_in(struct walk *w, const struct arg *a)
{
	offer(w, AREA_STRUCT, a->value, MIN(arg_len(&w->args, a), MAX_SIGSET));
}

static void
sigset_out(struct walk *w, const struct arg *a)
{
	if (is_ok(w))
		sigset_in(w, a);
}

static void
sigset_pair(struct walk *w, const struct arg *a)
{
	uint64_t size = peek_word(w, a->value + w->word);

	offer(w, AREA_STRUCT, a->value, 2 * w->word);
	offer(w, AREA_STRUCT, peek_word(w, a->value), MIN(size, MAX_SIGSET));
}

static void
cpu_set_in(struct walk *w, const struct arg *a)
{
	offer(w, AREA_STRUCT, a->value, MIN(arg_len(&w->args, a), MAX_STRUCT));
}

static void
cpu_set_out(struct walk *w, const struct arg *a)
{
	offer(w, AREA_STRUCT, a->value, MIN(result(w), MAX_STRUCT));
}

static void
bits_in(struct walk *w, const struct arg *a)
{
	uint64_t bits = MIN(arg_len(&w->args, a), (uint64_t)MAX_STRUCT * 8);

	offer(w, AREA_STRUCT, a->value, (bits + 63) / 64 * 8);
}

static void
fd_set_in(struct walk *w, const struct arg *a)
{
	int32_t n = (int32_t)arg_len(&w->args, a);

	if (n > 0)
		offer(w, AREA_STRUCT, a->value,
			MIN(((uint64_t)n + 8 * w->word - 1) / (8 * w->word) * w->word, 8192));
}

static void
fd_set_out(struct walk *w, const struct arg *a)
{
	if (is_ok(w))
		fd_set_in(w, a);
}

static void
fd_pair(struct walk *w, const struct arg *a)
{
	if (is_ok(w))
		offer(w, AREA_STRUCT, a->value, 8);
}

/* Callers built for an older kernel pass a shorter struct. */
static void
struct_in(struct walk *w, const struct arg *a)
{
	uint64_t size = layout_size(a->spec->ref, w->arch);

	if (a->spec->len != NO_LEN)
		size = MIN(size, arg_len(&w->args, a));
	offer(w, AREA_STRUCT, a->value, size);
}

static void
struct_out(struct walk *w, const struct arg *a)
{
	if (is_ok(w))
		struct_in(w, a);
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
	offer(w, AREA_STRUCT, a->value, 2 * layout_size(a->spec->ref, w->arch));
}

static void
pair_out(struct walk *w, const struct arg *a)
{
	if (is_ok(w))
		pair_in(w, a);
}

static void
array_in(struct walk *w, const struct arg *a)
{
	uint64_t count = MIN(arg_len(&w->args, a), MAX_ELEMENTS);

	offer(w, AREA_STRUCT, a->value, count * layout_size(a->spec->ref, w->arch));
}

static void
array_again(struct walk *w, const struct arg *a)
{
	if (result(w))
		array_in(w, a);
}

static void
array_out(struct walk *w, const struct arg *a)
{
	uint64_t count = MIN(result(w), MAX_ELEMENTS);

	offer(w, AREA_STRUCT, a->value, count * layout_size(a->spec->ref, w->arch));
}

static void
ptr_list(struct walk *w, const struct arg *a)
{
	uint64_t count = MIN(arg_len(&w->args, a), MAX_IOVECS);

	offer(w, AREA_STRUCT, a->value, count * w->word);
	for (uint64_t i = 0; i < count; i++) {
		uint64_t next = peek_word(w, a->value + i * w->word);

		if (!next)
			return;
		offer(w, AREA_STRUCT, next, layout_size(a->spec->ref, w->arch));
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

	if (peek(w, arg_len(&w->args, a), bytes, 4))
		offer(w, AREA_STRUCT, a->value, load_uint(bytes, 4) == 0x19980330 ? 12 : 24);
}

static void
caps_out(struct walk *w, const struct arg *a)
{
	if (is_ok(w))
		caps_in(w, a);
}

static void
file_handle(struct walk *w, const struct arg *a)
{
	uint8_t bytes[4];

	if (peek(w, a->value, bytes, 4))
		offer(w, AREA_STRUCT, a->value, 8 + MIN(load_uint(bytes, 4), 128));
}

static void
file_handle_size(struct walk *w, const struct arg *a)
{
	offer(w, AREA_STRUCT, a->value, 8);
}

static void
clone_args_in(struct walk *w, const struct arg *a)
{
	offer(w, AREA_STRUCT, a->value, MIN(arg_len(&w->args, a), MAX_STRUCT));
}

/* struct clone_args: pidfd is its second member, parent_tid its fourth. */
static void
clone_args_out(struct walk *w, const struct arg *a)
{
	uint8_t bytes[32];
	uint64_t flags;

	if (!is_ok(w) || !peek(w, a->value, bytes, sizeof(bytes)))
		return;
	flags = load_uint(bytes, 8);
	if (flags & 0x1000) /* CLONE_PIDFD */
		offer(w, AREA_STRUCT, load_uint(bytes + 8, 8), 4);
	if (flags & 0x100000) /* CLONE_PARENT_SETTID */
		offer(w, AREA_STRUCT, load_uint(bytes + 24, 8), 4);
}

typedef void fetch_fn(struct walk *w, const struct arg *a);

static const struct {
	fetch_fn *before, *after;
} rules[N_ARG_KINDS] = {
	[ARG_STR] = { string_in, NULL },
	[ARG_PATH] = { string_in, NULL },
	[ARG_DATA_OUT] = { data_out, data_out_short },
	[ARG_DATA_IN] = { NULL, data_in },
	[ARG_RANDOM] = { NULL, data_in },
	[ARG_RAW_IN] = { raw_in, NULL },
	[ARG_RAW_OUT] = { NULL, raw_out },
	[ARG_IOV_OUT] = { iov_out, iov_out_short },
	[ARG_IOV_IN] = { iov_array, iov_in },
	[ARG_IOV_REMOTE] = { iov_array, NULL },
	[ARG_MSG_OUT] = { msg_out, NULL },
	[ARG_MSG_IN] = { msg_in_before, msg_in },
	[ARG_MMSG_OUT] = { mmsg_out, mmsg_lengths },
	[ARG_MMSG_IN] = { mmsg_in_before, mmsg_in },
	[ARG_MSGBUF_OUT] = { msgbuf_out, NULL },
	[ARG_MSGBUF_IN] = { NULL, msgbuf_in },
	[ARG_ADDRESS_IN] = { address_in, NULL },
	[ARG_ADDRESS_OUT] = { NULL, address_out },
	[ARG_LENGTH] = { int_any, int_any },
	[ARG_OPT_IN] = { raw_in, NULL },
	[ARG_OPT_OUT] = { NULL, option_out },
	[ARG_ARGV] = { strings, NULL },
	[ARG_ENVP] = { strings, NULL },
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
};

static void
walk_call(const struct fetch *f, const struct call *call, const struct call_spec *spec)
{
	struct walk w = { .f = f, .call = call, .arch = call->arch };

	w.word = width_size(w.arch, WL);
	args_of(&w.args, call, spec);
	for (unsigned i = 0; i < w.args.n; i++) {
		const struct arg *a = &w.args.arg[i];
		fetch_fn *fn =
			f->is_exit ? rules[a->spec->kind].after : rules[a->spec->kind].before;

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
