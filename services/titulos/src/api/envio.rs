//! What is answered for what was pushed, item by item.

use std::collections::HashMap;

use serde::Serialize;
use store::titulos::{Recusa, ResultadoItem};
use utoipa::ToSchema;
use uuid::Uuid;
use web::ErroCampo;

/// O que aconteceu com um item enviado.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = ResultadoItem)]
pub(super) struct Item {
    /// Posição no envio, a partir de zero.
    indice: usize,
    /// Chave do item no ERP, quando pôde ser lida.
    codigo_integracao: Option<String>,
    /// Id do que foi gravado.
    id: Option<Uuid>,
    /// O que foi feito.
    resultado: Feito,
    /// Por que foi recusado: todos os campos de uma vez.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    erros: Vec<ErroCampo>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Feito {
    Criado,
    Atualizado,
    Inalterado,
    Recusado,
}

/// O resultado de um envio, item a item, na ordem enviada.
#[derive(Serialize, ToSchema)]
pub(super) struct Envio {
    /// Itens novos.
    criados: usize,
    /// Itens que mudaram.
    atualizados: usize,
    /// Itens que já estavam assim; nada foi gravado.
    inalterados: usize,
    /// Itens recusados; os demais foram gravados.
    recusados: usize,
    /// Um resultado por item.
    itens: Vec<Item>,
}

impl Item {
    pub(super) fn refused(indice: usize, codigo_integracao: Option<String>, erros: Vec<ErroCampo>) -> Self {
        Self { indice, codigo_integracao, id: None, resultado: Feito::Recusado, erros }
    }

    pub(super) fn stored(indice: usize, codigo_integracao: &str, resultado: &ResultadoItem) -> Self {
        let (id, feito) = match resultado {
            ResultadoItem::Criado(id) => (id.uuid(), Feito::Criado),
            ResultadoItem::Atualizado(id) => (id.uuid(), Feito::Atualizado),
            ResultadoItem::Inalterado(id) => (id.uuid(), Feito::Inalterado),
            ResultadoItem::Recusado(recusa) => {
                return Self::refused(
                    indice,
                    Some(codigo_integracao.to_owned()),
                    vec![refusal(indice, *recusa)],
                );
            }
        };
        Self::done(indice, codigo_integracao.to_owned(), id, feito)
    }

    pub(super) fn done(indice: usize, codigo_integracao: String, id: Uuid, resultado: Feito) -> Self {
        let codigo_integracao = Some(codigo_integracao);
        Self { indice, codigo_integracao, id: Some(id), resultado, erros: Vec::new() }
    }
}

fn refusal(indice: usize, recusa: Recusa) -> ErroCampo {
    let (campo, codigo, detalhe) = match recusa {
        Recusa::ParcelaDeAcordo => (
            "codigo_integracao",
            "parcela_de_acordo",
            "este código é de uma parcela de acordo, que só muda pela negociação",
        ),
        Recusa::NegociadoComOutro => (
            "devedor/codigo_integracao",
            "negociado_com_outro_devedor",
            "o título está negociado com o devedor que tem; desfaça a negociação antes de passá-lo a outro",
        ),
        Recusa::DocumentoDeOutroDevedor => (
            "devedor/documento",
            "documento_de_outro_devedor",
            "este CPF/CNPJ pertence a um devedor e o código a outro; corrija um dos dois",
        ),
    };
    ErroCampo { campo: format!("/{indice}/{campo}"), codigo: codigo.into(), detalhe: detalhe.into() }
}

/// Of items with one code the last one stands, also where it is refused itself, as of the lines of a file (decision 0015): what the
/// sender has replaced is not stored. Those before it join the refused ones.
pub(super) fn last_of_each<T>(
    lidos: Vec<(usize, T)>,
    mut recusados: Vec<Item>,
    codigo: impl Fn(&T) -> &str,
) -> (Vec<(usize, T)>, Vec<Item>) {
    let das_recusas =
        recusados.iter().filter_map(|item| Some((item.codigo_integracao.clone()?, item.indice)));
    let mut ultimos: HashMap<String, usize> = HashMap::new();
    for (codigo, indice) in lidos.iter().map(|(n, lido)| (codigo(lido).to_owned(), *n)).chain(das_recusas) {
        let ultimo = ultimos.entry(codigo).or_default();
        *ultimo = indice.max(*ultimo);
    }
    let mut ficam = Vec::with_capacity(lidos.len());
    for (indice, lido) in lidos {
        match ultimos.get(codigo(&lido)).copied().filter(|ultimo| indice < *ultimo) {
            Some(ultimo) => recusados.push(repeated(indice, codigo(&lido).to_owned(), ultimo)),
            None => ficam.push((indice, lido)),
        }
    }
    (ficam, recusados)
}

fn repeated(indice: usize, codigo: String, ultimo: usize) -> Item {
    let erro = ErroCampo {
        campo: format!("/{indice}/codigo_integracao"),
        codigo: "repetido".into(),
        detalhe: format!("vale o item {ultimo}, com o mesmo código").into(),
    };
    Item::refused(indice, Some(codigo), vec![erro])
}

impl Envio {
    pub(super) fn new(mut itens: Vec<Item>) -> Self {
        itens.sort_by_key(|item| item.indice);
        let conta = |feito| itens.iter().filter(|item| item.resultado == feito).count();
        Self {
            criados: conta(Feito::Criado),
            atualizados: conta(Feito::Atualizado),
            inalterados: conta(Feito::Inalterado),
            recusados: conta(Feito::Recusado),
            itens,
        }
    }
}
