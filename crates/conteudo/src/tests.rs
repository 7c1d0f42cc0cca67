use domain::Rotulo;
use domain::coringas::Coringa;
use domain::dinheiro::Centavos;
use domain::encargos::Encargos;
use domain::endereco::{Cep, Endereco, Uf};
use domain::execucao::{Canal, Fonte, Motivo};
use domain::ids::ExecucaoId;
use domain::regua::Regras;
use domain::titulo::{Origem, StatusTitulo, Titulo};
use store::disparos::Linha;
use store::fatos::{Credor, DaRegua, Destinatario, DoTitulo, Emitente, Fatos, Parcela};
use uuid::Uuid;

use super::*;

const LINK: &str = "https://cobranca.exemplo.com.br/v1/descadastro/AZKx8AAAcACA";

fn email(dados: &Cerca, titulos: &[TituloId], hoje: NaiveDate) -> Result<EmailPronto, Motivo> {
    super::email(dados, titulos, hoje, Some(LINK))
}

fn hoje() -> NaiveDate {
    "2026-03-25".parse().unwrap()
}

fn id(n: u128) -> TituloId {
    TituloId::new(Uuid::from_u128(n))
}

fn linha(n: u128, vencimento: &str, saldo: i64) -> Linha {
    let titulo = Titulo {
        id: id(n),
        vencimento: vencimento.parse().unwrap(),
        saldo: Centavos::new(saldo),
        status: StatusTitulo::Aberto,
        origem: Origem::Original,
        suspenso_ate: None,
        negociacao: None,
        credor: None,
        tipo_negocio: None,
        tipo_titulo: None,
    };
    Linha { titulo, numero: format!("NF-{n}"), valor: Centavos::new(saldo + 100), credor: None }
}

/// Three títulos, of which the second is the oldest.
fn dados(assunto: &str, corpo: &str) -> Cerca {
    Cerca {
        canal: Canal::Email,
        fonte: Fonte::Cobranca,
        regua_ativa: true,
        parado: false,
        data: "2026-03-10".parse().unwrap(),
        duvidosa: false,
        tentativas: 0,
        janela: None,
        fuso: chrono_tz::America::Sao_Paulo,
        fusos: &[],
        regras: Regras::default(),
        empresa_nome: "Cobradora Exemplo".to_owned(),
        remetente_email: "cobranca@exemplo.com.br".to_owned(),
        assunto: Some(assunto.to_owned()),
        corpo: Some(corpo.to_owned()),
        devedor_nome: "Maria da Silva".to_owned(),
        devedor_falecido_em: None,
        devedor_documento: Some("52998224725".to_owned()),
        devedor_codigo: Some("C-1042".to_owned()),
        devedor_email: Some("maria@exemplo.com.br".to_owned()),
        contatos: vec!["maria@exemplo.com.br".to_owned()],
        demais: None,
        pergunta: None,
        linhas: vec![
            linha(1, "2026-03-12", 10_000),
            linha(2, "2026-03-10", 123_456),
            linha(3, "2026-03-20", 500),
        ],
        fatos: fatos(),
    }
}

/// Everything that may be said beside that; the charges of the law.
fn fatos() -> Fatos {
    let mut fatos = Fatos::default().cobrados_por(Encargos::default());
    fatos.protocolo = Some(ExecucaoId::new(Uuid::from_u128(7)));
    fatos.emitente =
        Emitente { documento: Some("11222333000181".to_owned()), endereco: Some(endereco("Bela Vista")) };
    fatos.destinatario = Destinatario {
        categoria: Some("Varejo".to_owned()),
        gerente: Some("Ana Souza".to_owned()),
        telefone: Some("+5511987654321".to_owned()),
        endereco: Some(endereco("Centro")),
        correio: None,
    };
    fatos.regua = Some(DaRegua { nome: "Cobrança amigável".to_owned(), posicao: "D+6".to_owned() });
    fatos.titulos = [1, 2, 3].map(|n| (id(n), do_titulo())).into();
    let parcela = Parcela {
        acordada_em: "2026-01-15".parse().unwrap(),
        acordado: Centavos::new(360_000),
        parcelas: 6,
        parcela: 2,
        entrada: Some(Centavos::new(60_000)),
    };
    fatos.parcelas = [(id(2), parcela)].into();
    fatos
}

