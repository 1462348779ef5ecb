/* SPDX-License-Identifier: MIT */
/*
 * sets.c - bit sets: signals, CPUs, NUMA nodes, descriptors
 */
#include "decode/kinds.h"

static void
show_sigset_at(struct text *t, bool at_exit, uint64_t address, uint64_t n)
{
	uint8_t bytes[8];

	n = MIN(n, sizeof(bytes));
	if (n && text_read(t, at_exit, address, bytes, n))
		text_sigset(t, bytes, n);
	else
		text_address(t, address);
}

void
show_sigset_in(struct text *t, const struct arg *a)
{
	show_sigset_at(t, false, a->value, arg_len(t->args, a));
}

void
show_sigset_out(struct text *t, const struct arg *a)
{
	if (t->is_ok)
		show_sigset_at(t, true, a->value, arg_len(t->args, a));
	else
		text_address(t, a->value);
}

void
show_sigset_pair(struct text *t, const struct arg *a)
{
	uint8_t bytes[16];

	if (!text_read(t, false, a->value, bytes, 2 * t->word)) {
		text_address(t, a->value);
		return;
	}
	str_add(t->out, "{sigmask=");
	show_sigset_at(
		t, false, load_uint(bytes, t->word), load_uint(bytes + t->word, t->word));
	str_addf(t->out, ", sigsetsize=%llu}",
		(unsigned long long)load_uint(bytes + t->word, t->word));
}

/* Which signals are blocked again depends on when the handler ran: not in canonical text. */
void
show_sigframe(struct text *t, const struct arg *a)
{
	uint64_t at = arg_sigmask(a->value, t->arch);

	if (t->how->hide_addresses)
		return;
	str_add(t->out, "{mask=");
	show_sigset_at(t, false, at, 8);
	str_add_char(t->out, '}');
}

void
show_old_sigframe(struct text *t, const struct arg *a)
{
	uint8_t bytes[8];

	if (t->how->hide_addresses)
		return;
	if (!text_read(t, false, a->value + OLD_SIGMASK_LOW, bytes, 4) ||
		!text_read(t, false, a->value + OLD_SIGMASK_HIGH, bytes + 4, 4)) {
		text_address(t, a->value);
		return;
	}
	str_add(t->out, "{mask=");
	text_sigset(t, bytes, sizeof(bytes));
	str_add_char(t->out, '}');
}

/* Members of a set of n_bits in brackets, up to limit of them; false: cannot be read. */
static bool
show_bits(struct text *t, bool at_exit, uint64_t address, size_t n_bytes, const char *between,
	size_t limit)
{
	size_t n_shown = 0;

	for (size_t at = 0; at < n_bytes; at++) {
		uint8_t byte;

		if (!text_read(t, at_exit, address + at, &byte, 1)) {
			if (!at)
				return false;
			break;
		}
		if (!at)
			str_add_char(t->out, '[');
		for (unsigned bit = 0; bit < 8; bit++) {
			if (!(byte >> bit & 1) || n_shown > limit)
				continue;
			str_addf(t->out, "%s", n_shown ? between : "");
			if (n_shown++ == limit)
				str_add(t->out, "...");
			else
				str_addf(t->out, "%zu", at * 8 + bit);
		}
	}
	if (!n_bytes)
		return false;
	str_add_char(t->out, ']');
	return true;
}

static void
show_cpu_set(struct text *t, bool at_exit, uint64_t address, uint64_t n)
{
	size_t limit = t->how->verbose ? SIZE_MAX : t->how->list_limit;

	if (!address || !show_bits(t, at_exit, address, MIN(n, MAX_STRUCT), " ", limit))
		text_address(t, address);
}

void
show_cpu_set_in(struct text *t, const struct arg *a)
{
	show_cpu_set(t, false, a->value, arg_len(t->args, a));
}

void
show_cpu_set_out(struct text *t, const struct arg *a)
{
	if (t->is_ok && t->how->hide_addresses)
		str_add(t->out, "[...]"); /* how many CPUs the machine has */
	else if (t->is_ok)
		show_cpu_set(t, true, a->value, (uint64_t)MAX(t->call->ret, 0));
	else
		text_address(t, a->value);
}

void
show_bits_in(struct text *t, const struct arg *a)
{
	uint64_t bits = MIN(arg_len(t->args, a), (uint64_t)MAX_STRUCT * 8);
	uint8_t word[8];

	if (!a->value || !bits || !text_read(t, false, a->value, word, sizeof(word))) {
		text_address(t, a->value);
		return;
	}
	str_add_char(t->out, '[');
	for (uint64_t at = 0; at < bits; at += 64) {
		if (!text_read(t, false, a->value + at / 8, word, sizeof(word)))
			break;
		str_addf(t->out, at ? ", %#018llx" : "%#018llx",
			(unsigned long long)load_uint(word, sizeof(word)));
	}
	str_add_char(t->out, ']');
}

unsigned
show_fds(struct text *t, bool at_exit, uint64_t address, int n_fds)
{
	unsigned n = 0;

	str_add_char(t->out, '[');
	for (int fd = 0; fd < n_fds && fd < 65536; fd++) {
		uint8_t byte;

		if (!text_read(t, at_exit, address + (unsigned)fd / 8, &byte, 1))
			break;
		if (!(byte >> fd % 8 & 1))
			continue;
		if (n++)
			str_add_char(t->out, ' ');
		text_fd(t, fd, false);
	}
	str_add_char(t->out, ']');
	return n;
}

void
show_fd_set(struct text *t, const struct arg *a)
{
	uint8_t byte;

	if (a->value && text_read(t, false, a->value, &byte, 1))
		show_fds(t, false, a->value, (int)arg_len(t->args, a));
	else
		text_address(t, a->value);
}
