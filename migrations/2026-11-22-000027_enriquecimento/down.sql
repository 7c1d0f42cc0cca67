DROP FUNCTION cadastro.enriquecer, cadastro.contatos_a_mesclar, disparo.varrer_consultas, disparo.consulta_de;
DROP TABLE disparo.gasto, disparo.consulta, disparo.politica_enriquecimento;
ALTER TABLE cadastro.meio_contato DROP CONSTRAINT meio_contato_fonte, DROP obtido_em, DROP fonte;
