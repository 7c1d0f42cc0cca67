//! A sheet as people export it: what is understood, what is refused, and what the refusal says.
#![cfg(test)]

use std::collections::BTreeSet;
use std::io::{self, Read};

use chrono::NaiveDate;
use domain::Rotulo;
use domain::documento::TipoPessoa;
use domain::email::EnderecoEmail;
use domain::telefone::Telefone;
use proptest::prelude::*;
use sheets::{Campo, Codigo, ErroImportacao, ErroLinha, LinhaTitulo, LinhasImportadas, Mapa, Motivo};

const CABECALHO: &str = "codigo_integracao;numero;emissao;vencimento;valor;pago_em;contestado;devedor_codigo;devedor_nome;\
                         documento;tipo_pessoa;email;telefone;categoria;cidade;uf;credor_codigo;credor_nome\n";
const COMPLETA: &str = "NF-1;1/01;2026-02-01;2026-03-02;1.234,56;2026-03-10;sim;D-1;Ana Pedraclara;529.982.247-25;fisica;\
                        ana@example.com;(11) 90000-0001;varejo;São Paulo;sp;CR-1;Colégio Serraclara\n";

fn import(csv: &[u8], mapa: Mapa) -> Vec<Result<LinhaTitulo, ErroLinha>> {
    LinhasImportadas::new(csv, mapa).unwrap().collect()
}

fn import_ours(linhas: &str) -> Vec<Result<LinhaTitulo, ErroLinha>> {
    import(format!("{CABECALHO}{linhas}").as_bytes(), Mapa::default())
}

fn fields(recusa: &ErroLinha) -> Vec<&'static str> {
    recusa.erros.iter().filter_map(|erro| erro.campo).map(Campo::as_str).collect()
}

fn day(ano: i32, mes: u32, dia: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(ano, mes, dia).unwrap()
}

#[test]
fn a_whole_line_fills_every_field() {
    let lidas = import_ours(COMPLETA);
    let titulo = lidas[0].as_ref().unwrap();
    assert_eq!((titulo.codigo_integracao.as_str(), titulo.numero.as_str()), ("NF-1", "1/01"));
    assert_eq!((titulo.emissao, titulo.vencimento), (Some(day(2026, 2, 1)), day(2026, 3, 2)));
    assert_eq!((titulo.valor.get(), titulo.pago_em), (123_456, Some(day(2026, 3, 10))));
    assert!(titulo.contestado);
    let devedor = &titulo.devedor;
    assert_eq!((devedor.codigo_integracao.as_str(), devedor.nome.as_str()), ("D-1", "Ana Pedraclara"));
    assert_eq!(devedor.documento.as_ref().unwrap().as_str(), "52998224725");
    assert_eq!((devedor.tipo_pessoa, devedor.emails[0].as_str()), (TipoPessoa::Fisica, "ana@example.com"));
    assert_eq!(
        (devedor.telefones[0].as_str(), devedor.categoria.as_deref()),
        ("+5511900000001", Some("varejo"))
    );
    let endereco = devedor.endereco.as_ref().unwrap();
    assert_eq!((endereco.cidade.as_str(), endereco.uf.as_str()), ("São Paulo", "SP"));
    let credor = titulo.credor.as_ref().unwrap();
    assert_eq!((credor.codigo.as_str(), credor.nome.as_deref()), ("CR-1", Some("Colégio Serraclara")));
}

