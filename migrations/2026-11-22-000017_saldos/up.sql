-- What each debtor owes in open títulos, a row for everybody: a list asks for the few, of a million, who owe so much. Only the
-- triggers below write here.
CREATE TABLE cadastro.devedor_saldo (
  empresa_id uuid NOT NULL,
  devedor_id uuid NOT NULL,
  saldo      bigint NOT NULL,
  abertos    bigint NOT NULL,
  PRIMARY KEY (empresa_id, devedor_id)
);

-- What the statements of a transaction changed, until it commits: the sums are locked then, all at once and in order of
-- debtor, after everything else, so that nobody who holds one waits for anything but another one. There are no rows here but
-- of transactions under way, which no crash survives.
CREATE UNLOGGED TABLE cadastro.saldo_mudanca (
  empresa_id uuid NOT NULL,
  transacao  xid8 NOT NULL DEFAULT pg_current_xact_id(),
  devedores  uuid[] NOT NULL,
  saldos     bigint[] NOT NULL,
  abertos    bigint[] NOT NULL
);
CREATE INDEX saldo_mudanca_transacao ON cadastro.saldo_mudanca (empresa_id, transacao);
ALTER TABLE cadastro.saldo_mudanca
  ALTER devedores SET STORAGE EXTERNAL, ALTER saldos SET STORAGE EXTERNAL, ALTER abertos SET STORAGE EXTERNAL;

DO $$
DECLARE tabela text;
BEGIN
  FOREACH tabela IN ARRAY ARRAY['devedor_saldo', 'saldo_mudanca'] LOOP
    EXECUTE format('ALTER TABLE cadastro.%I ENABLE ROW LEVEL SECURITY', tabela);
    EXECUTE format('CREATE POLICY da_empresa ON cadastro.%I USING (empresa_id = cadastro.empresa_atual()) '
                   'WITH CHECK (empresa_id = cadastro.empresa_atual())', tabela);
  END LOOP;
END $$;
GRANT SELECT ON cadastro.devedor_saldo TO cobranca_titulos;

-- Who is new owes nothing, and has a row all the same: nothing else is noted as zero.
CREATE FUNCTION cadastro.anotar_devedores() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  BEGIN
    INSERT INTO cadastro.saldo_mudanca (empresa_id, devedores, saldos, abertos)
    SELECT empresa_id, array_agg(id), array_agg(0::bigint), array_agg(0::bigint) FROM novos GROUP BY empresa_id;
    RETURN NULL;
  END $$;

CREATE FUNCTION cadastro.anotar_saldos() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  BEGIN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO cadastro.saldo_mudanca (empresa_id, devedores, saldos, abertos)
      SELECT empresa_id, array_agg(devedor_id), array_agg(saldo), array_agg(1::bigint)
        FROM novos WHERE status = 'aberto' GROUP BY empresa_id;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO cadastro.saldo_mudanca (empresa_id, devedores, saldos, abertos)
      SELECT empresa_id, array_agg(devedor_id), array_agg(-saldo), array_agg(-1::bigint)
        FROM velhos WHERE status = 'aberto' GROUP BY empresa_id;
    ELSE
      INSERT INTO cadastro.saldo_mudanca (empresa_id, devedores, saldos, abertos)
      SELECT empresa_id, array_agg(devedor_id), array_agg(saldo), array_agg(abertos) FROM (
        SELECT empresa_id, devedor_id, sum(saldo)::bigint AS saldo, sum(aberto)::bigint AS abertos FROM (
          SELECT empresa_id, devedor_id, saldo, 1 AS aberto FROM novos WHERE status = 'aberto' UNION ALL
          SELECT empresa_id, devedor_id, -saldo, -1 FROM velhos WHERE status = 'aberto') t
         GROUP BY empresa_id, devedor_id HAVING sum(saldo) <> 0 OR sum(aberto) <> 0) m
       GROUP BY empresa_id;
    END IF;
    RETURN NULL;
  END $$;

