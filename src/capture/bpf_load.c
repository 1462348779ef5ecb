/* SPDX-License-Identifier: MIT */
/*
 * bpf_load.c - libbpf: the kernel half is loaded, attached, and reduced to descriptors
 *
 * All else that libbpf made is closed again. What takes long is done at the same time: while
 * the kernel verifies the programs, a thread makes the rings, which takes the kernel some time
 * for their pages, and puts them into their map, for which it waits until no program runs.
 */

#include "capture/bpf_load.h"

#include "base/file.h"
#include "base/mem.h"
#include "capture/bpf/shared.h"
#include "capture/bpf_object.h"
#include "capture/bpf_room.h"
#include "capture/bpf_why.h"
#include "capture/kernel_types.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NAME_BYTES 96u
#define LOG_BYTES (1u << 20)

static const char *const programs[] = { "on_sys_enter", "on_sys_exit", "on_fork", "on_exec",
	"on_exit", "on_signal", "on_fatal" };

_Static_assert(ARRAY_LEN(programs) == BPF_PROGRAMS, "bpf_load.h counts them");

/* The rings, as a thread makes them. */
struct making {
	pthread_t thread;
	bool is_apart;
	int map; /* where they belong */
	uint32_t n, n_made;
	size_t bytes;
	int number; /* errno; 0: all went well */
	const char *step;
	int fds[BPF_CPUS];
};

/* What is held while loading. */
struct loading {
	struct bpf_object *object;
	char *log;
	int types;   /* a file of the kernel's types for libbpf; -1: it asks the kernel */
	int handler; /* of its sections; 0: libbpf's own */
	uint32_t traces[BPF_PROGRAMS]; /* where they belong, as the kernel numbers its types */
	struct making rings;
	int *fds;
	size_t n_fds;
};

void
bpf_load_close(const int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		close(fds[i]);
}

static int
explain(struct err *err, const struct loading *l, int number, const char *step)
{
	return bpf_explain(err, number, step, l->log);
}

static int
keep(struct loading *l, int fd, struct err *err)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	if (copy < 0)
		return err_sys(err, "eBPF: keep a descriptor");
	l->fds[l->n_fds++] = copy;
	return 0;
}

/* --- the kernel's types --- */

#define TRACE_SECTION "tp_btf/"

/* A program says by its section where it belongs; the kernel describes that place by a typedef.
 */
static uint32_t *
trace_of(struct loading *l, const struct bpf_program *p, char name[NAME_BYTES])
{
	const char *section = bpf_program__section_name(p);

	for (size_t i = 0; i < BPF_PROGRAMS; i++) {
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
	l->handler = 0;
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

/* Of all sections that are attached to what the kernel describes. libbpf before 1.3 uses freed
 * memory once the last handler is gone, so whoever makes the first one leaves another behind.
 */
static int
register_handler(struct loading *l)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .prog_prepare_load_fn = make_tracing,
		.cookie = (long)l);

	l->handler = libbpf_register_prog_handler(
		"tp_btf+", BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_TRACE_RAW_TP, &opts);
	if (l->handler == 1 &&
		libbpf_register_prog_handler("renacer.none", BPF_PROG_TYPE_UNSPEC, 0, NULL) < 0)
		return -1;
	return l->handler > 0 ? 0 : -1;
}

/* libbpf would read all types of the kernel, and look through them for each of ours, which
 * takes several times as long as all else. -1: it will, since something here is new to us. */
static int
open_with_excerpt(struct loading *l)
{
	struct err err = { 0 };

	l->types = memfd_create("renacer types", MFD_CLOEXEC);
	if (l->types >= 0 && register_handler(l) == 0 && open_elf(l) == 0 &&
		fill_types(l, &err) == 0)
		return 0;
	err_drop(&err); /* libbpf can do it, too */
	return -1;
}

/* --- the rings --- */

static void
fails(struct making *m, const char *step)
{
	m->number = errno;
	m->step = step;
}

/* All at once: the kernel waits for running programs after each update of such a map. */
static void
place_rings(struct making *m)
{
	uint32_t keys[BPF_CPUS], n = m->n;

	for (uint32_t cpu = 0; cpu < n; cpu++)
		keys[cpu] = cpu;
	if (!bpf_map_update_batch(m->map, keys, m->fds, &n, NULL))
		return;
	for (uint32_t cpu = 0; cpu < m->n; cpu++) {
		if (bpf_map_update_elem(m->map, &cpu, &m->fds[cpu], BPF_ANY)) {
			fails(m, "place the rings");
			return;
		}
	}
}

static void *
make_rings(void *arg)
{
	struct making *m = arg;

	while (m->n_made < m->n) {
		int fd = bpf_map_create(
			BPF_MAP_TYPE_RINGBUF, "renacer_ring", 0, 0, (uint32_t)m->bytes, NULL);

		if (fd < 0) {
			fails(m, "make a ring");
			return NULL;
		}
		m->fds[m->n_made++] = fd;
	}
	place_rings(m);
	return NULL;
}

/* Signals are for those who handle them. */
static void
begin_rings(struct making *m)
{
	sigset_t all, was;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &was);
	m->is_apart = pthread_create(&m->thread, NULL, make_rings, m) == 0;
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	if (!m->is_apart)
		make_rings(m);
}

static void
await_rings(struct making *m)
{
	if (m->is_apart)
		pthread_join(m->thread, NULL);
	m->is_apart = false;
}

