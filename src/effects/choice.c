/* SPDX-License-Identifier: MIT */
/* choice.c - which calls are meant: by name, class or family */

#include "effects/choice.h"

#include "base/str.h"
#include "decode/decode.h"
#include "effects/canon.h"

#include <string.h>

#define FAMILY "family:"

struct call_choice {
	struct call_set set;
};

/* The name of the family that was probably meant; NULL: nothing is near. */
static const char *
nearest(const char *name)
{
	size_t best = strlen(name) / 3 + 1; /* more edits than that is another word */
	const char *found = NULL;

	for (enum call_id id = CALL_unknown + 1; id < N_CALL_IDS; id++) {
		enum canon_kind kind;
		const char *family = canon_family_of(id, &kind);
		size_t n = str_distance(name, family);

		if (n <= best && (!found || n < best)) {
			best = n;
			found = family;
		}
	}
	return found;
}

static int
choose_family(struct call_set *set, const char *name, struct err *err)
{
	bool any = false;
	const char *near;

	for (enum call_id id = CALL_unknown + 1; id < N_CALL_IDS; id++) {
		enum canon_kind kind;

		if (strcmp(canon_family_of(id, &kind), name) == 0) {
			call_set_add(set, id);
			any = true;
		}
	}
	if (any)
		return 0;
	err_set(err, "there is no family of calls '%s'", name);
	near = nearest(name);
	return near ? err_hint(err, "did you mean '" FAMILY "%s'?", near) : -1;
}

int
call_choice_new(
	const struct call_choice **out, struct arena *arena, const char *text, struct err *err)
{
	struct call_choice *choice = arena_alloc(arena, sizeof *choice);
	bool is_family = str_has_prefix(text, FAMILY);
	bool any = false;
	int rc = is_family ? choose_family(&choice->set, text + strlen(FAMILY), err)
			   : call_set_parse(&choice->set, text, err);

	if (rc < 0)
		return -1;
	for (enum call_id id = CALL_unknown + 1; id < N_CALL_IDS; id++)
		any |= call_set_has(&choice->set, id);
	if (!any)
		return err_set(err, "'%s' is no call at all", text);
	*out = choice;
	return 0;
}

bool
call_choice_has(const struct call_choice *choice, const char *name)
{
	const struct call_spec *spec = decode_spec_by_name(name);

	return spec && call_set_has(&choice->set, spec->id);
}

bool
call_is_noise(const char *name)
{
	const struct call_spec *spec = decode_spec_by_name(name);

	return spec && (spec->classes & CLASS_NOISE);
}
