/* SPDX-License-Identifier: MIT */
/* access.c - what a call does to the object that it is about */
#include "query/access.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

const char *const access_names[N_ACCESS_BITS] = { "read", "write", "make", "remove", "change",
	"look", "execute" };

static const struct {
	const char *family;
	uint32_t bits;
} families[] = {
#define ACCESS(family_, bits_) { family_, bits_ },
#include "query/access.def"
#undef ACCESS
};

static uint32_t
of_open_flags(uint64_t flags)
{
	uint32_t bits = 0;

	if (flags & O_PATH)
		return ACCESS_LOOK;
	if ((flags & O_ACCMODE) != O_WRONLY)
		bits |= ACCESS_READ;
	if ((flags & O_ACCMODE) != O_RDONLY || flags & O_TRUNC)
		bits |= ACCESS_WRITE;
	if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE)
		bits |= ACCESS_MAKE;
	return bits;
}

static uint32_t
of_open(const struct call *call, enum call_id id)
{
	const struct peer peer = decode_peer(call);
	uint64_t flags = 0;

	switch (id) {
	case CALL_creat:
		return ACCESS_WRITE | ACCESS_MAKE;
	case CALL_openat2:
		if (peer.read(peer.arg, call->arg[2], &flags, sizeof flags) != sizeof flags)
			return 0;
		return of_open_flags(flags);
	case CALL_open:
	case CALL_mq_open:
		return of_open_flags(call->arg[1]);
	default:
		return of_open_flags(call->arg[2]);
	}
}

static uint32_t
of_mmap(const struct call *call)
{
	uint32_t bits = ACCESS_READ;

	if (call->arch == ARCH_I386 || call->arg[3] & MAP_ANONYMOUS)
		return 0;
	if ((call->arg[3] & MAP_TYPE) != MAP_PRIVATE && call->arg[2] & PROT_WRITE)
		bits |= ACCESS_WRITE;
	if (call->arg[2] & PROT_EXEC)
		bits |= ACCESS_EXECUTE;
	return bits;
}

uint32_t
access_of(const struct call *call, enum call_id id, const char *family)
{
	if (strcmp(family, "open") == 0 || id == CALL_mq_open)
		return of_open(call, id);
	if (id == CALL_mmap)
		return of_mmap(call);
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (strcmp(families[i].family, family) == 0)
			return families[i].bits;
	return 0;
}
