//! One night after the other: opening, what it looks at, and that what is written is what was decided.

use domain::ids::NoiteId;
use domain::regua::{Decisao, MudancaInscricao, decide};
use store::inscricoes::{self, InscricaoLida};
use store::noites::{self, Abertura};
use store::reguas;

use crate::apoio::{
    Casa, NOITE, REGRAS, add_posicao, antes, chunk, claim, d, decide_and_save, depois, devedor, dia, hora,
    item, set_estado, walk,
};

fn all(casa: &Casa) -> Vec<InscricaoLida> {
    casa.engine
        .da_empresa(casa.empresa, |t| inscricoes::list(t, &inscricoes::Filtro::default(), None, 99))
        .unwrap()
}

#[test]
fn g07_the_night_of_a_date_is_opened_once_and_an_earlier_one_never() {
    let casa = Casa::nova();
    let primeira = casa.open_new(dia("2026-03-02"));
    let de_novo = casa.open(dia("2026-03-02"));
    assert!(matches!(&de_novo, Abertura::JaExiste(n) if NoiteId::new(n.id) == primeira.0), "{de_novo:?}");
    assert!(
        matches!(casa.open(dia("2026-03-01")), Abertura::Passada { ultima } if ultima == dia("2026-03-02"))
    );
    casa.open_new(dia("2026-03-05"));
    assert_eq!(casa.n("SELECT count(*) FROM regua.noite"), 2);
}

#[test]
fn g07_the_same_date_again_finds_nothing_new_to_do() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1))]);
    casa.regua(&[d(0)]);
    let noite = casa.open_new(dia(NOITE));
    assert_eq!(walk(&casa.engine, casa.empresa, noite, 10), 1);
    casa.push(&[item("2", devedor(2))]);
    assert!(
        matches!(casa.open(dia(NOITE)), Abertura::JaExiste(n) if n.estado == "concluida" && n.concluida_em.is_some())
    );
    assert_eq!(casa.execucoes().len(), 1);
}

#[test]
fn nights_under_way_are_seen_across_companies_until_they_end() {
    let casa = Casa::nova();
    let outra = crate::apoio::nova_empresa(&casa.titulos, "Beta");
    let (noite, data) = casa.open_new(dia(NOITE));
    casa.engine.da_empresa(outra, |t| noites::open(t, dia("2026-03-01"), hora(dia("2026-03-01")))).unwrap();
    let andando = noites::under_way(&casa.engine).unwrap();
    assert_eq!(
        andando.iter().map(|x| (x.0, x.2)).collect::<Vec<_>>(),
        [(outra, dia("2026-03-01")), (casa.empresa, data)]
    );
    let finish =
        |em| casa.engine.da_empresa(casa.empresa, |t| noites::finish(t, noite, hora(dia(em)))).unwrap();
    finish("2026-03-02");
    finish("2026-03-03");
    assert_eq!(noites::under_way(&casa.engine).unwrap().len(), 1);
    let lida = casa.engine.da_empresa(casa.empresa, |t| noites::get(t, noite)).unwrap().unwrap();
    assert_eq!(lida.concluida_em, Some(hora(dia("2026-03-02"))));
}

#[test]
fn r05_positions_fire_on_their_days_and_nights_between_look_at_nobody() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1))]);
    casa.regua(&[d(1), d(6), d(16)]);
    let mut vistos = Vec::new();
    for dias in 0..20 {
        let data = depois("2026-03-02", dias);
        match casa.night(&data.to_string()) {
            (0, 0) => {}
            (devedores, acoes) => vistos.push((dias, devedores, acoes)),
        }
    }
    assert_eq!(vistos, [(0, 1, 0), (1, 1, 1), (6, 1, 1), (16, 1, 1)]);
    let datas: Vec<_> = casa.execucoes().iter().map(|e| (e.data, e.devida_em, e.ciclo)).collect();
    let em = |dias| (depois("2026-03-02", dias), depois("2026-03-02", dias), Some(1));
    assert_eq!(datas, [em(1), em(6), em(16)]);
    assert_eq!(all(&casa)[0].estado, "final");
}

