//! A decision has an answer whatever it is asked.

use crate::support::*;
use chrono::{NaiveDate, TimeDelta};
use domain::ids::InscricaoId;
use domain::regua::{Alvo, Caminhada, Inscricao, Migracao, Modo, Regras, Reguas, decide};
use domain::titulo::{Negociacao, Origem, StatusTitulo, Titulo};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

/// Any day of the calendar, its ends and the turn of 1970 more often than not.
fn datas() -> impl Strategy<Value = NaiveDate> {
    let fins = [
        NaiveDate::MIN,
        NaiveDate::MIN + TimeDelta::days(1),
        NaiveDate::MAX - TimeDelta::days(1),
        NaiveDate::MAX,
    ];
    let comuns =
        ["1969-12-31", "1970-01-01", "2026-03-02", "2026-03-03", "2101-01-01", "9999-12-31"].map(dia);
    let alcance = (NaiveDate::MAX - NaiveDate::MIN).num_days();
    let quaisquer = (0..=alcance).prop_map(|dias| NaiveDate::MIN + TimeDelta::days(dias));
    prop_oneof![select(fins.to_vec()), select(comuns.to_vec()), quaisquer]
}

fn titulos() -> impl Strategy<Value = Titulo> {
    let partes = (select(StatusTitulo::TODOS), select(Origem::TODOS), of(datas()), of(of(datas())));
    (1..4_u128, datas(), partes).prop_map(|(n, vencimento, (status, origem, suspenso_ate, primeira))| {
        let negociacao = primeira.map(|primeira| {
            primeira.map_or(Negociacao::Confirmada, |primeira_parcela| Negociacao::NaoConfirmada {
                primeira_parcela,
            })
        });
        Titulo { vencimento, status, origem, suspenso_ate, negociacao, ..titulo(n, "2026-01-01") }
    })
}

fn inscricoes() -> impl Strategy<Value = Inscricao> {
    let proximas =
        select([d(0), d(u16::MAX - 1), d(u16::MAX), d(9)].map(|gatilho| posicao_id(1, gatilho)).to_vec());
    let caminhadas =
        (0..3, datas(), proximas, datas()).prop_map(|(qual, ancora, proxima, desde)| match qual {
            0 => Caminhada::Andando { ancora, proxima },
            1 => Caminhada::Congelada { ancora, proxima, desde },
            _ => Caminhada::Final { em: desde },
        });
    let ciclos = select(&[0, 1, u32::MAX][..]);
    (0..4_u128, datas(), ciclos, caminhadas, any::<bool>()).prop_map(
        |(n, entrada, ciclo, caminhada, dele)| Inscricao {
            id: InscricaoId::new(Uuid::from_u128(n)),
            regua: regua_id(n % 2 + 1),
            alvo: if dele { Alvo::Devedor } else { Alvo::Titulo(titulo_id(n)) },
            entrada,
            ciclo,
            caminhada,
            titulos: vec![titulo_id(n), titulo_id(1)],
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn every_date_and_every_row_has_an_answer(
        hoje in datas(),
        titulos in prop::collection::vec(titulos(), 0..4),
        inscricoes in prop::collection::vec(inscricoes(), 0..3),
        cancelar_acordo_apos in of(select(&[0, 5, u16::MAX][..])),
        migracao in select(Migracao::TODOS),
        modo in select(Modo::TODOS),
    ) {
        let dias = [antes(u16::MAX), antes(0), d(0), d(u16::MAX - 1), volta(1, u16::MAX, 0)];
        let reguas = so(em_modo(&regua(1, &dias), modo));
        let regras = Regras { migracao, cancelar_acordo_apos, ..REGRAS };
        let mut devedor = devedor(titulos);
        devedor.inscricoes = inscricoes;
        let decisao = decide(&reguas, &devedor, hoje, &regras);
        prop_assert_eq!(&decide(&reguas, &devedor, hoje, &regras), &decisao);
        for acao in &decisao.acoes {
            let aberto = |titulo: &Titulo| titulo.status_em(hoje, &regras) == StatusTitulo::Aberto;
            let deles = devedor.titulos.iter().filter(|titulo| acao.titulos.contains(&titulo.id));
            prop_assert!(deles.clone().count() > 0 && deles.clone().any(aberto));
        }
    }
}

#[test]
fn the_same_walk_before_1970_and_after_2100() {
    let reguas = so(regua(1, &[antes(2), d(1), d(6), volta(1, 9, 1)]));
    for (vencimento, hoje) in
        [("1969-12-26", "1969-12-23"), ("2099-12-28", "2099-12-25"), ("9999-11-02", "9999-10-30")]
    {
        let mut devedor = devedor(vec![titulo(1, vencimento)]);
        let mut feitas = vec![];
        for hoje in dia(hoje).iter_days().take(40) {
            feitas.extend(noite(&reguas, &mut devedor, hoje).acoes.into_iter().map(|acao| (hoje, acao)));
        }
        let entrada = devedor.inscricoes[0].entrada;
        let dias: Vec<_> = feitas.iter().map(|(hoje, _)| (*hoje - entrada).num_days()).collect();
        assert_eq!(dias[1..5], [1, 6, 9, 14], "{vencimento}");
        assert_eq!(feitas[0].0, dia(vencimento) - TimeDelta::days(2));
    }
}

#[test]
fn the_ends_of_the_calendar_have_an_answer() {
    let reguas = so(regua(1, &[antes(u16::MAX), d(0), d(u16::MAX)]));
    for hoje in [NaiveDate::MIN, NaiveDate::MAX, NaiveDate::MAX - TimeDelta::days(1)] {
        for vencimento in [NaiveDate::MIN, NaiveDate::MAX, dia("2026-03-02")] {
            let mut devedor = devedor(vec![Titulo { vencimento, ..titulo(1, "2026-03-02") }]);
            let decisao = noite(&reguas, &mut devedor, hoje);
            assert!(decisao.acoes.len() <= 1, "{hoje} {vencimento}");
            assert_eq!(devedor.inscricoes.len(), usize::from(vencimento < hoje), "{hoje} {vencimento}");
        }
    }
    assert!(decide(&Reguas::default(), &devedor(vec![]), NaiveDate::MIN, &REGRAS).sem_efeito());
}
