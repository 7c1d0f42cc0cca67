//! A text as a debtor would get it, with what it costs and what had better be said otherwise.

use std::cmp::Reverse;

use actix_web::post;
use actix_web::web::{Data, Json};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use deserr::Deserr;
use domain::coringas::{Coringa, Texto as ComCoringas};
use domain::execucao::Canal;
use domain::ids::{DevedorId, TemplateId};
use render::sms::{Alfabeto, Opcoes, SmsPronto};
use render::{RenderError, Valores};
use serde::Serialize;
use serde_json::Value;
use store::disparos::Linha;
use store::previas::{self, Previa};
use store::templates;
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Autorizado, Corpo, ErroCampo, ErrosCampo, Problema, Texto, TextoLongo, escopos};

use super::entrada::{CanalDeTexto, fault, of_text, read};
use crate::api::Contexto;
use crate::conteudo::achados::{self, Achado, Gravidade, Olhado};
use crate::conteudo::valores::{self, Origem};

/// O que mostrar: um texto, ou um template; para um devedor, ou para o de exemplo.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
pub(super) struct PreviaEntrada {
    /// Canal do texto; obrigatório sem `template_id`.
    #[deserr(default)]
    canal: Option<CanalDeTexto>,
    /// Assunto, com coringas; somente em e-mail.
    #[deserr(default)]
    assunto: Option<Texto<1, 200>>,
    /// Texto, com coringas; obrigatório sem `template_id`.
    #[deserr(default)]
    corpo: Option<TextoLongo<1, 20_000>>,
    /// Template, em vez de canal, assunto e texto.
    #[deserr(default)]
    #[schema(value_type = Option<Uuid>)]
    template_id: Option<TemplateId>,
    /// Devedor com cujos dados o texto é preenchido; ausente, um devedor de exemplo.
    #[deserr(default)]
    #[schema(value_type = Option<Uuid>)]
    devedor_id: Option<DevedorId>,
}

/// Um texto como o devedor o receberia.
#[derive(Serialize, ToSchema)]
struct PreVisualizacao {
    /// Canal.
    #[schema(value_type = CanalDeTexto, example = "sms")]
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

/// Mostra um texto como um devedor o receberia, com o tamanho em SMS e o que convém mudar. Nada é gravado nem enviado.
///
/// Com `devedor_id` são usados os seus títulos abertos e vencidos, ou os abertos se nenhum venceu.
#[utoipa::path(
    operation_id = "pre_visualizar_template",
    tag = "Templates",
    request_body(content = PreviaEntrada, example = json!({
        "canal": "sms", "corpo": "#CREDOR#: #PRIMEIRO_NOME#, há #TOTAL# em aberto.",
    })),
    responses((status = 200, description = "O texto preenchido.", body = PreVisualizacao)),
    security(("chave_api" = ["templates:visualizar"])),
)]
#[post("/v1/templates/pre-visualizacao")]
pub(in crate::api) async fn preview(
    acesso: Autorizado<escopos::templates::Visualizar>,
    contexto: Data<Contexto>,
    corpo: Corpo<Value>,
) -> Result<Json<PreVisualizacao>, Problema> {
    let entre_campos = between_fields(&corpo.0);
    let entrada: PreviaEntrada = read(corpo.0, entre_campos)?;
    let devedor = entrada.devedor_id;
    let pedido = entrada.into_pedido();
    let (agora, sms) = (contexto.servico.relogio.agora(), contexto.sms());
    let lida = contexto.servico.da_empresa_em_um_instante(&acesso, move |t| {
        let textos = match &pedido {
            Ok(textos) => textos.clone(),
            Err(id) => match templates::get(t, *id)?.and_then(Textos::of) {
                Some(textos) => textos,
                None => return Ok(Err(unknown("/template_id", "template_desconhecido", "template"))),
            },
        };
        let previa = match devedor {
            None => None,
            Some(id) => match previas::read(t, id, &textos.all())? {
                Some(previa) => Some(previa),
                None => return Ok(Err(unknown("/devedor_id", "devedor_desconhecido", "devedor"))),
            },
        };
        Ok(Ok((textos, previa)))
    });
    let (textos, previa) = lida.await??;
    textos.shown(previa.as_ref(), agora, sms).map(Json)
}

/// A text to show, of a channel.
#[derive(Clone)]
struct Textos {
    canal: Canal,
    assunto: Option<String>,
    corpo: String,
}

