DROP FUNCTION cadastro.reservar_idempotencia, cadastro.guardar_idempotencia;
DROP TABLE cadastro.idempotencia;
