# renacer-gate: one Makefile, no recursion. `make help` lists what there is.
#
#   V=1     show commands          DEV=1   warnings are errors
#   SAN=1   address and undefined sanitizers, in a build folder of their own
#   CC=clang CXX=clang++ work as well

VERSION := 0.1.0
PREFIX ?= /usr/local
DESTDIR ?=
ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin CXX),default)
CXX := g++
endif
SAN ?= 0
DEV ?= 0
V ?= 0
BUILD ?= build$(if $(filter 1,$(SAN)),/san)

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),@:,@printf '  %-6s %s\n' "$(1)" "$(2)")

FLOORS := base model decode symbol store capture effects judge analyze report export gate cli
LIB_FLOORS := $(filter-out cli,$(FLOORS))
PACKAGES := libzstd libpcre2-8 libxml-2.0 libdw libelf

WARN := -Wall -Wextra -Wshadow -Wpointer-arith -Wwrite-strings -Wvla -Wundef
CWARN := $(WARN) -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
OPT := -O2 -g
ifeq ($(SAN),1)
OPT := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
endif
ifeq ($(DEV),1)
WARN += -Werror
endif
CPPFLAGS_ALL := -Isrc -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DRENACER_VERSION='"$(VERSION)"' $(CPPFLAGS)
PKG_CFLAGS = $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PKG_LIBS = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)
CFLAGS_ALL = -std=gnu17 $(OPT) $(CWARN) -fno-common -fstack-protector-strong $(PKG_CFLAGS) $(CFLAGS)
CXXFLAGS_ALL = -std=c++17 $(OPT) -Wall -Wextra $(CXXFLAGS)
LDFLAGS_ALL = $(OPT) $(LDFLAGS)
LIBS = $(PKG_LIBS)

LIB_SRC := $(foreach f,$(LIB_FLOORS),$(sort $(wildcard src/$(f)/*.c)))
LIB_OBJ := $(LIB_SRC:src/%.c=$(BUILD)/%.o) $(BUILD)/base/toml.o
CLI_SRC := $(sort $(wildcard src/cli/*.c))
CLI_MAINS := src/cli/renacer.c src/cli/renacer-gate.c
CLI_OBJ := $(patsubst src/%.c,$(BUILD)/%.o,$(filter-out $(CLI_MAINS),$(CLI_SRC)))
PROGRAMS := $(patsubst src/cli/%.c,$(BUILD)/%,$(wildcard $(CLI_MAINS)))
LIB := $(BUILD)/librenacer.a

UNIT_SRC := $(sort $(wildcard tests/unit/*.c))
UNIT := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/unit/%)
PROG_SRC := $(sort $(wildcard tests/prog/*.c))
PROG := $(PROG_SRC:tests/prog/%.c=$(BUILD)/prog/%)
FUZZ_SRC := $(sort $(wildcard tests/fuzz/*.c))
FUZZ_SECONDS ?= 60

.PHONY: all
all: $(PROGRAMS) ## build the two programs (the default)

$(BUILD)/%.o: src/%.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c $< -o $@

$(BUILD)/base/toml.o: src/base/toml.cc
	$(call say,CXX,$<)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(CPPFLAGS_ALL) $(CXXFLAGS_ALL) -MMD -MP -c $< -o $@

$(LIB): $(LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(PROGRAMS): $(BUILD)/%: $(BUILD)/cli/%.o $(CLI_OBJ) $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CXX) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

$(BUILD)/unit/%: tests/unit/%.c $(LIB) $(CLI_OBJ)
	$(call say,TEST,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) -Itests $(filter-out -Wmissing-prototypes,$(CFLAGS_ALL)) -MMD -MP \
		-MF $@.d -c $< -o $@.o
	$(Q)$(CXX) $(LDFLAGS_ALL) -o $@ $@.o $(CLI_OBJ) $(LIB) $(LIBS) -lcmocka

# Tracees: plain programs. A first line `/* build: FLAGS */` adds flags.
$(BUILD)/prog/%: tests/prog/%.c
	$(call say,PROG,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -std=gnu17 -O1 -g -Wall -Wextra -o $@ $< -pthread \
		$(shell sed -n '1s|^/\* build: \(.*\) \*/$$|\1|p' $<)

-include $(LIB_OBJ:.o=.d) $(CLI_SRC:src/%.c=$(BUILD)/%.d) $(UNIT:=.d)

include tests/tests.mk

.PHONY: check-floors
check-floors: ## every include stays on its floor or goes to one below
	$(Q)tools/check-floors

.PHONY: lint
lint: check-floors ## formatting, clang-tidy, shellcheck, spelling
	$(Q)tools/lint

.PHONY: fmt
fmt: ## format the sources
	$(Q)clang-format -i $(wildcard src/*/*.c src/*/*.h tests/*/*.c)

.PHONY: install
install: all ## install programs, man pages, completions (DESTDIR, PREFIX)
	$(Q)DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' BUILD='$(BUILD)' tools/install

compile_commands.json: Makefile ## for editors
	$(Q)tools/compile-commands '$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL)' $(LIB_SRC) $(CLI_SRC) > $@

.PHONY: clean
clean: ## remove what was built
	rm -rf build

.PHONY: help
help: ## this text
	@grep -hE '^[a-z.-]+:.*## ' Makefile tests/tests.mk | sed 's/:.*## /\t/' | sort | \
		awk -F '\t' '{ printf "  %-16s %s\n", $$1, $$2 }'
	@sed -n 's/^#   /  /p' Makefile
