//! What a debtor does, and what the company does to it and to its réguas.

use super::Autor;
use crate::fatos::{DaRegua, DoTitulo, Fato};
use crate::mundo::{Estado, Mundo, Quando, Status};

impl Autor {
    /// One título in one of these statuses.
    pub(super) fn um(&mut self, mundo: &Mundo, status: &[Status]) -> Option<usize> {
        let quais = todos(mundo, status);
        self.sorteio.um_de(&quais)
    }

    pub(super) fn vencimento(&mut self, mundo: &Mundo) -> Option<Fato> {
        let titulo = self.um(mundo, &[Status::Aberto, Status::Suspenso])?;
        Some(Fato::DoTitulo(titulo, DoTitulo::Vencimento(self.hoje + self.sorteio.entre(-20, 20))))
    }

    pub(super) fn valor(&mut self, mundo: &Mundo) -> Option<Fato> {
        let titulo = self.um(mundo, &[Status::Aberto, Status::Suspenso, Status::Negociado])?;
        Some(Fato::DoTitulo(titulo, DoTitulo::Valor(100 * self.sorteio.entre(1, 6))))
    }

    pub(super) fn classe(&mut self, mundo: &Mundo) -> Option<Fato> {
        let titulo = self.um(mundo, &[Status::Aberto, Status::Suspenso, Status::Negociado])?;
        let [credor, negocio, tipo] = [(); 3].map(|()| self.talvez_classe(60));
        Some(Fato::DoTitulo(titulo, DoTitulo::Classe { credor, negocio, tipo }))
    }

    pub(super) fn suspender(&mut self, mundo: &Mundo) -> Option<Fato> {
        let titulo = self.um(mundo, &[Status::Aberto])?;
        let hoje = self.hoje;
        let ate = self.sorteio.talvez(60, |sorteio| hoje + sorteio.entre(0, 30));
        if ate.is_none() {
            self.depois.push((hoje + self.sorteio.entre(1, 40), Fato::DoTitulo(titulo, DoTitulo::Reabrir)));
        }
        Some(Fato::DoTitulo(titulo, DoTitulo::Suspender { ate }))
    }

    /// The whole debtor stands still for some time: what freezes walks, and sometimes at the loop.
    pub(super) fn suspender_todos(&mut self) -> Fato {
        let hoje = self.hoje;
        let ate = self.sorteio.talvez(50, |sorteio| hoje + sorteio.entre(1, 30));
        if ate.is_none() {
            self.depois.push((hoje + self.sorteio.entre(1, 30), Fato::ReabrirTodos));
        }
        Fato::SuspenderTodos { ate }
    }

    pub(super) fn negociar(&mut self, mundo: &Mundo) -> Option<Fato> {
        let todos_juntos = self.sorteio.chance(40);
        let mut titulos = todos(mundo, &[Status::Aberto]);
        titulos.retain(|_| todos_juntos || self.sorteio.chance(50));
        titulos
            .retain(|i| mundo.titulos[*i].parcela_de.is_none_or(|acordo| mundo.acordos[acordo].confirmado));
        if titulos.is_empty() {
            return None;
        }
        let primeira = self.hoje + self.sorteio.entre(-3, 15);
        let passo = self.sorteio.entre(5, 30);
        let parcelas: Vec<_> = (0..self.sorteio.entre(1, 4)).map(|i| primeira + i * passo).collect();
        let primeiro_id = self.proximo_id() + 300_000;
        for _ in 1..parcelas.len() {
            self.proximo_id();
        }
        let (hoje, acordo, parcela) = (self.hoje, mundo.acordos.len(), mundo.titulos.len());
        if self.sorteio.chance(30) {
            let ate = self.sorteio.talvez(80, |sorteio| hoje + sorteio.entre(1, 30));
            let ultima = parcela + parcelas.len() - 1;
            self.depois.push((hoje + 1, Fato::DoTitulo(ultima, DoTitulo::Suspender { ate })));
        }
        let em = hoje + self.sorteio.entre(1, 30);
        match self.sorteio.entre(0, 9) {
            0..4 => self.depois.push((em, Fato::Pagar(parcela))),
            4..6 => self.depois.push((em, Fato::CancelarAcordo(acordo))),
            _ => {}
        }
        Some(Fato::Negociar { titulos, parcelas, saldo: 100 * self.sorteio.entre(1, 6), primeiro_id })
    }

    pub(super) fn pagar_primeira(&mut self, mundo: &Mundo) -> Option<Fato> {
        let acordo = self.acordo_aberto(mundo)?;
        Some(Fato::Pagar(mundo.acordos[acordo].parcelas[0]))
    }

