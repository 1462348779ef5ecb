/* SPDX-License-Identifier: MIT */
/*
 * hint_fetch_test.c - the rows of every call cover all that decode_fetch() asks for
 *
 * A call is made up: its registers point into a memory with holes, where what its arguments
 * need is built, or only rubbish stands. What the rows name is copied as the kernel half would,
 * before the call and after it; in between the call has written what such a call writes. Then
 * decode_fetch() walks the living memory, and whatever it sees must have been copied: for its
 * entry as it was before the call, for its exit as it was after.
 */
#include "unit/test.h"

#include "unit/hint_built.h"
#include "unit/hint_walk.h"

#include "decode/subcall.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What a call holds in a register to be another one: from the table itself. */
#define VARIANT(id_, arches_, reg_, mask_, value_, ...) { CALL_##id_, reg_, mask_, value_ },
static const struct {
	uint16_t id;
	uint8_t reg;
	uint64_t mask, value;
} variants[] = {
#include "decode/variants.def"
};
#undef VARIANT

/* What no row says. */
static const struct {
	uint16_t id;
	bool of_i386, of_rubbish; /* only then */
	const char *reason;
} exceptions[] = {
	{ CALL_socketcall, true, false,
		"its arguments lie in memory, and which call it is in a register" },
	{ CALL_ipc, true, false, "as socketcall, with the arguments in another order" },
	{ CALL_select, true, false, "the old one: its five arguments lie in memory" },
	{ CALL_rt_sigreturn, false, true, "a frame with a hole in it, which ends the task" },
	{ CALL_sigreturn, false, true, "as rt_sigreturn" },
};

/* Calls that write into a struct which they only read when they like it. */
static const struct {
	uint16_t id;
	uint8_t reg;
} writes_back[] = {
	{ CALL_capget, 0 },
	{ CALL_capset, 0 },
	{ CALL_perf_event_open, 0 },
	{ CALL_sched_setattr, 1 },
};

struct trial {
	struct memory *m;
	struct call call;
	const struct call_spec *spec;
	struct args args;
	struct call_hints hints;
	unsigned word;
	bool is_valid, want_input;
	bool is_exit;           /* which pass decode_fetch() is in */
	bool is_learning;       /* what the exit looks at is what the kernel wrote */
	bool is_copy;           /* only what was copied can be read */
	struct digest asked[2]; /* for which areas, from memory and from copies */
	uint64_t cut;           /* payload that went out */
	const struct arg *part; /* being written by the kernel */
	char failure[160];
};

static bool
is_ok(const struct trial *t)
{
	return !t->call.is_error && t->call.state == CALL_DONE;
}

/* As capture cuts them: what went out is what the call says. */
static bool
is_cut(const struct trial *t)
{
	enum call_id id = t->spec->id;

	if (!is_ok(t))
		return false;
	return id == CALL_write || id == CALL_pwrite64 || id == CALL_writev ||
	       id == CALL_pwritev || id == CALL_pwritev2 || id == CALL_sendto ||
	       id == CALL_sendmsg || id == CALL_vmsplice || id == CALL_process_vm_writev;
}

static void
note(struct trial *t, const char *what, uint64_t address, uint64_t n)
{
	if (!*t->failure)
		snprintf(t->failure, sizeof(t->failure), "%s of %#llx, %llu bytes, at %s", what,
			(unsigned long long)address, (unsigned long long)n,
			t->is_exit ? "exit" : "entry");
}

/* All n bytes, or those before the first that cannot be read, which is known as well. */
static void
expect(struct trial *t, const char *what, uint64_t address, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		if (!memory_is_known(t->m, address + i, t->is_exit))
			note(t, what, address + i, n - i);
		if (*t->failure || !memory_has(t->m, address + i))
			return;
	}
}

