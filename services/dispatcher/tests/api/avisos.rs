//! What a mail server tells afterwards, as it reaches the debtor's row.

use dispatcher::{Descadastro, Remetente, Saida};
use domain::execucao::Canal;
use domain::ids::TituloId;
use providers::Segredo;
use providers::caixa::{Caixa, Roteiro};
use providers::email::{ClienteSmtp, Config, Tls};
use serde_json::json;
use tempfile::TempDir;
use testkit::Resposta;

use crate::apoio::{Servico, agora};

const SEGREDO: &str = "um-segredo-de-teste-bem-longo";
const DOMINIO: &str = "cobranca.exemplo";

/// A service that sends e-mails to a mailbox, and one that arrived there.
pub(crate) struct Posta {
    pub(crate) servico: Servico,
    pub(crate) caixa: Caixa,
    pub(crate) titulo: TituloId,
    _pasta: TempDir,
}

pub(crate) async fn posta(corpo: &str) -> Posta {
    let pasta = TempDir::new().unwrap();
    let caixa = Caixa::start(pasta.path(), Roteiro::normal()).await.unwrap();
    let cliente = ClienteSmtp::new(Config::new("127.0.0.1", caixa.addr().port(), Tls::Nenhum)).unwrap();
    let publico = "https://cobranca.exemplo.com.br";
    let remetente = Remetente {
        retorno: Some("retorno@cobranca.exemplo".to_owned()),
        descadastro: Descadastro::from_config(Some(publico), Some("um-segredo-de-teste-de-trinta-e-dois"))
            .unwrap(),
        avisos: Some(Segredo::new(SEGREDO)),
        ..Remetente::new(DOMINIO)
    };
    let saida = Saida::Email { cliente: Box::new(cliente), remetente: Box::new(remetente), sessoes: 2 };
    let (servico, dispatcher) = Servico::with(vec![saida]);
    servico.regua(&[(Canal::Email, corpo)]);
    let titulo = servico.push("m", &[("2026-02-02", 1_000)])[0];
    servico.night("2026-03-10", agora());
    servico.run(dispatcher);
    servico.only_in("enviada").await;
    Posta { servico, caixa, titulo, _pasta: pasta }
}

impl Posta {
    /// The message that arrived, as it arrived.
    pub(crate) fn mensagem(&self) -> String {
        String::from_utf8(self.caixa.recebidas()[0].bytes().unwrap()).unwrap()
    }

