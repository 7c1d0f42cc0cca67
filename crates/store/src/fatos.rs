//! What the texts of messages say beyond what the fence itself looks at, read only where a text asks for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use domain::coringas::{Coringa, Texto};
use domain::dinheiro::Centavos;
use domain::encargos::{Componentes, Divida, Encargos, Pago};
use domain::endereco::Endereco;
use domain::execucao::Canal;
use domain::ids::{ExecucaoId, TituloId};
use uuid::Uuid;

use crate::disparos::Linha;
use crate::negativacoes::{self, ParaNegativar};
use crate::titulos::Tabela;
use crate::{StoreError, Tenant};

mod leitura;

pub(crate) use leitura::destinatarios;

/// What one message may say. It holds personal data and so has no `Debug`. What its text does not ask for is not in it.
#[derive(Clone, Default)]
pub struct Fatos {
    /// The execution that sends it; a preview has none.
    pub protocolo: Option<ExecucaoId>,
    /// Of the company.
    pub emitente: Emitente,
    /// Of the debtor.
    pub destinatario: Destinatario,
    /// Of its títulos.
    pub titulos: BTreeMap<TituloId, DoTitulo>,
    /// Of those that are instalments.
    pub parcelas: BTreeMap<TituloId, Parcela>,
    /// Of the régua that sends it; a preview has none.
    pub regua: Option<DaRegua>,
    /// Of bureaus.
    pub negativar: ParaNegativar,
    tabela: Option<Arc<Tabela>>,
}

/// Of the company.
#[derive(Clone, Default)]
pub struct Emitente {
    /// Its CNPJ or CPF, unformatted.
    pub documento: Option<String>,
    /// Where it is.
    pub endereco: Option<Endereco>,
}

/// Of the debtor.
#[derive(Clone, Default)]
pub struct Destinatario {
    /// Class chosen by the company.
    pub categoria: Option<String>,
    /// Who looks after the debtor.
    pub gerente: Option<String>,
    /// The preferred telephone, in E.164.
    pub telefone: Option<String>,
    /// The preferred address.
    pub endereco: Option<Endereco>,
    /// Where a letter goes: the preferred one of those that the mail can find, of a debtor who did not decline letters.
    pub correio: Option<Endereco>,
}

/// Of a título.
#[derive(Clone, Default)]
pub struct DoTitulo {
    /// Day of issue.
    pub emissao: Option<NaiveDate>,
    /// The bank's own number of its boleto.
    pub nosso_numero: Option<String>,
    /// The digits that its boleto is paid by.
    pub linha_digitavel: Option<String>,
    /// The text that it is paid by with Pix.
    pub pix_copia_e_cola: Option<String>,
    /// Where its boleto is fetched.
    pub link_boleto: Option<String>,
    /// Whom it is owed to, if not the company itself.
    pub credor: Option<Credor>,
    /// Its payments that stand, in order of day.
    pub pagos: Vec<Pago>,
}

/// Whom a título is owed to.
#[derive(Clone, Default)]
pub struct Credor {
    /// Legal name, where it is not the name that debtors know.
    pub razao_social: Option<String>,
    /// CPF or CNPJ, unformatted.
    pub documento: Option<String>,
    /// Where it is.
    pub endereco: Option<Endereco>,
    /// Telephone, as it is written.
    pub telefone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Address on the web.
    pub site: Option<String>,
}

/// Of an instalment.
#[derive(Clone)]
pub struct Parcela {
    /// The day of the agreement, where the company is.
    pub acordada_em: NaiveDate,
    /// What was agreed.
    pub acordado: Centavos,
    /// How many instalments there are.
    pub parcelas: u64,
    /// Which of them it is, from 1 on.
    pub parcela: u64,
    /// The first of them, where it is a down payment.
    pub entrada: Option<Centavos>,
}

/// Of a régua.
#[derive(Clone)]
pub struct DaRegua {
    /// Its name.
    pub nome: String,
    /// The position, as people write it: `D+6`.
    pub posicao: String,
}

/// What is read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Grupo {
    Emitente,
    Destinatario,
    Correio,
    Titulos,
    Encargos,
    Parcelas,
    Regua,
    Negativar,
}

/// Facts of many messages at once.
#[derive(Default)]
pub(crate) struct Lidos {
    emitente: Emitente,
    destinatarios: BTreeMap<Uuid, Destinatario>,
    correio: BTreeMap<Uuid, Endereco>,
    titulos: BTreeMap<TituloId, DoTitulo>,
    parcelas: BTreeMap<TituloId, Parcela>,
    reguas: BTreeMap<Uuid, DaRegua>,
    negativar: ParaNegativar,
    tabela: Option<Arc<Tabela>>,
}

