/* SPDX-License-Identifier: MIT */
/*
 * subcall.c - calls inside calls: what socketcall, ipc and i386's old mmap and select stand for
 *
 * Sources: socketcall(2), ipc(2), include/uapi/linux/{net,ipc}.h.
 */
#include "decode/subcall.h"
#include "decode/arg.h"

/* By socketcall's first argument. */
static const struct {
	uint16_t id;
	uint8_t n;
} sockets[] = {
	[1] = { CALL_socket, 3 },
	[2] = { CALL_bind, 3 },
	[3] = { CALL_connect, 3 },
	[4] = { CALL_listen, 2 },
	[5] = { CALL_accept, 3 },
	[6] = { CALL_getsockname, 3 },
	[7] = { CALL_getpeername, 3 },
	[8] = { CALL_socketpair, 4 },
	[9] = { CALL_sendto, 4 }, /* send: without an address */
	[10] = { CALL_recvfrom, 4 },
	[11] = { CALL_sendto, 6 },
	[12] = { CALL_recvfrom, 6 },
	[13] = { CALL_shutdown, 2 },
	[14] = { CALL_setsockopt, 5 },
	[15] = { CALL_getsockopt, 5 },
	[16] = { CALL_sendmsg, 3 },
	[17] = { CALL_recvmsg, 3 },
	[18] = { CALL_accept4, 4 },
	[19] = { CALL_recvmmsg, 5 },
	[20] = { CALL_sendmmsg, 4 },
};

/* By ipc's first argument, low half; from which of its registers the inner arguments come. */
enum { FIRST = 1, SECOND, THIRD, PTR, FIFTH };
static const struct {
	uint16_t id;
	uint8_t from[5];
} ipcs[] = {
	[1] = { CALL_semop, { FIRST, PTR, SECOND } },
	[2] = { CALL_semget, { FIRST, SECOND, THIRD } },
	[3] = { CALL_semctl, { FIRST, SECOND, THIRD, PTR } },
	[4] = { CALL_semtimedop, { FIRST, PTR, SECOND, FIFTH } },
	[11] = { CALL_msgsnd, { FIRST, PTR, SECOND, THIRD } },
	[12] = { CALL_msgrcv, { FIRST, PTR, SECOND, FIFTH, THIRD } },
	[13] = { CALL_msgget, { FIRST, SECOND } },
	[14] = { CALL_msgctl, { FIRST, SECOND, PTR } },
	[21] = { CALL_shmat, { FIRST, PTR, SECOND } },
	[22] = { CALL_shmdt, { PTR } },
	[23] = { CALL_shmget, { FIRST, SECOND, THIRD } },
	[24] = { CALL_shmctl, { FIRST, SECOND, PTR } },
};

#define IPC_SEMCTL 3
#define IPC_MSGRCV 12

static enum call_id
outer_id(const struct call *call)
{
	return decode_spec(call->arch, call->nr)->id;
}

bool
subcall_is(const struct call *call)
{
	enum call_id id;

	if (call->arch != ARCH_I386)
		return false;
	id = outer_id(call);
	return id == CALL_socketcall || id == CALL_ipc || id == CALL_mmap || id == CALL_select;
}

size_t
subcall_memory(const struct call *call, uint8_t *reg, uint64_t *address)
{
	enum call_id id = outer_id(call);
	uint32_t which = (uint32_t)call->arg[0];
	size_t n = 0;

	*reg = id == CALL_socketcall ? 1 : id == CALL_ipc ? 4 : 0;
	*address = (uint32_t)call->arg[*reg];
	if (id == CALL_socketcall && which < ARRAY_LEN(sockets))
		n = sockets[which].n;
	else if (id == CALL_mmap)
		n = 6;
	else if (id == CALL_select)
		n = 5;
	else if (id == CALL_ipc && which == IPC_MSGRCV) /* version 0: { msgp, msgtyp } */
		n = 2;
	else if (id == CALL_ipc && which == IPC_SEMCTL) /* union semun is passed by address */
		n = 1;
	return n * 4;
}

static const struct call_spec *
ipc_load(struct call *inner, const struct call *call, const uint64_t *memory)
{
	uint32_t which = call->arg[0] & 0xffff;

	if (which >= ARRAY_LEN(ipcs) || ipcs[which].id == CALL_unknown)
		return NULL;
	for (unsigned i = 0; i < ARRAY_LEN(ipcs[which].from); i++)
		inner->arg[i] = ipcs[which].from[i] ? call->arg[ipcs[which].from[i]] : 0;
	if (call->arg[0] == IPC_MSGRCV) {
		inner->arg[1] = memory[0];
		inner->arg[3] = memory[1];
	}
	if (call->arg[0] == IPC_SEMCTL)
		inner->arg[3] = memory[0];
	return decode_spec_of(ipcs[which].id);
}

const struct call_spec *
subcall_load(struct call *inner, const struct call *call, const struct peer *peer)
{
	enum call_id id = outer_id(call);
	uint8_t bytes[24], reg;
	uint64_t address, memory[6] = { 0 };
	size_t n = subcall_memory(call, &reg, &address);

	if (n && peer->read(peer->arg, address, bytes, n) != n)
		return NULL;
	for (size_t i = 0; i < n / 4; i++)
		memory[i] = load_uint(bytes + 4 * i, 4);
	*inner = *call;
	if (id == CALL_ipc)
		return ipc_load(inner, call, memory);
	for (unsigned i = 0; i < 6; i++)
		inner->arg[i] = memory[i];
	if (id != CALL_socketcall)
		return decode_spec_of(id);
	if (call->arg[0] >= ARRAY_LEN(sockets) || !sockets[call->arg[0]].n)
		return NULL;
	return decode_spec_of(sockets[call->arg[0]].id);
}

const char *
subcall_short(const struct call *call)
{
	if (!subcall_is(call) || outer_id(call) != CALL_socketcall)
		return NULL;
	return call->arg[0] == 9 ? "send" : call->arg[0] == 10 ? "recv" : NULL;
}