fn do_titulo() -> DoTitulo {
    DoTitulo {
        emissao: "2026-02-10".parse().ok(),
        nosso_numero: Some("123".to_owned()),
        linha_digitavel: Some("00190500954014481606906809350314337370000000100".to_owned()),
        pix_copia_e_cola: Some("000201".to_owned()),
        link_boleto: Some("https://boleto.exemplo.com.br/1".to_owned()),
        credor: Some(Credor {
            razao_social: Some("Loja Exemplo Comércio Ltda.".to_owned()),
            documento: Some("11444777000161".to_owned()),
            endereco: Some(endereco("Vila Nova")),
            telefone: Some("(19) 3333-4444".to_owned()),
            email: Some("contato@lojaexemplo.com.br".to_owned()),
            site: Some("https://lojaexemplo.com.br".to_owned()),
        }),
        pagos: Vec::new(),
    }
}

fn endereco(bairro: &str) -> Endereco {
    Endereco {
        logradouro: Some("Rua das Flores".to_owned()),
        numero: Some("100".to_owned()),
        complemento: Some("ap. 12".to_owned()),
        bairro: Some(bairro.to_owned()),
        cidade: "São Paulo".to_owned(),
        uf: Uf::Sp,
        cep: Cep::parse("01310-100").ok(),
        ibge: None,
    }
}

/// The second título is owed to a creditor of its own.
fn with_creditor(assunto: &str, corpo: &str) -> Cerca {
    let mut dados = dados(assunto, corpo);
    dados.linhas[1].credor = Some("Loja Exemplo".to_owned());
    dados.linhas[1].titulo.tipo_titulo = Rotulo::parse("Duplicata").ok();
    dados.linhas[1].titulo.tipo_negocio = Rotulo::parse("Venda a prazo").ok();
    dados
}

/// The text part of a body, for the títulos listed with the reference first.
fn text(corpo: &str, titulos: &[u128]) -> String {
    let titulos: Vec<_> = titulos.iter().copied().map(id).collect();
    email(&dados("a", corpo), &titulos, hoje()).unwrap().texto.trim_end().to_owned()
}

#[test]
fn r11_every_coringa_of_the_catalogue_has_a_value_for_a_complete_debtor() {
    for (coringa, esperado) in [
        (Coringa::Nome, "Maria da Silva"),
        (Coringa::PrimeiroNome, "Maria"),
        (Coringa::CpfCnpj, "529.982.247-25"),
        (Coringa::CpfCnpjMascarado, "***.982.247-**"),
        (Coringa::CodigoDevedor, "C-1042"),
        (Coringa::Email, "maria@exemplo.com.br"),
        (Coringa::Empresa, "Cobradora Exemplo"),
        (Coringa::Credor, "Cobradora Exemplo"),
        (Coringa::Titulo, "NF-2"),
        (Coringa::DataVencimento, "10/03/2026"),
        (Coringa::DiasAtraso, "15"),
        (Coringa::ValorOriginal, "R$ 1.235,56"),
        (Coringa::QtdTitulos, "3"),
        (Coringa::Total, "R$ 1.339,56"),
        (Coringa::VencimentoMaisAntigo, "10/03/2026"),
        (Coringa::DataHoje, "25/03/2026"),
    ] {
        assert_eq!(text(&format!("#{}#", coringa.nome()), &[2, 1, 3]), esperado, "{}", coringa.nome());
    }
    for coringa in Coringa::TODOS {
        let corpo = format!("#{}#", coringa.nome());
        let pronto = email(&with_creditor("a", &corpo), &[id(2), id(1), id(3)], hoje());
        let texto = pronto.unwrap_or_else(|motivo| panic!("{corpo}: {motivo}")).texto;
        assert!(!texto.contains('#'), "{corpo}");
        assert!(
            coringa.tamanho_maximo().is_none_or(|max| texto.trim_end().chars().count() <= usize::from(max)),
            "{corpo}"
        );
    }
}

