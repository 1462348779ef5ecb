/* SPDX-License-Identifier: MIT */
/*
 * decode.h - from numbers to meaning: what a syscall is called, takes, needs read, and looks
 * like
 *
 * Hidden here: the tables (calls.def, one line a syscall; NR files generated per architecture),
 * flag names, struct layouts of 64-bit and 32-bit callers. Sources: Linux 6.18 uapi headers,
 * syscalls(2) and the page of each call, strace's text form.
 */
#ifndef DECODE_DECODE_H
#define DECODE_DECODE_H

#include "base/err.h"
#include "base/str.h"
#include "model/event.h"

#include <sys/types.h>

/* One per syscall name, the same on every architecture: CALL_openat, …; CALL_unknown is 0. */
enum call_id {
	CALL_unknown,
#define CALL(id_, ...) CALL_##id_,
#include "decode/calls.def"
#undef CALL
	N_CALL_IDS,
};

/* Classes as strace names them; `%file` and `file` in a filter. A call may have several. */
enum call_class {
	CLASS_FILE = 1 << 0, /* takes a path */
	CLASS_DESC = 1 << 1, /* takes or makes a descriptor */
	CLASS_NETWORK = 1 << 2,
	CLASS_PROCESS = 1 << 3,
	CLASS_MEMORY = 1 << 4,
	CLASS_SIGNAL = 1 << 5,
	CLASS_IPC = 1 << 6,
	CLASS_CREDS = 1 << 7,
	CLASS_CLOCK = 1 << 8,
	CLASS_PURE = 1 << 9, /* no arguments, cannot fail: getpid, … */
	CLASS_STAT = 1 << 10,
	CLASS_FSTAT = 1 << 11,
	CLASS_STATFS = 1 << 12,
	CLASS_FSTATFS = 1 << 13,
	CLASS_LSTAT = 1 << 14,
	/* Not strace's: */
	CLASS_NOISE = 1 << 16, /* varies between equal runs: futex, brk, sched_yield, … */
};

enum ret_kind { RET_INT, RET_UINT, RET_FD, RET_ADDRESS, RET_PID, RET_OCTAL, RET_HEX, RET_NONE };

struct arg_spec; /* decode/arg.h, for decode's own files */

struct call_spec {
	enum call_id id;
	const char *name;
	uint32_t classes;
	enum ret_kind ret;
	uint8_t n_args;
	const struct arg_spec *args; /* n_args */
};

/* Never NULL: an unlisted number is the spec CALL_unknown ("unknown"); call_name() then says
 * syscall_0x1ff. */
const struct call_spec *decode_spec(enum arch arch, uint32_t nr);
const struct call_spec *decode_spec_by_name(const char *name); /* NULL: no such syscall */
const struct call_spec *decode_spec_of(enum call_id id);
/* The name of a call; borrowed from `room` when unknown. */
const char *decode_name(enum arch arch, uint32_t nr, char room[32]);
/* The number of a call on an architecture, -1 when it has none. */
int decode_nr(enum arch arch, enum call_id id);
const char *decode_arch_name(enum arch arch); /* "x86_64" */

/* A way to the memory of a target: fills buf from address, returns how many bytes could be read
 * (less than n at the end of what is mapped), 0 for none. Who has a copy of it already may lend
 * what is there from address on, *n bytes; NULL: that must be read. */
struct peer {
	size_t (*read)(void *arg, uint64_t address, void *buf, size_t n);
	void *arg;
	const uint8_t *(*lend)(void *arg, uint64_t address, size_t *n); /* NULL: never */
};

static inline const uint8_t *
peer_lend(const struct peer *peer, uint64_t address, size_t *n)
{
	return peer->lend ? peer->lend(peer->arg, address, n) : NULL;
}

/* What a call needs read. Called at entry (is_exit false) and at exit (call->ret set), gives
 * each area to take, in the order of struct area's rules; the sink reads and keeps it. size may
 * be larger than what the sink keeps. At entry: what the kernel reads. At exit: what it filled
 * in. Areas of AREA_DATA_IN are offered only when want_input. */
