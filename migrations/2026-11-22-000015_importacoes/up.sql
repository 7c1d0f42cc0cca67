-- A full file of one creditor: `credor` is its code as it was asked for, `credor_id` who that was. `por_credor`: the creditors
-- that lose most to a full file, as its keys were read; `zerados`: how many would be left with no open título at all.
-- `preservados`: of what the file lacks, what was not cancelled. `confirmada_por`: the API key that said yes to the rest.
ALTER TABLE cadastro.importacao
  ADD credor         text,
  ADD credor_id      uuid,
  ADD zerados        bigint,
  ADD por_credor     jsonb,
  ADD preservados    bigint NOT NULL DEFAULT 0,
  ADD confirmada_por uuid,
  ADD CHECK ((credor IS NULL) = (credor_id IS NULL)),
  ADD CHECK (credor IS NULL OR modo = 'completo');
CREATE INDEX importacao_completa ON cadastro.importacao (empresa_id, id)
  WHERE modo = 'completo' AND NOT simular AND estado IN ('pendente', 'processando', 'aguardando_confirmacao');

-- The row as it was when the file was read: what changes it makes another one, also while a sandbox clock stands still. Of what
-- was found by a former version it is not known.
ALTER TABLE cadastro.importacao_ausente ADD versao bigint;

-- What was pushed since a full file arrived: of what is stored already, exactly so, nothing else tells.
CREATE TABLE cadastro.importacao_enviado (
  empresa_id    uuid NOT NULL,
  importacao_id uuid NOT NULL,
  titulo_id     uuid NOT NULL,
  PRIMARY KEY (empresa_id, importacao_id, titulo_id),
  FOREIGN KEY (empresa_id, importacao_id) REFERENCES cadastro.importacao ON DELETE CASCADE
);
ALTER TABLE cadastro.importacao_enviado ENABLE ROW LEVEL SECURITY;
CREATE POLICY da_empresa ON cadastro.importacao_enviado
  USING (empresa_id = cadastro.empresa_atual()) WITH CHECK (empresa_id = cadastro.empresa_atual());
GRANT SELECT, INSERT, UPDATE, DELETE ON cadastro.importacao_enviado TO cobranca_titulos;
