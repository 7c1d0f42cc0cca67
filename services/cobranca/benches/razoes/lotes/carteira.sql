-- What filters ask for, on top of a portfolio of `milhao`: who the debtors are, where they live, what was agreed and said with them, and
-- where they are in their réguas. Run before the indexes are made again; {empresa}, {devedores} and {data} are put in.

CREATE FUNCTION pg_temp.um(de text[], n bigint, semente bigint) RETURNS text IMMUTABLE LANGUAGE sql
  RETURN de[1 + floor(cardinality(de) * pg_temp.u(n, semente))::int];
-- The first of so many much more often than the last.
CREATE FUNCTION pg_temp.cauda(quantos int, n bigint, semente bigint) RETURNS int IMMUTABLE LANGUAGE sql
  RETURN floor(power(quantos, pg_temp.u(n, semente)))::int;

-- Names that many share, five in six with a document, forty managers and nobody's, five years of arrivals.
UPDATE cadastro.devedor d SET
  nome = pg_temp.um(ARRAY['Maria', 'José', 'Ana', 'João', 'Antônio', 'Francisca', 'Carlos', 'Paulo', 'Adriana', 'Pedro', 'Lucas', 'Juliana',
                          'Marcos', 'Luís', 'Márcia', 'Fernanda', 'Patrícia', 'Aline', 'Sandra', 'Camila', 'Bruno', 'Rafael', 'Ítalo', 'Zélia'], n, 21)
      || ' ' || pg_temp.um(ARRAY['da Silva', 'dos Santos', 'Oliveira', 'Souza', 'Rodrigues', 'Ferreira', 'Alves', 'Pereira', 'Lima', 'Gomes',
                          'Costa', 'Ribeiro', 'Martins', 'Carvalho', 'Almeida', 'Lopes', 'Soares', 'Fernandes', 'Vieira', 'Barbosa'], n, 22)
      || ' ' || n,
  tipo_pessoa = (ARRAY['isenta', 'juridica', 'fisica'])[width_bucket(pg_temp.u(n, 23), ARRAY[0, 0.17, 0.35])],
  documento = CASE WHEN pg_temp.u(n, 23) >= 0.35 THEN lpad(n::text, 11, '0') WHEN pg_temp.u(n, 23) >= 0.17 THEN lpad(n::text, 14, '0') END,
  gerente = CASE WHEN pg_temp.u(n, 24) < 0.9 THEN 'Gerente ' || pg_temp.cauda(40, n, 25) END,
  criado_em = date '{data}' - interval '5 years' * pg_temp.u(n, 26)
 FROM (SELECT n, pg_temp.id(n) AS id FROM generate_series(1, {devedores}) n) x WHERE d.id = x.id;
CLUSTER cadastro.devedor USING devedor_pkey;

-- Nine in ten have an address, in 400 cities of 27 states, the largest most; one address in thirty lacks its CEP.
CREATE TEMP TABLE cidade AS
SELECT c, 'Cidade ' || c AS nome, (ARRAY['SP', 'MG', 'RJ', 'BA', 'PR', 'RS', 'PE', 'CE', 'PA', 'SC', 'GO', 'MA', 'AM', 'ES', 'PB', 'RN', 'MT', 'AL',
       'PI', 'DF', 'MS', 'SE', 'RO', 'TO', 'AC', 'AP', 'RR'])[pg_temp.cauda(27, c, 31)] AS uf FROM generate_series(1, 400) c;
INSERT INTO cadastro.meio_contato (empresa_id, devedor_id, tipo, valor, ordem, endereco)
SELECT '{empresa}', pg_temp.id(n), 'endereco', 'e' || n, 0, jsonb_strip_nulls(jsonb_build_object('cidade', c.nome, 'uf', c.uf,
       'logradouro', 'Rua ' || n % 977, 'numero', (n % 2000)::text, 'bairro', 'Centro',
       'cep', CASE WHEN pg_temp.u(n, 33) > 0.03 THEN lpad((n % 99999999)::text, 8, '0') END))
  FROM generate_series(1, {devedores}) n JOIN cidade c ON c.c = pg_temp.cauda(400, n, 32) WHERE pg_temp.u(n, 34) < 0.9;
INSERT INTO cadastro.meio_contato (empresa_id, devedor_id, tipo, valor, ordem, invalido_desde)
SELECT '{empresa}', pg_temp.id(n), 'telefone', '+5511' || CASE WHEN pg_temp.u(n, 35) < 0.85 THEN '9' ELSE '' END || lpad((n + 10000000)::text, 8, '3'), 0,
       CASE WHEN pg_temp.u(n, 36) < 0.03 THEN now() END
  FROM generate_series(1, {devedores}) n WHERE pg_temp.u(n, 37) < 0.85;
INSERT INTO cadastro.opt_out (empresa_id, devedor_id, canal, desde)
SELECT '{empresa}', pg_temp.id(n), canal, now() FROM generate_series(1, {devedores}) n, unnest(ARRAY['email', 'sms', 'carta']) WITH ORDINALITY c(canal, k)
 WHERE pg_temp.u(n, 40 + k) < 0.02;

-- Four debtors in ten have been spoken to, up to five times within a year.
INSERT INTO cadastro.resultado_contato (empresa_id, id, nome, grupo, positivo)
SELECT '{empresa}', pg_temp.id(800000000 + r), 'Resultado ' || r, (ARRAY['Promessa', 'Recado', 'Acordo', 'Sem sucesso'])[1 + r % 4], r % 4 IN (0, 2)
  FROM generate_series(1, 12) r;
