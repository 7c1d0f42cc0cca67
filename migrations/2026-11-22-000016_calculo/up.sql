-- Everything that títulos of a company are charged by, besides what they say themselves, changes its `calculo`: whoever
-- remembers the whole under this name needs to ask for nothing but the name. A value never comes again, whatever is rolled
-- back or restored.
ALTER TABLE cadastro.empresa ADD calculo uuid NOT NULL DEFAULT gen_random_uuid();

CREATE FUNCTION cadastro.recalcular() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
  AS $$ BEGIN NEW.calculo := gen_random_uuid(); RETURN NEW; END $$;
CREATE TRIGGER recalcular BEFORE UPDATE ON cadastro.empresa FOR EACH ROW
  WHEN ((OLD.fuso, OLD.vencimento_em_dia_util, OLD.migracao, OLD.cancelar_acordo_apos, OLD.encargos)
        IS DISTINCT FROM (NEW.fuso, NEW.vencimento_em_dia_util, NEW.migracao, NEW.cancelar_acordo_apos, NEW.encargos))
  EXECUTE FUNCTION cadastro.recalcular();

CREATE FUNCTION cadastro.recalcular_empresas() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
  AS $$
  BEGIN
    UPDATE cadastro.empresa SET calculo = gen_random_uuid() WHERE id IN (SELECT empresa_id FROM linhas);
    RETURN NULL;
  END $$;
DO $$
DECLARE tabela text;
BEGIN
  FOREACH tabela IN ARRAY ARRAY['feriado', 'indice'] LOOP
    EXECUTE format('CREATE TRIGGER recalcular_novas AFTER INSERT ON cadastro.%I REFERENCING NEW TABLE AS linhas '
                   'FOR EACH STATEMENT EXECUTE FUNCTION cadastro.recalcular_empresas()', tabela);
    EXECUTE format('CREATE TRIGGER recalcular_mudadas AFTER UPDATE ON cadastro.%I REFERENCING NEW TABLE AS linhas '
                   'FOR EACH STATEMENT EXECUTE FUNCTION cadastro.recalcular_empresas()', tabela);
    EXECUTE format('CREATE TRIGGER recalcular_apagadas AFTER DELETE ON cadastro.%I REFERENCING OLD TABLE AS linhas '
                   'FOR EACH STATEMENT EXECUTE FUNCTION cadastro.recalcular_empresas()', tabela);
  END LOOP;
END $$;

-- Creditors come with every push; only those with charges of their own count.
CREATE FUNCTION cadastro.recalcular_pelo_credor() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
  AS $$
  BEGIN
    UPDATE cadastro.empresa SET calculo = gen_random_uuid() WHERE id = coalesce(NEW.empresa_id, OLD.empresa_id);
    RETURN NULL;
  END $$;
CREATE TRIGGER recalcular_novo AFTER INSERT ON cadastro.credor FOR EACH ROW
  WHEN (NEW.encargos IS NOT NULL) EXECUTE FUNCTION cadastro.recalcular_pelo_credor();
CREATE TRIGGER recalcular_mudado AFTER UPDATE ON cadastro.credor FOR EACH ROW
  WHEN (OLD.encargos IS DISTINCT FROM NEW.encargos) EXECUTE FUNCTION cadastro.recalcular_pelo_credor();
CREATE TRIGGER recalcular_apagado AFTER DELETE ON cadastro.credor FOR EACH ROW
  WHEN (OLD.encargos IS NOT NULL) EXECUTE FUNCTION cadastro.recalcular_pelo_credor();

-- Who brought a título; nobody knows of those that came before.
ALTER TABLE cadastro.titulo ADD criado_por uuid;
ALTER TABLE cadastro.titulo ALTER criado_por SET DEFAULT NULLIF(current_setting('app.autor', true), '')::uuid;

-- As before, and of whom it is owed to, how it is paid and what kind it is too.
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
                      ('credor_id', v.credor_id::text, n.credor_id::text),
                      ('numero', v.numero, n.numero),
                      ('emissao', v.emissao::text, n.emissao::text),
                      ('tipo_negocio', v.tipo_negocio, n.tipo_negocio),
                      ('tipo_titulo', v.tipo_titulo, n.tipo_titulo),
                      ('nosso_numero', v.nosso_numero, n.nosso_numero),
                      ('linha_digitavel', v.linha_digitavel, n.linha_digitavel),
                      ('pix_copia_e_cola', v.pix_copia_e_cola, n.pix_copia_e_cola),
                      ('link_boleto', v.link_boleto, n.link_boleto)) c(campo, antes, depois)
        WHERE antes IS DISTINCT FROM depois) m
     WHERE (v.status, v.saldo, v.valor, v.vencimento, v.suspenso_ate, v.devedor_id, v.credor_id, v.numero, v.emissao,
            v.tipo_negocio, v.tipo_titulo, v.nosso_numero, v.linha_digitavel, v.pix_copia_e_cola, v.link_boleto)
           IS DISTINCT FROM (n.status, n.saldo, n.valor, n.vencimento, n.suspenso_ate, n.devedor_id, n.credor_id, n.numero,
            n.emissao, n.tipo_negocio, n.tipo_titulo, n.nosso_numero, n.linha_digitavel, n.pix_copia_e_cola, n.link_boleto);
    RETURN NULL;
  END $$;
