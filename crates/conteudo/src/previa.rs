//! A text as a debtor would get it, with what it costs and what had better be said otherwise.

use std::cmp::Reverse;

use chrono::{DateTime, NaiveDate, Utc};
use domain::coringas::{Coringa, Texto as ComCoringas};
use domain::execucao::Canal;
use domain::lote::assunto;
use domain::titulo::Titulo;
use render::sms::{Alfabeto, Opcoes, SmsPronto};
use render::{RenderError, Valores};
use serde::Serialize;
use store::disparos::Linha;
use store::previas::Previa;
use store::templates::TemplateLido;
use thiserror::Error;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::achados::{self, Achado, Gravidade, Olhado};
use crate::valores::{self, Origem};

/// Um texto como o devedor o receberia.
#[derive(Serialize, ToSchema)]
pub struct PreVisualizacao {
    /// Canal.
    #[schema(pattern = "^(email|sms|carta)$", example = "sms")]
    canal: &'static str,
    /// Assunto; nulo em SMS e carta.
    assunto: Option<String>,
    /// Texto; nulo quando não há como montá-lo, e `achados` diz por quê. Um coringa sem valor aparece como foi escrito.
    texto: Option<String>,
    /// O mesmo em HTML; somente em e-mail.
    html: Option<String>,
    /// O que o texto ocupa; somente em SMS.
    sms: Option<TamanhoDeSms>,
    /// Títulos com que foi preenchido.
    titulos: Vec<Uuid>,
    /// O que impede o envio, e o que convém mudar.
    achados: Vec<AchadoLido>,
}

/// O que um SMS ocupa.
#[derive(Serialize, ToSchema)]
struct TamanhoDeSms {
    /// Alfabeto em que sai; uma letra que falta no GSM-7 leva o texto todo para UCS-2.
    alfabeto: AlfabetoLido,
    /// Unidades do alfabeto.
    unidades: usize,
    /// Segmentos, como o provedor os conta.
    #[schema(example = 1)]
    segmentos: usize,
    /// Títulos que ficaram fora da lista para caber.
    titulos_cortados: usize,
}

/// Um alfabeto de SMS.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum AlfabetoLido {
    /// Até 160 caracteres num segmento.
    Gsm7,
    /// Até 70 caracteres num segmento.
    Ucs2,
}

/// Algo que se achou no texto.
#[derive(Serialize, ToSchema)]
struct AchadoLido {
    /// O que é.
    #[schema(example = "identificacao_do_credor")]
    codigo: &'static str,
    /// Se impede o envio.
    gravidade: GravidadeLida,
    /// O que fazer a respeito.
    detalhe: String,
    /// Coringa de que se trata.
    coringa: Option<&'static str>,
}

/// O peso de um achado.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum GravidadeLida {
    /// A mensagem não sairia.
    Impede,
    /// A mensagem sairia, e convém mudá-la.
    Alerta,
}