impl Fatos {
    /// The same, of a company that charges everything by these.
    #[must_use]
    pub fn cobrados_por(self, encargos: Encargos) -> Self {
        Self { tabela: Some(Arc::new(Tabela::only(encargos))), ..self }
    }

    /// What a título of the message owes on a day, with the charges of lateness; `None` where no text asks for it.
    #[must_use]
    pub fn devido(&self, linha: &Linha, em: NaiveDate) -> Option<Componentes> {
        let titulo = &linha.titulo;
        let (tabela, do_titulo) = (self.tabela.as_ref()?, self.titulos.get(&titulo.id)?);
        let pago: Centavos = do_titulo.pagos.iter().map(|pago| pago.quitado.principal).sum();
        let valor = [titulo.saldo, pago].into_iter().sum();
        let divida = Divida { valor, vencimento: titulo.vencimento, pagos: &do_titulo.pagos };
        let credor = titulo.credor.map(domain::ids::CredorId::uuid);
        Some(tabela.condicoes(credor).devido(&divida, em))
    }
}

/// What these texts ask for. One that cannot be read asks for nothing, and does not leave.
pub(crate) fn wanted<'t>(textos: impl Iterator<Item = &'t str>) -> BTreeSet<Grupo> {
    let distintos: BTreeSet<&str> = textos.collect();
    let lidos = distintos.into_iter().filter_map(|texto| Texto::parse(texto).ok());
    lidos.flat_map(|texto| texto.coringas().flat_map(groups_of).collect::<Vec<_>>()).collect()
}

/// What a channel asks for whatever its texts say: where a letter goes, and who demands (CDC 42-A).
pub(crate) fn needed(canal: Canal) -> &'static [Grupo] {
    match canal {
        Canal::Email | Canal::Sms | Canal::Enriquecimento => &[],
        Canal::Carta => &[Grupo::Emitente, Grupo::Correio, Grupo::Titulos],
        Canal::Negativacao => {
            &[Grupo::Emitente, Grupo::Destinatario, Grupo::Correio, Grupo::Titulos, Grupo::Negativar]
        }
    }
}

/// Reads them for the debtors, títulos and executions of several messages.
pub(crate) fn read(
    t: &mut Tenant<'_>,
    grupos: &BTreeSet<Grupo>,
    devedores: &[Uuid],
    titulos: &[Uuid],
    execucoes: &[Uuid],
) -> Result<Lidos, StoreError> {
    let mut lidos = Lidos::default();
    for grupo in grupos {
        match grupo {
            Grupo::Emitente => lidos.emitente = leitura::emitente(t)?,
            Grupo::Destinatario => lidos.destinatarios = leitura::destinatarios(t, devedores)?,
            Grupo::Correio => lidos.correio = leitura::correio(t, devedores)?,
            Grupo::Titulos => lidos.titulos = leitura::titulos(t, titulos)?,
            Grupo::Encargos => lidos.tabela = Some(Tabela::get(t)?),
            Grupo::Parcelas => lidos.parcelas = leitura::parcelas(t, titulos)?,
            Grupo::Regua => lidos.reguas = leitura::reguas(t, execucoes)?,
            Grupo::Negativar => lidos.negativar = negativacoes::read_for_fence(t, titulos)?,
        }
    }
    Ok(lidos)
}

impl Lidos {
    /// Those of one message.
    pub(crate) fn of(&self, devedor: Uuid, titulos: &[Uuid], execucao: Option<Uuid>) -> Fatos {
        fn those<T: Clone>(de: &BTreeMap<TituloId, T>, ids: &[Uuid]) -> BTreeMap<TituloId, T> {
            let dele = |id: &Uuid| de.get_key_value(&TituloId::new(*id));
            ids.iter().filter_map(dele).map(|(id, fato)| (*id, fato.clone())).collect()
        }
        Fatos {
            protocolo: execucao.map(ExecucaoId::new),
            emitente: self.emitente.clone(),
            destinatario: Destinatario {
                correio: self.correio.get(&devedor).cloned(),
                ..self.destinatarios.get(&devedor).cloned().unwrap_or_default()
            },
            titulos: those(&self.titulos, titulos),
            parcelas: those(&self.parcelas, titulos),
            regua: execucao.and_then(|id| self.reguas.get(&id)).cloned(),
            negativar: self.negativar.of(titulos),
            tabela: self.tabela.clone(),
        }
    }
}

