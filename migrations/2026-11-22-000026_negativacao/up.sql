-- Negativação: accounts at bureaus, entries, the files that go to a bureau and those that come back.

-- An account of a creditor at a bureau. No secret is in it: where one is needed, it is in the environment of the process.
CREATE TABLE disparo.credencial (
  empresa_id    uuid NOT NULL,
  id            uuid NOT NULL,
  credor_id     uuid,                -- null: the company itself
  bureau        text NOT NULL CHECK (bureau IN ('pefin', 'spc', 'http')),
  conta         text NOT NULL,       -- JSON, as the bureau's adapter reads it
  informante    text NOT NULL,       -- whose remessas the bureau counts as one row
  dias_minimos  integer NOT NULL CHECK (dias_minimos BETWEEN 1 AND 1800),
  valor_minimo  bigint NOT NULL CHECK (valor_minimo >= 0),
  ufs_vedadas   text[] NOT NULL DEFAULT '{}',
  ativa         boolean NOT NULL DEFAULT true,
  sequencia     integer NOT NULL DEFAULT 0 CHECK (sequencia BETWEEN 0 AND 999999), -- of its last remessa
  criada_em     timestamptz NOT NULL,
  atualizada_em timestamptz NOT NULL,
  versao        integer NOT NULL DEFAULT 1,
  PRIMARY KEY (empresa_id, id)
);
CREATE UNIQUE INDEX credencial_unica ON disparo.credencial (empresa_id, bureau, credor_id) NULLS NOT DISTINCT WHERE ativa;
CREATE INDEX credencial_informante ON disparo.credencial (empresa_id, bureau, informante, id);

-- A file for a bureau. It has its number and its lines from the moment it is a row: however often its bytes have to be made, they
-- are the same ones.
CREATE TABLE disparo.remessa (
  empresa_id    uuid NOT NULL,
  id            uuid NOT NULL,
  credencial_id uuid NOT NULL,
  sequencia     integer NOT NULL CHECK (sequencia > 0),
  data          date NOT NULL,
  registros     integer NOT NULL CHECK (registros > 0),
  arquivo_id    uuid NOT NULL,
  criada_em     timestamptz NOT NULL,
  respondida_em timestamptz,
  PRIMARY KEY (empresa_id, id),
  UNIQUE (empresa_id, credencial_id, sequencia),
  UNIQUE (empresa_id, arquivo_id),
  FOREIGN KEY (empresa_id, credencial_id) REFERENCES disparo.credencial,
  FOREIGN KEY (empresa_id, arquivo_id) REFERENCES disparo.arquivo
);

