//! What happened to a debtor: every kind, in one order, by pages that neither lose nor repeat, and that cost what they show.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection as _;
use domain::acontecimento::TipoAcontecimento;
use domain::ids::{DevedorId, EmpresaId};
use store::acontecimentos::{AcontecimentoLido, Filtro, list};
use uuid::Uuid;

use crate::apoio::{Casa, dia, nova_empresa, texts};

/// The debtors of these tests.
const QUANTOS: u128 = 3;
/// Títulos of each.
const TITULOS: usize = 6;

fn devedor(n: u128) -> DevedorId {
    DevedorId::new(Uuid::from_u128(n))
}

/// So many events of each kind of each debtor, in the two companies: by fours at one instant, so that there are ties within a
/// kind and between kinds.
fn fill(casa: &Casa, empresa: EmpresaId, por_tipo: usize) {
    let (e, n) = (empresa.uuid(), por_tipo);
    let quando = "timestamptz '2026-03-01T00:00:00Z' + (g / 4) * interval '1 hour'";
    let ids = (1..=QUANTOS).map(|n| format!("'{}'::uuid", Uuid::from_u128(n))).collect::<Vec<_>>().join(", ");
    let serie = format!("unnest(ARRAY[{ids}]) d, generate_series(0, {n} - 1) g");
    let do_titulo = format!(
        "(SELECT *, row_number() OVER (PARTITION BY devedor_id ORDER BY id) - 1 AS vez FROM cadastro.titulo \
                  WHERE empresa_id = '{e}') t JOIN generate_series(0, {n} - 1) g ON g % {TITULOS} = t.vez"
    );
    casa.run(&format!(
        "INSERT INTO cadastro.devedor (empresa_id, id, nome, tipo_pessoa, criado_em, atualizado_em)
         SELECT '{e}', d, 'D', 'isenta', now(), now() FROM unnest(ARRAY[{ids}]) d;
         INSERT INTO cadastro.titulo (empresa_id, id, codigo_integracao, devedor_id, numero, vencimento, valor, saldo, status, status_em,
                                      criado_em, atualizado_em)
         SELECT '{e}', gen_random_uuid(), d || '/' || g, d, 'n' || g, '2026-01-01', 100, 0, 'pago', now(), {quando}, now()
           FROM unnest(ARRAY[{ids}]) d, generate_series(0, {TITULOS} - 1) g;
         SET session_replication_role = replica;
         INSERT INTO cadastro.titulo_historico (empresa_id, titulo_id, em, mudancas) SELECT '{e}', t.id, {quando}, '[]' FROM {do_titulo};
         INSERT INTO cadastro.pagamento (empresa_id, id, titulo_id, data, valor, principal, correcao, multa, juros, desconto,
                                         excedente, criado_em, estornado_em)
         SELECT '{e}', gen_random_uuid(), t.id, '2026-03-01', 1, 1, 0, 0, 0, 0, 0, {quando}, {quando} + interval '90 minutes'
           FROM {do_titulo};
         INSERT INTO cadastro.negociacao (empresa_id, id, devedor_id, estado, valor, primeira_parcela, com_pagamento, criada_em,
                confirmada_em, quebrada_em, principal, encargos, desconto_encargos, desconto_principal, juros, com_entrada)
         SELECT '{e}', gen_random_uuid(), d, 'quebrada', 1, '2026-03-01', true, {quando}, {quando}, {quando}, 1, 0, 0, 0, 0, false
           FROM {serie};
         INSERT INTO cadastro.resultado_contato (empresa_id, id, nome, grupo, positivo)
         VALUES ('{e}', '{nil}', 'Promessa', 'Contato', true);
         INSERT INTO cadastro.contato (empresa_id, id, devedor_id, canal, em, resultado_id, criado_em)
         SELECT '{e}', gen_random_uuid(), d, 'telefone', {quando}, '{nil}', now() FROM {serie};
         INSERT INTO cadastro.opt_out (empresa_id, devedor_id, canal, desde)
         SELECT '{e}', d, c, '2026-03-01T00:00:00Z' FROM unnest(ARRAY[{ids}]) d, unnest(ARRAY['sms', 'email']) c;
         INSERT INTO regua.regua (empresa_id, id, nome, prioridade, criada_em, alterada_em, chave)
         VALUES ('{e}', '{nil}', 'R', 0, now(), now(), 'x');
         INSERT INTO regua.noite (empresa_id, id, data, iniciada_em) VALUES ('{e}', '{nil}', '2026-03-01', '2026-03-01T00:00:00Z');
         INSERT INTO regua.inscricao (empresa_id, id, regua_id, devedor_id, estado, entrada, ciclo, encerrada_em, motivo, titulos)
         SELECT '{e}', gen_random_uuid(), '{nil}', d, 'encerrada', date '2026-03-01' + g / 4, 1, date '2026-03-02' + g / 4,
                'migracao', '{{}}' FROM {serie};
         INSERT INTO disparo.execucao (empresa_id, id, devedor_id, regua_id, posicao_id, acao_id, canal, titulos, data, devida_em,
                                       publicar_em, criada_em, atualizada_em, estado, enviada_em)
         SELECT '{e}', gen_random_uuid(), d, '{nil}', '{nil}', '{nil}', 'email', '{{}}', '2026-03-01', '2026-03-01', now(), {quando},
                now(), 'enviada', now() FROM {serie};
         INSERT INTO disparo.tentativa (empresa_id, execucao_id, cerca, fim, destinatario, texto, titulos, montada_em, terminou_em,
                                        provedor, devedor_id)
         SELECT empresa_id, id, c, 'incerta', 'a@example.com', 'x', '{{}}', criada_em, criada_em, 'p', devedor_id
           FROM disparo.execucao, unnest(ARRAY[9, 10]) c WHERE empresa_id = '{e}';
         INSERT INTO disparo.recibo (provedor, mensagem, estado, recebido_em, chegou_em, empresa_id, execucao_id, devedor_id)
         SELECT 'p', id, s, now(), criada_em, empresa_id, id, devedor_id
           FROM disparo.execucao, unnest(ARRAY['lida', 'entregue', 'enviada']) s WHERE empresa_id = '{e}';
         INSERT INTO disparo.acontecimento (empresa_id, devedor_id, em, ordem, chave, tipo, autor, dados)
         SELECT '{e}', d, {quando}, 75, gen_random_uuid() || ':' || k, k, NULL, '{{}}'
           FROM unnest(ARRAY['carta', 'consulta', 'negativacao']) k CROSS JOIN {serie};
         INSERT INTO disparo.intervencao (empresa_id, execucao_id, em, acao, autor, devedor_id)
         SELECT empresa_id, id, criada_em, a, '{nil}', devedor_id
           FROM disparo.execucao, unnest(ARRAY['reprocessada', 'enviada']) a WHERE empresa_id = '{e}';",
        nil = Uuid::nil(),
    ));
}

