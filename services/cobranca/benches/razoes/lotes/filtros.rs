//! Rows `lotes_filtros`, `lotes_amplos`, `lotes_amostra`, `lotes_amostra_ampla`, each also over SQL by hand: exact counts, and the
//! first page of a sample.

use chrono::NaiveDate;
use cobranca::Resultado;
use domain::execucao::Canal;
use domain::filtro::Filtro;
use domain::ids::EmpresaId;
use runtime::{Relogio, cronometro};
use serde_json::{Value, json};
use store::filtros::{Alvo, Contagem, Dia, Selecao, count, sample};
use store::{Banco, Papel, Tenant, lotes};
use testkit::Sql;

use super::dba::{Dba, Forma};
use super::sorte::Sorte;
use crate::linha::{Linha, Meta, say};
use crate::milhao::MILHAO;
use crate::milhao::casa::Casa;

/// Filters by chance, each of four fields out of 34.
const FILTROS: usize = 100;
const CAMPOS: usize = 4;
const SEMENTE: u64 = 7;
/// Debtors of a page.
const PAGINA: u32 = 50;
/// What exact counts may take, of four fields and of an eighth of the portfolio, and the first page of a sample.
const CONTAGEM_MS: f64 = 300.0;
const AMPLO_MS: f64 = 1_000.0;
const AMOSTRA_MS: f64 = 50.0;
/// What ours may take over SQL by hand.
const SOBRE_SQL: f64 = 1.5;
/// As the service's own sessions are.
const SESSAO: &str = "SET timezone = 'UTC'; SET jit = off; SET random_page_cost = 1; SET seq_page_cost = 1.5; SET work_mem = '32MB'";

/// Below this nobody notices a ratio.
const DESPREZO_MS: f64 = 20.0;

/// Milliseconds of one question: ours, and the faster of both ways to write it.
#[derive(Clone, Copy)]
struct Tempos {
    nosso: f64,
    deles: f64,
}

/// What a filter took, and how many met it.
struct Medido {
    contagem: Tempos,
    amostra: Tempos,
    atendem: i64,
}

/// How many meet it times ten million and how many of them can have an e-mail, and the ids of the first page.
#[derive(Debug, PartialEq, Eq)]
struct Resposta(i64, Vec<String>);

/// Each about an eighth of the debtors.
fn broad(data: NaiveDate) -> Vec<Value> {
    let dia = |antes: i64| json!(data - chrono::TimeDelta::days(antes));
    vec![
        json!({"devedor": {"categoria": ["varejo"], "tipo_pessoa": ["fisica"]}}),
        json!({"titulo": {"vencimento_de": dia(200), "vencimento_ate": dia(140)}}),
        json!({"titulo": {"vencimento_minimo_de": dia(300), "vencimento_minimo_ate": dia(207)}}),
        json!({"devedor": {"gerente": ["Gerente 1"], "saldo_de": "100.00"}, "titulo": {"status": ["aberto"]},
               "contato": {"sem_resultado_positivo": true}}),
        json!({"regua": {"sem_regua": true}, "titulo": {"tipo_titulo": ["boleto", "cheque"]}}),
        json!({"contato": {"grupo_ultimo_resultado": ["Recado"]}}),
    ]
}