-- An entry: one título at one bureau. `remessa_id` is the file that its inclusion is in, `remessa_baixa_id` the last one that its
-- exclusion is in, with its place among the lines.
CREATE TABLE disparo.negativacao (
  empresa_id       uuid NOT NULL,
  id               uuid NOT NULL,
  execucao_id      uuid NOT NULL,
  devedor_id       uuid NOT NULL,
  titulo_id        uuid NOT NULL,
  credor_id        uuid,
  credencial_id    uuid NOT NULL,
  bureau           text NOT NULL CHECK (bureau IN ('pefin', 'spc', 'http')),
  situacao         text NOT NULL DEFAULT 'solicitada' CHECK (situacao IN
                   ('solicitada', 'enviada', 'aceita', 'incluida', 'baixa_solicitada', 'baixa_enviada', 'baixada',
                    'baixada_pelo_bureau', 'rejeitada', 'cancelada')),
  pendencia        text NOT NULL,        -- JSON: the debt as the bureau is told of it, the same when it is taken off
  documento        text NOT NULL,        -- the three by which a bureau knows it
  contrato         text NOT NULL,
  vencimento       date NOT NULL,
  valor            bigint NOT NULL,
  solicitada_em    timestamptz NOT NULL,
  parada           boolean NOT NULL DEFAULT false, -- its título says to wait: it is in nobody's way
  remessa_id       uuid,
  registro         integer,
  enviada_em       timestamptz,
  aceita_em        timestamptz,
  publica_em       date,
  incluida_em      timestamptz,
  codigos          integer[] NOT NULL DEFAULT '{}', -- of the bureau's last word
  motivo_baixa     text CHECK (motivo_baixa IN
                   ('pagamento', 'acordo', 'solicitacao', 'ordem_judicial', 'carta_devolvida', 'decurso')),
  base_baixa       date,                 -- from which the deadline counts
  limite_baixa     date,
  baixa_pedida_em  timestamptz,
  remessa_baixa_id uuid,
  registro_baixa   integer,
  baixa_enviada_em timestamptz,
  terminou_em      timestamptz,
  mudou_em         timestamptz NOT NULL, -- the last step, in business time
  passos           integer NOT NULL DEFAULT 0,
  esperando_desde  timestamptz NOT NULL DEFAULT clock_timestamp(), -- by the database's own clock, for who waits for company
  tentativas       integer NOT NULL DEFAULT 0, -- how often its exclusion was handed over
  PRIMARY KEY (empresa_id, id),
  FOREIGN KEY (empresa_id, execucao_id) REFERENCES disparo.execucao,
  FOREIGN KEY (empresa_id, credencial_id) REFERENCES disparo.credencial,
  FOREIGN KEY (empresa_id, remessa_id) REFERENCES disparo.remessa,
  FOREIGN KEY (empresa_id, remessa_baixa_id) REFERENCES disparo.remessa,
  CHECK ((remessa_id IS NULL) = (registro IS NULL)),
  CHECK ((remessa_baixa_id IS NULL) = (registro_baixa IS NULL)),
  CHECK ((motivo_baixa IS NULL) = (baixa_pedida_em IS NULL) AND (motivo_baixa IS NULL) = (limite_baixa IS NULL)),
  CHECK (situacao NOT IN ('baixa_solicitada', 'baixa_enviada', 'baixada', 'cancelada') OR motivo_baixa IS NOT NULL),
  CHECK (situacao NOT IN ('enviada', 'aceita', 'incluida') OR enviada_em IS NOT NULL),
  CHECK ((situacao IN ('baixada', 'baixada_pelo_bureau', 'rejeitada', 'cancelada')) = (terminou_em IS NOT NULL))
);
-- Rule G24: a título has one entry at a bureau at a time.
CREATE UNIQUE INDEX negativacao_viva ON disparo.negativacao (empresa_id, titulo_id, bureau) WHERE terminou_em IS NULL;
CREATE INDEX negativacao_andando ON disparo.negativacao (empresa_id, id) WHERE terminou_em IS NULL;
-- What a look may find due: what nobody carried yet, what a term makes public, what gets too old.
CREATE INDEX negativacao_solicitada ON disparo.negativacao (empresa_id, id) WHERE situacao = 'solicitada';
CREATE INDEX negativacao_a_publicar ON disparo.negativacao (empresa_id, publica_em) WHERE situacao = 'aceita';
CREATE INDEX negativacao_a_decorrer ON disparo.negativacao (empresa_id, vencimento)
  WHERE situacao IN ('enviada', 'aceita', 'incluida');
CREATE INDEX negativacao_por_sair ON disparo.negativacao (empresa_id, credencial_id, situacao, id)
  WHERE situacao IN ('solicitada', 'baixa_solicitada');
CREATE INDEX negativacao_lista ON disparo.negativacao (empresa_id, solicitada_em, id);
CREATE INDEX negativacao_devedor ON disparo.negativacao (empresa_id, devedor_id, solicitada_em);
CREATE INDEX negativacao_titulo ON disparo.negativacao (empresa_id, titulo_id);
CREATE INDEX negativacao_na_remessa ON disparo.negativacao (empresa_id, remessa_id, registro) WHERE remessa_id IS NOT NULL;
CREATE INDEX negativacao_na_baixa ON disparo.negativacao (empresa_id, remessa_baixa_id, registro_baixa)
  WHERE remessa_baixa_id IS NOT NULL;
