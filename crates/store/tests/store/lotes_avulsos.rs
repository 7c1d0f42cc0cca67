//! Rule b01: a batch to bare addresses and numbers, and which of these nothing goes to.

use chrono::{DateTime, Utc};
use domain::contato::Devolucao;
use domain::email::EnderecoEmail;
use domain::execucao::{Canal, Desfecho, Envio, Fonte};
use domain::filtro::Exclusao;
use domain::ids::{DevedorId, ExecucaoId, LoteId, PlanilhaId};
use domain::lote::{EstadoLote, Planilha, Quem, avulso, execucao};
use domain::planilha::Identificacao;
use domain::telefone::Telefone;
use store::disparos::{Reivindicacao, Voltou, bounce, enqueue, opt_out, opt_out_of_email};
use store::filtros::{self, Alvo, Selecao};
use store::lotes::planilhas::{self, Avulso, NovaPlanilha};
use store::lotes::{self, Confirmacao, Passo};
use store::previas;
use store::titulos::EntradaDevedor;

use crate::apoio::disparo::finish;
use crate::apoio::{LEASE, agora, devedor, item, nome, nova_empresa};
use crate::lotes::Mesa;

/// In the windows of every channel.
fn meio_dia() -> DateTime<Utc> {
    "2026-03-03T15:00:00Z".parse().unwrap()
}

fn email(endereco: &str) -> Identificacao {
    Identificacao::Email(EnderecoEmail::parse(endereco).unwrap())
}

fn line(linha: i64, dito: &Identificacao, nome: Option<&str>) -> Avulso {
    let contato = match dito {
        Identificacao::Email(email) => email.as_str(),
        Identificacao::Telefone(telefone) => telefone.as_str(),
        de_devedor @ (Identificacao::Codigo(_)
        | Identificacao::Documento(_)
        | Identificacao::CodigoEDocumento { .. }) => panic!("{de_devedor:?}"),
    };
    let (id, contato) = (avulso(dito).unwrap(), contato.to_owned());
    Avulso { id, linha, contato, nome: nome.map(str::to_owned) }
}

fn nova(planilha: Planilha) -> NovaPlanilha {
    let cabecalho = vec!["email".to_owned()];
    NovaPlanilha { nome: None, formato: "csv", cabecalho, planilha, desconhecidas: 0 }
}

impl Mesa {
    /// A batch that a sheet of these was chosen for.
    fn de_avulsos(&self, tipo: Canal, linhas: &[Avulso]) -> (LoteId, PlanilhaId) {
        let id = self.novo(tipo);
        let planilha = self.gravar(|t| {
            let lote = lotes::lock(t, id)?.unwrap();
            let planilha = planilhas::new_sheet(agora());
            let aceitas = planilhas::address(t, planilha, linhas)?;
            let repetidas = i64::try_from(linhas.len()).unwrap() - aceitas;
            let planilha = Planilha { id: planilha, avulsa: true, aceitas, repetidas, recusadas: 0 };
            planilhas::create(t, id, &nova(planilha), agora())?;
            lotes::select(t, &lote, &Quem::Planilha(planilha), agora())?.unwrap();
            Ok(planilha.id)
        });
        (id, planilha)
    }

    /// What was counted of it: who is meant, who can have it, and why the others cannot.
    fn contados(&self, id: LoteId) -> (i64, i64, Vec<(Exclusao, i64)>) {
        let contagem = self.ler(id).selecao.unwrap().contagem;
        (contagem.atendem, contagem.com_contato, contagem.excluidos)
    }

    /// Confirmed and queued, as far as a dispatcher sees it.
    fn na_fila(&self, id: LoteId, template: &str) -> Vec<ExecucaoId> {
        let tipo = self.ler(id).tipo;
        self.escolher(id, self.template(tipo, template)).unwrap();
        assert_eq!(self.confirmar(id), Confirmacao::Confirmado);
        while self.passo(id) == Passo::Andou {}
        enqueue(&self.casa.dispatcher, &[tipo], meio_dia(), (100, 1_000))
            .unwrap()
            .into_iter()
            .map(|e| e.id)
            .collect()
    }

    fn passo(&self, id: LoteId) -> Passo {
        self.lote.da_empresa(self.casa.empresa, |t| lotes::step(t, id, agora())).unwrap()
    }

    /// A batch of one e-mail to this address, sent.
    fn enviado(&self, endereco: &str, template: &str) -> ExecucaoId {
        let (id, _) = self.de_avulsos(Canal::Email, &[line(2, &email(endereco), None)]);
        let ids = self.na_fila(id, template);
        let cerca = self.casa.claimed(ids[0], LEASE);
        let fim = Desfecho::Enviada { em: meio_dia() };
        let feito =
            self.casa.dispatcher.da_empresa(self.casa.empresa, |t| finish(t, (ids[0], cerca), fim, None));
        assert!(feito.unwrap());
        ids[0]
    }
}

