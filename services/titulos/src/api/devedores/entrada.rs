//! A debtor as it comes in.

use std::collections::BTreeSet;

use deserr::Deserr;
use domain::Rotulo;
use domain::documento::Documento;
use domain::email::EnderecoEmail;
use domain::endereco::Endereco;
use domain::telefone::Telefone;
use store::devedores::{Contatos, Entrada, Mudanca, OptOut};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{OneOfBuilder, Schema};
use utoipa::{PartialSchema, ToSchema};
use web::{ErroValor, ErrosCampo, Lista, NaoNulo, Texto, esquema};

use super::super::campos::{Anulavel, Score};
use super::contatos::{EmailEntrada, EnderecoEntrada, MAX_OPT_OUT, Meios, OptOutEntrada, TelefoneEntrada};

/// Codes of one debtor: one per system that knows it.
const MAX_CODIGOS: usize = 50;

/// Um devedor. Campo opcional ausente (ou nulo) mantém o que está gravado.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
pub(super) struct DevedorEnvio {
    /// Chave do devedor no ERP; outra chave com o mesmo CPF/CNPJ é mais uma do mesmo devedor.
    codigo_integracao: Texto<1, 60>,
    /// Nome.
    nome: Texto<1, 150>,
    /// CPF ou CNPJ; sem documento o devedor é `isenta`.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::CpfCnpj>)]
    documento: Option<Documento>,
    /// Categoria escolhida pela empresa.
    #[deserr(default)]
    #[schema(value_type = Option<Texto<1, 60>>)]
    categoria: Option<Rotulo>,
    /// Quem cuida do devedor.
    #[deserr(default)]
    #[schema(value_type = Option<Texto<1, 60>>)]
    gerente: Option<Rotulo>,
    /// Score que a empresa dá ao devedor, de 0 a 1000.
    #[deserr(default)]
    #[schema(value_type = Option<u16>, minimum = 0, maximum = 1000)]
    score: Option<Score>,
    /// E-mails, na ordem de preferência; a lista substitui os que vieram do ERP e de arquivos, os demais ficam.
    #[deserr(default)]
    #[schema(value_type = Option<Vec<EmailOuTexto>>, max_items = 20)]
    emails: Option<Meios<EnderecoEmail>>,
    /// Telefones, do mesmo modo.
    #[deserr(default)]
    #[schema(value_type = Option<Vec<TelefoneOuTexto>>, max_items = 20)]
    telefones: Option<Meios<Telefone>>,
    /// Endereços, do mesmo modo.
    #[deserr(default)]
    #[schema(value_type = Option<Vec<EnderecoEntrada>>, max_items = 20)]
    enderecos: Option<Meios<Endereco>>,
    /// Canais por que o devedor pediu para não ser procurado, além dos já gravados.
    #[deserr(default)]
    #[schema(value_type = Option<Vec<OptOutEntrada>>, max_items = 4)]
    opt_out: Option<Lista<OptOutEntrada, MAX_OPT_OUT>>,
}

/// Mudanças num devedor. O que não vem fica como está; nulo apaga, o que pode faltar; uma lista substitui a lista inteira.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
pub(super) struct DevedorMudanca {
    /// Chaves do devedor nos sistemas da empresa, ao menos uma.
    #[deserr(default)]
    #[schema(value_type = Vec<Texto<1, 60>>, required = false, min_items = 1, max_items = 50)]
    codigos_integracao: NaoNulo<Codigos>,
    /// Nome.
    #[deserr(default)]
    #[schema(value_type = Texto<1, 150>, required = false)]
    nome: NaoNulo<Texto<1, 150>>,
    /// CPF ou CNPJ; nulo, o devedor fica `isenta`.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::CpfCnpj>)]
    documento: Anulavel<Documento>,
    /// Categoria escolhida pela empresa.
    #[deserr(default)]
    #[schema(value_type = Option<Texto<1, 60>>)]
    categoria: Anulavel<Rotulo>,
    /// Quem cuida do devedor.
    #[deserr(default)]
    #[schema(value_type = Option<Texto<1, 60>>)]
    gerente: Anulavel<Rotulo>,
    /// Score que a empresa dá ao devedor, de 0 a 1000.
    #[deserr(default)]
    #[schema(value_type = Option<u16>, minimum = 0, maximum = 1000)]
    score: Anulavel<Score>,
    /// Se consta que o devedor faleceu: então nada lhe é enviado. Quem revê o que um provedor disse o desfaz com `false`.
    #[deserr(default)]
    #[schema(value_type = bool, required = false)]
    falecido: NaoNulo<bool>,
    /// E-mails, na ordem de preferência.
    #[deserr(default)]
    #[schema(value_type = Option<Vec<EmailOuTexto>>, max_items = 20)]
    emails: Anulavel<Meios<EnderecoEmail>>,
    /// Telefones, na ordem de preferência.
    #[deserr(default)]
    #[schema(value_type = Option<Vec<TelefoneOuTexto>>, max_items = 20)]
    telefones: Anulavel<Meios<Telefone>>,
    /// Endereços, na ordem de preferência.
    #[deserr(default)]
    #[schema(value_type = Option<Vec<EnderecoEntrada>>, max_items = 20)]
    enderecos: Anulavel<Meios<Endereco>>,
    /// Canais por que o devedor pediu para não ser procurado.
    #[deserr(default)]
    #[schema(value_type = Option<Vec<OptOutEntrada>>, max_items = 4)]
    opt_out: Anulavel<Lista<OptOutEntrada, MAX_OPT_OUT>>,
}

