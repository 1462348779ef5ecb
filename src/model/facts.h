/* SPDX-License-Identifier: MIT */
/*
 * facts.h - numbers of one run that rules and budgets ask for; plain data
 */
#ifndef MODEL_FACTS_H
#define MODEL_FACTS_H

#include "model/event.h"

struct call_count {
	const char *name; /* of the syscall */
	uint64_t n, n_errors, time_ns;
	uint64_t bytes_in, bytes_out; /* moved by those that move bytes of descriptors */
};

struct process_facts {
	uint32_t task;       /* of its leader */
	const char *program; /* canonical path of what it last executed */
	uint32_t memory_of;  /* the task of the process whose memory it lived in to its end, as
				a vfork child that executes nothing; 0: its own */
	uint64_t peak_rss_bytes, allocated_bytes, user_ns, system_ns;
	uint64_t peak_mapped_bytes;    /* as below, its own */
	uint64_t started_ns, ended_ns; /* since the trace began */
	struct call_count *calls;      /* by name */
	size_t n_calls;
	/* Profile strict: calls that are not compared because they are the runtime's: before
	 * the program's own first act, after its last, in between. */
	const char *runtime; /* "CPython"; NULL: not known, nothing was cut */
	uint64_t n_startup, n_shutdown, n_runtime;
};

struct facts {
	uint64_t wall_ns; /* from the first exec to the last exit */
	/* Since the trace began: the first exec, or when the tracer let go of it, later. */
	uint64_t began_ns;
	uint64_t n_calls;
	uint64_t allocated_bytes;   /* all processes: anonymous mmap, brk and mremap growth */
	uint64_t mapped_bytes;      /* the same, and mappings of files */
	uint64_t n_opened;          /* calls of the open family that gave a descriptor */
	uint64_t n_threads;         /* started beside the first one of each process */
	uint64_t max_fds;           /* that one process held at one time */
	uint64_t peak_rss_bytes;    /* the largest VmHWM of any process */
	uint64_t peak_mapped_bytes; /* anonymous, of all processes, at most at one time */
	bool has_peak_mapped;       /* that was asked for */
	bool has_all_calls; /* false: a subset was traced, counts of the others are not known */
	bool has_busy;      /* processor time between calls was looked for */
	bool has_stacks;    /* stacks were taken of the calls */
	bool has_memory_calls; /* mmap, brk, mremap were among those traced */
	bool has_peak_rss;
	struct call_count *calls; /* the whole tree, by name */
	size_t n_names;
	struct process_facts *processes; /* in order of appearance */
	size_t n_processes;
	struct trace_footer footer;
};

#endif
