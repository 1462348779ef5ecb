/* SPDX-License-Identifier: MIT */
/*
 * value.c - one number in the form of its kind
 */
#include "decode/text.h"
#include "decode/flags.h"
#include "decode/names.h"

#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>

static void
show_signed(struct text *t, const void *ref, uint64_t value)
{
	(void)ref;
	str_add_int(t->out, (int64_t)value);
}

static void
show_unsigned(struct text *t, const void *ref, uint64_t value)
{
	(void)ref;
	str_add_uint(t->out, value);
}

static void
show_hex(struct text *t, const void *ref, uint64_t value)
{
	(void)ref;
	str_add_hex(t->out, value);
}

static void
show_pages(struct text *t, const void *ref, uint64_t value)
{
	show_hex(t, ref, value * 4096);
}

static void
show_fd(struct text *t, const void *ref, uint64_t value)
{
	(void)ref;
	text_fd(t, (int)value, false);
}

static void
show_dirfd(struct text *t, const void *ref, uint64_t value)
{
	(void)ref;
	if ((int)value != AT_FDCWD)
		text_fd(t, (int)value, false);
	else if (!t->how->name_fd || !t->how->name_fd(t->how->arg, AT_FDCWD, false, t->out))
		str_add(t->out, "AT_FDCWD");
}

static void
show_pid(struct text *t, const void *ref, uint64_t value)
{
	(void)ref;
	text_pid(t, (int64_t)value);
}

static void
show_uid(struct text *t, const void *ref, uint64_t value)
{
	if ((uint32_t)value == UINT32_MAX)
		str_add(t->out, "-1");
	else
		show_unsigned(t, ref, (uint32_t)value);
}

static void
show_uid16(struct text *t, const void *ref, uint64_t value)
{
	show_uid(t, ref, (uint16_t)value == UINT16_MAX ? UINT32_MAX : value);
}

static void
show_mode(struct text *t, const void *ref, uint64_t value)
{
	(void)ref;
	str_addf(t->out, "%#03llo", (unsigned long long)value);
}

static void
show_file_mode(struct text *t, const void *ref, uint64_t value)
{
	static const char *const types[16] = { [1] = "S_IFIFO",
		[2] = "S_IFCHR",
		[4] = "S_IFDIR",
		[6] = "S_IFBLK",
		[8] = "S_IFREG",
		[10] = "S_IFLNK",
		[12] = "S_IFSOCK" };
	static const struct {
		unsigned bit;
		const char *text;
	} bits[] = { { 04000, "S_ISUID|" }, { 02000, "S_ISGID|" }, { 01000, "S_ISVTX|" } };
	const char *type = types[value >> 12 & 15];

	(void)ref;
	if (!type) {
		str_addf(t->out, "%#03llo", (unsigned long long)value);
		return;
	}
	str_addf(t->out, "%s|", type);
	for (unsigned i = 0; i < ARRAY_LEN(bits); i++) {
		if (value & bits[i].bit)
			str_add(t->out, bits[i].text);
	}
	str_addf(t->out, "%#03llo", (unsigned long long)(value & ~(uint64_t)0177000));
}

static void
show_device(struct text *t, const void *ref, uint64_t value)
{
	(void)ref;
	str_addf(t->out, "makedev(%#x, %#x)", major(value), minor(value));
}

static void
show_address(struct text *t, const void *ref, uint64_t value)
{
	(void)ref;
	text_address(t, value);
}

static void
show_flags(struct text *t, const void *ref, uint64_t value)
{
	const struct flag_table *table = ref;

	if (t->arch == ARCH_AARCH64 && table->aarch64)
		table = table->aarch64;
	flags_add(t->out, table, value);
}

static void
show_enum(struct text *t, const void *ref, uint64_t value)
{
	(void)t;
	flags_add_value(t->out, ref, value);
}

static void
show_signal(struct text *t, const void *ref, uint64_t value)
{
	(void)ref;
	text_signal(t, (int)value);
}

static void
show_handler(struct text *t, const void *ref, uint64_t value)
{
	(void)ref;
	if (value == 0)
		str_add(t->out, "SIG_DFL");
	else if (value == 1)
		str_add(t->out, "SIG_IGN");
	else if (value == (t->word == 8 ? UINT64_MAX : UINT32_MAX))
		str_add(t->out, "SIG_ERR");
	else
		text_address(t, value);
}

/* Negative clocks carry a pid or a descriptor: include/linux/posix-timers.h. */
static void
show_clock(struct text *t, const void *ref, uint64_t value)
{
	static const char *const kinds[] = { "CPUCLOCK_PROF", "CPUCLOCK_VIRT",
		"CPUCLOCK_SCHED" };
	int32_t clock = (int32_t)value;

	(void)ref;
	if (clock >= 0) {
		flags_add_value(t->out, &flags_clock_ids, value);
	} else if ((clock & 7) == 3) {
		str_addf(t->out, "FD_TO_CLOCKID(%d)", ~(clock >> 3));
	} else {
		str_addf(t->out, "MAKE_%s_CPUCLOCK(", clock & 4 ? "THREAD" : "PROCESS");
		text_pid(t, ~(clock >> 3));
		if ((clock & 3) < 3)
			str_addf(t->out, ", %s)", kinds[clock & 3]);
		else
			str_addf(t->out, ", %d)", clock & 3);
	}
}

