/* SPDX-License-Identifier: MIT */
/*
 * net.c - sockets: who listens, who is talked to, what is sent there
 *
 * A peer counts as outside unless the run itself bound its address; that is known only at the
 * end, so that uses are collected by address first.
 */
#include "effects/net.h"

#include "effects/alias.h"
#include "effects/datagram.h"
#include "effects/edges.h"
#include "effects/evidence.h"
#include "effects/flows.h"
#include "effects/msg.h"
#include "effects/names.h"
#include "effects/order.h"
#include "effects/path.h"
#include "effects/stream.h"
#include "effects/table.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const char *const use_words[] = {
	[USE_CONNECT] = "connect",
	[USE_SEND] = "send",
	[USE_LISTEN] = "listen",
	[USE_ACCEPT] = "accept",
	[USE_BOUND] = "bound",
};

struct peer_use *
net_use(const struct act *a, enum use_kind kind, const char *address, int32_t type)
{
	struct effects *fx = a->fx;
	AUTO(str_done) struct str key = { 0 };
	struct peer_use *use;
	void **slot;

	str_addf(&key, "%s %s", use_words[kind], address);
	/* A port that the kernel chooses is another one each time. */
	if (kind != USE_CONNECT && kind != USE_SEND && address_port(address) == 0)
		str_addf(&key, " %llu", (unsigned long long)a->event->seq);
	slot = map_text(fx->peers, key.data);
	use = *slot;
	if (!use) {
		use = *slot = arena_alloc(fx->arena, sizeof *use);
		use->kind = (uint8_t)kind;
		use->address = arena_intern(fx->arena, address, strlen(address));
		use->type = type;
	}
	evidence_keep(&use->evidence, a);
	return use;
}

bool
net_is_runtime(const char *text)
{
	return strstr(text, "/nscd/") || strstr(text, "/systemd/userdb/") ||
	       strstr(text, "/systemd/resolve/");
}

void
net_free(struct effects *fx)
{
	size_t at = 0;
	void *value;

	while (map_next(fx->peers, &at, NULL, NULL, &value))
		evidence_free(((struct peer_use *)value)->evidence);
	map_free(fx->peers);
}

int
address_port(const char *address)
{
	const char *colon = strrchr(address, ':');

	if (strncmp(address, "inet", 4) != 0 || !colon)
		return -1;
	return atoi(colon + 1);
}

/* Encrypted streams begin in the clear: RFC 8446 5.1 (a handshake record), RFC 4253 4.2. */
static bool
is_sealed(const struct socket *s)
{
	return (s->n_head >= 3 && s->head[0] == 0x16 && s->head[1] == 3) ||
	       (s->n_head >= 4 && memcmp(s->head, "SSH-", 4) == 0);
}

void
net_add(struct peer_use *use, const struct flow *f)
{
	struct digest one = { 0 };

	use->n_bytes += f->n_bytes;
	use->n_opaque += f->n_opaque;
	if (f->n_bytes == 0)
		return;
	digest_add(&one, &f->digest, sizeof f->digest);
	use->sum[0] += one.h[0];
	use->sum[1] += one.h[1];
}

static void
settle(struct socket *s, int error)
{
	if (!s->is_pending || !s->use)
		return;
	s->is_pending = false;
	if (error)
		s->use->error = error;
	else
		s->use->n_ok++;
}

void
socket_end(struct effects *fx, struct socket *s)
{
	(void)fx;
	if (s->pair)
		s->pair->pair = NULL;
	if (s->use && s->is_pending)
		s->use->n_pending++;
	if (s->use && (s->use->kind == USE_CONNECT || s->use->kind == USE_ACCEPT)) {
		s->use->is_sealed |= is_sealed(s);
		net_add(s->use, &s->out);
	}
	evidence_free(s->evidence);
	channel_drop(s->to);
	channel_drop(s->from);
	mem_free(s);
}

static void
head_of_socket(struct socket *s, const struct call *call)
{
	for (uint32_t i = 0; i < call->n_areas && s->n_head < sizeof s->head; i++) {
		const struct area *area = &call->areas[i];
		size_t n = MIN((size_t)area->kept, sizeof s->head - s->n_head);

		if (area->kind != AREA_DATA_OUT || n == 0 || area->at_exit)
			continue;
		memcpy(s->head + s->n_head, area->bytes, n);
		s->n_head += (uint32_t)n;
	}
}

void
socket_sent(const struct act *a, struct socket *s, uint64_t n, bool has_data)
{
	if (n)
		settle(s, 0);
	if (has_data) {
		head_of_socket(s, a->call);
		flow_add(&s->out, a->call, AREA_DATA_OUT, n);
	} else {
		flow_add_opaque(&s->out, n);
	}
	if (s->use && s->type != SOCK_STREAM)
		s->use->n_messages++;
	if (s->use && s->use->kind == USE_CONNECT)
		datagram_spoke(s, s->use);
	if (s->use)
		order_spoke(a, NULL, s->use, n);
	if (s->was_accepted && s->use && n && !s->has_heard && a->task->process->n_threads == 0)
		s->use->speaks_first = true;
	if (s->use)
		evidence_keep(&s->use->evidence, a);
}

