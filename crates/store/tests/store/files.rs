//! Files that are downloaded: each its maker's until somebody else takes it over, and noted when it is fetched.

use std::time::Duration;

use domain::arquivo::TipoArquivo;
use domain::ids::EmpresaId;
use store::arquivos::{self, Baixa, Escrita, Filtro, Peca, Posse, Pronto, Reserva};
use uuid::Uuid;

use crate::apoio::{Casa, LEASE, agora, dia, nova_empresa};

const AUTOR: Uuid = Uuid::from_u128(7);

fn reserve(casa: &Casa) -> Posse {
    let reserva = Reserva {
        tipo: TipoArquivo::Remessas,
        nome: "pefin-000001".to_owned(),
        mime: "text/plain",
        data: dia("2026-03-10"),
        acao: None,
        itens: 3,
    };
    casa.dispatcher.da_empresa(casa.empresa, |t| arquivos::reserve(t, &reserva, agora(), LEASE)).unwrap()
}

fn take_over(casa: &Casa) -> Option<Posse> {
    let take = |t: &mut store::Tenant<'_>| arquivos::take_over(t, TipoArquivo::Remessas, LEASE);
    casa.dispatcher.da_empresa(casa.empresa, take).unwrap()
}

fn finish(casa: &Casa, posse: &Posse) -> bool {
    let lugar = posse.lugar(casa.empresa, "txt");
    let conteudo = Some(Escrita { lugar, tamanho: 5, sha256: "ab".to_owned() });
    let pronto = Pronto { conteudo, indice: None, itens: 3, paginas: None };
    casa.dispatcher.da_empresa(casa.empresa, |t| arquivos::finish(t, posse, &pronto, agora())).unwrap()
}

fn fetch(casa: &Casa, empresa: EmpresaId, id: Uuid) -> Baixa {
    let fetch = |t: &mut store::Tenant<'_>| arquivos::fetch(t, id, Peca::Conteudo, agora()).map(Ok::<_, ()>);
    casa.dispatcher.gravar(empresa, AUTOR, fetch).unwrap().unwrap()
}

#[test]
fn a_file_is_its_makers_until_somebody_else_takes_it_over_and_then_never_again() {
    let casa = Casa::nova();
    let primeira = reserve(&casa);
    assert_eq!(take_over(&casa), None, "the lease is his");
    assert_eq!(fetch(&casa, casa.empresa, primeira.id), Baixa::EmPreparo);
    casa.run("UPDATE disparo.arquivo SET lease_ate = clock_timestamp() - interval '1 second'");
    let segunda = take_over(&casa).unwrap();
    assert_eq!(segunda.id, primeira.id);
    assert_ne!(segunda.lugar(casa.empresa, "txt"), primeira.lugar(casa.empresa, "txt"));
    assert!(!finish(&casa, &primeira), "he was frozen, and comes back");
    let renew = |posse: &Posse| {
        casa.dispatcher.da_empresa(casa.empresa, |t| arquivos::renew(t, posse, LEASE)).unwrap()
    };
    assert_eq!((renew(&primeira), renew(&segunda)), (false, true));
    assert!(finish(&casa, &segunda));
    assert_eq!((take_over(&casa), finish(&casa, &segunda), renew(&segunda)), (None, false, false));
    let Baixa::Bytes { lugar, nome, .. } = fetch(&casa, casa.empresa, segunda.id) else { panic!("bytes") };
    assert_eq!(lugar, segunda.lugar(casa.empresa, "txt"));
    assert_eq!(
        nome.strip_prefix("pefin-000001-").and_then(|nome| nome.rsplit_once('.')).map(|(_, fim)| fim),
        Some("txt")
    );
}

#[test]
fn c02_each_fetch_is_noted_with_who_and_when_and_the_bytes_go_after_their_time() {
    let casa = Casa::nova();
    let posse = reserve(&casa);
    assert!(finish(&casa, &posse));
    let outra = nova_empresa(&casa.titulos, "Beta");
    assert_eq!(fetch(&casa, outra, posse.id), Baixa::NaoHa);
    for _ in 0..2 {
        assert!(matches!(fetch(&casa, casa.empresa, posse.id), Baixa::Bytes { .. }));
    }
    let ler = |t: &mut store::Tenant<'_>| arquivos::fetched(t, posse.id, 10);
    let baixados = casa.dispatcher.da_empresa(casa.empresa, ler).unwrap();
    assert_eq!(baixados.iter().map(|b| (b.autor, b.em)).collect::<Vec<_>>(), [(AUTOR, agora()); 2]);

    let purge = |antes, consegue: bool| {
        let mut vistos = Vec::new();
        let quantos = casa.dispatcher.da_empresa(casa.empresa, |t| {
            arquivos::purge(t, antes, agora(), 10, |comeco| {
                vistos.push(comeco.to_owned());
                consegue
            })
        });
        (quantos.unwrap(), vistos)
    };
    let (depois, comeco) = (agora() + Duration::from_secs(1), arquivos::beginning(posse.id));
    assert!(posse.lugar(casa.empresa, "txt").starts_with(&format!("{}/{comeco}", casa.empresa)));
    assert_eq!(purge(agora(), true), (0, vec![]), "not yet");
    assert_eq!(
        purge(depois, false),
        (0, vec![comeco.clone()]),
        "its bytes are still there, and so is its row"
    );
    assert!(matches!(fetch(&casa, casa.empresa, posse.id), Baixa::Bytes { .. }));
    assert_eq!(purge(depois, true), (1, vec![comeco]));
    assert_eq!(purge(depois, true), (0, vec![]));
    assert_eq!(fetch(&casa, casa.empresa, posse.id), Baixa::Expurgado);
    assert_eq!(casa.dispatcher.da_empresa(casa.empresa, ler).unwrap().len(), 3);
    let list = |t: &mut store::Tenant<'_>| arquivos::list(t, &Filtro::default(), None, 10);
    assert_eq!(casa.dispatcher.da_empresa(casa.empresa, list).unwrap().len(), 1);
    assert_eq!(casa.dispatcher.da_empresa(outra, list).unwrap().len(), 0);
}
