//! A night that looks only at what is due or changed does what one that looks at everybody does.

use chrono::{Days, NaiveDate};
use domain::Rotulo;
use domain::dinheiro::Centavos;
use domain::ids::{NegociacaoId, ReguaId, TituloId};
use domain::negociacao::{Parcela, Parcelas};
use domain::regua::{Cabecalho, Criterios, EstadoRegua, Gatilho, Modo, Regua};
use domain::titulo::{cancelar, pagar, reabrir};
use proptest::prelude::*;
use proptest::sample::Index;
use store::empresas::feriados::{self, Feriado};
use store::reguas::{self, ReguaInteira};
use store::titulos::{EntradaTitulo, change_status, suspend};
use store::{negociacoes, new_id};

use crate::apoio::{
    Casa, NOITE, add_posicao, agora, antes, d, depois, devedor, id_of, item, nova_regua, set_estado, walk,
};
use crate::negotiations::create;

/// Histories of one run; each takes about a second on two databases.
const HISTORIAS: u32 = 4;
const REGUAS: usize = 3;

#[derive(Clone, Debug)]
enum Fato {
    /// For a debtor, due so many days from the night, of a kind.
    Titulo(u32, i16, u8),
    Vencimento(Index, i16),
    Pago(Index),
    Cancelado(Index),
    Suspenso(Index, Option<u8>),
    Reaberto(Index),
    Negociado(Index, u8),
    NegociacaoCancelada(Index),
    Estado(Index, EstadoRegua),
    Posicao(Index, u16),
    Categoria(u32, Option<u8>),
    /// A day becomes a holiday of the company, or is one no more.
    Feriado(i16),
}

fn fato() -> impl Strategy<Value = Fato> {
    let estado = prop_oneof![3 => Just(EstadoRegua::Ativa), 1 => Just(EstadoRegua::Inativa)];
    prop_oneof![
        6 => (0..5_u32, -25..12_i16, 0..3_u8).prop_map(|(quem, dias, tipo)| Fato::Titulo(quem, dias, tipo)),
        1 => (any::<Index>(), -25..12_i16).prop_map(|(i, dias)| Fato::Vencimento(i, dias)),
        3 => any::<Index>().prop_map(Fato::Pago),
        1 => any::<Index>().prop_map(Fato::Cancelado),
        3 => (any::<Index>(), prop::option::of(1..9_u8)).prop_map(|(i, dias)| Fato::Suspenso(i, dias)),
        2 => any::<Index>().prop_map(Fato::Reaberto),
        2 => (any::<Index>(), 0..8_u8).prop_map(|(i, dias)| Fato::Negociado(i, dias)),
        1 => any::<Index>().prop_map(Fato::NegociacaoCancelada),
        2 => (any::<Index>(), estado).prop_map(|(i, estado)| Fato::Estado(i, estado)),
        1 => (any::<Index>(), 2..15_u16).prop_map(|(i, dias)| Fato::Posicao(i, dias)),
        1 => (0..5_u32, prop::option::of(0..3_u8)).prop_map(|(quem, tipo)| Fato::Categoria(quem, tipo)),
        4 => (-6..6_i16).prop_map(Fato::Feriado),
    ]
}

fn rotulo(tipo: u8) -> Rotulo {
    Rotulo::parse(&format!("tipo {tipo}")).unwrap()
}

/// One of the two tellings: a database, and what has been made in it so far, in order.
struct Telling {
    casa: Casa,
    reguas: Vec<ReguaId>,
    titulos: Vec<(TituloId, EntradaTitulo)>,
    negociacoes: Vec<NegociacaoId>,
}

impl Telling {
    fn new() -> Self {
        let casa = Casa::nova();
        let reguas = (0..REGUAS).map(|n| make_regua(&casa, n)).collect();
        Self { casa, reguas, titulos: Vec::new(), negociacoes: Vec::new() }
    }

