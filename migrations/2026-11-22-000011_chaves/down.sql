DROP FUNCTION cadastro.autenticar(uuid, timestamptz);
CREATE FUNCTION cadastro.autenticar(p_chave uuid, p_agora timestamptz)
  RETURNS TABLE (empresa_id uuid, hash bytea, escopos text[])
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT c.empresa_id, c.hash, c.escopos FROM cadastro.chave_api c
     WHERE c.id = p_chave AND c.revogada_em IS NULL AND (c.expira_em IS NULL OR c.expira_em > p_agora)
  $$;
REVOKE ALL ON FUNCTION cadastro.autenticar FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cadastro.autenticar TO cobranca_titulos, cobranca_regua, cobranca_disparo;
