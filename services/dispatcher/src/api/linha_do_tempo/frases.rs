//! What happened, in a sentence that a person of the field reads.

use chrono::NaiveDate;
use domain::acontecimento::TipoAcontecimento;
use domain::arquivo::FatoCarta;
use domain::contato::CanalContato;
use domain::dinheiro::Centavos;
use domain::enriquecimento::EstadoConsulta;
use domain::execucao::{Canal, Estado};
use domain::meio::CanalOptOut;
use domain::negativacao::{MotivoBaixa, Situacao};
use domain::regua::MotivoEncerramento;
use domain::titulo::Origem;

use super::super::execucoes::passos::{AcaoDePessoa, FimDaChamada};
use super::partes::{
    AcaoNaLinha, CartaNaLinha, ConsultaNaLinha, MudancaNaLinha, NegativacaoNaLinha, Partes, TentativaNaLinha,
    TituloNaLinha,
};

/// Changes of a título that are told one by one; a person reads no more of them.
const MUDANCAS: usize = 3;

/// What happened; of a part that is not there nothing is said.
pub(super) fn describe(tipo: TipoAcontecimento, p: &Partes) -> String {
    use TipoAcontecimento as T;
    let dita = match tipo {
        T::TituloRecebido => p.titulo.as_ref().map(received),
        T::TituloAlterado => p.titulo.as_ref().map(changed),
        T::Pagamento => p.pagamento.as_ref().zip(p.titulo.as_ref()).map(|(pago, titulo)| {
            format!("Pagamento de {} do título {}, em {}.", reais(&pago.valor), titulo.numero, day(pago.data))
        }),
        T::Estorno => p.pagamento.as_ref().zip(p.titulo.as_ref()).map(|(pago, titulo)| {
            let motivo = after_colon(pago.motivo.as_deref());
            format!("Estorno do pagamento de {} do título {}{motivo}.", reais(&pago.valor), titulo.numero)
        }),
        T::NegociacaoFeita | T::NegociacaoConfirmada | T::NegociacaoQuebrada | T::NegociacaoCancelada => {
            p.negociacao.as_ref().map(|n| {
                let parcelas =
                    if n.parcelas == 1 { "1 parcela".to_owned() } else { format!("{} parcelas", n.parcelas) };
                format!("Acordo de {} em {parcelas}: {}.", reais(&n.valor), agreement(tipo))
            })
        }
        T::Contato => p.contato.as_ref().map(|c| format!("Contato {}: {}.", talk(c.canal), c.resultado)),
        T::OptOut => {
            p.opt_out.as_ref().map(|o| format!("Pediu para não ser procurado {}.", refused(o.canal)))
        }
        T::InscricaoAberta => p.inscricao.as_ref().map(|i| format!("Entrou na régua {}.", i.regua)),
        T::InscricaoEncerrada => p.inscricao.as_ref().map(|i| {
            let motivo = after_colon(i.motivo.map(left));
            format!("Saiu da régua {}{motivo}.", i.regua)
        }),
        T::AcaoDecidida => p.acao.as_ref().map(action),
        T::Tentativa => p.tentativa.as_ref().map(attempt),
        T::Recibo => p.recibo.as_ref().map(|r| {
            let causa = after_colon(r.causa.as_deref());
            format!("{} {}, segundo {}{causa}.", sending(r.canal), state(r.estado), r.provedor)
        }),
        T::Intervencao => p.intervencao.as_ref().map(|i| person(i.acao).to_owned()),
        T::Consulta => p.consulta.as_ref().map(asked),
        T::Carta => p.carta.as_ref().map(letter),
        T::Negativacao => p.negativacao.as_ref().map(entry),
    };
    dita.unwrap_or_default()
}

