//! The difference that a change of réguas makes.

use domain::execucao::Canal;
use domain::regua::Apuracao;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use web::esquema;

use super::{DaRegua, Nomes};

/// O que muda: sem a mudança (`antes`) e com ela (`depois`).
#[derive(Serialize, ToSchema)]
pub(super) struct Impacto {
    /// Ações por canal.
    canais: Vec<ImpactoNoCanal>,
    /// Por régua, em devedores.
    reguas: Vec<ImpactoNaRegua>,
    /// Devedores com títulos cobráveis que nenhuma régua recebe.
    descobertos: AntesDepois,
}

/// Ações de um canal.
#[derive(Serialize, ToSchema)]
struct ImpactoNoCanal {
    /// Canal.
    #[schema(value_type = esquema::Canal, example = "email")]
    canal: &'static str,
    /// Quantas.
    #[serde(flatten)]
    acoes: AntesDepois,
}

/// O que muda numa régua, em devedores e em ações.
#[derive(Serialize, ToSchema)]
struct ImpactoNaRegua {
    /// Régua.
    regua_id: Uuid,
    /// Nome.
    #[schema(example = "Cobrança amigável")]
    nome: String,
    /// Quem entra.
    entram: AntesDepois,
    /// Quem sai.
    saem: AntesDepois,
    /// De quem sai, quem migra para outra régua.
    migram: AntesDepois,
    /// Ações.
    acoes: AntesDepois,
}

/// Um número sem a mudança e com ela.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
struct AntesDepois {
    /// Com as réguas como estão.
    #[schema(example = 40)]
    antes: u64,
    /// Com as réguas do pedido.
    #[schema(example = 55)]
    depois: u64,
}

impl Impacto {
    pub(super) fn new(presente: &Apuracao, simulado: &Apuracao, nomes: &Nomes) -> Self {
        let por_canal = |apuracao: &Apuracao, canal: Canal| {
            apuracao.acoes.iter().filter(|(chave, _)| chave.3 == canal).map(|(_, n)| *n).sum()
        };
        let canais = Canal::TODOS.iter().map(|canal| ImpactoNoCanal {
            canal: canal.as_str(),
            acoes: AntesDepois { antes: por_canal(presente, *canal), depois: por_canal(simulado, *canal) },
        });
        let reguas = nomes.iter().filter_map(|(id, nomeada)| {
            ImpactoNaRegua::new(
                &nomeada.nome,
                DaRegua { apuracao: presente, id: *id },
                DaRegua { apuracao: simulado, id: *id },
            )
        });
        Self {
            canais: canais.filter(|canal| canal.acoes != AntesDepois { antes: 0, depois: 0 }).collect(),
            reguas: reguas.collect(),
            descobertos: AntesDepois { antes: presente.descobertos, depois: simulado.descobertos },
        }
    }
}

impl ImpactoNaRegua {
    /// `None` where nothing happens either way.
    fn new(nome: &str, antes: DaRegua<'_>, depois: DaRegua<'_>) -> Option<Self> {
        let par = |de: fn(DaRegua<'_>) -> u64| AntesDepois { antes: de(antes), depois: de(depois) };
        let impacto = Self {
            regua_id: antes.id.uuid(),
            nome: nome.to_owned(),
            entram: par(|dela| dela.entradas().devedores),
            saem: par(|dela| dela.saidas().devedores),
            migram: par(|dela| dela.migracoes().devedores),
            acoes: par(|dela| dela.acoes().map(|(_, n)| n).sum()),
        };
        let nada = AntesDepois { antes: 0, depois: 0 };
        (impacto.entram != nada || impacto.saem != nada || impacto.acoes != nada).then_some(impacto)
    }
}
