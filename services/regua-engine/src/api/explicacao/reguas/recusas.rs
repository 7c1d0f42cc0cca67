//! Why a régua does not take títulos: what it asks for, and what there is.

use domain::ids::ReguaId;
use domain::regua::{Criterio, Criterios, Desempate, Perfil, Porque, Razao, Recusa, SobreRegua};
use domain::titulo::Titulo;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;
use web::esquema;

use super::super::frases;
use super::super::leitor::Leitor;

/// Values of a list that are shown.
const MAX_VALORES: usize = 20;

/// Por que uma régua não fica com alguns títulos.
#[derive(Serialize, ToSchema)]
pub(super) struct UmaRecusa {
    /// `criterio`, `regua_anterior` ou `guardado`.
    #[schema(value_type = esquema::Razao, example = "criterio")]
    codigo: &'static str,
    /// A regra que o diz: do critério, de `s02` a `s10`.
    #[schema(example = "s07")]
    regra: &'static str,
    /// O mesmo, em palavras.
    #[schema(example = "2 títulos fora: categoria do devedor.")]
    frase: String,
    /// O primeiro critério que não é atendido.
    #[schema(value_type = Option<esquema::Criterio>)]
    criterio: Option<&'static str>,
    /// O que a régua exige: `de` e `ate`, `valores` (no máximo 20, e `quantos`) ou `minimo`.
    #[schema(value_type = Option<Object>, example = json!({"valores": ["varejo"], "quantos": 1}))]
    exige: Option<Value>,
    /// Do valor mínimo de uma régua por devedor: o que havia quando chegou a vez dela.
    #[schema(value_type = Option<esquema::Soma>)]
    soma: Option<String>,
    /// A régua que fica com eles.
    regua_id: Option<Uuid>,
    /// Por que ela vem antes.
    #[schema(value_type = Option<esquema::Desempate>)]
    desempate: Option<&'static str>,
    /// Quantos títulos.
    quantos: usize,
    /// Alguns deles.
    titulos: Vec<UmRecusado>,
}

/// Um título que a régua não aceita.
#[derive(Serialize, ToSchema)]
struct UmRecusado {
    /// Título.
    titulo_id: Uuid,
    /// O que ele, ou o devedor, tem; nulo se não tem.
    encontrado: Option<Encontrado>,
}

/// O que o título ou o devedor tem: um texto, uma data, um valor em reais ou, do score, um número.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(example = json!("atacado"))]
enum Encontrado {
    /// Todos os critérios que não são o score.
    Texto(String),
    /// O score.
    Numero(i32),
}

impl UmaRecusa {
    /// In words.
    pub(super) fn sentence(&self) -> String {
        self.frase.clone()
    }
}

/// The refusals of a régua.
pub(super) fn read(leitor: &Leitor<'_>, regua: &domain::regua::Regua, sobre: &SobreRegua) -> Vec<UmaRecusa> {
    let recusas = sobre.recusas.iter().filter(|recusa| leitor.wanted(&recusa.titulos));
    recusas.map(|recusa| one(leitor, regua.criterios(), recusa)).collect()
}

fn one(leitor: &Leitor<'_>, criterios: &Criterios, recusa: &Recusa) -> UmaRecusa {
    let (codigo, regra, criterio, soma, outra, desempate) = match recusa.porque {
        Porque::Criterio { criterio, soma } => {
            (Razao::Criterio, frases::criterion_rule(criterio), Some(criterio), soma, None, None)
        }
        Porque::ReguaAnterior { regua, desempate } => {
            (Razao::ReguaAnterior, Razao::ReguaAnterior.regra(), None, None, Some(regua), Some(desempate))
        }
        Porque::Guardado { regua } => {
            (Razao::Guardado, Razao::Guardado.regra(), None, None, Some(regua), None)
        }
    };
    let recusado = |titulo: &Titulo| UmRecusado {
        titulo_id: titulo.id.uuid(),
        encontrado: criterio.and_then(|criterio| found(&leitor.devedor.perfil, titulo, criterio)),
    };
    let titulos = leitor.sample_ids(&recusa.titulos).filter_map(|id| leitor.titulo(id)).map(recusado);
    UmaRecusa {
        codigo: codigo.as_str(),
        regra,
        frase: sentence(leitor, recusa),
        criterio: criterio.map(Criterio::as_str),
        exige: criterio.map(|criterio| wanted(criterios, criterio)),
        soma: soma.map(|soma| soma.to_string()),
        regua_id: outra.map(ReguaId::uuid),
        desempate: desempate.map(Desempate::as_str),
        quantos: recusa.titulos.len(),
        titulos: titulos.collect(),
    }
}

fn sentence(leitor: &Leitor<'_>, recusa: &Recusa) -> String {
    let quantos = frases::titulos(recusa.titulos.len());
    match recusa.porque {
        Porque::Criterio { criterio, soma: Some(soma) } => {
            format!("{quantos} fora: {}; juntos somam {}.", frases::criterion(criterio), soma.reais())
        }
        Porque::Criterio { criterio, soma: None } => {
            format!("{quantos} fora: {}.", frases::criterion(criterio))
        }
        Porque::ReguaAnterior { regua, desempate } => {
            format!("{quantos} com a régua {}, que {}.", leitor.name(regua), frases::tiebreak(desempate))
        }
        Porque::Guardado { regua } => {
            format!("{quantos} com a régua {}, onde já estavam e ficam.", leitor.name(regua))
        }
    }
}

/// What a régua asks for.
fn wanted(criterios: &Criterios, criterio: Criterio) -> Value {
    match criterio {
        Criterio::Vencimento => json!({"de": criterios.vencimento_de, "ate": criterios.vencimento_ate}),
        Criterio::Origem => list(criterios.origem.iter()),
        Criterio::Credor => list(criterios.credores.iter()),
        Criterio::TipoPessoa => list(criterios.tipos_pessoa.iter()),
        Criterio::Categoria => list(criterios.categorias.iter()),
        Criterio::TipoNegocio => list(criterios.tipos_negocio.iter()),
        Criterio::TipoTitulo => list(criterios.tipos_titulo.iter()),
        Criterio::Score => json!({"de": criterios.score_de, "ate": criterios.score_ate}),
        Criterio::ValorMinimo => json!({"minimo": criterios.valor_minimo.map(|minimo| minimo.to_string())}),
    }
}

fn list<T: ToString>(valores: impl ExactSizeIterator<Item = T>) -> Value {
    let quantos = valores.len();
    let alguns: Vec<String> = valores.take(MAX_VALORES).map(|valor| valor.to_string()).collect();
    json!({"valores": alguns, "quantos": quantos})
}

/// What there is of it.
fn found(perfil: &Perfil, titulo: &Titulo, criterio: Criterio) -> Option<Encontrado> {
    let texto = match criterio {
        Criterio::Vencimento => Some(titulo.vencimento.to_string()),
        Criterio::Origem => Some(titulo.origem.to_string()),
        Criterio::Credor => titulo.credor.map(|credor| credor.to_string()),
        Criterio::TipoPessoa => Some(perfil.tipo_pessoa.to_string()),
        Criterio::Categoria => perfil.categoria.as_ref().map(ToString::to_string),
        Criterio::TipoNegocio => titulo.tipo_negocio.as_ref().map(ToString::to_string),
        Criterio::TipoTitulo => titulo.tipo_titulo.as_ref().map(ToString::to_string),
        Criterio::ValorMinimo => Some(titulo.saldo.to_string()),
        Criterio::Score => return perfil.score.map(Encontrado::Numero),
    };
    texto.map(Encontrado::Texto)
}