CREATE INDEX negativacao_chave ON disparo.negativacao (empresa_id, credencial_id, documento, contrato);
CREATE INDEX negativacao_prazos ON disparo.negativacao (empresa_id, limite_baixa, id) WHERE limite_baixa IS NOT NULL;

-- Títulos with an entry under way that changed, until somebody has looked at what that does to it. A change only ever adds a row,
-- and so waits for nobody.
CREATE TABLE disparo.titulo_mudado (
  empresa_id uuid NOT NULL,
  id         bigint GENERATED ALWAYS AS IDENTITY,
  titulo_id  uuid NOT NULL,
  PRIMARY KEY (empresa_id, id)
);

-- A file that came back, once.
CREATE TABLE disparo.retorno (
  empresa_id    uuid NOT NULL,
  id            uuid NOT NULL,
  sha256        text NOT NULL,
  remessa_id    uuid NOT NULL,
  recebido_em   timestamptz NOT NULL,
  autor         uuid DEFAULT NULLIF(current_setting('app.autor', true), '')::uuid,
  linhas        integer NOT NULL,
  aceitas       integer NOT NULL,
  rejeitadas    integer NOT NULL,
  baixadas      integer NOT NULL,
  baixas_recusadas integer NOT NULL,
  pelo_bureau   integer NOT NULL,
  sem_efeito    integer NOT NULL,
  desconhecidas integer NOT NULL,
  PRIMARY KEY (empresa_id, id),
  UNIQUE (empresa_id, sha256),
  FOREIGN KEY (empresa_id, remessa_id) REFERENCES disparo.remessa
);

-- What was taken off does not come on again: every step is one of domain::negativacao, whoever asks for another.
CREATE FUNCTION disparo.dar_passo_de_negativacao() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
  AS $$
  BEGIN
    IF (OLD.situacao, NEW.situacao) NOT IN (
        ('solicitada', 'enviada'), ('solicitada', 'cancelada'),
        ('enviada', 'aceita'), ('enviada', 'rejeitada'), ('enviada', 'baixa_solicitada'), ('enviada', 'baixada_pelo_bureau'),
        ('aceita', 'incluida'), ('aceita', 'baixa_solicitada'), ('aceita', 'baixada_pelo_bureau'),
        ('incluida', 'baixa_solicitada'), ('incluida', 'baixada_pelo_bureau'),
        ('baixa_solicitada', 'baixa_enviada'), ('baixa_solicitada', 'baixada'), ('baixa_solicitada', 'rejeitada'),
        ('baixa_solicitada', 'baixada_pelo_bureau'),
        ('baixa_enviada', 'baixa_solicitada'), ('baixa_enviada', 'baixada'), ('baixa_enviada', 'rejeitada'),
        ('baixa_enviada', 'baixada_pelo_bureau')) THEN
      RAISE EXCEPTION 'a negativação não vai de % a %', OLD.situacao, NEW.situacao
        USING ERRCODE = 'check_violation', CONSTRAINT = 'negativacao_passo';
    END IF;
    NEW.passos := OLD.passos + 1;
    NEW.esperando_desde := clock_timestamp();
    RETURN NEW;
  END $$;
CREATE TRIGGER passo BEFORE UPDATE OF situacao ON disparo.negativacao FOR EACH ROW
  WHEN (OLD.situacao <> NEW.situacao) EXECUTE FUNCTION disparo.dar_passo_de_negativacao();