/// Where an entry at a bureau is.
fn entry(negativacao: &NegativacaoNaLinha) -> String {
    let onde = negativacao.bureau.as_str().to_uppercase();
    let porque = negativacao.motivo_baixa.map(off).map(|motivo| format!(": {motivo}")).unwrap_or_default();
    match negativacao.situacao {
        Situacao::Solicitada => format!("Negativação solicitada ({onde})."),
        Situacao::Enviada => format!("Inclusão enviada ao bureau ({onde})."),
        Situacao::Aceita => format!("Inclusão aceita pelo bureau ({onde}); corre o prazo do comunicado."),
        Situacao::Incluida => format!("Negativado ({onde})."),
        Situacao::BaixaSolicitada => format!("Baixa da negativação por enviar ({onde}){porque}."),
        Situacao::BaixaEnviada => format!("Baixa enviada ao bureau ({onde}){porque}."),
        Situacao::Baixada => format!("Negativação baixada ({onde}){porque}."),
        Situacao::BaixadaPeloBureau => format!("Negativação baixada pelo bureau ({onde})."),
        Situacao::Rejeitada => format!("Inclusão recusada pelo bureau ({onde})."),
        Situacao::Cancelada => format!("Negativação cancelada antes de sair ({onde}){porque}."),
    }
}

fn off(motivo: MotivoBaixa) -> &'static str {
    match motivo {
        MotivoBaixa::Pagamento => "a dívida foi paga",
        MotivoBaixa::Acordo => "há acordo confirmado",
        MotivoBaixa::Solicitacao => "a empresa pediu",
        MotivoBaixa::OrdemJudicial => "ordem judicial",
        MotivoBaixa::CartaDevolvida => "o comunicado voltou",
        MotivoBaixa::Decurso => "cinco anos do vencimento",
    }
}

