//! Each tab as conditions on a debtor `d`.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use domain::dinheiro::Centavos;
use domain::documento::TipoPessoa;
use domain::endereco::Uf;
use domain::filtro::{
    AbaContato, AbaDevedor, AbaNegociacao, AbaRegua, AbaTitulo, Cidade, Faixa, Filtro, Quais, Termo,
};
use domain::ids::{PlanilhaId, PosicaoId, ReguaId, ResultadoContatoId};
use domain::negociacao::EstadoNegociacao;
use domain::titulo::StatusTitulo;

use super::Dia;
use super::consulta::{Consulta, Valor};

/// The conditions that together are that a debtor meets the filter.
pub(super) fn quem(consulta: &mut Consulta, filtro: &Filtro, dia: &Dia) -> Vec<String> {
    let mut condicoes = vec![DA_EMPRESA.to_owned()];
    devedor(consulta, &filtro.devedor, &mut condicoes);
    titulo(consulta, &filtro.titulo, dia, &mut condicoes);
    regua(consulta, &filtro.regua, &mut condicoes);
    negociacao(consulta, &filtro.negociacao, &mut condicoes);
    contato(consulta, &filtro.contato, &mut condicoes);
    condicoes
}

/// Those that together are that a line of the sheet named the debtor.
pub(super) fn da_planilha(consulta: &mut Consulta, planilha: PlanilhaId) -> Vec<String> {
    let planilha = consulta.bind(Valor::Uuid(planilha.uuid()));
    let nomeado = entre("lote.planilha_devedor x", &format!("x.planilha_id = {planilha}"));
    vec![DA_EMPRESA.to_owned(), nomeado]
}

pub(super) const DA_EMPRESA: &str = "d.empresa_id = $1";

