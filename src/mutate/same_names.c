/* SPDX-License-Identifier: MIT */
/*
 * same_names.c - operators that give other names to what the kernel or chance names
 *
 * A renaming is consistent: whatever was called so is called otherwise, everywhere in the run.
 */
#include "mutate/inner.h"
#include "mutate/ops.h"
#include "mutate/rename.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define FD_SHIFT 100

static void
find_run(struct stage *s, struct sites *out)
{
	(void)s;
	sites_add(out, 0, 0, 0);
	sites_add(out, 0, 0, 1);
}

static bool
other_inodes(struct stage *s, const struct site *site, struct mutant *m)
{
	for (size_t i = 0; i < s->tape->n; i++)
		if (stage_event(s, i)->kind == EVENT_PATH) {
			struct path_state *p = &mutant_edit(m, i)->path;

			p->inode = p->inode * 3 + 1000003 + site->how;
			p->device += 1 + site->how;
		}
	m->what = "all inodes and the device had other numbers";
	return true;
}

/* Other digits, as many: one to one among the numbers of each length. */
static int32_t
other_number(int32_t number, uint32_t how)
{
	int32_t low = 1;

	while (low <= number / 10)
		low *= 10;
	return (int32_t)(low + ((int64_t)number - low + (how ? low * 2 : low / 2 + 1)) %
				       (9 * (int64_t)low));
}

static const char *
number_text(struct mutant *m, int64_t number)
{
	return arena_printf(m->arena, "%lld", (long long)number);
}

static bool
is_pid(const struct stage *s, int64_t number)
{
	for (size_t i = 0; i < s->tape->n; i++) {
		const struct event *e = stage_event(s, i);

		if (e->kind == EVENT_START &&
			(e->start.pid == number || e->start.tid == number))
			return true;
	}
	return false;
}

/* Arguments that name a process or a group of them. */
static unsigned
pid_arguments(enum call_id id)
{
	switch (id) {
	case CALL_kill:
	case CALL_tkill:
	case CALL_pidfd_open:
	case CALL_rt_sigqueueinfo:
	case CALL_wait4:
	case CALL_setpgid:
	case CALL_getpgid:
	case CALL_getsid:
	case CALL_prlimit64:
	case CALL_sched_getaffinity:
	case CALL_sched_setaffinity:
		return 1;
	case CALL_tgkill:
	case CALL_rt_tgsigqueueinfo:
		return 3;
	default:
		return 0;
	}
}

static int64_t
other_pid(const struct stage *s, int64_t pid, uint32_t how)
{
	int64_t sign = pid < 0 ? -1 : 1;

	return is_pid(s, sign * pid) ? sign * other_number((int32_t)(sign * pid), how) : pid;
}

static void
rename_pids_of_call(struct stage *s, struct mutant *m, size_t i, uint32_t how)
{
	const struct step *step = stage_step(s, i);
	const struct call *c = &stage_event(s, i)->call;
	const struct call_spec *spec = decode_spec((enum arch)c->arch, c->nr);
	unsigned bits = pid_arguments(spec->id);
	struct event *e;

	(void)step;
	if (!bits && spec->ret != RET_PID)
		return;
	e = mutant_edit(m, i);
	for (unsigned k = 0; k < 2; k++)
		if (bits >> k & 1)
			e->call.arg[k] = (uint64_t)other_pid(s, (int32_t)e->call.arg[k], how);
	if (spec->ret == RET_PID && !e->call.is_error)
		e->call.ret = other_pid(s, e->call.ret, how);
}

static bool
other_pids(struct stage *s, const struct site *site, struct mutant *m)
{
	struct renaming r = { .whole_numbers = true };
	bool fits;

	for (size_t i = 0; i < s->tape->n; i++) {
		const struct event *e = stage_event(s, i);

		if (e->kind == EVENT_START) {
			struct task_start *t = &mutant_edit(m, i)->start;

			renaming_add(&r, number_text(m, t->tid),
				number_text(m, other_number(t->tid, site->how)));
			t->pid = other_number(t->pid, site->how);
			t->tid = other_number(t->tid, site->how);
		} else if (e->kind == EVENT_SIGNAL) {
			struct signal_info *info = &mutant_edit(m, i)->signal;

			info->pid = (int32_t)other_pid(s, info->pid, site->how);
		} else if (e->kind == EVENT_CALL) {
			rename_pids_of_call(s, m, i, site->how);
		}
	}
	/* A number that the golden holds as a number is one, though a process has it too. */
	fits = !renaming_is_in(&r, s->golden);
	if (fits)
		renaming_apply(&r, m);
	renaming_done(&r);
	m->what = "all processes and threads had other numbers";
	return fits;
}

struct fd_row {
	uint8_t bits, pair; /* pair: the argument, plus one */
	bool returns;
};

static const struct fd_row fd_rows[N_CALL_IDS] = {
#define FDS(call_, bits_, returns_) [CALL_##call_] = { bits_, 0, returns_ },
#define PAIR(call_, arg_) [CALL_##call_] = { 0, arg_ + 1, false },
#include "mutate/fds.def"
#undef FDS
#undef PAIR
};

