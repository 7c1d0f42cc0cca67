DROP TABLE cadastro.importacao_enviado;
DROP INDEX cadastro.importacao_completa;
ALTER TABLE cadastro.importacao_ausente DROP versao;
ALTER TABLE cadastro.importacao
  DROP credor, DROP credor_id, DROP zerados, DROP por_credor, DROP preservados, DROP confirmada_por;
