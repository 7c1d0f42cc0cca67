-- Letters and files: what is to be printed, and everything that is downloaded.

-- A file. Its bytes are outside, under the name that its row says; a row without one holds nothing yet. Every attempt to make it
-- has a name of its own, so that one that lost its lease cannot write over the one that stands.
CREATE TABLE disparo.arquivo (
  empresa_id  uuid NOT NULL,
  id          uuid NOT NULL,
  tipo        text NOT NULL CHECK (tipo IN ('cartas', 'remessas', 'exportacoes', 'modelos', 'erros_importacao')),
  estado      text NOT NULL DEFAULT 'gerando' CHECK (estado IN ('gerando', 'pronto', 'vazio', 'expurgado')),
  nome        text NOT NULL,        -- as it is saved by whoever downloads it
  mime        text NOT NULL,
  data        date NOT NULL,        -- of the night, or of the day
  acao_id     uuid,                 -- what it is of, if of one action
  itens       bigint NOT NULL DEFAULT 0,
  paginas     integer,
  versao      integer NOT NULL DEFAULT 0, -- how often it was made
  lugar       text,
  tamanho     bigint,
  sha256      text,
  indice_nome    text,
  indice_lugar   text,
  indice_tamanho bigint,
  indice_sha256  text,
  criado_em   timestamptz NOT NULL,
  pronto_em   timestamptz,
  baixado_em  timestamptz,          -- the first time, itself and not its index alone
  impresso_em timestamptz,
  postado_em  timestamptz,
  expurgado_em timestamptz,
  a_retirar   integer NOT NULL DEFAULT 0, -- letters that are to be taken out by hand: they were downloaded before
  cerca       bigint NOT NULL,
  lease_ate   timestamptz,
  tentativas  integer NOT NULL DEFAULT 0, -- how often it was begun since it was last made
  PRIMARY KEY (empresa_id, id),
  CHECK ((estado = 'pronto') <= (lugar IS NOT NULL AND tamanho IS NOT NULL AND sha256 IS NOT NULL AND pronto_em IS NOT NULL)),
  CHECK ((estado = 'gerando') = (lease_ate IS NOT NULL)),
  CHECK ((indice_lugar IS NULL) = (indice_sha256 IS NULL)),
  CHECK (estado <> 'expurgado' OR (lugar IS NULL AND indice_lugar IS NULL AND expurgado_em IS NOT NULL)),
  CHECK (postado_em IS NULL OR impresso_em IS NOT NULL)
);
CREATE INDEX arquivo_lista ON disparo.arquivo (empresa_id, criado_em, id);
CREATE INDEX arquivo_gerando ON disparo.arquivo (lease_ate) WHERE estado = 'gerando';
CREATE INDEX arquivo_por_conferir ON disparo.arquivo (criado_em, empresa_id) WHERE tipo = 'cartas' AND estado = 'pronto' AND postado_em IS NULL;
CREATE INDEX arquivo_guardado ON disparo.arquivo (criado_em) WHERE estado IN ('pronto', 'vazio');

-- Rule c02: who fetched what, and when.
CREATE TABLE disparo.arquivo_baixado (
  empresa_id uuid NOT NULL,
  arquivo_id uuid NOT NULL,
  id         uuid NOT NULL DEFAULT gen_random_uuid(),
  em         timestamptz NOT NULL,
  peca       text NOT NULL CHECK (peca IN ('conteudo', 'indice')),
  versao     integer NOT NULL,
  autor      uuid NOT NULL DEFAULT NULLIF(current_setting('app.autor', true), '')::uuid,
  PRIMARY KEY (empresa_id, arquivo_id, id),
  FOREIGN KEY (empresa_id, arquivo_id) REFERENCES disparo.arquivo
);

