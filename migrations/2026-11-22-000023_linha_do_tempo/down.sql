DROP FUNCTION disparo.linha_do_tempo, disparo.chave_do_recibo, regua.linha_do_tempo, cadastro.linha_do_tempo;
DROP VIEW cadastro.v_chave;

DROP INDEX cadastro.pagamento_titulo, cadastro.pagamento_estornado;
CREATE INDEX pagamento_titulo ON cadastro.pagamento (empresa_id, titulo_id);
ALTER TABLE cadastro.titulo_historico
  DROP CONSTRAINT titulo_historico_pkey, ADD PRIMARY KEY (empresa_id, titulo_id, seq);

DROP INDEX disparo.execucao_devedor;
CREATE INDEX execucao_devedor ON disparo.execucao (empresa_id, devedor_id);
ALTER TABLE disparo.intervencao DROP devedor_id;
ALTER TABLE disparo.tentativa DROP devedor_id;