static size_t
see(void *arg, uint64_t address, void *buf, size_t n)
{
	struct trial *t = arg;
	size_t known = 0;

	while (t->is_copy && known < n && memory_is_known(t->m, address + known, t->is_exit))
		known++;
	return memory_read(t->m, t->is_exit, address, buf, t->is_copy ? known : n);
}

/* Before the learning, lengths that are answers have been written: the rest follows them. */
static void
kernel_writes(struct trial *t, enum area_kind kind, uint64_t address, uint64_t size)
{
	uint8_t of = t->part->spec->kind;
	bool is_message = of == ARG_MSG_IN || of == ARG_MMSG_IN || of == ARG_MMSG_OUT;

	if (of == ARG_LENGTH || of == ARG_POLLFDS || kind == AREA_DATA_OUT)
		return; /* its length is written already; revents the entry does not show */
	if (of == ARG_FILE_HANDLE_BOTH)
		address += 4; /* its length */
	if (!is_message || kind == AREA_DATA_IN)
		memory_scramble(t->m, address, MIN(size, 256));
}

/* The area is a part of the answer, and its bytes were copied. */
static void
ask(struct trial *t, uint8_t reg, enum area_kind kind, uint64_t address, uint64_t size)
{
	uint64_t words[] = { t->is_exit, reg, kind, address, size };
	uint8_t c;

	digest_add(&t->asked[t->is_copy], words, sizeof(words));
	if (kind == AREA_STRING) {
		while (size <= HINT_STRING_MAX) {
			expect(t, "string", address, 1);
			if (!memory_read(t->m, t->is_exit, address++, &c, 1) || !c)
				return;
		}
	} else if (kind == AREA_DATA_OUT && !t->is_exit) {
		expect(t, "payload", address, MIN(size, t->cut));
		if (t->cut != UINT64_MAX)
			t->cut -= MIN(t->cut, size);
	} else {
		expect(t, "area", address, size);
	}
}

static void
take(void *arg, uint8_t reg, enum area_kind kind, uint64_t address, uint64_t size)
{
	struct trial *t = arg;

	for (unsigned i = 0; i < t->args.n; i++)
		t->part = t->args.arg[i].reg == reg ? &t->args.arg[i] : t->part;
	if (t->is_learning)
		kernel_writes(t, kind, address, size);
	else
		ask(t, reg, kind, address, size);
}

static void
fetch(struct trial *t, bool is_exit)
{
	struct fetch f = { .call = &t->call,
		.peer = { see, t, NULL },
		.is_exit = is_exit,
		.want_input = t->want_input,
		.string_limit = 4096,
		.take = take,
		.take_arg = t };

	t->is_exit = is_exit;
	decode_fetch(&f);
}

static void
walk(struct trial *t, bool is_exit)
{
	struct hint_walk w = { .hints = &t->hints,
		.arg = t->call.arg,
		.ret = t->call.ret,
		.is_exit = is_exit,
		.has_failed = !is_ok(t),
		.want_input = t->want_input,
		.read = is_exit ? memory_read_after : memory_read_before,
		.take = is_exit ? memory_take_after : memory_take_before,
		.to = t->m };

	hint_walk(&w);
}

static bool
is_vector(uint8_t kind)
{
	return kind == ARG_MMSG_IN || kind == ARG_MMSG_OUT;
}

/* The lengths that the kernel answers with. */
static void
write_lengths(struct trial *t)
{
	for (unsigned i = 0; i < t->args.n; i++) {
		const struct arg *a = &t->args.arg[i];
		bool is_many = is_vector(a->spec->kind);
		uint64_t n = is_many ? MIN(arg_len(&t->args, a), 4) : 1, at = a->value;

		if (a->spec->kind == ARG_LENGTH && is_ok(t))
			memory_put_after(t->m, at, memory_random(t->m) % 200, 4);
		if (!is_ok(t) || (!is_many && a->spec->kind != ARG_MSG_IN))
			continue;
		for (uint64_t k = 0; k < n; k++, at += mmsg_size(t->word)) {
			memory_put_after(t->m, at + message_size(t->word), 9, is_many ? 4 : 0);
			if (a->spec->kind == ARG_MMSG_OUT)
				continue;
			memory_put_after(t->m, at + t->word, memory_random(t->m) % 64, 4);
			memory_put_after(t->m, at + 5 * t->word, memory_random(t->m) % 64, 4);
			memory_put_after(t->m, at + 6 * t->word, 0x20, 4);
		}
	}
}

