#!/bin/sh
# Payments: a part, the rest, and one taken back.
. "$(dirname "$0")/api.sh"

titulo=$(api PUT titulos '[{"codigo_integracao": "NF-10/1", "vencimento": "2026-01-05", "valor": "300.00", "devedor": {
  "codigo_integracao": "C-10", "nome": "Ana Lima"}}]' | jq -r '.itens[0].id')

# A payment has the ERP's own code, so that it may be sent again. Paid on the due date there is no interest to be paid first.
baixa='{"valor": "100.00", "data": "2026-01-05", "codigo_integracao": "BX-1"}'
api POST "titulos/$titulo/pagamentos" "$baixa" | jq -c '.titulo | {status, saldo}'
#> {"status":"aberto","saldo":"200.00"}
api POST "titulos/$titulo/pagamentos" "$baixa" | jq -c '.titulo | {status, saldo}'
#> {"status":"aberto","saldo":"200.00"}

# Paid in full. From this answer on no message contains the título any more.
once baixa-NF-10/1 POST "titulos/$titulo/pagamento" | jq -c '{status, saldo}'
#> {"status":"pago","saldo":"0.00"}

# The cheque came back.
api POST "titulos/$titulo/estorno" '{"codigo_integracao": "BX-1", "motivo": "cheque devolvido"}' | jq -c .status
#> "aberto"
# Who changed its status, and when, the newest first.
api GET "titulos/$titulo/historico" | jq -c '[.itens[] | .autor.nome as $quem | .mudancas[] | select(.campo == "status") | [$quem, .antes, .depois]]'
#> [["primeira chave","pago","aberto"],["primeira chave","aberto","pago"]]
