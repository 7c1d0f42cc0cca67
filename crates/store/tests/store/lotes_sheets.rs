//! A batch for whom a sheet names (rules b03, b04).

use domain::documento::Documento;
use domain::execucao::Canal;
use domain::filtro::Exclusao;
use domain::ids::{DevedorId, EmpresaId, LoteId, PlanilhaId};
use domain::lote::{EstadoLote, Planilha, Quem};
use domain::planilha::Identificacao;
use serde_json::json;
use store::filtros::{self, Alvo, Selecao};
use store::lotes::planilhas::{self, Achado, Erro, NovaPlanilha, Recusada};
use store::lotes::{self, Confirmacao, Recusa};

use crate::apoio::{agora, cpf, nova_empresa};
use crate::lotes::{Mesa, de_ana};

fn codigo(n: u32) -> Identificacao {
    Identificacao::Codigo(format!("d{n}"))
}

fn ambos(codigo: &str, documento: Documento) -> Identificacao {
    Identificacao::CodigoEDocumento { codigo: codigo.to_owned(), documento }
}

impl Mesa {
    fn achar(&self, ditos: &[Identificacao]) -> Vec<Achado> {
        self.gravar(|t| planilhas::find(t, ditos))
    }

    fn devedor(&self, n: u32) -> DevedorId {
        let achado = self.achar(&[codigo(n)])[0];
        let Achado::Devedor(id) = achado else { panic!("{achado:?}") };
        id
    }

    /// Selects by a sheet whose lines name these, by number.
    fn por_planilha(&self, id: LoteId, quem: &[u32]) -> Result<PlanilhaId, Recusa> {
        let nomeados: Vec<_> = quem.iter().zip(2..).map(|(n, linha)| (self.devedor(*n), linha)).collect();
        self.gravar(|t| {
            let lote = lotes::lock(t, id)?.unwrap();
            let planilha = planilhas::new_sheet(agora());
            let aceitas = planilhas::name(t, planilha, &nomeados)?;
            let repetidas = i64::try_from(nomeados.len()).unwrap() - aceitas;
            let planilha = Planilha { id: planilha, avulsa: false, aceitas, repetidas, recusadas: 0 };
            planilhas::create(t, id, &nova(planilha), agora())?;
            Ok(lotes::select(t, &lote, &Quem::Planilha(planilha), agora())?.map(|()| planilha.id))
        })
    }
}

fn nova(planilha: Planilha) -> NovaPlanilha {
    let cabecalho = ["codigo_integracao", "documento"].map(str::to_owned).to_vec();
    NovaPlanilha { nome: None, formato: "csv", cabecalho, planilha, desconhecidas: 0 }
}

#[test]
fn b03_a_line_means_a_debtor_of_the_company_and_its_code_and_document_are_of_one() {
    let mesa = Mesa::nova(3, 0);
    let sem_documento = "UPDATE cadastro.devedor SET documento = NULL, tipo_pessoa = 'isenta' \
        WHERE id = (SELECT devedor_id FROM cadastro.devedor_codigo WHERE codigo_integracao = 'd3')";
    mesa.casa.run(sem_documento);
    let [um, _, tres] = [1, 2, 3].map(|n| Achado::Devedor(mesa.devedor(n)));
    let casos = [
        (codigo(1), um),
        (Identificacao::Documento(cpf(1)), um),
        (ambos("d1", cpf(1)), um),
        (ambos("d1", cpf(2)), Achado::DeOutro),
        (ambos("d1", cpf(9)), Achado::DeOutro),
        (ambos("d3", cpf(9)), tres),
        (ambos("d3", cpf(1)), Achado::DeOutro),
        (ambos("d9", cpf(1)), Achado::Ninguem),
        (codigo(9), Achado::Ninguem),
        (Identificacao::Documento(cpf(9)), Achado::Ninguem),
    ];
    let (ditos, espera): (Vec<_>, Vec<_>) = casos.into_iter().unzip();
    assert_eq!(mesa.achar(&ditos), espera);
    let outra = nova_empresa(&mesa.casa.titulos, "Outra");
    let de_outra = mesa.lote.da_empresa(outra, |t| planilhas::find(t, &ditos)).unwrap();
    assert!(de_outra.iter().all(|achado| *achado == Achado::Ninguem), "{de_outra:?}");
}