/* The map must be there before the programs, which know it by its descriptor. */
static int
make_ring_map(struct loading *l, struct bpf_map *map, struct err *err)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	AUTO(fd_close)
	int inner = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "renacer_ring", 0, 0,
		(uint32_t)sysconf(_SC_PAGESIZE), NULL);

	opts.inner_map_fd = (uint32_t)inner;
	l->rings.map = inner < 0
			       ? -1
			       : bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "rings",
					 sizeof(uint32_t), sizeof(uint32_t), l->rings.n, &opts);
	if (l->rings.map < 0 || bpf_map__reuse_fd(map, l->rings.map))
		return explain(err, l, errno, "make the map of the rings");
	return 0;
}

/* --- the object, loaded --- */

static int
prepare_maps(struct loading *l, struct err *err)
{
	/* With root's rights all may be read; with a part of them only what is the user's. */
	uint32_t owner = getuid() ? getuid() : UINT32_MAX;
	struct bpf_map *map;

	bpf_object__for_each_map(map, l->object)
	{
		const char *name = bpf_map__name(map);

		if (!strcmp(name, "scratches") && bpf_map__set_max_entries(map, l->rings.n))
			return explain(err, l, errno, "size maps");
		if (!strcmp(name, ".rodata.owner") &&
			bpf_map__set_initial_value(map, &owner, sizeof owner))
			return explain(err, l, errno, "name the owner");
		if (!strcmp(name, "rings") && make_ring_map(l, map, err) < 0)
			return -1;
	}
	return 0;
}

static int
load_opened(struct loading *l, struct err *err)
{
	int number;

	if (prepare_maps(l, err) < 0)
		return -1;
	begin_rings(&l->rings);
	number = bpf_object__load(l->object) ? errno : 0;
	await_rings(&l->rings);
	if (number)
		return explain(err, l, number, "load");
	if (l->rings.number)
		return explain(err, l, l->rings.number, l->rings.step);
	return 0;
}

/* All that load_object() made but the rings, whose descriptors may have been handed on. */
static void
close_object(struct loading *l)
{
	if (l->object)
		bpf_object__close(l->object);
	l->object = NULL;
	close_types(l);
	fd_close(l->rings.map);
	l->rings.map = -1;
}

static void
close_rings(struct making *m)
{
	bpf_load_close(m->fds, m->n_made);
	m->n_made = 0;
	m->number = 0;
}

/* For tests: what libbpf would make good for is to be seen. */
static bool
has_second_try(void)
{
	const char *text = secure_getenv("RENACER_TEST_TYPES");

	return !text || strcmp(text, "must") != 0;
}

static int
load_object(struct loading *l, struct err *err)
{
	struct err first = { 0 };

	libbpf_set_print(NULL);
	if (open_with_excerpt(l) == 0 && load_opened(l, &first) == 0)
		return 0;
	if (!has_second_try()) {
		err_drop(&first);
		return err_set(err, "libbpf does not take the excerpt of the types");
	}
	err_drop(&first); /* the second try says the same, or was needed */
	close_object(l);
	close_rings(&l->rings);
	l->log[0] = '\0';
	if (open_elf(l) < 0)
		return explain(err, l, errno, "open");
	return load_opened(l, err);
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
	for (size_t i = 0; i < BPF_PROGRAMS; i++) {
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
	for (size_t i = 0; i < BPF_PROGRAMS; i++) {
		int fd = bpf_raw_tracepoint_open(NULL, l->fds[BPF_FD_PROGRAMS + i]);

		if (fd < 0)
			return explain(err, l, errno, "attach");
		l->fds[l->n_fds++] = fd;
	}
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

	if (load_object(l, err) < 0)
		return -1;
	map = shared_map(l->object);
	if (!map)
		return err_set(err, "eBPF: the object has no shared memory");
	if (keep(l, bpf_map__fd(map), err) < 0 ||
		keep(l, bpf_object__find_map_fd_by_name(l->object, "states"), err) < 0 ||
		keep_programs(l, err) < 0 || introduce(l, err) < 0 || attach(l, err) < 0)
		return -1;
	memcpy(l->fds + l->n_fds, l->rings.fds, l->rings.n * sizeof *l->fds);
	l->n_fds += l->rings.n;
	l->rings.n_made = 0;
	return 0;
}

static int
load_all(struct loading *l, struct err *err)
{
	int status = load(l, err);

	close_object(l);
	if (status == 0)
		return 0;
	close_rings(&l->rings);
	bpf_load_close(l->fds, l->n_fds);
	return -1;
}

int
bpf_load(int *fds, size_t *n_fds, size_t ring_bytes, struct err *err)
{
	struct bpf_scene scene;
	struct loading *l;
	int status;

	bpf_scene_look(&scene, 0);
	if (bpf_why(err, &scene)) /* before anything is tried, which takes its time */
		return -1;
	l = mem_alloc(sizeof *l);
	l->types = l->rings.map = -1;
	l->fds = fds;
	l->rings.n = bpf_room_rings();
	l->rings.bytes = ring_bytes ? ring_bytes : bpf_room_bytes(l->rings.n);
	l->log = mem_alloc(LOG_BYTES);
	if (l->rings.n > BPF_CPUS) {
		err_set(err, "eBPF: this machine has %u CPUs, %u are the most", l->rings.n,
			BPF_CPUS);
		status = err_hint(err, "trace with ptrace");
	} else {
		status = load_all(l, err);
	}
	*n_fds = l->n_fds;
	mem_free(l->log);
	mem_free(l);
	return status;
}
