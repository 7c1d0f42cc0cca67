//! An SMS to each of a debtor's numbers (rule m11): an execution for each, made when the first is claimed.

use chrono::{DateTime, TimeDelta, Utc};
use domain::execucao::{Canal, Desfecho, Envio, Motivo, irma};
use domain::ids::ExecucaoId;
use domain::telefone::Telefone;
use store::StoreError;
use store::disparos::{self, Cerca, MAX_CONTATOS, Reivindicacao, enqueue};
use store::execucoes::ExecucaoLida;
use store::titulos::EntradaDevedor;

use crate::apoio::disparo::{claim, finish};
use crate::apoio::{Casa, LEASE, NOITE, d, devedor, dia, hora, item, nome};
use crate::migrations::undo;

fn numero(n: usize) -> String {
    format!("+55119{n:08}")
}

fn agora() -> DateTime<Utc> {
    hora(dia(NOITE))
}

/// A debtor with so many numbers, and one SMS to all of them that waits in the queue.
fn to_all(numeros: usize) -> (Casa, ExecucaoId) {
    let casa = Casa::nova();
    tell(&casa, &(0..numeros).map(numero).collect::<Vec<_>>());
    casa.regua(&[d(0)]);
    casa.run("UPDATE regua.acao SET canal = 'sms', destinatarios = 'todos'");
    assert_eq!(casa.night(NOITE), (1, 1));
    let [unica] = ripe(&casa)[..] else { panic!("one is decided, whatever its numbers") };
    (casa, unica)
}

/// The numbers that the debtor has from now on.
fn tell(casa: &Casa, numeros: &[String]) {
    let telefones = numeros.iter().map(|numero| Telefone::parse(numero).unwrap()).collect();
    casa.push(&[item("1", EntradaDevedor { telefones: Some(telefones), ..devedor(1) })]);
}

/// What the relay takes.
fn ripe(casa: &Casa) -> Vec<ExecucaoId> {
    let fila = enqueue(&casa.dispatcher, &[Canal::Sms], agora(), (100, 1_000)).unwrap();
    fila.into_iter().map(|execucao| execucao.id).collect()
}

fn enviar() -> Envio {
    Envio::Enviar { titulos: vec![] }
}

/// Claims all of them to be sent: those that are ours.
fn claim_all(casa: &Casa, ids: &[ExecucaoId]) -> Vec<(ExecucaoId, i64, Cerca)> {
    let reivindicadas =
        casa.dispatcher.da_empresa(casa.empresa, |t| disparos::claim(t, ids, LEASE, |_| enviar())).unwrap();
    let nossa = |(id, reivindicada)| match reivindicada {
        Reivindicacao::Nossa { cerca, dados, .. } => Some((id, cerca, *dados)),
        Reivindicacao::Retida => None,
        outra @ (Reivindicacao::Adiada { .. }
        | Reivindicacao::Descartada { .. }
        | Reivindicacao::Expirada
        | Reivindicacao::DeOutro) => panic!("{}", nome(&outra)),
    };
    reivindicadas.into_iter().filter_map(nossa).collect()
}

fn end(casa: &Casa, id: ExecucaoId, cerca: i64, desfecho: Desfecho) {
    assert!(casa.dispatcher.da_empresa(casa.empresa, |t| finish(t, (id, cerca), desfecho, None)).unwrap());
}

fn sent(casa: &Casa, id: ExecucaoId, cerca: i64) {
    end(casa, id, cerca, Desfecho::Enviada { em: agora() });
}

fn again() -> Desfecho {
    Desfecho::Repetir { em: agora(), conta: true, duvidosa: false }
}

/// Number, state and failed attempts of each execution, in order of the number.
fn told(casa: &Casa) -> Vec<(String, String, i16)> {
    let de = |lida: ExecucaoLida| (lida.contato.unwrap_or_default(), lida.estado, lida.tentativas);
    let mut todas: Vec<_> = casa.execucoes().into_iter().map(de).collect();
    todas.sort();
    todas
}

#[test]
fn m11_an_sms_to_all_becomes_an_execution_for_each_number_when_the_first_is_claimed() {
    let (casa, primeira) = to_all(3);
    assert_eq!(told(&casa), [(String::new(), "enfileirada".to_owned(), 0)]);
    let [(_, cerca, visto)] = &claim_all(&casa, &[primeira])[..] else { panic!("it is ours") };
    assert_eq!(
        (visto.contatos.as_slice(), visto.demais.as_deref()),
        (&[numero(0)][..], Some(&[numero(1), numero(2)][..]))
    );
    let estados = ["enviando", "pendente", "pendente"].map(str::to_owned);
    let espera: Vec<_> = estados.into_iter().enumerate().map(|(n, estado)| (numero(n), estado, 0)).collect();
    assert_eq!(told(&casa), espera);
    let de = casa.execucao(primeira);
    for ordem in 0..2 {
        let irma = casa.execucao(irma(primeira, ordem));
        assert_eq!((irma.irma_de, irma.contato), (Some(de.id), Some(numero(ordem + 1))));
        assert_eq!(
            (irma.acao_id, irma.inscricao_id, &irma.titulos, irma.data),
            (de.acao_id, de.inscricao_id, &de.titulos, de.data)
        );
    }

    // They leave one after the other, each as soon as the one before it is over, and no number is asked twice.
    assert_eq!(ripe(&casa), [], "nothing is published that could not leave");
    sent(&casa, primeira, *cerca);
    let mut para = vec![numero(0)];
    for faltam in (1..=2).rev() {
        let fila = ripe(&casa);
        assert_eq!(fila.len(), faltam);
        let [(id, cerca, visto)] = &claim_all(&casa, &fila)[..] else { panic!("one at a time") };
        assert_eq!((visto.contatos.len(), &visto.demais), (1, &None));
        para.extend(visto.contatos.clone());
        assert_eq!(ripe(&casa), []);
        sent(&casa, *id, *cerca);
    }
    para.sort();
    assert_eq!(para, [numero(0), numero(1), numero(2)]);
    assert_eq!(ripe(&casa), []);
    assert_eq!(told(&casa).iter().filter(|(_, estado, _)| estado == "enviada").count(), 3);
}

