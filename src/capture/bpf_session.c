/* SPDX-License-Identifier: MIT */
/*
 * bpf_session.c - libbpf: the kernel half is loaded, attached, and reduced to descriptors
 *
 * The descriptors are, in this order: the shared memory, the marks, the programs, their
 * attachments, and the rings, one a CPU. All else libbpf made is closed again.
 */

#include "capture/bpf_session.h"

#include "base/file.h"
#include "base/mem.h"
#include "capture/bpf/shared.h"
#include "capture/bpf_object.h"
#include "capture/bpf_why.h"
#include "capture/kernel_types.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NAME_BYTES 96u
#define LOG_BYTES (1u << 20)
#define RINGS_BYTES (256u << 20) /* of all rings, where nothing else was asked for */

static const char *const programs[] = { "on_sys_enter", "on_sys_exit", "on_fork", "on_exec",
	"on_exit", "on_signal", "on_fatal" };

#define N_PROGRAMS ARRAY_LEN(programs)

enum {
	FD_SHARED,
	FD_MARKS,
	FD_PROGRAMS,
	FD_LINKS = FD_PROGRAMS + N_PROGRAMS,
	FD_RINGS = FD_LINKS + N_PROGRAMS
};

/* What is held while loading. */
struct loading {
	struct bpf_object *object;
	char *log;
	int types,
		handler; /* a file of the kernel's types for libbpf; -1: it asks the kernel */
	uint32_t traces[N_PROGRAMS]; /* where they belong, as the kernel numbers its types */
	int fds[FD_RINGS + BPF_CPUS];
	size_t n_fds, ring_bytes;
	uint32_t n_cpus;
};

static void
close_all(const int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		close(fds[i]);
}

/* --- why not --- */

/* The log's last line that says what is wrong; the very last one only counts. */
static const char *
log_line(char *log)
{
	char *end = strstr(log, "\nprocessed ");
	char *line;

	if (end)
		*end = '\0';
	line = strrchr(log, '\n');
	return line ? line + 1 : log;
}

static int
explain(struct err *err, struct loading *l, int number, const char *step)
{
	struct bpf_scene scene;

	bpf_scene_look(&scene, number);
	if (bpf_why(err, &scene))
		return -1;
	errno = number;
	err_sys(err, "eBPF: %s", step);
	if (l && l->log && l->log[0])
		return err_hint(err, "the verifier says: %s", log_line(l->log));
	return err_hint(err, "trace with ptrace");
}

/* --- loading --- */

static int
keep(struct loading *l, int fd, struct err *err)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	if (copy < 0)
		return err_sys(err, "eBPF: keep a descriptor");
	l->fds[l->n_fds++] = copy;
	return 0;
}

/* Up to the highest CPU that is there: others have no ring, and events there count as lost. */
static uint32_t
count_cpus(void)
{
	AUTO(str_done) struct str text = { 0 };
	struct err err = { 0 };
	const char *last;

	if (file_read(&text, "/sys/devices/system/cpu/online", 4096, &err) < 0) {
		err_drop(&err); /* without sysfs: as many as were ever there */
		return (uint32_t)sysconf(_SC_NPROCESSORS_CONF);
	}
	last = str_text(&text) + strcspn(str_text(&text), "\n");
	while (last > str_text(&text) && last[-1] >= '0' && last[-1] <= '9')
		last--;
	return (uint32_t)strtoul(last, NULL, 10) + 1;
}

/* --- the kernel's types --- */

#define TRACE_SECTION "tp_btf/"

/* A program says by its section where it belongs; the kernel describes that place by a typedef.
 */
static uint32_t *
trace_of(struct loading *l, const struct bpf_program *p, char name[NAME_BYTES])
{
	const char *section = bpf_program__section_name(p);

	for (size_t i = 0; i < N_PROGRAMS; i++) {
		if (strcmp(bpf_program__name(p), programs[i]) ||
			strncmp(section, TRACE_SECTION, strlen(TRACE_SECTION)))
			continue;
		snprintf(name, NAME_BYTES, "btf_trace_%s", section + strlen(TRACE_SECTION));
		return &l->traces[i];
	}
	return NULL;
}

static int
fill_types(struct loading *l, struct err *err)
{
	AUTO(btf_names_free) struct btf_names *names = btf_names_new();
	const struct btf *own = bpf_object__btf(l->object);
	struct bpf_program *p;
	char name[NAME_BYTES];
	uint32_t n = 0;
	const void *raw = own ? btf__raw_data(own, &n) : NULL;

	if (!raw)
		return err_set(err, "the object has no types");
	if (btf_names_add(names, raw, n, err) < 0)
		return -1;
	bpf_object__for_each_program(p, l->object)
	{
		uint32_t *trace = trace_of(l, p, name);

		if (trace)
			btf_names_ask(names, name, trace);
	}
	return kernel_types_write(l->types, names, err);
}

