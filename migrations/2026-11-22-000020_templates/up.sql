-- Templates with their versions, actions that name one, and what coringas say beyond what the fence itself looks at.

-- Who is charged reads whose claim it is (CDC 42-A).
ALTER TABLE cadastro.credor
  ADD razao_social text,
  ADD endereco     jsonb,
  ADD telefone     text,
  ADD email        text,
  ADD site         text;

-- The current text of each is here, every text that it ever had in template_versao. canal: only those with a text.
CREATE TABLE disparo.template (
  empresa_id   uuid NOT NULL,
  id           uuid NOT NULL,
  canal        text NOT NULL CHECK (canal IN ('email', 'sms', 'carta')),
  nome         text NOT NULL,
  nome_busca   text COLLATE "C" NOT NULL GENERATED ALWAYS AS (cadastro.texto_busca(nome)) STORED,
  assunto      text,
  corpo        text NOT NULL,
  versao       integer NOT NULL DEFAULT 1,
  criado_em    timestamptz NOT NULL,
  alterado_em  timestamptz NOT NULL,
  arquivado_em timestamptz,
  PRIMARY KEY (empresa_id, id),
  CHECK ((canal = 'email') = (assunto IS NOT NULL))
);
CREATE UNIQUE INDEX template_nome_unico ON disparo.template (empresa_id, canal, nome_busca) WHERE arquivado_em IS NULL;
CREATE INDEX template_nome ON disparo.template (empresa_id, nome_busca, id);

-- What was sent may still be asked for by its version: nobody changes one.
CREATE TABLE disparo.template_versao (
  empresa_id  uuid NOT NULL,
  template_id uuid NOT NULL,
  versao      integer NOT NULL,
  nome        text NOT NULL,
  assunto     text,
  corpo       text NOT NULL,
  autor       uuid DEFAULT NULLIF(current_setting('app.autor', true), '')::uuid,
  criada_em   timestamptz NOT NULL,
  PRIMARY KEY (empresa_id, template_id, versao),
  FOREIGN KEY (empresa_id, template_id) REFERENCES disparo.template
);

DO $$
DECLARE tabela text;
BEGIN
  FOREACH tabela IN ARRAY ARRAY['template', 'template_versao'] LOOP
    EXECUTE format('ALTER TABLE disparo.%I ENABLE ROW LEVEL SECURITY', tabela);
    EXECUTE format('CREATE POLICY da_empresa ON disparo.%I USING (empresa_id = cadastro.empresa_atual()) '
                   'WITH CHECK (empresa_id = cadastro.empresa_atual())', tabela);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON disparo.template TO cobranca_disparo;
GRANT SELECT, INSERT, DELETE ON disparo.template_versao TO cobranca_disparo;

-- Rule r09: the text of an action is its own, or a template's as that is when the message is sent.
ALTER TABLE regua.conteudo
  ALTER corpo DROP NOT NULL,
  ADD template_id uuid,
  ADD CONSTRAINT conteudo_texto CHECK ((corpo IS NULL) = (template_id IS NOT NULL) AND (template_id IS NULL OR assunto IS NULL));
CREATE INDEX conteudo_template ON regua.conteudo (empresa_id, template_id) WHERE template_id IS NOT NULL;
CREATE INDEX acao_conteudo ON regua.acao (empresa_id, conteudo_id) WHERE conteudo_id IS NOT NULL;

CREATE OR REPLACE VIEW regua.v_conteudo WITH (security_barrier) AS
  SELECT empresa_id, id, canal, assunto, corpo, template_id FROM regua.conteudo WHERE empresa_id = cadastro.empresa_atual();
CREATE OR REPLACE VIEW regua.v_regua WITH (security_barrier) AS
  SELECT empresa_id, id, estado, nome FROM regua.regua WHERE empresa_id = cadastro.empresa_atual();
CREATE VIEW regua.v_posicao WITH (security_barrier) AS
  SELECT empresa_id, id, gatilho, dias FROM regua.posicao WHERE empresa_id = cadastro.empresa_atual();
CREATE VIEW disparo.v_template WITH (security_barrier) AS
  SELECT empresa_id, id, canal, nome, arquivado_em IS NOT NULL AS arquivado FROM disparo.template
   WHERE empresa_id = cadastro.empresa_atual();
GRANT SELECT ON regua.v_posicao TO cobranca_disparo;
GRANT SELECT ON disparo.v_template TO cobranca_regua;

-- Holds the templates that an action is about to name until that commits; answers how many of them there are.
CREATE FUNCTION disparo.segurar_templates(p_templates uuid[]) RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT count(*) FROM (
      SELECT FROM disparo.template t WHERE t.empresa_id = cadastro.empresa_atual() AND t.id = ANY (p_templates)
       ORDER BY t.id FOR SHARE) s
  $$;

-- Réguas that send a template now, by name; `ja_usado` is whether any action ever named it.
CREATE FUNCTION regua.uso_de_template(p_template uuid) RETURNS TABLE (ja_usado boolean, reguas text[])
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT EXISTS (SELECT FROM regua.conteudo c WHERE c.empresa_id = cadastro.empresa_atual() AND c.template_id = p_template),
           ARRAY(SELECT DISTINCT r.nome FROM regua.conteudo c
                   JOIN regua.acao a ON a.empresa_id = c.empresa_id AND a.conteudo_id = c.id AND a.removida_em IS NULL
                   JOIN regua.posicao p ON p.empresa_id = a.empresa_id AND p.id = a.posicao_id AND p.removida_em IS NULL
                   JOIN regua.regua r ON r.empresa_id = p.empresa_id AND r.id = p.regua_id AND r.estado <> 'arquivada'
                  WHERE c.empresa_id = cadastro.empresa_atual() AND c.template_id = p_template ORDER BY r.nome)
  $$;