/// The other fields of a título, in any order of columns.
#[test]
fn every_other_field_of_a_titulo_and_its_debtor_is_a_column() {
    let csv = "codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome;email;telefone;score;gerente;logradouro;\
               endereco_numero;complemento;bairro;cidade;uf;cep;ibge;tipo_negocio;tipo_titulo;nosso_numero;linha_digitavel;link_boleto\n\
               1;2026-03-02;10,00;D;N;\"a@example.com; b@example.com\";\"(11) 3333-4444, 11 90000-0001\";750;Bia;Rua A;s/n;ap 1;Centro;\
               São Paulo;SP;1310-100;3550308;venda; boleto ;123;00190.50095 40144.816069 06809.350314 3 37370000000100;https://x.com/1\n";
    let lida = import(csv.as_bytes(), Mapa::default()).remove(0).unwrap();
    let (devedor, boleto) = (&lida.devedor, &lida.boleto);
    let emails: Vec<_> = devedor.emails.iter().map(EnderecoEmail::as_str).collect();
    let telefones: Vec<_> = devedor.telefones.iter().map(Telefone::as_str).collect();
    assert_eq!(
        (emails, telefones),
        (vec!["a@example.com", "b@example.com"], vec!["+551133334444", "+5511900000001"])
    );
    assert_eq!((devedor.score, devedor.gerente.as_ref().map(Rotulo::as_str)), (Some(750), Some("Bia")));
    let endereco = devedor.endereco.as_ref().unwrap();
    assert_eq!(
        (endereco.logradouro.as_deref(), endereco.numero.as_deref(), endereco.complemento.as_deref()),
        (Some("Rua A"), Some("s/n"), Some("ap 1"))
    );
    assert_eq!((endereco.bairro.as_deref(), endereco.ibge), (Some("Centro"), Some(3_550_308)));
    assert_eq!(endereco.cep.unwrap().to_string(), "01310100");
    assert_eq!(
        (lida.tipo_negocio.as_ref().map(Rotulo::as_str), lida.tipo_titulo.as_ref().map(Rotulo::as_str)),
        (Some("venda"), Some("boleto"))
    );
    assert_eq!(
        (boleto.nosso_numero.as_deref(), boleto.link.as_deref()),
        (Some("123"), Some("https://x.com/1"))
    );
    assert_eq!(
        boleto.linha_digitavel.as_ref().unwrap().as_str(),
        "00190500954014481606906809350314337370000000100"
    );
}

#[test]
fn part_of_an_address_is_told_by_what_it_lacks() {
    let csv = "codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome;logradouro;cidade;uf;cep\n\
               1;2026-03-02;10,00;D;N;Rua A;;SP;\n2;2026-03-02;10,00;D;N;;Rio;;\n3;2026-03-02;10,00;D;N;;Rio;RJ;01310-100\n\
               4;2026-03-02;10,00;D;N;;;;\n";
    let lidas = import(csv.as_bytes(), Mapa::default());
    let faltas: Vec<_> = lidas[..3].iter().map(|lida| fields(lida.as_ref().unwrap_err())).collect();
    assert_eq!(faltas, [["cidade"], ["uf"], ["uf"]]);
    assert_eq!(lidas[3].as_ref().unwrap().devedor.endereco, None);
}

#[test]
fn a_line_with_the_required_fields_alone_is_enough() {
    let csv = "Vencimento , CODIGO_INTEGRACAO,valor,devedor_codigo,devedor_nome,cor\n2026-03-02,7,\"10,00\",D,N,azul\n,,,,,\n\n";
    let lidas = import(csv.as_bytes(), Mapa::default());
    assert_eq!(lidas.len(), 1, "blank lines are nobody's");
    let titulo = lidas[0].as_ref().unwrap();
    assert_eq!((titulo.numero.as_str(), titulo.devedor.tipo_pessoa), ("7", TipoPessoa::Isenta));
    assert_eq!((titulo.emissao, &titulo.credor, &titulo.devedor.documento), (None, &None, &None));
}

#[test]
fn every_error_of_a_line_is_told_at_once_on_its_line_of_the_file() {
    let ruim = ";\u{7};2026-13-01;;zero;31.12.2026;talvez;;\"Ana\nBia\";529.982.247-26;pessoa;a@b;9;x;y;XX;;Colégio\n";
    let lidas = import_ours(&format!(
        "{COMPLETA}\n{}{ruim}{COMPLETA}",
        COMPLETA.replace("Colégio", "\"Colé\n\ngio\"")
    ));
    let recusas = lidas.iter().filter_map(|lida| lida.as_ref().err()).collect::<Vec<_>>();
    assert_eq!((lidas.len(), recusas.len()), (4, 2));
    assert_eq!((recusas[0].linha, fields(recusas[0])), (4, vec!["credor_nome"]));
    assert_eq!(recusas[1].linha, 7);
    let chaves = recusas.iter().map(|recusa| recusa.codigo.is_some()).collect::<Vec<_>>();
    assert_eq!(chaves, [true, false], "the key is told where it can be read");
    let esperados = [
        "codigo_integracao",
        "numero",
        "emissao",
        "vencimento",
        "valor",
        "pago_em",
        "contestado",
        "devedor_codigo",
        "devedor_nome",
        "documento",
        "tipo_pessoa",
        "email",
        "telefone",
        "uf",
        "credor_codigo",
    ];
    assert_eq!(fields(recusas[1]), esperados);
    assert!(lidas[3].is_ok());
}

