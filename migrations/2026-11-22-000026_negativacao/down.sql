DROP FUNCTION cadastro.titulos_negativados, cadastro.segurar_informante, disparo.usa_credor, disparo.empresas_com_negativacoes;
DROP TABLE disparo.retorno, disparo.negativacao, disparo.remessa, disparo.credencial;
DROP FUNCTION disparo.contar_negativacao, disparo.dar_passo_de_negativacao;
DELETE FROM disparo.acontecimento WHERE tipo = 'negativacao';
