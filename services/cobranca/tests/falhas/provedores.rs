//! Providers that fail in every way there is, each message of a night in another: states are what the verdict says, the books
//! balance, and once they have recovered everything that may leave has left once.
#![cfg(test)]

use std::collections::{BTreeMap, HashSet};
use std::io::Write as _;
use std::sync::Mutex;

use flate2::Compression;
use flate2::write::GzEncoder;
use providers::caixa::{Fala as FalaDoServidor, Fase as Verbo, Roteiro as RoteiroDoServidor};
use providers::operadora::{self, Como, Fala, Fase, Roteiro};
use testkit::{Banco, Sql, Vhost, wait_until};

use crate::casa::{Casa, PRAZO, PRAZO_DO_FIM};
use crate::oraculo::{Fins, company_on_both, let_go, settle, settle_all_sent};

/// Of each that fails so many do not: no provider is as bad as to be left alone.
const BONS: usize = 3;
const LEASE_CURTO: [(&str, &str); 2] =
    [("COBRANCA_DISPATCHER__LEASE_S", "10"), ("COBRANCA_DISPATCHER__VARREDURA_S", "1")];
const ADIANTA: &str = "UPDATE disparo.execucao SET publicar_em = clock_timestamp() WHERE estado = 'pendente'";

/// What becomes of an execution whose first attempt fails, and whose second does not: state, attempts that counted, whether one
/// of them may have left, and how each ended.
#[derive(Clone, Copy, Debug)]
struct Fim(&'static str, u32, bool, &'static str);

/// It certainly did not leave, and its turn comes again.
const VOLTA: Fim = Fim("enviada", 1, false, "repetir,enviada");
/// The same, and nothing was said of this message.
const SEM_CULPA: Fim = Fim("enviada", 0, false, "repetir,enviada");
/// Never.
const FALHA: Fim = Fim("falhou", 1, false, "falhou");
/// Nobody knows, and the provider would make two of it.
const DUVIDA: Fim = Fim("incerta", 0, true, "incerta");
/// Nobody knows, and the provider makes one of a key.
const DE_NOVO: Fim = Fim("enviada", 1, true, "repetir,enviada");
/// Its lease ran out before anything was known.
const SILENCIO: Fim = Fim("incerta", 0, true, "");
const SILENCIO_DE_NOVO: Fim = Fim("enviada", 0, true, "enviada");

/// A status with these headers and nothing else.
pub(crate) fn refusal(status: u16, cabecalhos: &[(&str, &str)]) -> Como {
    let cabecalhos = cabecalhos.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    Como::Responder { status, cabecalhos, corpo: Vec::new() }
}

/// A page for people.
pub(crate) fn html(status: u16) -> Como {
    let cabecalhos = vec![("content-type".to_owned(), "text/html".to_owned())];
    Como::Responder { status, cabecalhos, corpo: b"<html><h1>It works!</h1></html>".to_vec() }
}

/// A body of twenty kilobytes that would be twenty megabytes.
pub(crate) fn bomb() -> Como {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&vec![b' '; 20 * 1024 * 1024]).unwrap();
    let cabecalhos = vec![("content-encoding".to_owned(), "gzip".to_owned())];
    Como::Responder { status: 200, cabecalhos, corpo: gzip.finish().unwrap() }
}

fn of_mail() -> Vec<(Verbo, FalaDoServidor, Fim)> {
    use FalaDoServidor as F;
    let mut falhas = Vec::new();
    for verbo in [Verbo::Rcpt, Verbo::Data, Verbo::Corpo] {
        falhas.extend([421, 450, 451].map(|codigo| (verbo, F::Responder(codigo), VOLTA)));
        falhas.extend([550, 552, 554].map(|codigo| (verbo, F::Responder(codigo), FALHA)));
    }
    falhas.extend([
        (Verbo::Rcpt, F::Cortar, VOLTA),
        (Verbo::Rcpt, F::Bruto("SSH-2.0-OpenSSH_9.2\r\n"), VOLTA),
        (Verbo::Data, F::Cortar, VOLTA),
        (Verbo::Data, F::CortarDepois, DUVIDA), // the body is on its way
        (Verbo::Data, F::ResetarNoMeio(100), DUVIDA),
        (Verbo::Corpo, F::Cortar, DUVIDA),
        (Verbo::Corpo, F::CortarDepois, DUVIDA),
        (Verbo::Corpo, F::Bruto("2x0 ?\r\n"), DUVIDA),
        (Verbo::Rcpt, F::Segurar, SILENCIO),
        (Verbo::Corpo, F::Segurar, SILENCIO),
    ]);
    falhas
}

