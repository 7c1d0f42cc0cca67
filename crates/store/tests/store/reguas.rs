//! Réguas, in and out whole: what an edit writes, and what it leaves for the history.

use std::collections::BTreeSet;

use domain::dinheiro::Centavos;
use domain::ids::{ConteudoId, ReguaId};
use domain::regua::{Cabecalho, Criterios, Destinatarios, EstadoRegua, Gatilho, Modo, Posicao, Regua};
use domain::{Rotulo, titulo::Origem};
use store::reguas::{self, Conteudo, ReguaInteira};
use store::{StoreError, Tenant, new_id};

use crate::apoio::{
    Casa, NOITE, add_posicao, agora, antes, aviso, d, devedor, dia, edit, hora, item, nova_regua, posicao,
    set_estado,
};

fn rotulos(textos: &[&str]) -> BTreeSet<Rotulo> {
    textos.iter().map(|texto| Rotulo::parse(texto).unwrap()).collect()
}

/// A régua for one category only, so that any number of them may be in a company.
fn for_category(nome: &str, gatilhos: &[Gatilho]) -> ReguaInteira {
    let nova = nova_regua(gatilhos);
    let criterios = Criterios { categorias: rotulos(&[nome]), ..Criterios::default() };
    let cabecalho = Cabecalho { criterios, ..nova.regua.cabecalho().clone() };
    ReguaInteira { regua: nova.regua.clone().com_cabecalho(cabecalho), nome: nome.to_owned(), ..nova }
}

fn create(t: &mut Tenant<'_>, nova: &ReguaInteira) -> Result<ReguaId, StoreError> {
    reguas::create(t, nova, agora())?.unwrap();
    Ok(nova.regua.id())
}

fn changed(casa: &Casa) -> i64 {
    casa.n("SELECT count(*) FROM regua.regua WHERE mudou")
}

#[test]
fn a_whole_regua_reads_back_as_it_was_saved() {
    let casa = Casa::nova();
    let mut nova = nova_regua(&[antes(2), d(0), d(6)]);
    let volta = Gatilho::Reposicionamento { dias: 30, para: nova.regua.posicoes()[2].id };
    let mut posicoes = nova.regua.posicoes().to_vec();
    posicoes[1].acoes[0].destinatarios = Destinatarios::Todos;
    posicoes.push(Posicao { acoes: Vec::new(), ..posicao(volta) });
    let criterios = Criterios {
        valor_minimo: Some(Centavos::new(1_050)),
        origem: Some(Origem::Original),
        categorias: rotulos(&["a|b", "\"c\", d"]),
        score_ate: Some(300),
        ..Criterios::default()
    };
    let cabecalho = Cabecalho { modo: Modo::PorTitulo, criterios, ..nova.regua.cabecalho().clone() };
    nova.regua = Regua::new(cabecalho, posicoes).unwrap();
    let lida = casa
        .engine
        .da_empresa(casa.empresa, |t| {
            let id = create(t, &nova)?;
            reguas::get(t, id)
        })
        .unwrap()
        .unwrap();
    assert_eq!(lida, nova);
    let todas = casa.engine.da_empresa(casa.empresa, reguas::load).unwrap();
    assert_eq!(todas.todas(), [nova.regua]);
}

#[test]
fn r04_positions_taken_out_stay_for_the_history_and_for_who_waits_for_them() {
    let casa = Casa::nova();
    let id = casa.regua(&[antes(3), d(0), d(5), d(9)]);
    let lida = casa.engine.da_empresa(casa.empresa, |t| reguas::get(t, id)).unwrap().unwrap().regua;
    let sem = |dias: &[Gatilho]| -> Vec<Posicao> {
        lida.posicoes().iter().filter(|p| !dias.contains(&p.gatilho)).cloned().collect()
    };
    let esperada = lida.clone().com_posicoes(sem(&[d(5)])).unwrap();
    let depois = casa
        .engine
        .da_empresa(casa.empresa, |t| {
            edit(t, id, agora(), |regua| regua.com_posicoes(sem(&[d(5)])).unwrap())?;
            edit(t, id, agora(), |regua| regua.com_posicoes(sem(&[d(5), antes(3)])).unwrap())?;
            reguas::get(t, id)
        })
        .unwrap()
        .unwrap();
    assert_eq!(depois.regua, esperada.com_posicoes(sem(&[d(5), antes(3)])).unwrap(), "tombstones too");
    assert_eq!(depois.versao, 4, "activated, and changed twice");
    assert_eq!(casa.n("SELECT count(*) FROM regua.posicao"), 4);
    assert_eq!(casa.n("SELECT count(*) FROM regua.posicao WHERE removida_em IS NOT NULL"), 2);
    assert_eq!(casa.n("SELECT count(*) FROM regua.acao WHERE removida_em IS NOT NULL"), 2);
    let todas = casa.engine.da_empresa(casa.empresa, reguas::load).unwrap();
    assert_eq!(todas.todas(), [depois.regua]);
}

