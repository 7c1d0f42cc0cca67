//! Sample portfolios: made up from a seed, the same bytes on any machine, of nobody.
//!
//! The columns are those of [`Mapa::default`](crate::Mapa), separated by `;`:
//!
//! | column | what stands there |
//! |---|---|
//! | `codigo_integracao`, `numero` | `T0000001-01`, `NF 1/01`: unique in the file |
//! | `emissao`, `vencimento` | ISO dates; due from 90 days before `base` to 45 after, issued 15 to 45 days before that |
//! | `valor` | `1234,56`; monthly fees for people, invoices for companies |
//! | `pago_em` | for 35 % of them, a day from 1 to 60 after `base`: before the due date for some, after it for most |
//! | `devedor_codigo`, `devedor_nome` | `D0000001`; a person or a company put together from our own lists |
//! | `documento`, `tipo_pessoa` | valid and unique; of those that have one 70 % CPF, 20 % CNPJ, 10 % CNPJ with letters; 3 % have none |
//! | `email`, `telefone` | `@example.com`, which goes nowhere; a mobile range that was never handed out. Some have neither |
//! | `categoria`, `cidade`, `uf` | a class, a state capital |
//! | `credor_codigo`, `credor_nome` | one of three |

mod documentos;
mod nomes;
mod sorteio;

use std::io::{self, Write};

use chrono::{NaiveDate, TimeDelta};
use domain::dinheiro::Centavos;
use domain::documento::TipoPessoa;

use crate::mapa::Campo;
use sorteio::Sorteio;

/// Days before and after the base date on which títulos fall due.
const ANTES: i64 = 90;
const DEPOIS: i64 = 45;
/// Monthly fees, in centavos.
const MENSALIDADES: [i64; 8] = [5_990, 8_990, 12_990, 19_900, 24_990, 34_990, 48_900, 75_000];

/// The columns of a portfolio.
const COLUNAS: [Campo; 18] = [
    Campo::CodigoIntegracao,
    Campo::Numero,
    Campo::Emissao,
    Campo::Vencimento,
    Campo::Valor,
    Campo::PagoEm,
    Campo::Contestado,
    Campo::DevedorCodigo,
    Campo::DevedorNome,
    Campo::Documento,
    Campo::TipoPessoa,
    Campo::Email,
    Campo::Telefone,
    Campo::Categoria,
    Campo::Cidade,
    Campo::Uf,
    Campo::CredorCodigo,
    Campo::CredorNome,
];

/// A debtor, with the columns that repeat on each of its lines.
struct Devedor {
    codigo: String,
    nome: String,
    documento: String,
    tipo_pessoa: TipoPessoa,
    email: String,
    telefone: String,
    categoria: &'static str,
    lugar: nomes::Lugar,
    credor: (&'static str, &'static str),
}

/// A título of a debtor; `pago_em` may be blank.
struct Titulo {
    sufixo: String,
    emissao: NaiveDate,
    vencimento: NaiveDate,
    valor: Centavos,
    pago_em: Option<NaiveDate>,
}

/// Writes a portfolio of so many debtors as CSV and answers how many títulos they have: 1 for most, up to 12. The
/// first debtors of a larger portfolio are those of a smaller one of the same seed and date.
///
/// ```
/// let base = chrono::NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
/// let mut csv = Vec::new();
/// let titulos = sheets::gerar_carteira(7, 100, base, &mut csv)?;
/// let linhas = sheets::LinhasImportadas::new(csv.as_slice(), sheets::Mapa::default()).unwrap();
/// assert_eq!(linhas.filter_map(Result::ok).count() as u64, titulos);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// When `out` cannot be written.
pub fn gerar_carteira(semente: u64, devedores: u32, base: NaiveDate, out: impl Write) -> io::Result<u64> {
    let (mut sorteio, mut escritos) = (Sorteio::new(semente), 0);
    let mut csv = csv::WriterBuilder::new().delimiter(b';').from_writer(out);
    csv.write_record(COLUNAS.map(Campo::as_str))?;
    for indice in 1..=u64::from(devedores) {
        let devedor = draw_devedor(&mut sorteio, semente, indice);
        for titulo in draw_titulos(&mut sorteio, devedor.tipo_pessoa, base) {
            csv.write_record(COLUNAS.map(|campo| column(campo, &devedor, &titulo)))?;
            escritos += 1;
        }
    }
    csv.flush()?;
    Ok(escritos)
}