#[test]
fn a_refusal_repeats_nobodys_data() {
    let lidas =
        import_ours(&COMPLETA.replace("247-25", "247-26").replace("ana@example.com", "ana pedraclara@x"));
    let texto = lidas[0].as_ref().unwrap_err().to_string();
    assert_eq!(
        texto,
        "linha 2: documento (999.999.999-99): dígitos verificadores do documento não conferem; \
         email (aaa aaaaaaaaaa@a): e-mail inválido"
    );
    let aceita = format!("{:?}", import_ours(COMPLETA)[0]);
    for dado in ["Ana", "529", "ana@", "90000"] {
        assert!(!aceita.contains(dado), "{dado} in {aceita}");
    }
}

#[test]
fn the_kind_of_person_and_the_document_agree() {
    for (documento, tipo) in [("529.982.247-25", "juridica"), ("529.982.247-25", "isenta"), ("", "fisica")] {
        let linha = COMPLETA.replace("529.982.247-25;fisica", &format!("{documento};{tipo}"));
        let lidas = import_ours(&linha);
        assert_eq!(
            lidas[0].as_ref().unwrap_err().erros[0].motivo,
            Motivo::TipoPessoaIncoerente,
            "{documento} {tipo}"
        );
    }
    let alfanumerico = import_ours(&COMPLETA.replace("529.982.247-25;fisica", "12.abc.345/01de-35;"));
    assert_eq!(alfanumerico[0].as_ref().unwrap().devedor.tipo_pessoa, TipoPessoa::Juridica);
}

#[test]
fn a_map_reads_the_sheet_of_another_system() {
    let mapa = Mapa::parse(
        r#"
        decimal = "."
        formato_data = ["%m/%d/%Y"]
        [colunas]
        codigo_integracao = "invoiceNumber"
        emissao = "InvoiceDate"
        vencimento = "DueDate"
        valor = "InvoiceAmount"
        pago_em = "SettledDate"
        devedor_codigo = "customerID"
        devedor_nome = "customerID"
        categoria = "country"
        documento = "taxId"
        [padroes]
        credor_codigo = "matriz"
        [valores.categoria]
        "391" = "norte"
        [documento]
        tipo = "cpf"
        "#,
    );
    let csv = "country,customerID,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,Disputed,SettledDate,taxId\r\n\
               391,AX-1,611365,1/2/2013,2/1/2013,\"1,055.94\",No,1/15/2013,191\r\n\
               406,AX-2,611366,1/2/2013,2/1/2013,65.9,No,,\r\n";
    let lidas = import(csv.as_bytes(), mapa.unwrap()).into_iter().map(Result::unwrap).collect::<Vec<_>>();
    assert_eq!((lidas[0].vencimento, lidas[0].valor.get()), (day(2013, 2, 1), 105_594));
    assert_eq!(lidas[0].devedor.documento.as_ref().unwrap().as_str(), "00000000191");
    assert_eq!(lidas[0].devedor.categoria.as_deref(), Some("norte"));
    assert_eq!((lidas[1].devedor.categoria.as_deref(), lidas[1].pago_em), (Some("406"), None));
    assert_eq!(lidas[1].credor.as_ref().unwrap().codigo, "matriz");
}

/// A map of every column to itself.
fn own_columns() -> String {
    let colunas = CABECALHO.trim_end().split(';').map(|campo| format!("{campo} = '{campo}'"));
    colunas.collect::<Vec<_>>().join("\n")
}

#[test]
fn latin_1_is_read_when_the_map_says_so_and_told_when_not() {
    let utf8 = format!("{CABECALHO}{COMPLETA}");
    let latin1 = utf8.chars().map(|letra| u8::try_from(letra).unwrap()).collect::<Vec<_>>();
    let colunas = own_columns();
    let mapa = || Mapa::parse(&format!("codificacao = 'latin-1'\n[colunas]\n{colunas}")).unwrap();
    assert_eq!(import(&latin1, mapa()), import_ours(COMPLETA));
    let recusa = import(&latin1, Mapa::default()).remove(0).unwrap_err();
    assert_eq!(
        (fields(&recusa), &recusa.erros[0].motivo),
        (vec!["cidade", "credor_nome"], &Motivo::Codificacao)
    );
    let com_marca = format!("\u{feff}{utf8}");
    assert_eq!(
        import(com_marca.as_bytes(), mapa()),
        import_ours(COMPLETA),
        "a byte order mark outweighs the map"
    );
}

