/* SPDX-License-Identifier: MIT */
/*
 * record.h - what the kernel half of the eBPF backend and its user half tell each other
 *
 * Compiled for both: fixed-width types, no padding that is not named, nothing of libc.
 *
 * Records go through a ring a CPU, ordered by time (struct bpf_cpu). A record is a head, what
 * its kind adds, and copies of the task's memory (snippets), each padded to 8 bytes. Times are
 * bpf_ktime_get_ns(), which is CLOCK_MONOTONIC. Ids of tasks are those of the tracer's pid
 * namespace.
 */
#ifndef CAPTURE_BPF_RECORD_H
#define CAPTURE_BPF_RECORD_H

#include "decode/hint.h"

#include <stdint.h>

#define BPF_CPUS 256u             /* more are refused by the loader */
#define BPF_RECORD_MAX 65536u     /* bytes of one record; more snippets go into RECORD_MORE */
#define BPF_RING_BYTES (8u << 20) /* of one CPU's ring, unless RENACER_RING says otherwise */
#define BPF_BLOCK_BYTES                                                                        \
	(2u << 20) /* of a ring, at most; older kernels take values to 4 MiB                   \
		    */
#define BPF_BLOCK_SPILL BPF_RECORD_MAX /* behind each block: its last record ends there */
#define BPF_EXE_MAX 4096u
#define BPF_BEADS 65536u /* steps of a loop, before Linux 5.17 */
#define BPF_MET 4u
#define BPF_RING_OPS 256u /* an opcode of io_uring is a byte */

enum record_kind {
	RECORD_NONE,
	RECORD_ENTRY, /* snippets taken at the entry of a call; its RECORD_CALL comes later */
	RECORD_MORE,  /* snippets of the RECORD_CALL or RECORD_ENTRY that follows from this task
		       */
	RECORD_CALL,  /* a call has returned, or will never return */
	RECORD_FORK,  /* from the parent, before the child runs */
	RECORD_EXEC,
	RECORD_EXIT,    /* of one task */
	RECORD_SIGNAL,  /* is about to be delivered, or will never be, or (is_stop) the task's
			 * process stopped */
	RECORD_STRINGS, /* before a RECORD_EXEC: what its entry could not read */
	N_RECORD_KINDS,
};

struct record {
	uint16_t kind;
	uint16_t cpu;
	uint32_t size; /* of all of it, a multiple of 8 */
	uint64_t time_ns;
	int32_t pid, tid;
};

enum snippet_state {
	SNIPPET_OK,
	SNIPPET_FAULT,  /* size bytes from here on cannot be read now */
	SNIPPET_CUT,    /* size more bytes were there, and there was no room for them */
	SNIPPET_LATER,  /* the same, and the task stands still until we have read them ourselves
			 */
	SNIPPET_UNSEEN, /* never touched: a device took them without a look (/dev/null) */
};

struct snippet {
	uint64_t address;
	uint32_t size; /* bytes; those of SNIPPET_OK follow, padded to 8 */
	uint8_t state; /* enum snippet_state */
	uint8_t hint;  /* the row it belongs to */
	uint16_t pad;
};

enum call_how {
	CALL_HOW_RETURNED,
	CALL_HOW_NO_ENTRY,   /* sys_exit without sys_enter: a seccomp filter refused it */
	CALL_HOW_UNFINISHED, /* the task ended inside it */
	CALL_HOW_STRANGE, /* SECCOMP_RET_KILL: no exit and no entry, from pt_regs at the end */
};

/* A task that published a record while its ring was fuller than bpf_control.high_bytes stops
 * itself by SIGSTOP (si_code SI_KERNEL) before it returns to user mode; we let it go on when
 * the ring is empty again (hold.h). With less room than reserve_bytes or more memory than
 * data_bytes it publishes a record without, and its memory is read from outside while it
 * stands. */
