//! In whose local time a window is read (rule j06).

use domain::email::EnderecoEmail;
use domain::endereco::{Cep, Endereco, Uf};
use domain::execucao::Envio;
use domain::fuso::FusoDosEnvios;
use domain::ids::ExecucaoId;
use domain::telefone::Telefone;
use store::empresas::{self, MudancaEmpresa};
use store::titulos::EntradaDevedor;

use crate::apoio::{Casa, LEASE, NOITE, devedor, dia, hora, item, nome};

fn choose(casa: &Casa, escolha: FusoDosEnvios) {
    let mudanca = MudancaEmpresa { fuso_dos_envios: Some(escolha), ..MudancaEmpresa::default() };
    casa.titulos.da_empresa(casa.empresa, |t| empresas::update(t, &mudanca)).unwrap();
}

/// An e-mail that waits for a debtor of this state with this number, in a company that sends by its debtors' clocks.
fn queued_for(uf: Option<Uf>, telefone: Option<&str>) -> (Casa, ExecucaoId) {
    let casa = Casa::nova();
    choose(&casa, FusoDosEnvios::Devedor);
    let endereco = |uf| Endereco {
        logradouro: None,
        numero: None,
        complemento: None,
        bairro: None,
        cidade: "X".to_owned(),
        uf,
        cep: None::<Cep>,
        ibge: None,
    };
    casa.push_one(item(
        "1",
        EntradaDevedor {
            emails: Some(vec![EnderecoEmail::parse("a@x.com.br").unwrap()]),
            telefones: telefone.map(|telefone| vec![Telefone::parse(telefone).unwrap()]),
            enderecos: uf.map(|uf| vec![endereco(uf)]),
            ..devedor(1)
        },
    ));
    let id = casa.queue_one();
    (casa, id)
}

#[test]
fn j06_the_fence_says_in_which_zones_the_debtors_window_is_read_and_the_execution_keeps_it() {
    let (acre, manaus) = ("America/Rio_Branco", "America/Manaus");
    for (uf, telefone, fusos) in [
        (Some(Uf::Ac), Some("11987654321"), vec![acre]),
        (None, Some("6833334444"), vec![acre]),
        (Some(Uf::Am), None, vec![manaus, "America/Eirunepe"]),
        (Some(Uf::Am), Some("92987654321"), vec![manaus]),
        (None, None, vec![]),
    ] {
        let (casa, id) = queued_for(uf, telefone);
        let nomes: Vec<_> = casa.seen(id).fusos.iter().map(|fuso| fuso.name()).collect();
        assert_eq!(nomes, fusos, "{uf:?} {telefone:?}");
        let guardados = casa.execucao(id).fusos.unwrap_or_default();
        assert_eq!(guardados, fusos, "{uf:?} {telefone:?}");
    }
}

#[test]
fn j06_a_company_that_sends_by_its_own_clock_reads_nobody_elses() {
    let (casa, id) = queued_for(Some(Uf::Ac), None);
    let para = hora(dia(NOITE));
    assert!(nome(&casa.claim(id, LEASE, &Envio::Adiar { para })).starts_with("adiada"));
    assert_eq!(casa.execucao(id).fusos.as_deref(), Some(&["America/Rio_Branco".to_owned()][..]));
    choose(&casa, FusoDosEnvios::Empresa);
    casa.run("UPDATE disparo.execucao SET estado = 'enfileirada'");
    assert!(casa.seen(id).fusos.is_empty());
    assert_eq!(casa.execucao(id).fusos, None);
}

#[test]
fn j06_a_company_starts_with_its_own_clock_and_marks_nobody_when_it_chooses() {
    let casa = Casa::nova();
    let lida = |casa: &Casa| {
        casa.titulos.da_empresa(casa.empresa, empresas::get).unwrap().unwrap().fuso_dos_envios()
    };
    assert_eq!(lida(&casa).unwrap(), FusoDosEnvios::Empresa);
    casa.push_one(item("1", devedor(1)));
    casa.unmark();
    choose(&casa, FusoDosEnvios::Devedor);
    assert_eq!(lida(&casa).unwrap(), FusoDosEnvios::Devedor);
    assert_eq!(casa.marked(), [""; 0], "what a night decides does not depend on it");
}