#[test]
fn b01_bare_addresses_are_counted_looked_at_and_sent_to_and_are_in_the_query() {
    let mesa = Mesa::nova(1, 0);
    let (zoe, ana) = (email("zoe@example.com"), email("Ana@example.com"));
    let linhas =
        [line(2, &zoe, Some("Zoé")), line(3, &ana, None), line(4, &email("ana@example.com"), Some("Ana"))];
    let (id, planilha) = mesa.de_avulsos(Canal::Email, &linhas);
    assert_eq!(mesa.contados(id), (2, 2, vec![]), "an address is meant once, however it is written");
    let [zoe, ana] = [zoe, ana].map(|dito| avulso(&dito).unwrap());

    mesa.gravar(|t| {
        let dia = lotes::day(t, agora())?;
        let selecao = Selecao { quem: Alvo::Avulsos(planilha), tipo: Canal::Email, dia };
        let vistos = filtros::sample(t, (&selecao, 2), None, 10)?;
        let vistos: Vec<_> =
            vistos.into_iter().map(|v| (v.id, v.nome, v.contato.unwrap(), v.motivo)).collect();
        let de_ana = (ana.uuid(), None, "Ana@example.com".to_owned(), None);
        let de_zoe = (zoe.uuid(), Some("Zoé".to_owned()), "zoe@example.com".to_owned(), None);
        assert_eq!(vistos, [de_ana, de_zoe]);
        let vizinhos = filtros::neighbours(t, (&selecao, 2), Some(zoe))?.unwrap();
        assert_eq!((vizinhos.anterior, vizinhos.proximo), (Some(ana), None));
        let mut listados: Vec<_> = filtros::list(t, &selecao, None, 10)?;
        listados.sort_by(|um, outro| um.contato.cmp(&outro.contato));
        assert_eq!(listados[1].nome.as_deref(), Some("Zoé"));
        let previa = previas::read_avulso(t, (planilha, zoe), Canal::Email, &["#NOME#"])?.unwrap();
        assert_eq!((previa.nome.as_str(), previa.email.as_deref()), ("Zoé", Some("zoe@example.com")));
        assert!(previas::read(t, zoe, &["#NOME#"])?.is_none(), "she is no debtor");
        Ok(())
    });

    let ids = mesa.na_fila(id, "Aviso");
    assert_eq!(ids.len(), 2);
    let dela = execucao(id, zoe);
    let vista = mesa.casa.seen(dela);
    assert_eq!((vista.fonte, vista.devedor_nome.as_str(), vista.linhas.len()), (Fonte::Avulso, "Zoé", 0));
    assert_eq!(
        (vista.contatos, vista.devedor_email),
        (vec!["zoe@example.com".to_owned()], Some("zoe@example.com".to_owned()))
    );
    let lida = mesa.casa.execucao(dela);
    assert_eq!((lida.devedor_id, lida.contato.as_deref()), (None, Some("zoe@example.com")));
    let itens = mesa.gravar(|t| lotes::items(t, id, None, 10));
    let ditos: Vec<_> =
        itens.iter().map(|item| (item.nome.as_deref(), item.avulso.as_deref().unwrap())).collect();
    assert!(
        ditos.contains(&(Some("Zoé"), "zoe@example.com")) && ditos.contains(&(None, "Ana@example.com")),
        "{ditos:?}"
    );
    let nomes = mesa.gravar(|t| filtros::enlisted(t, (id, Canal::Email), None, 10));
    assert!(nomes.iter().any(
        |lido| lido.nome.as_deref() == Some("Zoé") && lido.contato.as_deref() == Some("zoe@example.com")
    ));
    assert_eq!(mesa.ler(id).estado, EstadoLote::Processando);
}

#[test]
fn b01_who_asked_for_no_more_by_a_bare_address_gets_no_more_however_it_is_written() {
    let mesa = Mesa::nova(0, 0);
    let enviado = mesa.enviado("ana@example.com", "Um");
    let segundo = mesa.de_avulsos(Canal::Email, &[line(2, &email("ANA@example.com"), None)]).0;
    assert_eq!(mesa.contados(segundo), (1, 1, vec![]));
    let na_fila = mesa.na_fila(segundo, "Dois");
    let sair = || {
        let sair = |t: &mut store::Tenant<'_>| opt_out_of_email(t, enviado, "pediu", agora());
        mesa.casa.dispatcher.da_empresa(mesa.casa.empresa, sair).unwrap()
    };
    assert_eq!((sair(), sair()), (true, false));
    // What waited by then goes nowhere, and what is chosen from then on leaves it out.
    assert!(mesa.casa.seen(na_fila[0]).contatos.is_empty());
    let (depois, _) = mesa.de_avulsos(Canal::Email, &[line(2, &email("Ana@example.com"), None)]);
    assert_eq!(mesa.contados(depois), (1, 0, vec![(Exclusao::OptOut, 1)]));
    let outra = nova_empresa(&mesa.casa.titulos, "Outra");
    let dela = mesa.lote.da_empresa(outra, |t| {
        let id = lotes::create(t, &lotes::NovoLote { tipo: Canal::Email, usuario: None }, agora())?;
        let (lote, planilha) = (lotes::lock(t, id)?.unwrap(), planilhas::new_sheet(agora()));
        let aceitas = planilhas::address(t, planilha, &[line(2, &email("ana@example.com"), None)])?;
        let planilha = Planilha { id: planilha, avulsa: true, aceitas, repetidas: 0, recusadas: 0 };
        planilhas::create(t, id, &nova(planilha), agora())?;
        lotes::select(t, &lote, &Quem::Planilha(planilha), agora())?.unwrap();
        Ok(lotes::get(t, id)?.unwrap().selecao.unwrap().contagem.com_contato)
    });
    assert_eq!(dela.unwrap(), 1, "it is this company's that she wants no more of");
}

