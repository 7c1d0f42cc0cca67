//! What a person is shown before confirming (rule b14), told apart from anything else by its summary.
//!
//! A portfolio never stands still. Who cannot have the action any more gets nothing of it, whatever was shown, so that fewer than
//! were shown are confirmed as they are; more, others, or another text are not.

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

/// What is other than was shown, and matters; before and now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mudanca {
    /// More can have it.
    ComContato(i64, i64),
    /// The text is another: its version, `None` where there is none that may be sent.
    Texto(Option<i32>, Option<i32>),
}

/// The summary of what was shown: how many could have it, and the SHA-256 of that and of all else that is confirmed, in
/// lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resumo {
    aptos: i64,
    digest: String,
}

/// The text is no summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "deve ser o resumo que a confirmação mostrou: um número, um hífen e 64 dígitos hexadecimais minúsculos"
)]
pub struct ResumoInvalido;

/// Characters of the digest.
const DIGEST: usize = 64;

impl Resumo {
    /// Reads one, as it was given out.
    ///
    /// # Errors
    /// Anything but a number, a hyphen and 64 digits of lower-case hexadecimal.
    pub fn parse(texto: &str) -> Result<Self, ResumoInvalido> {
        let (aptos, digest) = texto.split_once('-').ok_or(ResumoInvalido)?;
        let digitos = digest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if digest.len() != DIGEST || !digitos {
            return Err(ResumoInvalido);
        }
        let lido = Self { aptos: aptos.parse().map_err(|_erro| ResumoInvalido)?, digest: digest.to_owned() };
        if lido.to_string() == texto { Ok(lido) } else { Err(ResumoInvalido) } // a sign, or zeros before it
    }
}

impl fmt::Display for Resumo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.aptos, self.digest)
    }
}

impl Mostrado {
    /// Rule b14: equal for what comes to the same when it is confirmed, and for nothing else.
    #[must_use]
    pub fn resumo(&self) -> Resumo {
        Resumo { aptos: self.com_contato, digest: self.digest(self.com_contato) }
    }

    /// Rule b15: whether this is what `resumo` was given out for, or that without some who left.
    #[must_use]
    pub fn cabe_em(&self, resumo: &Resumo) -> bool {
        self.e_de(resumo) && self.com_contato <= resumo.aptos
    }

    /// What is other in `agora` than `resumo` was given out for, when this was chosen before; nothing where it fits, and where it
    /// is of another selection.
    #[must_use]
    pub fn mudancas(&self, resumo: &Resumo, agora: &Self) -> Vec<Mudanca> {
        let desta = self.e_de(resumo) || agora.e_de(resumo);
        let mais = desta && agora.com_contato > resumo.aptos;
        let versao = |mostrado: &Self| mostrado.texto.as_ref().map(|texto| texto.versao);
        let outro = self.texto != agora.texto && !agora.e_de(resumo);
        let mais = mais.then_some(Mudanca::ComContato(resumo.aptos, agora.com_contato));
        mais.into_iter().chain(outro.then(|| Mudanca::Texto(versao(self), versao(agora)))).collect()
    }

    /// Whether it is of the same action, the same who, and the same text.
    fn e_de(&self, resumo: &Resumo) -> bool {
        self.digest(resumo.aptos) == resumo.digest
    }

    fn digest(&self, aptos: i64) -> String {
        let digest = self.partes(aptos).iter().fold(Sha256::new(), |digest, parte| {
            // The length before each, so that no two are written alike.
            digest.chain_update(parte.len().to_be_bytes()).chain_update(parte)
        });
        format!("{:x}", digest.finalize())
    }

