/* SPDX-License-Identifier: MIT */
/*
 * state.h - what is known of the run so far; for the files of this room only
 *
 * Ownership: struct effects owns everything, through its maps, arrays and arena. The one thing
 * that is counted is what the kernel counts: how many descriptors hold an open file, and how
 * many open files a pipe or a socket. Counting them is the model, not a convenience: the last
 * close is an event that programs can see.
 */
#ifndef EFFECTS_STATE_H
#define EFFECTS_STATE_H

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "effects/channel.h"
#include "effects/effects.h"

struct evidence;

/* One direction of an object: bytes with chunking removed. */
struct flow {
	uint64_t n_bytes;
	uint64_t n_opaque; /* of them: content not seen (splice and the like) */
	struct digest digest;
};

/* What an open file description stands for. */
enum object_kind {
	OBJECT_FILE,   /* a name in the file system */
	OBJECT_STREAM, /* stdout, a terminal, a device: bytes leave and are gone */
	OBJECT_PIPE,   /* made by the run: internal */
	OBJECT_SOCKET,
	OBJECT_OTHER, /* memfd, epoll, eventfd, /dev/null, … : nothing to see from outside */
	OBJECT_UNKNOWN, /* never seen opened */
};

/* A lock of fcntl(2): bytes from `from`, up to `to` without it. */
struct lock_range {
	uint32_t process; /* its number; 0: nobody's */
	bool is_given_up;
	int64_t from, to;
};

/* The content behind names: follows renames and links. Never freed before the end. */
struct file {
	struct name *name; /* the one it has now; NULL: unlinked */
	bool is_new;       /* made by this run */
	bool was_written;
	bool was_read;
	bool is_volatile_fd; /* written through O_SYNC: never dirty by that */
	bool is_mapped;      /* shared and writable: msync and time may write it */
	bool had_chown;
	uint64_t write_seq; /* of the last write; 0: none */
	uint64_t sync_seq;  /* of the last sync of its content */
	bool moved;         /* a rename or link gave it a name */
	bool synced_before_move;
	bool has_time; /* of change, chosen by the run */
	int64_t time_s;
	uint32_t time_ns;
	uint64_t time_seq;
	struct flow out, in; /* profile io */
	struct evidence *wrote;
	struct stream *written; /* what its writers appended; NULL: nothing, or not followed */
	struct moment unlocked; /* all who gave up a lock on it */
	const struct open_file *locked_by; /* alone, by flock; NULL: nobody */
	struct lock_range range;           /* the last that a process got for itself by fcntl */
	struct durable *durable;
};

enum arrived { ARRIVED_NOT, ARRIVED_BY_RENAME, ARRIVED_BY_LINK };

enum existed { EXISTED_UNKNOWN, EXISTED_NO, EXISTED_YES };

/* A name in the file system. Never freed before the end. */
struct name {
	const char *path;  /* absolute, lexically clean, real bytes */
	struct file *file; /* what is there now; NULL: nothing, or not known */
	uint8_t existed;   /* enum existed: before the run */
	uint8_t type;      /* enum path_type as far as the calls tell; PATH_ABSENT: not known */
	uint8_t runtime;   /* enum runtime_kind */
	bool is_gone;      /* removed or renamed away by us */
	bool touched;
	bool was_read, was_listed, was_executed;
	bool was_tried; /* to be made, in vain */
	uint32_t n_readers,
		n_libraries; /* opens that read it, and of them the dynamic loader's */
	bool is_module;      /* an interpreter looked for its compiled form */
	uint8_t readers;     /* transpile: a bit for each kind of reader, launch.c */
	uint64_t read_seq;   /* transpile: the last time */
	bool by_open;        /* written through an open that follows links */
	uint8_t arrived;     /* enum arrived: how it came to its name */
	bool replaced;       /* there was something before that */
	bool went;           /* what the run did not make was taken from here */
	bool was_missing;    /* and something came later */
	bool was_lost;       /* when nothing else had what was here */
	struct file *old;    /* what was taken, if it has another name */
	uint64_t change_seq; /* of the last change of the name itself */
	const char *target;  /* of a symbolic link, as the calls tell */
	uint32_t maker;      /* task that made it */
	uint64_t from_seq,
		to_seq; /* the events between which it was last there; 0: not known */
	/* What looks drawn in its last component, and the part of its word before that; NULL:
	 * nothing does. */
	const char *random, *random_prefix;
	struct path_state *before, *after;
	struct evidence *evidence, *read_evidence;
};

struct stream {
	const char *key;
	const char *held; /* the name it was inherited by; NULL: opened by the run */
	uint64_t n_written;
	struct flow in;
	struct segment *segments; /* what each process wrote, segment.h */
	size_t n_segments, segments_capacity;
	struct map *by_writer; /* process -> place in writers_list + 1 */
	struct writer **writers_list;
	size_t n_writers, writers_capacity;
	size_t n_head; /* bytes kept in all of them */
	bool is_whole; /* everything so far was kept */
	bool is_fifo;
	bool is_of_queue;                /* its key is that of a message queue, left.h */
	const struct received *received; /* at its other end; NULL: nobody told */
	uint32_t readers, writers;       /* opens by the run */
	struct evidence *evidence;
};