enum record_call_flags {
	CALL_STOPPED = 1, /* has stopped itself behind this call */
	CALL_SPARE = 2,   /* a program of the target's is about to trace this process: nobody
			   * else may be attached to it */
	CALL_LATE = 4,    /* of an execve: there was no room for its strings. With CALL_STOPPED:
			   * they are to be read while the task stands, where the call has them
			   * when it failed, and else where record_exec says */
	CALL_LEAVE = 8,   /* with CALL_STOPPED: so that we can let go of it, see
			     bpf_control.is_leaving */
};

struct record_call { /* RECORD_CALL, RECORD_ENTRY, RECORD_MORE */
	struct record head;
	uint32_t nr;  /* without the bit of x32 */
	uint8_t arch; /* enum arch */
	uint8_t how;  /* enum call_how */
	uint16_t n_snippets;
	uint64_t arg[6];
	int64_t ret;       /* raw: -errno, restart codes too */
	uint64_t enter_ns; /* head.time_ns is the exit */
	uint64_t ip, sp;
	uint32_t flags; /* enum record_call_flags */
	uint32_t pad;
	/* struct snippet … */
};

struct record_fork {
	struct record head; /* of the parent */
	int32_t child_pid, child_tid;
	uint64_t flags; /* of clone or clone3, where the call has them */
	uint8_t how;    /* enum start_how: START_FORK, _VFORK, _CLONE, _THREAD */
	uint8_t pad[7];
};

struct record_exec {
	struct record head;
	int32_t former_tid; /* of the task that called execve; head.tid when it leads */
	uint8_t arch;       /* of the new program */
	uint8_t is_secure;
	uint8_t has_path; /* 0: the path was too long or too deep: ask /proc */
	uint8_t is_late;  /* its strings are still to be read: CALL_LATE */
	uint32_t n_path, n_filename, n_args; /* bytes; each part padded to 8 */
	uint32_t args_size;                  /* bytes of arguments there are */
	uint64_t time_entry_ns;              /* of the execve */
	uint64_t strings_at, strings_size;   /* all arguments, and the environment behind them,
						in the new program's memory */
	/* path (as /proc/PID/exe), bprm->filename, arguments each with its NUL */
};

/* A piece of the new program's arguments, each with its NUL, and of its environment, which
 * follows them: the kernel has just written these pages. All of it, in order, comes before the
 * RECORD_EXEC, from the task that called execve. */
struct record_strings {
	struct record head;
	uint64_t offset; /* in all of them */
	uint32_t n, pad; /* bytes; padded to 8 */
};

struct record_exit {
	struct record head;
	int32_t status;     /* as wait(2) */
	uint8_t is_process; /* the last task of its process */
	uint8_t pad[3];
	uint64_t peak_rss_bytes, user_ns, system_ns; /* of the process, when is_process */
};

enum signal_fate {
	SIGNAL_PLAIN, /* none of the others: it ends, stops or continues its process */
	SIGNAL_HANDLED,
	SIGNAL_IGNORED, /* by the program, or by its own nature (SIGCHLD) */
};

struct record_signal {
	struct record head;
	int32_t signal, code, error;
	int32_t sender_pid, sender_uid, status;
	uint64_t address, user_ticks, system_ticks;
	uint8_t is_stop, fate; /* enum signal_fate */
	uint8_t pad[6];
};

/* One of these a CPU, in memory that both halves map. The kernel half counts, we read.
 *
 * A ring is a row of blocks. Positions only grow; the next record begins where the last one
 * ended, or with the next block where that one has reached the end of its own (it may lie
 * behind it, see BPF_BLOCK_SPILL): so none is torn. Records lie from `consumed` to `produced`,
 * which is written behind them (store_in_order()) and read with acquire.
 *
 * busy is set, in order, before a program takes its time, and cleared when
 * its record is in the ring. We read our own clock first, then busy of every CPU: where it is
 * clear, whatever comes later is not older than our reading; where it is set, look again. */
