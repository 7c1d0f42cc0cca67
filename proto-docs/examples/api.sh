# For the examples, which read it: `. ./api.sh`. POSIX sh, curl, jq.
#   COBRANCA_URL    where the API is (http://127.0.0.1:8080)
#   COBRANCA_CHAVE  an API key; `cobranca empresa criar` shows the first one of a company
# A line that begins with #> in an example is what it prints there; a test runs them all and compares.
set -eu
: "${COBRANCA_CHAVE:?defina COBRANCA_CHAVE com uma chave de API}"
: "${COBRANCA_URL:=http://127.0.0.1:8080}"

# api METHOD PATH [BODY] [curl's own arguments]: the answer's body, or the problem and an end.
api() {
  metodo=$1 caminho=$2 corpo=${3-}
  shift $(($# < 3 ? $# : 3))
  curl -sS --fail-with-body -X "$metodo" "$COBRANCA_URL/v1/$caminho" ${corpo:+--data-binary "$corpo"} \
    -H "Authorization: Bearer $COBRANCA_CHAVE" -H 'Content-Type: application/json' "$@"
}

# Asked twice, done once: the same KEY on the same request within 30 days answers what the first one answered.
once() {
  chave=$1 metodo=$2 caminho=$3 corpo=${4-}
  api "$metodo" "$caminho" "$corpo" -H "Idempotency-Key: $chave"
}
