//! The check immediately before a provider is called (rule j03).

use super::{Canal, Motivo};
use crate::ids::TituloId;
use crate::janela::Janela;
use crate::regras::Regras;
use crate::titulo::{StatusTitulo, Titulo, ordenar_por_referencia};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

/// How long what was decided still says something true: longer than any run of days without a window, and much shorter than
/// an outage after which a debtor would get the first notice beside the last.
pub const VALIDADE: TimeDelta = TimeDelta::days(7);

/// What asked for an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fonte {
    /// A `D+` position of a régua.
    Cobranca,
    /// A `D-` position of a régua.
    Lembrete,
    /// A batch action: a person chose whom, and the text says about what (rules b01–b23).
    Lote,
    /// A batch action to a bare address or number (rule b01): it is about no título.
    Avulso,
}

/// What the check looks at, as it is at this moment.
#[derive(Clone, Copy, Debug)]
pub struct PedidoEnvio<'a> {
    /// The títulos the execution was decided with, as they are now.
    pub titulos: &'a [Titulo],
    /// The channel.
    pub canal: Canal,
    /// What asked for it.
    pub fonte: Fonte,
    /// Whether its régua is active; a batch action has none and is never held back by one.
    pub regua_ativa: bool,
    /// Whether somebody stopped the channel for this company.
    pub parado: bool,
    /// Date of the night that decided it.
    pub data: NaiveDate,
    /// The sending window of the channel; `None` sends at any time.
    pub janela: Option<&'a Janela>,
    /// Rule j06: in which zones it has to be open; none are the company's.
    pub fusos: &'a [Tz],
    /// How the company counts due dates.
    pub regras: &'a Regras,
}

/// What to do with the execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Envio {
    /// Send it, with these títulos and no other (rule j04).
    Enviar {
        /// The reference first (rule m03); empty of what is about none ([`Fonte::Avulso`]), and of nothing else.
        titulos: Vec<TituloId>,
    },
    /// Not while the channel is stopped.
    Reter,
    /// Not any more: it waited more than [`VALIDADE`].
    Expirar,
    /// Not now (rules j01, j02).
    Adiar {
        /// The first instant at which the window is open.
        para: DateTime<Utc>,
    },
    /// Never.
    Descartar {
        /// Why.
        motivo: Motivo,
    },
}

/// Decides whether an execution leaves, and with which títulos. `agora` is in the company's time zone, whose dates and
/// holidays count wherever the debtor is (rule j06).
///
/// What calls the message off comes first: a paid debt is discarded at once, not kept until the morning or until the channel
/// is up again.
#[must_use]
pub fn avaliar_envio(pedido: &PedidoEnvio<'_>, agora: DateTime<Tz>) -> Envio {
    if !pedido.regua_ativa {
        return Envio::Descartar { motivo: Motivo::ReguaInativa };
    }
    let mut titulos: Vec<&Titulo> = pedido.titulos.iter().collect();
    ordenar_por_referencia(&mut titulos, pedido.regras);
    let impedidos: Vec<_> =
        titulos.iter().map(|titulo| impedimento(pedido, titulo, agora.date_naive())).collect();
    let livres: Vec<_> = titulos
        .iter()
        .zip(&impedidos)
        .filter(|(_, impedido)| impedido.is_none())
        .map(|(titulo, _)| titulo.id)
        .collect();
    if livres.is_empty() && pedido.fonte != Fonte::Avulso {
        // The reference título speaks for the others.
        return Envio::Descartar {
            motivo: impedidos.into_iter().flatten().next().unwrap_or(Motivo::SemTitulo),
        };
    }
    if pedido.parado {
        return Envio::Reter;
    }
    if agora.date_naive().signed_duration_since(pedido.data) > VALIDADE {
        return Envio::Expirar;
    }
    let (da_empresa, agora) = ([agora.timezone()], agora.to_utc());
    let fusos = if pedido.fusos.is_empty() { &da_empresa[..] } else { pedido.fusos };
    let janela = pedido.janela.filter(|_| pedido.canal.obedece_janela());
    match janela.map(|janela| janela.proximo_em(fusos, agora)) {
        Some(para) if para > agora => Envio::Adiar { para },
        Some(_) | None => Envio::Enviar { titulos: livres },
    }
}

