//! Reading: file, then conventional names, then `COBRANCA_*`; and the limits of the values.

use std::path::{Path, PathBuf};

use super::Config;

/// The file a process looks for in its working directory.
const ARQUIVO: &str = "cobranca.toml";
const PREFIXO: &str = "COBRANCA_";
const SEPARADOR: &str = "__";
/// Names under our prefix that are no configuration: where the file is, and what the command line and the tests read.
const ALHEIAS: [&str; 3] = ["CONFIG", "URL", "CHAVE"];
const ALHEIAS_PREFIXO: &str = "TESTE_";

/// Why a process cannot start with what it was told. Names keys, never the values of secrets.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file or a value cannot be read, or a key does not exist.
    #[error("configuração inválida: {0}")]
    Leitura(#[from] config::ConfigError),
    /// A variable under our prefix that names no section.
    #[error("variável {nome} não é uma configuração; escreva COBRANCA_<SEÇÃO>__<CHAVE>")]
    Variavel {
        /// The variable.
        nome: String,
    },
    /// A value outside its limits.
    #[error("{chave} deve estar entre {min} e {max}")]
    ForaDoLimite {
        /// The key, as `section.key`.
        chave: &'static str,
        /// Smallest allowed value.
        min: u32,
        /// Largest allowed value.
        max: u32,
    },
    /// A value that says nothing.
    #[error("{chave} está vazio")]
    Vazio {
        /// The key, as `section.key`.
        chave: &'static str,
    },
}

impl Config {
    /// The configuration of this process: its environment, and `cobranca.toml` of the working directory if it exists
    /// (`COBRANCA_CONFIG` names another file, which then must exist).
    ///
    /// # Errors
    /// An unreadable file, an unknown key, or a value outside its limits.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn load() -> Result<Self, ConfigError> {
        let pedido = std::env::var_os("COBRANCA_CONFIG").map(PathBuf::from);
        let padrao = PathBuf::from(ARQUIVO);
        let arquivo = pedido.or_else(|| padrao.exists().then_some(padrao));
        // A variable that is not UTF-8 is not ours: our values are text.
        let ambiente =
            std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
        Self::read(arquivo.as_deref(), ambiente)
    }

    /// The configuration that `arquivo` and `ambiente` say. An empty variable says nothing.
    ///
    /// # Errors
    /// An unreadable file, an unknown key, or a value outside its limits.
    pub fn read(
        arquivo: Option<&Path>,
        ambiente: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut leitor = config::Config::builder();
        if let Some(arquivo) = arquivo {
            leitor = leitor.add_source(config::File::from(arquivo).format(config::FileFormat::Toml));
        }
        for (chave, valor) in chaves(ambiente)? {
            leitor = leitor.set_override(chave, valor)?;
        }
        let config: Self = leitor.build()?.try_deserialize()?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        // Without one there is no limit to be within.
        let por_segundo = |taxa: Option<u16>| taxa.map_or(1, u32::from);
        let enriquecimento = self.enriquecimento.as_ref().and_then(|secao| secao.por_segundo);
        let limites = [
            ("banco.conexoes", self.banco.conexoes, 1, 64),
            ("smtp.max_sessoes", self.smtp.max_sessoes.into(), 1, 64),
            ("smtp.por_segundo", por_segundo(self.smtp.por_segundo), 1, 10_000),
            ("sms.por_segundo", por_segundo(self.sms.as_ref().and_then(|sms| sms.por_segundo)), 1, 10_000),
            ("enriquecimento.por_segundo", por_segundo(enriquecimento), 1, 10_000),
            ("dispatcher.lease_s", self.dispatcher.lease_s, 10, 3_600),
            ("dispatcher.fila_s", self.dispatcher.fila_s, 5, 86_400),
            ("dispatcher.prefetch", self.dispatcher.prefetch.into(), 1, 2_000),
            ("dispatcher.concorrencia", self.dispatcher.concorrencia.into(), 1, 256),
            ("dispatcher.na_fila", self.dispatcher.na_fila.into(), 100, 60_000),
            ("dispatcher.revisao_s", self.dispatcher.revisao_s, 60, 2_592_000),
            ("dispatcher.varredura_s", self.dispatcher.varredura_s, 1, 3_600),
            ("negativacao.intervalo_s", self.negativacao.intervalo_s, 1, 3_600),
            ("negativacao.agrupar_s", self.negativacao.agrupar_s, 0, 86_400),
            ("negativacao.registros", self.negativacao.registros, 1, 100_000),
            ("arquivos.dias", self.arquivos.dias, 1, 3_650),
            ("arquivos.espera_s", self.arquivos.espera_s, 0, 3_600),
            ("arquivos.paciencia_s", self.arquivos.paciencia_s, 1, 86_400),
        ];
        for (chave, valor, min, max) in limites {
            if !(min..=max).contains(&valor) {
                return Err(ConfigError::ForaDoLimite { chave, min, max });
            }
        }
        if self.smtp.remetente_dominio.trim().is_empty() {
            return Err(ConfigError::Vazio { chave: "smtp.remetente_dominio" });
        }
        Ok(())
    }
}

