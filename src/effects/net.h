/* SPDX-License-Identifier: MIT */
/*
 * net.h - sockets: who listens, who is talked to, what is sent there
 */
#ifndef EFFECTS_NET_H
#define EFFECTS_NET_H

#include "effects/state.h"

enum use_kind { USE_CONNECT, USE_SEND, USE_LISTEN, USE_ACCEPT, USE_BOUND };

/* Everything the run did with one address, over all sockets. */
struct peer_use {
	uint8_t kind;        /* enum use_kind */
	const char *address; /* as decode_address() says; a listener's may be learned later */
	int32_t type;        /* SOCK_STREAM, … */
	uint64_t n_ok, n_pending, n_messages;
	int32_t error; /* errno of the last failure */
	uint64_t n_bytes, n_opaque;
	uint64_t sum[2];     /* of one number per connection: their order does not matter */
	bool is_sealed;      /* TLS or SSH: bytes differ every time */
	uint64_t n_nameless; /* sockets that spoke to it and had a port that nobody knows */
	bool is_chosen;      /* bound to port 0: the kernel chose */
	bool has_served;     /* bound, and heard somebody that the run had not spoken to */
	bool speaks_first;   /* somebody who accepted wrote before it read anything */
	struct evidence *evidence;
};

/* The last descriptor is closed. Frees s. */
void socket_end(struct effects *fx, struct socket *s);
void socket_sent(const struct act *a, struct socket *s, uint64_t n, bool has_data);
void socket_received(const struct act *a, struct socket *s, uint64_t n, bool has_data);
/* The port of "inet:1.2.3.4:80" or "inet6:[::1]:80", -1: none. */
int address_port(const char *address);
/* Does a peer at this address belong to the run? */
bool net_is_internal(const struct effects *fx, const struct peer_use *use);
/* Would a message to `peer` arrive at what is bound there? */
bool net_is_same_place(const char *bound, const char *peer);
/* What the run does with that address in that way; type: SOCK_STREAM, … */
struct peer_use *net_use(
	const struct act *a, enum use_kind kind, const char *address, int32_t type);
void net_add(struct peer_use *use, const struct flow *f);
/* The socket that the call's first argument is, or NULL. */
struct socket *socket_of(const struct act *a);
/* The address at that place in the target's memory, of which argument `arg` has areas. False:
 * none, or not readable. */
bool socket_address(const struct act *a, int arg, uint64_t at, uint64_t n, struct str *out);
/* Does the text name a socket that libc talks to by itself? */
bool net_is_runtime(const char *text);
void net_free(struct effects *fx);

void on_socket(struct act *a);
void on_socketpair(struct act *a);
void on_bind(struct act *a);
void on_listen(struct act *a);
void on_connect(struct act *a); /* failures too */
void on_accept(struct act *a);
void on_getsockname(struct act *a);
void on_getsockopt(struct act *a);

#endif
