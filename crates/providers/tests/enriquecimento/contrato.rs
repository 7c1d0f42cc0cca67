//! What holds of every provider.

use domain::enriquecimento::Relacao;
use providers::consultora::{Fala, Roteiro};
use providers::enriquecimento::{Achado, Resultado};

use crate::apoio::{TARIFA, achou, ask, praca};

#[tokio::test]
async fn what_is_known_is_read_in_one_form_whoever_says_it() {
    let p = praca(Roteiro::sempre(achou())).await;
    for cliente in p.clientes() {
        let Resultado::Respondida { achado: Achado::Encontrado(dados), id, resposta } = ask(&cliente).await
        else {
            panic!("{} found nothing", cliente.nome())
        };
        let fones: Vec<_> = dados.telefones.iter().map(|t| (t.numero.as_str(), t.relacao)).collect();
        let esperados = [
            ("11987654321", Relacao::Proprio),
            ("1133334444", Relacao::Proprio),
            ("2133334444", Relacao::Terceiro),
        ];
        assert_eq!(fones, esperados, "{}", cliente.nome());
        assert_eq!(dados.emails[0].endereco, "maria@exemplo.com.br");
        let endereco = &dados.enderecos[0];
        assert_eq!(endereco.logradouro.as_deref(), Some("Av. Paulista"), "{}", cliente.nome());
        assert_eq!(endereco.cep.as_deref(), Some("01310-100"));
        assert_eq!(id.as_deref(), Some("protocolo-1"), "{}", cliente.nome());
        // Nothing of anybody is in what is kept with the attempt, or in a log.
        assert_eq!(resposta.registro(), "http 200", "{}", cliente.nome());
        assert_eq!(format!("{dados:?}"), "Dados(3, 1, 1)");
        assert_eq!(cliente.tarifa(), TARIFA);
    }
    assert_eq!(p.consultora.perguntas().len(), 3);
    assert!(p.consultora.perguntas().iter().all(|pergunta| pergunta.documento == "52998224725"));
}

#[tokio::test]
async fn that_nothing_is_known_is_an_answer() {
    let p = praca(Roteiro::sempre(Fala::NaoEncontrado)).await;
    for cliente in p.clientes() {
        let resultado = ask(&cliente).await;
        let nada = matches!(resultado, Resultado::Respondida { achado: Achado::NaoEncontrado, .. });
        assert!(nada, "{}: {resultado:?}", cliente.nome());
    }
}

#[tokio::test]
async fn a_connection_that_ends_without_an_answer_leaves_it_unknown_and_a_closed_port_does_not() {
    let p = praca(Roteiro::sempre(Fala::Cortar)).await;
    let clientes = p.clientes();
    for cliente in &clientes {
        let resultado = ask(cliente).await;
        assert!(matches!(resultado, Resultado::Incerta { .. }), "{}: {resultado:?}", cliente.nome());
    }
    drop(p);
    for cliente in &clientes {
        // The server goes down in its own time.
        loop {
            match ask(cliente).await {
                Resultado::Indisponivel { .. } => break,
                Resultado::Incerta { .. } => tokio::task::yield_now().await,
                outro @ (Resultado::Respondida { .. }
                | Resultado::Pedida { .. }
                | Resultado::Temporaria { .. }
                | Resultado::Permanente { .. }) => panic!("{}: {outro:?}", cliente.nome()),
            }
        }
    }
}

#[tokio::test]
async fn the_sandbox_writes_down_what_it_was_asked_and_what_it_said() {
    let p = praca(Roteiro::normal()).await;
    for cliente in p.clientes() {
        ask(&cliente).await;
    }
    let mut arquivos: Vec<_> =
        std::fs::read_dir(p.pasta.path()).unwrap().map(|entrada| entrada.unwrap().path()).collect();
    arquivos.sort();
    assert_eq!(arquivos.len(), 3);
    let escrito = std::fs::read_to_string(&arquivos[0]).unwrap();
    assert!(
        escrito.contains("\"documento\": \"52998224725\"") && escrito.contains("encontrado"),
        "{escrito}"
    );
}
