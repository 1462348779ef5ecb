/* SPDX-License-Identifier: MIT */
/* calls.c - from a call to the function that knows what it does */
#include "effects/calls.h"

#include "effects/deed.h"
#include "effects/identity.h"
#include "effects/msg.h"
#include "effects/datagram.h"
#include "effects/process.h"

#include <linux/net.h>
#include <string.h>

static const struct handler handlers[N_CALL_IDS] = {
#define ON(id_, run_, ...) [CALL_##id_] = { run_, false, { __VA_ARGS__ } },
#define ANY(id_, run_, ...) [CALL_##id_] = { run_, true, { __VA_ARGS__ } },
#include "effects/handlers.def"
#undef ANY
#undef ON
};

const struct handler *
handler_of(enum call_id id)
{
	return handlers[id].run ? &handlers[id] : NULL;
}

#define NO_ARG 0xff /* no call has that many */

/* i386: one call for all of sockets; its second argument points to the real ones. */
static const struct {
	uint16_t id;
	uint8_t n;
} socketcalls[] = {
	[SYS_SOCKET] = { CALL_socket, 3 },
	[SYS_BIND] = { CALL_bind, 3 },
	[SYS_CONNECT] = { CALL_connect, 3 },
	[SYS_LISTEN] = { CALL_listen, 2 },
	[SYS_ACCEPT] = { CALL_accept, 3 },
	[SYS_GETSOCKNAME] = { CALL_getsockname, 3 },
	[SYS_SOCKETPAIR] = { CALL_socketpair, 4 },
	[SYS_SEND] = { CALL_sendto, 4 },
	[SYS_RECV] = { CALL_recvfrom, 4 },
	[SYS_SENDTO] = { CALL_sendto, 6 },
	[SYS_RECVFROM] = { CALL_recvfrom, 6 },
	[SYS_GETSOCKOPT] = { CALL_getsockopt, 5 },
	[SYS_SENDMSG] = { CALL_sendmsg, 3 },
	[SYS_RECVMSG] = { CALL_recvmsg, 3 },
	[SYS_ACCEPT4] = { CALL_accept4, 4 },
	[SYS_RECVMMSG] = { CALL_recvmmsg, 5 },
	[SYS_SENDMMSG] = { CALL_sendmmsg, 4 },
};

bool
inner_call_load(struct inner_call *out, const struct call *call)
{
	uint64_t which = call->arg[0];
	uint32_t words[6] = { 0 };
	unsigned n;

	if (which >= ARRAY_LEN(socketcalls) || !socketcalls[which].id)
		return false;
	n = socketcalls[which].n;
	if (!call_read(call, 1, call->arg[1], words, n * 4u))
		return false;
	out->call = *call;
	memset(out->call.arg, 0, sizeof out->call.arg);
	for (unsigned i = 0; i < n; i++)
		out->call.arg[i] = words[i];
	/* The areas were all led to by argument 1; whoever looks for them has the real one. */
	out->call.n_areas = MIN(call->n_areas, (uint32_t)ARRAY_LEN(out->areas));
	for (uint32_t i = 0; i < out->call.n_areas; i++) {
		out->areas[i] = call->areas[i];
		if (out->areas[i].address == call->arg[1])
			out->areas[i].arg = NO_ARG; /* the words themselves */
		for (unsigned k = 0; k < n; k++)
			if (words[k] && out->areas[i].address == words[k])
				out->areas[i].arg = (uint8_t)k;
	}
	out->call.areas = out->areas;
	out->id = socketcalls[which].id;
	return true;
}

void
on_socketcall(struct act *a)
{
	struct inner_call inner;
	struct act act = *a;
	const struct handler *h;

	if (!inner_call_load(&inner, a->call))
		return;
	act.call = &inner.call;
	act.id = inner.id;
	h = handler_of(act.id);
	if (!h || (act.call->is_error && !h->on_failure))
		return;
	act.col = h->col;
	h->run(&act);
}
