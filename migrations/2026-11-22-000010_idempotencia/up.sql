-- What a request with an Idempotency-Key answered, kept in the transaction that did what it asked for.
-- impressao: SHA-256 of the request, so that the same key on another request is told from a repetition.
-- corpo is the very text that was sent, without what is shown only once.
CREATE TABLE cadastro.idempotencia (
  empresa_id uuid NOT NULL REFERENCES cadastro.empresa,
  chave      text NOT NULL CHECK (length(chave) BETWEEN 1 AND 255),
  impressao  bytea NOT NULL,
  status     smallint NOT NULL,
  endereco   text,
  versao     text,
  corpo      text,
  criada_em  timestamptz NOT NULL,
  PRIMARY KEY (empresa_id, chave)
);
CREATE INDEX idempotencia_idade ON cadastro.idempotencia (criada_em);
ALTER TABLE cadastro.idempotencia ENABLE ROW LEVEL SECURITY;
CREATE POLICY da_empresa ON cadastro.idempotencia
  USING (empresa_id = cadastro.empresa_atual()) WITH CHECK (empresa_id = cadastro.empresa_atual());
GRANT SELECT, INSERT, UPDATE, DELETE ON cadastro.idempotencia TO cobranca_titulos;

-- Takes the key until the transaction ends, without waiting: `livre` is false while another transaction has it. With the
-- key taken comes what it answered since p_desde. In PL/pgSQL each statement sees what was committed before it begins:
-- whoever gets the key sees what its last holder left.
CREATE FUNCTION cadastro.reservar_idempotencia(p_chave text, p_desde timestamptz)
  RETURNS TABLE (livre boolean, impressao bytea, status smallint, endereco text, versao text, corpo text)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    BEGIN
      livre := pg_try_advisory_xact_lock(
        hashtextextended('cadastro.idempotencia ' || cadastro.empresa_atual() || ' ' || p_chave, 0));
      IF livre THEN
        SELECT i.impressao, i.status, i.endereco, i.versao, i.corpo INTO impressao, status, endereco, versao, corpo
          FROM cadastro.idempotencia i
         WHERE i.empresa_id = cadastro.empresa_atual() AND i.chave = p_chave AND i.criada_em > p_desde;
      END IF;
      RETURN NEXT;
    END
  $$;

-- Keeps an answer, in the place of one that is older than p_desde, and forgets a few such of any company: more than one
-- for each that comes, so that what was kept and nobody asks for any more does not stay.
CREATE FUNCTION cadastro.guardar_idempotencia(p_chave text, p_impressao bytea, p_status smallint, p_endereco text,
                                              p_versao text, p_corpo text, p_agora timestamptz, p_desde timestamptz)
  RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    DELETE FROM cadastro.idempotencia WHERE (empresa_id, chave) IN (
      SELECT i.empresa_id, i.chave FROM cadastro.idempotencia i WHERE i.criada_em <= p_desde
       ORDER BY i.criada_em LIMIT 20 FOR UPDATE SKIP LOCKED);
    INSERT INTO cadastro.idempotencia (empresa_id, chave, impressao, status, endereco, versao, corpo, criada_em)
      VALUES (cadastro.empresa_atual(), p_chave, p_impressao, p_status, p_endereco, p_versao, p_corpo, p_agora)
      ON CONFLICT (empresa_id, chave) DO UPDATE
        SET impressao = excluded.impressao, status = excluded.status, endereco = excluded.endereco,
            versao = excluded.versao, corpo = excluded.corpo, criada_em = excluded.criada_em;
  $$;

REVOKE ALL ON FUNCTION cadastro.reservar_idempotencia, cadastro.guardar_idempotencia FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cadastro.reservar_idempotencia, cadastro.guardar_idempotencia
  TO cobranca_titulos, cobranca_regua, cobranca_disparo;
