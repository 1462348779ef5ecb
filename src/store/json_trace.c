/* SPDX-License-Identifier: MIT */
/* json_trace.c - traces of the older tool: JSON of the format "renacer-json-v1" */

#include "store/json_trace.h"

#include "base/mem.h"
#include "base/str.h"
#include "decode/decode.h"
#include "store/json_file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

#define N_ARGS 6
#define N_HELD 3

/* What is given out next. */
enum stage { STAGE_START, STAGE_HELD, STAGE_CALLS, STAGE_EXIT, STAGE_END };

struct json_trace {
	struct arena *arena; /* of the header */
	struct json_file *file;
	struct trace_header header;
	const char *argv[2];
	struct trace_footer footer;
	struct json_trace_gaps gaps;
	enum stage stage;
	uint32_t n_held;
	bool in_calls, has_calls;
	int64_t exit_code;
	uint64_t said_calls; /* total_syscalls; UINT64_MAX: not said */
	uint64_t seq, time_ns;
	struct str strings[N_ARGS]; /* of the present call */
	struct area areas[N_ARGS];
};

static const char *const held_names[N_HELD] = { "/dev/null", "pipe:[1]", "pipe:[2]" };

void
json_trace_free(struct json_trace *t)
{
	if (!t)
		return;
	json_file_free(t->file);
	for (size_t i = 0; i < N_ARGS; i++)
		str_done(&t->strings[i]);
	arena_free(t->arena);
	mem_free(t);
}

/* A quoted argument is a path or a buffer; its address is not told. */
static void
take_string(struct json_trace *t, struct call *call, unsigned i, const char *text, size_t n)
{
	struct str *s = &t->strings[i];

	str_clear(s);
	str_add_n(s, text + 1, n - 2);
	call->arg[i] = UINT64_C(0x1000) * (i + 1); /* any address but 0 */
	t->areas[call->n_areas++] = (struct area){
		.arg = (uint8_t)i,
		.kind = AREA_STRING,
		.kept = (uint32_t)s->n,
		.size = s->n,
		.address = call->arg[i],
		.bytes = (const uint8_t *)str_text(s),
	};
}

static int
read_args(struct json_trace *t, struct call *call, struct err *err)
{
	const char *text;
	unsigned i = 0;
	size_t n;
	enum json_token token = json_file_next(t->file, &text, &n, err);

	if (token == JSON_ERROR)
		return -1;
	if (token != JSON_BEGIN_ARRAY)
		return json_file_wrong(t->file, err, "'args' is an array of texts");
	while ((token = json_file_next(t->file, &text, &n, err)) == JSON_STRING ||
		token == JSON_NUMBER) {
		int64_t value = 0;

		if (i == N_ARGS)
			return json_file_wrong(
				t->file, err, "a call has six arguments at most");
		if (n >= 2 && text[0] == '"' && text[n - 1] == '"')
			take_string(t, call, i, text, n);
		else if (json_file_number(text, &value))
			call->arg[i] = (uint64_t)value;
		i++; /* what is symbolic stays 0 */
	}
	if (token == JSON_ERROR)
		return -1;
	return token == JSON_END_ARRAY
		       ? 0
		       : json_file_wrong(t->file, err, "'args' is an array of texts");
}

static void
name_call(struct json_trace *t, struct call *call, const char *name)
{
	const struct call_spec *spec = decode_spec_by_name(name);
	int nr = spec ? decode_nr(ARCH_X86_64, spec->id) : -1;
	int64_t number = 0;

	if (nr < 0 && strncmp(name, "syscall_", 8) == 0 && json_file_number(name + 8, &number))
		nr = (int)number;
	if (nr < 0)
		t->gaps.n_unknown++;
	call->nr = nr < 0 ? UINT32_MAX : (uint32_t)nr;
}

/* A field of a call, whose key was just read. */
static int
read_field(struct json_trace *t, struct call *call, const char *key, bool *has_name,
	uint64_t *duration, struct err *err)
{
	static const struct {
		const char *key;
		uint64_t scale;
	} durations[] = { { "duration_us", 1000 }, { "duration_ns", 1 },
		{ "duration_nanos", 1 } };
	const char *text;
	int64_t number = 0;
	size_t n;

	if (strcmp(key, "name") == 0) {
		if (json_file_next(t->file, &text, &n, err) != JSON_STRING)
			return err_is_set(err)
				       ? -1
				       : json_file_wrong(t->file, err, "'name' is a text");
		name_call(t, call, text);
		*has_name = true;
		return 0;
	}
	if (strcmp(key, "args") == 0)
		return read_args(t, call, err);
	if (strcmp(key, "result") == 0) {
		if (json_file_integer(t->file, &call->ret, err) < 0)
			return -1;
		call->is_error = call->ret < 0 && call->ret >= -4095;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(durations); i++)
		if (strcmp(key, durations[i].key) == 0) {
			if (json_file_integer(t->file, &number, err) < 0)
				return -1;
			*duration = (uint64_t)number * durations[i].scale;
			return 0;
		}
	return json_file_skip(t->file, json_file_next(t->file, &text, &n, err), err);
}