#[test]
fn a_sheet_that_cannot_be_read_says_what_to_do() {
    let refuse = |csv: &[u8], mapa: Mapa| LinhasImportadas::new(csv, mapa).err().unwrap().to_string();
    assert_eq!(refuse(b"", Mapa::default()), "a planilha está vazia");
    assert_eq!(refuse(b"\xFF\xFEa\0;\0", Mapa::default()), "a planilha está em UTF-16: salve como CSV UTF-8");
    assert_eq!(
        refuse(b"numero;valor\n", Mapa::default()),
        "faltam colunas na planilha: codigo_integracao, vencimento, devedor_codigo, devedor_nome"
    );
    assert_eq!(
        refuse(format!("valor;{CABECALHO}").as_bytes(), Mapa::default()),
        "a coluna valor aparece mais de uma vez"
    );
    let enorme = "x".repeat(1 << 20);
    assert!(matches!(
        LinhasImportadas::new(enorme.as_bytes(), Mapa::default()),
        Err(ErroImportacao::Cabecalho)
    ));
    let colunas = own_columns();
    let escrito = Mapa::parse(&format!("[colunas]\n{colunas}")).unwrap();
    assert_eq!(refuse(CABECALHO.replace("uf;", "").as_bytes(), escrito), "faltam colunas na planilha: uf");
}

#[test]
fn a_header_that_is_too_wide_or_of_another_encoding_says_which() {
    let refuse = |csv: &[u8]| LinhasImportadas::new(csv, Mapa::default()).err().unwrap().to_string();
    let com_mais = |quantas: usize| {
        let cabeca = format!("{}{}\n", CABECALHO.trim_end(), ";x".repeat(quantas - 18));
        format!("{cabeca}{}{}\n", COMPLETA.trim_end(), ";".repeat(quantas - 18))
    };
    assert!(import(com_mais(256).as_bytes(), Mapa::default())[0].is_ok());
    let larga = "o cabeçalho tem mais de 256 colunas, que é o limite: apague as que não são usadas";
    assert_eq!(refuse(com_mais(257).as_bytes()), larga);
    assert_eq!(refuse(com_mais(2_000).as_bytes()), larga);
    let latin1 = b"codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome;situa\xe7\xe3o\n";
    assert!(refuse(latin1).contains("não é UTF-8: indique a codificação latin-1"));
}

#[test]
fn the_end_of_a_line_changes_nothing_but_itself() {
    let lf = format!("{CABECALHO}{COMPLETA}ruim\n\n{}", COMPLETA.replace("Ana Pedraclara", "\"Ana; Maria\""));
    let numeros = |csv: &str| {
        let chaves = LinhasImportadas::new(csv.as_bytes(), Mapa::default()).unwrap().keys();
        chaves.map(|chave| chave.unwrap()).collect::<Vec<_>>()
    };
    let chave = Some("NF-1".to_owned());
    assert_eq!(numeros(&lf), [(2, chave.clone()), (3, None), (5, chave)]);
    for fim in ["\r\n", "\r"] {
        let outro = lf.replace('\n', fim);
        assert_eq!(
            import(outro.as_bytes(), Mapa::default()),
            import(lf.as_bytes(), Mapa::default()),
            "{fim:?}"
        );
        assert_eq!(numeros(&outro), numeros(&lf), "{fim:?}");
    }
}

#[test]
fn a_sheet_between_bars_needs_no_map() {
    let csv = format!("{CABECALHO}{COMPLETA}").replace(';', "|");
    assert_eq!(import(csv.as_bytes(), Mapa::default()), import_ours(COMPLETA));
}

