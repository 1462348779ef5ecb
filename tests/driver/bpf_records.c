/* SPDX-License-Identifier: MIT */
/*
 * bpf_records.c - runs a command under the kernel half alone and prints the raw records
 *
 * bpf_records [-q] COMMAND…: hints are those of decode/hint.h; all calls are wanted. -q: only
 * the counts, on standard error. RENACER_RING is the size of a ring. Tasks that stop themselves
 * are continued, without hiding that.
 */

#include "base/mem.h"
#include "capture/bpf_session.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const kinds[N_RECORD_KINDS] = { "none", "entry", "more", "call", "fork",
	"exec", "exit", "signal", "ring" };

static void
print_bytes(const uint8_t *bytes, size_t n)
{
	putchar('"');
	for (size_t i = 0; i < n && i < 60; i++) {
		if (bytes[i] >= ' ' && bytes[i] < 127)
			putchar(bytes[i]);
		else
			printf("\\x%02x", bytes[i]);
	}
	printf(n > 60 ? "\"…" : "\"");
}

static void
print_snippets(const struct record_call *c)
{
	const uint8_t *p = (const uint8_t *)(c + 1);

	for (unsigned i = 0; i < c->n_snippets; i++) {
		const struct snippet *s = (const struct snippet *)p;

		printf("      #%u %llx+%u ", s->hint, (unsigned long long)s->address, s->size);
		p += sizeof *s;
		if (s->state == SNIPPET_OK) {
			print_bytes(p, s->size);
			p += (s->size + 7u) & ~7u;
		} else {
			printf(s->state == SNIPPET_CUT ? "cut" : "FAULT");
		}
		putchar('\n');
	}
	if (p != (const uint8_t *)c + c->head.size)
		printf("      BAD SIZE\n");
}

static void
print_call(const struct record_call *c)
{
	printf(" arch %u nr %u how %u (%llx, %llx, %llx, %llx, %llx, %llx) = %lld\n", c->arch,
		c->nr, c->how, (unsigned long long)c->arg[0], (unsigned long long)c->arg[1],
		(unsigned long long)c->arg[2], (unsigned long long)c->arg[3],
		(unsigned long long)c->arg[4], (unsigned long long)c->arg[5],
		(long long)c->ret);
	print_snippets(c);
}

static void
print_exec(const struct record_exec *e)
{
	const uint8_t *p = (const uint8_t *)(e + 1);

	printf(" from %d arch %u secure %u path %u ", e->former_tid, e->arch, e->is_secure,
		e->has_path);
	print_bytes(p, e->n_path);
	p += (e->n_path + 7u) & ~7u;
	putchar(' ');
	print_bytes(p, e->n_filename);
	p += (e->n_filename + 7u) & ~7u;
	printf(" args %u/%u ", e->n_args, e->args_size);
	print_bytes(p, e->n_args);
	putchar('\n');
}

static void
print_record(const struct record *r)
{
	const struct record_fork *f = (const void *)r;
	const struct record_exit *x = (const void *)r;
	const struct record_signal *s = (const void *)r;

	printf("%llu cpu%u %d/%d %s", (unsigned long long)r->time_ns, r->cpu, r->pid, r->tid,
		r->kind < N_RECORD_KINDS ? kinds[r->kind] : "BAD KIND");
	switch (r->kind) {
	case RECORD_ENTRY:
	case RECORD_MORE:
	case RECORD_CALL:
		print_call((const void *)r);
		return;
	case RECORD_FORK:
		printf(" -> %d/%d how %u flags %llx\n", f->child_pid, f->child_tid, f->how,
			(unsigned long long)f->flags);
		return;
	case RECORD_EXEC:
		print_exec((const void *)r);
		return;
	case RECORD_EXIT:
		printf(" status %x process %u rss %llu user %llu system %llu\n",
			(unsigned)x->status, x->is_process,
			(unsigned long long)x->peak_rss_bytes, (unsigned long long)x->user_ns,
			(unsigned long long)x->system_ns);
		return;
	case RECORD_SIGNAL:
		printf(" signal %d code %d from %d uid %d status %d handler %u\n", s->signal,
			s->code, s->sender_pid, s->sender_uid, s->status, s->fate);
		return;
	}
	putchar('\n');
}

struct counts {
	uint64_t records, bytes, snippets[4], lost, stops;
	pid_t stopped[64]; /* lately; continued again and again: our signal may come too early
			    */
	unsigned n_stopped;
};

