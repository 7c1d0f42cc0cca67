-- Schema of the service `titulos`: companies, keys, creditors, debtors, titulos.
-- Every table carries empresa_id first in its keys; row-level security by app.empresa, set per transaction.
-- Services connect as (or SET ROLE to) a role that owns nothing, so the policies always apply to them.

DO $$
DECLARE papel text;
BEGIN
  FOREACH papel IN ARRAY ARRAY['cobranca_titulos', 'cobranca_regua', 'cobranca_disparo'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOBYPASSRLS', papel);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- roles belong to the cluster, not to the database
    END;
    IF NOT pg_has_role(current_user, papel, 'MEMBER') THEN
      EXECUTE format('GRANT %I TO %I', papel, current_user);
    END IF;
  END LOOP;
END $$;

CREATE SCHEMA cadastro;
GRANT USAGE ON SCHEMA cadastro TO cobranca_titulos, cobranca_regua, cobranca_disparo;

-- The company of this transaction, or null. A committed SET LOCAL leaves '' behind, hence NULLIF.
CREATE FUNCTION cadastro.empresa_atual() RETURNS uuid
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN NULLIF(current_setting('app.empresa', true), '')::uuid;

CREATE TABLE cadastro.empresa (
  id                     uuid PRIMARY KEY,
  nome                   text NOT NULL,
  documento              text,
  fuso                   text NOT NULL DEFAULT 'America/Sao_Paulo',
  hora_noite             time NOT NULL DEFAULT '03:00',
  vencimento_em_dia_util boolean NOT NULL DEFAULT true,
  remetente_email        text NOT NULL,
  criada_em              timestamptz NOT NULL
);

-- Rule j01: when a channel may send. dias: bit 0 = Monday ... bit 6 = Sunday.
CREATE TABLE cadastro.janela (
  empresa_id uuid NOT NULL REFERENCES cadastro.empresa,
  canal      text NOT NULL CHECK (canal IN ('email', 'sms')),
  inicio     time NOT NULL,
  fim        time NOT NULL,
  dias       smallint NOT NULL CHECK (dias BETWEEN 1 AND 127),
  PRIMARY KEY (empresa_id, canal),
  CONSTRAINT janela_ordem CHECK (fim > inicio)
);

CREATE TABLE cadastro.chave_api (
  empresa_id  uuid NOT NULL REFERENCES cadastro.empresa,
  id          uuid NOT NULL UNIQUE,
  nome        text NOT NULL,
  hash        bytea NOT NULL,
  escopos     text[] NOT NULL,
  criada_em   timestamptz NOT NULL,
  expira_em   timestamptz,
  revogada_em timestamptz,
  PRIMARY KEY (empresa_id, id)
);

CREATE TABLE cadastro.credor (
  empresa_id        uuid NOT NULL REFERENCES cadastro.empresa,
  id                uuid NOT NULL,
  codigo_integracao text NOT NULL,
  nome              text NOT NULL,
  PRIMARY KEY (empresa_id, id),
  CONSTRAINT credor_codigo_unico UNIQUE (empresa_id, codigo_integracao)
);

-- Rule m01: one debtor per CPF/CNPJ in a company; without document, one per code.
CREATE TABLE cadastro.devedor (
  empresa_id    uuid NOT NULL REFERENCES cadastro.empresa,
  id            uuid NOT NULL,
  nome          text NOT NULL,
  documento     text,
  tipo_pessoa   text NOT NULL CHECK (tipo_pessoa IN ('fisica', 'juridica', 'isenta')),
  categoria     text,
  criado_em     timestamptz NOT NULL,
  atualizado_em timestamptz NOT NULL,
  PRIMARY KEY (empresa_id, id),
  CONSTRAINT devedor_documento_unico UNIQUE (empresa_id, documento),
  CHECK ((documento IS NULL) = (tipo_pessoa = 'isenta'))
);

CREATE TABLE cadastro.devedor_codigo (
  empresa_id        uuid NOT NULL,
  codigo_integracao text NOT NULL,
  devedor_id        uuid NOT NULL,
  CONSTRAINT devedor_codigo_unico PRIMARY KEY (empresa_id, codigo_integracao),
  FOREIGN KEY (empresa_id, devedor_id) REFERENCES cadastro.devedor
);
CREATE INDEX devedor_codigo_devedor ON cadastro.devedor_codigo (empresa_id, devedor_id);

-- Where a debtor is reached; ordem 0 is the preferred one (rule m11).
CREATE TABLE cadastro.meio_contato (
  empresa_id uuid NOT NULL,
  devedor_id uuid NOT NULL,
  tipo       text NOT NULL CHECK (tipo IN ('email', 'telefone')),
  valor      text NOT NULL,
  ordem      smallint NOT NULL,
  PRIMARY KEY (empresa_id, devedor_id, tipo, valor),
  FOREIGN KEY (empresa_id, devedor_id) REFERENCES cadastro.devedor
);

CREATE TABLE cadastro.titulo (
  empresa_id        uuid NOT NULL REFERENCES cadastro.empresa,
  id                uuid NOT NULL,
  codigo_integracao text NOT NULL,
  devedor_id        uuid NOT NULL,
  credor_id         uuid,
  numero            text NOT NULL,
  emissao           date,
  vencimento        date NOT NULL,
  valor             bigint NOT NULL CHECK (valor > 0),
  saldo             bigint NOT NULL CHECK (saldo >= 0),
  status            text NOT NULL DEFAULT 'aberto'
                    CHECK (status IN ('aberto', 'negociado', 'pago', 'cancelado', 'suspenso')),
  origem            text NOT NULL DEFAULT 'original' CHECK (origem IN ('original', 'acordo')),
  status_em         timestamptz NOT NULL,
  criado_em         timestamptz NOT NULL,
  atualizado_em     timestamptz NOT NULL,
  PRIMARY KEY (empresa_id, id),
  CONSTRAINT titulo_codigo_unico UNIQUE (empresa_id, codigo_integracao),
  FOREIGN KEY (empresa_id, devedor_id) REFERENCES cadastro.devedor,
  FOREIGN KEY (empresa_id, credor_id) REFERENCES cadastro.credor
);
CREATE INDEX titulo_devedor ON cadastro.titulo (empresa_id, devedor_id);

DO $$
DECLARE tabela text;
BEGIN
  ALTER TABLE cadastro.empresa ENABLE ROW LEVEL SECURITY;
  CREATE POLICY da_empresa ON cadastro.empresa
    USING (id = cadastro.empresa_atual()) WITH CHECK (id = cadastro.empresa_atual());
  FOREACH tabela IN ARRAY ARRAY['janela', 'chave_api', 'credor', 'devedor', 'devedor_codigo', 'meio_contato', 'titulo'] LOOP
    EXECUTE format('ALTER TABLE cadastro.%I ENABLE ROW LEVEL SECURITY', tabela);
    EXECUTE format('CREATE POLICY da_empresa ON cadastro.%I USING (empresa_id = cadastro.empresa_atual()) '
                   'WITH CHECK (empresa_id = cadastro.empresa_atual())', tabela);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA cadastro TO cobranca_titulos;

-- Authentication happens before the company is known, for every service.
CREATE FUNCTION cadastro.autenticar(p_chave uuid, p_agora timestamptz)
  RETURNS TABLE (empresa_id uuid, hash bytea, escopos text[])
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT c.empresa_id, c.hash, c.escopos FROM cadastro.chave_api c
     WHERE c.id = p_chave AND c.revogada_em IS NULL AND (c.expira_em IS NULL OR c.expira_em > p_agora)
  $$;

-- What the other services may read. A view runs with its owner's rights, so it carries the company itself,
-- behind a barrier: no function of a query sees a row before the company is checked.
CREATE VIEW cadastro.v_empresa WITH (security_barrier) AS
  SELECT id AS empresa_id, nome, fuso, hora_noite, vencimento_em_dia_util, remetente_email
    FROM cadastro.empresa WHERE id = cadastro.empresa_atual();
CREATE VIEW cadastro.v_janela WITH (security_barrier) AS
  SELECT empresa_id, canal, inicio, fim, dias FROM cadastro.janela WHERE empresa_id = cadastro.empresa_atual();
CREATE VIEW cadastro.v_titulo WITH (security_barrier) AS
  SELECT empresa_id, id, devedor_id, credor_id, vencimento, saldo, status, origem
    FROM cadastro.titulo WHERE empresa_id = cadastro.empresa_atual();
CREATE VIEW cadastro.v_devedor WITH (security_barrier) AS
  SELECT d.empresa_id, d.id, d.nome, d.documento, d.tipo_pessoa, d.categoria,
         (SELECT min(c.codigo_integracao) FROM cadastro.devedor_codigo c
           WHERE c.empresa_id = d.empresa_id AND c.devedor_id = d.id) AS codigo,
         (SELECT m.valor FROM cadastro.meio_contato m
           WHERE m.empresa_id = d.empresa_id AND m.devedor_id = d.id AND m.tipo = 'email'
           ORDER BY m.ordem, m.valor LIMIT 1) AS email
    FROM cadastro.devedor d WHERE d.empresa_id = cadastro.empresa_atual();
GRANT SELECT ON cadastro.v_empresa, cadastro.v_janela, cadastro.v_titulo, cadastro.v_devedor
  TO cobranca_titulos, cobranca_regua, cobranca_disparo;

-- Rule j03: the fence. Reads titulos for a message that is about to leave and holds them until the claim commits:
-- a payment being committed is waited for, a later one waits for the claim.
-- One that went to another debtor meanwhile is none of this message's business.
CREATE FUNCTION cadastro.titulos_na_cerca(p_devedor uuid, p_titulos uuid[])
  RETURNS TABLE (id uuid, numero text, vencimento date, valor bigint, saldo bigint, status text, origem text,
                 credor text)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT t.id, t.numero, t.vencimento, t.valor, t.saldo, t.status, t.origem,
           (SELECT c.nome FROM cadastro.credor c WHERE c.empresa_id = t.empresa_id AND c.id = t.credor_id)
      FROM cadastro.titulo t
     WHERE t.empresa_id = cadastro.empresa_atual() AND t.devedor_id = p_devedor AND t.id = ANY (p_titulos)
     ORDER BY t.id FOR SHARE OF t
  $$;

-- Which companies there are, for the engine's clock (their night is due or not by their own time zone).
CREATE FUNCTION cadastro.empresas_da_noite()
  RETURNS TABLE (empresa_id uuid, fuso text, hora_noite time, criada_em timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$ SELECT e.id, e.fuso, e.hora_noite, e.criada_em FROM cadastro.empresa e $$;

REVOKE ALL ON FUNCTION cadastro.autenticar, cadastro.titulos_na_cerca, cadastro.empresas_da_noite FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cadastro.autenticar TO cobranca_titulos, cobranca_regua, cobranca_disparo;
GRANT EXECUTE ON FUNCTION cadastro.titulos_na_cerca TO cobranca_disparo;
GRANT EXECUTE ON FUNCTION cadastro.empresas_da_noite TO cobranca_regua;
