//! Serasa PEFIN, byte by byte. The golden files were laid out from the manual's table of positions, by hand.

use chrono::NaiveDate;
use domain::dinheiro::Centavos;
use domain::documento::Documento;
use domain::endereco::{Cep, Endereco, Uf};
use domain::negativacao::{EventoBureau, MotivoBaixa};
use proptest::prelude::*;
use providers::bureau::pefin::{self, Conta, Retorno, RetornoInvalido, TipoRetorno, detail, header, trailer};
use providers::bureau::{Operacao, Pendencia, RegistroInvalido, Resposta};

const REMESSA: &[u8] = include_bytes!("ouro/remessa.txt");
const RETORNO: &[u8] = include_bytes!("ouro/retorno.txt");

fn dia(texto: &str) -> NaiveDate {
    texto.parse().unwrap()
}

fn conta() -> Conta {
    let cnpj = Documento::parse("11.222.333/0001-81").unwrap();
    let conta = Conta::new(&cnpj, "12345678", "dp").unwrap();
    conta.with_contact("Ana da Cobrança", "11", "33334444").unwrap().with_place("11", "").unwrap()
}

fn endereco(
    (rua, numero, bairro): (&str, &str, Option<&str>),
    (cidade, uf, cep): (&str, Uf, &str),
) -> Endereco {
    Endereco {
        logradouro: Some(rua.to_owned()),
        numero: Some(numero.to_owned()),
        complemento: None,
        bairro: bairro.map(str::to_owned),
        cidade: cidade.to_owned(),
        uf,
        cep: Cep::parse(cep).ok(),
        ibge: None,
    }
}

fn pessoa() -> Pendencia {
    let em = endereco(("Rua São João", "100", Some("Sé")), ("São Paulo", Uf::Sp, "01035-000"));
    Pendencia {
        documento: Documento::parse("529.982.247-25").unwrap(),
        nome: "José da Conceição  D’Ávila".to_owned(),
        endereco: Endereco { complemento: Some("5º andar".to_owned()), ..em },
        vencimento: dia("2026-09-30"),
        valor: Centavos::new(123_456),
        contrato: "NF-2026/0001".to_owned(),
    }
}

fn empresa() -> Pendencia {
    Pendencia {
        documento: Documento::parse("60701190000104").unwrap(),
        nome: "Comércio & Filhos Ltda".to_owned(),
        endereco: endereco(("Av. Brasil", "s/n", None), ("Rio de Janeiro", Uf::Rj, "20040020")),
        vencimento: dia("2026-08-15"),
        valor: Centavos::new(3_000),
        contrato: "dupl 77".to_owned(),
    }
}

#[test]
fn a_remessa_is_its_golden_file_byte_by_byte() {
    let conta = conta();
    let baixa = Operacao::Excluir(MotivoBaixa::Pagamento);
    let linhas = [
        header(&conta, 12, dia("2026-11-23")),
        detail(&conta, 2, Operacao::Incluir, &pessoa()).unwrap(),
        detail(&conta, 3, baixa, &empresa()).unwrap(),
        trailer(4),
    ];
    let escrita = linhas.iter().flat_map(pefin::Linha::as_bytes).copied().collect::<Vec<u8>>();
    for (escrita, ouro) in escrita.chunks(602).zip(REMESSA.chunks(602)) {
        assert_eq!(String::from_utf8_lossy(escrita), String::from_utf8_lossy(ouro));
    }
    assert_eq!(escrita, REMESSA);
}

