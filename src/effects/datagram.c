/* SPDX-License-Identifier: MIT */
/*
 * datagram.c - messages: whom they go to, whom they come from
 *
 * A socket that the run did not bind, or bound to port 0, has a port that the kernel chose.
 * Often nobody asks which; then only a receiver learns it, as the source of what it received.
 * Such a port is another one each time: it becomes <port:N>. Whether it is one of the run's own
 * sockets is counted: no more strangers are heard at a place than sockets without a name spoke
 * to it.
 */
#include "effects/datagram.h"

#include "effects/alias.h"
#include "effects/edges.h"
#include "effects/evidence.h"
#include "effects/msg.h"
#include "effects/order.h"
#include "effects/stream.h"
#include "effects/table.h"

#include <errno.h>
#include <sys/socket.h>

/* Where the kernel's choice begins (net.ipv4.ip_local_port_range, as it is delivered). */
#define FIRST_CHOSEN_PORT 32768

/* Somebody who spoke to a socket of the run, and whom nobody had named before. */
struct stranger {
	const char *heard_at; /* what that socket is bound to */
	uint32_t nr;          /* among the strangers heard there, from 1 */
};

void
datagram_spoke(struct socket *s, struct peer_use *use)
{
	s->has_spoken = true;
	if (s->type == SOCK_STREAM || s->counted_in == use ||
		(s->bound && address_port(s->bound) != 0))
		return;
	use->n_nameless++;
	s->counted_in = use;
}

/* Did the run itself speak of this address, or does it own it? */
static bool
is_known(struct effects *fx, const char *address)
{
	static const char *const words[] = { "connect", "send", "listen", "bound" };
	AUTO(str_done) struct str key = { 0 };
	bool known = false;

	for (size_t i = 0; !known && i < ARRAY_LEN(words); i++) {
		str_clear(&key);
		str_addf(&key, "%s %s", words[i], address);
		known = map_get_text(fx->peers, key.data) != NULL;
	}
	return known;
}

static void
meet(struct effects *fx, struct socket *s, const char *address)
{
	int port = address_port(address);
	struct stranger *who;

	if (port < FIRST_CHOSEN_PORT || alias_has_port(fx, port) || !s->bound)
		return;
	alias_add_port(fx, port);
	who = arena_alloc(fx->arena, sizeof *who);
	who->heard_at = s->bound;
	who->nr = ++s->n_strangers;
	*map_text(fx->strangers, address) = who;
}

void
datagram_heard(const struct act *a, struct socket *s, const char *address)
{
	struct peer_use *use = s->use;
	bool is_new = address ? !is_known(a->fx, address) : !s->has_spoken;

	if (s->type == SOCK_STREAM || s->type == SOCK_SEQPACKET)
		return;
	if (use && use->kind == USE_BOUND && is_new)
		use->has_served = true;
	if (address && is_new)
		meet(a->fx, s, address);
}

bool
datagram_is_own(const struct effects *fx, const char *address)
{
	const struct stranger *who = map_get_text(fx->strangers, address);
	uint64_t n_spoke = 0;
	size_t at = 0;
	void *value;

	while (who && map_next(fx->peers, &at, NULL, NULL, &value)) {
		const struct peer_use *use = value;

		if (net_is_same_place(who->heard_at, use->address))
			n_spoke += use->n_nameless;
	}
	return who && who->nr <= n_spoke;
}

/* One message to an address that the call itself names. */
static void
sent_to(const struct act *a, struct socket *s, const char *address, uint64_t n)
{
	struct peer_use *use = net_use(a, USE_SEND, address, s->type);
	struct flow one = { 0 };

	datagram_spoke(s, use);
	edges_sent_to(a, address, a->id == CALL_sendmmsg ? (uint64_t)a->call->ret : 1);
	flow_add(&one, a->call, AREA_DATA_OUT, n);
	use->n_messages++;
	net_add(use, &one);
}

