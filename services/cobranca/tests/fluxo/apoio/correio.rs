//! An e-mail as its reader's program shows it.
#![cfg(test)]

use mail_parser::MessageParser;
use providers::caixa::Recebida;

/// A message of the mailbox, parsed by somebody else's parser.
#[derive(Debug)]
pub(crate) struct Email {
    /// The header's sender: name and address.
    pub(crate) de: (String, String),
    /// The envelope's recipients.
    pub(crate) para: Vec<String>,
    /// The header's recipients.
    pub(crate) destinatarios: Vec<String>,
    pub(crate) assunto: String,
    pub(crate) texto: String,
    pub(crate) html: String,
    /// What stands before the `@` of the Message-ID: the execution.
    pub(crate) execucao: String,
    /// When it was sent, by its header.
    pub(crate) data: String,
}

impl Email {
    pub(super) fn read(recebida: &Recebida) -> Self {
        let bytes = recebida.bytes().unwrap();
        let lida = MessageParser::new().parse(&bytes).unwrap();
        let de = lida.from().unwrap().first().unwrap();
        assert_eq!((lida.text_body_count(), lida.html_body_count()), (1, 1), "a text and an HTML part");
        let texto = |parte: Option<std::borrow::Cow<'_, str>>| parte.unwrap().into_owned();
        Self {
            de: (de.name().unwrap_or_default().to_owned(), de.address().unwrap().to_owned()),
            para: recebida.para.clone(),
            destinatarios: lida.to().unwrap().iter().map(|para| para.address().unwrap().to_owned()).collect(),
            assunto: lida.subject().unwrap().to_owned(),
            texto: texto(lida.body_text(0)),
            html: texto(lida.body_html(0)),
            execucao: lida.message_id().unwrap().split_once('@').unwrap().0.to_owned(),
            data: lida.date().unwrap().to_rfc3339(),
        }
    }

    /// The rows of the table in the HTML part, cell by cell, headings and total included.
    pub(crate) fn table(&self) -> Vec<Vec<String>> {
        self.html.split("<tr>").skip(1).map(cells).collect()
    }

    /// The numbers of the títulos that the table lists.
    pub(crate) fn titulos(&self) -> Vec<String> {
        let linhas = self.table();
        linhas[1..linhas.len() - 1].iter().map(|linha| linha[0].clone()).collect()
    }

    /// The last cell of the table.
    pub(crate) fn total(&self) -> String {
        self.table().last().unwrap().last().unwrap().clone()
    }
}

/// The texts between the tags of one row.
fn cells(linha: &str) -> Vec<String> {
    let linha = linha.split("</tr>").next().unwrap();
    let textos = linha.split('>').filter_map(|parte| parte.split('<').next());
    textos.map(str::trim).filter(|texto| !texto.is_empty()).map(str::to_owned).collect()
}

/// The subjects, sorted.
pub(crate) fn subjects(emails: &[Email]) -> Vec<&str> {
    let mut assuntos: Vec<&str> = emails.iter().map(|email| email.assunto.as_str()).collect();
    assuntos.sort_unstable();
    assuntos
}
