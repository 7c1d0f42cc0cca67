DROP INDEX cadastro.titulo_parcela;
CREATE INDEX titulo_parcela ON cadastro.titulo (empresa_id, vencimento, acordo_id) WHERE acordo_id IS NOT NULL;
CREATE INDEX titulo_aberto ON cadastro.titulo (empresa_id, devedor_id) INCLUDE (saldo) WHERE status = 'aberto';
DROP FUNCTION cadastro.anotar_devedores, cadastro.anotar_saldos, cadastro.esquecer_saldos, cadastro.somar_saldos CASCADE;
DROP TABLE cadastro.saldo_mudanca, cadastro.devedor_saldo;