#[test]
fn r04_only_what_the_removed_action_had_not_sent_is_discarded() {
    let casa = Casa::nova();
    let (enviada, _) = casa.queued();
    casa.push(&[item("2", devedor(2)), item("3", devedor(3))]);
    casa.night("2026-03-03");
    let cerca = casa.claimed(enviada, crate::apoio::LEASE);
    let regua = casa.engine.da_empresa(casa.empresa, reguas::list).unwrap().remove(0).regua;
    casa.engine
        .da_empresa(casa.empresa, |t| {
            add_posicao(t, regua.id(), d(9), agora())?;
            edit(t, regua.id(), agora(), |atual| {
                let ficam = atual.posicoes()[1..].to_vec();
                atual.com_posicoes(ficam).unwrap()
            })
        })
        .unwrap();
    assert_eq!(casa.execucao(enviada).estado, "enviando", "it may have left: its result is still to come");
    let mut estados: Vec<_> = casa.execucoes().into_iter().map(|x| (x.estado, x.motivo)).collect();
    estados.sort();
    let descartada = ("descartada".to_owned(), Some("posicao_removida".to_owned()));
    assert_eq!(estados, [descartada.clone(), descartada, ("enviando".to_owned(), None)]);
    assert!(cerca > 0);
}

#[test]
fn r13_another_text_is_another_row_and_what_was_decided_keeps_its_own() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1))]);
    let id = casa.regua(&[d(0)]);
    casa.night(NOITE);
    casa.engine
        .da_empresa(casa.empresa, |t| {
            let atual = reguas::lock(t, id)?.unwrap();
            let mut depois = atual.clone();
            let mut posicoes = atual.regua.posicoes().to_vec();
            let novo = ConteudoId::new(new_id(agora()));
            posicoes[0].acoes[0].conteudo = Some(novo);
            depois.regua = atual.regua.clone().com_posicoes(posicoes).unwrap();
            depois.conteudos.insert(novo, Conteudo::Texto { assunto: None, corpo: "outro".to_owned() });
            reguas::save(t, &atual, &depois, agora())?.unwrap();
            let lida = reguas::get(t, id)?.unwrap();
            assert_eq!(
                lida.conteudos.values().map(|texto| texto.corpo().unwrap()).collect::<Vec<_>>(),
                ["outro"]
            );
            Ok(())
        })
        .unwrap();
    let decidido =
        "SELECT c.corpo AS x FROM disparo.execucao e JOIN regua.conteudo c ON c.id = e.conteudo_id";
    assert_eq!(casa.texts(decidido), ["Olá, #NOME#"]);
    assert_eq!(casa.n("SELECT count(*) FROM regua.conteudo"), 2);
}

