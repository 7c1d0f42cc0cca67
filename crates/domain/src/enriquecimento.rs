//! Enrichment: a provider is asked how else a debtor can be reached. Whether it is asked at all ([`avaliar_consulta`]), and what
//! of its answer is kept ([`mesclar`], rule b22; [`noticia`]).

mod consulta;
mod dados;
mod mescla;
mod noticia;

pub use consulta::{
    Anterior, BaseLegal, Consulta, EstadoConsulta, Finalidade, PedidoConsulta, Politica, avaliar_consulta,
};
pub use dados::{Dados, EmailDito, EnderecoDito, MAX_DITOS, Relacao, TelefoneDito};
pub use mescla::{Conhecidos, MAX_MEIOS, Mescla, MotivoRecusa, Recusado, TipoMeio, mesclar};
pub use noticia::{Noticia, Perfil, ScoreDe, noticia};
