/* SPDX-License-Identifier: MIT */
/*
 * base.h - the few macros everybody uses
 */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* AUTO(x_free) struct x *x = NULL; frees at the end of the block, AUTO_DEFINE() makes it
 * possible for that type, TAKE(x) hands the value on and leaves NULL behind. */
#define AUTO(fn) __attribute__((cleanup(fn##_auto)))
#define AUTO_DEFINE(type, fn)                                                                  \
	static inline void fn##_auto(type *p)                                                  \
	{                                                                                      \
		if (*p)                                                                        \
			fn(*p);                                                                \
	}
#define TAKE(p)                                                                                \
	({                                                                                     \
		__typeof__(p) *p_ = &(p), v_ = *p_;                                            \
		*p_ = NULL;                                                                    \
		v_;                                                                            \
	})

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

#endif