    fn happen(&mut self, fato: &Fato, hoje: NaiveDate) {
        let titulo = |i: &Index| (!self.titulos.is_empty()).then(|| i.get(&self.titulos).clone());
        match fato {
            Fato::Titulo(quem, dias, tipo) => self.push(*quem, day(hoje, *dias), *tipo),
            Fato::Vencimento(i, dias) => {
                if let Some((_, item)) = titulo(i) {
                    self.casa.push(&[EntradaTitulo { vencimento: day(hoje, *dias), ..item }]);
                }
            }
            Fato::Pago(i) => self.change(*i, pagar),
            Fato::Cancelado(i) => self.change(*i, cancelar),
            Fato::Reaberto(i) => self.change(*i, reabrir),
            Fato::Suspenso(i, dias) => {
                let ate = dias.map(|dias| hoje + Days::new(dias.into()));
                if let Some((id, _)) = titulo(i) {
                    let banco = &self.casa.titulos;
                    let feita =
                        banco.da_empresa(self.casa.empresa, |t| suspend(t, id, ate, agora())).unwrap();
                    assert!(feita.is_some());
                }
            }
            Fato::Negociado(i, dias) => {
                if let Some((id, item)) = titulo(i) {
                    self.negotiate(id, item.valor, hoje + Days::new(u64::from(*dias)));
                }
            }
            Fato::NegociacaoCancelada(i) => {
                if !self.negociacoes.is_empty() {
                    let id = *i.get(&self.negociacoes);
                    let banco = &self.casa.titulos;
                    let _ =
                        banco.da_empresa(self.casa.empresa, |t| negociacoes::cancel(t, id, agora())).unwrap();
                }
            }
            Fato::Estado(i, estado) => {
                let id = *i.get(&self.reguas);
                let banco = &self.casa.engine;
                assert!(
                    banco.da_empresa(self.casa.empresa, |t| set_estado(t, id, *estado, agora())).unwrap()
                );
            }
            Fato::Posicao(i, dias) => self.add_position(*i.get(&self.reguas), *dias),
            Fato::Categoria(quem, tipo) => self.classify(*quem, *tipo),
            Fato::Feriado(dias) => self.toggle(day(hoje, *dias)),
        }
    }

    fn push(&mut self, quem: u32, vencimento: NaiveDate, tipo: u8) {
        let n = self.titulos.len();
        // No two of one value: of two with the same due date the larger comes first, whatever their ids.
        let valor = Centavos::new(10_000 + i64::try_from(n).unwrap());
        let item = EntradaTitulo {
            vencimento,
            valor,
            tipo_titulo: Some(rotulo(tipo)),
            ..item(&format!("t{n}"), devedor(quem))
        };
        let id = id_of(&self.casa.push(std::slice::from_ref(&item))[0]);
        self.titulos.push((id, item));
    }

    /// Some changes are refused, in both tellings alike.
    fn change(&self, i: Index, transition: fn(domain::titulo::StatusTitulo) -> store::titulos::Transicao) {
        if !self.titulos.is_empty() {
            let id = i.get(&self.titulos).0;
            let banco = &self.casa.titulos;
            let feita =
                banco.da_empresa(self.casa.empresa, |t| change_status(t, id, transition, agora())).unwrap();
            assert!(feita.is_some());
        }
    }

    fn negotiate(&mut self, id: TituloId, valor: Centavos, vencimento: NaiveDate) {
        let parcelas = Parcelas::new(valor, vec![Parcela { vencimento, valor }]).unwrap();
        let feita = self.casa.titulos.da_empresa(self.casa.empresa, |t| create(t, &[id], &parcelas)).unwrap();
        self.negociacoes.extend(feita.map(|criada| criada.id));
    }

    fn add_position(&self, id: ReguaId, dias: u16) {
        let ja_tem = |regua: &Regua| {
            regua
                .posicoes()
                .iter()
                .filter_map(|posicao| posicao.gatilho.depois())
                .any(|outros| outros == dias)
        };
        self.casa
            .engine
            .da_empresa(self.casa.empresa, |t| {
                let regua = reguas::get(t, id)?.unwrap().regua;
                if ja_tem(&regua) { Ok(false) } else { add_posicao(t, id, d(dias), agora()) }
            })
            .unwrap();
    }

    fn classify(&self, quem: u32, tipo: Option<u8>) {
        let codigo = format!("d{quem}");
        let dele = self.titulos.iter().find(|(_, item)| item.devedor.codigo_integracao == codigo);
        let Some((_, item)) = dele else { return };
        let mut item = item.clone();
        item.devedor.categoria = tipo.map(|tipo| rotulo(tipo).to_string());
        self.casa.push(&[item]);
    }

