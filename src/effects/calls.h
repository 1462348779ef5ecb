/* SPDX-License-Identifier: MIT */
/*
 * calls.h - what each call does to the model: the functions that handlers.def names
 */
#ifndef EFFECTS_CALLS_H
#define EFFECTS_CALLS_H

#include "effects/state.h"

typedef void (*handle_fn)(struct act *a);

struct handler {
	handle_fn run;
	bool on_failure; /* run for failed calls too */
	int8_t col[4];
};

/* NULL: nothing to do for this call. */
const struct handler *handler_of(enum call_id id);

/* calls_path.c */
void on_open(struct act *a);
void on_openat2(struct act *a);
void on_mkdir(struct act *a);
void on_mknod(struct act *a);
void on_unlink(struct act *a);
void on_rename(struct act *a);
void on_link(struct act *a);
void on_symlink(struct act *a);
void on_readlink(struct act *a);
void on_touch(struct act *a);
void on_look(struct act *a);
void on_truncate(struct act *a);
void on_chdir(struct act *a);
void on_fchdir(struct act *a);
/* calls_fd.c */
void on_close(struct act *a);
void on_close_range(struct act *a);
void on_dup(struct act *a);
void on_dup2(struct act *a);
void on_fcntl(struct act *a);
void on_ioctl(struct act *a);
void on_pipe(struct act *a);
void on_new_fd(struct act *a);
void on_pidfd_getfd(struct act *a);
void on_write(struct act *a);
void on_read(struct act *a);
void on_getdents(struct act *a);
void on_transfer(struct act *a);
void on_fchange(struct act *a);
void on_fsync(struct act *a);
void on_sync(struct act *a);
void on_mmap(struct act *a);
void on_ready(struct act *a);
void on_msync(struct act *a);
/* facts.c */
void on_brk(struct act *a);
void on_mremap(struct act *a);
/* times.c */
void on_times(struct act *a);
void on_fstat(struct act *a);
/* left.c */
void on_ipc_get(struct act *a);
void on_ipc_control(struct act *a);
void on_mq_open(struct act *a);
void on_mq_unlink(struct act *a);
void on_mq_send(struct act *a);
void on_message(struct act *a);
void on_add_key(struct act *a);
void on_keyctl(struct act *a);
/* calls.c */
void on_socketcall(struct act *a);

/* The call inside a socketcall of i386, with its own arguments, to which its areas belong. */
struct inner_call {
	struct call call;
	struct area areas[64];
	enum call_id id;
};
/* False: there is none, or its arguments were not read. */
bool inner_call_load(struct inner_call *out, const struct call *call);

#endif
