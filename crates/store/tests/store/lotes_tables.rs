//! What the tables of batch actions do not let anybody write.

use diesel::connection::SimpleConnection as _;
use domain::execucao::Canal;
use store::lotes::Confirmacao;

use crate::lotes::{Mesa, de_ana};

/// What nobody can make of a batch: the columns that an update gives, and the rule that refuses it.
fn refused(mesa: &Mesa, id: &str, casos: &[(&str, &str)]) {
    for (mudanca, regra) in casos {
        let sql = format!("UPDATE lote.acao_em_lote SET {mudanca} WHERE id = '{id}'");
        let erro =
            mesa.casa.root().batch_execute(&sql).err().map(|erro| erro.to_string()).unwrap_or_default();
        assert!(erro.contains(regra), "{mudanca}: {erro}");
    }
}

#[test]
fn b05_a_draft_is_in_no_state_that_it_has_not_the_things_for() {
    let mesa = Mesa::nova(1, 0);
    let rascunho = mesa.novo(Canal::Email).to_string();
    refused(
        &mesa,
        &rascunho,
        &[
            ("estado = 'selecionado'", "lote_selecao"),
            ("filtro = '{}'", "lote_selecao"),
            ("atendem = 1", "lote_selecao"),
            ("estado = 'parado'", "estado_check"),
            ("estado = 'cancelada'", "lote_fim"),
            ("itens = 1", "lote_confirmacao"),
            ("versao = 0", "versao_check"),
        ],
    );
    let selecionado = mesa.novo(Canal::Email);
    mesa.selecionar(selecionado, &de_ana()).unwrap();
    refused(
        &mesa,
        &selecionado.to_string(),
        &[
            ("estado = 'rascunho'", "lote_selecao"),
            ("planilha_id = id", "lote_selecao"),
            ("estado = 'mensagem'", "lote_texto"),
            ("template_id = id, template_versao = 1, corpo = 'x', assunto = 'x'", "lote_texto"),
            ("com_contato = 2", "lote_contagem"),
            ("estado = 'na_fila', data = now(), itens = 1, confirmada_em = now()", "lote_olhada"),
            (
                "estado = 'na_fila', data = now(), itens = 1, confirmada_em = now(), andou_em = now(), olhar_em = now()",
                "lote_texto",
            ),
            ("olhar_em = now()", "lote_olhada"),
        ],
    );
}

#[test]
fn b15_what_was_confirmed_has_its_items_and_its_text_and_ends_once() {
    let mesa = Mesa::nova(2, 0);
    let id = mesa.pronto();
    assert_eq!(mesa.confirmar(id), Confirmacao::Confirmado);
    refused(
        &mesa,
        &id.to_string(),
        &[
            ("estado = 'mensagem'", "lote_confirmacao"),
            ("itens = 1", "lote_confirmacao"),
            ("data = NULL", "lote_confirmacao"),
            ("template_id = NULL, template_versao = NULL, assunto = NULL, corpo = NULL", "lote_texto"),
            ("corpo = NULL", "lote_texto"),
            ("assunto = NULL", "lote_texto"),
            ("iniciada_em = now()", "lote_andamento"),
            ("ate = id", "lote_andamento"),
            ("estado = 'processando'", "lote_andamento"),
            ("estado = 'concluida', iniciada_em = now()", "lote_fim"),
            ("concluida_em = now()", "lote_fim"),
            ("cancelada_em = now()", "lote_fim"),
            ("andamento = '[]'", "lote_contado"),
            ("olhar_em = NULL", "lote_olhada"),
        ],
    );
}

#[test]
fn b15_an_item_is_there_once_and_nobody_takes_it_out() {
    let mesa = Mesa::nova(1, 0);
    let id = mesa.pronto();
    mesa.confirmar(id);
    let de_novo = "INSERT INTO lote.item SELECT * FROM lote.item";
    assert!(mesa.casa.root().batch_execute(de_novo).unwrap_err().to_string().contains("item_pkey"));
    for proibido in [
        "DELETE FROM lote.item",
        "UPDATE lote.item SET devedor_id = lote_id",
        "DELETE FROM lote.acao_em_lote",
    ] {
        let como = format!("SET ROLE cobranca_lote; SET app.empresa = '{}'; {proibido}", mesa.casa.empresa);
        let erro = mesa.casa.root().batch_execute(&como).unwrap_err().to_string();
        assert!(erro.contains("permission denied"), "{proibido}: {erro}");
    }
}
