//! What is explained, in a sentence that a person of the field reads.

use chrono::NaiveDate;
use domain::execucao::{Canal, Estado};
use domain::regua::{
    Criterio, Desempate, EnvioFeito, MotivoEncerramento, Passo, Razao, SobreTitulo, regra_do_criterio,
    regra_do_encerramento,
};

/// `10/03/2026`.
pub(super) fn day(data: NaiveDate) -> String {
    data.format("%d/%m/%Y").to_string()
}

/// `12 títulos`.
pub(super) fn titulos(quantos: usize) -> String {
    if quantos == 1 { "1 título".to_owned() } else { format!("{quantos} títulos") }
}

/// What a code means, whatever it is said of: the page of codes.
pub(super) fn meaning(razao: Razao) -> &'static str {
    match razao {
        Razao::NaRegua => "O título é cobrado pela régua em que já está.",
        Razao::Entra => "Entra na régua, na primeira posição de cobrança.",
        Razao::Migra => "Sai da régua em que está para outra, e começa nela do início.",
        Razao::SemRegua => "Pode ser cobrado, e nenhuma régua ativa o aceita.",
        Razao::AVencer => {
            "Ainda não venceu. O vencimento em dia não útil bancário passa para o próximo dia útil, se a empresa mantém essa regra."
        }
        Razao::Suspenso => "Está suspenso: nada sai para ele.",
        Razao::Negociado => "Está numa negociação que ninguém confirmou: espera, sem ações.",
        Razao::AcordoConfirmado => "Está numa negociação confirmada: as parcelas são cobradas no lugar dele.",
        Razao::NaoConfirmada => "É parcela de uma negociação que ninguém confirmou: não é cobrada.",
        Razao::Pago => "Foi pago.",
        Razao::Cancelado => "Foi cancelado.",
        Razao::ComDevedor => "O devedor está na régua.",
        Razao::Encerra => "A inscrição na régua se encerra; o motivo diz por quê.",
        Razao::ReguaInativa => "A régua está inativa: não recebe ninguém, e quem está nela fica onde está.",
        Razao::ReguaArquivada => "A régua foi arquivada: quem estava nela saiu.",
        Razao::NadaACobrar => "O devedor não tem título que possa ser cobrado ou lembrado.",
        Razao::SoLembretes => "A régua só lembra: o devedor ainda não tem título vencido para ela.",
        Razao::Criterio => {
            "Um critério da régua não é atendido; os fatos dizem o que ela exige e o que foi encontrado."
        }
        Razao::ReguaAnterior => {
            "Outra régua vem antes e fica com ele; o desempate diz por que ela vem antes."
        }
        Razao::Guardado => "A inscrição em que está o mantém, seja qual for a ordem das réguas.",
        Razao::Dispara => "A posição dispara: todas as suas ações saem.",
        Razao::Volta => "A régua volta a uma posição anterior e começa um novo ciclo.",
        Razao::Lembra => "O lembrete sai.",
        Razao::Aguarda => "Espera a data da próxima posição.",
        Razao::Congelada => "Tudo que a inscrição tem está suspenso ou em negociação: ela para onde está.",
        Razao::Descongela => "Volta a andar, tantos dias depois quantos ficou parada.",
        Razao::Final => "Passou da última posição: fica na lista, sem mais ações.",
        Razao::Feita => "A posição já disparou nesta inscrição, e não dispara de novo.",
        Razao::Passou => {
            "A caminhada passou da posição sem disparo: ela foi incluída depois, não tinha ação, ou o disparo é antigo demais para a resposta."
        }
        Razao::AlemDoPrevisto => "Só acontece depois de `previsto_ate`.",
        Razao::SemAcao => "A posição não tem ação.",
        Razao::Lembrado => "Esta posição já lembrou o título.",
        Razao::LembreteMaisProximo => {
            "A data de um lembrete mais próximo do vencimento já chegou: só ele sai."
        }
        Razao::Vencido => "O vencimento passou: não há mais lembrete.",
        Razao::DeixaDeValer => "O título muda de status sozinho antes dessa data.",
    }
}

