-- Filters of batch actions: the role that asks, the columns that it may read, and the indexes that it asks by.

DO $$
BEGIN
  BEGIN
    CREATE ROLE cobranca_lote NOLOGIN NOBYPASSRLS;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- roles belong to the cluster, not to the database
  END;
  IF NOT pg_has_role(current_user, 'cobranca_lote', 'MEMBER') THEN
    EXECUTE format('GRANT cobranca_lote TO %I', current_user);
  END IF;
END $$;

CREATE SCHEMA lote;
GRANT USAGE ON SCHEMA lote, cadastro, regua TO cobranca_lote;

-- A filter joins tables of a million rows, which no join condition of a view behind a barrier may narrow: the columns themselves
-- are granted, and the policy of each table is the wall between companies, under which what compares values does use an index.
GRANT SELECT (empresa_id, id, nome, nome_busca, documento, tipo_pessoa, categoria, gerente, criado_em)
  ON cadastro.devedor TO cobranca_lote;
GRANT SELECT (empresa_id, codigo_integracao, devedor_id) ON cadastro.devedor_codigo TO cobranca_lote;
GRANT SELECT (empresa_id, devedor_id, saldo, abertos) ON cadastro.devedor_saldo TO cobranca_lote;
GRANT SELECT (empresa_id, devedor_id, tipo, valor, ordem, preferido, endereco, uf, cidade_busca, invalido_desde)
  ON cadastro.meio_contato TO cobranca_lote;
GRANT SELECT (empresa_id, devedor_id, canal) ON cadastro.opt_out TO cobranca_lote;
GRANT SELECT (empresa_id, id, codigo_integracao) ON cadastro.credor TO cobranca_lote;
GRANT SELECT (empresa_id, devedor_id, credor_id, vencimento, status, origem, tipo_negocio, tipo_titulo, acordo_id)
  ON cadastro.titulo TO cobranca_lote;
GRANT SELECT (empresa_id, id, devedor_id, estado, usuario, criada_em, cancelada_em) ON cadastro.negociacao TO cobranca_lote;
GRANT SELECT (empresa_id, id, devedor_id, em, resultado_id, agendado_para, operador_agendamento)
  ON cadastro.contato TO cobranca_lote;
GRANT SELECT (empresa_id, id, nome, grupo, positivo) ON cadastro.resultado_contato TO cobranca_lote;

-- Rules f18, f19: the position that fired last, and the night on which it did. Neither is told by the anchor: a thaw and an edit
-- move that. In no index: a night changes both, and nothing else that one has.
ALTER TABLE regua.inscricao ADD posicao_id uuid, ADD posicao_em date,
  ADD CONSTRAINT inscricao_posicao CHECK ((posicao_id IS NULL) = (posicao_em IS NULL));
UPDATE regua.inscricao i SET posicao_id = p.id, posicao_em = p.em
  FROM (SELECT v.empresa_id, v.id AS inscricao_id, u.id, coalesce(v.ancora + u.dias, v.final_em) AS em
          FROM regua.inscricao v
          LEFT JOIN regua.posicao a ON a.empresa_id = v.empresa_id AND a.id = v.proxima_id
         CROSS JOIN LATERAL (SELECT p.id, p.dias FROM regua.posicao p
                WHERE p.empresa_id = v.empresa_id AND p.regua_id = v.regua_id AND p.gatilho = 'cobranca' AND p.removida_em IS NULL
                  AND (a.id IS NULL OR p.dias < a.dias) ORDER BY p.dias DESC LIMIT 1) u
         WHERE v.estado <> 'encerrada') p
 WHERE i.empresa_id = p.empresa_id AND i.id = p.inscricao_id;
CREATE INDEX inscricao_regua ON regua.inscricao (empresa_id, regua_id, devedor_id) WHERE estado <> 'encerrada';
GRANT SELECT (empresa_id, devedor_id, regua_id, estado, posicao_id, posicao_em) ON regua.inscricao TO cobranca_lote;
GRANT SELECT (empresa_id, id, regua_id, gatilho, dias) ON regua.posicao TO cobranca_lote;
GRANT SELECT (empresa_id, id, nome) ON regua.regua TO cobranca_lote;

-- What is asked of a título stands beside its debtor, so that the table itself is not read: of one debtor in a page, of all in order.
DROP INDEX cadastro.titulo_devedor;
CREATE INDEX titulo_devedor ON cadastro.titulo (empresa_id, devedor_id)
  INCLUDE (status, vencimento, origem, tipo_negocio, tipo_titulo);
DROP INDEX cadastro.titulo_vencimento;
CREATE INDEX titulo_vencimento ON cadastro.titulo (empresa_id, status, vencimento, id) INCLUDE (devedor_id);
DROP INDEX cadastro.titulo_credor;
CREATE INDEX titulo_credor ON cadastro.titulo (empresa_id, credor_id, id) INCLUDE (devedor_id) WHERE credor_id IS NOT NULL;
-- Rule b10: who can be reached, each way by itself, in the words in which it is asked.
CREATE INDEX meio_contato_email ON cadastro.meio_contato (empresa_id, devedor_id)
  WHERE tipo = 'email' AND invalido_desde IS NULL;
CREATE INDEX meio_contato_celular ON cadastro.meio_contato (empresa_id, devedor_id)
  WHERE tipo = 'telefone' AND valor ~ '^\+55[1-9][1-9]9[0-9]{8}$' AND invalido_desde IS NULL;
CREATE INDEX meio_contato_postal ON cadastro.meio_contato (empresa_id, devedor_id)
  WHERE tipo = 'endereco' AND endereco ->> 'logradouro' IS NOT NULL AND endereco ->> 'cep' IS NOT NULL AND invalido_desde IS NULL;
CREATE INDEX contato_operador_agendamento ON cadastro.contato (empresa_id, operador_agendamento, devedor_id)
  WHERE operador_agendamento IS NOT NULL;