/// The schemas of items that may also be the text alone.
macro_rules! text_or_object {
    ($($nome:ident: $texto:ident, $objeto:ident;)+) => {$(
        struct $nome;

        impl PartialSchema for $nome {
            fn schema() -> RefOr<Schema> {
                OneOfBuilder::new().item(esquema::$texto::schema()).item($objeto::schema()).into()
            }
        }

        impl ToSchema for $nome {
            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                $objeto::schemas(schemas);
            }
        }
    )+};
}

text_or_object! {
    EmailOuTexto: Email, EmailEntrada;
    TelefoneOuTexto: Telefone, TelefoneEntrada;
}

/// A debtor without a code could not be pushed again.
#[derive(Deserr)]
#[deserr(error = ErrosCampo, try_from(Lista<Texto<1, 60>, MAX_CODIGOS>) = some_code -> ErroValor)]
struct Codigos(BTreeSet<String>);

fn some_code(lista: Lista<Texto<1, 60>, MAX_CODIGOS>) -> Result<Codigos, ErroValor> {
    if lista.is_empty() {
        return Err(ErroValor::new("tamanho_invalido", "deve ter ao menos um código"));
    }
    Ok(Codigos(lista.into_iter().map(Texto::into_string).collect()))
}

fn contatos(
    emails: Option<Meios<EnderecoEmail>>,
    telefones: Option<Meios<Telefone>>,
    enderecos: Option<Meios<Endereco>>,
    opt_out: Option<Lista<OptOutEntrada, MAX_OPT_OUT>>,
) -> Contatos {
    Contatos {
        emails: emails.map(|lista| lista.0),
        telefones: telefones.map(|lista| lista.0),
        enderecos: enderecos.map(|lista| lista.0),
        opt_out: opt_out.map(|lista| lista.into_iter().map(OptOut::from).collect()),
    }
}

impl From<DevedorEnvio> for Entrada {
    fn from(envio: DevedorEnvio) -> Self {
        Self {
            codigo_integracao: envio.codigo_integracao.into_string(),
            nome: envio.nome.into_string(),
            documento: envio.documento,
            categoria: envio.categoria.map(String::from),
            gerente: envio.gerente.map(String::from),
            score: envio.score.map(|score| score.0),
            contatos: contatos(envio.emails, envio.telefones, envio.enderecos, envio.opt_out),
        }
    }
}

impl From<DevedorMudanca> for Mudanca {
    fn from(mudanca: DevedorMudanca) -> Self {
        Self {
            codigos: mudanca.codigos_integracao.0.map(|codigos| codigos.0),
            nome: mudanca.nome.0.map(Texto::into_string),
            documento: mudanca.documento.0,
            categoria: mudanca.categoria.0.map(String::from),
            gerente: mudanca.gerente.0.map(String::from),
            score: mudanca.score.0.map(|score| score.0),
            falecido: mudanca.falecido.0,
            contatos: contatos(
                mudanca.emails.list(),
                mudanca.telefones.list(),
                mudanca.enderecos.list(),
                mudanca.opt_out.list(),
            ),
        }
    }
}
