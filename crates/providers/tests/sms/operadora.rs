//! The carrier itself: what its ledger promises.

use providers::operadora::{Como, Fala, Fase, Forma, Operadora, Roteiro};
use providers::sms::{ClienteSms, Resultado};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::apoio::{TODOS, antena, base, chave, cliente, cliente_de, config, http, pedido, segredo};

#[tokio::test]
async fn each_message_is_a_file_that_a_person_can_read() {
    let antena = antena(Roteiro::normal()).await;
    cliente("http", &antena).send(&pedido(1, "Olá,\nseu título venceu.")).await;
    let recebida = antena.operadora.recebidas().remove(0);
    let texto = std::fs::read_to_string(&recebida.arquivo).unwrap();
    let esperado =
        format!("De: EXEMPLO\nPara: +5511987654321\nId: {}\n\nOlá,\nseu título venceu.\n", recebida.id);
    assert_eq!(texto, esperado);
    assert!(recebida.arquivo.starts_with(antena.dir.path()));
}

#[tokio::test]
async fn what_was_accepted_is_on_the_disk_before_it_is_said() {
    for nome in TODOS {
        let antena = antena(Roteiro::sempre(Fase::Pedido, Fala::guardando(Como::Cortar))).await;
        cliente(nome, &antena).send(&pedido(1, "Ola")).await;
        let livro = std::fs::read_to_string(antena.dir.path().join("registro.jsonl")).unwrap();
        assert_eq!(livro.lines().count(), 1, "{nome}");
        assert!(antena.operadora.recebidas()[0].arquivo.exists(), "{nome}");
    }
}

#[tokio::test]
async fn a_restart_forgets_nothing_and_a_line_cut_short_was_never_said() {
    let antena = antena(Roteiro::normal()).await;
    let Resultado::Aceita { id, .. } = cliente("http", &antena).send(&pedido(1, "Ola")).await else {
        panic!()
    };
    antena.operadora.parar().await;
    let livro = antena.dir.path().join("registro.jsonl");
    let mut bytes = std::fs::read(&livro).unwrap();
    let inteiro = bytes.len();
    bytes.extend_from_slice(br#"{"ordem":1,"id":"x","cha"#);
    std::fs::write(&livro, bytes).unwrap();

    let operadora = Operadora::start(antena.dir.path(), Roteiro::normal()).await.unwrap();
    assert_eq!((operadora.total(), std::fs::read(&livro).unwrap().len()), (1, inteiro));
    let endereco = format!("http://{}", operadora.addr());
    let cliente = cliente_de(config("http", &endereco, ""), std::time::Duration::from_secs(20));
    let Resultado::Aceita { id: outro, .. } = cliente.send(&pedido(1, "Ola")).await else { panic!() };
    assert_eq!((outro, operadora.total()), (id, 1));
    assert!(matches!(cliente.send(&pedido(2, "Ola")).await, Resultado::Aceita { .. }));
    assert_eq!((operadora.total(), operadora.copias(&chave(2).to_string())), (2, 1));
}

#[tokio::test]
async fn many_requests_with_one_key_at_once_are_one_message() {
    let antena = antena(Roteiro::normal()).await;
    let cliente = std::sync::Arc::new(cliente("http", &antena));
    let mut envios = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let cliente = std::sync::Arc::clone(&cliente);
        envios.spawn(async move { cliente.send(&pedido(1, "Ola")).await });
    }
    let resultados = envios.join_all().await;
    assert!(resultados.iter().all(|resultado| *resultado == resultados[0]), "{resultados:?}");
    assert_eq!((antena.operadora.total(), antena.operadora.pedidos()), (1, 40));
}

#[tokio::test]
async fn its_own_configuration_sends_to_it() {
    let antena = antena(Roteiro::normal()).await;
    let config = antena.operadora.config(Some(segredo()));
    let cliente = ClienteSms::new(config, http(std::time::Duration::from_secs(20))).unwrap();
    assert!(matches!(cliente.send(&pedido(1, "Ola")).await, Resultado::Aceita { .. }));
    let recebida = antena.operadora.recebidas().remove(0);
    assert_eq!((recebida.forma, recebida.chave), (Forma::Simples, Some(chave(1).to_string())));
}

/// Bytes that a client would not send: each gets an answer or a closed door, and the next client is served.
#[tokio::test]
async fn it_answers_strange_requests_and_goes_on() {
    let antena = antena(Roteiro::normal()).await;
    let longo = format!("POST /sms HTTP/1.1\r\nx: {}\r\n\r\n", "a".repeat(70_000));
    for (pedido, esperado) in [
        ("BANANA\r\n\r\n", "400"),
        ("POST /outra HTTP/1.1\r\ncontent-length: 0\r\n\r\n", "404"),
        ("DELETE /sms HTTP/1.1\r\n\r\n", "404"),
        ("GET /sms/3/messages HTTP/1.1\r\n\r\n", "404"),
        ("POST /sms HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}", "400"),
        ("POST /sms/3/messages HTTP/1.1\r\ncontent-length: 2\r\n\r\n[]", "400"),
        ("POST /sms HTTP/1.1\r\ncontent-length: 99999999\r\n\r\n", "413"),
        ("POST /sms HTTP/1.1\r\ncontent-length: x\r\n\r\n", "400"),
        ("POST /sms HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", "411"),
        (&longo, "413"),
    ] {
        let mut fio = TcpStream::connect(antena.operadora.addr()).await.unwrap();
        fio.write_all(pedido.as_bytes()).await.unwrap();
        fio.shutdown().await.unwrap();
        let mut resposta = Vec::new();
        // A door closed on unread bytes may reset the connection behind the answer.
        let _fim = fio.read_to_end(&mut resposta).await;
        let resposta = String::from_utf8_lossy(&resposta).into_owned();
        assert!(resposta.starts_with(&format!("HTTP/1.1 {esperado} ")), "{pedido:.40}: {resposta}");
    }
    assert!(matches!(cliente("get", &antena).send(&pedido(1, "Ola")).await, Resultado::Aceita { .. }));
    assert_eq!((antena.operadora.total(), base(&antena).is_empty()), (1, false));
}
