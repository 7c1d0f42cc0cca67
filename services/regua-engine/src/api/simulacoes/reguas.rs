//! The réguas that a simulation brings: read and judged as `POST /v1/reguas` would, and put in the place of those that the
//! company has.

use std::collections::BTreeMap;
use std::mem::discriminant;

use chrono::{DateTime, Utc};
use domain::ids::{AcaoId, PosicaoId, ReguaId};
use domain::regua::{Acao, Cabecalho, EstadoRegua, Gatilho, Posicao, Regua};
use serde_json::Value;
use store::reguas::{self, ReguaInteira};
use store::simulacoes::ReguaGuardada;
use store::{StoreError, Tenant, new_id};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{ErroCampo, Problema, Texto, esquema};

use super::super::criterios::CriteriosEntrada;
use super::super::edicao;
use super::super::entrada::{PosicaoEntrada, ReguaEntrada};
use super::super::regras::{self, fault};

/// Uma régua a simular: como em `POST /v1/reguas`, mais `id` e `estado`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the form of it alone: it is read in two parts")]
pub(super) struct ReguaSimulada {
    /// A régua que ela substitui; se ausente, é uma a mais.
    id: Option<Uuid>,
    /// Em que estado é simulada.
    #[schema(value_type = esquema::EstadoRegua, default = "ativa", required = false)]
    estado: String,
    /// Nome.
    #[schema(example = "Cobrança amigável")]
    nome: Texto<1, 120>,
    /// As réguas ativas são tentadas da menor para a maior.
    #[schema(default = 0, required = false)]
    prioridade: i32,
    /// Quem percorre a régua: o devedor com todos os seus títulos, ou cada título por si.
    #[schema(value_type = esquema::ModoRegua, default = "por_devedor", required = false)]
    modo: String,
    /// Para quem é; sem critérios, para todos.
    #[schema(required = false)]
    criterios: CriteriosEntrada,
    /// Posições, em qualquer ordem; uma por dia.
    #[schema(max_items = 1000, required = false)]
    posicoes: Vec<PosicaoEntrada>,
}

/// A régua of the body with no fault of its own.
#[derive(Clone)]
pub(super) struct ReguaPedida {
    /// Where it stands in the body.
    local: String,
    /// The one it takes the place of.
    id: Option<ReguaId>,
    estado: EstadoRegua,
    /// What `POST /v1/reguas` would read.
    corpo: Value,
}

/// Why réguas cannot be simulated: faults of fields, or else a conflict.
pub(super) struct Recusa {
    pub(super) erros: Vec<ErroCampo>,
    pub(super) conflito: Option<Problema>,
}

/// Reads up to `max` réguas. What is no list has no régua: whoever reads the whole body says so.
pub(super) fn read_all(reguas: Option<&Value>, max: usize) -> (Vec<ReguaPedida>, Vec<ErroCampo>) {
    let lista = reguas.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let (mut lidas, mut erros) = (Vec::new(), Vec::new());
    for (i, corpo) in lista.iter().take(max).enumerate() {
        match read(format!("/reguas/{i}"), corpo.clone()) {
            Ok(lida) => lidas.push(lida),
            Err(delas) => erros.extend(delas),
        }
    }
    (lidas, erros)
}

fn read(local: String, mut corpo: Value) -> Result<ReguaPedida, Vec<ErroCampo>> {
    let mut take =
        |campo| corpo.as_object_mut().and_then(|objeto| objeto.remove(campo)).filter(|v| !v.is_null());
    let (id, estado) = (take("id"), take("estado"));
    let mut erros = Vec::new();
    let id = id.and_then(|id| keep(web::parse(id), &format!("{local}/id"), &mut erros));
    let estado = estado.and_then(|estado| keep(web::parse(estado), &format!("{local}/estado"), &mut erros));
    keep(web::parse::<ReguaEntrada>(corpo.clone()), &local, &mut erros);
    erros.extend(regras::of_regua(&corpo).into_iter().map(|erro| under(&local, erro)));
    if erros.is_empty() {
        Ok(ReguaPedida { local, id, estado: estado.unwrap_or(EstadoRegua::Ativa), corpo })
    } else {
        Err(erros)
    }
}

