#![cfg(test)]
//! Something of everything, so that every operation has what it is about; two of what is listed, so that every list has a
//! second page.

use std::time::Duration;

use cobranca::cliente::Cliente;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Http, wait_until};

use crate::pedido::{Pedido, client};

/// Simulations there are, and keys that nobody uses: some to be read and some to be ended.
const SIMULACOES: usize = 4;
/// Longer than anything here takes on a busy machine.
const PRAZO: Duration = Duration::from_secs(20);

pub(crate) async fn furnish(base: &str, chave: &str) {
    let api = Cliente::new(base, chave).unwrap();
    let titulos = push(&api).await;
    accounts(&api).await;
    reguas_and_a_night(&api).await;
    for n in 0..SIMULACOES {
        post(&api, "/v1/simulacoes", json!({"ate": "2026-04-10"})).await;
        post(&api, "/v1/chaves-api", json!({"nome": format!("sem uso {n}"), "escopos": ["titulos:ler"]}))
            .await;
    }
    for n in 1..=3 {
        let texto =
            json!({"canal": "sms", "nome": format!("Aviso {n}"), "corpo": "#PRIMEIRO_NOME#, fale conosco."});
        let template = post(&api, "/v1/templates", texto).await["id"].as_str().unwrap().to_owned();
        let mudado = json!({"corpo": "#NOME#, fale conosco."});
        api.call(Method::PATCH, &format!("/v1/templates/{template}"), Some(&mudado)).await.unwrap();
    }
    batches(&api, base, chave).await;
    talks(&api, &titulos).await;
    entries(&api).await;
    import(&api, base, chave).await;
    let over = async |lista| api.all(lista).await.unwrap().iter().all(|item| item["estado"] == "concluida");
    wait_until(PRAZO, async || over("/v1/simulacoes").await && over("/v1/importacoes").await).await;
    letters(&api, &Http::new(base).with_key(chave)).await;
}

/// Two files of letters that somebody downloaded; the letters of one are posted.
async fn letters(api: &Cliente, http: &Http) {
    let cartas = async || {
        let mut arquivos = api.all("/v1/arquivos").await.unwrap();
        arquivos.retain(|arquivo| arquivo["tipo"] == "cartas" && arquivo["estado"] == "pronto");
        arquivos
    };
    wait_until(PRAZO, async || cartas().await.len() >= 2).await;
    // What an import refused comes by itself.
    let recusaram = api.all("/v1/importacoes").await.unwrap();
    let recusaram = recusaram.iter().filter(|importacao| importacao["recusados"] != 0).count();
    let de_erros = async || {
        let arquivos = api.all("/v1/arquivos").await.unwrap();
        let prontos = arquivos.iter().filter(|arquivo| arquivo["estado"] == "pronto");
        prontos.filter(|arquivo| arquivo["tipo"] == "erros_importacao").count()
    };
    wait_until(PRAZO, async || de_erros().await >= recusaram).await;
    for arquivo in cartas().await {
        let onde = format!("/v1/arquivos/{}", arquivo["id"].as_str().unwrap());
        let baixado = http.get(&format!("{onde}/conteudo")).await;
        assert_eq!(baixado.status, 200, "{}", baixado.text);
        for marca in ["impresso", "postado"] {
            post(api, &format!("{onde}/{marca}"), json!({})).await;
        }
    }
}

async fn post(api: &Cliente, onde: &str, corpo: Value) -> Value {
    api.call(Method::POST, onde, Some(&corpo)).await.unwrap_or_else(|erro| panic!("{onde}: {erro}"))
}

/// Answers the ids of the títulos. All but the last walk a régua, the first has a creditor.
async fn push(api: &Cliente) -> Vec<Value> {
    let titulo = |n: usize, vencimento: &str| {
        let emails = [format!("devedor{n}@example.com")];
        json!({"codigo_integracao": format!("T{n}"), "vencimento": vencimento, "valor": "150.00",
               "devedor": {"codigo_integracao": format!("D{n}"), "nome": format!("Devedor {n}"), "emails": emails}})
    };
    let mut titulos: Vec<_> = (0..8).map(|n| titulo(n, "2026-03-02")).collect();
    for titulo in &mut titulos[..3] {
        titulo["devedor"]["enderecos"] = json!([{"logradouro": "Rua das Flores", "numero": "10", "cidade": "São Paulo",
                                                 "uf": "SP", "cep": "01311-000"}]);
    }
    // Two have a document, by which a provider is asked about them.
    for (n, documento) in [(3, "529.982.247-25"), (4, "111.444.777-35")] {
        titulos[n]["devedor"]["documento"] = json!(documento);
    }
    // Of two with an address too: enough to list them at a bureau.
    for (n, documento) in [(1, "123.456.789-09"), (2, "255.248.930-33")] {
        titulos[n]["devedor"]["documento"] = json!(documento);
    }
    titulos[0]["credor"] = json!({"codigo_integracao": "COL-1", "nome": "Colégio Exemplo"});
    titulos.push(titulo(8, "2025-12-01"));
    // Together more than one título can be worth.
    for n in [9, 10] {
        let mut grande = titulo(n, "2025-12-01");
        grande["valor"] = json!("9999999999.99");
        grande["devedor"]["codigo_integracao"] = json!("D9");
        titulos.push(grande);
    }
    let enviados = api.push(&titulos).await.unwrap();
    assert!(enviados.iter().all(|item| item["resultado"] == "criado"), "{enviados:?}");
    enviados.iter().map(|item| item["id"].clone()).collect()
}

