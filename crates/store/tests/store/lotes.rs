//! The steps of a batch action before it is confirmed (rules b05–b12, b17, b18).

use chrono::{DateTime, TimeDelta, Utc};
use domain::Rotulo;
use domain::email::EnderecoEmail;
use domain::execucao::Canal;
use domain::filtro::{Exclusao, Filtro};
use domain::ids::{DevedorId, LoteId, TemplateId};
use domain::lote::{EstadoLote, Mostrado, Quem, Resumo};
use serde_json::{Value, json};
use store::lotes::{self, Confirmacao, Lista, Lote, NovoLote, Recusa, Vista};
use store::templates::{self, TextoNomeado};
use store::titulos::EntradaDevedor;
use store::{Banco, Papel, StoreError, Tenant};
use uuid::Uuid;

use crate::apoio::{Casa, agora, devedor, dia, item, nova_empresa};

/// The API key that asks.
pub(crate) const CHAVE: Uuid = Uuid::from_u128(0xc0b);

/// A company with some debtors, and the service's pool.
pub(crate) struct Mesa {
    pub(crate) casa: Casa,
    pub(crate) lote: Banco,
}

impl Mesa {
    /// The first of `total` debtors have an e-mail address, `sem` have none; all of them are Ana's.
    pub(crate) fn nova(total: u32, sem: u32) -> Self {
        let casa = Casa::nova();
        let lote = Banco::connect(casa.pg.url(), Papel::Lote, 2).unwrap();
        let mesa = Self { casa, lote };
        mesa.mais(1..=total, true);
        mesa.mais(total + 1..=total + sem, false);
        mesa
    }

    pub(crate) fn mais(&self, quais: std::ops::RangeInclusive<u32>, com_email: bool) {
        let novo = |n: u32| {
            let email = EnderecoEmail::parse(&format!("d{n}@x.com.br")).unwrap();
            let emails = com_email.then(|| vec![email]);
            let gerente = Some(Rotulo::parse("Ana").unwrap());
            item(&n.to_string(), EntradaDevedor { emails, gerente, ..devedor(n) })
        };
        self.casa.push(&quais.map(novo).collect::<Vec<_>>());
    }

    /// As a request of [`CHAVE`] does it.
    pub(crate) fn gravar<T>(&self, mut work: impl FnMut(&mut Tenant<'_>) -> Result<T, StoreError>) -> T {
        self.lote.gravar(self.casa.empresa, CHAVE, |t| work(t).map(Ok::<T, ()>)).unwrap().unwrap()
    }

    pub(crate) fn novo(&self, tipo: Canal) -> LoteId {
        self.novo_de(tipo, Some("bia"), agora())
    }

    pub(crate) fn novo_de(&self, tipo: Canal, usuario: Option<&str>, em: DateTime<Utc>) -> LoteId {
        let novo = NovoLote { tipo, usuario: usuario.map(str::to_owned) };
        self.gravar(|t| lotes::create(t, &novo, em))
    }

    pub(crate) fn ler(&self, id: LoteId) -> Lote {
        self.gravar(|t| lotes::get(t, id)).unwrap()
    }

    pub(crate) fn selecionar(&self, id: LoteId, filtro: &Value) -> Result<(), Recusa> {
        let filtro = Filtro::ler(filtro).unwrap();
        self.gravar(|t| {
            let lote = lotes::lock(t, id)?.unwrap();
            lotes::select(t, &lote, &Quem::Filtro(filtro.clone()), agora())
        })
    }

    pub(crate) fn escolher(&self, id: LoteId, template: TemplateId) -> Result<(), Recusa> {
        self.gravar(|t| {
            let (lote, template) = (lotes::lock(t, id)?.unwrap(), lotes::template(t, template)?.unwrap());
            assert!(template.serve(lote.tipo));
            lotes::choose(t, &lote, &template, agora())
        })
    }

    pub(crate) fn template(&self, canal: Canal, nome: &str) -> TemplateId {
        let assunto = (canal == Canal::Email).then(|| "Aviso".to_owned());
        let novo = TextoNomeado { nome: nome.to_owned(), assunto, corpo: "Olá, #NOME#.".to_owned() };
        let criar = |t: &mut Tenant<'_>| templates::create(t, canal, &novo, agora());
        self.casa.dispatcher.da_empresa(self.casa.empresa, criar).unwrap().unwrap()
    }

    /// A batch of e-mail to all of Ana's, with its message: ready to be confirmed.
    pub(crate) fn pronto(&self) -> LoteId {
        let (id, template) = (self.novo(Canal::Email), self.template(Canal::Email, "Aviso"));
        self.selecionar(id, &de_ana()).unwrap();
        self.escolher(id, template).unwrap();
        id
    }

    /// What is shown now, or would be.
    pub(crate) fn olhar(&self, id: LoteId) -> Vista {
        self.gravar(|t| {
            let lote = lotes::get(t, id)?.unwrap();
            lotes::look(t, &lote, agora())
        })
    }

    /// Confirms what was shown when it was selected and its message chosen; a refusal leaves nothing.
    pub(crate) fn confirmar(&self, id: LoteId) -> Confirmacao {
        self.confirmar_com(id, &self.guardado(id))
    }

    /// The summary of what is kept: what was shown when it was selected and its message chosen, or was confirmed.
    pub(crate) fn guardado(&self, id: LoteId) -> Resumo {
        self.ler(id).mostrado().unwrap().resumo()
    }

    pub(crate) fn confirmar_com(&self, id: LoteId, resumo: &Resumo) -> Confirmacao {
        let confirmar = |t: &mut Tenant<'_>| {
            let lote = lotes::lock(t, id)?.unwrap();
            let feito = lotes::confirm(t, &lote, resumo, agora())?;
            let vale = matches!(feito, Confirmacao::Confirmado | Confirmacao::JaConfirmado);
            Ok(if vale { Ok(feito) } else { Err(feito) })
        };
        match self.lote.gravar(self.casa.empresa, CHAVE, confirmar).unwrap() {
            Ok(feito) | Err(feito) => feito,
        }
    }

