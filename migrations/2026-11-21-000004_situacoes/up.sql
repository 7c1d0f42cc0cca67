-- What réguas ask about debtors and titulos; suspension until a day; negotiations and their instalments.

ALTER TABLE cadastro.empresa
  ADD migracao             text NOT NULL DEFAULT 'prioridade' CHECK (migracao IN ('prioridade', 'perfil_perdido')),
  ADD cancelar_acordo_apos smallint CHECK (cancelar_acordo_apos BETWEEN 0 AND 365);

-- A label as the domain keeps it: without blanks around it, of 1 to 60 characters; null when nothing is left. The blanks
-- are those of Unicode. What was stored before labels had rules is cut to them.
CREATE FUNCTION cadastro.rotulo(p_texto text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN nullif(rtrim(left(ltrim(p_texto,
      E' \t\n\u000B\f\r\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000'), 60),
      E' \t\n\u000B\f\r\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000'), '');
UPDATE cadastro.devedor SET categoria = cadastro.rotulo(categoria) WHERE categoria IS DISTINCT FROM cadastro.rotulo(categoria);

ALTER TABLE cadastro.devedor
  ADD score smallint CHECK (score BETWEEN 0 AND 1000),
  ADD CONSTRAINT devedor_rotulo CHECK (categoria IS NOT DISTINCT FROM cadastro.rotulo(categoria));

-- Rules k01-k07. It is confirmed by the first instalment paid in full; the originals point to it while it lasts.
-- com_pagamento: any instalment was paid; from then on it is not cancelled, nor cancels itself (rule k05).
CREATE TABLE cadastro.negociacao (
  empresa_id       uuid NOT NULL,
  id               uuid NOT NULL,
  devedor_id       uuid NOT NULL,
  estado           text NOT NULL DEFAULT 'aberta' CHECK (estado IN ('aberta', 'confirmada', 'cancelada')),
  valor            bigint NOT NULL CHECK (valor > 0),
  primeira_parcela date NOT NULL,
  com_pagamento    boolean NOT NULL DEFAULT false,
  criada_em        timestamptz NOT NULL,
  confirmada_em    timestamptz,
  cancelada_em     timestamptz,
  PRIMARY KEY (empresa_id, id),
  FOREIGN KEY (empresa_id, devedor_id) REFERENCES cadastro.devedor,
  CHECK ((estado = 'cancelada') = (cancelada_em IS NOT NULL)),
  CHECK (estado <> 'confirmada' OR (confirmada_em IS NOT NULL AND com_pagamento)),
  CHECK (estado <> 'cancelada' OR NOT com_pagamento)
);
CREATE INDEX negociacao_devedor ON cadastro.negociacao (empresa_id, devedor_id);
CREATE INDEX negociacao_aberta ON cadastro.negociacao (empresa_id, primeira_parcela) WHERE estado = 'aberta';

ALTER TABLE cadastro.negociacao ENABLE ROW LEVEL SECURITY;
CREATE POLICY da_empresa ON cadastro.negociacao
  USING (empresa_id = cadastro.empresa_atual()) WITH CHECK (empresa_id = cadastro.empresa_atual());
GRANT SELECT, INSERT, UPDATE, DELETE ON cadastro.negociacao TO cobranca_titulos;

ALTER TABLE cadastro.titulo
  ADD tipo_negocio  text,
  ADD tipo_titulo   text,
  ADD suspenso_ate  date,
  ADD acordo_id     uuid, -- the negotiation that it is an instalment of
  ADD negociacao_id uuid, -- the negotiation that it is in now
  ADD FOREIGN KEY (empresa_id, acordo_id) REFERENCES cadastro.negociacao,
  ADD FOREIGN KEY (empresa_id, negociacao_id) REFERENCES cadastro.negociacao,
  ADD CONSTRAINT titulo_rotulos CHECK ((tipo_negocio, tipo_titulo)
    IS NOT DISTINCT FROM (cadastro.rotulo(tipo_negocio), cadastro.rotulo(tipo_titulo))),
  ADD CHECK (suspenso_ate IS NULL OR status = 'suspenso'),
  ADD CHECK ((origem = 'acordo') >= (acordo_id IS NOT NULL)),
  ADD CHECK ((negociacao_id IS NOT NULL) <= (status = 'negociado'));
CREATE INDEX titulo_acordo ON cadastro.titulo (empresa_id, acordo_id) WHERE acordo_id IS NOT NULL;
CREATE INDEX titulo_negociacao ON cadastro.titulo (empresa_id, negociacao_id) WHERE negociacao_id IS NOT NULL;
CREATE INDEX titulo_suspenso ON cadastro.titulo (empresa_id, suspenso_ate) WHERE suspenso_ate IS NOT NULL;

CREATE OR REPLACE VIEW cadastro.v_empresa WITH (security_barrier) AS
  SELECT id AS empresa_id, nome, fuso, hora_noite, vencimento_em_dia_util, remetente_email, migracao, cancelar_acordo_apos
    FROM cadastro.empresa WHERE id = cadastro.empresa_atual();

-- `negociacao` and `primeira_parcela` are of the negotiation that decides about it: the one that it is in, else the one
-- that it comes from. There is no `primeira_parcela` where nothing hangs on it any more.
CREATE OR REPLACE VIEW cadastro.v_titulo WITH (security_barrier) AS
  SELECT t.empresa_id, t.id, t.devedor_id, t.credor_id, t.vencimento, t.saldo, t.status, t.origem,
         t.tipo_negocio, t.tipo_titulo, t.suspenso_ate, n.estado AS negociacao,
         CASE WHEN NOT n.com_pagamento THEN n.primeira_parcela END AS primeira_parcela
    FROM cadastro.titulo t
    LEFT JOIN cadastro.negociacao n ON n.empresa_id = t.empresa_id AND n.id = coalesce(t.negociacao_id, t.acordo_id)
   WHERE t.empresa_id = cadastro.empresa_atual();

-- What the criteria of a regua ask about the debtor itself.
CREATE VIEW cadastro.v_perfil WITH (security_barrier) AS
  SELECT empresa_id, id, tipo_pessoa, categoria, score FROM cadastro.devedor WHERE empresa_id = cadastro.empresa_atual();
GRANT SELECT ON cadastro.v_perfil TO cobranca_regua;

-- Creditors by the ERP's own key, by which the criteria of a regua are written.
CREATE VIEW cadastro.v_credor WITH (security_barrier) AS
  SELECT empresa_id, id, codigo_integracao FROM cadastro.credor WHERE empresa_id = cadastro.empresa_atual();
GRANT SELECT ON cadastro.v_credor TO cobranca_regua;

-- Negotiations of which nobody has paid anything (rule k07).
CREATE VIEW cadastro.v_negociacao_aberta WITH (security_barrier) AS
  SELECT empresa_id, id, primeira_parcela FROM cadastro.negociacao
   WHERE empresa_id = cadastro.empresa_atual() AND estado = 'aberta' AND NOT com_pagamento;
GRANT SELECT ON cadastro.v_negociacao_aberta TO cobranca_regua;

-- Rule j03: the fence, as before, and with what decides about suspended and negotiated titulos.
DROP FUNCTION cadastro.titulos_na_cerca(uuid, uuid[]);
CREATE FUNCTION cadastro.titulos_na_cerca(p_devedor uuid, p_titulos uuid[])
  RETURNS TABLE (id uuid, numero text, vencimento date, valor bigint, saldo bigint, status text, origem text,
                 credor_id uuid, tipo_negocio text, tipo_titulo text, suspenso_ate date, negociacao text,
                 primeira_parcela date, credor text)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT t.id, t.numero, t.vencimento, t.valor, t.saldo, t.status, t.origem,
           t.credor_id, t.tipo_negocio, t.tipo_titulo, t.suspenso_ate, n.estado,
           CASE WHEN NOT n.com_pagamento THEN n.primeira_parcela END,
           (SELECT c.nome FROM cadastro.credor c WHERE c.empresa_id = t.empresa_id AND c.id = t.credor_id)
      FROM cadastro.titulo t
      LEFT JOIN cadastro.negociacao n ON n.empresa_id = t.empresa_id AND n.id = coalesce(t.negociacao_id, t.acordo_id)
     WHERE t.empresa_id = cadastro.empresa_atual() AND t.devedor_id = p_devedor AND t.id = ANY (p_titulos)
     ORDER BY t.id FOR SHARE OF t
  $$;

-- Rule t07: what opens by itself on p_data. The night calls it when it begins; decisions count them as open already, and
-- their debtors are due on that date. In order of id, as the fence locks them.
CREATE FUNCTION cadastro.reabrir_suspensos(p_data date, p_agora timestamptz) RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH vencidos AS (
      SELECT id FROM cadastro.titulo
       WHERE empresa_id = cadastro.empresa_atual() AND status = 'suspenso' AND suspenso_ate <= p_data
       ORDER BY id FOR UPDATE),
    reabertos AS (
      UPDATE cadastro.titulo t SET status = 'aberto', suspenso_ate = NULL, status_em = p_agora, atualizado_em = p_agora
        FROM vencidos v WHERE t.empresa_id = cadastro.empresa_atual() AND t.id = v.id
      RETURNING 1)
    SELECT count(*) FROM reabertos
  $$;

-- Rules k05-k07: the originals open again, the instalments are cancelled, the debtors are looked at. Only negotiations of
-- which nobody paid anything. Answers which were cancelled now. A payment locks the negotiation first as well.
CREATE FUNCTION cadastro.cancelar_negociacoes(p_ids uuid[], p_agora timestamptz) RETURNS SETOF uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  DECLARE canceladas uuid[]; devedores uuid[];
  BEGIN
    PERFORM FROM cadastro.negociacao WHERE empresa_id = cadastro.empresa_atual() AND id = ANY (p_ids) ORDER BY id FOR UPDATE;
    WITH c AS (
      UPDATE cadastro.negociacao SET estado = 'cancelada', cancelada_em = p_agora
       WHERE empresa_id = cadastro.empresa_atual() AND id = ANY (p_ids) AND estado = 'aberta' AND NOT com_pagamento
      RETURNING id)
    SELECT array_agg(id) INTO canceladas FROM c;
    IF canceladas IS NULL THEN RETURN; END IF;
    PERFORM FROM cadastro.titulo WHERE empresa_id = cadastro.empresa_atual()
        AND (negociacao_id = ANY (canceladas) OR acordo_id = ANY (canceladas)) ORDER BY id FOR UPDATE;
    WITH originais AS (
      UPDATE cadastro.titulo SET status = 'aberto', negociacao_id = NULL, status_em = p_agora, atualizado_em = p_agora
       WHERE empresa_id = cadastro.empresa_atual() AND negociacao_id = ANY (canceladas) AND status = 'negociado'
      RETURNING devedor_id),
    parcelas AS (
      UPDATE cadastro.titulo SET status = 'cancelado', saldo = 0, suspenso_ate = NULL, status_em = p_agora, atualizado_em = p_agora
       WHERE empresa_id = cadastro.empresa_atual() AND acordo_id = ANY (canceladas) AND status IN ('aberto', 'suspenso')
      RETURNING devedor_id)
    SELECT array_agg(devedor_id) INTO devedores FROM (SELECT * FROM originais UNION SELECT * FROM parcelas) m;
    PERFORM regua.marcar(devedores);
    RETURN QUERY SELECT unnest(canceladas);
  END $$;

REVOKE ALL ON FUNCTION cadastro.titulos_na_cerca, cadastro.reabrir_suspensos, cadastro.cancelar_negociacoes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cadastro.titulos_na_cerca TO cobranca_disparo;
GRANT EXECUTE ON FUNCTION cadastro.reabrir_suspensos, cadastro.cancelar_negociacoes TO cobranca_regua;
GRANT EXECUTE ON FUNCTION cadastro.cancelar_negociacoes TO cobranca_titulos;
