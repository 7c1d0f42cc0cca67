REVOKE USAGE ON SCHEMA disparo FROM cobranca_titulos;
DROP FUNCTION cadastro.titulos_negativados, cadastro.segurar_informante, disparo.usa_credor, disparo.empresas_com_negativacoes;
DROP TRIGGER negativacao_do_titulo ON cadastro.titulo;
DROP TRIGGER negativacao_do_acordo ON cadastro.negociacao;
DROP FUNCTION disparo.anotar_titulos, disparo.anotar_acordo;
DROP TABLE disparo.retorno, disparo.titulo_mudado, disparo.negativacao, disparo.remessa, disparo.credencial;
DROP FUNCTION disparo.contar_negativacao, disparo.dar_passo_de_negativacao;
DELETE FROM disparo.acontecimento WHERE tipo = 'negativacao';