/// For whom a text is shown.
#[derive(Clone, Copy)]
pub enum Destinatario<'a> {
    /// The sample debtor: every coringa has the value that the catalogue shows.
    Exemplo,
    /// A debtor who would get it from a régua, of which nobody knows yet which it would be.
    DeRegua(&'a Previa),
    /// A debtor who would get it from a batch action: no régua has a name there.
    DeLote(&'a Previa),
}

/// A text to show, of a channel.
#[derive(Clone)]
pub struct Textos {
    /// Channel.
    pub canal: Canal,
    /// Subject, where the channel has one.
    pub assunto: Option<String>,
    /// Body.
    pub corpo: String,
}

/// What a text names that is no coringa.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct TextoInvalido(String);

impl Textos {
    /// Those of a template; `None` of one whose channel this version does not know.
    #[must_use]
    pub fn of(lido: TemplateLido) -> Option<Self> {
        let canal = Canal::parse(&lido.canal).ok()?;
        Some(Self { canal, assunto: lido.assunto, corpo: lido.corpo })
    }

    /// Each of them.
    #[must_use]
    pub fn all(&self) -> Vec<&str> {
        self.assunto.as_deref().into_iter().chain([self.corpo.as_str()]).collect()
    }

    /// What a debtor would get.
    ///
    /// # Errors
    /// They were checked when they were saved, by a catalogue that has since lost a coringa of theirs.
    pub fn shown(
        self,
        para: Destinatario<'_>,
        agora: DateTime<Utc>,
        sms: Opcoes,
    ) -> Result<PreVisualizacao, TextoInvalido> {
        let assunto = self.assunto.as_deref().map(parse).transpose()?;
        let corpo = parse(&self.corpo)?;
        let (valores, titulos) = match para {
            Destinatario::Exemplo => (valores::sample(), Vec::new()),
            Destinatario::DeRegua(previa) => values_of(
                previa,
                agora,
                &[Coringa::Regua, Coringa::Posicao, Coringa::Protocolo, Coringa::LinkDescadastro],
            ),
            Destinatario::DeLote(previa) => {
                values_of(previa, agora, &[Coringa::Protocolo, Coringa::LinkDescadastro])
            }
        };
        let textos: Vec<&ComCoringas> = assunto.iter().chain([&corpo]).collect();
        let faltam = achados::without_value(&textos, &valores);
        let a_vista = faltam
            .into_iter()
            .fold(valores.clone(), |valores, coringa| valores.com(coringa, format!("#{}#", coringa.nome())));
        let montada = Montada::new(self.canal, assunto.as_ref(), &corpo, (&a_vista, sms));
        let pronto = montada.texto.as_deref().unwrap_or_default();
        let olhado =
            Olhado { canal: self.canal, assunto: assunto.as_ref(), corpo: &corpo, valores: &valores, pronto };
        let mut todos = achados::find(&olhado);
        todos.extend(montada.achados);
        todos.sort_by_key(|achado| achado.gravidade != Gravidade::Impede);
        Ok(PreVisualizacao {
            canal: self.canal.as_str(),
            assunto: montada.assunto,
            texto: montada.texto,
            html: montada.html,
            sms: montada.sms,
            titulos,
            achados: todos.into_iter().map(AchadoLido::from).collect(),
        })
    }
}

fn parse(texto: &str) -> Result<ComCoringas, TextoInvalido> {
    ComCoringas::parse(texto).map_err(|invalidos| {
        let ditos: Vec<String> = invalidos.iter().map(ToString::to_string).collect();
        TextoInvalido(ditos.join("; "))
    })
}

/// The values of a debtor, and the títulos that they are of: those overdue, or all where none is. What only a message that was
/// decided has shows what it looks like.
fn values_of(previa: &Previa, agora: DateTime<Utc>, exemplares: &[Coringa]) -> (Valores, Vec<Uuid>) {
    let hoje = agora.with_timezone(&previa.fuso).date_naive();
    let linhas = listed(previa, hoje);
    let titulos = linhas.iter().map(|linha| linha.titulo.id.uuid()).collect();
    let mut valores = valores::values(&Origem::from(previa), &linhas, hoje);
    for coringa in exemplares {
        valores.set(*coringa, valores::sample_of(*coringa));
    }
    (valores, titulos)
}

/// What a batch would be about ([`assunto`]), the reference first (rule m03).
fn listed(previa: &Previa, hoje: NaiveDate) -> Vec<&Linha> {
    let efetivo = |linha: &Linha| previa.regras.vencimento_efetivo(linha.titulo.vencimento);
    let titulos: Vec<Titulo> = previa.linhas.iter().map(|linha| linha.titulo.clone()).collect();
    let ditos = assunto(&titulos, hoje, &previa.regras);
    let mut linhas: Vec<&Linha> =
        previa.linhas.iter().filter(|linha| ditos.contains(&linha.titulo.id)).collect();
    linhas.sort_by_key(|linha| (efetivo(linha), Reverse(linha.titulo.saldo), linha.titulo.id));
    linhas
}

impl PreVisualizacao {
    /// The segments of an SMS; `None` of other channels, and of what cannot be put together.
    #[must_use]
    pub fn segmentos(&self) -> Option<usize> {
        self.sms.as_ref().map(|sms| sms.segmentos)
    }
}

/// What became of a text.
#[derive(Default)]
struct Montada {
    assunto: Option<String>,
    texto: Option<String>,
    html: Option<String>,
    sms: Option<TamanhoDeSms>,
    achados: Vec<Achado>,
}

impl Montada {
    fn new(
        canal: Canal,
        assunto: Option<&ComCoringas>,
        corpo: &ComCoringas,
        (valores, sms): (&Valores, Opcoes),
    ) -> Self {
        if canal == Canal::Sms {
            return Self::sms(corpo, valores, sms);
        }
        let nenhum = ComCoringas::default();
        match render::email::render(assunto.unwrap_or(&nenhum), corpo, valores) {
            Ok(pronto) if canal == Canal::Email => Self {
                assunto: Some(pronto.assunto),
                texto: Some(pronto.texto),
                html: Some(pronto.html),
                ..Self::default()
            },
            Ok(pronto) => Self { texto: Some(pronto.texto), ..Self::default() },
            Err(erro) => Self::not(&erro),
        }
    }

    /// A text that takes too many segments is shown all the same, to be made shorter.
    fn sms(corpo: &ComCoringas, valores: &Valores, opcoes: Opcoes) -> Self {
        match render::sms::render(corpo, valores, opcoes) {
            Ok(pronto) => Self { achados: Vec::from_iter(cut(&pronto)), ..Self::of_sms(pronto) },
            Err(RenderError::NaoCabe) => {
                let mut sem_limite = opcoes;
                sem_limite.perfil.max_segmentos = u8::MAX;
                let inteiro =
                    render::sms::render(corpo, valores, sem_limite).map(Self::of_sms).unwrap_or_default();
                let max = opcoes.perfil.max_segmentos;
                let detalhe = format!("o texto não cabe em {max} segmentos; a mensagem não sairia");
                Self { achados: vec![stops("segmentos_demais", detalhe)], ..inteiro }
            }
            Err(erro) => Self::not(&erro),
        }
    }

    fn of_sms(pronto: SmsPronto) -> Self {
        let tamanho = TamanhoDeSms {
            alfabeto: match pronto.tamanho.alfabeto {
                Alfabeto::Gsm7 => AlfabetoLido::Gsm7,
                Alfabeto::Ucs2 => AlfabetoLido::Ucs2,
            },
            unidades: pronto.tamanho.unidades,
            segmentos: pronto.tamanho.segmentos,
            titulos_cortados: pronto.cortados,
        };
        Self { texto: Some(pronto.texto), sms: Some(tamanho), ..Self::default() }
    }

    fn not(erro: &RenderError) -> Self {
        Self { achados: vec![stops("mensagem_invalida", erro.to_string())], ..Self::default() }
    }
}

/// Rule m10: what was left out of the list.
fn cut(pronto: &SmsPronto) -> Option<Achado> {
    let detalhe = format!("{} títulos ficam fora da lista", pronto.cortados);
    let achado = Achado { codigo: "lista_cortada", gravidade: Gravidade::Alerta, detalhe, coringa: None };
    (pronto.cortados > 0).then_some(achado)
}

fn stops(codigo: &'static str, detalhe: String) -> Achado {
    Achado { codigo, gravidade: Gravidade::Impede, detalhe, coringa: None }
}

impl From<Achado> for AchadoLido {
    fn from(achado: Achado) -> Self {
        let gravidade = match achado.gravidade {
            Gravidade::Impede => GravidadeLida::Impede,
            Gravidade::Alerta => GravidadeLida::Alerta,
        };
        let (codigo, detalhe) = (achado.codigo, achado.detalhe);
        Self { codigo, gravidade, detalhe, coringa: achado.coringa.map(Coringa::nome) }
    }
}

#[cfg(test)]
mod tests {
    use domain::dinheiro::Centavos;
    use domain::ids::TituloId;
    use domain::regua::Regras;
    use domain::titulo::{Negociacao, Origem, StatusTitulo};
    use store::fatos::Fatos;

    use super::*;

    fn linha(n: u128, vencimento: &str, origem: Origem, negociacao: Option<Negociacao>) -> Linha {
        let titulo = Titulo {
            id: TituloId::new(Uuid::from_u128(n)),
            vencimento: vencimento.parse().unwrap(),
            saldo: Centavos::new(100),
            status: StatusTitulo::Aberto,
            origem,
            suspenso_ate: None,
            negociacao,
            credor: None,
            tipo_negocio: None,
            tipo_titulo: None,
        };
        Linha { titulo, numero: format!("NF-{n}"), valor: Centavos::new(100), credor: None }
    }

    fn shown(linhas: Vec<Linha>) -> Vec<u128> {
        let previa = Previa {
            fuso: chrono_tz::America::Sao_Paulo,
            regras: Regras::default(),
            empresa_nome: "Cobradora Exemplo".to_owned(),
            remetente_email: "cobranca@exemplo.com.br".to_owned(),
            avulso: false,
            nome: "Maria".to_owned(),
            documento: None,
            codigo: None,
            email: None,
            linhas,
            fatos: Fatos::default(),
        };
        let hoje = "2026-03-10".parse().unwrap();
        listed(&previa, hoje).iter().map(|linha| linha.titulo.id.uuid().as_u128()).collect()
    }

    #[test]
    fn b13_what_is_shown_is_what_would_be_sent() {
        let (aberta, vence) = ("2026-02-10", "2026-03-20");
        let a_confirmar = Some(Negociacao::NaoConfirmada { primeira_parcela: "2026-03-30".parse().unwrap() });
        let parcela = |n, vencimento| linha(n, vencimento, Origem::Acordo, a_confirmar);
        let original = |n, vencimento| linha(n, vencimento, Origem::Original, None);
        assert_eq!(shown(vec![original(1, vence), original(2, aberta)]), [2]);
        assert_eq!(shown(vec![original(1, vence)]), [1]);
        // Rule k07: nobody is charged an instalment of an agreement that nobody confirmed, and it may still come due.
        assert_eq!(shown(vec![parcela(1, aberta), parcela(2, vence)]), [2]);
        assert_eq!(shown(vec![parcela(1, aberta)]), [0_u128; 0]);
        let mut suspenso = original(1, aberta);
        suspenso.titulo.status = StatusTitulo::Suspenso;
        suspenso.titulo.suspenso_ate = "2026-03-09".parse().ok();
        assert_eq!(shown(vec![suspenso.clone()]), [1], "its suspension has ended");
        suspenso.titulo.suspenso_ate = "2026-04-09".parse().ok();
        assert_eq!(shown(vec![suspenso]), [0_u128; 0]);
    }
}
