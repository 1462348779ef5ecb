/* SPDX-License-Identifier: MIT */
/*
 * kernel_half.c - what the kernel half of the eBPF backend costs a target, alone
 *
 *     kernel_half CMD [ARG...]
 *
 * Runs CMD with every call recorded and all it leads to copied, and throws the records away as
 * they come. Prints records, bytes and records lost to stderr. Exits as CMD did; 3 when the
 * kernel half cannot be loaded.
 */
#include "capture/bpf_session.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* As the backend polls. */
#define POLL_NS 1000000

static void
want_all(struct bpf_control *c)
{
	c->follow = 1;
	c->want_input = 1; /* as `renacer record` */
	c->data_bytes = 1u << 20;
	for (unsigned arch = 0; arch < HINT_ARCHES; arch++)
		for (unsigned nr = 0; nr < HINT_NRS; nr++) {
			struct call_hints *h = &c->calls[arch][nr];

			hint_of(h, (enum arch)arch, nr);
			h->flags = CALL_IS_WANTED;
			for (unsigned i = 0; i < h->n; i++)
				if (h->hint[i].when & HINT_AT_ENTRY ||
					h->hint[i].when >> HINT_RIVAL_SHIFT)
					h->flags |= CALL_IS_EARLY;
		}
}

/* Throws away what is there; returns its bytes. */
static uint64_t
drop(struct bpf_session *s)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < s->n_cpus; i++) {
		struct bpf_ring *r = &s->rings[i];
		uint64_t end = __atomic_load_n(r->producer, __ATOMIC_ACQUIRE);

		bytes += end - *r->consumer;
		__atomic_store_n(r->consumer, end, __ATOMIC_RELEASE);
	}
	return bytes;
}

/* A task for whose record the ring had no room stands still until somebody lets it go. */
static void
let_go(const struct bpf_session *s, pid_t group)
{
	for (uint32_t i = 0; i < s->n_cpus; i++)
		if (s->cpus[i].n_stops)
			kill(-group, SIGCONT);
}

static pid_t
begin(struct bpf_session *s, char **argv)
{
	int go[2];
	char byte = 0;
	pid_t pid;

	if (pipe(go) < 0 || (pid = fork()) < 0)
		return -1;
	if (pid == 0) {
		setpgid(0, 0);
		close(go[1]);
		if (read(go[0], &byte, 1) == 1) {
			close(go[0]);
			execvp(argv[0], argv);
			perror(argv[0]);
		}
		_exit(127);
	}
	setpgid(pid, pid);
	bpf_session_begin(s, pid);
	close(go[0]);
	if (write(go[1], &byte, 1) != 1)
		pid = -1;
	close(go[1]);
	return pid;
}

int
main(int argc, char **argv)
{
	AUTO(bpf_session_free) struct bpf_session *s = NULL;
	const struct timespec nap = { .tv_nsec = POLL_NS };
	struct err err = { 0 };
	uint64_t bytes = 0, n = 0, lost = 0;
	int status = 0;
	pid_t pid;

	if (argc < 2) {
		fprintf(stderr, "usage: kernel_half CMD [ARG...]\n");
		return 2;
	}
	if (bpf_session_open(&s, 0, &err) < 0) {
		err_print(&err, "kernel_half", stderr);
		err_done(&err);
		return 3;
	}
	want_all(s->control);
	pid = begin(s, argv + 1);
	while (pid > 0 && waitpid(pid, &status, WNOHANG) == 0) {
		bytes += drop(s);
		let_go(s, pid);
		nanosleep(&nap, NULL);
	}
	bytes += drop(s);
	bpf_session_end(s);
	for (uint32_t i = 0; i < s->n_cpus; i++) {
		n += s->cpus[i].n_records;
		lost += s->cpus[i].n_lost;
	}
	fprintf(stderr, "records %llu bytes %llu lost %llu\n", (unsigned long long)n,
		(unsigned long long)bytes, (unsigned long long)lost);
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}
