//! A person with data that nobody else has goes through everything: what names her is in the database and in her messages,
//! and in nothing that operators, brokers or other callers read.
#![cfg(test)]

use std::fs;
use std::path::Path;

use providers::caixa::Roteiro;
use serde_json::{Value, json};
use testkit::{Http, Processo, Resposta, Vhost, wait_until};

use crate::casa::{Casa, Empresa, PRAZO, PRAZO_DO_FIM, executions};

/// Pieces of the person, in lower case: of her name, documents, e-mail, telephone, address, and of what was said to her.
const SINAIS: [&str; 9] = [
    "zulmira",
    "esdrúxula",
    "11144477735",
    "111.444.777",
    "canario.z",
    "987651234",
    "98765-1234",
    "canarinho",
    "sigilosa",
];
/// Our own code tells all it can.
const TUDO: (&str, &str) = (
    "COBRANCA_LOG__FILTRO",
    "info,batch_action=trace,bus=trace,cartas=trace,conteudo=trace,dispatcher=trace,domain=trace,letters=trace,providers=trace,\
     regua_engine=trace,runtime=trace,servico=trace,store=trace,titulos=trace,web=trace",
);

/// What was answered to requests that were refused, wholly or in part.
#[derive(Default)]
struct Recusas(Vec<String>);

impl Recusas {
    /// Keeps a refusal.
    fn keep(&mut self, resposta: &Resposta) {
        assert!(resposta.status >= 400, "foi aceito: {}", resposta.text);
        self.0.push(resposta.text.clone());
    }

    /// Keeps the refusals of items; what was accepted may name whom it is about.
    fn keep_items(&mut self, resposta: &Resposta) {
        let itens = resposta.json["itens"].as_array().unwrap_or_else(|| panic!("{}", resposta.text));
        let recusados: Vec<String> =
            itens.iter().filter_map(|item| Some(item.get("erros")?.to_string())).collect();
        assert!(!recusados.is_empty(), "{}", resposta.text);
        self.0.extend(recusados);
    }
}

fn pessoa(codigo: &str) -> Value {
    json!({
        "codigo_integracao": codigo, "nome": "Zulmira Esdrúxula", "documento": "111.444.777-35",
        "emails": ["canario.z@example.com"], "telefones": ["(11) 98765-1234"],
        "enderecos": [{"logradouro": "Rua do Canarinho", "numero": "7", "cidade": "São Paulo", "uf": "SP", "cep": "01310-100"}],
    })
}

fn titulo(codigo: &str, pessoa: &Value) -> Value {
    let devedor = ["codigo_integracao", "nome", "documento", "emails"];
    let devedor: Value = devedor.iter().map(|campo| ((*campo).to_owned(), pessoa[campo].clone())).collect();
    json!({"codigo_integracao": codigo, "vencimento": "2026-01-05", "valor": "300.00", "devedor": devedor})
}

/// She comes in, well and badly written.
async fn comes_in(api: &Http, recusas: &mut Recusas) {
    let _feito = api.put("/v1/devedores", &json!([pessoa("Z-1")])).await.expect(200);
    let titulos = json!([titulo("T-1", &pessoa("Z-1")), titulo("T-2", &pessoa("Z-1"))]);
    assert_eq!(api.put("/v1/titulos", &titulos).await.expect(200).json["criados"], 2);
    let mut errada = pessoa("Z-2");
    for (campo, valor) in [
        ("documento", json!("111.444.777-00")),
        ("emails", json!(["canario.z@", "zulmira canario.z@example.com"])),
        ("telefones", json!(["98765-1234"])),
        ("nome", json!("Zulmira\u{0}Esdrúxula")),
    ] {
        errada[campo] = valor;
        recusas.keep_items(&api.put("/v1/devedores", &json!([errada])).await.expect(200));
        recusas.keep_items(&api.put("/v1/titulos", &json!([titulo("T-9", &errada)])).await.expect(200));
    }
    for corpo in
        [json!("111.444.777-35"), json!(["Zulmira"]), json!({"nome": ["Zulmira"], "fuso": "Esdrúxula"})]
    {
        recusas.keep(&api.patch("/v1/empresa", &corpo).await);
    }
}

/// She is looked for, by whatever names her.
async fn is_looked_for(api: &Http, recusas: &mut Recusas) -> (String, Vec<String>) {
    for consulta in ["documento=11144477735", "nome=zulmira", "cidade=canarinho"] {
        // Whether there is such a filter or not.
        let lida = api.get(&format!("/v1/devedores?{consulta}")).await;
        assert!([200, 422].contains(&lida.status), "{}", lida.text);
    }
    recusas.keep(&api.get("/v1/titulos?devedor_id=zulmira").await);
    recusas.keep(&api.get("/v1/devedores/canario.z@example.com").await);
    recusas.keep(&api.get("/v1/zulmira/esdr%C3%BAxula").await);
    let titulos = api.get("/v1/titulos").await.expect(200).json["itens"].clone();
    let text = |valor: &Value| valor.as_str().unwrap().to_owned();
    let ids = titulos.as_array().unwrap().iter().map(|titulo| text(&titulo["id"])).collect();
    (text(&titulos[0]["devedor_id"]), ids)
}

