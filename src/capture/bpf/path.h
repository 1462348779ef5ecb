/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * path.h - the path of a program as /proc/PID/exe names it
 *
 * Written from its end to its start, into bytes of the scratch memory that an exec's record
 * does not reach, then copied to where it belongs.
 */
#ifndef CAPTURE_BPF_PATH_H
#define CAPTURE_BPF_PATH_H

#include "capture/bpf/turn.h"

#define PATH_BUFFER (BPF_RECORD_MAX - BPF_EXE_MAX) /* where in the scratch bytes */
#define PATH_STEPS 512u                            /* components and mounts at most */
#define NAME_BYTES 256u

/* How far it got stands in the scratch memory (path_at): what is on the stack the verifier
 * follows value by value, and walks the loop a thousand times. */
struct climb {
	struct scratch *s;
	struct dentry *dentry;
	struct vfsmount *mnt;
	uint32_t is_done;
};

/* The opener's root, where the paths begin that it can name. Apart from what user space maps:
 * it has no business with addresses of the kernel. */
uint64_t root_dentry SEC(".data.root"), root_mnt SEC(".data.root");

static __always_inline uint8_t *
path_byte(struct climb *c)
{
	return c->s->bytes + PATH_BUFFER + c->s->path_at % BPF_EXE_MAX;
}

/* Puts a name before what is there. False: it does not fit. */
static __always_inline bool
prepend(struct climb *c, const void *name, uint32_t n)
{
	if (n >= NAME_BYTES || c->s->path_at <= n)
		return false;
	c->s->path_at -= n;
	bpf_probe_read_kernel(path_byte(c), n, name);
	c->s->path_at -= 1;
	*path_byte(c) = '/';
	return true;
}

static __always_inline struct mount *
mount_of(struct vfsmount *mnt)
{
	return (struct mount *)((uint8_t *)mnt - bpf_core_field_offset(struct mount, mnt));
}

static long
climb_step(struct climb *c)
{
	struct dentry *dentry = c->dentry, *parent = BPF_CORE_READ(dentry, d_parent);
	struct vfsmount *mnt = c->mnt;
	struct mount *mount = mount_of(mnt), *above;

	if ((uint64_t)dentry == root_dentry && (uint64_t)mnt == root_mnt) {
		c->is_done = 1; /* the tracer may live in a chroot(2) */
		return 1;
	}
	if (dentry != BPF_CORE_READ(mnt, mnt_root)) {
		/* A root that is not its mount's is one that cannot be reached. */
		if (dentry == parent || !prepend(c, BPF_CORE_READ(dentry, d_name.name),
						BPF_CORE_READ(dentry, d_name.len)))
			return 1;
		c->dentry = parent;
		return 0;
	}
	above = BPF_CORE_READ(mount, mnt_parent);
	if (above == mount) {
		c->is_done = 1;
		return 1;
	}
	c->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
	c->mnt = (struct vfsmount *)((uint8_t *)above +
				     bpf_core_field_offset(struct mount, mnt));
	return 0;
}

LOOP(climb, struct climb, climb_step, PATH_STEPS)

/* Is its name gone? A root has none to lose. */
static __always_inline bool
is_unlinked(struct dentry *dentry)
{
	return dentry != BPF_CORE_READ(dentry, d_parent) &&
	       !BPF_CORE_READ(dentry, d_hash.pprev);
}

static __always_inline bool
is_nowhere(struct dentry *dentry, struct vfsmount *mnt)
{
	return BPF_CORE_READ(dentry, d_op, d_dname) &&
	       dentry == BPF_CORE_READ(dentry, d_parent) &&
	       dentry != BPF_CORE_READ(mnt, mnt_root);
}

/* Bytes of the path without a NUL, written to `to`; 0: it cannot be told. */
static __always_inline uint32_t
path_of(struct scratch *s, struct task_struct *task, uint8_t *to)
{
	char deleted[] = " (deleted)";
	struct file *file = BPF_CORE_READ(task, mm, exe_file);
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
	struct vfsmount *mnt = BPF_CORE_READ(file, f_path.mnt);
	struct climb c = { .s = s, .dentry = dentry, .mnt = mnt };
	bool is_lone = is_nowhere(dentry, mnt);
	uint32_t n;

	s->path_at = BPF_EXE_MAX;
	if (is_lone || is_unlinked(dentry)) {
		s->path_at -= sizeof deleted - 1;
		__builtin_memcpy(path_byte(&c), deleted, sizeof deleted - 1);
	}
	if (is_lone)
		c.is_done = prepend(&c, BPF_CORE_READ(dentry, d_name.name),
			BPF_CORE_READ(dentry, d_name.len));
	else
		climb(&c);
	n = BPF_EXE_MAX - s->path_at;
	if (!c.is_done || n > BPF_EXE_MAX)
		return 0;
	bpf_probe_read_kernel(to, n, path_byte(&c));
	return n;
}

#endif