-- Every step is in the debtor's timeline.
CREATE FUNCTION disparo.contar_negativacao() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
  AS $$
  BEGIN
    INSERT INTO disparo.acontecimento (empresa_id, devedor_id, em, ordem, chave, tipo, dados)
    VALUES (NEW.empresa_id, NEW.devedor_id, NEW.mudou_em, 75, NEW.id || ':' || lpad(NEW.passos::text, 6, '0'), 'negativacao',
            jsonb_build_object('negativacao', jsonb_build_object('id', NEW.id, 'titulo_id', NEW.titulo_id, 'bureau', NEW.bureau,
              'situacao', NEW.situacao, 'motivo_baixa', NEW.motivo_baixa, 'codigos', NEW.codigos,
              'valor', (NEW.valor / 100.0)::numeric(14, 2)::text)))
    ON CONFLICT DO NOTHING;
    RETURN NULL;
  END $$;
CREATE TRIGGER contar_nova AFTER INSERT ON disparo.negativacao FOR EACH ROW EXECUTE FUNCTION disparo.contar_negativacao();
CREATE TRIGGER contar_passo AFTER UPDATE OF situacao ON disparo.negativacao FOR EACH ROW
  WHEN (OLD.situacao <> NEW.situacao) EXECUTE FUNCTION disparo.contar_negativacao();

DO $$
DECLARE tabela text;
BEGIN
  FOREACH tabela IN ARRAY ARRAY['credencial', 'remessa', 'negativacao', 'titulo_mudado', 'retorno'] LOOP
    EXECUTE format('ALTER TABLE disparo.%I ENABLE ROW LEVEL SECURITY', tabela);
    EXECUTE format('CREATE POLICY da_empresa ON disparo.%I USING (empresa_id = cadastro.empresa_atual()) '
                   'WITH CHECK (empresa_id = cadastro.empresa_atual())', tabela);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON disparo.credencial, disparo.remessa, disparo.negativacao TO cobranca_disparo;
GRANT SELECT, INSERT ON disparo.retorno TO cobranca_disparo;
GRANT SELECT, UPDATE, DELETE ON disparo.titulo_mudado TO cobranca_disparo;

-- Companies with entries that are under way, or with a file that nobody is making any more. By leaps through the index.
CREATE FUNCTION disparo.empresas_com_negativacoes() RETURNS SETOF uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH RECURSIVE saltos AS (
      (SELECT n.empresa_id FROM disparo.negativacao n WHERE n.terminou_em IS NULL ORDER BY n.empresa_id LIMIT 1)
       UNION ALL
      SELECT p.empresa_id FROM saltos s CROSS JOIN LATERAL (
        SELECT n.empresa_id FROM disparo.negativacao n WHERE n.terminou_em IS NULL AND n.empresa_id > s.empresa_id
         ORDER BY n.empresa_id LIMIT 1) p)
    SELECT empresa_id FROM saltos
     UNION
    SELECT a.empresa_id FROM disparo.arquivo a
     WHERE a.tipo = 'remessas' AND a.estado = 'gerando' AND a.lease_ate < clock_timestamp()
  $$;

-- Rules G20, G21: what of a título says that its entry has to come off, or may go on, tells so by itself, in the transaction that
-- changes it. An entry that is asked for meanwhile is looked at until somebody carries it, and its título is held then.
CREATE FUNCTION disparo.anotar_titulos() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  BEGIN
    IF EXISTS (SELECT FROM disparo.negativacao WHERE terminou_em IS NULL) THEN
      INSERT INTO disparo.titulo_mudado (empresa_id, titulo_id)
      SELECT t.empresa_id, t.id FROM novos t JOIN velhos v ON v.empresa_id = t.empresa_id AND v.id = t.id
       WHERE (t.status, t.devedor_id, t.credor_id, t.vencimento, t.negociacao_id)
             IS DISTINCT FROM (v.status, v.devedor_id, v.credor_id, v.vencimento, v.negociacao_id)
         AND EXISTS (SELECT FROM disparo.negativacao n
                      WHERE n.empresa_id = t.empresa_id AND n.titulo_id = t.id AND n.terminou_em IS NULL);
    END IF;
    RETURN NULL;
  END $$;
