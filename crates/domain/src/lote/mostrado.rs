//! What a person is shown before confirming (rule b14), told apart from anything else by its summary.

use std::fmt;

use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::Quem;
use crate::execucao::Canal;
use crate::filtro::Exclusao;
use crate::ids::TemplateId;

/// A text that is sent, as its template had it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextoMostrado {
    /// Whose text it is.
    pub template: TemplateId,
    /// Which of its versions.
    pub versao: i32,
    /// Subject; e-mail only.
    pub assunto: Option<String>,
    /// Body, with coringas.
    pub corpo: String,
}

/// All that is confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mostrado {
    /// What is done.
    pub tipo: Canal,
    /// To whom.
    pub quem: Quem,
    /// Rule b09: how many are meant.
    pub atendem: i64,
    /// Rule b10: how many of them can have it.
    pub com_contato: i64,
    /// Rule b10: the others by reason, in the order of [`Exclusao`].
    pub excluidos: Vec<(Exclusao, i64)>,
    /// What they are told, where the kind tells anything.
    pub texto: Option<TextoMostrado>,
}

/// What changed since something was shown; numbers before and now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mudanca {
    /// It is another action.
    Tipo,
    /// Others are meant: by another filter, or by another sheet.
    Quem,
    /// More or fewer are meant.
    Atendem(i64, i64),
    /// More or fewer can have it.
    ComContato(i64, i64),
    /// More or fewer cannot, for this reason.
    Excluidos(Exclusao, i64, i64),
    /// The text is another: its version before and now, `None` where there is none that may be sent.
    Texto(Option<i32>, Option<i32>),
}

/// The summary of what was shown: SHA-256 in lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resumo(String);

/// The text is no summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("deve ser o resumo que a confirmação mostrou: 64 dígitos hexadecimais minúsculos")]
pub struct ResumoInvalido;

impl Resumo {
    /// Characters of one.
    pub const TAMANHO: usize = 64;

    /// Reads one, as it was given out.
    ///
    /// # Errors
    /// Anything but 64 digits of lower-case hexadecimal.
    pub fn parse(texto: &str) -> Result<Self, ResumoInvalido> {
        let digitos = texto.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if texto.len() == Self::TAMANHO && digitos { Ok(Self(texto.to_owned())) } else { Err(ResumoInvalido) }
    }

    /// As it is given out.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Resumo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Mostrado {
    /// Rule b14: equal for what is shown alike, and for nothing else.
    #[must_use]
    pub fn resumo(&self) -> Resumo {
        let digest = self.partes().iter().fold(Sha256::new(), |digest, parte| {
            // The length before each, so that no two are written alike.
            digest.chain_update(parte.len().to_be_bytes()).chain_update(parte)
        });
        Resumo(format!("{:x}", digest.finalize()))
    }

    /// What is other in `agora`; nothing where both have the same summary.
    #[must_use]
    pub fn diferenca(&self, agora: &Self) -> Vec<Mudanca> {
        let mut mudancas = Vec::new();
        if self.tipo != agora.tipo {
            mudancas.push(Mudanca::Tipo);
        }
        if self.quem != agora.quem {
            mudancas.push(Mudanca::Quem);
        }
        if self.atendem != agora.atendem {
            mudancas.push(Mudanca::Atendem(self.atendem, agora.atendem));
        }
        if self.com_contato != agora.com_contato {
            mudancas.push(Mudanca::ComContato(self.com_contato, agora.com_contato));
        }
        for motivo in Exclusao::TODOS {
            let (antes, depois) = (self.excluidos_por(*motivo), agora.excluidos_por(*motivo));
            if antes != depois {
                mudancas.push(Mudanca::Excluidos(*motivo, antes, depois));
            }
        }
        if self.texto != agora.texto {
            let versao = |mostrado: &Self| mostrado.texto.as_ref().map(|texto| texto.versao);
            mudancas.push(Mudanca::Texto(versao(self), versao(agora)));
        }
        mudancas
    }

    /// How many cannot have it for this reason.
    #[must_use]
    pub fn excluidos_por(&self, motivo: Exclusao) -> i64 {
        self.excluidos.iter().filter(|(este, _)| *este == motivo).map(|(_, n)| n).sum()
    }

