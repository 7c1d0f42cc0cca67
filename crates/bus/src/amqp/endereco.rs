//! Where the broker is. Holds the password, so it has no `Debug` and its error says nothing of what it read.

use lapin::uri::AMQPUri;

/// Both sides send something at least this often; the connection is given up after two silent intervals.
const HEARTBEAT_S: u16 = 20;

/// A TCP connection that is not up by then is not coming up. Also ends the I/O thread of an attempt that was given up.
const CONEXAO_MS: u64 = 4_000;

/// Largest frame. A message is 4 kB at most; the client allocates 64 frames per connection, so the broker's default of
/// 128 kB would cost 8 MB each.
const FRAME_BYTES: u32 = 16 * 1024;

/// A parsed AMQP URL with our connection parameters.
#[derive(Clone)]
pub(super) struct Endereco(AMQPUri);

/// The text is not an AMQP URL. It is not repeated here, as it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the AMQP URL is not valid: expected amqp://user:password@host:port/vhost with a host name or an IPv4 address"
)]
pub struct EnderecoInvalido;

impl Endereco {
    pub(super) fn parse(url: &str) -> Result<Self, EnderecoInvalido> {
        // The client's parser reads an IPv6 host as none at all, and then takes localhost.
        if url.contains("://[") || url.contains("@[") {
            return Err(EnderecoInvalido);
        }
        let Ok(mut uri) = url.parse::<AMQPUri>() else {
            return Err(EnderecoInvalido);
        };
        uri.query.heartbeat = Some(HEARTBEAT_S);
        uri.query.connection_timeout = Some(CONEXAO_MS);
        uri.query.frame_max = Some(FRAME_BYTES);
        Ok(Self(uri))
    }

    pub(super) fn uri(&self) -> AMQPUri {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_parameters_win_over_the_url() {
        let uri = Endereco::parse("amqp://ana:s3nh%40@10.0.0.7:5673/cob%2fx?heartbeat=600").unwrap().uri();
        assert_eq!(
            (uri.authority.host.as_str(), uri.authority.port, uri.vhost.as_str()),
            ("10.0.0.7", 5673, "cob/x")
        );
        assert_eq!(uri.authority.userinfo.password, "s3nh@");
        assert_eq!(uri.query.heartbeat, Some(HEARTBEAT_S));
        assert_eq!(uri.query.frame_max, Some(FRAME_BYTES));
    }

    #[test]
    fn what_is_not_an_amqp_url_is_refused_without_being_quoted() {
        for url in [
            "",
            "s3nha",
            "http://ana:s3nha@host/",
            "amqp:s3nha",
            "amqp://ana:s3nha@[::1]:5672/",
            "amqp://[::1]",
        ] {
            let erro = Endereco::parse(url).err().unwrap();
            assert!(!format!("{erro} {erro:?}").contains("s3nha"), "{url}");
        }
    }
}