/// What a query brought.
fn asked(consulta: &ConsultaNaLinha) -> String {
    let ConsultaNaLinha { provedor, telefones, emails, enderecos, .. } = consulta;
    let contar = |n: u32, um: &str, varios: &str| match n {
        0 => None,
        1 => Some(format!("1 {um}")),
        _ => Some(format!("{n} {varios}")),
    };
    let novos: Vec<String> = [
        contar(*telefones, "telefone novo", "telefones novos"),
        contar(*emails, "e-mail novo", "e-mails novos"),
        contar(*enderecos, "endereço novo", "endereços novos"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let de = if consulta.aproveitada { "Consulta anterior a" } else { "Consulta a" };
    match consulta.estado {
        EstadoConsulta::Concluida if novos.is_empty() => format!("{de} {provedor}: nada de novo."),
        EstadoConsulta::Concluida => format!("{de} {provedor}: {}.", novos.join(", ")),
        EstadoConsulta::NaoEncontrado => format!("{de} {provedor}: nada encontrado."),
        EstadoConsulta::Erro => format!("{de} {provedor}: sem resposta."),
        EstadoConsulta::Pendente => format!("{de} {provedor}: aguardando resposta."),
    }
}

/// What became of a letter.
fn letter(carta: &CartaNaLinha) -> String {
    let motivo =
        carta.motivo.as_deref().map(|motivo| format!(": {}", motivo.replace('_', " "))).unwrap_or_default();
    match carta.fato {
        FatoCarta::Feita => "Carta composta, por imprimir.".to_owned(),
        FatoCarta::Retirada => format!("Carta retirada do arquivo{motivo}."),
        FatoCarta::Impressa => "Carta impressa.".to_owned(),
        FatoCarta::Postada => "Carta postada.".to_owned(),
        FatoCarta::Devolvida => format!("Carta devolvida pelos Correios{motivo}."),
    }
}

fn received(titulo: &TituloNaLinha) -> String {
    let que = match titulo.origem {
        Some(Origem::Acordo) => "Parcela",
        Some(Origem::Original) | None => "Título",
    };
    let valor = titulo.valor.as_deref().map(|valor| format!(": {}", reais(valor))).unwrap_or_default();
    let vencimento = titulo.vencimento.map(|dia| format!(", vence em {}", day(dia))).unwrap_or_default();
    format!("{que} {}{valor}{vencimento}.", titulo.numero)
}

fn changed(titulo: &TituloNaLinha) -> String {
    let mudancas = titulo.mudancas.as_deref().unwrap_or_default();
    let mut ditas: Vec<_> = mudancas.iter().take(MUDANCAS).map(change).collect();
    if mudancas.len() > MUDANCAS {
        ditas.push("e mais".to_owned());
    }
    format!("Título {}: {}.", titulo.numero, ditas.join("; "))
}

/// A field and what it became, where that can be read.
fn change(mudanca: &MudancaNaLinha) -> String {
    let (nome, ler): (_, fn(&str) -> String) = match mudanca.campo.as_str() {
        "status" => ("situação", str::to_owned),
        "saldo" => ("saldo", reais),
        "valor" => ("valor", reais),
        "vencimento" => ("vencimento", day_of),
        "suspenso_ate" => ("suspenso até", day_of),
        "emissao" => ("emissão", day_of),
        "numero" => ("número", str::to_owned),
        "tipo_negocio" => ("tipo de negócio", str::to_owned),
        "tipo_titulo" => ("tipo de título", str::to_owned),
        "devedor_id" => return "mudou de devedor".to_owned(),
        "credor_id" => return "mudou de credor".to_owned(),
        "nosso_numero" | "linha_digitavel" | "pix_copia_e_cola" | "link_boleto" => {
            return "mudou o que se paga por ele".to_owned();
        }
        outro => return format!("mudou {outro}"),
    };
    match (&mudanca.antes, &mudanca.depois) {
        (Some(antes), Some(depois)) => format!("{nome} de {} para {}", ler(antes), ler(depois)),
        (None, Some(depois)) => format!("{nome} {}", ler(depois)),
        (Some(_) | None, None) => format!("sem {nome}"),
    }
}

fn agreement(tipo: TipoAcontecimento) -> &'static str {
    match tipo {
        TipoAcontecimento::NegociacaoConfirmada => "confirmado",
        TipoAcontecimento::NegociacaoQuebrada => "quebrado",
        TipoAcontecimento::NegociacaoCancelada => "cancelado",
        TipoAcontecimento::NegociacaoFeita
        | TipoAcontecimento::TituloRecebido
        | TipoAcontecimento::TituloAlterado
        | TipoAcontecimento::Pagamento
        | TipoAcontecimento::Estorno
        | TipoAcontecimento::Contato
        | TipoAcontecimento::OptOut
        | TipoAcontecimento::InscricaoAberta
        | TipoAcontecimento::InscricaoEncerrada
        | TipoAcontecimento::AcaoDecidida
        | TipoAcontecimento::Tentativa
        | TipoAcontecimento::Recibo
        | TipoAcontecimento::Intervencao
        | TipoAcontecimento::Consulta
        | TipoAcontecimento::Negativacao
        | TipoAcontecimento::Carta => "feito",
    }
}

fn action(acao: &AcaoNaLinha) -> String {
    let regua = match (&acao.regua, acao.lote_id) {
        (Some(nome), _) => format!(" pela régua {nome}"),
        (None, Some(_)) => " por ação em lote".to_owned(),
        (None, None) => String::new(),
    };
    let posicao = acao.posicao.as_ref().map(|posicao| {
        let sinal = if posicao.gatilho == "lembrete" { '-' } else { '+' };
        format!(", D{sinal}{}", posicao.dias)
    });
    let posicao = posicao.unwrap_or_default();
    let atraso = if acao.devida_em < acao.data {
        format!(", devida desde {}", day(acao.devida_em))
    } else {
        String::new()
    };
    let numero = acao.contato.as_ref().map(|numero| format!(", para {numero}")).unwrap_or_default();
    let motivo = acao.motivo.map(|motivo| format!(" ({})", motivo.em_palavras())).unwrap_or_default();
    let quando = format!("{regua}{posicao}{atraso}{numero}");
    format!("{} decidida{quando}: {}{motivo}.", sending(acao.canal), state(acao.estado))
}

fn attempt(tentativa: &TentativaNaLinha) -> String {
    let fim = match tentativa.fim {
        FimDaChamada::Enviada => "aceita pelo provedor",
        FimDaChamada::Repetir => "ainda não saiu, será tentada de novo",
        FimDaChamada::Falhou => "recusada, não saiu",
        FimDaChamada::Incerta => "não se sabe se saiu",
    };
    format!("{} para {}: {fim}.", sending(tentativa.canal), tentativa.destinatario)
}

fn person(acao: AcaoDePessoa) -> &'static str {
    match acao {
        AcaoDePessoa::Reprocessada => "Alguém mandou a ação de volta ao início.",
        AcaoDePessoa::Enviada => "Alguém viu que a mensagem saiu.",
        AcaoDePessoa::NaoEnviada => "Alguém viu que a mensagem não saiu.",
    }
}

