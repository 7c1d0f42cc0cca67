-- Sheets that say whom a batch is for (rules b03, b04).

-- A file that was read to its end, in the transaction that chose it. Each line that is not blank is accepted, repeated or refused;
-- desconhecidas are those of the refused that name nobody of the company.
CREATE TABLE lote.planilha (
  empresa_id    uuid NOT NULL,
  id            uuid NOT NULL,
  lote_id       uuid NOT NULL,
  nome          text,
  formato       text NOT NULL CHECK (formato IN ('csv', 'xlsx')),
  cabecalho     text[] NOT NULL,
  linhas        bigint NOT NULL,
  aceitas       bigint NOT NULL CHECK (aceitas >= 0),
  repetidas     bigint NOT NULL CHECK (repetidas >= 0),
  recusadas     bigint NOT NULL CHECK (recusadas >= 0),
  desconhecidas bigint NOT NULL CHECK (desconhecidas BETWEEN 0 AND recusadas),
  criada_em     timestamptz NOT NULL,
  autor         uuid DEFAULT NULLIF(current_setting('app.autor', true), '')::uuid,
  largada_em    timestamptz, -- a newer one took its place, or its batch was called off as a draft: nobody asks for its lines any more
  limpa_em      timestamptz, -- none of its lines is there any more
  PRIMARY KEY (empresa_id, id),
  CONSTRAINT planilha_largada CHECK (limpa_em IS NULL OR largada_em IS NOT NULL),
  CONSTRAINT planilha_contas CHECK (linhas = aceitas + repetidas + recusadas),
  CONSTRAINT planilha_lote FOREIGN KEY (empresa_id, lote_id) REFERENCES lote.acao_em_lote
);
CREATE INDEX planilha_do_lote ON lote.planilha (empresa_id, lote_id);
CREATE INDEX planilha_por_limpar ON lote.planilha (largada_em) WHERE largada_em IS NOT NULL AND limpa_em IS NULL;

-- Whom its lines name, each once, with the first line that did. No foreign keys, as lote.item has none: a million rows come by a
-- few statements, and would be looked up one by one.
CREATE TABLE lote.planilha_devedor (
  empresa_id  uuid NOT NULL,
  planilha_id uuid NOT NULL,
  devedor_id  uuid NOT NULL,
  linha       bigint NOT NULL,
  PRIMARY KEY (empresa_id, planilha_id, devedor_id)
);

-- The lines that name nobody, as they came, with why: to be corrected and sent again.
CREATE TABLE lote.planilha_recusada (
  empresa_id  uuid NOT NULL,
  planilha_id uuid NOT NULL,
  linha       bigint NOT NULL,
  celulas     jsonb NOT NULL, -- ["text", ...]
  erros       jsonb NOT NULL, -- [{"campo", "codigo", "detalhe"}, ...]
  PRIMARY KEY (empresa_id, planilha_id, linha)
);

DO $$
DECLARE tabela text;
BEGIN
  FOREACH tabela IN ARRAY ARRAY['planilha', 'planilha_devedor', 'planilha_recusada'] LOOP
    EXECUTE format('ALTER TABLE lote.%I ENABLE ROW LEVEL SECURITY', tabela);
    EXECUTE format('CREATE POLICY da_empresa ON lote.%I USING (empresa_id = cadastro.empresa_atual()) '
                   'WITH CHECK (empresa_id = cadastro.empresa_atual())', tabela);
  END LOOP;
END $$;
GRANT SELECT, INSERT, DELETE ON lote.planilha, lote.planilha_devedor, lote.planilha_recusada TO cobranca_lote;
GRANT UPDATE (largada_em, limpa_em) ON lote.planilha TO cobranca_lote;

-- Sheets, of every company, whose lines are to go.
CREATE FUNCTION lote.planilhas_por_limpar() RETURNS TABLE (empresa_id uuid, id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT p.empresa_id, p.id FROM lote.planilha p WHERE p.largada_em IS NOT NULL AND p.limpa_em IS NULL ORDER BY p.largada_em
  $$;
REVOKE ALL ON FUNCTION lote.planilhas_por_limpar FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lote.planilhas_por_limpar TO cobranca_lote;

ALTER TABLE lote.acao_em_lote
  ADD CONSTRAINT lote_planilha FOREIGN KEY (empresa_id, planilha_id) REFERENCES lote.planilha;
-- What is asked for before a sheet goes.
CREATE INDEX acao_em_lote_planilha ON lote.acao_em_lote (empresa_id, planilha_id) WHERE planilha_id IS NOT NULL;
