#!/bin/sh
# A debtor's whole situation in one call: what a screen of an operator shows.
. "$(dirname "$0")/api.sh"

api PUT devedores '[{"codigo_integracao": "C-30", "nome": "Lia Prado", "documento": "390.533.447-05", "categoria": "Varejo",
  "emails": ["lia@example.com"], "telefones": ["(11) 98765-4321"]}]' | jq -c '{criados, recusados}'
#> {"criados":1,"recusados":0}
api PUT titulos '[{"codigo_integracao": "NF-30/1", "vencimento": "2026-01-05", "valor": "150.00", "devedor": {
  "codigo_integracao": "C-30", "nome": "Lia Prado", "documento": "390.533.447-05"}}]' | jq -c .criados
#> 1
devedor=$(api GET 'titulos?codigo_integracao=NF-30/1' | jq -r '.itens[0].devedor_id')
api GET "devedores/$devedor/situacao" | jq -c '{nome: .devedor.nome, titulos: [.titulos[].status]}'
#> {"nome":"Lia Prado","titulos":["aberto"]}