/* What such a call writes: as much as its exit is looked at for. */
static void
kernel(struct trial *t)
{
	for (size_t i = 0; i < ARRAY_LEN(writes_back); i++) {
		if (writes_back[i].id == t->spec->id && !is_ok(t))
			memory_scramble(t->m, t->call.arg[writes_back[i].reg], 8);
	}
	write_lengths(t);
	t->is_learning = true;
	if (t->call.state == CALL_DONE)
		fetch(t, true);
	t->is_learning = false;
}

static bool
is_filled(uint8_t kind)
{
	return kind == ARG_PTR_OUT || kind == ARG_PTR_FOUND || kind == ARG_SIGSET_OUT ||
	       kind == ARG_PTR_REM;
}

/* One buffer for what the call reads and what it fills. */
static void
share_buffers(struct trial *t)
{
	for (unsigned i = 0; i + 1 < t->args.n; i++) {
		const struct arg *a = &t->args.arg[i], *b = a + 1;
		bool is_struct =
			(a->spec->kind == ARG_PTR_IN || a->spec->kind == ARG_SIGSET_IN) &&
			is_filled(b->spec->kind) && a->spec->ref == b->spec->ref;
		bool is_path = a->spec->kind == ARG_PATH && b->spec->kind == ARG_RAW_OUT;

		if ((is_struct || is_path) && memory_random(t->m) % 3 == 0)
			t->call.arg[b->reg] = t->call.arg[a->reg];
	}
}

/* How many, of what is counted by a register; what is built must have room. */
static uint64_t
any_count(struct trial *t, uint8_t of)
{
	static const uint64_t counts[] = { 0, 1, 2, 3, 4, 8, 16, 24, 100, 128, 500, 1024, 1025,
		5000, 70000, UINT32_MAX, UINT64_MAX, 0x100000010 };
	size_t n = !t->is_valid ? ARRAY_LEN(counts) : is_vector(of) ? 5 : 8;

	return counts[memory_random(t->m) % n];
}

static void
choose_registers(struct trial *t)
{
	uint64_t mask = t->call.arch == ARCH_I386 ? UINT32_MAX : UINT64_MAX;

	for (unsigned i = 0; i < 6; i++)
		t->call.arg[i] =
			t->is_valid ? memory_slot(t->m, i) : memory_any_address(t->m, t->word);
	for (size_t i = 0; i < ARRAY_LEN(variants); i++) {
		if (variants[i].id == t->spec->id && memory_random(t->m) % 4 == 0)
			t->call.arg[variants[i].reg] = variants[i].value;
	}
	args_of(&t->args, &t->call, t->spec);
	for (unsigned i = 0; i < t->args.n; i++) {
		uint8_t kind = t->args.arg[i].spec->kind, len = t->args.arg[i].spec->len;

		if (kind > ARG_SIGSET_FIELD && memory_random(t->m) % 16 == 0)
			t->call.arg[t->args.arg[i].reg] = 0;
		/* What counts another is no pointer, unless it is: ADDRESS_OUT, CAPS. */
		if (len < t->args.n && t->args.arg[len].spec->kind < ARG_STR)
			t->call.arg[t->args.arg[len].reg] = any_count(t, kind);
	}
	if (t->is_valid)
		share_buffers(t);
	for (unsigned i = 0; i < 6; i++)
		t->call.arg[i] &= mask;
	args_of(&t->args, &t->call, t->spec);
}

