//! The lines of a sheet: each field, what is missing, and every error of a line at once.
#![cfg(test)]

use domain::Rotulo;
use domain::documento::TipoPessoa;
use domain::email::EnderecoEmail;
use domain::telefone::Telefone;
use sheets::{Mapa, Motivo};

use crate::{COMPLETA, day, fields, import, import_ours};

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
