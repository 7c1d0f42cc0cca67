//! Templates: versions, names, and the actions that name one.

use domain::execucao::Canal;
use domain::ids::{ConteudoId, TemplateId};
use domain::regua::EstadoRegua;
use store::reguas::{self, Conteudo};
use store::templates::{self, Filtro, NomeOcupado, TextoNomeado};
use store::{StoreError, Tenant, new_id};

use crate::apoio::{Casa, agora, d, nova_empresa, set_estado};

fn texto(nome: &str, corpo: &str) -> TextoNomeado {
    TextoNomeado { nome: nome.to_owned(), assunto: Some("Aviso".to_owned()), corpo: corpo.to_owned() }
}

impl Casa {
    fn templates<T>(&self, work: impl FnMut(&mut Tenant<'_>) -> Result<T, StoreError>) -> T {
        self.dispatcher.da_empresa(self.empresa, work).unwrap()
    }

    fn template(&self, nome: &str, corpo: &str) -> TemplateId {
        self.templates(|t| templates::create(t, Canal::Email, &texto(nome, corpo), agora())).unwrap()
    }

    /// Has every action of the only régua name this template.
    fn name_everywhere(&self, template: TemplateId) {
        let mudar = |t: &mut Tenant<'_>| {
            let id = reguas::list(t)?[0].regua.id();
            let antes = reguas::lock(t, id)?.unwrap();
            let mut depois = antes.clone();
            let mut posicoes = depois.regua.posicoes().to_vec();
            for acao in posicoes.iter_mut().flat_map(|posicao| &mut posicao.acoes) {
                let novo = ConteudoId::new(new_id(agora()));
                acao.conteudo = Some(novo);
                depois.conteudos.insert(novo, Conteudo::Template(template));
            }
            depois.regua = depois.regua.com_posicoes(posicoes).unwrap();
            reguas::save(t, &antes, &depois, agora())
        };
        self.engine.da_empresa(self.empresa, mudar).unwrap().unwrap();
    }
}

#[test]
fn every_change_is_a_version_and_the_same_again_is_none() {
    let casa = Casa::nova();
    let id = casa.template("Lembrete", "um");
    let mudar = |novo: &TextoNomeado| {
        casa.templates(|t| {
            let antes = templates::lock(t, id)?.unwrap();
            templates::change(t, &antes, novo, agora())
        })
    };
    assert_eq!(mudar(&texto("Lembrete", "um")), Ok(()));
    assert_eq!(mudar(&texto("Lembrete", "dois")), Ok(()));
    assert_eq!(mudar(&texto("Outro nome", "dois")), Ok(()));
    let lido = casa.templates(|t| templates::get(t, id)).unwrap();
    assert_eq!((lido.versao, lido.nome.as_str(), lido.corpo.as_str()), (3, "Outro nome", "dois"));
    let versoes = casa.templates(|t| templates::versions(t, id, None, 10));
    let vistas: Vec<_> = versoes.iter().map(|v| (v.versao, v.nome.as_str(), v.corpo.as_str())).collect();
    assert_eq!(vistas, [(3, "Outro nome", "dois"), (2, "Lembrete", "dois"), (1, "Lembrete", "um")]);
    assert_eq!(casa.templates(|t| templates::versions(t, id, Some(2), 10)).len(), 1);
}

#[test]
fn a_name_is_one_templates_of_its_channel_however_it_is_written() {
    let casa = Casa::nova();
    let id = casa.template("Cobrança", "um");
    let criar = |canal, nome: &str, assunto: Option<&str>| {
        let novo = TextoNomeado {
            nome: nome.to_owned(),
            assunto: assunto.map(str::to_owned),
            corpo: "x".to_owned(),
        };
        casa.templates(|t| templates::create(t, canal, &novo, agora()))
    };
    assert_eq!(criar(Canal::Email, "COBRANCA", Some("a")), Err(NomeOcupado));
    assert!(criar(Canal::Sms, "Cobrança", None).is_ok());
    let outro = criar(Canal::Email, "Outra", Some("a")).unwrap();
    let mudado = casa.templates(|t| {
        let antes = templates::lock(t, outro)?.unwrap();
        templates::change(t, &antes, &texto("cobrança", "x"), agora())
    });
    assert_eq!(mudado, Err(NomeOcupado));
    casa.templates(|t| templates::archive(t, id, agora()));
    assert!(criar(Canal::Email, "Cobrança", Some("a")).is_ok(), "an archived one gives its name up");
    let nomes = |filtro: &Filtro| -> Vec<String> {
        casa.templates(|t| templates::list(t, filtro, None, 10)).into_iter().map(|lido| lido.nome).collect()
    };
    assert_eq!(nomes(&Filtro { canal: Some(Canal::Email), arquivados: false }), ["Cobrança", "Outra"]);
    assert_eq!(nomes(&Filtro { canal: None, arquivados: true }), ["Cobrança"]);
    assert_eq!(nomes(&Filtro { canal: Some(Canal::Sms), arquivados: false }), ["Cobrança"]);
}

