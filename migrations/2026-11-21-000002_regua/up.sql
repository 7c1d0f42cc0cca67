-- Schema of the service `regua-engine`: reguas, the walk of each debtor, the nights.

CREATE SCHEMA regua;
GRANT USAGE ON SCHEMA regua TO cobranca_titulos, cobranca_regua, cobranca_disparo;

CREATE TABLE regua.regua (
  empresa_id   uuid NOT NULL,
  id           uuid NOT NULL,
  nome         text NOT NULL,
  prioridade   integer NOT NULL,
  estado       text NOT NULL DEFAULT 'inativa' CHECK (estado IN ('inativa', 'ativa', 'arquivada')),
  criada_em    timestamptz NOT NULL,
  alterada_em  timestamptz NOT NULL,
  mudou        boolean NOT NULL DEFAULT false, -- since the last night was opened; not by a clock, which commits overtake
  PRIMARY KEY (empresa_id, id)
);

-- Rule r07: one position per day and kind.
CREATE TABLE regua.posicao (
  empresa_id uuid NOT NULL,
  id         uuid NOT NULL,
  regua_id   uuid NOT NULL,
  gatilho    text NOT NULL CHECK (gatilho IN ('lembrete', 'cobranca')),
  dias       integer NOT NULL CHECK (dias BETWEEN 0 AND 3650),
  PRIMARY KEY (empresa_id, id),
  CONSTRAINT posicao_dia_unico UNIQUE (empresa_id, regua_id, gatilho, dias),
  FOREIGN KEY (empresa_id, regua_id) REFERENCES regua.regua
);

-- A text is never changed in place: an action points to another one, history keeps what was sent (rule r13).
CREATE TABLE regua.conteudo (
  empresa_id uuid NOT NULL,
  id         uuid NOT NULL,
  canal      text NOT NULL,
  assunto    text,
  corpo      text NOT NULL,
  PRIMARY KEY (empresa_id, id)
);

CREATE TABLE regua.acao (
  empresa_id  uuid NOT NULL,
  id          uuid NOT NULL,
  posicao_id  uuid NOT NULL,
  ordem       smallint NOT NULL,
  canal       text NOT NULL CHECK (canal IN ('email', 'sms', 'carta', 'enriquecimento', 'negativacao')),
  conteudo_id uuid,
  PRIMARY KEY (empresa_id, id),
  FOREIGN KEY (empresa_id, posicao_id) REFERENCES regua.posicao,
  FOREIGN KEY (empresa_id, conteudo_id) REFERENCES regua.conteudo
);
CREATE INDEX acao_posicao ON regua.acao (empresa_id, posicao_id);

CREATE TABLE regua.inscricao (
  empresa_id   uuid NOT NULL,
  id           uuid NOT NULL,
  regua_id     uuid NOT NULL,
  devedor_id   uuid NOT NULL,
  estado       text NOT NULL CHECK (estado IN ('andando', 'final', 'encerrada')),
  entrada      date NOT NULL,
  ciclo        integer NOT NULL,
  ancora       date,
  proxima_id   uuid,
  final_em     date,
  encerrada_em date,
  motivo       text,
  titulos      uuid[] NOT NULL,
  PRIMARY KEY (empresa_id, id),
  CHECK ((estado = 'andando') = (ancora IS NOT NULL AND proxima_id IS NOT NULL)),
  CHECK ((estado = 'final') <= (final_em IS NOT NULL)),
  CHECK ((estado = 'encerrada') = (encerrada_em IS NOT NULL AND motivo IS NOT NULL))
);
-- Live at most once per debtor and regua.
CREATE UNIQUE INDEX inscricao_viva ON regua.inscricao (empresa_id, devedor_id, regua_id) WHERE estado <> 'encerrada';

CREATE INDEX inscricao_devedor ON regua.inscricao (empresa_id, devedor_id);

-- Rule l05/l07: a titulo is reminded by an action at most once.
CREATE TABLE regua.lembrete (
  empresa_id  uuid NOT NULL,
  titulo_id   uuid NOT NULL,
  acao_id     uuid NOT NULL,
  execucao_id uuid NOT NULL,
  data        date NOT NULL,
  PRIMARY KEY (empresa_id, titulo_id, acao_id)
);

