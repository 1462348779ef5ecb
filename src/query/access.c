/* SPDX-License-Identifier: MIT */
/* access.c - what a call does to the object that it is about */
#include "query/access.h"

#include <fcntl.h>
#include <string.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/uio.h>

const char *const access_names[N_ACCESS_BITS] = { "read", "write", "make", "remove", "change",
	"look", "execute", "sync", "swap" };

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

/* O_SYNC includes O_DSYNC, RWF_SYNC is either. Of other calls that write (splice, fallocate, a
 * store to a mapping) that is not promised. */
static bool
writes_through(const struct call *call, enum call_id id, const char *family, uint32_t fd_flags)
{
	bool is_write = strcmp(family, "write") == 0 || strcmp(family, "pwrite") == 0;
	uint64_t flags = id == CALL_pwritev2 ? call->arg[5] : 0;

	return is_write && (fd_flags & O_DSYNC || flags & (RWF_DSYNC | RWF_SYNC));
}

uint32_t
access_of(const struct call *call, enum call_id id, const char *family, uint32_t fd_flags)
{
	uint32_t bits = 0;

	if (strcmp(family, "open") == 0 || id == CALL_mq_open)
		return of_open(call, id);
	if (id == CALL_mmap)
		return of_mmap(call);
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (strcmp(families[i].family, family) == 0)
			bits = families[i].bits;
	if (writes_through(call, id, family, fd_flags))
		bits |= ACCESS_SYNC;
	if (id == CALL_renameat2 && call->arg[4] & RENAME_EXCHANGE)
		bits |= ACCESS_SWAP;
	return bits;
}
