-- The timeline of a debtor: each schema tells what it knows of one, a page at a time, and the dispatcher puts it together.

-- Whose an attempt and an intervention are, so that they are found by debtor and time. Of an attempt that is one
-- index more; everywhere else a wider one takes the place of what was there.
ALTER TABLE disparo.tentativa ADD devedor_id uuid;
UPDATE disparo.tentativa t SET devedor_id = e.devedor_id
  FROM disparo.execucao e WHERE e.empresa_id = t.empresa_id AND e.id = t.execucao_id;
ALTER TABLE disparo.tentativa ALTER devedor_id SET NOT NULL;
CREATE INDEX tentativa_devedor ON disparo.tentativa (empresa_id, devedor_id, terminou_em);

ALTER TABLE disparo.intervencao ADD devedor_id uuid;
UPDATE disparo.intervencao i SET devedor_id = e.devedor_id
  FROM disparo.execucao e WHERE e.empresa_id = i.empresa_id AND e.id = i.execucao_id;
ALTER TABLE disparo.intervencao ALTER devedor_id SET NOT NULL;
CREATE INDEX intervencao_devedor ON disparo.intervencao (empresa_id, devedor_id, em);

DROP INDEX disparo.execucao_devedor;
CREATE INDEX execucao_devedor ON disparo.execucao (empresa_id, devedor_id, criada_em);

-- The history of a título in order of time, and its payments.
ALTER TABLE cadastro.titulo_historico
  DROP CONSTRAINT titulo_historico_pkey, ADD PRIMARY KEY (empresa_id, titulo_id, em, seq);
DROP INDEX cadastro.pagamento_titulo;
CREATE INDEX pagamento_titulo ON cadastro.pagamento (empresa_id, titulo_id, criado_em);
CREATE INDEX pagamento_estornado ON cadastro.pagamento (empresa_id, titulo_id, estornado_em) WHERE estornado_em IS NOT NULL;

-- Who did something, by name.
CREATE VIEW cadastro.v_chave WITH (security_barrier) AS
  SELECT empresa_id, id, nome FROM cadastro.chave_api WHERE empresa_id = cadastro.empresa_atual();
GRANT SELECT ON cadastro.v_chave TO cobranca_disparo;