/// The variables that speak to us, as `section.key`, the weaker first.
fn chaves(
    ambiente: impl IntoIterator<Item = (String, String)>,
) -> Result<Vec<(String, String)>, ConfigError> {
    let (mut convencionais, mut nossas) = (Vec::new(), Vec::new());
    for (nome, valor) in ambiente {
        if valor.is_empty() {
            continue;
        }
        match nome.as_str() {
            "DATABASE_URL" => convencionais.push(("banco.url".to_owned(), valor)),
            "AMQP_URL" => convencionais.push(("amqp.url".to_owned(), valor)),
            _ => {
                if let Some(chave) = chave_nossa(&nome)? {
                    nossas.push((chave, valor));
                }
            }
        }
    }
    convencionais.append(&mut nossas);
    Ok(convencionais)
}

fn chave_nossa(nome: &str) -> Result<Option<String>, ConfigError> {
    let Some(resto) = nome.strip_prefix(PREFIXO) else {
        return Ok(None);
    };
    if ALHEIAS.contains(&resto) || resto.starts_with(ALHEIAS_PREFIXO) {
        return Ok(None);
    }
    match resto.split_once(SEPARADOR) {
        Some((secao, chave)) if !secao.is_empty() && !chave.is_empty() => {
            let chave = chave.replace(SEPARADOR, ".").to_lowercase();
            Ok(Some(format!("{}.{chave}", secao.to_lowercase())))
        }
        Some(_) | None => Err(ConfigError::Variavel { nome: nome.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::config::{Formato, Segredo, Tls};

    fn ler(toml: &str, ambiente: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let mut arquivo = tempfile::NamedTempFile::new().unwrap();
        arquivo.write_all(toml.as_bytes()).unwrap();
        Config::read(Some(arquivo.path()), ambiente.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn nothing_said_is_the_demonstration() {
        let config = Config::read(None, []).unwrap();
        assert_eq!(config, Config::default());
        assert!(config.http.endereco.is_loopback());
        assert!(config.http.cors.is_empty());
        assert_eq!(config.banco.url, None);
    }

    #[test]
    fn the_environment_wins_over_the_file_and_the_specific_name_over_the_conventional() {
        let toml =
            "[http]\nporta = 9000\ncors = ['https://a.example']\n[banco]\nurl = 'postgres://arquivo'\n";
        let config =
            ler(toml, &[("DATABASE_URL", "postgres://convencional"), ("COBRANCA_HTTP__PORTA", "9001")]);
        let config = config.unwrap();
        assert_eq!(config.http.porta, 9001);
        assert_eq!(config.http.cors, ["https://a.example"]);
        assert_eq!(config.banco.url, Some(Segredo::new("postgres://convencional")));
        let ambiente =
            [("COBRANCA_BANCO__URL", "postgres://nossa"), ("DATABASE_URL", "postgres://convencional")];
        assert_eq!(ler(toml, &ambiente).unwrap().banco.url, Some(Segredo::new("postgres://nossa")));
    }

    #[test]
    fn every_kind_of_value_can_come_from_the_environment() {
        let config = ler(
            "",
            &[
                ("AMQP_URL", "amqp://guest@localhost"),
                ("COBRANCA_HTTP__CORS", "https://a.example, https://b.example"),
                ("COBRANCA_HTTP__ENDERECO", "::1"),
                ("COBRANCA_SMTP__TLS", "implicito"),
                ("COBRANCA_SMTP__SENHA", "0123"),
                ("COBRANCA_SMTP__DKIM__SELETOR", "s1"),
                ("COBRANCA_SMTP__DKIM__DOMINIO", "exemplo.com.br"),
                ("COBRANCA_SMTP__DKIM__CHAVE", "-----BEGIN\nPRIVATE KEY-----"),
                ("COBRANCA_SANDBOX__ATIVO", "true"),
                ("COBRANCA_LOG__FORMATO", "json"),
                ("COBRANCA_DISPATCHER__CANAIS", "email,sms"),
            ],
        )
        .unwrap();
        assert_eq!(config.amqp.url, Some(Segredo::new("amqp://guest@localhost")));
        assert_eq!(config.http.cors, ["https://a.example", "https://b.example"]);
        assert_eq!(config.http.socket().to_string(), "[::1]:8080");
        assert_eq!(config.smtp.tls, Tls::Implicito);
        assert_eq!(config.smtp.senha, Some(Segredo::new("0123")));
        let dkim = config.smtp.dkim.unwrap();
        assert_eq!((dkim.seletor.as_str(), dkim.dominio.as_str()), ("s1", "exemplo.com.br"));
        assert_eq!(dkim.chave.expor(), "-----BEGIN\nPRIVATE KEY-----");
        assert!(config.sandbox.ativo);
        assert_eq!(config.log.formato, Formato::Json);
        assert_eq!(config.dispatcher.canais, ["email", "sms"]);
    }

    #[test]
    fn an_unknown_key_is_refused_wherever_it_stands() {
        for (toml, ambiente) in [
            ("[http]\nport = 1\n", vec![]),
            ("[https]\nporta = 1\n", vec![]),
            ("", vec![("COBRANCA_HTTP__PORT", "1")]),
            ("", vec![("COBRANCA_HTTPS__PORTA", "1")]),
            ("", vec![("COBRANCA_HTTP_PORTA", "1")]),
            ("", vec![("COBRANCA___PORTA", "1")]),
            ("", vec![("COBRANCA_SMTP__DKIM__SELETOR", "s1")]),
            ("[smtp.dkim]\nselector = 's1'\n", vec![]),
        ] {
            let resultado = ler(toml, &ambiente);
            assert!(resultado.is_err(), "{toml:?} {ambiente:?} gave {resultado:?}");
        }
    }

    #[test]
    fn what_belongs_to_others_and_what_is_empty_says_nothing() {
        let ambiente = [
            ("COBRANCA_TESTE_PG", "postgres://x"),
            ("COBRANCA_URL", "http://x"),
            ("COBRANCA_HTTP__PORTA", ""),
            ("DATABASE_URL", ""),
            ("PATH", "/bin"),
        ];
        assert_eq!(ler("", &ambiente).unwrap(), Config::default());
    }

    #[test]
    fn a_value_outside_its_limits_is_refused_by_name() {
        for (nome, valor, chave) in [
            ("COBRANCA_BANCO__CONEXOES", "0", "banco.conexoes"),
            ("COBRANCA_BANCO__CONEXOES", "65", "banco.conexoes"),
            ("COBRANCA_DISPATCHER__LEASE_S", "9", "dispatcher.lease_s"),
            ("COBRANCA_DISPATCHER__PREFETCH", "0", "dispatcher.prefetch"),
            ("COBRANCA_SMTP__REMETENTE_DOMINIO", " ", "smtp.remetente_dominio"),
        ] {
            let erro = ler("", &[(nome, valor)]).unwrap_err().to_string();
            assert!(erro.starts_with(chave), "{nome}={valor}: {erro}");
        }
        assert!(ler("", &[("COBRANCA_HTTP__PORTA", "70000")]).is_err());
    }

    #[test]
    fn the_rate_of_an_account_is_read_beside_what_only_its_provider_knows() {
        let toml = "[smtp]\npor_segundo = 14\n[sms]\nprovedor = 'zenvia'\ntoken = 't'\npor_segundo = 20\n";
        let config = ler(toml, &[]).unwrap();
        let sms = config.sms.unwrap();
        assert_eq!((config.smtp.por_segundo, sms.por_segundo), (Some(14), Some(20)));
        let provedor: serde_json::Value = sms.read().unwrap();
        assert_eq!(provedor, serde_json::json!({"provedor": "zenvia", "token": "t"}));
        let ambiente = [("COBRANCA_SMTP__POR_SEGUNDO", "1"), ("COBRANCA_SMS__POR_SEGUNDO", "10000")];
        let config = ler("", &ambiente).unwrap();
        assert_eq!((config.smtp.por_segundo, config.sms.unwrap().por_segundo), (Some(1), Some(10_000)));
        for (nome, valor) in [
            ("COBRANCA_SMTP__POR_SEGUNDO", "0"),
            ("COBRANCA_SMTP__POR_SEGUNDO", "10001"),
            ("COBRANCA_SMTP__POR_SEGUNDO", "2.5"),
            ("COBRANCA_SMS__POR_SEGUNDO", "0"),
            ("COBRANCA_SMS__POR_SEGUNDO", "10001"),
            ("COBRANCA_SMS__POR_SEGUNDO", "70000"),
            ("COBRANCA_SMS__POR_SEGUNDO", "vinte"),
        ] {
            let erro = ler("", &[(nome, valor)]).unwrap_err().to_string();
            assert!(erro.contains("por_segundo"), "{nome}={valor}: {erro}");
        }
    }

    #[test]
    fn a_secret_never_shows() {
        let ambiente = [("DATABASE_URL", "postgres://u:canario@h/b"), ("COBRANCA_SMTP__SENHA", "canario")];
        let config = ler("", &ambiente).unwrap();
        assert!(!format!("{config:?}").contains("canario"));
        assert_eq!(config.smtp.senha.unwrap().expor(), "canario");
    }

    #[test]
    fn a_named_file_must_exist() {
        assert!(Config::read(Some(Path::new("/nao/existe.toml")), []).is_err());
    }
}
