-- Executions of batch actions: the same rows, windows, fence and dispatchers as a régua's.

ALTER TABLE disparo.execucao
  ADD lote_id uuid,
  ALTER regua_id DROP NOT NULL, ALTER posicao_id DROP NOT NULL, ALTER acao_id DROP NOT NULL,
  ADD CONSTRAINT execucao_fonte CHECK (
    num_nonnulls(regua_id, posicao_id, acao_id) = CASE WHEN lote_id IS NULL THEN 3 ELSE 0 END
    AND (lote_id IS NULL OR num_nonnulls(inscricao_id, conteudo_id, irma_de) = 0));
COMMENT ON COLUMN disparo.carta.acao_id IS 'the action of the régua, or the batch';
CREATE INDEX execucao_do_lote ON disparo.execucao (empresa_id, lote_id, devedor_id) WHERE lote_id IS NOT NULL;
-- Whether a batch has come to its end.
CREATE INDEX execucao_do_lote_andando ON disparo.execucao (empresa_id, lote_id)
  WHERE lote_id IS NOT NULL AND estado IN ('pendente', 'enfileirada', 'enviando', 'incerta', 'revisao_manual');

-- What became of the actions that réguas decided, as before, for the explainer of réguas.
CREATE OR REPLACE VIEW disparo.v_execucao WITH (security_barrier) AS
  SELECT empresa_id, id, devedor_id, regua_id, posicao_id, acao_id, inscricao_id, ciclo, canal, titulos, data, devida_em,
         publicar_em, estado, motivo, enviada_em
    FROM disparo.execucao WHERE empresa_id = cadastro.empresa_atual() AND lote_id IS NULL;

-- Rule b19: what became of each item, with what its last attempt says, and why a letter of it was taken out.
CREATE VIEW disparo.v_item_de_lote WITH (security_barrier) AS
  SELECT e.empresa_id, e.lote_id, e.devedor_id, e.id, e.estado,
         coalesce(e.motivo, (SELECT c.retirada_motivo FROM disparo.carta c
                              WHERE e.canal = 'carta' AND c.empresa_id = e.empresa_id AND c.id = e.id)) AS motivo,
         e.tentativas, e.publicar_em, e.enviada_em, e.atualizada_em,
         (SELECT t.destinatario FROM disparo.tentativa t WHERE t.empresa_id = e.empresa_id AND t.execucao_id = e.id
           ORDER BY t.cerca DESC LIMIT 1) AS destinatario,
         (SELECT t.provedor_id FROM disparo.tentativa t WHERE t.empresa_id = e.empresa_id AND t.execucao_id = e.id
           ORDER BY t.cerca DESC LIMIT 1) AS provedor_id
    FROM disparo.execucao e WHERE e.empresa_id = cadastro.empresa_atual() AND e.lote_id IS NOT NULL;
GRANT SELECT ON disparo.v_item_de_lote TO cobranca_lote;

-- The way in for items of a batch, in the transaction that took them. Answers how many are new: asked again, none.
CREATE FUNCTION disparo.inserir_do_lote(
    p_lote uuid, p_canal text, p_id uuid[], p_devedor uuid[], p_contato text[], p_titulos text[], p_data date,
    p_publicar_em timestamptz, p_agora timestamptz) RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH novas AS (
      INSERT INTO disparo.execucao (empresa_id, id, devedor_id, contato, lote_id, canal, titulos, data, devida_em, publicar_em,
                                    criada_em, atualizada_em)
      SELECT cadastro.empresa_atual(), e.id, e.devedor, e.contato, p_lote, p_canal, e.titulos::uuid[], p_data, p_data,
             p_publicar_em, p_agora, p_agora
        FROM unnest(p_id, p_devedor, p_contato, p_titulos) AS e(id, devedor, contato, titulos)
      ON CONFLICT (empresa_id, id) DO NOTHING
      RETURNING 1)
    SELECT count(*) FROM novas
  $$;

