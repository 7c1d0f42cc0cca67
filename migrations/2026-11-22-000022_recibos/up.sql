-- Receipts: what a provider tells of a message after it took it. They come late, twice, in any order, before we know our own
-- answer, and of messages that are not ours. Kept once each, and applied as far as they lead forward.

CREATE TABLE disparo.recibo (
  provedor    text NOT NULL,
  mensagem    text NOT NULL, -- the provider's own id, or the key that we gave
  estado      text NOT NULL CHECK (estado IN ('enviada', 'entregue', 'lida', 'devolvida')),
  causa       text,
  em          timestamptz,   -- by the provider's clock
  recebido_em timestamptz NOT NULL, -- by the database's own clock, for who waits
  chegou_em   timestamptz NOT NULL, -- the same in business time, for who reads
  empresa_id  uuid,          -- whose it is, once that is known
  execucao_id uuid,
  devedor_id  uuid,
  PRIMARY KEY (provedor, mensagem, estado),
  CHECK ((empresa_id IS NULL) = (execucao_id IS NULL)),
  CHECK ((execucao_id IS NULL) = (devedor_id IS NULL))
);
CREATE INDEX recibo_devedor ON disparo.recibo (empresa_id, devedor_id, chegou_em) WHERE execucao_id IS NOT NULL;
CREATE INDEX recibo_sem_dono ON disparo.recibo (recebido_em) WHERE execucao_id IS NULL;
ALTER TABLE disparo.recibo ENABLE ROW LEVEL SECURITY;
CREATE POLICY da_empresa ON disparo.recibo USING (empresa_id = cadastro.empresa_atual())
  WITH CHECK (empresa_id = cadastro.empresa_atual());
GRANT SELECT ON disparo.recibo TO cobranca_disparo;

-- E-mails are not in it: what comes back of one is rare, and found by leaps (disparo.empresa_do_email).
CREATE INDEX tentativa_da_chave ON disparo.tentativa (execucao_id) WHERE provedor <> 'smtp';

-- A text as the key that we gave, if it is one: a provider's own id may be anything.
CREATE FUNCTION disparo.como_chave(p_texto text) RETURNS uuid
  LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT CASE WHEN p_texto ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' THEN p_texto::uuid END
  $$;

-- Finds whose the receipts without an owner are, and takes each execution as far forward as all its receipts say. What is
-- still on its way, for the first time or again, is left for the next sweep. In order of id.
CREATE FUNCTION disparo.aplicar_recibos(p_desde timestamptz) RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH achados AS MATERIALIZED (
      SELECT DISTINCT ON (r.provedor, r.mensagem, r.estado) r.provedor, r.mensagem, r.estado, r.causa,
             coalesce(r.em, r.recebido_em) AS em, t.empresa_id, t.execucao_id
        FROM disparo.recibo r
       CROSS JOIN LATERAL (
         SELECT a.empresa_id, a.execucao_id FROM disparo.tentativa a
          WHERE a.provedor = r.provedor AND a.provedor_id = r.mensagem
          UNION ALL
         SELECT a.empresa_id, a.execucao_id FROM disparo.tentativa a
          WHERE a.execucao_id = disparo.como_chave(r.mensagem) AND a.provedor = r.provedor AND a.provedor <> 'smtp'
          UNION ALL
         SELECT disparo.empresa_do_email(d.execucao_id), d.execucao_id
           FROM (SELECT CASE WHEN r.provedor = 'smtp' THEN disparo.como_chave(r.mensagem) END) AS d (execucao_id)
          WHERE disparo.empresa_do_email(d.execucao_id) IS NOT NULL) t
       WHERE r.execucao_id IS NULL AND r.recebido_em >= p_desde
       ORDER BY r.provedor, r.mensagem, r.estado),
    donos AS (
      UPDATE disparo.recibo r SET empresa_id = a.empresa_id, execucao_id = a.execucao_id, devedor_id = e.devedor_id
        FROM achados a, disparo.execucao e
       WHERE r.provedor = a.provedor AND r.mensagem = a.mensagem AND r.estado = a.estado
         AND e.empresa_id = a.empresa_id AND e.id = a.execucao_id
         AND e.estado NOT IN ('pendente', 'enfileirada', 'enviando')
      RETURNING 1),
    ultimos AS (
      SELECT DISTINCT ON (empresa_id, execucao_id) empresa_id, execucao_id, estado, em FROM achados
       ORDER BY empresa_id, execucao_id,
                CASE estado WHEN 'lida' THEN 1 WHEN 'entregue' THEN 2 WHEN 'devolvida' THEN 3 ELSE 4 END),
    tomadas AS MATERIALIZED (
      SELECT e.empresa_id, e.id, u.estado, u.em FROM ultimos u
        JOIN disparo.execucao e ON e.empresa_id = u.empresa_id AND e.id = u.execucao_id
       WHERE (e.estado, u.estado) IN (
             ('enviada', 'entregue'), ('enviada', 'lida'), ('enviada', 'devolvida'), ('entregue', 'lida'),
             ('incerta', 'enviada'), ('incerta', 'entregue'), ('incerta', 'lida'), ('incerta', 'devolvida'),
             ('revisao_manual', 'enviada'), ('revisao_manual', 'entregue'), ('revisao_manual', 'lida'),
             ('revisao_manual', 'devolvida'))
       ORDER BY e.empresa_id, e.id FOR UPDATE OF e),
    aplicados AS (
      UPDATE disparo.execucao e
         SET estado = t.estado, motivo = CASE WHEN t.estado = 'devolvida' THEN 'nao_entregue' END,
             enviada_em = coalesce(e.enviada_em, t.em), atualizada_em = clock_timestamp()
        FROM tomadas t WHERE e.empresa_id = t.empresa_id AND e.id = t.id
      RETURNING 1)
    SELECT count(*) FROM aplicados
  $$;