static void
count_gaps(struct json_trace *t, const struct call *call, bool is_timed)
{
	const struct call_spec *spec = decode_spec(ARCH_X86_64, call->nr);

	t->gaps.n_untimed += !is_timed;
	if ((spec->classes & CLASS_FILE) && call->n_areas == 0)
		t->gaps.n_pathless++;
	if (!call->is_error && (spec->id == CALL_clone || spec->id == CALL_fork ||
				       spec->id == CALL_vfork || spec->id == CALL_clone3))
		t->gaps.n_forks++;
	t->footer.n_calls++;
}

/* Behind the brace that begins a call. */
static int
read_call(struct json_trace *t, struct event *event, struct err *err)
{
	struct call *call = &event->call;
	uint64_t duration = UINT64_MAX;
	bool has_name = false;
	enum json_token token;
	const char *text;
	size_t n;

	*event = (struct event){ .kind = EVENT_CALL, .task = 1 };
	call->arch = ARCH_X86_64;
	call->areas = t->areas;
	while ((token = json_file_next(t->file, &text, &n, err)) == JSON_KEY) {
		char key[24]; /* a longer one is none of ours */

		snprintf(key, sizeof key, "%s", text);
		if (read_field(t, call, key, &has_name, &duration, err) < 0)
			return -1;
	}
	if (token == JSON_ERROR)
		return -1;
	if (!has_name)
		return json_file_wrong(t->file, err, "a call without a name ends here");
	/* The tool's own table calls number 104 setgid; a true one returns 0. */
	if (decode_spec(ARCH_X86_64, call->nr)->id == CALL_setgid && call->ret > 0)
		call->nr = (uint32_t)decode_nr(ARCH_X86_64, CALL_getgid);
	call->enter_seq = ++t->seq;
	call->enter_ns = t->time_ns;
	t->time_ns += duration == UINT64_MAX ? 0 : duration;
	event->seq = ++t->seq;
	event->time_ns = t->time_ns;
	count_gaps(t, call, duration != UINT64_MAX);
	return 1;
}

/* summary or statistics. */
static int
read_summary(struct json_trace *t, struct err *err)
{
	enum json_token token;
	int64_t number = 0;
	const char *text;
	size_t n;

	if (json_file_next(t->file, &text, &n, err) != JSON_BEGIN_OBJECT)
		return err_is_set(err)
			       ? -1
			       : json_file_wrong(t->file, err, "an object was expected here");
	while ((token = json_file_next(t->file, &text, &n, err)) == JSON_KEY) {
		bool is_exit = strcmp(text, "exit_code") == 0;

		if (!is_exit && strcmp(text, "total_syscalls") != 0) {
			if (json_file_skip(
				    t->file, json_file_next(t->file, &text, &n, err), err) < 0)
				return -1;
			continue;
		}
		if (json_file_integer(t->file, &number, err) < 0)
			return -1;
		if (is_exit) {
			t->exit_code = number;
			t->gaps.has_exit = true;
		} else {
			t->said_calls = (uint64_t)number;
		}
	}
	return token == JSON_ERROR ? -1 : 0;
}

/* A key of the outermost object. 1: the calls begin. */
static int
read_key(struct json_trace *t, const char *key, struct err *err)
{
	const char *text;
	size_t n;

	if (strcmp(key, "summary") == 0 || strcmp(key, "statistics") == 0)
		return read_summary(t, err);
	if (strcmp(key, "syscalls") == 0) {
		if (json_file_next(t->file, &text, &n, err) != JSON_BEGIN_ARRAY)
			return err_is_set(err) ? -1
					       : json_file_wrong(t->file, err,
							 "'syscalls' is an array");
		t->has_calls = t->in_calls = true;
		return 1;
	}
	if (strcmp(key, "format") == 0) {
		if (json_file_next(t->file, &text, &n, err) != JSON_STRING)
			return err_is_set(err)
				       ? -1
				       : json_file_wrong(t->file, err, "'format' is a text");
		return strcmp(text, "renacer-json-v1") == 0
			       ? 0
			       : json_file_wrong(
					 t->file, err, "the format is not renacer-json-v1");
	}
	return json_file_skip(t->file, json_file_next(t->file, &text, &n, err), err);
}

