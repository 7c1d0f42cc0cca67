#![cfg(test)]
//! `POST /v1/importacoes`: files of títulos, in every format, as `PUT /v1/titulos` would store their lines.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Http, wait_for};

use crate::apoio::Servico;

pub(crate) const CSV: &str = "text/csv";
pub(crate) const NDJSON: &str = "application/x-ndjson";
pub(crate) const CABECALHO: &str = "codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome;documento;email;credor_codigo;credor_nome\n";

/// Sends a file and answers the import as it is when it has ended, or waits for somebody.
pub(crate) async fn import(http: &Http, consulta: &str, tipo: &str, arquivo: impl Into<Vec<u8>>) -> Value {
    let resposta = http.upload(&format!("/v1/importacoes{consulta}"), tipo, arquivo).await.expect(202);
    let endereco = resposta.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(endereco, format!("/v1/importacoes/{}", resposta.json["id"].as_str().unwrap()));
    ended(http, &endereco).await
}

pub(crate) async fn ended(http: &Http, endereco: &str) -> Value {
    wait_for(Duration::from_secs(30), async || {
        let lida = http.get(endereco).await.expect(200).json;
        let anda = ["pendente", "processando"].iter().any(|estado| lida["estado"] == *estado);
        (!anda).then_some(lida)
    })
    .await
}

/// Created, changed, unchanged, refused, repeated, cancelled.
pub(crate) fn counts(importacao: &Value) -> [i64; 6] {
    ["criados", "atualizados", "inalterados", "recusados", "repetidos", "cancelados"]
        .map(|campo| importacao[campo].as_i64().unwrap())
}

pub(crate) async fn errors(http: &Http, importacao: &Value) -> Vec<String> {
    let caminho = format!("/v1/importacoes/{}/erros?limite=500", importacao["id"].as_str().unwrap());
    let pagina = http.get(&caminho).await.expect(200).json;
    let texto = |erro: &Value, campo: &str| erro[campo].as_str().unwrap_or("-").to_owned();
    let erros = pagina["itens"].as_array().unwrap();
    let ditos = titulos::line_codes().into_iter().chain(web::problema::codigos::DE_CAMPO.iter().copied());
    let ditos: Vec<_> =
        ditos.chain(titulos::CODIGOS_DE_CAMPO.iter().copied()).map(|(codigo, _)| codigo).collect();
    assert!(erros.iter().all(|erro| ditos.contains(&erro["codigo"].as_str().unwrap())), "{erros:?}");
    erros.iter().map(|e| format!("{} {} {}", e["linha"], texto(e, "campo"), texto(e, "codigo"))).collect()
}

/// So many good lines, `T1`, `T2`, …, of a debtor each.
pub(crate) fn lines(de: usize, ate: usize, valor: &str) -> String {
    let mut csv = CABECALHO.to_owned();
    for n in de..=ate {
        writeln!(csv, "T{n};02/03/2026;{valor};D{n};Devedor {n};;d{n}@example.com;C1;Colégio").unwrap();
    }
    csv
}

/// What a company has, without what differs between two of them.
async fn portfolio(http: &Http) -> Vec<Value> {
    let mut todos =
        http.get("/v1/titulos?limite=500").await.expect(200).json["itens"].as_array().unwrap().clone();
    for titulo in &mut todos {
        for id in ["id", "devedor_id", "credor_id", "criado_por"] {
            titulo.as_object_mut().unwrap().remove(id);
        }
    }
    todos.sort_by_key(|titulo| titulo["codigo_integracao"].as_str().unwrap().to_owned());
    todos
}

/// Who owes it, by code.
async fn debtors(http: &Http) -> Vec<String> {
    let todos = http.get("/v1/devedores?limite=500").await.expect(200).json["itens"].clone();
    let campos = ["codigos_integracao", "nome", "documento", "tipo_pessoa", "saldo", "titulos_abertos"];
    let linha = |devedor: &Value| campos.map(|campo| devedor[campo].to_string()).join(" ");
    let mut todos: Vec<_> = todos.as_array().unwrap().iter().map(linha).collect();
    todos.sort();
    todos
}