/* Is one told to a program by number? */
static bool
is_told_descriptors(const struct step *step, const struct call *c)
{
	for (uint32_t k = 0; step->kind == STEP_EXEC && k < c->n_areas; k++)
		if (c->areas[k].kind == AREA_STRING &&
			memmem(c->areas[k].bytes, c->areas[k].kept, "/fd/", 4))
			return true;
	return false;
}

/* Descriptors that travel in messages or command lines, and those held from the start, keep
 * their numbers: then it is not done at all. */
static void
find_descriptors(struct stage *s, struct sites *out)
{
	static const enum call_id moving[] = { CALL_recvmsg, CALL_recvmmsg, CALL_pidfd_getfd,
		CALL_socketcall, CALL_sendmsg, CALL_sendmmsg };

	for (size_t i = 0; i < s->tape->n; i++) {
		const struct event *e = stage_event(s, i);

		if (e->kind == EVENT_HELD && e->held.fd > 2)
			return;
		for (size_t k = 0; e->kind == EVENT_CALL && k < ARRAY_LEN(moving); k++)
			if (decode_spec((enum arch)e->call.arch, e->call.nr)->id == moving[k])
				return;
		if (e->kind == EVENT_CALL &&
			(e->call.arch == ARCH_I386 ||
				is_told_descriptors(stage_step(s, i), &e->call)))
			return;
	}
	sites_add(out, 0, 0, 0);
}

static uint64_t
other_fd(uint64_t fd)
{
	return (int32_t)fd > 2 && (int32_t)fd < 1 << 20 ? fd + FD_SHIFT : fd;
}

static void
rename_pair(struct mutant *m, struct event *e, unsigned arg)
{
	struct area *areas = mutant_areas(m, e);

	for (uint32_t k = 0; k < e->call.n_areas; k++) {
		int32_t fds[2];

		if (areas[k].arg != arg || areas[k].kept < sizeof fds)
			continue;
		memcpy(fds, areas[k].bytes, sizeof fds);
		for (int n = 0; n < 2; n++)
			fds[n] = (int32_t)other_fd((uint64_t)fds[n]);
		areas[k].bytes = arena_dup(m->arena, fds, sizeof fds);
	}
}

/* "/proc/self/fd/5" and "/dev/fd/5". */
static void
rename_fd_paths(struct mutant *m, struct event *e)
{
	struct area *areas = mutant_areas(m, e);

	for (uint32_t k = 0; k < e->call.n_areas; k++) {
		struct area *a = &areas[k];
		const char *text = (const char *)a->bytes, *at;
		char *end;
		unsigned long fd;

		if (a->kind != AREA_STRING || a->kept < 7)
			continue;
		at = memmem(text, a->kept, "/fd/", 4);
		if (!at || (strncmp(text, "/proc/", 6) != 0 && strncmp(text, "/dev/", 5) != 0))
			continue;
		text = arena_strndup(m->arena, text, a->kept);
		at = strstr(text, "/fd/") + 4;
		fd = strtoul(at, &end, 10);
		if (end == at)
			continue;
		text = arena_printf(m->arena, "%.*s%llu%s", (int)(at - text), text,
			(unsigned long long)other_fd(fd), end);
		a->bytes = (const uint8_t *)text;
		a->kept = (uint32_t)strlen(text);
		a->size = a->kept;
	}
}

static bool
other_descriptors(struct stage *s, const struct site *site, struct mutant *m)
{
	(void)site;
	for (size_t i = 0; i < s->tape->n; i++) {
		const struct event *old = stage_event(s, i);
		const struct fd_row *row;
		struct event *e;
		enum call_id id;

		if (old->kind != EVENT_CALL)
			continue;
		id = decode_spec((enum arch)old->call.arch, old->call.nr)->id;
		row = &fd_rows[id];
		e = mutant_edit(m, i);
		for (unsigned k = 0; k < 6; k++)
			if (row->bits >> k & 1)
				e->call.arg[k] = other_fd(e->call.arg[k]);
		if ((row->returns || (id == CALL_fcntl && (e->call.arg[1] == 0 ||
								  e->call.arg[1] == 1030))) &&
			!e->call.is_error)
			e->call.ret = (int64_t)other_fd((uint64_t)e->call.ret);
		if ((id == CALL_dup2 || id == CALL_dup3) && !e->call.is_error)
			e->call.ret = (int32_t)e->call.arg[1];
		if (row->pair && !e->call.is_error)
			rename_pair(m, e, row->pair - 1u);
		rename_fd_paths(m, e);
	}
	m->what = "all descriptors that the run opened had other numbers";
	return true;
}

/* The place of the port in an address of the internet; NULL: another family. */
static const uint8_t *
port_of(const struct area *a)
{
	uint16_t family;

	if (a->kind != AREA_STRUCT || a->kept < 16)
		return NULL;
	memcpy(&family, a->bytes, sizeof family);
	return family == AF_INET || (family == AF_INET6 && a->kept >= 24) ? a->bytes + 2 : NULL;
}

