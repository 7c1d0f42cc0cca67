#!/bin/sh
# A manager's batch action, screen by screen: select, look, choose the message, check it, confirm, follow, and see what became of
# each. Every step is kept: another screen goes on where this one stops.
. "$(dirname "$0")/api.sh"

api PUT titulos '[
  {"codigo_integracao": "NF-40/1", "vencimento": "2026-01-20", "valor": "150.00", "devedor": {
     "codigo_integracao": "C-40", "nome": "Ana Lima", "gerente": "Lote", "emails": ["ana@example.com"]}},
  {"codigo_integracao": "NF-41/1", "vencimento": "2026-02-02", "valor": "80.00", "devedor": {
     "codigo_integracao": "C-41", "nome": "Bruno Dias", "gerente": "Lote", "emails": ["bruno@example.com"]}},
  {"codigo_integracao": "NF-42/1", "vencimento": "2026-02-09", "valor": "99.90", "devedor": {
     "codigo_integracao": "C-42", "nome": "Caio Reis", "gerente": "Lote"}}]' | jq -c '{criados, recusados}'
#> {"criados":3,"recusados":0}
template=$(once template-lote POST templates '{"canal": "email", "nome": "Aviso em lote", "assunto": "#PRIMEIRO_NOME#, há títulos em aberto",
  "corpo": "Olá, #NOME#.\n\n#LISTA_TITULOS#\n\nTotal: #TOTAL#\n\n#CREDOR#"}' | jq -r .id)

# «Ação Manual em Lote»: what is done, and the filter that bia used last, if she used one.
acao=$(once lote-1 POST acoes-em-lote '{"tipo": "email", "usuario": "bia"}' | jq -r .acao.id)

# «Pesquisar»: five tabs, of which two are used here. What the filters ask for comes back in words.
api PUT "acoes-em-lote/$acao/selecao" '{"filtro": {"devedor": {"gerente": ["Lote"]}, "titulo": {"status": ["aberto"]}}}' |
  jq -c '.selecao | {em_palavras, atendem, com_contato, excluidos}'
#> {"em_palavras":["Devedor: gerente Lote","Título: status aberto"],"atendem":3,"com_contato":2,"excluidos":[{"motivo":"sem_contato","quantidade":1}]}
api GET "acoes-em-lote/$acao/amostra?limite=10" | jq -c '.itens[] | [.nome, .contato, .motivo]'
#> ["Ana Lima","ana@example.com",null]
#> ["Bruno Dias","bruno@example.com",null]
#> ["Caio Reis",null,"sem_contato"]

# The message, as each debtor would get it: the first one, and the next.
api PUT "acoes-em-lote/$acao/mensagem" "{\"template_id\": \"$template\"}" | jq -c .status
#> "mensagem"
ana=$(api GET "acoes-em-lote/$acao/pre-visualizacao")
printf '%s' "$ana" | jq -c '[.nome, .mensagem.assunto]'
#> ["Ana Lima","Ana, há títulos em aberto"]
api GET "acoes-em-lote/$acao/pre-visualizacao?devedor_id=$(printf '%s' "$ana" | jq -r .proximo)" | jq -c '[.nome, .proximo]'
#> ["Bruno Dias",null]

# «Processar Ação»: only what was shown is confirmed. A second click does nothing more.
resumo=$(api GET "acoes-em-lote/$acao/confirmacao" | jq -c '{resumo}')
api POST "acoes-em-lote/$acao/confirmacao" "$resumo" | jq -c .itens
#> 2
api POST "acoes-em-lote/$acao/confirmacao" "$resumo" | jq -c .itens
#> 2

# «Consulta de Ação Manual»: how far it is, and what became of each.
until api GET "acoes-em-lote/$acao" | jq -e '.status == "concluida"' >/dev/null; do sleep 1; done
api GET "acoes-em-lote?status=concluida" | jq -c '.itens[] | {tipo, usuario, itens}'
#> {"tipo":"email","usuario":"bia","itens":2}
api GET "acoes-em-lote/$acao/itens" | jq -c '.itens | sort_by(.nome)[] | [.nome, .contato, .status]'
#> ["Ana Lima","ana@example.com","enviada"]
#> ["Bruno Dias","bruno@example.com","enviada"]

# The next action begins with the last filter.
api POST acoes-em-lote '{"tipo": "sms", "usuario": "bia"}' | jq -c .ultimo_filtro.em_palavras
#> ["Devedor: gerente Lote","Título: status aberto"]