-- A letter, composed at the fence of its execution and written with its result. What it says is kept as data: whoever prints
-- it decides how it looks.
CREATE TABLE disparo.carta (
  empresa_id       uuid NOT NULL,
  id               uuid NOT NULL, -- the execution
  devedor_id       uuid NOT NULL,
  acao_id          uuid NOT NULL,
  data             date NOT NULL,
  nome             text NOT NULL,
  endereco         text NOT NULL, -- JSON
  cep              text NOT NULL,
  corpo            text NOT NULL, -- JSON
  identificacao    text NOT NULL, -- who demands, as the law wants it at the foot (CDC 42-A)
  titulos          uuid[] NOT NULL,
  saldos           bigint[] NOT NULL, -- what it demands of each
  vencimentos      date[] NOT NULL,
  montada_em       timestamptz NOT NULL,
  criada_em        timestamptz NOT NULL DEFAULT clock_timestamp(), -- by the database's own clock, for who waits
  arquivo_id       uuid,
  sequencia        integer,
  pagina           integer,
  paginas          integer,
  ilegiveis        integer NOT NULL DEFAULT 0, -- characters that no font of ours has
  retirada_em      timestamptz,
  retirada_motivo  text,
  devolvida_em     timestamptz,
  devolvida_motivo text CHECK (devolvida_motivo IN ('mudou_se', 'endereco_insuficiente', 'nao_existe_numero', 'desconhecido',
                                                    'recusado', 'nao_procurado', 'ausente', 'falecido')),
  PRIMARY KEY (empresa_id, id),
  FOREIGN KEY (empresa_id, id) REFERENCES disparo.execucao,
  FOREIGN KEY (empresa_id, arquivo_id) REFERENCES disparo.arquivo,
  CHECK (cardinality(saldos) = cardinality(titulos) AND cardinality(vencimentos) = cardinality(titulos)),
  CHECK ((retirada_em IS NULL) = (retirada_motivo IS NULL)),
  CHECK ((devolvida_em IS NULL) = (devolvida_motivo IS NULL))
);
-- Letters that are in no file.
CREATE INDEX carta_sem_arquivo ON disparo.carta (empresa_id, data, acao_id) WHERE arquivo_id IS NULL AND retirada_em IS NULL;
CREATE INDEX carta_do_arquivo ON disparo.carta (empresa_id, arquivo_id, sequencia);
-- Letters that may still come.
CREATE INDEX execucao_carta_a_caminho ON disparo.execucao (empresa_id, data, acao_id)
  WHERE canal = 'carta' AND estado IN ('pendente', 'enfileirada', 'enviando');

-- What happened to a debtor on the channels that are no message, as its timeline shows it.
CREATE TABLE disparo.acontecimento (
  empresa_id uuid NOT NULL,
  devedor_id uuid NOT NULL,
  em         timestamptz NOT NULL,
  ordem      smallint NOT NULL,
  chave      text COLLATE "C" NOT NULL,
  tipo       text NOT NULL,
  autor      uuid DEFAULT NULLIF(current_setting('app.autor', true), '')::uuid,
  dados      jsonb NOT NULL,
  PRIMARY KEY (empresa_id, devedor_id, em, ordem, chave)
);

DO $$
DECLARE tabela text;
BEGIN
  FOREACH tabela IN ARRAY ARRAY['arquivo', 'arquivo_baixado', 'carta', 'acontecimento'] LOOP
    EXECUTE format('ALTER TABLE disparo.%I ENABLE ROW LEVEL SECURITY', tabela);
    EXECUTE format('CREATE POLICY da_empresa ON disparo.%I USING (empresa_id = cadastro.empresa_atual()) '
                   'WITH CHECK (empresa_id = cadastro.empresa_atual())', tabela);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON disparo.arquivo, disparo.carta TO cobranca_disparo;
GRANT SELECT, INSERT ON disparo.arquivo_baixado, disparo.acontecimento TO cobranca_disparo;

-- Imports of which lines were refused, and those lines: the maker of files writes them out.
CREATE VIEW cadastro.v_importacao_recusada WITH (security_barrier) AS
  SELECT i.empresa_id, i.id, i.recusados, i.concluida_em FROM cadastro.importacao i
   WHERE i.empresa_id = cadastro.empresa_atual() AND i.estado = 'concluida' AND i.recusados > 0;
CREATE VIEW cadastro.v_importacao_erro WITH (security_barrier) AS
  SELECT e.empresa_id, e.importacao_id, e.linha, e.ordem, e.codigo_integracao, e.campo, e.codigo, e.motivo
    FROM cadastro.importacao_erro e WHERE e.empresa_id = cadastro.empresa_atual();
GRANT SELECT ON cadastro.v_importacao_recusada, cadastro.v_importacao_erro TO cobranca_disparo;