impl PreviaEntrada {
    /// The text, or the template that it is of. The rules between fields left no other case.
    fn into_pedido(self) -> Result<Textos, TemplateId> {
        let assunto = self.assunto.map(Texto::into_string);
        match (self.template_id, self.canal, self.corpo) {
            (Some(id), _, _) => Err(id),
            (None, canal, corpo) => {
                let canal = canal.map_or(Canal::Email, Canal::from);
                let corpo = corpo.map(TextoLongo::into_string).unwrap_or_default();
                Ok(Textos { canal, assunto, corpo })
            }
        }
    }
}

fn between_fields(valor: &Value) -> Vec<ErroCampo> {
    let tem = |campo: &str| valor.get(campo).is_some_and(|valor| !valor.is_null());
    let campos = ["canal", "assunto", "corpo"];
    let template = valor.get("template_id").and_then(Value::as_str);
    if tem("template_id") && template.is_none_or(|id| Uuid::parse_str(id).is_err()) {
        return Vec::new(); // a fault of form: whether there should be a text beside it cannot be judged
    }
    if template.is_some() {
        let proprios = campos.into_iter().filter(|campo| tem(campo));
        let detalhe = || "o texto é o do template; mande um ou outro".to_owned();
        return proprios.map(|campo| fault(&format!("/{campo}"), "nao_permitido", detalhe())).collect();
    }
    let faltam = ["canal", "corpo"].into_iter().filter(|campo| !tem(campo));
    let detalhe = || "mande canal e corpo, ou template_id".to_owned();
    let mut erros: Vec<_> =
        faltam.map(|campo| fault(&format!("/{campo}"), "obrigatorio", detalhe())).collect();
    let canal = valor.get("canal").and_then(Value::as_str).and_then(|canal| Canal::parse(canal).ok());
    let canal = canal.filter(|canal| canal.exige_conteudo());
    erros.extend(canal.map(|canal| of_text(valor, canal)).unwrap_or_default());
    erros
}

fn unknown(campo: &str, codigo: &'static str, o_que: &str) -> Problema {
    Problema::validacao(vec![fault(campo, codigo, format!("a empresa não tem {o_que} com este id"))])
}

impl Textos {
    fn of(lido: templates::TemplateLido) -> Option<Self> {
        let canal = Canal::parse(&lido.canal).ok()?;
        Some(Self { canal, assunto: lido.assunto, corpo: lido.corpo })
    }

    fn all(&self) -> Vec<&str> {
        self.assunto.as_deref().into_iter().chain([self.corpo.as_str()]).collect()
    }

    /// What a debtor would get; the sample one where there is none.
    fn shown(
        self,
        previa: Option<&Previa>,
        agora: DateTime<Utc>,
        sms: Opcoes,
    ) -> Result<PreVisualizacao, Problema> {
        let assunto = self.assunto.as_deref().map(parse).transpose()?;
        let corpo = parse(&self.corpo)?;
        let (valores, titulos) =
            previa.map_or_else(|| (valores::sample(), Vec::new()), |previa| values_of(previa, agora));
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

/// What is stored was checked when it was saved, by the catalogue of then.
fn parse(texto: &str) -> Result<ComCoringas, Problema> {
    ComCoringas::parse(texto).map_err(|invalidos| {
        let ditos: Vec<String> = invalidos.iter().map(ToString::to_string).collect();
        Problema::validacao(vec![fault("/template_id", "coringa_desconhecido", ditos.join("; "))])
    })
}

/// The values of a debtor, and the títulos that they are of: those overdue, or all where none is.
fn values_of(previa: &Previa, agora: DateTime<Utc>) -> (Valores, Vec<Uuid>) {
    let hoje = agora.with_timezone(&previa.fuso.parse().unwrap_or(Tz::America__Sao_Paulo)).date_naive();
    let linhas = listed(previa, hoje);
    let titulos = linhas.iter().map(|linha| linha.titulo.id.uuid()).collect();
    let mut valores = valores::values(&Origem::from(previa), &linhas, hoje);
    // No régua sends a preview: what would say which one says what it looks like.
    for coringa in [Coringa::Regua, Coringa::Posicao, Coringa::Protocolo, Coringa::LinkDescadastro] {
        valores.set(coringa, valores::sample_of(coringa));
    }
    (valores, titulos)
}

/// Rule m03: the reference first.
fn listed(previa: &Previa, hoje: NaiveDate) -> Vec<&Linha> {
    let efetivo = |linha: &Linha| previa.regras.vencimento_efetivo(linha.titulo.vencimento);
    let mut linhas: Vec<&Linha> = previa.linhas.iter().filter(|linha| efetivo(linha) < hoje).collect();
    if linhas.is_empty() {
        linhas = previa.linhas.iter().collect();
    }
    linhas.sort_by_key(|linha| (efetivo(linha), Reverse(linha.titulo.saldo), linha.titulo.id));
    linhas
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
