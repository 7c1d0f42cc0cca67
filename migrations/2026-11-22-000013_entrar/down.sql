DROP FUNCTION cadastro.entrar;
