//! What a person who asks why reads, by examples.

use crate::apoio::com_prioridade;
use crate::passado::feita;
use crate::support::{
    REGRAS, antes, com_criterios, credor, d, de_posicoes, devedor, dia, em_estado, em_modo, mudar, noites,
    posicao as posicao_de, posicao_id, regua, regua_id, so, titulo, titulo_id, um, volta,
};
use chrono::NaiveDate;
use domain::dinheiro::Centavos;
use domain::execucao::Canal;
use domain::regua::{
    Criterio, Criterios, Desempate, Devedor, EstadoRegua, Explicacao, Feita, Gatilho, Modo,
    MotivoEncerramento, Porque, Razao, Reguas, SobrePosicao, explicar,
};
use domain::titulo::StatusTitulo;

fn em(reguas: &Reguas, devedor: &Devedor, feitas: &[Feita], hoje: &str) -> Explicacao {
    explicar(reguas, devedor, feitas, (dia(hoje), dia(hoje)), &REGRAS)
}

/// What happens from one day to another, as done.
fn passar(reguas: &Reguas, devedor: &mut Devedor, de: &str, ate: &str) -> Vec<Feita> {
    noites(reguas, devedor, de, ate).iter().map(|(data, acao)| feita(acao, *data)).collect()
}

fn posicao(dita: &Explicacao, n: u128, gatilho: Gatilho) -> SobrePosicao {
    let regua = dita.reguas.iter().find(|sobre| sobre.regua == regua_id(n)).unwrap();
    regua.posicoes.iter().find(|sobre| sobre.posicao == posicao_id(n, gatilho)).unwrap().clone()
}

fn datas(posicao: &SobrePosicao) -> Vec<NaiveDate> {
    posicao.vezes.iter().map(|vez| vez.em).collect()
}

fn paradas(posicao: &SobrePosicao) -> Vec<(Razao, Option<NaiveDate>)> {
    posicao.paradas.iter().map(|parada| (parada.razao, parada.em)).collect()
}

#[test]
fn r05_done_due_tonight_and_to_come() {
    let reguas = so(regua(1, &[d(1), d(6), d(16)]));
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    let feitas = passar(&reguas, &mut devedor, "2026-03-02", "2026-03-07");
    let dita = em(&reguas, &devedor, &feitas, "2026-03-08");
    assert_eq!(dita.reguas[0].razao, Razao::ComDevedor);
    let primeira = posicao(&dita, 1, d(1));
    assert_eq!((paradas(&primeira), datas(&primeira)), (vec![(Razao::Feita, None)], vec![]));
    assert_eq!(primeira.acoes[0].feitas[0].data, dia("2026-03-03"));
    assert_eq!(datas(&posicao(&dita, 1, d(6))), [dia("2026-03-08")]);
    assert_eq!(datas(&posicao(&dita, 1, d(16))), [dia("2026-03-18")]);
}

#[test]
fn e03_a_loop_comes_round_again() {
    let reguas = so(regua(1, &[d(1), d(6), d(16), volta(1, 30, 6)]));
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    let feitas = passar(&reguas, &mut devedor, "2026-03-02", "2026-03-03");
    let dita = em(&reguas, &devedor, &feitas, "2026-03-04");
    let dias: Vec<_> =
        datas(&posicao(&dita, 1, d(6))).iter().map(|em| (*em - dia("2026-03-02")).num_days()).collect();
    assert_eq!(dias[..3], [6, 30, 54]);
    assert_eq!(posicao(&dita, 1, volta(1, 30, 6)).vezes[0].razao, Razao::Volta);
    assert_eq!(posicao(&dita, 1, d(6)).vezes[1].ciclo, Some(2));
}

#[test]
fn t03_frozen_since_when() {
    let reguas = so(regua(1, &[d(1), d(6)]));
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    let feitas = passar(&reguas, &mut devedor, "2026-03-02", "2026-03-03");
    mudar(&mut devedor, 1, StatusTitulo::Suspenso);
    passar(&reguas, &mut devedor, "2026-03-04", "2026-03-05");
    let dita = em(&reguas, &devedor, &feitas, "2026-03-06");
    assert_eq!((dita.titulos[0].razao, dita.titulos[0].desde), (Razao::Suspenso, Some(dia("2026-03-04"))));
    assert_eq!(paradas(&posicao(&dita, 1, d(6))), [(Razao::Congelada, Some(dia("2026-03-04")))]);
    um(&mut devedor, 1).suspenso_ate = Some(dia("2026-03-12"));
    let com_data = em(&reguas, &devedor, &feitas, "2026-03-06");
    assert_eq!(com_data.titulos[0].ate, Some(dia("2026-03-12")));
    assert_eq!(datas(&posicao(&com_data, 1, d(6))), [dia("2026-03-16")]);
}

