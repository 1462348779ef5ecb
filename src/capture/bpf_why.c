/* SPDX-License-Identifier: MIT */
/*
 * bpf_why.c - why eBPF does not load on this machine, and what to do about it
 *
 * The kernel says EPERM for most of it. So the state of the machine is looked at, and the
 * reasons stand in the order in which they would have to be cured.
 */

#include "capture/bpf_why.h"

#include "base/file.h"
#include "base/str.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define HAS(rights, name) ((rights) >> CAP_##name & 1)

/* CAP_SYS_ADMIN was both before Linux 5.8, and still is. */
static bool
lacks_rights(const struct bpf_scene *s)
{
	return !HAS(s->rights, SYS_ADMIN) && !(HAS(s->rights, BPF) && HAS(s->rights, PERFMON));
}

static bool
is_refused(const struct bpf_scene *s)
{
	return !s->is_judged && (s->number == EPERM || s->number == EACCES);
}

static bool
is_old(const struct bpf_scene *s)
{
	return s->kernel && s->kernel < BPF_KERNEL_OLDEST;
}

static bool
is_without_types(const struct bpf_scene *s)
{
	return !s->has_types;
}

static bool
is_without_privs(const struct bpf_scene *s)
{
	return lacks_rights(s) && s->no_new_privs;
}

static bool
is_lesser_root(const struct bpf_scene *s)
{
	return lacks_rights(s) && s->is_root;
}

static bool
is_nested(const struct bpf_scene *s)
{
	return is_refused(s) && s->is_nested;
}

static bool
is_filtered(const struct bpf_scene *s)
{
	return is_refused(s) && s->is_filtered;
}

static bool
is_locked_down(const struct bpf_scene *s)
{
	return s->number && s->lockdown == LOCKDOWN_CONFIDENTIALITY;
}

static bool
is_unknown_call(const struct bpf_scene *s)
{
	return s->number == ENOSYS;
}

static bool
is_out_of_memory(const struct bpf_scene *s)
{
	return s->number == ENOMEM;
}

#define OTHERWISE "; ptrace works without it"

static const struct reason {
	bool (*holds)(const struct bpf_scene *s);
	const char *text, *remedy;
} reasons[] = {
	{ is_old, "this kernel is older than Linux 5.14", "use a newer kernel" OTHERWISE },
	{ is_without_types, "this kernel has no /sys/kernel/btf/vmlinux",
		"use a kernel with CONFIG_DEBUG_INFO_BTF" OTHERWISE },
	{ is_without_privs, "CAP_BPF and CAP_PERFMON are missing, and no_new_privs is set",
		"start it where no_new_privs is not set (in a container: without "
		"--security-opt no-new-privileges)" OTHERWISE },
	{ is_lesser_root, "this root is without CAP_BPF and CAP_PERFMON",
		"in a container: --cap-add=BPF --cap-add=PERFMON" OTHERWISE },
	{ lacks_rights, "CAP_BPF and CAP_PERFMON are missing",
		"use sudo, which traces as root and runs the target as you; or once: sudo "
		"setcap cap_bpf,cap_perfmon+ep FILE of this program" OTHERWISE },
	{ is_nested, "these rights are those of a user namespace, which eBPF does not take",
		"run it outside of the rootless container" OTHERWISE },
	{ is_locked_down, "kernel lockdown (confidentiality) keeps eBPF from reading memory",
		"boot with lockdown=integrity, or without" OTHERWISE },
	{ is_filtered, "bpf(2) is refused, and a seccomp filter is on this process",
		"in a container: --security-opt seccomp=unconfined, or a profile that allows "
		"bpf" OTHERWISE },
	{ is_unknown_call, "this kernel has no bpf(2)",
		"use a kernel with CONFIG_BPF_SYSCALL" OTHERWISE },
	{ is_out_of_memory, "there is no memory for its rings",
		"free some, or raise the limit of the container" OTHERWISE },
	{ is_refused, "bpf(2) is refused, by no setting that is known here",
		"look for a security module in the kernel's log (dmesg)" OTHERWISE },
};