REVOKE ALL ON FUNCTION disparo.segurar_templates, regua.uso_de_template FROM PUBLIC;
GRANT EXECUTE ON FUNCTION disparo.segurar_templates TO cobranca_regua;
GRANT EXECUTE ON FUNCTION regua.uso_de_template TO cobranca_disparo;

-- What a message says of whoever sends it, and what its títulos are charged by (`calculo` names the whole of that).
CREATE VIEW cadastro.v_emitente WITH (security_barrier) AS
  SELECT id AS empresa_id, documento, endereco::text AS endereco, calculo, encargos::text AS encargos
    FROM cadastro.empresa WHERE id = cadastro.empresa_atual();
CREATE VIEW cadastro.v_encargos WITH (security_barrier) AS
  SELECT empresa_id, id AS credor_id, encargos::text AS encargos FROM cadastro.credor
   WHERE empresa_id = cadastro.empresa_atual() AND encargos IS NOT NULL;
CREATE VIEW cadastro.v_indice WITH (security_barrier) AS
  SELECT empresa_id, nome, mes, variacao FROM cadastro.indice WHERE empresa_id = cadastro.empresa_atual();
GRANT SELECT ON cadastro.v_emitente, cadastro.v_encargos, cadastro.v_indice TO cobranca_titulos, cobranca_disparo;

-- What a message says of the debtor, beside what every claim reads. An address that no letter reaches may be said.
CREATE VIEW cadastro.v_destinatario WITH (security_barrier) AS
  SELECT d.empresa_id, d.id, d.categoria, d.gerente,
         (SELECT m.valor FROM cadastro.meio_contato m
           WHERE m.empresa_id = d.empresa_id AND m.devedor_id = d.id AND m.tipo = 'telefone' AND m.invalido_desde IS NULL
           ORDER BY NOT m.preferido, m.ordem, m.valor LIMIT 1) AS telefone,
         (SELECT m.endereco::text FROM cadastro.meio_contato m
           WHERE m.empresa_id = d.empresa_id AND m.devedor_id = d.id AND m.tipo = 'endereco' AND m.invalido_desde IS NULL
           ORDER BY NOT m.preferido, m.ordem, m.valor LIMIT 1) AS endereco
    FROM cadastro.devedor d WHERE d.empresa_id = cadastro.empresa_atual();

-- What a message says of a título: what it is paid by, whom it is owed to, what was paid of it.
CREATE VIEW cadastro.v_titulo_da_mensagem WITH (security_barrier) AS
  SELECT t.empresa_id, t.id, t.devedor_id, t.numero, t.valor, t.emissao, t.nosso_numero, t.linha_digitavel,
         t.pix_copia_e_cola, t.link_boleto, c.nome AS credor, c.razao_social AS credor_razao_social,
         c.documento AS credor_documento, c.endereco::text AS credor_endereco, c.telefone AS credor_telefone,
         c.email AS credor_email, c.site AS credor_site,
         (SELECT jsonb_agg(jsonb_build_array(p.data, p.principal, p.correcao, p.multa, p.juros)
                           ORDER BY p.data, p.criado_em, p.id)::text FROM cadastro.pagamento p
           WHERE p.empresa_id = t.empresa_id AND p.titulo_id = t.id AND p.estornado_em IS NULL) AS pagos
    FROM cadastro.titulo t LEFT JOIN cadastro.credor c ON c.empresa_id = t.empresa_id AND c.id = t.credor_id
   WHERE t.empresa_id = cadastro.empresa_atual();

-- Of the agreement that a título is an instalment of: in which place it is, of how many.
CREATE VIEW cadastro.v_parcela WITH (security_barrier) AS
  SELECT t.empresa_id, t.id AS titulo_id, (n.criada_em AT TIME ZONE e.fuso)::date AS acordada_em, n.valor AS acordado,
         (SELECT count(*) FROM cadastro.titulo p WHERE p.empresa_id = t.empresa_id AND p.acordo_id = n.id) AS parcelas,
         (SELECT count(*) FROM cadastro.titulo p WHERE p.empresa_id = t.empresa_id AND p.acordo_id = n.id
             AND (p.vencimento, p.id) <= (t.vencimento, t.id)) AS parcela,
         CASE WHEN n.com_entrada THEN (SELECT p.valor FROM cadastro.titulo p WHERE p.empresa_id = t.empresa_id
             AND p.acordo_id = n.id ORDER BY p.vencimento, p.id LIMIT 1) END AS entrada
    FROM cadastro.titulo t
    JOIN cadastro.negociacao n ON n.empresa_id = t.empresa_id AND n.id = t.acordo_id
    JOIN cadastro.empresa e ON e.id = t.empresa_id
   WHERE t.empresa_id = cadastro.empresa_atual();
GRANT SELECT ON cadastro.v_destinatario, cadastro.v_titulo_da_mensagem, cadastro.v_parcela TO cobranca_disparo;
