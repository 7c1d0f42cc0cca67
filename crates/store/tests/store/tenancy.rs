//! Rule r02: two companies in one database, through the same few connections.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use domain::execucao::Desfecho;
use domain::ids::{EmpresaId, NoiteId, ReguaId, TituloId};
use domain::titulo::{Mudanca, StatusTitulo, pagar};
use store::disparos::Reivindicacao;
use store::titulos::{Filtro, Trecho, change_status, get, list, upsert};
use store::{Banco, Papel, empresas, execucoes, inscricoes, noites, reguas};

use crate::apoio::disparo::{claim, finish};
use crate::apoio::{
    Casa, LEASE, agora, descartar, devedor, dia, hora, item, nova_empresa, set_estado, texts,
};

const THREADS: usize = 5;
const OPERACOES: usize = 400;

/// What one company has in this test: títulos whose every text says whose they are.
struct Lado {
    empresa: EmpresaId,
    nome: &'static str,
    titulos: Vec<TituloId>,
}

fn lado(banco: &Banco, nome: &'static str) -> Lado {
    let empresa = nova_empresa(banco, nome);
    let itens: Vec<_> = (0..20).map(|n| named(n, nome)).collect();
    let resultados = banco.da_empresa(empresa, |t| upsert(t, &itens, agora())).unwrap();
    Lado { empresa, nome, titulos: resultados.iter().map(crate::apoio::id_of).collect() }
}

/// The same codes and documents in both companies.
fn named(n: u32, nome: &str) -> store::titulos::EntradaTitulo {
    store::titulos::EntradaTitulo { numero: nome.to_owned(), ..item(&n.to_string(), devedor(n)) }
}

/// One operation of `meu`; what is wrong with what it saw, if anything.
fn operate(banco: &Banco, meu: &Lado, alheio: &Lado, passo: usize) -> Option<String> {
    let n = passo % 20;
    let outcome = banco.da_empresa(meu.empresa, |t| {
        let certo = match passo % 7 {
            0 => list(t, &Filtro::default(), &Trecho::first(1_000))?.iter().all(|x| x.numero == meu.nome),
            1 => get(t, alheio.titulos[n])?.is_none(),
            2 => change_status(t, alheio.titulos[n], pagar, agora())?.is_none(),
            3 => get(t, meu.titulos[n])?.is_some_and(|x| x.numero == meu.nome),
            4 => empresas::get(t)?.is_some_and(|e| e.nome == meu.nome),
            5 => {
                let codigo = u32::try_from(n).unwrap_or_default();
                let resultados = upsert(t, &[named(codigo, meu.nome)], agora())?;
                crate::apoio::id_of(&resultados[0]) == meu.titulos[n]
            }
            _ => {
                change_status(t, meu.titulos[n], pagar, agora())?;
                panic!("{PANICO}");
            }
        };
        Ok(certo)
    });
    match outcome {
        Ok(true) => None,
        Ok(false) => Some(format!("{} no passo {passo} viu o que não é seu", meu.nome)),
        Err(e) => Some(e.to_string()),
    }
}

const PANICO: &str = "no meio da transação";

#[test]
fn r02_two_companies_on_two_connections_never_see_or_change_each_others_rows() {
    let pg = testkit::Banco::new();
    let banco = Banco::connect(pg.url(), Papel::Titulos, 2).unwrap();
    let lados = [lado(&banco, "Alfa"), lado(&banco, "Beta")];
    let (erros, panicos): (Vec<String>, usize) = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (banco, lados) = (&banco, &lados);
                scope.spawn(move || {
                    let (mut erros, mut panicos) = (Vec::new(), 0);
                    for passo in 0..OPERACOES {
                        let [meu, alheio] = [&lados[(thread + passo) % 2], &lados[(thread + passo + 1) % 2]];
                        match catch_unwind(AssertUnwindSafe(|| operate(banco, meu, alheio, passo / 2))) {
                            Ok(erro) => erros.extend(erro),
                            Err(_) => panicos += 1,
                        }
                    }
                    (erros, panicos)
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).fold(
            (Vec::new(), 0),
            |(mut erros, panicos), (e, p)| {
                erros.extend(e);
                (erros, panicos + p)
            },
        )
    });
    assert_eq!(erros, [""; 0]);
    let em_panico = (0..OPERACOES).filter(|passo| passo / 2 % 7 == 6).count();
    assert_eq!(panicos, THREADS * em_panico, "every panic came through");
    for lado in &lados {
        let titulos =
            banco.da_empresa(lado.empresa, |t| list(t, &Filtro::default(), &Trecho::first(1_000))).unwrap();
        assert_eq!(titulos.len(), 20);
        let aberto = StatusTitulo::Aberto.as_str();
        assert!(
            titulos.iter().all(|x| x.numero == lado.nome && x.status == aberto),
            "what panicked was rolled back"
        );
    }
}