struct bpf_cpu {
	uint64_t busy;
	uint64_t produced;
	uint64_t n_records;
	uint64_t high_fill;             /* bytes in the ring, the most there were */
	uint64_t n_stops;               /* tasks that stopped themselves above the mark */
	uint64_t n_aside, n_told_aside; /* the kernel half's, see turn.h */
	uint64_t pad;
	/* Another cache line, which we write. */
	uint64_t consumed; /* ours, with release */
	uint64_t n_lost;   /* the ring had no room, or a program gave up */
	uint64_t reason;   /* enum bpf_loss of the first loss */
	uint64_t pad_ours[5];
	/* What cannot wait for its record. */
	uint64_t met[BPF_MET]; /* by bpf_met(): process and thread (lower half) that may have to
				  stop itself, and is to be attached to before; then we write
				  0 */
	uint64_t spared; /* counts, and the process (lower half) that CALL_SPARE will name */
	uint64_t pad_both[3];
};

/* Of bpf_cpu.met. Two tasks may share one: the last one counts, and the other comes again. */
static inline uint32_t
bpf_met(int32_t tid)
{
	return (uint32_t)tid % BPF_MET;
}

/* What the loader fixes for good: not in the memory that both halves map, for whoever holds
 * that must not choose. */
struct bpf_fixed {
	/* Who opened us, when that is a user without the rights of root; UINT32_MAX: all may be
	 * read. */
	uint32_t owner;
	uint32_t block_bits; /* log2 of a block's bytes */
	uint32_t n_blocks;   /* of a CPU, a power of two */
	uint32_t has_loop;   /* the kernel has bpf_loop() */
};

enum bpf_loss {
	LOSS_NONE,
	LOSS_RING,    /* the ring had no room, or is not there */
	LOSS_STORAGE, /* a task could not be marked */
	LOSS_DEPTH,   /* a program gave up, or ran inside another */
	LOSS_SECRET,  /* a program has rights that the tracer's user has not */
	N_LOSSES,
};

enum call_flags {
	CALL_IS_WANTED = 1,
	CALL_IS_EARLY = 2, /* has rows of HINT_AT_ENTRY */
	CALL_IS_LARGE = 4, /* may be: argument call_large_reg() says how much payload it has */
	CALL_AT_ENTRY = CALL_IS_EARLY | CALL_IS_LARGE,
	CALL_IS_PRCTL = 8,
	CALL_REG = 16, /* times that argument */
};

static inline uint32_t
call_large_reg(uint32_t flags)
{
	return flags / CALL_REG;
}

/* What one run wants; written by the user half before `first_tid` is, read by the kernel half.
 */
struct bpf_control {
	uint32_t first_tid;  /* in the tracer's namespace; tracked from its next event on. 0:
				none */
	uint32_t pid_level;  /* of the tracer's pid namespace */
	uint32_t want_input; /* HINT_IS_INPUT rows are taken */
	uint32_t follow;     /* forks are tracked as well */
	uint32_t n_cpus;
	uint32_t near_bytes; /* a ring fuller than this: who publishes is to be attached to */
	uint32_t high_bytes; /* a ring fuller than this: the task stops itself; 0: never */
	uint32_t top_bytes;  /* and so does one to whom nobody is attached, above this */
	uint32_t data_bytes; /* of one call's memory, copied at most */
	uint32_t reserve_bytes; /* of a ring, kept free for records without memory */
	uint32_t run;   /* of this session: tasks of another run are not tracked any more */
	uint32_t found; /* the kernel half's: the run whose first_tid it has seen */
	uint32_t ring_bytes; /* of one CPU's ring */
	uint32_t is_leaving; /* whoever is attached to by it stops behind its next call */
	uint32_t reader;     /* who attaches to tasks, in the tracer's namespace */
	struct call_hints calls[HINT_ARCHES][HINT_NRS]; /* flags: enum call_flags */
};

#endif