-- The one way in, for every company at once: a receipt does not say whose it is.
CREATE FUNCTION disparo.receber(
    p_provedor text, p_mensagem text[], p_estado text[], p_causa text[], p_em timestamptz[], p_agora timestamptz) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  DECLARE agora timestamptz := clock_timestamp(); novos bigint;
  BEGIN
    INSERT INTO disparo.recibo (provedor, mensagem, estado, causa, em, recebido_em, chegou_em)
    SELECT DISTINCT ON (x.mensagem, x.estado) p_provedor, x.mensagem, x.estado, x.causa, x.em, agora, p_agora
      FROM unnest(p_mensagem, p_estado, p_causa, p_em) AS x(mensagem, estado, causa, em)
     ORDER BY x.mensagem, x.estado
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS novos = ROW_COUNT;
    IF novos > 0 THEN PERFORM disparo.aplicar_recibos(agora); END IF;
    RETURN novos;
  END $$;

-- Of what nobody knows after a week nobody will.
CREATE FUNCTION disparo.varrer_recibos() RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    DELETE FROM disparo.recibo WHERE execucao_id IS NULL AND recebido_em < clock_timestamp() - interval '7 days';
    SELECT disparo.aplicar_recibos(clock_timestamp() - interval '7 days');
  $$;

-- Whoever answers that he wants no more of it gets no more of it, from any company of the house: the number that he answered
-- to is everybody's. Answers how many debtors that is.
CREATE FUNCTION cadastro.sair_dos_sms(p_telefones text[], p_agora timestamptz) RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH saem AS (
      INSERT INTO cadastro.opt_out (empresa_id, devedor_id, canal, desde, motivo)
      SELECT DISTINCT m.empresa_id, m.devedor_id, 'sms', p_agora, 'respondeu que quer sair'
        FROM cadastro.empresa e
       CROSS JOIN unnest(p_telefones) AS x(telefone)
        JOIN cadastro.meio_contato m ON m.empresa_id = e.id AND m.tipo = 'telefone' AND m.valor = x.telefone
       ORDER BY m.empresa_id, m.devedor_id
          ON CONFLICT DO NOTHING
      RETURNING 1)
    SELECT count(*) FROM saem
  $$;

REVOKE ALL ON FUNCTION cadastro.sair_dos_sms, disparo.como_chave, disparo.aplicar_recibos, disparo.receber, disparo.varrer_recibos FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cadastro.sair_dos_sms, disparo.receber, disparo.varrer_recibos TO cobranca_disparo;