/// She pays a part, talks to somebody, and comes to an agreement.
async fn settles(api: &Http, devedor: &str, titulos: &[String], recusas: &mut Recusas) {
    let parte = json!({"valor": "10.00", "codigo_integracao": "BX-1"});
    let _parte = api.post(&format!("/v1/titulos/{}/pagamentos", titulos[0]), &parte).await.expect(201);
    let _pago = api.post(&format!("/v1/titulos/{}/pagamento", titulos[1]), &json!({})).await.expect(200);
    recusas.keep(&api.post(&format!("/v1/titulos/{}/suspensao", titulos[1]), &json!({})).await);
    let resultado = json!({"nome": "Promessa", "grupo": "Contato", "positivo": true});
    let resultado = api.post("/v1/resultados-de-contato", &resultado).await.expect(201).json["id"].clone();
    let contato = json!({"devedor_id": devedor, "canal": "telefone", "resultado_id": resultado, "operador": "ana",
                         "observacao": "Conversa sigilosa com Zulmira"});
    let _contato = api.post("/v1/contatos", &contato).await.expect(201);
    let acordo =
        json!({"titulos": [titulos[0]], "quantidade": 2, "observacao": "Sigilosa: Zulmira quer pagar"});
    let acordo = api.post("/v1/negociacoes", &acordo).await;
    assert!([201, 422].contains(&acordo.status), "{}", acordo.text);
}

/// Somebody selects her for a batch, wrongly and rightly, and she gets it.
async fn gets_a_batch(api: &Http, envios: &Http, recusas: &mut Recusas) {
    let modelo = json!({"canal": "email", "nome": "Lote", "assunto": "#NOME#", "corpo": "#NOME#, #CPF_CNPJ#: #TOTAL#"});
    let template = envios.post("/v1/templates", &modelo).await.expect(201).json["id"].clone();
    let nova = api.post("/v1/acoes-em-lote", &json!({"tipo": "email"})).await.expect(201).json;
    let acao = format!("/v1/acoes-em-lote/{}", nova["acao"]["id"].as_str().unwrap());
    for filtro in [
        json!({"devedor": {"codigo": "canario.z@example.com", "uf": ["Esdrúxula"]}}),
        json!({"devedor": {"cadastrado_de": "111.444.777-35"}, "contato": {"data_de": "sigilosa"}}),
        json!({"regua": {"regua": ["987651234"]}}),
    ] {
        recusas.keep(&api.put(&format!("{acao}/selecao"), &json!({ "filtro": filtro })).await);
    }
    recusas
        .keep(&api.post("/v1/acoes-em-lote", &json!({"tipo": "Zulmira", "usuario": "Esdrúxula\u{0}"})).await);
    recusas.keep(&api.get(&format!("{acao}/pre-visualizacao?devedor_id=11144477735")).await);
    let _feito = api.put(&format!("{acao}/selecao"), &json!({"filtro": {}})).await.expect(200);
    let _feito = api.put(&format!("{acao}/mensagem"), &json!({"template_id": template})).await.expect(200);
    let vista = api.get(&format!("{acao}/pre-visualizacao")).await.expect(200).text;
    assert!(vista.contains("Zulmira"), "{vista}");
    let resumo = api.get(&format!("{acao}/confirmacao")).await.expect(200).json["resumo"].clone();
    let _feito = api.post(&format!("{acao}/confirmacao"), &json!({ "resumo": resumo })).await.expect(202);
    wait_until(PRAZO, async || api.get(&acao).await.expect(200).json["status"] == "concluida").await;
}

/// Her letter is printed.
async fn is_printed(envios: &Http, cartas: &mut Processo, dir: &Path) {
    wait_until(PRAZO, async || {
        let lista = envios.get("/v1/arquivos?tipo=cartas").await.expect(200).json;
        lista["itens"].as_array().unwrap().iter().any(|item| item["estado"] == "pronto")
    })
    .await;
    let indices = fs::read_dir(dir).unwrap().flat_map(|dela| fs::read_dir(dela.unwrap().path()).unwrap());
    let indices =
        indices.map(|entrada| entrada.unwrap().path()).filter(|nome| nome.extension().unwrap() == "csv");
    let indice: String = indices.map(|nome| fs::read_to_string(nome).unwrap()).collect();
    assert!(indice.contains("Zulmira") && indice.contains("Rua do Canarinho"), "{indice}");
    assert!(cartas.log().contains("arquivo de cartas pronto"));
}

