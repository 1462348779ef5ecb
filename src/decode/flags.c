/* SPDX-License-Identifier: MIT */
/*
 * flags.c - the tables of flag and value names, and how a value is spelled with them
 */
#include "decode/flags.h"

/* clang-format off */
#define BIT(value, name) { value, value, #name }
#define TEXT(value, text) { value, value, text }
#define NAMED(value, text) { ROW_ONLY, value, text }
#define PART(mask, value, name) { mask, value, #name }
#define ONLY(value, name) { ROW_ONLY, value, #name }
/* clang-format on */

#define ROWS(prefix_, name_, ...)                                                              \
	static const struct flag_row prefix_##rows_##name_[] = { __VA_ARGS__ };
#define HEAD(prefix_, name_, unknown_, twin_)                                                  \
	{                                                                                      \
		unknown_, prefix_##rows_##name_,                                               \
			sizeof(prefix_##rows_##name_) / sizeof(struct flag_row), twin_         \
	}

#define TABLE(name_, unknown_, ...) ROWS(, name_, __VA_ARGS__)
#define TABLE_BY_ARCH(name_, unknown_, ...) ROWS(, name_, __VA_ARGS__)
#define TABLE_AARCH64(name_, unknown_, ...)                                                    \
	ROWS(aarch64_, name_, __VA_ARGS__)                                                     \
	static const struct flag_table aarch64_##name_ = HEAD(aarch64_, name_, unknown_, NULL);
#include "decode/flags.def"
#undef TABLE
#undef TABLE_BY_ARCH
#undef TABLE_AARCH64

#define TABLE(name_, unknown_, ...)                                                            \
	const struct flag_table flags_##name_ = HEAD(, name_, unknown_, NULL);
#define TABLE_BY_ARCH(name_, unknown_, ...)                                                    \
	const struct flag_table flags_##name_ = HEAD(, name_, unknown_, &aarch64_##name_);
#define TABLE_AARCH64(name_, unknown_, ...)
#include "decode/flags.def"
#undef TABLE
#undef TABLE_BY_ARCH
#undef TABLE_AARCH64

const char *
flag_name(const struct flag_table *table, uint64_t value)
{
	for (unsigned i = 0; i < table->n; i++) {
		const struct flag_row *row = &table->rows[i];

		if (row->value == value && row->mask == ROW_ONLY)
			return row->text;
	}
	return NULL;
}

static void
add_comment(struct str *out, const struct flag_table *table)
{
	if (table->unknown && *table->unknown)
		str_addf(out, " /* %s */", table->unknown);
}

static void
add_name(struct str *out, const char *text, bool *is_first)
{
	if (!*is_first)
		str_add_char(out, '|');
	*is_first = false;
	str_add(out, text);
}

void
flags_add(struct str *out, const struct flag_table *table, uint64_t value)
{
	uint64_t rest = value, used = 0;
	bool is_first = true;

	for (unsigned i = 0; i < table->n; i++) {
		const struct flag_row *row = &table->rows[i];

		if (row->mask == ROW_ONLY
				? row->value != value
				: (rest & row->mask) != row->value || row->mask & used)
			continue;
		add_name(out, row->text, &is_first);
		if (row->mask == ROW_ONLY)
			return;
		used |= row->mask;
		rest &= ~row->mask;
	}
	if (is_first && !value) {
		str_add_char(out, '0');
	} else if (is_first) {
		str_add_hex(out, rest);
		add_comment(out, table);
	} else if (rest) {
		str_addf(out, "|%#llx", (unsigned long long)rest);
	}
}

void
flags_add_value(struct str *out, const struct flag_table *table, uint64_t value)
{
	const char *name = flag_name(table, value);

	if (name) {
		str_add(out, name);
		return;
	}
	if (!table->unknown) { /* a number of its own right, such as a key's */
		str_addf(out, "%d", (int)value);
		return;
	}
	str_addf(out, "%#llx", (unsigned long long)value);
	add_comment(out, table);
}
