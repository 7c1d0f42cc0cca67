//! The client of the black-box tests, against a socket that shows what it sent.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics is a test that fails")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Http, wait_for, wait_until};

/// Answers one request with `answer` and gives back the request's text, which ends with `ending`.
fn serve_once(answer: &'static str, ending: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut piece = [0; 1024];
        while !request.ends_with(ending.as_bytes()) {
            let read = socket.read(&mut piece).unwrap();
            assert!(read > 0, "the request ended early");
            request.extend_from_slice(&piece[..read]);
        }
        socket.write_all(answer.as_bytes()).unwrap();
        String::from_utf8(request).unwrap()
    });
    (base, server)
}

#[tokio::test]
async fn a_call_carries_the_key_the_headers_and_the_body_and_brings_status_and_json() {
    let (base, server) = serve_once(
        "HTTP/1.1 201 Created\r\ncontent-length: 11\r\nconnection: close\r\n\r\n{\"ok\":true}",
        "{\"a\":1}",
    );
    let http = Http::new(&base).with_key("cob_chave").with_header("idempotency-key", "k1");
    let answer = http.post("/v1/titulos", &json!({"a": 1})).await.expect(201);
    assert_eq!(answer.json, json!({"ok": true}));
    let request = server.join().unwrap().to_lowercase();
    for part in ["post /v1/titulos http/1.1", "authorization: bearer cob_chave", "idempotency-key: k1"] {
        assert!(request.contains(part), "{part} is not in {request}");
    }
}

#[tokio::test]
async fn an_error_status_is_an_answer_and_an_empty_body_is_null() {
    let (base, server) =
        serve_once("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", "\r\n\r\n");
    let answer = Http::new(&base).delete("/v1/titulos/1").await;
    assert_eq!((answer.status, answer.json), (404, Value::Null));
    assert!(server.join().unwrap().starts_with("DELETE /v1/titulos/1 "));
}

#[tokio::test]
async fn waiting_looks_again_until_the_fact_is_there() {
    let mut looks = 0;
    let seen = wait_for(Duration::from_secs(10), async || {
        looks += 1;
        (looks == 3).then_some("chegou")
    })
    .await;
    assert_eq!((seen, looks), ("chegou", 3));
}

#[tokio::test]
#[should_panic(expected = "http.rs")]
async fn waiting_in_vain_panics_at_the_deadline_and_names_the_line_that_waited() {
    wait_until(Duration::from_millis(30), async || false).await;
}
