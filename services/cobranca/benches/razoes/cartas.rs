//! Row `cartas`: ten thousand letters of one night made into one file by a process begun anew (pages a second, from the rows in
//! the database to the PDF and its index on the disk), over what the typesetter alone takes for the same pages, in the same
//! batches and on the same cores. The memory is the most that was ever resident (`VmHWM`) of the process, for a file of ten
//! thousand and for one of a thousand.

use std::path::{Path, PathBuf};
use std::time::Duration;

use cobranca::Resultado;
use letters::{Bloco, Carta, Grafica, Papel, Tabela};
use runtime::cronometro;
use testkit::{Banco, Processo, Sql, block_until};

use crate::apoio::memory;
use crate::linha::{Linha, Meta, say};

/// The row.
pub(crate) const LINHA: &str = "cartas";
/// Letters of a file.
const CARTAS: u32 = 10_000;
const POUCAS: u32 = 1_000;
/// Letters that the typesetter is given at a time, as the service does.
const LOTE: u32 = 200;
/// Títulos that a letter lists.
const TITULOS: usize = 3;
const PRAZO: Duration = Duration::from_mins(20);
const KIB_POR_MIB: f64 = 1024.0;

/// What was measured of one file.
struct Medida {
    tempo: Duration,
    paginas: i64,
    pico_kib: u32,
}

/// Measures it, unless the service was not built.
pub(crate) fn measure(linhas: &mut Vec<Linha>) -> Resultado {
    let binario = binary()?;
    let poucas = make(&binario, POUCAS)?;
    let muitas = make(&binario, CARTAS)?;
    let comeco = cronometro();
    let grafica = Grafica::new(Papel::DL)?;
    let mut paginas = 0;
    for n in 0..CARTAS / LOTE {
        let lote: Vec<Carta> = (1..=LOTE).map(|i| letter(n * LOTE + i)).collect();
        paginas += grafica.only_typeset(&lote)?;
    }
    let limite = comeco.decorrido();
    if i64::try_from(paginas)? != muitas.paginas {
        return Err(format!("{paginas} páginas em vez de {}", muitas.paginas).into());
    }
    let de = f64::from(i32::try_from(muitas.paginas)?);
    let razao = limite.as_secs_f64() / muitas.tempo.as_secs_f64();
    let mib = |kib: u32| f64::from(kib) / KIB_POR_MIB;
    let linha = Linha {
        por_s: Some(de / muitas.tempo.as_secs_f64()),
        limite_por_s: Some(de / limite.as_secs_f64()),
        ..Linha::new(LINHA, "10.000 cartas de uma noite em um arquivo", muitas.tempo.as_secs_f64())
    };
    let linha = linha
        .over("o diagramador sozinho, as mesmas páginas", razao, Meta::AoMenos(0.8))
        .with("memoria_10000_mib", mib(muitas.pico_kib))
        .with("memoria_1000_mib", mib(poucas.pico_kib));
    say(linha, linhas);
    Ok(())
}

/// A file of so many letters, from the start of the process on.
fn make(binario: &Path, quantas: u32) -> Resultado<Medida> {
    let (banco, dir) = (Banco::new(), tempfile::tempdir()?);
    let mut sql = Sql::connect(banco.url());
    furnish(&mut sql, quantas)?;
    sql.settle();
    let dir = dir.path().to_str().ok_or("diretório sem nome")?;
    let comeco = cronometro();
    let processo = Processo::start(
        binario,
        &[],
        &[
            ("DATABASE_URL", banco.url()),
            ("COBRANCA_ARQUIVOS__DIR", dir),
            ("COBRANCA_ARQUIVOS__ESPERA_S", "0"),
        ],
    );
    block_until(PRAZO, || sql.number("SELECT count(*) FROM disparo.arquivo WHERE estado = 'pronto'") == 1);
    let tempo = comeco.decorrido();
    let paginas = sql.number("SELECT max(paginas) FROM disparo.arquivo");
    let (_, pico_kib) = memory(processo.id())?;
    Ok(Medida { tempo, paginas, pico_kib })
}

fn letter(n: u32) -> Carta {
    let texto = |texto: &str| texto.to_owned();
    Carta {
        sequencia: n,
        remetente: texto("Cobradora Exemplo"),
        endereco: vec![
            format!("Devedor {n}"),
            format!("Rua das Flores, {n}"),
            texto("Centro"),
            format!("{:05}-000 São Paulo/SP", 1_000 + n % 9_000),
        ],
        cep: letters::Cepnet::parse(&format!("{:05}000", 1_000 + n % 9_000)),
        blocos: vec![
            Bloco::Paragrafo(vec![format!("Prezado(a) Devedor {n},")]),
            Bloco::Paragrafo(vec![texto(TEXTO)]),
            Bloco::Tabela(Tabela {
                colunas: ["Número", "Vencimento", "Valor"].map(str::to_owned),
                linhas: (1..=TITULOS)
                    .map(|t| [format!("NF-{n}/{t}"), texto("10/03/2026"), texto("R$ 123,45")])
                    .collect(),
                resto: None,
                total: texto("R$ 370,35"),
            }),
        ],
        identificacao: texto(CREDOR),
    }
}

