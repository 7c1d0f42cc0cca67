//! Filters by chance, out of what the portfolio holds: the same for the same seed.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use domain::filtro::Filtro;
use serde_json::{Map, Value, json};

/// Fields that are drawn from.
const CAMPOS: u32 = 35;
const UFS: [&str; 8] = ["SP", "MG", "RJ", "BA", "PR", "RS", "PE", "CE"];
const CATEGORIAS: [&str; 5] = ["varejo", "atacado", "escola", "saúde", "condomínio"];
const STATUS: [&str; 5] = ["aberto", "pago", "negociado", "cancelado", "suspenso"];
const ESTADOS: [&str; 4] = ["aberta", "confirmada", "cancelada", "quebrada"];
const GRUPOS: [&str; 4] = ["Promessa", "Recado", "Acordo", "Sem sucesso"];

/// Numbers by chance.
pub(super) struct Sorte {
    estado: u64,
    /// The portfolio's date, which the days asked for lie about.
    data: NaiveDate,
}

/// The id of the portfolio's thing of that number.
fn id(n: u32) -> String {
    format!("01900000-0000-7000-8000-{n:012x}")
}

impl Sorte {
    pub(super) fn new(semente: u64, data: NaiveDate) -> Self {
        Self { estado: semente, data }
    }

    /// A filter that asks for so many things.
    pub(super) fn filtro(&mut self, quantos: usize) -> Value {
        loop {
            let mut campos = BTreeSet::new();
            while campos.len() < quantos {
                campos.insert(self.n(CAMPOS));
            }
            let mut abas: Map<String, Value> = Map::new();
            for campo in campos {
                let (aba, pedidos) = self.campo(campo);
                if let Value::Object(aba) = abas.entry(aba).or_insert_with(|| json!({})) {
                    aba.extend(pedidos.into_iter().map(|(nome, valor)| (nome.to_owned(), valor)));
                }
            }
            let json = Value::Object(abas);
            // What contradicts itself is drawn again.
            if Filtro::ler(&json).is_ok() {
                return json;
            }
        }
    }

    /// `SplitMix64`.
    fn n(&mut self, ate: u32) -> u32 {
        self.estado = self.estado.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.estado;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((z ^ (z >> 31)) % u64::from(ate)).unwrap_or_default()
    }

    /// The first of so many more often than the last, as they are in the portfolio.
    fn cauda(&mut self, quantos: u32) -> u32 {
        1 + self.n(quantos).min(self.n(quantos)).min(self.n(quantos))
    }

    fn lista(&mut self, ate: u32, um: impl Fn(&mut Self) -> Value) -> Value {
        (0..=self.n(ate)).map(|_| um(self)).collect()
    }

    fn um(&mut self, de: &[&str]) -> Value {
        let n = self.n(u32::try_from(de.len()).unwrap_or(1));
        de.get(usize::try_from(n).unwrap_or_default()).copied().into()
    }

    /// Up to a quarter of a year long, and begins so many days before the portfolio's date.
    fn dias(&mut self, atras: u32) -> [Value; 2] {
        let de = self.data - Days::new(self.n(atras).into());
        let ate = de + Days::new((7 + self.n(84)).into());
        [json!(de), json!(ate)]
    }

