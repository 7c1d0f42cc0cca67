-- An action that named a template keeps the text that it has now.
UPDATE regua.conteudo c SET assunto = t.assunto, corpo = t.corpo, template_id = NULL
  FROM disparo.template t WHERE t.empresa_id = c.empresa_id AND t.id = c.template_id;

DROP VIEW cadastro.v_parcela, cadastro.v_titulo_da_mensagem, cadastro.v_destinatario, cadastro.v_indice, cadastro.v_encargos,
  cadastro.v_emitente, disparo.v_template, regua.v_posicao;
DROP FUNCTION regua.uso_de_template(uuid);
DROP FUNCTION disparo.segurar_templates(uuid[]);

DROP VIEW regua.v_conteudo, regua.v_regua;
DROP INDEX regua.conteudo_template, regua.acao_conteudo;
ALTER TABLE regua.conteudo DROP CONSTRAINT conteudo_texto, DROP template_id, ALTER corpo SET NOT NULL;
CREATE VIEW regua.v_conteudo WITH (security_barrier) AS
  SELECT empresa_id, id, canal, assunto, corpo FROM regua.conteudo WHERE empresa_id = cadastro.empresa_atual();
CREATE VIEW regua.v_regua WITH (security_barrier) AS
  SELECT empresa_id, id, estado FROM regua.regua WHERE empresa_id = cadastro.empresa_atual();
GRANT SELECT ON regua.v_conteudo, regua.v_regua TO cobranca_disparo;

DROP TABLE disparo.template_versao, disparo.template;
ALTER TABLE cadastro.credor DROP razao_social, DROP endereco, DROP telefone, DROP email, DROP site;