#define PIPE_MANY UINT32_MAX

struct pipe {
	uint32_t n_users; /* open files */
	uint32_t maker, ordinal;
	bool is_broken; /* a write found nobody to read it */
	struct flow flow;
	struct channel *channel;
	struct str head; /* io: the first bytes that went through */
	bool is_cut;     /* not all of them are in head */
	uint64_t n_written, n_read;
	uint32_t nr;             /* strict: among all objects, from 1; 0: not named yet */
	uint32_t writer, reader; /* process; 0: none so far, PIPE_MANY: several */
};

struct peer_use; /* net.c */

struct socket {
	uint32_t n_users;
	int32_t family, type, protocol;
	struct socket *pair;  /* of socketpair; NULL: none, or gone */
	uint64_t made_seq;    /* of socketpair: of the call that made it; else 0 */
	const char *bound;    /* canonical address, interned; NULL: not bound */
	struct peer_use *use; /* whom it talks to; NULL: nobody yet */
	bool is_listening, was_accepted, is_pending, has_heard;
	struct flow out, in;
	struct channel *to,
		*from; /* to and from its other end, if that is the run's; or NULL */
	bool is_sure;  /* the other end is known for certain */
	bool has_spoken;
	struct peer_use *counted_in; /* as one without a name; NULL: nowhere */
	uint32_t n_strangers;        /* heard, and nobody had named them */
	bool has_strangers;          /* a listener that others than the run connect to */
	char head[8];                /* the first bytes sent: tells an encrypted stream */
	uint32_t n_head;
	struct evidence *evidence;
};

struct open_file {
	uint32_t n_users;          /* descriptors, and messages on their way */
	uint8_t kind;              /* enum object_kind */
	uint8_t pipe_end;          /* 1: the writing one */
	uint32_t flags;            /* as F_GETFL */
	int32_t pid;               /* of a pidfd; 0: none */
	bool was_read, is_library; /* loader.c */
	bool is_locked;            /* by flock or fcntl: the last close unlocks */
	struct channel *counter;   /* of an eventfd */
	const char *word, *device; /* of OBJECT_OTHER: "epoll"; the path of a device; or NULL */
	uint64_t made_seq;         /* of a file without a name; 0: else */
	struct listing *listing;   /* of a directory, listing.c; NULL: none was taken */
	/* strict: what made it ("eventfd"), which one of its maker's, 0 and NULL: not known. */
	const char *made;
	uint32_t maker, ordinal, nr; /* nr: among all such, from 1 */
	union {
		struct file *file;
		struct stream *stream;
		struct pipe *pipe;
		struct socket *socket;
	};
};

struct slot {
	struct open_file *open;
	bool cloexec,
		is_copy; /* is_copy: it came with the table, from the one it was copied of */
	uint8_t n_late;  /* closes that the kernel did before this open, to be reported later */
	uint64_t set_seq; /* when it was last filled */
};

/* A descriptor table; tasks may share one. */
struct table {
	uint32_t n_tasks;
	struct slot *slots;
	size_t n, capacity, n_open;
};

/* Root and working directory; tasks may share them. */
struct place {
	uint32_t n_tasks;
	char *cwd, *root; /* owned; root "" usually */
};

/* One program that a process ran. */
struct image {
	const char *exe;         /* as /proc/PID/exe said; "" not known */
	const char *const *argv; /* real bytes, ends in NULL */
	size_t n_argv;
	bool is_fork;      /* never executed anything: a copy of its parent's program */
	bool has_language; /* launch.c has looked */
	uint8_t language;
	uint64_t exec_seq;  /* of EVENT_EXEC */
	uint64_t ready_seq; /* of the call after which its own code runs; 0: not seen */
	struct evidence *evidence;
};

/* credentials(7) */
struct ids {
	uint32_t real, effective, saved;
};

