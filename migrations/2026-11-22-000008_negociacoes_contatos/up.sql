-- What was agreed in a negotiation and over what, the policies for it, and the contacts with debtors.

-- Rules k01, k10: valor = principal + encargos - desconto_encargos - desconto_principal + juros. What was agreed before these
-- were kept was agreed as it was owed. usuario: who negotiated, in the words of the company's own system.
ALTER TABLE cadastro.negociacao
  ADD principal          bigint NOT NULL DEFAULT 0 CHECK (principal >= 0),
  ADD encargos           bigint NOT NULL DEFAULT 0 CHECK (encargos >= 0),
  ADD desconto_encargos  bigint NOT NULL DEFAULT 0 CHECK (desconto_encargos BETWEEN 0 AND encargos),
  ADD desconto_principal bigint NOT NULL DEFAULT 0 CHECK (desconto_principal BETWEEN 0 AND principal),
  ADD juros              bigint NOT NULL DEFAULT 0 CHECK (juros >= 0),
  ADD com_entrada        boolean NOT NULL DEFAULT false,
  ADD usuario            text,
  ADD observacao         text,
  ADD quebrada_em        timestamptz,
  DROP CONSTRAINT negociacao_estado_check,
  ADD CONSTRAINT negociacao_estado_check CHECK (estado IN ('aberta', 'confirmada', 'cancelada', 'quebrada')),
  ADD CONSTRAINT negociacao_quebrada CHECK ((estado = 'quebrada') = (quebrada_em IS NOT NULL)
    AND (estado <> 'quebrada' OR com_pagamento));
UPDATE cadastro.negociacao SET principal = valor;
ALTER TABLE cadastro.negociacao
  ALTER principal DROP DEFAULT, ALTER encargos DROP DEFAULT, ALTER desconto_encargos DROP DEFAULT,
  ALTER desconto_principal DROP DEFAULT, ALTER juros DROP DEFAULT, ALTER com_entrada DROP DEFAULT,
  ADD CONSTRAINT negociacao_soma
    CHECK (valor = principal + encargos - desconto_encargos - desconto_principal + juros);
DROP INDEX cadastro.negociacao_devedor;
CREATE INDEX negociacao_devedor ON cadastro.negociacao (empresa_id, devedor_id, criada_em, id);
CREATE INDEX negociacao_criada ON cadastro.negociacao (empresa_id, criada_em, id);
CREATE INDEX negociacao_estado ON cadastro.negociacao (empresa_id, estado, criada_em, id);
CREATE INDEX negociacao_usuario ON cadastro.negociacao (empresa_id, usuario, criada_em, id) WHERE usuario IS NOT NULL;
CREATE INDEX negociacao_cancelada ON cadastro.negociacao (empresa_id, cancelada_em, id) WHERE cancelada_em IS NOT NULL;
DROP INDEX cadastro.negociacao_aberta;
CREATE INDEX negociacao_aberta ON cadastro.negociacao (empresa_id, primeira_parcela, id) WHERE estado = 'aberta';
CREATE INDEX titulo_parcela ON cadastro.titulo (empresa_id, vencimento, acordo_id) WHERE acordo_id IS NOT NULL;

-- What each título owed when it was taken in: a título leaves its negotiation when that is undone, this stays.
CREATE TABLE cadastro.negociacao_titulo (
  empresa_id    uuid NOT NULL,
  negociacao_id uuid NOT NULL,
  titulo_id     uuid NOT NULL,
  principal     bigint NOT NULL CHECK (principal >= 0),
  encargos      bigint NOT NULL CHECK (encargos >= 0),
  PRIMARY KEY (empresa_id, negociacao_id, titulo_id),
  FOREIGN KEY (empresa_id, negociacao_id) REFERENCES cadastro.negociacao,
  FOREIGN KEY (empresa_id, titulo_id) REFERENCES cadastro.titulo
);
INSERT INTO cadastro.negociacao_titulo (empresa_id, negociacao_id, titulo_id, principal, encargos)
  SELECT empresa_id, negociacao_id, id, saldo, 0 FROM cadastro.titulo WHERE negociacao_id IS NOT NULL;
CREATE INDEX negociacao_titulo_titulo ON cadastro.negociacao_titulo (empresa_id, titulo_id);

