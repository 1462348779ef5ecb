/* SPDX-License-Identifier: MIT */
/*
 * datagram.h - messages: whom they go to, whom they come from
 */
#ifndef EFFECTS_DATAGRAM_H
#define EFFECTS_DATAGRAM_H

#include "effects/net.h"

/* The socket said something to whom `use` stands for. */
void datagram_spoke(struct socket *s, struct peer_use *use);
/* The socket heard something; address: from whom, NULL: the call did not ask. */
void datagram_heard(const struct act *a, struct socket *s, const char *address);
/* Is a port that only a receiver learned one of the run's own? Known at the end. */
bool datagram_is_own(const struct effects *fx, const char *address);

void on_sendto(struct act *a);
void on_sendmsg(struct act *a);
void on_sendmmsg(struct act *a);
void on_recv(struct act *a);
void on_recvmsg(struct act *a);
void on_recvmmsg(struct act *a);

#endif