#[tokio::test]
async fn a_file_stores_what_a_push_of_its_lines_stores() {
    let s = Servico::new();
    s.start_importer();
    let titulo = |n: u32, devedor: &str, documento: Option<&str>, nome: &str| {
        json!({"codigo_integracao": format!("T{n}"), "vencimento": "2026-03-02", "valor": format!("{n}.50"),
               "devedor": {"codigo_integracao": devedor, "nome": nome, "documento": documento, "emails": [format!("{devedor}@example.com")]}})
    };
    let (a, b) = (Some("52998224725"), Some("11144477735"));
    // One debtor by two codes, one by none, a name that changes on the way, a code whose document is another's.
    let antes = [titulo(1, "X", a, "Ana"), titulo(2, "Y", b, "Bia")];
    let depois = [
        titulo(1, "X", a, "Ana"),
        titulo(3, "Z", a, "Ana Maria"),
        titulo(4, "W", None, "Caio"),
        titulo(5, "W", None, "Caio Sá"),
        titulo(6, "X", b, "Ana"),
        titulo(2, "Y", b, "Bia"),
        titulo(7, "V", None, "Davi"),
        titulo(8, "U", Some("39053344705"), "Edu"),
        titulo(9, "T", Some("39053344705"), "Eduardo"),
        titulo(10, "U", Some("39053344705"), "Edu"),
    ];
    let outra = s.other_company();
    for lote in [&antes[..], &depois, &depois] {
        let envio = outra.put("/v1/titulos", &json!(lote)).await.expect(200).json;
        let ndjson = lote.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
        let importacao = import(&s.http, "", NDJSON, ndjson).await;
        assert_eq!(importacao["estado"], "concluida", "{importacao}");
        let feito = ["criados", "atualizados", "inalterados", "recusados"]
            .map(|campo| envio[campo].as_i64().unwrap());
        assert_eq!(counts(&importacao)[..4], feito, "{envio}");
        assert_eq!(portfolio(&s.http).await, portfolio(&outra).await);
        assert_eq!(debtors(&s.http).await, debtors(&outra).await);
    }
    let sql = |onde: &str| format!("SELECT count(*) FROM cadastro.{onde}");
    let mut banco = testkit::Sql::connect(s.banco.url());
    for tabela in ["devedor", "devedor_codigo", "meio_contato"] {
        let da_empresa = |sinal: &str| sql(&format!("{tabela} WHERE empresa_id {sinal} '{}'", s.empresa));
        assert_eq!(
            banco.number(&format!("({})", da_empresa("="))),
            banco.number(&format!("({})", da_empresa("<>"))),
            "{tabela}"
        );
    }
}

#[tokio::test]
async fn a_contact_is_of_whoever_told_it_first() {
    let s = Servico::new();
    s.start_importer();
    let titulo = |codigo: &str, email: &str| {
        json!({"codigo_integracao": codigo, "vencimento": "2026-03-02", "valor": 1,
               "devedor": {"codigo_integracao": codigo, "nome": "Ana", "emails": [email]}})
    };
    let envio = json!([titulo("P", "p@x.com"), titulo("Q", "velho@x.com")]);
    let _gravado = s.http.put("/v1/titulos", &envio).await.expect(200);
    let linha = |(codigo, documento, email): (&str, &str, &str)| {
        format!("{codigo};02/03/2026;1,00;{codigo};Ana;{documento};{email};;\n")
    };
    // One whom the ERP told of, one whose address changes, one who is new, and one with two codes.
    let documento = "52998224725";
    let linhas = [("P", "", "p@x.com"), ("Q", "", "q@x.com"), ("N", "", "n@x.com")];
    let linhas = linhas.into_iter().chain([("E1", documento, "e@x.com"), ("E2", documento, "e@x.com")]);
    let csv = format!("{CABECALHO}{}", linhas.map(linha).collect::<String>());
    for novas in [3, 0] {
        assert_eq!(counts(&import(&s.http, "", CSV, csv.clone()).await)[0], novas);
        let mut vistos = Vec::new();
        for titulo in s.all().await {
            let devedor = format!("/v1/devedores/{}", titulo["devedor_id"].as_str().unwrap());
            let emails = s.http.get(&devedor).await.expect(200).json["emails"].clone();
            let de =
                |email: &Value| [&email["email"], &email["origem"]].map(|v| v.as_str().unwrap().to_owned());
            vistos.extend(emails.as_array().unwrap().iter().map(|email| de(email).join(" ")));
        }
        vistos.sort();
        vistos.dedup();
        assert_eq!(vistos, ["e@x.com importacao", "n@x.com importacao", "p@x.com erp", "q@x.com importacao"]);
    }
}

