//! SPC Brasil, by its SOAP service `spcWebService` (`incluirSpc`, `excluirSpc`), under HTTP Basic.
//!
//! | what came | meaning |
//! |---|---|
//! | 2xx with the response of the operation | done |
//! | a fault of the service (`IE_SPC…`), whatever its status | refused; of an exclusion `E10`, nothing to take off, is done |
//! | 401, 403, 408 before a body, 429, 503 | nobody looked at it: the account or the service is at fault |
//! | anything else: another fault, no XML, a cut body | nobody knows |

mod config;
mod leitura;
mod pedido;

use crate::bureau::porta::{BureauChamado, Chamado};
use crate::bureau::{Operacao, Pendencia, Resposta};
use crate::causa::Causa;
use crate::config::ConfigError;
use crate::http::{Metodo, Requisicao, Resposta as RespostaHttp};

pub use config::ConfigSpc;
use leitura::Lida;

/// The code of an exclusion of what is not there.
const INEXISTENTE: &str = "E10";

/// An account at SPC Brasil.
#[derive(Debug)]
pub struct Spc {
    config: ConfigSpc,
}

impl Spc {
    /// Checks the configuration.
    ///
    /// # Errors
    /// Which part of it cannot be used.
    pub fn new(config: ConfigSpc) -> Result<Self, ConfigError> {
        config.check()?;
        Ok(Self { config })
    }
}

impl BureauChamado for Spc {
    fn request(&self, operacao: Operacao, pendencia: &Pendencia) -> Requisicao {
        let cabecalho = |nome: &str, valor: String| (nome.to_owned(), valor);
        Requisicao {
            metodo: Metodo::Post,
            url: self.config.url.clone(),
            cabecalhos: vec![
                cabecalho("authorization", self.config.senha.basic(&self.config.operador)),
                cabecalho("content-type", "text/xml; charset=utf-8".to_owned()),
                cabecalho("soapaction", "\"\"".to_owned()),
            ],
            corpo: pedido::envelope(&self.config, operacao, pendencia).into_bytes(),
        }
    }

    fn read(&self, operacao: Operacao, resposta: &RespostaHttp) -> Chamado {
        let apos = resposta.apos();
        if matches!(resposta.status, 401 | 403 | 429 | 503) {
            return Chamado::Indisponivel { causa: Causa::http(resposta.status, None, ""), apos };
        }
        let lida = if resposta.inteira { leitura::read(&resposta.corpo) } else { None };
        match lida {
            Some(Lida::Falta { codigo, texto }) => {
                let causa = Causa::http(resposta.status, Some(&codigo), &texto);
                match judge(&codigo, operacao) {
                    Some(resposta) => Chamado::Respondido { resposta, causa },
                    None => Chamado::Incerto { causa },
                }
            }
            Some(Lida::Resposta { de })
                if (200..300).contains(&resposta.status) && de == answer_of(operacao) =>
            {
                Chamado::Respondido {
                    resposta: Resposta::Aceita,
                    causa: Causa::http(resposta.status, None, ""),
                }
            }
            Some(Lida::Resposta { .. }) | None => {
                Chamado::Incerto { causa: Causa::http(resposta.status, None, "") }
            }
        }
    }
}

fn answer_of(operacao: Operacao) -> &'static str {
    if operacao.exclui() { "excluirSpcResponse" } else { "incluirSpcResponse" }
}

/// What a fault says; nothing of one that is not the service's own.
fn judge(codigo: &str, operacao: Operacao) -> Option<Resposta> {
    let codigo = codigo.rsplit(':').next().unwrap_or_default();
    if !codigo.starts_with("IE_SPC") {
        return None;
    }
    let inexistente = codigo.rsplit('.').next() == Some(INEXISTENTE);
    Some(if operacao.exclui() && inexistente { Resposta::Aceita } else { Resposta::Recusada })
}
