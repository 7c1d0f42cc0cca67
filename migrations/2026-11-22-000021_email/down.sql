DROP FUNCTION cadastro.sair_dos_emails, cadastro.invalidar_email, disparo.empresa_do_email;
DROP TABLE disparo.devolucao;