#[tokio::test]
async fn the_same_file_again_writes_no_row() {
    let s = Servico::new();
    s.start_importer();
    let csv = lines(1, 50, "150,00");
    assert_eq!(counts(&import(&s.http, "", CSV, csv.clone()).await), [50, 0, 0, 0, 0, 0]);
    // The transaction that wrote each row last, in every table of títulos and debtors, and of what the engine looks at.
    let versoes = || {
        let tabelas = [
            "cadastro.titulo",
            "cadastro.devedor",
            "cadastro.devedor_codigo",
            "cadastro.meio_contato",
            "cadastro.credor",
            "regua.agenda",
            "cadastro.pagamento",
        ];
        let soma = tabelas.map(|t| format!("(SELECT coalesce(sum(xmin::text::bigint + coalesce(nullif(xmax::text, '0')::bigint, 0)), 0) FROM {t})"));
        testkit::Sql::connect(s.banco.url()).number(&soma.join(" + "))
    };
    let antes = versoes();
    assert_eq!(counts(&import(&s.http, "", CSV, csv).await), [0, 0, 50, 0, 0, 0]);
    assert_eq!(versoes(), antes);
    assert_eq!(counts(&import(&s.http, "", CSV, lines(1, 50, "151,00")).await), [0, 50, 0, 0, 0, 0]);
    assert_ne!(versoes(), antes);
}

#[tokio::test]
async fn every_refused_line_says_where_what_and_why() {
    let s = Servico::new();
    s.start_importer();
    let csv = format!(
        "{CABECALHO}A;02/03/2026;10,00;D1;Ana;;;;\nB;30/02/2026;1.00;D1;;123;x;;\nC;02/03/2026\nD;2026-03-02;5,00;D2;Bia;529.982.247-25;;;\n\
         E;02/03/2026;5,00;D3;Caio;52998224725;;;\nF;02/03/2026;5,00;D1;Ana;529.982.247-25;;;\n"
    );
    let importacao = import(&s.http, "", CSV, csv).await;
    // Line 6 is one more code of the debtor of line 5; line 7 gives its document to another.
    assert_eq!((counts(&importacao), importacao["linhas"].as_i64()), ([3, 0, 0, 3, 0, 0], Some(6)));
    let esperados = [
        "3 vencimento formato_invalido",
        "3 valor formato_invalido",
        "3 devedor_nome obrigatorio",
        "3 documento formato_invalido",
        "3 email formato_invalido",
        "4 - colunas_diferentes",
        "7 documento documento_de_outro_devedor",
    ];
    assert_eq!(errors(&s.http, &importacao).await, esperados);
    let id = importacao["id"].as_str().unwrap();
    let pagina = s.http.get(&format!("/v1/importacoes/{id}/erros?linha=3&limite=2")).await.expect(200).json;
    assert_eq!(
        pagina["itens"][0]["motivo"],
        "data em formato desconhecido ou inexistente no calendário (99/99/9999)"
    );
    let cursor = pagina["proximo_cursor"].as_str().unwrap();
    let resto =
        s.http.get(&format!("/v1/importacoes/{id}/erros?linha=3&cursor={cursor}")).await.expect(200).json;
    assert_eq!(resto["itens"].as_array().unwrap().len(), 3);
    let baixado = s.http.get(&format!("/v1/importacoes/{id}/erros.csv")).await.expect(200);
    assert_eq!(baixado.text.lines().count(), 1 + esperados.len());
    assert!(
        baixado.text.starts_with("\u{feff}linha;codigo_integracao;campo;codigo;motivo\r\n3;"),
        "{}",
        baixado.text
    );
    // The key says which título it is, wherever it could be read.
    for linha in ["3;\"B\";\"vencimento\"", "4;\"\";\"\"", "7;\"F\";\"documento\""] {
        assert!(baixado.text.contains(linha), "{linha}: {}", baixado.text);
    }
    assert_eq!(pagina["itens"][0]["codigo_integracao"], "B");
}