#[test]
fn r11_what_is_beyond_the_fence_is_said_as_people_write_it() {
    for (nome, esperado) in [
        ("CATEGORIA", "Varejo"),
        ("GERENTE", "Ana Souza"),
        ("TELEFONE", "(11) 98765-4321"),
        ("ENDERECO", "Rua das Flores"),
        ("NUMERO", "100"),
        ("COMPLEMENTO", "ap. 12"),
        ("BAIRRO", "Centro"),
        ("CIDADE", "São Paulo"),
        ("UF", "SP"),
        ("CEP", "01310-100"),
        ("EMPRESA_CNPJ", "11.222.333/0001-81"),
        ("EMPRESA_ENDERECO", "Rua das Flores, 100, ap. 12, Bela Vista, São Paulo/SP, CEP 01310-100"),
        ("CREDOR_RAZAO_SOCIAL", "Loja Exemplo Comércio Ltda."),
        ("CREDOR_CNPJ", "11.444.777/0001-61"),
        ("CREDOR_TELEFONE", "(19) 3333-4444"),
        ("CREDOR_EMAIL", "contato@lojaexemplo.com.br"),
        (
            "TEXTO_LEGAL_42A",
            "Credor: Loja Exemplo Comércio Ltda., CNPJ 11.444.777/0001-61, Rua das Flores, 100, ap. 12, Vila Nova, \
             São Paulo/SP, CEP 01310-100.",
        ),
        ("TIPO_TITULO", "Duplicata"),
        ("TIPO_NEGOCIO", "Venda a prazo"),
        ("DATA_EMISSAO", "10/02/2026"),
        ("SALDO", "R$ 1.234,56"),
        ("MULTA", "R$ 24,69"),
        ("JUROS", "R$ 6,17"),
        ("CORRECAO", "R$ 0,00"),
        ("VALOR_ATUALIZADO", "R$ 1.265,42"),
        ("TOTAL_ORIGINAL", "R$ 1.342,56"),
        ("TOTAL_ATUALIZADO", "R$ 1.372,96"),
        ("DATA_ACORDO", "15/01/2026"),
        ("VALOR_ACORDO", "R$ 3.600,00"),
        ("VALOR_ENTRADA", "R$ 600,00"),
        ("QTD_PARCELAS", "6"),
        ("PARCELA_ATUAL", "2"),
        ("VALOR_PARCELA", "R$ 1.235,56"),
        ("DATA_EXTENSO", "25 de março de 2026"),
        ("REGUA", "Cobrança amigável"),
        ("POSICAO", "D+6"),
        ("PROTOCOLO", "00000000-0000-0000-0000-000000000007"),
        ("LINK_DESCADASTRO", LINK),
    ] {
        let dados = with_creditor("a", &format!("#{nome}#"));
        let texto = email(&dados, &[id(2), id(1), id(3)], hoje()).unwrap().texto;
        assert_eq!(texto.trim_end(), esperado, "{nome}");
    }
}

#[test]
fn r11_where_nobody_else_is_the_creditor_the_company_is() {
    for (nome, esperado) in [
        ("CREDOR_RAZAO_SOCIAL", "Cobradora Exemplo"),
        ("CREDOR_CNPJ", "11.222.333/0001-81"),
        ("CREDOR_EMAIL", "cobranca@exemplo.com.br"),
    ] {
        assert_eq!(text(&format!("#{nome}#"), &[2]), esperado);
    }
    assert!(text("#TEXTO_LEGAL_42A#", &[2]).contains("Bela Vista"));
    let sem_site = email(&dados("a", "#CREDOR_SITE#"), &[id(2)], hoje());
    assert_eq!(sem_site.unwrap_err(), Motivo::CoringaSemValor);
}

