#!/bin/sh
# Pushes a portfolio: a few títulos with a result for each, then a file of any size.
. "$(dirname "$0")/api.sh"

# Up to 1000 at a time. What is wrong is refused by itself, with every reason; the rest is stored.
carteira='[
  {"codigo_integracao": "NF-1/1", "vencimento": "2026-01-05", "valor": "250.00", "devedor": {
     "codigo_integracao": "C-1", "nome": "Maria da Silva", "documento": "529.982.247-25", "emails": ["maria@example.com"]}},
  {"codigo_integracao": "NF-1/2", "vencimento": "2026-02-05", "valor": "250.00", "devedor": {
     "codigo_integracao": "C-1", "nome": "Maria da Silva", "documento": "529.982.247-25"}},
  {"codigo_integracao": "NF-2/1", "vencimento": "05/02/2026", "valor": "90.00", "devedor": {
     "codigo_integracao": "C-2", "nome": "João Souza"}}]'
envio=$(api PUT titulos "$carteira")
echo "$envio" | jq -c '{criados, atualizados, inalterados, recusados}'
#> {"criados":2,"atualizados":0,"inalterados":0,"recusados":1}
echo "$envio" | jq -c '.itens[] | select(.erros) | .erros[] | {campo, codigo}'
#> {"campo":"/2/vencimento","codigo":"formato_invalido"}

# The same again changes nothing: push as often as you like.
api PUT titulos "$carteira" | jq -c '{criados, atualizados, inalterados, recusados}'
#> {"criados":0,"atualizados":0,"inalterados":2,"recusados":1}

# A file is the body itself. It is stored at once and worked off in the background.
importacao=$(curl -sS --fail-with-body "$COBRANCA_URL/v1/importacoes" -H "Authorization: Bearer $COBRANCA_CHAVE" \
  -H 'Content-Type: text/csv' --data-binary @- <<'CSV' | jq -r .id
codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome
NF-3/1;02/03/2026;1.234,56;C-3;Padaria Campoverde
NF-3/2;02/04/2026;1.234,56;C-3;Padaria Campoverde
NF-3/3;31/04/2026;1.234,56;C-3;Padaria Campoverde
CSV
)
until api GET "importacoes/$importacao" | jq -e '.estado == "concluida"' >/dev/null; do sleep 1; done
api GET "importacoes/$importacao" | jq -c '{percentual, criados, recusados}'
#> {"percentual":100,"criados":2,"recusados":1}
api GET "importacoes/$importacao/erros" | jq -c '.itens[] | {linha, campo}'
#> {"linha":4,"campo":"vencimento"}
