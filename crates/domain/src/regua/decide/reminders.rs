//! The reminders: `D-` positions hang on the due date written on each título, never on an anchor (§0).

use super::assign::aceita;
use super::{Caso, menos_dias};
use crate::regua::chave;
use crate::regua::decisao::{AcaoDevida, Decisao, OrigemAcao, Passo};
use crate::regua::modelo::{Posicao, Regua};
use crate::titulo::{Titulo, ordenar_por_referencia};
use chrono::NaiveDate;

/// A reminder that a título gets tonight.
struct Devido<'a> {
    titulo: &'a Titulo,
    posicao: &'a Posicao,
    em: NaiveDate,
}

/// Reminds what is to be reminded tonight, and plans the next reminder of every título that may still get one.
pub(super) fn remind(caso: Caso<'_>, decisao: &mut Decisao) {
    let mut por_vencer: Vec<&Titulo> =
        caso.devedor.titulos.iter().filter(|titulo| titulo.lembravel(caso.hoje, caso.regras)).collect();
    if por_vencer.is_empty() {
        return;
    }
    ordenar_por_referencia(&mut por_vencer, caso.regras);
    for regua in caso.reguas.candidatas(caso.devedor) {
        let seus: Vec<&Titulo> = por_vencer.extract_if(.., |titulo| aceita(caso, regua, titulo)).collect();
        for titulo in &seus {
            planejar(caso, regua, titulo, decisao);
        }
        let devidos: Vec<_> = seus.into_iter().filter_map(|titulo| devido(caso, regua, titulo)).collect();
        for (_, posicao) in regua.lembretes() {
            let juntos: Vec<_> = devidos.iter().filter(|devido| devido.posicao.id == posicao.id).collect();
            lembrar(regua, posicao, &juntos, decisao);
        }
    }
}

/// The next reminders of a título.
fn planejar(caso: Caso<'_>, regua: &Regua, titulo: &Titulo, decisao: &mut Decisao) {
    let lembretes = regua.lembretes().filter(|(_, posicao)| !lembrado(caso, posicao, titulo));
    let datas = lembretes.map(|(dias_antes, _)| data_do_lembrete(titulo, dias_antes));
    datas.filter(|data| caso.hoje < *data).for_each(|data| decisao.agendar(data));
}

/// Rule l07: of the positions whose date has come only the tightest, once, and never after the due date.
fn devido<'a>(caso: Caso<'_>, regua: &'a Regua, titulo: &'a Titulo) -> Option<Devido<'a>> {
    regua
        .lembretes()
        .map(|(dias_antes, posicao)| Devido { titulo, posicao, em: data_do_lembrete(titulo, dias_antes) })
        .find(|devido| devido.em <= caso.hoje)
        .filter(|devido| !lembrado(caso, devido.posicao, titulo))
}

/// Once per position, whatever its actions were then: one that is added later, or takes the place of another, reminds
/// nobody again (rule r13).
pub(in crate::regua) fn lembrado(caso: Caso<'_>, posicao: &Posicao, titulo: &Titulo) -> bool {
    caso.devedor.lembrados.contains(&(posicao.id, titulo.id))
}

/// Rule l05: the títulos of one debtor that are reminded by the same position tonight share one message.
fn lembrar(regua: &Regua, posicao: &Posicao, juntos: &[&Devido<'_>], decisao: &mut Decisao) {
    let (Some(referencia), Some(devida_em)) = (juntos.first(), juntos.iter().map(|devido| devido.em).min())
    else {
        return;
    };
    let titulos: Vec<_> = juntos.iter().map(|devido| devido.titulo.id).collect();
    decisao.acoes.extend(posicao.acoes.iter().map(|acao| AcaoDevida {
        execucao: chave::lembrete(acao.id, referencia.titulo.id),
        origem: OrigemAcao::Lembrete,
        regua: regua.id(),
        posicao: posicao.id,
        acao: acao.id,
        canal: acao.canal,
        conteudo: acao.conteudo,
        titulos: titulos.clone(),
        devida_em,
    }));
    decisao.passos.push(Passo::Lembrou { regua: regua.id(), posicao: posicao.id, titulos });
}

/// Rule l02: counted from the date written on the título, not from the effective one.
pub(in crate::regua) fn data_do_lembrete(titulo: &Titulo, dias_antes: u16) -> NaiveDate {
    menos_dias(titulo.vencimento, dias_antes.into())
}
