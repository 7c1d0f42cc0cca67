//! The ways to reach a debtor, as they come in and as they are shown.

use chrono::{DateTime, Utc};
use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use domain::email::EnderecoEmail;
use domain::endereco::{Cep, Endereco, Uf};
use domain::meio::{CanalOptOut, OrigemContato};
use domain::telefone::Telefone;
use store::devedores::{Marcas, Meio, OptOut};
use utoipa::ToSchema;
use web::{ErroValor, ErrosCampo, Lido, Lista, Texto, esquema};

/// Nobody has more that are worth keeping.
pub(super) const MAX_MEIOS: usize = 20;
/// One per channel.
pub(super) const MAX_OPT_OUT: usize = 4;

/// What comes in with every way to reach somebody, beside the way itself.
macro_rules! entradas {
    ($($(#[$doc:meta])* $nome:ident { $($(#[$campo_doc:meta])* $campo:ident: $tipo:ty,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Deserr, ToSchema)]
        #[deserr(error = ErrosCampo, deny_unknown_fields, validate = Self::check -> ErrosCampo)]
        pub(super) struct $nome {
            $($(#[$campo_doc])* $campo: $tipo,)+
            /// De onde veio; ausente, mantém, e um novo é `erp` no envio e `manual` na mudança.
            #[deserr(default)]
            #[schema(value_type = Option<esquema::OrigemContato>)]
            origem: Option<OrigemContato>,
            /// Se vem antes dos outros; no máximo um da lista.
            #[deserr(default)]
            preferido: Option<bool>,
            /// Quando alguém confirmou que é do devedor.
            #[deserr(default)]
            #[schema(value_type = Option<esquema::Instante>)]
            confirmado_em: Option<DateTime<Utc>>,
            /// Se pode ser usado; ausente, mantém, e um novo pode.
            #[deserr(default)]
            valido: Option<bool>,
            /// Por que não pode ser usado; só com `valido` falso.
            #[deserr(default)]
            motivo: Option<Texto<1, 200>>,
        }

        impl $nome {
            fn marcas(&self) -> Marcas {
                Marcas {
                    origem: self.origem,
                    preferido: self.preferido,
                    confirmado_em: self.confirmado_em,
                    valido: self.valido,
                    motivo: self.motivo.clone().map(Texto::into_string),
                }
            }

            fn check(self, local: ValuePointerRef<'_>) -> Result<Self, ErrosCampo> {
                if self.motivo.is_some() && self.valido != Some(false) {
                    let erro = ErroValor::new("nao_combina", "o motivo só vem com valido falso");
                    return Err(ErrosCampo::at(local.push_key("motivo"), erro));
                }
                Ok(self)
            }
        }
    )+};
}

entradas! {
    /// Um e-mail do devedor. O texto sozinho é o mesmo que o objeto só com ele.
    EmailEntrada {
        /// Endereço.
        #[schema(value_type = esquema::Email)]
        email: EnderecoEmail,
    }
    /// Um telefone do devedor. O texto sozinho é o mesmo que o objeto só com ele.
    TelefoneEntrada {
        /// Número com DDD, de qualquer forma que se escreva.
        #[schema(value_type = esquema::Telefone)]
        telefone: Telefone,
    }
    /// Um endereço do devedor. Para cartas precisa de `cep` e `logradouro`.
    EnderecoEntrada {
        /// Rua, avenida, praça.
        #[deserr(default)]
        logradouro: Option<Texto<1, 150>>,
        /// Número, ou `s/n`.
        #[deserr(default)]
        numero: Option<Texto<1, 20>>,
        /// Apartamento, bloco, andar.
        #[deserr(default)]
        complemento: Option<Texto<1, 80>>,
        /// Bairro.
        #[deserr(default)]
        bairro: Option<Texto<1, 80>>,
        /// Município.
        cidade: Texto<1, 80>,
        /// Sigla do estado.
        #[schema(value_type = esquema::Uf)]
        uf: Uf,
        /// CEP, do mesmo estado.
        #[deserr(default)]
        #[schema(value_type = Option<esquema::Cep>)]
        cep: Option<Cep>,
        /// Código IBGE do município, do mesmo estado.
        #[deserr(default)]
        #[schema(value_type = Option<u32>, minimum = 1_100_000, maximum = 5_399_999)]
        ibge: Option<Lido<u32>>,
    }
}

impl EnderecoEntrada {
    fn endereco(&self) -> Endereco {
        let texto = |texto: Option<&str>| texto.map(str::to_owned);
        Endereco {
            logradouro: texto(self.logradouro.as_deref()),
            numero: texto(self.numero.as_deref()),
            complemento: texto(self.complemento.as_deref()),
            bairro: texto(self.bairro.as_deref()),
            cidade: self.cidade.to_string(),
            uf: self.uf,
            cep: self.cep,
            ibge: self.ibge.map(|ibge| ibge.0),
        }
    }
}

/// What a list holds.
pub(super) struct Item<T>(Meio<T>);

/// `Deserr` for an item that may also be the text alone.
macro_rules! text_or_object {
    ($($tipo:ty, $objeto:ident, $campo:ident;)+) => {$(
        impl Deserr<ErrosCampo> for Item<$tipo> {
            fn deserialize_from_value<V: IntoValue>(
                valor: Value<V>,
                local: ValuePointerRef<'_>,
            ) -> Result<Self, ErrosCampo> {
                if matches!(valor, Value::String(_)) {
                    return <$tipo>::deserialize_from_value(valor, local).map(|lido| Self(Meio::new(lido)));
                }
                let lido = $objeto::deserialize_from_value(valor, local)?;
                Ok(Self(Meio { marcas: lido.marcas(), valor: lido.$campo }))
            }
        }
    )+};
}

text_or_object! {
    EnderecoEmail, EmailEntrada, email;
    Telefone, TelefoneEntrada, telefone;
}

impl Deserr<ErrosCampo> for Item<Endereco> {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        let lido = EnderecoEntrada::deserialize_from_value(valor, local)?;
        let valor = lido.endereco();
        match valor.check() {
            Ok(()) => Ok(Self(Meio { valor, marcas: lido.marcas() })),
            Err(erro) => Err(ErrosCampo::at(local, ErroValor::new("nao_combina", erro.to_string()))),
        }
    }
}

/// Rule m11: one of them at most comes before the others.
pub(super) struct Meios<T>(pub(super) Vec<Meio<T>>);

impl<T> Default for Meios<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deserr<ErrosCampo> for Meios<T>
where
    Item<T>: Deserr<ErrosCampo>,
{
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        let lista = Lista::<Item<T>, MAX_MEIOS>::deserialize_from_value(valor, local)?;
        let preferidos = lista.iter().filter(|item| item.0.marcas.preferido == Some(true)).count();
        if preferidos > 1 {
            let erro = ErroValor::new("nao_combina", "só um da lista pode ser o preferido");
            return Err(ErrosCampo::at(local, erro));
        }
        Ok(Self(lista.into_iter().map(|item| item.0).collect()))
    }
}

/// Um canal por que o devedor pediu para não ser procurado.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
pub(super) struct OptOutEntrada {
    /// Canal: `telefone` é ligação, `sms` é mensagem ao celular.
    #[schema(value_type = esquema::CanalOptOut)]
    canal: CanalOptOut,
    /// Desde quando; ausente, mantém, e um novo é desde agora.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Instante>)]
    desde: Option<DateTime<Utc>>,
    /// Por quê, ou como pediu.
    #[deserr(default)]
    motivo: Option<Texto<1, 200>>,
}

impl From<OptOutEntrada> for OptOut {
    fn from(entrada: OptOutEntrada) -> Self {
        Self { canal: entrada.canal, desde: entrada.desde, motivo: entrada.motivo.map(Texto::into_string) }
    }
}
