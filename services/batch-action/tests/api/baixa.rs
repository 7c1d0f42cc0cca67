//! A file as it comes over the wire: by a reader that may be slow, and that knows whether it came whole.

use std::time::Duration;

use domain::ids::EmpresaId;
use store::chaves;
use testkit::Sql;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use uuid::Uuid;
use web::Escopo;

use crate::apoio::{Servico, agora, key};

/// Bytes that the system keeps for a reader that does not read: few, so that a file does not fit into what lies between.
const JANELA: u32 = 16 * 1024;

/// Longer than any file of these tests takes; only a test that fails waits this long.
const PRAZO: Duration = Duration::from_mins(1);

/// A download whose head and first bytes are there. The rest is read when somebody asks for it.
pub(crate) struct Baixa {
    socket: TcpStream,
    cabeca: String,
    corpo: Vec<u8>,
}

impl Baixa {
    pub(crate) async fn begin(s: &Servico, chave: &str, caminho: &str) -> Self {
        let servidor = s.endereco.strip_prefix("http://").unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(JANELA).unwrap();
        let mut socket = socket.connect(servidor.parse().unwrap()).await.unwrap();
        let pedido = format!(
            "GET {caminho} HTTP/1.1\r\nHost: {servidor}\r\nAuthorization: Bearer {chave}\r\nConnection: close\r\n\r\n"
        );
        socket.write_all(pedido.as_bytes()).await.unwrap();
        let mut lido = Vec::new();
        loop {
            let fim = lido.windows(4).position(|bytes| bytes == b"\r\n\r\n");
            if let Some(fim) = fim.filter(|fim| lido.len() > fim + 4) {
                let corpo = lido.split_off(fim + 4);
                return Self { socket, cabeca: String::from_utf8(lido).unwrap().to_lowercase(), corpo };
            }
            assert_ne!(socket.read_buf(&mut lido).await.unwrap(), 0, "it ended at once");
        }
    }

    /// The whole file with its head, by a reader who reads.
    pub(crate) async fn whole(s: &Servico, caminho: &str) -> (String, Vec<u8>) {
        let chave = key(&s.titulos, s.empresa, &[Escopo::AcoesEmLoteLer]);
        timeout(PRAZO, Self::read(s, &chave, caminho)).await.expect("a file in time")
    }

    async fn read(s: &Servico, chave: &str, caminho: &str) -> (String, Vec<u8>) {
        let baixa = Self::begin(s, chave, caminho).await;
        let cabeca = baixa.cabeca.clone();
        assert!(cabeca.starts_with("http/1.1 200 "), "{cabeca}");
        (cabeca, baixa.rest().await.expect("a whole file"))
    }

    /// All of it; what came of one that broke off is the error.
    pub(crate) async fn rest(mut self) -> Result<Vec<u8>, Vec<u8>> {
        // A connection that is reset is one that broke off, too.
        let inteira = self.socket.read_to_end(&mut self.corpo).await.is_ok();
        if !self.cabeca.contains("transfer-encoding: chunked") {
            return if inteira { Ok(self.corpo) } else { Err(self.corpo) };
        }
        let (mut resto, mut arquivo) = (self.corpo.as_slice(), Vec::new());
        while let Some(linha) = resto.windows(2).position(|bytes| bytes == b"\r\n") {
            let quantos = usize::from_str_radix(str::from_utf8(&resto[..linha]).unwrap(), 16).unwrap();
            if quantos == 0 {
                return Ok(arquivo);
            }
            let Some(pedaco) = resto.get(linha + 2..linha + 2 + quantos) else { break };
            arquivo.extend_from_slice(pedaco);
            resto = resto.get(linha + 2 + quantos + 2..).unwrap_or_default();
        }
        Err(arquivo)
    }
}

/// The rows of a `.csv` without what begins it, in order; of each all cells but the last `sem`, which are ids.
pub(crate) fn rows(csv: &[u8], sem: usize) -> Vec<String> {
    let texto = str::from_utf8(csv).unwrap().strip_prefix('\u{feff}').unwrap();
    let cut = |linha: &str| linha.rsplitn(sem + 1, ';').last().unwrap().to_owned();
    let mut linhas = texto.split_terminator("\r\n").map(cut);
    let cabecalho = linhas.next().unwrap();
    let mut linhas: Vec<_> = linhas.collect();
    linhas.sort();
    linhas.insert(0, cabecalho);
    linhas
}

/// A key, and how it is revoked.
pub(crate) fn revocable(s: &Servico) -> (String, impl Fn()) {
    let chave = key(&s.titulos, s.empresa, &[Escopo::AcoesEmLoteLer]);
    let id = Uuid::parse_str(chave.split('_').nth(1).unwrap()).unwrap();
    let (banco, empresa) = (s.titulos.clone(), s.empresa);
    let revogar = move || assert!(banco.da_empresa(empresa, |t| chaves::revoke(t, id, agora())).unwrap());
    (chave, revogar)
}

/// So many debtors of Ana's with an e-mail and something open, whose names are long.
pub(crate) fn flood(sql: &mut Sql, empresa: EmpresaId, quantos: u32) {
    sql.run(&format!(
        "SET session_replication_role = replica;
         CREATE TEMP TABLE n AS SELECT n, gen_random_uuid() AS id FROM generate_series(1, {quantos}) n;
         INSERT INTO cadastro.devedor (empresa_id, id, nome, tipo_pessoa, gerente, criado_em, atualizado_em)
           SELECT '{empresa}', id, 'Antes ' || repeat('x', 150), 'isenta', 'Ana', now(), now() FROM n;
         INSERT INTO cadastro.titulo (empresa_id, id, codigo_integracao, devedor_id, numero, vencimento, valor, saldo, status, origem,
                                      status_em, criado_em, atualizado_em)
           SELECT '{empresa}', gen_random_uuid(), 'm' || n, id, 'N', '2026-02-10', 100, 100, 'aberto', 'original', now(), now(), now() FROM n;
         INSERT INTO cadastro.devedor_saldo SELECT '{empresa}', id, 100, 1 FROM n;
         INSERT INTO cadastro.devedor_codigo SELECT '{empresa}', 'm' || n, id FROM n;
         INSERT INTO cadastro.meio_contato (empresa_id, devedor_id, tipo, valor, ordem)
           SELECT '{empresa}', id, 'email', n || '@exemplo.com.br', 0 FROM n;
         ANALYZE cadastro.devedor, cadastro.devedor_codigo, cadastro.devedor_saldo, cadastro.meio_contato"
    ));
}