#[test]
fn what_is_written_is_what_the_domain_had() {
    let casa = Casa::nova();
    casa.push(&(0..5).map(|n| item(&n.to_string(), devedor(n % 2))).collect::<Vec<_>>());
    let adiado = store::titulos::EntradaTitulo { vencimento: dia("2026-03-06"), ..item("9", devedor(3)) };
    casa.push(&[adiado]);
    casa.regua(&[antes(5), d(0), d(3), d(7)]);
    for dias in [0, 1, 3, 4, 9, 30] {
        let data = depois(NOITE, dias);
        let noite = casa.open_new(data);
        let decisoes = casa
            .engine
            .da_empresa(casa.empresa, |t| {
                let devedores = claim(t, noite, 100, false)?;
                decide_and_save(t, noite, &devedores)
            })
            .unwrap();
        for (_, decisao) in &decisoes {
            for mudanca in &decisao.mudancas {
                if let MudancaInscricao::Abrir(i) | MudancaInscricao::Atualizar(i) = mudanca {
                    let lida = all(&casa).into_iter().find(|x| x.id == i.id.uuid()).unwrap();
                    assert_eq!(lida.titulos, i.titulos.iter().map(|x| x.uuid()).collect::<Vec<_>>());
                    assert_eq!((lida.entrada, lida.ciclo), (i.entrada, 1));
                }
            }
        }
        // Marked again and read back, the same night has nothing to change.
        casa.run("UPDATE regua.agenda SET proxima = '-infinity', decidida_em = NULL");
        casa.engine
            .da_empresa(casa.empresa, |t| {
                let reguas = reguas::load(t)?;
                let lidos = claim(t, noite, 100, false)?;
                assert_eq!(lidos.len(), 3);
                for devedor in &lidos {
                    let de_novo = decide(&reguas, devedor, data, &REGRAS);
                    assert!(de_novo.sem_efeito(), "{data}: {de_novo:?}");
                    if let Some((_, decisao)) = decisoes.iter().find(|(id, _)| *id == devedor.id) {
                        assert_eq!(de_novo.proxima, decisao.proxima);
                    }
                }
                noites::save(
                    t,
                    noite,
                    &lidos.iter().map(|x| (x.id, decide(&reguas, x, data, &REGRAS))).collect::<Vec<_>>(),
                    |_| hora(data),
                    hora(data),
                )
            })
            .unwrap();
    }
    let fotos: Vec<_> = all(&casa).iter().map(|i| (i.estado.clone(), i.entrada.to_string())).collect();
    assert_eq!(fotos.len(), 3);
    assert!(fotos.iter().all(|(estado, _)| estado == "final" || estado == "andando"), "{fotos:?}");
}

#[test]
fn an_archived_regua_closes_its_inscricoes_with_the_reason() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1))]);
    let regua = casa.regua(&[d(0), d(9)]);
    casa.night("2026-03-02");
    let arquivar = domain::regua::EstadoRegua::Arquivada;
    casa.engine
        .da_empresa(casa.empresa, |t| set_estado(t, regua, arquivar, hora(dia("2026-03-02"))))
        .unwrap();
    casa.night("2026-03-03");
    let lida = &all(&casa)[0];
    assert_eq!((lida.estado.as_str(), lida.motivo.as_deref()), ("encerrada", Some("regua_arquivada")));
    assert_eq!(lida.encerrada_em, Some(dia("2026-03-03")));
    assert_eq!((lida.ancora, lida.proxima_id, lida.final_em), (None, None, None));
}

#[test]
fn l07_a_titulo_is_reminded_by_an_action_once_whatever_marks_it_again() {
    let casa = Casa::nova();
    let a_vencer = store::titulos::EntradaTitulo { vencimento: dia("2026-03-10"), ..item("1", devedor(1)) };
    casa.push(&[a_vencer]);
    casa.regua(&[antes(3)]);
    let mut acoes = 0;
    for dias in 0..12 {
        acoes += casa.night(&depois("2026-03-02", dias).to_string()).1;
        casa.run("UPDATE regua.agenda SET proxima = '-infinity', decidida_em = NULL");
    }
    assert_eq!(acoes, 1);
    let lembrete = &casa.execucoes()[0];
    assert_eq!((lembrete.data, lembrete.inscricao_id, lembrete.ciclo), (dia("2026-03-07"), None, None));
    assert_eq!(casa.n("SELECT count(*) FROM regua.lembrete"), 1);
}