#[test]
fn r11_without_a_public_address_nobody_can_ask_for_no_more_by_it() {
    let dados = dados("a", "#LINK_DESCADASTRO#");
    assert_eq!(super::email(&dados, &[id(2)], hoje(), None).unwrap_err(), Motivo::CoringaSemValor);
}

#[test]
fn r11_a_name_that_came_in_capitals_is_written_as_names_are() {
    let mut dados = dados("#PRIMEIRO_NOME#", "#NOME#");
    dados.devedor_nome = "JOSÉ DA SILVA E SOUZA".to_owned();
    let pronto = email(&dados, &[id(2)], hoje()).unwrap();
    assert_eq!((pronto.assunto.as_str(), pronto.texto.trim_end()), ("José", "José da Silva e Souza"));
    (dados.devedor_nome, dados.devedor_documento) =
        ("ABC LTDA".to_owned(), Some("11222333000181".to_owned()));
    let pronto = email(&dados, &[id(2)], hoje()).unwrap();
    assert_eq!((pronto.assunto.as_str(), pronto.texto.trim_end()), ("ABC LTDA", "ABC LTDA"));
}

#[test]
fn r11_the_sample_is_what_the_catalogue_shows() {
    for coringa in Coringa::TODOS.iter().filter(|coringa| !coringa.lista()) {
        let escrito = valores::sample().em_linha(*coringa);
        assert_eq!(escrito.as_deref(), Some(coringa.exemplo()), "{}", coringa.nome());
        let max = coringa.tamanho_maximo();
        assert!(
            max.is_none_or(|max| coringa.exemplo().chars().count() <= usize::from(max)),
            "{}",
            coringa.nome()
        );
    }
}

#[test]
fn m09_j04_only_the_titulos_that_may_be_sent_are_listed_with_their_own_total() {
    let texto = text("#QTD_TITULOS# #TOTAL#\n\n#LISTA_TITULOS#", &[1, 3]);
    assert!(texto.starts_with("2 R$ 105,00\n"), "{texto}");
    assert!(texto.contains("NF-1") && texto.contains("NF-3") && !texto.contains("NF-2"), "{texto}");
    assert!(!texto.contains("1.234,56") && texto.trim_end().ends_with("R$ 105,00"), "{texto}");
}

#[test]
fn m03_m09_the_reference_comes_first_and_speaks_for_the_message() {
    let texto = text("#TITULO# #DATA_VENCIMENTO# #VENCIMENTO_MAIS_ANTIGO#\n\n#LISTA_TITULOS#", &[3, 1]);
    assert!(texto.starts_with("NF-3 20/03/2026 12/03/2026\n"), "{texto}");
    let (tres, um) = (texto.rfind("NF-3").unwrap(), texto.rfind("NF-1").unwrap());
    assert!(tres < um, "{texto}");
}

#[test]
fn the_creditor_is_that_of_the_reference() {
    let mut dados = dados("#CREDOR#", "x");
    dados.linhas[0].credor = Some("Loja Exemplo Ltda.".to_owned());
    let assunto = |titulos: &[TituloId]| email(&dados, titulos, hoje()).unwrap().assunto;
    assert_eq!(assunto(&[id(1), id(2)]), "Loja Exemplo Ltda.");
    assert_eq!(assunto(&[id(2), id(1)]), "Cobradora Exemplo");
}

#[test]
fn a_titulo_that_is_not_due_yet_is_zero_days_late() {
    let vespera = "2026-03-09".parse().unwrap();
    let pronto = email(&dados("#DIAS_ATRASO#", "x"), &[id(2)], vespera).unwrap();
    assert_eq!(pronto.assunto, "0");
}

