//! The sections, their defaults and the limits of each value.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::de::{DeserializeOwned, Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::Segredo;

/// `[banco]`: PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Banco {
    /// `postgres://…`. Required by everything that keeps data; `make` starts a private PostgreSQL and sets it.
    pub url: Option<Segredo>,
    /// Connections per pool, 1 to 64. More than the database has cores makes it slower, not faster.
    pub conexoes: u32,
}

impl Default for Banco {
    fn default() -> Self {
        Self { url: None, conexoes: 4 }
    }
}

/// `[amqp]`: RabbitMQ.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Amqp {
    /// `amqp://…`. Without one the bus is inside the process.
    pub url: Option<Segredo>,
}

/// `[http]`: the server.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Address to listen on. The default is reachable from this machine only.
    pub endereco: IpAddr,
    /// Port; 0 takes a free one.
    pub porta: u16,
    /// Origins that a browser may call from (`https://painel.exemplo.com.br`); none by default.
    #[serde(deserialize_with = "lista")]
    pub cors: Vec<String>,
    /// Requests a minute that each API key has, in each process; 0 for no limit. They may come all at once.
    pub pedidos_por_minuto: u32,
    /// Where people reach this API from outside (`https://cobranca.exemplo.com.br`), for the addresses in what is sent to them.
    pub endereco_publico: Option<String>,
}

impl Http {
    /// Address and port together.
    #[must_use]
    pub fn socket(&self) -> SocketAddr {
        SocketAddr::new(self.endereco, self.porta)
    }
}

impl Default for Http {
    fn default() -> Self {
        Self {
            endereco: IpAddr::V4(Ipv4Addr::LOCALHOST),
            porta: 8080,
            cors: Vec::new(),
            pedidos_por_minuto: 30_000,
            endereco_publico: None,
        }
    }
}

/// `[smtp]`: the outgoing mail server.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Smtp {
    /// Name or address of the server. Without one only the sandbox can send.
    pub host: Option<String>,
    /// Port.
    pub porta: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// Login, when the server asks for one.
    pub usuario: Option<String>,
    /// Password of `usuario`.
    pub senha: Option<Segredo>,
    /// Sessions kept open at most, 1 to 64.
    pub max_sessoes: u16,
    /// Messages that this account takes a second, 1 to 10,000, of all processes together; as many as there are without one.
    pub por_segundo: Option<u16>,
    /// Domain of the Message-ID, and the name given in EHLO.
    pub remetente_dominio: String,
    /// Address that what comes back is sent to, by which the reports reach this API; each company's own without one.
    pub retorno: Option<String>,
    /// Whoever knows it may tell what came back, at `/v1/recibos/email/{segredo}`; nobody without one. 16 characters at least.
    pub segredo_avisos: Option<Segredo>,
    /// What the addresses to unsubscribe at are signed with, 32 characters at least. With `http.endereco_publico` every e-mail has one.
    pub segredo_descadastro: Option<Segredo>,
    /// What messages are signed with; nothing without it.
    pub dkim: Option<Dkim>,
}

impl Default for Smtp {
    fn default() -> Self {
        Self {
            host: None,
            porta: 587,
            tls: Tls::Starttls,
            usuario: None,
            senha: None,
            max_sessoes: 8,
            por_segundo: None,
            remetente_dominio: "localhost.localdomain".to_owned(),
            retorno: None,
            segredo_avisos: None,
            segredo_descadastro: None,
            dkim: None,
        }
    }
}

/// `[smtp.dkim]`: the signature of a domain.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dkim {
    /// The name of the key: its public half stands at `seletor._domainkey.dominio` in the DNS.
    pub seletor: String,
    /// The domain that signs; that of the senders' addresses, or receivers give it no weight.
    pub dominio: String,
    /// The private key, PEM: RSA of 2048 to 4096 bits, or Ed25519.
    pub chave: Segredo,
}

/// Protection of a connection to the mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// None: only for a server on the same machine.
    Nenhum,
    /// Starts plain and is upgraded; refused when the server does not offer it.
    Starttls,
    /// TLS from the first byte (port 465).
    Implicito,
}

/// `[sms]`: the provider of SMS. What it needs depends on which it is, so the rest of the section is read by whoever knows it.
/// `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Sms {
    /// Messages that this account takes a second, 1 to 10,000, of all processes together; as many as there are without one.
    pub por_segundo: Option<u16>,
    provedor: Value,
}

impl<'de> Deserialize<'de> for Sms {
    fn deserialize<D: Deserializer<'de>>(entrada: D) -> Result<Self, D::Error> {
        let (por_segundo, provedor) = account(entrada, "sms")?;
        Ok(Self { por_segundo, provedor })
    }
}

/// The rate of an account, and what is left of its section.
fn account<'de, D: Deserializer<'de>>(entrada: D, secao: &str) -> Result<(Option<u16>, Value), D::Error> {
    let mut campos = Map::deserialize(entrada)?;
    // From the environment everything is a text.
    let read = |valor: Value| match valor.as_str() {
        Some(texto) => texto.parse().ok(),
        None => u16::deserialize(valor).ok(),
    };
    let recusa = || D::Error::custom(format!("{secao}.por_segundo deve ser um número inteiro de até 10000"));
    let lido = campos.remove("por_segundo").map(|valor| read(valor).ok_or_else(recusa));
    Ok((lido.transpose()?, Value::Object(campos)))
}

