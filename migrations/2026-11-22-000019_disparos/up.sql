-- An execution to its very end: receipts, doubts that a person settles, every attempt kept, channels that somebody stopped.

ALTER TABLE disparo.execucao
  ADD duvidosa boolean NOT NULL DEFAULT false, -- an attempt of it may have left: it never ends as if none had
  ADD reprocessada_em timestamptz,             -- when a person sent it back to the start: its time counts from there
  DROP CONSTRAINT execucao_estado_check,
  ADD CONSTRAINT execucao_estado_check CHECK (estado IN
      ('pendente', 'enfileirada', 'enviando', 'enviada', 'entregue', 'lida', 'devolvida', 'falhou', 'incerta',
       'revisao_manual', 'descartada', 'expirada')),
  ADD CHECK (estado NOT IN ('entregue', 'lida', 'devolvida') OR enviada_em IS NOT NULL),
  ADD CHECK (estado NOT IN ('devolvida', 'revisao_manual') OR motivo IS NOT NULL);

-- The ways between states are those of domain::execucao::Estado::depois; a test holds the two together.
CREATE FUNCTION disparo.recusar_passo() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
  AS $$
  BEGIN
    RAISE EXCEPTION 'an execution does not go from % to %', OLD.estado, NEW.estado
      USING ERRCODE = 'check_violation', CONSTRAINT = 'execucao_passo';
  END $$;
CREATE TRIGGER passo BEFORE UPDATE OF estado ON disparo.execucao FOR EACH ROW
  WHEN (OLD.estado <> NEW.estado AND (OLD.estado, NEW.estado) NOT IN (
        ('pendente', 'enfileirada'), ('pendente', 'incerta'), ('pendente', 'descartada'), ('pendente', 'expirada'),
        ('enfileirada', 'pendente'), ('enfileirada', 'enviando'), ('enfileirada', 'incerta'),
        ('enfileirada', 'descartada'), ('enfileirada', 'expirada'),
        ('enviando', 'pendente'), ('enviando', 'enviada'), ('enviando', 'falhou'), ('enviando', 'incerta'),
        ('enviada', 'entregue'), ('enviada', 'lida'), ('enviada', 'devolvida'), ('entregue', 'lida'),
        ('falhou', 'pendente'), ('expirada', 'pendente'),
        ('incerta', 'pendente'), ('incerta', 'enviada'), ('incerta', 'entregue'), ('incerta', 'lida'),
        ('incerta', 'devolvida'), ('incerta', 'falhou'), ('incerta', 'revisao_manual'),
        ('revisao_manual', 'enviada'), ('revisao_manual', 'entregue'), ('revisao_manual', 'lida'),
        ('revisao_manual', 'devolvida'), ('revisao_manual', 'falhou')))
  EXECUTE FUNCTION disparo.recusar_passo();

-- Whoever gives up an execution that may have left before leaves it in doubt instead. Fires before `passo`.
CREATE FUNCTION disparo.manter_duvida() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
  AS $$
  BEGIN
    NEW.estado := 'incerta';
    NEW.motivo := 'resultado_desconhecido';
    RETURN NEW;
  END $$;
CREATE TRIGGER duvida BEFORE UPDATE OF estado ON disparo.execucao FOR EACH ROW
  WHEN (OLD.duvidosa AND NEW.duvidosa AND OLD.estado IN ('pendente', 'enfileirada')
        AND NEW.estado IN ('descartada', 'expirada'))
  EXECUTE FUNCTION disparo.manter_duvida();

-- Nobody gets two messages of a channel at a time.
CREATE UNIQUE INDEX execucao_uma_por_vez ON disparo.execucao (empresa_id, devedor_id, canal) WHERE estado = 'enviando';
-- Each company's own line.
DROP INDEX disparo.execucao_a_publicar;
CREATE INDEX execucao_a_publicar ON disparo.execucao (empresa_id, canal, publicar_em) WHERE estado = 'pendente';
DROP INDEX disparo.execucao_em_voo;
CREATE INDEX execucao_em_voo ON disparo.execucao (estado, empresa_id, canal) WHERE estado IN ('enfileirada', 'enviando');
CREATE INDEX execucao_incerta ON disparo.execucao (atualizada_em) WHERE estado = 'incerta';
-- What a person has to look at.
CREATE INDEX execucao_por_ver ON disparo.execucao (empresa_id, estado, data, id)
  WHERE estado IN ('falhou', 'incerta', 'revisao_manual', 'expirada', 'devolvida');