    pub(super) fn acordo_aberto(&mut self, mundo: &Mundo) -> Option<usize> {
        let aberto = |i: &usize| !mundo.acordos[*i].confirmado && !mundo.acordos[*i].desfeito;
        let abertos: Vec<_> = (0..mundo.acordos.len()).filter(aberto).collect();
        self.sorteio.um_de(&abertos)
    }

    pub(super) fn perfil(&mut self) -> Fato {
        let score = self.sorteio.talvez(70, |sorteio| sorteio.entre(0, 100));
        Fato::Perfil { categoria: self.talvez_classe(80), score }
    }

    pub(super) fn estado(&mut self, mundo: &Mundo, para: Estado) -> Option<Fato> {
        Some(Fato::DaRegua(self.uma_regua(mundo, None)?, DaRegua::Estado(para)))
    }

    /// And active again some days later, most times.
    pub(super) fn desativar(&mut self, mundo: &Mundo) -> Option<Fato> {
        let regua = self.uma_regua(mundo, Some(Estado::Ativa))?;
        let (de_volta, em) = (self.sorteio.chance(85), self.hoje + self.sorteio.entre(0, 25));
        if de_volta {
            self.depois.push((em, Fato::DaRegua(regua, DaRegua::Estado(Estado::Ativa))));
        }
        Some(Fato::DaRegua(regua, DaRegua::Estado(Estado::Inativa)))
    }

    pub(super) fn trocar_modo(&mut self, mundo: &Mundo) -> Option<Fato> {
        let regua = self.uma_regua(mundo, Some(Estado::Ativa))?;
        let troca = self.hoje + self.sorteio.entre(0, 4);
        self.depois.push((troca, Fato::DaRegua(regua, DaRegua::Modo)));
        let ativa = troca + self.sorteio.entre(0, 10);
        self.depois.push((ativa, Fato::DaRegua(regua, DaRegua::Estado(Estado::Ativa))));
        Some(Fato::DaRegua(regua, DaRegua::Estado(Estado::Inativa)))
    }

    pub(super) fn criterios_novos(&mut self, mundo: &Mundo) -> Option<Fato> {
        Some(Fato::DaRegua(self.uma_regua(mundo, None)?, DaRegua::Criterios(self.criterios())))
    }

    pub(super) fn prioridade(&mut self, mundo: &Mundo) -> Option<Fato> {
        Some(Fato::DaRegua(self.uma_regua(mundo, None)?, DaRegua::Prioridade(self.sorteio.entre(0, 2))))
    }

    pub(super) fn nova_posicao(&mut self, mundo: &Mundo) -> Option<Fato> {
        let regua = self.uma_regua(mundo, None)?;
        let existentes = &mundo.reguas[regua].posicoes;
        let quando = match self.sorteio.entre(0, 9) {
            0..3 => Quando::Antes(self.sorteio.entre(0, 10)),
            3..8 => Quando::Depois(self.sorteio.entre(0, 30)),
            _ => {
                let destinos: Vec<_> = existentes
                    .iter()
                    .filter(|posicao| posicao.quando.depois().is_some())
                    .map(|p| p.id)
                    .collect();
                let ultimo = existentes.iter().filter_map(|posicao| posicao.quando.depois()).max()?;
                Quando::Volta(ultimo + self.sorteio.entre(1, 14), self.sorteio.um_de(&destinos)?)
            }
        };
        Some(Fato::DaRegua(regua, DaRegua::NovaPosicao(self.posicao(quando))))
    }

    pub(super) fn remover_posicao(&mut self, mundo: &Mundo) -> Option<Fato> {
        let regua = self.uma_regua(mundo, None)?;
        let posicoes: Vec<_> = mundo.reguas[regua].posicoes.iter().map(|posicao| posicao.id).collect();
        Some(Fato::DaRegua(regua, DaRegua::RemoverPosicao(self.sorteio.um_de(&posicoes)?)))
    }

    pub(super) fn nova_acao(&mut self, mundo: &Mundo) -> Option<Fato> {
        let regua = self.uma_regua(mundo, None)?;
        let posicoes: Vec<_> = mundo.reguas[regua].posicoes.iter().map(|posicao| posicao.id).collect();
        let acao = 10 * self.proximo_id();
        Some(Fato::DaRegua(regua, DaRegua::NovaAcao { posicao: self.sorteio.um_de(&posicoes)?, acao }))
    }

    fn uma_regua(&mut self, mundo: &Mundo, estado: Option<Estado>) -> Option<usize> {
        let serve = |i: &usize| estado.is_none_or(|estado| mundo.reguas[*i].estado == estado);
        let quais: Vec<_> = (0..mundo.reguas.len()).filter(serve).collect();
        self.sorteio.um_de(&quais)
    }
}

fn todos(mundo: &Mundo, status: &[Status]) -> Vec<usize> {
    (0..mundo.titulos.len()).filter(|i| status.contains(&mundo.titulos[*i].status)).collect()
}