/// Why a título is or is not charged.
pub(super) fn of_titulo(sobre: &SobreTitulo, vencimento: NaiveDate, noite: NaiveDate, regua: &str) -> String {
    let ate = |texto: &str| sobre.ate.map(|em| format!(" {texto} {}.", day(em))).unwrap_or_default();
    let quando = day(noite);
    let geral = meaning(sobre.razao);
    if sobre.razao == Razao::NaRegua {
        format!("É cobrado pela régua {regua}.")
    } else if sobre.razao == Razao::Entra {
        format!("Entra na régua {regua} na noite de {quando}.")
    } else if sobre.razao == Razao::Migra {
        format!("Passa para a régua {regua} na noite de {quando} e começa nela do início.")
    } else if sobre.razao == Razao::ReguaInativa {
        format!("Está na régua {regua}, que está inativa: fica parado onde está.")
    } else if sobre.razao == Razao::AVencer {
        let efetivo = day(sobre.vencimento_efetivo);
        let prazo = if sobre.vencimento_efetivo == vencimento {
            "; ainda não está vencido.".to_owned()
        } else {
            format!(", dia sem expediente bancário: pode ser pago até {efetivo}.")
        };
        format!("Vence em {}{prazo}{}", day(vencimento), ate("Passa a ser cobrado na noite de"))
    } else if sobre.razao == Razao::NaoConfirmada {
        format!("{geral}{}", ate("A negociação é cancelada em"))
    } else {
        let parado = sobre.desde.map(|desde| format!(" Parado na régua {regua} desde {}.", day(desde)));
        let volta = ate("Volta a aberto em");
        format!("{geral}{}{volta}", parado.unwrap_or_default())
    }
}

/// What the criterion asks for, in the words of the field.
pub(super) fn criterion(criterio: Criterio) -> &'static str {
    match criterio {
        Criterio::Vencimento => "vencimento do título",
        Criterio::Origem => "origem do título",
        Criterio::Credor => "credor do título",
        Criterio::TipoPessoa => "tipo de pessoa do devedor",
        Criterio::Categoria => "categoria do devedor",
        Criterio::TipoNegocio => "tipo de negócio do título",
        Criterio::TipoTitulo => "tipo do título",
        Criterio::Score => "score do devedor",
        Criterio::ValorMinimo => "valor mínimo",
    }
}

/// Why one régua comes before another.
pub(super) fn tiebreak(desempate: Desempate) -> &'static str {
    match desempate {
        Desempate::Prioridade => "tem prioridade menor",
        Desempate::MaisCriterios => "tem a mesma prioridade e mais critérios",
        Desempate::MaisAntiga => "tem a mesma prioridade e tantos critérios quanto, e é mais antiga",
        Desempate::MenorId => "é igual em tudo e tem o menor id",
    }
}

/// Why an enrolment closes.
pub(super) fn closing(motivo: MotivoEncerramento) -> &'static str {
    match motivo {
        MotivoEncerramento::SemTitulo => "nenhum título dela pode mais ser cobrado",
        MotivoEncerramento::Migracao => "outra régua fica com os títulos",
        MotivoEncerramento::PerfilPerdido => {
            "os títulos não atendem mais os critérios, e nenhuma outra régua os aceita"
        }
        MotivoEncerramento::ModoAlterado => "o modo da régua mudou, e ela começa de novo",
        MotivoEncerramento::ReguaArquivada => "a régua foi arquivada",
    }
}

/// The rule of a step.
pub(super) fn rule(passo: &Passo) -> &'static str {
    if let Passo::Encerrou { motivo, .. } = passo {
        regra_do_encerramento(*motivo)
    } else {
        domain::regua::razao_do_passo(passo).regra()
    }
}

/// The rule of a refusal by a criterion.
pub(super) fn criterion_rule(criterio: Criterio) -> &'static str {
    regra_do_criterio(criterio)
}

/// What an action did; `envio` is none when it is only foreseen.
pub(super) fn of_done(canal: Canal, data: NaiveDate, envio: Option<EnvioFeito>) -> String {
    let canal = channel(canal);
    let quando = day(data);
    let Some(envio) = envio else { return format!("{canal}: prevista para a noite de {quando}.") };
    let motivo = envio.motivo.map(|motivo| format!(" ({motivo})")).unwrap_or_default();
    let fim = match envio.estado {
        Estado::Enviada => "enviada",
        Estado::Entregue => "entregue",
        Estado::Lida => "lida",
        Estado::Devolvida => "devolvida",
        Estado::Falhou => "falhou",
        Estado::Incerta | Estado::RevisaoManual => "não se sabe se saiu",
        Estado::Descartada => "descartada",
        Estado::Expirada => "expirou",
        Estado::Pendente => "espera a hora de sair",
        Estado::Enfileirada | Estado::Enviando => "está saindo",
    };
    format!("{canal}: decidida na noite de {quando}; {fim}{motivo}.")
}

fn channel(canal: Canal) -> &'static str {
    match canal {
        Canal::Email => "E-mail",
        Canal::Sms => "SMS",
        Canal::Carta => "Carta",
        Canal::Enriquecimento => "Enriquecimento",
        Canal::Negativacao => "Negativação",
    }
}