static void
choose_result(struct trial *t)
{
	static const int64_t errors[] = { -EINTR, -EINVAL, -EFAULT, -512, -516, -E2BIG };
	uint64_t way = memory_random(t->m) % 8;

	t->call.ret = (int64_t)(memory_random(t->m) % 40);
	if (way < 3) {
		t->call.ret = errors[memory_random(t->m) % ARRAY_LEN(errors)];
		t->call.is_error = true;
		t->call.state = t->call.ret <= -512 ? CALL_RESTARTED : CALL_DONE;
	} else if (way == 3) {
		t->call.state = CALL_UNFINISHED;
	} else if (way == 4) {
		t->call.ret = 4096;
	}
}

/* The kernel never says that it filled more than there was room for. */
static void
fit_result(struct trial *t)
{
	for (unsigned i = 0; i < t->args.n; i++) {
		const struct arg *a = &t->args.arg[i];

		if (a->spec->kind == ARG_RAW_OUT || is_vector(a->spec->kind))
			t->call.ret =
				MIN(t->call.ret, (int64_t)MIN(arg_len(&t->args, a), 4096));
	}
}

static bool
is_excepted(const struct trial *t)
{
	for (size_t i = 0; i < ARRAY_LEN(exceptions); i++) {
		bool fits = exceptions[i].id == t->spec->id &&
			    (!exceptions[i].of_i386 || t->call.arch == ARCH_I386) &&
			    (!exceptions[i].of_rubbish || !t->is_valid);

		if (fits && exceptions[i].reason)
			return true;
	}
	return false;
}

static void
run_trial(struct memory *m, enum arch arch, uint32_t nr)
{
	struct trial t = { .m = m, .want_input = memory_random(m) % 2 };
	struct built built;

	t.is_valid = memory_random(m) % 4;
	t.call.arch = (uint8_t)arch;
	t.call.nr = nr;
	t.spec = decode_spec(arch, nr);
	t.word = width_size(arch, WL);
	memory_begin(m, !t.is_valid);
	choose_registers(&t);
	choose_result(&t);
	fit_result(&t);
	built = (struct built){ m, &t.args, t.word };
	for (unsigned i = 0; t.is_valid && i < t.args.n; i++)
		put_argument(&built, &t.args.arg[i]);
	memory_copy(m);
	if (t.is_valid && !subcall_is(&t.call))
		kernel(&t);
	hint_of(&t.hints, arch, nr & 0x3fffffff);
	walk(&t, false);
	walk(&t, true);
	if (is_excepted(&t))
		return;
	for (unsigned i = 0; i < 2; i++) {
		t.is_copy = i;
		t.cut = is_cut(&t) ? (uint64_t)t.call.ret : UINT64_MAX;
		fetch(&t, false);
		if (t.call.state == CALL_DONE)
			fetch(&t, true);
	}
	if (!*t.failure && !digest_is_equal(&t.asked[0], &t.asked[1]))
		note(&t, "another answer from copies", 0, 0);
	if (*t.failure)
		fail_msg("%s %s (list %u, %s, ret %lld): %s", decode_arch_name(arch),
			t.spec->name, t.args.n, t.is_valid ? "built" : "rubbish",
			(long long)t.call.ret, t.failure);
}

static void
all_that_is_asked_for_was_copied(void **state)
{
	struct memory *m = memory_new(20261121);

	(void)state;
	for (unsigned round = 0; round < 60; round++) {
		for (unsigned arch = 0; arch < N_ARCHES; arch++) {
			for (uint32_t nr = 0; nr < HINT_NRS; nr++) {
				uint32_t bit = arch == ARCH_X32 ? 0x40000000 : 0;

				if (decode_spec(arch, nr | bit)->id != CALL_unknown)
					run_trial(m, arch, nr | bit);
			}
		}
	}
	memory_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_is_asked_for_was_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
