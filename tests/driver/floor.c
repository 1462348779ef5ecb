/* SPDX-License-Identifier: MIT */
/*
 * floor.c - the least that any eBPF backend costs a target
 *
 *     floor empty CMD [ARG...]     programs that do nothing, where a call begins and ends
 *     floor clock CMD [ARG...]     the same programs read the clock, once each
 *
 * What a backend costs above `empty` is its own; above `clock`, what is left to be saved by one
 * that tells when calls began and ended. Exits as CMD did; 3 when the kernel refuses.
 */
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct bpf_insn empty[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
	{ .code = BPF_JMP | BPF_EXIT },
};

static const struct bpf_insn clock_once[] = {
	{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_ktime_get_ns },
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
	{ .code = BPF_JMP | BPF_EXIT },
};

static const struct {
	const char *name;
	const struct bpf_insn *insns;
	uint32_t n;
} programs[] = {
	{ "empty", empty, sizeof empty / sizeof empty[0] },
	{ "clock", clock_once, sizeof clock_once / sizeof clock_once[0] },
};

static int
bpf(int command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof *attr);
}

/* Stays attached while we live. */
static int
attach(const char *place, const struct bpf_insn *insns, uint32_t n)
{
	union bpf_attr load = { .prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT };
	union bpf_attr open = { 0 };

	load.insns = (uint64_t)(uintptr_t)insns;
	load.insn_cnt = n;
	load.license = (uint64_t)(uintptr_t) "MIT";
	open.raw_tracepoint.name = (uint64_t)(uintptr_t)place;
	open.raw_tracepoint.prog_fd = (uint32_t)bpf(BPF_PROG_LOAD, &load);
	return bpf(BPF_RAW_TRACEPOINT_OPEN, &open);
}

static int
run(char **argv)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		perror("floor");
		return 3;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
main(int argc, char **argv)
{
	for (size_t i = 0; argc > 2 && i < sizeof programs / sizeof programs[0]; i++) {
		if (strcmp(argv[1], programs[i].name) != 0)
			continue;
		if (attach("sys_enter", programs[i].insns, programs[i].n) < 0 ||
			attach("sys_exit", programs[i].insns, programs[i].n) < 0) {
			perror("floor: attach");
			return 3;
		}
		return run(argv + 2);
	}
	fprintf(stderr, "usage: floor empty|clock CMD [ARG...]\n");
	return 2;
}
