-- Criteria, mode, loop and removal in reguas; freezing and titulos that walk by themselves; what nights and
-- simulations tell.

-- chave: criteria and mode in their one canonical text (rule s11). Réguas made before criteria all take everybody; the
-- oldest of a company keeps that place.
ALTER TABLE regua.regua
  ADD modo      text NOT NULL DEFAULT 'por_devedor' CHECK (modo IN ('por_devedor', 'por_titulo')),
  ADD criterios jsonb NOT NULL DEFAULT '{}',
  ADD chave     text NOT NULL DEFAULT 'por_devedor',
  ADD versao    integer NOT NULL DEFAULT 1;
UPDATE regua.regua r SET chave = 'por_devedor|anterior=' || r.id
 WHERE EXISTS (SELECT FROM regua.regua o WHERE o.empresa_id = r.empresa_id AND (o.criada_em, o.id) < (r.criada_em, r.id));
ALTER TABLE regua.regua ALTER chave DROP DEFAULT;
CREATE UNIQUE INDEX regua_criterios_unicos ON regua.regua (empresa_id, md5(chave)) WHERE estado <> 'arquivada';

-- What was taken out stays, for the history and for who waits for it (rule r04).
ALTER TABLE regua.posicao
  DROP CONSTRAINT posicao_gatilho_check,
  ADD CONSTRAINT posicao_gatilho_check CHECK (gatilho IN ('lembrete', 'cobranca', 'reposicionamento')),
  ADD para_id     uuid,
  ADD removida_em timestamptz,
  ADD FOREIGN KEY (empresa_id, para_id) REFERENCES regua.posicao,
  ADD CHECK ((gatilho = 'reposicionamento') = (para_id IS NOT NULL)),
  DROP CONSTRAINT posicao_dia_unico;
CREATE UNIQUE INDEX posicao_dia_unico ON regua.posicao (empresa_id, regua_id, (gatilho = 'lembrete'), dias)
  WHERE removida_em IS NULL;
CREATE INDEX posicao_regua ON regua.posicao (empresa_id, regua_id);

ALTER TABLE regua.acao
  ADD destinatarios text NOT NULL DEFAULT 'preferido' CHECK (destinatarios IN ('preferido', 'todos')),
  ADD removida_em   timestamptz;

-- alvo_id: the titulo that walks, null when it is the debtor (rule r12). Live at most once per regua and alvo.
ALTER TABLE regua.inscricao
  ADD alvo_id      uuid,
  ADD congelada_em date,
  DROP CONSTRAINT inscricao_estado_check,
  DROP CONSTRAINT inscricao_check,
  ADD CONSTRAINT inscricao_estado_check CHECK (estado IN ('andando', 'congelada', 'final', 'encerrada')),
  ADD CONSTRAINT inscricao_caminho CHECK ((estado IN ('andando', 'congelada')) = (ancora IS NOT NULL AND proxima_id IS NOT NULL)),
  ADD CONSTRAINT inscricao_congelada CHECK ((estado = 'congelada') = (congelada_em IS NOT NULL));
DROP INDEX regua.inscricao_viva;
CREATE UNIQUE INDEX inscricao_viva ON regua.inscricao (empresa_id, devedor_id, regua_id, alvo_id) NULLS NOT DISTINCT
  WHERE estado <> 'encerrada';

-- A night may move every walk, without touching what the indexes are about: with room in the page, none is written (measured:
-- half the log).
ALTER TABLE regua.inscricao SET (fillfactor = 50);

-- decidida_em: the last night that decided the debtor. A night decides nobody twice, however often something changes
-- while it runs: what changes afterwards is the next one's.
ALTER TABLE regua.agenda ADD decidida_em date;

-- previstos: debtors that were due when the night was opened, for its progress. A night that is not over when a later
-- one opens is replaced by it: what it had not looked at is late, and the later one's.
ALTER TABLE regua.noite
  DROP CONSTRAINT noite_estado_check,
  ADD CONSTRAINT noite_estado_check CHECK (estado IN ('andando', 'concluida', 'substituida')),
  ADD previstos bigint NOT NULL DEFAULT 0,
  ADD lotes     bigint NOT NULL DEFAULT 0;

