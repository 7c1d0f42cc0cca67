//! The statements of the short way. Rows are looked up one by one behind `OFFSET 0`, as in `titulos`: a plan by index, also
//! when the planner knows nothing of the tables yet. What is new is inserted plainly: if somebody else made the same a
//! moment ago, the unique key says so and the chunk runs again. In the orders in which `PUT /v1/titulos` writes.

/// $1 company. Who is behind each group, whether that is all there is to say, and what there is among them. Behind row-level
/// security a `coalesce` is no key of an index, since PostgreSQL does not know that it tells nothing; a column is. By code and
/// by document it is the same debtor, or a difficult group; and so is one whose debtor would get one more code, since somebody may
/// be correcting its document.
pub(super) const ALVOS: &str = "\
    WITH alvo AS (\
      INSERT INTO importacao_alvo (grupo, id, novo, dificil) \
      SELECT d.grupo, coalesce(c.id, p.id, d.id), c.id IS NULL AND p.id IS NULL, \
             coalesce(c.id <> p.id, c.id IS NULL AND p.id IS NOT NULL) OR (coalesce(c.id, p.id) IS NOT NULL AND ( \
               (coalesce(c.nome, p.nome), coalesce(c.documento, p.documento), coalesce(c.categoria, p.categoria), \
                coalesce(c.score, p.score)) IS DISTINCT FROM \
               (d.nome, coalesce(d.documento, c.documento), coalesce(d.categoria, c.categoria, p.categoria), \
                coalesce(d.score, c.score, p.score)) \
               OR (d.email IS NOT NULL AND ARRAY[d.email] IS DISTINCT FROM ARRAY( \
                    SELECT m.valor FROM cadastro.meio_contato m \
                     WHERE m.empresa_id = $1 AND m.devedor_id = coalesce(c.id, p.id) AND m.tipo = 'email')))) \
        FROM importacao_devedor d \
        LEFT JOIN LATERAL (SELECT a.id, a.nome, a.documento, a.categoria, a.score \
                             FROM cadastro.devedor_codigo x JOIN cadastro.devedor a ON a.empresa_id = $1 AND a.id = x.devedor_id \
                            WHERE x.empresa_id = $1 AND x.codigo_integracao = d.codigo OFFSET 0) c ON true \
        LEFT JOIN LATERAL (SELECT id, nome, documento, categoria, score FROM cadastro.devedor \
                            WHERE empresa_id = $1 AND documento = d.documento OFFSET 0) p ON true \
      RETURNING id, novo, dificil) \
    SELECT coalesce(bool_or(novo), false) AS novos, coalesce(bool_or(dificil), false) OR count(DISTINCT id) < count(*) AS dificeis FROM alvo";

/// Groups that are not plain after all, or are one debtor with another group. They are taken out.
pub(super) const DIFICEIS: &str = "\
    DELETE FROM importacao_alvo WHERE dificil OR id IN (SELECT id FROM importacao_alvo GROUP BY id HAVING count(*) > 1) \
    RETURNING grupo";

/// $1 company, $2 now.
pub(super) const DEVEDORES: &str = "\
    INSERT INTO cadastro.devedor (empresa_id, id, nome, documento, tipo_pessoa, categoria, score, criado_em, atualizado_em) \
    SELECT $1, a.id, d.nome, d.documento, d.tipo, d.categoria, d.score, $2, $2 \
      FROM importacao_alvo a JOIN importacao_devedor d USING (grupo) WHERE a.novo ORDER BY d.documento, a.id";

/// $1 company.
pub(super) const CODIGOS: &str = "\
    INSERT INTO cadastro.devedor_codigo (empresa_id, codigo_integracao, devedor_id) \
    SELECT $1, d.codigo, a.id FROM importacao_alvo a JOIN importacao_devedor d USING (grupo) WHERE a.novo ORDER BY d.codigo";

/// $1 company.
pub(super) const EMAILS: &str = "\
    INSERT INTO cadastro.meio_contato (empresa_id, devedor_id, tipo, valor, ordem, origem) \
    SELECT $1, a.id, 'email', d.email, 0, 'importacao' FROM importacao_alvo a JOIN importacao_devedor d USING (grupo) \
     WHERE a.novo AND d.email IS NOT NULL ORDER BY a.id";