async fn reguas_and_a_night(api: &Cliente) {
    let posicao = |dias| json!({"dias": dias, "acoes": [{"tipo": "email", "assunto": "Olá", "corpo": "#LISTA_TITULOS#"}]});
    // Hardly anybody here has a document: what asks for it fails.
    let mut entrada = posicao(0);
    let mut outras = vec![json!({"tipo": "email", "assunto": "Olá", "corpo": "#CPF_CNPJ#"})];
    outras.push(json!({"tipo": "enriquecimento"}));
    outras.push(json!({"tipo": "negativacao", "confirmo_negativacao_automatica": true}));
    // Letters to those who have an address, in two files.
    outras.extend(
        [1, 2].map(|n| json!({"tipo": "carta", "corpo": format!("#NOME#, carta {n}.\n\n#LISTA_TITULOS#")})),
    );
    entrada["acoes"].as_array_mut().unwrap().extend(outras);
    let ativa = json!({"nome": "Ativa", "criterios": {"vencimento_de": "2026-01-01"}, "posicoes": [entrada, posicao(7)]});
    api.create_regua(&ativa).await.unwrap();
    let dias = [3, 9, 27, 81].map(posicao);
    post(
        api,
        "/v1/reguas",
        json!({"nome": "Parada", "prioridade": 1, "criterios": {"score_de": 1}, "posicoes": dias}),
    )
    .await;
    api.run_night("2026-03-09".parse().unwrap()).await.unwrap();
    api.run_night("2026-03-10".parse().unwrap()).await.unwrap();
    api.wait_quiet().await.unwrap();
}

/// Batches of text messages at every step but the last, and one that was confirmed and has ended. Two may be called off and there
/// is still one at each step.
async fn batches(api: &Cliente, base: &str, chave: &str) {
    let put = async |onde: String, corpo: Value| {
        api.call(Method::PUT, &onde, Some(&corpo)).await.unwrap_or_else(|erro| panic!("{onde}: {erro}"));
    };
    let begin = async |tipo: &str| {
        let nova = post(api, "/v1/acoes-em-lote", json!({"tipo": tipo, "usuario": "bia"})).await;
        let acao = format!("/v1/acoes-em-lote/{}", nova["acao"]["id"].as_str().unwrap());
        put(format!("{acao}/selecao"), json!({"filtro": {"titulo": {"status": ["aberto"]}}})).await;
        acao
    };
    let confirmada = begin("enriquecimento").await;
    let mostrado = api.call(Method::GET, &format!("{confirmada}/confirmacao"), None).await.unwrap();
    post(api, &format!("{confirmada}/confirmacao"), json!({"resumo": mostrado["resumo"]})).await;
    let template = api.all("/v1/templates").await.unwrap()[0]["id"].clone();
    for _ in 0..3 {
        let pronta = begin("sms").await;
        put(format!("{pronta}/mensagem"), json!({"template_id": template})).await;
        let por_planilha = post(api, "/v1/acoes-em-lote", json!({"tipo": "sms"})).await;
        let acao = format!("/v1/acoes-em-lote/{}", por_planilha["acao"]["id"].as_str().unwrap());
        let csv = "codigo_integracao\nD0\nninguem\n".as_bytes().to_vec();
        let planilha = Pedido::new(&Method::PUT, &format!("{acao}/planilha")).with_bytes(csv);
        let planilha = Pedido { tipo: Some("text/csv".to_owned()), ..planilha };
        let _escolhida = planilha.send(&client(), base, Some(chave)).await.unwrap().expect(200);
        begin("sms").await;
        post(api, "/v1/acoes-em-lote", json!({"tipo": "sms"})).await;
    }
}