    /// All of it, piece by piece; the first says how the others are written.
    fn partes(&self) -> Vec<String> {
        let Self { tipo, quem, atendem, com_contato, excluidos: _, texto } = self;
        let mut partes = vec!["lote.1".to_owned(), tipo.as_str().to_owned(), quem.canonico()];
        partes.extend([atendem, com_contato].map(ToString::to_string));
        partes
            .extend(Exclusao::TODOS.iter().map(|motivo| format!("{motivo} {}", self.excluidos_por(*motivo))));
        if let Some(TextoMostrado { template, versao, assunto, corpo }) = texto {
            partes.extend([template.to_string(), versao.to_string(), corpo.clone()]);
            partes.extend(assunto.clone());
        }
        partes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::filtro::{EXEMPLOS, Filtro};
    use crate::ids::PlanilhaId;
    use crate::lote::Planilha;

    fn quem() -> impl Strategy<Value = Quem> {
        let exemplos: Vec<_> = EXEMPLOS.iter().map(|exemplo| exemplo.json).collect();
        let filtro = prop::sample::select(exemplos)
            .prop_map(|json| Quem::Filtro(Filtro::ler(&serde_json::from_str(json).unwrap()).unwrap()));
        let planilha =
            (0..2_u128, 0..2_i64, 0..2_i64, 0..2_i64).prop_map(|(id, aceitas, repetidas, recusadas)| {
                let id = PlanilhaId::new(Uuid::from_u128(id));
                Quem::Planilha(Planilha { id, avulsa: false, aceitas, repetidas, recusadas })
            });
        prop_oneof![filtro, planilha]
    }

    fn texto() -> impl Strategy<Value = Option<TextoMostrado>> {
        let texto = (0..2_u128, 1..3, prop::option::of("[ab]{0,2}"), "[ab]{0,2}");
        prop::option::of(texto.prop_map(|(id, versao, assunto, corpo)| TextoMostrado {
            template: TemplateId::new(Uuid::from_u128(id)),
            versao,
            assunto,
            corpo,
        }))
    }

    fn mostrado() -> impl Strategy<Value = Mostrado> {
        let excluidos = prop::collection::btree_map(prop::sample::select(Exclusao::TODOS), 1..3_i64, 0..3);
        let tipo = prop::sample::select(Canal::TODOS);
        (tipo, quem(), 0..3_i64, 0..3_i64, excluidos, texto()).prop_map(
            |(tipo, quem, atendem, com_contato, excluidos, texto)| Mostrado {
                tipo,
                quem,
                atendem,
                com_contato,
                excluidos: excluidos.into_iter().collect(),
                texto,
            },
        )
    }

    /// The first, and the same with one piece of the second, however small.
    fn par() -> impl Strategy<Value = (Mostrado, Mostrado)> {
        (mostrado(), mostrado(), 0..11).prop_map(|(um, outro, qual)| {
            let mut quase = um.clone();
            match qual {
                0 => quase.tipo = outro.tipo,
                1 => quase.quem = outro.quem,
                2 => quase.atendem = outro.atendem,
                3 => quase.com_contato = outro.com_contato,
                4 => quase.excluidos = outro.excluidos,
                5 => quase.texto = outro.texto,
                6 => quase = outro,
                _ => {
                    if let (Some(texto), Some(outro)) = (quase.texto.as_mut(), outro.texto) {
                        match qual {
                            7 => texto.template = outro.template,
                            8 => texto.versao = outro.versao,
                            9 => texto.assunto = outro.assunto,
                            _ => texto.corpo = outro.corpo,
                        }
                    }
                }
            }
            (um, quase)
        })
    }

    proptest! {
        #[test]
        fn b14_a_summary_is_of_one_thing_and_what_is_other_is_told((um, outro) in par()) {
            prop_assert_eq!(um == outro, um.resumo() == outro.resumo());
            prop_assert_eq!(um == outro, um.diferenca(&outro).is_empty());
            prop_assert_eq!(Resumo::parse(um.resumo().as_str()), Ok(um.resumo()));
        }
    }

    fn de(json: &str) -> Mostrado {
        Mostrado {
            tipo: Canal::Email,
            quem: Quem::Filtro(Filtro::ler(&serde_json::from_str(json).unwrap()).unwrap()),
            atendem: 594,
            com_contato: 582,
            excluidos: vec![(Exclusao::SemContato, 12)],
            texto: None,
        }
    }

    #[test]
    fn b14_a_summary_is_the_same_in_every_process_and_version() {
        let um =
            de(r#"{"devedor":{"uf":["SP","PR"],"gerente":["Ana"]},"titulo":{"vencimento_de":"2026-11-01"}}"#);
        let outro =
            de(r#"{"titulo":{"vencimento_de":"2026-11-01"},"devedor":{"gerente":["Ana"],"uf":["PR","SP"]}}"#);
        assert_eq!(um.resumo(), outro.resumo());
        assert_eq!(um.resumo().as_str(), "f8b26d65d8bbd1f7ce25afdb56d2ccefc9c8ba772247dc5169c99aeada9082ad");
    }

    #[test]
    fn b03_another_sheet_is_for_others_even_where_as_many_are_meant() {
        let da = |n: u128| {
            let id = PlanilhaId::new(Uuid::from_u128(n));
            let planilha = Planilha { id, avulsa: false, aceitas: 594, repetidas: 3, recusadas: 1 };
            Mostrado { quem: Quem::Planilha(planilha), ..de("{}") }
        };
        assert_eq!(da(1).diferenca(&da(2)), [Mudanca::Quem]);
        assert_eq!(de("{}").diferenca(&da(1)), [Mudanca::Quem]);
        assert_eq!(
            da(1).resumo().as_str(),
            "b22ea295c3ce6607bd58588faa2ac3f947a805c870933dd537bed74b0f566e5f"
        );
    }

    #[test]
    fn what_changed_is_told_with_its_numbers() {
        let um = de("{}");
        let outro = Mostrado {
            atendem: 593,
            excluidos: vec![(Exclusao::SemContato, 10), (Exclusao::OptOut, 1)],
            ..um.clone()
        };
        let mudancas = [
            Mudanca::Atendem(594, 593),
            Mudanca::Excluidos(Exclusao::SemContato, 12, 10),
            Mudanca::Excluidos(Exclusao::OptOut, 0, 1),
        ];
        assert_eq!(um.diferenca(&outro), mudancas);
    }

    #[test]
    fn only_what_was_given_out_is_a_summary() {
        for ruim in ["", "abc", &"A".repeat(64), &"g".repeat(64), &"a".repeat(65), &"é".repeat(32)] {
            assert_eq!(Resumo::parse(ruim), Err(ResumoInvalido), "{ruim}");
        }
    }
}
