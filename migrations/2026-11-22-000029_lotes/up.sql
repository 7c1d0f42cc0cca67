-- Batch actions: the wizard's steps, what was confirmed, and whom it was confirmed for.

-- One action for many debtors. Counts and text are kept as they were when it was selected and its message chosen, and from the
-- confirmation on as they were then: itens and corpo are what is carried out. autor is the API key that began it.
CREATE TABLE lote.acao_em_lote (
  empresa_id      uuid NOT NULL,
  id              uuid NOT NULL,
  tipo            text NOT NULL CHECK (tipo IN ('email', 'sms', 'carta', 'enriquecimento', 'negativacao')),
  estado          text NOT NULL DEFAULT 'rascunho' CHECK (estado IN ('rascunho', 'selecionado', 'mensagem', 'na_fila',
                  'processando', 'concluida', 'concluida_com_erros', 'cancelada')),
  versao          integer NOT NULL DEFAULT 1 CHECK (versao > 0),
  usuario         text,
  autor           uuid DEFAULT NULLIF(current_setting('app.autor', true), '')::uuid,
  filtro          jsonb,
  planilha_id     uuid,
  template_id     uuid,
  template_versao integer,
  assunto         text,
  corpo           text,
  atendem         bigint,
  com_contato     bigint,
  excluidos       jsonb, -- [[reason, how many], ...]
  contada_em      timestamptz,
  data            date, -- the company's, when it was confirmed
  itens           bigint,
  ate             uuid, -- the last debtor that an execution was made for
  criada_em       timestamptz NOT NULL,
  atualizada_em   timestamptz NOT NULL,
  confirmada_em   timestamptz,
  iniciada_em     timestamptz,
  concluida_em    timestamptz,
  cancelada_em    timestamptz,
  PRIMARY KEY (empresa_id, id),
  -- Who is meant: by a filter or by a sheet, and counted in the same breath.
  CONSTRAINT lote_selecao CHECK (num_nonnulls(filtro, planilha_id) <= 1
    AND num_nonnulls(atendem, com_contato, excluidos, contada_em) = 4 * num_nonnulls(filtro, planilha_id)
    AND (estado <> 'rascunho' OR num_nonnulls(filtro, planilha_id) = 0)
    AND (estado IN ('rascunho', 'cancelada') OR num_nonnulls(filtro, planilha_id) = 1)),
  CONSTRAINT lote_contagem CHECK (0 <= com_contato AND com_contato <= atendem),
  -- What they are told, where the kind tells anything.
  CONSTRAINT lote_texto CHECK (num_nonnulls(template_id, template_versao, corpo) IN (0, 3)
    AND (assunto IS NOT NULL) = (template_id IS NOT NULL AND tipo = 'email')
    AND (template_id IS NULL OR (tipo IN ('email', 'sms', 'carta') AND contada_em IS NOT NULL))
    AND (estado NOT IN ('rascunho', 'selecionado') OR template_id IS NULL)
    AND (estado IN ('rascunho', 'selecionado', 'cancelada') OR tipo NOT IN ('email', 'sms', 'carta') OR template_id IS NOT NULL)
    AND (estado <> 'mensagem' OR template_id IS NOT NULL)),
  CONSTRAINT lote_confirmacao CHECK (num_nonnulls(data, itens, confirmada_em) IN (0, 3)
    AND (itens IS NULL OR (itens > 0 AND itens = com_contato))
    AND (estado NOT IN ('rascunho', 'selecionado', 'mensagem') OR confirmada_em IS NULL)
    AND (estado IN ('rascunho', 'selecionado', 'mensagem', 'cancelada') OR confirmada_em IS NOT NULL)),
  CONSTRAINT lote_andamento CHECK ((iniciada_em IS NULL OR confirmada_em IS NOT NULL)
    AND (ate IS NULL OR iniciada_em IS NOT NULL)
    AND (estado <> 'na_fila' OR iniciada_em IS NULL)
    AND (estado NOT IN ('processando', 'concluida', 'concluida_com_erros') OR iniciada_em IS NOT NULL)),
  CONSTRAINT lote_fim CHECK ((estado IN ('concluida', 'concluida_com_erros')) = (concluida_em IS NOT NULL)
    AND (estado = 'cancelada') = (cancelada_em IS NOT NULL))
);
CREATE INDEX acao_em_lote_criada ON lote.acao_em_lote (empresa_id, criada_em, id);

-- Whom it was confirmed for. No foreign key: half a million rows come by one statement, under the lock of their batch, and
-- would be looked up one by one. Nobody changes one, nor takes one out.
CREATE TABLE lote.item (
  empresa_id uuid NOT NULL,
  lote_id    uuid NOT NULL,
  devedor_id uuid NOT NULL,
  PRIMARY KEY (empresa_id, lote_id, devedor_id)
);

-- Rule b17: of whom the caller said that asked (u:name), or of the API key that did (k:id).
CREATE TABLE lote.ultimo_filtro (
  empresa_id    uuid NOT NULL,
  usuario_chave text COLLATE "C" NOT NULL,
  tipo          text NOT NULL,
  filtro        jsonb NOT NULL,
  em            timestamptz NOT NULL,
  PRIMARY KEY (empresa_id, usuario_chave)
);

DO $$
DECLARE tabela text;
BEGIN
  FOREACH tabela IN ARRAY ARRAY['acao_em_lote', 'item', 'ultimo_filtro'] LOOP
    EXECUTE format('ALTER TABLE lote.%I ENABLE ROW LEVEL SECURITY', tabela);
    EXECUTE format('CREATE POLICY da_empresa ON lote.%I USING (empresa_id = cadastro.empresa_atual()) '
                   'WITH CHECK (empresa_id = cadastro.empresa_atual())', tabela);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON lote.acao_em_lote, lote.ultimo_filtro TO cobranca_lote;
GRANT SELECT, INSERT ON lote.item TO cobranca_lote;

-- What the dispatcher reads of a batch: its text, and whether it still goes out.
CREATE VIEW lote.v_acao WITH (security_barrier) AS
  SELECT empresa_id, id, tipo, assunto, corpo, estado = 'cancelada' AS cancelada FROM lote.acao_em_lote
   WHERE empresa_id = cadastro.empresa_atual();
GRANT USAGE ON SCHEMA lote TO cobranca_disparo;
GRANT SELECT ON lote.v_acao TO cobranca_disparo;

-- Rule b12: the texts to choose among.
CREATE VIEW disparo.v_template_texto WITH (security_barrier) AS
  SELECT empresa_id, id, canal, nome, assunto, corpo, versao, arquivado_em IS NOT NULL AS arquivado FROM disparo.template
   WHERE empresa_id = cadastro.empresa_atual();
GRANT USAGE ON SCHEMA disparo TO cobranca_lote;
GRANT SELECT ON disparo.v_template_texto TO cobranca_lote;

-- What every service does: it finds keys good, keeps what it answered, and asks what day it is at the company.
GRANT EXECUTE ON FUNCTION cadastro.autenticar, cadastro.entrar, cadastro.reservar_idempotencia, cadastro.guardar_idempotencia
  TO cobranca_lote;
GRANT SELECT ON cadastro.v_empresa TO cobranca_lote;
