/* SPDX-License-Identifier: MIT */
/*
 * layout_special.c - structs whose form depends on what is in them
 */
#include "decode/layouts.h"
#include "decode/flags.h"
#include "decode/names.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

void
layout_wait_status_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	int status = (int)load_uint(bytes, (unsigned)MIN(n, 4));
	struct str *s = t->out;
	char room[16];

	(void)l;
	if (WIFEXITED(status))
		str_addf(s, "[{WIFEXITED(s) && WEXITSTATUS(s) == %d}]", WEXITSTATUS(status));
	else if (WIFSTOPPED(status))
		str_addf(s, "[{WIFSTOPPED(s) && WSTOPSIG(s) == %s}]",
			decode_signal_name(WSTOPSIG(status) & 0x7f, room));
	else if (WIFCONTINUED(status))
		str_add(s, "[{WIFCONTINUED(s)}]");
	else
		str_addf(s, "[{WIFSIGNALED(s) && WTERMSIG(s) == %s%s}]",
			decode_signal_name(WTERMSIG(status), room),
			WCOREDUMP(status) ? " && WCOREDUMP(s)" : "");
}

void
layout_old_sigset_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	(void)l;
	text_sigset(t, bytes, MIN(n, 4));
}

#define UTIME_NOW_NS 0x3fffffff
#define UTIME_OMIT_NS 0x3ffffffe

void
layout_utimens_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	uint64_t ns = layout_get(t, l, bytes, n, "tv_nsec");

	if (ns == UTIME_NOW_NS)
		str_add(t->out, "UTIME_NOW");
	else if (ns == UTIME_OMIT_NS)
		str_add(t->out, "UTIME_OMIT");
	else
		layout_show_time(t, l, bytes, n);
}

/* A device has a number and no size. */
void
layout_stat_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	static const char *const file[] = { "st_dev", "st_ino", "st_mode", "st_nlink", "st_uid",
		"st_gid", "st_blksize", "st_blocks", "st_size", "st_atime", "st_atime_nsec",
		"st_mtime", "st_mtime_nsec", "st_ctime", "st_ctime_nsec", NULL };
	static const char *const device[] = { "st_dev", "st_ino", "st_mode", "st_nlink",
		"st_uid", "st_gid", "st_blksize", "st_blocks", "st_rdev", "st_atime",
		"st_atime_nsec", "st_mtime", "st_mtime_nsec", "st_ctime", "st_ctime_nsec",
		NULL };
	uint64_t mode = layout_get(t, l, bytes, n, "st_mode");

	layout_show_order(t, l, bytes, n, S_ISCHR(mode) || S_ISBLK(mode) ? device : file);
}

#define SA_RESTORER_FLAG 0x04000000u

void
layout_sigaction_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	static const char *const names[] = { "sa_handler", "sa_mask", "sa_flags", "sa_restorer",
		NULL };
	static const char *const plain[] = { "sa_handler", "sa_mask", "sa_flags", NULL };
	uint64_t flags = layout_get(t, l, bytes, n, "sa_flags");

	layout_show_order(t, l, bytes, n, flags & SA_RESTORER_FLAG ? names : plain);
}

static void
show_child(struct text *t, const uint8_t *bytes, size_t n, int code)
{
	unsigned at = t->word == 8 ? 24 : 20, times = t->word == 8 ? 32 : 24;
	int status = (int)load_uint(bytes + at, 4);

	str_add(t->out, ", si_status=");
	if (code == CLD_EXITED)
		text_signed(t, status);
	else
		text_signal(t, status);
	if (!t->how->hide_addresses && n >= times + 2u * t->word) {
		str_add(t->out, ", si_utime=");
		text_value(t, ARG_TICKS, NULL, load_uint(bytes + times, t->word));
		str_add(t->out, ", si_stime=");
		text_value(t, ARG_TICKS, NULL, load_uint(bytes + times + t->word, t->word));
	}
}

/* sigaction(2): what follows si_code depends on it. 64-bit callers have a hole behind it. */
void
layout_siginfo_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	int signal = (int)load_uint(bytes, 4), code = (int)load_uint(bytes + 8, 4);
	int error = (int)load_uint(bytes + 4, 4);
	size_t at = t->word == 8 ? 16 : 12;
	const char *name = signal_code_name(signal, code);

	(void)l;
	if (n < 64 || !signal) {
		str_add(t->out, "{}");
		return;
	}
	str_add(t->out, "{si_signo=");
	text_signal(t, signal);
	if (name)
		str_addf(t->out, ", si_code=%s", name);
	else
		str_addf(t->out, ", si_code=%d", code);
	if (error)
		str_addf(t->out, ", si_errno=%d", error);
	if (code <= 0 || signal == SIGCHLD) {
		str_add(t->out, ", si_pid=");
		text_pid(t, (int32_t)load_uint(bytes + at, 4));
		str_addf(t->out, ", si_uid=%u", (unsigned)load_uint(bytes + at + 4, 4));
		if (signal == SIGCHLD && code > 0)
			show_child(t, bytes, n, code);
		if (code == SI_QUEUE) {
			str_addf(t->out,
				", si_int=%d, si_ptr=", (int)load_uint(bytes + at + 8, 4));
			text_address(t, load_uint(bytes + at + 8, t->word));
		}
	} else if (code != SI_KERNEL) {
		str_add(t->out, ", si_addr=");
		text_address(t, load_uint(bytes + at, t->word));
	}
	str_add_char(t->out, '}');
}