#[test]
fn accents_that_were_typed_apart_are_the_same_header_key_and_word() {
    let mapa = || {
        Mapa::parse(
            r#"
            [colunas]
            codigo_integracao = "Código"
            vencimento = "Vencimento"
            valor = "Preço"
            devedor_codigo = "Devedor"
            devedor_nome = "Devedor"
            tipo_negocio = "Operação"
            [valores.tipo_negocio]
            "prestação" = "serviço"
            "#,
        )
        .unwrap()
    };
    let junto = "CÓDIGO;Vencimento;Preço;Devedor;OPERAÇÃO\nNº-ç;02/03/2026;1,00;João;prestação\n";
    let separado = junto
        .replace('Ó', "O\u{301}")
        .replace('Ç', "C\u{327}")
        .replace('Ã', "A\u{303}")
        .replace('ç', "c\u{327}")
        .replace('ã', "a\u{303}");
    assert_ne!(junto, separado);
    let lida = import(separado.as_bytes(), mapa()).remove(0).unwrap();
    assert_eq!(Ok(lida.clone()), import(junto.as_bytes(), mapa()).remove(0));
    assert_eq!((lida.codigo_integracao.as_str(), lida.devedor.nome.as_str()), ("Nº-ç", "João"));
    assert_eq!(lida.tipo_negocio.as_ref().map(Rotulo::as_str), Some("serviço"));
    let chaves = |csv: &str| {
        let chaves = LinhasImportadas::new(csv.as_bytes(), mapa()).unwrap().keys();
        chaves.map(|chave| chave.unwrap().1).collect::<Vec<_>>()
    };
    assert_eq!(chaves(&separado), chaves(junto));
}

#[test]
fn a_code_is_told_once_in_lower_snake_and_says_what_to_do() {
    let nomes = Codigo::TODOS.iter().map(|codigo| codigo.as_str()).collect::<BTreeSet<_>>();
    assert_eq!(nomes.len(), Codigo::TODOS.len());
    for codigo in Codigo::TODOS {
        assert!(codigo.as_str().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{codigo:?}");
        assert!(codigo.quando().ends_with('.') && !codigo.quando().contains("  "), "{codigo:?}");
    }
}

#[test]
fn a_line_of_another_width_or_of_a_megabyte_costs_itself_only() {
    let enorme = COMPLETA.replace("Ana", &"x".repeat(1 << 20));
    let lidas = import_ours(&format!("a;b\n{enorme}{COMPLETA}"));
    let motivos = lidas
        .iter()
        .filter_map(|lida| Some(lida.as_ref().err()?.erros[0].motivo.clone()))
        .collect::<Vec<_>>();
    assert_eq!(motivos, [Motivo::Colunas { esperadas: 18, lidas: 2 }, Motivo::LinhaLonga]);
    assert!(lidas[2].is_ok());
}

#[test]
fn a_broken_reading_is_told_once_and_ends_the_sheet() {
    struct Quebra;
    impl Read for Quebra {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    let texto = format!("{CABECALHO}{COMPLETA}");
    let lidas =
        LinhasImportadas::new(texto.as_bytes().chain(Quebra), Mapa::default()).unwrap().collect::<Vec<_>>();
    assert_eq!(lidas.len(), 2);
    let ultima = lidas[1].as_ref().unwrap_err();
    assert!(ultima.interrompe() && ultima.linha == 3);
}

proptest! {
    #[test]
    fn no_bytes_panic_and_every_record_gets_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..400), aspas in "[\";,\r\n0-9a]{0,200}") {
        for resto in [bytes.as_slice(), aspas.as_bytes()] {
            let _cabecalho = LinhasImportadas::new(resto, Mapa::default()).map(Iterator::count);
            let csv = [CABECALHO.as_bytes(), resto].concat();
            for lida in import(&csv, Mapa::default()) {
                let recusa = lida.err();
                prop_assert!(recusa.is_none_or(|recusa| recusa.linha >= 2 && !recusa.erros.is_empty()));
            }
        }
    }

    #[test]
    fn a_field_spoiled_is_the_field_told(indice in 0_usize..18, lixo in "[\u{1}\u{2}]{1,5}") {
        let mut campos = COMPLETA.trim_end().split(';').map(str::to_owned).collect::<Vec<_>>();
        campos[indice] = format!("x{lixo}x");
        let lidas = import_ours(&campos.join(";"));
        prop_assert!(fields(lidas[0].as_ref().unwrap_err()).contains(&Campo::TODOS[indice].as_str()));
    }
}