INSERT INTO cadastro.contato (empresa_id, id, devedor_id, canal, em, resultado_id, operador, agendado_para, operador_agendamento, criado_em)
SELECT '{empresa}', pg_temp.id(n * 8 + k), pg_temp.id(n), 'telefone', em, pg_temp.id(800000000 + pg_temp.cauda(12, n * 8 + k, 51)),
       'Operador ' || pg_temp.cauda(30, n * 8 + k, 52), CASE WHEN agenda THEN em + interval '40 days' * pg_temp.u(n * 8 + k, 53) END,
       CASE WHEN agenda THEN 'Operador ' || pg_temp.cauda(30, n * 8 + k, 54) END, em
  FROM generate_series(1, {devedores}) n, LATERAL generate_series(1, 1 + floor(5 * pg_temp.u(n, 55))::int) k,
       LATERAL (SELECT date '{data}' + 20 - interval '365 days' * pg_temp.u(n * 8 + k, 56) AS em, pg_temp.u(n * 8 + k, 57) < 0.2 AS agenda) x
 WHERE pg_temp.u(n, 58) < 0.4;

-- One in twelve has negotiated; each agreement has three instalments.
INSERT INTO cadastro.negociacao (empresa_id, id, devedor_id, estado, valor, primeira_parcela, com_pagamento, criada_em, confirmada_em, cancelada_em,
                                 quebrada_em, principal, encargos, desconto_encargos, desconto_principal, juros, com_entrada, usuario)
SELECT '{empresa}', pg_temp.id(n), pg_temp.id(n), estado, 30000, em::date + 5, estado IN ('confirmada', 'quebrada'), em,
       CASE WHEN estado IN ('confirmada', 'quebrada') THEN em + interval '5 days' END, CASE estado WHEN 'cancelada' THEN em + interval '20 days' END,
       CASE estado WHEN 'quebrada' THEN em + interval '50 days' END, 30000, 0, 0, 0, 0, false, 'Usuário ' || pg_temp.cauda(20, n, 61)
  FROM generate_series(1, {devedores}) n,
       LATERAL (SELECT (ARRAY['aberta', 'confirmada', 'cancelada', 'quebrada'])[width_bucket(pg_temp.u(n, 62), ARRAY[0, 0.2, 0.7, 0.9])] AS estado,
                       date '{data}' + 20 - interval '700 days' * pg_temp.u(n, 63) AS em) x
 WHERE pg_temp.u(n, 64) < 0.083;
INSERT INTO cadastro.titulo (empresa_id, id, codigo_integracao, devedor_id, numero, vencimento, valor, saldo, status, origem, acordo_id, status_em, criado_em,
                             atualizado_em)
SELECT '{empresa}', pg_temp.id(500000000 + k * 100000000 + ('x' || right(g.id::text, 8))::bit(32)::bigint), 'A' || k || '-' || right(g.id::text, 8),
       g.devedor_id, 'Parcela ' || k, g.primeira_parcela + 30 * (k - 1), 10000, CASE WHEN x.status = 'aberto' THEN 10000 ELSE 0 END, x.status,
       'acordo', g.id, g.criada_em, g.criada_em, g.criada_em
  FROM cadastro.negociacao g, generate_series(1, 3) k,
       LATERAL (SELECT CASE WHEN g.estado IN ('cancelada', 'quebrada') THEN 'cancelado'
                            WHEN g.estado = 'confirmada' AND g.primeira_parcela + 30 * (k - 1) < date '{data}' THEN 'pago' ELSE 'aberto' END AS status) x;
TRUNCATE cadastro.devedor_saldo;
INSERT INTO cadastro.devedor_saldo (empresa_id, devedor_id, saldo, abertos)
SELECT empresa_id, devedor_id, coalesce(sum(saldo) FILTER (WHERE status = 'aberto'), 0), count(*) FILTER (WHERE status = 'aberto')
  FROM cadastro.titulo GROUP BY empresa_id, devedor_id;

-- Five réguas of eight positions; four debtors in five walk in one, most of those past its first position.
INSERT INTO regua.regua (empresa_id, id, nome, prioridade, estado, criada_em, alterada_em, chave)
SELECT '{empresa}', pg_temp.id(700000000 + r * 100), 'Régua ' || r, r, 'inativa', now(), now(), 'lotes ' || r FROM generate_series(1, 5) r;
INSERT INTO regua.posicao (empresa_id, id, regua_id, gatilho, dias)
SELECT '{empresa}', pg_temp.id(700000000 + r * 100 + p), pg_temp.id(700000000 + r * 100), 'cobranca', p * 15 FROM generate_series(1, 5) r, generate_series(1, 8) p;
INSERT INTO regua.inscricao (empresa_id, id, regua_id, devedor_id, estado, entrada, ciclo, final_em, titulos, posicao_id, posicao_em)
SELECT '{empresa}', pg_temp.id(n), pg_temp.id(700000000 + r * 100), pg_temp.id(n), 'final', date '{data}' - 100, 1, date '{data}', '{}',
       CASE WHEN p <= 8 THEN pg_temp.id(700000000 + r * 100 + p) END, CASE WHEN p <= 8 THEN date '{data}' - floor(60 * pg_temp.u(n, 73))::int END
  FROM generate_series(1, {devedores}) n, LATERAL (SELECT pg_temp.cauda(5, n, 71) AS r, 1 + floor(9 * pg_temp.u(n, 72))::int AS p) x
 WHERE pg_temp.u(n, 74) < 0.8;