bool
bpf_why(struct err *err, const struct bpf_scene *scene)
{
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		if (!reasons[i].holds(scene))
			continue;
		err_set(err, "%s", reasons[i].text);
		err_hint(err, "%s", reasons[i].remedy);
		return true;
	}
	return false;
}

/* The text of a small file; "" when it cannot be read. */
static void
look_into(struct str *out, const char *path)
{
	struct err err = { 0 };

	if (file_read(out, path, 65536, &err) < 0) {
		str_done(out);
		err_drop(&err); /* what is not there says nothing */
	}
}

/* "CapEff:\t00000000a80425fb" in /proc/self/status; 0: it is not there. */
static uint64_t
field(const struct str *status, const char *name, int base)
{
	const char *at = strstr(str_text(status), name);

	return at ? strtoull(at + strlen(name), NULL, base) : 0;
}

/* The first user namespace maps all numbers to themselves, and no other does. */
static bool
is_in_first_namespace(const struct str *map)
{
	unsigned long inside = 1, outside = 1, n = 0;

	if (!map->n) /* no such file: no such namespaces */
		return true;
	return sscanf(map->data, "%lu %lu %lu", &inside, &outside, &n) == 3 && inside == 0 &&
	       outside == 0 && n == 4294967295ul;
}

static unsigned
linux_version(void)
{
	struct utsname host;
	unsigned major, minor;

	if (uname(&host) < 0 || sscanf(host.release, "%u.%u", &major, &minor) != 2)
		return 0;
	return major * 100 + MIN(minor, 99u);
}

void
bpf_scene_look(struct bpf_scene *out, int number)
{
	AUTO(str_done) struct str status = { 0 };
	AUTO(str_done) struct str map = { 0 };
	AUTO(str_done) struct str lockdown = { 0 };

	look_into(&status, "/proc/self/status");
	look_into(&map, "/proc/self/uid_map");
	look_into(&lockdown, "/sys/kernel/security/lockdown");
	*out = (struct bpf_scene){
		.number = number,
		.kernel = linux_version(),
		.rights = field(&status, "\nCapEff:", 16),
		.is_root = geteuid() == 0,
		.is_nested = !is_in_first_namespace(&map),
		.no_new_privs = field(&status, "\nNoNewPrivs:", 10),
		.is_filtered = field(&status, "\nSeccomp:", 10) == 2,
		.has_types = access("/sys/kernel/btf/vmlinux", F_OK) == 0,
		.lockdown = strstr(str_text(&lockdown), "[confidentiality]")
				    ? LOCKDOWN_CONFIDENTIALITY
			    : strstr(str_text(&lockdown), "[integrity]") ? LOCKDOWN_INTEGRITY
									 : LOCKDOWN_NONE,
	};
}

/* The log's last line that says what is wrong; the very last one only counts. */
static void
add_log_line(struct str *out, const char *log)
{
	const char *end = strstr(log, "\nprocessed ");
	size_t n = end ? (size_t)(end - log) : strlen(log);
	const char *before = memrchr(log, '\n', n);

	if (before)
		n -= (size_t)(before + 1 - log);
	str_add_n(out, before ? before + 1 : log, n);
}

int
bpf_explain(struct err *err, int number, const char *step, const char *log)
{
	AUTO(str_done) struct str line = { 0 };
	struct bpf_scene scene;

	bpf_scene_look(&scene, number);
	scene.is_judged = log[0] != '\0';
	if (bpf_why(err, &scene))
		return -1;
	errno = number;
	err_sys(err, "eBPF: %s", step);
	if (!log[0])
		return err_hint(err, "trace with ptrace");
	add_log_line(&line, log);
	return err_hint(err, "the verifier says: %s", str_text(&line));
}