fn filtro() -> Filtro {
    Filtro { tipos: None, de: None, ate: None, recentes: true }
}

fn read(casa: &Casa, filtro: &Filtro, limite: i64) -> Vec<AcontecimentoLido> {
    casa.dispatcher.da_empresa(casa.empresa, |t| list(t, devedor(1), filtro, None, limite)).unwrap().unwrap()
}

/// All of it, so many at a time.
fn by_pages(casa: &Casa, filtro: &Filtro, limite: i64) -> Vec<AcontecimentoLido> {
    let mut lidos: Vec<AcontecimentoLido> = Vec::new();
    loop {
        let fim = lidos.last().map(AcontecimentoLido::lugar);
        let pagina =
            casa.dispatcher.da_empresa(casa.empresa, |t| list(t, devedor(1), filtro, fim.as_ref(), limite));
        let pagina = pagina.unwrap().unwrap();
        if pagina.is_empty() {
            return lidos;
        }
        assert!(i64::try_from(pagina.len()).unwrap() <= limite);
        lidos.extend(pagina);
    }
}

fn names(lidos: &[AcontecimentoLido]) -> Vec<String> {
    lidos.iter().map(|lido| format!("{} {}:{}", lido.em, lido.tipo, lido.chave)).collect()
}

fn count(lidos: &[AcontecimentoLido]) -> BTreeMap<&str, usize> {
    let mut contagem = BTreeMap::new();
    for lido in lidos {
        *contagem.entry(lido.tipo.as_str()).or_insert(0) += 1;
    }
    contagem
}