#[test]
fn r02_the_company_of_a_transaction_does_not_outlive_it() {
    let casa = Casa::nova();
    casa.push_one(item("1", devedor(1)));
    let banco = Banco::connect(casa.pg.url(), Papel::Titulos, 1).unwrap();
    let atual = |empresa| banco.da_empresa(empresa, |t| Ok(empresas::get(t)?.map(|e| e.nome))).unwrap();
    assert_eq!(atual(casa.empresa), Some("Alfa".to_owned()));
    let ninguem = EmpresaId::new(uuid::Uuid::from_u128(9));
    assert_eq!(atual(ninguem), None);
    // What a statement outside of any transaction of ours would see on such a connection.
    let mut conn = casa.root();
    conn.batch_execute("SET ROLE cobranca_titulos").unwrap();
    let tudo =
        "SELECT codigo_integracao AS x FROM cadastro.titulo UNION ALL SELECT nome FROM cadastro.v_empresa";
    assert_eq!(texts(&mut conn, tudo), [""; 0]);
    let com_empresa = format!(
        "BEGIN; SELECT set_config('app.empresa', '{}', true); CREATE TEMP TABLE visto AS {tudo}; COMMIT",
        casa.empresa
    );
    conn.batch_execute(&com_empresa).unwrap();
    assert_eq!(texts(&mut conn, "SELECT x FROM visto ORDER BY 1"), ["1", "Alfa"]);
    assert_eq!(texts(&mut conn, tudo), [""; 0]);
    let escrita = diesel::sql_query("UPDATE cadastro.titulo SET numero = 'x'").execute(&mut conn).unwrap();
    assert_eq!(escrita, 0);
}

#[test]
fn r02_a_role_cannot_write_a_row_of_another_company() {
    let casa = Casa::nova();
    let outra = nova_empresa(&casa.titulos, "Beta");
    let mut conn = casa.root();
    let sql = format!(
        "SET ROLE cobranca_titulos; BEGIN; SELECT set_config('app.empresa', '{}', true); \
         INSERT INTO cadastro.credor VALUES ('{outra}', gen_random_uuid(), 'c', 'Credor'); COMMIT",
        casa.empresa
    );
    let erro = conn.batch_execute(&sql).unwrap_err().to_string();
    assert!(erro.contains("row-level security"), "{erro}");
}

#[test]
fn r02_another_companys_ids_are_none_in_every_service() {
    let casa = Casa::nova();
    let (execucao, titulo) = casa.queued();
    let outra = nova_empresa(&casa.titulos, "Beta");
    let regua = casa.engine.da_empresa(casa.empresa, reguas::list).unwrap()[0].regua.id();
    let noite =
        NoiteId::new(casa.engine.da_empresa(casa.empresa, |t| noites::list(t, None, 9)).unwrap()[0].id);

    let mudou = casa.titulos.da_empresa(outra, |t| change_status(t, titulo, pagar, agora())).unwrap();
    assert_eq!(mudou, None);
    assert!(casa.titulos.da_empresa(outra, |t| get(t, titulo)).unwrap().is_none());
    casa.engine
        .da_empresa(outra, |t| {
            assert!(reguas::get(t, regua)?.is_none());
            assert!(!set_estado(t, regua, domain::regua::EstadoRegua::Arquivada, agora())?);
            assert!(reguas::list(t)?.is_empty());
            assert!(noites::get(t, noite)?.is_none());
            assert!(inscricoes::list(t, &inscricoes::Filtro::default(), None, 9)?.is_empty());
            assert!(noites::claim(t, (noite, dia("2026-12-31")), 9, true)?.is_none());
            Ok(())
        })
        .unwrap();
    casa.dispatcher
        .da_empresa(outra, |t| {
            assert!(execucoes::get(t, execucao)?.is_none());
            assert!(execucoes::message(t, execucao)?.is_none());
            assert_eq!(execucoes::in_motion(t, hora(dia("2026-12-31")), None)?, 0);
            assert!(matches!(claim(t, execucao, LEASE, |_| descartar())?, Reivindicacao::DeOutro));
            Ok(())
        })
        .unwrap();
    let cerca = casa.claimed(execucao, LEASE);
    let aceita = casa
        .dispatcher
        .da_empresa(outra, |t| finish(t, (execucao, cerca), Desfecho::Enviada { em: agora() }, None));
    assert!(!aceita.unwrap());
    assert_eq!(casa.execucao(execucao).estado, "enviando");
    let pago = casa.titulos.da_empresa(casa.empresa, |t| change_status(t, titulo, pagar, agora())).unwrap();
    assert_eq!(pago, Some(Ok(Mudanca::Aplicada(StatusTitulo::Pago))));
}

#[test]
fn r02_a_position_cannot_be_added_to_another_companys_regua() {
    let casa = Casa::nova();
    let regua: ReguaId = casa.regua(&[crate::apoio::d(0)]);
    let outra = nova_empresa(&casa.titulos, "Beta");
    let antes = casa.engine.da_empresa(casa.empresa, |t| reguas::get(t, regua)).unwrap().unwrap();
    let mut depois = antes.clone();
    let posicoes = antes.regua.posicoes().iter().cloned().chain([crate::apoio::posicao(crate::apoio::d(9))]);
    depois.regua = antes.regua.clone().com_posicoes(posicoes.collect()).unwrap();
    casa.engine.da_empresa(outra, |t| reguas::save(t, &antes, &depois, agora())).unwrap_err();
    assert_eq!(casa.n("SELECT count(*) FROM regua.posicao"), 1);
}
