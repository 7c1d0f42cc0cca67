-- An earlier version writes to every e-mail that it finds: those that may not be used go, and the preferred one comes first.
DROP FUNCTION regua.usa_credor;
DELETE FROM cadastro.meio_contato m
 WHERE m.tipo = 'email' AND (m.invalido_desde IS NOT NULL OR EXISTS (
       SELECT FROM cadastro.opt_out o WHERE o.empresa_id = m.empresa_id AND o.devedor_id = m.devedor_id AND o.canal = 'email'));
UPDATE cadastro.meio_contato SET ordem = -1 WHERE preferido;
DROP VIEW cadastro.v_endereco, cadastro.v_devedor, cadastro.v_contato;
DROP TABLE cadastro.opt_out;
DROP INDEX cadastro.meio_contato_cidade, cadastro.meio_contato_so_cidade;
DROP FUNCTION cadastro.chave_endereco;
DELETE FROM cadastro.meio_contato WHERE tipo = 'endereco';
ALTER TABLE cadastro.meio_contato
  DROP CONSTRAINT meio_contato_endereco, DROP uf, DROP cidade_busca, DROP endereco,
  DROP CONSTRAINT meio_contato_tipo_check,
  ADD CONSTRAINT meio_contato_tipo_check CHECK (tipo IN ('email', 'telefone')),
  DROP CONSTRAINT meio_contato_preferido, DROP CONSTRAINT meio_contato_motivo,
  DROP origem, DROP preferido, DROP confirmado_em, DROP invalido_desde, DROP motivo;
DROP INDEX cadastro.devedor_nome, cadastro.devedor_criado, cadastro.devedor_atualizado, cadastro.devedor_gerente,
  cadastro.devedor_categoria, cadastro.credor_nome;
ALTER TABLE cadastro.devedor DROP gerente, DROP versao, DROP nome_busca;
ALTER TABLE cadastro.credor DROP documento, DROP encargos, DROP versao, DROP nome_busca;
ALTER TABLE cadastro.empresa DROP endereco, DROP encargos, DROP versao;
DROP FUNCTION cadastro.texto_busca;
CREATE VIEW cadastro.v_contato WITH (security_barrier) AS
  SELECT empresa_id, devedor_id, tipo, valor, ordem FROM cadastro.meio_contato WHERE empresa_id = cadastro.empresa_atual();
GRANT SELECT ON cadastro.v_contato TO cobranca_disparo;
CREATE VIEW cadastro.v_devedor WITH (security_barrier) AS
  SELECT d.empresa_id, d.id, d.nome, d.documento, d.tipo_pessoa, d.categoria,
         (SELECT min(c.codigo_integracao) FROM cadastro.devedor_codigo c
           WHERE c.empresa_id = d.empresa_id AND c.devedor_id = d.id) AS codigo,
         (SELECT m.valor FROM cadastro.meio_contato m
           WHERE m.empresa_id = d.empresa_id AND m.devedor_id = d.id AND m.tipo = 'email'
           ORDER BY m.ordem, m.valor LIMIT 1) AS email
    FROM cadastro.devedor d WHERE d.empresa_id = cadastro.empresa_atual();
GRANT SELECT ON cadastro.v_devedor TO cobranca_titulos, cobranca_regua, cobranca_disparo;
