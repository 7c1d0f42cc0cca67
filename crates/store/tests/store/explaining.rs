//! What the explainer reads of one debtor.

use domain::execucao::{Estado, Motivo};
use domain::ids::{DevedorId, TituloId};
use domain::regua::{EstadoRegua, MotivoEncerramento};
use domain::titulo::{StatusTitulo, pagar};
use store::explicacoes::{self, Historia};
use store::titulos;
use store::titulos::change_status;
use uuid::Uuid;

use crate::apoio::{
    Casa, NOITE, REGRAS, agora, d, depois, devedor, dia, hora, item, nova_empresa, set_estado,
};

fn debtor(casa: &Casa) -> DevedorId {
    let filtro = titulos::Filtro::default();
    let lidos = casa
        .titulos
        .da_empresa(casa.empresa, |t| titulos::list(t, &filtro, &titulos::Trecho::first(1)))
        .unwrap();
    DevedorId::new(lidos[0].devedor_id)
}

fn load(casa: &Casa, titulo: Option<TituloId>) -> Historia {
    let id = debtor(casa);
    casa.engine
        .da_empresa(casa.empresa, |t| explicacoes::load(t, id, titulo, dia(NOITE), &REGRAS))
        .unwrap()
        .unwrap()
}

#[test]
fn r02_a_debtor_of_another_company_is_none() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1))]);
    let outra = nova_empresa(&casa.titulos, "Beta");
    let id = debtor(&casa);
    let lida =
        casa.engine.da_empresa(outra, |t| explicacoes::load(t, id, None, dia(NOITE), &REGRAS)).unwrap();
    assert!(lida.is_none());
    let ninguem = DevedorId::new(Uuid::from_u128(1));
    let lida =
        casa.engine.da_empresa(casa.empresa, |t| explicacoes::load(t, ninguem, None, dia(NOITE), &REGRAS));
    assert!(lida.unwrap().is_none());
}

#[test]
fn a_debtor_is_read_with_what_was_done_and_what_is_over() {
    let casa = Casa::nova();
    let pago = casa.push_one(item("1", devedor(1)));
    casa.push(&[item("2", devedor(1))]);
    let regua = casa.regua(&[d(0), d(5)]);
    casa.night(NOITE);
    casa.titulos.da_empresa(casa.empresa, |t| change_status(t, pago, pagar, agora())).unwrap();
    casa.engine
        .da_empresa(casa.empresa, |t| set_estado(t, regua, EstadoRegua::Arquivada, hora(dia(NOITE))))
        .unwrap();
    casa.night(&depois(NOITE, 1).to_string());
    let lida = load(&casa, Some(pago));
    assert_eq!((lida.fechados, lida.completa), (1, true));
    let status: Vec<_> = lida.devedor.titulos.iter().map(|t| (t.id == pago, t.status)).collect();
    assert!(status.contains(&(true, StatusTitulo::Pago)) && status.contains(&(false, StatusTitulo::Aberto)));
    assert_eq!((lida.feitas.len(), lida.feitas[0].regua, lida.feitas[0].titulos.len()), (1, regua, 2));
    let envio = lida.feitas[0].envio.unwrap();
    assert_eq!((envio.estado, envio.motivo), (Estado::Descartada, Some(Motivo::ReguaArquivada)));
    let encerrada = &lida.encerradas[0];
    assert_eq!((encerrada.regua, encerrada.motivo), (regua, MotivoEncerramento::ReguaArquivada));
    assert_eq!((encerrada.entrada, encerrada.encerrada_em), (dia(NOITE), depois(NOITE, 1)));
}
