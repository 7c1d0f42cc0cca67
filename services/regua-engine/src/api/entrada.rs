//! Réguas as they come in: form, limits, and what the store is handed.

use deserr::Deserr;
use domain::execucao::Canal;
use domain::regua::Gatilho;
use serde::Serialize;
use serde_json::Value;
use store::reguas::{Conteudo, NovaAcao, NovaPosicao, NovaRegua};
use utoipa::ToSchema;
use web::{ErroCampo, ErroValor, ErrosCampo, Lista, Problema, Texto, TextoLongo, esquema};

/// Positions of a régua: two months of daily actions.
pub(super) const MAX_POSICOES: usize = 60;
/// Actions of a position.
pub(super) const MAX_ACOES: usize = 20;
/// Ten years of calendar days (rule r03).
const MAX_DIAS: i64 = 3_650;
/// Faults listed in one answer.
const MAX_ERROS: usize = 100;

/// Uma nova régua, com as suas posições. Nasce inativa.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
pub(super) struct ReguaEntrada {
    /// Nome.
    #[schema(example = "Cobrança amigável")]
    nome: Texto<1, 120>,
    /// As réguas ativas são tentadas da menor para a maior.
    #[deserr(default)]
    #[schema(default = 0, required = false)]
    prioridade: i32,
    /// Posições, em qualquer ordem; uma por dia.
    #[deserr(default)]
    #[schema(value_type = Vec<PosicaoEntrada>, max_items = 60, required = false)]
    posicoes: Lista<PosicaoEntrada, MAX_POSICOES>,
}

/// Uma posição: um dia, e o que fazer nele.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
pub(super) struct PosicaoEntrada {
    /// `cobranca` conta dias depois da entrada na régua; `lembrete`, dias antes do vencimento de cada título.
    #[deserr(default)]
    #[schema(value_type = TipoPosicao, default = "cobranca", required = false)]
    tipo: TipoPosicao,
    /// Dias corridos.
    #[deserr(try_from(i64) = days -> ErroValor)]
    #[schema(minimum = 0, maximum = 3650, example = 6)]
    dias: u16,
    /// Todas saem na mesma noite.
    #[deserr(default)]
    #[schema(value_type = Vec<AcaoEntrada>, max_items = 20, required = false)]
    acoes: Lista<AcaoEntrada, MAX_ACOES>,
}

/// Uma ação da posição.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct AcaoEntrada {
    /// Por onde sai.
    #[schema(value_type = esquema::Canal, example = "email")]
    tipo: Canal,
    /// Assunto, com coringas; obrigatório em e-mail, não permitido nos demais.
    #[deserr(default)]
    assunto: Option<Texto<1, 200>>,
    /// Texto, com coringas; obrigatório em e-mail, SMS e carta, não permitido nos demais.
    #[deserr(default)]
    corpo: Option<TextoLongo<1, 20_000>>,
    /// Obrigatório e `true` em `negativacao`: ela vai acontecer sem que ninguém confirme de novo.
    #[deserr(default)]
    #[expect(
        dead_code,
        reason = "judged by the rules between fields; a stored `negativacao` is a confirmed one"
    )]
    confirmo_negativacao_automatica: Option<bool>,
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
        Ok(_) => Err(Problema::validacao(cut(entre_campos))),
        Err(mut erros) => {
            erros.extend(entre_campos);
            Err(Problema::validacao(cut(erros)))
        }
    }
}

fn cut(mut erros: Vec<ErroCampo>) -> Vec<ErroCampo> {
    if erros.len() > MAX_ERROS {
        erros.truncate(MAX_ERROS);
        erros.push(ErroCampo {
            campo: String::new(),
            codigo: "muitos_erros".into(),
            detalhe: "há mais erros; corrija estes e envie de novo".into(),
        });
    }
    erros
}

/// Rule r03: calendar days, an integer.
fn days(dias: i64) -> Result<u16, ErroValor> {
    let cabe = (0..=MAX_DIAS).contains(&dias);
    u16::try_from(dias).ok().filter(|_| cabe).ok_or_else(|| {
        ErroValor::new("fora_do_intervalo", format!("deve ser um número inteiro de 0 a {MAX_DIAS}"))
    })
}

impl From<ReguaEntrada> for NovaRegua {
    fn from(entrada: ReguaEntrada) -> Self {
        Self {
            nome: entrada.nome.into_string(),
            prioridade: entrada.prioridade,
            posicoes: entrada.posicoes.into_iter().map(NovaPosicao::from).collect(),
        }
    }
}

impl From<PosicaoEntrada> for NovaPosicao {
    fn from(entrada: PosicaoEntrada) -> Self {
        let gatilho = match entrada.tipo {
            TipoPosicao::Cobranca => Gatilho::Cobranca { dias: entrada.dias },
            TipoPosicao::Lembrete => Gatilho::Lembrete { dias_antes: entrada.dias },
        };
        Self { gatilho, acoes: entrada.acoes.into_iter().map(NovaAcao::from).collect() }
    }
}

impl From<AcaoEntrada> for NovaAcao {
    fn from(entrada: AcaoEntrada) -> Self {
        let assunto = entrada.assunto.map(Texto::into_string);
        let conteudo = entrada.corpo.map(|corpo| Conteudo { assunto, corpo: corpo.into_string() });
        Self { canal: entrada.tipo, conteudo }
    }
}
