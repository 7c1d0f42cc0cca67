-- An earlier version has no negotiations: what was negotiated stays `negociado`, its instalments are titulos as any other.
-- What is suspended until a day stays suspended.
DROP FUNCTION cadastro.cancelar_negociacoes, cadastro.reabrir_suspensos, cadastro.titulos_na_cerca;
DROP VIEW cadastro.v_negociacao_aberta, cadastro.v_credor, cadastro.v_perfil, cadastro.v_titulo, cadastro.v_empresa;
ALTER TABLE cadastro.titulo
  DROP tipo_negocio, DROP tipo_titulo, DROP suspenso_ate, DROP acordo_id, DROP negociacao_id;
DROP TABLE cadastro.negociacao;
ALTER TABLE cadastro.devedor DROP CONSTRAINT devedor_rotulo, DROP score;
DROP FUNCTION cadastro.rotulo;
ALTER TABLE cadastro.empresa DROP migracao, DROP cancelar_acordo_apos;
CREATE VIEW cadastro.v_empresa WITH (security_barrier) AS
  SELECT id AS empresa_id, nome, fuso, hora_noite, vencimento_em_dia_util, remetente_email
    FROM cadastro.empresa WHERE id = cadastro.empresa_atual();
CREATE VIEW cadastro.v_titulo WITH (security_barrier) AS
  SELECT empresa_id, id, devedor_id, credor_id, vencimento, saldo, status, origem
    FROM cadastro.titulo WHERE empresa_id = cadastro.empresa_atual();
GRANT SELECT ON cadastro.v_empresa, cadastro.v_titulo TO cobranca_titulos, cobranca_regua, cobranca_disparo;
CREATE FUNCTION cadastro.titulos_na_cerca(p_devedor uuid, p_titulos uuid[])
  RETURNS TABLE (id uuid, numero text, vencimento date, valor bigint, saldo bigint, status text, origem text,
                 credor text)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT t.id, t.numero, t.vencimento, t.valor, t.saldo, t.status, t.origem,
           (SELECT c.nome FROM cadastro.credor c WHERE c.empresa_id = t.empresa_id AND c.id = t.credor_id)
      FROM cadastro.titulo t
     WHERE t.empresa_id = cadastro.empresa_atual() AND t.devedor_id = p_devedor AND t.id = ANY (p_titulos)
     ORDER BY t.id FOR SHARE OF t
  $$;
REVOKE ALL ON FUNCTION cadastro.titulos_na_cerca FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cadastro.titulos_na_cerca TO cobranca_disparo;
