DROP FUNCTION disparo.linha_do_tempo_outras, regua.noite_andando, cadastro.titulos_das_cartas, disparo.empresas_com_arquivos;
DROP VIEW cadastro.v_importacao_erro, cadastro.v_importacao_recusada;
DROP INDEX disparo.execucao_carta_a_caminho;
DROP TABLE disparo.acontecimento, disparo.carta, disparo.arquivo_baixado, disparo.arquivo;