/// Ten of each kind that repeats by itself, of all but what there are more or fewer of.
fn expected(tipo: TipoAcontecimento) -> usize {
    match tipo {
        TipoAcontecimento::TituloRecebido => TITULOS,
        TipoAcontecimento::NegociacaoCancelada => 0, // those that were broken
        TipoAcontecimento::OptOut => 2,
        TipoAcontecimento::Tentativa | TipoAcontecimento::Intervencao => 20,
        TipoAcontecimento::Recibo => 30,
        TipoAcontecimento::TituloAlterado
        | TipoAcontecimento::Pagamento
        | TipoAcontecimento::Estorno
        | TipoAcontecimento::NegociacaoFeita
        | TipoAcontecimento::NegociacaoConfirmada
        | TipoAcontecimento::NegociacaoQuebrada
        | TipoAcontecimento::Contato
        | TipoAcontecimento::InscricaoAberta
        | TipoAcontecimento::InscricaoEncerrada
        | TipoAcontecimento::AcaoDecidida
        | TipoAcontecimento::Carta
        | TipoAcontecimento::Consulta
        | TipoAcontecimento::Negativacao => 10,
    }
}

fn house(por_tipo: usize) -> Casa {
    let casa = Casa::nova();
    let outra = nova_empresa(&casa.titulos, "Beta");
    fill(&casa, casa.empresa, por_tipo);
    fill(&casa, outra, por_tipo);
    casa
}

#[test]
fn every_kind_is_told_once_in_one_order_by_pages_of_any_size_from_either_end() {
    let casa = house(10);
    let tudo = read(&casa, &filtro(), 10_000);
    let esperados = TipoAcontecimento::TODOS.iter().map(|tipo| (tipo.as_str(), expected(*tipo)));
    assert_eq!(count(&tudo), esperados.filter(|(_, quantos)| *quantos > 0).collect());
    assert!(tudo.is_sorted_by(|a, b| a.lugar() > b.lugar()), "{:#?}", names(&tudo));
    for recentes in [true, false] {
        let filtro = Filtro { recentes, ..filtro() };
        let mut esperados = names(&tudo);
        if !recentes {
            esperados.reverse();
        }
        for limite in [1, 2, 3, 7, 50, 1_000] {
            assert_eq!(names(&by_pages(&casa, &filtro, limite)), esperados, "{limite} at a time");
        }
    }
}

#[test]
fn what_is_asked_for_by_kind_and_period_is_that_part_of_the_whole() {
    let casa = house(10);
    let tudo = read(&casa, &filtro(), 10_000);
    for tipo in TipoAcontecimento::TODOS {
        let filtro = Filtro { tipos: Some(vec![*tipo]), ..filtro() };
        let dele: Vec<_> = tudo.iter().filter(|lido| lido.tipo == tipo.as_str()).cloned().collect();
        assert_eq!(names(&by_pages(&casa, &filtro, 3)), names(&dele), "{tipo}");
    }
    let dois = Filtro { tipos: Some(vec![TipoAcontecimento::Recibo, TipoAcontecimento::OptOut]), ..filtro() };
    assert_eq!(count(&by_pages(&casa, &dois, 4)), BTreeMap::from([("opt_out", 2), ("recibo", 30)]));
    // In São Paulo midnight of the first is its day before.
    for (de, ate) in
        [(None, Some("2026-02-28")), (Some("2026-03-01"), None), (Some("2026-03-02"), Some("2026-03-03"))]
    {
        let inicio = de.map(|de| format!("{de}T03:00:00Z").parse::<chrono::DateTime<chrono::Utc>>().unwrap());
        let fim = ate.map(|ate| {
            format!("{}T03:00:00Z", dia(ate).succ_opt().unwrap())
                .parse::<chrono::DateTime<chrono::Utc>>()
                .unwrap()
        });
        let dentro = |lido: &&AcontecimentoLido| {
            inicio.is_none_or(|inicio| lido.em >= inicio) && fim.is_none_or(|fim| lido.em < fim)
        };
        let esperados: Vec<_> = tudo.iter().filter(dentro).cloned().collect();
        assert!(!esperados.is_empty() && esperados.len() < tudo.len(), "{de:?} {ate:?}");
        let filtro = Filtro { de: de.map(dia), ate: ate.map(dia), ..filtro() };
        assert_eq!(names(&by_pages(&casa, &filtro, 5)), names(&esperados), "{de:?} {ate:?}");
    }
}

