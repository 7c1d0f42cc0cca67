#!/bin/sh
# Something of everything for the company of COBRANCA_CHAVE: what the examples make, and what they leave out.
examples=$(dirname "$0")/../../proto-docs/examples
for script in enviar-carteira pagar negociar; do sh "$examples/$script.sh"; done
. "$examples/api.sh"

api PUT titulos '[
  {"codigo_integracao": "T-1", "vencimento": "2026-01-02", "valor": "150.00", "credor": {"codigo_integracao": "COL-1", "nome": "Colégio Exemplo"},
   "devedor": {"codigo_integracao": "D-1", "nome": "Rita Lopes", "emails": ["rita@example.com"]}},
  {"codigo_integracao": "T-2", "vencimento": "2026-01-03", "valor": "150.00", "devedor": {"codigo_integracao": "D-2", "nome": "Davi Reis"}},
  {"codigo_integracao": "T-3", "vencimento": "2026-01-03", "valor": "150.00", "devedor": {"codigo_integracao": "D-3", "nome": "Lia Melo"}}]'
devedor=$(api GET devedores | jq -r '.itens[0].id')

posicao='{"dias": 0, "acoes": [{"tipo": "email", "assunto": "Olá", "corpo": "#LISTA_TITULOS#"}]}'
regua=$(api POST reguas "{\"nome\": \"Ativa\", \"posicoes\": [$posicao]}" | jq -r .id)
api POST "reguas/$regua/ativacao"
api POST reguas "{\"nome\": \"Parada\", \"prioridade\": 1, \"criterios\": {\"score_de\": 1}, \"posicoes\": [$posicao]}"
api POST noites '{}'
until api GET noites | jq -e '.itens[0].estado == "concluida"' >/dev/null; do sleep 1; done
api POST simulacoes "{\"ate\": \"$(date -u -d '+40 days' +%F)\"}"

api PUT indices '{"nome": "ipca", "meses": [{"mes": "2026-02-01", "variacao": "0.48"}]}'
api PUT mapeamentos/erp '{"colunas": {"codigo_integracao": "Documento", "vencimento": "Vencimento", "valor": "Valor",
  "devedor_codigo": "Cliente", "devedor_nome": "Nome"}}'
api POST chaves-api '{"nome": "outra", "escopos": ["titulos:ler"]}'
resultado=$(api POST resultados-de-contato '{"nome": "Promessa", "grupo": "Contato", "positivo": true}' | jq -r .id)
api POST contatos "{\"devedor_id\": \"$devedor\", \"canal\": \"telefone\", \"resultado_id\": \"$resultado\"}"
