/* SPDX-License-Identifier: MIT */
/*
 * unwind.c - libdwfl: what lies where in a process, its stacks, names of addresses
 *
 * Modules are told to libdwfl one by one after their ranges were checked; it would believe any
 * file. What was found at an address of a file is kept with the file, for all processes.
 */

#include "symbol/binary.h"

#include "base/file.h"
#include "symbol/dwarf.h"
#include "symbol/maps.h"

#include <elfutils/libdwfl.h>
#include <string.h>

#define MAX_MODULES 4096

struct found {
	size_t n;
	struct symbol_place places[];
};

struct module {
	struct binary *binary;
	Dwfl_Module *dwfl;
	uint64_t start, end, bias;
	bool is_current;
};

struct symbol_space {
	struct symbols *symbols;
	Dwfl *dwfl;
	pid_t pid; /* 0: recorded */
	bool is_stale, is_attached;
	struct module **modules; /* by start; ours to free */
	size_t n_modules, capacity;
};

static int
find_elf(Dwfl_Module *mod, void **userdata, const char *name, Dwarf_Addr base, char **path,
	Elf **elf)
{
	const struct module *m = *userdata;

	(void)mod;
	(void)name;
	(void)base;
	(void)path;
	/* One more reference to the one we hold. */
	*elf = m ? elf_begin(-1, ELF_C_READ, m->binary->elf) : NULL;
	return -1;
}

/* The standard callback of libdwfl would look the same places through, then ask the servers in
 * DEBUGINFOD_URLS: a gate must not. */
static int
find_debuginfo(Dwfl_Module *mod, void **userdata, const char *name, Dwarf_Addr base,
	const char *path, const char *link, GElf_Word link_crc, char **debug_path)
{
	const struct module *m = *userdata;
	const uint8_t *id = NULL;
	GElf_Addr vaddr;
	int n = dwfl_module_build_id(mod, &id, &vaddr);

	(void)name;
	(void)base;
	(void)path;
	(void)link_crc;
	if (n <= 0 || !id || !m)
		return -1;
	return binary_open_debug(m->binary, id, (size_t)n, link, debug_path);
}

static const Dwfl_Callbacks callbacks = { .find_elf = find_elf,
	.find_debuginfo = find_debuginfo };

