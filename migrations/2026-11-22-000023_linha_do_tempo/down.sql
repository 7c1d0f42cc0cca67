DROP FUNCTION disparo.linha_do_tempo, disparo.chave_do_recibo, regua.linha_do_tempo, cadastro.linha_do_tempo;
DROP VIEW cadastro.v_chave;

DROP INDEX cadastro.pagamento_titulo, cadastro.pagamento_estornado;
CREATE INDEX pagamento_titulo ON cadastro.pagamento (empresa_id, titulo_id);
ALTER TABLE cadastro.titulo_historico
  DROP CONSTRAINT titulo_historico_pkey, ADD PRIMARY KEY (empresa_id, titulo_id, seq);

DROP FUNCTION disparo.receber(text, text[], text[], text[], timestamptz[], timestamptz);
CREATE OR REPLACE FUNCTION disparo.aplicar_recibos(p_desde timestamptz) RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH achados AS MATERIALIZED (
      SELECT DISTINCT ON (r.provedor, r.mensagem, r.estado) r.provedor, r.mensagem, r.estado, r.causa,
             coalesce(r.em, r.recebido_em) AS em, t.empresa_id, t.execucao_id
        FROM disparo.recibo r
       CROSS JOIN LATERAL (
         SELECT a.empresa_id, a.execucao_id FROM disparo.tentativa a
          WHERE a.provedor = r.provedor AND a.provedor_id = r.mensagem
          UNION ALL
         SELECT a.empresa_id, a.execucao_id FROM disparo.tentativa a
          WHERE r.mensagem ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
            AND a.execucao_id = CASE WHEN length(r.mensagem) = 36 THEN r.mensagem::uuid END
            AND a.provedor = r.provedor AND a.provedor <> 'smtp'
          UNION ALL
         SELECT disparo.empresa_do_email(d.execucao_id), d.execucao_id
           FROM (SELECT CASE WHEN r.provedor = 'smtp' AND length(r.mensagem) = 36 THEN r.mensagem::uuid END) AS d (execucao_id)
          WHERE disparo.empresa_do_email(d.execucao_id) IS NOT NULL) t
       WHERE r.execucao_id IS NULL AND r.recebido_em >= p_desde
       ORDER BY r.provedor, r.mensagem, r.estado),
    donos AS (
      UPDATE disparo.recibo r SET empresa_id = a.empresa_id, execucao_id = a.execucao_id
        FROM achados a, disparo.execucao e
       WHERE r.provedor = a.provedor AND r.mensagem = a.mensagem AND r.estado = a.estado
         AND e.empresa_id = a.empresa_id AND e.id = a.execucao_id AND e.estado <> 'enviando'
      RETURNING 1),
    ultimos AS (
      SELECT DISTINCT ON (empresa_id, execucao_id) empresa_id, execucao_id, estado, em FROM achados
       ORDER BY empresa_id, execucao_id,
                CASE estado WHEN 'lida' THEN 1 WHEN 'entregue' THEN 2 WHEN 'devolvida' THEN 3 ELSE 4 END),
    tomadas AS MATERIALIZED (
      SELECT e.empresa_id, e.id, u.estado, u.em FROM ultimos u
        JOIN disparo.execucao e ON e.empresa_id = u.empresa_id AND e.id = u.execucao_id
       WHERE (e.estado, u.estado) IN (
             ('enviada', 'entregue'), ('enviada', 'lida'), ('enviada', 'devolvida'), ('entregue', 'lida'),
             ('incerta', 'enviada'), ('incerta', 'entregue'), ('incerta', 'lida'), ('incerta', 'devolvida'),
             ('revisao_manual', 'enviada'), ('revisao_manual', 'entregue'), ('revisao_manual', 'lida'),
             ('revisao_manual', 'devolvida'))
       ORDER BY e.empresa_id, e.id FOR UPDATE OF e),
    aplicados AS (
      UPDATE disparo.execucao e
         SET estado = t.estado, motivo = CASE WHEN t.estado = 'devolvida' THEN 'nao_entregue' END,
             enviada_em = coalesce(e.enviada_em, t.em), atualizada_em = clock_timestamp()
        FROM tomadas t WHERE e.empresa_id = t.empresa_id AND e.id = t.id
      RETURNING 1)
    SELECT count(*) FROM aplicados
  $$;
CREATE FUNCTION disparo.receber(
    p_provedor text, p_mensagem text[], p_estado text[], p_causa text[], p_em timestamptz[]) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  DECLARE agora timestamptz := clock_timestamp(); novos bigint;
  BEGIN
    INSERT INTO disparo.recibo (provedor, mensagem, estado, causa, em, recebido_em)
    SELECT DISTINCT ON (x.mensagem, x.estado) p_provedor, x.mensagem, x.estado, x.causa, x.em, agora
      FROM unnest(p_mensagem, p_estado, p_causa, p_em) AS x(mensagem, estado, causa, em)
     ORDER BY x.mensagem, x.estado
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS novos = ROW_COUNT;
    IF novos > 0 THEN PERFORM disparo.aplicar_recibos(agora); END IF;
    RETURN novos;
  END $$;
REVOKE ALL ON FUNCTION disparo.receber FROM PUBLIC;
GRANT EXECUTE ON FUNCTION disparo.receber TO cobranca_disparo;

DROP INDEX disparo.recibo_devedor;
ALTER TABLE disparo.recibo DROP devedor_id, DROP chegou_em;
CREATE INDEX recibo_da_execucao ON disparo.recibo (empresa_id, execucao_id) WHERE execucao_id IS NOT NULL;
DROP INDEX disparo.execucao_devedor;
CREATE INDEX execucao_devedor ON disparo.execucao (empresa_id, devedor_id);
ALTER TABLE disparo.intervencao DROP devedor_id;
ALTER TABLE disparo.tentativa DROP devedor_id;