#[test]
fn a_retorno_says_of_each_line_what_became_of_it() {
    let retorno = Retorno::read(RETORNO).unwrap();
    assert!(retorno.is_of(&conta()));
    assert_eq!(retorno.sequencia, 12);
    let inclui = |r: Resposta| r.evento(Operacao::Incluir);
    let exclui = |r: Resposta| r.evento(Operacao::Excluir(MotivoBaixa::Pagamento));
    let lidas: Vec<_> = retorno
        .linhas
        .iter()
        .map(|linha| {
            let resposta = retorno.resposta(linha);
            let evento =
                if linha.tipo == TipoRetorno::Exclusao { exclui(resposta) } else { inclui(resposta) };
            (linha.contrato.as_str(), resposta, evento)
        })
        .collect();
    let esperadas = [
        ("ACEITA", Resposta::Aceita, Some(EventoBureau::Aceitar)),
        ("ZEROS", Resposta::Aceita, Some(EventoBureau::Aceitar)),
        ("RECUSADA", Resposta::Recusada, Some(EventoBureau::Rejeitar)),
        ("JA EXISTE", Resposta::Aceita, Some(EventoBureau::Aceitar)),
        ("NOVO CODIGO", Resposta::Desconhecida, None),
        ("EXCLUIDA", Resposta::Aceita, Some(EventoBureau::Baixar)),
        ("NAO EXISTIA", Resposta::Aceita, Some(EventoBureau::Baixar)),
        ("NAO EXCLUIDA", Resposta::Recusada, Some(EventoBureau::RecusarBaixa)),
        ("CARTA VOLTOU", Resposta::Informada, None),
        ("DECURSO", Resposta::ExcluidaPeloBureau, Some(EventoBureau::BaixarPorSi)),
        ("CARTA E FIM", Resposta::ExcluidaPeloBureau, Some(EventoBureau::BaixarPorSi)),
    ];
    assert_eq!(lidas, esperadas);
    let primeira = &retorno.linhas[0];
    assert_eq!((primeira.registro, primeira.documento), (2, 52_998_224_725));
    assert_eq!(primeira.vencimento, Some(dia("2026-09-30")));
    assert_eq!(retorno.linhas[2].codigos, [12, 296]);
}

/// The golden retorno with some bytes of a line changed.
fn changed(linha: usize, posicao: usize, bytes: &[u8]) -> Vec<u8> {
    let mut arquivo = RETORNO.to_vec();
    let onde = linha * 602 + posicao - 1;
    arquivo[onde..onde + bytes.len()].copy_from_slice(bytes);
    arquivo
}

#[test]
fn what_is_no_whole_retorno_is_refused_whole() {
    use RetornoInvalido as R;
    let ler = |bytes: &[u8]| Retorno::read(bytes).err();
    assert_eq!(ler(REMESSA), Some(R::Remessa));
    assert_eq!(ler(b""), Some(R::Vazio));
    assert_eq!(ler(b"%PDF-1.7\n"), Some(R::Layout));
    assert_eq!(ler(&RETORNO[..602 * 5]), Some(R::Cortado));
    assert_eq!(ler(&RETORNO[..602 * 5 + 300]), Some(R::Tamanho { linha: 6 }));
    assert_eq!(ler(&[RETORNO, &RETORNO[602..1204]].concat()), Some(R::DepoisDoFim));
    let repetida = [&RETORNO[..1204], &RETORNO[602..]].concat();
    assert_eq!(ler(&repetida), Some(R::Sequencia { linha: 3 }));
    let sem_uma = [&RETORNO[..602], &RETORNO[1204..]].concat();
    assert_eq!(ler(&sem_uma), Some(R::Sequencia { linha: 2 }));
    assert_eq!(ler(&changed(0, 105, b"SERASA-CONVEM01")), Some(R::Layout));
    assert_eq!(ler(&changed(0, 120, b"00001A")), Some(R::Campo { linha: 1 }));
    assert_eq!(ler(&changed(1, 34, b"X")), Some(R::Campo { linha: 2 }));
    assert_eq!(ler(&changed(1, 534, b"0x2")), Some(R::Campo { linha: 2 }));
    assert_eq!(ler(&changed(1, 2, b"Z")), Some(R::Campo { linha: 2 }));
    assert_eq!(ler(&changed(1, 1, b"7")), Some(R::Campo { linha: 2 }));
}

#[test]
fn a_fault_of_the_whole_remessa_is_every_lines() {
    let retorno = Retorno::read(&changed(0, 534, b"391")).unwrap();
    let respostas: Vec<_> = retorno.linhas.iter().map(|linha| retorno.resposta(linha)).collect();
    assert_eq!(respostas[0], Resposta::Recusada);
    assert_eq!(respostas[5], Resposta::Recusada);
}

