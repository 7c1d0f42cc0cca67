DROP FUNCTION cadastro.gravado_antes;
ALTER TABLE cadastro.importacao DROP retrato, DROP suspensos;