#[tokio::test]
async fn of_lines_with_one_key_the_last_stands_and_the_others_are_told() {
    let s = Servico::new();
    s.start_importer();
    // The first and the last are chunks apart, and some stand where a chunk of 5,000 lines ends.
    let mut csv = lines(1, 6_000, "10,00");
    csv.push_str("T1;02/03/2026;99,00;D1;Devedor 1;;;;\nT7;30/02/2026;1,00;D7;Devedor 7;;;;\n");
    for n in 4_999..=5_001 {
        writeln!(csv, "T{n};02/03/2026;98,00;D{n};Devedor {n};;;;").unwrap();
    }
    let importacao = import(&s.http, "", CSV, csv).await;
    assert_eq!((counts(&importacao), importacao["percentual"].as_i64()), ([5_999, 0, 0, 1, 5, 0], Some(100)));
    assert_eq!(
        errors(&s.http, &importacao).await,
        [
            "2 codigo_integracao repetido",
            "8 codigo_integracao repetido",
            "5000 codigo_integracao repetido",
            "5001 codigo_integracao repetido",
            "5002 codigo_integracao repetido",
            "6003 vencimento formato_invalido"
        ]
    );
    let valor = |codigo: &'static str| {
        let http = s.http.clone();
        async move {
            http.get(&format!("/v1/titulos?codigo_integracao={codigo}")).await.expect(200).json["itens"]
                .clone()
        }
    };
    assert_eq!(valor("T1").await[0]["valor"], "99.00");
    assert_eq!(valor("T7").await, json!([]), "the last line stands, and it is refused");
}

#[tokio::test]
async fn a_line_over_which_a_later_one_stands_counts_once_whatever_is_wrong_with_it() {
    let s = Servico::new();
    s.start_importer();
    let ruim = "T1;30/02/2026;x;D1;Ana;;;;\n";
    let csv = format!("{CABECALHO}{ruim}{ruim}T1;02/03/2026;10,00;D1;Ana;;;;\n");
    let importacao = import(&s.http, "", CSV, csv).await;
    assert_eq!((counts(&importacao), &importacao["linhas"]), ([1, 0, 0, 0, 2, 0], &json!(3)), "{importacao}");
    let esperados = ["2 codigo_integracao repetido", "3 codigo_integracao repetido"];
    assert_eq!(errors(&s.http, &importacao).await, esperados);
}

#[tokio::test]
async fn separators_encodings_and_compression_are_those_of_the_file() {
    let s = Servico::new();
    s.start_importer();
    let bytes = |texto: &str| texto.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<u8>>();
    let linha = |sinal: &str, codigo: &str| {
        [
            "codigo_integracao,vencimento,valor,devedor_codigo,devedor_nome",
            &format!("{codigo},02/03/2026,10.00,D,Conceição"),
        ]
        .map(|l| l.replace(',', sinal).replace("10.00", "10"))
        .join("\r\n")
    };
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, linha(";", "G").as_bytes()).unwrap();
    let gzip = (s.http.with_header("content-encoding", "gzip"), CSV, gzip.finish().unwrap());
    for (http, tipo, arquivo) in [
        (s.http.clone(), CSV, linha(",", "V").into_bytes()),
        (s.http.clone(), CSV, linha("\t", "T").into_bytes()),
        (s.http.clone(), CSV, format!("\u{feff}{}", linha(";", "B")).into_bytes()),
        (s.http.clone(), "text/csv; charset=ISO-8859-1", bytes(&linha(";", "L"))),
        gzip,
    ] {
        let importacao = import(&http, "", tipo, arquivo).await;
        assert_eq!(counts(&importacao)[0] + counts(&importacao)[1], 1, "{tipo} {importacao}");
        assert_eq!(
            portfolio(&s.http).await.len(),
            usize::try_from(
                testkit::Sql::connect(s.banco.url()).number("(SELECT count(*) FROM cadastro.titulo)")
            )
            .unwrap()
        );
        assert_eq!(
            testkit::Sql::connect(s.banco.url())
                .number("(SELECT count(*) FROM cadastro.devedor WHERE nome = 'Conceição')"),
            1
        );
    }
    let recusada = import(&s.http, "", CSV, bytes(&linha(";", "X"))).await;
    assert_eq!(errors(&s.http, &recusada).await, ["2 devedor_nome codificacao_invalida"]);
}

