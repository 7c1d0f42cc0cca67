//! The reminders: `D-` positions hang on the due date written on each título, never on an anchor (§0).

use super::assign::aceita;
use super::{Caso, mais_dias, menos_dias};
use crate::regua::chave;
use crate::regua::decisao::{AcaoDevida, Decisao, OrigemAcao, Passo};
use crate::regua::modelo::{Posicao, Regua};
use crate::titulo::{StatusTitulo, Titulo, ordenar_por_referencia};
use chrono::NaiveDate;

/// A reminder that a título gets tonight.
struct Devido<'a> {
    titulo: &'a Titulo,
    posicao: &'a Posicao,
    em: NaiveDate,
}

/// Reminds what is to be reminded tonight, and plans the next date of every título that is not overdue yet.
pub(super) fn remind(caso: Caso<'_>, decisao: &mut Decisao) {
    let mut por_vencer: Vec<&Titulo> =
        caso.devedor.titulos.iter().filter(|titulo| vai_vencer(caso, titulo)).collect();
    ordenar_por_referencia(&mut por_vencer, caso.regras);
    for regua in caso.reguas.ativas() {
        let seus: Vec<&Titulo> = por_vencer.extract_if(.., |titulo| aceita(regua, titulo)).collect();
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

/// Open and not overdue: may still be reminded, and may still become chargeable.
fn vai_vencer(caso: Caso<'_>, titulo: &Titulo) -> bool {
    titulo.status == StatusTitulo::Aberto && !titulo.vencido(caso.hoje, caso.regras)
}

/// What happens to a título later: its next reminders, and the first night on which it is overdue (rule l10).
fn planejar(caso: Caso<'_>, regua: &Regua, titulo: &Titulo, decisao: &mut Decisao) {
    let lembretes = regua.lembretes().filter(|(_, posicao)| !lembrado(caso, posicao, titulo));
    let datas = lembretes
        .map(|(dias_antes, _)| data_do_lembrete(titulo, dias_antes))
        .filter(|data| caso.hoje < *data);
    datas.for_each(|data| decisao.agendar(data));
    decisao.agendar(mais_dias(titulo.vencimento_efetivo(caso.regras), 1));
}

/// Rule l07: of the positions whose date has come only the tightest, once, and never after the due date.
fn devido<'a>(caso: Caso<'_>, regua: &'a Regua, titulo: &'a Titulo) -> Option<Devido<'a>> {
    if !titulo.lembravel(caso.hoje) {
        return None;
    }
    regua
        .lembretes()
        .map(|(dias_antes, posicao)| Devido { titulo, posicao, em: data_do_lembrete(titulo, dias_antes) })
        .find(|devido| devido.em <= caso.hoje)
        .filter(|devido| !lembrado(caso, devido.posicao, titulo))
}

/// One action of the position is enough: an action added to it later reminds nobody again (rule r13).
fn lembrado(caso: Caso<'_>, posicao: &Posicao, titulo: &Titulo) -> bool {
    posicao.acoes.iter().any(|acao| caso.devedor.lembrados.contains(&(acao.id, titulo.id)))
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
fn data_do_lembrete(titulo: &Titulo, dias_antes: u16) -> NaiveDate {
    menos_dias(titulo.vencimento, dias_antes.into())
}