/* Just before a program is loaded: libbpf took it for one that needs no types of the kernel. */
static int
make_tracing(struct bpf_program *p, struct bpf_prog_load_opts *opts, long cookie)
{
	char name[NAME_BYTES];
	uint32_t *trace = trace_of((void *)cookie, p, name);

	if (!trace || !*trace)
		return -ESRCH;
	opts->attach_btf_id = *trace;
	opts->expected_attach_type = BPF_TRACE_RAW_TP;
	return bpf_program__set_type(p, BPF_PROG_TYPE_TRACING);
}

static void
close_types(struct loading *l)
{
	if (l->handler > 0)
		libbpf_unregister_prog_handler(l->handler);
	fd_close(l->types);
	l->types = -1;
}

/* --- the object --- */

static int
open_elf(struct loading *l)
{
	char path[NAME_BYTES];
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "renacer",
		.kernel_log_buf = l->log, .kernel_log_size = LOG_BYTES);

	if (l->types >= 0) {
		snprintf(path, sizeof path, "/proc/self/fd/%d", l->types);
		opts.btf_custom_path = path;
	}
	l->object = bpf_object__open_mem(
		bpf_object_begin, (size_t)(bpf_object_end - bpf_object_begin), &opts);
	return l->object ? 0 : -1;
}

/* libbpf would read all types of the kernel, and look through them for each of ours, which
 * takes several times as long as all else. false: it will, since something here is new to us.
 */
static bool
open_with_excerpt(struct loading *l)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .prog_prepare_load_fn = make_tracing,
		.cookie = (long)l);
	struct err err = { 0 };

	l->types = memfd_create("renacer types", MFD_CLOEXEC);
	if (l->types < 0)
		return false;
	l->handler =
		libbpf_register_prog_handler("tp_btf+", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, &opts);
	if (l->handler > 0 && open_elf(l) == 0 && fill_types(l, &err) == 0)
		return true;
	err_drop(&err); /* libbpf can do it, too */
	bpf_object__close(l->object);
	l->object = NULL;
	close_types(l);
	return false;
}

static int
open_object(struct loading *l, struct err *err)
{
	/* With root's rights all may be read; with a part of them only what is the user's. */
	uint32_t owner = getuid() ? getuid() : UINT32_MAX;
	struct bpf_map *map;

	libbpf_set_print(NULL);
	if (!open_with_excerpt(l) && open_elf(l) < 0)
		return explain(err, l, errno, "open");
	bpf_object__for_each_map(map, l->object)
	{
		const char *name = bpf_map__name(map);

		bool is_per_cpu = !strcmp(name, "scratches") || !strcmp(name, "rings");

		if (is_per_cpu && bpf_map__set_max_entries(map, l->n_cpus))
			return explain(err, l, errno, "size maps");
		if (!strcmp(name, ".rodata.owner") &&
			bpf_map__set_initial_value(map, &owner, sizeof owner))
			return explain(err, l, errno, "name the owner");
	}
	return bpf_object__load(l->object) ? explain(err, l, errno, "load") : 0;
}

static struct bpf_map *
shared_map(const struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		if (bpf_map__is_internal(map) &&
			bpf_map__value_size(map) >= sizeof(struct bpf_shared))
			return map;
	}
	return NULL;
}

static int
keep_programs(struct loading *l, struct err *err)
{
	for (size_t i = 0; i < N_PROGRAMS; i++) {
		struct bpf_program *p =
			bpf_object__find_program_by_name(l->object, programs[i]);

		if (keep(l, bpf_program__fd(p), err) < 0)
			return -1;
	}
	return 0;
}

/* The last to be attached are those that see most. */
static int
attach(struct loading *l, struct err *err)
{
	for (size_t i = 0; i < N_PROGRAMS; i++) {
		int fd = bpf_raw_tracepoint_open(NULL, l->fds[FD_PROGRAMS + i]);

		if (fd < 0)
			return explain(err, l, errno, "attach");
		l->fds[l->n_fds++] = fd;
	}
	return 0;
}

/* All at once: the kernel waits for running programs after each update of such a map. */
static int
place_rings(const struct loading *l, const int *fds)
{
	int rings = bpf_object__find_map_fd_by_name(l->object, "rings");
	uint32_t keys[BPF_CPUS], n = l->n_cpus;

	for (uint32_t cpu = 0; cpu < n; cpu++)
		keys[cpu] = cpu;
	if (!bpf_map_update_batch(rings, keys, fds, &n, NULL))
		return 0;
	for (uint32_t cpu = 0; cpu < l->n_cpus; cpu++) {
		if (bpf_map_update_elem(rings, &cpu, &fds[cpu], BPF_ANY))
			return -1;
	}
	return 0;
}

static int
add_rings(struct loading *l, struct err *err)
{
	int *fds = l->fds + l->n_fds;

	for (uint32_t cpu = 0; cpu < l->n_cpus; cpu++) {
		int fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "renacer_ring", 0, 0,
			(uint32_t)l->ring_bytes, NULL);

		if (fd < 0)
			return explain(err, l, errno, "make a ring");
		l->fds[l->n_fds++] = fd;
	}
	if (place_rings(l, fds) < 0)
		return explain(err, l, errno, "place the rings");
	return 0;
}

