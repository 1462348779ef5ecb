/* SPDX-License-Identifier: MIT */
/* setting.h - the [gate] table of renacer.toml, and settings that targets share with it */
#ifndef GATE_SETTING_H
#define GATE_SETTING_H

#include "gate/config.h"
#include "gate/key.h"

/* What holds when nobody says anything. */
void setting_defaults(struct config *c);
/* table: [gate]. c->dir must be set. */
MUST_CHECK int setting_read(struct config *c, const struct toml *table, struct err *err);
void setting_add_report(struct config *c, const char *format, const char *path);
/* Formats of reports that a configuration may ask for; ends in NULL. */
extern const char *const setting_report_formats[];

extern const char *const setting_io_uring_names[]; /* ends in NULL */
extern const struct key setting_keys[], setting_environment_keys[];

/* read() functions of keys: enum profile, and a bool: io_uring is denied. */
MUST_CHECK int setting_profile(
	struct key_context *k, const struct toml *value, void *field, struct err *err);
MUST_CHECK int setting_io_uring(
	struct key_context *k, const struct toml *value, void *field, struct err *err);

#endif