pub(super) async fn measure(casa: &mut Casa, linhas: &mut Vec<Linha>) -> Resultado {
    casa.processo = None; // nobody else works on it
    casa.sql(Sql::settle).await?;
    let (url, empresa, data) = (casa.url().to_owned(), casa.empresa.clone(), casa.data);
    let medidos = tokio::task::spawn_blocking(move || {
        let mut lados = Lados::connect(&url, &empresa)?;
        let mut sorte = Sorte::new(SEMENTE, data);
        let quatro: Vec<Value> = (0..FILTROS).map(|_| sorte.filtro(CAMPOS)).collect();
        Ok::<_, String>([lados.all(&quatro)?, lados.all(&broad(data))?])
    });
    let [quatro, amplos] = medidos.await??;
    let contagem: fn(&Medido) -> Tempos = |medido| medido.contagem;
    let amostra: fn(&Medido) -> Tempos = |medido| medido.amostra;
    let de_quatro = format!("{FILTROS} filtros de {CAMPOS} campos");
    let de_amplos = format!("{} filtros amplos", amplos.len());
    let partes = [
        (["lotes_filtros", "lotes_filtros_sql"], &quatro, &de_quatro, CONTAGEM_MS, contagem),
        (["lotes_amplos", "lotes_amplos_sql"], &amplos, &de_amplos, AMPLO_MS, contagem),
        (["lotes_amostra", "lotes_amostra_sql"], &quatro, &de_quatro, AMOSTRA_MS, amostra),
        (["lotes_amostra_ampla", "lotes_amostra_ampla_sql"], &amplos, &de_amplos, AMOSTRA_MS, amostra),
    ];
    for (nomes, medidos, quais, meta_ms, qual) in partes {
        for linha in rows(nomes, (quais, meta_ms), medidos, qual) {
            say(linha, linhas);
        }
    }
    Ok(())
}

