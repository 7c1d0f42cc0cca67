-- What comes back of an e-mail: that it did not arrive, that it did, and that somebody wants no more of them.

-- An address that a message came back from, once a message, with what that says of it (domain::contato::Devolucao).
CREATE TABLE disparo.devolucao (
  empresa_id  uuid NOT NULL,
  execucao_id uuid NOT NULL,
  endereco    text NOT NULL,
  devolucao   text NOT NULL CHECK (devolucao IN ('definitiva', 'temporaria', 'alheia')),
  codigo      text NOT NULL,
  em          timestamptz NOT NULL,
  PRIMARY KEY (empresa_id, execucao_id, endereco),
  FOREIGN KEY (empresa_id, execucao_id) REFERENCES disparo.execucao
);
CREATE INDEX devolucao_temporaria ON disparo.devolucao (empresa_id, endereco, em) WHERE devolucao = 'temporaria';
ALTER TABLE disparo.devolucao ENABLE ROW LEVEL SECURITY;
CREATE POLICY da_empresa ON disparo.devolucao USING (empresa_id = cadastro.empresa_atual())
  WITH CHECK (empresa_id = cadastro.empresa_atual());
GRANT SELECT, INSERT, UPDATE ON disparo.devolucao TO cobranca_disparo;

-- Whose an e-mail is that is known by its Message-ID alone. By leaps over the companies, so that no message pays for an index
-- that only those need that come back.
CREATE FUNCTION disparo.empresa_do_email(p_execucao uuid) RETURNS uuid
  LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH RECURSIVE empresa AS (
      (SELECT e.empresa_id FROM disparo.execucao e ORDER BY e.empresa_id LIMIT 1)
       UNION ALL
      SELECT p.empresa_id FROM empresa a CROSS JOIN LATERAL (
        SELECT e.empresa_id FROM disparo.execucao e WHERE e.empresa_id > a.empresa_id ORDER BY e.empresa_id LIMIT 1) p)
    SELECT e.empresa_id FROM empresa a JOIN disparo.execucao e ON e.empresa_id = a.empresa_id AND e.id = p_execucao
     WHERE e.canal = 'email' LIMIT 1
  $$;

-- The debtor wants no more e-mails; what he owes he still owes. Answers whether that is new.
CREATE FUNCTION cadastro.sair_dos_emails(p_devedor uuid, p_motivo text, p_agora timestamptz) RETURNS boolean
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH sai AS (
      INSERT INTO cadastro.opt_out (empresa_id, devedor_id, canal, desde, motivo)
      VALUES (cadastro.empresa_atual(), p_devedor, 'email', p_agora, p_motivo)
          ON CONFLICT DO NOTHING
      RETURNING 1)
    SELECT EXISTS (SELECT FROM sai)
  $$;

-- There is no mailbox at this address, whoever of the company's debtors has it. Answers how many contacts that is.
CREATE FUNCTION cadastro.invalidar_email(p_endereco text, p_motivo text, p_agora timestamptz) RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH mortos AS (
      UPDATE cadastro.meio_contato SET invalido_desde = p_agora, motivo = p_motivo
       WHERE empresa_id = cadastro.empresa_atual() AND tipo = 'email' AND valor = p_endereco AND invalido_desde IS NULL
      RETURNING 1)
    SELECT count(*) FROM mortos
  $$;

REVOKE ALL ON FUNCTION cadastro.sair_dos_emails, cadastro.invalidar_email, disparo.empresa_do_email FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cadastro.sair_dos_emails, cadastro.invalidar_email, disparo.empresa_do_email TO cobranca_disparo;