#[test]
fn b03_whom_a_sheet_names_is_counted_looked_at_and_confirmed_as_whom_a_filter_takes() {
    let mesa = Mesa::nova(5, 2);
    let id = mesa.novo(Canal::Email);
    let planilha = mesa.por_planilha(id, &[2, 4, 2, 6]).unwrap();
    let lote = mesa.ler(id);
    let selecao = lote.selecao.clone().unwrap();
    let lida = Planilha { id: planilha, avulsa: false, aceitas: 3, repetidas: 1, recusadas: 0 };
    assert_eq!((lote.estado, &selecao.quem), (EstadoLote::Selecionado, &Quem::Planilha(lida)));
    assert_eq!(lida.linhas(), 4);
    assert_eq!((selecao.contagem.atendem, selecao.contagem.com_contato), (3, 2));
    assert_eq!(selecao.contagem.excluidos, [(Exclusao::SemContato, 1)]);

    let [dois, quatro, seis] = [2, 4, 6].map(|n| mesa.devedor(n));
    mesa.gravar(|t| {
        let dia = lotes::day(t, agora())?;
        let selecao = Selecao { quem: Alvo::Planilha(planilha), tipo: Canal::Email, dia };
        let vistos = filtros::sample(t, (&selecao, 10), None, 10)?;
        let vistos: Vec<_> = vistos.into_iter().map(|visto| DevedorId::new(visto.id)).collect();
        assert_eq!(vistos, [dois, quatro, seis]);
        assert_eq!(filtros::ids(t, &selecao, None, 10)?.len(), 2);
        let vizinhos = filtros::neighbours(t, (&selecao, 10), None)?.unwrap();
        assert_eq!((vizinhos.este, vizinhos.anterior, vizinhos.proximo), (dois, None, Some(quatro)));
        assert_eq!(filtros::neighbours(t, (&selecao, 10), Some(seis))?, None, "he has no address");
        Ok(())
    });

    let template = mesa.template(Canal::Email, "Aviso");
    mesa.escolher(id, template).unwrap();
    assert_eq!(mesa.confirmar(id), Confirmacao::Confirmado);
    let mut itens = [dois, quatro];
    itens.sort_unstable();
    assert_eq!(mesa.itens(id), itens);
    assert_eq!(mesa.por_planilha(id, &[1]), Err(Recusa(EstadoLote::NaFila)));
}

#[test]
fn b05_a_sheet_takes_the_place_of_a_filter_and_a_filter_that_of_a_sheet_and_b17_only_the_filter_is_offered_again()
 {
    let mesa = Mesa::nova(3, 0);
    let id = mesa.novo(Canal::Email);
    let resumos = [
        mesa.por_planilha(id, &[1, 2]).map(|_planilha| mesa.ler(id)),
        mesa.selecionar(id, &de_ana()).map(|()| mesa.ler(id)),
        mesa.por_planilha(id, &[1, 2]).map(|_planilha| mesa.ler(id)),
    ];
    let lotes = resumos.map(Result::unwrap);
    let resumo = |n: usize| lotes[n].mostrado().unwrap().resumo();
    assert_ne!(resumo(0), resumo(2), "another sheet, though it says the same");
    let selecoes = lotes.each_ref().map(|lote| lote.selecao.clone().unwrap());
    assert_eq!(selecoes.each_ref().map(|selecao| selecao.contagem.atendem), [2, 3, 2]);
    assert_eq!(selecoes.each_ref().map(|selecao| selecao.quem.planilha().is_some()), [true, false, true]);
    let ultimo = mesa.gravar(|t| {
        let lote = lotes::get(t, id)?.unwrap();
        lotes::last_filter(t, &lote)
    });
    assert_eq!(ultimo.unwrap().filtro.escrever(), de_ana());
}

#[test]
fn b04_refused_lines_come_back_as_they_were_in_their_order_and_only_to_their_company() {
    let mesa = Mesa::nova(1, 0);
    let recusada = |linha: i64| Recusada {
        linha,
        celulas: vec![format!("x{linha}"), "a\0b".to_owned(), "=1\"'".to_owned()],
        erros: vec![Erro {
            campo: None,
            codigo: "devedor_desconhecido".to_owned(),
            detalhe: "ninguém".to_owned(),
        }],
    };
    let planilha = planilhas::new_sheet(agora());
    mesa.gravar(|t| {
        planilhas::refuse(t, planilha, &[recusada(7), recusada(3)])?;
        planilhas::refuse(t, planilha, &[])
    });
    let espera = |linha| Recusada {
        celulas: vec![format!("x{linha}"), "a\u{fffd}b".to_owned(), "=1\"'".to_owned()],
        ..recusada(linha)
    };
    let lidas = |empresa: EmpresaId, depois_de| {
        mesa.lote.da_empresa(empresa, |t| planilhas::refused(t, planilha, depois_de, 10)).unwrap()
    };
    let empresa = mesa.casa.empresa;
    assert!(lidas(empresa, 0) == [espera(3), espera(7)]);
    assert!(lidas(empresa, 3) == [espera(7)]);
    let outra = nova_empresa(&mesa.casa.titulos, "Outra");
    assert!(lidas(outra, 0).is_empty());
}

#[test]
fn b04_every_line_of_a_sheet_is_counted_once_or_the_sheet_is_not_kept() {
    let mesa = Mesa::nova(1, 0);
    let id = mesa.novo(Canal::Email);
    mesa.por_planilha(id, &[1]).unwrap();
    for (mudanca, regra) in [
        ("linhas = 2", "planilha_contas"),
        ("repetidas = -1, linhas = 0", "repetidas_check"),
        ("desconhecidas = 1", "planilha_check"),
        ("formato = 'pdf'", "formato_check"),
    ] {
        let sql = format!("UPDATE lote.planilha SET {mudanca}");
        let erro = diesel::connection::SimpleConnection::batch_execute(&mut mesa.casa.root(), &sql);
        let erro = erro.err().map(|erro| erro.to_string()).unwrap_or_default();
        assert!(erro.contains(regra), "{mudanca}: {erro}");
    }
    assert_eq!(json!(mesa.casa.n("(SELECT count(*) FROM lote.planilha)::int")), json!(1));
}
