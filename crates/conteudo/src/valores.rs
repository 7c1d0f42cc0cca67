//! What each coringa becomes. What is not known is left out, so that a text that asks for it does not leave.

use chrono::NaiveDate;
use domain::coringas::{Coringa, Tipo, extenso, nome_escrito, primeiro_nome};
use domain::dinheiro::Centavos;
use domain::documento::{Documento, TipoPessoa};
use domain::encargos::Componentes;
use domain::endereco::{Cep, Endereco};
use domain::execucao::Fonte;
use domain::telefone::Telefone;
use render::{Valor, Valores};
use store::disparos::{Cerca, Linha};
use store::fatos::{Credor, DoTitulo, Fatos};
use store::previas::Previa;

/// Where the values come from.
pub(crate) struct Origem<'a> {
    /// Rule b01: nobody's títulos, so that whose demand it is must be the company's.
    avulso: bool,
    empresa_nome: &'a str,
    remetente_email: &'a str,
    nome: &'a str,
    documento: Option<Documento>,
    codigo: Option<&'a str>,
    email: Option<&'a str>,
    fatos: &'a Fatos,
}

impl<'a> From<&'a Cerca> for Origem<'a> {
    fn from(dados: &'a Cerca) -> Self {
        Self {
            avulso: dados.fonte == Fonte::Avulso,
            empresa_nome: &dados.empresa_nome,
            remetente_email: &dados.remetente_email,
            nome: &dados.devedor_nome,
            documento: document(dados.devedor_documento.as_deref()),
            codigo: dados.devedor_codigo.as_deref(),
            email: dados.devedor_email.as_deref(),
            fatos: &dados.fatos,
        }
    }
}

impl<'a> From<&'a Previa> for Origem<'a> {
    fn from(previa: &'a Previa) -> Self {
        Self {
            avulso: previa.avulso,
            empresa_nome: &previa.empresa_nome,
            remetente_email: &previa.remetente_email,
            nome: &previa.nome,
            documento: document(previa.documento.as_deref()),
            codigo: previa.codigo.as_deref(),
            email: previa.email.as_deref(),
            fatos: &previa.fatos,
        }
    }
}

/// The values of a message about these títulos, the reference first. `hoje` is the company's own date.
pub(crate) fn values(origem: &Origem<'_>, linhas: &[&Linha], hoje: NaiveDate) -> Valores {
    let mut valores =
        Valores::new().com(Coringa::DataHoje, hoje).com(Coringa::DataExtenso, extenso::data(hoje));
    set_devedor(&mut valores, origem);
    set_endereco(&mut valores, origem.fatos.destinatario.endereco.as_ref());
    set_empresa(&mut valores, origem);
    set_sistema(&mut valores, origem.fatos);
    if let Some(referencia) = linhas.first() {
        set_referencia(&mut valores, referencia, hoje);
        set_encargos(&mut valores, origem.fatos.devido(referencia, hoje));
        set_credor(&mut valores, Some(referencia), origem);
        set_acordo(&mut valores, referencia, origem.fatos);
        if let Some(dela) = origem.fatos.titulos.get(&referencia.titulo.id) {
            set_pagamento(&mut valores, dela);
        }
        set_totais(&mut valores, linhas, origem.fatos, hoje);
    } else if origem.avulso {
        set_credor(&mut valores, None, origem);
    }
    valores
}

/// The values of the sample debtor: what the catalogue shows.
pub(crate) fn sample() -> Valores {
    let mut valores = Valores::new();
    for coringa in Coringa::TODOS {
        valores.set(*coringa, sample_of(*coringa));
    }
    valores
}

/// What the catalogue shows of one.
pub(crate) fn sample_of(coringa: Coringa) -> Valor {
    let exemplo = coringa.exemplo();
    let data = |texto: &str| NaiveDate::parse_from_str(texto, "%d/%m/%Y").ok();
    let dinheiro = |texto: &str| {
        let escrito = texto.trim_start_matches("R$ ").replace('.', "").replace(',', ".");
        Centavos::parse(&escrito).ok()
    };
    let tipado = match coringa.tipo() {
        Tipo::Texto | Tipo::Codigo => None,
        Tipo::Data => data(exemplo).map(Valor::from),
        Tipo::Dinheiro => dinheiro(exemplo).map(Valor::from),
        Tipo::Inteiro => exemplo.parse::<u64>().ok().map(Valor::from),
        Tipo::Lista => {
            let linha = |numero: &str, vencimento| render::Linha {
                numero: numero.to_owned(),
                vencimento,
                valor: Centavos::new(123_456),
            };
            let vencimentos = data("10/03/2026").zip(data("20/03/2026"));
            vencimentos.map(|(um, outro)| vec![linha("NF-2031/1", um), linha("NF-2031/2", outro)].into())
        }
    };
    tipado.unwrap_or_else(|| exemplo.into())
}