void
socket_received(const struct act *a, struct socket *s, uint64_t n, bool has_data)
{
	if (n)
		settle(s, 0);
	s->has_heard |= n > 0;
	if (!s->has_spoken)
		datagram_heard(a, s, NULL);
	if (flows_wanted(a->fx) && has_data)
		flow_add(&s->in, a->call, AREA_DATA_IN, n);
}

static struct socket *
new_socket(int64_t family, int64_t type, int64_t protocol)
{
	struct socket *s = mem_alloc(sizeof *s);

	s->n_users = 1;
	s->family = (int32_t)family;
	s->type = (int32_t)type & 0xf;
	s->protocol = (int32_t)protocol;
	return s;
}

static void
give_socket(const struct act *a, int64_t fd, struct socket *s, uint64_t flags)
{
	struct open_file *o =
		open_new(OBJECT_SOCKET, O_RDWR | (uint32_t)(flags & SOCK_NONBLOCK));

	o->socket = s;
	table_give(a->fx, a->task->table, fd, o, flags & SOCK_CLOEXEC, a->event->seq);
}

void
on_socket(struct act *a)
{
	const uint64_t *arg = a->call->arg;

	give_socket(a, a->call->ret,
		new_socket((int32_t)arg[0], (int64_t)arg[1], (int32_t)arg[2]), arg[1]);
}

void
on_socketpair(struct act *a)
{
	const uint64_t *arg = a->call->arg;
	struct socket *one, *other;
	int32_t fds[2];

	if (!call_read(a->call, 3, arg[3], fds, sizeof fds))
		return;
	one = new_socket((int32_t)arg[0], (int64_t)arg[1], (int32_t)arg[2]);
	other = new_socket((int32_t)arg[0], (int64_t)arg[1], (int32_t)arg[2]);
	one->pair = other;
	other->pair = one;
	one->made_seq = other->made_seq = a->event->seq;
	edges_paired(one, other);
	give_socket(a, fds[0], one, arg[1]);
	give_socket(a, fds[1], other, arg[1]);
}

struct socket *
socket_of(const struct act *a)
{
	struct open_file *o = table_get(a->task->table, (int32_t)a->call->arg[0]);

	return o && o->kind == OBJECT_SOCKET ? o->socket : NULL;
}

/* "unix:x" names a file relative to the working directory. bind(2) follows no link. */
static void
make_absolute(const struct act *a, struct str *address)
{
	AUTO(str_done) struct str path = { 0 };

	if (!address->n || strncmp(address->data, "unix:", 5) != 0 || address->n == 5 ||
		address->data[5] == '@')
		return;
	path_resolve(a, &path, address->data + 5, address->n - 5, a->id != CALL_bind);
	str_cut(address, 5);
	str_add_n(address, path.data, path.n);
}

/* bind and send take an address without a family for one of the socket's: IPv4 does (old
 * programs forgot it). To connect there is to take leave of the peer. */
static void
take_unspec(const struct act *a, uint8_t *bytes, size_t n)
{
	const struct socket *s = socket_of(a);
	uint16_t family;

	memcpy(&family, bytes, sizeof family);
	if (family != AF_UNSPEC || n < sizeof(struct sockaddr_in) || !s ||
		s->family != AF_INET || a->id == CALL_connect)
		return;
	family = AF_INET;
	memcpy(bytes, &family, sizeof family);
}

bool
socket_address(const struct act *a, int arg, uint64_t at, uint64_t n, struct str *out)
{
	uint8_t bytes[128];

	str_clear(out);
	n = MIN(n, sizeof bytes);
	if (!at || n < 2 || !call_read(a->call, arg, at, bytes, n))
		return false;
	take_unspec(a, bytes, n);
	if (!decode_address(out, bytes, n))
		return false;
	make_absolute(a, out);
	return out->n > 0;
}

static void
bind_datagrams(const struct act *a, struct socket *s, const char *address, bool is_chosen)
{
	struct peer_use *use = net_use(a, USE_BOUND, address, s->type);

	use->is_chosen = is_chosen;
	if (!s->use)
		s->use = use;
}

void
on_bind(struct act *a)
{
	struct socket *s = socket_of(a);
	struct str *address = &a->fx->room;

	if (!s || !socket_address(a, 1, a->call->arg[1], (uint32_t)a->call->arg[2], address))
		return;
	s->bound = arena_intern(a->fx->arena, address->data, address->n);
	edges_bound(a, s);
	if (str_has_prefix(s->bound, "unix:/"))
		names_create(a, s->bound + 5, PATH_SOCKET);
	if (s->type != SOCK_STREAM && s->type != SOCK_SEQPACKET && !s->use &&
		(s->family == AF_INET || s->family == AF_INET6 || s->family == AF_UNIX))
		bind_datagrams(a, s, s->bound, address_port(s->bound) == 0);
}