/// A payment, an agreement within a policy, and a talk with its result.
async fn talks(api: &Cliente, titulos: &[Value]) {
    let text = |valor: &Value| valor.as_str().unwrap().to_owned();
    for valor in ["10.00", "11.00"] {
        post(api, &format!("/v1/titulos/{}/pagamentos", text(&titulos[5])), json!({"valor": valor})).await;
    }
    let descontos = json!({"encargos": "100", "principal": "10"});
    let politica = json!({"nome": "Vencidos", "dias_de": 1, "a_vista": descontos, "parcelado": descontos,
                          "max_parcelas": 6, "parcela_minima": "10.00", "validade_dias": 5});
    let mut antigos = politica.clone();
    antigos["dias_de"] = json!(180);
    post(api, "/v1/politicas-de-negociacao", politica).await;
    post(api, "/v1/politicas-de-negociacao", antigos).await;
    let acordo =
        |titulo: &Value| json!({"titulos": [titulo], "quantidade": 2, "primeiro_vencimento": "2026-03-20"});
    post(api, "/v1/negociacoes", acordo(&titulos[6])).await;
    // One of which something was paid can be broken, and no longer cancelled.
    let pago = post(api, "/v1/negociacoes", acordo(&titulos[7])).await;
    let parcela = text(&pago["parcelas"][0]["titulo_id"]);
    post(api, &format!("/v1/titulos/{parcela}/pagamentos"), json!({"valor": "1.00"})).await;
    // Nobody owes these anything. One may get an account at a bureau; without a document the other may not, so it can go.
    for credor in [
        json!({"codigo_integracao": "COL-8", "nome": "Colégio Sem Documento"}),
        json!({"codigo_integracao": "COL-9", "nome": "Colégio Vazio", "documento": "11444777000161"}),
    ] {
        post(api, "/v1/credores", credor).await;
    }
    let ausente = json!({"nome": "Ausente", "grupo": "Contato", "positivo": false});
    post(api, "/v1/resultados-de-contato", ausente).await;
    let resultado = json!({"nome": "Promessa", "grupo": "Contato", "positivo": true});
    let resultado = post(api, "/v1/resultados-de-contato", resultado).await["id"].clone();
    let devedor = api.all("/v1/titulos").await.unwrap()[0]["devedor_id"].clone();
    for canal in ["telefone", "email"] {
        post(api, "/v1/contatos", json!({"devedor_id": devedor, "canal": canal, "resultado_id": resultado}))
            .await;
    }
}

/// Mappings, a series of an index, holidays, and files of which one line is refused, for two reasons.
async fn import(api: &Cliente, base: &str, chave: &str) {
    let colunas = json!({"colunas": {"codigo_integracao": "Documento", "vencimento": "Vencimento", "valor": "Valor",
                                     "devedor_codigo": "Cliente", "devedor_nome": "Nome"}});
    let put = async |onde: &str, corpo: &Value| {
        api.call(Method::PUT, onde, Some(corpo)).await.unwrap_or_else(|erro| panic!("{onde}: {erro}"));
    };
    for nome in ["erp", "erp-antigo"] {
        put(&format!("/v1/mapeamentos/{nome}"), &colunas).await;
    }
    let meses = ["2026-01-01", "2026-02-01"].map(|mes| json!({"mes": mes, "variacao": "0.48"}));
    put("/v1/indices", &json!({"nome": "ipca", "meses": meses})).await;
    for dia in ["2026-03-19", "2027-03-19"] {
        put(&format!("/v1/empresa/feriados/{dia}"), &json!({"nome": "Aniversário da cidade"})).await;
    }
    for n in 1..3 {
        let csv = format!(
            "codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome\nF{n};02/03/2026;1,00;D0;Devedor 0\nX;x;y;D0;Devedor 0\n"
        );
        let arquivo = Pedido::new(&Method::POST, "/v1/importacoes").with_bytes(csv.into_bytes());
        let arquivo = Pedido { tipo: Some("text/csv".to_owned()), ..arquivo };
        let _aceito = arquivo.send(&client(), base, Some(chave)).await.unwrap().expect(202);
    }
}

/// The company's own account at a bureau, and a creditor's.
async fn accounts(api: &Cliente) {
    let patch = async |onde: &str, corpo: Value| {
        api.call(Method::PATCH, onde, Some(&corpo)).await.unwrap_or_else(|erro| panic!("{onde}: {erro}"));
    };
    patch("/v1/empresa", json!({"documento": "11222333000181"})).await;
    let credores = api.all("/v1/credores").await.unwrap();
    let credor = credores.iter().find(|credor| credor["nome"] == "Colégio Exemplo").unwrap();
    let credor = credor["id"].as_str().unwrap().to_owned();
    patch(&format!("/v1/credores/{credor}"), json!({"documento": "60701190000104"})).await;
    let conta = json!({"logon": "12345678", "natureza": "DP", "dias_minimos": 1, "valor_minimo": "0.01"});
    let mut dele = conta.clone();
    dele["credor_id"] = json!(credor);
    post(api, "/v1/credenciais-de-bureau", conta).await;
    post(api, "/v1/credenciais-de-bureau", dele).await;
}

/// Two entries that the bureau took and that are taken off: three remessas with their retornos.
async fn entries(api: &Cliente) {
    let answered = async |quantos| {
        wait_until(PRAZO, async || api.all("/v1/retornos").await.unwrap().len() >= quantos).await;
    };
    answered(1).await;
    let todas = api.all("/v1/negativacoes").await.unwrap();
    assert_eq!(todas.len(), 2, "{todas:?}");
    for (n, uma) in todas.iter().enumerate() {
        let baixa = format!("/v1/negativacoes/{}/baixa", uma["id"].as_str().unwrap());
        post(api, &baixa, json!({"motivo": "solicitacao"})).await;
        answered(n + 2).await;
    }
}