fn document(texto: Option<&str>) -> Option<Documento> {
    texto.and_then(|texto| Documento::parse(texto).ok())
}

fn set_some(valores: &mut Valores, coringa: Coringa, valor: Option<impl Into<Valor>>) {
    if let Some(valor) = valor {
        valores.set(coringa, valor);
    }
}

fn set_devedor(valores: &mut Valores, origem: &Origem<'_>) {
    let tipo = origem.documento.as_ref().map_or(TipoPessoa::Isenta, Documento::tipo_pessoa);
    let nome = nome_escrito(origem.nome, tipo);
    set_some(valores, Coringa::PrimeiroNome, primeiro_nome(&nome, tipo));
    valores.set(Coringa::Nome, nome.as_str());
    set_some(valores, Coringa::CpfCnpj, origem.documento.as_ref().map(Documento::formatado));
    set_some(valores, Coringa::CpfCnpjMascarado, origem.documento.as_ref().map(Documento::mascarado));
    set_some(valores, Coringa::CodigoDevedor, origem.codigo);
    set_some(valores, Coringa::Email, origem.email);
    let dele = &origem.fatos.destinatario;
    set_some(valores, Coringa::Categoria, dele.categoria.as_deref());
    set_some(valores, Coringa::Gerente, dele.gerente.as_deref());
    let telefone = dele.telefone.as_deref().and_then(|telefone| Telefone::parse(telefone).ok());
    set_some(valores, Coringa::Telefone, telefone.as_ref().map(Telefone::formatado));
}

fn set_endereco(valores: &mut Valores, endereco: Option<&Endereco>) {
    let Some(endereco) = endereco else { return };
    set_some(valores, Coringa::Endereco, endereco.logradouro.as_deref());
    set_some(valores, Coringa::Numero, endereco.numero.as_deref());
    set_some(valores, Coringa::Complemento, endereco.complemento.as_deref());
    set_some(valores, Coringa::Bairro, endereco.bairro.as_deref());
    valores.set(Coringa::Cidade, endereco.cidade.as_str());
    valores.set(Coringa::Uf, endereco.uf.as_str());
    set_some(valores, Coringa::Cep, endereco.cep.map(Cep::formatado));
}

fn set_empresa(valores: &mut Valores, origem: &Origem<'_>) {
    let emitente = &origem.fatos.emitente;
    valores.set(Coringa::Empresa, origem.empresa_nome);
    valores.set(Coringa::EmpresaEmail, origem.remetente_email);
    let documento = document(emitente.documento.as_deref());
    set_some(valores, Coringa::EmpresaCnpj, documento.as_ref().map(Documento::formatado));
    set_some(valores, Coringa::EmpresaEndereco, emitente.endereco.as_ref().map(Endereco::em_linha));
}

fn set_sistema(valores: &mut Valores, fatos: &Fatos) {
    set_some(valores, Coringa::Protocolo, fatos.protocolo.map(|id| id.to_string()));
    if let Some(regua) = &fatos.regua {
        valores.set(Coringa::Regua, regua.nome.as_str());
        valores.set(Coringa::Posicao, regua.posicao.as_str());
    }
}

fn set_referencia(valores: &mut Valores, referencia: &Linha, hoje: NaiveDate) {
    let titulo = &referencia.titulo;
    // Before its due date a título is zero days late.
    let atraso = u64::try_from((hoje - titulo.vencimento).num_days()).unwrap_or(0);
    valores.set(Coringa::Titulo, referencia.numero.as_str());
    set_some(valores, Coringa::TipoTitulo, titulo.tipo_titulo.as_ref().map(domain::Rotulo::as_str));
    set_some(valores, Coringa::TipoNegocio, titulo.tipo_negocio.as_ref().map(domain::Rotulo::as_str));
    valores.set(Coringa::DataVencimento, titulo.vencimento);
    valores.set(Coringa::DiasAtraso, atraso);
    valores.set(Coringa::ValorOriginal, referencia.valor);
    valores.set(Coringa::Saldo, titulo.saldo);
}

fn set_encargos(valores: &mut Valores, devido: Option<Componentes>) {
    let Some(devido) = devido else { return };
    valores.set(Coringa::Multa, devido.multa);
    valores.set(Coringa::Juros, devido.juros);
    valores.set(Coringa::Correcao, devido.correcao);
    valores.set(Coringa::ValorAtualizado, devido.total());
}