#[test]
fn m11_a_claim_that_came_to_nothing_made_none_and_the_next_one_makes_them_once() {
    let (casa, id) = to_all(2);
    let cortada = casa.dispatcher.da_empresa(casa.empresa, |t| {
        claim(t, id, LEASE, |_| enviar())?;
        Err::<(), _>(StoreError::Unknown("nothing"))
    });
    assert!(cortada.is_err());
    assert_eq!(told(&casa), [(String::new(), "enfileirada".to_owned(), 0)]);
    for _ in 0..2 {
        claim_all(&casa, &[id]);
        assert_eq!(told(&casa).len(), 2);
        casa.run(
            "UPDATE disparo.execucao SET estado = 'pendente', lease_ate = NULL WHERE estado = 'enviando'",
        );
        casa.run("UPDATE disparo.execucao SET estado = 'enfileirada' WHERE irma_de IS NULL");
    }
}

#[test]
fn m11_what_does_not_leave_makes_no_others() {
    let para = agora() + TimeDelta::hours(1);
    for envio in
        [Envio::Reter, Envio::Adiar { para }, Envio::Expirar, Envio::Descartar { motivo: Motivo::TituloPago }]
    {
        let (casa, id) = to_all(3);
        casa.claim(id, LEASE, &envio);
        assert_eq!(told(&casa).len(), 1, "{envio:?}");
    }
}

/// A number that failed is tried again by itself, and one that was told of meanwhile is none of this message's.
#[test]
fn m11_the_number_that_failed_is_asked_again_and_no_other() {
    let (casa, primeira) = to_all(2);
    let [(_, cerca, _)] = claim_all(&casa, &[primeira])[..] else { panic!("it is ours") };
    end(&casa, primeira, cerca, again());
    tell(&casa, &[numero(7), numero(0), numero(1)]);
    let mut para = vec![];
    while let [id, ..] = ripe(&casa)[..] {
        let [(id, cerca, ref visto)] = claim_all(&casa, &[id])[..] else { panic!("it is ours") };
        para.extend(visto.contatos.clone());
        if para == [numero(0)] {
            end(&casa, id, cerca, again());
        } else {
            sent(&casa, id, cerca);
        }
        casa.run("UPDATE disparo.execucao SET estado = 'pendente', enfileirada_em = NULL WHERE estado = 'enfileirada'");
    }
    para.sort();
    assert!(para.starts_with(&[numero(0)]) && para.ends_with(&[numero(1)]), "{para:?}");
    assert_eq!(para.iter().filter(|numero| **numero == self::numero(1)).count(), 1, "{para:?}");
    assert_eq!(told(&casa).len(), 2, "a number that came later is not asked");
    assert_eq!(told(&casa)[1], (numero(1), "enviada".to_owned(), 0));
}

#[test]
fn m11_a_number_that_may_be_used_no_more_is_none_to_whoever_has_it() {
    let (casa, primeira) = to_all(2);
    let [(_, cerca, _)] = claim_all(&casa, &[primeira])[..] else { panic!("it is ours") };
    tell(&casa, &[numero(0)]);
    sent(&casa, primeira, cerca);
    let [irma] = ripe(&casa)[..] else { panic!("the other number") };
    assert_eq!(casa.seen(irma).contatos, [""; 0]);
}

#[test]
fn m11_no_more_than_ten_numbers_are_asked_and_one_is_enough() {
    for (ha, vao) in [(1, 1), (MAX_CONTATOS + 2, MAX_CONTATOS)] {
        let (casa, id) = to_all(ha);
        claim_all(&casa, &[id]);
        assert_eq!(told(&casa).len(), vao);
        assert_eq!(casa.execucao(id).contato, Some(numero(0)));
    }
}

#[test]
fn m11_the_preferred_number_alone_has_no_others() {
    let (casa, id) = to_all(3);
    casa.run("UPDATE regua.acao SET destinatarios = 'preferido'");
    let visto = casa.seen(id);
    assert_eq!((visto.contatos, visto.demais), (vec![numero(0)], None));
    assert_eq!(told(&casa).len(), 1);
    assert_eq!(casa.execucao(id).contato, None);
}

/// The version before would send it to the preferred number, which has it already.
#[test]
fn m11_on_the_way_back_what_has_not_left_for_another_number_is_called_off() {
    let (casa, primeira) = to_all(3);
    let [(_, cerca, _)] = claim_all(&casa, &[primeira])[..] else { panic!("it is ours") };
    sent(&casa, primeira, cerca);
    let fila = ripe(&casa);
    let [(segunda, cerca, _)] = claim_all(&casa, &fila)[..] else { panic!("one at a time") };
    sent(&casa, segunda, cerca);
    undo(&casa, "fusos_irmas_taxa");
    let estados = "SELECT estado || coalesce(' ' || motivo, '') AS x FROM disparo.execucao ORDER BY 1";
    assert_eq!(casa.texts(estados), ["descartada sem_contato", "enviada", "enviada"]);
    store::migrate(casa.pg.url()).unwrap();
    assert_eq!(casa.texts(estados), ["descartada sem_contato", "enviada", "enviada"]);
}