-- Rule s13: who may be charged and is in no regua, as of the last night that looked at the debtor. `criterio` is what
-- kept the reference titulo out of the regua that came closest; without one there was no active regua.
CREATE TABLE regua.descoberto (
  empresa_id uuid NOT NULL,
  devedor_id uuid NOT NULL,
  regua_id   uuid,
  criterio   text,
  titulos    integer NOT NULL,
  valor      bigint NOT NULL,
  desde      date NOT NULL,
  PRIMARY KEY (empresa_id, devedor_id)
);

-- A simulation is asked for, walked in the background and read. resultado is what the API answers.
CREATE TABLE regua.simulacao (
  empresa_id   uuid NOT NULL,
  id           uuid NOT NULL,
  tipo         text NOT NULL CHECK (tipo IN ('simulacao', 'impacto')),
  de           date NOT NULL,
  ate          date NOT NULL,
  estado       text NOT NULL DEFAULT 'pendente' CHECK (estado IN ('pendente', 'andando', 'concluida', 'falhou')),
  pedido       jsonb NOT NULL,
  devedores    bigint NOT NULL DEFAULT 0,
  previstos    bigint,
  faltam_segundos bigint,
  resultado    jsonb,
  erro         text,
  tentativas   smallint NOT NULL DEFAULT 0,
  lease_ate    timestamptz,
  criada_em    timestamptz NOT NULL,
  concluida_em timestamptz,
  PRIMARY KEY (empresa_id, id)
);
CREATE INDEX simulacao_por_fazer ON regua.simulacao (criada_em) WHERE estado IN ('pendente', 'andando');

DO $$
DECLARE tabela text;
BEGIN
  FOREACH tabela IN ARRAY ARRAY['descoberto', 'simulacao'] LOOP
    EXECUTE format('ALTER TABLE regua.%I ENABLE ROW LEVEL SECURITY', tabela);
    EXECUTE format('CREATE POLICY da_empresa ON regua.%I USING (empresa_id = cadastro.empresa_atual()) '
                   'WITH CHECK (empresa_id = cadastro.empresa_atual())', tabela);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON regua.%I TO cobranca_regua', tabela);
  END LOOP;
END $$;

