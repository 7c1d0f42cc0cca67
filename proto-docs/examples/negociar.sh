#!/bin/sh
# An agreement: what may be offered, what was accepted, and the first instalment that confirms it.
. "$(dirname "$0")/api.sh"

titulos=$(api PUT titulos '[
  {"codigo_integracao": "NF-20/1", "vencimento": "2025-11-05", "valor": "600.00", "devedor": {"codigo_integracao": "C-20", "nome": "Rui Alves"}},
  {"codigo_integracao": "NF-20/2", "vencimento": "2025-12-05", "valor": "600.00", "devedor": {"codigo_integracao": "C-20", "nome": "Rui Alves"}}
]' | jq -c '[.itens[].id]')

# What the company allows from the first day overdue on.
once politica-1 POST politicas-de-negociacao '{"nome": "Vencidos", "dias_de": 1, "a_vista": {"encargos": "100", "principal": "10"},
  "parcelado": {"encargos": "50", "principal": "0"}, "max_parcelas": 6, "parcela_minima": "50.00", "validade_dias": 5}' | jq -c .nome
#> "Vencidos"
proposta=$(api POST negociacoes/propostas "{\"titulos\": $titulos}")
echo "$proposta" | jq -c '{principal: .divida.principal, opcoes: (.opcoes | length)}'
#> {"principal":"1200.00","opcoes":6}

# The debtor takes the three instalments; what was shown is what is sent, and no other sum is stored.
acordo=$(echo "$proposta" | jq -c --argjson titulos "$titulos" '.em as $em | .opcoes[] | select(.quantidade == 3) |
  {titulos: $titulos, quantidade, desconto: .desconto.total, valor, em: $em, primeiro_vencimento: .parcelas[0].vencimento, usuario: "ana"}')
negociacao=$(once acordo-C-20-1 POST negociacoes "$acordo")
id=$(echo "$negociacao" | jq -r .id)
echo "$negociacao" | jq -c '{estado, parcelas: (.parcelas | length)}'
#> {"estado":"aberta","parcelas":3}

# An instalment is a título like any other.
api POST "titulos/$(echo "$negociacao" | jq -r '.parcelas[0].titulo_id')/pagamento" | jq -c '{status, origem}'
#> {"status":"pago","origem":"acordo"}
api GET "negociacoes/$id" | jq -c '{estado, pagas}'
#> {"estado":"confirmada","pagas":1}
