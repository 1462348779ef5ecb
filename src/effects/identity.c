/* SPDX-License-Identifier: MIT */
/* identity.c - whose rights a process has: which calls change them, and which only say them
 * again */

#include "effects/identity.h"

#include "effects/deed.h"

#include <string.h>

#define KEEP UINT32_MAX /* -1: this id stays */

enum how { SET_ONE, SET_TWO, SET_THREE };

static const struct {
	enum call_id id;
	bool is_group;
	enum how how;
	bool is_16bit; /* i386's old calls: -1 is 0xffff */
} calls[] = {
	{ CALL_setuid, false, SET_ONE, true },
	{ CALL_setuid32, false, SET_ONE, false },
	{ CALL_setgid, true, SET_ONE, true },
	{ CALL_setgid32, true, SET_ONE, false },
	{ CALL_setreuid, false, SET_TWO, true },
	{ CALL_setreuid32, false, SET_TWO, false },
	{ CALL_setregid, true, SET_TWO, true },
	{ CALL_setregid32, true, SET_TWO, false },
	{ CALL_setresuid, false, SET_THREE, true },
	{ CALL_setresuid32, false, SET_THREE, false },
	{ CALL_setresgid, true, SET_THREE, true },
	{ CALL_setresgid32, true, SET_THREE, false },
};

void
identity_start(struct process *p, const struct trace_header *header)
{
	p->has_ids = true;
	p->user = (struct ids){ header->uid, header->uid, header->uid };
	p->group = (struct ids){ header->gid, header->gid, header->gid };
}

void
identity_lost(struct process *p)
{
	p->has_ids = false;
}

static uint32_t
id_of(const struct call *call, int arg, bool is_16bit)
{
	uint32_t id = (uint32_t)call->arg[arg];

	return is_16bit && call->arch == ARCH_I386 && (uint16_t)id == UINT16_MAX ? KEEP : id;
}

static struct ids
ids_after(const struct act *a, enum how how, bool is_16bit, bool is_root, struct ids was)
{
	uint32_t first = id_of(a->call, 0, is_16bit), second = id_of(a->call, 1, is_16bit);
	uint32_t third = id_of(a->call, 2, is_16bit);
	struct ids now = was;

	switch (how) {
	case SET_ONE:
		return is_root ? (struct ids){ first, first, first }
			       : (struct ids){ was.real, first, was.saved };
	case SET_TWO:
		now.real = first == KEEP ? was.real : first;
		now.effective = second == KEEP ? was.effective : second;
		if (first != KEEP || (second != KEEP && second != was.real))
			now.saved = now.effective;
		return now;
	case SET_THREE:
		now.real = first == KEEP ? was.real : first;
		now.effective = second == KEEP ? was.effective : second;
		now.saved = third == KEEP ? was.saved : third;
		return now;
	}
	return now;
}

void
on_identity(struct act *a)
{
	struct process *p = a->task->process;
	struct ids *ids, was;
	size_t i = 0;

	while (i < ARRAY_LEN(calls) && calls[i].id != a->id)
		i++;
	assert(i < ARRAY_LEN(calls));
	ids = calls[i].is_group ? &p->group : &p->user;
	was = *ids;
	*ids = ids_after(a, calls[i].how, calls[i].is_16bit, p->user.effective == 0, was);
	if (!p->has_ids || memcmp(&was, ids, sizeof was) != 0)
		on_privilege(a);
}