static void
count_snippets(struct counts *n, const struct record_call *c)
{
	const uint8_t *p = (const uint8_t *)(c + 1);

	for (unsigned i = 0; i < c->n_snippets; i++) {
		const struct snippet *s = (const struct snippet *)p;

		n->snippets[s->state & 3]++;
		p += sizeof *s + (s->state == SNIPPET_OK ? (s->size + 7u) & ~7u : 0);
	}
	if (c->head.kind == RECORD_CALL && (c->flags & CALL_STOPPED))
		n->stopped[n->n_stopped++ % ARRAY_LEN(n->stopped)] = c->head.pid;
}

static void
take(struct counts *n, const struct record *r, bool is_quiet)
{
	n->records++;
	n->bytes += r->size;
	if (r->kind == RECORD_ENTRY || r->kind == RECORD_MORE || r->kind == RECORD_CALL)
		count_snippets(n, (const void *)r);
	if (!is_quiet)
		print_record(r);
}

static void
drain(struct counts *n, struct bpf_session *s, bool is_quiet)
{
	for (uint32_t i = 0; i < s->n_cpus; i++) {
		struct bpf_ring *r = &s->rings[i];
		uint64_t at = *r->consumer,
			 end = __atomic_load_n(r->producer, __ATOMIC_ACQUIRE);

		while (at < end) {
			const struct record *record = bpf_ring_at(r, at);

			take(n, record, is_quiet);
			at = bpf_ring_after(r, at, record->size);
		}
		__atomic_store_n(r->consumer, at, __ATOMIC_RELEASE);
	}
	for (unsigned i = 0; i < ARRAY_LEN(n->stopped); i++) {
		if (n->stopped[i])
			kill(n->stopped[i], SIGCONT);
	}
}

static void
want_all(struct bpf_control *c)
{
	c->want_input = c->follow = 1;
	c->data_bytes = c->ring_bytes / 4;
	c->high_bytes = c->ring_bytes / 2;
	c->reserve_bytes = c->ring_bytes / 8;
	for (unsigned arch = 0; arch < HINT_ARCHES; arch++) {
		for (uint32_t nr = 0; nr < HINT_NRS; nr++) {
			struct call_hints *h = &c->calls[arch][nr];

			hint_of(h, (enum arch)arch, nr);
			h->flags = CALL_IS_WANTED;
			for (unsigned i = 0; i < h->n; i++) {
				if (h->hint[i].when & HINT_AT_ENTRY ||
					h->hint[i].when >> HINT_RIVAL_SHIFT)
					h->flags |= CALL_IS_EARLY;
			}
		}
	}
}

static pid_t
start(char **argv, int *go)
{
	int ends[2];
	pid_t pid;

	if (pipe(ends) < 0)
		return -1;
	pid = fork();
	if (!pid) {
		char c;

		close(ends[1]);
		if (read(ends[0], &c, 1) < 0)
			_exit(126);
		close(ends[0]);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(ends[0]);
	*go = ends[1];
	return pid;
}

static int
follow(struct counts *n, struct bpf_session *s, char **argv, bool is_quiet)
{
	int go = -1, status = 0;
	pid_t pid;

	want_all(s->control);
	pid = start(argv, &go);
	bpf_session_begin(s, pid);
	close(go);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		drain(n, s, is_quiet);
		usleep(1000);
	}
	drain(n, s, is_quiet);
	bpf_session_end(s);
	for (uint32_t i = 0; i < s->n_cpus; i++) {
		n->lost += s->cpus[i].n_lost;
		n->stops += s->cpus[i].n_stops;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct bpf_session *s = NULL;
	struct counts n = { 0 };
	const char *ring = getenv("RENACER_RING");
	bool is_quiet = argc > 1 && !strcmp(argv[1], "-q");
	int status;

	if (argc < 2 + is_quiet)
		return 2;
	if (bpf_session_open(&s, ring ? strtoul(ring, NULL, 0) : 0, &err) < 0) {
		err_print(&err, "bpf_records", stderr);
		err_done(&err);
		return 77;
	}
	status = follow(&n, s, argv + 1 + is_quiet, is_quiet);
	fprintf(stderr,
		"%llu records of %llu bytes; snippets: %llu ok, %llu fault, %llu cut, %llu "
		"later; %llu lost, %llu stops, %lld misses\n",
		(unsigned long long)n.records, (unsigned long long)n.bytes,
		(unsigned long long)n.snippets[SNIPPET_OK],
		(unsigned long long)n.snippets[SNIPPET_FAULT],
		(unsigned long long)n.snippets[SNIPPET_CUT],
		(unsigned long long)n.snippets[SNIPPET_LATER], (unsigned long long)n.lost,
		(unsigned long long)n.stops, (long long)bpf_session_misses(s));
	bpf_session_free(s);
	return status;
}
