//! The doors of a service, as its OpenAPI document lists them: what each of them has to ask for.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{Http, Resposta};

/// An operation of a document.
#[derive(Debug)]
pub struct Porta {
    metodo: String,
    caminho: String,
    escopo: String,
}

/// Every operation of `documento`; `trechos` stand for what its paths have in braces, braces included.
///
/// # Panics
/// When an operation names no scope.
#[must_use]
pub fn portas(documento: &Value, trechos: &[(&str, &str)]) -> Vec<Porta> {
    let porta = |caminho: &str, metodo: &String, operacao: &Value| Porta {
        metodo: metodo.clone(),
        caminho: trechos.iter().fold(caminho.to_owned(), |c, (nome, valor)| c.replace(nome, valor)),
        escopo: operacao
            .pointer("/security/0/chave_api/0")
            .and_then(Value::as_str)
            .expect("a scope")
            .to_owned(),
    };
    operations(documento).map(|(caminho, metodo, operacao)| porta(caminho, metodo, operacao)).collect()
}

fn operations(documento: &Value) -> impl Iterator<Item = (&String, &String, &Value)> {
    let caminhos = documento.get("paths").and_then(Value::as_object).into_iter().flatten();
    caminhos.flat_map(|(caminho, item)| {
        let operacoes = item.as_object().into_iter().flatten();
        operacoes.map(move |(metodo, operacao)| (caminho, metodo, operacao))
    })
}

impl Porta {
    /// Knocks, with a body that says nothing where the method has one.
    ///
    /// # Panics
    /// For a method that none of ours has.
    pub async fn call(&self, http: &Http) -> Resposta {
        let (caminho, corpo) = (&self.caminho, json!({}));
        match self.metodo.as_str() {
            "get" => http.get(caminho).await,
            "post" => http.post(caminho, &corpo).await,
            "put" => http.put(caminho, &corpo).await,
            "patch" => http.patch(caminho, &corpo).await,
            "delete" => http.delete(caminho).await,
            outro => panic!("{outro} has no call here"),
        }
    }

    /// Without a key it is 401, with every scope but its own 403, with its own neither. `com_escopos` makes a caller whose key
    /// opens these.
    ///
    /// # Panics
    /// When it is not so.
    pub async fn assert_guarded(
        &self,
        anonimo: &Http,
        escopos: &[&str],
        com_escopos: impl Fn(&[&str]) -> Http,
    ) {
        for ninguem in [anonimo, &anonimo.with_key("cob_x")] {
            assert_eq!(
                self.call(ninguem).await.expect(401).json.get("codigo").and_then(Value::as_str),
                Some("nao_autenticado"),
                "{self:?}"
            );
        }
        let outros: Vec<&str> = escopos.iter().copied().filter(|escopo| *escopo != self.escopo).collect();
        let problema = self.call(&com_escopos(&outros)).await.expect(403).json;
        assert!(
            problema.get("detail").and_then(Value::as_str).is_some_and(|d| d.contains(&self.escopo)),
            "{self:?}: {problema}"
        );
        let status = self.call(&com_escopos(&[&self.escopo])).await.status;
        assert!(![401, 403].contains(&status), "{self:?}: {status}");
    }
}

/// Every operation has an id of its own, and whatever the document refers to is in it.
///
/// # Panics
/// When it is not so.
pub fn assert_whole(documento: &Value) {
    let ids: Vec<_> = operations(documento)
        .map(|(_, _, operacao)| operacao.get("operationId").and_then(Value::as_str))
        .collect();
    assert!(!ids.is_empty() && ids.iter().all(Option::is_some));
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
    let texto = documento.to_string();
    let alvos: Vec<_> = texto.split(r##""$ref":"#"##).skip(1).filter_map(|r| r.split('"').next()).collect();
    assert!(!alvos.is_empty());
    for alvo in alvos {
        assert!(documento.pointer(alvo).is_some(), "{alvo}");
    }
}
