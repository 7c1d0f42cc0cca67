//! Decisions of the collections platform, and nothing else.
//!
//! Everything here is total and pure: no clock, no I/O, no async, no SQL, no HTTP. What depends on the day,
//! on a seed or on a time zone takes it as an argument, so that the engine, the simulator and the explainer
//! all call the same functions and get the same answers. Start at [`regua::decide`], the heart of the night.

mod codigo;

pub mod acontecimento;
pub mod arquivo;
pub mod boleto;
pub mod calendario;
pub mod contato;
pub mod coringas;
pub mod dinheiro;
pub mod documento;
pub mod email;
pub mod encargos;
pub mod endereco;
pub mod enriquecimento;
pub mod execucao;
pub mod filtro;
pub mod fuso;
pub mod ids;
pub mod janela;
pub mod lote;
pub mod meio;
pub mod negativacao;
pub mod negociacao;
pub mod pagamento;
pub mod percentual;
pub mod planilha;
pub mod regras;
pub mod regua;
mod rotulo;
pub mod sms;
pub mod telefone;
pub mod texto;
pub mod titulo;

pub use codigo::CodigoDesconhecido;
pub use rotulo::{MAX_ROTULO, Rotulo, RotuloInvalido};