struct process {
	uint32_t nr;            /* of its leader */
	struct process *parent; /* NULL: none of ours */
	uint32_t ordinal;       /* among the children of the parent, from 1 */
	uint32_t depth;
	uint32_t n_children, n_threads, n_made; /* n_made: pipes and sockets, for names */
	uint32_t order;                         /* in a walk of the tree, set at the end */
	uint32_t appeared;                      /* which one it was, from 0 */
	int32_t pid;
	struct image *images;
	size_t n_images, images_capacity;
	bool has_ended, was_killed_by_us;
	uint64_t ended_seq; /* of the event that told of it */
	uint64_t killed_by; /* a bit for each signal that the run sent to it */
	bool has_exec;
	uint32_t memory_of;  /* whose memory it began in: its parent's leader; 0: its own */
	bool hears_children; /* it handles SIGCHLD */
	bool has_ids;        /* user and group are known */
	struct ids user, group;
	int32_t status;
	uint64_t peak_rss, allocated, mapped, user_ns, system_ns, started_ns, ended_ns, brk;
	uint64_t waited_ns;  /* when its parent learned of its end; 0: never */
	struct moment ended; /* the ends of its tasks so far */
	struct stamp forked; /* the last event of its parent before it began */
	struct tally *tally;
	struct anon *anon;       /* NULL: nothing mapped that is counted */
	struct manners *manners; /* strict; NULL: nothing seen */
};

struct task {
	uint32_t nr;
	int32_t tid;
	uint32_t thread; /* 0: the leader, else the ordinal */
	struct process *process;
	struct table *table;
	struct place *place;
	bool has_ended;
	uint64_t clear_tid; /* the futex that its end wakes; 0: none */
	/* What the call before was, as far as makers of temporary names tell. */
	bool drew_random;
	/* execve in progress: what it was asked for. */
	struct image asked;
	struct lines *lines; /* strict: its calls so far */
};

/* Something done once or more that needs no object: a signal, a privileged act. */
struct deed {
	enum effect_kind kind;
	const char *key;
	uint64_t n;
	struct evidence *evidence;
};

struct root {
	const char *path, *alias;
	size_t n;
};

struct effects {
	struct arena *arena;
	struct trace_header header; /* strings in the arena */
	struct effects_opts opts;
	struct err *err;
	struct task **tasks; /* by number */
	size_t n_tasks;
	struct process **processes; /* in order of appearance; owned */
	size_t n_processes, processes_capacity;
	struct process *first;
	const struct process *of; /* whose words are being written; NULL: nobody's */
	uint32_t n_strays;        /* processes without a known parent, the first aside */
	struct map *by_pid;       /* pid or tid -> task */
	struct map *names;        /* path -> struct name */
	struct map *streams;      /* key -> struct stream */
	struct map *peers;        /* key -> struct peer_use */
	struct map *deeds;
	struct map *left; /* things without a path that may stay behind: left.c */
	struct map *left_ids;
	struct map *tries;    /* process and name -> struct try */
	struct map *listings; /* directory -> what was in it, listing.c; NULL: not wanted */
	struct map *seen_times, *chosen_times; /* seconds, of files: times.c */
	const struct name *last_touched;
	struct map *named;               /* paths that command lines name */
	struct map *scripts, *text_dirs; /* transpile: what interpreters were told to run, and
					    where they look for more */
	size_t program;        /* transpile: which image of the first process is the program */
	bool has_shim;         /* and a version manager is in front of it */
	uint64_t program_seq;  /* when it was executed; 0: it was there from the start */
	struct map *families;  /* names but for their numbers -> how many; made at the end */
	struct map *strangers; /* address -> of whom only a datagram told */
	struct map *ports;     /* ephemeral port -> alias */
	uint32_t n_port_aliases;
	struct file **files;
	size_t n_files, files_capacity, n_mapped;
	struct rights *rights;
	size_t n_rights, rights_capacity;
	struct kept_flow *kept;
	size_t n_kept, kept_capacity;
	struct root roots[5];
	size_t n_roots;
	bool has_before, has_after_tree, has_links, has_pty, saw_memory_calls;
	uint64_t sync_seq; /* of the last sync(2) */
	struct causal *causal;
	struct edges *edges;
	struct hold *hold;
	struct event_log *log;
	struct critical *critical; /* NULL: nothing kept */
	uint64_t filled_seq;       /* of the event that put a descriptor somewhere last */
	struct leak *leaks;
	struct map *leaks_told; /* NULL: none so far */
	size_t n_leaks, leaks_capacity;
	struct order *order;
	uint32_t n_living; /* tasks */
	uint32_t acting;   /* the task whose event is at hand */
	struct facts facts;
	struct tally *total;
	uint64_t n_calls, n_opened, max_fds, first_ns, last_ns;
	uint64_t anon_now, anon_peak; /* anon.h, all processes */
	bool is_finished;
	struct str room, room2; /* scratch, for one handler at a time */
	const char *luck;       /* of profile strict: what only time decides; NULL: nothing */
	const char *doubt;      /* what it may have decided; NULL: nothing known */
	struct doubts *doubts;  /* doubt.c; NULL: nothing noted */
	struct strict *strict;  /* of that profile, and of opts.regions; else NULL */
	struct regions *regions;
};

/* One finished call in its setting: what handlers get. */
struct act {
	struct effects *fx;
	struct task *task;
	const struct event *event;
	const struct call *call;
	enum call_id id;
	const int8_t *col; /* the row of handlers.def: which argument holds what */
	struct stamp at;
};

#endif
