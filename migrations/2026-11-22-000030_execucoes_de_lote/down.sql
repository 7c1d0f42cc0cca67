-- Fails while there is an execution of a batch: what was sent is not forgotten by a migration.
DROP VIEW lote.v_acao;
CREATE VIEW lote.v_acao WITH (security_barrier) AS
  SELECT empresa_id, id, tipo, assunto, corpo, estado = 'cancelada' AS cancelada FROM lote.acao_em_lote
   WHERE empresa_id = cadastro.empresa_atual();
GRANT SELECT ON lote.v_acao TO cobranca_disparo;
REVOKE SELECT ON cadastro.v_devedor, cadastro.v_destinatario, cadastro.v_emitente, cadastro.v_endereco, cadastro.v_parcela,
                 cadastro.v_titulo_da_mensagem, cadastro.v_titulo, cadastro.v_janela FROM cobranca_lote;
DROP FUNCTION lote.por_fazer;
ALTER TABLE lote.acao_em_lote
  DROP CONSTRAINT lote_olhada, DROP CONSTRAINT lote_contado, DROP COLUMN andou_em, DROP COLUMN olhar_em, DROP COLUMN andamento;

DO $$
DECLARE
  antes  text := pg_get_functiondef('disparo.linha_do_tempo'::regproc);
  depois text := replace(antes, ' ''lote_id'', e.lote_id,', '');
BEGIN
  IF antes = depois THEN
    RAISE EXCEPTION 'disparo.linha_do_tempo is not as it was';
  END IF;
  EXECUTE depois;
END $$;

CREATE OR REPLACE FUNCTION disparo.enfileirar(p_canais text[], p_agora timestamptz, p_limite integer, p_fila integer)
  RETURNS TABLE (empresa_id uuid, id uuid, canal text)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_hashjoin = off SET enable_mergejoin = off -- they would read every execution to find a thousand by their keys
  AS $$
    WITH RECURSIVE linha AS ( -- companies and channels with anything pending, by leaps through the index
      (SELECT e.empresa_id, e.canal FROM disparo.execucao e WHERE e.estado = 'pendente'
        ORDER BY e.empresa_id, e.canal LIMIT 1)
       UNION ALL
      SELECT p.empresa_id, p.canal FROM linha l CROSS JOIN LATERAL (
        SELECT e.empresa_id, e.canal FROM disparo.execucao e
         WHERE e.estado = 'pendente' AND (e.empresa_id, e.canal) > (l.empresa_id, l.canal)
         ORDER BY e.empresa_id, e.canal LIMIT 1) p),
    vez AS MATERIALIZED (
      SELECT l.empresa_id, l.canal, p_fila - f.n AS cabem
        FROM linha l CROSS JOIN LATERAL (
          SELECT count(*) AS n FROM disparo.execucao e
           WHERE e.estado = 'enfileirada' AND e.empresa_id = l.empresa_id AND e.canal = l.canal) f
       WHERE l.canal = ANY (p_canais) AND f.n <= greatest(p_fila - 100, p_fila / 2) -- a message's worth, no crumbs
         AND NOT EXISTS (SELECT FROM disparo.parada s WHERE s.empresa_id = l.empresa_id AND s.canal = l.canal)
         AND EXISTS (SELECT FROM disparo.execucao e WHERE e.estado = 'pendente' AND e.empresa_id = l.empresa_id
                        AND e.canal = l.canal AND e.publicar_em <= p_agora)),
    parte AS (SELECT greatest(1, p_limite / greatest(1, count(*))) AS n FROM vez),
    escolhidas AS (
      SELECT x.empresa_id, x.id FROM vez v CROSS JOIN parte p CROSS JOIN LATERAL (
        SELECT e.empresa_id, e.id FROM disparo.execucao e
         WHERE e.estado = 'pendente' AND e.empresa_id = v.empresa_id AND e.canal = v.canal AND e.publicar_em <= p_agora
           AND (e.irma_de IS NULL OR NOT EXISTS (
                SELECT FROM disparo.execucao o WHERE o.estado = 'enviando' AND o.empresa_id = e.empresa_id
                   AND o.devedor_id = e.devedor_id AND o.canal = e.canal))
         ORDER BY e.publicar_em LIMIT least(p.n, v.cabem) FOR UPDATE SKIP LOCKED) x)
    UPDATE disparo.execucao e SET estado = 'enfileirada', enfileirada_em = clock_timestamp()
      FROM escolhidas x WHERE e.empresa_id = x.empresa_id AND e.id = x.id
    RETURNING e.empresa_id, e.id, e.canal
  $$;
DROP INDEX disparo.execucao_em_voo;
CREATE INDEX execucao_em_voo ON disparo.execucao (estado, empresa_id, canal) WHERE estado IN ('enfileirada', 'enviando');
DROP INDEX disparo.execucao_a_publicar;
CREATE INDEX execucao_a_publicar ON disparo.execucao (empresa_id, canal, publicar_em) WHERE estado = 'pendente';

DROP FUNCTION disparo.inserir_do_lote, disparo.descartar_do_lote, disparo.lote_andando;
DROP VIEW disparo.v_item_de_lote;
CREATE OR REPLACE VIEW disparo.v_execucao WITH (security_barrier) AS
  SELECT empresa_id, id, devedor_id, regua_id, posicao_id, acao_id, inscricao_id, ciclo, canal, titulos, data, devida_em,
         publicar_em, estado, motivo, enviada_em
    FROM disparo.execucao WHERE empresa_id = cadastro.empresa_atual();

COMMENT ON COLUMN disparo.carta.acao_id IS NULL;
ALTER TABLE disparo.execucao
  DROP COLUMN lote_id,
  ALTER regua_id SET NOT NULL, ALTER posicao_id SET NOT NULL, ALTER acao_id SET NOT NULL;
