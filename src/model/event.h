/* SPDX-License-Identifier: MIT */
/*
 * event.h - what a trace is made of: calls, and the life of the tasks that made them
 *
 * A trace is a header, events in the order in which the tracer learned of them, and a footer
 * that says how complete it is. Plain data: a live run, a file and a test give the same thing.
 * Everything a pointer points to is borrowed from whoever handed the event out, until the next;
 * stacks until that is freed.
 */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include "base/digest.h"
#include "model/stack.h"

enum arch { ARCH_X86_64, ARCH_I386, ARCH_X32, ARCH_AARCH64, N_ARCHES };

/* A piece of the target's memory that belongs to a call: what an argument pointed to. */
enum area_kind {
	AREA_STRUCT,   /* raw bytes the kernel reads or fills: a struct, an array, pointers */
	AREA_STRING,   /* up to its NUL (not included) */
	AREA_DATA_OUT, /* payload that leaves the program: written, sent */
	AREA_DATA_IN,  /* payload that arrives: read, received */
};

struct area {
	uint8_t arg;  /* 0 to 5: which argument led here */
	uint8_t kind; /* enum area_kind */
	bool at_exit; /* read after the call, not before it */
	bool has_digest;
	bool is_missing;  /* could not be read (EFAULT): kept is 0 */
	uint32_t kept;    /* bytes here */
	uint64_t address; /* in the target */
	uint64_t size;    /* bytes there; kept <= size */
	const uint8_t *bytes;
	struct digest digest; /* of all size bytes, when has_digest: of data that was not kept
				 whole; what was kept whole is its own digest */
};

enum call_state {
	CALL_DONE,
	CALL_RESTARTED,  /* interrupted by a signal; the kernel runs it again: no result */
	CALL_UNFINISHED, /* never returned: the task ended or was killed inside it */
	CALL_DENIED, /* a seccomp filter of the target's refused it; ret holds what it got */
};

struct call {
	uint32_t nr;     /* of arch */
	uint8_t arch;    /* enum arch */
	uint8_t state;   /* enum call_state */
	bool is_error;   /* ret is -errno */
	uint64_t arg[6]; /* of rt_sigreturn and sigreturn, the first is the stack pointer: its
			    true argument */
	int64_t ret;
	uint64_t enter_ns;  /* since the trace began; event.time_ns is the exit */
	uint64_t enter_seq; /* stops counted, entry and exit alike: order of entries */
	uint64_t ip;        /* behind the syscall instruction */
	uint32_t n_areas;
	const struct area *areas;  /* in the order of arguments, then of iovec elements */
	const struct stack *stack; /* at the entry; NULL: not asked for, or not known */
};

enum start_how {
	START_FIRST,
	START_FORK,
	START_VFORK,
	START_CLONE,
	START_THREAD,
	START_ATTACHED
};

struct task_start {
	uint32_t parent;  /* task number, 0: none of ours */
	uint32_t process; /* number of the task that leads the process (itself unless a thread)
			   */
	uint8_t how;      /* enum start_how */
	int32_t pid, tid;
	uint64_t clone_flags;
};

struct task_exec {
	uint32_t from; /* the task that called execve, when another thread than the leader; else
			  0 */
	const char *path; /* /proc/PID/exe after it */
	uint8_t arch;     /* of the new program */
	bool is_secure;   /* AT_SECURE: setuid, setgid, file capabilities */
};

struct task_exit {
	int32_t status;  /* as wait(2) */
	bool is_process; /* the last task of its process; the numbers below are the process's */
	uint64_t peak_rss_bytes; /* VmHWM */
	uint64_t user_ns, system_ns;
};

struct signal_info {
	int32_t signal, code, error;
	int32_t pid, uid; /* of the sender, when code says so; pid as the target sees it. Of
			     SI_TIMER: the timer's id and its overruns */
	uint64_t address; /* of the fault; of SI_QUEUE and SI_TIMER si_value, as a pointer */
	/* Of SIGCHLD: the child's exit status or signal, and its times in clock ticks. */
	int32_t status;
	uint64_t user_ticks, system_ticks;
	bool is_stop; /* a group-stop, not a delivery */
};