/// $1 company, $2 now. What is stored is locked in order of id first, as everybody locks títulos. What was paid of a título
/// stays paid when its value changes, as in `titulos::upsert`. What a line says is paid is paid once it is stored.
pub(super) const TITULOS: &str = "\
    WITH n AS MATERIALIZED ( \
      SELECT l.*, v.id AS devedor, k.id AS credor_id, a.id AS antes, \
             a.devedor_id AS devedor_antes, l.pago_em IS NOT NULL AND coalesce(a.status IN ('aberto', 'suspenso'), true) AS a_pagar, \
             coalesce(a.status = 'negociado' AND a.devedor_id <> v.id, false) AS de_outro, \
             a.id IS NULL OR NOT (a.status = 'negociado' AND a.devedor_id <> v.id) AND (a.devedor_id, a.credor_id, a.numero, a.emissao, a.vencimento, a.valor, a.tipo_negocio, \
                              a.tipo_titulo, a.nosso_numero, a.linha_digitavel, a.pix_copia_e_cola, a.link_boleto) \
               IS DISTINCT FROM (v.id, coalesce(k.id, a.credor_id), l.numero, coalesce(l.emissao, a.emissao), l.vencimento, \
                                 l.valor, coalesce(l.negocio, a.tipo_negocio), coalesce(l.tipo, a.tipo_titulo), \
                                 coalesce(l.nosso, a.nosso_numero), coalesce(l.digitavel, a.linha_digitavel), \
                                 coalesce(l.pix, a.pix_copia_e_cola), coalesce(l.link, a.link_boleto)) AS escrever \
        FROM importacao_titulo l JOIN importacao_alvo v USING (grupo) \
        LEFT JOIN cadastro.credor k ON k.empresa_id = $1 AND k.codigo_integracao = l.credor \
        LEFT JOIN LATERAL (SELECT id, devedor_id, credor_id, numero, emissao, vencimento, valor, tipo_negocio, tipo_titulo, \
                                  nosso_numero, linha_digitavel, pix_copia_e_cola, link_boleto, status \
                             FROM cadastro.titulo WHERE empresa_id = $1 AND codigo_integracao = l.codigo OFFSET 0) a ON true), \
    presos AS MATERIALIZED ( \
      SELECT x.id FROM (SELECT antes FROM n WHERE antes IS NOT NULL AND escrever ORDER BY antes) m CROSS JOIN LATERAL \
             (SELECT id FROM cadastro.titulo WHERE empresa_id = $1 AND id = m.antes FOR NO KEY UPDATE) x), \
    novos AS ( \
      INSERT INTO cadastro.titulo (empresa_id, id, codigo_integracao, devedor_id, credor_id, numero, emissao, vencimento, valor, \
                                   saldo, tipo_negocio, tipo_titulo, nosso_numero, linha_digitavel, pix_copia_e_cola, \
                                   link_boleto, status_em, criado_em, atualizado_em) \
      SELECT $1, n.id, n.codigo, n.devedor, n.credor_id, n.numero, n.emissao, n.vencimento, n.valor, n.valor, n.negocio, n.tipo, \
             n.nosso, n.digitavel, n.pix, n.link, $2, $2, $2 \
        FROM n WHERE n.antes IS NULL ORDER BY n.codigo), \
    mudados AS ( \
      INSERT INTO cadastro.titulo AS t (empresa_id, id, codigo_integracao, devedor_id, credor_id, numero, emissao, vencimento, \
                                        valor, saldo, tipo_negocio, tipo_titulo, nosso_numero, linha_digitavel, \
                                        pix_copia_e_cola, link_boleto, status_em, criado_em, atualizado_em) \
      SELECT $1, n.id, n.codigo, n.devedor, n.credor_id, n.numero, n.emissao, n.vencimento, n.valor, n.valor, n.negocio, n.tipo, \
             n.nosso, n.digitavel, n.pix, n.link, $2, $2, $2 \
        FROM n WHERE n.antes IS NOT NULL AND n.escrever AND (SELECT count(*) FROM presos) >= 0 ORDER BY n.codigo \
      ON CONFLICT (empresa_id, codigo_integracao) DO UPDATE SET devedor_id = CASE t.status WHEN 'negociado' THEN t.devedor_id ELSE excluded.devedor_id END, \
             credor_id = coalesce(excluded.credor_id, t.credor_id), numero = excluded.numero, \
             emissao = coalesce(excluded.emissao, t.emissao), vencimento = excluded.vencimento, valor = excluded.valor, \
             tipo_negocio = coalesce(excluded.tipo_negocio, t.tipo_negocio), \
             tipo_titulo = coalesce(excluded.tipo_titulo, t.tipo_titulo), \
             nosso_numero = coalesce(excluded.nosso_numero, t.nosso_numero), \
             linha_digitavel = coalesce(excluded.linha_digitavel, t.linha_digitavel), \
             pix_copia_e_cola = coalesce(excluded.pix_copia_e_cola, t.pix_copia_e_cola), \
             link_boleto = coalesce(excluded.link_boleto, t.link_boleto), atualizado_em = excluded.atualizado_em, \
             (status, suspenso_ate, saldo, status_em) = (SELECT \
               CASE WHEN a.quita THEN 'pago' ELSE t.status END, CASE WHEN NOT a.quita THEN t.suspenso_ate END, \
               CASE WHEN t.status IN ('pago', 'cancelado') THEN t.saldo ELSE a.resta END, \
               CASE WHEN a.quita THEN excluded.status_em ELSE t.status_em END \
               FROM (SELECT r.resta, r.resta = 0 AND t.status IN ('aberto', 'suspenso') AS quita \
                       FROM (SELECT greatest(0, excluded.valor - (t.valor - t.saldo)) AS resta) r) a)) \
    SELECT count(*) FILTER (WHERE antes IS NULL) AS criados, \
           count(*) FILTER (WHERE antes IS NOT NULL AND (escrever OR a_pagar)) AS atualizados, \
           coalesce(array_agg(codigo) FILTER (WHERE a_pagar), '{}') AS a_pagar, \
           coalesce(array_agg(codigo) FILTER (WHERE de_outro), '{}') AS de_outro, \
           regua.marcar(ARRAY(SELECT devedor FROM n WHERE escrever \
                              UNION SELECT devedor_antes FROM n WHERE escrever AND devedor_antes IS NOT NULL))::text AS marcas \
      FROM n";
