CREATE OR REPLACE FUNCTION cadastro.guardar_historico() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_nestloop = off
  AS $$
  BEGIN
    INSERT INTO cadastro.titulo_historico (empresa_id, titulo_id, em, autor, mudancas)
    SELECT n.empresa_id, n.id, n.atualizado_em, NULLIF(current_setting('app.autor', true), '')::uuid, m.mudancas
      FROM velhos v JOIN novos n ON n.empresa_id = v.empresa_id AND n.id = v.id
     CROSS JOIN LATERAL (
       SELECT jsonb_agg(jsonb_build_object('campo', campo, 'antes', antes, 'depois', depois)) AS mudancas
         FROM (VALUES ('status', v.status, n.status),
                      ('saldo', (v.saldo / 100.0)::numeric(14, 2)::text, (n.saldo / 100.0)::numeric(14, 2)::text),
                      ('valor', (v.valor / 100.0)::numeric(14, 2)::text, (n.valor / 100.0)::numeric(14, 2)::text),
                      ('vencimento', v.vencimento::text, n.vencimento::text),
                      ('suspenso_ate', v.suspenso_ate::text, n.suspenso_ate::text),
                      ('devedor_id', v.devedor_id::text, n.devedor_id::text),
                      ('numero', v.numero, n.numero)) c(campo, antes, depois)
        WHERE antes IS DISTINCT FROM depois) m
     WHERE (v.status, v.saldo, v.valor, v.vencimento, v.suspenso_ate, v.devedor_id, v.numero)
           IS DISTINCT FROM (n.status, n.saldo, n.valor, n.vencimento, n.suspenso_ate, n.devedor_id, n.numero);
    RETURN NULL;
  END $$;
ALTER TABLE cadastro.titulo DROP criado_por;
DROP FUNCTION cadastro.recalcular_pelo_credor, cadastro.recalcular_empresas, cadastro.recalcular CASCADE;
ALTER TABLE cadastro.empresa DROP calculo;