#[test]
fn r07_positions_read_back_in_order_and_a_second_one_on_a_day_is_refused() {
    let casa = Casa::nova();
    let regua = casa.regua(&[d(16), d(1), antes(2), d(6)]);
    let lida = casa.engine.da_empresa(casa.empresa, |t| reguas::get(t, regua)).unwrap().unwrap();
    let dias: Vec<_> = lida.regua.posicoes().iter().map(|p| p.gatilho).collect();
    assert_eq!(dias, [antes(2), d(1), d(6), d(16)]);
    assert_eq!(lida.conteudos.len(), 4);
    let sql = "INSERT INTO regua.posicao (empresa_id, id, regua_id, gatilho, dias) \
               SELECT empresa_id, gen_random_uuid(), regua_id, gatilho, dias FROM regua.posicao LIMIT 1";
    let erro = diesel::connection::SimpleConnection::batch_execute(&mut casa.root(), sql).unwrap_err();
    assert!(erro.to_string().contains("posicao_dia_unico"), "{erro}");
}

#[test]
fn a_regua_that_changes_makes_the_next_night_look_at_everybody_once() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1)), item("2", devedor(2))]);
    let regua = casa.regua(&[d(0), d(90)]);
    assert_eq!(casa.night("2026-03-02"), (2, 2));
    assert_eq!(casa.night("2026-03-03"), (0, 0));
    casa.engine.da_empresa(casa.empresa, |t| add_posicao(t, regua, d(10), hora(dia("2026-03-03")))).unwrap();
    assert_eq!(casa.night("2026-03-04").0, 2);
    assert_eq!(casa.night("2026-03-05").0, 0);
    let pausa = domain::regua::EstadoRegua::Inativa;
    casa.engine.da_empresa(casa.empresa, |t| set_estado(t, regua, pausa, hora(dia("2026-03-05")))).unwrap();
    assert_eq!(casa.night("2026-03-06").0, 2);
    casa.engine.da_empresa(casa.empresa, |t| set_estado(t, regua, pausa, hora(dia("2026-03-06")))).unwrap();
    assert_eq!(casa.night("2026-03-07").0, 0, "the state it has already changes nothing");
}

#[test]
fn n02_a_new_choice_about_banking_days_makes_the_next_night_look_at_everybody() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1))]);
    casa.night("2026-03-02");
    let mudar = |mudanca: store::empresas::MudancaEmpresa| {
        casa.titulos.da_empresa(casa.empresa, |t| store::empresas::update(t, &mudanca)).unwrap();
    };
    mudar(store::empresas::MudancaEmpresa { nome: Some("Outro".to_owned()), ..Default::default() });
    assert_eq!(casa.marked(), [""; 0]);
    mudar(store::empresas::MudancaEmpresa { vencimento_em_dia_util: Some(false), ..Default::default() });
    assert_eq!(casa.marked(), ["d1"]);
}

#[test]
fn a_chunk_is_no_larger_than_asked_and_takes_who_changed_first() {
    let casa = Casa::nova();
    casa.push(&(0..9).map(|n| item(&n.to_string(), devedor(n))).collect::<Vec<_>>());
    casa.regua(&[d(0)]);
    let noite = casa.open_new(dia(NOITE));
    casa.run("UPDATE regua.agenda SET proxima = '2026-03-02' WHERE devedor_id <> (SELECT max(devedor_id::text)::uuid FROM regua.agenda)");
    let mudou = casa.texts("SELECT devedor_id::text AS x FROM regua.agenda WHERE proxima = '-infinity'");
    let vistos = casa
        .engine
        .da_empresa(casa.empresa, |t| {
            let lidos = claim(t, noite, 4, false)?;
            Ok(lidos.iter().map(|x| x.id.to_string()).collect::<Vec<_>>())
        })
        .unwrap();
    assert_eq!(vistos.len(), 4);
    assert_eq!(vistos[0], mudou[0]);
    assert_eq!(casa.engine.da_empresa(casa.empresa, |t| chunk(t, noite, 100, false)).unwrap(), 9);
}

#[test]
fn a_night_looks_at_nobody_twice_whatever_next_date_was_decided() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1))]);
    let noite = casa.open_new(dia(NOITE));
    for proxima in ["2026-03-02", "2020-01-01"] {
        casa.run("UPDATE regua.agenda SET proxima = '-infinity', decidida_em = NULL");
        casa.engine
            .da_empresa(casa.empresa, |t| {
                let devedores = claim(t, noite, 9, false)?;
                let decisao = Decisao { proxima: Some(dia(proxima)), ..Decisao::default() };
                noites::save(t, noite, &[(devedores[0].id, decisao)], |_| hora(noite.1), hora(noite.1))
            })
            .unwrap();
        assert_eq!(casa.texts("SELECT proxima::text AS x FROM regua.agenda"), ["2026-03-03"]);
    }
}
