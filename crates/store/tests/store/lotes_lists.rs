//! The whole list of those whom a batch action is for, a page at a time (rule b11).

use domain::execucao::Canal;
use domain::filtro::Filtro;
use domain::ids::{DevedorId, LoteId};
use store::filtros::{self, Alvo, Listado, Selecao};
use store::{Tenant, lotes};

use crate::apoio::{agora, nova_empresa};
use crate::lotes::{Mesa, de_ana};

/// What is told of each but its id.
fn told(lidos: &[Listado]) -> Vec<(&str, String, Option<&str>, i64, i64)> {
    let mut ditos: Vec<_> = lidos
        .iter()
        .map(|l| (l.nome.as_deref().unwrap(), l.codigos.join(" "), l.contato.as_deref(), l.saldo, l.abertos))
        .collect();
    ditos.sort_unstable();
    ditos
}

/// Those of Ana's who can have the action, by pages of so many.
fn list(mesa: &Mesa, tipo: Canal, limite: i64) -> Vec<Listado> {
    let filtro = Filtro::ler(&de_ana()).unwrap();
    pages(mesa, limite, |t, depois_de| {
        let selecao = Selecao { quem: Alvo::Filtro(&filtro), tipo, dia: lotes::day(t, agora())? };
        filtros::list(t, &selecao, depois_de, limite)
    })
}

fn enlisted(mesa: &Mesa, id: LoteId, limite: i64) -> Vec<Listado> {
    pages(mesa, limite, |t, depois_de| filtros::enlisted(t, (id, Canal::Email), depois_de, limite))
}

fn pages(
    mesa: &Mesa,
    limite: i64,
    ler: impl Fn(&mut Tenant<'_>, Option<DevedorId>) -> Result<Vec<Listado>, store::StoreError>,
) -> Vec<Listado> {
    let (mut lidos, mut depois_de) = (Vec::<Listado>::new(), None);
    loop {
        let pagina = mesa.gravar(|t| ler(t, depois_de));
        assert!(i64::try_from(pagina.len()).unwrap() <= limite);
        let Some(ultimo) = pagina.last() else { return lidos };
        depois_de = Some(DevedorId::new(ultimo.id));
        lidos.extend(pagina);
    }
}

#[test]
fn b11_the_list_has_each_who_can_have_the_action_once_whatever_the_page() {
    let mesa = Mesa::nova(3, 2);
    let d1 = "SELECT devedor_id FROM cadastro.devedor_codigo WHERE codigo_integracao = 'd1'";
    mesa.casa
        .run(&format!("INSERT INTO cadastro.devedor_codigo SELECT '{}', 'antes', ({d1})", mesa.casa.empresa));
    let inteira = list(&mesa, Canal::Email, 100);
    let (um, outro) = (told(&inteira), |n: u32| format!("d{n}@x.com.br"));
    assert_eq!(um.len(), 3);
    assert_eq!((um[0].1.as_str(), um[0].2), ("antes d1", Some(outro(1).as_str())));
    assert!(um.iter().all(|(.., saldo, abertos)| *saldo > 0 && *abertos == 1), "{um:?}");
    for limite in [1, 2, 3] {
        assert_eq!(told(&list(&mesa, Canal::Email, limite)), um, "{limite}");
    }
    assert_eq!(list(&mesa, Canal::Sms, 100).len(), 0);
    let sem_contato = list(&mesa, Canal::Enriquecimento, 2);
    assert_eq!((sem_contato.len(), sem_contato[0].contato.as_deref()), (5, None));
}

#[test]
fn b11_who_was_confirmed_stays_on_the_list_and_nobody_comes_in() {
    let mesa = Mesa::nova(3, 1);
    let id = mesa.pronto();
    mesa.confirmar(id);
    mesa.mais(10..=11, true);
    mesa.casa.run("UPDATE cadastro.meio_contato SET invalido_desde = now()");
    assert_eq!((list(&mesa, Canal::Email, 100).len(), enlisted(&mesa, id, 100).len()), (0, 3));
    for limite in [1, 2, 3] {
        let ids: Vec<_> = enlisted(&mesa, id, limite).iter().map(|l| DevedorId::new(l.id)).collect();
        assert_eq!(ids, mesa.itens(id), "{limite}");
    }
    assert!(enlisted(&mesa, id, 100).iter().all(|lido| lido.contato.is_none() && lido.saldo > 0));
}

#[test]
fn r02_another_company_lists_nobody_of_it() {
    let mesa = Mesa::nova(2, 0);
    let id = mesa.pronto();
    mesa.confirmar(id);
    let outra = nova_empresa(&mesa.casa.titulos, "Beta");
    let vistos = mesa.lote.da_empresa(outra, |t| {
        let filtro = Filtro::default();
        let selecao =
            Selecao { quem: Alvo::Filtro(&filtro), tipo: Canal::Email, dia: lotes::day(t, agora())? };
        let listados = filtros::list(t, &selecao, None, 10)?.len();
        Ok((listados, filtros::enlisted(t, (id, Canal::Email), None, 10)?.len()))
    });
    assert_eq!(vistos.unwrap(), (0, 0));
}
