/* SPDX-License-Identifier: MIT */
/*
 * csv.h - a trace as a table, an event a row (RFC 4180: CR LF, quotes doubled)
 *
 * Columns: seq, time_ns (since the trace began; of a call its entry), duration_ns, task, event
 * (start held exec call signal exit path), name, arguments, result, error, state. Numbers are
 * plain decimals; what does not apply is empty. Text is UTF-8 without control characters: other
 * bytes are \xNN.
 */
#ifndef EXPORT_CSV_H
#define EXPORT_CSV_H

#include "export/names.h"

void csv_header(struct str *out);
void csv_event(struct str *out, const struct event *event, const struct export_names *names);

#endif
