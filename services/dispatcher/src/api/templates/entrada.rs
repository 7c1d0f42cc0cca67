//! Templates as they come in: form and limits, and what the fields mean together.

use deserr::Deserr;
use domain::coringas::Lugar;
use domain::execucao::Canal;
use serde::Serialize;
use serde_json::{Value, json};
use store::templates::{TemplateLido, TextoNomeado};
use utoipa::ToSchema;
use web::{ErroCampo, ErrosCampo, NaoNulo, Problema, Texto, TextoLongo};

/// Um canal que envia um texto.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserr, Serialize, ToSchema)]
#[deserr(error = ErrosCampo, rename_all = lowercase)]
#[serde(rename_all = "lowercase")]
pub(super) enum CanalDeTexto {
    /// E-mail.
    Email,
    /// SMS.
    Sms,
    /// Carta.
    Carta,
}

impl From<CanalDeTexto> for Canal {
    fn from(canal: CanalDeTexto) -> Self {
        match canal {
            CanalDeTexto::Email => Self::Email,
            CanalDeTexto::Sms => Self::Sms,
            CanalDeTexto::Carta => Self::Carta,
        }
    }
}

/// Um template novo.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
pub(super) struct TemplateEntrada {
    /// Canal; não muda depois.
    canal: CanalDeTexto,
    /// Nome, único entre os do canal.
    nome: Texto<1, 120>,
    /// Assunto, com coringas; obrigatório em e-mail, não permitido nos demais.
    #[deserr(default)]
    assunto: Option<Texto<1, 200>>,
    /// Texto, com coringas.
    corpo: TextoLongo<1, 20_000>,
}

/// O que muda no template. O que não vem fica como está.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
pub(super) struct TemplateMudanca {
    /// Nome, único entre os do canal.
    #[deserr(default)]
    #[schema(value_type = Texto<1, 120>, required = false)]
    nome: NaoNulo<Texto<1, 120>>,
    /// Assunto, com coringas; somente em e-mail.
    #[deserr(default)]
    #[schema(value_type = Texto<1, 200>, required = false)]
    assunto: NaoNulo<Texto<1, 200>>,
    /// Texto, com coringas.
    #[deserr(default)]
    #[schema(value_type = TextoLongo<1, 20_000>, required = false)]
    corpo: NaoNulo<TextoLongo<1, 20_000>>,
}

/// What changes of a template; `None` stays.
pub(super) struct Mudanca {
    nome: Option<String>,
    assunto: Option<String>,
    corpo: Option<String>,
}

impl Mudanca {
    /// The template after it.
    pub(super) fn of(&self, antes: &TemplateLido) -> Result<TextoNomeado, Problema> {
        let depois = TextoNomeado {
            nome: self.nome.as_ref().unwrap_or(&antes.nome).clone(),
            assunto: self.assunto.as_ref().or(antes.assunto.as_ref()).cloned(),
            corpo: self.corpo.as_ref().unwrap_or(&antes.corpo).clone(),
        };
        let seria = json!({"assunto": depois.assunto, "corpo": depois.corpo});
        let canal = Canal::parse(&antes.canal).unwrap_or(Canal::Email);
        let erros = of_text(&seria, canal);
        if erros.is_empty() { Ok(depois) } else { Err(Problema::validacao(erros)) }
    }
}

/// A new template.
///
/// # Errors
/// 422 with every fault at once: those of form, and those between fields.
pub(super) fn read_new(corpo: Value) -> Result<(Canal, TextoNomeado), Problema> {
    let canal = corpo.get("canal").and_then(Value::as_str).and_then(|canal| Canal::parse(canal).ok());
    // Of a channel that there is not nothing more can be said.
    let entre_campos = canal.filter(|canal| canal.exige_conteudo()).map(|canal| of_text(&corpo, canal));
    let lido: TemplateEntrada = read(corpo, entre_campos.unwrap_or_default())?;
    let texto = TextoNomeado {
        nome: lido.nome.into_string(),
        assunto: lido.assunto.map(Texto::into_string),
        corpo: lido.corpo.into_string(),
    };
    Ok((lido.canal.into(), texto))
}

/// A change of one, as far as it can be judged without its channel.
///
/// # Errors
/// As [`read_new`].
pub(super) fn read_change(corpo: Value) -> Result<Mudanca, Problema> {
    let entre_campos = of_coringas(&corpo, Canal::Email);
    let lido: TemplateMudanca = read(corpo, entre_campos)?;
    Ok(Mudanca {
        nome: lido.nome.0.map(Texto::into_string),
        assunto: lido.assunto.0.map(Texto::into_string),
        corpo: lido.corpo.0.map(TextoLongo::into_string),
    })
}

/// Reads a body with every fault at once.
///
/// # Errors
/// 422 with all of them.
pub(super) fn read<T: Deserr<ErrosCampo>>(corpo: Value, entre_campos: Vec<ErroCampo>) -> Result<T, Problema> {
    match web::parse::<T>(corpo) {
        Ok(lido) if entre_campos.is_empty() => Ok(lido),
        Ok(_) => Err(Problema::validacao(entre_campos)),
        Err(mut erros) => {
            erros.extend(entre_campos);
            Err(Problema::validacao(erros))
        }
    }
}

/// Rules r09, r10, r11 of a text of this channel.
pub(super) fn of_text(valor: &Value, canal: Canal) -> Vec<ErroCampo> {
    let tem = |campo: &str| valor.get(campo).is_some_and(|valor| !valor.is_null());
    let mut erros = Vec::new();
    match (canal, tem("assunto")) {
        (Canal::Email, false) => {
            erros.push(fault("/assunto", "obrigatorio", "e-mail precisa de assunto".to_owned()));
        }
        (Canal::Email, true) | (_, false) => {}
        (_, true) => erros.push(fault("/assunto", "nao_permitido", format!("{canal} não tem assunto"))),
    }
    let corpo = valor.get("corpo").and_then(Value::as_str).unwrap_or_default();
    if !corpo.is_empty() && corpo.trim().is_empty() {
        erros.push(fault("/corpo", "obrigatorio", "o texto não pode ser só de espaços".to_owned()));
    }
    erros.extend(of_coringas(valor, canal));
    erros
}

/// A subject where there may be none is judged as if it stood in an e-mail.
fn of_coringas(valor: &Value, canal: Canal) -> Vec<ErroCampo> {
    let conferir = |(campo, canal, lugar): (&str, Canal, Lugar)| {
        let texto = valor.get(campo).and_then(Value::as_str).unwrap_or_default();
        servico::textos::conferir(&format!("/{campo}"), texto, canal, lugar)
    };
    let textos = [("assunto", Canal::Email, Lugar::Assunto), ("corpo", canal, Lugar::Corpo)];
    textos.into_iter().flat_map(conferir).collect()
}

pub(super) fn fault(campo: &str, codigo: &'static str, detalhe: String) -> ErroCampo {
    ErroCampo { campo: campo.to_owned(), codigo: codigo.into(), detalhe: detalhe.into() }
}
