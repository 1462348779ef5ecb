/* SPDX-License-Identifier: MIT */
/*
 * loader.c - libraries and modules: what is read to make a program complete, wherever it lies
 *
 * The dynamic loader of glibc maps all libraries, then makes the place for the thread's own
 * data known (arch_prctl, set_thread_area) and where its end is to be told (set_tid_address):
 * constructors and main come after that. musl's does so first of all; a static program has
 * nothing to map.
 */
#include "effects/loader.h"

#include "base/regex.h"
#include "effects/calls.h"
#include "effects/path.h"

#include <string.h>
#include <sys/mman.h>

#define SET_FS 0x1002

/* Compiled forms, and what they are of: everything from the mark on makes place for `source`.
 */
static const struct {
	const char *glob, *dir, *mark, *source;
} forms[] = {
	{ "**/__pycache__/*.pyc", "/__pycache__/", ".", ".py" },
	{ "**/*.pmc", NULL, ".pmc", ".pm" },
};

static struct image *
image_now(const struct act *a)
{
	struct process *p = a->task->process;

	return p->n_images ? &p->images[p->n_images - 1] : NULL;
}

void
on_ready(struct act *a)
{
	struct image *image = image_now(a);

	if (a->id == CALL_arch_prctl && a->call->arg[0] != SET_FS)
		return;
	if (image && !image->ready_seq)
		image->ready_seq = a->event->seq;
}

void
loader_note_read(const struct act *a, struct open_file *o)
{
	(void)a;
	if (o->was_read || !o->file->name)
		return;
	o->was_read = true;
	o->file->name->n_readers++;
}

void
loader_note_map(const struct act *a, struct open_file *o, uint64_t protection)
{
	const struct image *image = image_now(a);

	if (o->is_library || !o->file->name || !(protection & PROT_EXEC) || !image ||
		image->is_fork || !image->exec_seq || image->ready_seq)
		return;
	o->is_library = true;
	o->file->name->n_libraries++;
}

/* The file that a compiled form is of; false: it is none. */
static bool
source_of(const char *path, struct str *out)
{
	const char *last = path_last(path), *mark;

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		if (!glob_matches(forms[i].glob, path))
			continue;
		mark = forms[i].dir ? strstr(last, forms[i].mark)
				    : last + strlen(last) - strlen(forms[i].mark);
		str_clear(out);
		str_add_n(out, path, (size_t)(last - path));
		if (forms[i].dir) {
			str_cut(out, out->n - strlen(forms[i].dir));
			str_add_char(out, '/');
		}
		str_add_n(out, last, (size_t)(mark - last));
		str_add(out, forms[i].source);
		return true;
	}
	return false;
}

void
loader_settle(struct effects *fx)
{
	AUTO(str_done) struct str source = { 0 };
	size_t at = 0;
	void *value;

	while (map_next(fx->names, &at, NULL, NULL, &value)) {
		const struct name *n = value;
		struct name *of;

		if (!source_of(n->path, &source))
			continue;
		of = map_get_text(fx->names, source.data);
		if (of)
			of->is_module = true;
	}
}

bool
loader_is_alone(const struct effects *fx, const struct name *n)
{
	if (n->was_listed || n->touched)
		return false;
	if (n->is_module && fx->opts.profile != PROFILE_TRANSPILE)
		return true;
	return n->n_libraries && n->n_libraries == n->n_readers;
}