#[tokio::test]
async fn a_line_that_is_paid_is_stored_paid_and_an_open_one_is_paid_by_a_later_file() {
    let s = Servico::new();
    s.start_importer();
    let arquivo = |pagos: [&str; 3]| {
        let linha = |(n, pago): (usize, &str)| format!("T{n};02/03/2026;10,00;D;Ana;{pago}\n");
        let linhas = (1..).zip(pagos).map(linha).collect::<String>();
        format!("codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome;pago_em\n{linhas}")
    };
    let status = || async {
        s.all().await.iter().map(|t| t["status"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(counts(&import(&s.http, "", CSV, arquivo(["01/03/2026", "", "31/12/2026"])).await)[0], 3);
    assert_eq!(status().await, ["pago", "aberto", "aberto"], "nobody pays in the future");
    assert_eq!(
        counts(&import(&s.http, "", CSV, arquivo(["01/03/2026", "09/03/2026", ""])).await)[..3],
        [0, 1, 2]
    );
    assert_eq!(status().await, ["pago", "pago", "aberto"]);
    assert_eq!(
        counts(&import(&s.http, "", CSV, arquivo(["01/03/2026", "09/03/2026", ""])).await)[..3],
        [0, 0, 3]
    );
}

#[tokio::test]
async fn a_simulation_tells_everything_and_stores_nothing() {
    let s = Servico::new();
    s.start_importer();
    import(&s.http, "", CSV, lines(1, 3, "10,00")).await;
    s.pass(Duration::from_mins(1));
    let antes = portfolio(&s.http).await;
    let csv = format!("{}X;;1,00;D;E;;;;\n", lines(2, 5, "20,00"));
    let simulada = import(&s.http, "?simular=true&modo=completo", CSV, csv).await;
    assert_eq!((simulada["estado"].as_str(), counts(&simulada)), (Some("concluida"), [2, 2, 0, 1, 0, 0]));
    assert_eq!((&simulada["abertos"], &simulada["a_cancelar"]), (&json!(3), &json!(1)));
    assert_eq!(errors(&s.http, &simulada).await, ["6 vencimento obrigatorio"]);
    assert_eq!(portfolio(&s.http).await, antes);
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused_before_the_file_is_read() {
    let s = Servico::new();
    for (consulta, tipo, status) in [
        ("", "application/pdf", 415),
        ("?formato=xml", CSV, 422),
        ("?modo=total", CSV, 422),
        ("?simular=talvez", CSV, 422),
        ("?limite_cancelamento=101", CSV, 422),
        ("?mapeamento=nenhum", CSV, 422),
        ("?mapeamento=x", NDJSON, 422),
        ("?cor=azul", CSV, 422),
    ] {
        let _recusa = s.http.upload(&format!("/v1/importacoes{consulta}"), tipo, "x").await.expect(status);
    }
    let brotli = s.http.with_header("content-encoding", "br").upload("/v1/importacoes", CSV, "x").await;
    let _recusa = brotli.expect(415);
    let _vazia = s.http.get("/v1/importacoes").await.expect(200);
    assert_eq!(
        testkit::Sql::connect(s.banco.url()).number("(SELECT count(*) FROM cadastro.importacao_parte)"),
        0
    );
}

#[tokio::test]
async fn r02_another_company_sees_no_import() {
    let s = Servico::new();
    s.start_importer();
    let importacao = import(&s.http, "", CSV, lines(1, 1, "10,00")).await;
    let (outra, id) = (s.other_company(), importacao["id"].as_str().unwrap());
    for caminho in ["", "/erros", "/erros.csv"] {
        let _nada = outra.get(&format!("/v1/importacoes/{id}{caminho}")).await.expect(404);
    }
    let _nada = outra.post(&format!("/v1/importacoes/{id}/confirmacao"), &json!({})).await.expect(404);
    let _nada = outra.delete(&format!("/v1/importacoes/{id}")).await.expect(404);
    assert_eq!(outra.get("/v1/importacoes").await.expect(200).json["itens"], json!([]));
}
