-- Enrichment: what a company chose about queries, each query with what it was for and what it cost, and which contacts came of it.

-- Who told a contact and when, where a provider did.
ALTER TABLE cadastro.meio_contato
  ADD fonte     text,
  ADD obtido_em timestamptz,
  ADD CONSTRAINT meio_contato_fonte CHECK ((fonte IS NULL) = (obtido_em IS NULL));

-- What a provider told of a debtor himself: score_em is when it told his score, null where the company gave it; falecido_em since when
-- he is held to be dead, by a provider or by a person.
ALTER TABLE cadastro.devedor
  ADD score_em    timestamptz,
  ADD falecido_em timestamptz,
  ADD CONSTRAINT devedor_score_em CHECK (score_em IS NULL OR score IS NOT NULL);
CREATE INDEX devedor_falecido ON cadastro.devedor (empresa_id, id) WHERE falecido_em IS NOT NULL;
CREATE FUNCTION cadastro.score_da_empresa() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
  AS $$ BEGIN NEW.score_em := NULL; RETURN NEW; END $$;
CREATE TRIGGER score_da_empresa BEFORE UPDATE OF score ON cadastro.devedor FOR EACH ROW
  WHEN (NEW.score IS DISTINCT FROM OLD.score AND OLD.score_em IS NOT NULL AND NEW.score_em IS NOT DISTINCT FROM OLD.score_em)
  EXECUTE FUNCTION cadastro.score_da_empresa();

-- Whom nothing is sent to any more, for the fence.
CREATE VIEW cadastro.v_falecido WITH (security_barrier) AS
  SELECT d.empresa_id, d.id AS devedor_id, d.falecido_em FROM cadastro.devedor d
   WHERE d.empresa_id = cadastro.empresa_atual() AND d.falecido_em IS NOT NULL;
GRANT SELECT ON cadastro.v_falecido TO cobranca_disparo;

CREATE TABLE disparo.politica_enriquecimento (
  empresa_id           uuid PRIMARY KEY,
  limite_mensal        bigint CHECK (limite_mensal >= 0), -- null = none
  enderecos            boolean NOT NULL,
  dias_entre_consultas smallint NOT NULL CHECK (dias_entre_consultas BETWEEN 0 AND 365),
  dias_de_validade     smallint NOT NULL CHECK (dias_de_validade BETWEEN 0 AND 365),
  finalidade           text NOT NULL,
  base_legal           text NOT NULL,
  versao               integer NOT NULL DEFAULT 2 -- 1 is that nothing was chosen yet
);

-- A query is written at the fence of its execution, before it leaves: none is without what it is for, and whatever becomes of the
-- process, what it may have cost is counted. pedida_em and respondida_em are business time.
CREATE TABLE disparo.consulta (
  empresa_id    uuid NOT NULL,
  execucao_id   uuid NOT NULL,
  devedor_id    uuid NOT NULL,
  documento     text NOT NULL,
  provedor      text NOT NULL,
  protocolo     text,             -- the provider's own name for it
  finalidade    text NOT NULL,
  base_legal    text NOT NULL,
  estado        text NOT NULL CHECK (estado IN ('pendente', 'concluida', 'nao_encontrado', 'erro')),
  aproveitada   boolean NOT NULL, -- an earlier answer was used, and nobody was asked
  mes           date NOT NULL,    -- in whose spending it counts
  preco         bigint NOT NULL CHECK (preco >= 0), -- of the attempt that is under way
  custo         bigint NOT NULL CHECK (custo >= 0), -- of all, with what nobody knows to be charged or not
  pedida_em     timestamptz NOT NULL,
  respondida_em timestamptz,
  dados         jsonb,            -- the answer, for as long as it is good
  mudancas      jsonb,            -- what came of it
  PRIMARY KEY (empresa_id, execucao_id),
  FOREIGN KEY (empresa_id, execucao_id) REFERENCES disparo.execucao,
  CHECK ((estado IN ('concluida', 'nao_encontrado')) = (respondida_em IS NOT NULL))
);
CREATE INDEX consulta_lista ON disparo.consulta (empresa_id, pedida_em, execucao_id);
CREATE INDEX consulta_documento ON disparo.consulta (empresa_id, documento, pedida_em);
CREATE INDEX consulta_devedor ON disparo.consulta (empresa_id, devedor_id, pedida_em);
-- What comes later names it by our key or by the provider's.
CREATE INDEX consulta_chave ON disparo.consulta (execucao_id);
CREATE INDEX consulta_protocolo ON disparo.consulta (provedor, protocolo) WHERE protocolo IS NOT NULL;
CREATE INDEX consulta_pendente ON disparo.consulta (pedida_em) WHERE estado = 'pendente';
CREATE INDEX consulta_guardada ON disparo.consulta (pedida_em) WHERE dados IS NOT NULL;