-- From dias_de days overdue on, as far as the next one of the same creditor; without a creditor it is for all who have none
-- of their own. Percentages in hundredths.
CREATE TABLE cadastro.politica_negociacao (
  empresa_id                   uuid NOT NULL REFERENCES cadastro.empresa,
  id                           uuid NOT NULL,
  nome                         text NOT NULL,
  credor_id                    uuid,
  dias_de                      smallint NOT NULL CHECK (dias_de >= 0),
  a_vista_encargos             smallint NOT NULL CHECK (a_vista_encargos BETWEEN 0 AND 10000),
  a_vista_principal            smallint NOT NULL CHECK (a_vista_principal BETWEEN 0 AND 10000),
  parcelado_encargos           smallint NOT NULL CHECK (parcelado_encargos BETWEEN 0 AND 10000),
  parcelado_principal          smallint NOT NULL CHECK (parcelado_principal BETWEEN 0 AND 10000),
  max_parcelas                 smallint NOT NULL CHECK (max_parcelas BETWEEN 1 AND 120),
  parcela_minima               bigint NOT NULL CHECK (parcela_minima > 0),
  entrada_minima               smallint NOT NULL CHECK (entrada_minima BETWEEN 0 AND 10000),
  juros_ao_mes                 smallint NOT NULL CHECK (juros_ao_mes BETWEEN 0 AND 10000),
  validade_dias                smallint NOT NULL CHECK (validade_dias BETWEEN 0 AND 365),
  primeiro_vencimento_dias     smallint NOT NULL CHECK (primeiro_vencimento_dias BETWEEN 0 AND 365),
  criada_em                    timestamptz NOT NULL,
  alterada_em                  timestamptz NOT NULL,
  PRIMARY KEY (empresa_id, id),
  CONSTRAINT politica_faixa_unica UNIQUE NULLS NOT DISTINCT (empresa_id, credor_id, dias_de),
  FOREIGN KEY (empresa_id, credor_id) REFERENCES cadastro.credor
);

-- Rule f35: what a contact can come to, in the company's own words. What is no longer used stays for the history.
CREATE TABLE cadastro.resultado_contato (
  empresa_id uuid NOT NULL REFERENCES cadastro.empresa,
  id         uuid NOT NULL,
  nome       text NOT NULL,
  grupo      text NOT NULL,
  positivo   boolean NOT NULL,
  ativo      boolean NOT NULL DEFAULT true,
  PRIMARY KEY (empresa_id, id),
  CONSTRAINT resultado_nome_unico UNIQUE (empresa_id, nome)
);
CREATE INDEX resultado_grupo ON cadastro.resultado_contato (empresa_id, grupo);

-- em: when it was. agendado_para: when to speak again, and who is to.
CREATE TABLE cadastro.contato (
  empresa_id           uuid NOT NULL,
  id                   uuid NOT NULL,
  devedor_id           uuid NOT NULL,
  canal                text NOT NULL
                       CHECK (canal IN ('telefone', 'whatsapp', 'email', 'sms', 'carta', 'presencial', 'portal', 'outro')),
  em                   timestamptz NOT NULL,
  resultado_id         uuid NOT NULL,
  operador             text,
  observacao           text,
  agendado_para        timestamptz,
  operador_agendamento text,
  criado_em            timestamptz NOT NULL,
  PRIMARY KEY (empresa_id, id),
  FOREIGN KEY (empresa_id, devedor_id) REFERENCES cadastro.devedor,
  FOREIGN KEY (empresa_id, resultado_id) REFERENCES cadastro.resultado_contato,
  CHECK (operador_agendamento IS NULL OR agendado_para IS NOT NULL)
);
CREATE INDEX contato_em ON cadastro.contato (empresa_id, em, id);
CREATE INDEX contato_devedor ON cadastro.contato (empresa_id, devedor_id, em, id);
CREATE INDEX contato_resultado ON cadastro.contato (empresa_id, resultado_id, em, id);
CREATE INDEX contato_operador ON cadastro.contato (empresa_id, operador, em, id) WHERE operador IS NOT NULL;
CREATE INDEX contato_agendado ON cadastro.contato (empresa_id, agendado_para, id) WHERE agendado_para IS NOT NULL;

DO $$
DECLARE tabela text;
BEGIN
  FOREACH tabela IN ARRAY ARRAY['negociacao_titulo', 'politica_negociacao', 'resultado_contato', 'contato'] LOOP
    EXECUTE format('ALTER TABLE cadastro.%I ENABLE ROW LEVEL SECURITY', tabela);
    EXECUTE format('CREATE POLICY da_empresa ON cadastro.%I USING (empresa_id = cadastro.empresa_atual()) '
                   'WITH CHECK (empresa_id = cadastro.empresa_atual())', tabela);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON cadastro.%I TO cobranca_titulos', tabela);
  END LOOP;
END $$;
