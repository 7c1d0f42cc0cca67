//! RabbitMQ's management API, as far as tests need it.

use std::time::Duration;

use reqwest::{Method, StatusCode, Url};
use serde_json::{Value, json};

use crate::ambiente::block_on;

/// Creating a vhost waits for its message store; everything else answers in milliseconds.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The queue that listens in.
const TAP: &str = "escuta";

/// One node's management API and the login in its URL.
#[derive(Debug, Clone)]
pub(crate) struct Gestao(Url);

impl Gestao {
    pub(crate) fn new(url: Url) -> Self {
        Self(url)
    }

    /// Makes a vhost; the login gets every permission in it.
    pub(crate) fn create_vhost(&self, vhost: &str) {
        let status = self.call(Method::PUT, &["vhosts", vhost]).0;
        assert!(status.is_success(), "o RabbitMQ de teste recusou o vhost {vhost}: {status}");
    }

    /// Removes a vhost and everything in it, connections too.
    pub(crate) fn delete_vhost(&self, vhost: &str) {
        self.delete(&["vhosts", vhost]);
    }

    /// Whether the vhost is there.
    pub(crate) fn has_vhost(&self, vhost: &str) -> bool {
        self.call(Method::GET, &["vhosts", vhost]).0.is_success()
    }

    /// Deletes every queue of a vhost, with its messages. Answers their names.
    pub(crate) fn delete_queues(&self, vhost: &str) -> Vec<String> {
        let names = self.names(&["queues", vhost]);
        for name in &names {
            self.delete(&["queues", vhost, name]);
        }
        names
    }

    /// Closes every connection of a vhost from the broker's side. Answers how many.
    pub(crate) fn close_connections(&self, vhost: &str) -> usize {
        let names = self.names(&["vhosts", vhost, "connections"]);
        for name in &names {
            self.delete(&["connections", name]);
        }
        names.len()
    }

    /// Makes a queue that gets a copy of everything published to the exchange, which must be there.
    pub(crate) fn tap(&self, vhost: &str, exchange: &str) {
        let queue = self.call(Method::PUT, &["queues", vhost, TAP]).0;
        assert!(queue.is_success(), "PUT queues/{vhost}/{TAP}: {queue}");
        let binding = ["bindings", vhost, "e", exchange, "q", TAP];
        let bound = self.call_with(Method::POST, &binding, &json!({"routing_key": "#"})).0;
        assert!(bound.is_success(), "POST {binding:?}: {bound}");
    }

    /// What the tap has caught, each message with its properties.
    pub(crate) fn tapped(&self, vhost: &str) -> Vec<Value> {
        let wanted = json!({"count": 10_000, "ackmode": "ack_requeue_true", "encoding": "auto"});
        let (status, found) = self.call_with(Method::POST, &["queues", vhost, TAP, "get"], &wanted);
        assert!(status.is_success(), "{TAP}: {status}");
        found.as_array().cloned().unwrap_or_default()
    }

    /// Publishes bytes, confirmed; answers whether they had a queue to go to.
    pub(crate) fn publish(&self, vhost: &str, exchange: &str, routing_key: &str, bytes: &[u8]) -> bool {
        let message = json!({
            "properties": {"delivery_mode": 2}, "routing_key": routing_key,
            "payload": base64(bytes), "payload_encoding": "base64",
        });
        let (status, answer) =
            self.call_with(Method::POST, &["exchanges", vhost, exchange, "publish"], &message);
        assert!(status.is_success(), "publish to {exchange}: {status}");
        answer.get("routed").and_then(Value::as_bool).unwrap_or_default()
    }

    /// Messages in a queue.
    pub(crate) fn depth(&self, vhost: &str, queue: &str) -> u64 {
        let (_, found) = self.call(Method::GET, &["queues", vhost, queue]);
        found.get("messages").and_then(Value::as_u64).unwrap_or_default()
    }

    /// The messages of a queue, without what is beyond any that is ours.
    pub(crate) fn peek(&self, vhost: &str, queue: &str) -> Vec<String> {
        let wanted =
            json!({"count": 100_000, "ackmode": "ack_requeue_true", "encoding": "auto", "truncate": 65_536});
        let (status, found) = self.call_with(Method::POST, &["queues", vhost, queue, "get"], &wanted);
        if status == StatusCode::NOT_FOUND {
            return Vec::new();
        }
        assert!(status.is_success(), "{queue}: {status}");
        let found = found.as_array().map(Vec::as_slice).unwrap_or_default();
        found.iter().filter_map(|message| message["payload"].as_str()).map(str::to_owned).collect()
    }

    fn names(&self, path: &[&str]) -> Vec<String> {
        let (status, list) = self.call(Method::GET, path);
        assert!(status.is_success(), "GET {path:?}: {status}");
        let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
        items.iter().filter_map(|item| item["name"].as_str()).map(str::to_owned).collect()
    }

    /// What is already gone counts as deleted.
    fn delete(&self, path: &[&str]) {
        let status = self.call(Method::DELETE, path).0;
        assert!(status.is_success() || status == StatusCode::NOT_FOUND, "DELETE {path:?}: {status}");
    }

    fn call(&self, method: Method, path: &[&str]) -> (StatusCode, Value) {
        // A PUT wants JSON, also where it has nothing to say.
        self.call_with(method, path, &json!({}))
    }

    fn call_with(&self, method: Method, path: &[&str], body: &Value) -> (StatusCode, Value) {
        let mut url = self.0.clone();
        url.path_segments_mut().expect("a URL with a host has a path").extend(["api"]).extend(path);
        block_on(async {
            let client = reqwest::Client::builder().timeout(TIMEOUT).build().expect("an HTTP client");
            // The login is in the URL.
            let answer = client.request(method, url).json(body).send().await;
            let answer = answer.unwrap_or_else(|e| panic!("o RabbitMQ de teste não responde ({e})"));
            let status = answer.status();
            (status, answer.json().await.unwrap_or(Value::Null))
        })
    }
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let [a, b, c] = [0, 1, 2].map(|at| u32::from(three.get(at).copied().unwrap_or_default()));
        let bits = a << 16 | b << 8 | c;
        for at in 0..4_usize {
            let letter = bits >> (18 - 6 * at) & 63;
            let letter =
                LETTERS.get(usize::try_from(letter).unwrap_or_default()).copied().unwrap_or_default();
            text.push(if at <= three.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn bytes_are_written_as_the_standard_says() {
        let cases = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (bytes, text) in cases {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(base64(&[0xff, 0xfe, 0]), "//4A");
    }
}
