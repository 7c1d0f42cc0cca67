//! A line of a sheet whose every field has been understood.

use chrono::NaiveDate;
use domain::Rotulo;
use domain::boleto::LinhaDigitavel;
use domain::dinheiro::Centavos;
use domain::documento::{Documento, TipoPessoa};
use domain::email::EnderecoEmail;
use domain::endereco::Endereco;
use domain::telefone::Telefone;

/// A receivable, as the ERP wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinhaTitulo {
    /// Where it stands in the file, the header being line 1.
    pub linha: u64,
    /// The ERP's own key of the título, the key of an upsert.
    pub codigo_integracao: String,
    /// What the debtor reads on the bill; the key when the sheet has no number.
    pub numero: String,
    /// Day of issue.
    pub emissao: Option<NaiveDate>,
    /// Due date as written, not rolled to a banking day.
    pub vencimento: NaiveDate,
    /// Face value, above zero.
    pub valor: Centavos,
    /// Day on which it was paid in full.
    pub pago_em: Option<NaiveDate>,
    /// Whether the debtor contests it; a blank says no.
    pub contestado: bool,
    /// Who owes it.
    pub devedor: LinhaDevedor,
    /// To whom, when not to the company itself.
    pub credor: Option<LinhaCredor>,
    /// Kind of business, as the company calls it.
    pub tipo_negocio: Option<Rotulo>,
    /// Kind of título, as the company calls it.
    pub tipo_titulo: Option<Rotulo>,
    /// What it is paid by.
    pub boleto: LinhaBoleto,
}

/// What a título is paid by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinhaBoleto {
    /// The bank's own number of it.
    pub nosso_numero: Option<String>,
    /// Its digits, checked.
    pub linha_digitavel: Option<LinhaDigitavel>,
    /// A Pix that is whole.
    pub pix_copia_e_cola: Option<String>,
    /// Where it is fetched, by https.
    pub link: Option<String>,
}

/// A debtor, repeated on each of its lines.
#[derive(Clone, PartialEq, Eq)]
pub struct LinhaDevedor {
    /// The ERP's own key of the debtor.
    pub codigo_integracao: String,
    /// CPF or CNPJ; none exactly when `tipo_pessoa` is isenta.
    pub documento: Option<Documento>,
    /// As written, or as the document tells.
    pub tipo_pessoa: TipoPessoa,
    /// Name of the person or of the company.
    pub nome: String,
    /// Where e-mail goes, the preferred one first; at most [`MAX_MEIOS`](crate::importacao::MAX_MEIOS).
    pub emails: Vec<EnderecoEmail>,
    /// Telephones, as many at most, the preferred one first.
    pub telefones: Vec<Telefone>,
    /// Debtor class, named by the company.
    pub categoria: Option<String>,
    /// Who looks after the debtor.
    pub gerente: Option<Rotulo>,
    /// From 0 to 1000.
    pub score: Option<i16>,
    /// Where letters go; its parts agree.
    pub endereco: Option<Endereco>,
}

/// The creditor behind a título.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinhaCredor {
    /// The ERP's own key of the creditor.
    pub codigo: String,
    /// Its name, where the line has one.
    pub nome: Option<String>,
}

/// Shows the key only: name, document and contacts stay out of logs.
impl std::fmt::Debug for LinhaDevedor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { codigo_integracao, tipo_pessoa, .. } = self;
        f.debug_struct("LinhaDevedor")
            .field("codigo_integracao", codigo_integracao)
            .field("tipo_pessoa", tipo_pessoa)
            .finish_non_exhaustive()
    }
}
