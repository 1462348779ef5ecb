/* SPDX-License-Identifier: MIT */
/* rule_evidence.c - one event in the words of a verdict */

#include "judge/rule_own.h"

#include "base/clock.h"
#include "judge/origin.h"

#include <inttypes.h>
#include <string.h>

#define C(id_) COLUMN_BIT(COLUMN_##id_)
const uint64_t row_words_columns = C(EVENT) | C(SYSCALL) | C(PATH) | C(FD) | C(FD_NAME) |
				   C(PEER) | C(ERRNO) | C(RESULT) | C(BYTES) | C(TASK) |
				   C(EXEC) | C(END) | C(FUNCTION) | C(FILE) | C(LINE) |
				   C(STATE) | C(SIGNAL) | C(STATUS);
#undef C

static void
add_objects(struct str *out, const struct columns *c, size_t row)
{
	const char *text, *peer = columns_text(c, COLUMN_PEER, row, 0);
	int64_t fd = columns_number(c, COLUMN_FD, row);
	bool any = false;

	for (unsigned nth = 0; (text = columns_text(c, COLUMN_PATH, row, nth)); nth++) {
		str_add(out, any ? ", \"" : "\"");
		str_add_printable(out, text, strlen(text));
		str_add_char(out, '"');
		any = true;
	}
	if (peer) {
		str_addf(out, "%s%s", any ? ", " : "", peer);
		any = true;
	}
	if (!any && (text = columns_text(c, COLUMN_FD_NAME, row, 0))) {
		str_add_printable(out, text, strlen(text));
		any = true;
	}
	if (!any && fd != COLUMN_NULL)
		str_addf(out, "fd %" PRId64, fd);
}

static void
add_result(struct str *out, const struct columns *c, size_t row)
{
	int64_t result = columns_number(c, COLUMN_RESULT, row);
	const char *error = columns_text(c, COLUMN_ERRNO, row, 0);
	const char *state = columns_text(c, COLUMN_STATE, row, 0);

	if (error)
		str_addf(out, " = %s", error);
	else if (result != COLUMN_NULL)
		str_addf(out, " = %" PRId64, result);
	else if (!state || strcmp(state, "done") != 0)
		str_add(out, ", which never returned");
}

static void
add_life(struct str *out, const struct columns *c, size_t row)
{
	const char *signal = columns_text(c, COLUMN_SIGNAL, row, 0);
	const char *event = columns_text(c, COLUMN_EVENT, row, 0);
	int64_t status = columns_number(c, COLUMN_STATUS, row);

	if (event && strcmp(event, "exec") == 0) {
		str_addf(out, "exec of %s", columns_text(c, COLUMN_EXEC, row, 0));
		return;
	}
	str_add(out, event ? event : "an event");
	if (signal)
		str_addf(out, " %s", signal);
	else if (status != COLUMN_NULL)
		str_addf(out, " with %" PRId64, status);
}

static void
add_call(struct str *out, const struct judging *j, size_t row)
{
	const struct columns *c = j->columns;
	const char *call = columns_text(c, COLUMN_SYSCALL, row, 0);
	const char *exec = columns_text(c, COLUMN_EXEC, row, 0);

	if (call) {
		str_addf(out, "%s(", call);
		add_objects(out, c, row);
		str_add_char(out, ')');
		add_result(out, c, row);
	} else {
		add_life(out, c, row);
	}
	str_addf(out, ", by %s (task %" PRId64 ")", exec ? exec : "?",
		columns_number(c, COLUMN_TASK, row));
}

const char *
row_call(const struct judging *j, size_t row)
{
	AUTO(str_done) struct str out = { 0 };

	add_call(&out, j, row);
	return arena_strdup(j->arena, out.data);
}

const char *
row_origin(const struct judging *j, size_t row)
{
	AUTO(str_done) struct str out = { 0 };
	struct origin origin;

	str_add(&out, ", at ");
	if (!origin_of_row(&origin, j->columns, row) || !origin_put(&out, &origin))
		return "";
	return arena_strdup(j->arena, out.data);
}

const char *
row_words(const struct judging *j, size_t row)
{
	const struct columns *c = j->columns;
	int64_t end = columns_number(c, COLUMN_END, row);
	AUTO(str_done) struct str out = { 0 };

	add_call(&out, j, row);
	if (end != COLUMN_NULL)
		str_addf(&out, ", at %.3f ms", (double)end / NS_PER_MS);
	if (j->rule->kind == RULE_LATENCY)
		str_addf(&out, ", in %.3f ms",
			(double)columns_number(c, COLUMN_DURATION, row) / NS_PER_MS);
	return arena_strdup(j->arena, out.data);
}