void
on_listen(struct act *a)
{
	struct socket *s = socket_of(a);

	if (!s || s->is_listening)
		return;
	s->is_listening = true;
	s->use = net_use(a, USE_LISTEN, s->bound ? s->bound : "inet:0.0.0.0:0", s->type);
	order_listens(a, s->use);
}

void
on_getsockname(struct act *a)
{
	struct socket *s = socket_of(a);
	struct str *address = &a->fx->room;
	uint32_t n = 128;
	int port;

	if (!s || !a->call->arg[1])
		return;
	call_read(a->call, 2, a->call->arg[2], &n, sizeof n);
	if (!socket_address(a, 1, a->call->arg[1], n, address))
		return;
	port = address_port(address->data);
	if (port > 0 && (!s->bound || address_port(s->bound) == 0))
		alias_add_port(a->fx, port);
	if (s->bound && address_port(s->bound) != 0)
		return;
	if (!s->bound && s->type == SOCK_DGRAM && port > 0)
		bind_datagrams(a, s, address->data, true);
	s->bound = arena_intern(a->fx->arena, address->data, address->n);
	edges_bound(a, s);
	if (s->use && (s->use->kind == USE_LISTEN || s->use->kind == USE_BOUND))
		s->use->address = s->bound;
	if (s->counted_in)
		s->counted_in->n_nameless -= s->counted_in->n_nameless > 0;
}

void
on_connect(struct act *a)
{
	struct socket *s = socket_of(a);
	struct str *address = &a->fx->room;
	int error = a->call->is_error ? (int)-a->call->ret : 0;

	if (!s || s->family == AF_NETLINK)
		return;
	if (error == EISCONN || error == EALREADY) {
		if (error == EISCONN)
			settle(s, 0);
		return;
	}
	if (!socket_address(a, 1, a->call->arg[1], (uint32_t)a->call->arg[2], address))
		return;
	if (s->use && s->use->kind == USE_CONNECT && s->is_pending) {
		settle(s, error); /* the second call tells how the first went */
		return;
	}
	if (s->use && s->use->kind == USE_CONNECT && s->out.n_bytes) {
		net_add(s->use, &s->out); /* a datagram socket turns to another peer */
		s->out = (struct flow){ 0 };
	}
	if (str_has_prefix(address->data, "unspec"))
		return;
	s->use = net_use(a, USE_CONNECT, address->data, s->type);
	s->is_pending = error == EINPROGRESS || error == EINTR;
	if (error == 0 || s->is_pending)
		edges_connected(a, s, address->data);
	if (error == 0)
		s->use->n_ok++;
	else if (!s->is_pending)
		s->use->error = error;
}

void
on_getsockopt(struct act *a)
{
	struct socket *s = socket_of(a);
	int32_t error;

	if (s && s->is_pending && a->call->arg[1] == SOL_SOCKET &&
		a->call->arg[2] == SO_ERROR &&
		call_read(a->call, 3, a->call->arg[3], &error, sizeof error))
		settle(s, error);
}

void
on_accept(struct act *a)
{
	struct socket *listener = socket_of(a);
	struct socket *s = new_socket(AF_UNSPEC, SOCK_STREAM, 0);
	uint64_t flags = a->col[0] >= 0 ? a->call->arg[a->col[0]] : 0;

	s->was_accepted = true;
	if (listener) {
		s->family = listener->family;
		s->type = listener->type;
	}
	if (listener && listener->use && listener->use->kind == USE_LISTEN) {
		s->use = net_use(a, USE_ACCEPT, listener->use->address, s->type);
		s->use->n_ok++;
	}
	edges_accepted(a, s);
	give_socket(a, a->call->ret, s, flags);
}

/* A wildcard or loopback address of the same port. */
bool
net_is_same_place(const char *bound, const char *peer)
{
	static const char *const any[] = { "inet:0.0.0.0:", "inet6:[::]:", "inet:127.",
		"inet6:[::1]:" };
	bool wide = false, near = false;

	if (strcmp(bound, peer) == 0)
		return true;
	if (address_port(bound) <= 0 || address_port(bound) != address_port(peer))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(any); i++) {
		wide |= i < 2 && str_has_prefix(bound, any[i]);
		near |= str_has_prefix(peer, any[i]);
	}
	return wide || (near && strstr(bound, "::ffff:") != NULL);
}

bool
net_is_internal(const struct effects *fx, const struct peer_use *use)
{
	size_t at = 0;
	void *value;

	if (use->kind == USE_SEND && datagram_is_own(fx, use->address))
		return true;
	while (map_next(fx->peers, &at, NULL, NULL, &value)) {
		const struct peer_use *other = value;
		bool listens = other->kind == USE_LISTEN || other->kind == USE_BOUND;
		bool talks = other->kind == USE_CONNECT || other->kind == USE_SEND;

		if (use->kind == USE_ACCEPT
				? talks &&
					  other->n_ok + other->n_pending + other->n_messages >
						  0 &&
					  net_is_same_place(use->address, other->address)
				: listens && net_is_same_place(other->address, use->address))
			return true;
	}
	return false;
}
