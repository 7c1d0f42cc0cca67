//! Negotiations whose instalments are days apart, which the API does not make: hence made in the store.
#![cfg(test)]

use domain::dinheiro::Centavos;
use domain::ids::{EmpresaId, NegociacaoId, TituloId};
use domain::negociacao::{Acordo, CancelamentoInvalido, Desconto, Divida, Parcela, Parcelas, vencidos_ate};
use domain::titulo::Mudanca;
use store::negociacoes::{self, Anotacoes, Criada, Filtro};
use store::{Banco, Papel, StoreError, Tenant, empresas};
use uuid::Uuid;

use super::{Cenario, date, text};

impl Cenario {
    /// Negotiates these títulos into instalments of R$ 50,00 due on these days; answers its id and theirs.
    pub(crate) async fn negotiate(
        &self,
        titulos: &[String],
        vencimentos: &[&str],
    ) -> (NegociacaoId, Vec<String>) {
        let ids: Vec<TituloId> = titulos.iter().map(|id| TituloId::new(id.parse().unwrap())).collect();
        let parcela = |em: &&str| Parcela { vencimento: date(em), valor: Centavos::new(5_000) };
        let parcelas: Vec<_> = vencimentos.iter().map(parcela).collect();
        let parcelas = Parcelas::new(parcelas.iter().map(|p| p.valor).sum(), parcelas).unwrap();
        let agora = self.relogio.agora();
        let acordo = Acordo {
            divida: Divida { principal: parcelas.valor(), encargos: Centavos::ZERO },
            desconto: Desconto::default(),
            juros: Centavos::ZERO,
            parcelas,
            com_entrada: false,
        };
        let hoje = agora.date_naive();
        let criada = self.store(move |t| {
            let originais = negociacoes::lock(t, &ids, (hoje, hoje), agora)?.unwrap();
            negociacoes::save(t, &originais, &acordo, &Anotacoes::default(), agora)
        });
        let Criada { id, parcelas } = criada.await;
        (id, parcelas.iter().map(TituloId::to_string).collect())
    }

    /// Undoes a negotiation; whether nothing of it was paid.
    pub(crate) async fn undo(&self, id: NegociacaoId) -> bool {
        let agora = self.relogio.agora();
        match self.store(move |t| negociacoes::cancel(t, id, agora)).await.unwrap() {
            Ok(Mudanca::Aplicada(_)) => true,
            Ok(Mudanca::JaAplicada) => panic!("it was undone before"),
            Err(CancelamentoInvalido::ComPagamento) => false,
            Err(CancelamentoInvalido::Renegociada) => panic!("an instalment is in another one"),
        }
    }

    pub(crate) async fn estado_da_negociacao(&self, id: NegociacaoId) -> String {
        self.store(move |t| negociacoes::get(t, id)).await.unwrap().estado
    }

    /// The negotiations that nobody confirmed in time, on `hoje` (rule k07).
    pub(crate) async fn vencidas(&self, hoje: &str) -> Vec<NegociacaoId> {
        let hoje = date(hoje);
        let lidas = self.store(move |t| {
            let regras = empresas::get(t)?.unwrap().regras()?;
            let nao_confirmadas_ate = Some(vencidos_ate(hoje, &regras));
            let filtro = Filtro { nao_confirmadas_ate, ..Filtro::default() };
            negociacoes::list(t, &filtro, false, None, 100)
        });
        lidas.await.into_iter().map(|n| NegociacaoId::new(n.id)).collect()
    }

    async fn store<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Tenant<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        let lida = self.http.get("/v1/empresa").await.expect(200).json;
        let empresa = EmpresaId::new(text(&lida, "id").parse::<Uuid>().unwrap());
        let url = self.banco.url().to_owned();
        let feito = tokio::task::spawn_blocking(move || {
            Banco::connect(&url, Papel::Titulos, 1).unwrap().da_empresa(empresa, work).unwrap()
        });
        feito.await.unwrap()
    }
}
