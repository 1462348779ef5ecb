/* SPDX-License-Identifier: MIT */
/*
 * fetch_message.c - the memory behind iovec, msghdr, mmsghdr and msgbuf
 */
#include "decode/fetch.h"
#include "decode/message.h"

/* The elements of an iovec array: out, or in as far as `left` bytes reach. */
static void
walk_iov(struct walk *w, uint64_t address, uint64_t count, enum area_kind kind, uint64_t left)
{
	uint8_t bytes[16];

	if (count > MAX_IOVECS) /* the kernel refuses these with EINVAL */
		return;
	for (uint64_t i = 0; i < count && left; i++) {
		struct iov v;

		if (!walk_peek(w, address + i * 2 * w->word, bytes, 2 * w->word))
			return;
		v = iov_load(bytes, w->word);
		v.size = MIN(v.size, left);
		walk_offer(w, kind, v.base, v.size);
		left -= v.size;
	}
}

static void
offer_iov_array(struct walk *w, uint64_t address, uint64_t count)
{
	walk_offer(w, AREA_STRUCT, address, MIN(count, MAX_IOVECS) * 2 * w->word);
}

void
fetch_iov_array(struct walk *w, const struct arg *a)
{
	offer_iov_array(w, a->value, arg_len(&w->args, a));
}

void
fetch_iov_out(struct walk *w, const struct arg *a)
{
	fetch_iov_array(w, a);
	walk_iov(w, a->value, arg_len(&w->args, a), AREA_DATA_OUT, MAX_RW);
}

static uint64_t
iov_total(struct walk *w, uint64_t address, uint64_t count)
{
	uint8_t bytes[16];
	uint64_t total = 0;

	for (uint64_t i = 0; i < MIN(count, MAX_IOVECS) && total < MAX_RW; i++) {
		if (!walk_peek(w, address + i * 2 * w->word, bytes, 2 * w->word))
			break;
		total += MIN(iov_load(bytes, w->word).size, MAX_RW);
	}
	return total;
}

void
fetch_iov_out_short(struct walk *w, const struct arg *a)
{
	uint64_t count = arg_len(&w->args, a);

	if (walk_result(w) && walk_result(w) < iov_total(w, a->value, count))
		walk_iov(w, a->value, count, AREA_DATA_OUT, walk_result(w));
}

void
fetch_iov_in(struct walk *w, const struct arg *a)
{
	walk_iov(w, a->value, arg_len(&w->args, a), AREA_DATA_IN, walk_result(w));
}

/* Offers the struct itself; false: it cannot be read, nor what it points to. */
static bool
load_message(struct walk *w, uint64_t address, struct message *m)
{
	uint8_t bytes[MESSAGE_MAX];

	walk_offer(w, AREA_STRUCT, address, message_size(w->word));
	if (!walk_peek(w, address, bytes, message_size(w->word)))
		return false;
	message_load(m, bytes, w->word);
	return true;
}

static void
message_before(struct walk *w, uint64_t address, bool is_out)
{
	struct message m;

	if (!load_message(w, address, &m))
		return;
	if (is_out)
		walk_offer(w, AREA_STRUCT, m.name, MIN(m.n_name, MAX_SOCKADDR));
	offer_iov_array(w, m.iov, m.n_iov);
	if (is_out) {
		walk_iov(w, m.iov, m.n_iov, AREA_DATA_OUT, MAX_RW);
		walk_offer(w, AREA_STRUCT, m.control, MIN(m.n_control, MAX_CONTROL));
	}
}

static void
message_after(struct walk *w, uint64_t address, uint64_t n_bytes)
{
	struct message m;

	if (!load_message(w, address, &m))
		return;
	walk_offer(w, AREA_STRUCT, m.name, MIN(m.n_name, MAX_SOCKADDR));
	walk_iov(w, m.iov, m.n_iov, AREA_DATA_IN, n_bytes);
	walk_offer(w, AREA_STRUCT, m.control, MIN(m.n_control, MAX_CONTROL));
}

void
fetch_msg_out(struct walk *w, const struct arg *a)
{
	message_before(w, a->value, true);
}

void
fetch_msg_in_before(struct walk *w, const struct arg *a)
{
	message_before(w, a->value, false);
}

void
fetch_msg_in(struct walk *w, const struct arg *a)
{
	if (walk_is_ok(w))
		message_after(w, a->value, walk_result(w));
}

static void
mmsg_before(struct walk *w, const struct arg *a, bool is_out)
{
	uint64_t count = MIN(arg_len(&w->args, a), MAX_MESSAGES), step = mmsg_size(w->word);

	for (uint64_t i = 0; i < count; i++) {
		uint8_t byte;

		if (!walk_peek(w, a->value + i * step, &byte, 1))
			return;
		message_before(w, a->value + i * step, is_out);
	}
}

void
fetch_mmsg_out(struct walk *w, const struct arg *a)
{
	mmsg_before(w, a, true);
}

void
fetch_mmsg_in_before(struct walk *w, const struct arg *a)
{
	mmsg_before(w, a, false);
}

/* Lengths: what was sent or received of each message stands behind its msghdr. */
void
fetch_mmsg_lengths(struct walk *w, const struct arg *a)
{
	uint64_t count = MIN(walk_result(w), MAX_MESSAGES);

	walk_offer(w, AREA_STRUCT, a->value, count * mmsg_size(w->word));
}

void
fetch_mmsg_in(struct walk *w, const struct arg *a)
{
	uint64_t count = MIN(walk_result(w), MAX_MESSAGES), step = mmsg_size(w->word);

	fetch_mmsg_lengths(w, a);
	for (uint64_t i = 0; i < count; i++) {
		uint64_t at = a->value + i * step;
		uint8_t bytes[4];

		if (!walk_peek(w, at + message_size(w->word), bytes, 4))
			return;
		message_after(w, at, load_uint(bytes, 4));
	}
}

void
fetch_msgbuf_out(struct walk *w, const struct arg *a)
{
	if (!a->value)
		return;
	walk_offer(w, AREA_STRUCT, a->value, w->word);
	walk_offer(w, AREA_DATA_OUT, a->value + w->word, MIN(arg_len(&w->args, a), MAX_RW));
}

void
fetch_msgbuf_in(struct walk *w, const struct arg *a)
{
	if (!walk_is_ok(w) || !a->value)
		return;
	walk_offer(w, AREA_STRUCT, a->value, w->word);
	walk_offer(
		w, AREA_DATA_IN, a->value + w->word, MIN(walk_result(w), arg_len(&w->args, a)));
}