static void
show_ipc_key(struct text *t, const void *ref, uint64_t value)
{
	if (value)
		show_hex(t, ref, value);
	else
		str_add(t->out, "IPC_PRIVATE");
}

static void
show_ioprio(struct text *t, const void *ref, uint64_t value)
{
	static const char *const classes[] = { "NONE", "RT", "BE", "IDLE" };
	unsigned class = (unsigned)value >> 13;

	if (class < ARRAY_LEN(classes))
		str_addf(t->out, "IOPRIO_PRIO_VALUE(IOPRIO_CLASS_%s, %u)", classes[class],
			(unsigned)value & 0x1fff);
	else
		show_hex(t, ref, value);
}

static void
show_quota_op(struct text *t, const void *ref, uint64_t value)
{
	(void)ref;
	str_add(t->out, "QCMD(");
	flags_add_value(t->out, &flags_quota_ops, (uint32_t)value >> 8);
	str_add(t->out, ", ");
	flags_add_value(t->out, &flags_quota_types, value & 0xff);
	str_add_char(t->out, ')');
}

/* A request without a name, taken apart: asm-generic/ioctl.h. */
static void
show_ioctl(struct text *t, const void *ref, uint64_t value)
{
	static const char *const ways[] = { "_IOC_NONE", "_IOC_WRITE", "_IOC_READ",
		"_IOC_READ|_IOC_WRITE" };
	const char *name = flag_name(&flags_ioctls, value);

	(void)ref;
	if (name)
		str_add(t->out, name);
	else
		str_addf(t->out, "_IOC(%s, %#x, %#x, %#x)", ways[value >> 30 & 3],
			(unsigned)value >> 8 & 0xff, (unsigned)value & 0xff,
			(unsigned)value >> 16 & 0x3fff);
}

