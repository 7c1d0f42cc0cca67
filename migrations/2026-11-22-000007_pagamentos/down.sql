-- An earlier version knows what is left of a titulo, not who paid the rest of it.
DROP TRIGGER titulo_historico ON cadastro.titulo;
DROP FUNCTION cadastro.guardar_historico;
DROP TABLE cadastro.titulo_historico, cadastro.indice, cadastro.pagamento;
DROP INDEX cadastro.titulo_vencimento, cadastro.titulo_saldo, cadastro.titulo_atualizado, cadastro.titulo_credor;
ALTER TABLE cadastro.titulo DROP nosso_numero, DROP linha_digitavel, DROP pix_copia_e_cola, DROP link_boleto;
