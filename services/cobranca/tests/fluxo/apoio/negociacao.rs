//! Negotiations, made in the store: they are not in the API yet.
#![cfg(test)]

use domain::dinheiro::Centavos;
use domain::ids::{EmpresaId, NegociacaoId, TituloId};
use domain::negociacao::{ComPagamento, Parcela, Parcelas};
use domain::titulo::Mudanca;
use store::negociacoes::{self, Criada};
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
        let criada = self.store(move |t| negociacoes::create(t, &ids, &parcelas, agora)).await;
        let Criada { id, parcelas } = criada.unwrap();
        (id, parcelas.iter().map(TituloId::to_string).collect())
    }

    /// Undoes a negotiation; whether nothing of it was paid.
    pub(crate) async fn undo(&self, id: NegociacaoId) -> bool {
        let agora = self.relogio.agora();
        match self.store(move |t| negociacoes::cancel(t, id, agora)).await.unwrap() {
            Ok(Mudanca::Aplicada(_)) => true,
            Ok(Mudanca::JaAplicada) => panic!("it was undone before"),
            Err(ComPagamento) => false,
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
            negociacoes::overdue(t, (hoje, &regras), None, 100)
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
