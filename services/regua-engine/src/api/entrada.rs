//! Réguas as they come in: form and limits. What the fields mean together is judged in `regras` and `edicao`.

use chrono::{DateTime, Utc};
use deserr::Deserr;
use domain::execucao::Canal;
use domain::ids::{AcaoId, ConteudoId, PosicaoId, TemplateId};
use domain::regua::{self, Destinatarios, Modo};
use serde::Serialize;
use serde_json::Value;
use store::new_id;
use store::reguas::Conteudo;
use utoipa::ToSchema;
use web::{ErroCampo, ErroValor, ErrosCampo, Lista, NaoNulo, Problema, Texto, TextoLongo, esquema};

use super::criterios::CriteriosEntrada;
use super::templates::Citado;

/// Positions of a régua: a day each, for years.
pub(super) const MAX_POSICOES: usize = 1_000;
/// Actions of a position.
pub(super) const MAX_ACOES: usize = 20;
/// Ten years of calendar days (rule r03).
const MAX_DIAS: i64 = 3_650;

/// Uma nova régua, com as suas posições. Nasce inativa.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
pub(super) struct ReguaEntrada {
    /// Nome.
    #[schema(example = "Cobrança amigável")]
    pub(super) nome: Texto<1, 120>,
    /// As réguas ativas são tentadas da menor para a maior.
    #[deserr(default)]
    #[schema(default = 0, required = false)]
    pub(super) prioridade: i32,
    /// Quem percorre a régua: o devedor com todos os seus títulos, ou cada título por si.
    #[deserr(default = Modo::PorDevedor)]
    #[schema(value_type = esquema::ModoRegua, default = "por_devedor", required = false)]
    pub(super) modo: Modo,
    /// Para quem é; sem critérios, para todos.
    #[deserr(default)]
    #[schema(required = false)]
    pub(super) criterios: CriteriosEntrada,
    /// Posições, em qualquer ordem; uma por dia.
    #[deserr(default)]
    #[schema(value_type = Vec<PosicaoEntrada>, max_items = 1000, required = false)]
    pub(super) posicoes: Lista<PosicaoEntrada, MAX_POSICOES>,
}

/// O que muda na régua. O que não vem fica como está.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
pub(super) struct ReguaMudanca {
    /// Nome.
    #[deserr(default)]
    #[schema(value_type = Texto<1, 120>, required = false)]
    pub(super) nome: NaoNulo<Texto<1, 120>>,
    /// As réguas ativas são tentadas da menor para a maior.
    #[deserr(default)]
    #[schema(value_type = i32, required = false)]
    pub(super) prioridade: NaoNulo<i32>,
    /// Muda somente com a régua inativa; quem está nela recomeça da primeira posição.
    #[deserr(default)]
    #[schema(value_type = esquema::ModoRegua, required = false)]
    pub(super) modo: NaoNulo<Modo>,
    /// Todos os critérios: os que não vierem deixam de existir; `{}`, para todos.
    #[deserr(default)]
    #[schema(value_type = CriteriosEntrada, required = false)]
    pub(super) criterios: NaoNulo<CriteriosEntrada>,
}

/// Uma posição: um dia, e o que fazer nele.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
pub(super) struct PosicaoEntrada {
    /// O que os dias contam.
    #[deserr(default)]
    #[schema(value_type = TipoPosicao, default = "cobranca", required = false)]
    pub(super) tipo: TipoPosicao,
    /// Dias corridos.
    #[deserr(try_from(i64) = days -> ErroValor)]
    #[schema(minimum = 0, maximum = 3650, example = 6)]
    pub(super) dias: u16,
    /// Somente em `reposicionamento`, e obrigatório nele: os dias da posição `cobranca` anterior a que ele volta.
    #[deserr(default, try_from(Option<i64>) = days_if_any -> ErroValor)]
    #[schema(value_type = Option<u16>, minimum = 0, maximum = 3650)]
    pub(super) volta_para: Option<u16>,
    /// Todas saem na mesma noite. `reposicionamento` não tem ação.
    #[deserr(default)]
    #[schema(value_type = Vec<AcaoEntrada>, max_items = 20, required = false)]
    pub(super) acoes: Lista<AcaoEntrada, MAX_ACOES>,
}

/// Uma ação da posição.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
pub(super) struct AcaoEntrada {
    /// Por onde sai.
    #[schema(value_type = esquema::Canal, example = "email")]
    tipo: Canal,
    /// Assunto, com coringas; obrigatório em e-mail sem template, não permitido nos demais.
    #[deserr(default)]
    assunto: Option<Texto<1, 200>>,
    /// Texto, com coringas; obrigatório em e-mail, SMS e carta sem template, não permitido nos demais.
    #[deserr(default)]
    corpo: Option<TextoLongo<1, 20_000>>,
    /// Template do mesmo canal, em vez de assunto e texto; vale o texto que ele tiver na hora do envio.
    #[deserr(default)]
    #[schema(value_type = Option<Uuid>)]
    template_id: Option<TemplateId>,
    /// A qual dos contatos do devedor: ao preferido, ou a todos; um SMS a todos é uma execução para cada número.
    #[deserr(default = Destinatarios::Preferido)]
    #[schema(value_type = esquema::Destinatarios, default = "preferido", required = false)]
    destinatarios: Destinatarios,
    /// Obrigatório e `true` em `negativacao`: ela vai acontecer sem que ninguém confirme de novo.
    #[deserr(default)]
    #[expect(
        dead_code,
        reason = "judged by the rules between fields; a stored `negativacao` is a confirmed one"
    )]
    confirmo_negativacao_automatica: Option<bool>,
}