static int
check_end(const struct json_trace *t, struct err *err)
{
	if (!t->has_calls)
		return json_file_wrong(t->file, err, "no 'syscalls' in the object");
	if (t->said_calls != UINT64_MAX && t->said_calls != t->footer.n_calls) {
		err_set(err, "'%s' holds %llu calls, and says it holds %llu",
			json_file_path(t->file), (unsigned long long)t->footer.n_calls,
			(unsigned long long)t->said_calls);
		return err_as(err, ERR_UNSURE);
	}
	return 0;
}

/* 1: a call; 0: the end of the document. */
static int
read_calls(struct json_trace *t, struct event *event, struct err *err)
{
	const char *text;
	size_t n;

	for (;;) {
		enum json_token token = json_file_next(t->file, &text, &n, err);

		switch (token) {
		case JSON_ERROR:
			return -1;
		case JSON_DONE:
			return check_end(t, err);
		case JSON_BEGIN_OBJECT:
			if (t->in_calls)
				return read_call(t, event, err);
			break;
		case JSON_END_ARRAY:
			t->in_calls = false;
			break;
		case JSON_KEY:
			if (read_key(t, text, err) < 0)
				return -1;
			break;
		case JSON_END_OBJECT:
			break;
		default:
			return json_file_wrong(t->file, err, "a call was expected here");
		}
	}
}

int
json_trace_read(struct json_trace *t, struct event *event, struct err *err)
{
	int rc;

	switch (t->stage) {
	case STAGE_START:
		*event = (struct event){ .kind = EVENT_START, .task = 1, .seq = ++t->seq };
		event->start = (struct task_start){ .process = 1, .pid = 1, .tid = 1 };
		t->stage = STAGE_HELD;
		return 1;
	case STAGE_HELD:
		*event = (struct event){ .kind = EVENT_HELD, .task = 1, .seq = ++t->seq };
		event->held = (struct held_fd){ .fd = (int32_t)t->n_held,
			.flags = t->n_held ? O_WRONLY : O_RDONLY,
			.name = held_names[t->n_held] };
		if (++t->n_held == N_HELD)
			t->stage = STAGE_CALLS;
		return 1;
	case STAGE_CALLS:
		rc = read_calls(t, event, err);
		if (rc != 0)
			return rc;
		t->stage = STAGE_EXIT;
		/* fall through */
	case STAGE_EXIT:
		*event = (struct event){
			.kind = EVENT_EXIT, .task = 1, .seq = ++t->seq, .time_ns = t->time_ns
		};
		event->exit = (struct task_exit){ .is_process = true,
			.status = W_EXITCODE((int)t->exit_code & 0xff, 0) };
		t->footer.n_events = t->seq;
		t->footer.n_tasks = t->footer.n_processes = 1;
		t->footer.wall_ns = t->time_ns;
		t->stage = STAGE_END;
		return 1;
	case STAGE_END:
		break;
	}
	return 0;
}

int
json_trace_open(struct json_trace **out, const char *path, struct err *err)
{
	struct json_file *file;
	struct json_trace *t;

	if (json_file_open(&file, path, err) < 0)
		return -1;
	t = mem_alloc(sizeof *t);
	*t = (struct json_trace){
		.file = file, .arena = arena_new(), .said_calls = UINT64_MAX
	};
	t->argv[0] = arena_strdup(t->arena, path);
	t->header = (struct trace_header){ .argv = t->argv,
		.cwd = "/<cwd>",
		.exe = "",
		.backend = "renacer-json-v1",
		.kernel = "",
		.machine = "x86_64",
		.n_cpus = 1 };
	*out = t;
	return 0;
}

const struct trace_header *
json_trace_header(const struct json_trace *t)
{
	return &t->header;
}

const char *
json_trace_printed(const struct json_trace *t, size_t *n)
{
	return json_file_printed(t->file, n);
}

const struct trace_footer *
json_trace_footer(const struct json_trace *t)
{
	return &t->footer;
}

const struct json_trace_gaps *
json_trace_gaps(const struct json_trace *t)
{
	return &t->gaps;
}