#[test]
fn only_what_decides_who_is_where_makes_the_next_night_look_at_everybody() {
    let casa = Casa::nova();
    let id = casa.engine.da_empresa(casa.empresa, |t| create(t, &nova_regua(&[d(0)]))).unwrap();
    assert_eq!(changed(&casa), 0, "one at rest");
    let editar = |editar: &dyn Fn(&mut ReguaInteira)| {
        casa.run("UPDATE regua.regua SET mudou = false");
        casa.engine
            .da_empresa(casa.empresa, |t| {
                let atual = reguas::lock(t, id)?.unwrap();
                let mut depois = atual.clone();
                editar(&mut depois);
                let acoes = depois.regua.posicoes().iter().flat_map(|posicao| &posicao.acoes);
                let ids: Vec<_> = acoes.filter_map(|acao| acao.conteudo).collect();
                depois.conteudos.extend(ids.into_iter().map(|id| (id, aviso())));
                reguas::save(t, &atual, &depois, agora())?.unwrap();
                Ok(())
            })
            .unwrap();
        changed(&casa)
    };
    let heading = |regua: &Regua, mudar: &dyn Fn(&mut Cabecalho)| {
        let mut cabecalho = regua.cabecalho().clone();
        mudar(&mut cabecalho);
        regua.clone().com_cabecalho(cabecalho)
    };
    assert_eq!(editar(&|x| x.nome = "outro".to_owned()), 0);
    assert_eq!(editar(&|_| ()), 0);
    let com = |regua: &Regua, mudar: &dyn Fn(&mut Vec<Posicao>)| {
        let mut posicoes = regua.posicoes().to_vec();
        mudar(&mut posicoes);
        regua.clone().com_posicoes(posicoes).unwrap()
    };
    let todos = |p: &mut Vec<Posicao>| p[0].acoes[0].destinatarios = Destinatarios::Todos;
    assert_eq!(editar(&|x| x.regua = com(&x.regua, &todos)), 0);
    assert_eq!(editar(&|x| x.regua = heading(&x.regua, &|c| c.prioridade = 7)), 1);
    assert_eq!(editar(&|x| x.regua = heading(&x.regua, &|c| c.modo = Modo::PorTitulo)), 1);
    assert_eq!(editar(&|x| x.regua = heading(&x.regua, &|c| c.criterios.score_de = Some(1))), 1);
    assert_eq!(editar(&|x| x.regua = com(&x.regua, &|p| p.push(posicao(d(4))))), 1);
    let mais_uma = |p: &mut Vec<Posicao>| p[0].acoes.extend(posicao(d(0)).acoes);
    assert_eq!(editar(&|x| x.regua = com(&x.regua, &mais_uma)), 1);
    assert_eq!(editar(&|x| x.regua = com(&x.regua, &|p| p[0].acoes.truncate(1))), 1);
    assert_eq!(editar(&|x| x.regua = com(&x.regua, &|p| p.truncate(1))), 1);
    assert_eq!(editar(&|x| x.regua = x.regua.clone().em_estado(EstadoRegua::Ativa)), 1);
    let versao = casa.n("SELECT versao FROM regua.regua");
    assert_eq!(versao, 1 + 10, "each change is a version, and what changes nothing is none");
}

#[test]
fn s11_an_older_regua_without_criteria_of_its_own_can_still_be_turned_off_and_on() {
    let casa = Casa::nova();
    let primeira = casa.regua(&[d(0)]);
    let segunda = casa.engine.da_empresa(casa.empresa, |t| create(t, &for_category("x", &[d(0)]))).unwrap();
    // As the migration leaves what was there before criteria.
    casa.run(&format!(
        "UPDATE regua.regua SET criterios = '{{}}', chave = 'por_devedor|anterior=' || id WHERE id = '{segunda}'"
    ));
    for estado in [EstadoRegua::Ativa, EstadoRegua::Inativa] {
        assert!(casa.engine.da_empresa(casa.empresa, |t| set_estado(t, segunda, estado, agora())).unwrap());
    }
    let igual =
        casa.engine.da_empresa(casa.empresa, |t| reguas::create(t, &nova_regua(&[]), agora())).unwrap();
    assert_eq!(igual.unwrap_err().id, primeira.uuid());
}

#[test]
fn v04_archiving_discards_what_the_whole_regua_had_not_sent() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1))]);
    let id = casa.regua(&[d(0), d(3)]);
    casa.night(NOITE);
    let arquivar = |t: &mut Tenant<'_>| set_estado(t, id, EstadoRegua::Arquivada, hora(dia(NOITE)));
    assert!(casa.engine.da_empresa(casa.empresa, arquivar).unwrap());
    let motivos: Vec<_> = casa.execucoes().into_iter().map(|x| (x.estado, x.motivo.unwrap())).collect();
    assert_eq!(motivos, [("descartada".to_owned(), "regua_arquivada".to_owned())]);
    let todas = casa.engine.da_empresa(casa.empresa, reguas::load).unwrap();
    assert!(todas.todas()[0].posicoes().is_empty(), "a night asks nothing more of it");
    let lida = casa.engine.da_empresa(casa.empresa, |t| reguas::get(t, id)).unwrap().unwrap();
    assert_eq!(lida.regua.posicoes().len(), 2, "people may still read it");
}

#[test]
fn s01_a_night_reads_a_thousand_reguas_each_with_its_own_positions() {
    let casa = Casa::nova();
    casa.engine
        .da_empresa(casa.empresa, |t| {
            for n in 0..1_000 {
                create(t, &for_category(&n.to_string(), &[d(0), d(5), d(10)]))?;
            }
            Ok(())
        })
        .unwrap();
    let todas = casa.engine.da_empresa(casa.empresa, reguas::load).unwrap();
    assert_eq!(todas.todas().len(), 1_000);
    assert_eq!(todas.todas().iter().map(|regua| regua.posicoes().len()).sum::<usize>(), 3_000);
    let posicoes = todas.todas().iter().flat_map(Regua::posicoes);
    assert!(posicoes.into_iter().all(|posicao| posicao.acoes.len() == 1));
}