-- Every attempt, with what was sent as it was sent; the text only if it left or may have left.
ALTER TABLE disparo.mensagem RENAME TO tentativa;
ALTER TABLE disparo.tentativa
  ADD cerca bigint,
  ADD terminou_em timestamptz,
  ADD fim text CHECK (fim IN ('enviada', 'repetir', 'falhou', 'incerta')),
  ADD resposta text,
  ADD provedor text,
  ADD provedor_id text, -- the provider's own name for the message: what receipts speak of
  ALTER texto DROP NOT NULL,
  DROP CONSTRAINT mensagem_pkey;
UPDATE disparo.tentativa t
   SET cerca = coalesce(e.cerca, 0), terminou_em = t.montada_em, resposta = e.resposta,
       fim = CASE e.estado WHEN 'enviada' THEN 'enviada' ELSE 'incerta' END
  FROM disparo.execucao e WHERE e.empresa_id = t.empresa_id AND e.id = t.execucao_id;
ALTER TABLE disparo.tentativa
  ALTER cerca SET NOT NULL, ALTER terminou_em SET NOT NULL, ALTER fim SET NOT NULL,
  ADD CHECK (fim NOT IN ('enviada', 'incerta') OR texto IS NOT NULL),
  ADD PRIMARY KEY (empresa_id, execucao_id, cerca);
CREATE INDEX tentativa_no_provedor ON disparo.tentativa (provedor, provedor_id) WHERE provedor_id IS NOT NULL;

-- What a person did to an execution.
CREATE TABLE disparo.intervencao (
  empresa_id  uuid NOT NULL,
  execucao_id uuid NOT NULL,
  em          timestamptz NOT NULL,
  acao        text NOT NULL CHECK (acao IN ('reprocessada', 'enviada', 'nao_enviada')),
  observacao  text,
  autor       uuid NOT NULL DEFAULT NULLIF(current_setting('app.autor', true), '')::uuid,
  PRIMARY KEY (empresa_id, execucao_id, em, acao),
  FOREIGN KEY (empresa_id, execucao_id) REFERENCES disparo.execucao
);

-- Channels that somebody stopped for a company. The fence asks, so that it holds from the very next message on.
CREATE TABLE disparo.parada (
  empresa_id uuid NOT NULL,
  canal      text NOT NULL CHECK (canal IN ('email', 'sms', 'carta', 'enriquecimento', 'negativacao')),
  motivo     text NOT NULL,
  desde      timestamptz NOT NULL,
  autor      uuid NOT NULL DEFAULT NULLIF(current_setting('app.autor', true), '')::uuid,
  PRIMARY KEY (empresa_id, canal)
);
DO $$
DECLARE tabela text;
BEGIN
  FOREACH tabela IN ARRAY ARRAY['parada', 'intervencao'] LOOP
    EXECUTE format('ALTER TABLE disparo.%I ENABLE ROW LEVEL SECURITY', tabela);
    EXECUTE format('CREATE POLICY da_empresa ON disparo.%I USING (empresa_id = cadastro.empresa_atual()) '
                   'WITH CHECK (empresa_id = cadastro.empresa_atual())', tabela);
  END LOOP;
END $$;
GRANT SELECT, INSERT, DELETE ON disparo.parada TO cobranca_disparo;
GRANT SELECT, INSERT ON disparo.intervencao TO cobranca_disparo;

-- The relay, for every company at once and fair to each: whoever has something ripe gets an equal part of the round, and
-- no more than p_fila of a company's may wait on a channel's queue, so that ten reminders are never behind a million.
DROP FUNCTION disparo.enfileirar(text[], timestamptz, integer);
CREATE FUNCTION disparo.enfileirar(p_canais text[], p_agora timestamptz, p_limite integer, p_fila integer)
  RETURNS TABLE (empresa_id uuid, id uuid, canal text)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH RECURSIVE linha AS ( -- companies and channels with anything pending, by leaps through the index
      (SELECT e.empresa_id, e.canal FROM disparo.execucao e WHERE e.estado = 'pendente'
        ORDER BY e.empresa_id, e.canal LIMIT 1)
       UNION ALL
      SELECT p.empresa_id, p.canal FROM linha l CROSS JOIN LATERAL (
        SELECT e.empresa_id, e.canal FROM disparo.execucao e
         WHERE e.estado = 'pendente' AND (e.empresa_id, e.canal) > (l.empresa_id, l.canal)
         ORDER BY e.empresa_id, e.canal LIMIT 1) p),
    na_fila AS (
      SELECT e.empresa_id, e.canal, count(*) AS n FROM disparo.execucao e WHERE e.estado = 'enfileirada'
       GROUP BY e.empresa_id, e.canal),
    vez AS MATERIALIZED (
      SELECT l.empresa_id, l.canal, p_fila - coalesce(f.n, 0) AS cabem
        FROM linha l LEFT JOIN na_fila f ON f.empresa_id = l.empresa_id AND f.canal = l.canal
       WHERE l.canal = ANY (p_canais) AND coalesce(f.n, 0) < p_fila
         AND NOT EXISTS (SELECT FROM disparo.parada s WHERE s.empresa_id = l.empresa_id AND s.canal = l.canal)
         AND EXISTS (SELECT FROM disparo.execucao e WHERE e.estado = 'pendente' AND e.empresa_id = l.empresa_id
                        AND e.canal = l.canal AND e.publicar_em <= p_agora)),
    parte AS (SELECT greatest(1, p_limite / greatest(1, count(*))) AS n FROM vez),
    escolhidas AS (
      SELECT x.empresa_id, x.id FROM vez v CROSS JOIN parte p CROSS JOIN LATERAL (
        SELECT e.empresa_id, e.id FROM disparo.execucao e
         WHERE e.estado = 'pendente' AND e.empresa_id = v.empresa_id AND e.canal = v.canal AND e.publicar_em <= p_agora
         ORDER BY e.publicar_em LIMIT least(p.n, v.cabem) FOR UPDATE SKIP LOCKED) x)
    UPDATE disparo.execucao e SET estado = 'enfileirada', enfileirada_em = clock_timestamp()
      FROM escolhidas x WHERE e.empresa_id = x.empresa_id AND e.id = x.id
    RETURNING e.empresa_id, e.id, e.canal
  $$;