/// Réguas that can be simulated, in the place of those of the company.
pub(super) fn build(
    t: &mut Tenant<'_>,
    pedidas: &[ReguaPedida],
    agora: DateTime<Utc>,
) -> Result<Result<Vec<ReguaGuardada>, Recusa>, StoreError> {
    let (mut prontas, mut recusa): (Vec<ReguaInteira>, _) =
        (Vec::new(), Recusa { erros: Vec::new(), conflito: None });
    for pedida in pedidas {
        if pedida.id.is_some_and(|id| prontas.iter().any(|pronta| pronta.regua.id() == id)) {
            recusa.erros.push(fault(
                &format!("{}/id", pedida.local),
                "repetido",
                "a régua já veio nesta lista",
            ));
            continue;
        }
        match build_one(t, pedida, agora)? {
            Ok(pronta) => prontas.push(pronta),
            Err(outra) => recusa.add(&pedida.local, outra),
        }
    }
    if let Some(igual) = equal(t, &prontas)? {
        recusa.conflito.get_or_insert(igual);
    }
    let sem_falha = recusa.erros.is_empty() && recusa.conflito.is_none();
    let guardar = |pronta: &ReguaInteira| ReguaGuardada::new(&pronta.regua, &pronta.nome);
    Ok(if sem_falha { Ok(prontas.iter().map(guardar).collect()) } else { Err(recusa) })
}

fn build_one(
    t: &mut Tenant<'_>,
    pedida: &ReguaPedida,
    agora: DateTime<Utc>,
) -> Result<Result<ReguaInteira, Problema>, StoreError> {
    let antes = match pedida.id {
        None => None,
        Some(id) => match reguas::get(t, id)? {
            Some(antes) if antes.regua.estado() != EstadoRegua::Arquivada => Some(antes),
            Some(_) => return Ok(Err(of_id("regua_arquivada", "uma régua arquivada não muda mais"))),
            None => return Ok(Err(of_id("regua_desconhecida", format!("não há régua {id}")))),
        },
    };
    let entrada = match web::parse::<ReguaEntrada>(pedida.corpo.clone()) {
        Ok(entrada) => entrada,
        Err(erros) => return Ok(Err(Problema::validacao(erros))),
    };
    let conhecidos = reguas::creditors(t, &entrada.criterios.codigos())?;
    let criterios = match entrada.criterios.into_criterios(&conhecidos) {
        Ok(criterios) => criterios,
        Err(erros) => return Ok(Err(Problema::validacao(erros))),
    };
    let cabecalho = Cabecalho {
        id: antes.as_ref().map_or_else(|| ReguaId::new(new_id(agora)), |antes| antes.regua.id()),
        prioridade: entrada.prioridade,
        estado: pedida.estado,
        criada_em: antes.as_ref().map_or(agora, |antes| antes.regua.criada_em()),
        modo: entrada.modo,
        criterios,
    };
    let posicoes = entrada.posicoes.into_iter().map(|posicao| posicao.nova(agora)).collect();
    let criada = edicao::create(entrada.nome.into_string(), cabecalho, posicoes);
    let herdada = criada.and_then(|nova| match &antes {
        Some(antes) => inherit(nova, &antes.regua),
        None => Ok(nova),
    });
    Ok(herdada.and_then(|depois| edicao::set_estado(&depois, pedida.estado)))
}

