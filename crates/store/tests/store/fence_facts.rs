//! What a text asks for beyond the fence itself: read at the fence, and only if a text asks.

use domain::email::EnderecoEmail;
use domain::endereco::{Cep, Endereco, Uf};
use domain::ids::DevedorId;
use domain::telefone::Telefone;
use domain::titulo::Origem;
use store::disparos::Cerca;
use store::previas;
use store::titulos::{Boleto, EntradaCredor, EntradaDevedor, EntradaTitulo};

use crate::apoio::{Casa, NOITE, devedor, dia, item};
use crate::negotiations::negotiate;

const TUDO: &str = "#CATEGORIA# #TELEFONE# #CIDADE# #EMPRESA_CNPJ# #CREDOR_ENDERECO# #DATA_EMISSAO# #LINHA_DIGITAVEL# \
                    #VALOR_ATUALIZADO# #REGUA# #POSICAO# #PARCELA_ATUAL|padrao=#";

fn person() -> EntradaDevedor {
    let endereco = Endereco {
        logradouro: Some("Rua das Flores".to_owned()),
        numero: None,
        complemento: None,
        bairro: None,
        cidade: "Campinas".to_owned(),
        uf: Uf::Sp,
        cep: Cep::parse("13010-000").ok(),
        ibge: None,
    };
    EntradaDevedor {
        categoria: Some("Varejo".to_owned()),
        emails: Some(vec![EnderecoEmail::parse("a@x.com.br").unwrap()]),
        telefones: Some(vec![Telefone::parse("1133334444").unwrap()]),
        enderecos: Some(vec![endereco]),
        ..devedor(1)
    }
}

/// A debtor about whom everything is known.
fn casa() -> Casa {
    let casa = Casa::nova();
    let titulo = EntradaTitulo {
        emissao: Some(dia("2026-02-10")),
        credor: Some(EntradaCredor { codigo_integracao: "c".to_owned(), nome: Some("Loja".to_owned()) }),
        boleto: Boleto { linha_digitavel: Some("123".to_owned()), ..Boleto::default() },
        ..item("1", person())
    };
    casa.push_one(titulo);
    casa.run("UPDATE cadastro.empresa SET documento = '11222333000181', endereco = '{\"cidade\": \"Santos\", \"uf\": \"SP\"}'");
    casa.run(
        "UPDATE cadastro.credor SET documento = '11444777000161', razao_social = 'Loja Ltda.', site = 'https://loja.com', \
                endereco = '{\"cidade\": \"Itu\", \"uf\": \"SP\"}'",
    );
    casa
}

/// What the fence shows of the only execution there is, whose body is this.
fn seen(casa: &Casa, corpo: &str) -> Cerca {
    let id = casa.queue_one();
    casa.run(&format!("UPDATE regua.conteudo SET corpo = '{corpo}'"));
    casa.seen(id)
}

#[test]
fn r11_what_the_text_asks_for_is_read_at_the_fence() {
    let casa = casa();
    let dados = seen(&casa, TUDO);
    let fatos = &dados.fatos;
    assert_eq!(fatos.destinatario.categoria.as_deref(), Some("Varejo"));
    assert_eq!(
        fatos.destinatario.telefone.as_deref(),
        Some("+551133334444"),
        "to be said, if not to be texted"
    );
    assert_eq!(fatos.destinatario.endereco.as_ref().unwrap().cidade, "Campinas");
    assert_eq!(fatos.emitente.documento.as_deref(), Some("11222333000181"));
    assert_eq!(fatos.emitente.endereco.as_ref().unwrap().cidade, "Santos");
    let linha = &dados.linhas[0];
    let titulo = &fatos.titulos[&linha.titulo.id];
    assert_eq!((titulo.emissao, titulo.linha_digitavel.as_deref()), (Some(dia("2026-02-10")), Some("123")));
    let credor = titulo.credor.as_ref().unwrap();
    assert_eq!(
        (credor.razao_social.as_deref(), credor.site.as_deref()),
        (Some("Loja Ltda."), Some("https://loja.com"))
    );
    assert_eq!(credor.endereco.as_ref().unwrap().cidade, "Itu");
    let regua = fatos.regua.as_ref().unwrap();
    assert_eq!((regua.nome.as_str(), regua.posicao.as_str()), ("Padrão", "D+0"));
    assert!(fatos.protocolo.is_some());
    assert_eq!(linha.titulo.origem, Origem::Original);
    assert!(fatos.parcelas.is_empty(), "it is no instalment");
    // 2 % once and 1 % a month by day, of R$ 100,00.
    let dias = (dia(NOITE) - linha.titulo.vencimento).num_days();
    let devido = fatos.devido(linha, dia(NOITE)).unwrap();
    assert_eq!((devido.principal.get(), devido.multa.get()), (10_000, 200));
    assert_eq!(devido.juros.get(), (dias * 100 + 15) / 30);
}