CREATE TRIGGER negativacao_do_titulo AFTER UPDATE ON cadastro.titulo REFERENCING OLD TABLE AS velhos NEW TABLE AS novos
  FOR EACH STATEMENT EXECUTE FUNCTION disparo.anotar_titulos();

CREATE FUNCTION disparo.anotar_acordo() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  BEGIN
    INSERT INTO disparo.titulo_mudado (empresa_id, titulo_id)
    SELECT o.empresa_id, o.titulo_id FROM cadastro.negociacao_titulo o
     WHERE o.empresa_id = NEW.empresa_id AND o.negociacao_id = NEW.id
       AND EXISTS (SELECT FROM disparo.negativacao n
                    WHERE n.empresa_id = o.empresa_id AND n.titulo_id = o.titulo_id AND n.terminou_em IS NULL);
    RETURN NULL;
  END $$;
CREATE TRIGGER negativacao_do_acordo AFTER UPDATE OF estado ON cadastro.negociacao FOR EACH ROW
  WHEN (OLD.estado <> NEW.estado) EXECUTE FUNCTION disparo.anotar_acordo();

-- Rules G20, G21: what became of títulos that have an entry; the payment of one in an agreement is that of its first instalment.
CREATE FUNCTION cadastro.titulos_negativados(p_titulos uuid[])
  RETURNS TABLE (id uuid, devedor_id uuid, credor_id uuid, status text, confirmada boolean, vencimento date, saldo bigint, pago_em date)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT t.id, t.devedor_id, t.credor_id, t.status, coalesce(n.estado = 'confirmada', false), t.vencimento, t.saldo,
           CASE WHEN n.id IS NULL
             THEN (SELECT max(p.data) FROM cadastro.pagamento p
                    WHERE p.empresa_id = t.empresa_id AND p.titulo_id = t.id AND p.estornado_em IS NULL)
             ELSE (SELECT min(p.data) FROM cadastro.titulo i
                     JOIN cadastro.pagamento p ON p.empresa_id = i.empresa_id AND p.titulo_id = i.id
                    WHERE i.empresa_id = n.empresa_id AND i.acordo_id = n.id AND p.estornado_em IS NULL) END
      FROM cadastro.titulo t
      LEFT JOIN cadastro.negociacao n ON n.empresa_id = t.empresa_id AND n.id = t.negociacao_id
     WHERE t.empresa_id = cadastro.empresa_atual() AND t.id = ANY (p_titulos)
  $$;

-- Who informs a bureau: a creditor, which stays until the transaction ends, or the company itself (no creditor).
CREATE FUNCTION cadastro.segurar_informante(p_credor uuid) RETURNS TABLE (documento text)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  BEGIN
    IF p_credor IS NULL THEN
      RETURN QUERY SELECT e.documento FROM cadastro.empresa e WHERE e.id = cadastro.empresa_atual();
    ELSE
      RETURN QUERY SELECT c.documento FROM cadastro.credor c
                    WHERE c.empresa_id = cadastro.empresa_atual() AND c.id = p_credor FOR KEY SHARE;
    END IF;
  END $$;

-- Whether a creditor has an account at a bureau, and then is not deleted. By one that includes nothing any more entries still come
-- off.
CREATE FUNCTION disparo.usa_credor(p_credor uuid) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT EXISTS (SELECT FROM disparo.credencial c WHERE c.empresa_id = cadastro.empresa_atual() AND c.credor_id = p_credor)
  $$;

REVOKE ALL ON FUNCTION disparo.empresas_com_negativacoes, cadastro.titulos_negativados, cadastro.segurar_informante,
  disparo.usa_credor, disparo.dar_passo_de_negativacao, disparo.contar_negativacao, disparo.anotar_titulos, disparo.anotar_acordo
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION disparo.empresas_com_negativacoes, cadastro.titulos_negativados, cadastro.segurar_informante
  TO cobranca_disparo;
GRANT USAGE ON SCHEMA disparo TO cobranca_titulos;
GRANT EXECUTE ON FUNCTION disparo.usa_credor TO cobranca_titulos;