-- Simulations to walk, of every company: any engine may take any of them.
CREATE FUNCTION regua.simulacoes_por_fazer() RETURNS TABLE (empresa_id uuid, id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT s.empresa_id, s.id FROM regua.simulacao s
     WHERE s.estado = 'pendente' OR (s.estado = 'andando' AND s.lease_ate < clock_timestamp()) ORDER BY s.criada_em
  $$;

CREATE VIEW regua.v_acao WITH (security_barrier) AS
  SELECT a.empresa_id, a.id, a.destinatarios, a.removida_em IS NOT NULL OR p.removida_em IS NOT NULL AS removida
    FROM regua.acao a JOIN regua.posicao p ON p.empresa_id = a.empresa_id AND p.id = a.posicao_id
   WHERE a.empresa_id = cadastro.empresa_atual();
GRANT SELECT ON regua.v_acao TO cobranca_disparo;

-- Rule m09: the titulos that an enrolment holds now. One that went to another regua is none of its messages' business.
-- Rule g04: nor is any once it closed; what was being sent then may come back to be sent again.
CREATE VIEW regua.v_inscricao WITH (security_barrier) AS
  SELECT empresa_id, id, titulos, estado, motivo FROM regua.inscricao WHERE empresa_id = cadastro.empresa_atual();
GRANT SELECT ON regua.v_inscricao TO cobranca_disparo;

-- Rule m11: the contacts of debtors that may be used; the smallest ordem is the preferred one's.
CREATE VIEW cadastro.v_contato WITH (security_barrier) AS
  SELECT empresa_id, devedor_id, tipo, valor, ordem FROM cadastro.meio_contato WHERE empresa_id = cadastro.empresa_atual();
GRANT SELECT ON cadastro.v_contato TO cobranca_disparo;

-- Both read rows by key only, whatever the planner believes and whatever the caller had chosen: without statistics a
-- join may read the whole history.

-- Rules g04, r12, v04: what an enrolment that closed had not sent yet. By debtor, which has an index. Those that somebody
-- holds are left to the fence, which refuses what is of a closed enrolment: a night waits for no message, as messages
-- wait for payments, and payments for the night.
CREATE FUNCTION disparo.descartar_de_inscricoes(p_devedores uuid[], p_inscricoes uuid[], p_motivos text[], p_agora timestamptz)
  RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = on
  AS $$
    WITH x AS MATERIALIZED (
      SELECT c.id, m.motivo
        FROM (SELECT * FROM unnest(p_devedores, p_inscricoes, p_motivos) AS n(devedor, inscricao, motivo)
               ORDER BY devedor, inscricao) m
       CROSS JOIN LATERAL (SELECT id FROM disparo.execucao
               WHERE empresa_id = cadastro.empresa_atual() AND devedor_id = m.devedor AND inscricao_id = m.inscricao
                 AND estado IN ('pendente', 'enfileirada') ORDER BY id FOR UPDATE SKIP LOCKED) c),
    d AS (
      UPDATE disparo.execucao e
         SET estado = 'descartada', motivo = x.motivo, enfileirada_em = NULL, atualizada_em = p_agora
        FROM x WHERE e.empresa_id = cadastro.empresa_atual() AND e.id = x.id
      RETURNING 1)
    SELECT count(*) FROM d
  $$;

-- Rules r04, v04: what an action, or a whole regua, had not sent yet. It is asked for when somebody edits a regua, which
-- is seldom, and there is no index by action, which every insert would pay for: it reads what is pending or queued at
-- the moment, of every company, through the two partial indexes of just that, and nothing of what is over. In order of id.
CREATE FUNCTION disparo.descartar_de_acoes(p_acoes uuid[], p_motivo text, p_agora timestamptz) RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
  AS $$
    WITH por_sair AS MATERIALIZED (
      SELECT id FROM (
        SELECT empresa_id, id, acao_id FROM disparo.execucao WHERE estado = 'pendente'
         UNION ALL
        SELECT empresa_id, id, acao_id FROM disparo.execucao WHERE estado = 'enfileirada') v
       WHERE empresa_id = cadastro.empresa_atual() AND acao_id = ANY (p_acoes)
       ORDER BY id),
    x AS MATERIALIZED (
      SELECT c.id FROM por_sair v
       CROSS JOIN LATERAL (SELECT id FROM disparo.execucao
               WHERE empresa_id = cadastro.empresa_atual() AND id = v.id
                 AND estado IN ('pendente', 'enfileirada') FOR UPDATE) c),
    d AS (
      UPDATE disparo.execucao e SET estado = 'descartada', motivo = p_motivo, enfileirada_em = NULL, atualizada_em = p_agora
        FROM x WHERE e.empresa_id = cadastro.empresa_atual() AND e.id = x.id
      RETURNING 1)
    SELECT count(*) FROM d
  $$;

-- What became of the actions of a debtor, for the explainer.
CREATE VIEW disparo.v_execucao WITH (security_barrier) AS
  SELECT empresa_id, id, devedor_id, regua_id, posicao_id, acao_id, inscricao_id, ciclo, canal, titulos, data, devida_em,
         publicar_em, estado, motivo, enviada_em
    FROM disparo.execucao WHERE empresa_id = cadastro.empresa_atual();
GRANT SELECT ON disparo.v_execucao TO cobranca_regua;

REVOKE ALL ON FUNCTION regua.simulacoes_por_fazer, disparo.descartar_de_inscricoes, disparo.descartar_de_acoes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION regua.simulacoes_por_fazer, disparo.descartar_de_inscricoes, disparo.descartar_de_acoes
  TO cobranca_regua;