/* Has the kernel half look at us: which pid namespace we are in. */
static int
introduce(struct loading *l, struct err *err)
{
	struct bpf_program *p = bpf_object__find_program_by_name(l->object, "on_open");
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	if (bpf_prog_test_run_opts(bpf_program__fd(p), &opts))
		return explain(err, l, errno, "ask for our namespace");
	return 0;
}

static int
load(struct loading *l, struct err *err)
{
	struct bpf_map *map;

	if (open_object(l, err) < 0)
		return -1;
	map = shared_map(l->object);
	if (!map)
		return err_set(err, "eBPF: the object has no shared memory");
	if (keep(l, bpf_map__fd(map), err) < 0 ||
		keep(l, bpf_object__find_map_fd_by_name(l->object, "states"), err) < 0 ||
		keep_programs(l, err) < 0 || introduce(l, err) < 0 || attach(l, err) < 0)
		return -1;
	return add_rings(l, err);
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

static int
map_ring(struct bpf_ring *r, int fd, struct err *err)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof info;
	uint8_t *rest;

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return err_sys(err, "eBPF: ask for the size of a ring");
	r->size = info.max_entries;
	r->consumer = map_fd(fd, page(), PROT_READ | PROT_WRITE, 0, err);
	if (!r->consumer)
		return -1;
	rest = map_fd(fd, page() + 2 * r->size, PROT_READ, (off_t)page(), err);
	if (!rest)
		return -1;
	r->producer = (const uint64_t *)rest;
	r->data = rest + page();
	return 0;
}

static int
find_marks(struct bpf_session *s, struct err *err)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof info;

	s->marks = s->fds[FD_MARKS];
	if (bpf_obj_get_info_by_fd(s->marks, &info, &size))
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
	if (n_fds <= FD_RINGS || n_fds > FD_RINGS + BPF_CPUS)
		return err_set(err, "eBPF: %zu descriptors are no session", n_fds);
	if (find_marks(s, err) < 0)
		return -1;
	shared = map_fd(fds[FD_SHARED], shared_size(), PROT_READ | PROT_WRITE, 0, err);
	if (!shared)
		return -1;
	s->cpus = shared->cpus;
	s->control = &shared->control;
	s->n_cpus = (uint32_t)(n_fds - FD_RINGS);
	s->rings = mem_array(s->n_cpus, sizeof *s->rings);
	for (uint32_t i = 0; i < s->n_cpus; i++) {
		if (map_ring(&s->rings[i], fds[FD_RINGS + i], err) < 0)
			return -1;
	}
	s->control->n_cpus = s->n_cpus;
	s->control->ring_bytes = (uint32_t)s->rings[0].size;
	*out = TAKE(s);
	return 0;
}

/* --- the session --- */

static size_t
default_ring(uint32_t n_cpus)
{
	size_t size = BPF_RING_BYTES;

	while (size > page() && size * n_cpus > RINGS_BYTES)
		size /= 2;
	return size;
}

int
bpf_session_open(struct bpf_session **out, size_t ring_bytes, struct err *err)
{
	struct bpf_scene scene;
	struct loading *l;
	int status;

	bpf_scene_look(&scene, 0);
	if (bpf_why(err, &scene)) /* before anything is tried, which takes its time */
		return -1;
	l = mem_alloc(sizeof *l);
	l->n_cpus = count_cpus();
	l->ring_bytes = ring_bytes ? ring_bytes : default_ring(l->n_cpus);
	l->types = -1;
	l->log = mem_alloc(LOG_BYTES);
	if (l->n_cpus > BPF_CPUS) {
		err_set(err, "eBPF: this machine has %u CPUs, %u are the most", l->n_cpus,
			BPF_CPUS);
		status = err_hint(err, "trace with ptrace");
	} else {
		status = load(l, err);
	}
	if (l->object)
		bpf_object__close(l->object);
	close_types(l);
	if (status < 0)
		close_all(l->fds, l->n_fds);
	else
		status = bpf_session_from_fds(out, l->fds, l->n_fds, err);
	mem_free(l->log);
	mem_free(l);
	return status;
}

void
bpf_session_begin(struct bpf_session *s, pid_t first_tid)
{
	struct bpf_control *c = s->control;

	for (uint32_t i = 0; i < s->n_cpus; i++) {
		struct bpf_cpu *cpu = &s->cpus[i];

		cpu->n_records = cpu->n_lost = cpu->n_stops = 0;
		cpu->high_fill = cpu->reason = 0;
	}
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

	for (size_t i = 0; i < N_PROGRAMS; i++) {
		struct bpf_prog_info info = { 0 };
		uint32_t size = sizeof info;

		if (bpf_obj_get_info_by_fd(s->fds[FD_PROGRAMS + i], &info, &size))
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
	for (uint32_t i = 0; s->rings && i < s->n_cpus; i++) {
		struct bpf_ring *r = &s->rings[i];

		if (r->consumer)
			munmap(r->consumer, page());
		if (r->producer)
			munmap((void *)(uintptr_t)r->producer, page() + 2 * r->size);
	}
	if (s->cpus)
		munmap(s->cpus, shared_size());
	close_all(s->fds, s->n_fds);
	mem_free(s->rings);
	mem_free(s->fds);
	mem_free(s);
}