-- Rule b23: gives up what has not left, p_limite at a time, and letters that are in no file, and tells the debtors' timelines; the
-- fence lets nothing of a cancelled batch through meanwhile. Answers how many, and whether others wait that somebody holds, that
-- are leaving at this moment, or that are for the next time.
CREATE FUNCTION disparo.descartar_do_lote(p_lote uuid, p_motivo text, p_agora timestamptz, p_limite integer)
  RETURNS TABLE (n bigint, faltam boolean)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off -- a thousand, not all
  AS $$
    WITH x AS (
      SELECT e.id FROM disparo.execucao e
       WHERE e.empresa_id = cadastro.empresa_atual() AND e.lote_id = p_lote
         AND e.estado IN ('pendente', 'enfileirada', 'enviando', 'incerta', 'revisao_manual') -- as the index says
         AND e.estado IN ('pendente', 'enfileirada')
       LIMIT p_limite FOR UPDATE SKIP LOCKED),
    d AS (
      UPDATE disparo.execucao e SET estado = 'descartada', motivo = p_motivo, enfileirada_em = NULL, atualizada_em = p_agora
        FROM x WHERE e.empresa_id = cadastro.empresa_atual() AND e.id = x.id RETURNING 1),
    y AS (
      SELECT c.id FROM disparo.carta c
       WHERE c.empresa_id = cadastro.empresa_atual() AND c.acao_id = p_lote AND c.arquivo_id IS NULL AND c.retirada_em IS NULL
         AND c.data = (SELECT a.data FROM lote.acao_em_lote a WHERE a.empresa_id = cadastro.empresa_atual() AND a.id = p_lote)
       LIMIT p_limite FOR UPDATE SKIP LOCKED),
    c AS (
      UPDATE disparo.carta c SET retirada_em = p_agora, retirada_motivo = p_motivo
        FROM y WHERE c.empresa_id = cadastro.empresa_atual() AND c.id = y.id RETURNING c.id, c.devedor_id),
    h AS (
      INSERT INTO disparo.acontecimento (empresa_id, devedor_id, em, ordem, chave, tipo, dados)
      SELECT cadastro.empresa_atual(), c.devedor_id, p_agora, 75, c.id || ':retirada', 'carta', jsonb_build_object(
               'carta', jsonb_build_object('execucao_id', c.id, 'fato', 'retirada', 'arquivo_id', NULL, 'motivo', p_motivo))
        FROM c
      ON CONFLICT DO NOTHING)
    SELECT (SELECT count(*) FROM d) + (SELECT count(*) FROM c),
           EXISTS (SELECT FROM disparo.execucao e
                    WHERE e.empresa_id = cadastro.empresa_atual() AND e.lote_id = p_lote
                      AND e.estado IN ('pendente', 'enfileirada', 'enviando', 'incerta', 'revisao_manual')
                      AND e.estado IN ('pendente', 'enfileirada', 'enviando') AND e.id <> ALL (ARRAY(SELECT x.id FROM x)))
        OR EXISTS (SELECT FROM disparo.carta c
                    WHERE c.empresa_id = cadastro.empresa_atual() AND c.acao_id = p_lote
                      AND c.arquivo_id IS NULL AND c.retirada_em IS NULL
                      AND c.data = (SELECT a.data FROM lote.acao_em_lote a
                                     WHERE a.empresa_id = cadastro.empresa_atual() AND a.id = p_lote)
                      AND c.id <> ALL (ARRAY(SELECT y.id FROM y)))
  $$;

