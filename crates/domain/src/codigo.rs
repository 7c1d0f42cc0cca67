//! Enums that have one stable spelling in JSON, SQL and messages.
//!
//! One table per enum ([`codigos!`]) gives the spelling, its inverse, `Display` and serde, so that the four
//! never disagree.

use thiserror::Error;

/// A text that is not one of the codes of its field.
///
/// The offending text is not kept: it came from outside and may hold anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("valor desconhecido para {campo}; aceitos: {}", aceitos.join(", "))]
pub struct CodigoDesconhecido {
    /// The field, as it is called in JSON and SQL.
    pub campo: &'static str,
    /// Every code the field accepts.
    pub aceitos: &'static [&'static str],
}

/// Declares an enum of codes: `pub enum Canal("canal") { Email = "email", … }`.
macro_rules! codigos {
    ($(#[$attr:meta])* pub enum $nome:ident($campo:literal) { $($(#[$variante_attr:meta])* $variante:ident = $codigo:literal,)+ }) => {
        $(#[$attr])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $nome { $($(#[$variante_attr])* $variante,)+ }

        impl $nome {
            /// Every value, in the order of the declaration.
            pub const TODOS: &'static [Self] = &[$(Self::$variante),+];

            /// The stable code.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variante => $codigo,)+ }
            }

            /// Reads the stable code, exactly as [`Self::as_str`] writes it.
            ///
            /// # Errors
            /// When `codigo` is none of the codes.
            pub fn parse(codigo: &str) -> Result<Self, $crate::codigo::CodigoDesconhecido> {
                match codigo {
                    $($codigo => Ok(Self::$variante),)+
                    _ => Err($crate::codigo::CodigoDesconhecido { campo: $campo, aceitos: &[$($codigo),+] }),
                }
            }
        }

        impl ::std::fmt::Display for $nome {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::serde::Serialize for $nome {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $nome {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let codigo = <::std::borrow::Cow<'de, str> as ::serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&codigo).map_err(::serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use codigos;