/// Whom the reference is owed to: the company itself where it names nobody, and where there is none.
fn set_credor(valores: &mut Valores, referencia: Option<&Linha>, origem: &Origem<'_>) {
    let de_outro =
        referencia.and_then(|referencia| Some((referencia.titulo.id, referencia.credor.as_deref()?)));
    let nome = de_outro.map_or(origem.empresa_nome, |(_, nome)| nome);
    let dele = match de_outro {
        Some((titulo, _)) => {
            origem.fatos.titulos.get(&titulo).and_then(|dela| dela.credor.clone()).unwrap_or_default()
        }
        None => Credor {
            documento: origem.fatos.emitente.documento.clone(),
            endereco: origem.fatos.emitente.endereco.clone(),
            email: Some(origem.remetente_email.to_owned()),
            ..Credor::default()
        },
    };
    let razao_social = dele.razao_social.as_deref().unwrap_or(nome);
    let documento = document(dele.documento.as_deref());
    let endereco = dele.endereco.as_ref().map(Endereco::em_linha);
    valores.set(Coringa::Credor, nome);
    valores.set(Coringa::CredorRazaoSocial, razao_social);
    set_some(valores, Coringa::CredorCnpj, documento.as_ref().map(Documento::formatado));
    set_some(valores, Coringa::CredorEndereco, endereco.clone());
    set_some(valores, Coringa::CredorTelefone, dele.telefone);
    set_some(valores, Coringa::CredorEmail, dele.email);
    set_some(valores, Coringa::CredorSite, dele.site);
    if let (Some(documento), Some(endereco)) = (documento, endereco) {
        valores.set(Coringa::TextoLegal42a, legal_text(razao_social, &documento, &endereco));
    }
}

/// CDC 42-A: name, address and CPF or CNPJ of whoever supplied what is demanded.
fn legal_text(nome: &str, documento: &Documento, endereco: &str) -> String {
    let qual = match documento {
        Documento::Cpf(_) => "CPF",
        Documento::Cnpj(_) => "CNPJ",
    };
    format!("Credor: {nome}, {qual} {}, {endereco}.", documento.formatado())
}

fn set_acordo(valores: &mut Valores, referencia: &Linha, fatos: &Fatos) {
    let Some(parcela) = fatos.parcelas.get(&referencia.titulo.id) else { return };
    valores.set(Coringa::DataAcordo, parcela.acordada_em);
    valores.set(Coringa::ValorAcordo, parcela.acordado);
    set_some(valores, Coringa::ValorEntrada, parcela.entrada);
    valores.set(Coringa::QtdParcelas, parcela.parcelas);
    valores.set(Coringa::ParcelaAtual, parcela.parcela);
    valores.set(Coringa::ValorParcela, referencia.valor);
}

fn set_pagamento(valores: &mut Valores, dela: &DoTitulo) {
    set_some(valores, Coringa::DataEmissao, dela.emissao);
    set_some(valores, Coringa::NossoNumero, dela.nosso_numero.as_deref());
    set_some(valores, Coringa::LinhaDigitavel, dela.linha_digitavel.as_deref());
    set_some(valores, Coringa::PixCopiaCola, dela.pix_copia_e_cola.as_deref());
    set_some(valores, Coringa::LinkBoleto, dela.link_boleto.as_deref());
}

fn set_totais(valores: &mut Valores, linhas: &[&Linha], fatos: &Fatos, hoje: NaiveDate) {
    let lista = linhas.iter().map(|linha| render::Linha {
        numero: linha.numero.clone(),
        vencimento: linha.titulo.vencimento,
        valor: linha.titulo.saldo,
    });
    valores.set(Coringa::QtdTitulos, u64::try_from(linhas.len()).unwrap_or(u64::MAX));
    valores.set(Coringa::Total, linhas.iter().map(|linha| linha.titulo.saldo).sum::<Centavos>());
    valores.set(Coringa::TotalOriginal, linhas.iter().map(|linha| linha.valor).sum::<Centavos>());
    let devidos: Option<Vec<Componentes>> = linhas.iter().map(|linha| fatos.devido(linha, hoje)).collect();
    let atualizado = devidos.map(|devidos| devidos.into_iter().map(Componentes::total).sum::<Centavos>());
    set_some(valores, Coringa::TotalAtualizado, atualizado);
    set_some(
        valores,
        Coringa::VencimentoMaisAntigo,
        linhas.iter().map(|linha| linha.titulo.vencimento).min(),
    );
    valores.set(Coringa::ListaTitulos, lista.collect::<Vec<_>>());
}
