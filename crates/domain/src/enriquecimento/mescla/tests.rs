//! Rule b22, by example and by law.

use proptest::prelude::*;

use super::*;
use crate::enriquecimento::{EmailDito, TelefoneDito};

fn fone(numero: &str) -> TelefoneDito {
    TelefoneDito { numero: numero.to_owned(), relacao: Relacao::Proprio, whatsapp: None, visto_em: None }
}

fn email(endereco: &str) -> EmailDito {
    EmailDito { endereco: endereco.to_owned(), relacao: Relacao::Proprio }
}

fn casa(logradouro: &str, numero: &str, cep: &str) -> EnderecoDito {
    let texto = |texto: &str| Some(texto.to_owned());
    EnderecoDito {
        logradouro: texto(logradouro),
        numero: texto(numero),
        cidade: texto("São Paulo"),
        uf: texto("sp"),
        cep: texto(cep),
        ..EnderecoDito::default()
    }
}

fn quantos(mescla: &Mescla, tipo: TipoMeio, motivo: MotivoRecusa) -> usize {
    mescla.recusados.get(&(tipo, motivo)).copied().unwrap_or_default()
}

#[test]
fn b22_what_is_new_is_added_as_people_write_it_and_what_is_known_stays_as_it_is() {
    let conhecidos = Conhecidos {
        telefones: vec![Telefone::parse("11987654321").unwrap()],
        emails: vec![EnderecoEmail::parse("Maria@exemplo.com").unwrap()],
        enderecos: vec![],
    };
    let dados = Dados {
        telefones: vec![fone("(11) 98765-4321"), fone("21 99876-5432"), fone("21998765432"), fone("0800 1")],
        emails: vec![email("maria@EXEMPLO.com"), email(" maria.s@exemplo.com "), email("nada")],
        ..Dados::default()
    };
    let mescla = mesclar(&conhecidos, &dados, false);
    assert_eq!(mescla.telefones, [Telefone::parse("21998765432").unwrap()]);
    assert_eq!(mescla.emails, [EnderecoEmail::parse("maria.s@exemplo.com").unwrap()]);
    assert_eq!(quantos(&mescla, TipoMeio::Telefone, MotivoRecusa::JaConhecido), 2);
    assert_eq!(quantos(&mescla, TipoMeio::Telefone, MotivoRecusa::Invalido), 1);
    assert_eq!(quantos(&mescla, TipoMeio::Email, MotivoRecusa::JaConhecido), 1);
    assert_eq!(quantos(&mescla, TipoMeio::Email, MotivoRecusa::Invalido), 1);
}

#[test]
fn b22_an_address_is_added_only_when_it_is_asked_for_and_a_letter_could_go_there() {
    let inteiro = casa("Av.  Paulista", "1000", "01310-100");
    let dados = |endereco: &EnderecoDito| Dados { enderecos: vec![endereco.clone()], ..Dados::default() };
    let nada = Conhecidos::default();
    let recusada = mesclar(&nada, &dados(&inteiro), false);
    assert!(recusada.vazia());
    assert_eq!(quantos(&recusada, TipoMeio::Endereco, MotivoRecusa::NaoPedido), 1);
    let aceita = mesclar(&nada, &dados(&inteiro), true);
    assert_eq!(aceita.enderecos[0].em_linha(), "Av. Paulista, 1000, São Paulo/SP, CEP 01310-100");
    for ruim in [
        EnderecoDito { logradouro: None, ..inteiro.clone() },
        EnderecoDito { cidade: Some("  ".to_owned()), ..inteiro.clone() },
        EnderecoDito { uf: Some("XX".to_owned()), ..inteiro.clone() },
        EnderecoDito { uf: Some("RJ".to_owned()), ..inteiro.clone() },
        EnderecoDito { cep: None, ..inteiro.clone() },
        EnderecoDito { logradouro: Some("a".repeat(151)), ..inteiro.clone() },
        EnderecoDito { numero: Some("1\u{0}".to_owned()), ..inteiro.clone() },
    ] {
        let mescla = mesclar(&nada, &dados(&ruim), true);
        assert_eq!(quantos(&mescla, TipoMeio::Endereco, MotivoRecusa::Invalido), 1);
    }
    let mesma = Conhecidos { enderecos: aceita.enderecos, ..Conhecidos::default() };
    let outra_grafia = casa("AVENIDA PAULISTA", "1000", "01310100");
    let mescla = mesclar(&mesma, &dados(&outra_grafia), true);
    assert_eq!(quantos(&mescla, TipoMeio::Endereco, MotivoRecusa::JaConhecido), 1);
}