#[test]
fn the_line_ends_of_another_system_are_as_good() {
    let unix: Vec<u8> = RETORNO.iter().copied().filter(|b| *b != b'\r').collect();
    assert_eq!(Retorno::read(&unix), Retorno::read(RETORNO));
    assert_eq!(Retorno::read(&unix[..unix.len() - 1]), Retorno::read(RETORNO));
    assert_eq!(Retorno::read(&[RETORNO, b"\x1a"].concat()), Retorno::read(RETORNO));
}

#[test]
fn what_the_layout_cannot_hold_is_refused_and_never_written_wrong() {
    let escrever = |p: &Pendencia| detail(&conta(), 2, Operacao::Incluir, p).err();
    let com_letras = Documento::parse("12ABC34501DE35").unwrap();
    assert_eq!(
        escrever(&Pendencia { documento: com_letras, ..pessoa() }),
        Some(RegistroInvalido::DocumentoAlfanumerico)
    );
    let sem_letras = Pendencia { nome: "Иван Иванов".to_owned(), ..pessoa() };
    assert_eq!(escrever(&sem_letras), Some(RegistroInvalido::SemTexto("nome")));
    let sem_rua = Endereco { logradouro: None, numero: None, ..pessoa().endereco };
    assert_eq!(
        escrever(&Pendencia { endereco: sem_rua, ..pessoa() }),
        Some(RegistroInvalido::Falta("logradouro"))
    );
    let sem_cep = Endereco { cep: None, ..pessoa().endereco };
    assert_eq!(escrever(&Pendencia { endereco: sem_cep, ..pessoa() }), Some(RegistroInvalido::Falta("cep")));
    let longo = Pendencia { contrato: "1".repeat(17), ..pessoa() };
    assert_eq!(escrever(&longo), Some(RegistroInvalido::NaoCabe("contrato")));
}

proptest! {
    /// Whatever stands in a name or an address, a line is 600 bytes of one line, and what it is found by comes back.
    #[test]
    fn no_text_moves_a_field(nome in "\\PC{1,90}", rua in "\\PC{1,60}", bairro in "\\PC{0,40}", contrato in "[A-Z0-9/-]{1,16}",
                             valor in 0_i64..999_999_999_999) {
        let base = pessoa();
        let endereco = Endereco { logradouro: Some(rua), bairro: Some(bairro), ..base.endereco.clone() };
        let pendencia = Pendencia { nome, endereco, contrato: contrato.clone(), valor: Centavos::new(valor), ..base };
        let escrita = detail(&conta(), 2, Operacao::Incluir, &pendencia);
        let Ok(linha) = escrita else { return Ok(()) };
        let bytes = linha.as_bytes();
        prop_assert_eq!(bytes.len(), 602);
        prop_assert!(bytes[..600].iter().all(|b| (b' '..=b'~').contains(b)));
        let mut arquivo = header(&conta(), 1, dia("2026-11-23")).as_bytes().to_vec();
        arquivo[125] = b'R';
        arquivo.extend_from_slice(bytes);
        arquivo.extend_from_slice(trailer(3).as_bytes());
        let retorno = Retorno::read(&arquivo).unwrap();
        let lida = &retorno.linhas[0];
        prop_assert_eq!(&lida.contrato, &contrato);
        prop_assert_eq!((lida.documento, lida.vencimento), (52_998_224_725, Some(dia("2026-09-30"))));
        prop_assert_eq!(retorno.resposta(lida), Resposta::Aceita);
    }

    #[test]
    fn whatever_is_uploaded_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..2_000), corte in 0_usize..8_000) {
        let _lido = Retorno::read(&bytes);
        let cortado = &RETORNO[..corte.min(RETORNO.len())];
        prop_assert_eq!(Retorno::read(cortado).is_ok(), cortado.len() >= RETORNO.len() - 2);
    }
}