/// Rules j01, j07: from when on an action of `canal` may leave: as soon as its window is open by one of the clocks of `fusos`.
#[must_use]
pub fn madura_em(
    janelas: &[(Canal, Janela)],
    canal: Canal,
    fusos: &[Tz],
    agora: DateTime<Utc>,
) -> DateTime<Utc> {
    let Some((_, janela)) = janelas.iter().find(|(c, _)| *c == canal && canal.obedece_janela()) else {
        return agora;
    };
    let abre = fusos.iter().map(|fuso| janela.proximo_instante(agora.with_timezone(fuso)).to_utc());
    abre.min().unwrap_or(agora)
}

/// Why a título may not be in the message, if it may not (rules t06, m09).
fn impedimento(pedido: &PedidoEnvio<'_>, titulo: &Titulo, hoje: NaiveDate) -> Option<Motivo> {
    match titulo.status_em(hoje, pedido.regras) {
        StatusTitulo::Pago => Some(Motivo::TituloPago),
        StatusTitulo::Cancelado => Some(Motivo::TituloCancelado),
        StatusTitulo::Suspenso => Some(Motivo::TituloSuspenso),
        StatusTitulo::Negociado => Some(Motivo::TituloNegociado),
        StatusTitulo::Aberto => {
            let (cobravel, vencido) =
                (titulo.cobravel(hoje, pedido.regras), titulo.vencido(hoje, pedido.regras));
            match pedido.fonte {
                Fonte::Cobranca => (!cobravel).then_some(Motivo::TituloAVencer),
                Fonte::Lembrete => {
                    (!titulo.lembravel(hoje, pedido.regras)).then_some(Motivo::LembreteVencido)
                }
                // Overdue and not charged is an instalment that nobody confirmed (rule k07).
                Fonte::Lote | Fonte::Avulso => (vencido && !cobravel).then_some(Motivo::TituloNegociado),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendario::Feriados;
    use crate::dinheiro::Centavos;
    use crate::janela::DiasDaSemana;
    use crate::regras::Migracao;
    use crate::titulo::Origem;
    use chrono::{NaiveTime, TimeZone};
    use chrono_tz::America::Sao_Paulo;
    use proptest::prelude::*;
    use uuid::Uuid;

    static REGRAS: Regras = Regras {
        vencimento_em_dia_util: true,
        feriados: Feriados::NENHUM,
        migracao: Migracao::Prioridade,
        cancelar_acordo_apos: None,
    };

    fn id(n: u128) -> TituloId {
        TituloId::new(Uuid::from_u128(n))
    }

    fn titulo(n: u128, vencimento: &str, status: StatusTitulo) -> Titulo {
        Titulo {
            id: id(n),
            vencimento: vencimento.parse().unwrap(),
            saldo: Centavos::new(100),
            status,
            origem: Origem::Original,
            suspenso_ate: None,
            negociacao: None,
            credor: None,
            tipo_negocio: None,
            tipo_titulo: None,
        }
    }

    fn pedido(titulos: &[Titulo]) -> PedidoEnvio<'_> {
        PedidoEnvio {
            titulos,
            canal: Canal::Email,
            fonte: Fonte::Cobranca,
            regua_ativa: true,
            parado: false,
            data: as_(0).date_naive(),
            janela: None,
            fusos: &[],
            regras: &REGRAS,
        }
    }

    fn comercial() -> Janela {
        let hora = |h| NaiveTime::from_hms_opt(h, 0, 0).unwrap();
        Janela::new(hora(9), hora(18), DiasDaSemana::UTEIS).unwrap()
    }

    #[test]
    fn j01_j07_what_has_a_window_waits_for_it_by_the_clock_that_opens_first() {
        let (janelas, noronha) = ([(Canal::Email, comercial())], chrono_tz::America::Noronha);
        let madura = |canal, fusos: &[Tz], hora| madura_em(&janelas, canal, fusos, as_(hora).to_utc());
        assert_eq!(madura(Canal::Email, &[Sao_Paulo], 3), as_(9).to_utc());
        assert_eq!(madura(Canal::Email, &[Sao_Paulo, noronha], 3), as_(8).to_utc());
        assert_eq!(madura(Canal::Email, &[Sao_Paulo], 10), as_(10).to_utc());
        assert_eq!(madura(Canal::Sms, &[Sao_Paulo], 3), as_(3).to_utc());
        let carta = [(Canal::Carta, comercial())];
        assert_eq!(madura_em(&carta, Canal::Carta, &[Sao_Paulo], as_(3).to_utc()), as_(3).to_utc());
    }

    /// Tuesday, 2026-03-10.
    fn as_(hora: u32) -> DateTime<Tz> {
        Sao_Paulo.with_ymd_and_hms(2026, 3, 10, hora, 0, 0).unwrap()
    }

    proptest! {
        #[test]
        fn t06_only_open_titulos_are_sent(
            fatos in prop::collection::vec((0..5_usize, -20..20_i64), 0..6),
            (canal, hora) in (0..5_usize, 0..24_u32),
            (regua_ativa, parado) in any::<(bool, bool)>(),
            fonte in prop::sample::select(vec![Fonte::Cobranca, Fonte::Lembrete, Fonte::Lote]),
            espera in 0..14_i64,
        ) {
            let vencimento = |dias| as_(0).date_naive() + chrono::TimeDelta::days(dias);
            let titulos: Vec<_> = (1..).zip(&fatos).map(|(n, (status, dias))| Titulo {
                vencimento: vencimento(*dias),
                ..titulo(n, "2026-01-01", StatusTitulo::TODOS[*status])
            }).collect();
            let janela = comercial();
            let canal = Canal::TODOS[canal];
            let hoje = as_(hora).date_naive();
            let data = hoje - chrono::TimeDelta::days(espera);
            let pedido =
                PedidoEnvio { canal, fonte, regua_ativa, parado, data, janela: Some(&janela), ..pedido(&titulos) };
            match avaliar_envio(&pedido, as_(hora)) {
                Envio::Enviar { titulos: enviados } => {
                    prop_assert!(regua_ativa && !parado && espera <= 7 && !enviados.is_empty());
                    prop_assert!(!pedido.canal.obedece_janela() || (9..18).contains(&hora));
                    for titulo in &titulos {
                        let cabe = match fonte {
                            Fonte::Cobranca => titulo.cobravel(hoje, &REGRAS),
                            Fonte::Lembrete => titulo.lembravel(hoje, &REGRAS),
                            Fonte::Lote | Fonte::Avulso => titulo.status == StatusTitulo::Aberto,
                        };
                        prop_assert_eq!(enviados.contains(&titulo.id), cabe);
                    }
                }
                Envio::Adiar { para } => {
                    prop_assert!(para > as_(hora) && pedido.canal.obedece_janela() && !parado && espera <= 7);
                }
                Envio::Reter => prop_assert!(parado),
                Envio::Expirar => prop_assert!(espera > 7 && !parado),
                Envio::Descartar { motivo } => prop_assert_eq!(motivo == Motivo::ReguaInativa, !regua_ativa),
            }
        }
    }

    proptest! {
        #[test]
        fn b01_what_is_about_no_titulo_leaves_when_its_channel_and_its_hour_let_it(
            (hora, parado, espera) in (0..24_u32, any::<bool>(), 0..14_i64),
        ) {
            let janela = comercial();
            let data = as_(hora).date_naive() - chrono::TimeDelta::days(espera);
            let avulso =
                PedidoEnvio { fonte: Fonte::Avulso, parado, data, janela: Some(&janela), ..pedido(&[]) };
            let espera = match (parado, espera > 7, hora) {
                (true, _, _) => Envio::Reter,
                (false, true, _) => Envio::Expirar,
                (false, false, 0..9) => Envio::Adiar { para: as_(9).to_utc() },
                (false, false, 9..18) => Envio::Enviar { titulos: vec![] },
                (false, false, _) => Envio::Adiar { para: as_(9).to_utc() + chrono::TimeDelta::days(1) },
            };
            prop_assert_eq!(avaliar_envio(&avulso, as_(hora)), espera);
        }
    }

    #[test]
    fn j04_the_paid_one_leaves_the_message_and_the_others_stay() {
        let titulos = [
            titulo(3, "2026-02-03", StatusTitulo::Aberto),
            titulo(2, "2026-02-02", StatusTitulo::Pago),
            titulo(1, "2026-02-01", StatusTitulo::Aberto),
        ];
        assert_eq!(avaliar_envio(&pedido(&titulos), as_(10)), Envio::Enviar { titulos: vec![id(1), id(3)] });
    }

    #[test]
    fn n03_j04_with_none_left_the_reason_is_that_of_the_reference() {
        for (status, motivo) in [
            (StatusTitulo::Pago, Motivo::TituloPago),
            (StatusTitulo::Cancelado, Motivo::TituloCancelado),
            (StatusTitulo::Suspenso, Motivo::TituloSuspenso),
            (StatusTitulo::Negociado, Motivo::TituloNegociado),
        ] {
            let titulos = [titulo(1, "2026-02-05", StatusTitulo::Pago), titulo(2, "2026-02-02", status)];
            assert_eq!(avaliar_envio(&pedido(&titulos), as_(10)), Envio::Descartar { motivo });
        }
        assert_eq!(avaliar_envio(&pedido(&[]), as_(10)), Envio::Descartar { motivo: Motivo::SemTitulo });
    }

    #[test]
    fn j01_j02_outside_the_window_it_waits_and_a_paid_one_does_not() {
        let (janela, aberto) = (comercial(), [titulo(1, "2026-02-01", StatusTitulo::Aberto)]);
        let com_janela = PedidoEnvio { janela: Some(&janela), ..pedido(&aberto) };
        assert_eq!(avaliar_envio(&com_janela, as_(3)), Envio::Adiar { para: as_(9).to_utc() });
        assert_eq!(avaliar_envio(&com_janela, as_(9)), Envio::Enviar { titulos: vec![id(1)] });
        assert_eq!(
            avaliar_envio(&com_janela, as_(18)),
            Envio::Adiar { para: (as_(9) + chrono::TimeDelta::days(1)).to_utc() }
        );
        let pago = [titulo(1, "2026-02-01", StatusTitulo::Pago)];
        let descartado = avaliar_envio(&PedidoEnvio { titulos: &pago, ..com_janela }, as_(3));
        assert_eq!(descartado, Envio::Descartar { motivo: Motivo::TituloPago });
    }

    #[test]
    fn j06_the_window_is_the_debtors_and_the_dates_stay_the_companys() {
        let (janela, titulos) = (comercial(), [titulo(1, "2026-02-01", StatusTitulo::Aberto)]);
        let no_acre = PedidoEnvio {
            janela: Some(&janela),
            fusos: crate::fuso::da_uf(crate::endereco::Uf::Ac),
            ..pedido(&titulos)
        };
        // 09:00 in Acre is 11:00 in São Paulo.
        assert_eq!(avaliar_envio(&no_acre, as_(9)), Envio::Adiar { para: as_(11).to_utc() });
        for hora in [11, 19] {
            assert!(matches!(avaliar_envio(&no_acre, as_(hora)), Envio::Enviar { .. }), "{hora}");
        }
        assert!(matches!(avaliar_envio(&no_acre, as_(20)), Envio::Adiar { .. }));
        // At 01:00 the company's day has changed and Acre's has not: a título due the day before is overdue.
        let vencido = [titulo(1, "2026-03-09", StatusTitulo::Aberto)];
        assert_eq!(
            avaliar_envio(&PedidoEnvio { titulos: &vencido, ..no_acre }, as_(1)),
            Envio::Adiar { para: as_(11).to_utc() }
        );
    }

    #[test]
    fn j07_letters_and_bureaus_ignore_the_window() {
        let (janela, titulos) = (comercial(), [titulo(1, "2026-02-01", StatusTitulo::Aberto)]);
        for canal in [Canal::Carta, Canal::Enriquecimento, Canal::Negativacao] {
            let pedido = PedidoEnvio { canal, janela: Some(&janela), ..pedido(&titulos) };
            assert_eq!(avaliar_envio(&pedido, as_(3)), Envio::Enviar { titulos: vec![id(1)] });
        }
    }

    #[test]
    fn l07_a_reminder_never_leaves_after_the_due_date() {
        let titulos =
            [titulo(1, "2026-03-09", StatusTitulo::Aberto), titulo(2, "2026-03-10", StatusTitulo::Aberto)];
        let lembrete = PedidoEnvio { fonte: Fonte::Lembrete, ..pedido(&titulos) };
        assert_eq!(avaliar_envio(&lembrete, as_(10)), Envio::Enviar { titulos: vec![id(2)] });
        let vencido = PedidoEnvio { titulos: &titulos[..1], ..lembrete };
        assert_eq!(avaliar_envio(&vencido, as_(10)), Envio::Descartar { motivo: Motivo::LembreteVencido });
    }

    #[test]
    fn v03_nothing_of_an_inactive_regua_leaves() {
        let titulos = [titulo(1, "2026-02-01", StatusTitulo::Aberto)];
        let pedido = PedidoEnvio { regua_ativa: false, ..pedido(&titulos) };
        assert_eq!(avaliar_envio(&pedido, as_(10)), Envio::Descartar { motivo: Motivo::ReguaInativa });
    }

    #[test]
    fn a_due_date_that_moved_away_is_not_charged() {
        let titulos = [titulo(1, "2026-03-10", StatusTitulo::Aberto)];
        assert_eq!(
            avaliar_envio(&pedido(&titulos), as_(10)),
            Envio::Descartar { motivo: Motivo::TituloAVencer }
        );
    }
}