static void
show_old_sigset(struct text *t, const void *ref, uint64_t value)
{
	uint8_t bytes[4];

	(void)ref;
	for (unsigned i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
	text_sigset(t, bytes, 4);
}

static void
show_sigset(struct text *t, const void *ref, uint64_t value)
{
	uint8_t bytes[8];

	(void)ref;
	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
	text_sigset(t, bytes, 8);
}

/* Limits of the 64-bit interface; a 32-bit one has its own infinity. */
static void
show_limit64(struct text *t, const void *ref, uint64_t value)
{
	if (value == UINT64_MAX)
		str_add(t->out, "RLIM64_INFINITY");
	else if (value > 1024 && value % 1024 == 0)
		str_addf(t->out, "%llu*1024", (unsigned long long)value / 1024);
	else
		show_unsigned(t, ref, value);
}

static void
show_limit(struct text *t, const void *ref, uint64_t value)
{
	if (t->arch == ARCH_I386 && (uint32_t)value == UINT32_MAX)
		str_add(t->out, "RLIM_INFINITY");
	else
		show_limit64(t, ref, value);
}

typedef void show_fn(struct text *t, const void *ref, uint64_t value);

static void
show_ticks(struct text *t, const void *ref, uint64_t value)
{
	show_unsigned(t, ref, value);
	if (value)
		str_addf(t->out, " /* %llu.%02u s */", (unsigned long long)value / 100,
			(unsigned)(value % 100));
}

/* What is created needs permissions; 000 stands when there are none. */
static void
show_ipc_flags(struct text *t, const void *ref, uint64_t value)
{
	if (value & ~(uint64_t)0777) {
		flags_add(t->out, ref, value & ~(uint64_t)0777);
		str_add_char(t->out, '|');
	}
	str_addf(t->out, "%#03o", (unsigned)value & 0777);
}

/* futex(2), FUTEX_WAKE_OP: four fields of 4, 4, 12 and 12 bits. */
static void
show_wake_op(struct text *t, const void *ref, uint64_t value)
{
	static const char *const ops[] = { "SET", "ADD", "OR", "ANDN", "XOR" };
	static const char *const compares[] = { "EQ", "NE", "LT", "LE", "GT", "GE" };
	unsigned op = (unsigned)value >> 28 & 7, compare = (unsigned)value >> 24 & 15;

	(void)ref;
	if (value >> 31 & 1)
		str_add(t->out, "FUTEX_OP_OPARG_SHIFT<<28|");
	if (op < ARRAY_LEN(ops))
		str_addf(t->out, "FUTEX_OP_%s<<28", ops[op]);
	else
		str_addf(t->out, "%#x<<28", op);
	str_addf(t->out, "|%#x<<12|", (unsigned)value >> 12 & 0xfff);
	if (compare < ARRAY_LEN(compares))
		str_addf(t->out, "FUTEX_OP_CMP_%s<<24", compares[compare]);
	else
		str_addf(t->out, "%#x<<24", compare);
	str_addf(t->out, "|%#x", (unsigned)value & 0xfff);
}

static show_fn *const shows[ARG_SIGSET_FIELD + 1] = {
	[ARG_INT] = show_signed,
	[ARG_UINT] = show_unsigned,
	[ARG_LONG] = show_signed,
	[ARG_ULONG] = show_unsigned,
	[ARG_HEX] = show_hex,
	[ARG_HEXP] = show_hex,
	[ARG_OFFSET] = show_signed,
	[ARG_POSITION] = show_signed,
	[ARG_PAGES] = show_pages,
	[ARG_FD] = show_fd,
	[ARG_DIRFD] = show_dirfd,
	[ARG_PID] = show_pid,
	[ARG_UID] = show_uid,
	[ARG_UID16] = show_uid16,
	[ARG_MODE] = show_mode,
	[ARG_MODE3] = show_mode,
	[ARG_FILE_MODE] = show_file_mode,
	[ARG_DEVICE] = show_device,
	[ARG_ADDR] = show_address,
	[ARG_FLAGS] = show_flags,
	[ARG_OFFSET_FLAGS] = show_flags,
	[ARG_ENUM] = show_enum,
	[ARG_SIGNAL] = show_signal,
	[ARG_HANDLER] = show_handler,
	[ARG_CLOCK] = show_clock,
	[ARG_IPC_KEY] = show_ipc_key,
	[ARG_IOPRIO] = show_ioprio,
	[ARG_IOCTL] = show_ioctl,
	[ARG_QUOTA_OP] = show_quota_op,
	[ARG_OLD_SIGSET] = show_old_sigset,
	[ARG_LIMIT] = show_limit,
	[ARG_LIMIT64] = show_limit64,
	[ARG_TICKS] = show_ticks,
	[ARG_IPC_FLAGS] = show_ipc_flags,
	[ARG_WAKE_OP] = show_wake_op,
	[ARG_TIME] = show_signed,
	[ARG_SIGSET_FIELD] = show_sigset,
};

void
text_value(struct text *t, uint8_t kind, const void *ref, uint64_t value)
{
	assert(kind <= ARG_SIGSET_FIELD);
	(shows[kind] ? shows[kind] : show_hex)(t, ref, value);
}

void
text_signed(struct text *t, int64_t value)
{
	show_signed(t, NULL, (uint64_t)value);
}

void
text_unsigned(struct text *t, uint64_t value)
{
	show_unsigned(t, NULL, value);
}

void
text_hex(struct text *t, uint64_t value)
{
	show_hex(t, NULL, value);
}

void
text_address(struct text *t, uint64_t address)
{
	if (!address)
		str_add(t->out, "NULL");
	else if (t->how->hide_addresses)
		str_add_char(t->out, '@');
	else
		show_hex(t, NULL, address);
}

void
text_fd(struct text *t, int fd, bool is_result)
{
	if (!t->how->name_fd || !t->how->name_fd(t->how->arg, fd, is_result, t->out))
		str_add_int(t->out, fd);
}

/* 0 and -1 are no pids but "mine" and "any". */
void
text_pid(struct text *t, int64_t pid)
{
	if (t->how->name_pid && t->how->name_pid(t->how->arg, pid, t->out))
		return;
	if (t->how->hide_addresses && (pid > 0 || pid < -1))
		str_add(t->out, pid > 0 ? "<pid>" : "-<pid>");
	else
		str_add_int(t->out, pid);
}

void
text_signal(struct text *t, int signal)
{
	char room[16];
	const char *name = decode_signal_name(signal, room);

	if (name)
		str_add(t->out, name);
	else
		str_addf(t->out, "%d", signal);
}

/* More than half of the signals set: strace shows the ones that are not. */
void
text_sigset(struct text *t, const uint8_t *bytes, size_t n)
{
	unsigned n_set = 0, n_signals = (unsigned)MIN(n, 8) * 8;
	bool is_inverse, is_first = true;
	uint64_t mask = load_uint(bytes, (unsigned)MIN(n, 8));

	for (unsigned i = 0; i < n_signals; i++)
		n_set += mask >> i & 1;
	is_inverse = n_set >= n_signals * 2 / 3;
	str_add(t->out, is_inverse ? "~[" : "[");
	for (unsigned i = 0; i < n_signals; i++) {
		char room[16];
		const char *name;

		if ((mask >> i & 1) == is_inverse)
			continue;
		if (!is_first)
			str_add_char(t->out, ' ');
		is_first = false;
		name = decode_signal_name((int)i + 1, room);
		str_add(t->out, strncmp(name, "SIG", 3) == 0 ? name + 3 : name);
	}
	str_add_char(t->out, ']');
}
