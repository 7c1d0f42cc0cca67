DROP FUNCTION cadastro.enriquecer, cadastro.devedor_a_mesclar, cadastro.contatos_a_mesclar, disparo.varrer_consultas, disparo.consulta_de;
DROP TABLE disparo.gasto, disparo.consulta, disparo.politica_enriquecimento;
DROP VIEW cadastro.v_falecido;
DROP TRIGGER score_da_empresa ON cadastro.devedor;
DROP FUNCTION cadastro.score_da_empresa;
ALTER TABLE cadastro.devedor DROP CONSTRAINT devedor_score_em, DROP falecido_em, DROP score_em;
ALTER TABLE cadastro.meio_contato DROP CONSTRAINT meio_contato_fonte, DROP obtido_em, DROP fonte;
