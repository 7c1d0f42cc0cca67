//! From one line to a título, or to why it is none.

use chrono::NaiveDate;
use sheets::{ErroLinha, LinhaTitulo};
use store::importacoes::{ErroDeLinha, Item};
use store::titulos::{Boleto, EntradaCredor, EntradaDevedor, EntradaTitulo};

use super::ndjson;

/// What one line turned out to be.
pub(super) enum Lida {
    Boa(Box<Item>),
    Recusada { linha: i64, erros: Vec<ErroDeLinha> },
}

pub(super) fn number(linha: u64) -> i64 {
    i64::try_from(linha).unwrap_or(i64::MAX)
}

pub(super) fn item(linha: LinhaTitulo, hoje: NaiveDate) -> Item {
    let (devedor, boleto) = (linha.devedor, linha.boleto);
    Item {
        linha: number(linha.linha),
        pago_em: linha.pago_em.filter(|dia| *dia <= hoje),
        entrada: EntradaTitulo {
            codigo_integracao: linha.codigo_integracao,
            numero: linha.numero,
            emissao: linha.emissao,
            vencimento: linha.vencimento,
            valor: linha.valor,
            devedor: EntradaDevedor {
                codigo_integracao: devedor.codigo_integracao,
                nome: devedor.nome,
                documento: devedor.documento,
                categoria: devedor.categoria,
                score: devedor.score,
                gerente: devedor.gerente,
                emails: some(devedor.emails),
                telefones: some(devedor.telefones),
                enderecos: devedor.endereco.map(|endereco| vec![endereco]),
            },
            credor: linha.credor.map(|c| EntradaCredor { codigo_integracao: c.codigo, nome: c.nome }),
            tipo_negocio: linha.tipo_negocio,
            tipo_titulo: linha.tipo_titulo,
            boleto: Boleto {
                nosso_numero: boleto.nosso_numero,
                linha_digitavel: boleto.linha_digitavel.map(|linha| linha.as_str().to_owned()),
                pix_copia_e_cola: boleto.pix_copia_e_cola,
                link_boleto: boleto.link,
            },
        },
    }
}

/// A blank cell says nothing of what is stored.
fn some<T>(lista: Vec<T>) -> Option<Vec<T>> {
    (!lista.is_empty()).then_some(lista)
}

pub(super) fn reasons(recusa: &ErroLinha) -> Vec<ErroDeLinha> {
    let motivos = recusa.erros.iter().zip(0..);
    let erro = |(erro, ordem): (&sheets::ErroCampo, i16)| ErroDeLinha {
        linha: number(recusa.linha),
        ordem,
        codigo_integracao: recusa.codigo.clone(),
        campo: erro.campo.map(|campo| campo.as_str().to_owned()),
        codigo: erro.motivo.codigo().as_str().to_owned(),
        motivo: if erro.valor.is_empty() {
            erro.motivo.to_string()
        } else {
            format!("{} ({})", erro.motivo, erro.valor)
        },
    };
    motivos.map(erro).collect()
}

/// A line of NDJSON is an item of `PUT /v1/titulos`.
pub(super) fn json_line(linha: i64, bytes: Option<&[u8]>) -> Lida {
    let lida = match bytes {
        Some(bytes) => crate::api::importacoes::parse_line(bytes),
        None => Err((None, vec![ndjson::too_long()])),
    };
    match lida {
        Ok(entrada) => Lida::Boa(Box::new(Item { linha, entrada, pago_em: None })),
        Err((codigo_integracao, erros)) => {
            let erro = |(erro, ordem): (web::ErroCampo, i16)| ErroDeLinha {
                linha,
                ordem,
                codigo_integracao: codigo_integracao.clone(),
                campo: (!erro.campo.is_empty()).then(|| erro.campo.clone()),
                codigo: erro.codigo.to_string(),
                motivo: erro.detalhe.to_string(),
            };
            Lida::Recusada { linha, erros: erros.into_iter().zip(0..).map(erro).collect() }
        }
    }
}