CREATE TABLE disparo.gasto (
  empresa_id uuid NOT NULL,
  mes        date NOT NULL,
  custo      bigint NOT NULL,
  consultas  bigint NOT NULL,
  PRIMARY KEY (empresa_id, mes)
);

DO $$
DECLARE tabela text;
BEGIN
  FOREACH tabela IN ARRAY ARRAY['politica_enriquecimento', 'consulta', 'gasto'] LOOP
    EXECUTE format('ALTER TABLE disparo.%I ENABLE ROW LEVEL SECURITY', tabela);
    EXECUTE format('CREATE POLICY da_empresa ON disparo.%I USING (empresa_id = cadastro.empresa_atual()) '
                   'WITH CHECK (empresa_id = cadastro.empresa_atual())', tabela);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON disparo.politica_enriquecimento, disparo.consulta, disparo.gasto TO cobranca_disparo;

-- Whose a query is that a provider speaks of. Ids only.
CREATE FUNCTION disparo.consulta_de(p_provedor text, p_consulta text) RETURNS TABLE (empresa_id uuid, execucao_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT c.empresa_id, c.execucao_id FROM disparo.consulta c
     WHERE c.execucao_id = disparo.como_chave(p_consulta) AND c.provedor = p_provedor
     UNION ALL
    SELECT c.empresa_id, c.execucao_id FROM disparo.consulta c
     WHERE c.provedor = p_provedor AND c.protocolo = p_consulta
     LIMIT 1
  $$;

-- Answers that are no longer good are forgotten, a thousand at a time; what nobody answered for so long is given up, and its
-- execution with it. What it may have cost stays counted.
CREATE FUNCTION disparo.varrer_consultas(p_agora timestamptz, p_prazo interval) RETURNS TABLE (esquecidas bigint, desistidas bigint)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH velhas AS MATERIALIZED (
      SELECT c.empresa_id, c.execucao_id FROM disparo.consulta c
        LEFT JOIN disparo.politica_enriquecimento p ON p.empresa_id = c.empresa_id
       WHERE c.dados IS NOT NULL AND c.pedida_em < p_agora - make_interval(days => coalesce(p.dias_de_validade, 90))
         AND c.pedida_em < p_agora - make_interval(days => least(90, ( -- those that are still good everywhere are not read
               SELECT min(x.dias_de_validade) FROM disparo.politica_enriquecimento x)))
       ORDER BY c.pedida_em LIMIT 1000),
    esquecidas AS (
      UPDATE disparo.consulta c SET dados = NULL FROM velhas v
       WHERE c.empresa_id = v.empresa_id AND c.execucao_id = v.execucao_id RETURNING 1),
    caladas AS MATERIALIZED (
      SELECT e.empresa_id, e.id FROM disparo.consulta c
        JOIN disparo.execucao e ON e.empresa_id = c.empresa_id AND e.id = c.execucao_id
       WHERE c.estado = 'pendente' AND c.pedida_em < p_agora - p_prazo
         AND e.estado IN ('enviada', 'falhou', 'incerta', 'revisao_manual', 'descartada', 'expirada')
       ORDER BY e.empresa_id, e.id LIMIT 1000 FOR UPDATE OF e SKIP LOCKED),
    desistidas AS (
      UPDATE disparo.consulta c SET estado = 'erro' FROM caladas x
       WHERE c.empresa_id = x.empresa_id AND c.execucao_id = x.id AND c.estado = 'pendente' RETURNING 1),
    devolvidas AS (
      UPDATE disparo.execucao e SET estado = 'devolvida', motivo = 'sem_resposta', atualizada_em = clock_timestamp()
        FROM caladas x WHERE e.empresa_id = x.empresa_id AND e.id = x.id AND e.estado = 'enviada' RETURNING 1)
    SELECT (SELECT count(*) FROM esquecidas), (SELECT count(*) FROM desistidas)
  $$;

-- Rule b22: what a debtor has, whether it may be used or not. The debtor is held until the transaction ends, so that what is
-- decided by it is still true when it is written.
CREATE FUNCTION cadastro.contatos_a_mesclar(p_devedor uuid) RETURNS TABLE (tipo text, valor text, endereco jsonb)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  BEGIN
    PERFORM FROM cadastro.devedor d WHERE d.empresa_id = cadastro.empresa_atual() AND d.id = p_devedor FOR NO KEY UPDATE;
    RETURN QUERY SELECT m.tipo, m.valor, m.endereco FROM cadastro.meio_contato m
                  WHERE m.empresa_id = cadastro.empresa_atual() AND m.devedor_id = p_devedor;
  END $$;

-- Of the debtor himself, held like his contacts: his score, where an answer brought it when, and whether he is held to be dead.
CREATE FUNCTION cadastro.devedor_a_mesclar(p_devedor uuid) RETURNS TABLE (score smallint, score_em timestamptz, falecido boolean)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT d.score, d.score_em, d.falecido_em IS NOT NULL FROM cadastro.devedor d
     WHERE d.empresa_id = cadastro.empresa_atual() AND d.id = p_devedor FOR NO KEY UPDATE
  $$;

-- Rule b22: adds contacts that a provider told, after those that are there, and changes none that is; and writes what is news of the
-- debtor himself (rules s10, G19). Answers how many contacts are new.
CREATE FUNCTION cadastro.enriquecer(
    p_devedor uuid, p_tipo text[], p_valor text[], p_endereco text[], p_fonte text, p_em timestamptz, p_score smallint,
    p_falecido boolean) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  DECLARE novos bigint;
  BEGIN
    INSERT INTO cadastro.meio_contato (empresa_id, devedor_id, tipo, valor, endereco, ordem, origem, fonte, obtido_em)
    SELECT cadastro.empresa_atual(), p_devedor, x.tipo, coalesce(x.valor, cadastro.chave_endereco(x.endereco::jsonb)),
           x.endereco::jsonb,
           (SELECT coalesce(max(m.ordem) + 1, 0) FROM cadastro.meio_contato m
             WHERE m.empresa_id = cadastro.empresa_atual() AND m.devedor_id = p_devedor AND m.tipo = x.tipo)
             + row_number() OVER (PARTITION BY x.tipo ORDER BY x.n) - 1,
           'enriquecimento', p_fonte, p_em
      FROM unnest(p_tipo, p_valor, p_endereco) WITH ORDINALITY AS x (tipo, valor, endereco, n)
        ON CONFLICT (empresa_id, devedor_id, tipo, valor) DO NOTHING;
    GET DIAGNOSTICS novos = ROW_COUNT;
    IF novos > 0 OR p_score IS NOT NULL OR p_falecido THEN
      UPDATE cadastro.devedor d
         SET score = coalesce(p_score, d.score), score_em = CASE WHEN p_score IS NULL THEN d.score_em ELSE p_em END,
             falecido_em = CASE WHEN p_falecido THEN coalesce(d.falecido_em, p_em) ELSE d.falecido_em END,
             versao = d.versao + 1, atualizado_em = p_em
       WHERE d.empresa_id = cadastro.empresa_atual() AND d.id = p_devedor;
      PERFORM regua.marcar(ARRAY[p_devedor]);
    END IF;
    RETURN novos;
  END $$;

REVOKE ALL ON FUNCTION disparo.consulta_de, disparo.varrer_consultas, cadastro.contatos_a_mesclar, cadastro.devedor_a_mesclar,
  cadastro.enriquecer, cadastro.score_da_empresa FROM PUBLIC;
GRANT EXECUTE ON FUNCTION disparo.consulta_de, disparo.varrer_consultas, cadastro.contatos_a_mesclar, cadastro.devedor_a_mesclar,
  cadastro.enriquecer TO cobranca_disparo;
