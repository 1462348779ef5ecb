/* SPDX-License-Identifier: MIT */
/* replay.c - a run that is played from a tape: the same way to a golden, nothing executed */

#include "gate/run.h"

#include "gate/watch.h"

static int
play_event(void *arg, const struct event *event, struct err *err)
{
	return effects_event(arg, event, err);
}

int
run_replay(struct run *out, const struct config *config, const struct target *target,
	const struct mutant *mutant, struct err *err)
{
	const struct tape *tape = mutant->tape;
	struct effects_opts opts = run_effects_opts(config, target);
	struct watch watch;

	*out = (struct run){ .status = mutant_status(mutant), .footer = tape->footer };
	watch_needs(&watch, config, target);
	out->effects = watch_begin(&watch, &tape->header, &opts);
	out->columns = watch.columns;
	if (mutant_visit(mutant, play_event, out->effects, err) < 0)
		return -1;
	for (int i = 0; i < N_TAPE_STREAMS; i++)
		if (tape->has_received[i])
			effects_received(
				out->effects, tape_stream_names[i], &mutant->received[i]);
	if (watch_end(&watch, out->effects, &out->footer, &out->golden, err) < 0)
		return -1;
	out->facts = effects_facts(out->effects);
	out->stdout_tail = mem_strdup("");
	out->stderr_tail = mem_strdup("");
	return 0;
}
