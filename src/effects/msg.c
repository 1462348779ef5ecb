/* SPDX-License-Identifier: MIT */
/*
 * msg.c - message headers of sendmsg and recvmsg, and the descriptors that travel in them
 *
 * Layouts: struct msghdr, mmsghdr and cmsghdr of 64-bit and of 32-bit callers (x32 is a 32-bit
 * caller here: the kernel's compat_msghdr). Sources: linux/socket.h, net/compat.c.
 */
#include "effects/msg.h"

#include "effects/deed.h"
#include "effects/table.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

#define MAX_IN_FLIGHT 4096

struct rights {
	const struct socket *from;
	struct open_file *open[MAX_RIGHTS];
	uint32_t n;
};

bool
call_read(const struct call *call, int arg, uint64_t address, void *out, size_t n)
{
	bool found = false;

	for (uint32_t i = 0; i < call->n_areas; i++) {
		const struct area *area = &call->areas[i];

		if (area->arg != arg || address < area->address ||
			address - area->address > area->kept ||
			area->kept - (address - area->address) < n || (found && !area->at_exit))
			continue;
		if (n)
			memcpy(out, area->bytes + (address - area->address), n);
		found = true;
	}
	return found;
}

static bool
is_wide(const struct call *call)
{
	return call->arch == ARCH_X86_64 || call->arch == ARCH_AARCH64;
}

static bool
read_header(const struct call *call, uint64_t at, struct message *out)
{
	uint64_t wide[6];
	uint32_t narrow[6];

	if (is_wide(call)) {
		if (!call_read(call, 1, at, wide, sizeof wide))
			return false;
		*out = (struct message){ wide[0], (uint32_t)wide[1], wide[4], wide[5], 0 };
		return true;
	}
	if (!call_read(call, 1, at, narrow, sizeof narrow))
		return false;
	*out = (struct message){ narrow[0], narrow[1], narrow[4], narrow[5], 0 };
	return true;
}

bool
message_read(const struct call *call, uint64_t at, struct message *out)
{
	return read_header(call, at, out);
}

bool
messages_read(const struct call *call, uint64_t at, uint64_t index, struct message *out)
{
	uint64_t size = is_wide(call) ? 64 : 32, header = is_wide(call) ? 56 : 28;
	uint32_t n = 0;

	if (!read_header(call, at + index * size, out) ||
		!call_read(call, 1, at + index * size + header, &n, sizeof n))
		return false;
	out->n_done = n;
	return true;
}

/* The descriptor numbers in the control area, up to MAX_RIGHTS of them. */
static uint32_t
read_rights(const struct call *call, const struct message *m, int32_t fds[MAX_RIGHTS])
{
	uint64_t word = is_wide(call) ? 8 : 4, head = word + 8, at = 0;
	uint32_t n = 0;

	while (m->control && at + head <= m->n_control && at < 65536) {
		uint64_t len = 0;
		int32_t what[2];

		if (!call_read(call, 1, m->control + at, &len, word) ||
			!call_read(call, 1, m->control + at + word, what, sizeof what) ||
			len < head || len > m->n_control - at)
			break;
		if (what[0] == SOL_SOCKET && what[1] == SCM_RIGHTS)
			for (uint64_t i = head; i + 4 <= len && n < MAX_RIGHTS; i += 4)
				if (call_read(call, 1, m->control + at + i, &fds[n], 4))
					n++;
		at += (len + word - 1) & ~(word - 1);
	}
	return n;
}

static void
rights_drop(struct effects *fx, size_t index)
{
	for (uint32_t i = 0; i < fx->rights[index].n; i++)
		open_drop(fx, fx->rights[index].open[i]);
	memmove(fx->rights + index, fx->rights + index + 1,
		(fx->n_rights - index - 1) * sizeof *fx->rights);
	fx->n_rights--;
}

void
rights_sent(const struct act *a, const struct message *m, const struct socket *from)
{
	struct effects *fx = a->fx;
	int32_t fds[MAX_RIGHTS];
	uint32_t n = read_rights(a->call, m, fds);
	struct rights *r;

	if (n == 0)
		return;
	if (fx->n_rights == MAX_IN_FLIGHT)
		rights_drop(fx, 0);
	fx->rights =
		mem_grow(fx->rights, fx->n_rights, &fx->rights_capacity, sizeof *fx->rights);
	r = &fx->rights[fx->n_rights++];
	*r = (struct rights){ .from = from };
	for (uint32_t i = 0; i < n; i++) {
		struct open_file *o = table_get(a->task->table, fds[i]);

		if (!o)
			o = open_new(OBJECT_UNKNOWN, 0);
		open_hold(o);
		r->open[r->n++] = o;
	}
}

/* The oldest message that fits: from the other end of a pair if it is known. */
static size_t
find_rights(const struct effects *fx, const struct socket *to, uint32_t n)
{
	size_t other = fx->n_rights;

	for (size_t i = 0; i < fx->n_rights; i++) {
		const struct rights *r = &fx->rights[i];

		if (to && to->pair && r->from == to->pair)
			return i;
		if (r->n == n && other == fx->n_rights && (!to || !to->pair))
			other = i;
	}
	return other;
}

void
rights_received(const struct act *a, const struct message *m, const struct socket *to)
{
	struct effects *fx = a->fx;
	int32_t fds[MAX_RIGHTS];
	uint32_t n = read_rights(a->call, m, fds);
	bool cloexec = a->call->arg[a->col[0]] & MSG_CMSG_CLOEXEC;
	size_t at;

	if (n == 0)
		return;
	at = find_rights(fx, to, n);
	for (uint32_t i = 0; i < n; i++) {
		struct open_file *o = at < fx->n_rights && i < fx->rights[at].n
					      ? fx->rights[at].open[i]
					      : open_new(OBJECT_UNKNOWN, 0);

		table_give(fx, a->task->table, fds[i], o, cloexec, a->event->seq);
	}
	if (at < fx->n_rights)
		rights_drop(fx, at);
}

void
rights_free(struct effects *fx)
{
	while (fx->n_rights)
		rights_drop(fx, fx->n_rights - 1);
	mem_free(fx->rights);
}

void
netlink_sent(const struct act *a, const struct socket *s)
{
	struct nlmsghdr h;
	const struct area *data = NULL;

	for (uint32_t i = 0; i < a->call->n_areas && !data; i++)
		if (a->call->areas[i].kind == AREA_DATA_OUT)
			data = &a->call->areas[i];
	if (!data || data->kept < sizeof h)
		return;
	memcpy(&h, data->bytes, sizeof h);
	/* Route and traffic control requests come in fours: new, delete, get, set. */
	if (s->protocol == NETLINK_ROUTE && h.nlmsg_type >= 16 && h.nlmsg_type % 4 != 2)
		deed_add(a, EFFECT_PRIVILEGE, "change the network (netlink)");
	else if (s->protocol == NETLINK_NETFILTER || s->protocol == NETLINK_AUDIT)
		deed_add(a, EFFECT_PRIVILEGE,
			s->protocol == NETLINK_AUDIT ? "send an audit message (netlink)"
						     : "change packet filters (netlink)");
}
