/* SPDX-License-Identifier: MIT */
/*
 * flags.h - the tables of flag and value names
 */
#ifndef DECODE_FLAGS_H
#define DECODE_FLAGS_H

#include "decode/arg.h"

#define TABLE(name_, ...) extern const struct flag_table flags_##name_;
#define TABLE_BY_ARCH TABLE
#define TABLE_AARCH64(name_, ...)
#include "decode/flags.def"
#undef TABLE
#undef TABLE_BY_ARCH
#undef TABLE_AARCH64

/* The name of that value alone, NULL when the table has none. */
const char *flag_name(const struct flag_table *table, uint64_t value);
/* "A|B|0x40"; what strace writes for nothing known. */
void flags_add(struct str *out, const struct flag_table *table, uint64_t value);
/* "NAME", or "0x12 / * X_??? * /" (without the blanks). */
void flags_add_value(struct str *out, const struct flag_table *table, uint64_t value);

#endif
