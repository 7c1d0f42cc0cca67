ALTER TABLE cadastro.importacao DROP metade, DROP metade_ate;
