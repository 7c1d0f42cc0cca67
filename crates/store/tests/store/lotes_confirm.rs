//! The confirmation of a batch action (rules b14, b15), and what comes after it.

use std::thread;

use domain::execucao::Canal;
use domain::filtro::Exclusao;
use domain::ids::{LoteId, TemplateId};
use domain::lote::{EstadoLote, Mudanca, Resumo};
use serde_json::json;
use store::lotes::{self, Confirmacao, Recusa, Vista};
use store::templates::{self, TextoNomeado};
use store::{Banco, Papel, Tenant};

use crate::apoio::{agora, dia};
use crate::lotes::{CHAVE, Mesa, de_ana};

impl Mesa {
    /// The summary of what is shown now.
    fn resumo(&self, id: LoteId) -> Resumo {
        let Vista::Mostrado(mostrado, _) = self.olhar(id) else { panic!("{:?}", self.olhar(id)) };
        mostrado.resumo()
    }

    fn cancelar(&self, id: LoteId) -> Result<(), Recusa> {
        self.gravar(|t| {
            let lote = lotes::lock(t, id)?.unwrap();
            lotes::cancel(t, &lote, agora())
        })
    }

    fn mudar_template(&self, id: TemplateId, corpo: &str) {
        let dispatcher = &self.casa.dispatcher;
        let mudado = dispatcher.da_empresa(self.casa.empresa, |t| {
            let antes = templates::lock(t, id)?.unwrap();
            let assunto = antes.assunto.clone();
            let depois = TextoNomeado { nome: antes.nome.clone(), assunto, corpo: corpo.to_owned() };
            templates::change(t, &antes, &depois, agora())
        });
        mudado.unwrap().unwrap();
    }
}

#[test]
fn b15_each_who_was_shown_is_an_item_once_and_a_second_confirmation_makes_none() {
    let mesa = Mesa::nova(5, 2);
    let id = mesa.pronto();
    assert_eq!(mesa.itens(id), [], "nothing is fixed before");
    assert_eq!(mesa.confirmar(id), Confirmacao::Confirmado);
    let lote = mesa.ler(id);
    assert_eq!((lote.estado, lote.confirmado), (EstadoLote::NaFila, Some((5, dia("2026-03-01")))));
    let itens = mesa.itens(id);
    let mut unicos = itens.clone();
    unicos.dedup();
    assert_eq!((itens.len(), unicos.len()), (5, 5));
    // Whoever meets the filter later is not in it.
    mesa.mais(20..=21, true);
    assert_eq!(mesa.confirmar(id), Confirmacao::JaConfirmado);
    assert_eq!((mesa.ler(id), mesa.itens(id)), (lote, itens));
}

#[test]
fn b15_of_two_who_confirm_at_once_one_does_and_the_other_hears_that_it_is_done() {
    let mesa = Mesa::nova(4, 0);
    let id = mesa.pronto();
    let resumo = mesa.guardado(id);
    let outro = Banco::connect(mesa.casa.pg.url(), Papel::Lote, 1).unwrap();
    let confirmar = |t: &mut Tenant<'_>| {
        let lote = lotes::lock(t, id)?.unwrap();
        lotes::confirm(t, &lote, &resumo, agora())
    };
    let (primeiro, segundo) = thread::scope(|s| {
        let mut segundo = None;
        let primeiro = mesa.gravar(|t| {
            let feito = confirmar(t)?;
            let depois = || outro.gravar(mesa.casa.empresa, CHAVE, |t| confirmar(t).map(Ok::<_, ()>));
            segundo.get_or_insert_with(|| s.spawn(depois));
            mesa.casa.wait_until_blocked();
            Ok(feito)
        });
        (primeiro, segundo.unwrap().join().unwrap().unwrap().unwrap())
    });
    assert_eq!((primeiro, segundo), (Confirmacao::Confirmado, Confirmacao::JaConfirmado));
    assert_eq!(mesa.itens(id).len(), 4);
}

