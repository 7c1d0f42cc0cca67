DROP INDEX cadastro.contato_operador_agendamento;
DROP INDEX cadastro.meio_contato_email, cadastro.meio_contato_celular, cadastro.meio_contato_postal;
DROP INDEX cadastro.titulo_credor;
CREATE INDEX titulo_credor ON cadastro.titulo (empresa_id, credor_id, id) WHERE credor_id IS NOT NULL;
DROP INDEX cadastro.titulo_vencimento;
CREATE INDEX titulo_vencimento ON cadastro.titulo (empresa_id, status, vencimento, id);
DROP INDEX cadastro.titulo_devedor;
CREATE INDEX titulo_devedor ON cadastro.titulo (empresa_id, devedor_id);

REVOKE ALL (empresa_id, devedor_id, regua_id, estado, posicao_id, posicao_em) ON regua.inscricao FROM cobranca_lote;
REVOKE ALL (empresa_id, id, regua_id, gatilho, dias) ON regua.posicao FROM cobranca_lote;
REVOKE ALL (empresa_id, id, nome) ON regua.regua FROM cobranca_lote;
DROP INDEX regua.inscricao_regua;
ALTER TABLE regua.inscricao DROP CONSTRAINT inscricao_posicao, DROP posicao_id, DROP posicao_em;

REVOKE ALL (empresa_id, id, nome, nome_busca, documento, tipo_pessoa, categoria, gerente, criado_em)
  ON cadastro.devedor FROM cobranca_lote;
REVOKE ALL (empresa_id, codigo_integracao, devedor_id) ON cadastro.devedor_codigo FROM cobranca_lote;
REVOKE ALL (empresa_id, devedor_id, saldo, abertos) ON cadastro.devedor_saldo FROM cobranca_lote;
REVOKE ALL (empresa_id, devedor_id, tipo, valor, ordem, preferido, endereco, uf, cidade_busca, invalido_desde)
  ON cadastro.meio_contato FROM cobranca_lote;
REVOKE ALL (empresa_id, devedor_id, canal) ON cadastro.opt_out FROM cobranca_lote;
REVOKE ALL (empresa_id, id, codigo_integracao) ON cadastro.credor FROM cobranca_lote;
REVOKE ALL (empresa_id, devedor_id, credor_id, vencimento, status, origem, tipo_negocio, tipo_titulo, acordo_id)
  ON cadastro.titulo FROM cobranca_lote;
REVOKE ALL (empresa_id, id, devedor_id, estado, usuario, criada_em, cancelada_em) ON cadastro.negociacao FROM cobranca_lote;
REVOKE ALL (empresa_id, id, devedor_id, em, resultado_id, agendado_para, operador_agendamento)
  ON cadastro.contato FROM cobranca_lote;
REVOKE ALL (empresa_id, id, nome, grupo, positivo) ON cadastro.resultado_contato FROM cobranca_lote;
REVOKE USAGE ON SCHEMA cadastro, regua FROM cobranca_lote;
DROP SCHEMA lote;