-- The three functions are alike. What happens again and again (changes, payments, contacts, actions, attempts, receipts,
-- interventions) is read by its index from where the page begins, and no more of it than the page takes; what there are
-- only a few of (títulos, negotiations, enrolments, opt-outs) by debtor. The settings keep the planner to that whatever it
-- believes. `ordem` puts what happens at one instant in the order of cause and effect, `chave` tells equals apart;
-- (p_em, p_ordem, p_chave) is where the page before ended. @> and @>= are < and <= from the newest on, else > and >=.
CREATE FUNCTION cadastro.linha_do_tempo(
    p_devedor uuid, p_tipos text[], p_de timestamptz, p_ate timestamptz, p_em timestamptz, p_ordem smallint, p_chave text,
    p_recentes boolean, p_limite integer)
  RETURNS TABLE (em timestamptz, ordem smallint, chave text, tipo text, autor uuid, dados jsonb)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off
  SET jit = off
  AS $$
  DECLARE consulta text := $q$
    WITH titulos AS MATERIALIZED (
      SELECT t.id, t.numero, t.valor, t.vencimento, t.origem, t.criado_em, t.criado_por,
             jsonb_build_object('id', t.id, 'numero', t.numero) AS resumo
        FROM cadastro.titulo t WHERE t.empresa_id = $9 AND t.devedor_id = $1)
    (SELECT t.criado_em, 10::smallint, t.id::text, 'titulo_recebido', t.criado_por,
            jsonb_build_object('titulo', t.resumo || jsonb_build_object('valor', (t.valor / 100.0)::numeric(14, 2)::text,
              'vencimento', t.vencimento, 'origem', t.origem))
       FROM titulos t
      WHERE ($2 IS NULL OR 'titulo_recebido' = ANY ($2)) AND t.criado_em >= $3 AND t.criado_em < $4
        AND (t.criado_em, 10::smallint, t.id::text COLLATE "C") @> ($5, $6, $7)
      ORDER BY t.criado_em @ordem, t.id @ordem LIMIT $8)
     UNION ALL
    (SELECT h.em, 30::smallint, h.chave, 'titulo_alterado', h.autor,
            jsonb_build_object('titulo', t.resumo || jsonb_build_object('mudancas', h.mudancas))
       FROM titulos t CROSS JOIN LATERAL (
         SELECT x.em, x.autor, x.mudancas, lpad(x.seq::text, 19, '0') AS chave FROM cadastro.titulo_historico x
          WHERE ($2 IS NULL OR 'titulo_alterado' = ANY ($2)) AND x.empresa_id = $9 AND x.titulo_id = t.id
            AND x.em >= $3 AND x.em < $4 AND x.em @>= $5
            AND (x.em, 30::smallint, lpad(x.seq::text, 19, '0') COLLATE "C") @> ($5, $6, $7)
          ORDER BY x.em @ordem, x.seq @ordem LIMIT $8) h
      ORDER BY h.em @ordem, h.chave COLLATE "C" @ordem LIMIT $8)
     UNION ALL
    (SELECT p.criado_em, 25::smallint, p.id::text, 'pagamento', p.autor,
            jsonb_build_object('titulo', t.resumo, 'pagamento', jsonb_build_object('id', p.id, 'data', p.data,
              'valor', (p.valor / 100.0)::numeric(14, 2)::text, 'desconto', (p.desconto / 100.0)::numeric(14, 2)::text))
       FROM titulos t CROSS JOIN LATERAL (
         SELECT x.id, x.criado_em, x.autor, x.data, x.valor, x.desconto FROM cadastro.pagamento x
          WHERE ($2 IS NULL OR 'pagamento' = ANY ($2)) AND x.empresa_id = $9 AND x.titulo_id = t.id
            AND x.criado_em >= $3 AND x.criado_em < $4 AND x.criado_em @>= $5
            AND (x.criado_em, 25::smallint, x.id::text COLLATE "C") @> ($5, $6, $7)
          ORDER BY x.criado_em @ordem, x.id @ordem LIMIT $8) p
      ORDER BY p.criado_em @ordem, p.id @ordem LIMIT $8)
     UNION ALL
    (SELECT p.estornado_em, 27::smallint, p.id::text, 'estorno', p.estornado_por,
            jsonb_build_object('titulo', t.resumo, 'pagamento', jsonb_build_object('id', p.id, 'data', p.data,
              'valor', (p.valor / 100.0)::numeric(14, 2)::text, 'desconto', (p.desconto / 100.0)::numeric(14, 2)::text,
              'motivo', p.motivo_estorno))
       FROM titulos t CROSS JOIN LATERAL (
         SELECT x.id, x.estornado_em, x.estornado_por, x.data, x.valor, x.desconto, x.motivo_estorno FROM cadastro.pagamento x
          WHERE ($2 IS NULL OR 'estorno' = ANY ($2)) AND x.empresa_id = $9 AND x.titulo_id = t.id
            AND x.estornado_em >= $3 AND x.estornado_em < $4 AND x.estornado_em @>= $5
            AND (x.estornado_em, 27::smallint, x.id::text COLLATE "C") @> ($5, $6, $7)
          ORDER BY x.estornado_em @ordem, x.id @ordem LIMIT $8) p
      ORDER BY p.estornado_em @ordem, p.id @ordem LIMIT $8)
     UNION ALL
    (SELECT n.em, n.ordem, n.id::text, n.tipo, NULL::uuid,
            jsonb_build_object('negociacao', jsonb_build_object('id', n.id, 'valor', (n.valor / 100.0)::numeric(14, 2)::text,
              'usuario', n.usuario, 'parcelas', (SELECT count(*) FROM cadastro.titulo p
                WHERE p.empresa_id = $9 AND p.acordo_id = n.id)))
       FROM (SELECT v.em, v.ordem, v.tipo, x.id, x.valor, x.usuario FROM cadastro.negociacao x
              CROSS JOIN LATERAL (VALUES
                (x.criada_em, 20::smallint, 'negociacao_feita'), (x.confirmada_em, 35::smallint, 'negociacao_confirmada'),
                (x.quebrada_em, 36::smallint, 'negociacao_quebrada'),
                (x.cancelada_em, 37::smallint, 'negociacao_cancelada')) v(em, ordem, tipo)
              WHERE ($2 IS NULL OR 'negociacao_feita' = ANY ($2) OR 'negociacao_confirmada' = ANY ($2)
                     OR 'negociacao_quebrada' = ANY ($2) OR 'negociacao_cancelada' = ANY ($2))
                AND x.empresa_id = $9 AND x.devedor_id = $1 AND ($2 IS NULL OR v.tipo = ANY ($2))
                AND v.em >= $3 AND v.em < $4 AND (v.em, v.ordem, x.id::text COLLATE "C") @> ($5, $6, $7)
              ORDER BY v.em @ordem, v.ordem @ordem, x.id @ordem LIMIT $8) n)
     UNION ALL
    (SELECT c.em, 15::smallint, c.id::text, 'contato', NULL::uuid,
            jsonb_build_object('contato', jsonb_build_object('id', c.id, 'canal', c.canal, 'operador', c.operador,
              'observacao', c.observacao, 'agendado_para', c.agendado_para,
              'resultado', (SELECT r.nome FROM cadastro.resultado_contato r WHERE r.empresa_id = $9 AND r.id = c.resultado_id)))
       FROM (SELECT x.id, x.em, x.canal, x.operador, x.observacao, x.agendado_para, x.resultado_id FROM cadastro.contato x
              WHERE ($2 IS NULL OR 'contato' = ANY ($2)) AND x.empresa_id = $9 AND x.devedor_id = $1
                AND x.em >= $3 AND x.em < $4 AND x.em @>= $5
                AND (x.em, 15::smallint, x.id::text COLLATE "C") @> ($5, $6, $7)
              ORDER BY x.em @ordem, x.id @ordem LIMIT $8) c)
     UNION ALL
    (SELECT o.desde, 40::smallint, o.canal, 'opt_out', NULL::uuid,
            jsonb_build_object('opt_out', jsonb_build_object('canal', o.canal, 'motivo', o.motivo))
       FROM cadastro.opt_out o
      WHERE ($2 IS NULL OR 'opt_out' = ANY ($2)) AND o.empresa_id = $9 AND o.devedor_id = $1
        AND o.desde >= $3 AND o.desde < $4 AND (o.desde, 40::smallint, o.canal COLLATE "C") @> ($5, $6, $7)
      ORDER BY o.desde @ordem, o.canal COLLATE "C" @ordem LIMIT $8) $q$;
  BEGIN
    consulta := replace(replace(consulta, '@ordem', CASE WHEN p_recentes THEN 'DESC' ELSE 'ASC' END),
                        '@>', CASE WHEN p_recentes THEN '<' ELSE '>' END);
    RETURN QUERY EXECUTE consulta
      USING p_devedor, p_tipos, p_de, p_ate, p_em, p_ordem, p_chave, p_limite, cadastro.empresa_atual();
  END $$;