    pub(crate) fn itens(&self, id: LoteId) -> Vec<DevedorId> {
        let itens = self.gravar(|t| lotes::items(t, id, None, 10_000));
        itens.into_iter().map(|item| item.devedor).collect()
    }
}

pub(crate) fn de_ana() -> Value {
    json!({"devedor": {"gerente": ["Ana"]}})
}

#[test]
fn b05_every_step_is_stored_and_can_be_taken_back() {
    let mesa = Mesa::nova(2, 0);
    let id = mesa.novo(Canal::Email);
    let passo = || {
        let lote = mesa.ler(id);
        (lote.estado, lote.versao, lote.selecao.is_some(), lote.texto.is_some())
    };
    assert_eq!(passo(), (EstadoLote::Rascunho, 1, false, false));
    mesa.selecionar(id, &de_ana()).unwrap();
    assert_eq!(passo(), (EstadoLote::Selecionado, 2, true, false));
    let template = mesa.template(Canal::Email, "Aviso");
    mesa.escolher(id, template).unwrap();
    assert_eq!(passo(), (EstadoLote::Mensagem, 3, true, true));
    mesa.selecionar(id, &json!({})).unwrap();
    assert_eq!(
        passo(),
        (EstadoLote::Selecionado, 4, true, false),
        "another selection asks for its message again"
    );
    let lote = mesa.ler(id);
    assert_eq!((lote.autor, lote.usuario.as_deref()), (Some(CHAVE), Some("bia")));
}

#[test]
fn b09_b10_a_selection_is_counted_with_the_reasons_of_those_who_cannot() {
    let mesa = Mesa::nova(5, 3);
    let sai = "SELECT devedor_id FROM cadastro.devedor_codigo WHERE codigo_integracao = 'd1'";
    mesa.casa.run(&format!(
        "INSERT INTO cadastro.opt_out (empresa_id, devedor_id, canal, desde) \
         SELECT '{}', ({sai}), 'email', now()",
        mesa.casa.empresa
    ));
    let contado = |tipo| {
        let id = mesa.novo(tipo);
        mesa.selecionar(id, &de_ana()).unwrap();
        mesa.ler(id).selecao.unwrap().contagem
    };
    let email = contado(Canal::Email);
    assert_eq!((email.atendem, email.com_contato), (8, 4));
    assert_eq!(email.excluidos, [(Exclusao::SemContato, 3), (Exclusao::OptOut, 1)]);
    let enriquecimento = contado(Canal::Enriquecimento);
    assert_eq!((enriquecimento.com_contato, enriquecimento.excluidos), (8, vec![]));
}

#[test]
fn b12_a_batch_sends_a_template_of_its_own_channel_that_is_not_archived() {
    let mesa = Mesa::nova(1, 0);
    assert!(!mesa.gravar(|t| lotes::exists_for(t, Canal::Email)));
    let (email, sms) = (mesa.template(Canal::Email, "A"), mesa.template(Canal::Sms, "B"));
    let serve = |id| mesa.gravar(|t| Ok(lotes::template(t, id)?.map(|dele| dele.serve(Canal::Email))));
    assert_eq!((serve(email), serve(sms), serve(TemplateId::new(CHAVE))), (Some(true), Some(false), None));
    assert!(mesa.gravar(|t| lotes::exists_for(t, Canal::Email)));
    mesa.casa.dispatcher.da_empresa(mesa.casa.empresa, |t| templates::archive(t, email, agora())).unwrap();
    assert_eq!(serve(email), Some(false));
    assert!(!mesa.gravar(|t| lotes::exists_for(t, Canal::Email)));
    assert!(mesa.gravar(|t| lotes::exists_for(t, Canal::Sms)));
}

#[test]
fn b12_what_has_no_text_has_no_message_to_choose() {
    let mesa = Mesa::nova(1, 0);
    let (id, template) = (mesa.novo(Canal::Enriquecimento), mesa.template(Canal::Email, "A"));
    mesa.selecionar(id, &de_ana()).unwrap();
    let escolhida = mesa.gravar(|t| {
        let (lote, template) = (lotes::lock(t, id)?.unwrap(), lotes::template(t, template)?.unwrap());
        lotes::choose(t, &lote, &template, agora())
    });
    assert_eq!(escolhida, Err(Recusa(EstadoLote::Selecionado)));
    assert_eq!(mesa.confirmar(id), Confirmacao::Confirmado);
    assert_eq!(mesa.ler(id).texto, None);
}