#[test]
fn what_is_somebody_elses_is_never_added() {
    let dele = |numero| TelefoneDito { relacao: Relacao::Terceiro, ..fone(numero) };
    let dados = Dados { telefones: vec![dele("11987654321"), fone("21998765432")], ..Dados::default() };
    let mescla = mesclar(&Conhecidos::default(), &dados, true);
    assert_eq!(mescla.telefones, [Telefone::parse("21998765432").unwrap()]);
    assert_eq!(quantos(&mescla, TipoMeio::Telefone, MotivoRecusa::DeTerceiro), 1);
    assert_eq!(format!("{mescla:?}"), "Mescla(1, 0, 0, {(Telefone, DeTerceiro): 1})");
}

/// Few different ones, so that many are the same.
fn telefones() -> impl Strategy<Value = Vec<TelefoneDito>> {
    let numero = prop_oneof![
        (0..30_u32).prop_map(|n| format!("1198765{n:04}")),
        (0..30_u32).prop_map(|n| format!("+55 (11) 98765-{n:04}")),
        "[0-9 ]{0,12}",
        "\\PC{0,8}",
    ];
    let dito = (numero, any::<bool>()).prop_map(|(numero, seu)| TelefoneDito {
        relacao: if seu { Relacao::Proprio } else { Relacao::Terceiro },
        ..fone(&numero)
    });
    prop::collection::vec(dito, 0..70)
}

fn dados() -> impl Strategy<Value = Dados> {
    let emails = prop::collection::vec("[aA]?[bB]@[cC]\\.com|\\PC{0,6}", 0..10);
    let casas = prop::collection::vec(("[a-c]?", "[1-3]?", "0131010[0-3]|"), 0..10);
    (telefones(), emails, casas).prop_map(|(telefones, emails, casas)| Dados {
        telefones,
        emails: emails.iter().map(|texto| email(texto)).collect(),
        enderecos: casas.iter().map(|(rua, numero, cep)| casa(rua, numero, cep)).collect(),
        ..Dados::default()
    })
}

fn depois(conhecidos: &Conhecidos, mescla: &Mescla) -> Conhecidos {
    let mut todos = conhecidos.clone();
    todos.telefones.extend(mescla.telefones.iter().cloned());
    todos.emails.extend(mescla.emails.iter().cloned());
    todos.enderecos.extend(mescla.enderecos.iter().cloned());
    todos
}

proptest! {
    #[test]
    fn b22_nothing_is_added_twice_and_asking_again_adds_nothing(
        primeiros in dados(), outros in dados(), quer in any::<bool>(),
    ) {
        let nada = Conhecidos::default();
        let conhecidos = depois(&nada, &mesclar(&nada, &primeiros, true));
        let mescla = mesclar(&conhecidos, &outros, quer);
        let todos = depois(&conhecidos, &mescla);
        let de_novo = mesclar(&todos, &outros, quer);
        prop_assert!(de_novo.vazia(), "{de_novo:?}");
        prop_assert!(todos.telefones.len() <= MAX_MEIOS && todos.enderecos.len() <= MAX_MEIOS);
        let telefones: BTreeSet<_> = todos.telefones.iter().collect();
        let casas: BTreeSet<_> = todos.enderecos.iter().map(place).collect();
        prop_assert_eq!((telefones.len(), casas.len()), (todos.telefones.len(), todos.enderecos.len()));
        prop_assert!(quer || mescla.enderecos.is_empty());
        // Somebody else's number is there only where it was said to be the debtor's too.
        for novo in &mescla.telefones {
            let dito = |d: &TelefoneDito| d.relacao == Relacao::Proprio && Telefone::parse(&d.numero).as_ref() == Ok(novo);
            prop_assert!(outros.telefones.iter().any(dito));
        }
    }

    #[test]
    fn everything_that_was_looked_at_is_added_or_refused_with_a_reason(dados in dados(), quer in any::<bool>()) {
        let mescla = mesclar(&Conhecidos::default(), &dados, quer);
        let vistos = dados.limitados();
        let ditos = vistos.telefones.len() + vistos.emails.len() + vistos.enderecos.len();
        let novos = mescla.telefones.len() + mescla.emails.len() + mescla.enderecos.len();
        prop_assert_eq!(ditos, novos + mescla.recusados.values().sum::<usize>());
    }
}
