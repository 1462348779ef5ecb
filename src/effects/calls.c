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

void
on_socketcall(struct act *a)
{
	uint64_t which = a->call->arg[0];
	struct call call = *a->call;
	struct act inner = *a;
	const struct handler *h;
	uint32_t words[6] = { 0 };
	struct area areas[64];

	if (which >= ARRAY_LEN(socketcalls) || !socketcalls[which].id ||
		!call_read(a->call, 1, call.arg[1], words, socketcalls[which].n * 4u))
		return;
	memset(call.arg, 0, sizeof call.arg);
	for (unsigned i = 0; i < socketcalls[which].n; i++)
		call.arg[i] = words[i];
	/* The areas were all led to by argument 1; handlers look for them by the real one. */
	call.n_areas = MIN(call.n_areas, (uint32_t)ARRAY_LEN(areas));
	for (uint32_t i = 0; i < call.n_areas; i++) {
		areas[i] = a->call->areas[i];
		for (unsigned k = 0; k < socketcalls[which].n; k++)
			if (words[k] && areas[i].address == words[k])
				areas[i].arg = (uint8_t)k;
	}
	call.areas = areas;
	inner.call = &call;
	inner.id = socketcalls[which].id;
	h = handler_of(inner.id);
	if (!h || (call.is_error && !h->on_failure))
		return;
	inner.col = h->col;
	h->run(&inner);
}