#[test]
fn b14_what_changed_since_it_was_shown_is_told_and_nothing_of_it_is_confirmed() {
    let mesa = Mesa::nova(5, 1);
    let id = mesa.pronto();
    mesa.mais(20..=21, true);
    mesa.mais(22..=22, false);
    assert_eq!(mesa.confirmar(id), Confirmacao::Mudou(vec![Mudanca::ComContato(5, 7)]));
    assert_eq!((mesa.ler(id).estado, mesa.itens(id).len()), (EstadoLote::Mensagem, 0));
    let antes = mesa.ler(id);
    let resumo = mesa.resumo(id);
    assert_eq!(mesa.ler(id), antes, "who looks changes nothing");
    assert_eq!(mesa.confirmar_com(id, &resumo), Confirmacao::Confirmado);
    assert_eq!(mesa.itens(id).len(), 7);
    assert_eq!(
        (mesa.guardado(id), mesa.ler(id).versao),
        (resumo, antes.versao + 1),
        "what was confirmed is kept"
    );
    mesa.mais(30..=30, true);
    assert_eq!(mesa.resumo(id), mesa.guardado(id), "and shown from then on");
}

#[test]
fn b15_who_left_since_it_was_shown_keeps_nobody_from_confirming_it_for_the_others() {
    let mesa = Mesa::nova(5, 1);
    let id = mesa.pronto();
    let visto = mesa.resumo(id);
    // One pays, one has no address any more; somebody without one comes in, and gets nothing either.
    let [um, dois] = ["1", "2"].map(|n| {
        format!("(SELECT devedor_id FROM cadastro.devedor_codigo WHERE codigo_integracao = 'd{n}')")
    });
    mesa.casa.run(&format!(
        "UPDATE cadastro.titulo SET status = 'pago', saldo = 0 WHERE devedor_id = {um}; \
         UPDATE cadastro.meio_contato SET invalido_desde = now() WHERE devedor_id = {dois}"
    ));
    mesa.mais(20..=20, false);
    assert_eq!(mesa.confirmar_com(id, &visto), Confirmacao::Confirmado);
    let selecao = mesa.ler(id).selecao.unwrap();
    assert_eq!((selecao.contagem.com_contato, mesa.itens(id).len()), (3, 3));
    let fora = [(Exclusao::SemContato, 3), (Exclusao::SemTitulo, 1)];
    assert_eq!(selecao.contagem.excluidos, fora, "as it was when it was confirmed");
    // Whoever looked before and whoever looks now hear that it is done.
    assert_eq!(mesa.confirmar_com(id, &visto), Confirmacao::JaConfirmado);
    assert_eq!(mesa.confirmar_com(id, &mesa.resumo(id)), Confirmacao::JaConfirmado);
}

#[test]
fn b15_of_those_who_were_shown_one_more_is_one_too_many() {
    let mesa = Mesa::nova(5, 0);
    let id = mesa.pronto();
    let visto = mesa.resumo(id);
    mesa.casa.run("UPDATE cadastro.meio_contato SET invalido_desde = now() WHERE valor = 'd1@x.com.br'");
    mesa.mais(20..=21, true);
    assert_eq!(mesa.confirmar_com(id, &visto), Confirmacao::Mudou(vec![Mudanca::ComContato(5, 6)]));
    assert_eq!(mesa.itens(id), []);
}

#[test]
fn b14_a_text_that_changed_is_not_sent_unseen() {
    let mesa = Mesa::nova(1, 0);
    let id = mesa.pronto();
    let template = mesa.ler(id).texto.unwrap().template;
    mesa.mudar_template(template, "Pague.");
    assert_eq!(mesa.confirmar(id), Confirmacao::Mudou(vec![Mudanca::Texto(Some(1), Some(2))]));
    assert_eq!(mesa.confirmar_com(id, &mesa.resumo(id)), Confirmacao::Confirmado);
    // From then on it is the batch's own.
    mesa.mudar_template(template, "Outra coisa.");
    let mut dispatcher = testkit::Sql::connect(mesa.casa.pg.url());
    dispatcher.run(&format!("SET ROLE cobranca_disparo; SET app.empresa = '{}'", mesa.casa.empresa));
    let vista = "SELECT concat_ws('|', tipo, assunto, corpo, cancelada) AS text FROM lote.v_acao";
    assert_eq!(dispatcher.texts(vista), ["email|Aviso|Pague.|f"]);
}