fn draw_devedor(sorteio: &mut Sorteio, semente: u64, indice: u64) -> Devedor {
    let documento = documentos::draw(sorteio, semente, indice);
    let tipo_pessoa = documento.map_or(TipoPessoa::Isenta, |documento| documento.tipo_pessoa());
    let (nome, categoria) = match tipo_pessoa {
        TipoPessoa::Juridica => (nomes::empresa(sorteio), "corporativo"),
        TipoPessoa::Fisica | TipoPessoa::Isenta => {
            (nomes::pessoa(sorteio), sorteio.one_of(&["varejo", "mensalista"]))
        }
    };
    let lugar = sorteio.one_of(&nomes::LUGARES);
    let tem_email = sorteio.chance(96);
    let tem_telefone = sorteio.chance(85);
    Devedor {
        codigo: format!("D{indice:07}"),
        documento: documento.map_or_else(String::new, |documento| documento.formatado()),
        tipo_pessoa,
        email: if tem_email {
            format!("{}.{indice}@example.com", nomes::apelido(&nome))
        } else {
            String::new()
        },
        telefone: if tem_telefone {
            format!("({}) 90000-{:04}", lugar.ddd, indice % 10_000)
        } else {
            String::new()
        },
        nome,
        categoria,
        lugar,
        credor: sorteio.one_of(&nomes::CREDORES),
    }
}

/// Spread evenly from a random day on, so that a debtor with many has some of each kind.
fn draw_titulos(sorteio: &mut Sorteio, tipo_pessoa: TipoPessoa, base: NaiveDate) -> Vec<Titulo> {
    let quantos = match sorteio.between(1..=100) {
        1..=60 => 1,
        61..=80 => 2,
        81..=90 => 3,
        91..=96 => sorteio.between(4..=6),
        _ => sorteio.between(7..=12),
    };
    let dias = ANTES + DEPOIS + 1;
    let primeiro = sorteio.between(0..=dias - 1);
    let titulo = |n: i64| {
        let vencimento = day(base, (primeiro + n * dias / quantos) % dias - ANTES);
        let emissao = day(vencimento, -sorteio.between(15..=45));
        let valor = draw_valor(sorteio, tipo_pessoa);
        let pago_em = sorteio.chance(35).then(|| day(base, sorteio.between(1..=60)));
        Titulo { sufixo: format!("{:02}", n + 1), emissao, vencimento, valor, pago_em }
    };
    (0..quantos).map(titulo).collect()
}

fn draw_valor(sorteio: &mut Sorteio, tipo_pessoa: TipoPessoa) -> Centavos {
    let avulso = sorteio.chance(25);
    Centavos::new(match tipo_pessoa {
        TipoPessoa::Juridica => sorteio.between(15_000..=1_200_000),
        TipoPessoa::Fisica | TipoPessoa::Isenta if avulso => sorteio.between(2_500..=90_000),
        TipoPessoa::Fisica | TipoPessoa::Isenta => sorteio.one_of(&MENSALIDADES),
    })
}

fn column(campo: Campo, devedor: &Devedor, titulo: &Titulo) -> String {
    let numero = devedor.codigo.trim_start_matches(['D', '0']);
    match campo {
        Campo::CodigoIntegracao => format!("{}-{}", devedor.codigo.replace('D', "T"), titulo.sufixo),
        Campo::Numero => format!("NF {numero}/{}", titulo.sufixo),
        Campo::Emissao => titulo.emissao.to_string(),
        Campo::Vencimento => titulo.vencimento.to_string(),
        Campo::Valor => titulo.valor.to_string().replace('.', ","),
        Campo::PagoEm => titulo.pago_em.map_or_else(String::new, |dia| dia.to_string()),
        Campo::DevedorCodigo => devedor.codigo.clone(),
        Campo::DevedorNome => devedor.nome.clone(),
        Campo::Documento => devedor.documento.clone(),
        Campo::TipoPessoa => devedor.tipo_pessoa.to_string(),
        Campo::Email => devedor.email.clone(),
        Campo::Telefone => devedor.telefone.clone(),
        Campo::Categoria => devedor.categoria.to_owned(),
        Campo::Cidade => devedor.lugar.cidade.to_owned(),
        Campo::Uf => devedor.lugar.uf.to_owned(),
        Campo::CredorCodigo => devedor.credor.0.to_owned(),
        Campo::CredorNome => devedor.credor.1.to_owned(),
        Campo::Contestado
        | Campo::TipoNegocio
        | Campo::TipoTitulo
        | Campo::NossoNumero
        | Campo::LinhaDigitavel
        | Campo::PixCopiaECola
        | Campo::LinkBoleto
        | Campo::Score
        | Campo::Gerente
        | Campo::Logradouro
        | Campo::EnderecoNumero
        | Campo::Complemento
        | Campo::Bairro
        | Campo::Cep
        | Campo::Ibge => String::new(),
    }
}

fn day(base: NaiveDate, dias: i64) -> NaiveDate {
    base.checked_add_signed(TimeDelta::days(dias)).unwrap_or(base)
}
