-- Rules k05-k07: a negotiation stays while another one has an instalment of it (or the same debt would be owed twice), and an
-- original that was paid meanwhile, since its value fell, comes back paid. Everything else is as before.
CREATE OR REPLACE FUNCTION cadastro.cancelar_negociacoes(p_ids uuid[], p_agora timestamptz) RETURNS SETOF uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  DECLARE canceladas uuid[]; devedores uuid[];
  BEGIN
    PERFORM FROM cadastro.negociacao WHERE empresa_id = cadastro.empresa_atual() AND id = ANY (p_ids) ORDER BY id FOR UPDATE;
    WITH c AS (
      UPDATE cadastro.negociacao n SET estado = 'cancelada', cancelada_em = p_agora
       WHERE empresa_id = cadastro.empresa_atual() AND id = ANY (p_ids) AND estado = 'aberta' AND NOT com_pagamento
         AND NOT EXISTS (SELECT FROM cadastro.titulo p
                          WHERE p.empresa_id = n.empresa_id AND p.acordo_id = n.id AND p.status = 'negociado')
      RETURNING id)
    SELECT array_agg(id) INTO canceladas FROM c;
    IF canceladas IS NULL THEN RETURN; END IF;
    PERFORM FROM cadastro.titulo WHERE empresa_id = cadastro.empresa_atual()
        AND (negociacao_id = ANY (canceladas) OR acordo_id = ANY (canceladas)) ORDER BY id FOR UPDATE;
    WITH originais AS (
      UPDATE cadastro.titulo SET status = CASE WHEN saldo > 0 THEN 'aberto' ELSE 'pago' END, negociacao_id = NULL,
             status_em = p_agora, atualizado_em = p_agora
       WHERE empresa_id = cadastro.empresa_atual() AND negociacao_id = ANY (canceladas) AND status = 'negociado'
      RETURNING devedor_id),
    parcelas AS (
      UPDATE cadastro.titulo SET status = 'cancelado', saldo = 0, suspenso_ate = NULL, status_em = p_agora, atualizado_em = p_agora
       WHERE empresa_id = cadastro.empresa_atual() AND acordo_id = ANY (canceladas) AND status IN ('aberto', 'suspenso')
      RETURNING devedor_id)
    SELECT array_agg(devedor_id) INTO devedores FROM (SELECT * FROM originais UNION SELECT * FROM parcelas) m;
    PERFORM regua.marcar(devedores);
    RETURN QUERY SELECT unnest(canceladas);
  END $$;

CREATE OR REPLACE VIEW cadastro.v_negociacao_aberta WITH (security_barrier) AS
  SELECT empresa_id, id, primeira_parcela FROM cadastro.negociacao n
   WHERE empresa_id = cadastro.empresa_atual() AND estado = 'aberta' AND NOT com_pagamento
     AND NOT EXISTS (SELECT FROM cadastro.titulo p
                      WHERE p.empresa_id = n.empresa_id AND p.acordo_id = n.id AND p.status = 'negociado');

-- What came back open with nothing left to pay: its debtor was to be charged R$ 0,00.
UPDATE cadastro.titulo SET status = 'pago', suspenso_ate = NULL, status_em = clock_timestamp(), atualizado_em = clock_timestamp()
 WHERE status IN ('aberto', 'suspenso') AND saldo = 0;
