DROP INDEX cadastro.titulo_status, cadastro.titulo_acordo_status, cadastro.titulo_acordo_vencimento, cadastro.titulo_acordo_saldo,
  cadastro.titulo_acordo_atualizado, cadastro.titulo_aberto, cadastro.devedor_gerente, cadastro.devedor_categoria;
CREATE INDEX devedor_gerente ON cadastro.devedor (empresa_id, gerente, id) WHERE gerente IS NOT NULL;
CREATE INDEX devedor_categoria ON cadastro.devedor (empresa_id, categoria, id) WHERE categoria IS NOT NULL;
DROP VIEW cadastro.v_empresa;
CREATE VIEW cadastro.v_empresa WITH (security_barrier) AS
  SELECT id AS empresa_id, nome, fuso, hora_noite, vencimento_em_dia_util, remetente_email, migracao, cancelar_acordo_apos
    FROM cadastro.empresa WHERE id = cadastro.empresa_atual();
GRANT SELECT ON cadastro.v_empresa TO cobranca_titulos, cobranca_regua, cobranca_disparo;
DROP TABLE cadastro.feriado;
