/* SPDX-License-Identifier: MIT */
/* signals.h - a new program starts with default signals, whatever nohup, CI or we ignore */
#ifndef GATE_SIGNALS_H
#define GATE_SIGNALS_H

/* All dispositions to their defaults, nothing blocked. For a child between fork and exec. */
void signals_default(void);

#endif