/* The argument that holds an address, plus one. */
static unsigned
address_argument(enum call_id id)
{
	switch (id) {
	case CALL_bind:
	case CALL_connect:
	case CALL_accept:
	case CALL_accept4:
	case CALL_getsockname:
	case CALL_getpeername:
		return 2;
	case CALL_sendto:
	case CALL_recvfrom:
		return 5;
	default:
		return 0;
	}
}

static enum call_id
id_of(const struct event *e)
{
	return e->kind == EVENT_CALL ? decode_spec((enum arch)e->call.arch, e->call.nr)->id
				     : CALL_unknown;
}

static unsigned
port_in(const struct stage *s, size_t i)
{
	const struct event *e = stage_event(s, i);
	unsigned arg = address_argument(id_of(e));

	for (uint32_t k = 0; arg && k < e->call.n_areas; k++) {
		const struct area *a = &e->call.areas[k];
		const uint8_t *port = a->arg == arg - 1 ? port_of(a) : NULL;

		if (port)
			return (unsigned)port[0] << 8 | port[1];
	}
	return 0;
}

/* Ports that the kernel chose and told: getsockname, and no bind that asked for it. */
static void
find_ports(struct stage *s, struct sites *out)
{
	for (size_t i = 0; i < s->tape->n; i++) {
		bool is_asked = false;
		unsigned port =
			id_of(stage_event(s, i)) == CALL_getsockname ? port_in(s, i) : 0;

		for (size_t k = 0; k < s->tape->n && port; k++)
			is_asked |=
				id_of(stage_event(s, k)) == CALL_bind && port_in(s, k) == port;
		for (size_t k = 0; k < out->n; k++)
			is_asked |= out->items[k].how == port;
		if (port >= 10000 && !is_asked)
			sites_add(out, i, 0, port);
	}
}

static void
rename_port(struct mutant *m, size_t i, unsigned arg, unsigned from, unsigned to)
{
	struct event *e = mutant_edit(m, i);
	struct area *areas = mutant_areas(m, e);

	for (uint32_t k = 0; k < e->call.n_areas; k++) {
		struct area *a = &areas[k];
		const uint8_t *port = a->arg == arg ? port_of(a) : NULL;
		uint8_t *bytes;

		if (!port || ((unsigned)port[0] << 8 | port[1]) != from)
			continue;
		bytes = arena_dup(m->arena, a->bytes, a->kept);
		bytes[2] = (uint8_t)(to >> 8);
		bytes[3] = (uint8_t)to;
		a->bytes = bytes;
	}
}

static bool
other_ports(struct stage *s, const struct site *site, struct mutant *m)
{
	struct renaming r = { .whole_numbers = true };
	unsigned from = site->how, to = from < 50000 ? from + 7777 : from - 7777;
	bool fits;

	renaming_add(&r, number_text(m, from), number_text(m, to));
	fits = !renaming_is_in(&r, s->golden);
	for (size_t i = 0; fits && i < s->tape->n; i++) {
		unsigned arg = address_argument(id_of(stage_event(s, i)));

		if (arg && port_in(s, i) == from)
			rename_port(m, i, arg - 1, from, to);
	}
	if (fits)
		renaming_apply(&r, m);
	renaming_done(&r);
	m->what = arena_printf(m->arena, "the kernel chose port %u instead of %u", to, from);
	return fits;
}

static const char *
other_random(struct mutant *m, const char *part)
{
	char *other = arena_strdup(m->arena, part);

	for (char *p = other; *p; p++)
		if (*p != '.' && *p != '-' && *p != '_')
			*p = (char)other_byte((uint8_t)*p);
	return other;
}

static bool
other_temp_names(struct stage *s, const struct site *site, struct mutant *m)
{
	struct renaming r = { 0 };
	bool fits;

	(void)site;
	for (size_t i = 0; i < s->n_made; i++)
		if (s->made[i].random && strlen(s->made[i].random) >= 6)
			renaming_add(&r, s->made[i].random, other_random(m, s->made[i].random));
	fits = r.n > 0 && !renaming_is_in(&r, s->golden);
	if (fits)
		renaming_apply(&r, m);
	m->what =
		arena_printf(m->arena, "%zu temporary names had other random characters", r.n);
	renaming_done(&r);
	return fits;
}

static void
find_once(struct stage *s, struct sites *out)
{
	(void)s;
	sites_add(out, 0, 0, 0);
}

const struct operator op_other_pids = { "other-pids", false, ALL_PROFILES,
	"another process number would fail the gate", find_run, other_pids };
const struct operator op_other_descriptors = { "other-descriptors", false, LOOSE | BIT(COUNTS),
	"another descriptor number would fail the gate", find_descriptors, other_descriptors };
const struct operator op_other_inodes = { "other-inodes", false, ALL_PROFILES,
	"another disk would fail the gate", find_run, other_inodes };
const struct operator op_other_ports = { "other-ports", false, ALL_PROFILES,
	"another port of the kernel's choice would fail the gate", find_ports, other_ports };
const struct operator op_other_temp_names = { "other-temp-names", false, ALL_PROFILES,
	"another temporary name would fail the gate", find_once, other_temp_names };