#[test]
fn r11_a_coringa_without_value_keeps_the_message_from_leaving() {
    type Tira = fn(&mut Cerca);
    let casos: [(&str, Tira); 6] = [
        ("CPF_CNPJ", |d| d.devedor_documento = None),
        ("CPF_CNPJ_MASCARADO", |d| d.devedor_documento = None),
        ("CODIGO_DEVEDOR", |d| d.devedor_codigo = None),
        ("EMAIL", |d| d.devedor_email = None),
        ("NOME", |d| d.devedor_nome = "  ".to_owned()),
        ("PRIMEIRO_NOME", |d| d.devedor_nome = String::new()),
    ];
    for (nome, tira) in casos {
        for (assunto, corpo) in
            [(format!("#{nome}#"), "x".to_owned()), ("a".to_owned(), format!("x #{nome}#"))]
        {
            let mut dados = dados(&assunto, &corpo);
            assert!(email(&dados, &[id(1)], hoje()).is_ok(), "{nome}");
            tira(&mut dados);
            assert_eq!(email(&dados, &[id(1)], hoje()).unwrap_err(), Motivo::CoringaSemValor, "{nome}");
        }
    }
    for nome in ["TITULO", "TOTAL", "LISTA_TITULOS"] {
        let dados = dados("a", &format!("#{nome}#"));
        assert_eq!(email(&dados, &[], hoje()).unwrap_err(), Motivo::CoringaSemValor, "{nome}");
    }
}

#[test]
fn r11_a_value_is_never_scanned_for_coringas_again() {
    let mut dados = dados("a", "Olá, #NOME#");
    dados.devedor_nome = "#TOTAL# <b>".to_owned();
    let pronto = email(&dados, &[id(1)], hoje()).unwrap();
    assert_eq!(pronto.texto.trim_end(), "Olá, #TOTAL# <b>");
    assert!(pronto.html.contains("#TOTAL# &lt;b&gt;"));
}

#[test]
fn a_text_that_cannot_become_an_email_never_leaves() {
    let mut sem_corpo = dados("a", "x");
    sem_corpo.corpo = None;
    assert_eq!(email(&sem_corpo, &[id(1)], hoje()).unwrap_err(), Motivo::MensagemInvalida);
    let lista_no_assunto = dados("#LISTA_TITULOS#", "x");
    assert_eq!(email(&lista_no_assunto, &[id(1)], hoje()).unwrap_err(), Motivo::MensagemInvalida);
    let fora_do_catalogo = dados("a", "#NAO_EXISTE#");
    assert_eq!(email(&fora_do_catalogo, &[id(1)], hoje()).unwrap_err(), Motivo::CoringaSemValor);
}

#[test]
fn c03_a_letter_lists_its_titulos_and_says_who_demands() {
    let mut dados = dados("a", "Prezada #NOME#,\n\n#LISTA_TITULOS#\n\nTotal: #TOTAL#");
    dados.fatos = Fatos::default();
    let (pronta, quem) = super::carta(&dados, &[id(2), id(1)], hoje()).unwrap();
    assert_eq!(quem, "Credor: Cobradora Exemplo.", "what is known of it");
    let numeros: Vec<_> = pronta.tabelas[0].linhas.iter().map(|linha| linha.numero.as_str()).collect();
    assert_eq!((pronta.blocos.len(), numeros), (3, vec!["NF-2", "NF-1"]));
    let guardada = serde_json::to_string(&pronta).unwrap();
    assert!(serde_json::from_str::<render::carta::CartaPronta>(&guardada).unwrap() == pronta);
    dados.fatos.emitente =
        Emitente { documento: Some("11222333000181".to_owned()), endereco: Some(endereco("Centro")) };
    let (_, quem) = super::carta(&dados, &[id(1)], hoje()).unwrap();
    let esperado =
        format!("Credor: Cobradora Exemplo, CNPJ 11.222.333/0001-81, {}.", endereco("Centro").em_linha());
    assert_eq!(quem, esperado);
    dados.corpo = Some("#CPF_CNPJ#".to_owned());
    dados.devedor_documento = None;
    assert_eq!(super::carta(&dados, &[id(1)], hoje()).err(), Some(Motivo::CoringaSemValor), "rule r11");
}
