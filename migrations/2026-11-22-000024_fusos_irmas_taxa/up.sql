-- Where the debtor's clocks stand (j06), a message to each number (m11), and how many a second a provider account takes.

-- Rule j06: in whose local time the sending windows are read.
ALTER TABLE cadastro.empresa
  ADD fuso_dos_envios text NOT NULL DEFAULT 'empresa' CHECK (fuso_dos_envios IN ('empresa', 'devedor'));
CREATE OR REPLACE VIEW cadastro.v_empresa WITH (security_barrier) AS
  SELECT e.id AS empresa_id, e.nome, e.fuso, e.hora_noite, e.vencimento_em_dia_util, e.remetente_email, e.migracao,
         e.cancelar_acordo_apos,
         ARRAY(SELECT f.data FROM cadastro.feriado f WHERE f.empresa_id = e.id ORDER BY f.data) AS feriados,
         e.fuso_dos_envios
    FROM cadastro.empresa e WHERE e.id = cadastro.empresa_atual();

-- Rule m11: an SMS to each number is an execution for each. The first one is the night's; the others come from it at its fence.
ALTER TABLE disparo.execucao
  ADD contato text,  -- the number that it goes to and to no other, once it is one of several
  ADD irma_de uuid,  -- the execution whose message it takes to another number
  ADD fusos   text[], -- in which zones its window was last read, if not in the company's
  ADD CHECK (irma_de IS NULL OR contato IS NOT NULL);
CREATE UNIQUE INDEX execucao_irma ON disparo.execucao (empresa_id, irma_de, contato) WHERE irma_de IS NOT NULL;

-- The relay, as before; what goes to another number of a debtor waits here while a message is on its way to him, and not by
-- being published and given back again and again.
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

-- A timeline, as before; what goes to one of several numbers says to which.
CREATE OR REPLACE FUNCTION disparo.linha_do_tempo(
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
              'devida_em', e.devida_em, 'titulos', e.titulos, 'estado', e.estado, 'motivo', e.motivo)
              || CASE WHEN e.contato IS NULL THEN '{}' ELSE jsonb_build_object('contato', e.contato) END)
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

-- What a provider account has been promised, for all companies and processes: when everything that was promised will have been
-- had (domain::execucao::Taxa). It is nobody's, so nobody reaches it but by the two functions.
CREATE TABLE disparo.taxa (
  provedor text NOT NULL,
  conta    text NOT NULL,
  ate      timestamptz NOT NULL, -- by the database's own clock: no sandbox stops it
  PRIMARY KEY (provedor, conta)
);
ALTER TABLE disparo.taxa ENABLE ROW LEVEL SECURITY;

-- Keeps the account for this transaction, and answers what it has been promised and what time it is.
CREATE FUNCTION disparo.segurar_taxa(p_provedor text, p_conta text) RETURNS TABLE (ate timestamptz, agora timestamptz)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    INSERT INTO disparo.taxa (provedor, conta, ate) VALUES (p_provedor, p_conta, '-infinity') ON CONFLICT DO NOTHING;
    SELECT NULLIF(t.ate, '-infinity'), clock_timestamp() FROM disparo.taxa t
     WHERE t.provedor = p_provedor AND t.conta = p_conta FOR UPDATE
  $$;
CREATE FUNCTION disparo.prometer_taxa(p_provedor text, p_conta text, p_ate timestamptz) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    UPDATE disparo.taxa SET ate = p_ate WHERE provedor = p_provedor AND conta = p_conta
  $$;
REVOKE ALL ON FUNCTION disparo.segurar_taxa, disparo.prometer_taxa FROM PUBLIC;
GRANT EXECUTE ON FUNCTION disparo.segurar_taxa, disparo.prometer_taxa TO cobranca_disparo;
