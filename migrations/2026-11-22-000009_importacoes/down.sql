DROP FUNCTION cadastro.importacoes_por_fazer, cadastro.varrer_partes;
DROP TABLE cadastro.importacao_ausente, cadastro.importacao_erro, cadastro.importacao, cadastro.importacao_parte, cadastro.mapeamento;