#[test]
fn b17_the_last_filter_of_a_user_is_offered_for_the_next_action() {
    let mesa = Mesa::nova(1, 0);
    let oferecido = |usuario: Option<&str>| {
        let id = mesa.novo_de(Canal::Sms, usuario, agora());
        mesa.gravar(|t| {
            let lote = lotes::get(t, id)?.unwrap();
            lotes::last_filter(t, &lote)
        })
        .map(|ultimo| (ultimo.tipo, ultimo.filtro.escrever()))
    };
    assert_eq!(oferecido(Some("bia")), None);
    mesa.selecionar(mesa.novo(Canal::Email), &json!({})).unwrap();
    mesa.selecionar(mesa.novo(Canal::Email), &de_ana()).unwrap();
    assert_eq!(oferecido(Some("bia")), Some((Canal::Email, de_ana())));
    assert_eq!((oferecido(Some("caio")), oferecido(None)), (None, None), "of that user, and of nobody else");
    // Without a user it is the key's, and no user is called as a key is.
    mesa.selecionar(mesa.novo_de(Canal::Carta, None, agora()), &json!({})).unwrap();
    assert_eq!(oferecido(None), Some((Canal::Carta, json!({}))));
    assert_eq!(oferecido(Some(&CHAVE.to_string())), None);
}

#[test]
fn b18_batches_are_found_by_status_and_by_days_of_the_company() {
    let mesa = Mesa::nova(1, 0);
    // Half past nine in the evening of the first of March in São Paulo, when it is the second in Greenwich.
    let noite: DateTime<Utc> = "2026-03-02T00:30:00Z".parse().unwrap();
    let ids: Vec<_> =
        (0..4).map(|n| mesa.novo_de(Canal::Email, None, noite + TimeDelta::hours(n * 12))).collect();
    mesa.selecionar(ids[1], &de_ana()).unwrap();
    let lista = |estado, de: Option<&str>, ate: Option<&str>| -> Vec<_> {
        let lista = Lista { tipo: None, estado, de: de.map(dia), ate: ate.map(dia) };
        let lidos = mesa.gravar(|t| lotes::list(t, &lista, None, 10));
        lidos.iter().map(|lote| ids.iter().position(|id| id.uuid() == lote.id).unwrap()).collect()
    };
    assert_eq!(lista(None, None, None), [3, 2, 1, 0]);
    assert_eq!(lista(Some(EstadoLote::Selecionado), None, None), [1]);
    assert_eq!(lista(None, None, Some("2026-03-01")), [0]);
    assert_eq!(lista(None, Some("2026-03-02"), Some("2026-03-02")), [2, 1]);
    assert_eq!(lista(Some(EstadoLote::Rascunho), Some("2026-03-02"), None), [3, 2]);
    let (mut vistos, mut antes_de) = (Vec::new(), None);
    while let [lote] = mesa.gravar(|t| lotes::list(t, &Lista::default(), antes_de, 1)).as_slice() {
        antes_de = Some((lote.criada_em, lote.id));
        vistos.push(LoteId::new(lote.id));
    }
    vistos.reverse();
    assert_eq!(vistos, ids, "page by page each comes once");
}

#[test]
fn r02_another_company_sees_no_batch() {
    let mesa = Mesa::nova(1, 0);
    let id = mesa.pronto();
    assert_eq!(mesa.confirmar(id), Confirmacao::Confirmado);
    let outra = nova_empresa(&mesa.casa.titulos, "Beta");
    let visto = mesa.lote.da_empresa(outra, |t| {
        let lista = lotes::list(t, &Lista::default(), None, 10)?.len();
        Ok((
            lotes::get(t, id)?.is_some(),
            lotes::lock(t, id)?.is_some(),
            lotes::items(t, id, None, 10)?.len(),
            lista,
        ))
    });
    assert_eq!(visto.unwrap(), (false, false, 0, 0));
    let ultimo = |lote: &Lote| mesa.lote.da_empresa(outra, |t| lotes::last_filter(t, lote)).unwrap();
    assert_eq!(ultimo(&mesa.ler(id)), None);
}

#[test]
fn b14_the_summary_of_what_is_kept_is_of_the_text_too() {
    let mesa = Mesa::nova(3, 1);
    let id = mesa.novo(Canal::Email);
    mesa.selecionar(id, &de_ana()).unwrap();
    let sem_texto = mesa.guardado(id);
    let template = mesa.template(Canal::Email, "A");
    mesa.escolher(id, template).unwrap();
    let Mostrado { atendem, com_contato, texto, .. } = mesa.ler(id).mostrado().unwrap();
    assert_eq!((atendem, com_contato, texto.unwrap().versao), (4, 3, 1));
    assert_ne!(mesa.guardado(id), sem_texto);
}