fn state(estado: Estado) -> &'static str {
    match estado {
        Estado::Pendente => "espera a hora de sair",
        Estado::Enfileirada | Estado::Enviando => "está saindo",
        Estado::Enviada => "enviada",
        Estado::Entregue => "entregue",
        Estado::Lida => "lida",
        Estado::Devolvida => "devolvida",
        Estado::Falhou => "falhou",
        Estado::Incerta => "não se sabe se saiu",
        Estado::RevisaoManual => "não se sabe se saiu, espera que alguém diga",
        Estado::Descartada => "descartada",
        Estado::Expirada => "expirou",
    }
}

fn left(motivo: MotivoEncerramento) -> &'static str {
    match motivo {
        MotivoEncerramento::SemTitulo => "não há mais título a cobrar",
        MotivoEncerramento::Migracao => "passou para outra régua",
        MotivoEncerramento::PerfilPerdido => "não atende mais aos critérios",
        MotivoEncerramento::ModoAlterado => "a régua mudou de modo",
        MotivoEncerramento::ReguaArquivada => "a régua foi arquivada",
    }
}

/// The channel as what is decided and sent, so that what follows agrees with it.
fn sending(canal: Canal) -> &'static str {
    match canal {
        Canal::Email => "Mensagem de e-mail",
        Canal::Sms => "Mensagem de SMS",
        Canal::Carta => "Carta",
        Canal::Enriquecimento => "Consulta de enriquecimento",
        Canal::Negativacao => "Negativação",
    }
}

fn talk(canal: CanalContato) -> &'static str {
    match canal {
        CanalContato::Telefone => "por telefone",
        CanalContato::Whatsapp => "por WhatsApp",
        CanalContato::Email => "por e-mail",
        CanalContato::Sms => "por SMS",
        CanalContato::Carta => "por carta",
        CanalContato::Presencial => "em pessoa",
        CanalContato::Portal => "pelo portal",
        CanalContato::Outro => "por outro meio",
    }
}

fn refused(canal: CanalOptOut) -> &'static str {
    match canal {
        CanalOptOut::Email => "por e-mail",
        CanalOptOut::Sms => "por SMS",
        CanalOptOut::Carta => "por carta",
        CanalOptOut::Telefone => "por telefone",
    }
}

fn after_colon(texto: Option<&str>) -> String {
    texto.map(|texto| format!(": {texto}")).unwrap_or_default()
}

/// `R$ 1.234,56`; what is no amount stays as it is.
fn reais(valor: &str) -> String {
    Centavos::parse(valor).map_or_else(|_| valor.to_owned(), Centavos::reais)
}

fn day(data: NaiveDate) -> String {
    data.format("%d/%m/%Y").to_string()
}

fn day_of(texto: &str) -> String {
    texto.parse().map_or_else(|_| texto.to_owned(), day)
}
