DROP FUNCTION cadastro.sair_dos_sms, disparo.varrer_recibos, disparo.receber, disparo.aplicar_recibos, disparo.como_chave;
DROP INDEX disparo.tentativa_da_chave;
DROP TABLE disparo.recibo;
