//! What a history came across, so that a run can say that it tried what it is there to try.

use std::collections::BTreeSet;

macro_rules! eventos {
    ($($nome:ident,)+) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Evento {
            $($nome,)+
        }

        impl Evento {
            pub(crate) const TODOS: &[Self] = &[$(Self::$nome,)+];
        }
    };
}

eventos! {
    Entrada,
    EntradaNoDiaZero,
    Cobranca,
    Atraso,
    Reposicionamento,
    TerceiroCiclo,
    ReposicionamentoAtrasado,
    Final,
    FinalSemPosicao,
    FinalSoComCongelados,
    Congelamento,
    CongelamentoComPosicaoVencida,
    CongelamentoNoReposicionamento,
    CongelamentoEmReguaInativa,
    Descongelamento,
    DescongelamentoEmReguaInativa,
    UmCongeladoOutroAndando,
    MigracaoAoDescongelar,
    PosicaoNovaEsperada,
    PosicaoNovaDeixadaParaTras,
    PosicaoEsperadaRemovida,
    UltimaPosicaoEsperadaRemovida,
    ParadaEmReguaInativa,
    FicouEmReguaInativaApesarDeOutra,
    FicouPorPerfilPerdido,
    ModoTrocadoEnquantoInativa,
    SemTitulo,
    Migracao,
    PerfilPerdido,
    ModoAlterado,
    ReguaArquivada,
    ArquivadaComCongelados,
    VoltouAUmaReguaAnterior,
    ValorMinimoBarrou,
    ValorMinimoPelaSoma,
    VencidoDepoisDeFeriado,
    SuspensaoTerminou,
    ParcelaSuspensaDeAcordoQueCaiu,
    AcordoCaiu,
    AcordoConfirmado,
    ParcelaRenegociada,
    ParcelaCobrada,
    TresAndamNaMesmaRegua,
    Lembrete,
    LembreteAtrasado,
    LembreteDeVariosTitulos,
    LembreteDeParcelaNaoConfirmada,
    NoitePerdida,
    NoitePulada,
}

/// Those of one history.
#[derive(Debug, Default)]
pub(crate) struct Eventos(pub(crate) BTreeSet<Evento>);

impl Eventos {
    pub(crate) fn viu(&mut self, evento: Evento) {
        self.0.insert(evento);
    }

    pub(crate) fn viu_se(&mut self, aconteceu: bool, evento: Evento) {
        if aconteceu {
            self.viu(evento);
        }
    }
}