    fn campo(&mut self, campo: u32) -> (&'static str, Vec<(&'static str, Value)>) {
        match campo {
            0..10 => ("devedor", self.do_devedor(campo)),
            10..17 => ("titulo", self.do_titulo(campo)),
            17..21 => ("regua", self.da_regua(campo)),
            21..26 => ("negociacao", self.da_negociacao(campo)),
            _ => ("contato", self.do_contato(campo)),
        }
    }

    fn do_devedor(&mut self, campo: u32) -> Vec<(&'static str, Value)> {
        match campo {
            0 => vec![("codigo", (0..50).map(|_| json!(format!("D{}", self.n(1_000_000)))).collect())],
            1 => vec![("gerente", self.lista(3, |s| json!(format!("Gerente {}", s.cauda(39)))))],
            2 => range(["cadastrado_de", "cadastrado_ate"], self.dias(1_800)),
            3 => {
                let de = self.n(1_500);
                let ate = de + 100 + self.n(1_000);
                range(["saldo_de", "saldo_ate"], [json!(format!("{de}.00")), json!(format!("{ate}.00"))])
            }
            4 => vec![("cidade", self.lista(4, |s| json!(format!("cidade {}", s.cauda(399)))))],
            5 => vec![("uf", self.lista(2, |s| s.um(&UFS)))],
            6 => vec![("tipo_pessoa", self.lista(1, |s| s.um(&["fisica", "juridica", "isenta"])))],
            7 | 8 => vec![("categoria", self.lista(1, |s| s.um(&CATEGORIAS)))],
            _ => vec![("credor", self.lista(2, |s| json!(format!("C{}", s.cauda(39)))))],
        }
    }

    fn do_titulo(&mut self, campo: u32) -> Vec<(&'static str, Value)> {
        match campo {
            10 => range(["vencimento_de", "vencimento_ate"], self.dias(700)),
            11 => range(["vencimento_minimo_de", "vencimento_minimo_ate"], self.dias(700)),
            12 => {
                let de = self.n(600);
                range(["dias_vencido_de", "dias_vencido_ate"], [json!(de), json!(de + 10 + self.n(80))])
            }
            13 => vec![("status", self.lista(1, |s| s.um(&STATUS)))],
            14 => vec![("quais", self.lista(0, |s| s.um(&["originais", "acordos", "a_vencer"])))],
            15 => vec![("tipo_negocio", self.lista(0, |s| s.um(&["venda", "serviço"])))],
            _ => vec![("tipo_titulo", self.lista(1, |s| s.um(&["boleto", "cheque", "duplicata"])))],
        }
    }

    fn da_regua(&mut self, campo: u32) -> Vec<(&'static str, Value)> {
        match campo {
            17 => vec![("regua", self.lista(1, |s| json!(id(700_000_000 + s.cauda(5) * 100))))],
            18 => vec![("sem_regua", json!(true))],
            19 => {
                let posicao = |s: &mut Self| json!(id(700_000_000 + s.cauda(5) * 100 + 1 + s.n(8)));
                vec![("posicao", self.lista(2, posicao))]
            }
            _ => range(["entrada_na_posicao_de", "entrada_na_posicao_ate"], self.dias(60)),
        }
    }

    fn da_negociacao(&mut self, campo: u32) -> Vec<(&'static str, Value)> {
        match campo {
            21 => vec![("status", self.lista(1, |s| s.um(&ESTADOS)))],
            22 => range(["data_de", "data_ate"], self.dias(600)),
            23 => vec![("usuario", self.lista(2, |s| json!(format!("Usuário {}", s.cauda(19)))))],
            24 => vec![("status_parcela", self.lista(1, |s| s.um(&["aberto", "pago", "cancelado"])))],
            _ => range(["vencimento_parcela_de", "vencimento_parcela_ate"], self.dias(500)),
        }
    }

    fn do_contato(&mut self, campo: u32) -> Vec<(&'static str, Value)> {
        let resultado = |s: &mut Self| json!(id(800_000_000 + s.cauda(12)));
        match campo {
            26 => range(["data_de", "data_ate"], self.dias(300)),
            27 => vec![("grupo_ultimo_resultado", self.lista(1, |s| s.um(&GRUPOS)))],
            28 => vec![("ultimo_resultado", self.lista(2, resultado))],
            29 => {
                let mut pedidos = range(["data_de", "data_ate"], self.dias(300));
                pedidos.push(("sem_grupo_resultado", self.lista(1, |s| s.um(&GRUPOS))));
                pedidos
            }
            30 => {
                let mut pedidos = range(["data_de", "data_ate"], self.dias(300));
                pedidos.push(("sem_resultado", self.lista(2, resultado)));
                pedidos
            }
            31 => range(["agendado_de", "agendado_ate"], self.dias(300)),
            32 => {
                vec![("operador_agendamento", self.lista(2, |s| json!(format!("Operador {}", s.cauda(29)))))]
            }
            _ => vec![(if campo == 33 { "sem_contato" } else { "sem_resultado_positivo" }, json!(true))],
        }
    }
}

fn range(nomes: [&'static str; 2], valores: [Value; 2]) -> Vec<(&'static str, Value)> {
    nomes.into_iter().zip(valores).collect()
}
