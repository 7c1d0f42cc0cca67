//! Who meets a filter, as the rules say it, one debtor at a time.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::America::Sao_Paulo;
use domain::dinheiro::Centavos;
use domain::documento::TipoPessoa;
use domain::execucao::Canal;
use domain::filtro::{
    AbaContato, AbaDevedor, AbaNegociacao, AbaRegua, AbaTitulo, Exclusao, Faixa, Filtro, Quais, Termo,
};
use domain::ids::ResultadoContatoId;
use domain::negociacao::EstadoNegociacao;
use domain::titulo::StatusTitulo;

use super::carteira::{Con, Dev, Insc, Meio, Neg, POSICAO, REGUA, RESULTADO, RESULTADOS, Tit, hoje, id};

pub(super) fn atende(empresa: u16, dev: &Dev, filtro: &Filtro) -> bool {
    devedor(dev, &filtro.devedor)
        && titulo(dev, &filtro.titulo)
        && regua(empresa, dev, &filtro.regua)
        && negociacao(dev, &filtro.negociacao)
        && contato(empresa, dev, &filtro.contato)
}

fn dentro<T: PartialOrd>(faixa: &Faixa<T>, valor: Option<T>) -> bool {
    let Some(valor) = valor else { return !faixa.pede() };
    faixa.de.as_ref().is_none_or(|de| *de <= valor) && faixa.ate.as_ref().is_none_or(|ate| valor <= *ate)
}

fn um_de<T: Ord>(lista: &BTreeSet<T>, valor: Option<T>) -> bool {
    lista.is_empty() || valor.is_some_and(|valor| lista.contains(&valor))
}

fn termo(texto: Option<&str>) -> Option<Termo> {
    texto.map(|texto| Termo::parse(texto).unwrap())
}

fn no_dia(instante: DateTime<Utc>) -> NaiveDate {
    instante.with_timezone(&Sao_Paulo).date_naive()
}

fn devedor(dev: &Dev, aba: &AbaDevedor) -> bool {
    let saldo: i64 = dev.todos().iter().filter(|t| t.status == StatusTitulo::Aberto).map(|t| t.saldo).sum();
    let lugares = dev.meios.iter().filter_map(|meio| match meio {
        Meio::Endereco(cidade, uf, _) => Some((*cidade, *uf)),
        Meio::Email(_) | Meio::Telefone(_) => None,
    });
    let sem_acento = |cidade: &str| cidade.replace('ã', "a").replace('Ã', "A").to_lowercase();
    let aqui = |(cidade, uf): &(&str, &str)| {
        let cidades: Vec<String> = aba.cidade.iter().map(|pedida| sem_acento(pedida.as_str())).collect();
        (cidades.is_empty() || cidades.contains(&sem_acento(cidade)))
            && (aba.uf.is_empty() || aba.uf.iter().any(|pedida| pedida.as_str() == *uf))
    };
    let credores = || dev.titulos.iter().filter_map(|t| t.credor).map(|n| format!("K{n}"));
    (aba.codigo.is_empty() || dev.codigos.iter().any(|codigo| um_de(&aba.codigo, termo(Some(codigo)))))
        && um_de(&aba.gerente, termo(dev.gerente.as_deref()))
        && dentro(&aba.cadastrado, Some(no_dia(dev.criado_em)))
        && dentro(
            &Faixa { de: aba.saldo.de.map(Centavos::get), ate: aba.saldo.ate.map(Centavos::get) },
            Some(saldo),
        )
        && ((aba.cidade.is_empty() && aba.uf.is_empty()) || lugares.clone().any(|lugar| aqui(&lugar)))
        && um_de(&aba.tipo_pessoa, Some(dev.tipo.0))
        && um_de(&aba.categoria, termo(dev.categoria.as_deref()))
        && (aba.credor.is_empty() || credores().any(|codigo| um_de(&aba.credor, termo(Some(&codigo)))))
}

fn titulo(dev: &Dev, aba: &AbaTitulo) -> bool {
    let hoje = hoje().hoje;
    let do_titulo = AbaTitulo { vencimento_minimo: Faixa::default(), ..aba.clone() };
    let este = |t: &Tit| {
        let dias = i32::try_from((hoje - t.vencimento).num_days()).unwrap();
        let quais = |quais: &Quais| match quais {
            Quais::Originais => !t.acordo,
            Quais::Acordos => t.acordo,
            Quais::AVencer => t.vencimento >= hoje,
        };
        dentro(&aba.vencimento, Some(t.vencimento))
            && dentro(&aba.dias_vencido, Some(dias))
            && um_de(&aba.status, Some(t.status))
            && (aba.quais.is_empty() || aba.quais.iter().any(quais))
            && um_de(&aba.tipo_negocio, termo(t.negocio))
            && um_de(&aba.tipo_titulo, termo(t.tipo))
    };
    let todos = dev.todos();
    let mais_antigo = todos.iter().filter(|t| t.status == StatusTitulo::Aberto).map(|t| t.vencimento).min();
    (!do_titulo.pede() || todos.iter().any(este)) && dentro(&aba.vencimento_minimo, mais_antigo)
}

