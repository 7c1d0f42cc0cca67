//! Asking for no more e-mails, as mail programs and people do.

use dispatcher::{DescadastroError, remetente, saidas};
use domain::execucao::Canal;
use providers::caixa::{Caixa, Roteiro};
use runtime::Config;
use runtime::config::{Dkim, Segredo};
use tempfile::TempDir;

use crate::apoio::{Servico, agora};
use crate::avisos::posta;

const LUGAR: &str = "https://cobranca.exemplo.com.br";

/// The path in the header of a message.
fn path_of(mensagem: &str) -> String {
    let (_, depois) = mensagem.split_once("\r\nList-Unsubscribe: <").unwrap();
    let (url, resto) = depois.split_once('>').unwrap();
    assert!(resto.starts_with("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{mensagem}");
    url.strip_prefix(LUGAR).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_post_without_a_key_ends_e_mails_and_following_the_address_does_not() {
    let p = posta("Para sair: #LINK_DESCADASTRO#").await;
    let caminho = path_of(&p.mensagem());
    let execucao = p.servico.only_in("enviada").await;
    assert_eq!(
        execucao["mensagem"]["texto"].as_str().unwrap().trim(),
        format!("Para sair: {LUGAR}{caminho}")
    );
    assert!(!caminho.contains(execucao["id"].as_str().unwrap()) && !caminho.contains('@'));
    let alguem = p.servico.without_key();
    for _ in 0..2 {
        let pagina = alguem.get(&caminho).await.expect(200);
        assert!(pagina.headers["content-type"].to_str().unwrap().starts_with("text/html"));
        assert!(
            pagina.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'")
        );
        for trecho in ["Cobradora Exemplo", "<form method=\"post\">", "Não cancela, não perdoa"] {
            assert!(pagina.text.contains(trecho), "{trecho}: {}", pagina.text);
        }
        for nome in ["Maria", "maria@", "10,00"] {
            assert!(!pagina.text.contains(nome), "{nome}");
        }
    }
    assert_eq!(p.servico.given_up(p.titulo), (vec![], vec![]));
    // As mail programs say it (RFC 8058), again, and as the page's button does.
    for corpo in ["List-Unsubscribe=One-Click", "List-Unsubscribe=One-Click", ""] {
        let feito = alguem.upload(&caminho, "application/x-www-form-urlencoded", corpo).await.expect(200);
        assert!(feito.text.contains("não enviará mais e-mails"), "{}", feito.text);
        let saidas = vec!["email: descadastrou-se pelo endereço de um e-mail".to_owned()];
        assert_eq!(p.servico.given_up(p.titulo), (vec![], saidas));
    }
    p.servico.only_in("enviada").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_we_did_not_give_out_does_nothing() {
    let p = posta("x").await;
    let caminho = path_of(&p.mensagem());
    let (comeco, fim) = caminho.split_at(caminho.len() - 1);
    let trocada = format!("{comeco}{}", if fim == "A" { "Q" } else { "A" });
    let alguem = p.servico.without_key();
    for falsa in [&trocada, comeco, "/v1/descadastro/x", "/v1/descadastro/%00%ff", &format!("{caminho}AAAA")]
    {
        assert_eq!(alguem.get(falsa).await.status, 404, "{falsa}");
        assert_eq!(
            alguem.upload(falsa, "text/plain", "List-Unsubscribe=One-Click").await.status,
            404,
            "{falsa}"
        );
    }
    assert_eq!(p.servico.given_up(p.titulo), (vec![], vec![]));
    // Where nothing is configured there is no such place.
    let (outro, _dispatcher) = Servico::with(vec![]);
    assert_eq!(outro.without_key().get(&caminho).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_configuration_says_leaves_signed_and_with_where_to_unsubscribe() {
    let pasta = TempDir::new().unwrap();
    let caixa = Caixa::start(pasta.path(), Roteiro::normal()).await.unwrap();
    let mut config = Config::default();
    config.smtp.host = Some("127.0.0.1".to_owned());
    config.smtp.porta = caixa.addr().port();
    config.smtp.tls = runtime::config::Tls::Nenhum;
    config.http.endereco_publico = Some(LUGAR.to_owned());
    assert_eq!(remetente(&config).err().unwrap().to_string(), DescadastroError::Incompleto.to_string());
    config.smtp.segredo_descadastro = Some(Segredo::new("um-segredo-de-teste-de-trinta-e-dois"));
    let chave = include_str!("../../../../crates/providers/tests/smtp/chaves/ed25519.pem");
    let dkim = |chave: &str| Dkim {
        seletor: "s1".to_owned(),
        dominio: "exemplo.com.br".to_owned(),
        chave: Segredo::new(chave),
    };
    config.smtp.dkim = Some(dkim("lixo"));
    assert!(
        remetente(&config).err().unwrap().to_string().starts_with("a seção smtp.dkim não pôde ser usada")
    );
    config.smtp.dkim = Some(dkim(chave));
    for fraco in ["curto", "um-segredo/de-teste-bem-longo"] {
        config.smtp.segredo_avisos = Some(Segredo::new(fraco));
        assert!(remetente(&config).err().unwrap().to_string().starts_with("smtp.segredo_avisos"), "{fraco}");
    }
    config.smtp.segredo_avisos = None;
    let (servico, dispatcher) = Servico::with(saidas(&config).unwrap());
    servico.regua(&[(Canal::Email, "x")]);
    servico.push("m", &[("2026-02-02", 1_000)]);
    servico.night("2026-03-10", agora());
    servico.run(dispatcher);
    servico.only_in("enviada").await;
    let mensagem = String::from_utf8(caixa.recebidas()[0].bytes().unwrap()).unwrap();
    assert!(
        mensagem.contains(
            "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=exemplo.com.br;\r\n s=s1;"
        ),
        "{mensagem}"
    );
    assert!(path_of(&mensagem).starts_with("/v1/descadastro/"));
}
