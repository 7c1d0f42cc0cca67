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
