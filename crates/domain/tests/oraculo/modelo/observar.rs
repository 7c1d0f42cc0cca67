//! What the model comes across, written down for the coverage of a run. Nothing here decides.

use super::Modelo;
use super::inscricao::{Destino, Inscricao};
use crate::calendario::Dia;
use crate::eventos::{Evento, Eventos};
use crate::mundo::{Mundo, Posicao, Regua, Status, Titulo};
use crate::quadro::Onde;

impl Modelo {
    /// What títulos became by themselves since they were written.
    pub(super) fn observar(&self, mundo: &Mundo, hoje: Dia, eventos: &mut Eventos) {
        let preso =
            |titulo: &Titulo| self.inscricoes.iter().any(|inscricao| inscricao.titulos.contains(&titulo.id));
        for titulo in &mundo.titulos {
            let status = mundo.status(titulo, hoje);
            let confirmado = titulo.levado_por.is_some_and(|acordo| mundo.acordos[acordo].confirmado);
            let no_feriado = titulo.vencimento < hoje && hoje <= mundo.vence(titulo);
            eventos.viu_se(no_feriado, Evento::VencidoDepoisDeFeriado);
            match (titulo.status, status) {
                (Status::Suspenso, Status::Aberto) => {
                    eventos.viu_se(preso(titulo), Evento::SuspensaoTerminou);
                }
                (Status::Suspenso, Status::Cancelado) => eventos.viu(Evento::ParcelaSuspensaDeAcordoQueCaiu),
                (Status::Negociado, Status::Aberto) => eventos.viu_se(preso(titulo), Evento::AcordoCaiu),
                (Status::Negociado, Status::Negociado) if confirmado => {
                    eventos.viu_se(preso(titulo), Evento::AcordoConfirmado);
                    eventos.viu_se(titulo.parcela_de.is_some(), Evento::ParcelaRenegociada);
                }
                _ => {}
            }
        }
    }
}

impl Inscricao {
    pub(super) fn observar_fim(&self, motivo: &str, destino: &Destino, eventos: &mut Eventos) {
        let congelada = self.onde == Onde::Congelada;
        eventos.viu(match motivo {
            "regua_arquivada" => Evento::ReguaArquivada,
            "modo_alterado" => Evento::ModoAlterado,
            "migracao" => Evento::Migracao,
            "perfil_perdido" => Evento::PerfilPerdido,
            _ => Evento::SemTitulo,
        });
        let com_congelados = !destino.em_espera.is_empty();
        eventos.viu_se(congelada && motivo == "migracao", Evento::MigracaoAoDescongelar);
        eventos.viu_se(motivo == "regua_arquivada" && com_congelados, Evento::ArquivadaComCongelados);
    }

    pub(super) fn observar_posicoes(&self, regua: &Regua, eventos: &mut Eventos) {
        let Some((esperava, ate)) = self.esperava else { return };
        let removida = !regua.posicoes.iter().any(|posicao| posicao.id == esperava);
        let seguinte = self.seguinte(regua);
        let perdida = |posicao: &Posicao| {
            let dias = posicao.quando.depois();
            !self.conhece.contains(&posicao.id) && dias.is_some() && dias <= Some(self.andou.min(ate))
        };
        eventos.viu_se(regua.posicoes.iter().any(perdida), Evento::PosicaoNovaDeixadaParaTras);
        eventos.viu_se(removida, Evento::PosicaoEsperadaRemovida);
        eventos.viu_se(seguinte.is_none(), Evento::UltimaPosicaoEsperadaRemovida);
        eventos.viu_se(
            !removida && seguinte.is_some_and(|seguinte| seguinte.id != esperava),
            Evento::PosicaoNovaEsperada,
        );
    }
}
