//! Filters with an index of their own, which knows nothing of any order.

use domain::dinheiro::Centavos;

use super::Filtro;

/// A filter that no column of the debtor tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fonte {
    Saldo,
    Cidade,
    Uf,
    CidadeEUf,
}

impl Fonte {
    /// Rows `x`, each of a debtor who meets it.
    fn rows(self) -> &'static str {
        match self {
            Self::Saldo => {
                "cadastro.devedor_saldo x WHERE x.empresa_id = $1 \
                    AND x.saldo BETWEEN coalesce($11, 0) AND coalesce($12, 9223372036854775807)"
            }
            Self::Cidade => {
                "cadastro.meio_contato x WHERE x.empresa_id = $1 AND x.tipo = 'endereco' \
                    AND x.cidade_busca = cadastro.texto_busca($13)"
            }
            Self::Uf => {
                "cadastro.meio_contato x WHERE x.empresa_id = $1 AND x.tipo = 'endereco' AND x.uf = $14"
            }
            Self::CidadeEUf => {
                "cadastro.meio_contato x WHERE x.empresa_id = $1 AND x.tipo = 'endereco' \
                    AND x.uf = $14 AND x.cidade_busca = cadastro.texto_busca($13)"
            }
        }
    }

    /// The debtors of the first so many of them, in the order of their index.
    pub(super) fn ids(self, ate: i64) -> String {
        let ordem = match self {
            Self::Saldo => "x.saldo",
            Self::Cidade | Self::CidadeEUf => "x.devedor_id",
            Self::Uf => "x.cidade_busca",
        };
        format!("SELECT x.devedor_id FROM {} ORDER BY {ordem} LIMIT {ate}", self.rows())
    }

    /// Whether `d` has such a row. What stands in the place of a value is looked up for each debtor, and is no join.
    pub(super) fn test(self) -> String {
        format!("(SELECT true FROM {} AND x.devedor_id = d.id LIMIT 1)", self.rows())
    }

    pub(super) fn count(self, ate: i64) -> String {
        format!("SELECT count(*) AS n FROM ({}) x", self.ids(ate))
    }
}

impl Filtro {
    /// Those that are asked for.
    pub(super) fn fontes(&self) -> Vec<Fonte> {
        let com_saldo = self.saldo_de.is_some_and(|de| de > Centavos::ZERO) || self.saldo_ate.is_some();
        let lugar = match (&self.cidade, self.uf) {
            (Some(_), Some(_)) => Some(Fonte::CidadeEUf),
            (Some(_), None) => Some(Fonte::Cidade),
            (None, Some(_)) => Some(Fonte::Uf),
            (None, None) => None,
        };
        com_saldo.then_some(Fonte::Saldo).into_iter().chain(lugar).collect()
    }
}
