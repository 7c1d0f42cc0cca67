-- What a request does first: its key must still be good, and from there on until its transaction ends the company is
-- seen. A service remembers whose key it is (that never changes), never that it is good. The search path is bound so
-- that nobody's own table is taken for ours.
CREATE FUNCTION cadastro.entrar(p_empresa uuid, p_chave uuid, p_agora timestamptz) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  BEGIN
    IF NOT EXISTS (SELECT FROM cadastro.chave_api c
                    WHERE c.empresa_id = p_empresa AND c.id = p_chave AND c.revogada_em IS NULL
                      AND (c.expira_em IS NULL OR c.expira_em > p_agora)) THEN
      RAISE EXCEPTION 'a chave não vale mais' USING ERRCODE = '28000', CONSTRAINT = 'chave_viva';
    END IF;
    PERFORM set_config('app.empresa', p_empresa::text, true);
    RETURN p_empresa;
  END
  $$;
REVOKE ALL ON FUNCTION cadastro.entrar FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cadastro.entrar TO cobranca_titulos, cobranca_regua, cobranca_disparo;