-- Whether any item of the batch has not come to its end: a letter that is in no file, and an entry that nobody carried to the
-- bureau, can still be called off.
CREATE FUNCTION disparo.lote_andando(p_lote uuid, p_canal text) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT EXISTS (SELECT FROM disparo.execucao e WHERE e.empresa_id = cadastro.empresa_atual() AND e.lote_id = p_lote
                      AND e.estado IN ('pendente', 'enfileirada', 'enviando', 'incerta', 'revisao_manual'))
        OR p_canal = 'carta' AND EXISTS (
             SELECT FROM disparo.carta c WHERE c.empresa_id = cadastro.empresa_atual() AND c.acao_id = p_lote
                AND c.data = (SELECT a.data FROM lote.acao_em_lote a WHERE a.empresa_id = cadastro.empresa_atual() AND a.id = p_lote)
                AND c.arquivo_id IS NULL AND c.retirada_em IS NULL)
        OR p_canal = 'negativacao' AND EXISTS (
             SELECT FROM disparo.negativacao n JOIN disparo.execucao e ON e.empresa_id = n.empresa_id AND e.id = n.execucao_id
              WHERE n.empresa_id = cadastro.empresa_atual() AND n.terminou_em IS NULL AND n.situacao = 'solicitada'
                AND e.lote_id = p_lote)
  $$;
REVOKE ALL ON FUNCTION disparo.inserir_do_lote, disparo.descartar_do_lote, disparo.lote_andando FROM PUBLIC;
GRANT EXECUTE ON FUNCTION disparo.inserir_do_lote, disparo.descartar_do_lote, disparo.lote_andando TO cobranca_lote;

-- A company's batches have a line of their own beside what its réguas decided, so that ten reminders are never behind a million.
DROP INDEX disparo.execucao_a_publicar;
CREATE INDEX execucao_a_publicar ON disparo.execucao (empresa_id, canal, (lote_id IS NOT NULL), publicar_em)
  WHERE estado = 'pendente';
DROP INDEX disparo.execucao_em_voo;
CREATE INDEX execucao_em_voo ON disparo.execucao (estado, empresa_id, canal, (lote_id IS NOT NULL))
  WHERE estado IN ('enfileirada', 'enviando');
CREATE OR REPLACE FUNCTION disparo.enfileirar(p_canais text[], p_agora timestamptz, p_limite integer, p_fila integer)
  RETURNS TABLE (empresa_id uuid, id uuid, canal text)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_hashjoin = off SET enable_mergejoin = off -- they would read every execution to find a thousand by their keys
  AS $$
    WITH RECURSIVE linha AS ( -- lines with anything pending, by leaps through the index
      (SELECT e.empresa_id, e.canal, e.lote_id IS NOT NULL AS em_lote FROM disparo.execucao e WHERE e.estado = 'pendente'
        ORDER BY e.empresa_id, e.canal, e.lote_id IS NOT NULL LIMIT 1)
       UNION ALL
      SELECT p.empresa_id, p.canal, p.em_lote FROM linha l CROSS JOIN LATERAL (
        SELECT e.empresa_id, e.canal, e.lote_id IS NOT NULL AS em_lote FROM disparo.execucao e
         WHERE e.estado = 'pendente' AND (e.empresa_id, e.canal, e.lote_id IS NOT NULL) > (l.empresa_id, l.canal, l.em_lote)
         ORDER BY e.empresa_id, e.canal, e.lote_id IS NOT NULL LIMIT 1) p),
    vez AS MATERIALIZED (
      SELECT l.empresa_id, l.canal, l.em_lote, p_fila - f.n AS cabem
        FROM linha l CROSS JOIN LATERAL (
          SELECT count(*) AS n FROM disparo.execucao e
           WHERE e.estado = 'enfileirada' AND e.empresa_id = l.empresa_id AND e.canal = l.canal
             AND (e.lote_id IS NOT NULL) = l.em_lote) f
       WHERE l.canal = ANY (p_canais) AND f.n <= greatest(p_fila - 100, p_fila / 2) -- a message's worth, no crumbs
         AND NOT EXISTS (SELECT FROM disparo.parada s WHERE s.empresa_id = l.empresa_id AND s.canal = l.canal)
         AND EXISTS (SELECT FROM disparo.execucao e WHERE e.estado = 'pendente' AND e.empresa_id = l.empresa_id
                        AND e.canal = l.canal AND (e.lote_id IS NOT NULL) = l.em_lote AND e.publicar_em <= p_agora)),
    parte AS (SELECT greatest(1, p_limite / greatest(1, count(*))) AS n FROM vez),
    escolhidas AS (
      SELECT x.empresa_id, x.id FROM vez v CROSS JOIN parte p CROSS JOIN LATERAL (
        SELECT e.empresa_id, e.id FROM disparo.execucao e
         WHERE e.estado = 'pendente' AND e.empresa_id = v.empresa_id AND e.canal = v.canal
           AND (e.lote_id IS NOT NULL) = v.em_lote AND e.publicar_em <= p_agora
           AND (e.irma_de IS NULL OR NOT EXISTS (
                SELECT FROM disparo.execucao o WHERE o.estado = 'enviando' AND o.empresa_id = e.empresa_id
                   AND o.devedor_id = e.devedor_id AND o.canal = e.canal))
         ORDER BY e.publicar_em LIMIT least(p.n, v.cabem) FOR UPDATE SKIP LOCKED) x)
    UPDATE disparo.execucao e SET estado = 'enfileirada', enfileirada_em = clock_timestamp()
      FROM escolhidas x WHERE e.empresa_id = x.empresa_id AND e.id = x.id
    RETURNING e.empresa_id, e.id, e.canal
  $$;

