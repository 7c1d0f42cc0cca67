//! The envelopes. Whatever a name holds, it is text: every value is escaped, and what XML has no place for is left out.

use domain::documento::Documento;
use quick_xml::escape::escape;

use super::config::ConfigSpc;
use crate::bureau::{Operacao, Pendencia};

/// The namespace of the service.
const NS: &str = "http://webservice.spc.insumo.spcjava.spcbrasil.org/";

pub(super) fn envelope(config: &ConfigSpc, operacao: Operacao, pendencia: &Pendencia) -> String {
    let corpo = if operacao.exclui() { exclusion(config, pendencia) } else { inclusion(config, pendencia) };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:web=\"{NS}\"><soapenv:Header/><soapenv:Body>{corpo}</soapenv:Body></soapenv:Envelope>"
    )
}

fn inclusion(config: &ConfigSpc, p: &Pendencia) -> String {
    let (endereco, reais) = (&p.endereco, p.valor.to_string());
    let cep = endereco.cep.map(|cep| cep.to_string()).unwrap_or_default();
    let de_rua = [
        element("cep", &cep),
        element("logradouro", endereco.logradouro.as_deref().unwrap_or_default()),
        element("bairro", endereco.bairro.as_deref().unwrap_or_default()),
        element("numero", endereco.numero.as_deref().unwrap_or_default()),
        element("complemento", endereco.complemento.as_deref().unwrap_or_default()),
        format!(
            "<cidade>{}{}</cidade>",
            element("nome", &endereco.cidade),
            element("estado", endereco.uf.as_str())
        ),
    ];
    let campos = [
        person(p),
        element("codigo-associado", &config.codigo_associado),
        element("data-compra", &instant(p)),
        element("data-vencimento", &instant(p)),
        element("codigo-tipo-devedor", "C"),
        element("numero-contrato", &p.contrato),
        element("valor-debito", &reais),
        format!("<natureza-inclusao>{}</natureza-inclusao>", element("id", &config.natureza.to_string())),
        format!("<endereco-pessoa>{}</endereco-pessoa>", de_rua.concat()),
    ];
    format!("<web:incluirSpc><insumoSpc>{}</insumoSpc></web:incluirSpc>", campos.concat())
}

fn exclusion(config: &ConfigSpc, p: &Pendencia) -> String {
    let campos = [
        person(p),
        element("data-vencimento", &instant(p)),
        element("numero-contrato", &p.contrato),
        format!("<motivo-exclusao>{}</motivo-exclusao>", element("id", &config.motivo_exclusao.to_string())),
    ];
    format!("<web:excluirSpc><excluir>{}</excluir></web:excluirSpc>", campos.concat())
}

fn person(p: &Pendencia) -> String {
    let numero = p.documento.as_str();
    match &p.documento {
        Documento::Cpf(_) => format!(
            "<tipo-pessoa>F</tipo-pessoa><dados-pessoa-fisica><cpf numero=\"{numero}\"/>{}</dados-pessoa-fisica>",
            element("nome", &p.nome)
        ),
        Documento::Cnpj(_) => format!(
            "<tipo-pessoa>J</tipo-pessoa><dados-pessoa-juridica><cnpj numero=\"{numero}\"/>{}{}</dados-pessoa-juridica>",
            element("razao-social", &p.nome),
            element("nome-comercial", &p.nome)
        ),
    }
}

fn instant(p: &Pendencia) -> String {
    format!("{}T00:00:00", p.vencimento)
}

fn element(nome: &str, texto: &str) -> String {
    let limpo: String =
        texto.chars().filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')).collect();
    format!("<{nome}>{}</{nome}>", escape(limpo))
}