-- The next date on which something can happen to a debtor; -infinity = changed since the last night, null = nothing.
-- Narrow and alone because it is what a night updates for everybody it touches.
CREATE TABLE regua.agenda (
  empresa_id uuid NOT NULL,
  devedor_id uuid NOT NULL,
  proxima    date,
  PRIMARY KEY (empresa_id, devedor_id)
) WITH (fillfactor = 70);
CREATE INDEX agenda_proxima ON regua.agenda (empresa_id, proxima, devedor_id) WHERE proxima IS NOT NULL;

-- Rules g01, g07: one night per company and date.
CREATE TABLE regua.noite (
  empresa_id   uuid NOT NULL,
  id           uuid NOT NULL,
  data         date NOT NULL,
  estado       text NOT NULL DEFAULT 'andando' CHECK (estado IN ('andando', 'concluida')),
  devedores    bigint NOT NULL DEFAULT 0,
  acoes        bigint NOT NULL DEFAULT 0,
  iniciada_em  timestamptz NOT NULL,
  concluida_em timestamptz,
  PRIMARY KEY (empresa_id, id),
  CONSTRAINT noite_data_unica UNIQUE (empresa_id, data)
);
CREATE INDEX noite_andando ON regua.noite (iniciada_em) WHERE estado = 'andando';

DO $$
DECLARE tabela text;
BEGIN
  FOREACH tabela IN ARRAY ARRAY['regua', 'posicao', 'conteudo', 'acao', 'inscricao', 'lembrete', 'agenda', 'noite'] LOOP
    EXECUTE format('ALTER TABLE regua.%I ENABLE ROW LEVEL SECURITY', tabela);
    EXECUTE format('CREATE POLICY da_empresa ON regua.%I USING (empresa_id = cadastro.empresa_atual()) '
                   'WITH CHECK (empresa_id = cadastro.empresa_atual())', tabela);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA regua TO cobranca_regua;

-- Whoever changes a fact of a debtor calls this in the same transaction: it is what makes the incremental night
-- complete. In order of devedor_id, as the night locks them.
CREATE FUNCTION regua.marcar(p_devedores uuid[]) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    INSERT INTO regua.agenda (empresa_id, devedor_id, proxima)
    SELECT cadastro.empresa_atual(), m.d, '-infinity' FROM (SELECT DISTINCT d FROM unnest(p_devedores) d ORDER BY d) m
    ON CONFLICT (empresa_id, devedor_id) DO UPDATE SET proxima = '-infinity'
      WHERE agenda.proxima IS DISTINCT FROM '-infinity'
  $$;

-- The same for every debtor of the company: its reguas or its calendar rule changed. In the same order.
CREATE FUNCTION regua.marcar_todos() RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    UPDATE regua.agenda a SET proxima = '-infinity'
      FROM (SELECT x.devedor_id FROM regua.agenda x
             WHERE x.empresa_id = cadastro.empresa_atual() AND x.proxima IS DISTINCT FROM '-infinity'
             ORDER BY x.devedor_id FOR UPDATE) m
     WHERE a.empresa_id = cadastro.empresa_atual() AND a.devedor_id = m.devedor_id
  $$;

-- Nights under way of every company: any engine may help with any of them.
CREATE FUNCTION regua.noites_andando() RETURNS TABLE (empresa_id uuid, noite_id uuid, data date)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$ SELECT n.empresa_id, n.id, n.data FROM regua.noite n WHERE n.estado = 'andando' ORDER BY n.iniciada_em $$;

CREATE VIEW regua.v_conteudo WITH (security_barrier) AS
  SELECT empresa_id, id, canal, assunto, corpo FROM regua.conteudo WHERE empresa_id = cadastro.empresa_atual();
CREATE VIEW regua.v_regua WITH (security_barrier) AS
  SELECT empresa_id, id, estado FROM regua.regua WHERE empresa_id = cadastro.empresa_atual();
GRANT SELECT ON regua.v_conteudo, regua.v_regua TO cobranca_disparo;

REVOKE ALL ON FUNCTION regua.marcar, regua.marcar_todos, regua.noites_andando FROM PUBLIC;
GRANT EXECUTE ON FUNCTION regua.marcar, regua.marcar_todos TO cobranca_titulos;
GRANT EXECUTE ON FUNCTION regua.marcar_todos TO cobranca_regua;
GRANT EXECUTE ON FUNCTION regua.noites_andando TO cobranca_regua;
