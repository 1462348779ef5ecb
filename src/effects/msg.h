/* SPDX-License-Identifier: MIT */
/*
 * msg.h - message headers of sendmsg and recvmsg, and the descriptors that travel in them
 */
#ifndef EFFECTS_MSG_H
#define EFFECTS_MSG_H

#include "effects/state.h"

#define MAX_MESSAGES_SEEN 1024
#define MAX_RIGHTS 253 /* SCM_MAX_FD */

struct message {
	uint64_t name, n_name;
	uint64_t control, n_control;
	uint64_t n_done; /* of one in a sendmmsg vector */
};

/* n bytes of the target's memory at an address, from the areas of that argument; areas read at
 * the exit win. False when not all of them are there. */
bool call_read(const struct call *call, int arg, uint64_t address, void *out, size_t n);
bool message_read(const struct call *call, uint64_t at, struct message *out);
bool messages_read(const struct call *call, uint64_t at, uint64_t index, struct message *out);

/* Descriptors on their way: sent by one socket, to come out of another. */
void rights_sent(const struct act *a, const struct message *m, const struct socket *from);
void rights_received(const struct act *a, const struct message *m, const struct socket *to);
void rights_free(struct effects *fx);

/* Netlink: requests that change the network are privileged acts; the others are nothing. */
void netlink_sent(const struct act *a, const struct socket *s);

#endif
