//! Títulos and réguas as an ERP writes them.
#![cfg(test)]

use serde_json::{Value, json};

/// A título to be pushed.
#[derive(Clone)]
pub(crate) struct Titulo {
    codigo: String,
    vencimento: String,
    valor: String,
    devedor: String,
    nome: String,
    documento: Option<String>,
    emails: Option<Vec<String>>,
    telefones: Option<Vec<String>>,
    credor: Option<String>,
    uf: Option<&'static str>,
    endereco: Option<Value>,
}

impl Titulo {
    /// R$ 100,00 owed by Ana Lima, who has an address.
    pub(crate) fn new(codigo: &str, vencimento: &str) -> Self {
        Self {
            codigo: codigo.to_owned(),
            vencimento: vencimento.to_owned(),
            valor: "100.00".to_owned(),
            devedor: "ana".to_owned(),
            nome: "Ana Lima".to_owned(),
            documento: None,
            emails: Some(vec!["ana@example.com".to_owned()]),
            telefones: None,
            credor: None,
            uf: None,
            endereco: None,
        }
    }

    pub(crate) fn valor(self, valor: &str) -> Self {
        Self { valor: valor.to_owned(), ..self }
    }

    /// Owed by somebody else: the code is also the name and the address.
    pub(crate) fn of(self, devedor: &str) -> Self {
        Self {
            devedor: devedor.to_owned(),
            nome: devedor.to_owned(),
            emails: Some(vec![format!("{devedor}@example.com")]),
            ..self
        }
    }

    pub(crate) fn nome(self, nome: &str) -> Self {
        Self { nome: nome.to_owned(), ..self }
    }

    pub(crate) fn documento(self, documento: &str) -> Self {
        Self { documento: Some(documento.to_owned()), ..self }
    }

    pub(crate) fn emails(self, emails: &[&str]) -> Self {
        Self { emails: Some(emails.iter().map(|email| (*email).to_owned()).collect()), ..self }
    }

    pub(crate) fn telefones(self, telefones: &[&str]) -> Self {
        Self { telefones: Some(telefones.iter().map(|numero| (*numero).to_owned()).collect()), ..self }
    }

    /// Owed by somebody who lives in this state.
    pub(crate) fn living_in(self, uf: &'static str) -> Self {
        Self { uf: Some(uf), ..self }
    }

    /// Owed by somebody who lives here.
    pub(crate) fn living_at(self, rua: &str, cidade: &str, uf: &str, cep: &str) -> Self {
        let endereco = json!({"logradouro": rua, "numero": "10", "bairro": "Centro", "cidade": cidade, "uf": uf, "cep": cep});
        Self { endereco: Some(endereco), ..self }
    }

    /// Owed to this creditor: the code is also the name.
    pub(crate) fn to(self, credor: &str) -> Self {
        Self { credor: Some(credor.to_owned()), ..self }
    }

    /// The number that the debtor knows it by.
    pub(crate) fn numero(&self) -> String {
        format!("NF {}", self.codigo)
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut devedor = json!({"codigo_integracao": self.devedor, "nome": self.nome});
        if let Some(documento) = &self.documento {
            devedor["documento"] = json!(documento);
        }
        if let Some(emails) = &self.emails {
            devedor["emails"] = json!(emails);
        }
        if let Some(telefones) = &self.telefones {
            devedor["telefones"] = json!(telefones);
        }
        if let Some(uf) = self.uf {
            devedor["enderecos"] = json!([{"cidade": "Capital", "uf": uf}]);
        }
        if let Some(endereco) = &self.endereco {
            devedor["enderecos"] = json!([endereco]);
        }
        let mut titulo = json!({
            "codigo_integracao": self.codigo,
            "numero": self.numero(),
            "vencimento": self.vencimento,
            "valor": self.valor,
            "devedor": devedor,
        });
        if let Some(credor) = &self.credor {
            titulo["credor"] = json!({"codigo_integracao": credor, "nome": credor});
        }
        titulo
    }
}

/// An e-mail that says in its subject which position it is, and lists the títulos.
pub(crate) fn acao(assunto: &str) -> Value {
    json!({"tipo": "email", "assunto": assunto, "corpo": "Olá, #NOME#.\n\n#LISTA_TITULOS#"})
}

/// What [`acao`] is, to each contact of the debtor.
pub(crate) fn to_all(assunto: &str) -> Value {
    let mut acao = acao(assunto);
    acao["destinatarios"] = json!("todos");
    acao
}

/// A position `D+dias` with one e-mail, whose subject is `D+dias`.
pub(crate) fn cobranca(dias: u16) -> Value {
    json!({"dias": dias, "acoes": [acao(&format!("D+{dias}"))]})
}

/// A position `D-dias` with one e-mail, whose subject is `D-dias`.
pub(crate) fn lembrete(dias: u16) -> Value {
    json!({"tipo": "lembrete", "dias": dias, "acoes": [acao(&format!("D-{dias}"))]})
}

/// A field of a JSON object that must be a text.
pub(crate) fn text(objeto: &Value, campo: &str) -> String {
    objeto[campo].as_str().unwrap_or_else(|| panic!("{campo} em {objeto}")).to_owned()
}

/// The texts of a list.
pub(crate) fn texts(lista: &Value) -> Vec<String> {
    lista.as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}