    /// All that is confirmed, piece by piece; the first says how the others are written. Who meets it and cannot have it gets nothing.
    fn partes(&self, aptos: i64) -> Vec<String> {
        let Self { tipo, quem, atendem: _, com_contato: _, excluidos: _, texto } = self;
        let mut partes =
            vec!["lote.2".to_owned(), tipo.as_str().to_owned(), quem.canonico(), aptos.to_string()];
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
        fn b14_a_summary_takes_what_was_shown_or_less_of_it_and_what_is_other_is_told((um, agora) in par()) {
            let resumo = um.resumo();
            let mesmo = (um.tipo, &um.quem, &um.texto) == (agora.tipo, &agora.quem, &agora.texto);
            prop_assert_eq!(agora.cabe_em(&resumo), mesmo && agora.com_contato <= um.com_contato);
            prop_assert!(um.cabe_em(&resumo));
            prop_assert_eq!(Resumo::parse(&resumo.to_string()), Ok(resumo.clone()));
            if (um.tipo, &um.quem) == (agora.tipo, &agora.quem) {
                let mais = agora.com_contato > um.com_contato;
                let versao = |texto: &Option<TextoMostrado>| texto.as_ref().map(|texto| texto.versao);
                let mudancas = [
                    mais.then_some(Mudanca::ComContato(um.com_contato, agora.com_contato)),
                    (um.texto != agora.texto).then(|| Mudanca::Texto(versao(&um.texto), versao(&agora.texto))),
                ];
                prop_assert_eq!(um.mudancas(&resumo, &agora), mudancas.into_iter().flatten().collect::<Vec<_>>());
            }
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
        assert_eq!(
            um.resumo().to_string(),
            "582-4af83fa863206f1f2168539a210e63a527822b7d3ad7c9f2dd37e2098ea27e0d"
        );
    }

    #[test]
    fn b03_another_sheet_is_for_others_even_where_as_many_are_meant() {
        let da = |n: u128| {
            let id = PlanilhaId::new(Uuid::from_u128(n));
            let planilha = Planilha { id, avulsa: false, aceitas: 594, repetidas: 3, recusadas: 1 };
            Mostrado { quem: Quem::Planilha(planilha), ..de("{}") }
        };
        assert!(!da(2).cabe_em(&da(1).resumo()) && !da(1).cabe_em(&de("{}").resumo()));
        assert_eq!(da(2).mudancas(&da(1).resumo(), &da(2)), [], "it is of another selection");
        assert_eq!(
            da(1).resumo().to_string(),
            "582-8b62779245fb996bdf85be6bfc4ccbf96f343c22fa48ae40a3c6aeba3b60a7f7"
        );
    }

    #[test]
    fn b14_a_text_that_was_shown_as_it_is_now_is_no_change() {
        let texto = |versao| {
            let template = TemplateId::new(Uuid::nil());
            TextoMostrado { template, versao, assunto: None, corpo: versao.to_string() }
        };
        let escolhido = Mostrado { texto: Some(texto(1)), ..de("{}") };
        let agora = Mostrado { texto: Some(texto(2)), com_contato: 590, ..escolhido.clone() };
        let visto = Mostrado { com_contato: 585, ..agora.clone() }.resumo();
        assert_eq!(escolhido.mudancas(&visto, &agora), [Mudanca::ComContato(585, 590)]);
    }

    #[test]
    fn only_what_was_given_out_is_a_summary() {
        let bom = "a".repeat(64);
        assert!(Resumo::parse(&format!("582-{bom}")).is_ok());
        for numero in ["", "x", "-1", "+1", "01", "1.0", "1 ", "9999999999999999999"] {
            assert_eq!(Resumo::parse(&format!("{numero}-{bom}")), Err(ResumoInvalido), "{numero}");
        }
        for ruim in ["", "abc", &"A".repeat(64), &"g".repeat(64), &"a".repeat(65), &"é".repeat(32)] {
            assert_eq!(Resumo::parse(ruim), Err(ResumoInvalido), "{ruim}");
            assert_eq!(Resumo::parse(&format!("1-{ruim}")), Err(ResumoInvalido), "{ruim}");
        }
        assert_eq!(Resumo::parse(&bom), Err(ResumoInvalido));
    }
}
