# Every command of the house. Works from any directory (`make -f …/Makefile test`) and as root or not.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# A path with spaces is one path here: no make function that splits words may touch it.
ROOT := $(shell f='$(MAKEFILE_LIST)'; cd -- "$$(dirname -- "$${f# }")" && pwd)
HERE := cd "$(ROOT)"
ENGINES := deploy/engines
# Of `make faults`, unless it is told for how long.
MINUTOS ?= $(if $(RODADAS),,15)
CARGO_RUN := cargo run --locked --quiet --package cobranca --

.PHONY: help demo run test check contrato faults bench fmt clean-data

help: ## Mostra esta ajuda
	@$(HERE) && grep -hE '^[a-z-]+: ## ' Makefile | sed 's/: ## /\t/' | while IFS=$$'\t' read -r name text; do printf '  make %-11s %s\n' "$$name" "$$text"; done

demo: ## Instala o que falta, monta uma carteira de exemplo e mostra uma régua trabalhando
	@$(HERE) && $(ENGINES) install postgres
	@$(HERE) && cargo build --locked --package cobranca
	@$(HERE) && $(ENGINES) with demo -- $(CARGO_RUN) demo

run: ## Sobe o sistema inteiro neste terminal (Ctrl-C encerra; os dados ficam)
	@$(HERE) && $(ENGINES) install postgres
	@$(HERE) && cargo build --locked --package cobranca
	@$(HERE) && $(ENGINES) with local -- $(CARGO_RUN) servir --sandbox $(ARGS)

test: ## Tudo o que precisa estar verde: check e todos os testes, com PostgreSQL e RabbitMQ próprios
	@$(HERE) && $(ENGINES) install
	@$(HERE) && $(MAKE) --no-print-directory -f Makefile check
	@$(HERE) && $(ENGINES) with teste --rabbit --teste -- cargo test --workspace --locked

check: ## Formatação, clippy e as regras da casa (tidy), sem subir nada
	@$(HERE) && cargo fmt --all --check
	@$(HERE) && cargo clippy --workspace --all-targets --locked -- -D warnings
	@$(HERE) && cargo test --locked --quiet --package tidy
	@$(HERE) && if command -v shellcheck >/dev/null; then shellcheck -x -P deploy $(ENGINES) .ci/run deploy/contrato/run deploy/pares/instalar; fi

contrato: ## Schemathesis, com todas as verificações, contra a API que sobe para isso; ARGS vai para o `st run`
	@$(HERE) && $(ENGINES) install postgres
	@$(HERE) && cargo build --locked --package cobranca
	@$(HERE) && $(ENGINES) with contrato --teste -- deploy/contrato/run $(ARGS)

faults: ## A tempestade de falhas, por muito tempo: MINUTOS=60 ou RODADAS=100, SEMENTE=7; ARGS=<parte> roda outros testes de falhas
	@$(HERE) && $(ENGINES) install
	@$(HERE) && cargo build --locked --workspace --bins
	@$(HERE) && export COBRANCA_TESTE_MINUTOS="$(MINUTOS)" COBRANCA_TESTE_RODADAS="$(RODADAS)" COBRANCA_TESTE_SEMENTE="$(SEMENTE)" \
	  && $(ENGINES) with faltas --rabbit --teste -- cargo test --locked --package cobranca --test falhas -- --nocapture $(or $(ARGS),tempestade)

bench: ## Medições, em motores próprios e duráveis (fsync ligado); ARGS=<parte> mede só as linhas com esse nome, PEERS=1 também outras filas
	@$(HERE) && $(ENGINES) install
	@$(HERE) && if [[ -n "$(PEERS)" ]]; then deploy/pares/instalar; fi
	@$(HERE) && cargo build --locked --profile bench --package cobranca --package regua-engine --package titulos --package dispatcher --package cartas --bins --bench razoes
	@$(HERE) && $(ENGINES) with bench --rabbit --teste --duravel -- cargo bench --locked --package cobranca --bench razoes -- $(ARGS) $(if $(PEERS),pares="$(ROOT)/data/pares")

fmt: ## Formata o código
	@$(HERE) && cargo fmt --all

clean-data: ## Para os motores deste diretório e apaga todos os dados locais
	@$(HERE) && $(ENGINES) purge && rm -rf data
