/* SPDX-License-Identifier: MIT */
/*
 * bpf_session.c - the memory that the kernel half shares with us, mapped; a run's begin and end
 */

#include "capture/bpf_session.h"

#include "base/mem.h"
#include "capture/bpf/shared.h"
#include "capture/bpf_load.h"

#include <linux/bpf.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What the kernel says of a map or program of ours. */
static int
ask(int fd, void *info, size_t size)
{
	union bpf_attr attr = { 0 };

	attr.info.bpf_fd = (uint32_t)fd;
	attr.info.info_len = (uint32_t)size;
	attr.info.info = (uint64_t)(uintptr_t)info;
	return (int)syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof attr);
}

/* --- mapping --- */

static void *
map_fd(int fd, size_t size, int prot, off_t at, struct err *err)
{
	void *p = mmap(NULL, size, prot, MAP_SHARED, fd, at);

	if (p != MAP_FAILED)
		return p;
	err_sys(err, "eBPF: map %zu bytes of a ring", size);
	return NULL;
}

static size_t
page(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static size_t
shared_size(void)
{
	return (sizeof(struct bpf_shared) + page() - 1) & ~(page() - 1);
}

/* All rings as one piece; how many there are the shared memory says. */
static int
map_rings(struct bpf_session *s, int fd, struct err *err)
{
	struct bpf_map_info info = { 0 };
	uint32_t n = s->control->n_cpus;
	size_t ring, block;

	if (ask(fd, &info, sizeof info) < 0)
		return err_sys(err, "eBPF: ask for the size of the rings");
	if (!n || n > BPF_CPUS || info.max_entries % n || info.value_size <= BPF_BLOCK_SPILL)
		return err_set(
			err, "eBPF: %u blocks are no rings of %u CPUs", info.max_entries, n);
	block = info.value_size - BPF_BLOCK_SPILL;
	ring = (size_t)info.max_entries / n * info.value_size;
	s->mapped_bytes = (ring * n + page() - 1) & ~(page() - 1);
	s->mapped = map_fd(fd, s->mapped_bytes, PROT_READ, 0, err);
	if (!s->mapped)
		return -1;
	s->n_cpus = n;
	s->rings = mem_array(n, sizeof *s->rings);
	for (uint32_t i = 0; i < n; i++)
		s->rings[i] = (struct bpf_ring){ &s->cpus[i].consumed, &s->cpus[i].produced,
			(const uint8_t *)s->mapped + i * ring,
			(size_t)info.max_entries / n * block, block };
	s->control->ring_bytes = (uint32_t)s->rings[0].size;
	return 0;
}

static int
find_marks(struct bpf_session *s, struct err *err)
{
	struct bpf_map_info info = { 0 };

	s->marks = s->fds[BPF_FD_MARKS];
	if (ask(s->marks, &info, sizeof info) < 0)
		return err_sys(err, "eBPF: ask for the size of a mark");
	s->mark_bytes = info.value_size;
	return 0;
}

int
bpf_session_from_fds(struct bpf_session **out, const int *fds, size_t n_fds, struct err *err)
{
	AUTO(bpf_session_free) struct bpf_session *s = mem_alloc(sizeof *s);
	struct bpf_shared *shared;

	s->fds = mem_array(n_fds, sizeof *s->fds);
	memcpy(s->fds, fds, n_fds * sizeof *fds);
	s->n_fds = n_fds;
	if (n_fds != BPF_FDS && n_fds != BPF_FDS_MIN)
		return err_set(err, "eBPF: %zu descriptors are no session", n_fds);
	if (find_marks(s, err) < 0)
		return -1;
	shared = map_fd(fds[BPF_FD_SHARED], shared_size(), PROT_READ | PROT_WRITE, 0, err);
	if (!shared)
		return -1;
	s->cpus = shared->cpus;
	s->control = &shared->control;
	s->ring_ops = shared->ring_ops;
	if (map_rings(s, fds[BPF_FD_RINGS], err) < 0)
		return -1;
	*out = TAKE(s);
	return 0;
}

/* --- the session --- */

int
bpf_session_open(struct bpf_session **out, size_t ring_bytes, struct err *err)
{
	int fds[BPF_FDS];
	size_t n;

	if (bpf_load(fds, &n, ring_bytes, err) < 0)
		return -1;
	return bpf_session_from_fds(out, fds, n, err);
}

void
bpf_session_begin(struct bpf_session *s, pid_t first_tid)
{
	struct bpf_control *c = s->control;

	for (uint32_t i = 0; i < s->n_cpus; i++) {
		struct bpf_cpu *cpu = &s->cpus[i];

		cpu->n_records = cpu->n_lost = cpu->n_stops = 0;
		cpu->high_fill = cpu->reason = 0;
		memset(cpu->met, 0, sizeof cpu->met); /* of another run, and gone */
	}
	memset(s->ring_ops, 0, BPF_RING_OPS * sizeof *s->ring_ops);
	c->is_leaving = 0; /* of another run, too */
	c->run++;
	__atomic_store_n(&c->first_tid, (uint32_t)first_tid, __ATOMIC_RELEASE);
}

void
bpf_session_end(struct bpf_session *s)
{
	__atomic_store_n(&s->control->first_tid, 0, __ATOMIC_RELEASE);
	__atomic_add_fetch(&s->control->run, 1, __ATOMIC_SEQ_CST);
}

int64_t
bpf_session_misses(const struct bpf_session *s)
{
	int64_t sum = 0;

	for (size_t i = 0; i < BPF_PROGRAMS; i++) {
		struct bpf_prog_info info = { 0 };

		if (ask(s->fds[BPF_FD_PROGRAMS + i], &info, sizeof info) < 0)
			return -1;
		sum += (int64_t)info.recursion_misses;
	}
	return sum;
}

void
bpf_session_free(struct bpf_session *s)
{
	if (!s)
		return;
	if (s->mapped)
		munmap(s->mapped, s->mapped_bytes);
	if (s->cpus)
		munmap(s->cpus, shared_size());
	bpf_load_close(s->fds, s->n_fds);
	mem_free(s->rings);
	mem_free(s->fds);
	mem_free(s);
}
