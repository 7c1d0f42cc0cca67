//! The títulos of the answer.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::dinheiro::Centavos;
use domain::ids::{ReguaId, TituloId};
use domain::regua::{Razao, SobreTitulo};
use domain::titulo::Titulo;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use web::esquema;

use super::frases;
use super::leitor::Leitor;

/// Títulos listed one by one.
const MAX_TITULOS: usize = 200;

/// Os títulos do devedor.
#[derive(Serialize, ToSchema)]
pub(super) struct Titulos {
    /// Quantos há, contando os pagos e cancelados.
    #[schema(example = 7)]
    total: i64,
    /// Quantos há de cada código; dos pagos e cancelados, no máximo 100.
    por_codigo: Vec<PorCodigo>,
    /// Os do vencimento mais antigo primeiro; no máximo 200.
    itens: Vec<SobreUmTitulo>,
}

/// Os títulos de um código.
#[derive(Serialize, ToSchema)]
struct PorCodigo {
    /// Código.
    #[schema(value_type = esquema::Razao, example = "na_regua")]
    codigo: &'static str,
    /// Quantos são.
    #[schema(example = 6)]
    quantos: usize,
    /// Quanto somam.
    #[schema(value_type = esquema::Soma)]
    valor: String,
}

/// Onde está um título, e por quê.
#[derive(Serialize, ToSchema)]
struct SobreUmTitulo {
    /// Título.
    titulo_id: Uuid,
    /// Vencimento escrito nele.
    vencimento: NaiveDate,
    /// Até quando pode ser pago sem estar vencido.
    vencimento_efetivo: NaiveDate,
    /// O que falta pagar.
    #[schema(value_type = esquema::Dinheiro)]
    saldo: String,
    /// Status gravado.
    #[schema(value_type = esquema::StatusTitulo)]
    status: &'static str,
    /// Por que é ou não é cobrado.
    #[schema(value_type = esquema::Razao, example = "a_vencer")]
    codigo: &'static str,
    /// A regra que o diz.
    #[schema(example = "n02")]
    regra: &'static str,
    /// O mesmo, em palavras.
    frase: String,
    /// A régua que o tem depois da noite.
    regua_id: Option<Uuid>,
    /// Desde quando está parado nela.
    parado_desde: Option<NaiveDate>,
    /// Quando isso muda por si: primeira noite em que está vencido, ou data em que o status muda sozinho.
    muda_em: Option<NaiveDate>,
}

/// The títulos, `fechados` of which are paid or cancelled.
pub(super) fn read(leitor: &Leitor<'_>, fechados: i64) -> Titulos {
    let sobre: BTreeMap<TituloId, &Titulo> = leitor.devedor.titulos.iter().map(|t| (t.id, t)).collect();
    let mut por_codigo: BTreeMap<Razao, (usize, Centavos)> = BTreeMap::new();
    let mut abertos = 0;
    for um in &leitor.explicacao.titulos {
        let saldo = sobre.get(&um.titulo).map_or(Centavos::ZERO, |titulo| titulo.saldo);
        let soma = por_codigo.entry(um.razao).or_default();
        *soma = (soma.0 + 1, [soma.1, saldo].into_iter().sum());
        abertos += i64::from(!matches!(um.razao, Razao::Pago | Razao::Cancelado));
    }
    let itens = leitor.explicacao.titulos.iter().filter(|um| leitor.wanted(&[um.titulo]));
    let itens = itens.filter_map(|um| Some(one(leitor, um, sobre.get(&um.titulo)?)));
    Titulos {
        total: abertos + fechados,
        por_codigo: por_codigo
            .into_iter()
            .map(|(razao, (quantos, valor))| PorCodigo {
                codigo: razao.as_str(),
                quantos,
                valor: valor.to_string(),
            })
            .collect(),
        itens: itens.take(MAX_TITULOS).collect(),
    }
}

fn one(leitor: &Leitor<'_>, um: &SobreTitulo, titulo: &Titulo) -> SobreUmTitulo {
    let regua = um.regua.map(|regua| leitor.name(regua)).unwrap_or_default();
    SobreUmTitulo {
        titulo_id: titulo.id.uuid(),
        vencimento: titulo.vencimento,
        vencimento_efetivo: um.vencimento_efetivo,
        saldo: titulo.saldo.to_string(),
        status: titulo.status.as_str(),
        codigo: um.razao.as_str(),
        regra: um.razao.regra(),
        frase: frases::of_titulo(um, titulo.vencimento, leitor.explicacao.noite, &regua),
        regua_id: um.regua.map(ReguaId::uuid),
        parado_desde: um.desde,
        muda_em: um.ate,
    }
}
