DROP FUNCTION lote.planilhas_por_limpar;
DROP INDEX lote.acao_em_lote_planilha;
ALTER TABLE lote.acao_em_lote DROP CONSTRAINT lote_planilha;
DROP TABLE lote.planilha_recusada, lote.planilha_devedor, lote.planilha;