#[test]
fn n02_due_on_saturday_when_it_becomes_overdue_and_enters() {
    let reguas = so(regua(1, &[d(0)]));
    let dita = em(&reguas, &devedor(vec![titulo(1, "2026-03-07")]), &[], "2026-03-08");
    let sobre = &dita.titulos[0];
    assert_eq!((sobre.razao, sobre.vencimento_efetivo), (Razao::AVencer, dia("2026-03-09")));
    assert_eq!(sobre.ate, Some(dia("2026-03-10")));
    assert_eq!(datas(&posicao(&dita, 1, d(0))), [dia("2026-03-10")]);
    assert_eq!(dita.reguas[0].inscricoes[0].abre_em, Some(dia("2026-03-10")));
}

#[test]
fn s02_what_there_was_when_the_turn_of_the_regua_came() {
    let minimo = Criterios { valor_minimo: Some(Centavos::new(30_000)), ..Criterios::default() };
    let reguas = Reguas::new(vec![com_criterios(&regua(1, &[d(0)]), minimo), regua(2, &[d(0)])]);
    let dita =
        em(&reguas, &devedor(vec![titulo(1, "2026-01-05"), titulo(2, "2026-01-06")]), &[], "2026-03-02");
    let recusa = &dita.reguas[0].recusas[0];
    assert_eq!(
        recusa.porque,
        Porque::Criterio { criterio: Criterio::ValorMinimo, soma: Some(Centavos::new(20_000)) }
    );
    assert_eq!(recusa.titulos, [titulo_id(1), titulo_id(2)]);
    assert_eq!((dita.reguas[0].razao, dita.reguas[1].razao), (Razao::Criterio, Razao::Entra));
}

#[test]
fn s02_per_titulo_and_for_reminders_each_balance_is_judged_by_itself() {
    let minimo = |n, centavos| {
        let criterios = Criterios { valor_minimo: Some(Centavos::new(centavos)), ..Criterios::default() };
        com_criterios(&regua(n, &[antes(3), d(0)]), criterios)
    };
    let por_titulo = em_modo(&minimo(1, 15_000), Modo::PorTitulo);
    let reguas = Reguas::new(vec![por_titulo, minimo(2, 16_000)]);
    // Two overdue, two to come.
    let vencimentos = ["2026-01-05", "2026-01-06", "2026-03-20", "2026-03-21"];
    let titulos = (1..).zip(vencimentos).map(|(n, vencimento)| titulo(n, vencimento)).collect();
    let dita = em(&reguas, &devedor(titulos), &[], "2026-03-02");
    let sozinho = Porque::Criterio { criterio: Criterio::ValorMinimo, soma: None };
    assert_eq!(
        dita.reguas[0].recusas.iter().map(|r| (r.porque, r.titulos.len())).collect::<Vec<_>>(),
        [(sozinho, 4)]
    );
    let juntos = dita.reguas[1].recusas.iter().map(|r| (r.porque, r.titulos.clone())).collect::<Vec<_>>();
    assert_eq!(juntos, [(sozinho, vec![titulo_id(3), titulo_id(4)])]);
    assert_eq!(dita.titulos[0].regua, Some(regua_id(2)));
}

#[test]
fn r13_put_in_on_the_very_day_and_put_in_for_the_one_removed() {
    let antes = regua(1, &[d(1), d(10)]);
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    let feitas = passar(&so(antes.clone()), &mut devedor, "2026-03-02", "2026-03-05");
    // D+4 is today's; D+2 was the day before yesterday's; D+10 was taken out and put in again.
    let com =
        de_posicoes(1, [d(1), d(2), d(4), d(12)].map(|dia| posicao_de(1, dia, &[Canal::Email])).to_vec());
    let com = com.com_removidas(vec![(posicao_id(1, d(10)), 10)]);
    let dita = em(&so(com), &devedor, &feitas, "2026-03-06");
    let ditas = [1, 2, 4].map(|dias| paradas(&posicao(&dita, 1, d(dias))));
    assert_eq!(ditas, [Razao::Feita, Razao::Passou, Razao::Passou].map(|razao| vec![(razao, None)]));
    assert_eq!(datas(&posicao(&dita, 1, d(12))), [dia("2026-03-14")]);
}

