-- Files of títulos: how their columns are read, their bytes, how far each one is, what was refused of it.

CREATE TABLE cadastro.mapeamento (
  empresa_id    uuid NOT NULL REFERENCES cadastro.empresa,
  nome          text NOT NULL CHECK (length(nome) BETWEEN 1 AND 60),
  regras        jsonb NOT NULL,
  atualizado_em timestamptz NOT NULL,
  PRIMARY KEY (empresa_id, nome)
);

-- A file as it came, a part a row. An import is there once its file has arrived whole: parts without one are of a
-- connection that was cut, and are swept by their age. A CSV is not worth compressing twice: the log does it.
CREATE TABLE cadastro.importacao_parte (
  empresa_id    uuid NOT NULL REFERENCES cadastro.empresa,
  importacao_id uuid NOT NULL,
  numero        integer NOT NULL,
  bytes         bytea NOT NULL,
  recebida_em   timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (empresa_id, importacao_id, numero)
);
ALTER TABLE cadastro.importacao_parte ALTER bytes SET STORAGE EXTERNAL;

-- `posicao`: everything up to this line is stored. `linhas` and what follows from reading the keys of the whole file is
-- null until that is done, before anything is stored. `tentativas` fences off whoever lost the lease; `sem_avanco` counts
-- those that got nowhere.
CREATE TABLE cadastro.importacao (
  empresa_id    uuid NOT NULL REFERENCES cadastro.empresa,
  id            uuid NOT NULL,
  formato       text NOT NULL CHECK (formato IN ('csv', 'ndjson', 'xlsx')),
  modo          text NOT NULL CHECK (modo IN ('parcial', 'completo')),
  simular       boolean NOT NULL,
  limite        smallint NOT NULL CHECK (limite BETWEEN 0 AND 100),
  mapeamento    text,
  regras        jsonb NOT NULL,
  autor         uuid NOT NULL, -- the API key that posted it
  bytes         bigint NOT NULL,
  estado        text NOT NULL DEFAULT 'pendente'
                CHECK (estado IN ('pendente', 'processando', 'aguardando_confirmacao', 'concluida', 'falhou', 'cancelada')),
  linhas        bigint,
  sem_chave     bigint,
  abertos       bigint,
  a_cancelar    bigint,
  posicao       bigint NOT NULL DEFAULT 0,
  criados       bigint NOT NULL DEFAULT 0,
  atualizados   bigint NOT NULL DEFAULT 0,
  inalterados   bigint NOT NULL DEFAULT 0,
  recusados     bigint NOT NULL DEFAULT 0,
  repetidos     bigint NOT NULL DEFAULT 0,
  cancelados    bigint NOT NULL DEFAULT 0,
  erro          text,
  tentativas    smallint NOT NULL DEFAULT 0,
  sem_avanco    smallint NOT NULL DEFAULT 0,
  lease_ate     timestamptz,
  criada_em     timestamptz NOT NULL,
  confirmada_em timestamptz,
  concluida_em  timestamptz,
  PRIMARY KEY (empresa_id, id)
);
CREATE INDEX importacao_por_fazer ON cadastro.importacao (empresa_id, id) WHERE estado IN ('pendente', 'processando');

-- Why a line was refused, or that a later one with the same key stands. `ordem` tells the reasons of one line apart.
CREATE TABLE cadastro.importacao_erro (
  empresa_id        uuid NOT NULL,
  importacao_id     uuid NOT NULL,
  linha             bigint NOT NULL,
  ordem             smallint NOT NULL,
  codigo_integracao text,
  campo             text,
  codigo            text NOT NULL,
  motivo            text NOT NULL,
  PRIMARY KEY (empresa_id, importacao_id, linha, ordem),
  FOREIGN KEY (empresa_id, importacao_id) REFERENCES cadastro.importacao ON DELETE CASCADE
);

-- Open títulos that a full file does not have.
CREATE TABLE cadastro.importacao_ausente (
  empresa_id    uuid NOT NULL,
  importacao_id uuid NOT NULL,
  titulo_id     uuid NOT NULL,
  PRIMARY KEY (empresa_id, importacao_id, titulo_id),
  FOREIGN KEY (empresa_id, importacao_id) REFERENCES cadastro.importacao ON DELETE CASCADE
);

DO $$
DECLARE tabela text;
BEGIN
  FOREACH tabela IN ARRAY ARRAY['mapeamento', 'importacao_parte', 'importacao', 'importacao_erro', 'importacao_ausente'] LOOP
    EXECUTE format('ALTER TABLE cadastro.%I ENABLE ROW LEVEL SECURITY', tabela);
    EXECUTE format('CREATE POLICY da_empresa ON cadastro.%I USING (empresa_id = cadastro.empresa_atual()) '
                   'WITH CHECK (empresa_id = cadastro.empresa_atual())', tabela);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON cadastro.%I TO cobranca_titulos', tabela);
  END LOOP;
END $$;

-- Files to work on, of every company: of each the oldest only, because files of one company are taken in the order in
-- which they came.
CREATE FUNCTION cadastro.importacoes_por_fazer() RETURNS TABLE (empresa_id uuid, id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT p.empresa_id, p.id FROM (
      SELECT DISTINCT ON (i.empresa_id) i.empresa_id, i.id, i.estado, i.lease_ate, i.criada_em FROM cadastro.importacao i
       WHERE i.estado IN ('pendente', 'processando') ORDER BY i.empresa_id, i.id) p
     WHERE p.estado = 'pendente' OR p.lease_ate < clock_timestamp() ORDER BY p.criada_em
  $$;

-- Parts of files that never arrived whole, and of those that are done with. By the database's own clock: that of a sandbox
-- stands still.
CREATE FUNCTION cadastro.varrer_partes(p_espera interval) RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH fora AS (
      DELETE FROM cadastro.importacao_parte p
       WHERE p.recebida_em < clock_timestamp() - p_espera AND NOT EXISTS (
         SELECT FROM cadastro.importacao i WHERE i.empresa_id = p.empresa_id AND i.id = p.importacao_id
            AND i.estado IN ('pendente', 'processando', 'aguardando_confirmacao'))
      RETURNING 1)
    SELECT count(*) FROM fora
  $$;

REVOKE ALL ON FUNCTION cadastro.importacoes_por_fazer, cadastro.varrer_partes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cadastro.importacoes_por_fazer, cadastro.varrer_partes TO cobranca_titulos;