    /// What the mailbox' server reports of it.
    fn report(&self, tipo: &str, campos: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mx.exemplo.com.br\r\nTo: retorno@cobranca.exemplo\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; boundary=\"lim\"; report-type={tipo}\r\n\r\n--lim\r\n\r\nDesculpe.\r\n--lim\r\n\
             Content-Type: message/{tipo}\r\n\r\n{campos}\r\n--lim\r\nContent-Type: message/rfc822\r\n\r\n{}\r\n--lim--\r\n",
            self.mensagem()
        )
    }

    fn failed(&self, status: &str) -> String {
        let campos = "Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; maria@exemplo.com.br\r\nAction: failed\r\nStatus: ";
        self.report("delivery-status", &format!("{campos}{status}\r\n"))
    }

    async fn tell(&self, segredo: &str, aviso: impl Into<Vec<u8>>) -> Resposta {
        let caminho = format!("/v1/recibos/email/{segredo}");
        self.servico.without_key().upload(&caminho, "message/rfc822", aviso).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_came_back_is_returned_and_its_address_used_no_more() {
    let p = posta("#LISTA_TITULOS#").await;
    assert_eq!(p.caixa.recebidas()[0].de, "retorno@cobranca.exemplo");
    let falha = p.failed("5.1.1");
    assert_eq!(p.tell("outro-segredo-de-teste-longo", falha.clone()).await.status, 403);
    assert_eq!(p.servico.given_up(p.titulo), (vec![], vec![]));
    for _ in 0..2 {
        assert_eq!(p.tell(SEGREDO, falha.clone()).await.status, 204);
        let execucao = p.servico.only_in("devolvida").await;
        assert_eq!(execucao["motivo"], "nao_entregue");
        let mortos = vec!["maria@exemplo.com.br: a mensagem voltou (5.1.1)".to_owned()];
        assert_eq!(p.servico.given_up(p.titulo), (mortos, vec![]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_for_what_it_is_leaves_the_address_as_it_was() {
    for status in ["5.7.1", "4.4.7"] {
        let p = posta("#LISTA_TITULOS#").await;
        assert_eq!(p.tell(SEGREDO, p.failed(status)).await.status, 204);
        p.servico.only_in("devolvida").await;
        assert_eq!(p.servico.given_up(p.titulo), (vec![], vec![]), "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_arrived_stays_so_and_a_complaint_ends_e_mails() {
    let p = posta("#LISTA_TITULOS#").await;
    let entregue = p.failed("2.0.0").replace("Action: failed", "Action: delivered");
    assert_eq!(p.tell(SEGREDO, entregue).await.status, 204);
    p.servico.only_in("entregue").await;
    let reclamacao =
        |tipo: &str| p.report("feedback-report", &format!("Feedback-Type: {tipo}\r\nVersion: 1\r\n"));
    assert_eq!(p.tell(SEGREDO, reclamacao("not-spam")).await.status, 204);
    assert_eq!(p.servico.given_up(p.titulo), (vec![], vec![]));
    for _ in 0..2 {
        assert_eq!(p.tell(SEGREDO, reclamacao("abuse")).await.status, 204);
        let saidas = vec!["email: marcou um e-mail como indesejado".to_owned()];
        assert_eq!(p.servico.given_up(p.titulo), (vec![], saidas));
    }
    p.servico.only_in("entregue").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_report_of_ours_changes_nothing() {
    let p = posta("#LISTA_TITULOS#").await;
    let falha = p.failed("5.1.1");
    let alheia = falha.replace(&format!("@{DOMINIO}>"), "@outro.exemplo>");
    assert_ne!(alheia, falha);
    let id = p.servico.only_in("enviada").await["id"].as_str().unwrap().to_owned();
    let desconhecida = falha.replace(&format!("<{id}@"), "<00000000-0000-7000-8000-000000000000@");
    assert_ne!(desconhecida, falha);
    for nada in [alheia, desconhecida, "Subject: Estou de ferias\r\n\r\nVolto logo.".to_owned()] {
        assert_eq!(p.tell(SEGREDO, nada).await.status, 204);
    }
    for lixo in [&b""[..], b"{}", b"\xff\0\xfe"] {
        let resposta = p.tell(SEGREDO, lixo).await;
        assert_eq!((resposta.status, &resposta.json["codigo"]), (400, &json!("recibo_ilegivel")), "{lixo:?}");
    }
    // Larger than other bodies may be, and still bounded.
    let mut grande = format!("{falha}{}", " ".repeat(400_000)).replace("5.1.1", "4.4.1");
    assert_eq!(p.tell(SEGREDO, grande.clone()).await.status, 204);
    p.servico.only_in("devolvida").await;
    grande.push_str(&" ".repeat(1024 * 1024));
    assert_eq!(p.tell(SEGREDO, grande).await.status, 413);
    assert_eq!(p.servico.without_key().get(&format!("/v1/recibos/email/{SEGREDO}")).await.status, 404);
    assert_eq!(p.servico.given_up(p.titulo), (vec![], vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_secret_nobody_is_believed() {
    let (servico, _dispatcher) = Servico::with(vec![]);
    let resposta =
        servico.without_key().upload("/v1/recibos/email/x", "message/rfc822", "Subject: x\r\n\r\n").await;
    assert_eq!(resposta.status, 404);
}
