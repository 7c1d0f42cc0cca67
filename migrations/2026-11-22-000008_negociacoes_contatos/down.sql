-- An earlier version knows no broken negotiation: to it, it is one that was confirmed, whose originals went their own way.
DROP TABLE cadastro.contato, cadastro.resultado_contato, cadastro.politica_negociacao, cadastro.negociacao_titulo;
DROP INDEX cadastro.negociacao_criada, cadastro.negociacao_estado, cadastro.negociacao_usuario, cadastro.negociacao_cancelada,
  cadastro.negociacao_devedor, cadastro.negociacao_aberta, cadastro.titulo_parcela;
ALTER TABLE cadastro.negociacao
  DROP CONSTRAINT negociacao_estado_check, DROP CONSTRAINT negociacao_quebrada, DROP CONSTRAINT negociacao_soma;
UPDATE cadastro.negociacao SET estado = 'confirmada', confirmada_em = coalesce(confirmada_em, quebrada_em)
 WHERE estado = 'quebrada';
ALTER TABLE cadastro.negociacao
  DROP principal, DROP encargos, DROP desconto_encargos, DROP desconto_principal, DROP juros, DROP com_entrada, DROP usuario,
  DROP observacao, DROP quebrada_em,
  ADD CONSTRAINT negociacao_estado_check CHECK (estado IN ('aberta', 'confirmada', 'cancelada'));
CREATE INDEX negociacao_devedor ON cadastro.negociacao (empresa_id, devedor_id);
CREATE INDEX negociacao_aberta ON cadastro.negociacao (empresa_id, primeira_parcela) WHERE estado = 'aberta';