#[test]
fn b14_a_template_that_was_archived_meanwhile_is_chosen_again() {
    let mesa = Mesa::nova(1, 0);
    let id = mesa.pronto();
    let template = mesa.ler(id).texto.unwrap().template;
    mesa.casa.dispatcher.da_empresa(mesa.casa.empresa, |t| templates::archive(t, template, agora())).unwrap();
    assert_eq!((mesa.confirmar(id), mesa.olhar(id)), (Confirmacao::SemTexto, Vista::SemTexto));
    mesa.escolher(id, mesa.template(Canal::Email, "Outro")).unwrap();
    assert_eq!(mesa.confirmar(id), Confirmacao::Confirmado);
}

#[test]
fn b14_a_summary_of_something_else_confirms_nothing() {
    let mesa = Mesa::nova(2, 0);
    let id = mesa.pronto();
    let antes = mesa.guardado(id);
    mesa.selecionar(id, &json!({"devedor": {"codigo": ["d1"]}})).unwrap();
    mesa.escolher(id, mesa.template(Canal::Email, "Outro")).unwrap();
    assert_eq!(
        mesa.confirmar_com(id, &antes),
        Confirmacao::Mudou(vec![]),
        "since this selection nothing changed"
    );
    assert_eq!(mesa.itens(id), []);
    assert_eq!(mesa.confirmar(id), Confirmacao::Confirmado);
    assert_eq!(mesa.confirmar_com(id, &antes), Confirmacao::NaoPermite(EstadoLote::NaFila));
}

#[test]
fn b10_a_batch_for_nobody_is_not_confirmed() {
    let mesa = Mesa::nova(0, 2);
    let id = mesa.pronto();
    assert_eq!(mesa.confirmar(id), Confirmacao::NinguemApto);
    let vazio = mesa.novo(Canal::Enriquecimento);
    mesa.selecionar(vazio, &json!({"devedor": {"gerente": ["Zoé"]}})).unwrap();
    assert_eq!(mesa.confirmar(vazio), Confirmacao::NinguemApto);
}

#[test]
fn b05_nothing_of_a_confirmed_batch_is_chosen_again() {
    let mesa = Mesa::nova(1, 0);
    let id = mesa.pronto();
    let template = mesa.ler(id).texto.unwrap().template;
    mesa.confirmar(id);
    let antes = mesa.ler(id);
    assert_eq!(mesa.selecionar(id, &de_ana()), Err(Recusa(EstadoLote::NaFila)));
    assert_eq!(mesa.escolher(id, template), Err(Recusa(EstadoLote::NaFila)));
    assert_eq!(mesa.ler(id), antes);
}

#[test]
fn b23_a_draft_and_what_waits_are_called_off_and_what_is_over_is_not() {
    let mesa = Mesa::nova(1, 0);
    let (rascunho, na_fila, concluida) =
        (mesa.novo(Canal::Email), mesa.pronto(), mesa.novo(Canal::Enriquecimento));
    mesa.selecionar(concluida, &de_ana()).unwrap();
    for id in [na_fila, concluida] {
        assert_eq!(mesa.confirmar(id), Confirmacao::Confirmado);
    }
    mesa.casa.run(&format!(
        "UPDATE lote.acao_em_lote SET estado = 'concluida', iniciada_em = now(), concluida_em = now() WHERE id = '{concluida}'"
    ));
    for id in [rascunho, na_fila] {
        assert_eq!(mesa.cancelar(id), Ok(()));
        let lote = mesa.ler(id);
        assert_eq!((lote.estado, lote.tempos.cancelada_em), (EstadoLote::Cancelada, Some(agora())));
        assert_eq!(mesa.cancelar(id), Ok(()));
        assert_eq!(mesa.ler(id), lote, "asking twice is safe");
        assert_eq!(mesa.selecionar(id, &de_ana()), Err(Recusa(EstadoLote::Cancelada)));
    }
    assert_eq!(mesa.cancelar(concluida), Err(Recusa(EstadoLote::Concluida)));
    assert_eq!(mesa.confirmar(na_fila), Confirmacao::NaoPermite(EstadoLote::Cancelada));
}
