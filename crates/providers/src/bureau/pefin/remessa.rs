//! What is written.

use chrono::NaiveDate;
use domain::documento::Documento;
use domain::endereco::Endereco;
use domain::negativacao::MotivoBaixa;
use domain::texto::ascii_maiusculo;

use super::conta::Conta;
use super::linha::Linha;
use crate::bureau::{Operacao, Pendencia, RegistroInvalido};

/// What tells this layout from the others.
pub(super) const LAYOUT: &str = "SERASA-CONVEM04";

/// The longest contract number.
const MAX_CONTRATO: usize = 16;

/// The line that begins the remessa `sequencia`, made on `data`.
#[must_use]
pub fn header(conta: &Conta, sequencia: u32, data: NaiveDate) -> Linha {
    let mut linha = Linha::new(b'0');
    linha.number(2, 10, &conta.raiz());
    linha.text(11, 18, &ymd(data));
    linha.number(19, 22, &conta.ddd);
    linha.number(23, 30, &conta.telefone);
    linha.number(31, 34, "0");
    linha.text(35, 104, &conta.contato);
    linha.text(105, 119, LAYOUT);
    linha.number(120, 125, &sequencia.to_string());
    linha.text(126, 126, "E");
    linha.text(127, 130, &conta.diferencial);
    linha.text(134, 141, &conta.logon);
    linha.number(594, 600, "1");
    linha
}

/// Whether a debt can be written in the layout.
///
/// # Errors
/// It cannot.
pub fn check(pendencia: &Pendencia) -> Result<(), RegistroInvalido> {
    let Pendencia { documento, nome, endereco, contrato, .. } = pendencia;
    if !documento.as_str().bytes().all(|b| b.is_ascii_digit()) {
        return Err(RegistroInvalido::DocumentoAlfanumerico);
    }
    required("nome", nome)?;
    required("logradouro", &street(endereco))?;
    required("cidade", &endereco.cidade)?;
    endereco.cep.ok_or(RegistroInvalido::Falta("cep"))?;
    if required("contrato", contrato)?.len() > MAX_CONTRATO {
        return Err(RegistroInvalido::NaoCabe("contrato"));
    }
    Ok(())
}

/// The line of one debt, the `registro`-th of the file, where the header is the first.
///
/// # Errors
/// The debt cannot be written in the layout.
pub fn detail(
    conta: &Conta,
    registro: u32,
    operacao: Operacao,
    pendencia: &Pendencia,
) -> Result<Linha, RegistroInvalido> {
    let Pendencia { documento, nome, endereco, vencimento, valor, contrato } = pendencia;
    check(pendencia)?;
    let cep = endereco.cep.ok_or(RegistroInvalido::Falta("cep"))?;
    let mut linha = Linha::new(b'1');
    linha.text(2, 2, if operacao.exclui() { "E" } else { "I" });
    linha.number(3, 8, &conta.filial());
    linha.text(9, 16, &ymd(*vencimento));
    linha.text(17, 24, &ymd(*vencimento));
    linha.text(25, 27, &conta.natureza);
    linha.number(28, 31, &conta.praca);
    linha.text(32, 33, if matches!(documento, Documento::Cnpj(_)) { "J1" } else { "F2" });
    linha.number(34, 48, documento.as_str());
    if let Operacao::Excluir(motivo) = operacao {
        linha.text(49, 50, reason(motivo));
    }
    linha.text(106, 175, nome);
    linha.number(176, 183, "0");
    linha.text(324, 368, &street(endereco));
    linha.text(369, 388, endereco.bairro.as_deref().unwrap_or_default());
    linha.text(389, 413, &endereco.cidade);
    linha.text(414, 415, endereco.uf.as_str());
    linha.number(416, 423, &cep.to_string());
    linha.number(424, 438, &valor.get().max(0).to_string());
    linha.text(439, 454, contrato);
    linha.text(464, 488, endereco.complemento.as_deref().unwrap_or_default());
    linha.number(489, 492, "0");
    linha.number(493, 501, "0");
    linha.text(502, 509, &ymd(*vencimento));
    linha.number(510, 524, &valor.get().max(0).to_string());
    linha.text(525, 525, "N");
    linha.number(594, 600, &registro.to_string());
    Ok(linha)
}

/// The line that ends the file.
#[must_use]
pub fn trailer(registro: u32) -> Linha {
    let mut linha = Linha::new(b'9');
    linha.number(594, 600, &registro.to_string());
    linha
}

/// The bureau's number of a reason (its table of `motivos da baixa`).
pub(super) fn reason(motivo: MotivoBaixa) -> &'static str {
    match motivo {
        MotivoBaixa::Pagamento => "01",
        MotivoBaixa::Acordo => "19",
        // 97, five years over, is the bureau's own to give.
        MotivoBaixa::Solicitacao | MotivoBaixa::Decurso => "03",
        MotivoBaixa::OrdemJudicial => "04",
        MotivoBaixa::CartaDevolvida => "17",
    }
}

pub(super) fn ymd(data: NaiveDate) -> String {
    data.format("%Y%m%d").to_string()
}

/// Street and number.
fn street(endereco: &Endereco) -> String {
    [&endereco.logradouro, &endereco.numero].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ")
}

fn required(campo: &'static str, texto: &str) -> Result<String, RegistroInvalido> {
    let limpo = ascii_maiusculo(texto);
    if !limpo.is_empty() {
        return Ok(limpo);
    }
    Err(if texto.trim().is_empty() {
        RegistroInvalido::Falta(campo)
    } else {
        RegistroInvalido::SemTexto(campo)
    })
}