#[test]
fn e03_what_comes_before_the_loop_is_done_for_good() {
    let reguas = so(regua(1, &[d(1), d(6), volta(1, 10, 6)]));
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    let feitas = passar(&reguas, &mut devedor, "2026-03-02", "2026-03-13");
    let dita = em(&reguas, &devedor, &feitas, "2026-03-14");
    assert_eq!(dita.reguas[0].inscricoes[0].antes.as_ref().unwrap().ciclo, 2);
    assert_eq!(paradas(&posicao(&dita, 1, d(1))), [(Razao::Feita, None)]);
    assert_eq!(datas(&posicao(&dita, 1, d(6)))[0], dia("2026-03-16"));
}

#[test]
fn s12_an_earlier_regua_took_it_and_why_it_is_earlier() {
    let de_credor = Criterios { credores: [credor(1)].into(), ..Criterios::default() };
    let com_mais = com_prioridade(&com_criterios(&regua(2, &[d(0)]), de_credor), 1);
    let reguas = Reguas::new(vec![regua(1, &[d(0)]), com_mais]);
    let mut seu = titulo(1, "2026-01-05");
    seu.credor = Some(credor(1));
    let dita = em(&reguas, &devedor(vec![seu]), &[], "2026-03-02");
    let depois = dita.reguas.iter().find(|sobre| sobre.regua == regua_id(1)).unwrap();
    assert_eq!((depois.razao, depois.ordem), (Razao::ReguaAnterior, 2));
    let porque = Porque::ReguaAnterior { regua: regua_id(2), desempate: Desempate::MaisCriterios };
    assert_eq!(depois.recusas[0].porque, porque);
}

#[test]
fn v03_v04_inactive_keeps_and_archived_is_told_only_of_who_was_in_it() {
    let ativa = regua(1, &[d(1), d(6)]);
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    let feitas = passar(&so(ativa.clone()), &mut devedor, "2026-03-02", "2026-03-03");
    let com_outra = |estado| Reguas::new(vec![em_estado(&ativa, estado), regua(2, &[d(0)])]);
    let inativa = em(&com_outra(EstadoRegua::Inativa), &devedor, &feitas, "2026-03-04");
    assert_eq!(inativa.titulos[0].razao, Razao::ReguaInativa);
    assert_eq!(paradas(&posicao(&inativa, 1, d(6))), [(Razao::ReguaInativa, None)]);
    assert_eq!(inativa.reguas[1].recusas[0].porque, Porque::Guardado { regua: regua_id(1) });
    let arquivada = em(&com_outra(EstadoRegua::Arquivada), &devedor, &feitas, "2026-03-04");
    assert_eq!(
        arquivada.reguas[0].inscricoes[0].encerra,
        Some((dia("2026-03-04"), MotivoEncerramento::ReguaArquivada))
    );
    assert_eq!((arquivada.titulos[0].razao, arquivada.titulos[0].regua), (Razao::Migra, Some(regua_id(2))));
    let de_fora = crate::support::devedor(vec![titulo(1, "2026-02-10")]);
    assert_eq!(em(&com_outra(EstadoRegua::Arquivada), &de_fora, &[], "2026-03-04").reguas.len(), 1);
}

#[test]
fn l04_l07_reminders_done_to_come_and_never() {
    let reguas = so(regua(1, &[antes(10), antes(5), antes(2), d(1)]));
    let mut devedor =
        devedor(vec![titulo(1, "2026-03-20"), titulo(2, "2026-03-12"), titulo(3, "2026-01-05")]);
    let feitas = passar(&reguas, &mut devedor, "2026-03-10", "2026-03-10");
    let dita = em(&reguas, &devedor, &feitas, "2026-03-11");
    let razoes = |n: u16| {
        let posicao = posicao(&dita, 1, antes(n));
        let de = |id| {
            let parada = posicao.paradas.iter().find(|parada| parada.titulos.contains(&titulo_id(id)));
            let vez = posicao.vezes.iter().find(|vez| vez.titulos.contains(&titulo_id(id)));
            vez.map(|vez| vez.razao).or(parada.map(|parada| parada.razao)).unwrap()
        };
        [de(1), de(2), de(3)]
    };
    assert_eq!(razoes(10), [Razao::Lembrado, Razao::LembreteMaisProximo, Razao::Vencido]);
    assert_eq!(razoes(5), [Razao::Lembra, Razao::LembreteMaisProximo, Razao::Vencido]);
    assert_eq!(razoes(2), [Razao::Lembra, Razao::Lembrado, Razao::Vencido]);
    assert_eq!(datas(&posicao(&dita, 1, antes(5))), [dia("2026-03-15")]);
}

#[test]
fn every_code_has_a_rule() {
    for razao in Razao::TODOS {
        let regra = razao.regra();
        assert!(regra.len() == 3 && regra.is_char_boundary(1), "{razao}: {regra}");
    }
}
