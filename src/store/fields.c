/* SPDX-License-Identifier: MIT */
/* fields.c - what an effect in a golden may say */

#include "store/fields.h"

#include "base/str.h"

#include <string.h>

enum {
	TEXT = 1 << VALUE_TEXT,
	NUMBER = 1 << VALUE_NUMBER,
	BOOL = 1 << VALUE_BOOL,
	LIST = 1 << VALUE_LIST
};

const struct field fields[] = {
#define FIELD(name_, kinds_) { #name_, kinds_ },
#include "store/fields.def"
#undef FIELD
};
const size_t n_fields = ARRAY_LEN(fields);

size_t
field_place(const char *name)
{
	size_t i = 0;

	while (i < n_fields && strcmp(fields[i].name, name) != 0)
		i++;
	return i;
}

const char *
field_near(const char *name)
{
	const char *near = NULL;
	size_t best = 3; /* edits: more is another word */

	for (size_t i = 0; strlen(name) < 64 && i < n_fields; i++) {
		size_t distance = str_distance(name, fields[i].name);

		if (distance < best) {
			best = distance;
			near = fields[i].name;
		}
	}
	return near;
}

bool
field_takes(const struct field *field, const struct value *value)
{
	if (field->kinds >> value->kind & 1)
		return true;
	return field->kinds & NUMBER && value->kind == VALUE_TEXT && value->text &&
	       strcmp(value->text, FIELD_VARIES) == 0;
}