/// Everything that an operator, a broker or another caller can read.
struct Vestigios(Vec<(&'static str, String)>);

impl Vestigios {
    fn assert_clean(&self) {
        for (onde, texto) in &self.0 {
            let texto = texto.to_lowercase();
            for sinal in SINAIS {
                let trecho = texto.find(sinal).map(|onde| trecho(&texto, onde));
                assert_eq!(trecho, None, "`{sinal}` está em: {onde}");
            }
        }
    }
}

/// The line in which something was found.
fn trecho(texto: &str, onde: usize) -> String {
    let (antes, depois) = texto.split_at(onde);
    let comeco = antes.rsplit('\n').next().unwrap_or_default();
    format!("{comeco}{}", depois.split('\n').next().unwrap_or_default())
}

/// What a process counted, this among it.
async fn metrics(processo: &mut Processo, conta: &str) -> String {
    let texto = Http::new(&processo.url().await).get("/metrics").await.expect(200).text;
    assert!(texto.contains(conta), "{texto}");
    texto
}

/// A house whose processes tell all they can, a company in it, and its dispatcher.
async fn talkative(vhost: &Vhost) -> (Casa, Empresa, Processo) {
    let mut casa = Casa::start(vhost.amqp_url(), Roteiro::normal()).await;
    casa.titulos = casa.with_everything("titulos", &[], &[TUDO]);
    casa.motor = casa.with_everything("regua-engine", &[], &[TUDO]);
    let corpo = "Olá, #NOME#, #CPF_CNPJ#.\n\n#LISTA_TITULOS#";
    let acoes = [
        json!({"tipo": "email", "assunto": "#NOME#", "corpo": corpo}),
        json!({"tipo": "carta", "corpo": corpo}),
    ];
    let empresa = casa.empresa_of(&json!([{"dias": 0, "acoes": acoes}]), ("00:00", "23:59")).await;
    let mut dispatcher = casa.with_everything("dispatcher", &[], &[TUDO]);
    let http = Http::new(&dispatcher.url().await);
    wait_until(PRAZO, async || http.get("/readyz").await.status == 200).await;
    vhost.tap("cobranca.acoes");
    (casa, empresa, dispatcher)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_named_in_no_log_no_metric_no_message_and_no_refusal() {
    let vhost = Vhost::new();
    let (mut casa, empresa, mut dispatcher) = talkative(&vhost).await;
    let (api, mut recusas) = (&empresa.titulos, Recusas::default());
    comes_in(api, &mut recusas).await;
    let (devedor, titulos) = is_looked_for(api, &mut recusas).await;
    empresa.night().await;
    wait_until(PRAZO, async || casa.caixa.total() == 1).await;
    let envios = empresa.at(&mut dispatcher).await;
    wait_until(PRAZO, async || executions(&envios).await.iter().all(|e| e["estado"] == "enviada")).await;
    let dir = tempfile::tempdir().unwrap();
    let onde = ("COBRANCA_ARQUIVOS__DIR", dir.path().to_str().unwrap());
    let mut cartas = casa.with_everything("cartas", &[], &[TUDO, onde, ("COBRANCA_ARQUIVOS__ESPERA_S", "0")]);
    is_printed(&envios, &mut cartas, dir.path()).await;
    let mut lotes = casa.with_everything("batch-action", &[], &[TUDO]);
    gets_a_batch(&empresa.at(&mut lotes).await, &envios, &mut recusas).await;
    assert_eq!(casa.caixa.total(), 2);
    settles(api, &devedor, &titulos, &mut recusas).await;
    casa.banco.set_away(true);
    recusas.keep(&api.put("/v1/titulos", &json!([titulo("T-3", &pessoa("Z-1"))])).await);
    casa.banco.set_away(false);

    // She went all the way, or the rest would prove nothing.
    let carta = String::from_utf8_lossy(&casa.caixa.recebidas().remove(0).bytes().unwrap()).to_lowercase();
    assert!(carta.contains("zulmira"), "{carta}");
    for sinal in ["zulmira", "11144477735", "canario.z", "sigilosa"] {
        assert!(!casa.banco.observer().holding(sinal).is_empty(), "{sinal}");
    }
    let mensagens = vhost.tapped();
    assert!(!mensagens.is_empty() && !recusas.0.is_empty());
    let mut vestigios = vec![("mensagens", mensagens.join("\n")), ("recusas", recusas.0.join("\n"))];
    let http = ("http_requisicoes_total", "requisição respondida");
    for (nome, (conta, dito), processo) in [
        ("titulos", http, &mut casa.titulos),
        ("regua-engine", http, &mut casa.motor),
        ("dispatcher", http, &mut dispatcher),
        ("batch-action", http, &mut lotes),
        ("cartas", ("arquivos_total", "arquivo de cartas pronto"), &mut cartas),
    ] {
        vestigios.push((nome, metrics(processo, conta).await));
        processo.terminate();
        assert!(processo.ended(PRAZO_DO_FIM).await.success(), "{nome}");
        assert!(processo.log().contains(dito), "{nome}");
        vestigios.push((nome, processo.log()));
    }
    Vestigios(vestigios).assert_clean();
}