#[test]
fn r02_another_companys_debtor_of_the_same_id_is_another_and_who_is_none_has_no_line() {
    let casa = house(4);
    let daqui = names(&read(&casa, &filtro(), 10_000));
    let outra: EmpresaId = EmpresaId::new(
        casa.texts("SELECT id::text AS x FROM cadastro.empresa WHERE nome = 'Beta'")[0].parse().unwrap(),
    );
    let lidos =
        casa.dispatcher.da_empresa(outra, |t| list(t, devedor(1), &filtro(), None, 10_000)).unwrap().unwrap();
    assert_eq!(lidos.len(), daqui.len());
    let la = names(&lidos);
    // Its opt-outs have no ids of their own.
    assert!(la.iter().filter(|nome| !nome.contains("opt_out")).all(|nome| !daqui.contains(nome)));
    let de_ninguem = casa.dispatcher.da_empresa(casa.empresa, |t| list(t, devedor(99), &filtro(), None, 10));
    assert!(de_ninguem.unwrap().is_none());
}

/// Rows that the page reads, by table, as PostgreSQL counts them in one transaction.
fn rows_read(casa: &Casa, em: &str, recentes: bool) -> BTreeMap<String, u64> {
    let mut conn = casa.root();
    let (de, ordem) = if recentes { (em, 32_767) } else { (em, 0) };
    let funcoes = ["cadastro", "regua", "disparo"].map(|schema| {
        format!(
            "PERFORM * FROM {schema}.linha_do_tempo('{}', NULL, '-infinity', 'infinity', '{de}', {ordem}::smallint, '', {recentes}, 51);",
            devedor(1).uuid()
        )
    });
    conn.batch_execute(&format!(
        "BEGIN; SET LOCAL app.empresa = '{}'; SET LOCAL jit = off; SET ROLE cobranca_disparo; DO $$ BEGIN {} END $$; RESET ROLE;",
        casa.empresa.uuid(),
        funcoes.join(" ")
    ))
    .unwrap();
    let linhas = texts(
        &mut conn,
        "SELECT format('%s.%s %s', schemaname, relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) AS x \
           FROM pg_stat_xact_user_tables WHERE schemaname IN ('cadastro', 'regua', 'disparo')",
    );
    conn.batch_execute("ROLLBACK").unwrap();
    linhas
        .iter()
        .map(|linha| linha.split_once(' ').unwrap())
        .map(|(t, n)| (t.to_owned(), n.parse().unwrap()))
        .collect()
}

#[test]
fn a_page_reads_what_it_shows_and_not_the_history() {
    let casa = Casa::nova();
    fill(&casa, casa.empresa, 1_200);
    // No statistics: the planner knows nothing of how much there is.
    for (em, recentes) in [
        ("infinity", true),
        ("2026-03-07T00:00:00Z", true),
        ("-infinity", false),
        ("2026-03-07T00:00:00Z", false),
    ] {
        let lidas = rows_read(&casa, em, recentes);
        let de = |tabela: &str| lidas.get(tabela).copied().unwrap_or_default();
        // Of each kind a page of 51 and who tied with its last; the executions are also asked for the channel of the others.
        for tabela in ["cadastro.contato", "disparo.tentativa", "disparo.recibo", "disparo.intervencao"] {
            assert!((51..=51 + 12).contains(&de(tabela)), "{tabela}: {lidas:?}");
        }
        assert!((51..=4 * 51).contains(&de("disparo.execucao")), "{lidas:?}");
        // Of each título as many.
        let por_titulo = 51 * u64::try_from(TITULOS).unwrap();
        assert!((51..=por_titulo + 24).contains(&de("cadastro.titulo_historico")), "{lidas:?}");
        assert!((51..=2 * (por_titulo + 24)).contains(&de("cadastro.pagamento")), "{lidas:?}");
    }
}