-- Adds up what the whole transaction noted; whoever comes second finds nothing.
CREATE FUNCTION cadastro.somar_saldos() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  BEGIN
    WITH anotados AS (
      DELETE FROM cadastro.saldo_mudanca WHERE empresa_id = NEW.empresa_id AND transacao = pg_current_xact_id()
      RETURNING devedores, saldos, abertos)
    INSERT INTO cadastro.devedor_saldo AS s (empresa_id, devedor_id, saldo, abertos)
    SELECT NEW.empresa_id, m.devedor, sum(m.saldo)::bigint, sum(m.aberto)::bigint
      FROM anotados a CROSS JOIN LATERAL unnest(a.devedores, a.saldos, a.abertos) AS m(devedor, saldo, aberto)
     GROUP BY m.devedor
    HAVING sum(m.saldo) <> 0 OR sum(m.aberto) <> 0 OR bool_or(m.saldo = 0 AND m.aberto = 0)
     ORDER BY m.devedor
    ON CONFLICT (empresa_id, devedor_id) DO UPDATE SET saldo = s.saldo + excluded.saldo, abertos = s.abertos + excluded.abertos;
    RETURN NULL;
  END $$;

-- Who is gone owes nothing any more, once it is added up what the same transaction took away.
CREATE FUNCTION cadastro.esquecer_saldos() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  BEGIN
    SET CONSTRAINTS cadastro.somar_saldos IMMEDIATE;
    SET CONSTRAINTS cadastro.somar_saldos DEFERRED;
    DELETE FROM cadastro.devedor_saldo s USING velhos v WHERE s.empresa_id = v.empresa_id AND s.devedor_id = v.id;
    RETURN NULL;
  END $$;
REVOKE ALL ON FUNCTION cadastro.anotar_devedores, cadastro.anotar_saldos, cadastro.somar_saldos, cadastro.esquecer_saldos
  FROM PUBLIC;

CREATE CONSTRAINT TRIGGER somar_saldos AFTER INSERT ON cadastro.saldo_mudanca DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION cadastro.somar_saldos();
CREATE TRIGGER saldo_de_novos AFTER INSERT ON cadastro.devedor REFERENCING NEW TABLE AS novos
  FOR EACH STATEMENT EXECUTE FUNCTION cadastro.anotar_devedores();
CREATE TRIGGER saldo_de_apagados AFTER DELETE ON cadastro.devedor REFERENCING OLD TABLE AS velhos
  FOR EACH STATEMENT EXECUTE FUNCTION cadastro.esquecer_saldos();
CREATE TRIGGER saldo_de_novos AFTER INSERT ON cadastro.titulo REFERENCING NEW TABLE AS novos
  FOR EACH STATEMENT EXECUTE FUNCTION cadastro.anotar_saldos();
CREATE TRIGGER saldo_de_mudados AFTER UPDATE ON cadastro.titulo REFERENCING OLD TABLE AS velhos NEW TABLE AS novos
  FOR EACH STATEMENT EXECUTE FUNCTION cadastro.anotar_saldos();
CREATE TRIGGER saldo_de_apagados AFTER DELETE ON cadastro.titulo REFERENCING OLD TABLE AS velhos
  FOR EACH STATEMENT EXECUTE FUNCTION cadastro.anotar_saldos();

-- From here on nobody writes a debtor or a título until this is over.
INSERT INTO cadastro.devedor_saldo (empresa_id, devedor_id, saldo, abertos)
SELECT d.empresa_id, d.id, coalesce(t.saldo, 0), coalesce(t.abertos, 0)
  FROM cadastro.devedor d LEFT JOIN (
    SELECT empresa_id, devedor_id, sum(saldo)::bigint AS saldo, count(*) AS abertos
      FROM cadastro.titulo WHERE status = 'aberto' GROUP BY empresa_id, devedor_id) t
    ON t.empresa_id = d.empresa_id AND t.devedor_id = d.id;
CREATE INDEX devedor_saldo_saldo ON cadastro.devedor_saldo (empresa_id, saldo, devedor_id);
-- What it was for is one row now.
DROP INDEX cadastro.titulo_aberto;
-- Negotiations by an instalment of theirs, each status a range.
DROP INDEX cadastro.titulo_parcela;
CREATE INDEX titulo_parcela ON cadastro.titulo (empresa_id, status, vencimento, acordo_id) WHERE acordo_id IS NOT NULL;
