/* SPDX-License-Identifier: MIT */
/* scan.c - durations and sizes as people write them */

#include "gate/scan.h"

#include <string.h>

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit durations[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "ms", 1000 * 1000 },
	{ "s", 1000ull * 1000 * 1000 },
	{ "m", 60 * 1000ull * 1000 * 1000 },
	{ "h", 3600 * 1000ull * 1000 * 1000 },
};

static const struct unit sizes[] = {
	{ "", 1 },
	{ "B", 1 },
	{ "kB", 1000 },
	{ "MB", 1000 * 1000 },
	{ "GB", 1000 * 1000 * 1000 },
	{ "KiB", 1024 },
	{ "MiB", 1024 * 1024 },
	{ "GiB", 1024 * 1024 * 1024 },
};

static int
scan_units(uint64_t *out, const char *text, const struct unit *units, size_t n_units)
{
	uint64_t number = 0;
	const char *p = text;

	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(number, 10, &number) ||
			__builtin_add_overflow(number, (uint64_t)(*p - '0'), &number))
			return -1;
	if (p == text)
		return -1;
	for (size_t i = 0; i < n_units; i++)
		if (strcmp(p, units[i].name) == 0)
			return __builtin_mul_overflow(number, units[i].factor, out) ? -1 : 0;
	return -1;
}

int
scan_duration(uint64_t *ns, const char *text, struct err *err)
{
	uint64_t value;

	if (scan_units(&value, text, durations, ARRAY_LEN(durations)) < 0) {
		err_set(err, "'%s' is not a duration", text);
		return err_hint(err, "a whole number and a unit: \"500ms\", \"30s\", \"2m\"");
	}
	*ns = value;
	return 0;
}

int
scan_size(uint64_t *bytes, const char *text, struct err *err)
{
	uint64_t value;

	if (scan_units(&value, text, sizes, ARRAY_LEN(sizes)) < 0) {
		err_set(err, "'%s' is not a size", text);
		return err_hint(
			err, "a whole number and a unit: \"512KiB\", \"64MiB\", \"1GB\"");
	}
	*bytes = value;
	return 0;
}