#[test]
fn b01_an_address_that_is_none_is_written_to_once() {
    let mesa = Mesa::nova(0, 0);
    let enviado = mesa.enviado("nada@example.com", "Um");
    let voltou =
        Voltou { endereco: Some("nada@example.com"), devolucao: Devolucao::Definitiva, codigo: "5.1.1" };
    mesa.casa.dispatcher.da_empresa(mesa.casa.empresa, |t| bounce(t, enviado, &voltou, agora())).unwrap();
    let (depois, _) = mesa.de_avulsos(Canal::Email, &[line(2, &email("nada@example.com"), None)]);
    assert_eq!(mesa.contados(depois), (1, 0, vec![(Exclusao::SemContato, 1)]));
    // Who asks for no more of it by another message has said the more.
    let sql = "SELECT (CASE WHEN saiu THEN 'saiu' ELSE 'voltou' END) AS x FROM cadastro.recusa";
    assert_eq!(mesa.casa.texts(sql), ["voltou"]);
    mesa.casa
        .dispatcher
        .da_empresa(mesa.casa.empresa, |t| opt_out_of_email(t, enviado, "pediu", agora()))
        .unwrap();
    assert_eq!(mesa.casa.texts(sql), ["saiu"]);
}

#[test]
fn b01_what_a_debtor_said_of_a_contact_holds_for_it_in_a_sheet_too() {
    let mesa = Mesa::nova(2, 0);
    let dono = |n: u32| {
        mesa.casa.texts(&format!(
            "SELECT devedor_id::text AS x FROM cadastro.devedor_codigo WHERE codigo_integracao = 'd{n}'"
        ))[0]
            .clone()
    };
    mesa.casa.run(&format!(
        "INSERT INTO cadastro.opt_out (empresa_id, devedor_id, canal, desde) VALUES ('{}', '{}', 'email', now())",
        mesa.casa.empresa.uuid(), dono(1)
    ));
    mesa.casa.run(&format!(
        "UPDATE cadastro.meio_contato SET invalido_desde = now(), motivo = 'x' WHERE devedor_id = '{}'",
        dono(2)
    ));
    mesa.casa.run("UPDATE cadastro.meio_contato SET valor = 'D' || substr(valor, 2) WHERE tipo = 'email'");
    let linhas: Vec<_> = ["d1@x.com.br", "d2@x.com.br", "outro@x.com.br"]
        .iter()
        .zip(2..)
        .map(|(e, n)| line(n, &email(e), None))
        .collect();
    let (id, _) = mesa.de_avulsos(Canal::Email, &linhas);
    assert_eq!(mesa.contados(id), (3, 1, vec![(Exclusao::SemContato, 1), (Exclusao::OptOut, 1)]));
    // What is no address of one debtor and is one of another's is one.
    let emails = Some(vec![EnderecoEmail::parse("d2@x.com.br").unwrap()]);
    mesa.casa.push(&[item("9", EntradaDevedor { emails, ..devedor(9) })]);
    let (id, _) = mesa.de_avulsos(Canal::Email, &linhas);
    assert_eq!(mesa.contados(id), (3, 2, vec![(Exclusao::OptOut, 1)]));
}

#[test]
fn b01_a_number_that_said_no_to_any_company_gets_no_sms_from_a_sheet() {
    let mesa = Mesa::nova(0, 0);
    let numero = Telefone::parse("(11) 98765-4321").unwrap();
    let dito = Identificacao::Telefone(numero.clone());
    let (id, _) = mesa.de_avulsos(Canal::Sms, &[line(2, &dito, Some("Ana"))]);
    let ids = mesa.na_fila(id, "SMS");
    assert_eq!(
        opt_out(&mesa.casa.dispatcher, &[numero.clone(), numero], agora()).unwrap(),
        0,
        "of no debtor"
    );
    let claimed = mesa.casa.claim(ids[0], LEASE, &Envio::Enviar { titulos: vec![] });
    let Reivindicacao::Nossa { dados, .. } = claimed else { panic!("{}", nome(&claimed)) };
    assert!(dados.contatos.is_empty());
    let (depois, _) = mesa.de_avulsos(Canal::Sms, &[line(2, &dito, None)]);
    assert_eq!(mesa.contados(depois), (1, 0, vec![(Exclusao::OptOut, 1)]));
    let outra = DevedorId::new(uuid::Uuid::from_u128(1));
    assert!(
        mesa.gravar(|t| previas::read_avulso(t, (planilhas::new_sheet(agora()), outra), Canal::Sms, &["x"]))
            .is_none()
    );
}