-- As before; what may be sent again without harm (p_repetiveis: channels whose provider makes no second message of the same
-- key) is, and what nobody could tell for p_revisao waits for a person.
DROP FUNCTION disparo.varrer(interval);
CREATE FUNCTION disparo.varrer(p_fila interval, p_repetiveis text[], p_revisao interval)
  RETURNS TABLE (devolvidas bigint, repetidas bigint, incertas bigint, escaladas bigint)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH d AS (UPDATE disparo.execucao SET estado = 'pendente', enfileirada_em = NULL
                WHERE estado = 'enfileirada' AND enfileirada_em < clock_timestamp() - p_fila RETURNING 1),
         v AS (UPDATE disparo.execucao e
                  SET estado = CASE WHEN e.canal = ANY (p_repetiveis) THEN 'pendente' ELSE 'incerta' END,
                      motivo = CASE WHEN e.canal = ANY (p_repetiveis) THEN NULL ELSE 'resultado_desconhecido' END,
                      duvidosa = true, lease_ate = NULL, enfileirada_em = NULL, atualizada_em = clock_timestamp()
                WHERE e.estado = 'enviando' AND e.lease_ate < clock_timestamp() RETURNING e.estado),
         r AS (UPDATE disparo.execucao SET estado = 'revisao_manual', atualizada_em = clock_timestamp()
                WHERE estado = 'incerta' AND atualizada_em < clock_timestamp() - p_revisao RETURNING 1)
    SELECT (SELECT count(*) FROM d), (SELECT count(*) FROM v WHERE estado = 'pendente'),
           (SELECT count(*) FROM v WHERE estado = 'incerta'), (SELECT count(*) FROM r)
  $$;

-- Rule j03: the fence for many executions at a time, in order of id.
DROP FUNCTION cadastro.titulos_na_cerca(uuid, uuid[]);
CREATE FUNCTION cadastro.titulos_na_cerca(p_titulos uuid[])
  RETURNS TABLE (devedor_id uuid, id uuid, numero text, vencimento date, valor bigint, saldo bigint, status text, origem text,
                 credor_id uuid, tipo_negocio text, tipo_titulo text, suspenso_ate date, negociacao text,
                 primeira_parcela date, credor text)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT t.devedor_id, t.id, t.numero, t.vencimento, t.valor, t.saldo, t.status, t.origem,
           t.credor_id, t.tipo_negocio, t.tipo_titulo, t.suspenso_ate, n.estado,
           CASE WHEN NOT n.com_pagamento THEN n.primeira_parcela END,
           (SELECT c.nome FROM cadastro.credor c WHERE c.empresa_id = t.empresa_id AND c.id = t.credor_id)
      FROM cadastro.titulo t
      LEFT JOIN cadastro.negociacao n ON n.empresa_id = t.empresa_id AND n.id = coalesce(t.negociacao_id, t.acordo_id)
     WHERE t.empresa_id = cadastro.empresa_atual() AND t.id = ANY (p_titulos)
     ORDER BY t.id FOR SHARE OF t
  $$;

REVOKE ALL ON FUNCTION cadastro.titulos_na_cerca, disparo.enfileirar, disparo.varrer FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cadastro.titulos_na_cerca, disparo.enfileirar, disparo.varrer TO cobranca_disparo;