#[test]
fn r11_charges_are_those_of_the_creditor_and_less_what_was_paid() {
    let casa = casa();
    let dela = r#"{"multa":"10.00","juros":{"tipo":"fixos","ao_mes":"0.00","contagem":"comercial"},"correcao":null,"carencia_dias":0}"#;
    casa.run(&format!("UPDATE cadastro.credor SET encargos = '{dela}'"));
    casa.run(
        "INSERT INTO cadastro.pagamento (empresa_id, id, titulo_id, data, valor, principal, correcao, multa, juros, desconto, \
                excedente, criado_em) \
         SELECT empresa_id, gen_random_uuid(), id, vencimento, 4000, 4000, 0, 0, 0, 0, 0, now() FROM cadastro.titulo",
    );
    casa.run("UPDATE cadastro.titulo SET saldo = 6000");
    let dados = seen(&casa, "#TOTAL_ATUALIZADO#");
    let devido = dados.fatos.devido(&dados.linhas[0], dia(NOITE)).unwrap();
    assert_eq!((devido.principal.get(), devido.multa.get(), devido.juros.get()), (6_000, 600, 0));
}

#[test]
fn r11_a_text_that_does_not_ask_has_nothing_read_for_it() {
    let casa = casa();
    let dados = seen(&casa, "Olá, #NOME#: #LISTA_TITULOS#");
    assert!(dados.fatos.titulos.is_empty() && dados.fatos.regua.is_none());
    assert!(dados.fatos.emitente.documento.is_none() && dados.fatos.destinatario.categoria.is_none());
    assert!(dados.fatos.devido(&dados.linhas[0], dia(NOITE)).is_none());
}

#[test]
fn a_preview_sees_what_the_fence_would() {
    let casa = casa();
    casa.push_one(item("9", devedor(9)));
    let quem = casa.texts("SELECT devedor_id::text AS x FROM cadastro.titulo WHERE codigo_integracao = '1'");
    let quem = DevedorId::new(quem[0].parse().unwrap());
    let previa =
        casa.dispatcher.da_empresa(casa.empresa, |t| previas::read(t, quem, &[TUDO])).unwrap().unwrap();
    assert_eq!((previa.linhas.len(), previa.linhas[0].numero.as_str()), (1, "NF 1"));
    assert_eq!(previa.linhas[0].credor.as_deref(), Some("Loja"));
    assert_eq!(previa.fatos.destinatario.categoria.as_deref(), Some("Varejo"));
    assert_eq!(previa.fatos.devido(&previa.linhas[0], dia(NOITE)).unwrap().multa.get(), 200);
    assert!(previa.fatos.regua.is_none() && previa.fatos.protocolo.is_none());
    let ninguem = DevedorId::new(uuid::Uuid::nil());
    let nada = casa.dispatcher.da_empresa(casa.empresa, |t| previas::read(t, ninguem, &[TUDO])).unwrap();
    assert!(nada.is_none());
}

#[test]
fn k09_an_instalment_says_which_it_is_of_how_many() {
    let casa = Casa::nova();
    let original = casa.push_one(item("1", devedor(1)));
    let criada = negotiate(&casa, &[original], &["2026-03-10", "2026-04-10", "2026-05-10"]).unwrap();
    casa.run("UPDATE cadastro.negociacao SET com_entrada = true");
    let segunda = criada.parcelas[1];
    let quem = casa.texts("SELECT devedor_id::text AS x FROM cadastro.titulo LIMIT 1");
    let quem = DevedorId::new(quem[0].parse().unwrap());
    let previa = casa.dispatcher.da_empresa(casa.empresa, |t| previas::read(t, quem, &["#PARCELA_ATUAL#"]));
    let parcela = &previa.unwrap().unwrap().fatos.parcelas[&segunda];
    assert_eq!((parcela.parcela, parcela.parcelas), (2, 3));
    assert_eq!((parcela.acordado.get(), parcela.entrada.unwrap().get()), (15_000, 5_000));
    assert_eq!(parcela.acordada_em, crate::apoio::agora().date_naive());
}
