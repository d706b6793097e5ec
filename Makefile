# `make run`   set up, build, assess the sample applicants, serve on 127.0.0.1:8080
# `make test`  set up, then everything that a change must pass

.PHONY: run test build samples

# The day that the made-up applicants hand in their papers.
AS_OF = 2026-09-05
APPLICANTS = $(patsubst samples/%/declared.json,%,$(wildcard samples/*/declared.json))
SHOWN = salaried
TARGET = $(or $(CARGO_TARGET_DIR),target)
XINGE = $(TARGET)/release/xinge

run: build samples
	@echo; echo "== the report of one of them: $(SHOWN)"; echo
	@$(XINGE) assess samples/$(SHOWN) --declared samples/$(SHOWN)/declared.json --as-of $(AS_OF)
	@echo; echo "== serving on http://127.0.0.1:8080 (API at /docs), data in ./data; Ctrl-C stops"
	@exec $(XINGE) serve --data data --listen 127.0.0.1:8080

build:
	@.ci/setup run
	@.ci/models || echo "models: none; pictures are read by Tesseract where it is installed"
	cargo build --release --locked --bin xinge

samples: build
	@mkdir -p $(TARGET)/samples
	@for applicant in $(APPLICANTS); do \
		echo "== assessing samples/$$applicant, into $(TARGET)/samples/$$applicant.json"; \
		$(XINGE) assess samples/$$applicant --declared samples/$$applicant/declared.json --as-of $(AS_OF) \
			--format json >$(TARGET)/samples/$$applicant.json || exit 1; \
	done

# PostgreSQL first, so that the last lines are the whole run's.
test:
	@.ci/setup test
	@.ci/models
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	@if .ci/with-postgres --find >/dev/null 2>&1; then \
		echo "== the service's tests on PostgreSQL"; \
		.ci/with-postgres cargo test --locked --workspace --test tests -- api:: db::; \
	else \
		echo "== no PostgreSQL server: its tests are skipped"; \
	fi
	cargo test --locked --workspace --doc
	cargo test --locked --workspace --tests
