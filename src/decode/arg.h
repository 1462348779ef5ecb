/* SPDX-License-Identifier: MIT */
/*
 * arg.h - what an argument means (decode's own; others use decode/decode.h)
 *
 * A call has a list of arguments, each of one kind. A kind is a row of one table (kinds.c): how
 * it is shown, what memory it needs. A struct is a layout: fields in order, from whose widths
 * the offsets of every architecture follow.
 */
#ifndef DECODE_ARG_H
#define DECODE_ARG_H

#include "decode/decode.h"

struct text;
struct walk;

enum arg_kind {
	ARG_SKIP, /* a register that this call does not use */
	/* Values in the register (or the field) itself. */
	ARG_INT,
	ARG_UINT,
	ARG_LONG,
	ARG_ULONG,
	ARG_HEX,      /* 32 bits */
	ARG_HEXP,     /* as wide as a pointer */
	ARG_OFFSET,   /* 64 bits: two registers of an i386 caller */
	ARG_POSITION, /* 64 bits in two registers on every architecture */
	ARG_PAGES,    /* an offset counted in pages of 4096 */
	ARG_FD,
	ARG_DIRFD,
	ARG_PID,
	ARG_UID,
	ARG_MODE,      /* permission bits */
	ARG_MODE3,     /* the same, at least three digits */
	ARG_FILE_MODE, /* with the type */
	ARG_DEVICE,
	ARG_ADDR,
	ARG_FLAGS,
	ARG_OFFSET_FLAGS, /* flags of 64 bits */
	ARG_ENUM,
	ARG_SIGNAL,
	ARG_HANDLER,
	ARG_CLOCK,
	ARG_IPC_KEY,
	ARG_IOPRIO,
	ARG_IOCTL,
	ARG_QUOTA_OP,
	ARG_OLD_SIGSET,
	ARG_SOCKOPT,
	ARG_UID16,
	ARG_TICKS,     /* clock_t: hundredths of a second */
	ARG_IPC_FLAGS, /* flags, then permission bits */
	ARG_WAKE_OP,   /* futex: an operation and a comparison in one word */
	ARG_LIMIT,
	ARG_LIMIT64,
	ARG_TIME,         /* a number that counts time: hidden in canonical text */
	ARG_NEST,         /* fields only: a struct inside */
	ARG_CHARS,        /* fields only: text of count bytes, to its NUL */
	ARG_SIGSET_FIELD, /* fields only: a kernel sigset */
	/* Pointers. */
	ARG_STR,
	ARG_PATH,
	ARG_DATA_OUT, /* payload, len is the argument that counts it */
	ARG_DATA_IN,  /* payload, the result counts it */
	ARG_RANDOM,   /* filled with noise, the result counts it */
	ARG_RAW_IN,   /* bytes that the kernel reads, len counts them */
	ARG_RAW_OUT,  /* bytes that the kernel fills in, the result counts them */
	ARG_IOV_OUT,
	ARG_IOV_IN,
	ARG_IOV_REMOTE, /* the elements are another process's: addresses only */
	ARG_MSG_OUT,
	ARG_MSG_IN,
	ARG_MMSG_OUT,
	ARG_MMSG_IN,
	ARG_MSGBUF_OUT,
	ARG_MSGBUF_IN,
	ARG_ADDRESS_IN,
	ARG_ADDRESS_OUT,
	ARG_LENGTH, /* socklen_t *: value and result; with `len`: of that address, not looked at
		       where it is NULL */
	ARG_OPT_IN,
	ARG_OPT_OUT,
	ARG_ARGV,
	ARG_ENVP,
	ARG_SIGSET_IN,
	ARG_SIGSET_OUT,
	ARG_SIGSET_PAIR, /* { sigset *, size } */
	ARG_CPU_SET_IN,
	ARG_CPU_SET_OUT,
	ARG_BITS_IN,
	ARG_FD_SET,
	ARG_FD_PAIR,
	ARG_PTR_IN,
	ARG_PTR_OUT,
	ARG_PTR_FOUND, /* filled when somebody was found to wait for: the result counts; with
			  `len`: that siginfo says so */
	ARG_PTR_BOTH,
	ARG_PTR_LEFT, /* the kernel counts it down */
	ARG_PTR_REM,  /* filled when a signal interrupted */
	ARG_PAIR_IN,  /* an array of two */
	ARG_PAIR_OUT,
	ARG_ARRAY_IN,  /* len counts the elements */
	ARG_ARRAY_OUT, /* the result counts them */
	ARG_POLLFDS,   /* looked at again after the call */
	ARG_PTR_LIST,  /* an array of pointers to structs */
	ARG_DIRENTS,
	ARG_CAPS_IN,
	ARG_CAPS_OUT,
	ARG_FILE_HANDLE_IN,
	ARG_FILE_HANDLE_BOTH,
	ARG_CLONE_ARGS,
	ARG_SIGFRAME,     /* what a signal handler returns to; the stack pointer */
	ARG_OLD_SIGFRAME, /* of sigreturn on i386 */
	N_ARG_KINDS,
};