-- Companies with something to do about files: letters in no file, files that nobody is making any more, imports since p_desde whose
-- refused lines are in no file; asked for from time to time, also letters in files since then whose títulos may have changed, and files
-- from before p_antes, kept long enough.
CREATE FUNCTION disparo.empresas_com_arquivos(p_desde timestamptz, p_antes timestamptz, p_conferir boolean) RETURNS SETOF uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH RECURSIVE com_cartas AS ( -- by leaps through the index
      (SELECT c.empresa_id FROM disparo.carta c WHERE c.arquivo_id IS NULL AND c.retirada_em IS NULL ORDER BY c.empresa_id LIMIT 1)
       UNION ALL
      SELECT p.empresa_id FROM com_cartas a CROSS JOIN LATERAL (
        SELECT c.empresa_id FROM disparo.carta c
         WHERE c.arquivo_id IS NULL AND c.retirada_em IS NULL AND c.empresa_id > a.empresa_id
         ORDER BY c.empresa_id LIMIT 1) p)
    SELECT empresa_id FROM com_cartas
     UNION
    SELECT a.empresa_id FROM disparo.arquivo a WHERE a.estado = 'gerando' AND a.lease_ate < clock_timestamp()
     UNION
    SELECT a.empresa_id FROM disparo.arquivo a
     WHERE a.tipo = 'cartas' AND a.estado = 'pronto' AND a.postado_em IS NULL AND a.criado_em >= p_desde AND p_conferir
     UNION
    SELECT i.empresa_id FROM cadastro.importacao i
     WHERE i.estado = 'concluida' AND i.recusados > 0 AND i.concluida_em >= p_desde
       AND NOT EXISTS (SELECT FROM disparo.arquivo a WHERE a.empresa_id = i.empresa_id AND a.id = i.id)
     UNION
    SELECT a.empresa_id FROM disparo.arquivo a WHERE a.estado IN ('pronto', 'vazio') AND a.criado_em < p_antes AND p_conferir
  $$;

-- Rule c05: what títulos that letters name are now: a letter that demands anything else is out.
CREATE FUNCTION cadastro.titulos_das_cartas(p_titulos uuid[])
  RETURNS TABLE (id uuid, devedor_id uuid, status text, saldo bigint, vencimento date)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT t.id, t.devedor_id, t.status, t.saldo, t.vencimento FROM cadastro.titulo t
     WHERE t.empresa_id = cadastro.empresa_atual() AND t.id = ANY (p_titulos)
  $$;

-- Whether the night of a date is under way: what it decides comes a batch at a time.
CREATE FUNCTION regua.noite_andando(p_data date) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT EXISTS (SELECT FROM regua.noite n
                    WHERE n.empresa_id = cadastro.empresa_atual() AND n.data = p_data AND n.estado = 'andando')
  $$;

-- A timeline, of this.
CREATE FUNCTION disparo.linha_do_tempo_outras(
    p_devedor uuid, p_tipos text[], p_de timestamptz, p_ate timestamptz, p_em timestamptz, p_ordem smallint, p_chave text,
    p_recentes boolean, p_limite integer)
  RETURNS TABLE (em timestamptz, ordem smallint, chave text, tipo text, autor uuid, dados jsonb)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET jit = off
  AS $$
  DECLARE consulta text := $q$
    SELECT x.em, x.ordem, x.chave, x.tipo, x.autor, x.dados FROM disparo.acontecimento x
     WHERE ($2 IS NULL OR x.tipo = ANY ($2)) AND x.empresa_id = $9 AND x.devedor_id = $1
       AND x.em >= $3 AND x.em < $4 AND x.em @>= $5 AND (x.em, x.ordem, x.chave) @> ($5, $6, $7 COLLATE "C")
     ORDER BY x.em @ordem, x.ordem @ordem, x.chave @ordem LIMIT $8 $q$;
  BEGIN
    consulta := replace(replace(consulta, '@ordem', CASE WHEN p_recentes THEN 'DESC' ELSE 'ASC' END),
                        '@>', CASE WHEN p_recentes THEN '<' ELSE '>' END);
    RETURN QUERY EXECUTE consulta
      USING p_devedor, p_tipos, p_de, p_ate, p_em, p_ordem, p_chave, p_limite, cadastro.empresa_atual();
  END $$;

REVOKE ALL ON FUNCTION disparo.empresas_com_arquivos, cadastro.titulos_das_cartas, regua.noite_andando,
  disparo.linha_do_tempo_outras FROM PUBLIC;
GRANT EXECUTE ON FUNCTION disparo.empresas_com_arquivos, cadastro.titulos_das_cartas, regua.noite_andando,
  disparo.linha_do_tempo_outras TO cobranca_disparo;
