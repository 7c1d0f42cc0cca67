-- Rule b01: batches to bare addresses and numbers, and which of these want nothing more.

-- A sheet of addresses or numbers, of debtors or not. Each has a place of its own beside the debtors': its id is a function of
-- itself (domain::lote::avulso), stands where items and executions have a debtor's, and is nobody's in cadastro.
ALTER TABLE lote.planilha ADD avulsa boolean NOT NULL DEFAULT false;
CREATE TABLE lote.avulso (
  empresa_id  uuid NOT NULL,
  planilha_id uuid NOT NULL,
  id          uuid NOT NULL,
  linha       bigint NOT NULL,
  contato     text NOT NULL,
  nome        text,
  nome_busca  text COLLATE "C" NOT NULL GENERATED ALWAYS AS (cadastro.texto_busca(coalesce(nome, contato))) STORED,
  PRIMARY KEY (empresa_id, planilha_id, id)
);
CREATE INDEX avulso_nome ON lote.avulso (empresa_id, planilha_id, nome_busca, id);
ALTER TABLE lote.avulso ENABLE ROW LEVEL SECURITY;
CREATE POLICY da_empresa ON lote.avulso
  USING (empresa_id = cadastro.empresa_atual()) WITH CHECK (empresa_id = cadastro.empresa_atual());
GRANT SELECT, INSERT, DELETE ON lote.avulso TO cobranca_lote;

-- What the dispatcher calls whoever has one.
CREATE VIEW lote.v_avulso WITH (security_barrier) AS
  SELECT a.empresa_id, a.id AS lote_id, x.id, x.nome
    FROM lote.acao_em_lote a JOIN lote.avulso x ON x.empresa_id = a.empresa_id AND x.planilha_id = a.planilha_id
   WHERE a.empresa_id = cadastro.empresa_atual();
GRANT SELECT ON lote.v_avulso TO cobranca_disparo;

-- An execution of a batch that has its contact says nothing of títulos.
ALTER TABLE disparo.execucao ADD CONSTRAINT execucao_avulsa
  CHECK (lote_id IS NULL OR contato IS NULL OR (canal IN ('email', 'sms') AND titulos = '{}'));

-- Addresses and numbers, in small letters, to which a company sends nothing more, whosever they are: whoever has it asked for
-- that (saiu), or it takes nothing.
CREATE TABLE cadastro.recusa (
  empresa_id uuid NOT NULL REFERENCES cadastro.empresa,
  tipo       text NOT NULL CHECK (tipo IN ('email', 'telefone')),
  valor      text NOT NULL CHECK (valor = lower(valor)),
  saiu       boolean NOT NULL,
  motivo     text NOT NULL,
  desde      timestamptz NOT NULL,
  PRIMARY KEY (empresa_id, valor, tipo)
);
ALTER TABLE cadastro.recusa ENABLE ROW LEVEL SECURITY;
CREATE POLICY da_empresa ON cadastro.recusa
  USING (empresa_id = cadastro.empresa_atual()) WITH CHECK (empresa_id = cadastro.empresa_atual());
GRANT SELECT, INSERT, UPDATE, DELETE ON cadastro.recusa TO cobranca_titulos;

-- By what a contact is, in capitals or not: bounces and answers ask so, and each sheet of addresses.
CREATE INDEX meio_contato_valor ON cadastro.meio_contato (empresa_id, lower(valor)) WHERE tipo <> 'endereco';

-- All of them that a company knows of: these, those of its debtors who want nothing by the channel, and those that none of its
-- debtors can be reached by any more; in small letters.
CREATE VIEW cadastro.v_recusa WITH (security_barrier) AS
  SELECT r.tipo, r.valor, r.saiu FROM cadastro.recusa r WHERE r.empresa_id = cadastro.empresa_atual()
   UNION ALL
  SELECT m.tipo, lower(m.valor), true FROM cadastro.meio_contato m
    JOIN cadastro.opt_out o ON o.empresa_id = m.empresa_id AND o.devedor_id = m.devedor_id
   WHERE m.empresa_id = cadastro.empresa_atual() AND m.tipo <> 'endereco' AND (m.tipo, o.canal) IN (('email', 'email'), ('telefone', 'sms'))
   UNION ALL
  SELECT m.tipo, lower(m.valor), false FROM cadastro.meio_contato m
   WHERE m.empresa_id = cadastro.empresa_atual() AND m.tipo <> 'endereco' AND m.invalido_desde IS NOT NULL
     AND NOT EXISTS (SELECT FROM cadastro.meio_contato o WHERE o.empresa_id = m.empresa_id AND o.tipo <> 'endereco'
                        AND o.tipo = m.tipo AND lower(o.valor) = lower(m.valor) AND o.invalido_desde IS NULL);
GRANT SELECT ON cadastro.v_recusa TO cobranca_lote, cobranca_disparo;

-- Notes one of the company's. Answers whether that is new.
CREATE FUNCTION cadastro.recusar(p_tipo text, p_valor text, p_saiu boolean, p_motivo text, p_agora timestamptz) RETURNS boolean
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH nova AS (
      INSERT INTO cadastro.recusa AS r (empresa_id, tipo, valor, saiu, motivo, desde)
      VALUES (cadastro.empresa_atual(), p_tipo, lower(p_valor), p_saiu, p_motivo, p_agora)
          ON CONFLICT (empresa_id, valor, tipo) DO UPDATE SET saiu = true, motivo = excluded.motivo, desde = excluded.desde
             WHERE excluded.saiu AND NOT r.saiu
      RETURNING 1)
    SELECT EXISTS (SELECT FROM nova)
  $$;
REVOKE ALL ON FUNCTION cadastro.recusar FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cadastro.recusar TO cobranca_disparo;

-- As before, by the index; and a number is kept by itself too, for who has it and is no debtor.
CREATE OR REPLACE FUNCTION cadastro.invalidar_email(p_endereco text, p_motivo text, p_agora timestamptz) RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH mortos AS (
      UPDATE cadastro.meio_contato SET invalido_desde = p_agora, motivo = p_motivo
       WHERE empresa_id = cadastro.empresa_atual() AND tipo <> 'endereco' AND tipo = 'email'
         AND lower(valor) = lower(p_endereco) AND invalido_desde IS NULL
      RETURNING 1)
    SELECT count(*) FROM mortos
  $$;
CREATE OR REPLACE FUNCTION cadastro.sair_dos_sms(p_telefones text[], p_agora timestamptz) RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH numeros AS (
      INSERT INTO cadastro.recusa (empresa_id, tipo, valor, saiu, motivo, desde)
      SELECT DISTINCT e.id, 'telefone', x.telefone, true, 'respondeu que quer sair', p_agora
        FROM cadastro.empresa e CROSS JOIN unnest(p_telefones) AS x(telefone)
       ORDER BY e.id, x.telefone
          ON CONFLICT DO NOTHING),
    saem AS (
      INSERT INTO cadastro.opt_out (empresa_id, devedor_id, canal, desde, motivo)
      SELECT DISTINCT m.empresa_id, m.devedor_id, 'sms', p_agora, 'respondeu que quer sair'
        FROM cadastro.empresa e
       CROSS JOIN unnest(p_telefones) AS x(telefone)
        JOIN cadastro.meio_contato m
          ON m.empresa_id = e.id AND m.tipo <> 'endereco' AND m.tipo = 'telefone' AND lower(m.valor) = x.telefone
       ORDER BY m.empresa_id, m.devedor_id
          ON CONFLICT DO NOTHING
      RETURNING 1)
    SELECT count(*) FROM saem
  $$;
