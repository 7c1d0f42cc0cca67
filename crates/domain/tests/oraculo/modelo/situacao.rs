//! What a título is on a day, whatever is written on it (rules §0, t07, k04, k07).

use crate::calendario::Dia;
use crate::mundo::{Criterios, Mundo, Regua, Status, Titulo};

impl Mundo {
    pub(super) fn status(&self, titulo: &Titulo, hoje: Dia) -> Status {
        let parcela_de_desfeito = titulo.parcela_de.is_some_and(|acordo| self.caiu(acordo, hoje));
        let devolvido = titulo.levado_por.is_some_and(|acordo| self.caiu(acordo, hoje));
        match titulo.status {
            Status::Pago | Status::Cancelado => titulo.status,
            _ if parcela_de_desfeito => Status::Cancelado,
            Status::Suspenso if titulo.suspenso_ate.is_some_and(|ate| hoje >= ate) => Status::Aberto,
            Status::Negociado if devolvido && titulo.saldo == 0 => Status::Pago,
            Status::Negociado if devolvido => Status::Aberto,
            Status::Aberto | Status::Suspenso | Status::Negociado => titulo.status,
        }
    }

    pub(super) fn vence(&self, titulo: &Titulo) -> Dia {
        self.efetivo(titulo.vencimento)
    }

    pub(super) fn cobravel(&self, titulo: &Titulo, hoje: Dia) -> bool {
        let a_confirmar = titulo.parcela_de.is_some_and(|acordo| !self.acordos[acordo].confirmado);
        self.status(titulo, hoje) == Status::Aberto && hoje > self.vence(titulo) && !a_confirmar
    }

    /// Neither may it be charged nor is it over: it waits where it is.
    pub(super) fn em_espera(&self, titulo: &Titulo, hoje: Dia) -> bool {
        match self.status(titulo, hoje) {
            Status::Suspenso => true,
            Status::Negociado => titulo.levado_por.is_some_and(|acordo| !self.acordos[acordo].confirmado),
            Status::Aberto | Status::Pago | Status::Cancelado => false,
        }
    }

    pub(super) fn achar(&self, id: u32) -> &Titulo {
        self.titulos.iter().find(|titulo| titulo.id == id).unwrap()
    }

    pub(super) fn regua(&self, id: u32) -> &Regua {
        self.reguas.iter().find(|regua| regua.id == id).unwrap()
    }

    /// Rule m03.
    pub(super) fn referencia(&self, titulos: &[u32]) -> u32 {
        let ordem = |id: &&u32| {
            let titulo = self.achar(**id);
            (self.vence(titulo), -titulo.saldo, titulo.id)
        };
        *titulos.iter().min_by_key(ordem).unwrap()
    }

    /// Rules s03 to s10; the balance apart.
    pub(super) fn atende(&self, criterios: &Criterios, titulo: &Titulo) -> bool {
        let c = criterios;
        let na_lista = |lista: &[u8], valor: Option<u8>| {
            lista.is_empty() || valor.is_some_and(|valor| lista.contains(&valor))
        };
        let tem_score = c.score_de.is_some() || c.score_ate.is_some();
        let no_score = self.score.is_some_and(|score| {
            score >= c.score_de.unwrap_or(i64::MIN) && score <= c.score_ate.unwrap_or(i64::MAX)
        });
        titulo.vencimento >= c.vencimento_de.unwrap_or(Dia::MIN)
            && titulo.vencimento <= c.vencimento_ate.unwrap_or(Dia::MAX)
            && c.acordos.is_none_or(|acordos| acordos == titulo.parcela_de.is_some())
            && na_lista(&c.credores, titulo.credor)
            && na_lista(&c.pessoas, Some(self.pessoa))
            && na_lista(&c.categorias, self.categoria)
            && na_lista(&c.negocios, titulo.negocio)
            && na_lista(&c.tipos, titulo.tipo)
            && (!tem_score || no_score)
    }

    /// The réguas in the order in which they are tried.
    pub(super) fn em_ordem(&self) -> Vec<&Regua> {
        let mut reguas: Vec<_> = self.reguas.iter().collect();
        reguas
            .sort_by_key(|regua| (regua.prioridade, 99 - regua.criterios.quantos(), regua.criada, regua.id));
        reguas
    }

    fn caiu(&self, acordo: usize, hoje: Dia) -> bool {
        self.acordos[acordo].desfeito || self.venceu_sem_confirmar(&self.acordos[acordo], hoje)
    }
}

impl Criterios {
    fn quantos(&self) -> i64 {
        let listas = [&self.credores, &self.pessoas, &self.categorias, &self.negocios, &self.tipos];
        let usados = [
            self.valor_minimo.is_some(),
            self.vencimento_de.is_some() || self.vencimento_ate.is_some(),
            self.acordos.is_some(),
            self.score_de.is_some() || self.score_ate.is_some(),
        ];
        let usados = usados.into_iter().chain(listas.map(|lista| !lista.is_empty()));
        usados.map(i64::from).sum()
    }
}
