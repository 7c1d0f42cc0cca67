-- The calendar of a company: the days that it does not count as working days, beside those without banks (rule n02).
CREATE TABLE cadastro.feriado (
  empresa_id uuid NOT NULL REFERENCES cadastro.empresa,
  data       date NOT NULL,
  nome       text NOT NULL CHECK (length(nome) BETWEEN 1 AND 100),
  PRIMARY KEY (empresa_id, data)
);
ALTER TABLE cadastro.feriado ENABLE ROW LEVEL SECURITY;
CREATE POLICY da_empresa ON cadastro.feriado
  USING (empresa_id = cadastro.empresa_atual()) WITH CHECK (empresa_id = cadastro.empresa_atual());
GRANT SELECT, INSERT, UPDATE, DELETE ON cadastro.feriado TO cobranca_titulos;

CREATE OR REPLACE VIEW cadastro.v_empresa WITH (security_barrier) AS
  SELECT e.id AS empresa_id, e.nome, e.fuso, e.hora_noite, e.vencimento_em_dia_util, e.remetente_email, e.migracao,
         e.cancelar_acordo_apos,
         ARRAY(SELECT f.data FROM cadastro.feriado f WHERE f.empresa_id = e.id ORDER BY f.data) AS feriados
    FROM cadastro.empresa e WHERE e.id = cadastro.empresa_atual();

-- Lists: what each of the orders needs where a filter meets few, or meets them all in one place of the order. Instalments are
-- some of the títulos and no file writes any, so that their indexes cost a load nothing.
CREATE INDEX titulo_status ON cadastro.titulo (empresa_id, status, id);
CREATE INDEX titulo_acordo_status ON cadastro.titulo (empresa_id, status, id) WHERE origem = 'acordo';
CREATE INDEX titulo_acordo_vencimento ON cadastro.titulo (empresa_id, status, vencimento, id) WHERE origem = 'acordo';
CREATE INDEX titulo_acordo_saldo ON cadastro.titulo (empresa_id, status, saldo, id) WHERE origem = 'acordo';
CREATE INDEX titulo_acordo_atualizado ON cadastro.titulo (empresa_id, status, atualizado_em, id) WHERE origem = 'acordo';
DROP INDEX cadastro.devedor_gerente, cadastro.devedor_categoria;
CREATE INDEX devedor_gerente ON cadastro.devedor (empresa_id, gerente, nome_busca, id) WHERE gerente IS NOT NULL;
CREATE INDEX devedor_categoria ON cadastro.devedor (empresa_id, categoria, nome_busca, id) WHERE categoria IS NOT NULL;
-- What a debtor owes, added up from the index alone.
CREATE INDEX titulo_aberto ON cadastro.titulo (empresa_id, devedor_id) INCLUDE (saldo) WHERE status = 'aberto';
