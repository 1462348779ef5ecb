/* SPDX-License-Identifier: MIT */
/*
 * vectors.c - data in pieces: iovec, msghdr, mmsghdr, msgbuf
 */
#include "decode/kinds.h"
#include "decode/flags.h"
#include "decode/message.h"

enum iov_how { IOV_ADDRESSES, IOV_SENT, IOV_RECEIVED };

/* Elements as {iov_base="…", iov_len=5}; of what was received only `left` bytes are there. */
static void
show_iov(struct text *t, uint64_t address, uint64_t count, enum iov_how how, uint64_t left)
{
	uint8_t bytes[16];
	size_t limit = t->how->verbose ? MAX_IOVECS : t->how->list_limit;

	if (!address || !count || !text_read(t, false, address, bytes, 2 * t->word)) {
		if (!count && address)
			str_add(t->out, "[]");
		else
			text_address(t, address);
		return;
	}
	str_add_char(t->out, '[');
	for (uint64_t i = 0; i < count; i++) {
		struct iov v;

		if (i)
			str_add(t->out, ", ");
		if (i >= limit ||
			!text_read(t, false, address + i * 2 * t->word, bytes, 2 * t->word)) {
			str_add(t->out, "...");
			break;
		}
		v = iov_load(bytes, t->word);
		str_add(t->out, "{iov_base=");
		if (how == IOV_SENT)
			text_bytes(t, false, v.base, v.size);
		else if (how == IOV_RECEIVED)
			text_bytes(t, true, v.base, MIN(v.size, left));
		else
			text_address(t, v.base);
		left -= MIN(v.size, left);
		str_addf(t->out, ", iov_len=%llu}", (unsigned long long)v.size);
	}
	str_add_char(t->out, ']');
}

void
show_iov_out(struct text *t, const struct arg *a)
{
	show_iov(t, a->value, arg_len(t->args, a), IOV_SENT, 0);
}

void
show_iov_in(struct text *t, const struct arg *a)
{
	bool has_data = t->is_ok && t->call->ret >= 0;

	if (has_data)
		show_iov(
			t, a->value, arg_len(t->args, a), IOV_RECEIVED, (uint64_t)t->call->ret);
	else
		show_iov(t, a->value, arg_len(t->args, a), IOV_ADDRESSES, 0);
}

void
show_iov_remote(struct text *t, const struct arg *a)
{
	show_iov(t, a->value, arg_len(t->args, a), IOV_ADDRESSES, 0);
}

static bool
load(struct text *t, bool at_exit, uint64_t address, struct message *m)
{
	uint8_t bytes[MESSAGE_MAX];

	if (!text_read(t, at_exit, address, bytes, message_size(t->word)))
		return false;
	message_load(m, bytes, t->word);
	return true;
}

/* `before` is what the caller passed, `m` what the kernel left; the same for sending. */
static void
show_message(struct text *t, const struct message *before, const struct message *m,
	enum iov_how how, uint64_t left)
{
	bool at_exit = how == IOV_RECEIVED;

	str_add(t->out, "{msg_name=");
	if (how == IOV_ADDRESSES)
		text_address(t, m->name);
	else
		show_sockaddr(t, at_exit, m->name, MIN(m->n_name, before->n_name));
	str_addf(t->out, ", msg_namelen=%u", before->n_name);
	if (before->n_name != m->n_name)
		str_addf(t->out, " => %u", m->n_name);
	str_add(t->out, ", msg_iov=");
	show_iov(t, m->iov, m->n_iov, how, left);
	str_addf(t->out, ", msg_iovlen=%llu", (unsigned long long)m->n_iov);
	if (m->n_control) {
		str_add(t->out, ", msg_control=");
		if (how == IOV_ADDRESSES)
			text_address(t, m->control);
		else
			show_control(t, at_exit, m->control, m->n_control);
	}
	str_addf(t->out, ", msg_controllen=%llu", (unsigned long long)m->n_control);
	str_add(t->out, ", msg_flags=");
	text_value(t, ARG_FLAGS, &flags_msg_flags, m->flags);
	str_add_char(t->out, '}');
}

void
show_msg_out(struct text *t, const struct arg *a)
{
	struct message m;

	if (load(t, false, a->value, &m))
		show_message(t, &m, &m, IOV_SENT, 0);
	else
		text_address(t, a->value);
}

void
show_msg_in(struct text *t, const struct arg *a)
{
	struct message before, after;

	if (!load(t, false, a->value, &before)) {
		text_address(t, a->value);
	} else if (t->is_ok && t->call->ret >= 0 && load(t, true, a->value, &after)) {
		show_message(t, &before, &after, IOV_RECEIVED, (uint64_t)t->call->ret);
	} else {
		str_addf(t->out, "{msg_namelen=%u}", before.n_name);
	}
}

static void
show_mmsg(struct text *t, const struct arg *a, bool is_out)
{
	uint64_t count = arg_len(t->args, a),
		 done = t->is_ok && t->call->ret > 0 ? (uint64_t)t->call->ret : 0;
	uint64_t shown = is_out ? count : done, step = mmsg_size(t->word);
	size_t limit = t->how->verbose ? MAX_MESSAGES : t->how->list_limit;
	struct message before, after;
	uint8_t bytes[4];

	if (!shown || !load(t, false, a->value, &before)) {
		text_address(t, a->value);
		return;
	}
	str_add_char(t->out, '[');
	for (uint64_t i = 0; i < shown; i++) {
		uint64_t at = a->value + i * step, length = 0;

		if (i)
			str_add(t->out, ", ");
		if (i >= limit || !load(t, false, at, &before)) {
			str_add(t->out, "...");
			break;
		}
		if (i < done &&
			text_read(t, true, at + message_size(t->word), bytes, sizeof(bytes)))
			length = load_uint(bytes, sizeof(bytes));
		if (is_out || !load(t, true, at, &after))
			after = before;
		str_add(t->out, "{msg_hdr=");
		show_message(t, &before, &after, is_out ? IOV_SENT : IOV_RECEIVED, length);
		if (i < done)
			str_addf(t->out, ", msg_len=%llu", (unsigned long long)length);
		str_add_char(t->out, '}');
	}
	str_add_char(t->out, ']');
}

void
show_mmsg_out(struct text *t, const struct arg *a)
{
	show_mmsg(t, a, true);
}

void
show_mmsg_in(struct text *t, const struct arg *a)
{
	show_mmsg(t, a, false);
}

static void
show_msgbuf(struct text *t, bool at_exit, uint64_t address, uint64_t n)
{
	uint8_t bytes[8];

	if (!text_read(t, at_exit, address, bytes, t->word)) {
		text_address(t, address);
		return;
	}
	str_addf(t->out, "{mtype=%lld, mtext=",
		t->word == 8 ? (long long)load_uint(bytes, 8)
			     : (long long)(int32_t)load_uint(bytes, 4));
	text_bytes(t, at_exit, address + t->word, n);
	str_add_char(t->out, '}');
}

void
show_msgbuf_out(struct text *t, const struct arg *a)
{
	show_msgbuf(t, false, a->value, arg_len(t->args, a));
}

void
show_msgbuf_in(struct text *t, const struct arg *a)
{
	if (t->is_ok)
		show_msgbuf(t, true, a->value, (uint64_t)MAX(t->call->ret, 0));
	else
		text_address(t, a->value);
}
