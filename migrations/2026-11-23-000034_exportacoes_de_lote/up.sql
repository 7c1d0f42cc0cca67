-- Lists and details of batches that are kept as files (rules b11, b20, c02).

-- What was asked for and is not written yet; its file has the same id. Asked for again meanwhile, of the batch as it was, it is the
-- same one.
CREATE TABLE lote.exportacao (
  empresa_id uuid NOT NULL,
  id         uuid NOT NULL,
  lote_id    uuid NOT NULL,
  versao     integer NOT NULL, -- of the batch
  relacao    text NOT NULL CHECK (relacao IN ('aptos', 'itens')),
  formato    text NOT NULL CHECK (formato IN ('csv', 'xlsx')),
  PRIMARY KEY (empresa_id, id),
  CONSTRAINT exportacao_unica UNIQUE (empresa_id, lote_id, versao, relacao, formato),
  CONSTRAINT exportacao_lote FOREIGN KEY (empresa_id, lote_id) REFERENCES lote.acao_em_lote
);
ALTER TABLE lote.exportacao ENABLE ROW LEVEL SECURITY;
CREATE POLICY da_empresa ON lote.exportacao USING (empresa_id = cadastro.empresa_atual())
  WITH CHECK (empresa_id = cadastro.empresa_atual());
GRANT SELECT, INSERT, DELETE ON lote.exportacao TO cobranca_lote;

-- The row of such a file, in the transaction that asks for it: nobody makes it yet.
CREATE FUNCTION disparo.reservar_exportacao(p_id uuid, p_nome text, p_mime text, p_data date, p_acao uuid, p_agora timestamptz)
  RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    INSERT INTO disparo.arquivo (empresa_id, id, tipo, nome, mime, data, acao_id, criado_em, cerca, lease_ate)
    VALUES (cadastro.empresa_atual(), p_id, 'exportacoes', p_nome, p_mime, p_data, p_acao, p_agora, nextval('disparo.cerca'),
            clock_timestamp())
  $$;

-- Its fence for whoever makes it from now on; null when somebody else does, or did.
CREATE FUNCTION disparo.tomar_exportacao(p_id uuid, p_prazo interval) RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    UPDATE disparo.arquivo SET cerca = nextval('disparo.cerca'), lease_ate = clock_timestamp() + p_prazo, tentativas = tentativas + 1
     WHERE empresa_id = cadastro.empresa_atual() AND id = p_id AND tipo = 'exportacoes' AND estado = 'gerando'
       AND lease_ate < clock_timestamp()
    RETURNING cerca
  $$;

-- Whether it is still his, for longer now.
CREATE FUNCTION disparo.renovar_exportacao(p_id uuid, p_cerca bigint, p_prazo interval) RETURNS boolean
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH dele AS (
      UPDATE disparo.arquivo SET lease_ate = clock_timestamp() + p_prazo
       WHERE empresa_id = cadastro.empresa_atual() AND id = p_id AND tipo = 'exportacoes' AND cerca = p_cerca AND estado = 'gerando'
      RETURNING 1)
    SELECT EXISTS (SELECT FROM dele)
  $$;

-- Its bytes are there, or nothing belongs in it (p_lugar null). Answers whether it was still his to make.
CREATE FUNCTION disparo.concluir_exportacao(
    p_id uuid, p_cerca bigint, p_lugar text, p_tamanho bigint, p_sha256 text, p_itens bigint, p_agora timestamptz) RETURNS boolean
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH dele AS (
      UPDATE disparo.arquivo SET estado = CASE WHEN p_lugar IS NULL THEN 'vazio' ELSE 'pronto' END, lugar = p_lugar,
             tamanho = p_tamanho, sha256 = p_sha256, itens = p_itens, pronto_em = p_agora, versao = versao + 1, lease_ate = NULL
       WHERE empresa_id = cadastro.empresa_atual() AND id = p_id AND tipo = 'exportacoes' AND cerca = p_cerca AND estado = 'gerando'
      RETURNING 1)
    SELECT EXISTS (SELECT FROM dele)
  $$;

-- What workers look for, of every company: files that were asked for and that nobody is making.
CREATE FUNCTION lote.exportacoes_por_fazer() RETURNS TABLE (empresa_id uuid, id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT a.empresa_id, a.id FROM disparo.arquivo a JOIN lote.exportacao e ON e.empresa_id = a.empresa_id AND e.id = a.id
     WHERE a.estado = 'gerando' AND a.lease_ate < clock_timestamp() ORDER BY a.lease_ate, a.id
  $$;
REVOKE ALL ON FUNCTION disparo.reservar_exportacao, disparo.tomar_exportacao, disparo.renovar_exportacao, disparo.concluir_exportacao,
  lote.exportacoes_por_fazer FROM PUBLIC;
GRANT EXECUTE ON FUNCTION disparo.reservar_exportacao, disparo.tomar_exportacao, disparo.renovar_exportacao,
  disparo.concluir_exportacao, lote.exportacoes_por_fazer TO cobranca_lote;
