//! Why a line that could be read is not stored.

use store::importacoes::{ErroDeLinha, Item};
use store::titulos::Recusa;

/// The database refused it.
pub(super) fn of_item(linha: i64, codigo_integracao: &str, recusa: Recusa) -> ErroDeLinha {
    let (campo, codigo, motivo) = match recusa {
        Recusa::ParcelaDeAcordo => (
            "codigo_integracao",
            "parcela_de_acordo",
            "este código é de uma parcela de acordo, que só muda pela negociação",
        ),
        Recusa::NegociadoComOutro => (
            "devedor_codigo",
            "negociado_com_outro_devedor",
            "o título está negociado com o devedor que tem; desfaça a negociação antes de passá-lo a outro",
        ),
        Recusa::DocumentoDeOutroDevedor => (
            "documento",
            "documento_de_outro_devedor",
            "este CPF/CNPJ pertence a um devedor e o código a outro; corrija um dos dois",
        ),
    };
    refusal(linha, codigo_integracao, campo, codigo, motivo)
}

/// Its título changed while the file waited for somebody.
pub(super) fn of_late(item: &Item) -> ErroDeLinha {
    refusal(
        item.linha,
        &item.entrada.codigo_integracao,
        "codigo_integracao",
        "mudou_depois",
        "o título mudou depois que o arquivo chegou, e fica como está",
    )
}

/// It is of another creditor than the file; `campo` is what that is called in such a file.
pub(super) fn of_another_creditor(item: &Item, campo: &str) -> ErroDeLinha {
    refusal(
        item.linha,
        &item.entrada.codigo_integracao,
        campo,
        "credor_diferente",
        "o arquivo foi enviado para um só credor, e a linha é de outro",
    )
}

fn refusal(linha: i64, codigo_integracao: &str, campo: &str, codigo: &str, motivo: &str) -> ErroDeLinha {
    ErroDeLinha {
        linha,
        ordem: 0,
        codigo_integracao: Some(codigo_integracao.to_owned()),
        campo: Some(campo.to_owned()),
        codigo: codigo.to_owned(),
        motivo: motivo.to_owned(),
    }
}
