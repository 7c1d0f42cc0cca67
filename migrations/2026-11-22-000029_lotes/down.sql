REVOKE SELECT ON cadastro.v_empresa FROM cobranca_lote;
REVOKE EXECUTE ON FUNCTION cadastro.autenticar, cadastro.entrar, cadastro.reservar_idempotencia, cadastro.guardar_idempotencia
  FROM cobranca_lote;
DROP VIEW disparo.v_template_texto;
REVOKE USAGE ON SCHEMA disparo FROM cobranca_lote;
DROP VIEW lote.v_acao;
REVOKE USAGE ON SCHEMA lote FROM cobranca_disparo;
DROP TABLE lote.ultimo_filtro, lote.item, lote.acao_em_lote;
