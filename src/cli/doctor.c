/* SPDX-License-Identifier: MIT */
/* doctor.c - the command doctor: what this machine allows, with the remedy for what it does not
 */

#include "base/file.h"
#include "capture/capture.h"
#include "cli/cli.h"
#include "cli/gate.h"
#include "cli/rights.h"
#include "export/http.h"
#include "symbol/symbol.h"

#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/utsname.h>
#include <unistd.h>

struct finding_line {
	bool works;
	const char *name;
	char text[512], remedy[320];
};

static void
add_line(struct str *out, bool color, const struct finding_line *f)
{
	const char *mark = f->works ? "ok  " : "no  ";

	if (color)
		str_addf(out, "%s%s\033[0m", f->works ? "\033[32m" : "\033[31m", mark);
	else
		str_add(out, mark);
	str_addf(out, "%-12s %s\n", f->name, f->text);
	if (f->remedy[0])
		str_addf(out, "                 remedy: %s\n", f->remedy);
}

static void
look_at_aslr(struct finding_line *f)
{
	int old = personality(0xffffffff);

	f->name = "aslr";
	f->works = old >= 0 && personality((unsigned long)old | ADDR_NO_RANDOMIZE) >= 0;
	if (f->works) {
		personality((unsigned long)old);
		snprintf(f->text, sizeof f->text, "can be switched off for targets");
	} else {
		snprintf(f->text, sizeof f->text,
			"personality() is refused: addresses stay random");
		snprintf(f->remedy, sizeof f->remedy,
			"in a container: --security-opt seccomp=unconfined; goldens hold "
			"either way");
	}
}

static void
look_at_tmp(struct finding_line *f)
{
	const char *dir = P_tmpdir;

	f->name = "sandbox";
	f->works = access(dir, W_OK | X_OK) == 0;
	snprintf(f->text, sizeof f->text, "%s is %s", dir,
		f->works ? "writable" : "not writable");
	if (!f->works)
		snprintf(f->remedy, sizeof f->remedy, "make %s writable for this user", dir);
}

static void
look_at_stacks(struct finding_line *f)
{
	f->name = "stacks";
	f->works = symbol_is_available();
	snprintf(f->text, sizeof f->text,
		f->works ? "functions and source lines can be found"
			 : "this program was built without libdw: no source lines");
	if (!f->works)
		snprintf(f->remedy, sizeof f->remedy,
			"build it with libdw: tools/install-deps, then make");
}

static void
look_at_otlp(struct finding_line *f)
{
	struct err err = { 0 };

	f->name = "otlp";
	f->works = http_available(&err) == 0;
	snprintf(f->text, sizeof f->text, "%s",
		f->works ? "spans can be sent to a collector" : err.text);
	if (!f->works) {
		snprintf(f->remedy, sizeof f->remedy, "%s", err.hint ? err.hint : "");
		err_drop(&err); /* a line of its own tells it */
	}
}

static void
add_backend(struct str *out, bool color, const struct backend_state *state)
{
	struct finding_line line = { .works = state->works, .name = state->name };

	memcpy(line.text, state->text, sizeof state->text);
	memcpy(line.remedy, state->remedy, sizeof state->remedy);
	add_line(out, color, &line);
}

/* A backend that needs no privilege. */
static bool
look_at_backend(struct str *text, bool color, enum capture_backend which)
{
	struct backend_state state;

	capture_probe(&state, which, NULL);
	add_backend(text, color, &state);
	return state.works;
}

static void
say_user(struct str *text, bool color, const struct rights *rights)
{
	AUTO(str_done) struct str said = { 0 };
	struct finding_line line = { .works = true, .name = "user" };

	rights_say(&said, rights);
	snprintf(line.text, sizeof line.text, "%s", str_text(&said));
	add_line(text, color, &line);
}

struct found {
	bool traces;
	struct backend_state ebpf;
};

/* As capture/choice.c decides for a run that asks for nothing special. */
static void
say_choice(struct str *text, bool color, const struct found *found)
{
	const char *but = found->ebpf.but;
	bool has_ebpf = found->ebpf.works && !but[0];
	struct finding_line line = { .works = has_ebpf || found->traces, .name = "auto" };

	snprintf(line.text, sizeof line.text, "takes %s%s%s",
		has_ebpf        ? "ebpf, which slows a target least"
		: found->traces ? "ptrace, or seccomp where root asks for some calls only"
				: "nothing: see above",
		but[0] ? "; " : "", but);
	add_line(text, color, &line);
}

/* What is opened for it is closed again before anything else is tried. */
static int
look_at_ebpf(struct backend_state *out, struct rights *rights, struct err *err)
{
	AUTO(capture_grant_free)
	struct capture_grant *grant = capture_grant_new(1, BACKEND_EBPF);

	if (rights_drop(rights, capture_grant_is_open(grant), err) < 0)
		return -1;
	capture_probe(out, BACKEND_EBPF, grant);
	capture_grant_free(TAKE(grant));
	return rights_unveil(rights, err);
}

/* As a run does it: what ebpf needs is opened, then rights are given up, and all is tried as
 * the target's user. */
static int
look_around(struct str *text, bool color, bool as_root, struct found *found, struct err *err)
{
	AUTO(rights_done) struct rights rights = { 0 };
	static void (*const others[])(struct finding_line *) = { look_at_aslr, look_at_tmp,
		look_at_stacks, look_at_otlp };

	if (rights_find(&rights, as_root, err) < 0 ||
		look_at_ebpf(&found->ebpf, &rights, err) < 0)
		return -1;
	found->traces = look_at_backend(text, color, BACKEND_PTRACE);
	look_at_backend(text, color, BACKEND_SECCOMP);
	add_backend(text, color, &found->ebpf);
	say_choice(text, color, found);
	say_user(text, color, &rights);
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		struct finding_line line = { 0 };

		others[i](&line);
		add_line(text, color, &line);
	}
	return 0;
}

int
command_doctor(int *status, const struct gate_values *values, const struct parsed *parsed,
	struct err *err)
{
	AUTO(str_done) struct str text = { 0 };
	bool color = cli_color(values->color, STDOUT_FILENO);
	struct utsname machine;
	struct found found = { 0 };

	if (parsed->n_words || parsed->command)
		return cli_usage(err, NULL, "doctor takes no arguments");
	uname(&machine);
	str_addf(&text, "renacer-gate %s on %s %s, %ld CPU%s\n", RENACER_VERSION,
		machine.release, machine.machine, sysconf(_SC_NPROCESSORS_ONLN),
		sysconf(_SC_NPROCESSORS_ONLN) == 1 ? "" : "s");
	if (look_around(&text, color, values->as_root, &found, err) < 0)
		return -1;
	str_add(&text,
		found.traces
			? "this machine can run the gate\n"
			: "this machine cannot run the gate: nothing can be traced here\n");
	*status = found.traces ? 0 : 3;
	return cli_print(&text, err);
}
