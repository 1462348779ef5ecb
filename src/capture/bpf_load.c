/* SPDX-License-Identifier: MIT */
/*
 * bpf_load.c - libbpf: the kernel half is loaded, attached, and reduced to descriptors
 *
 * All else that libbpf made is closed again.
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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NAME_BYTES 96u
#define LOG_BYTES (1u << 20)

static const char *const programs[] = { "on_sys_enter", "on_sys_exit", "on_fork", "on_exec",
	"on_exit", "on_signal", "on_sent",
	/* By the kernel's age one of these, or neither where it has no io_uring. */
	"on_ring", "on_ring_sqe" };

#define ALL_PROGRAMS ARRAY_LEN(programs)
_Static_assert(ALL_PROGRAMS == BPF_PROGRAMS + 2, "bpf_load.h counts them");

/* What is held while loading. */
struct loading {
	struct bpf_object *object;
	char *log;
	int types;   /* a file of the kernel's types for libbpf; -1: it asks the kernel */
	int handler; /* of its sections; 0: libbpf's own */
	uint32_t traces[ALL_PROGRAMS]; /* where they belong, as the kernel numbers its types */
	uint32_t n_rings;
	size_t ring_bytes;
	bool has_loop;
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

/* A program says by its section where it belongs; the kernel describes that place by a
 * typedef. */
static uint32_t *
trace_of(struct loading *l, const struct bpf_program *p, char name[NAME_BYTES])
{
	const char *section = bpf_program__section_name(p);

	for (size_t i = 0; i < ALL_PROGRAMS; i++) {
		if (strcmp(bpf_program__name(p), programs[i]) != 0 ||
			!str_has_prefix(section, TRACE_SECTION))
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

static struct bpf_program *
program_at(const struct loading *l, size_t i)
{
	return bpf_object__find_program_by_name(l->object, programs[i]);
}

/* Those that this kernel has no place for stay out. */
static void
choose_programs(struct loading *l, bool has_excerpt)
{
	for (size_t i = BPF_PROGRAMS; i < ALL_PROGRAMS; i++) {
		struct bpf_program *p = program_at(l, i);
		const char *place = bpf_program__section_name(p) + strlen(TRACE_SECTION);

		bpf_program__set_autoload(p,
			has_excerpt ? l->traces[i] != 0
				    : libbpf_find_vmlinux_btf_id(place, BPF_TRACE_RAW_TP) > 0);
	}
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
		fill_types(l, &err) == 0) {
		choose_programs(l, true);
		return 0;
	}
	err_drop(&err); /* libbpf can do it, too */
	return -1;
}

/* --- the object, loaded --- */

static bool
is_shared(const struct bpf_map *map)
{
	return bpf_map__is_internal(map) &&
	       bpf_map__value_size(map) >= sizeof(struct bpf_shared);
}

/* What we choose of a map. False: libbpf does not take it. */
static bool
prepare_map(const struct loading *l, struct bpf_map *map)
{
	size_t block = MIN(l->ring_bytes, BPF_BLOCK_BYTES), size;
	const char *name = bpf_map__name(map);
	struct bpf_shared *shared;
	struct bpf_fixed fixed = {
		/* With root's rights all may be read; with a part of them the user's only. */
		.owner = getuid() ? getuid() : UINT32_MAX,
		.block_bits = (uint32_t)__builtin_ctzl(block),
		.n_blocks = (uint32_t)(l->ring_bytes / block),
		.has_loop = l->has_loop,
	};

	if (is_shared(map)) { /* whoever is handed the descriptors finds it there */
		shared = (void *)(uintptr_t)bpf_map__initial_value(map, &size);
		shared->control.n_cpus = l->n_rings;
		return true;
	}
	if (!strcmp(name, ".rodata.fixed"))
		return !bpf_map__set_initial_value(map, &fixed, sizeof fixed);
	if (!strcmp(name, "beads"))
		return !bpf_map__set_max_entries(map, l->has_loop ? 1 : BPF_BEADS);
	if (!strcmp(name, "scratches"))
		return !bpf_map__set_max_entries(map, l->n_rings);
	if (!strcmp(name, "rings"))
		return !bpf_map__set_max_entries(map, l->n_rings * fixed.n_blocks) &&
		       !bpf_map__set_value_size(map, (uint32_t)block + BPF_BLOCK_SPILL);
	return true;
}

static int
load_opened(struct loading *l, struct err *err)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, l->object)
	{
		if (!prepare_map(l, map))
			return explain(err, l, errno, "prepare maps");
	}
	if (bpf_object__load(l->object))
		return explain(err, l, errno, "load");
	return 0;
}

/* All that load_object() made. */
static void
close_object(struct loading *l)
{
	if (l->object)
		bpf_object__close(l->object);
	l->object = NULL;
	close_types(l);
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
	l->log[0] = '\0';
	if (open_elf(l) < 0)
		return explain(err, l, errno, "open");
	choose_programs(l, false);
	return load_opened(l, err);
}

static struct bpf_map *
shared_map(const struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		if (is_shared(map))
			return map;
	}
	return NULL;
}

static int
keep_programs(struct loading *l, struct err *err)
{
	for (size_t i = 0; i < BPF_PROGRAMS; i++) {
		if (keep(l, bpf_program__fd(program_at(l, i)), err) < 0)
			return -1;
	}
	return 0;
}

/* The last to be attached are those that see most. */
static int
attach(struct loading *l, struct err *err)
{
	for (size_t i = 0; i < ALL_PROGRAMS; i++) {
		int program = bpf_program__fd(program_at(l, i)), fd;

		if (program < 0)
			continue; /* not one of this kernel's */
		fd = bpf_raw_tracepoint_open(NULL, program);
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
	static const char *const maps[] = { "states", "rings" };
	struct bpf_map *map;

	if (load_object(l, err) < 0)
		return -1;
	map = shared_map(l->object);
	if (!map)
		return err_set(err, "eBPF: the object has no shared memory");
	if (keep(l, bpf_map__fd(map), err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(maps); i++) {
		if (keep(l, bpf_object__find_map_fd_by_name(l->object, maps[i]), err) < 0)
			return -1;
	}
	if (keep_programs(l, err) < 0 || introduce(l, err) < 0)
		return -1;
	return attach(l, err);
}

static int
load_all(struct loading *l, struct err *err)
{
	int status = load(l, err);

	close_object(l);
	if (status == 0)
		return 0;
	bpf_load_close(l->fds, l->n_fds);
	return -1;
}

/* Linux 5.17 has it, and what was brought up to date with it. */
static bool
has_loop(const struct bpf_scene *scene)
{
	const char *text = secure_getenv("RENACER_TEST_LOOP"); /* for tests: an older kernel */

	if (text && !strcmp(text, "none"))
		return false;
	return scene->kernel >= 517 ||
	       libbpf_probe_bpf_helper(BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_FUNC_loop, NULL) > 0;
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
	l->types = -1;
	l->fds = fds;
	l->n_rings = bpf_room_rings();
	l->ring_bytes = ring_bytes ? ring_bytes : bpf_room_bytes(l->n_rings);
	l->has_loop = has_loop(&scene);
	l->log = mem_alloc(LOG_BYTES);
	if (l->n_rings > BPF_CPUS) {
		err_set(err, "eBPF: this machine has %u CPUs, %u are the most", l->n_rings,
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