impl Sms {
    /// Reads the section as what it has to be.
    ///
    /// # Errors
    /// Something in it is missing, unknown or of the wrong type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(self.provedor.clone())
    }
}

impl fmt::Debug for Sms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sms(***)")
    }
}

/// `[enriquecimento]`: the provider that is asked how else a debtor can be reached. As of [`Sms`], whoever knows it reads the rest.
/// `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Enriquecimento {
    /// Questions that this account takes a second, 1 to 10,000, of all processes together; as many as there are without one.
    pub por_segundo: Option<u16>,
    provedor: Value,
}

impl<'de> Deserialize<'de> for Enriquecimento {
    fn deserialize<D: Deserializer<'de>>(entrada: D) -> Result<Self, D::Error> {
        let (por_segundo, provedor) = account(entrada, "enriquecimento")?;
        Ok(Self { por_segundo, provedor })
    }
}

impl Enriquecimento {
    /// Reads the section as what it has to be.
    ///
    /// # Errors
    /// Something in it is missing, unknown or of the wrong type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(self.provedor.clone())
    }
}

impl fmt::Debug for Enriquecimento {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Enriquecimento(***)")
    }
}

/// `[dispatcher]`: the consumers of the channels.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dispatcher {
    /// Channels this process sends on; without any, those that are configured.
    #[serde(deserialize_with = "lista")]
    pub canais: Vec<String>,
    /// Seconds a claimed execução belongs to its worker, 10 to 3,600. Longer than the slowest provider call, which for
    /// e-mail is the ten minutes that RFC 5321 gives a server for its last reply.
    pub lease_s: u32,
    /// Seconds a queued message may stay unclaimed before it is taken for lost and published again, 5 to 86,400.
    pub fila_s: u32,
    /// Messages taken from the broker ahead of time, 1 to 2,000.
    pub prefetch: u16,
    /// Provider calls at the same time, 1 to 256.
    pub concorrencia: u16,
    /// Executions of a company that may wait on the queue of a channel, 100 to 60,000: how far ahead of the others of the
    /// company one is that is decided now.
    pub na_fila: u16,
    /// Seconds an execution may be in doubt before a person is asked, 60 to 2,592,000.
    pub revisao_s: u32,
    /// Whether providers may be on this machine or in its private network, and without TLS: a gateway of the house.
    pub rede_interna: bool,
    /// Seconds between two looks of the sweeper for what got stuck, 1 to 3,600.
    pub varredura_s: u32,
}

impl Default for Dispatcher {
    fn default() -> Self {
        Self {
            canais: Vec::new(),
            lease_s: 900,
            fila_s: 300,
            prefetch: 200,
            concorrencia: 16,
            na_fila: 2_000,
            revisao_s: 86_400,
            rede_interna: false,
            varredura_s: 15,
        }
    }
}

/// `[sandbox]`: nothing leaves the machine.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sandbox {
    /// Whether providers write files instead of sending, and the clock can be moved.
    pub ativo: bool,
    /// Where what would have been sent is written.
    pub saida_dir: PathBuf,
}

impl Default for Sandbox {
    fn default() -> Self {
        Self { ativo: false, saida_dir: PathBuf::from("data/saida") }
    }
}

/// `[negativacao]`: how entries at bureaus are handed over.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Negativacao {
    /// Seconds between two looks at what has to be included or taken off, 1 to 3600.
    pub intervalo_s: u32,
    /// Seconds for which an entry waits for others to go in one remessa with, 0 to 86400.
    pub agrupar_s: u32,
    /// Debts in a remessa at most, 1 to 100000; the retorno of more could not be taken. Their títulos are held while it is begun.
    pub registros: u32,
}

impl Default for Negativacao {
    fn default() -> Self {
        Self { intervalo_s: 30, agrupar_s: 900, registros: 10_000 }
    }
}

/// `[arquivos]`: what is downloaded.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Arquivos {
    /// Where their bytes are kept. Whoever makes them and whoever serves them read the same directory.
    pub dir: PathBuf,
    /// How many days they are kept, 1 to 3650; then their bytes go, and who fetched them stays.
    pub dias: u32,
    /// Seconds after the last letter of a night before its file is made, 0 to 3600.
    pub espera_s: u32,
    /// Seconds after the first one, whatever is still on its way, 1 to 86400.
    pub paciencia_s: u32,
}

impl Default for Arquivos {
    fn default() -> Self {
        Self { dir: PathBuf::from("data/arquivos"), dias: 365, espera_s: 10, paciencia_s: 900 }
    }
}

/// `[log]`: what is written and how.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// Lines for people or for machines.
    pub formato: Formato,
    /// An env-filter expression, as in `info,web=debug`.
    pub filtro: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { formato: Formato::Texto, filtro: "info".to_owned() }
    }
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Formato {
    /// For people.
    Texto,
    /// One JSON object a line.
    Json,
}

/// A list from TOML, or one string with commas from the environment.
fn lista<'de, D: Deserializer<'de>>(entrada: D) -> Result<Vec<String>, D::Error> {
    struct Lista;
    impl<'de> Visitor<'de> for Lista {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("uma lista, ou um texto separado por vírgulas")
        }

        fn visit_str<E>(self, texto: &str) -> Result<Self::Value, E> {
            Ok(texto.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut itens: A) -> Result<Self::Value, A::Error> {
            let mut lista = Vec::new();
            while let Some(item) = itens.next_element()? {
                lista.push(item);
            }
            Ok(lista)
        }
    }
    entrada.deserialize_any(Lista)
}
