/* SPDX-License-Identifier: MIT */
/* ready.c - what a target needs before it can start, whether it is traced or only timed */

#include "gate/ready.h"

#include "base/file.h"
#include "gate/environ.h"
#include "gate/paths.h"
#include "gate/setup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int
settle_cwd(struct ready *r, struct arena *arena, const struct target *t, struct err *err)
{
	struct stat st;

	r->cwd = t->sandbox ? paths_join(arena, r->sandbox->work, t->cwd) : t->cwd;
	if (stat(r->cwd, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	err_set(err, "there is no directory '%s' to start in", t->cwd);
	return t->sandbox
		       ? err_hint(err, "in a sandbox it must come from 'fixtures' or 'setup'")
		       : -1;
}

/* A file, never a pipe: nobody has to feed it. A text goes to a file without a name. */
static int
open_stdin(struct ready *r, struct arena *arena, const struct target *t, struct err *err)
{
	const char *path = t->stdin_file ? t->stdin_file : "/dev/null";

	if (t->stdin_text) {
		path = arena_printf(arena, "%s/stdin", r->sandbox->root);
		if (file_write(path, t->stdin_text, t->n_stdin, 0644, err) < 0)
			return -1;
	}
	r->in = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return r->in < 0 ? err_sys(err, "open '%s' for standard input", path) : 0;
}

int
ready_make(struct ready *out, struct arena *arena, const struct config *config,
	const struct target *target, const struct run_opts *opts, char **printed,
	struct err *err)
{
	const char *const *ours = (const char *const *)environ;

	*out = (struct ready){ .in = -1 };
	if (sandbox_open(&out->sandbox, opts->perturbed, err) < 0)
		return -1;
	out->sandbox->keep = opts->keep_sandbox;
	if (setup_run(config, target, out->sandbox, opts, printed, err) < 0 ||
		sandbox_fill(out->sandbox, target, err) < 0 ||
		settle_cwd(out, arena, target, err) < 0 ||
		sandbox_argv(out->sandbox, target, config->dir, &out->argv, err) < 0 ||
		environ_check(config, ours, err) < 0)
		return -1;
	out->envp = environ_make(arena, config, target, out->sandbox, out->cwd, ours);
	return open_stdin(out, arena, target, err);
}

int
ready_remove(struct ready *r, struct err *err)
{
	fd_close(r->in);
	r->in = -1;
	return sandbox_remove(TAKE(r->sandbox), err);
}

void
ready_done(struct ready *r)
{
	fd_close(r->in);
	sandbox_free(r->sandbox);
	*r = (struct ready){ .in = -1 };
}
