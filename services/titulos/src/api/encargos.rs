//! What lateness costs, as a company or a creditor sets it.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use domain::Rotulo;
use domain::encargos::{Contagem, Encargos, Juros, Taxa};
use serde::Serialize;
use store::{StoreError, Tenant, indices};
use utoipa::ToSchema;
use web::{ErroCampo, ErroValor, ErrosCampo, Problema, Texto, esquema};

/// A year of grace is more than anybody gives.
const MAX_CARENCIA: u16 = 365;

/// Encargos de mora, sempre simples. O que não vem é o usual: multa de 2 %, juros de 1 % ao mês, sem correção nem carência.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields, validate = one_interest -> ErroValor)]
pub(super) struct EncargosEntrada {
    /// Multa, em % do valor corrigido, uma vez.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Taxa>)]
    multa: Option<Percentagem>,
    /// Juros, em % ao mês.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Taxa>)]
    juros_ao_mes: Option<Percentagem>,
    /// Como o tempo conta: `comercial` (dias/30), `civil` (dias/365 de doze meses) ou `mes_cheio`.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::ContagemDeDias>)]
    contagem: Option<Contagem>,
    /// Série que dá os juros de cada mês, como a taxa legal, no lugar de `juros_ao_mes`. Ao menos um mês dela já foi gravado por
    /// `PUT /v1/indices`.
    #[deserr(default)]
    #[schema(value_type = Option<Texto<1, 60>>)]
    serie_de_juros: Option<Rotulo>,
    /// Série que corrige o valor, como o IPCA; também ela já gravada.
    #[deserr(default)]
    #[schema(value_type = Option<Texto<1, 60>>)]
    correcao: Option<Rotulo>,
    /// Dias de atraso sem encargo nenhum; no dia seguinte a eles, contam todos.
    #[deserr(default)]
    #[schema(value_type = Option<u16>, minimum = 0, maximum = 365)]
    carencia_dias: Option<Carencia>,
}

/// Text, or the number that many ERPs write.
struct Percentagem(Taxa);

struct Carencia(u16);

fn one_interest(lido: EncargosEntrada, _: ValuePointerRef<'_>) -> Result<EncargosEntrada, ErroValor> {
    if lido.serie_de_juros.is_some() && (lido.juros_ao_mes.is_some() || lido.contagem.is_some()) {
        let detalhe = "use serie_de_juros, ou juros_ao_mes e contagem";
        return Err(ErroValor::new("nao_combina", detalhe));
    }
    Ok(lido)
}

impl From<EncargosEntrada> for Encargos {
    fn from(entrada: EncargosEntrada) -> Self {
        let usual = Self::default();
        let juros = match (entrada.serie_de_juros, usual.juros) {
            (Some(serie), _) | (None, Juros::Serie { serie }) => Juros::Serie { serie },
            (None, Juros::Fixos { ao_mes, contagem }) => Juros::Fixos {
                ao_mes: entrada.juros_ao_mes.map_or(ao_mes, |taxa| taxa.0),
                contagem: entrada.contagem.unwrap_or(contagem),
            },
        };
        Self {
            multa: entrada.multa.map_or(usual.multa, |taxa| taxa.0),
            juros,
            correcao: entrada.correcao,
            carencia_dias: entrada.carencia_dias.map_or(0, |carencia| carencia.0),
        }
    }
}

/// A series of which the company has no month would correct nothing and bear no interest, without a word: most likely its
/// name is misspelt.
///
/// # Errors
/// 422 with every series that is not known.
pub(super) fn with_series(
    t: &mut Tenant<'_>,
    encargos: &Encargos,
) -> Result<Result<(), Problema>, StoreError> {
    let de_juros = match &encargos.juros {
        Juros::Serie { serie } => Some(serie),
        Juros::Fixos { .. } => None,
    };
    let mut erros = Vec::new();
    for (campo, serie) in [("serie_de_juros", de_juros), ("correcao", encargos.correcao.as_ref())] {
        if let Some(serie) = serie
            && !indices::exists(t, serie)?
        {
            erros.push(ErroCampo {
                campo: format!("/encargos/{campo}"),
                codigo: "nao_encontrado".into(),
                detalhe: "a empresa não tem nenhum mês desta série; grave-os antes com PUT /v1/indices"
                    .into(),
            });
        }
    }
    Ok(if erros.is_empty() { Ok(()) } else { Err(Problema::validacao(erros)) })
}

impl Deserr<ErrosCampo> for Percentagem {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        let texto = match valor {
            Value::Integer(numero) => numero.to_string(),
            Value::Float(numero) => numero.to_string(),
            outro @ (Value::Null
            | Value::Boolean(_)
            | Value::NegativeInteger(_)
            | Value::String(_)
            | Value::Sequence(_)
            | Value::Map(_)) => String::deserialize_from_value(outro, local)?,
        };
        let taxa = Taxa::parse(&texto);
        taxa.map(Self).map_err(|e| ErrosCampo::at(local, ErroValor::new("formato_invalido", e.to_string())))
    }
}

impl Deserr<ErrosCampo> for Carencia {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        let lido = u16::deserialize_from_value(valor, local)?;
        let fora = || ErrosCampo::at(local, ErroValor::new("fora_do_intervalo", "deve ser de 0 a 365"));
        (lido <= MAX_CARENCIA).then_some(Self(lido)).ok_or_else(fora)
    }
}

/// Encargos de mora.
#[derive(Serialize, ToSchema)]
pub(super) struct EncargosLidos {
    /// Multa, em % do valor corrigido, uma vez.
    #[schema(example = "2.00")]
    multa: String,
    /// Juros, em % ao mês; nulo quando vêm de uma série.
    #[schema(example = "1.00")]
    juros_ao_mes: Option<String>,
    /// Como o tempo conta; nulo quando os juros vêm de uma série.
    #[schema(value_type = Option<esquema::ContagemDeDias>)]
    contagem: Option<&'static str>,
    /// Série que dá os juros de cada mês.
    serie_de_juros: Option<String>,
    /// Série que corrige o valor.
    correcao: Option<String>,
    /// Dias de atraso sem encargo nenhum.
    carencia_dias: u16,
}

impl From<Encargos> for EncargosLidos {
    fn from(encargos: Encargos) -> Self {
        let (ao_mes, contagem, serie) = match encargos.juros {
            Juros::Fixos { ao_mes, contagem } => (Some(ao_mes.to_string()), Some(contagem.as_str()), None),
            Juros::Serie { serie } => (None, None, Some(serie.to_string())),
        };
        Self {
            multa: encargos.multa.to_string(),
            juros_ao_mes: ao_mes,
            contagem,
            serie_de_juros: serie,
            correcao: encargos.correcao.map(|serie| serie.to_string()),
            carencia_dias: encargos.carencia_dias,
        }
    }
}