#define NO_LEN 15

struct arg_spec {
	const char *name;
	uint8_t kind;    /* enum arg_kind */
	uint8_t len;     /* which argument counts this one, NO_LEN: none */
	const void *ref; /* struct flag_table or struct layout */
};

/* Rows of a flag table are tried in order: (value & mask) == value prints text and takes the
 * mask's bits away. A row whose mask is all ones stands for that value alone. */
struct flag_row {
	uint64_t mask, value;
	const char *text;
};

struct flag_table {
	const char *unknown; /* "O_???": a comment when no row matched; NULL: none */
	const struct flag_row *rows;
	uint16_t n;
	const struct flag_table *aarch64; /* where that architecture differs; NULL: nowhere */
};

#define ROW_ONLY UINT64_MAX

/* Widths of fields. The compiler's rules for alignment give the offsets. */
enum width {
	W0, /* no bytes: the end */
	W1,
	W2,
	W4,
	W8,
	WL, /* long and pointers of the caller: 4 bytes for i386 and x32 */
	WK, /* the kernel's long: 4 bytes for i386 alone */
};

enum field_flag {
	FIELD_VERBOSE = 1, /* shown with -v only */
	FIELD_PAD = 2,     /* never shown */
	FIELD_VARIES = 4,  /* hidden in canonical text */
};

struct field {
	const char *name; /* NULL: the value stands alone */
	uint8_t width;    /* enum width */
	uint8_t kind;     /* enum arg_kind */
	uint8_t flags;    /* enum field_flag */
	uint16_t count;   /* ARG_CHARS, ARG_NEST, padding: so many; 0 counts as 1 */
	const void *ref;
};

struct layout {
	const char *name;
	const struct field *fields;
	uint8_t n;
	bool is_value;  /* one field without a name: shown in brackets */
	bool is_bare;   /* the same without brackets: an element of an array */
	bool is_packed; /* by 4 bytes, on x86 */
	const struct layout *i386, *x32, *aarch64; /* where these differ; NULL: do not */
	/* When fields are not enough; bytes holds the whole struct. */
	void (*print)(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n);
};

/* The arguments of one call, variants chosen, 64-bit values joined. */
struct arg {
	const struct arg_spec *spec;
	uint64_t value; /* extended as its kind says */
	uint8_t reg;    /* the first register it came in */
};

struct args {
	struct arg arg[6];
	unsigned n;
};

/* With which registers a list of arguments holds. */
struct args_case {
	uint64_t mask, value; /* (register & mask) == value; mask 0: where no other list does */
	uint8_t reg;
};

/* The kinds alone, variants chosen; n: how many, ARG_SKIP too. Of an unknown call: none. */
const struct arg_spec *args_list(
	const struct call *call, const struct call_spec *spec, unsigned *n);
/* spec: what the call is, which for the inner call of socketcall its number does not say. */
void args_of(struct args *out, const struct call *call, const struct call_spec *spec);
/* The same when args_list() was asked already. */
void args_from(struct args *out, const struct call *call, const struct call_spec *spec,
	const struct arg_spec *list, unsigned n);
/* The i-th of the lists of arguments that a call may have on arch: what its rows of
 * variants.def say, then calls.def. Values are 0. False: there are no more. */
bool args_any(struct args *out, struct args_case *when, enum arch arch,
	const struct call_spec *spec, unsigned i);
/* What the argument that counts this one holds; 0 when there is none. */
uint64_t arg_len(const struct args *args, const struct arg *a);

/* Where rt_sigreturn finds the signal mask, from the stack pointer it was called with. */
uint64_t arg_sigmask(uint64_t stack, enum arch arch);
/* sigreturn has it in two halves: in the sigcontext at the stack pointer, and behind the state
 * of the floating point unit (arch/x86/include/asm/sigframe.h). */
#define OLD_SIGMASK_LOW 80
#define OLD_SIGMASK_HIGH (88 + 624)

/* Bytes of a width for callers of an architecture. */
unsigned width_size(enum arch arch, enum width width);
const struct layout *layout_of(const struct layout *l, enum arch arch);
size_t layout_size(const struct layout *l, enum arch arch);
/* Where field i of l lies when the one before it ended at offset, and its size. l is what
 * layout_of() gave. */
size_t field_next(const struct layout *l, unsigned i, size_t offset, enum arch arch);
size_t field_size(const struct field *f, enum arch arch);
/* A value of n bytes, little-endian as all our architectures are. */
uint64_t load_uint(const void *bytes, unsigned n);

/* Numbers of a sane program stay below these; what is longer is cut. */
#define MAX_IOVECS 1024
#define MAX_MESSAGES 1024
#define MAX_ELEMENTS 4096
#define MAX_STRUCT 4096
#define MAX_CONTROL 65536
#define MAX_OPTION 65536
/* The kernel's own limit is a quarter of the stack limit, in bytes; 1 GiB of 1-byte strings. */
#define MAX_ARGV 65536

#define LAYOUT(name_, ...) extern const struct layout layout_##name_;
#include "decode/layouts.def"
#undef LAYOUT

#endif