/// The new régua with the ids of what the old one had on the same day and by the same channel, so that whoever walks the old
/// one is where it was, and who was reminded is not reminded again.
fn inherit(nova: ReguaInteira, antes: &Regua) -> Result<ReguaInteira, Problema> {
    let mesmas: BTreeMap<PosicaoId, &Posicao> = nova
        .regua
        .posicoes()
        .iter()
        .filter_map(|posicao| {
            Some((posicao.id, antes.posicoes().iter().find(|velha| same_day(velha, posicao))?))
        })
        .collect();
    let id_de = |id: PosicaoId| mesmas.get(&id).map_or(id, |velha| velha.id);
    let posicoes = nova.regua.posicoes().iter().map(|posicao| Posicao {
        id: id_de(posicao.id),
        gatilho: match posicao.gatilho {
            Gatilho::Reposicionamento { dias, para } => Gatilho::Reposicionamento { dias, para: id_de(para) },
            gatilho @ (Gatilho::Lembrete { .. } | Gatilho::Cobranca { .. }) => gatilho,
        },
        acoes: mesmas
            .get(&posicao.id)
            .map_or_else(|| posicao.acoes.clone(), |velha| named_as(&velha.acoes, &posicao.acoes)),
    });
    let com_posicoes = antes.clone().com_posicoes(posicoes.collect());
    // The positions were a régua already, and still are on the same days.
    let regua = com_posicoes.map_err(|erro| Problema::interno("simulando uma régua", &erro))?;
    let regua = regua.com_cabecalho(nova.regua.cabecalho().clone());
    Ok(ReguaInteira { regua, ..nova })
}

fn same_day(velha: &Posicao, nova: &Posicao) -> bool {
    discriminant(&velha.gatilho) == discriminant(&nova.gatilho)
        && velha.gatilho.to_string() == nova.gatilho.to_string()
}

/// The new actions under the ids of the old ones of their channel, one by one.
fn named_as(velhas: &[Acao], novas: &[Acao]) -> Vec<Acao> {
    let mut livres: Vec<(AcaoId, _)> = velhas.iter().map(|velha| (velha.id, velha.canal)).collect();
    let nomear = |nova: &Acao| {
        let lugar = livres.iter().position(|(_, canal)| *canal == nova.canal);
        Acao { id: lugar.map_or(nova.id, |i| livres.remove(i).0), ..nova.clone() }
    };
    novas.iter().map(nomear).collect()
}

/// Rule s11, among the réguas that would be.
fn equal(t: &mut Tenant<'_>, prontas: &[ReguaInteira]) -> Result<Option<Problema>, StoreError> {
    let chave = |regua: &Regua| (regua.modo(), regua.criterios().clone());
    let vivas = || prontas.iter().filter(|pronta| pronta.regua.estado() != EstadoRegua::Arquivada);
    for (i, pronta) in vivas().enumerate() {
        let irma = vivas().skip(i + 1).find(|outra| chave(&outra.regua) == chave(&pronta.regua));
        if let Some(irma) = irma {
            return Ok(Some(edicao::equal(irma.regua.id(), &irma.nome)));
        }
        let gravada = reguas::equal_to(t, &pronta.regua)?.map(|outra| (ReguaId::new(outra.id), outra.nome));
        let fica = |id: ReguaId| prontas.iter().all(|outra| outra.regua.id() != id);
        if let Some((id, nome)) = gravada.filter(|(id, _)| fica(*id)) {
            return Ok(Some(edicao::equal(id, &nome)));
        }
    }
    Ok(None)
}

impl Recusa {
    fn add(&mut self, local: &str, problema: Problema) {
        if problema.erros().is_empty() {
            self.conflito.get_or_insert(problema);
        } else {
            self.erros.extend(problema.erros().iter().cloned().map(|erro| under(local, erro)));
        }
    }
}

fn of_id(codigo: &'static str, detalhe: impl Into<std::borrow::Cow<'static, str>>) -> Problema {
    Problema::validacao(vec![fault("/id", codigo, detalhe)])
}

fn keep<T>(lido: Result<T, Vec<ErroCampo>>, local: &str, erros: &mut Vec<ErroCampo>) -> Option<T> {
    match lido {
        Ok(lido) => Some(lido),
        Err(novos) => {
            erros.extend(novos.into_iter().map(|erro| under(local, erro)));
            None
        }
    }
}

/// The fault at its place in the whole body.
fn under(local: &str, erro: ErroCampo) -> ErroCampo {
    ErroCampo { campo: format!("{local}{}", erro.campo), ..erro }
}