#define STATX_BTIME_BIT 0x800u

/* A birth time that the file system does not keep is not there. */
static bool
skip_birth(const struct field *f, uint64_t mask)
{
	return !(mask & STATX_BTIME_BIT) && strcmp(f->name, "stx_btime") == 0;
}

void
layout_statx_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	layout_show_but(t, l, bytes, n, skip_birth, layout_get(t, l, bytes, n, "stx_mask"));
}

/* openat2(2): a mode only where something is created, or it is not 0. */
static bool
skip_mode(const struct field *f, uint64_t has_mode)
{
	return !has_mode && strcmp(f->name, "mode") == 0;
}

void
layout_open_how_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	uint64_t creates = layout_get(t, l, bytes, n, "flags") & (O_CREAT | __O_TMPFILE);

	layout_show_but(
		t, l, bytes, n, skip_mode, creates | layout_get(t, l, bytes, n, "mode"));
}

/* set_thread_area(2): a segment, the bits of its last word one by one. */
void
layout_user_desc_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	static const struct {
		const char *name;
		uint8_t at, mask;
	} bits[] = { { "seg_32bit", 0, 1 }, { "contents", 1, 3 }, { "read_exec_only", 3, 1 },
		{ "limit_in_pages", 4, 1 }, { "seg_not_present", 5, 1 }, { "useable", 6, 1 },
		{ "lm", 7, 1 } };
	uint64_t flags = layout_get(t, l, bytes, n, "flags");

	str_addf(t->out, "{entry_number=%d, base_addr=",
		(int)layout_get(t, l, bytes, n, "entry_number"));
	if (t->how->hide_addresses)
		str_add_char(t->out, '@');
	else
		str_addf(t->out, "%#08x", (unsigned)layout_get(t, l, bytes, n, "base_addr"));
	str_addf(t->out, ", limit=%#08x", (unsigned)layout_get(t, l, bytes, n, "limit"));
	/* Only 64-bit callers have the last bit. */
	for (size_t i = 0; i < ARRAY_LEN(bits) - (t->word < 8); i++)
		str_addf(t->out, ", %s=%u", bits[i].name,
			(unsigned)(flags >> bits[i].at & bits[i].mask));
	str_add_char(t->out, '}');
}

void
layout_ipc_perm_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	static const char *const names[] = { "uid", "gid", "mode", "key", "cuid", "cgid",
		NULL };

	layout_show_order(t, l, bytes, n, names);
}

/* shmctl(2), semctl(2), msgctl(2): what each has of these. */
void
layout_ipc_ds_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	static const char *const names[] = { "shm_perm", "shm_segsz", "shm_cpid", "shm_lpid",
		"shm_nattch", "shm_atime", "shm_dtime", "shm_ctime", "sem_perm", "sem_otime",
		"sem_ctime", "sem_nsems", "msg_perm", "msg_stime", "msg_rtime", "msg_ctime",
		"msg_qnum", "msg_qbytes", "msg_lspid", "msg_lrpid", NULL };

	layout_show_order(t, l, bytes, n, names);
}

#define SIGEV_THREAD_ID_KIND 4
#define NO_VALUE 0x100

/* how: the kind of notification, and NO_VALUE. */
static bool
skip_of_event(const struct field *f, uint64_t how)
{
	if (strcmp(f->name, "sigev_value") == 0)
		return how & NO_VALUE;
	return (how & 0xff) != SIGEV_THREAD_ID_KIND &&
	       strcmp(f->name, "sigev_notify_thread_id") == 0;
}

void
layout_sigevent_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	uint64_t how = layout_get(t, l, bytes, n, "sigev_notify") & 0xff;

	if (!layout_get(t, l, bytes, n, "sigev_value"))
		how |= NO_VALUE;
	layout_show_but(t, l, bytes, n, skip_of_event, how);
}

static bool
skip_revents(const struct field *f, uint64_t arg)
{
	(void)arg;
	return strcmp(f->name, "revents") == 0;
}

void
layout_pollfd_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	layout_show_but(t, l, bytes, n, skip_revents, 0);
}

void
layout_epoll_data_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	uint64_t value = load_uint(bytes, (unsigned)MIN(n, 8));

	(void)l;
	if (t->how->hide_addresses)
		str_add_char(t->out, '@');
	else
		str_addf(t->out, "{u32=%u, u64=%llu}", (uint32_t)value,
			(unsigned long long)value);
}