/// O que muda na ação. O que não vem fica como está; o tipo não muda.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
pub(super) struct AcaoMudanca {
    /// Assunto, com coringas; somente em e-mail.
    #[deserr(default)]
    #[schema(value_type = Texto<1, 200>, required = false)]
    pub(super) assunto: NaoNulo<Texto<1, 200>>,
    /// Texto, com coringas; somente em e-mail, SMS e carta.
    #[deserr(default)]
    #[schema(value_type = TextoLongo<1, 20_000>, required = false)]
    pub(super) corpo: NaoNulo<TextoLongo<1, 20_000>>,
    /// Template do mesmo canal, que toma o lugar do assunto e do texto. Um `corpo` toma o lugar do template.
    #[deserr(default)]
    #[schema(value_type = Uuid, required = false)]
    pub(super) template_id: NaoNulo<TemplateId>,
    /// A qual dos contatos do devedor: ao preferido, ou a todos; um SMS a todos é uma execução para cada número.
    #[deserr(default)]
    #[schema(value_type = esquema::Destinatarios, required = false)]
    pub(super) destinatarios: NaoNulo<Destinatarios>,
}

/// O que os dias de uma posição contam.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserr, Serialize, ToSchema)]
#[deserr(error = ErrosCampo, rename_all = lowercase)]
#[serde(rename_all = "lowercase")]
pub(super) enum TipoPosicao {
    /// `D+n`: dias depois da entrada na régua.
    #[default]
    Cobranca,
    /// `D-n`: dias antes do vencimento de cada título.
    Lembrete,
    /// `D+n` que volta a uma posição anterior; é a última da régua.
    Reposicionamento,
}

/// A position of which only its place among the others is not known yet.
pub(super) struct PosicaoNova {
    pub(super) id: PosicaoId,
    pub(super) tipo: TipoPosicao,
    pub(super) dias: u16,
    pub(super) volta_para: Option<u16>,
    pub(super) acoes: Vec<AcaoNova>,
}

/// An action with the text that it brings, of its own or a template's.
#[derive(Clone)]
pub(super) struct AcaoNova {
    pub(super) acao: regua::Acao,
    pub(super) texto: Option<(ConteudoId, Conteudo)>,
}

impl PosicaoEntrada {
    /// The templates that its actions name.
    pub(super) fn templates(&self, local: &str) -> Vec<Citado> {
        let acoes = self.acoes.iter().enumerate();
        acoes.filter_map(|(j, acao)| acao.template(&format!("{local}/acoes/{j}"))).collect()
    }

    /// The position and its actions with ids of their own.
    pub(super) fn nova(self, agora: DateTime<Utc>) -> PosicaoNova {
        PosicaoNova {
            id: PosicaoId::new(new_id(agora)),
            tipo: self.tipo,
            dias: self.dias,
            volta_para: self.volta_para,
            acoes: self.acoes.into_iter().map(|acao| acao.nova(agora)).collect(),
        }
    }
}

impl AcaoEntrada {
    /// The template that it names.
    pub(super) fn template(&self, local: &str) -> Option<Citado> {
        self.template_id.map(|id| Citado { local: format!("{local}/template_id"), canal: self.tipo, id })
    }

    /// The action with an id of its own.
    pub(super) fn nova(self, agora: DateTime<Utc>) -> AcaoNova {
        let assunto = self.assunto.map(Texto::into_string);
        let proprio = self.corpo.map(|corpo| Conteudo::Texto { assunto, corpo: corpo.into_string() });
        let conteudo = self.template_id.map(Conteudo::Template).or(proprio);
        let texto = conteudo.map(|conteudo| (ConteudoId::new(new_id(agora)), conteudo));
        let acao = regua::Acao {
            id: AcaoId::new(new_id(agora)),
            canal: self.tipo,
            conteudo: texto.as_ref().map(|(id, _)| *id),
            destinatarios: self.destinatarios,
        };
        AcaoNova { acao, texto }
    }
}

/// Reads a body with every fault at once: those of form, and those that `regras` finds between fields.
///
/// # Errors
/// 422 with all of them.
pub(super) fn read<T: Deserr<ErrosCampo>>(
    corpo: Value,
    regras: fn(&Value) -> Vec<ErroCampo>,
) -> Result<T, Problema> {
    let entre_campos = regras(&corpo);
    match web::parse::<T>(corpo) {
        Ok(lido) if entre_campos.is_empty() => Ok(lido),
        Ok(_) => Err(Problema::validacao(entre_campos)),
        Err(mut erros) => {
            erros.extend(entre_campos);
            Err(Problema::validacao(erros))
        }
    }
}

/// Rule r03: calendar days, an integer.
fn days(dias: i64) -> Result<u16, ErroValor> {
    let cabe = (0..=MAX_DIAS).contains(&dias);
    u16::try_from(dias).ok().filter(|_| cabe).ok_or_else(|| {
        ErroValor::new("fora_do_intervalo", format!("deve ser um número inteiro de 0 a {MAX_DIAS}"))
    })
}

fn days_if_any(dias: Option<i64>) -> Result<Option<u16>, ErroValor> {
    dias.map(days).transpose()
}