static void
sent(const struct act *a, uint64_t name, uint64_t n_name, uint64_t n)
{
	struct open_file *o = table_get(a->task->table, (int32_t)a->call->arg[0]);
	struct str *address = &a->fx->room;

	if (o && o->kind == OBJECT_SOCKET && o->socket->family == AF_NETLINK)
		netlink_sent(a, o->socket);
	else if (o && o->kind == OBJECT_SOCKET && o->socket->type != SOCK_STREAM &&
		 socket_address(a, a->col[1], name, n_name, address))
		sent_to(a, o->socket, address->data, n);
	else
		open_wrote(a, o, n, true);
}

/* A datagram that nobody was there to take, or that was not allowed; not: that has to wait. */
static void
refused(const struct act *a, uint64_t name, uint64_t n_name)
{
	struct socket *s = socket_of(a);
	struct str *address = &a->fx->room;
	int error = (int)-a->call->ret;
	struct peer_use *use;

	if (!s || s->type == SOCK_STREAM || s->family == AF_NETLINK || error == EAGAIN ||
		error == EINTR || error == ENOBUFS || error == ENOMEM ||
		!socket_address(a, a->col[1], name, n_name, address))
		return;
	use = net_use(a, USE_SEND, address->data, s->type);
	use->error = error;
}

void
on_sendto(struct act *a)
{
	bool named = a->col[1] >= 0;

	if (a->call->is_error) {
		if (named)
			refused(a, a->call->arg[4], (uint32_t)a->call->arg[5]);
		return;
	}
	sent(a, named ? a->call->arg[4] : 0, named ? (uint32_t)a->call->arg[5] : 0,
		(uint64_t)a->call->ret);
}

void
on_sendmsg(struct act *a)
{
	struct message m;

	if (!message_read(a->call, a->call->arg[1], &m))
		return;
	if (a->call->is_error) {
		refused(a, m.name, m.n_name);
		return;
	}
	rights_sent(a, &m, socket_of(a));
	sent(a, m.name, m.n_name, (uint64_t)a->call->ret);
}

/* The areas of all messages are in order, so that one flow takes them all. */
void
on_sendmmsg(struct act *a)
{
	struct message m;
	uint64_t n = 0;

	for (int64_t i = 0; i < a->call->ret && i < MAX_MESSAGES_SEEN; i++) {
		if (!messages_read(a->call, a->call->arg[1], (uint64_t)i, &m))
			break;
		rights_sent(a, &m, socket_of(a));
		n += m.n_done;
	}
	if (a->call->ret > 0 && messages_read(a->call, a->call->arg[1], 0, &m))
		sent(a, m.name, m.n_name, n);
}

/* From whom a message came, if the call asked for that. */
static void
heard(const struct act *a, struct socket *s, uint64_t name, uint64_t n_name)
{
	struct str *address = &a->fx->room;

	if (s && (s->family == AF_INET || s->family == AF_INET6) &&
		socket_address(a, a->col[1], name, n_name, address))
		datagram_heard(a, s, address->data);
}

void
on_recv(struct act *a)
{
	uint32_t n = 128;

	if (a->col[1] >= 0 && a->call->arg[4]) {
		call_read(a->call, 5, a->call->arg[5], &n, sizeof n);
		heard(a, socket_of(a), a->call->arg[4], n);
	}
	open_was_read(a, table_get(a->task->table, (int32_t)a->call->arg[0]),
		(uint64_t)a->call->ret, true);
}

static void
message_came(struct act *a, const struct message *m)
{
	heard(a, socket_of(a), m->name, m->n_name);
	rights_received(a, m, socket_of(a));
}

void
on_recvmsg(struct act *a)
{
	struct message m;
	bool is_there = message_read(a->call, a->call->arg[1], &m);

	if (is_there)
		message_came(a, &m);
	open_was_read(a, table_get(a->task->table, (int32_t)a->call->arg[0]),
		(uint64_t)a->call->ret, true);
}

void
on_recvmmsg(struct act *a)
{
	struct message m;

	for (int64_t i = 0; i < a->call->ret && i < MAX_MESSAGES_SEEN; i++) {
		if (!messages_read(a->call, a->call->arg[1], (uint64_t)i, &m))
			break;
		message_came(a, &m);
	}
}
