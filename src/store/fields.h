/* SPDX-License-Identifier: MIT */
/*
 * fields.h - what an effect in a golden may say; the rows are in fields.def
 */
#ifndef STORE_FIELDS_H
#define STORE_FIELDS_H

#include "model/golden.h"

struct field {
	const char *name;
	unsigned kinds; /* a bit for each enum value_kind */
};

extern const struct field fields[];
extern const size_t n_fields;

/* Place in the order of writing; n_fields: no such field. */
size_t field_place(const char *name);
/* The known name most like this one, for "did you mean"; NULL: none is near. */
const char *field_near(const char *name);
/* What a number is when the recordings differ in it. */
#define FIELD_VARIES "varies"
bool field_takes(const struct field *field, const struct value *value);

#endif
