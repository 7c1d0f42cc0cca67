-- Authentication, as before, and until when: whoever remembers a key for a moment must not remember it beyond its end.
DROP FUNCTION cadastro.autenticar(uuid, timestamptz);
CREATE FUNCTION cadastro.autenticar(p_chave uuid, p_agora timestamptz)
  RETURNS TABLE (empresa_id uuid, hash bytea, escopos text[], expira_em timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT c.empresa_id, c.hash, c.escopos, c.expira_em FROM cadastro.chave_api c
     WHERE c.id = p_chave AND c.revogada_em IS NULL AND (c.expira_em IS NULL OR c.expira_em > p_agora)
  $$;
REVOKE ALL ON FUNCTION cadastro.autenticar FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cadastro.autenticar TO cobranca_titulos, cobranca_regua, cobranca_disparo;
