/* SPDX-License-Identifier: MIT */
/* tries.c - programs that could not be executed */
#include "effects/tries.h"

#include "effects/alias.h"
#include "effects/evidence.h"
#include "effects/out.h"
#include "effects/path.h"

#include <errno.h>
#include <string.h>

/* One name that one process tried. */
struct
try {
	const char *path; /* of the first attempt */
	bool is_one_place, was_found;
	int error; /* the one that says most: any but ENOENT */
	struct evidence *evidence;
};

void
tries_note(const struct act *a)
{
	const char *path = path_of(a, a->col[0], a->col[1], false, false);
	AUTO(str_done) struct str key = { 0 };
	struct try *t;
	void **slot;
	int error = a->call->is_error ? (int)-a->call->ret : 0;

	if (!path || error == EAGAIN || error == ETXTBSY)
		return; /* for a moment */
	str_addf(&key, "%u %s", a->task->process->nr, path_last(path));
	if (!error && !map_get_text(a->fx->tries, key.data))
		return;
	slot = map_text(a->fx->tries, key.data);
	t = *slot;
	if (!t) {
		t = *slot = arena_alloc(a->fx->arena, sizeof *t);
		t->path = arena_strdup(a->fx->arena, path);
		t->is_one_place = true;
		t->error = ENOENT;
	}
	t->is_one_place &= strcmp(t->path, path) == 0;
	t->was_found = !error;
	if (error && error != ENOENT && error != ENOTDIR)
		t->error = error;
	evidence_keep(&t->evidence, a);
}

void
tries_free(struct effects *fx)
{
	size_t at = 0;
	void *value;

	while (map_next(fx->tries, &at, NULL, NULL, &value))
		evidence_free(((struct try *)value)->evidence);
	map_free(fx->tries);
}

/* Several processes that try in vain are one effect. */
void
out_tries(struct out *o)
{
	AUTO(map_free) struct map *done = map_new();
	size_t at = 0;
	void *value;

	while (map_next(o->fx->tries, &at, NULL, NULL, &value)) {
		const struct try *t = value;
		const char *error = decode_errno(t->error);
		AUTO(str_done) struct str key = { 0 };
		struct effect *e;
		void **slot;

		if (t->was_found)
			continue;
		if (t->is_one_place)
			alias_path(o->fx, &key, t->path);
		else
			str_add_escaped(&key, path_last(t->path), strlen(path_last(t->path)));
		str_addf(&key, " (%s)", error ? error : "failed");
		slot = map_text(done, key.data);
		if (*slot)
			continue;
		*slot = done;
		e = golden_add(o->golden, EFFECT_EXEC, key.data);
		effect_text(o->golden, e, "result", error ? error : "failed");
		evidence_put(o->fx, o->golden, e, t->evidence);
	}
}
