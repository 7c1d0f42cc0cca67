-- Cadastro: several contacts and addresses of a debtor with where each comes from and whether it may be used, opt-out per
-- channel, the company's and the creditors' own record, and what lists of a million rows need.

-- A text as people look for it: without accents, in lower case. It is kept in columns of its own under COLLATE "C", in which a
-- prefix is a range: a policy lets no index be used through a function, which might tell of rows that it hides.
CREATE FUNCTION cadastro.texto_busca(p_texto text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  RETURN lower(translate(p_texto, 'ÁÀÂÃÄÅáàâãäåÉÈÊËéèêëÍÌÎÏíìîïÓÒÔÕÖóòôõöÚÙÛÜúùûüÇçÑñ',
                                  'AAAAAAaaaaaaEEEEeeeeIIIIiiiiOOOOOoooooUUUUuuuuCcNn'));

ALTER TABLE cadastro.empresa
  ADD endereco jsonb,
  ADD encargos jsonb, -- what títulos without charges of a creditor bear; null = the default of the law
  ADD versao   integer NOT NULL DEFAULT 1;

ALTER TABLE cadastro.credor
  ADD documento text,
  ADD encargos  jsonb, -- null = those of the company
  ADD versao    integer NOT NULL DEFAULT 1,
  ADD nome_busca text COLLATE "C" GENERATED ALWAYS AS (cadastro.texto_busca(nome)) STORED;
CREATE INDEX credor_nome ON cadastro.credor (empresa_id, nome_busca, id);

ALTER TABLE cadastro.devedor
  ADD gerente    text,
  ADD versao     integer NOT NULL DEFAULT 1,
  ADD nome_busca text COLLATE "C" GENERATED ALWAYS AS (cadastro.texto_busca(nome)) STORED,
  ADD CONSTRAINT devedor_gerente CHECK (gerente IS NOT DISTINCT FROM cadastro.rotulo(gerente));
CREATE INDEX devedor_nome ON cadastro.devedor (empresa_id, nome_busca, id);
CREATE INDEX devedor_criado ON cadastro.devedor (empresa_id, criado_em, id);
CREATE INDEX devedor_atualizado ON cadastro.devedor (empresa_id, atualizado_em, id);
CREATE INDEX devedor_gerente ON cadastro.devedor (empresa_id, gerente, id) WHERE gerente IS NOT NULL;
CREATE INDEX devedor_categoria ON cadastro.devedor (empresa_id, categoria, id) WHERE categoria IS NOT NULL;

-- origem: who told it. A list that the ERP sends takes the place of what came from the ERP; what a person or an enrichment
-- added stays. Rule m11: the preferred one first, then in the order told; what is invalid is kept and never used.
-- An address is its fields in endereco; its valor is what makes two of them the same place.
ALTER TABLE cadastro.meio_contato
  DROP CONSTRAINT meio_contato_tipo_check,
  ADD CONSTRAINT meio_contato_tipo_check CHECK (tipo IN ('email', 'telefone', 'endereco')),
  ADD endereco       jsonb,
  ADD uf             text GENERATED ALWAYS AS (endereco ->> 'uf') STORED,
  ADD cidade_busca   text COLLATE "C" GENERATED ALWAYS AS (cadastro.texto_busca(endereco ->> 'cidade')) STORED,
  ADD origem         text NOT NULL DEFAULT 'erp' CHECK (origem IN ('erp', 'manual', 'enriquecimento', 'importacao')),
  ADD preferido      boolean NOT NULL DEFAULT false,
  ADD confirmado_em  timestamptz,
  ADD invalido_desde timestamptz,
  ADD motivo         text,
  ADD CONSTRAINT meio_contato_endereco CHECK ((tipo = 'endereco') = (endereco IS NOT NULL)),
  ADD CONSTRAINT meio_contato_motivo CHECK (motivo IS NULL OR invalido_desde IS NOT NULL),
  ADD CONSTRAINT meio_contato_preferido
    EXCLUDE (empresa_id WITH =, devedor_id WITH =, tipo WITH =) WHERE (preferido) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX meio_contato_cidade ON cadastro.meio_contato (empresa_id, uf, cidade_busca, devedor_id) WHERE tipo = 'endereco';
CREATE INDEX meio_contato_so_cidade ON cadastro.meio_contato (empresa_id, cidade_busca, devedor_id) WHERE tipo = 'endereco';

-- What makes two addresses the same place.
CREATE FUNCTION cadastro.chave_endereco(p_endereco jsonb) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  RETURN cadastro.texto_busca(concat_ws('|', coalesce(p_endereco ->> 'cep', ''), coalesce(p_endereco ->> 'logradouro', ''),
    coalesce(p_endereco ->> 'numero', ''), coalesce(p_endereco ->> 'complemento', ''), p_endereco ->> 'cidade', p_endereco ->> 'uf'));

-- Who asked not to be reached by a channel; telefone is a call, sms a message to the same number.
CREATE TABLE cadastro.opt_out (
  empresa_id uuid NOT NULL,
  devedor_id uuid NOT NULL,
  canal      text NOT NULL CHECK (canal IN ('email', 'sms', 'carta', 'telefone')),
  desde      timestamptz NOT NULL,
  motivo     text,
  PRIMARY KEY (empresa_id, devedor_id, canal),
  FOREIGN KEY (empresa_id, devedor_id) REFERENCES cadastro.devedor
);

ALTER TABLE cadastro.opt_out ENABLE ROW LEVEL SECURITY;
CREATE POLICY da_empresa ON cadastro.opt_out
  USING (empresa_id = cadastro.empresa_atual()) WITH CHECK (empresa_id = cadastro.empresa_atual());
GRANT SELECT, INSERT, UPDATE, DELETE ON cadastro.opt_out TO cobranca_titulos;

-- Rule m11: the contacts that a message may go to, the preferred one first by ordem. A telefone here is one for SMS.
CREATE OR REPLACE VIEW cadastro.v_contato WITH (security_barrier) AS
  SELECT m.empresa_id, m.devedor_id, m.tipo, m.valor, (CASE WHEN m.preferido THEN -1 ELSE m.ordem END)::smallint AS ordem
    FROM cadastro.meio_contato m
   WHERE m.empresa_id = cadastro.empresa_atual() AND m.invalido_desde IS NULL
     AND (m.tipo = 'email' OR m.tipo = 'telefone' AND m.valor ~ '^\+55[1-9][1-9]9[0-9]{8}$')
     AND NOT EXISTS (SELECT FROM cadastro.opt_out o WHERE o.empresa_id = m.empresa_id AND o.devedor_id = m.devedor_id
                        AND o.canal = CASE m.tipo WHEN 'email' THEN 'email' ELSE 'sms' END);

CREATE OR REPLACE VIEW cadastro.v_devedor WITH (security_barrier) AS
  SELECT d.empresa_id, d.id, d.nome, d.documento, d.tipo_pessoa, d.categoria,
         (SELECT min(c.codigo_integracao) FROM cadastro.devedor_codigo c
           WHERE c.empresa_id = d.empresa_id AND c.devedor_id = d.id) AS codigo,
         (SELECT k.valor FROM cadastro.v_contato k
           WHERE k.empresa_id = d.empresa_id AND k.devedor_id = d.id AND k.tipo = 'email'
           ORDER BY k.ordem, k.valor LIMIT 1) AS email,
         (SELECT k.valor FROM cadastro.v_contato k
           WHERE k.empresa_id = d.empresa_id AND k.devedor_id = d.id AND k.tipo = 'telefone'
           ORDER BY k.ordem, k.valor LIMIT 1) AS telefone
    FROM cadastro.devedor d WHERE d.empresa_id = cadastro.empresa_atual();

-- Rule m11: where a letter may go, the preferred one first by ordem; what lacks a line of the address block is none.
CREATE VIEW cadastro.v_endereco WITH (security_barrier) AS
  SELECT m.empresa_id, m.devedor_id, (CASE WHEN m.preferido THEN -1 ELSE m.ordem END)::smallint AS ordem, m.valor, m.endereco
    FROM cadastro.meio_contato m
   WHERE m.empresa_id = cadastro.empresa_atual() AND m.tipo = 'endereco' AND m.invalido_desde IS NULL
     AND m.endereco ->> 'logradouro' IS NOT NULL AND m.endereco ->> 'cep' IS NOT NULL
     AND NOT EXISTS (SELECT FROM cadastro.opt_out o
                      WHERE o.empresa_id = m.empresa_id AND o.devedor_id = m.devedor_id AND o.canal = 'carta');
GRANT SELECT ON cadastro.v_endereco TO cobranca_disparo;

-- Whether a regua names the creditor, which then is not deleted. Archived ones still tell their history.
CREATE FUNCTION regua.usa_credor(p_credor uuid) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT EXISTS (SELECT FROM regua.regua r WHERE r.empresa_id = cadastro.empresa_atual()
                      AND r.criterios -> 'credores' ? p_credor::text)
  $$;
REVOKE ALL ON FUNCTION regua.usa_credor FROM PUBLIC;
GRANT EXECUTE ON FUNCTION regua.usa_credor TO cobranca_titulos;