-- A night has a date; what it did is told at the hour at which it began.
CREATE FUNCTION regua.linha_do_tempo(
    p_devedor uuid, p_tipos text[], p_de timestamptz, p_ate timestamptz, p_em timestamptz, p_ordem smallint, p_chave text,
    p_recentes boolean, p_limite integer)
  RETURNS TABLE (em timestamptz, ordem smallint, chave text, tipo text, autor uuid, dados jsonb)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off
  SET jit = off
  AS $$
  DECLARE consulta text := $q$
    SELECT i.em, i.ordem, i.id::text, i.tipo, NULL::uuid,
           jsonb_build_object('inscricao', jsonb_build_object('id', i.id, 'regua_id', i.regua_id, 'titulo_id', i.alvo_id,
             'data', i.data, 'motivo', i.motivo,
             'regua', (SELECT r.nome FROM regua.regua r WHERE r.empresa_id = $9 AND r.id = i.regua_id)))
      FROM (SELECT h.em, v.ordem, v.tipo, v.data, v.motivo, x.id, x.regua_id, x.alvo_id FROM regua.inscricao x
             CROSS JOIN LATERAL (VALUES
               (x.entrada, 50::smallint, 'inscricao_aberta', NULL),
               (x.encerrada_em, 48::smallint, 'inscricao_encerrada', x.motivo)) v(data, ordem, tipo, motivo)
             CROSS JOIN LATERAL (SELECT coalesce(
               (SELECT n.iniciada_em FROM regua.noite n WHERE n.empresa_id = $9 AND n.data = v.data),
               v.data::timestamp AT TIME ZONE (SELECT e.fuso FROM cadastro.v_empresa e)) AS em) h
             WHERE ($2 IS NULL OR 'inscricao_aberta' = ANY ($2) OR 'inscricao_encerrada' = ANY ($2))
               AND x.empresa_id = $9 AND x.devedor_id = $1 AND ($2 IS NULL OR v.tipo = ANY ($2)) AND v.data IS NOT NULL
               AND h.em >= $3 AND h.em < $4 AND (h.em, v.ordem, x.id::text COLLATE "C") @> ($5, $6, $7)
             ORDER BY h.em @ordem, v.ordem @ordem, x.id @ordem LIMIT $8) i $q$;
  BEGIN
    consulta := replace(replace(consulta, '@ordem', CASE WHEN p_recentes THEN 'DESC' ELSE 'ASC' END),
                        '@>', CASE WHEN p_recentes THEN '<' ELSE '>' END);
    RETURN QUERY EXECUTE consulta
      USING p_devedor, p_tipos, p_de, p_ate, p_em, p_ordem, p_chave, p_limite, cadastro.empresa_atual();
  END $$;

