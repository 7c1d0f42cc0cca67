//! What whoever writes a text should know before it is sent: what keeps it from leaving, and what it had better not say.

use domain::coringas::{Coringa, Texto, Tipo, Trecho, Uso};
use domain::execucao::Canal;
use render::Valores;

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gravidade {
    /// The message does not leave.
    Impede,
    /// It leaves, and had better not.
    Alerta,
}

/// Something found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Achado {
    pub(crate) codigo: &'static str,
    pub(crate) gravidade: Gravidade,
    pub(crate) detalhe: String,
    pub(crate) coringa: Option<Coringa>,
}

/// Words that threaten, or that tell of consequences that a demand does not have (CDC 42 and 71).
const PROIBIDAS: [&str; 10] = [
    "prisao",
    "cadeia",
    "policia",
    "delegacia",
    "oficial de justica",
    "penhora imediata",
    "busca e apreensao imediata",
    "ultimo aviso judicial",
    "caloteiro",
    "processo criminal",
];

/// What each of these is said by: any of its coringas, or its value in so many words (CDC 42-A).
const IDENTIFICACAO: [(&str, &[Coringa]); 3] = [
    ("o nome do credor", &[Coringa::Credor, Coringa::CredorRazaoSocial, Coringa::TextoLegal42a]),
    ("o CPF ou CNPJ do credor", &[Coringa::CredorCnpj, Coringa::TextoLegal42a]),
    ("o endereço do credor", &[Coringa::CredorEndereco, Coringa::TextoLegal42a]),
];

/// A text to look at.
pub(crate) struct Olhado<'a> {
    pub(crate) canal: Canal,
    pub(crate) assunto: Option<&'a Texto>,
    pub(crate) corpo: &'a Texto,
    pub(crate) valores: &'a Valores,
    /// What it becomes; empty when it becomes nothing.
    pub(crate) pronto: &'a str,
}

/// Everything found, what keeps the message from leaving first.
pub(crate) fn find(olhado: &Olhado<'_>) -> Vec<Achado> {
    let textos: Vec<&Texto> = olhado.assunto.into_iter().chain([olhado.corpo]).collect();
    let mut achados: Vec<Achado> = without_value(&textos, olhado.valores).into_iter().map(named).collect();
    achados.extend(identification(olhado));
    achados.extend(language(olhado));
    achados.extend(exposure(olhado));
    achados
}

/// Rule r11: every coringa that these need a value of and have none.
pub(crate) fn without_value(textos: &[&Texto], valores: &Valores) -> Vec<Coringa> {
    let exigidos =
        textos.iter().flat_map(|texto| texto.usos()).filter(|uso| uso.exige_valor()).map(Uso::coringa);
    let mut sem_valor: Vec<Coringa> = exigidos.filter(|coringa| !valores.has(*coringa)).collect();
    sem_valor.sort_unstable();
    sem_valor.dedup();
    sem_valor
}

fn named(coringa: Coringa) -> Achado {
    Achado {
        codigo: "coringa_sem_valor",
        gravidade: Gravidade::Impede,
        detalhe: format!("#{}# não tem valor para este devedor; a mensagem não sairia", coringa.nome()),
        coringa: Some(coringa),
    }
}

/// G12. An SMS has room for the name alone.
fn identification(olhado: &Olhado<'_>) -> Vec<Achado> {
    let dela = match olhado.canal {
        Canal::Sms => IDENTIFICACAO.get(..1).unwrap_or_default(),
        Canal::Email | Canal::Carta | Canal::Enriquecimento | Canal::Negativacao => &IDENTIFICACAO,
    };
    let pronto = simple(olhado.pronto);
    let says = |coringa: &Coringa| {
        olhado.corpo.coringas().any(|usado| usado == *coringa)
            || olhado.valores.em_linha(*coringa).is_some_and(|valor| pronto.contains(&simple(&valor)))
    };
    let faltam: Vec<&str> =
        dela.iter().filter(|(_, coringas)| !coringas.iter().any(says)).map(|(o_que, _)| *o_que).collect();
    if faltam.is_empty() {
        return Vec::new();
    }
    let detalhe = format!("falta {} (CDC, art. 42-A; veja #TEXTO_LEGAL_42A#)", faltam.join(", "));
    vec![warning("identificacao_do_credor", detalhe)]
}

/// G13: in the tenant's own words; nobody is called anything by a name.
fn language(olhado: &Olhado<'_>) -> Vec<Achado> {
    let textos = olhado.assunto.into_iter().chain([olhado.corpo]);
    let proprio: Vec<&str> = textos.flat_map(Texto::trechos).filter_map(literal).collect();
    let proprio = simple(&proprio.join(" "));
    let achado = |palavra: &&str| {
        warning("linguagem_proibida", format!("«{palavra}» ameaça ou constrange (CDC, arts. 42 e 71)"))
    };
    PROIBIDAS.iter().filter(|palavra| proprio.contains(**palavra)).map(achado).collect()
}

