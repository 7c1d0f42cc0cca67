-- Payments as rows, the series that correct values, what happened to a titulo and who did it, what a boleto is paid by,
-- and the indexes of the list of titulos.

ALTER TABLE cadastro.titulo
  ADD nosso_numero     text,
  ADD linha_digitavel  text,
  ADD pix_copia_e_cola text,
  ADD link_boleto      text;

-- A list asks for some of the five statuses and one order: each status is a range of its index.
CREATE INDEX titulo_vencimento ON cadastro.titulo (empresa_id, status, vencimento, id);
CREATE INDEX titulo_saldo ON cadastro.titulo (empresa_id, status, saldo, id);
CREATE INDEX titulo_atualizado ON cadastro.titulo (empresa_id, status, atualizado_em, id);
CREATE INDEX titulo_credor ON cadastro.titulo (empresa_id, credor_id, id) WHERE credor_id IS NOT NULL;

-- What was paid and what it settled, as it was booked: a change of rates changes no booking. desconto: what was settled
-- without being paid. The saldo of a titulo is its valor less the principal of its payments that stand.
CREATE TABLE cadastro.pagamento (
  empresa_id        uuid NOT NULL,
  id                uuid NOT NULL,
  titulo_id         uuid NOT NULL,
  codigo_integracao text,
  data              date NOT NULL,
  valor             bigint NOT NULL CHECK (valor > 0),
  principal         bigint NOT NULL CHECK (principal >= 0),
  correcao          bigint NOT NULL CHECK (correcao >= 0),
  multa             bigint NOT NULL CHECK (multa >= 0),
  juros             bigint NOT NULL CHECK (juros >= 0),
  desconto          bigint NOT NULL CHECK (desconto >= 0),
  excedente         bigint NOT NULL CHECK (excedente >= 0),
  autor             uuid DEFAULT NULLIF(current_setting('app.autor', true), '')::uuid,
  criado_em         timestamptz NOT NULL,
  estornado_em      timestamptz,
  estornado_por     uuid,
  motivo_estorno    text,
  PRIMARY KEY (empresa_id, id),
  CONSTRAINT pagamento_codigo_unico UNIQUE (empresa_id, codigo_integracao),
  FOREIGN KEY (empresa_id, titulo_id) REFERENCES cadastro.titulo,
  CHECK (valor + desconto = principal + correcao + multa + juros + excedente),
  CHECK (estornado_em IS NOT NULL OR (estornado_por IS NULL AND motivo_estorno IS NULL))
);
CREATE INDEX pagamento_titulo ON cadastro.pagamento (empresa_id, titulo_id);
CREATE INDEX pagamento_data ON cadastro.pagamento (empresa_id, data, id);

-- Whoever was paid before there were payments was paid in full.
INSERT INTO cadastro.pagamento (empresa_id, id, titulo_id, data, valor, principal, correcao, multa, juros, desconto, excedente, criado_em)
SELECT t.empresa_id, gen_random_uuid(), t.id, (t.status_em AT TIME ZONE e.fuso)::date, t.valor, t.valor, 0, 0, 0, 0, 0, t.status_em
  FROM cadastro.titulo t JOIN cadastro.empresa e ON e.id = t.empresa_id WHERE t.status = 'pago';

-- How an index changed in a month, in millionths of one per cent.
CREATE TABLE cadastro.indice (
  empresa_id uuid NOT NULL REFERENCES cadastro.empresa,
  nome       text NOT NULL,
  mes        date NOT NULL CHECK (extract(day FROM mes) = 1),
  variacao   bigint NOT NULL,
  PRIMARY KEY (empresa_id, nome, mes)
);

-- What changed in a titulo. autor: the key that asked for it; null when a date did it. Only the trigger writes here, and
-- nobody changes what is written.
CREATE TABLE cadastro.titulo_historico (
  empresa_id uuid NOT NULL,
  titulo_id  uuid NOT NULL,
  seq        bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  em         timestamptz NOT NULL,
  autor      uuid,
  mudancas   jsonb NOT NULL,
  PRIMARY KEY (empresa_id, titulo_id, seq)
);

-- A session keeps the plan of the first statement, which may have changed nothing; the join of a later one must not be
-- quadratic because of it.
CREATE FUNCTION cadastro.guardar_historico() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_nestloop = off
  AS $$
  BEGIN
    INSERT INTO cadastro.titulo_historico (empresa_id, titulo_id, em, autor, mudancas)
    SELECT n.empresa_id, n.id, n.atualizado_em, NULLIF(current_setting('app.autor', true), '')::uuid, m.mudancas
      FROM velhos v JOIN novos n ON n.empresa_id = v.empresa_id AND n.id = v.id
     CROSS JOIN LATERAL (
       SELECT jsonb_agg(jsonb_build_object('campo', campo, 'antes', antes, 'depois', depois)) AS mudancas
         FROM (VALUES ('status', v.status, n.status),
                      ('saldo', (v.saldo / 100.0)::numeric(14, 2)::text, (n.saldo / 100.0)::numeric(14, 2)::text),
                      ('valor', (v.valor / 100.0)::numeric(14, 2)::text, (n.valor / 100.0)::numeric(14, 2)::text),
                      ('vencimento', v.vencimento::text, n.vencimento::text),
                      ('suspenso_ate', v.suspenso_ate::text, n.suspenso_ate::text),
                      ('devedor_id', v.devedor_id::text, n.devedor_id::text),
                      ('numero', v.numero, n.numero)) c(campo, antes, depois)
        WHERE antes IS DISTINCT FROM depois) m
     WHERE (v.status, v.saldo, v.valor, v.vencimento, v.suspenso_ate, v.devedor_id, v.numero)
           IS DISTINCT FROM (n.status, n.saldo, n.valor, n.vencimento, n.suspenso_ate, n.devedor_id, n.numero);
    RETURN NULL;
  END $$;
REVOKE ALL ON FUNCTION cadastro.guardar_historico FROM PUBLIC;
CREATE TRIGGER titulo_historico AFTER UPDATE ON cadastro.titulo
  REFERENCING OLD TABLE AS velhos NEW TABLE AS novos
  FOR EACH STATEMENT EXECUTE FUNCTION cadastro.guardar_historico();

DO $$
DECLARE tabela text;
BEGIN
  FOREACH tabela IN ARRAY ARRAY['pagamento', 'indice', 'titulo_historico'] LOOP
    EXECUTE format('ALTER TABLE cadastro.%I ENABLE ROW LEVEL SECURITY', tabela);
    EXECUTE format('CREATE POLICY da_empresa ON cadastro.%I USING (empresa_id = cadastro.empresa_atual()) '
                   'WITH CHECK (empresa_id = cadastro.empresa_atual())', tabela);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON cadastro.pagamento TO cobranca_titulos;
GRANT SELECT, INSERT, UPDATE, DELETE ON cadastro.indice TO cobranca_titulos;
GRANT SELECT ON cadastro.titulo_historico TO cobranca_titulos;