    fn toggle(&self, data: NaiveDate) {
        let feriado = Feriado { data, nome: "Feriado".to_owned() };
        let mudar = |t: &mut store::Tenant<'_>| {
            if feriados::delete(t, data)? { Ok(Ok(())) } else { feriados::put(t, &feriado) }
        };
        self.casa.titulos.da_empresa(self.casa.empresa, mudar).unwrap().unwrap();
    }

    fn night(&self, data: NaiveDate, everybody: bool, chunk: i64) {
        if everybody {
            self.casa.run("UPDATE regua.agenda SET proxima = '-infinity'");
        }
        let noite = self.casa.open_new(data);
        walk(&self.casa.engine, self.casa.empresa, noite, chunk);
    }

    /// What the nights made, by codes and names instead of ids.
    fn outcome(&self) -> Vec<String> {
        let codigos = |lista: &str| {
            format!(
                "(SELECT string_agg(t.codigo, ',' ORDER BY o) FROM unnest({lista}) WITH ORDINALITY u(id, o) \
                   JOIN (SELECT id, CASE WHEN acordo_id IS NULL THEN codigo_integracao ELSE 'parcela ' || vencimento END AS codigo \
                           FROM cadastro.titulo) t USING (id))"
            )
        };
        let (da_execucao, da_inscricao) = (codigos("e.titulos"), codigos("i.titulos"));
        let alvo = codigos("ARRAY[i.alvo_id]");
        self.casa.texts(&format!(
            "SELECT concat_ws(' ', 'execucao', e.data, r.nome, p.gatilho, p.dias, e.ciclo, e.devida_em, {da_execucao}, e.estado, e.motivo) AS x \
               FROM disparo.execucao e JOIN regua.regua r ON r.id = e.regua_id JOIN regua.posicao p ON p.id = e.posicao_id \
             UNION ALL SELECT concat_ws(' ', 'inscricao', r.nome, c.codigo_integracao, {alvo}, i.estado, i.entrada, i.ciclo, i.ancora, p.dias, \
                       i.congelada_em, i.final_em, i.encerrada_em, i.motivo, \
                       (SELECT string_agg(x, ',' ORDER BY x) FROM unnest(string_to_array({da_inscricao}, ',')) x)) \
               FROM regua.inscricao i JOIN regua.regua r ON r.id = i.regua_id \
               JOIN cadastro.devedor_codigo c ON c.devedor_id = i.devedor_id LEFT JOIN regua.posicao p ON p.id = i.proxima_id \
             UNION ALL SELECT concat_ws(' ', 'agenda', c.codigo_integracao, a.proxima) FROM regua.agenda a \
               JOIN cadastro.devedor_codigo c ON c.devedor_id = a.devedor_id ORDER BY 1"
        ))
    }
}

fn day(hoje: NaiveDate, dias: i16) -> NaiveDate {
    hoje + chrono::TimeDelta::days(dias.into())
}

/// Of the kind `n`, per título for the last; the first one goes round, the others end.
fn make_regua(casa: &Casa, n: usize) -> ReguaId {
    let modelo = nova_regua(&[antes(3), antes(0), d(0), d(2), d(5)]);
    let mut posicoes = modelo.regua.posicoes().to_vec();
    if n == 0 {
        let para = posicoes[3].id;
        let volta = domain::regua::Posicao {
            id: domain::ids::PosicaoId::new(new_id(agora())),
            gatilho: Gatilho::Reposicionamento { dias: 30, para },
            acoes: vec![],
        };
        posicoes.push(volta);
    }
    let criterios = match n {
        0 => Criterios { tipos_titulo: [rotulo(0), rotulo(1)].into(), ..Criterios::default() },
        1 => Criterios {
            categorias: [rotulo(0)].into(),
            valor_minimo: Some(Centavos::new(20_000)),
            ..Criterios::default()
        },
        _ => Criterios::default(),
    };
    let cabecalho = Cabecalho {
        prioridade: [2, 1, 3][n],
        estado: EstadoRegua::Ativa,
        modo: if n + 1 == REGUAS { Modo::PorTitulo } else { Modo::PorDevedor },
        criterios,
        ..modelo.regua.cabecalho().clone()
    };
    let regua = Regua::new(cabecalho, posicoes).unwrap();
    let inteira = ReguaInteira { regua, nome: format!("régua {n}"), ..modelo };
    casa.engine.da_empresa(casa.empresa, |t| reguas::create(t, &inteira, agora())).unwrap().unwrap();
    inteira.regua.id()
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 10, ..ProptestConfig::with_cases(HISTORIAS) })]

    #[test]
    fn g01_the_incremental_night_and_the_one_over_everybody_are_the_same(
        noites in prop::collection::vec((1..4_u64, prop::collection::vec(fato(), 0..5)), 4..12)
    ) {
        let (mut so_o_devido, mut todos) = (Telling::new(), Telling::new());
        let mut dias = 0;
        for (salto, fatos) in &noites {
            dias += salto;
            let hoje = depois(NOITE, dias);
            for fato in fatos {
                so_o_devido.happen(fato, hoje);
                todos.happen(fato, hoje);
            }
            so_o_devido.night(hoje, false, 2);
            todos.night(hoje, true, 100);
            prop_assert_eq!(so_o_devido.outcome(), todos.outcome(), "{}", hoje);
        }
    }
}