-- Of its own schema, so with the rights of whoever asks.
CREATE FUNCTION disparo.linha_do_tempo(
    p_devedor uuid, p_tipos text[], p_de timestamptz, p_ate timestamptz, p_em timestamptz, p_ordem smallint, p_chave text,
    p_recentes boolean, p_limite integer)
  RETURNS TABLE (em timestamptz, ordem smallint, chave text, tipo text, autor uuid, dados jsonb)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off
  SET jit = off
  AS $$
  DECLARE consulta text := $q$
    (SELECT e.criada_em, 60::smallint, e.id::text, 'acao_decidida', NULL::uuid,
            jsonb_build_object('acao', jsonb_build_object('execucao_id', e.id, 'canal', e.canal, 'regua_id', e.regua_id,
              'regua', (SELECT r.nome FROM regua.v_regua r WHERE r.id = e.regua_id),
              'posicao', (SELECT jsonb_build_object('id', p.id, 'gatilho', p.gatilho, 'dias', p.dias)
                            FROM regua.v_posicao p WHERE p.id = e.posicao_id),
              'acao_id', e.acao_id, 'inscricao_id', e.inscricao_id, 'ciclo', e.ciclo, 'data', e.data,
              'devida_em', e.devida_em, 'titulos', e.titulos, 'estado', e.estado, 'motivo', e.motivo))
       FROM (SELECT x.* FROM disparo.execucao x
              WHERE ($2 IS NULL OR 'acao_decidida' = ANY ($2)) AND x.empresa_id = $9 AND x.devedor_id = $1
                AND x.criada_em >= $3 AND x.criada_em < $4 AND x.criada_em @>= $5
                AND (x.criada_em, 60::smallint, x.id::text COLLATE "C") @> ($5, $6, $7)
              ORDER BY x.criada_em @ordem, x.id @ordem LIMIT $8) e)
     UNION ALL
    (SELECT a.terminou_em, 70::smallint, a.chave, 'tentativa', NULL::uuid,
            jsonb_build_object('tentativa', jsonb_build_object('execucao_id', a.execucao_id,
              'canal', (SELECT e.canal FROM disparo.execucao e WHERE e.empresa_id = $9 AND e.id = a.execucao_id),
              'inicio', a.montada_em, 'provedor', a.provedor, 'provedor_id', a.provedor_id, 'fim', a.fim,
              'resposta', a.resposta, 'destinatario', a.destinatario, 'assunto', a.assunto, 'trecho', left(a.texto, 200),
              'titulos', a.titulos))
       FROM (SELECT x.*, x.execucao_id || ':' || lpad(x.cerca::text, 19, '0') AS chave FROM disparo.tentativa x
              WHERE ($2 IS NULL OR 'tentativa' = ANY ($2)) AND x.empresa_id = $9 AND x.devedor_id = $1
                AND x.terminou_em >= $3 AND x.terminou_em < $4 AND x.terminou_em @>= $5
                AND (x.terminou_em, 70::smallint, (x.execucao_id || ':' || lpad(x.cerca::text, 19, '0')) COLLATE "C")
                    @> ($5, $6, $7)
              ORDER BY x.terminou_em @ordem, x.execucao_id @ordem, x.cerca @ordem LIMIT $8) a)
     UNION ALL
    (SELECT r.chegou_em, 80::smallint, r.chave, 'recibo', NULL::uuid,
            jsonb_build_object('recibo', jsonb_build_object('execucao_id', r.execucao_id,
              'canal', (SELECT e.canal FROM disparo.execucao e WHERE e.empresa_id = $9 AND e.id = r.execucao_id),
              'provedor', r.provedor, 'estado', r.estado, 'causa', r.causa, 'em', r.em))
       FROM (SELECT x.*, disparo.chave_do_recibo(x) AS chave FROM disparo.recibo x
              WHERE ($2 IS NULL OR 'recibo' = ANY ($2)) AND x.empresa_id = $9 AND x.devedor_id = $1
                AND x.execucao_id IS NOT NULL AND x.chegou_em >= $3 AND x.chegou_em < $4 AND x.chegou_em @>= $5
                AND (x.chegou_em, 80::smallint, disparo.chave_do_recibo(x) COLLATE "C") @> ($5, $6, $7)
              ORDER BY x.chegou_em @ordem, disparo.chave_do_recibo(x) COLLATE "C" @ordem LIMIT $8) r)
     UNION ALL
    (SELECT i.em, i.ordem, i.chave, 'intervencao', i.autor,
            jsonb_build_object('intervencao', jsonb_build_object('execucao_id', i.execucao_id, 'acao', i.acao,
              'observacao', i.observacao))
       FROM (SELECT x.*, v.ordem, x.execucao_id || ':' || x.acao AS chave FROM disparo.intervencao x
              CROSS JOIN LATERAL (VALUES (CASE x.acao WHEN 'reprocessada' THEN 65 ELSE 90 END::smallint)) v(ordem)
              WHERE ($2 IS NULL OR 'intervencao' = ANY ($2)) AND x.empresa_id = $9 AND x.devedor_id = $1
                AND x.em >= $3 AND x.em < $4 AND x.em @>= $5
                AND (x.em, v.ordem, (x.execucao_id || ':' || x.acao) COLLATE "C") @> ($5, $6, $7)
              ORDER BY x.em @ordem, v.ordem @ordem, x.execucao_id @ordem, x.acao COLLATE "C" @ordem LIMIT $8) i) $q$;
  BEGIN
    consulta := replace(replace(consulta, '@ordem', CASE WHEN p_recentes THEN 'DESC' ELSE 'ASC' END),
                        '@>', CASE WHEN p_recentes THEN '<' ELSE '>' END);
    RETURN QUERY EXECUTE consulta
      USING p_devedor, p_tipos, p_de, p_ate, p_em, p_ordem, p_chave, p_limite, cadastro.empresa_atual();
  END $$;

-- A receipt has no id of its own: those of one execution, in the order in which messages go.
CREATE FUNCTION disparo.chave_do_recibo(r disparo.recibo) RETURNS text
  LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT r.execucao_id || ':' || CASE r.estado WHEN 'enviada' THEN 1 WHEN 'entregue' THEN 2 WHEN 'lida' THEN 3 ELSE 4 END
           || ':' || md5(r.provedor || ' ' || r.mensagem)
  $$;

REVOKE ALL ON FUNCTION cadastro.linha_do_tempo, regua.linha_do_tempo, disparo.linha_do_tempo, disparo.chave_do_recibo
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cadastro.linha_do_tempo, regua.linha_do_tempo, disparo.linha_do_tempo, disparo.chave_do_recibo
  TO cobranca_disparo;
