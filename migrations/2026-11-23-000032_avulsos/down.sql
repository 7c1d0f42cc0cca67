CREATE OR REPLACE FUNCTION cadastro.sair_dos_sms(p_telefones text[], p_agora timestamptz) RETURNS bigint
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
CREATE OR REPLACE FUNCTION cadastro.invalidar_email(p_endereco text, p_motivo text, p_agora timestamptz) RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH mortos AS (
      UPDATE cadastro.meio_contato SET invalido_desde = p_agora, motivo = p_motivo
       WHERE empresa_id = cadastro.empresa_atual() AND tipo = 'email' AND valor = p_endereco AND invalido_desde IS NULL
      RETURNING 1)
    SELECT count(*) FROM mortos
  $$;
DROP FUNCTION cadastro.recusar;
DROP VIEW cadastro.v_recusa, lote.v_avulso;
DROP INDEX cadastro.meio_contato_valor;
DROP TABLE cadastro.recusa, lote.avulso;
ALTER TABLE disparo.execucao DROP CONSTRAINT execucao_avulsa;
ALTER TABLE lote.planilha DROP COLUMN avulsa;
