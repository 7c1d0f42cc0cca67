//! Portfolios and filters by chance, out of so few values that they meet.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use domain::documento::TipoPessoa;
use domain::filtro::Filtro;
use domain::negociacao::EstadoNegociacao;
use domain::titulo::StatusTitulo;
use serde_json::{Map, Value, json};

use super::carteira::{Con, Dev, Insc, Meio, Neg, POSICAO, REGUA, RESULTADO, Tipo, Tit, dia, id, instante};

/// Bytes that are asked one after the other; after the last one, each is zero.
pub(super) struct Sorte<'b>(std::slice::Iter<'b, u8>);

const ROTULOS: [&str; 3] = ["A", "B", "C"];
const CIDADES: [&str; 3] = ["São Paulo", "SAO PAULO", "Lins"];
const UFS: [&str; 2] = ["SP", "RJ"];
/// Days that dates are drawn from, from the first one on.
const DIAS: u8 = 14;

impl<'b> Sorte<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self(bytes.iter())
    }

    fn n(&mut self, ate: u8) -> u8 {
        self.0.next().copied().unwrap_or_default() % ate
    }

    fn sim(&mut self, em: u8) -> bool {
        self.n(em) == 1
    }

    fn um<T: Copy>(&mut self, de: &[T]) -> T {
        de[usize::from(self.n(u8::try_from(de.len()).unwrap()))]
    }

    fn talvez<T: Copy>(&mut self, de: &[T]) -> Option<T> {
        let um = self.um(de);
        self.sim(2).then_some(um)
    }

    fn dia(&mut self) -> NaiveDate {
        dia("2026-11-01").checked_add_days(Days::new(self.n(DIAS).into())).unwrap()
    }

    /// Near midnight in São Paulo more often than not.
    fn instante(&mut self) -> DateTime<Utc> {
        let hora = self.um(&[0, 2, 3, 12, 23]);
        self.dia().and_hms_opt(0, 0, 0).unwrap().and_utc() + TimeDelta::hours(hora)
    }

    pub(super) fn carteira(&mut self, quantos: u8) -> Vec<Dev> {
        (0..quantos).map(|n| self.devedor(n)).collect()
    }

    fn vezes<T>(&mut self, ate: u8, mut um: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.n(ate + 1)).map(|_| um(self)).collect()
    }

    fn devedor(&mut self, n: u8) -> Dev {
        let texto = |rotulo: &str| rotulo.to_owned();
        Dev {
            nome: format!("d{n:02}"),
            codigos: (0..self.n(3)).map(|k| format!("c{}", n * 3 + k)).collect(),
            gerente: self.talvez(&ROTULOS).map(texto),
            categoria: self.talvez(&ROTULOS).map(texto),
            tipo: Tipo(self.um(TipoPessoa::TODOS)),
            criado_em: self.instante(),
            meios: self.vezes(3, |s| match s.n(3) {
                0 => Meio::Email(s.sim(2)),
                1 => Meio::Telefone(s.sim(2)),
                _ => Meio::Endereco(s.um(&CIDADES), s.um(&UFS), s.sim(2)),
            }),
            opt_out: ["email", "sms", "carta"].into_iter().filter(|_| self.sim(5)).collect(),
            titulos: self.vezes(3, Self::titulo),
            inscricoes: self.vezes(2, |s| Insc {
                regua: s.n(2),
                posicao: s.sim(2).then(|| (s.n(2), s.dia())),
                viva: s.sim(2),
            }),
            negociacoes: self.vezes(2, |s| Neg {
                estado: s.um(EstadoNegociacao::TODOS),
                criada_em: s.instante(),
                cancelada_em: s.instante(),
                usuario: s.talvez(&ROTULOS),
                parcelas: s.vezes(2, |s| (s.um(StatusTitulo::TODOS), s.dia())),
            }),
            contatos: self.vezes(3, |s| Con {
                em: s.instante(),
                resultado: s.n(4),
                agendado: s.sim(2).then(|| (s.instante(), s.talvez(&ROTULOS))),
            }),
        }
    }

    fn titulo(&mut self) -> Tit {
        Tit {
            vencimento: self.dia(),
            saldo: self.um(&[50, 100, 300]),
            status: self.um(StatusTitulo::TODOS),
            acordo: self.sim(3),
            credor: self.talvez(&[0, 1, 2]),
            negocio: self.talvez(&ROTULOS),
            tipo: self.talvez(&ROTULOS),
        }
    }

    /// A filter that asks for so many things, whatever they are, in days that are `passo` apart.
    pub(super) fn filtro(&mut self, empresa: u16, quantos: u8, passo: u8) -> Option<Filtro> {
        let mut abas = Map::new();
        for _ in 0..quantos {
            let (aba, campo, valor) = self.campo(empresa, passo);
            let campos = abas.entry(aba).or_insert_with(|| json!({})).as_object_mut().unwrap();
            match campo.strip_suffix("_*") {
                None => {
                    campos.insert(campo.to_owned(), valor);
                }
                Some(nome) => {
                    let pontas = [("de", valor[0].clone()), ("ate", valor[1].clone())];
                    campos.extend(pontas.map(|(ponta, valor)| (format!("{nome}_{ponta}"), valor)));
                }
            }
        }
        Filtro::ler(&Value::Object(abas)).ok()
    }

    /// A range of which an end may be missing.
    fn faixa(&mut self, valores: impl Fn(u8) -> Value) -> Value {
        let (a, b) = (self.n(DIAS), self.n(DIAS));
        let quais = self.n(4);
        let ponta = |n, falta: bool| if falta { Value::Null } else { valores(n) };
        json!([ponta(a.min(b), quais == 0), ponta(a.max(b), quais == 1)])
    }

    fn dias(&mut self, passo: u8) -> Value {
        self.faixa(|n| {
            let dias = Days::new(u64::from(n) * u64::from(passo));
            json!(dia("2026-11-01").checked_add_days(dias).unwrap().to_string())
        })
    }

    fn lista<T: Copy + Into<Value>>(&mut self, de: &[T]) -> Value {
        (0..=self.n(2)).map(|_| self.um(de).into()).collect::<Vec<Value>>().into()
    }

    fn ids(&mut self, empresa: u16, que: u8, quantos: u8) -> Value {
        (0..=self.n(2))
            .map(|_| id(empresa, que, self.n(quantos).into()).to_string().into())
            .collect::<Vec<Value>>()
            .into()
    }

    fn codigos<T: Copy + ToString>(&mut self, de: &[T]) -> Value {
        (0..=self.n(2)).map(|_| self.um(de).to_string().into()).collect::<Vec<Value>>().into()
    }

    fn campo(&mut self, empresa: u16, passo: u8) -> (&'static str, &'static str, Value) {
        match self.n(35) {
            0 => ("devedor", "codigo", (0..6).map(|_| Value::from(format!("c{}", self.n(60)))).collect()),
            1 => ("devedor", "gerente", self.lista(&ROTULOS)),
            2 => ("devedor", "cadastrado_*", self.dias(passo)),
            3 => ("devedor", "saldo_*", self.faixa(|n| json!(format!("{}.50", n / 2)))),
            4 => ("devedor", "cidade", self.lista(&CIDADES)),
            5 => ("devedor", "uf", self.lista(&UFS)),
            6 => ("devedor", "tipo_pessoa", self.codigos(TipoPessoa::TODOS)),
            7 => ("devedor", "categoria", self.lista(&ROTULOS)),
            8 => ("devedor", "credor", self.lista(&["K0", "K1", "K2"])),
            9 => ("titulo", "vencimento_*", self.dias(passo)),
            10 => ("titulo", "vencimento_minimo_*", self.dias(passo)),
            11 => ("titulo", "dias_vencido_*", self.faixa(|n| json!((i32::from(n) - 6) * i32::from(passo)))),
            12 => ("titulo", "status", self.codigos(StatusTitulo::TODOS)),
            13 => ("titulo", "quais", self.lista(&["originais", "acordos", "a_vencer"])),
            14 => ("titulo", "tipo_negocio", self.lista(&ROTULOS)),
            15 => ("titulo", "tipo_titulo", self.lista(&ROTULOS)),
            16 => ("regua", "regua", self.ids(empresa, REGUA, 2)),
            17 => ("regua", "sem_regua", true.into()),
            18 => ("regua", "posicao", self.ids(empresa, POSICAO, 4)),
            19 => ("regua", "entrada_na_posicao_*", self.dias(passo)),
            20 => ("negociacao", "status", self.codigos(EstadoNegociacao::TODOS)),
            21 => ("negociacao", "data_*", self.dias(passo)),
            22 => ("negociacao", "usuario", self.lista(&ROTULOS)),
            23 => ("negociacao", "status_parcela", self.codigos(StatusTitulo::TODOS)),
            24 => ("negociacao", "vencimento_parcela_*", self.dias(passo)),
            25 => ("negociacao", "cancelada_*", self.dias(passo)),
            26 => ("contato", "data_*", self.dias(passo)),
            27 => ("contato", "grupo_ultimo_resultado", self.lista(&["Promessa", "Recado", "Acordo"])),
            28 => ("contato", "ultimo_resultado", self.ids(empresa, RESULTADO, 4)),
            29 => ("contato", "sem_grupo_resultado", self.lista(&["Promessa", "Recado"])),
            30 => ("contato", "sem_resultado", self.ids(empresa, RESULTADO, 4)),
            31 => ("contato", "agendado_*", self.dias(passo)),
            32 => ("contato", "operador_agendamento", self.lista(&ROTULOS)),
            33 => ("contato", "sem_contato", true.into()),
            _ => ("contato", "sem_resultado_positivo", true.into()),
        }
    }
}

#[test]
fn chance_comes_to_every_field() {
    let campos: std::collections::BTreeSet<_> =
        (0..=34).map(|n| Sorte::new(&[n]).campo(1, 1)).map(|(aba, campo, _)| (aba, campo)).collect();
    assert_eq!(campos.len(), 35);
    assert_eq!(instante("2026-11-01T00:00:00Z"), Sorte::new(&[]).instante());
}