/// What is read for which coringas; the others say what the fence looks at anyway. The creditor is the company where a título
/// names none.
const PEDIDOS: [(Grupo, &[Coringa]); 6] = [
    (
        Grupo::Emitente,
        &[
            Coringa::EmpresaCnpj,
            Coringa::EmpresaEndereco,
            Coringa::CredorRazaoSocial,
            Coringa::CredorCnpj,
            Coringa::CredorEndereco,
            Coringa::TextoLegal42a,
        ],
    ),
    (
        Grupo::Destinatario,
        &[
            Coringa::Categoria,
            Coringa::Gerente,
            Coringa::Telefone,
            Coringa::Endereco,
            Coringa::Numero,
            Coringa::Complemento,
            Coringa::Bairro,
            Coringa::Cidade,
            Coringa::Uf,
            Coringa::Cep,
        ],
    ),
    (
        Grupo::Titulos,
        &[
            Coringa::CredorRazaoSocial,
            Coringa::CredorCnpj,
            Coringa::CredorEndereco,
            Coringa::CredorTelefone,
            Coringa::CredorEmail,
            Coringa::CredorSite,
            Coringa::TextoLegal42a,
            Coringa::DataEmissao,
            Coringa::NossoNumero,
            Coringa::LinhaDigitavel,
            Coringa::PixCopiaCola,
            Coringa::LinkBoleto,
            Coringa::Multa,
            Coringa::Juros,
            Coringa::Correcao,
            Coringa::ValorAtualizado,
            Coringa::TotalAtualizado,
        ],
    ),
    (
        Grupo::Encargos,
        &[
            Coringa::Multa,
            Coringa::Juros,
            Coringa::Correcao,
            Coringa::ValorAtualizado,
            Coringa::TotalAtualizado,
        ],
    ),
    (
        Grupo::Parcelas,
        &[
            Coringa::DataAcordo,
            Coringa::ValorAcordo,
            Coringa::ValorEntrada,
            Coringa::QtdParcelas,
            Coringa::ParcelaAtual,
            Coringa::ValorParcela,
        ],
    ),
    (Grupo::Regua, &[Coringa::Regua, Coringa::Posicao]),
];

fn groups_of(coringa: Coringa) -> impl Iterator<Item = Grupo> {
    PEDIDOS.into_iter().filter(move |(_, deles)| deles.contains(&coringa)).map(|(grupo, _)| grupo)
}

#[cfg(test)]
mod tests {
    use domain::coringas::Escopo;

    use super::*;

    #[test]
    fn r11_a_new_coringa_is_read_somewhere_or_is_what_the_fence_sees() {
        let da_cerca = [
            "NOME",
            "PRIMEIRO_NOME",
            "CPF_CNPJ",
            "CPF_CNPJ_MASCARADO",
            "CODIGO_DEVEDOR",
            "EMAIL",
            "EMPRESA",
            "EMPRESA_EMAIL",
            "CREDOR",
            "TITULO",
            "TIPO_TITULO",
            "TIPO_NEGOCIO",
            "DATA_VENCIMENTO",
            "DIAS_ATRASO",
            "VALOR_ORIGINAL",
            "SALDO",
            "QTD_TITULOS",
            "TOTAL",
            "TOTAL_ORIGINAL",
            "VENCIMENTO_MAIS_ANTIGO",
            "LISTA_TITULOS",
            "DATA_HOJE",
            "DATA_EXTENSO",
            "PROTOCOLO",
            "LINK_DESCADASTRO",
        ];
        let outras = Coringa::TODOS.iter().filter(|coringa| groups_of(**coringa).next().is_none());
        assert_eq!(outras.map(|coringa| coringa.nome()).collect::<Vec<_>>(), da_cerca);
    }

    #[test]
    fn r11_only_what_some_text_asks_for_is_read() {
        let wanted = |textos: &[&str]| wanted(textos.iter().copied()).into_iter().collect::<Vec<_>>();
        assert_eq!(wanted(&["#NOME# #LISTA_TITULOS|max=3#", "Olá"]), []);
        assert_eq!(wanted(&["#UF#", "#UF# #CEP#"]), [Grupo::Destinatario]);
        assert_eq!(wanted(&["#TOTAL_ATUALIZADO|extenso#"]), [Grupo::Titulos, Grupo::Encargos]);
        assert_eq!(wanted(&["#CREDOR_CNPJ#", "#POSICAO#"]), [Grupo::Emitente, Grupo::Titulos, Grupo::Regua]);
        assert_eq!(wanted(&["#NAO_HA# #UF#"]), [], "it does not leave");
        let acordo = Coringa::TODOS.iter().filter(|coringa| coringa.escopo() == Escopo::Acordo);
        assert!(acordo.flat_map(|coringa| groups_of(*coringa)).all(|grupo| grupo == Grupo::Parcelas));
    }
}
