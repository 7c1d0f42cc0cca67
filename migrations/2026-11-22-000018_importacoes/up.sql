-- What was committed when the file of an import had arrived. A sandbox clock stands still, and what came before the file and
-- what came after it have one instant; of imports of a former version it is not known. `suspensos`: of what a full file may
-- cancel, what is suspended; `abertos` is what is open.
ALTER TABLE cadastro.importacao
  ADD retrato   pg_snapshot,
  ADD suspensos bigint;

-- Whether the transaction that wrote a row had ended when `retrato` was taken. A row knows its transaction modulo 2^32: it is
-- the one nearest to the picture.
CREATE FUNCTION cadastro.gravado_antes(linha xid, retrato pg_snapshot) RETURNS boolean
  LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT CASE WHEN volta < 2147483648 THEN false
                ELSE pg_visible_in_snapshot((fim + volta - 4294967296)::text::xid8, retrato) END
      FROM (SELECT fim, (linha::text::bigint - fim) & 4294967295 AS volta
              FROM (SELECT pg_snapshot_xmax(retrato)::text::bigint AS fim) x) x
  $$;
REVOKE ALL ON FUNCTION cadastro.gravado_antes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cadastro.gravado_antes TO cobranca_titulos;