/* A descriptor that a process held before its first traced call. */
struct held_fd {
	int32_t fd;
	uint32_t flags;   /* as F_GETFL */
	const char *name; /* as /proc/PID/fd says: a path, "pipe:[1]", "socket:[2]" */
};

enum path_type {
	PATH_ABSENT,
	PATH_FILE,
	PATH_DIR,
	PATH_SYMLINK,
	PATH_FIFO,
	PATH_SOCKET,
	PATH_CHAR,
	PATH_BLOCK,
	PATH_UNREADABLE, /* there, but its content could not be read: digest is empty */
	N_PATH_TYPES,
};
extern const char *const path_type_names[N_PATH_TYPES];

/* The state of a path before the run or after it, taken from the file system itself. */
struct path_state {
	const char *path; /* absolute, real bytes */
	bool is_before;
	uint8_t type;  /* enum path_type */
	uint32_t mode; /* permission bits, 07777 */
	uint32_t uid, gid;
	uint64_t size; /* of a file */
	uint64_t inode, device, n_links;
	char sha256[SHA256_HEX]; /* of a file's content, "" otherwise */
	const char *target;      /* of a symbolic link */
	uint64_t rdev;           /* of a device: which one it stands for, as stat(2) */
	/* Extended attributes that users set: "user.a=1\n", sorted, escaped; NULL: none. */
	const char *attributes;
	/* The first bytes of a small regular file, so that a difference can be shown. */
	const uint8_t *head;
	uint32_t n_head;
};

enum event_kind {
	EVENT_START,
	EVENT_HELD,
	EVENT_EXEC,
	EVENT_CALL,
	EVENT_SIGNAL,
	EVENT_EXIT,
	EVENT_PATH,
	N_EVENT_KINDS,
};

struct event {
	uint8_t kind;     /* enum event_kind */
	uint32_t task;    /* from 1, in order of appearance; 0: EVENT_PATH */
	uint64_t seq;     /* strictly growing; shares its counter with call.enter_seq */
	uint64_t time_ns; /* since the trace began */
	/* Of a call and an exit: processor time that the task used at least since its call
	 * before, without any call; 0: too little to be seen, or nobody looked (is_sampled). */
	uint64_t busy_ns;
	union {
		struct task_start start;
		struct held_fd held;
		struct task_exec exec;
		struct call call;
		struct signal_info signal;
		struct task_exit exit;
		struct path_state path;
	};
};

/* What was known before the first event. */
struct trace_header {
	const char *const *argv;          /* ends in NULL */
	const char *cwd, *exe;            /* absolute; exe: what argv[0] was found to be */
	const char *home, *tmp, *sandbox; /* the target's roots; NULL: none */
	const char *backend, *kernel, *machine; /* machine: uname -m */
	uint64_t started_ns;                    /* wall clock; never in a golden */
	uint32_t uid, gid;      /* of the target when it starts, all of its ids */
	uint32_t n_cpus;        /* the target may use */
	uint32_t payload_limit; /* bytes kept of each area of data */
	bool is_subset;         /* only some calls were asked for */
	bool is_excerpt;        /* and these by a person: what effects need may be missing */
	bool is_sampled;        /* busy_ns was looked for */
	bool aslr;
	bool has_stacks; /* stacks were asked for */
};

/* How complete the trace is. Anything but zero in the first group makes it incomplete. */
struct trace_footer {
	uint64_t n_lost;        /* events the backend knows it dropped */
	uint32_t n_escaped;     /* tasks that could not be followed */
	uint32_t n_rings;       /* io_uring instances set up: their operations are not seen */
	uint32_t n_untraceable; /* tasks that traced each other, or were denied to us */
	bool was_cut;           /* stopped by us: timeout, interrupt, limit */
	/* For information. */
	uint64_t n_events, n_calls, n_unfinished, n_restarted, n_calls_32bit;
	uint32_t n_tasks, n_processes, n_seccomp_filters;
	uint32_t n_seen_stops; /* by us, that the target itself could see; not stored */
	uint64_t wall_ns;      /* from the first exec to the last exit */
	char reason[120];      /* why it is incomplete, a sentence; "" when it is not */
};

static inline bool
trace_is_complete(const struct trace_footer *f)
{
	return !f->n_lost && !f->n_escaped && !f->n_rings && !f->n_untraceable && !f->was_cut;
}

#endif
