# `make run` starts the demo; `make test` proves the checkout. Both install what is missing first.

.PHONY: run test check bench soak setup format

# make run PORT=8081; anything else for the demo goes into ARGS.
run:
	@Scripts/run $(if $(PORT),--port $(PORT)) $(ARGS)

test: setup
	@Scripts/check

check:
	@Scripts/check

bench: setup
	@Scripts/bench $(ARGS)

soak: setup
	@Scripts/soak

setup:
	@Scripts/setup

format:
	swift format --in-place --recursive Package.swift Sources Tests Benchmarks Examples