/// The slow ones against what they may take, and all of them against SQL by hand.
fn rows(
    [nome, nome_sql]: [&'static str; 2],
    (quais, meta_ms): (&str, f64),
    medidos: &[Medido],
    qual: fn(&Medido) -> Tempos,
) -> [Linha; 2] {
    let tempos: Vec<Tempos> = medidos.iter().map(qual).collect();
    let nossos: Vec<f64> = tempos.iter().map(|t| t.nosso).collect();
    let deles: Vec<f64> = tempos.iter().map(|t| t.deles).collect();
    let (soma, soma_deles) = (nossos.iter().sum::<f64>(), deles.iter().sum::<f64>());
    let parte = |medido: &Medido| 100.0 * contados(medido.atendem) / f64::from(MILHAO);
    let partes: Vec<f64> = medidos.iter().map(parte).collect();
    let linha = Linha::new(nome, format!("{quais}: p95"), at(&nossos, 95) / 1e3);
    let linha = linha
        .over(format!("{meta_ms} ms"), at(&nossos, 95) / meta_ms, Meta::NoMaximo(1.0))
        .with("ms p50", at(&nossos, 50))
        .with("ms p95", at(&nossos, 95))
        .with("ms o pior", at(&nossos, 100))
        .with("% da carteira p50", at(&partes, 50))
        .with("% da carteira, o maior", at(&partes, 100));
    let piores = tempos.iter().filter(|t| t.nosso > SOBRE_SQL * t.deles && t.nosso > DESPREZO_MS).count();
    let sobre_sql = Linha::new(nome_sql, format!("{quais}: a soma"), soma / 1e3);
    let sobre_sql = sobre_sql
        .over("o mesmo em SQL à mão, o melhor de dois modos", soma / soma_deles, Meta::NoMaximo(SOBRE_SQL))
        .with("ms p50 do SQL", at(&deles, 50))
        .with("ms p95 do SQL", at(&deles, 95))
        .with(format!("filtros acima de {SOBRE_SQL}"), contados(i64::try_from(piores).unwrap_or_default()));
    [linha, sobre_sql]
}

fn contados(n: i64) -> f64 {
    u32::try_from(n).map_or(f64::INFINITY, f64::from)
}

/// The value that so many in a hundred do not pass.
fn at(valores: &[f64], parte: usize) -> f64 {
    let mut valores = valores.to_vec();
    valores.sort_by(f64::total_cmp);
    let ultimo = valores.len().saturating_sub(1);
    valores.get((valores.len() * parte / 100).min(ultimo)).copied().unwrap_or_default()
}

/// Those who ask, each by a connection of its own.
struct Lados {
    banco: Banco,
    empresa: EmpresaId,
    dia: Dia,
    sql: Sql,
    dba: Dba,
}

impl Lados {
    fn connect(url: &str, empresa: &str) -> Result<Self, String> {
        let banco = Banco::connect(url, Papel::Lote, 1).map_err(|e| e.to_string())?;
        let id = EmpresaId::new(empresa.parse().map_err(|_ruim| format!("{empresa} não é um id"))?);
        let dia =
            banco.da_empresa(id, |t| lotes::day(t, Relogio::Sistema.agora())).map_err(|e| e.to_string())?;
        let mut sql = Sql::connect(url);
        sql.run(SESSAO);
        let dba = Dba { empresa: empresa.to_owned(), hoje: dia.hoje };
        Ok(Self { banco, empresa: id, dia, sql, dba })
    }

    fn all(&mut self, filtros: &[Value]) -> Result<Vec<Medido>, String> {
        filtros.iter().enumerate().map(|(n, filtro)| self.one(filtro, n)).collect()
    }

    /// Twice, and the second time in the opposite order.
    fn one(&mut self, json: &Value, n: usize) -> Result<Medido, String> {
        let filtro = Filtro::ler(json).map_err(|erros| format!("{json}: {erros:?}"))?;
        let mut medido = Medido { contagem: Tempos::NUNCA, amostra: Tempos::NUNCA, atendem: 0 };
        for vez in [n, n + 1] {
            let antes = vez.is_multiple_of(2).then(|| self.ours(&filtro, &mut medido)).transpose()?;
            let deles = [Forma::Existe, Forma::Junta].map(|forma| self.theirs(json, forma, &mut medido));
            let nossa = antes.map_or_else(|| self.ours(&filtro, &mut medido), Ok)?;
            if let Some(outra) = deles.iter().find(|deles| **deles != nossa) {
                return Err(format!("{json}: {nossa:?}, e à mão {outra:?}"));
            }
        }
        Ok(medido)
    }

    fn ours(&mut self, filtro: &Filtro, medido: &mut Medido) -> Result<Resposta, String> {
        let selecao = Selecao { quem: Alvo::Filtro(filtro), tipo: Canal::Email, dia: self.dia };
        let (banco, empresa) = (&self.banco, self.empresa);
        let contar = |t: &mut Tenant<'_>| count(t, &selecao);
        let Contagem { atendem, com_contato, .. } =
            taken(&mut medido.contagem.nosso, || banco.da_empresa(empresa, contar))
                .map_err(|e| e.to_string())?;
        medido.atendem = atendem;
        let ler = |t: &mut Tenant<'_>| sample(t, (&selecao, atendem), None, PAGINA.into());
        let pagina =
            taken(&mut medido.amostra.nosso, || banco.da_empresa(empresa, ler)).map_err(|e| e.to_string())?;
        Ok(Resposta(atendem * 10_000_000 + com_contato, pagina.iter().map(|um| um.id.to_string()).collect()))
    }

    fn theirs(&mut self, json: &Value, forma: Forma, medido: &mut Medido) -> Resposta {
        let contagem = format!("({})", self.dba.count(json, forma));
        let contados = taken(&mut medido.contagem.deles, || self.sql.number(&contagem));
        let pagina = self.dba.page(json, forma, PAGINA);
        let pagina = taken(&mut medido.amostra.deles, || self.sql.texts(&pagina));
        let id = |linha: &String| linha.split('|').next().unwrap_or_default().to_owned();
        Resposta(contados, pagina.iter().map(id).collect())
    }
}

impl Tempos {
    const NUNCA: Self = Self { nosso: f64::INFINITY, deles: f64::INFINITY };
}

/// Does it, and keeps the milliseconds if they are the fewest so far.
fn taken<T>(menor: &mut f64, work: impl FnOnce() -> T) -> T {
    let medida = cronometro();
    let feito = work();
    *menor = menor.min(medida.decorrido().as_secs_f64() * 1e3);
    feito
}
