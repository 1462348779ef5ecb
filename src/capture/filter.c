/* SPDX-License-Identifier: MIT */
/*
 * filter.c - seccomp filters: one that stops for the calls that somebody asked for, and one
 * that refuses rings
 *
 * The program looks at the architecture and the number only, so that the kernel (5.11 on) knows
 * for every other number beforehand that it is allowed and does not run the filter for it at
 * all: a call that was not asked for costs some ten nanoseconds.
 */

#include "capture/filter.h"

#include "base/mem.h"
#include "capture/ours.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define X32_BIT 0x40000000u
#define N_NUMBERS 1024u /* no table of today reaches 600 */

static const struct {
	enum arch arch;
	uint32_t audit;
	uint32_t bit; /* added to each number */
} arches[] = {
#ifdef __x86_64__
	{ ARCH_X86_64, AUDIT_ARCH_X86_64, 0 },
	{ ARCH_X32, AUDIT_ARCH_X86_64, X32_BIT },
	{ ARCH_I386, AUDIT_ARCH_I386, 0 },
#elif defined(__aarch64__)
	{ ARCH_AARCH64, AUDIT_ARCH_AARCH64, 0 },
#endif
};

bool
filter_is_free(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &header, data) < 0)
		return false;
	return data[CAP_SYS_ADMIN / 32].effective >> (CAP_SYS_ADMIN % 32) & 1;
}

struct builder {
	struct sock_filter *code;
	size_t n, capacity;
};

static void
add(struct builder *b, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf)
{
	b->code = mem_grow(b->code, b->n, &b->capacity, sizeof *b->code);
	b->code[b->n++] = (struct sock_filter){ code, jt, jf, k };
}

/* Numbers from `from` on, up to the next span, that all stop or all pass. */
struct span {
	uint32_t from;
	bool is_stop;
};

struct spans {
	struct span *list;
	size_t n, capacity;
};

static bool
is_stop(const struct call_set *wanted, enum arch arch, uint32_t nr)
{
	enum call_id id = decode_spec(arch, nr)->id;

	return call_set_has(wanted, id) || (id != CALL_unknown && ours_has(id));
}

static void
add_span(struct spans *s, uint32_t from, bool is_stop)
{
	if (s->n && s->list[s->n - 1].is_stop == is_stop)
		return;
	s->list = mem_grow(s->list, s->n, &s->capacity, sizeof *s->list);
	s->list[s->n++] = (struct span){ from, is_stop };
}

/* All numbers of one architecture; x32 is a part of x86_64 to the kernel. */
static void
find_spans(struct spans *s, const struct call_set *wanted, uint32_t audit)
{
	s->n = 0;
	for (size_t i = 0; i < ARRAY_LEN(arches); i++) {
		if (arches[i].audit != audit)
			continue;
		for (uint32_t nr = 0; nr < N_NUMBERS; nr++)
			add_span(s, arches[i].bit + nr,
				is_stop(wanted, arches[i].arch, arches[i].bit + nr));
		add_span(s, arches[i].bit + N_NUMBERS, call_set_has(wanted, CALL_unknown));
	}
}

/* Halves the spans until one is left: some eight comparisons, wherever the number stands. A
 * conditional jump reaches 255 instructions, JA reaches all. */
static void
add_tree(struct builder *b, const struct span *spans, size_t n)
{
	size_t half = n / 2, jump;

	if (n == 1) {
		add(b, BPF_RET | BPF_K,
			spans->is_stop ? SECCOMP_RET_TRACE | FILTER_MARK : SECCOMP_RET_ALLOW, 0,
			0);
		return;
	}
	add(b, BPF_JMP | BPF_JGE | BPF_K, spans[half].from, 0, 1);
	jump = b->n;
	add(b, BPF_JMP | BPF_JA, 0, 0, 0);
	add_tree(b, spans, half);
	b->code[jump].k = (uint32_t)(b->n - jump - 1);
	add_tree(b, spans + half, n - half);
}

static void
add_arch(struct builder *b, const struct call_set *wanted, uint32_t audit)
{
	struct spans spans = { 0 };
	size_t jump;

	find_spans(&spans, wanted, audit);
	add(b, BPF_JMP | BPF_JEQ | BPF_K, audit, 1, 0);
	jump = b->n;
	add(b, BPF_JMP | BPF_JA, 0, 0, 0);
	add(b, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	add_tree(b, spans.list, spans.n);
	b->code[jump].k = (uint32_t)(b->n - jump - 1);
	mem_free(spans.list);
}

void
filter_make(struct sock_fprog *prog, const struct call_set *wanted)
{
	struct builder b = { 0 };

	if (wanted)
		add(&b, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	for (size_t i = 0; wanted && i < ARRAY_LEN(arches); i++) {
		if (!arches[i].bit)
			add_arch(&b, wanted, arches[i].audit);
	}
	add(&b, BPF_RET | BPF_K, wanted ? SECCOMP_RET_ALLOW : SECCOMP_RET_TRACE | FILTER_MARK,
		0, 0);
	assert(b.n <= BPF_MAXINSNS);
	prog->len = (unsigned short)b.n;
	prog->filter = b.code;
}

void
filter_free(struct sock_fprog *prog)
{
	mem_free(prog->filter);
	*prog = (struct sock_fprog){ 0 };
}

int
filter_install(const struct sock_fprog *prog)
{
	if (!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, prog, 0, 0))
		return 0;
	if (errno != EACCES)
		return errno;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return errno;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, prog, 0, 0) ? errno : 0;
}

int
filter_refuse_rings(void)
{
	/* A number of all machines since the tables were joined: whatever the architecture. */
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~X32_BIT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_setup, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { ARRAY_LEN(code), code };

	/* Not by prctl(2), which would also slow the target down against speculation. */
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW,
		       &prog)
		       ? errno
		       : 0;
}
