DROP FUNCTION lote.exportacoes_por_fazer, disparo.concluir_exportacao, disparo.renovar_exportacao, disparo.tomar_exportacao,
  disparo.reservar_exportacao;
DROP TABLE lote.exportacao;
