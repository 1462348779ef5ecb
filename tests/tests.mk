# What tests there are and how they run. Included by the Makefile.

.PHONY: deps
deps: ## install what is missing (Debian, Ubuntu)
	$(Q)tools/install-deps

.PHONY: test
test: deps ## install what is missing, then every test
	$(Q)$(MAKE) --no-print-directory check

.PHONY: check
check: check-floors check-unit check-cli ## every test, nothing installed

.PHONY: check-unit
check-unit: $(UNIT) ## unit tests (T=name: only that one)
	$(Q)tests/run-unit $(BUILD) $(if $(T),$(BUILD)/unit/$(T),$(UNIT))

.PHONY: check-cli
check-cli: all $(PROG) ## tests of the programs (T=name: only that one)
	$(Q)tests/run-cli $(BUILD) $(T)

.PHONY: fuzz
fuzz: ## each fuzz entry for FUZZ_SECONDS (60)
	$(Q)tests/fuzz/run $(FUZZ_SECONDS)

.PHONY: bench
bench: all $(PROG) ## speed and flakiness, measured (long)
	$(Q)tests/bench/run $(BUILD)

.PHONY: cover
cover: ## line coverage of the tests
	$(Q)tools/cover
