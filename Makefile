# A thin wrapper: where make is missing, `python3 -m roegfri.trial demo` does the same.
PYTHON ?= python3
export PORT HOST DATABASE_URL REDIS_URL FRESH SCALE TODAY SECOND_FACTOR
unexport_empty = $(foreach v,PORT HOST DATABASE_URL REDIS_URL FRESH SCALE TODAY SECOND_FACTOR,$(if $($(v)),,$(eval unexport $(v))))
$(unexport_empty)

.PHONY: demo test check bench lock
demo test check bench:
	@exec $(PYTHON) -m roegfri.trial $@ $(if $(ARGS),-- $(ARGS))

lock:
	uv pip compile -q -U --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --group trial -o requirements.lock
	uv pip compile -q -U --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --group trial --group dev -c requirements.lock -o requirements-dev.lock