fn regua(empresa: u16, dev: &Dev, aba: &AbaRegua) -> bool {
    let vivas: Vec<&Insc> = dev.inscricoes.iter().filter(|inscricao| inscricao.viva).collect();
    let esta = |inscricao: &&Insc| {
        let posicao =
            inscricao.posicao.map(|(n, _)| id(empresa, POSICAO, usize::from(inscricao.regua * 2 + n)));
        (aba.regua.is_empty()
            || aba.regua.iter().any(|r| r.uuid() == id(empresa, REGUA, inscricao.regua.into())))
            && (aba.posicao.is_empty()
                || posicao.is_some_and(|p| aba.posicao.iter().any(|pedida| pedida.uuid() == p)))
            && dentro(&aba.entrada_na_posicao, inscricao.posicao.map(|(_, em)| em))
    };
    let pede_uma = AbaRegua { sem_regua: false, ..aba.clone() }.pede();
    !aba.pede() || (aba.sem_regua && vivas.is_empty()) || (pede_uma && vivas.iter().any(esta))
}

fn negociacao(dev: &Dev, aba: &AbaNegociacao) -> bool {
    let pede_parcela = !aba.status_parcela.is_empty() || aba.vencimento_parcela.pede();
    let esta = |negociacao: &Neg| {
        let cancelada =
            (negociacao.estado == EstadoNegociacao::Cancelada).then(|| no_dia(negociacao.cancelada_em));
        let parcela = |(status, em): &(StatusTitulo, NaiveDate)| {
            um_de(&aba.status_parcela, Some(*status)) && dentro(&aba.vencimento_parcela, Some(*em))
        };
        um_de(&aba.status, Some(negociacao.estado))
            && dentro(&aba.data, Some(no_dia(negociacao.criada_em)))
            && um_de(&aba.usuario, termo(negociacao.usuario))
            && dentro(&aba.cancelada, cancelada)
            && (!pede_parcela || negociacao.parcelas.iter().any(parcela))
    };
    !aba.pede() || dev.negociacoes.iter().any(esta)
}

fn contato(empresa: u16, dev: &Dev, aba: &AbaContato) -> bool {
    let resultado = |lista: &BTreeSet<ResultadoContatoId>, c: &Con| {
        lista.contains(&ResultadoContatoId::new(id(empresa, RESULTADO, c.resultado.into())))
    };
    let grupo = |c: &Con| termo(Some(RESULTADOS[usize::from(c.resultado)].0));
    // Of two at one instant, the later one of the list.
    let ultimo = dev.contatos.iter().enumerate().max_by_key(|(n, c)| (c.em, *n)).map(|(n, _)| n);
    let do_ultimo = !aba.grupo_ultimo_resultado.is_empty() || !aba.ultimo_resultado.is_empty();
    let este = |(n, c): (usize, &Con)| {
        (aba.nega() || dentro(&aba.data, Some(no_dia(c.em))))
            && (!do_ultimo || ultimo == Some(n))
            && um_de(&aba.grupo_ultimo_resultado, grupo(c))
            && (aba.ultimo_resultado.is_empty() || resultado(&aba.ultimo_resultado, c))
            && dentro(&aba.agendado, c.agendado.map(|(para, _)| no_dia(para)))
            && um_de(&aba.operador_agendamento, termo(c.agendado.and_then(|(_, operador)| operador)))
    };
    let pede_um = do_ultimo
        || aba.agendado.pede()
        || !aba.operador_agendamento.is_empty()
        || (!aba.nega() && aba.data.pede());
    let no_periodo = || dev.contatos.iter().filter(|c| dentro(&aba.data, Some(no_dia(c.em))));
    (!pede_um || dev.contatos.iter().enumerate().any(este))
        && (aba.sem_grupo_resultado.is_empty()
            || !no_periodo().any(|c| um_de(&aba.sem_grupo_resultado, grupo(c))))
        && (aba.sem_resultado.is_empty() || !no_periodo().any(|c| resultado(&aba.sem_resultado, c)))
        && (!aba.sem_contato || no_periodo().next().is_none())
        && (!aba.sem_resultado_positivo || !no_periodo().any(|c| RESULTADOS[usize::from(c.resultado)].1))
}

/// Rule b10.
pub(super) fn exclusao(dev: &Dev, tipo: Canal) -> Option<Exclusao> {
    let tem = |qual: fn(&Meio) -> bool| dev.meios.iter().any(qual);
    let email = tem(|meio| matches!(meio, Meio::Email(true)));
    let celular = tem(|meio| matches!(meio, Meio::Telefone(true)));
    let endereco = tem(|meio| matches!(meio, Meio::Endereco(_, _, true)));
    let quer = |canal| !dev.opt_out.contains(&canal);
    let documento = dev.tipo.0 != TipoPessoa::Isenta;
    let sexta = hoje().hoje.checked_sub_days(Days::new(2)).unwrap();
    let vencido = dev.todos().iter().any(|t| t.status == StatusTitulo::Aberto && t.vencimento <= sexta);
    let falta = |tem: bool, motivo| (!tem).then_some(motivo);
    let deve = dev.todos().iter().any(|t| t.status == StatusTitulo::Aberto);
    match tipo {
        Canal::Email => falta(email, Exclusao::SemContato)
            .or(falta(quer("email"), Exclusao::OptOut))
            .or(falta(deve, Exclusao::SemTitulo)),
        Canal::Sms => falta(celular, Exclusao::SemContato)
            .or(falta(quer("sms"), Exclusao::OptOut))
            .or(falta(deve, Exclusao::SemTitulo)),
        Canal::Carta => falta(endereco, Exclusao::SemEndereco)
            .or(falta(quer("carta"), Exclusao::OptOut))
            .or(falta(deve, Exclusao::SemTitulo)),
        Canal::Enriquecimento => {
            falta(documento, Exclusao::SemDocumento).or(falta(deve, Exclusao::SemTitulo))
        }
        Canal::Negativacao => falta(documento, Exclusao::SemDocumento)
            .or(falta(endereco, Exclusao::SemEndereco))
            .or(falta(vencido, Exclusao::SemTituloVencido)),
    }
}