/// G15: what others may read on a screen.
fn exposure(olhado: &Olhado<'_>) -> Vec<Achado> {
    let mut achados = Vec::new();
    let aberto = match olhado.canal {
        Canal::Sms => Some((olhado.corpo, "SMS")),
        Canal::Email => olhado.assunto.map(|assunto| (assunto, "assunto")),
        Canal::Carta | Canal::Enriquecimento | Canal::Negativacao => None,
    };
    let Some((texto, onde)) = aberto else { return achados };
    let tem = |coringa: Coringa| texto.coringas().any(|usado| usado == coringa);
    let com_valor = texto.coringas().any(|coringa| coringa.tipo() == Tipo::Dinheiro || coringa.lista());
    if tem(Coringa::CpfCnpj) {
        let detalhe = format!("o documento inteiro não deve estar no {onde}; use #CPF_CNPJ_MASCARADO#");
        achados.push(warning("dados_pessoais", detalhe));
    }
    if olhado.canal == Canal::Email && com_valor {
        achados.push(warning("dados_pessoais", "o assunto não deve ter valor: outros o leem".to_owned()));
    }
    let do_credor = tem(Coringa::Credor) || tem(Coringa::CredorRazaoSocial);
    if olhado.canal == Canal::Sms && com_valor && do_credor && tem(Coringa::Nome) {
        let detalhe = "nome inteiro, credor e valor juntos num SMS expõem o devedor; use #PRIMEIRO_NOME#";
        achados.push(warning("dados_pessoais", detalhe.to_owned()));
    }
    achados
}

fn literal(trecho: &Trecho) -> Option<&str> {
    match trecho {
        Trecho::Literal(literal) => Some(literal),
        Trecho::Coringa(_) => None,
    }
}

fn warning(codigo: &'static str, detalhe: String) -> Achado {
    Achado { codigo, gravidade: Gravidade::Alerta, detalhe, coringa: None }
}

/// Without accents, capitals and runs of white space.
fn simple(texto: &str) -> String {
    let letra = |c: char| match c {
        'á' | 'à' | 'â' | 'ã' => 'a',
        'é' | 'ê' => 'e',
        'í' => 'i',
        'ó' | 'ô' | 'õ' => 'o',
        'ú' | 'ü' => 'u',
        'ç' => 'c',
        outra => outra,
    };
    let minusculo = texto.to_lowercase();
    minusculo
        .split_whitespace()
        .map(|palavra| palavra.chars().map(letra).collect::<String>())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::valores::sample;

    fn found(canal: Canal, assunto: Option<&str>, corpo: &str, pronto: &str) -> Vec<String> {
        let assunto = assunto.map(|texto| Texto::parse(texto).unwrap());
        let corpo = Texto::parse(corpo).unwrap();
        let valores = sample();
        let olhado = Olhado { canal, assunto: assunto.as_ref(), corpo: &corpo, valores: &valores, pronto };
        find(&olhado).into_iter().map(|achado| format!("{}: {}", achado.codigo, achado.detalhe)).collect()
    }

    fn codes(canal: Canal, assunto: Option<&str>, corpo: &str) -> Vec<String> {
        let achados = found(canal, assunto, corpo, "");
        achados.into_iter().map(|achado| achado.split(':').next().unwrap().to_owned()).collect()
    }

    #[test]
    fn g12_a_demand_says_whose_it_is() {
        let achados = found(Canal::Carta, None, "Prezado, #CREDOR#", "");
        let falta =
            "falta o CPF ou CNPJ do credor, o endereço do credor (CDC, art. 42-A; veja #TEXTO_LEGAL_42A#)";
        assert_eq!(achados, [format!("identificacao_do_credor: {falta}")]);
        let completo = "#CREDOR|maiusculo# #CREDOR_CNPJ# #CREDOR_ENDERECO#";
        assert!(codes(Canal::Email, Some("a"), completo).is_empty());
        assert!(codes(Canal::Carta, None, "#TEXTO_LEGAL_42A#").is_empty());
        assert!(codes(Canal::Sms, None, "#CREDOR#: pague").is_empty());
        assert_eq!(codes(Canal::Sms, None, "pague"), ["identificacao_do_credor"]);
        // Said in so many words is said as well.
        assert!(found(Canal::Sms, None, "pague", "LOJA  EXEMPLO LTDA.: pague").is_empty());
    }

    #[test]
    fn g13_a_threat_is_found_however_it_is_written() {
        for corpo in ["#CREDOR#: PRISÃO", "#CREDOR#: vai a  prisao", "#CREDOR#: oficial\nde Justiça"] {
            assert_eq!(codes(Canal::Sms, None, corpo), ["linguagem_proibida"], "{corpo}");
        }
        assert!(codes(Canal::Sms, None, "#CREDOR|padrao=policia#").is_empty());
    }

    #[test]
    fn g15_what_others_may_read_tells_little() {
        assert_eq!(codes(Canal::Sms, None, "#CREDOR# #CPF_CNPJ#"), ["dados_pessoais"]);
        assert_eq!(codes(Canal::Sms, None, "#CREDOR# #NOME# #TOTAL#"), ["dados_pessoais"]);
        assert!(codes(Canal::Sms, None, "#CREDOR# #PRIMEIRO_NOME# #TOTAL# #CPF_CNPJ_MASCARADO#").is_empty());
        assert_eq!(codes(Canal::Email, Some("#TOTAL#"), "#TEXTO_LEGAL_42A#"), ["dados_pessoais"]);
        assert!(
            codes(Canal::Email, Some("#PRIMEIRO_NOME#"), "#TEXTO_LEGAL_42A# #NOME# #CPF_CNPJ#").is_empty()
        );
        assert!(codes(Canal::Carta, None, "#TEXTO_LEGAL_42A# #CPF_CNPJ# #TOTAL#").is_empty());
    }

    #[test]
    fn r11_every_coringa_without_value_is_named_once() {
        let texto = Texto::parse("#NOME# #NOME# #SALDO# #UF|padrao=SP#").unwrap();
        let valores = Valores::new().com(Coringa::Saldo, " ");
        assert_eq!(without_value(&[&texto], &valores), [Coringa::Nome, Coringa::Saldo]);
    }
}
