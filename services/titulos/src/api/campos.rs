//! Fields that several resources have.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use store::devedores::Campo;
use store::titulos::PREFIXO_IMPUTADO;
use web::{ErroValor, ErrosCampo, Inteiro, Texto, parse_texto};

/// A field that a change may empty: absent keeps it, null empties it (RFC 7396). What can never be empty is a `web::NaoNulo`;
/// an `Option` would take a null for absence.
pub(super) struct Anulavel<T>(pub(super) Campo<T>);

impl<T> Default for Anulavel<T> {
    fn default() -> Self {
        Self(Campo::Mantem)
    }
}

impl<T: Default> Anulavel<T> {
    /// Of a list, what it is to be: emptied, it has nothing.
    pub(super) fn list(self) -> Option<T> {
        match self.0 {
            Campo::Mantem => None,
            Campo::Limpa => Some(T::default()),
            Campo::Define(lista) => Some(lista),
        }
    }
}

impl<T: Deserr<ErrosCampo>> Deserr<ErrosCampo> for Anulavel<T> {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        if matches!(valor, Value::Null) {
            return Ok(Self(Campo::Limpa));
        }
        T::deserialize_from_value(valor, local).map(|lido| Self(Campo::Define(lido)))
    }
}

/// From 0 to 1000 (rule s10).
pub(super) type Score = Inteiro<i16, 0, 1000>;

/// How many instalments an agreement has.
pub(super) type Parcelas = Inteiro<u16, 1, 120>;

/// The ERP's own key of a payment: not one of those that a broken agreement books what it had received under.
pub(super) struct CodigoDePagamento(pub(super) String);

impl Deserr<ErrosCampo> for CodigoDePagamento {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        parse_texto(valor, local, |texto| {
            let codigo = Texto::<1, 60>::parse(texto)?.into_string();
            if codigo.starts_with(PREFIXO_IMPUTADO) {
                let detalhe = "códigos que começam com quebra- são do que uma negociação quebrada imputa";
                return Err(ErroValor::new("codigo_reservado", detalhe));
            }
            Ok(Self(codigo))
        })
    }
}
