-- Schema of the service `dispatcher`: one row per action that is due. The row is the truth, the message a hint.

CREATE SCHEMA disparo;
GRANT USAGE ON SCHEMA disparo TO cobranca_regua, cobranca_disparo;

CREATE SEQUENCE disparo.cerca;

-- id is derived from what the action is (inscricao, ciclo, posicao, acao; or acao, titulo for a reminder), so the
-- primary key is the "at most once" of the rules. Two clocks: publicar_em is business time (a sandbox may move it),
-- enfileirada_em and lease_ate are the database's own.
CREATE TABLE disparo.execucao (
  empresa_id     uuid NOT NULL,
  id             uuid NOT NULL,
  devedor_id     uuid NOT NULL,
  regua_id       uuid NOT NULL,
  posicao_id     uuid NOT NULL,
  acao_id        uuid NOT NULL,
  inscricao_id   uuid,
  ciclo          integer,
  conteudo_id    uuid,
  canal          text NOT NULL CHECK (canal IN ('email', 'sms', 'carta', 'enriquecimento', 'negativacao')),
  titulos        uuid[] NOT NULL,
  data           date NOT NULL,
  devida_em      date NOT NULL,
  publicar_em    timestamptz NOT NULL,
  criada_em      timestamptz NOT NULL,
  estado         text NOT NULL DEFAULT 'pendente' CHECK (estado IN
                 ('pendente', 'enfileirada', 'enviando', 'enviada', 'falhou', 'incerta', 'descartada', 'expirada')),
  motivo         text,
  tentativas     smallint NOT NULL DEFAULT 0,
  enfileirada_em timestamptz,
  cerca          bigint,
  lease_ate      timestamptz,
  enviada_em     timestamptz,
  resposta       text,
  atualizada_em  timestamptz NOT NULL,
  PRIMARY KEY (empresa_id, id),
  CHECK ((inscricao_id IS NULL) = (ciclo IS NULL)),
  CHECK ((estado = 'enviando') = (lease_ate IS NOT NULL)),
  CHECK (estado <> 'enviada' OR enviada_em IS NOT NULL),
  CHECK (estado NOT IN ('falhou', 'incerta', 'descartada', 'expirada') OR motivo IS NOT NULL)
);
CREATE INDEX execucao_a_publicar ON disparo.execucao (publicar_em) WHERE estado = 'pendente';
CREATE INDEX execucao_em_voo ON disparo.execucao (estado) WHERE estado IN ('enfileirada', 'enviando');
CREATE INDEX execucao_data ON disparo.execucao (empresa_id, data, id);
CREATE INDEX execucao_devedor ON disparo.execucao (empresa_id, devedor_id);

-- What was sent, as it was sent.
CREATE TABLE disparo.mensagem (
  empresa_id   uuid NOT NULL,
  execucao_id  uuid NOT NULL,
  destinatario text NOT NULL,
  assunto      text,
  texto        text NOT NULL,
  titulos      uuid[] NOT NULL,
  montada_em   timestamptz NOT NULL,
  PRIMARY KEY (empresa_id, execucao_id),
  FOREIGN KEY (empresa_id, execucao_id) REFERENCES disparo.execucao
);

DO $$
DECLARE tabela text;
BEGIN
  FOREACH tabela IN ARRAY ARRAY['execucao', 'mensagem'] LOOP
    EXECUTE format('ALTER TABLE disparo.%I ENABLE ROW LEVEL SECURITY', tabela);
    EXECUTE format('CREATE POLICY da_empresa ON disparo.%I USING (empresa_id = cadastro.empresa_atual()) '
                   'WITH CHECK (empresa_id = cadastro.empresa_atual())', tabela);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA disparo TO cobranca_disparo;
GRANT USAGE ON SEQUENCE disparo.cerca TO cobranca_disparo;

-- The one way in for producers, in the transaction that decided. Answers how many are new (rule m02).
-- p_titulos holds array literals ('{uuid,...}'), because unnest() has no ragged arrays.
CREATE FUNCTION disparo.inserir_execucoes(
    p_id uuid[], p_devedor uuid[], p_regua uuid[], p_posicao uuid[], p_acao uuid[], p_inscricao uuid[], p_ciclo integer[],
    p_conteudo uuid[], p_canal text[], p_titulos text[], p_devida_em date[], p_publicar_em timestamptz[],
    p_data date, p_agora timestamptz) RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH novas AS (
      INSERT INTO disparo.execucao (empresa_id, id, devedor_id, regua_id, posicao_id, acao_id, inscricao_id, ciclo,
                                    conteudo_id, canal, titulos, data, devida_em, publicar_em, criada_em, atualizada_em)
      SELECT cadastro.empresa_atual(), e.id, e.devedor, e.regua, e.posicao, e.acao, e.inscricao, e.ciclo,
             e.conteudo, e.canal, e.titulos::uuid[], p_data, e.devida_em, e.publicar_em, p_agora, p_agora
        FROM unnest(p_id, p_devedor, p_regua, p_posicao, p_acao, p_inscricao, p_ciclo, p_conteudo, p_canal, p_titulos,
                    p_devida_em, p_publicar_em)
          AS e(id, devedor, regua, posicao, acao, inscricao, ciclo, conteudo, canal, titulos, devida_em, publicar_em)
      ON CONFLICT (empresa_id, id) DO NOTHING
      RETURNING 1)
    SELECT count(*) FROM novas
  $$;

-- The relay works for every company at once. Rows are marked first and published after the commit: a consumer may
-- claim as soon as it reads the message, and what is never published comes back by disparo.varrer.
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

-- What the broker did not confirm goes back at once.
CREATE FUNCTION disparo.desenfileirar(p_empresa uuid[], p_id uuid[]) RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH v AS (UPDATE disparo.execucao e SET estado = 'pendente', enfileirada_em = NULL
                 FROM unnest(p_empresa, p_id) AS x(empresa_id, id)
                WHERE e.empresa_id = x.empresa_id AND e.id = x.id AND e.estado = 'enfileirada' RETURNING 1)
    SELECT count(*) FROM v
  $$;

-- Puts back what got stuck: queued and never claimed -> pendente (the hint was lost); claimed and the lease ran out
-- -> incerta, because from the fence on the message may have left and is never sent again blindly.
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

REVOKE ALL ON FUNCTION disparo.inserir_execucoes, disparo.enfileirar, disparo.desenfileirar, disparo.varrer FROM PUBLIC;
GRANT EXECUTE ON FUNCTION disparo.inserir_execucoes TO cobranca_regua;
GRANT EXECUTE ON FUNCTION disparo.enfileirar, disparo.desenfileirar, disparo.varrer TO cobranca_disparo;