const TEXTO: &str = "Até a emissão desta carta não identificamos o pagamento dos valores abaixo. Se já pagou, desconsidere este aviso; \
se não, fale conosco: há condições para regularizar, à vista ou em parcelas, por telefone, pelo correio ou na loja mais próxima.";
const CREDOR: &str = "Credor: Loja Exemplo S.A., CNPJ 11.222.333/0001-81, Rua das Flores, 10, Centro, São Paulo/SP, CEP 01001-000.";

/// The same letters as rows, as the dispatcher keeps them.
fn furnish(sql: &mut Sql, quantas: u32) -> Resultado {
    sql.run(
        "INSERT INTO cadastro.empresa (id, nome, remetente_email, criada_em) \
           VALUES (md5('empresa')::uuid, 'Cobradora Exemplo', 'a@exemplo.com.br', now())",
    );
    for primeira in (1..=quantas).step_by(1_000) {
        let mut execucoes = Vec::new();
        let mut cartas = Vec::new();
        for n in primeira..=(primeira + 999).min(quantas) {
            let (corpo, endereco, cep) = stored(n)?;
            execucoes.push(format!(
                "(md5('empresa')::uuid, md5('e{n}')::uuid, md5('d{n}')::uuid, md5('r')::uuid, md5('p')::uuid, md5('a')::uuid, \
                  md5('i{n}')::uuid, 1, 'carta', '{{}}', '2026-03-10', '2026-03-10', now(), now(), 'enviada', now(), now())"
            ));
            cartas.push(format!(
                "(md5('empresa')::uuid, md5('e{n}')::uuid, md5('d{n}')::uuid, md5('a')::uuid, '2026-03-10', 'Devedor {n}', \
                  '{endereco}', '{cep}', '{corpo}', '{CREDOR}', '{{}}', '{{}}', '{{}}', now())"
            ));
        }
        sql.run(&format!(
            "INSERT INTO disparo.execucao (empresa_id, id, devedor_id, regua_id, posicao_id, acao_id, inscricao_id, ciclo, canal, \
               titulos, data, devida_em, publicar_em, criada_em, estado, enviada_em, atualizada_em) VALUES {}; \
             INSERT INTO disparo.carta (empresa_id, id, devedor_id, acao_id, data, nome, endereco, cep, corpo, identificacao, \
               titulos, saldos, vencimentos, montada_em) VALUES {}",
            execucoes.join(","),
            cartas.join(",")
        ));
    }
    Ok(())
}

/// The text, the address and the CEP of a letter.
fn stored(n: u32) -> Resultado<(String, String, String)> {
    let carta = letter(n);
    let mut blocos = Vec::new();
    let mut tabelas = Vec::new();
    for bloco in carta.blocos {
        match bloco {
            Bloco::Paragrafo(linhas) => blocos.push(serde_json::json!({ "paragrafo": linhas })),
            Bloco::Tabela(tabela) => {
                blocos.push(serde_json::json!({ "lista": tabelas.len() }));
                let linha = |[numero, vencimento, valor]: [String; 3]| serde_json::json!({"numero": numero, "vencimento": vencimento, "valor": valor});
                let linhas: Vec<_> = tabela.linhas.into_iter().map(linha).collect();
                tabelas.push(
                    serde_json::json!({"linhas": linhas, "resto": tabela.resto, "total": tabela.total}),
                );
            }
        }
    }
    let cep = format!("{:05}000", 1_000 + n % 9_000);
    let endereco = serde_json::json!({
        "logradouro": "Rua das Flores", "numero": n.to_string(), "complemento": null, "bairro": "Centro", "cidade": "São Paulo",
        "uf": "SP", "cep": cep, "ibge": null,
    });
    let corpo = serde_json::json!({"blocos": blocos, "tabelas": tabelas});
    Ok((serde_json::to_string(&corpo)?, serde_json::to_string(&endereco)?, cep))
}

/// Beside the binary that runs everything, when `make bench` built it.
fn binary() -> Resultado<PathBuf> {
    let binario = Path::new(env!("CARGO_BIN_EXE_cobranca")).with_file_name("cartas");
    if binario.exists() { Ok(binario) } else { Err("falta o binário `cartas`: use make bench".into()) }
}