/// Rules f01–f09.
fn devedor(consulta: &mut Consulta, aba: &AbaDevedor, quem: &mut Vec<String>) {
    if let Some(codigo) = lista(consulta, "x.codigo_integracao", &aba.codigo, Termo::as_str) {
        quem.push(entre("cadastro.devedor_codigo x", &codigo));
    }
    quem.extend(lista(consulta, "d.gerente", &aba.gerente, Termo::as_str));
    quem.extend(lista(consulta, "d.categoria", &aba.categoria, Termo::as_str));
    quem.extend(lista(consulta, "d.tipo_pessoa", &aba.tipo_pessoa, |tipo: &TipoPessoa| tipo.as_str()));
    quem.extend(dias(consulta, "d.criado_em", aba.cadastrado));
    if aba.saldo.pede() {
        let saldo = Faixa { de: aba.saldo.de.map(Centavos::get), ate: aba.saldo.ate.map(Centavos::get) };
        let saldo = faixa(consulta, "x.saldo", &saldo, Valor::Numero);
        quem.push(entre("cadastro.devedor_saldo x", &saldo.join(" AND ")));
    }
    let lugar: Vec<String> = [
        lista(consulta, "x.uf", &aba.uf, |uf: &Uf| uf.as_str()),
        lista(consulta, "x.cidade_busca", &aba.cidade, Cidade::chave),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !lugar.is_empty() {
        quem.push(entre(
            "cadastro.meio_contato x",
            &format!("x.tipo = 'endereco' AND {}", lugar.join(" AND ")),
        ));
    }
    if let Some(credor) = lista(consulta, "c.codigo_integracao", &aba.credor, Termo::as_str) {
        let credores = format!("SELECT c.id FROM cadastro.credor c WHERE c.empresa_id = $1 AND {credor}");
        quem.push(entre("cadastro.titulo x", &format!("x.credor_id IN ({credores})")));
    }
}

/// Rules f10–f16.
fn titulo(consulta: &mut Consulta, aba: &AbaTitulo, dia: &Dia, quem: &mut Vec<String>) {
    let mut um = faixa(consulta, "x.vencimento", &aba.vencimento, Valor::Dia);
    um.extend(faixa(consulta, "x.vencimento", &ha_dias(&aba.dias_vencido, dia.hoje), Valor::Dia));
    if !um.is_empty() && aba.status.is_empty() {
        // The index by due date has each status apart.
        um.push(status(consulta, "x.status", &StatusTitulo::TODOS.iter().copied().collect()));
    }
    if !aba.status.is_empty() {
        um.push(status(consulta, "x.status", &aba.status));
    }
    if !aba.quais.is_empty() {
        let quais = aba.quais.iter().map(|quais| match quais {
            Quais::Originais => "x.origem = 'original'".to_owned(),
            Quais::Acordos => "x.origem = 'acordo'".to_owned(),
            Quais::AVencer => format!("x.vencimento >= {}", consulta.bind(Valor::Dia(dia.hoje))),
        });
        um.push(format!("({})", quais.collect::<Vec<_>>().join(" OR ")));
    }
    um.extend(lista(consulta, "x.tipo_negocio", &aba.tipo_negocio, Termo::as_str));
    um.extend(lista(consulta, "x.tipo_titulo", &aba.tipo_titulo, Termo::as_str));
    if !um.is_empty() {
        quem.push(entre("cadastro.titulo x", &um.join(" AND ")));
    }
    if aba.vencimento_minimo.pede() {
        let minimo = faixa(consulta, "x.vencimento", &aba.vencimento_minimo, Valor::Dia);
        quem.push(entre("cadastro.titulo x", &format!("x.status = 'aberto' AND {}", minimo.join(" AND "))));
    }
    if let Some(de) = aba.vencimento_minimo.de {
        let de = consulta.bind(Valor::Dia(de));
        quem.push(nenhum("cadastro.titulo x", &format!("x.status = 'aberto' AND x.vencimento < {de}")));
    }
}

/// Rules f17–f19.
fn regua(consulta: &mut Consulta, aba: &AbaRegua, quem: &mut Vec<String>) {
    const VIVA: &str = "x.estado <> 'encerrada'";
    let mut uma: Vec<String> = ids(consulta, "x.regua_id", &aba.regua, ReguaId::uuid).into_iter().collect();
    if let Some(posicao) = ids(consulta, "x.posicao_id", &aba.posicao, PosicaoId::uuid) {
        if aba.regua.is_empty() {
            // Its régua has an index; a position, which the night moves, has none.
            let p = ids(consulta, "p.id", &aba.posicao, PosicaoId::uuid).unwrap_or_default();
            uma.push(format!(
                "x.regua_id IN (SELECT p.regua_id FROM regua.posicao p WHERE p.empresa_id = $1 AND {p})"
            ));
        }
        uma.push(posicao);
    }
    uma.extend(faixa(consulta, "x.posicao_em", &aba.entrada_na_posicao, Valor::Dia));
    let numa = (!uma.is_empty()).then(|| format!("{VIVA} AND {}", uma.join(" AND ")));
    let em_nenhuma = aba.sem_regua.then(|| nenhum("regua.inscricao x", VIVA));
    quem.extend(match (numa, em_nenhuma) {
        // Beside an OR nothing is joined: looked up for each debtor it costs nothing where there are few, and a set always does.
        (Some(numa), Some(em_nenhuma)) => {
            Some(format!("({} OR {em_nenhuma})", algum("regua.inscricao x", &numa)))
        }
        (Some(numa), None) => Some(entre("regua.inscricao x", &numa)),
        (None, em_nenhuma) => em_nenhuma,
    });
}

/// Rules f20–f25.
fn negociacao(consulta: &mut Consulta, aba: &AbaNegociacao, quem: &mut Vec<String>) {
    let mut uma: Vec<String> =
        lista(consulta, "x.estado", &aba.status, |estado: &EstadoNegociacao| estado.as_str())
            .into_iter()
            .collect();
    uma.extend(dias(consulta, "x.criada_em", aba.data));
    uma.extend(lista(consulta, "x.usuario", &aba.usuario, Termo::as_str));
    uma.extend(dias(consulta, "x.cancelada_em", aba.cancelada));
    if !aba.status_parcela.is_empty() || aba.vencimento_parcela.pede() {
        let todos = || StatusTitulo::TODOS.iter().copied().collect();
        let em = if aba.status_parcela.is_empty() { todos() } else { aba.status_parcela.clone() };
        let mut parcela = vec![status(consulta, "p.status", &em)];
        parcela.extend(faixa(consulta, "p.vencimento", &aba.vencimento_parcela, Valor::Dia));
        uma.push(format!(
            "x.id IN (SELECT p.acordo_id FROM cadastro.titulo p WHERE p.empresa_id = $1 AND p.acordo_id IS NOT NULL AND {})",
            parcela.join(" AND ")
        ));
    }
    if !uma.is_empty() {
        quem.push(entre("cadastro.negociacao x", &uma.join(" AND ")));
    }
}

/// Rules f26–f35.
fn contato(consulta: &mut Consulta, aba: &AbaContato, quem: &mut Vec<String>) {
    const ULTIMO: &str = "NOT EXISTS (SELECT FROM cadastro.contato y WHERE y.empresa_id = $1 \
        AND y.devedor_id = x.devedor_id AND (y.em, y.id) > (x.em, x.id))";
    let mut um = Vec::new();
    if !aba.nega() {
        um.extend(dias(consulta, "x.em", aba.data));
    }
    um.extend(grupos(consulta, &aba.grupo_ultimo_resultado));
    um.extend(ids(consulta, "x.resultado_id", &aba.ultimo_resultado, ResultadoContatoId::uuid));
    if !aba.grupo_ultimo_resultado.is_empty() || !aba.ultimo_resultado.is_empty() {
        um.push(ULTIMO.to_owned());
    }
    um.extend(dias(consulta, "x.agendado_para", aba.agendado));
    um.extend(lista(consulta, "x.operador_agendamento", &aba.operador_agendamento, Termo::as_str));
    if !um.is_empty() {
        quem.push(entre("cadastro.contato x", &um.join(" AND ")));
    }
    let sem_resultado = ids(consulta, "x.resultado_id", &aba.sem_resultado, ResultadoContatoId::uuid);
    let ausentes = [
        grupos(consulta, &aba.sem_grupo_resultado),
        sem_resultado,
        aba.sem_contato.then(|| "true".to_owned()),
        aba.sem_resultado_positivo.then(|| resultados("r.positivo")),
    ];
    for ausente in ausentes.into_iter().flatten() {
        let mut condicoes = dias(consulta, "x.em", aba.data);
        condicoes.push(ausente);
        quem.push(nenhum("cadastro.contato x", &condicoes.join(" AND ")));
    }
}

/// Some row of the table is of the debtor and meets the condition.
fn entre(tabela: &str, condicao: &str) -> String {
    format!("d.id IN (SELECT x.devedor_id FROM {tabela} WHERE x.empresa_id = $1 AND {condicao})")
}

/// The same, looked up for each debtor.
fn algum(tabela: &str, condicao: &str) -> String {
    format!("EXISTS (SELECT FROM {tabela} WHERE x.empresa_id = $1 AND x.devedor_id = d.id AND {condicao})")
}

/// No row of the table is of the debtor and meets the condition.
fn nenhum(tabela: &str, condicao: &str) -> String {
    format!("NOT {}", algum(tabela, condicao))
}

/// Rule f35: the results of these groups, as they are now.
fn grupos(consulta: &mut Consulta, grupos: &BTreeSet<Termo>) -> Option<String> {
    lista(consulta, "r.grupo", grupos, Termo::as_str).map(|grupo| resultados(&grupo))
}

fn resultados(condicao: &str) -> String {
    format!(
        "x.resultado_id IN (SELECT r.id FROM cadastro.resultado_contato r WHERE r.empresa_id = $1 AND {condicao})"
    )
}

fn lista<T>(
    consulta: &mut Consulta,
    coluna: &str,
    lista: &BTreeSet<T>,
    texto: impl Fn(&T) -> &str,
) -> Option<String> {
    (!lista.is_empty()).then(|| {
        let textos = lista.iter().map(|valor| texto(valor).to_owned()).collect();
        format!("{coluna} = ANY ({})", consulta.bind(Valor::Textos(textos)))
    })
}

fn ids<T: Copy>(
    consulta: &mut Consulta,
    coluna: &str,
    lista: &BTreeSet<T>,
    uuid: impl Fn(T) -> uuid::Uuid,
) -> Option<String> {
    (!lista.is_empty()).then(|| {
        let ids = lista.iter().map(|id| uuid(*id)).collect();
        format!("{coluna} = ANY ({})", consulta.bind(Valor::Uuids(ids)))
    })
}

fn status(consulta: &mut Consulta, coluna: &str, em: &BTreeSet<StatusTitulo>) -> String {
    let textos = em.iter().map(|status| status.as_str().to_owned()).collect();
    format!("{coluna} = ANY ({})", consulta.bind(Valor::Textos(textos)))
}

fn faixa<T: Copy>(
    consulta: &mut Consulta,
    coluna: &str,
    faixa: &Faixa<T>,
    valor: impl Fn(T) -> Valor,
) -> Vec<String> {
    [(">=", faixa.de), ("<=", faixa.ate)]
        .into_iter()
        .filter_map(|(sinal, ponta)| Some(format!("{coluna} {sinal} {}", consulta.bind(valor(ponta?)))))
        .collect()
}

/// An instant on one of these days of the company.
fn dias(consulta: &mut Consulta, coluna: &str, dias: Faixa<NaiveDate>) -> Vec<String> {
    let depois = dias.ate.map(|ate| ate.checked_add_days(Days::new(1)).unwrap_or(ate));
    [(">=", dias.de), ("<", depois)]
        .into_iter()
        .filter_map(|(sinal, ponta)| {
            let dia = consulta.bind(Valor::Dia(ponta?));
            Some(format!("{coluna} {sinal} ({dia}::timestamp AT TIME ZONE $2)"))
        })
        .collect()
}

/// Rule f12: the due dates that are so many days ago. What leaves the calendar is its end.
fn ha_dias(dias: &Faixa<i32>, hoje: NaiveDate) -> Faixa<NaiveDate> {
    let ha = |dias: i32| {
        let distancia = Days::new(dias.unsigned_abs().into());
        if dias < 0 {
            hoje.checked_add_days(distancia).unwrap_or(NaiveDate::MAX)
        } else {
            hoje.checked_sub_days(distancia).unwrap_or(NaiveDate::MIN)
        }
    };
    Faixa { de: dias.ate.map(ha), ate: dias.de.map(ha) }
}
