-- A chunk of a file is stored in two halves at a time, each in a transaction of its own. `metade` is the half of the chunk
-- after `posicao` that is stored already, `metade_ate` the last line of that chunk; the other half makes it `posicao`.
ALTER TABLE cadastro.importacao
  ADD metade     smallint CHECK (metade IN (0, 1)),
  ADD metade_ate bigint CHECK (metade_ate > posicao),
  ADD CHECK ((metade IS NULL) = (metade_ate IS NULL));
