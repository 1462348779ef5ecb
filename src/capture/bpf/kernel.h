/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * kernel.h - what the kernel half needs of the kernel's own types
 *
 * Only the fields that are used, in any order: libbpf finds the true offsets in the running
 * kernel's BTF when it loads the program (preserve_access_index). A name behind three
 * underscores is another kernel's form of the same struct.
 *
 * Numbers are read as they are (task->pid), pointers by BPF_CORE_READ(): for each pointer that
 * is read as it is the verifier searches all names of the kernel's types, for milliseconds.
 */
#ifndef CAPTURE_BPF_KERNEL_H
#define CAPTURE_BPF_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What bpf_helpers.h expects of linux/types.h and linux/bpf.h. */
typedef uint8_t __u8;
typedef int8_t __s8;
typedef uint16_t __u16;
typedef int16_t __s16;
typedef uint32_t __u32;
typedef int32_t __s32;
typedef unsigned long long __u64;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef __u16 __sum16;
typedef __u64 __be64;

enum {
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
	BPF_F_NO_PREALLOC = 1,
	BPF_F_MMAPABLE = 1 << 10,
	BPF_LOCAL_STORAGE_GET_F_CREATE = 1,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax,
		ip, sp;
};

struct thread_info {
	unsigned long flags;
	uint32_t status;
};

typedef struct {
	uint32_t val;
} kuid_t;

/* Until 6.3 two halves in an array, since then one number: the same bytes, under no name that
 * both know. */
typedef struct {
	uint8_t bytes[8];
} kernel_cap_t;

struct cred {
	kuid_t uid, suid, euid, fsuid;
	kernel_cap_t cap_permitted;
};

struct seccomp {
	int mode;
};

typedef struct {
	int counter;
} atomic_t;

struct list_head {
	struct list_head *next;
};

struct pid_namespace;

struct upid { /* whole: arrays of it are indexed at run time */
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct qstr {
	uint32_t len;
	const unsigned char *name;
};

struct hlist_bl_node {
	struct hlist_bl_node **pprev;
};

struct dentry;

struct dentry_operations {
	char *(*d_dname)(struct dentry *, char *, int);
};

struct dentry {
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
	const struct dentry_operations *d_op;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct inode {
	unsigned short i_mode;
	unsigned int i_rdev;
};

struct file {
	struct path f_path;
	struct inode *f_inode;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct fs_struct {
	struct path root;
};

struct percpu_counter {
	int64_t count;
};

/* Since 6.2 rss_stat is an array of percpu_counter; before, a struct of plain counters. */
typedef struct {
	long counter;
} atomic_long_t;

struct mm_struct {
	unsigned long arg_start, arg_end, env_end;
	unsigned long hiwater_rss;
	struct percpu_counter rss_stat[4];
	struct file *exe_file;
};

/* Its inner struct has no name here: a type that this kernel does not have would be looked for
 * in modules, which needs CAP_SYS_ADMIN. */
struct mm_struct___before62 {
	struct {
		atomic_long_t count[4];
	} rss_stat;
};

typedef struct {
	unsigned long sig[1];
} sigset_t;

struct sigpending {
	sigset_t signal;
};

struct signal_struct {
	atomic_t live;
	int group_exit_code;
	unsigned int flags;
	struct sigpending shared_pending;
	uint64_t utime, stime;
	unsigned long maxrss;
	unsigned long long sum_sched_runtime;
	struct list_head thread_head;
};

struct sched_entity {
	uint64_t sum_exec_runtime;
};

struct task_struct {
	struct thread_info thread_info;
	struct mm_struct *mm;
	int exit_code, exit_signal;
	int pid, tgid;
	unsigned int flags, ptrace;
	struct task_struct *parent, *group_leader;
	struct pid *thread_pid;
	uint64_t utime, stime;
	const struct cred *cred;
	struct fs_struct *fs;
	struct files_struct *files;
	struct signal_struct *signal;
	struct sigpending pending;
	struct seccomp seccomp;
	struct sched_entity se;
	struct list_head thread_node;
};

/* Of io_uring; a field of another name is asked for to tell kernels apart, see on_ring_sqe. */
struct io_cmd_data;

struct io_kiocb {
	uint8_t opcode;
	struct io_cmd_data *cmd; /* since 6.0 */
};

struct linux_binprm {
	unsigned int secureexec : 1;
	const char *filename;
};

typedef union {
	int sival_int;
	void *sival_ptr;
} sigval_t;

union __sifields {
	struct {
		int _pid;
		uint32_t _uid;
	} _kill;
	struct {
		int _pid;
		uint32_t _uid;
		sigval_t _sigval;
	} _rt;
	struct {
		int _pid;
		uint32_t _uid;
		int _status;
		long _utime;
		long _stime;
	} _sigchld;
	struct {
		void *_addr;
	} _sigfault;
};

struct kernel_siginfo {
	int si_signo, si_errno, si_code;
	union __sifields _sifields;
};

struct sigaction {
	void (*sa_handler)(int);
};

struct k_sigaction {
	struct sigaction sa;
};

#pragma clang attribute pop

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#endif