-- A timeline, as before; an action of a batch says of which.
DO $$
DECLARE
  antes  text := pg_get_functiondef('disparo.linha_do_tempo'::regproc);
  depois text := replace(antes, '''acao_id'', e.acao_id,', '''acao_id'', e.acao_id, ''lote_id'', e.lote_id,');
BEGIN
  IF antes = depois THEN
    RAISE EXCEPTION 'disparo.linha_do_tempo is not as it was';
  END IF;
  EXECUTE depois;
END $$;

-- What workers look for, of every company. Both times are of the database's own clock: when it last moved, and when it is to be
-- looked at again; null when there is nothing left to look for. andamento is how many of its items were in which state when it
-- had ended and was last looked at: [[state, how many], ...].
ALTER TABLE lote.acao_em_lote
  ADD andou_em timestamptz, ADD olhar_em timestamptz, ADD andamento jsonb,
  ADD CONSTRAINT lote_olhada CHECK ((estado NOT IN ('na_fila', 'processando') OR olhar_em IS NOT NULL)
    AND (olhar_em IS NULL OR (confirmada_em IS NOT NULL AND andou_em IS NOT NULL))),
  ADD CONSTRAINT lote_contado CHECK (andamento IS NULL OR estado IN ('concluida', 'concluida_com_erros', 'cancelada'));
CREATE INDEX acao_em_lote_por_fazer ON lote.acao_em_lote (olhar_em) WHERE olhar_em IS NOT NULL;
CREATE FUNCTION lote.por_fazer() RETURNS TABLE (empresa_id uuid, id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT a.empresa_id, a.id FROM lote.acao_em_lote a WHERE a.olhar_em <= statement_timestamp() ORDER BY a.olhar_em
  $$;
REVOKE ALL ON FUNCTION lote.por_fazer FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lote.por_fazer TO cobranca_lote;
GRANT SELECT ON cadastro.v_titulo, cadastro.v_janela TO cobranca_lote;
-- Rule b13: what a message says of a debtor.
GRANT SELECT ON cadastro.v_devedor, cadastro.v_destinatario, cadastro.v_emitente, cadastro.v_endereco, cadastro.v_parcela,
                cadastro.v_titulo_da_mensagem TO cobranca_lote;

-- What the dispatcher reads of a batch, as before; and whether executions of it are still to be made, for who gathers letters.
CREATE OR REPLACE VIEW lote.v_acao WITH (security_barrier) AS
  SELECT a.empresa_id, a.id, a.tipo, a.assunto, a.corpo, a.estado = 'cancelada' AS cancelada,
         a.estado IN ('na_fila', 'processando') AND EXISTS (
           SELECT FROM lote.item i WHERE i.empresa_id = a.empresa_id AND i.lote_id = a.id
              AND (a.ate IS NULL OR i.devedor_id > a.ate)) AS incompleta
    FROM lote.acao_em_lote a WHERE a.empresa_id = cadastro.empresa_atual();