/* The first module that ends behind the address. */
static size_t
index_at(const struct symbol_space *space, uint64_t address)
{
	size_t low = 0, high = space->n_modules;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (space->modules[middle]->end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The module for a mapping, reported to libdwfl; one that is known already is kept. What would
 * overlap another is left out. */
static void
add_module(struct symbol_space *space, const struct symbol_mapping *map)
{
	struct module m = { .binary = binary_of(space->symbols, space->pid, map) };
	struct module *old;
	char name[32];
	size_t at;
	void **userdata;

	if (!m.binary || !m.binary->elf ||
		!binary_place(m.binary, map, &m.bias, &m.start, &m.end))
		return;
	at = index_at(space, m.start);
	old = at < space->n_modules ? space->modules[at] : NULL;
	if (old && (old->binary != m.binary || old->bias != m.bias) && old->start < m.end)
		return;
	if (!old || old->start >= m.end) {
		space->modules = mem_grow(space->modules, space->n_modules, &space->capacity,
			sizeof *space->modules);
		memmove(space->modules + at + 1, space->modules + at,
			(space->n_modules++ - at) * sizeof *space->modules);
		old = space->modules[at] = mem_alloc(sizeof m);
		*old = m;
	}
	/* By its name libdwfl recognises what it had before. */
	snprintf(name, sizeof name, "%p", (void *)m.binary);
	old->dwfl = dwfl_report_module(space->dwfl, name, m.start, m.end);
	old->is_current = old->dwfl && dwfl_module_info(old->dwfl, &userdata, NULL, NULL, NULL,
					       NULL, NULL, NULL);
	if (old->is_current)
		*userdata = old;
}

static void
drop_modules(struct symbol_space *space, bool all)
{
	size_t n = 0;

	for (size_t i = 0; i < space->n_modules; i++)
		if (all || !space->modules[i]->is_current)
			mem_free(space->modules[i]);
		else
			space->modules[n++] = space->modules[i];
	space->n_modules = n;
}

static void
report(struct symbol_space *space, const struct symbol_mapping *maps, size_t n)
{
	/* What is gone must not stand in the way of what came. */
	for (size_t i = 0; i < space->n_modules; i++) {
		struct module *m = space->modules[i];

		m->is_current = false;
		for (size_t k = 0; k < n && !m->is_current; k++)
			m->is_current =
				maps[k].start < m->end && maps[k].end > m->start &&
				binary_of(space->symbols, space->pid, &maps[k]) == m->binary;
	}
	drop_modules(space, false);
	dwfl_report_begin(space->dwfl);
	for (size_t i = 0; i < n && space->n_modules < MAX_MODULES; i++)
		add_module(space, &maps[i]);
	dwfl_report_end(space->dwfl, NULL, NULL);
	drop_modules(space, false);
	space->is_stale = false;
}

static int
refresh(struct symbol_space *space, struct err *err)
{
	AUTO(arena_free) struct arena *arena = NULL;
	AUTO(str_done) struct str text = { 0 };
	struct symbol_mapping *maps;
	char path[32];
	size_t n;

	if (!space->is_stale)
		return 0;
	snprintf(path, sizeof path, "/proc/%d/maps", space->pid);
	if (file_read(&text, path, 0, err) < 0)
		return -1;
	arena = arena_new();
	n = maps_parse(&maps, arena, str_text(&text));
	report(space, maps, n);
	return 0;
}

static int
space_new(struct symbol_space **out, struct symbols *s, pid_t pid, struct err *err)
{
	Dwfl *dwfl = dwfl_begin(&callbacks);

	if (!dwfl)
		return err_set(err, "start libdwfl: %s", dwfl_errmsg(-1));
	*out = mem_alloc(sizeof **out);
	**out = (struct symbol_space){
		.symbols = s, .dwfl = dwfl, .pid = pid, .is_stale = pid != 0
	};
	return 0;
}

int
symbol_space_of_process(
	struct symbol_space **out, struct symbols *s, pid_t pid, struct err *err)
{
	return space_new(out, s, pid, err);
}

int
symbol_space_of_mappings(struct symbol_space **out, struct symbols *s,
	const struct symbol_mapping *mappings, size_t n, struct err *err)
{
	if (space_new(out, s, 0, err) < 0)
		return -1;
	report(*out, mappings, n);
	return 0;
}

void
symbol_space_free(struct symbol_space *space)
{
	if (!space)
		return;
	dwfl_end(space->dwfl);
	drop_modules(space, true);
	mem_free(space->modules);
	mem_free(space);
}

void
symbol_space_changed(struct symbol_space *space)
{
	space->is_stale = space->pid != 0;
}

struct walk {
	struct symbol_frame *frames;
	size_t n, limit;
};

static int
take_frame(Dwfl_Frame *state, void *arg)
{
	struct walk *walk = arg;
	Dwarf_Addr pc;
	bool is_activation;

	if (!dwfl_frame_pc(state, &pc, &is_activation))
		return DWARF_CB_ABORT;
	walk->frames[walk->n++] = (struct symbol_frame){ pc, !is_activation };
	return walk->n == walk->limit ? DWARF_CB_ABORT : DWARF_CB_OK;
}

int
symbol_stack(struct symbol_space *space, pid_t tid, struct symbol_frame *frames, size_t n,
	struct err *err)
{
	struct walk walk = { .frames = frames, .limit = n };

	assert(space->pid && n > 0);
	if (refresh(space, err) < 0)
		return -1;
	if (!space->is_attached && dwfl_linux_proc_attach(space->dwfl, space->pid, true) != 0)
		return err_set(err, "unwind process %d: %s", space->pid, dwfl_errmsg(-1));
	space->is_attached = true;
	/* It says an error at the end of most stacks; what came before is good. */
	if (dwfl_getthread_frames(space->dwfl, tid, take_frame, &walk) != 0 && walk.n == 0)
		return err_set(err, "unwind task %d: %s", tid, dwfl_errmsg(-1));
	return (int)walk.n;
}

static const struct module *
module_at(const struct symbol_space *space, uint64_t address)
{
	size_t i = index_at(space, address);

	return i < space->n_modules && space->modules[i]->start <= address ? space->modules[i]
									   : NULL;
}

/* The name of the real function comes from the symbol table, which has it for every file. */
static void
set_symbol(struct symbol_place *place, const struct module *m, uint64_t pc, struct arena *arena)
{
	AUTO(str_done) struct str plain = { 0 };
	GElf_Off offset;
	GElf_Sym sym;
	const char *name = dwfl_module_addrinfo(m->dwfl, pc, &offset, &sym, NULL, NULL, NULL);

	if (!name || !*name)
		return;
	symbol_demangle(&plain, name);
	place->function = arena_intern(arena, plain.data, plain.n);
	place->function_offset = offset;
}

static const struct found *
resolve(const struct symbol_space *space, const struct module *m, uint64_t pc)
{
	struct arena *arena = space->symbols->arena;
	struct symbol_place places[MAX_PLACES] = { 0 };
	uint64_t unit = NO_UNIT, key = pc - m->bias;
	void **slot = map_number(m->binary->found, key);
	Dwarf_Addr bias = 0;
	struct found *found;
	Dwarf_Die *die;
	Dwarf *dwarf;
	size_t n = 0;

	if (*slot)
		return *slot;
	die = dwfl_module_addrdie(m->dwfl, pc, &bias);
	dwarf = dwfl_module_getdwarf(m->dwfl, &bias);
	if (die)
		unit = dwarf_dieoffset(die);
	if (dwarf)
		n = dwarf_places(m->binary, dwarf, unit, pc - bias, arena, places);
	n = MAX(n, (size_t)1);
	set_symbol(&places[n - 1], m, pc, arena);
	for (size_t i = 0; i < n; i++) {
		places[i].module = m->binary->path;
		places[i].module_offset = key;
	}
	found = arena_alloc(arena, sizeof *found + n * sizeof *places);
	found->n = n;
	memcpy(found->places, places, n * sizeof *places);
	*slot = found;
	return found;
}

size_t
symbol_find(struct symbol_space *space, const struct symbol_frame *frame,
	struct symbol_place *places, size_t n)
{
	uint64_t pc = frame->address - frame->is_return;
	const struct module *m;
	const struct found *found;
	struct err err = { 0 };

	assert(n > 0);
	if (refresh(space, &err) < 0)
		err_drop(&err); /* the process is gone: what was known stays good */
	m = module_at(space, pc);
	if (!m) {
		places[0] = (struct symbol_place){ 0 };
		return 1;
	}
	found = resolve(space, m, pc);
	n = MIN(n, found->n);
	/* With too little room the real function is still the last. */
	memcpy(places, found->places, (n - 1) * sizeof *places);
	places[n - 1] = found->places[found->n - 1];
	for (size_t i = 0; i < n; i++)
		places[i].module_offset += frame->is_return;
	if (places[n - 1].function)
		places[n - 1].function_offset += frame->is_return;
	return n;
}