struct fetch {
	const struct call *call;
	struct peer peer; /* to follow pointers: iovec, msghdr, argv */
	bool is_exit;
	bool want_input;
	uint32_t string_limit; /* longest path or argv string, with PATH_MAX as the floor */
	void (*take)(void *arg, uint8_t nr_arg, enum area_kind kind, uint64_t address,
		uint64_t size);
	void *take_arg;
};
void decode_fetch(const struct fetch *f);

/* A peer over the areas that a call carries; what was not kept cannot be read. */
struct peer decode_peer(const struct call *call);
/* The one area of that argument and kind, NULL when there is none. */
const struct area *decode_area(const struct call *call, uint8_t nr_arg, enum area_kind kind);
/* The path or string argument, not NUL-terminated beyond *n; NULL when missing. */
const char *decode_string(const struct call *call, uint8_t nr_arg, size_t *n);

/* What a call is about, by the meaning of its arguments. */
struct call_about {
	enum call_id id; /* of the call inside, where it is a wrapper: socketcall, ipc */
	uint8_t n_fds, n_paths;
	int32_t fd[2]; /* descriptors, in the order of arguments; -1 is no descriptor */
	int8_t dir[2], path[2]; /* argument numbers; dir -1: the working directory */
	int8_t address;         /* of a socket address; -1: none */
	int64_t asked; /* payload bytes offered, or room for them; -1: none, or not known */
};
void decode_about(struct call_about *out, const struct call *call);
/* "network" for CLASS_NETWORK; NULL: not one class. */
const char *decode_class_name(uint32_t class);

/*
 * Text in strace's form: openat(AT_FDCWD, "x", O_RDONLY) = 3
 */
struct decode_text {
	uint32_t string_limit; /* strace's -s; 32 */
	uint32_t list_limit;   /* elements of arrays shown; 32 */
	bool verbose;          /* -v: structs in full */
	bool hide_addresses;   /* canonical: pointers as @, no pid, time, chosen port */
	/* Called for descriptors, paths and pids when set; returns false to let the default
	 * form stand. is_result: the value is what the call returned. */
	bool (*name_fd)(void *arg, int fd, bool is_result, struct str *out);
	bool (*name_path)(void *arg, const char *path, size_t n, struct str *out);
	bool (*name_pid)(void *arg, int64_t pid, struct str *out);
	void *arg;
};
/* "openat(…)" without the result; and the result with its error name: "= -1 ENOENT (No such
 * …)". */
void decode_call(struct str *out, const struct call *call, const struct decode_text *how);
void decode_result(struct str *out, const struct call *call, const struct decode_text *how);
/* One argument, from 0, as the entry of the call tells it. False: it has none of that number,
 * or only the exit tells it; out is as it was. */
bool decode_arg(
	struct str *out, const struct call *call, unsigned nr, const struct decode_text *how);
/* "--- SIGCHLD {si_signo=SIGCHLD, …} ---" */
void decode_signal(struct str *out, const struct signal_info *info);
const char *decode_errno(int number); /* "ENOENT"; "ERESTARTSYS" …; NULL: unknown */
const char *decode_signal_name(int number, char room[16]); /* "SIGKILL", "SIGRT_3" */
int decode_signal_number(const char *name);                /* 0: unknown; with or without SIG */

/* A socket address in one canonical piece of text: "inet:127.0.0.1:80", "inet6:[::1]:80",
 * "unix:/path", "unix:@abstract", "netlink:…", "family-17:hex". False: too short. */
bool decode_address(struct str *out, const void *address, size_t n);

/*
 * A set of calls: `-e trace=SPEC`, and what a seccomp filter should stop for.
 */
struct call_set {
	uint64_t bits[(N_CALL_IDS + 63) / 64]; /* by call_id */
};
static inline bool
call_set_has(const struct call_set *set, enum call_id id)
{
	return set->bits[id / 64] >> (id % 64) & 1;
}
static inline void
call_set_add(struct call_set *set, enum call_id id)
{
	set->bits[id / 64] |= (uint64_t)1 << (id % 64);
}
/* SPEC as in strace(1): names, classes with or without %, /regex/, a leading ! negates all,
 * "all", "none", a leading ? allows an unknown name. Unknown names give a hint. */
MUST_CHECK int call_set_parse(struct call_set *out, const char *spec, struct err *err);

#endif
