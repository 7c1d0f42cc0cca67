//! Rows `correio` and `correio_1`: e-mails, over what the same mail server takes from who does nothing but send.
//!
//! `correio` is one dispatcher from the queue to the server, with 32 kept sessions, and `correio_8` with eight: relay, quorum
//! queue, fence, message made, sent, result kept. An execution is claimed only when a session is free for it (rule j05), so
//! that with few sessions the claims are small and cost more a message. The limit is Postfix's smtp-source re-made: eight kept sessions, a message of the same size, made
//! beforehand, a verb at a time. `correio_1` is the client alone, a thousand messages on one session: a write that waits for
//! the server's delayed acknowledgement costs 40 ms a message, which is a ratio of 0.001.

mod fonte;
mod servidor;

use cobranca::Resultado;
use cobranca::terminal::note;
use providers::email::{ClienteSmtp, Config, Mensagem, Partes, Pessoa, Resultado as Fim, Tls};
use runtime::{Relogio, cronometro};

use crate::apoio::VEZES;
use crate::frota::{Escoamento, Frota};
use crate::linha::{Linha, Meta, say};
use crate::razao::{Razao, median};
pub(crate) use servidor::Servidor;

/// The rows of this part.
pub(crate) const LINHAS: [&str; 3] = ["correio", "correio_8", "correio_1"];
const DEVEDORES: u32 = 10_000;
const MENSAGENS: u32 = 30_000;
/// Sessions of the dispatcher, by row; and those of the limit, with which it keeps the server busy.
const SESSOES: [(&str, u16); 2] = [("correio", 32), ("correio_8", 8)];
const SESSOES_DO_LIMITE: u16 = 8;
/// Messages of the row with one session.
const NUMA_SESSAO: u32 = 1_000;

pub(crate) async fn measure(quer: &impl Fn(&str) -> bool, linhas: &mut Vec<Linha>) -> Resultado {
    let servidor = Servidor::start().await?;
    if quer("correio_1") {
        let mut razoes = Vec::new();
        for _ in 0..VEZES {
            razoes.push(one_session(&servidor).await?);
        }
        if let Some(razao) = median(razoes) {
            say(razao.into_linha(), linhas);
        }
    }
    let pedidas: Vec<_> = SESSOES.into_iter().filter(|(nome, _)| quer(nome)).collect();
    if pedidas.is_empty() {
        return Ok(());
    }
    note("montando 10.000 devedores com e-mail");
    let mut frota = Frota::start("email", DEVEDORES, 0).await?;
    for (nome, sessoes) in pedidas {
        let mut vezes = Vec::new();
        for _ in 0..VEZES {
            vezes.push(send_once(&mut frota, &servidor, sessoes).await?);
        }
        vezes.sort_by(|a, b| a.ratio().total_cmp(&b.ratio()));
        say(vezes.swap_remove(vezes.len() / 2).into_linha(nome, sessoes), linhas);
    }
    frota.stop().await
}

/// What a dispatcher is told of a mail server that it may have so many sessions with.
pub(crate) fn environment<'a>(porta: &'a str, sessoes: &'a str) -> [(&'static str, &'a str); 5] {
    [
        ("COBRANCA_SMTP__HOST", "127.0.0.1"),
        ("COBRANCA_SMTP__PORTA", porta),
        ("COBRANCA_SMTP__TLS", "nenhum"),
        ("COBRANCA_SMTP__MAX_SESSOES", sessoes),
        ("COBRANCA_DISPATCHER__CONCORRENCIA", sessoes),
    ]
}

/// A run beside its limit.
struct Vez {
    escoou: Escoamento,
    limite_por_s: f64,
    tamanho: usize,
}

impl Vez {
    fn ratio(&self) -> f64 {
        self.escoou.por_s / self.limite_por_s
    }

    fn into_linha(self, nome: &'static str, sessoes: u16) -> Linha {
        let trabalho =
            format!("{MENSAGENS} e-mails por um dispatcher, da fila ao servidor, {sessoes} sessões");
        let linha = Linha {
            limite: "smtp-source refeito: 8 sessões, uma mensagem pronta do mesmo tamanho".to_owned(),
            razao: Some(self.ratio()),
            meta: Some(Meta::AoMenos(0.2)),
            por_s: Some(self.escoou.por_s),
            limite_por_s: Some(self.limite_por_s),
            ..Linha::new(nome, trabalho, self.escoou.segundos)
        };
        linha
            .with("bytes por mensagem", f64::from(u32::try_from(self.tamanho).unwrap_or(u32::MAX)))
            .with("núcleos ocupados", self.escoou.nucleos)
            .with("núcleos ocupados pelo dispatcher", self.escoou.nucleos_dispatchers)
            .with("MB do dispatcher", f64::from(self.escoou.pico_kb) / 1024.0)
    }
}

async fn send_once(frota: &mut Frota, servidor: &Servidor, sessoes: u16) -> Resultado<Vez> {
    let (porta, sessoes) = (servidor.porta().to_string(), sessoes.to_string());
    frota.stock(MENSAGENS).await?;
    frota.serve(1, &environment(&porta, &sessoes)).await?;
    let antes = servidor.recebidas();
    let escoou = frota.drain().await?;
    let recebidas = servidor.recebidas().since(antes);
    if recebidas.mensagens != u64::from(MENSAGENS) {
        return Err(format!("o servidor recebeu {} mensagens", recebidas.mensagens).into());
    }
    let limite = fonte::send(servidor.porta(), SESSOES_DO_LIMITE, MENSAGENS, recebidas.size()).await?;
    let limite_por_s = f64::from(MENSAGENS) / limite.as_secs_f64();
    Ok(Vez { escoou, limite_por_s, tamanho: recebidas.size() })
}

async fn one_session(servidor: &Servidor) -> Resultado<Razao> {
    let mut config = Config::new("127.0.0.1", servidor.porta(), Tls::Nenhum);
    config.max_sessoes = 1;
    config.mensagens_por_sessao = NUMA_SESSAO;
    let cliente = ClienteSmtp::new(config)?;
    let mensagem = letter()?;
    let antes = servidor.recebidas();
    let medida = cronometro();
    for _ in 0..NUMA_SESSAO {
        if !matches!(cliente.send(&mensagem).await, Fim::Aceita { .. }) {
            return Err("o servidor não aceitou".into());
        }
    }
    let tempo = medida.decorrido();
    let tamanho = servidor.recebidas().since(antes).size();
    cliente.close().await;
    Ok(Razao {
        linha: "correio_1",
        trabalho: "1.000 e-mails por uma sessão, só o cliente",
        limite: "as mesmas mensagens, prontas, por uma sessão feita à mão",
        unidades: NUMA_SESSAO,
        tempo,
        tempo_limite: fonte::send(servidor.porta(), 1, NUMA_SESSAO, tamanho).await?,
        meta: Some(Meta::AoMenos(0.1)),
        onde: Vec::new(),
    })
}

fn letter() -> Resultado<Mensagem> {
    let pessoa = |endereco| Pessoa { nome: None, endereco };
    let para = [pessoa("devedor.1@example.com")];
    let texto = "Olá. Há um título em aberto.\n".repeat(16);
    Ok(Mensagem::new(&Partes {
        de: pessoa("cobranca@example.com"),
        retorno: None,
        para: &para,
        assunto: "Escola Campoverde",
        texto: &texto,
        html: &texto,
        message_id: "<medicao@example.com>",
        data: Relogio::Sistema.agora().into(),
        descadastro: None,
    })?)
}
