//! A text as a debtor would get it, with what it costs and what had better be said otherwise.

use actix_web::post;
use actix_web::web::{Data, Json};
use conteudo::previa::{Destinatario, PreVisualizacao, Textos};
use deserr::Deserr;
use domain::execucao::Canal;
use domain::ids::{DevedorId, TemplateId};
use serde_json::Value;
use store::{previas, templates};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Autorizado, Corpo, ErroCampo, ErrosCampo, Problema, Texto, TextoLongo, escopos};

use super::entrada::{CanalDeTexto, fault, of_text, read};
use crate::api::Contexto;

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
    let para = previa.as_ref().map_or(Destinatario::Exemplo, Destinatario::DeRegua);
    let mostrada = textos.shown(para, agora, sms);
    mostrada.map(Json).map_err(|invalido| {
        Problema::validacao(vec![fault("/template_id", "coringa_desconhecido", invalido.to_string())])
    })
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