fn of_carrier() -> Vec<(Fala, Fim)> {
    let mut grande = br#"{"situacao":"aceita","id":"1","x":""#.to_vec();
    grande.resize(10 * 1024 * 1024, b'a');
    grande.extend_from_slice(br#""}"#);
    let duvidas = [
        Como::json(500, r#"{"erro":"INTERNO"}"#),
        refusal(500, &[]),
        html(502),
        refusal(408, &[]),
        Como::json(409, "{}"),
        refusal(302, &[("location", "http://169.254.169.254/latest/meta-data/")]),
        Como::json(200, r#"{"erro":"DESCONHECIDO"}"#),
        html(200),
        refusal(200, &[]),
        Como::json(200, r#"{"situacao":"acei"#),
        Como::Responder { status: 200, cabecalhos: Vec::new(), corpo: grande },
        bomb(),
        Como::Bruto(b"220 mail.exemplo ESMTP\r\n".to_vec()),
        Como::Cortar,
        Como::Resetar,
    ];
    let certas = [
        (refusal(503, &[]), SEM_CULPA),
        (refusal(503, &[("retry-after", "7")]), SEM_CULPA),
        (refusal(429, &[]), SEM_CULPA),
        (refusal(429, &[("retry-after", "120")]), SEM_CULPA),
        (refusal(425, &[]), VOLTA),
        (Como::json(422, r#"{"erro":"NUMERO"}"#), FALHA),
    ];
    let lentas = [Como::CabecalhosLentos, Como::CorpoLento, Como::Segurar];
    let ou_nao = |como: &Como| [Fala::guardando(como.clone()), Fala::sem_guardar(como.clone())];
    let mut falhas: Vec<(Fala, Fim)> = duvidas.iter().flat_map(ou_nao).map(|fala| (fala, DE_NOVO)).collect();
    falhas.extend(certas.map(|(como, fim)| (Fala::sem_guardar(como), fim)));
    falhas.extend(lentas.iter().flat_map(ou_nao).map(|fala| (fala, SILENCIO_DE_NOVO)));
    falhas
}

/// Which failure the nth debtor meets: one in every few.
fn failure(n: usize, quantas: usize) -> Option<usize> {
    (n.is_multiple_of(BONS + 1)).then_some(n / (BONS + 1)).filter(|qual| *qual < quantas)
}

/// The number of whoever has this address, `d<n>@…`.
fn of_address(para: &str) -> Option<usize> {
    para.strip_prefix('d')?.split('@').next()?.parse().ok()
}

/// Each recipient meets its failure once.
fn mail() -> RoteiroDoServidor {
    let (falhas, vistos) = (of_mail(), Mutex::new(HashSet::new()));
    RoteiroDoServidor::new(move |momento| {
        let dele = momento.para.and_then(of_address).and_then(|n| failure(n, falhas.len()));
        let Some((_, fala, _)) = dele.map(|n| &falhas[n]).filter(|falha| falha.0 == momento.fase) else {
            return FalaDoServidor::Normal;
        };
        let primeira = vistos.lock().unwrap().insert(dele);
        if primeira { fala.clone() } else { FalaDoServidor::Normal }
    })
}

fn carrier() -> Roteiro {
    let (falhas, vistos) = (of_carrier(), Mutex::new(HashSet::new()));
    Roteiro::new(move |momento| {
        let para = momento.para.filter(|_| momento.fase == Fase::Pedido);
        let n = para.and_then(|para| para.get(para.len() - 5..)?.parse::<usize>().ok());
        let dele = n.and_then(|n| failure(n, falhas.len()));
        let Some(fala) = dele.map(|n| falhas[n].0.clone()) else { return Fala::normal() };
        if vistos.lock().unwrap().insert(dele) { fala } else { Fala::normal() }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn each_message_of_a_night_meets_another_failure_and_the_books_balance() {
    let vhost = Vhost::new();
    let mut casa = Casa::on(Banco::new(), vhost.amqp_url(), (mail(), carrier())).await;
    let empresa = company_on_both(&mut casa).await;
    let (dos_emails, dos_sms) = (of_mail(), of_carrier());
    let devedores = dos_emails.len().max(dos_sms.len()) * (BONS + 1);
    empresa.push(devedores).await;
    let mut dispatcher = casa.dispatcher(&LEASE_CURTO);
    let api = empresa.at(&mut dispatcher).await;
    empresa.night().await;

    let mut sql = Sql::connect(casa.banco.url());
    let primeira = "(SELECT count(*) FROM disparo.execucao e WHERE e.estado IN ('enfileirada', 'enviando') \
         OR (e.estado = 'pendente' AND NOT EXISTS (SELECT FROM disparo.tentativa t WHERE t.execucao_id = e.id)))";
    wait_until(PRAZO, async || sql.number(primeira) == 0).await;
    // Sessions that were kept are gone when the second attempts come; and nothing was said of when.
    casa.caixa.derrubar(false);
    let acabou =
        "(SELECT count(*) FROM disparo.execucao WHERE estado IN ('pendente', 'enfileirada', 'enviando'))";
    wait_until(PRAZO, async || {
        sql.run(ADIANTA);
        sql.number(acabou) == 0
    })
    .await;

    let achados: BTreeMap<String, String> =
        sql.texts(COMO_FICOU).iter().filter_map(|linha| split(linha)).collect();
    for (canal, falhas) in [
        ("email", dos_emails.iter().map(|f| f.2).collect::<Vec<_>>()),
        ("sms", dos_sms.iter().map(|f| f.1).collect()),
    ] {
        for (n, Fim(estado, tentativas, duvidosa, fins)) in falhas.into_iter().enumerate() {
            let achado = &achados[&format!("d{} {canal}", n * (BONS + 1))];
            let duvidosa = if duvidosa { 't' } else { 'f' };
            assert_eq!(*achado, format!("{estado} {tentativas} {duvidosa} {fins}"), "{canal} {n}");
        }
    }
    let contar = |qual: &str| {
        let emails = dos_emails.iter().filter(|f| f.2.0 == qual).count();
        emails + dos_sms.iter().filter(|f| f.1.0 == qual).count()
    };
    let (falhou, incerta) = (contar("falhou"), contar("incerta"));
    let esperado = [
        ("enviada".to_owned(), 2 * devedores - falhou - incerta),
        ("falhou".to_owned(), falhou),
        ("incerta".to_owned(), incerta),
    ];
    assert_eq!(settle(&casa, &api, 2 * devedores).await, Fins::from(esperado.clone()));
    // Whoever was silent speaks, too late to change anything.
    let_go(&casa);
    assert_eq!(settle(&casa, &api, 2 * devedores).await, Fins::from(esperado));
}

const COMO_FICOU: &str = "SELECT c.codigo_integracao || ' ' || e.canal || ' ' || e.estado || ' ' || e.tentativas || ' ' || \
           CASE WHEN e.duvidosa THEN 't' ELSE 'f' END || ' ' || coalesce((SELECT string_agg(t.fim, ',' ORDER BY t.cerca) \
             FROM disparo.tentativa t WHERE t.empresa_id = e.empresa_id AND t.execucao_id = e.id), '') AS text \
      FROM disparo.execucao e JOIN cadastro.devedor_codigo c USING (empresa_id, devedor_id)";

/// Debtor and channel, and the rest.
fn split(linha: &str) -> Option<(String, String)> {
    let (devedor, resto) = linha.split_once(' ')?;
    let (canal, resto) = resto.split_once(' ')?;
    Some((format!("{devedor} {canal}"), resto.to_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_nobody_can_talk_to_costs_no_message_an_attempt() {
    use FalaDoServidor as F;
    let vhost = Vhost::new();
    let roteiro = RoteiroDoServidor::new(|momento| match (momento.fase, momento.conexao) {
        (Verbo::Saudacao, 3) => F::Bruto("HTTP/1.1 400 Bad Request\r\n\r\n"),
        (Verbo::Saudacao, 4) | (Verbo::Ehlo, 7) => F::Responder(421),
        (Verbo::Saudacao, 5) => F::Responder(554),
        (Verbo::Saudacao, 6) | (Verbo::Ehlo, 9) => F::Cortar,
        (Verbo::Ehlo, 8) => F::Responder(550),
        _ => F::Normal,
    });
    let mut casa = Casa::on(Banco::new(), vhost.amqp_url(), (roteiro, operadora::Roteiro::normal())).await;
    let empresa = company_on_both(&mut casa).await;
    empresa.push(3).await;
    empresa.night().await;
    let mut sql = Sql::connect(casa.banco.url());
    let recusadas = "(SELECT count(*) FROM disparo.tentativa WHERE provedor = 'smtp' AND fim = 'repetir')";
    // It offers no TLS, and nothing is said to it without.
    let mut exigente = casa.dispatcher(&[("COBRANCA_SMTP__TLS", "starttls")]);
    exigente.url().await;
    wait_until(PRAZO, async || sql.number(recusadas) >= 3).await;
    // It ends in order: what it had in its hands when killed would wait for the end of a lease.
    exigente.terminate();
    assert!(exigente.ended(PRAZO_DO_FIM).await.success());
    assert_eq!(casa.caixa.total(), 0);

    let mut dispatcher = casa.dispatcher(&[]);
    let api = empresa.at(&mut dispatcher).await;
    wait_until(PRAZO, async || {
        sql.run(ADIANTA);
        casa.caixa.total() == 3
    })
    .await;
    settle_all_sent(&casa, &api, 6).await;
    assert!(casa.caixa.conexoes() > 9, "{:?} conexões", casa.caixa.conexoes());
    let custaram = "(SELECT count(*) FROM disparo.execucao WHERE tentativas > 0 OR duvidosa)";
    assert_eq!(sql.number(custaram), 0);
}
