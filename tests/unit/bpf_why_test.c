/* SPDX-License-Identifier: MIT */
/* bpf_why_test.c - why eBPF does not load: each state of a machine has its reason and remedy */

#include "unit/test.h"

#include "capture/bpf_why.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#define BIT(name) (1ull << CAP_##name)
#define BOTH (BIT(BPF) | BIT(PERFMON))
#define FIT .kernel = 608, .has_types = true, .rights = BOTH

static const struct {
	struct bpf_scene scene;
	const char *text, *remedy; /* NULL: no reason is known */
} rows[] = {
	{ { FIT }, NULL, NULL },
	{ { FIT, .lockdown = LOCKDOWN_CONFIDENTIALITY, .is_filtered = true, .is_nested = true },
		NULL, NULL }, /* nothing was tried yet */
	{ { .kernel = 608, .has_types = true, .rights = BIT(SYS_ADMIN) }, NULL, NULL },
	{ { .kernel = 0, .has_types = true, .rights = BOTH }, NULL, NULL },
	{ { .kernel = 513, .has_types = true, .rights = BOTH }, "older than Linux 5.14",
		"newer kernel" },
	{ { .kernel = 608, .rights = BOTH }, "/sys/kernel/btf/vmlinux",
		"CONFIG_DEBUG_INFO_BTF" },
	{ { .kernel = 608, .has_types = true }, "CAP_BPF and CAP_PERFMON are missing",
		"setcap cap_bpf,cap_perfmon+ep" },
	{ { .kernel = 608, .has_types = true, .rights = BIT(BPF) },
		"CAP_BPF and CAP_PERFMON are missing", "sudo" },
	{ { .kernel = 608, .has_types = true, .rights = BIT(PERFMON) },
		"CAP_BPF and CAP_PERFMON are missing", "sudo" },
	{ { .kernel = 608, .has_types = true, .no_new_privs = true }, "no_new_privs is set",
		"no-new-privileges" },
	{ { .kernel = 608, .has_types = true, .is_root = true }, "this root is without",
		"--cap-add=BPF --cap-add=PERFMON" },
	{ { FIT, .number = EPERM, .is_nested = true }, "user namespace", "rootless" },
	{ { FIT, .number = EPERM, .lockdown = LOCKDOWN_CONFIDENTIALITY }, "lockdown",
		"lockdown=integrity" },
	{ { FIT, .number = EINVAL, .lockdown = LOCKDOWN_CONFIDENTIALITY }, "lockdown",
		"lockdown=integrity" },
	{ { FIT, .number = EPERM, .lockdown = LOCKDOWN_INTEGRITY }, "no setting that is known",
		"dmesg" },
	{ { FIT, .number = EPERM, .is_filtered = true }, "seccomp filter",
		"seccomp=unconfined" },
	{ { FIT, .number = EACCES, .is_filtered = true }, "seccomp filter",
		"seccomp=unconfined" },
	{ { FIT, .number = ENOSYS }, "no bpf(2)", "CONFIG_BPF_SYSCALL" },
	{ { FIT, .number = ENOMEM }, "no memory", "limit of the container" },
	{ { FIT, .number = EPERM }, "no setting that is known", "dmesg" },
	{ { FIT, .number = EINVAL }, NULL, NULL },
	/* What a program must not do is no lack of rights. */
	{ { FIT, .number = EACCES, .is_judged = true, .is_filtered = true, .is_nested = true },
		NULL, NULL },
};

static void
each_state_has_its_reason_and_remedy(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = { 0 };
		bool found = bpf_why(&err, &rows[i].scene);

		if (found != (rows[i].text != NULL))
			fail_msg("row %zu: %s", i, found ? err.text : "no reason");
		if (found &&
			(!strstr(err.text, rows[i].text) || !strstr(err.hint, rows[i].remedy)))
			fail_msg("row %zu: '%s', hint '%s'", i, err.text, err.hint);
		err_done(&err);
	}
}

/* What `doctor` shows fits its lines. */
static void
no_remedy_is_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = { 0 };

		if (bpf_why(&err, &rows[i].scene)) {
			assert_true(strlen(err.text) < 200);
			assert_true(strlen(err.hint) < 300);
		}
		err_done(&err);
	}
}

static void
this_machine_is_looked_at(void **state)
{
	struct bpf_scene scene;

	(void)state;
	bpf_scene_look(&scene, EPERM);
	assert_int_equal(scene.number, EPERM);
	assert_true(scene.kernel >= 300);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_has_its_reason_and_remedy),
		cmocka_unit_test(no_remedy_is_cut),
		cmocka_unit_test(this_machine_is_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
