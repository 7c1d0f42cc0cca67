-- What an earlier version can say of an execution: a receipt is no more than a sending, what a person was to look at is in doubt,
-- and of several attempts the last one that said something is kept.
DROP FUNCTION cadastro.titulos_na_cerca(uuid[]);
CREATE FUNCTION cadastro.titulos_na_cerca(p_devedor uuid, p_titulos uuid[])
  RETURNS TABLE (id uuid, numero text, vencimento date, valor bigint, saldo bigint, status text, origem text,
                 credor_id uuid, tipo_negocio text, tipo_titulo text, suspenso_ate date, negociacao text,
                 primeira_parcela date, credor text)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT t.id, t.numero, t.vencimento, t.valor, t.saldo, t.status, t.origem,
           t.credor_id, t.tipo_negocio, t.tipo_titulo, t.suspenso_ate, n.estado,
           CASE WHEN NOT n.com_pagamento THEN n.primeira_parcela END,
           (SELECT c.nome FROM cadastro.credor c WHERE c.empresa_id = t.empresa_id AND c.id = t.credor_id)
      FROM cadastro.titulo t
      LEFT JOIN cadastro.negociacao n ON n.empresa_id = t.empresa_id AND n.id = coalesce(t.negociacao_id, t.acordo_id)
     WHERE t.empresa_id = cadastro.empresa_atual() AND t.devedor_id = p_devedor AND t.id = ANY (p_titulos)
     ORDER BY t.id FOR SHARE OF t
  $$;
DROP FUNCTION disparo.enfileirar(text[], timestamptz, integer, integer);
CREATE FUNCTION disparo.enfileirar(p_canais text[], p_agora timestamptz, p_limite integer)
  RETURNS TABLE (empresa_id uuid, id uuid, canal text)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    UPDATE disparo.execucao e SET estado = 'enfileirada', enfileirada_em = clock_timestamp()
      FROM (SELECT x.empresa_id, x.id FROM disparo.execucao x
             WHERE x.estado = 'pendente' AND x.publicar_em <= p_agora AND x.canal = ANY (p_canais)
             ORDER BY x.publicar_em LIMIT p_limite FOR UPDATE SKIP LOCKED) m
     WHERE e.empresa_id = m.empresa_id AND e.id = m.id
    RETURNING e.empresa_id, e.id, e.canal
  $$;
DROP FUNCTION disparo.varrer(interval, text[], interval);
CREATE FUNCTION disparo.varrer(p_fila interval) RETURNS TABLE (devolvidas bigint, incertas bigint)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH d AS (UPDATE disparo.execucao SET estado = 'pendente', enfileirada_em = NULL
                WHERE estado = 'enfileirada' AND enfileirada_em < clock_timestamp() - p_fila RETURNING 1),
         i AS (UPDATE disparo.execucao SET estado = 'incerta', motivo = 'resultado_desconhecido', lease_ate = NULL,
                      atualizada_em = clock_timestamp()
                WHERE estado = 'enviando' AND lease_ate < clock_timestamp() RETURNING 1)
    SELECT (SELECT count(*) FROM d), (SELECT count(*) FROM i)
  $$;
REVOKE ALL ON FUNCTION cadastro.titulos_na_cerca, disparo.enfileirar, disparo.varrer FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cadastro.titulos_na_cerca, disparo.enfileirar, disparo.varrer TO cobranca_disparo;

DROP TABLE disparo.parada, disparo.intervencao;

DELETE FROM disparo.tentativa WHERE texto IS NULL;
DELETE FROM disparo.tentativa t USING disparo.tentativa u
 WHERE u.empresa_id = t.empresa_id AND u.execucao_id = t.execucao_id AND u.cerca > t.cerca;
DROP INDEX disparo.tentativa_no_provedor;
ALTER TABLE disparo.tentativa
  DROP CONSTRAINT tentativa_pkey, DROP cerca, DROP terminou_em, DROP fim, DROP resposta, DROP provedor, DROP provedor_id,
  ALTER texto SET NOT NULL,
  ADD CONSTRAINT mensagem_pkey PRIMARY KEY (empresa_id, execucao_id);
ALTER TABLE disparo.tentativa RENAME TO mensagem;

DROP INDEX disparo.execucao_por_ver;
DROP INDEX disparo.execucao_incerta;
DROP INDEX disparo.execucao_uma_por_vez;
DROP INDEX disparo.execucao_em_voo;
CREATE INDEX execucao_em_voo ON disparo.execucao (estado) WHERE estado IN ('enfileirada', 'enviando');
DROP INDEX disparo.execucao_a_publicar;
CREATE INDEX execucao_a_publicar ON disparo.execucao (publicar_em) WHERE estado = 'pendente';
DROP TRIGGER passo ON disparo.execucao;
DROP TRIGGER duvida ON disparo.execucao;
DROP FUNCTION disparo.recusar_passo, disparo.manter_duvida;
UPDATE disparo.execucao SET estado = CASE estado WHEN 'revisao_manual' THEN 'incerta' ELSE 'enviada' END
 WHERE estado IN ('entregue', 'lida', 'devolvida', 'revisao_manual');
ALTER TABLE disparo.execucao
  DROP CONSTRAINT execucao_check4, DROP CONSTRAINT execucao_check5,
  DROP CONSTRAINT execucao_estado_check,
  ADD CONSTRAINT execucao_estado_check CHECK (estado IN
      ('pendente', 'enfileirada', 'enviando', 'enviada', 'falhou', 'incerta', 'descartada', 'expirada')),
  DROP reprocessada_em, DROP duvidosa;