#[test]
fn r09_an_action_says_what_its_template_says_when_it_is_sent() {
    let casa = Casa::nova();
    let (execucao, _) = casa.queued();
    let id = casa.template("Aviso", "antes");
    casa.name_everywhere(id);
    casa.run(
        "UPDATE disparo.execucao e SET conteudo_id = a.conteudo_id FROM regua.acao a WHERE a.id = e.acao_id",
    );
    // Decided, and not sent yet: what is written now is what goes out.
    casa.templates(|t| {
        let antes = templates::lock(t, id)?.unwrap();
        templates::change(t, &antes, &texto("Aviso", "depois: #UF#"), agora())
    })
    .unwrap();
    let dados = casa.seen(execucao);
    assert_eq!((dados.assunto.as_deref(), dados.corpo.as_deref()), (Some("Aviso"), Some("depois: #UF#")));
}

#[test]
fn r09_a_regua_reads_back_the_template_that_its_action_names() {
    let casa = Casa::nova();
    casa.regua(&[d(0)]);
    let id = casa.template("Aviso", "x");
    casa.name_everywhere(id);
    let lidas = casa.engine.da_empresa(casa.empresa, reguas::list).unwrap();
    let conteudos: Vec<_> = lidas[0].conteudos.values().collect();
    assert_eq!(conteudos, [&Conteudo::Template(id)]);
    let vistos = casa.engine.da_empresa(casa.empresa, |t| reguas::templates(t, &[id])).unwrap();
    assert_eq!((vistos[0].canal.as_str(), vistos[0].arquivado), ("email", false));
}

#[test]
fn it_is_known_which_reguas_send_a_template_and_whether_any_ever_did() {
    let casa = Casa::nova();
    let regua = casa.regua(&[d(0)]);
    let id = casa.template("Aviso", "x");
    let uso = || casa.templates(|t| templates::usage(t, id));
    assert_eq!((uso().ja_usado, uso().reguas), (false, vec![]));
    casa.name_everywhere(id);
    assert_eq!((uso().ja_usado, uso().reguas), (true, vec!["Padrão".to_owned()]));
    casa.engine.da_empresa(casa.empresa, |t| set_estado(t, regua, EstadoRegua::Arquivada, agora())).unwrap();
    assert_eq!((uso().ja_usado, uso().reguas), (true, vec![]));
}

#[test]
fn an_action_cannot_name_a_template_that_is_gone_or_of_another_company() {
    let casa = Casa::nova();
    casa.regua(&[d(0)]);
    let apagado = casa.template("Aviso", "x");
    casa.templates(|t| templates::delete(t, apagado));
    assert!(casa.templates(|t| templates::get(t, apagado)).is_none());
    let outra = nova_empresa(&casa.titulos, "Beta");
    let dela =
        casa.dispatcher.da_empresa(outra, |t| templates::create(t, Canal::Email, &texto("a", "b"), agora()));
    for id in [apagado, dela.unwrap().unwrap()] {
        let tentar = |t: &mut Tenant<'_>| {
            let regua = reguas::list(t)?[0].regua.id();
            let antes = reguas::lock(t, regua)?.unwrap();
            let mut depois = antes.clone();
            let mut posicoes = depois.regua.posicoes().to_vec();
            let novo = ConteudoId::new(new_id(agora()));
            posicoes[0].acoes[0].conteudo = Some(novo);
            depois.conteudos.insert(novo, Conteudo::Template(id));
            depois.regua = depois.regua.com_posicoes(posicoes).unwrap();
            reguas::save(t, &antes, &depois, agora())
        };
        let erro = casa.engine.da_empresa(casa.empresa, tentar).unwrap_err();
        assert!(matches!(erro, StoreError::Raced), "{erro}");
        let visto = casa.engine.da_empresa(casa.empresa, |t| reguas::templates(t, &[id])).unwrap();
        assert!(visto.is_empty());
    }
}
